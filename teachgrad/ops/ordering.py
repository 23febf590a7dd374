"""Orders: sorting, the k largest, medians, quantiles, what comes how often, and where a value would fit in.

An order says which element stands where. Backward, each gradient goes to the element that it was computed from; the
order itself, like every choice, has no slope.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad import return_types
from teachgrad.errors import explained
from teachgrad.grad_mode import is_grad_enabled
from teachgrad.graph import Array, Op
from teachgrad.ops.gathering import along
from teachgrad.ops.indexing import placed
from teachgrad.ops.table import method, no_kernel, not_a_tensor, operand, result
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "argsort",
    "bucketize",
    "isin",
    "kthvalue",
    "median",
    "mode",
    "msort",
    "nanmedian",
    "nanquantile",
    "quantile",
    "searchsorted",
    "sort",
    "topk",
    "unique",
    "unique_consecutive",
]


def _choice(name: str, symbol: str) -> Op:
    """An op whose results are elements of the input, named by an index along one axis."""
    formula = lambda g, index, axis, shape: placed(g.reshape(index.shape), along(index, axis), shape)  # noqa: E731
    return Op(name, [formula], ("index", "axis", "shape"), symbol)


SORT, STABLE_SORT = (_choice(f"SortBackward{n}", "sort") for n in (0, 1))
TOPK, KTHVALUE = _choice("TopkBackward0", "top k"), _choice("KthvalueBackward0", "kth value")
MEDIAN, NANMEDIAN, MODE = (_choice(f"{n}", "") for n in ("MedianBackward1", "NanmedianBackward1", "ModeBackward0"))
QUANTILE = _choice("QuantileBackward0", "quantile")
MEDIAN_ALL, NANMEDIAN_ALL = (
    Op(f"{name}Backward0", [lambda g, same: g * same / same.sum()], ("same",), name.lower())
    for name in ("Median", "Nanmedian")
)


def order(x: Array, axis: int, descending: bool = False) -> Array:
    """The places of the elements in ascending or descending order; equal ones keep theirs, nan counts as largest."""
    if x.ndim == 0:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(x, axis, kind="stable")
    places: Array = x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis, kind="stable"), axis)
    return places


def _chosen(op: Op, kind: Any, a: Tensor, index: Array, axis: int, keepdim: bool = True) -> Any:
    """The elements of `a` at `index` along `axis`, recorded, together with the index."""
    x = a.array
    values, shown = x[along(index, axis)], index
    if not keepdim and x.ndim:
        values, shown = values.squeeze(axis), index.squeeze(axis)
    return kind((result(op, values, (a,), (index, axis, x.shape)), wrap(shown)))


@method("sort")
def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool | None = None) -> Any:
    """The elements in order along `dim`, and where they stood, as ``torch.sort``. Equal ones keep their order.

    >>> import teachgrad as tg
    >>> values, indices = tg.sort(tg.tensor([2.0, 3.0, 1.0]))
    >>> values, indices
    (tensor([1., 2., 3.]), tensor([2, 0, 1]))
    """
    axis = checked_dim(dim, input.array.ndim)
    op = SORT if stable is None else STABLE_SORT
    return _chosen(op, return_types.sort, input, order(input.array, axis, descending), axis)


@method("msort")
def msort(input: Tensor) -> Tensor:
    """The elements in order along the first dim, as ``torch.msort``."""
    values: Tensor = sort(input, 0).values
    return values


@method("argsort")
def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Where the elements stand that come first, second, ... in order along `dim`, int64, as ``torch.argsort``."""
    return wrap(order(input.array, checked_dim(dim, input.array.ndim), descending))


@method("topk")
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest (or smallest) elements along `dim`, and where they stood, as ``torch.topk``. Always in order.

    >>> import teachgrad as tg
    >>> tg.topk(tg.tensor([2.0, 3.0, 1.0]), 2).indices
    tensor([1, 0])
    """
    x = input.array
    if x.dtype.kind == "b":
        raise explained(
            RuntimeError,
            "topk does not support bool dtypes on CPU",
            why="True and False come in no order of size.",
            fix="convert first: x.int().topk(k)",
        )
    axis = checked_dim(dim, x.ndim)
    size = x.shape[axis] if x.ndim else 1
    if not 0 <= k <= size:
        raise explained(
            RuntimeError,
            "selected index k out of range",
            why=f"k is {k}, and dim {axis} of shape {x.shape} has {size} elements.",
            fix=f"choose k from 0 to {size}.",
        )
    index = order(x, axis, descending=largest)
    first = index.take(np.arange(k), axis) if x.ndim else index
    return _chosen(TOPK, return_types.topk, input, first, axis)


@method("kthvalue")
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The `k`-th smallest element along `dim`, counted from 1, and where it stood, as ``torch.kthvalue``."""
    x = input.array
    axis = checked_dim(dim, x.ndim)
    size = x.shape[axis] if x.ndim else 1
    if x.dtype.kind == "b":
        raise no_kernel("kthvalue_cpu", x)
    if not 1 <= k <= size:
        raise explained(
            RuntimeError,
            f"kthvalue(): selected number k out of range for dimension {axis}",
            why=f"k is {k}, counted from 1, and there are {size} elements.",
            fix=f"choose k from 1 to {size}.",
        )
    return _chosen(KTHVALUE, return_types.kthvalue, input, _place(order(x, axis), k - 1, axis), axis, keepdim)


def _place(index: Array, k: Any, axis: int) -> Array:
    """One place of an order, with its dim kept."""
    return np.take_along_axis(index, np.reshape(k, (1,) * index.ndim), axis) if index.ndim else index


# Medians and modes


@method("median")
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The element in the middle, of two the smaller one; along `dim` also where it stood. As ``torch.median``.

    nan counts as largest and, if there is one, is the result.

    >>> import teachgrad as tg
    >>> tg.median(tg.tensor([1.0, 9.0, 2.0, 3.0]))
    tensor(2.)
    """
    return _middle("median", MEDIAN_ALL, MEDIAN, input, dim, keepdim)


@method("nanmedian")
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The median of the elements that are not nan, as ``torch.nanmedian``."""
    return _middle("nanmedian", NANMEDIAN_ALL, NANMEDIAN, input, dim, keepdim)


def _middle(name: str, whole: Op, along_dim: Op, a: Tensor, dim: int | None, keepdim: bool) -> Any:
    x = a.array
    if x.dtype.kind == "b":
        raise no_kernel("median_cpu" if dim is None else "median_out", x)
    if dim is None:
        if not x.size:
            return result(whole, np.asarray(math.nan, x.dtype), (a,), (np.zeros(x.shape, bool),))
        flat = x.reshape(-1)
        value = flat[_middle_index(name, flat, 0)][0]
        return result(whole, value, (a,), (np.asarray((x == value) | ((x != x) & (value != value))),))
    axis = checked_dim(dim, x.ndim)
    if x.ndim and not x.shape[axis]:
        raise explained(
            IndexError,
            f"{name}(): Expected reduction dim {axis} to have non-zero size.",
            why=f"the tensor of shape {x.shape} has nothing along dim {axis}, and so no middle.",
            fix="check how it came to be empty.",
        )
    return _chosen(along_dim, getattr(return_types, name), a, _middle_index(name, x, axis), axis, keepdim)


def _middle_index(name: str, x: Array, axis: int) -> Array:
    """Where the middle element stands, with the dim kept."""
    index = order(x, axis)
    if not x.ndim:
        return index
    size, unknown = x.shape[axis], (x != x).sum(axis, keepdims=True)
    if name == "nanmedian":
        middle = np.maximum(size - unknown - 1, 0) // 2
    else:  # nan stand last in the order; the first of them
        middle = np.where(unknown > 0, size - unknown, (size - 1) // 2)
    return np.take_along_axis(index, middle, axis)


@method("mode")
def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> Any:
    """The element that comes most often along `dim`, of several the smallest, and where it comes last.

    As ``torch.mode``.

    >>> import teachgrad as tg
    >>> tg.mode(tg.tensor([3.0, 1.0, 3.0])).values
    tensor(3.)
    """
    x = input.array
    axis = checked_dim(dim, x.ndim)
    index = np.zeros((), np.int64)
    if x.ndim:
        rows = np.moveaxis(x, axis, -1)
        ranks = np.lexsort((rows, rows == rows))  # nan first, unlike when sorting
        ends = np.apply_along_axis(_end_of_longest_run, -1, np.take_along_axis(rows, ranks, -1))
        index = np.moveaxis(np.take_along_axis(ranks, ends[..., None], -1), -1, axis)
    return _chosen(MODE, return_types.mode, input, index, axis, keepdim)


def _end_of_longest_run(row: Array) -> Any:
    """Where, in a sorted row, the first of the longest runs of equal elements ends."""
    starts = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    lengths = np.diff(starts, append=row.size)
    return starts[np.argmax(lengths)] + np.max(lengths) - 1


@method("quantile")
def quantile(
    input: Tensor, q: float | Tensor, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """The value below which a share `q` of the elements lies (along `dim`), as ``torch.quantile``.

    Between two elements it is interpolated: "linear", "lower", "higher", "midpoint" or "nearest". With a vector of
    shares the result has a first dim more.

    >>> import teachgrad as tg
    >>> tg.quantile(tg.tensor([0.0, 10.0, 20.0]), 0.25)
    tensor(5.)
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation, skip_nan=False)


@method("nanquantile")
def nanquantile(
    input: Tensor, q: float | Tensor, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """`quantile` of what is not nan, as ``torch.nanquantile``; nan where nothing else is.

    >>> import teachgrad as tg
    >>> tg.nanquantile(tg.tensor([0.0, tg.nan, 20.0]), 0.25)
    tensor(5.)
    """
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation, skip_nan=True)


def _quantile(
    name: str, input: Tensor, q: float | Tensor, dim: int | None, keepdim: bool, interpolation: str, skip_nan: bool
) -> Tensor:
    if input.array.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"{name}() input tensor must be either float or double dtype",
            why=f"it holds {input.dtype}, and a quantile may lie between two elements.",
            fix="convert first: x.float()",
        )
    if not input.array.size:
        raise explained(
            RuntimeError,
            f"{name}() input tensor must be non-empty",
            why=f"its shape is {input.array.shape}: there is nothing to choose from.",
            fix="check how it came to be empty.",
        )
    shares = operand(name, q, input.array).array if not isinstance(q, Tensor) else q.array
    if shares.size and not (shares.min() >= 0 and shares.max() <= 1):
        raise explained(
            RuntimeError,
            f"{name}() q must be in the range [0, 1] but got {shares.max() if shares.max() > 1 else shares.min()}",
            why="it is a share: 0.5 for the half.",
            fix="divide percentages by 100.",
        )
    ndim = input.array.ndim
    rows = input.reshape(-1) if dim is None or ndim == 0 else input
    axis = 0 if dim is None else checked_dim(dim, ndim)
    out = _between(rows, axis, shares.reshape(-1), interpolation, skip_nan)
    if keepdim:
        out = out.reshape(-1, *((1,) * ndim)) if dim is None or ndim == 0 else out.unsqueeze(axis + 1)
    return out.squeeze(0) if shares.ndim == 0 else out


def _between(a: Tensor, axis: int, shares: Array, interpolation: str, skip_nan: bool) -> Tensor:
    """Quantiles along one axis; the shares become the first dim."""
    x = a.array
    known = np.count_nonzero(~np.isnan(x), axis, keepdims=True)  # nan stands last
    last = known - 1 if skip_nan else np.asarray(x.shape[axis] - 1)
    rank = shares.reshape([-1 if place == axis else 1 for place in range(x.ndim)]) * np.maximum(last, 0)
    if not skip_nan:
        rank = np.where(known == x.shape[axis], rank, last)
    whole: Any = {"lower": np.floor, "higher": np.ceil, "nearest": np.round}.get(interpolation)
    index = order(x, axis)

    def at(ranks: Array) -> Tensor:
        places = np.take_along_axis(index, np.broadcast_to(ranks, rank.shape).astype(np.intp), axis)
        return result(QUANTILE, x[along(places, axis)], (a,), (places, axis, x.shape))

    if whole is None:
        weight = np.full_like(rank, 0.5) if interpolation == "midpoint" else rank - np.floor(rank)
        out = at(np.floor(rank)).lerp(at(np.ceil(rank)), wrap(weight.astype(x.dtype)))
    else:
        out = at(whole(rank))
    return out.permute(axis, *(place for place in range(x.ndim) if place != axis))


# Without a gradient: what there is, how often, and where it would fit in


@method("unique")
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Each value once, in order; on request also where each element went, and how often each value came.

    As ``torch.unique``; with a dim, each slice once.

    >>> import teachgrad as tg
    >>> tg.unique(tg.tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))
    """
    _refuse_gradient("_unique2" if dim is None else "unique_dim", input)
    values, inverse, counts = np.unique(input.array, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    return _wanted(
        values, inverse.reshape(input.array.shape if dim is None else -1), counts, return_inverse, return_counts
    )


@method("unique_consecutive")
def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Each run of equal elements (with a dim: of equal slices) once, as ``torch.unique_consecutive``."""
    _refuse_gradient("unique_consecutive", input)
    x = input.array.reshape(-1) if dim is None else np.moveaxis(input.array, dim, 0)
    changes = (x[1:] != x[:-1]).any(tuple(range(1, x.ndim)))
    starts = np.flatnonzero(np.append(np.ones(min(len(x), 1), bool), changes))
    inverse = np.cumsum(np.append(np.zeros(min(len(x), 1), np.int64), changes))
    values = x[starts] if dim is None else np.moveaxis(x[starts], 0, dim)
    counts = np.diff(starts, append=len(x))
    return _wanted(
        values, inverse.reshape(input.array.shape if dim is None else -1), counts, return_inverse, return_counts
    )


def _refuse_gradient(name: str, a: Tensor) -> None:
    if is_grad_enabled() and a.requires_grad:
        raise explained(
            NotImplementedError,
            f"the derivative for '{name}' is not implemented.",
            why="the result has as many elements as there are different values, which is no matter of slopes.",
            fix="torch.unique(x.detach())",
        )


def _wanted(values: Array, inverse: Array, counts: Array, return_inverse: bool, return_counts: bool) -> Any:
    parts = [values, *([inverse] if return_inverse else []), *([counts] if return_counts else [])]
    return wrap(values) if len(parts) == 1 else tuple(wrap(part) for part in parts)


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element is among the test elements, as ``torch.isin``.

    >>> import teachgrad as tg
    >>> tg.isin(tg.tensor([1, 2, 3]), tg.tensor([3, 1]))
    tensor([ True, False,  True])
    """
    if not isinstance(elements, Tensor | np.ndarray) and not isinstance(test_elements, Tensor):
        raise not_a_tensor("isin", "elements", 1, elements)
    x, among = (part.array if isinstance(part, Tensor) else part for part in (elements, test_elements))
    return wrap(np.isin(x, among, invert=invert))


def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
) -> Tensor:
    """Where each value would have to be put in for the sequence to stay sorted, as ``torch.searchsorted``.

    The sequence has one dim, or all dims but the last agree with the values'. Before equal elements, or, with
    ``right=True`` or ``side="right"``, behind them.

    >>> import teachgrad as tg
    >>> tg.searchsorted(tg.tensor([1.0, 2.0, 3.0]), tg.tensor([0.5, 2.0]))
    tensor([0, 1])
    """
    rows = sorted_sequence.array
    values = input.array if isinstance(input, Tensor) else np.asarray(input, rows.dtype)
    where = side or ("right" if right else "left")
    if rows.ndim == 1:
        index = np.searchsorted(rows, values, where)  # type: ignore[call-overload]
    elif rows.shape[:-1] != values.shape[:-1]:
        raise explained(
            RuntimeError,
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(rows.shape)} and input "
            f"value tensor {list(values.shape)}",
            why="each row of values is looked up in the row of the sequence at the same place.",
            fix="give the sequence one dim, or the values as many rows.",
        )
    else:
        index = np.empty(values.shape, np.int64)
        for place in np.ndindex(rows.shape[:-1]):
            index[place] = np.searchsorted(rows[place], values[place], where)  # type: ignore[call-overload]
    return wrap(np.asarray(index, np.int32 if out_int32 else np.int64))


def bucketize(input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the interval between boundaries that each value falls into, as ``torch.bucketize``.

    >>> import teachgrad as tg
    >>> tg.bucketize(tg.tensor([0.5, 2.0, 9.0]), tg.tensor([1.0, 2.0]))
    tensor([0, 1, 2])
    """
    if boundaries.array.ndim != 1:
        raise explained(
            RuntimeError,
            f"boundaries tensor must be 1 dimension, but got dim({boundaries.array.ndim})",
            why="all values are looked up in one sequence.",
            fix="torch.searchsorted looks up each row in a sequence of its own.",
        )
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)
