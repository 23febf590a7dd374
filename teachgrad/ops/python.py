"""Tensors in Python's world and in NumPy's: as numbers, lists and arrays, as text, as something to loop over.

Knows the tensor and how tensors are printed; none of this is ever recorded, except the parts that a loop takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from teachgrad import errors, printing
from teachgrad.grad_mode import mode
from teachgrad.graph import Array
from teachgrad.ops.table import method
from teachgrad.tensor import Tensor


@method("item")
def item(self: Tensor) -> Any:
    """The one element as a Python number, as ``torch.Tensor.item``.

    Raises:
        RuntimeError: if there is not exactly one element.
    """
    if self.array.size != 1:
        raise errors.not_one_element(self.array.shape)
    return self.array.item()


@method("tolist")
def tolist(self: Tensor) -> Any:
    """The elements as nested lists of Python numbers, as ``torch.Tensor.tolist``."""
    return self.array.tolist()


@method("numpy")
def numpy(self: Tensor, *, force: bool = False) -> Array:
    """The array itself, sharing memory, as ``torch.Tensor.numpy``.

    Raises:
        RuntimeError: if the tensor requires grad and operations are recorded, because NumPy would lose its history.
    """
    if self.requires_grad and mode.enabled and not force:
        raise errors.numpy_of_tracked()
    return self.array


@method("__array__")
def _array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> Array:
    """The array, for NumPy."""
    return np.array(self.numpy(), dtype=dtype, copy=copy)


# Python's own questions


@method("__repr__")
def _repr(self: Tensor, *, tensor_contents: Any = None) -> str:
    """The text that Python shows, PyTorch's."""
    try:
        node = self.grad_fn
        name = None if node is None else node.name()
    except RuntimeError:  # one of several views, whose base was written to
        name = "Invalid"
    return printing.tensor_text(self.array, requires_grad=self._requires_grad, grad_fn_name=name)


@method("__format__")
def _format(self: Tensor, spec: str) -> str:
    """The number of a 0-d tensor in a format of Python's."""
    if self.array.ndim and not spec:
        return repr(self)
    return printing.format_item(None if self.array.ndim else self.array.item(), spec)


@method("__len__")
def _len(self: Tensor) -> int:
    """The size of the first dimension."""
    if self.array.ndim == 0:
        raise errors.no_dimension("len() of a 0-d tensor")
    return len(self.array)


@method("__iter__")
def _iter(self: Tensor) -> Iterator[Tensor]:
    """The parts along the first dimension."""
    if self.array.ndim == 0:
        raise errors.no_dimension("iteration over a 0-d tensor")
    return iter(self.unbind(0))


@method("__bool__")
def _bool(self: Tensor) -> bool:
    """The one element, taken as a truth value."""
    if self.array.size != 1:
        raise errors.ambiguous_truth(self.array.shape)
    return bool(self.array.item())


@method("__float__")
def _float(self: Tensor) -> float:
    """The one element."""
    return float(_only(self))


@method("__int__")
def _int(self: Tensor) -> int:
    """The one element, rounded towards zero."""
    return int(_only(self))


def _only(a: Tensor) -> Any:
    if a.array.size != 1:
        raise errors.not_a_number(a.array.shape)
    return a.array.item()


@method("__index__")
def _index(self: Tensor) -> int:
    """The one whole number, to count or to index with."""
    if self.array.size != 1 or self.array.dtype.kind == "f":
        raise errors.not_an_index(self.array.shape, self.dtype)
    return int(self.item())


@method("__contains__")
def _contains(self: Tensor, value: Any) -> bool:
    """Whether an element equals a number or a single tensor: ``2 in x``."""
    if not isinstance(value, Tensor | int | float):
        raise errors.explained(
            RuntimeError,
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(value)}.",
            why="elements are numbers.",
            fix="ask for a number, or x.tolist() first.",
        )
    return bool((self == value).any().array)


@method("__reversed__")
def _reversed(self: Tensor) -> Tensor:
    """The first dimension in reverse order, for Python's ``reversed``."""
    return self.flip(0) if self.array.ndim else self
