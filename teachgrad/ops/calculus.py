"""Calculus on samples: differences, slopes and areas of a function that is known at some points only.

Everything here is made of operations that have derivatives, so there are no formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.ops.comparison import logical_xor
from teachgrad.ops.cumulative import cumsum
from teachgrad.ops.indexing import getitem
from teachgrad.ops.reduction import sum as total
from teachgrad.ops.shape import cat
from teachgrad.ops.table import method
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "cumulative_trapezoid",
    "diff",
    "gradient",
    "trapezoid",
    "trapz",
]


def _part(a: Tensor, axis: int, start: int | None, end: int | None) -> Tensor:
    """The elements from `start` to `end` along an axis."""
    return getitem(a, (*(slice(None),) * axis, slice(start, end)))


@method("diff")
def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Tensor:
    """Each element minus the one before it along `dim`, `n` times over, as ``torch.diff``; of booleans, xor.

    Args:
        input: a tensor with dimensions.
        n: how often.
        dim: along which dimension.
        prepend: elements to put in front first.
        append: elements to put behind.

    Raises:
        RuntimeError: for a tensor without dimensions, or a negative n.

    >>> import teachgrad as tg
    >>> tg.diff(tg.tensor([1.0, 4.0, 9.0, 16.0])), tg.diff(tg.tensor([1.0, 4.0, 9.0, 16.0]), n=2)
    (tensor([3., 5., 7.]), tensor([2., 2.]))
    """
    if input.array.ndim == 0:
        raise explained(
            RuntimeError,
            "diff expects input to be at least one-dimensional",
            why="a single number has no neighbour.",
            fix="x.reshape(1) gives it a dimension.",
        )
    if n < 0:
        raise explained(
            RuntimeError,
            f"order must be non-negative but got {n}",
            why="n says how often differences are taken.",
            fix="give 0 or more.",
        )
    axis = checked_dim(dim, input.array.ndim)
    parts = [part for part in (prepend, input, append) if part is not None]
    out = cat(parts, axis) if len(parts) > 1 else input
    if n == 0:
        return out.clone() if out is input else out
    for _ in range(min(n, out.array.shape[axis])):
        later, earlier = _part(out, axis, 1, None), _part(out, axis, None, -1)
        out = logical_xor(later, earlier) if out.array.dtype.kind == "b" else later - earlier
    return out


def gradient(
    input: Tensor, *, spacing: Any = 1, dim: int | Sequence[int] | None = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The slope at each point of a function that is known at points, along each dim: ``torch.gradient``.

    Inside, a parabola is laid through a point and its two neighbours; at the two ends, a straight line
    (``edge_order=1``) or the parabola of the neighbour (2).

    Args:
        input: the values.
        spacing: how far apart the points are: one number, one for each dim, or a tensor with the points of each dim.
        dim: along which dims, by default all.
        edge_order: 1 or 2.

    Returns:
        a tensor of the shape of `input` for each dim.

    Raises:
        RuntimeError: if a dim has not more than `edge_order` points, or `spacing` does not fit.

    >>> import teachgrad as tg
    >>> tg.gradient(tg.tensor([0.0, 1.0, 4.0, 9.0]))
    (tensor([1., 2., 4., 5.]),)
    """
    ndim = input.array.ndim
    dims = range(ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    axes = [checked_dim(d, ndim) for d in dims]
    single = not isinstance(spacing, tuple | list | Tensor) or (isinstance(spacing, Tensor) and not spacing.ndim)
    spaces = [spacing] * len(axes) if single else list(spacing)
    if edge_order not in (1, 2):
        raise explained(
            RuntimeError,
            "torch.gradient only supports edge_order=1 and edge_order=2.",
            why=f"at the ends the slope is taken from 2 points (1) or 3 (2); edge_order is {edge_order!r}.",
            fix="choose 1 or 2.",
        )
    if len(spaces) != len(axes):
        given = "" if dim is not None else ", since dim argument was not given"
        raise explained(
            RuntimeError,
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = "
            f"{ndim}'{given}, but got a list of length {len(spaces)}",
            why=f"each of the {len(axes)} dims has points of its own.",
            fix="give one spacing for all dims, or one for each.",
        )
    if any(input.array.shape[axis] < edge_order + 1 for axis in axes):
        raise explained(
            RuntimeError,
            "torch.gradient expected each dimension size to be at least edge_order+1",
            why=f"the shape is {input.array.shape}, and a slope at the edge takes {edge_order + 1} points.",
            fix="give more points, or name the dims that have enough of them: dim=...",
        )
    values = input if input.array.dtype.kind == "f" else input * 1.0
    return tuple([_slopes(values, axis, space, edge_order) for axis, space in zip(axes, spaces)])


def _slopes(f: Tensor, axis: int, space: Any, edge_order: int) -> Tensor:
    """At each point, the slopes to its two neighbours, the nearer one counting more: the slope of their parabola."""
    count, kind = f.array.shape[axis], f.array.dtype
    steps = diff(space) if isinstance(space, Tensor) and space.ndim else wrap(np.full(count - 1, float(space), kind))
    h = steps.reshape((-1,) + (1,) * (f.array.ndim - 1 - axis))
    between = (_part(f, axis, 1, None) - _part(f, axis, None, -1)) / h
    first, last = _part(between, axis, 0, 1), _part(between, axis, -1, None)
    if edge_order == 2:
        second, before_last = _part(between, axis, 1, 2), _part(between, axis, -2, -1)
        first = first - (second - first) * (h[0] / (h[0] + h[1]))
        last = last + (last - before_last) * (h[-1] / (h[-1] + h[-2]))
    left, right = _part(between, axis, None, -1), _part(between, axis, 1, None)
    return cat([first, (left * h[1:] + right * h[:-1]) / (h[1:] + h[:-1]), last], axis)


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The area under points that are joined by straight lines, along `dim`, as ``torch.trapezoid``.

    Args:
        y: the values.
        x: where they are: of one dimension, or of a shape that broadcasts against y.
        dx: how far apart they are, if there is no x; 1 by default.
        dim: along which dimension.

    >>> import teachgrad as tg
    >>> tg.trapezoid(tg.tensor([0.0, 1.0, 4.0]))
    tensor(3.)
    """
    if y.array.ndim and not y.array.shape[checked_dim(dim, y.array.ndim)]:
        return total(y.detach() * 1.0, dim)
    return total(_trapezoids("trapezoid", y, x, dx, dim), dim)


def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The area up to each point but the first, as ``torch.cumulative_trapezoid``; see `trapezoid`.

    >>> import teachgrad as tg
    >>> tg.cumulative_trapezoid(tg.tensor([0.0, 1.0, 4.0]))
    tensor([0.5000, 3.0000])
    """
    return cumsum(_trapezoids("cumulative_trapezoid", y, x, dx, dim), dim)


trapz = trapezoid


def _trapezoids(name: str, y: Tensor, x: Tensor | None, dx: float | None, dim: int) -> Tensor:
    """The area between each two neighbours."""
    if y.array.ndim == 0:
        raise explained(
            IndexError,
            f"Dimension specified as {dim} but tensor has no dimensions",
            why="a single number has no neighbours with an area between them.",
            fix="x.reshape(1) gives it a dimension.",
        )
    if x is not None and dx is not None:
        raise explained(
            TypeError,
            f"{name}() received an invalid combination of arguments - got (Tensor, Tensor, dx={type(dx).__name__})",
            why="x says where the points are, and so how far apart.",
            fix="leave out dx.",
        )
    axis = checked_dim(dim, y.array.ndim)
    height = (_part(y, axis, 1, None) + _part(y, axis, None, -1)) / 2
    if x is None:
        return height * (1 if dx is None else dx)
    count = y.array.shape[axis]
    along = x.reshape((-1,) + (1,) * (y.array.ndim - 1 - axis)) if x.array.ndim == 1 else x
    place = axis - y.array.ndim + along.array.ndim
    if along.array.shape[place] != count:
        raise explained(
            RuntimeError,
            f"{name}: There must be one `x` value for each sample point",
            why=f"y has {count} points along dim {axis}, and x has shape {x.array.shape}.",
            fix="check both shapes.",
        )
    return height * diff(along, dim=place)
