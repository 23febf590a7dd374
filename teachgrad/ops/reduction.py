"""Reductions: many elements in, few out. Backward they do the opposite: each gradient is spread over what was reduced.

The attribute `kept` is the shape of the result as if reduced dimensions had been kept with size 1. A gradient in that
shape broadcasts against the input; that is all a formula needs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.table import method, result, twin_of
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "all",
    "any",
    "argmax",
    "argmin",
    "max",
    "mean",
    "min",
    "sum",
]

Dims = int | Sequence[int] | None


def spread(g: Any, shape: tuple[int, ...]) -> Any:
    """Every element of the result was moved by every element that went into it: repeat `g` to that shape."""
    if isinstance(g, Tensor):
        return g.expand(shape)
    full = np.empty(shape, g.dtype)
    full[...] = g
    return full


SUM_ALL = Op("SumBackward0", [lambda g, shape: spread(g, shape)], ("shape",), "Σ")
SUM = Op("SumBackward1", [lambda g, kept, shape: spread(g.reshape(kept), shape)], ("kept", "shape"), "Σ")
MEAN_ALL = Op("MeanBackward0", [lambda g, shape, count: spread(g / count, shape)], ("shape", "count"), "mean")
MEAN = Op(
    "MeanBackward1",
    [lambda g, kept, shape, count: spread(g.reshape(kept) / count, shape)],
    ("kept", "shape", "count"),
    "mean",
)
# The largest element alone moves the maximum. Several equal ones share the gradient ...
MAX_ALL, MIN_ALL = (
    Op(f"{name}Backward1", [lambda g, a, out: g * (a == out) / (a == out).sum()], symbol=name.lower())
    for name in ("Max", "Min")
)
# ... except with a dim, where PyTorch returns which one was taken, and that one gets it.
MAX, MIN = (
    Op(f"{name}Backward0", [lambda g, kept, taken: g.reshape(kept) * taken], ("kept", "taken"), name.lower())
    for name in ("Max", "Min")
)


def reduced(a: Tensor, dim: Dims) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The dimensions to reduce, and the shape in which they are kept with size 1."""
    ndim, shape = a.array.ndim, a.array.shape
    if dim is None or dim == ():
        return tuple(range(ndim)), (1,) * ndim
    axes = tuple(checked_dim(d, ndim) for d in ((dim,) if isinstance(dim, int) else dim))
    if len(set(axes)) < len(axes):
        raise RuntimeError(f"dim {axes[-1]} appears multiple times in the list of dims")
    if ndim == 0:
        return (), ()
    return axes, tuple([1 if axis in axes else size for axis, size in enumerate(shape)])


@method("sum")
@twin_of(np.sum)
def sum(
    a: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    axis: Dims = None,
    keepdims: bool = False,
) -> Tensor:
    """The sum of all elements, or along `dim`, as ``torch.sum``. Integers and booleans add up to int64.

    `axis` and `keepdims` are NumPy's names for `dim` and `keepdim`; PyTorch accepts both as well.

    >>> import teachgrad as tg
    >>> tg.sum(tg.ones(2, 3), dim=1)
    tensor([3., 3.])
    """
    if dtype is not None:
        a = a.to(dtype)
    x = a.array
    dim = axis if dim is None else dim
    if dim is None and not (keepdim or keepdims):
        return result(SUM_ALL, np.add.reduce(x, None, _sum_type(x)), (a,), (x.shape,))
    axes, kept = reduced(a, dim)
    return result(SUM, x.sum(axes, _sum_type(x), keepdims=keepdim or keepdims), (a,), (kept, x.shape))


def _sum_type(x: Array) -> Any:
    """Whole numbers add up to int64, also unsigned ones; None keeps the type."""
    return None if x.dtype.kind == "f" else np.int64


@method("mean")
@twin_of(np.mean)
def mean(
    a: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    axis: Dims = None,
    keepdims: bool = False,
) -> Tensor:
    """The average of all elements, or along `dim`, as ``torch.mean``.

    Raises:
        RuntimeError: for integers and booleans.
    """
    if dtype is not None:
        a = a.to(dtype)
    x = a.array
    if x.dtype.kind != "f":
        raise explained(
            RuntimeError,
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {c_name(x.dtype)}",
            why="an average of whole numbers is seldom whole.",
            fix="convert first: x.float().mean()",
        )
    dim = axis if dim is None else dim
    if dim is None and not (keepdim or keepdims):
        total = np.add.reduce(x, None)
        average = total / x.dtype.type(x.size) if x.size else x.dtype.type(math.nan)
        return result(MEAN_ALL, average, (a,), (x.shape, x.size))
    axes, kept = reduced(a, dim)
    count = math.prod([x.shape[axis] for axis in axes])
    total = x.sum(axes, keepdims=keepdim or keepdims)
    return result(MEAN, total / x.dtype.type(count), (a,), (kept, x.shape, count))


class Extremum(NamedTuple):
    """What `max` and `min` along a dim return: the values, and where they were found."""

    values: Tensor
    indices: Tensor


class MaxResult(Extremum):
    """As ``torch.return_types.max``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.return_types.max(\nvalues={self.values!r},\nindices={self.indices!r})"


class MinResult(Extremum):
    """As ``torch.return_types.min``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.return_types.min(\nvalues={self.values!r},\nindices={self.indices!r})"


@method("max")
@twin_of(np.max)
def max(a: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The largest element or, along `dim`, the largest ones and their indices, as ``torch.max``. nan wins.

    >>> import teachgrad as tg
    >>> values, indices = tg.tensor([[1.0, 5.0], [7.0, 2.0]]).max(dim=1)
    >>> values, indices
    (tensor([5., 7.]), tensor([1, 0]))
    """
    if dim is None:
        return result(MAX_ALL, np.maximum.reduce(_filled("max", a.array), None), (a,))
    return MaxResult(*_extremum(MAX, np.argmax, a, dim, keepdim))


@method("min")
@twin_of(np.min)
def min(a: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest element or, along `dim`, the smallest ones and their indices, as ``torch.min``. nan wins."""
    if dim is None:
        return result(MIN_ALL, np.minimum.reduce(_filled("min", a.array), None), (a,))
    return MinResult(*_extremum(MIN, np.argmin, a, dim, keepdim))


def _filled(name: str, x: Any) -> Any:
    if x.size == 0:
        raise explained(
            RuntimeError,
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument.",
            why=f"the tensor of shape {x.shape} has no elements, so none is the {name}imum.",
            fix="check how it came to be empty.",
        )
    return x


def _extremum(op: Op, where: Any, a: Tensor, dim: int, keepdim: bool) -> tuple[Tensor, Tensor]:
    x = a.array
    axis = checked_dim(dim, x.ndim)
    if x.ndim == 0:
        return result(op, x.copy(), (a,), ((), np.True_)), wrap(np.zeros((), np.int64))
    _check_size(where.__name__.removeprefix("arg"), x, (axis,))
    indices = np.expand_dims(where(x, axis), axis)
    taken = np.zeros(x.shape, bool)
    np.put_along_axis(taken, indices, True, axis)
    values = np.take_along_axis(x, indices, axis)
    kept = values.shape
    if not keepdim:
        values, indices = values.squeeze(axis), indices.squeeze(axis)
    return result(op, values, (a,), (kept, taken)), wrap(indices)


# Reductions without a gradient: their results are indices or truth values


def _index_of(name: str, where: Any) -> Any:
    def find(a: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
        if dim is None:
            return wrap(where(_filled(name, a.array), None))
        return wrap(where(a.array, checked_dim(dim, a.array.ndim), keepdims=keepdim))

    find.__name__ = find.__qualname__ = name
    find.__doc__ = f"The index of the extreme element (along `dim`), int64, as ``torch.{name}``."
    return method(name)(find)


argmax, argmin = _index_of("argmax", np.argmax), _index_of("argmin", np.argmin)


@method("all")
def all(a: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether every element is true (not 0), as ``torch.all``."""
    return wrap(np.all(a.array, reduced(a, dim)[0], keepdims=keepdim))


@method("any")
def any(a: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether some element is true (not 0), as ``torch.any``."""
    return wrap(np.any(a.array, reduced(a, dim)[0], keepdims=keepdim))
