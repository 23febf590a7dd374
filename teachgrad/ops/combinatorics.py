"""Lists of pairs, combinations, powers, and of the places of a triangle."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Array
from teachgrad.ops.arguments import Where, checked_dtype, made
from teachgrad.ops.arrange import meshgrid
from teachgrad.ops.indexing import getitem
from teachgrad.ops.pointwise import pow
from teachgrad.ops.shape import stack
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "cartesian_prod",
    "combinations",
    "tril_indices",
    "triu_indices",
    "vander",
]


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All tuples with one element of each vector, as rows, as ``torch.cartesian_prod``.

    >>> import teachgrad as tg
    >>> tg.cartesian_prod(tg.tensor([1, 2]), tg.tensor([5, 6]))
    tensor([[1, 5],
            [1, 6],
            [2, 5],
            [2, 6]])
    """
    for tensor in tensors:
        _check_vector(tensor)
    if len(tensors) == 1:
        return tensors[0]
    return stack([grid.reshape(-1) for grid in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of `r` elements of a vector, in their order, as rows, as ``torch.combinations``.

    With `with_replacement` an element may be chosen again.

    >>> import teachgrad as tg
    >>> tg.combinations(tg.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    _check_vector(input)
    if r < 0:
        raise explained(
            RuntimeError,
            f"Expect a non-negative number, but got {r}",
            why="r says how many elements are chosen.",
            fix="give 0 or more.",
        )
    if r == 0:
        return wrap(np.zeros(0, input.array.dtype))
    choices = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = list(choices(range(input.array.size), r))
    return getitem(input, wrap(np.array(rows, np.int64).reshape(-1, r)))


def _check_vector(tensor: Tensor) -> None:
    if tensor.array.ndim != 1:
        raise explained(
            RuntimeError,
            f"Expect a 1D vector, but got shape {list(tensor.shape)}",
            why="elements are chosen from a list.",
            fix="flatten it: x.flatten()",
        )


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Where = None, requires_grad: bool = False
) -> Tensor:
    """Rows and columns of the lower triangle of a matrix of that size, as ``torch.tril_indices``; int64, (2, n).

    >>> import teachgrad as tg
    >>> tg.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return _triangle("tril_indices", np.tri(*_sides(row, col), offset, dtype=bool), dtype, device, requires_grad)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Where = None, requires_grad: bool = False
) -> Tensor:
    """Rows and columns of the upper triangle of a matrix of that size, as ``torch.triu_indices``; int64, (2, n)."""
    return _triangle("triu_indices", ~np.tri(*_sides(row, col), offset - 1, dtype=bool), dtype, device, requires_grad)


def _sides(row: int, col: int) -> tuple[int, int]:
    for name, side in (("row", row), ("col", col)):
        if side < 0:
            raise explained(
                RuntimeError,
                f"{name} must be non-negative, got{side}",
                why=f"{name} counts the {'rows' if name == 'row' else 'columns'} of the matrix.",
                fix="give 0 or more.",
            )
    return row, col


def _triangle(name: str, inside: Array, dtype: Any, device: Where, requires_grad: bool) -> Tensor:
    kind = checked_dtype(name, dtype)
    if kind is not None and kind.name not in ("int32", "int64"):
        raise explained(
            NotImplementedError,
            f"\"{name}\" not implemented for '{c_name(kind.numpy)}'",
            why="an index counts rows and columns.",
            fix="leave dtype out for int64.",
        )
    indices = np.stack(np.nonzero(inside))
    return made(indices if kind is None else indices.astype(kind.numpy), device, requires_grad)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:  # noqa: N803 - PyTorch's name
    """The powers 0 to N - 1 of each element as a row, the highest first, as ``torch.vander``.

    Args:
        x: of one dimension.
        N: how many powers; by default as many as elements.
        increasing: whether the lowest comes first.

    >>> import teachgrad as tg
    >>> tg.vander(tg.tensor([2, 3]), 3)
    tensor([[4, 2, 1],
            [9, 3, 1]])
    """
    if x.array.ndim != 1:
        raise explained(
            RuntimeError,
            "x must be a one-dimensional tensor.",
            why=f"it has shape {x.array.shape}.",
            fix="torch.linalg.vander takes batches.",
        )
    count = x.array.size if N is None else N
    if count < 0:
        raise explained(
            RuntimeError,
            "N must be non-negative.",
            why=f"N says how many powers are taken, and it is {count}.",
            fix="give 0 or more.",
        )
    rows = powers(x, count)
    return rows if increasing else rows.flip(1)


def linalg_vander(x: Tensor, *, N: int | None = None) -> Tensor:  # noqa: N803 - PyTorch's name
    """The powers 0 to N - 1 of each element as a row, for batches of vectors, as ``torch.linalg.vander``."""
    count = x.array.shape[-1] if N is None else N
    if count <= 1:
        raise explained(
            RuntimeError,
            "N must be greater than 1.",
            why=f"N says how many powers are taken, and it is {count}.",
            fix="give 2 or more.",
        )
    return powers(x, count)


def powers(x: Tensor, count: int) -> Tensor:
    """The powers 0 to count - 1 of each element, along a new last dimension."""
    if not count:
        return wrap(np.zeros((*x.array.shape, 0), x.array.dtype))
    return stack([pow(x, n) for n in range(count)], -1)
