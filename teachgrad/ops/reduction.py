"""Reductions: many elements in, few out. Backward they do the opposite: each gradient is spread over what was reduced.

The attribute `kept` is the shape of the result as if reduced dimensions had been kept with size 1. A gradient in that
shape broadcasts against the input; that is all a formula needs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from teachgrad import dtypes, return_types
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.corners import maximum, minimum
from teachgrad.ops.out import written
from teachgrad.ops.pointwise import div
from teachgrad.ops.shape import reshape, sizes_of
from teachgrad.ops.table import method, result, twin_of
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "all",
    "amax",
    "amin",
    "aminmax",
    "any",
    "argmax",
    "argmin",
    "count_nonzero",
    "logsumexp",
    "max",
    "mean",
    "min",
    "nanmean",
    "nansum",
    "prod",
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
    Op(f"{name}Backward1", [lambda g, a, out: shared(g, extreme(a, out), None)], symbol=name.lower())
    for name in ("Max", "Min")
)
# ... except with a dim, where PyTorch returns which one was taken, and that one gets it.
MAX, MIN = (
    Op(f"{name}Backward0", [lambda g, kept, taken: g.reshape(kept) * taken], ("kept", "taken"), name.lower())
    for name in ("Max", "Min")
)


# With amax and amin, equal ones share also along a dim.
AMAX, AMIN = (
    Op(
        f"{name}Backward0",
        [lambda g, a, out, axes, kept: shared(g.reshape(kept), a == out.reshape(kept), axes)],
        ("axes", "kept"),
        name.lower(),
    )
    for name in ("Amax", "Amin")
)
AMINMAX = Op("AminmaxBackward0", AMAX.sources, ("axes", "kept"), "aminmax")
PROD_ALL, PROD = (
    Op(
        f"ProdBackward{n}",
        [lambda g, a, out, axis, kept: g.reshape(kept) * product_of_others(a, out.reshape(kept), axis)],
        ("axis", "kept"),
        "Π",
    )
    for n in (0, 1)
)
LOGSUMEXP = Op(
    "LogsumexpBackward0", [lambda g, a, out, kept: g.reshape(kept) * np.exp(a - out.reshape(kept))], ("kept",)
)
NANSUM = Op(
    "NansumBackward0",
    [lambda g, kept, shape, known: spread(g.reshape(kept), shape) * known],
    ("kept", "shape", "known"),
)


def shared(g: Any, winners: Any, axes: tuple[int, ...] | None) -> Any:
    """`g` in equal shares to the winners, of which there may be several."""
    return g * winners / winners.sum(axis=axes, keepdims=axes is not None)


def extreme(a: Any, out: Any) -> Any:
    """Which elements are the extreme one; nan, which wins against all others, is not equal to itself."""
    return (a == out) | (a != a)


def product_of_others(a: Any, out: Any, axis: int | None) -> Any:
    """For each element the product of all others: the product divided by it or, if it may be 0, multiplied anew."""
    if (a.array if isinstance(a, Tensor) else a).all():
        return out / a
    if axis is None:
        return product_of_others(a.reshape(-1), out, 0).reshape(a.shape)
    square = each_left_out(a.swapaxes(axis, -1))
    return np.prod(square, axis=-1).swapaxes(axis, -1)


def each_left_out(a: Any) -> Any:
    """Rows as often as they have elements, each time with another element replaced by 1: (..., n) to (..., n, n)."""
    n = a.shape[-1]
    return np.where(np.eye(n, dtype=bool), 1, a[..., None, :])


def reduced(a: Tensor, dim: Dims) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The dimensions to reduce, and the shape in which they are kept with size 1."""
    ndim, shape = a.array.ndim, a.array.shape
    if dim is None or dim == ():
        return tuple(range(ndim)), (1,) * ndim
    axes = tuple(checked_dim(d, ndim) for d in ((dim,) if isinstance(dim, int) else dim))
    if len(set(axes)) < len(axes):
        raise explained(
            RuntimeError,
            f"dim {axes[-1]} appears multiple times in the list of dims",
            why=f"{dim} names a dimension twice (negative ones count from the end).",
            fix="name each dimension once.",
        )
    if ndim == 0:
        return (), ()
    return axes, tuple([1 if axis in axes else size for axis, size in enumerate(shape)])


@method("sum")
@twin_of(np.sum)
def sum(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    axis: Dims = None,
    keepdims: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """The sum of all elements, or along `dim`, as ``torch.sum``. Integers and booleans add up to int64.

    `axis` and `keepdims` are NumPy's names for `dim` and `keepdim`; PyTorch accepts both as well.

    >>> import teachgrad as tg
    >>> tg.sum(tg.ones(2, 3), dim=1)
    tensor([3., 3.])
    """
    if out is not None:
        written("sum", sum(input, dim, keepdim or keepdims, dtype=dtype, axis=axis), out)
        return out
    if dtype is not None:
        input = input.to(dtype)
    x = input.array
    dim = axis if dim is None else dim
    if dim is None and not (keepdim or keepdims):
        return result(SUM_ALL, np.add.reduce(x, None, _sum_type(x)), (input,), (x.shape,))
    axes, kept = reduced(input, dim)
    total = np.asarray(x.sum(axes, _sum_type(x), keepdims=keepdim or keepdims), order="C")
    return result(SUM, total, (input,), (kept, x.shape))


def _sum_type(x: Array) -> Any:
    """Whole numbers add up to int64, also unsigned ones; None keeps the type."""
    return None if x.dtype.kind == "f" else np.int64


@method("mean")
@twin_of(np.mean)
def mean(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    axis: Dims = None,
    keepdims: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """The average of all elements, or along `dim`, as ``torch.mean``.

    Raises:
        RuntimeError: for integers and booleans.
    """
    if out is not None:
        written("mean", mean(input, dim, keepdim or keepdims, dtype=dtype, axis=axis), out)
        return out
    if dtype is not None:
        input = input.to(dtype)
    x = input.array
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
        return result(MEAN_ALL, average, (input,), (x.shape, x.size))
    axes, kept = reduced(input, dim)
    count = math.prod([x.shape[axis] for axis in axes])
    total = x.sum(axes, keepdims=keepdim or keepdims)
    return result(MEAN, total / x.dtype.type(count), (input,), (kept, x.shape, count))


@method("max")
@twin_of(np.max)
def max(input: Tensor, dim: int | Tensor | None = None, keepdim: bool = False, *, other: Tensor | None = None) -> Any:
    """The largest element or, along `dim`, the largest ones and their indices, as ``torch.max``. nan wins.

    Given a second tensor instead of a dim, it is `maximum`: the larger of each two elements.

    >>> import teachgrad as tg
    >>> values, indices = tg.tensor([[1.0, 5.0], [7.0, 2.0]]).max(dim=1)
    >>> values, indices
    (tensor([5., 7.]), tensor([1, 0]))
    """
    if isinstance(dim, Tensor) or other is not None:
        return maximum(input, dim if other is None else other)
    if dim is None:
        return result(MAX_ALL, np.maximum.reduce(_filled("max", input.array), None), (input,))
    return return_types.max(_extremum(MAX, np.argmax, input, dim, keepdim))


@method("min")
@twin_of(np.min)
def min(input: Tensor, dim: int | Tensor | None = None, keepdim: bool = False, *, other: Tensor | None = None) -> Any:
    """The smallest element or, along `dim`, the smallest ones and their indices, as ``torch.min``. nan wins.

    Given a second tensor instead of a dim, it is `minimum`: the smaller of each two elements.
    """
    if isinstance(dim, Tensor) or other is not None:
        return minimum(input, dim if other is None else other)
    if dim is None:
        return result(MIN_ALL, np.minimum.reduce(_filled("min", input.array), None), (input,))
    return return_types.min(_extremum(MIN, np.argmin, input, dim, keepdim))


def _filled(name: str, x: Any) -> Any:
    if x.size == 0:
        raise explained(
            IndexError if name.startswith("arg") else RuntimeError,
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
        return result(op, x.copy(), (a,), ((), np.ones((), bool))), wrap(np.zeros((), np.int64))
    _check_size(where.__name__.removeprefix("arg"), x, (axis,))
    indices = np.expand_dims(where(x, axis), axis)
    taken = np.zeros(x.shape, bool)
    np.put_along_axis(taken, indices, True, axis)
    values = np.take_along_axis(x, indices, axis)
    kept = values.shape
    if not keepdim:
        values, indices = values.squeeze(axis), indices.squeeze(axis)
    return result(op, values, (a,), (kept, taken)), wrap(indices)


def _check_size(name: str, x: Array, axes: tuple[int, ...]) -> None:
    for axis in axes:
        if x.ndim and x.shape[axis] == 0:
            raise explained(
                IndexError,
                f"{name}(): Expected reduction dim {axis} to have non-zero size.",
                why=f"the tensor of shape {x.shape} has nothing along dim {axis} to choose from.",
                fix="check how it came to be empty.",
            )


@method("amax")
def amax(input: Tensor, dim: Dims = (), keepdim: bool = False) -> Tensor:
    """The largest elements along one or several dims, as ``torch.amax``. Equal ones share the gradient.

    >>> import teachgrad as tg
    >>> x = tg.tensor([[1.0, 4.0, 4.0]], requires_grad=True)
    >>> tg.amax(x, dim=1).backward()
    >>> x.grad
    tensor([[0.0000, 0.5000, 0.5000]])
    """
    return _amongst(AMAX, "amax", np.maximum.reduce, input, dim, keepdim)


@method("amin")
def amin(input: Tensor, dim: Dims = (), keepdim: bool = False) -> Tensor:
    """The smallest elements along one or several dims, as ``torch.amin``. Equal ones share the gradient."""
    return _amongst(AMIN, "amin", np.minimum.reduce, input, dim, keepdim)


def _amongst(op: Op, name: str, reduce: Any, a: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    x = a.array
    axes, kept = reduced(a, dim)
    if dim is None or dim == ():
        _filled(name, x)
    _check_size(name, x, axes)
    return result(op, np.asarray(reduce(x, axes, keepdims=keepdim), order="C"), (a,), (axes, kept))


@method("aminmax")
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest and the largest element (along `dim`) at once, as ``torch.aminmax``.

    >>> import teachgrad as tg
    >>> low, high = tg.aminmax(tg.tensor([3.0, 1.0, 2.0]))
    >>> low, high
    (tensor(1.), tensor(3.))
    """
    x = input.array
    axes, kept = reduced(input, dim)
    if x.size == 0 and (dim is None or x.shape[axes[0]] == 0):
        raise explained(
            RuntimeError,
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.",
            why=f"the tensor of shape {x.shape} has nothing to choose from.",
            fix="check how it came to be empty.",
        )
    ends = (x.min(axes, keepdims=keepdim), x.max(axes, keepdims=keepdim))
    return return_types.aminmax(tuple(result(AMINMAX, end, (input,), (axes, kept)) for end in ends))


@method("sum_to_size")
def sum_to_size(a: Tensor, *size: Any) -> Tensor:
    """Summed over dimensions until the size is reached that broadcasts to its own, as ``torch.Tensor.sum_to_size``.

    Raises:
        RuntimeError: if that size does not broadcast to the tensor's.
    """
    target, shape = sizes_of("sum_to_size", size), a.array.shape
    extra = len(shape) - len(target)
    if extra < 0 or False in [n in (1, m) for n, m in zip(target, shape[extra:])]:
        raise explained(
            RuntimeError,
            f"size {{{list(target)}}} is not expandable to size {{{list(shape)}}}.",
            why="a sum goes back the way that broadcasting came.",
            fix="give the shape with 1 for each dimension to sum over.",
        )
    if target == shape:
        return a
    stretched = [extra + i for i, (n, m) in enumerate(zip(target, shape[extra:])) if n != m]
    summed: Tensor = sum(a, (*range(extra), *stretched), keepdim=True)
    return reshape(summed, target) if extra else summed


@method("prod")
@twin_of(np.prod)
def prod(
    input: Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    axis: int | None = None,
    keepdims: bool = False,
) -> Tensor:
    """The product of all elements, or along one `dim`, as ``torch.prod``. Integers and booleans multiply to int64.

    >>> import teachgrad as tg
    >>> tg.prod(tg.tensor([[2.0, 3.0], [4.0, 5.0]]), dim=0)
    tensor([ 8., 15.])
    """
    if dtype is not None:
        input = input.to(dtype)
    x = input.array
    along = axis if dim is None else dim
    if along is None:
        product = np.multiply.reduce(x, None, x.dtype if dtype else _sum_type(x))
        return result(PROD_ALL, product, (input,), (None, (1,) * x.ndim))
    axes, kept = reduced(input, along)
    product = x.prod(axes, x.dtype if dtype else _sum_type(x), keepdims=keepdim or keepdims)
    return result(PROD, product, (input,), (axes[0] if axes else None, kept))


@method("logsumexp")
def logsumexp(input: Tensor, dim: int | Sequence[int], keepdim: bool = False) -> Tensor:
    """log(sum(exp(input))) along one or several dims, without overflow, as ``torch.logsumexp``.

    The largest element is taken out before exp and put back after log: nothing changes, except that exp stays below 1.

    >>> import teachgrad as tg
    >>> tg.logsumexp(tg.tensor([1000.0, 1000.0]), dim=0)
    tensor(1000.6932)
    """
    if input.array.dtype.kind != "f":
        input = input.to(dtypes.get_default_dtype())
    x = input.array
    axes, kept = reduced(input, dim)
    largest = np.maximum.reduce(x, axes, keepdims=True, initial=-math.inf)
    largest = np.where(np.isfinite(largest), largest, 0)
    out = np.log(np.exp(x - largest).sum(axes, keepdims=True)) + largest
    return result(LOGSUMEXP, out if keepdim else out.squeeze(axes), (input,), (kept,))


@method("nansum")
def nansum(input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """The sum of the elements that are not nan, as ``torch.nansum``; nan gets the gradient 0.

    >>> import teachgrad as tg
    >>> tg.nansum(tg.tensor([1.0, float("nan"), 2.0]))
    tensor(3.)
    """
    if dtype is not None:
        input = input.to(dtype)
    x = input.array
    if x.dtype.kind != "f":
        return sum(input, dim, keepdim)
    axes, kept = reduced(input, dim)
    known = ~np.isnan(x)
    total = np.where(known, x, x.dtype.type(0)).sum(axes, keepdims=keepdim)
    return result(NANSUM, total, (input,), (kept, x.shape, known))


@method("nanmean")
def nanmean(input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """The average of the elements that are not nan, as ``torch.nanmean``."""
    x = input.array
    if x.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"nanmean(): expected input to have floating point or complex dtype but got {c_name(x.dtype)}",
            why="an average of whole numbers is seldom whole.",
            fix="convert first: x.float().nanmean()",
        )
    count = wrap((~np.isnan(x)).sum(reduced(input, dim)[0], keepdims=keepdim))
    return div(nansum(input, dim, keepdim, dtype=dtype), count)


# Reductions without a gradient: their results are indices or truth values


def _index_of(name: str, where: Any) -> Any:
    def find(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
        x = input.array
        if x.dtype.kind == "b":
            raise explained(
                RuntimeError,
                f"{name}(): does not support bool input",
                why="True and False come in no order of size.",
                fix=f"convert first: x.int().{name}()",
            )
        if dim is None:
            index = where(_filled(name, x), None)
            return wrap(np.reshape(index, (1,) * x.ndim) if keepdim else index)
        axis = checked_dim(dim, x.ndim)
        if x.ndim == 0:
            return wrap(np.zeros((), np.int64))
        _check_size(name, x, (axis,))
        return wrap(where(x, axis, keepdims=keepdim))

    find.__name__ = find.__qualname__ = name
    find.__doc__ = f"The index of the first extreme element (along `dim`), int64, as ``torch.{name}``. nan wins."
    return method(name)(find)


argmax, argmin = _index_of("argmax", np.argmax), _index_of("argmin", np.argmin)


@method("all")
def all(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether every element is true (not 0), along one or several dims, as ``torch.all``."""
    return _truth(np.all, input, dim, keepdim)


@method("any")
def any(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether some element is true (not 0), along one or several dims, as ``torch.any``."""
    return _truth(np.any, input, dim, keepdim)


def _truth(ask: Any, a: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    answer = ask(a.array, reduced(a, dim)[0], keepdims=keepdim)
    return wrap(answer.astype(np.uint8) if a.array.dtype == np.uint8 else answer)  # the one type that PyTorch keeps


@method("count_nonzero")
def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """How many elements are not 0, along one or several dims, int64, as ``torch.count_nonzero``.

    >>> import teachgrad as tg
    >>> tg.count_nonzero(tg.tensor([[0.0, 2.0], [3.0, 4.0]]), dim=0)
    tensor([1, 2])
    """
    return wrap(np.asarray(np.count_nonzero(input.array, reduced(input, dim)[0]), np.int64))
