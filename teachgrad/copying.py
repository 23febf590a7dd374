"""Copies of whole tensors for Python: ``copy.deepcopy`` and ``pickle``. Only leaves can be copied; see the error."""

from __future__ import annotations

import copy
from typing import Any

from teachgrad import errors
from teachgrad.graph import Array
from teachgrad.ops.table import method
from teachgrad.tensor import Tensor, wrap


@method("__deepcopy__")
def _deepcopy(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """A leaf with memory of its own, its `.grad` copied as well."""
    if not self.is_leaf:
        raise errors.deepcopy_of_computed()
    twin = wrap(self.array.copy(), type(self))
    memo[id(self)] = twin
    twin._requires_grad = self._requires_grad
    twin._grad = copy.deepcopy(self._grad, memo)
    return twin


@method("__reduce_ex__")
def _reduce(self: Tensor, protocol: Any) -> Any:
    """What pickle keeps of a leaf: its kind, its numbers, and whether it wants gradients."""
    if not self.is_leaf:
        raise errors.deepcopy_of_computed()
    return _rebuilt, (type(self), self.array, self._requires_grad)


def _rebuilt(kind: type[Tensor], array: Array, requires_grad: bool) -> Tensor:
    tensor = wrap(array, kind)
    tensor._requires_grad = requires_grad
    return tensor
