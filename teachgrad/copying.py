"""Copies of tensors for Python: ``copy.deepcopy``, ``copy.copy`` and ``pickle``.

None of them can copy a history. A deep copy refuses a tensor that has one; the other two give a leaf, as PyTorch's do.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from teachgrad import errors
from teachgrad.graph import Array
from teachgrad.ops.table import method
from teachgrad.tensor import Tensor, wrap


@method("__deepcopy__")
def _deepcopy(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """A leaf with memory of its own, its `.grad` and its attributes copied as well."""
    if not self.is_leaf:
        raise errors.deepcopy_of_computed()
    twin = wrap(_same_part(self.array, memo), type(self))
    memo[id(self)] = twin
    twin.counter = memo.setdefault(id(self.counter), twin.counter)
    twin._requires_grad = self._requires_grad
    twin._grad = copy.deepcopy(self._grad, memo)
    vars(twin).update(copy.deepcopy(_attributes(self), memo))
    return twin


@method("__reduce_ex__")
def _reduce(self: Tensor, protocol: Any) -> Any:
    """What pickle keeps: the kind, the numbers, whether it wants gradients, and attributes.

    The array is shown anew each time: two tensors that share memory become two with memory of their own.
    """
    return _rebuilt, (type(self), self.array[...], self.requires_grad), _attributes(self) or None


def _rebuilt(kind: type[Tensor], array: Array, requires_grad: bool) -> Tensor:
    tensor = wrap(array, kind)
    tensor._requires_grad = requires_grad
    return tensor


def _attributes(tensor: Tensor) -> dict[str, Any]:
    """What the program hung onto a tensor, without what the graph notes there."""
    return {name: value for name, value in vars(tensor).items() if name not in vars(Tensor)}


def _same_part(array: Array, memo: dict[int, Any]) -> Array:
    """The part of a copied memory that `array` shows of the memory it lies in.

    That memory is copied once for all who show it, so that tensors that shared it share the copy.
    """
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    memory = copy.deepcopy(owner, memo).ravel(order="K")
    start = array.ctypes.data - owner.ctypes.data
    part: Array = np.ndarray(array.shape, array.dtype, memory, start, array.strides)
    part.flags.writeable = array.flags.writeable
    return part
