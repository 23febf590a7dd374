"""The shape of a tensor: a tuple of ints that knows how many elements it stands for.

Ground floor. It knows nothing of tensors or arrays.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any, Self, SupportsIndex

from teachgrad import errors
from teachgrad.errors import explained


class Size(tuple[int, ...]):
    """The shape of a tensor, as ``torch.Size``: slicing, ``+`` and ``*`` give a ``Size`` again.

    Raises:
        TypeError: if an entry is no integer.

    >>> shape = Size([2, 3])
    >>> shape, shape.numel(), shape[1:], shape + (4,)
    (torch.Size([2, 3]), 6, torch.Size([3]), torch.Size([2, 3, 4]))
    >>> shape == (2, 3)
    True
    """

    __slots__ = ()

    def __new__(cls, sizes: Iterable[SupportsIndex] = ()) -> Self:  # noqa: D102 - the class has the docstring
        made: Self = tuple.__new__(cls, sizes)
        for i, entry in enumerate(made):
            if type(entry) is not int and not _is_index(entry):
                kind = type(entry)
                name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
                raise explained(
                    TypeError,
                    f"torch.Size() takes an iterable of 'int' (item {i} is '{name}')",
                    f"a shape counts elements along each dimension, and {entry!r} is no count.",
                    "give whole numbers, for example int(...) of a quotient.",
                )
        return made

    def numel(self) -> int:
        """The number of elements of a tensor of this shape: 1 for the empty shape of a 0-d tensor."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __getitem__(self, index: Any) -> Any:
        entry = tuple.__getitem__(self, index)
        return _sized(entry) if isinstance(index, slice) else entry

    def __add__(self, other: Any) -> Size:
        return _sized((*self, *_tuple(other)))

    def __radd__(self, other: Any) -> Size:
        return _sized((*_tuple(other), *self))

    def __mul__(self, times: SupportsIndex) -> Size:
        return _sized(tuple.__mul__(self, times))

    __rmul__ = __mul__


def _sized(entries: tuple[int, ...]) -> Size:
    """A Size of entries that need no check."""
    return tuple.__new__(Size, entries)


def _is_index(entry: Any) -> bool:
    try:
        operator.index(entry)
    except TypeError:
        return False
    return True


def _tuple(other: object) -> tuple[Any, ...]:
    if not isinstance(other, tuple):
        raise explained(
            TypeError,
            f"can only concatenate tuple (not {type(other).__name__}) to torch.Size",
            "a shape is a tuple.",
            "write shape + (n,) to add a dimension of n elements.",
        )
    return other


def checked_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front, from one that may be counted from the back.

    Raises:
        IndexError: if there is no such dimension.
    """
    limit = max(ndim, 1)
    if not -limit <= dim < limit:
        raise errors.no_such_dim(dim, ndim)
    return dim % limit
