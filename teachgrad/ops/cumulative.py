"""Running totals: sums, products, maxima along a dim, each over all elements up to here.

An element moves its own total and all later ones, so its gradient is a running sum from the other end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad import dtypes, return_types
from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops.gathering import along
from teachgrad.ops.indexing import placed
from teachgrad.ops.reduction import each_left_out
from teachgrad.ops.table import method, no_kernel, result, twin_of
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "logcumsumexp",
]

CUMSUM = Op("CumsumBackward0", [lambda g, axis: total_from_the_end(g, axis)], ("axis",), "cumsum")
TOTAL_FROM_THE_END = Op("FlipBackward0", [lambda g, axis: np.cumsum(g, axis=axis)], ("axis",), "cumsum from the end")
CUMPROD = Op("CumprodBackward0", [lambda g, a, out, axis: slope_of_cumprod(g, a, out, axis)], ("axis",), "cumprod")
LOGCUMSUMEXP = Op(
    "LogcumsumexpBackward0",
    [lambda g, a, out, axis: slope_of_logcumsumexp(g, a, out, axis)],
    ("axis",),
)
CUMMAX, CUMMIN = (
    Op(
        f"{name.title()}Backward0",
        [lambda g, index, axis, shape: placed(g, along(index, axis), shape)],
        ("index", "axis", "shape"),
        name,
    )
    for name in ("cummax", "cummin")
)


def total_from_the_end(g: Any, axis: int) -> Any:
    """For each element the sum of it and all later ones."""
    if isinstance(g, Tensor):
        return result(TOTAL_FROM_THE_END, total_from_the_end(g.array, axis), (g,), (axis,))
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis) if g.ndim else g


def slope_of_cumprod(g: Any, a: Any, out: Any, axis: int) -> Any:
    """The product up to k changes with element i by the product of the others.

    That is out[k] / a[i] or, where zeros forbid the division, a product in which 1 stands for a[i].
    """
    if not g.ndim:
        return g
    if (a.array if isinstance(a, Tensor) else a).all():
        return total_from_the_end(g * out, axis) / a
    rows = each_left_out(a.swapaxes(axis, -1))  # rows[..., i, k]: element k, or 1 where k is i
    later = np.triu(np.ones(rows.shape[-2:], bool))
    return (g.swapaxes(axis, -1)[..., None, :] * np.cumprod(rows, axis=-1) * later).sum(axis=-1).swapaxes(axis, -1)


def slope_of_logcumsumexp(g: Any, a: Any, out: Any, axis: int) -> Any:
    """Element i moves the total at a later place k by its share exp(a[i] - out[k]), which never overflows."""
    if not g.ndim:
        return g
    g, a, out = g.swapaxes(axis, -1), a.swapaxes(axis, -1), out.swapaxes(axis, -1)
    later = np.triu(np.ones((a.shape[-1], a.shape[-1]), bool))
    shares = np.exp(np.where(later, a[..., :, None] - out[..., None, :], -np.inf))
    return (shares * g[..., None, :]).sum(axis=-1).swapaxes(axis, -1)


@method("cumsum")
@twin_of(np.cumsum)
def cumsum(
    input: Tensor, dim: int | None = None, *, dtype: dtypes.dtype | None = None, axis: int | None = None
) -> Tensor:
    """The sum up to each element along `dim`, as ``torch.cumsum``. Integers and booleans add up to int64.

    >>> import teachgrad as tg
    >>> tg.cumsum(tg.tensor([1.0, 2.0, 3.0]), dim=0)
    tensor([1., 3., 6.])
    """
    return _running(CUMSUM, np.add, input, _given("cumsum", dim, axis), dtype)


@method("cumprod")
@twin_of(np.cumprod)
def cumprod(
    input: Tensor, dim: int | None = None, *, dtype: dtypes.dtype | None = None, axis: int | None = None
) -> Tensor:
    """The product up to each element along `dim`, as ``torch.cumprod``. Integers and booleans multiply to int64.

    >>> import teachgrad as tg
    >>> tg.cumprod(tg.tensor([1.0, 2.0, 3.0]), dim=0)
    tensor([1., 2., 6.])
    """
    return _running(CUMPROD, np.multiply, input, _given("cumprod", dim, axis), dtype)


@method("logcumsumexp")
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """log(cumsum(exp(input))) along `dim`, without overflow, as ``torch.logcumsumexp``."""
    if input.array.dtype.kind != "f":
        raise no_kernel("logcumsumexp_out_cpu", input.array)
    return _running(LOGCUMSUMEXP, np.logaddexp, input, dim, None)


def _given(name: str, dim: int | None, axis: int | None) -> int:
    given = axis if dim is None else dim
    if given is None:
        raise explained(
            TypeError,
            f'{name}() missing 1 required positional arguments: "dim"',
            why="what is added up has an order, so it has to run along one dimension.",
            fix=f"name it: x.{name}(dim=0).",
        )
    return given


def _running(op: Op, ufunc: np.ufunc, a: Tensor, dim: int, dtype: dtypes.dtype | None) -> Tensor:
    if dtype is not None:
        a = a.to(dtype)
    x = a.array
    if x.dtype.kind != "f":
        x = x.astype(np.int64)
    axis = checked_dim(dim, x.ndim)
    return result(
        op, ufunc.accumulate(np.ascontiguousarray(x), axis) if x.ndim else x.copy(), (a,), (axis if x.ndim else -1,)
    )


@method("cummax")
def cummax(input: Tensor, dim: int) -> Any:
    """The largest element so far along `dim`, and where it was found (the last of equal ones), as ``torch.cummax``.

    >>> import teachgrad as tg
    >>> values, indices = tg.cummax(tg.tensor([1.0, 3.0, 2.0]), dim=0)
    >>> values, indices
    (tensor([1., 3., 3.]), tensor([0, 1, 1]))
    """
    return return_types.cummax(_records(CUMMAX, np.maximum, input, dim))


@method("cummin")
def cummin(input: Tensor, dim: int) -> Any:
    """The smallest element so far along `dim`, and where it was found (the last of equal ones), as ``torch.cummin``."""
    return return_types.cummin(_records(CUMMIN, np.minimum, input, dim))


def _records(op: Op, ufunc: np.ufunc, a: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    x = a.array
    axis = checked_dim(dim, x.ndim)
    if not x.ndim:
        values, index = x.copy(), np.zeros((), np.int64)
    else:
        values = ufunc.accumulate(np.ascontiguousarray(x), axis)
        index = _last_met(x, values, axis)
    return result(op, values, (a,), (index, axis, x.shape)), wrap(index)


def _last_met(x: Array, values: Array, axis: int) -> Array:
    """Where the record stands: the last place so far at which the element was the record; nan is one for good."""
    places = np.arange(x.shape[axis]).reshape([-1 if place == axis else 1 for place in range(x.ndim)])
    at_record = (values == x) | (x != x)
    index: Array = np.maximum.accumulate(np.where(at_record, places, 0), axis)
    return index
