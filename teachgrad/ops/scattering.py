"""Writing by tensors of indices where several values meet in one place, and writing to parts: copies with changes.

`scatter_reduce` and `index_reduce` say what becomes of values that meet (sum, product, mean, largest, smallest); their
formulas are one set, because both say by a NumPy index `where` they write. `select_scatter` and its family are what
`x[part] = y` does, as functions that leave x alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Formula, Op
from teachgrad.ops.gathering import along, at, checked_slices, checked_targets, corner
from teachgrad.ops.indexing import as_steps, emptied, getitem, placed
from teachgrad.ops.parts import diagonal, select
from teachgrad.ops.table import method, result
from teachgrad.ops.views import Take, in_place_twin, inside, outside
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "diagonal_scatter",
    "fill",
    "index_put",
    "index_reduce",
    "put",
    "scatter_reduce",
    "select_scatter",
    "slice_scatter",
    "unravel_index",
]

# Where values meet

ATTRIBUTES = ("where", "included", "count")


def own(g: Any, where: Any, included: bool) -> Any:
    """The gradient for what was there before: none in places that were written to, unless it was included."""
    return g if included else emptied(g, where)


def share_of_self(g: Any, a: Any, b: Any, out: Any, where: Any, included: bool) -> Any:
    """The extreme value passes the gradient on, in equal shares where several values are equal."""
    return own(g * (a == out) / winners(a, b, out, where), where, included)


def winners(a: Any, b: Any, out: Any, where: Any) -> Any:
    """How many values are equal to the extreme one; at least 1, so that one can divide by it."""
    a, b, out = (x.array if isinstance(x, Tensor) else x for x in (a, b, out))
    count = (a == out) + placed((b == out[where]).astype(out.dtype), where, out.shape)
    return np.maximum(count, 1)


def rest_of_product(g: Any, a: Any, b: Any, where: Any, included: bool) -> Any:
    """The product without what was there before: it is divided by that or, where that is 0, by the 1 put in its place.

    Where it was not included, the quotient is not used.
    """
    factor = np.where(a == 0, 1, a)
    return own(g * product(factor, b, where, included) / factor, where, included)


def rest_of_product_for_source(g: Any, a: Any, b: Any, out: Any, where: Any, included: bool) -> Any:
    """The product without each written value: divided by it or, where it is the only 0 of its place, made without."""
    zero = b == 0
    zeros = zero.array if isinstance(zero, Tensor) else zero
    alone = zeros & (placed(zeros.astype(np.int64), where, g.shape)[where] == 1)
    without_it = (g * product(a, np.where(alone, 1, b), where, included))[where]
    return np.where(alone, without_it, (g * out)[where] / np.where(zero, 1, b))


def product(a: Any, b: Any, where: Any, included: bool) -> Any:
    """The products themselves: of arrays, or of tensors with their history."""
    if isinstance(a, Tensor):
        return _reduced(SCATTER_REDUCE["prod"], "prod", a, where, b, included)
    return _meeting("prod", a, where, b, included)[0]


FORMULAS: dict[str, list[Formula]] = {
    "sum": [lambda g, where, included: own(g, where, included), lambda g, where: g[where]],
    "prod": [
        lambda g, a, b, where, included: rest_of_product(g, a, b, where, included),
        lambda g, a, b, out, where, included: rest_of_product_for_source(g, a, b, out, where, included),
    ],
    "mean": [
        lambda g, where, included, count: own(g / count, where, included),
        lambda g, where, count: (g / count)[where],
    ],
    "amax": [
        lambda g, a, b, out, where, included: share_of_self(g, a, b, out, where, included),
        lambda g, a, b, out, where: (g / winners(a, b, out, where))[where] * (b == out[where]),
    ],
}
FORMULAS["amin"] = FORMULAS["amax"]
SCATTER_REDUCE, INDEX_REDUCE = (
    {how: Op(f"{name}ReduceBackward0", formulas, ATTRIBUTES, how) for how, formulas in FORMULAS.items()}
    for name in ("Scatter", "Index")
)
UFUNCS: dict[str, np.ufunc] = {
    "sum": np.add, "prod": np.multiply, "mean": np.add, "amax": np.maximum, "amin": np.minimum
}  # fmt: skip


@method("scatter_reduce")
def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy of `input` where values of `src` that `index` sends to the same place are reduced to one.

    As ``torch.scatter_reduce``. Places and shapes are those of `scatter`.

    Args:
        input: what is there before.
        dim: the dimension that `index` counts along.
        index: int64, of the rank of `input`.
        src: the values to write, of the type of `input`.
        reduce: "sum", "prod", "mean", "amax" or "amin".
        include_self: whether what is there before counts as one of the values.

    Raises:
        RuntimeError: for another word, or if an index is out of range, or shapes or dtypes do not fit.

    >>> import teachgrad as tg
    >>> tg.zeros(2).scatter_reduce(0, tg.tensor([0, 0, 1]), tg.tensor([1.0, 5.0, -1.0]), "amax")
    tensor([5., 0.])
    """
    if reduce not in UFUNCS:
        raise explained(
            RuntimeError,
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}.",
            why="it says what is made of the values that meet at one place.",
            fix="choose one of these.",
        )
    _, where, axis = checked_targets("scatter", input, dim, index, src)
    return _reduced(SCATTER_REDUCE[reduce], reduce, input, along(where, axis), corner(src, where), include_self)


@method("index_reduce")
def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy of `input` where slices of `source` that `index` sends to the same place are reduced to one.

    As ``torch.index_reduce``: "prod", "mean", "amax" or "amin"; see `scatter_reduce` for `include_self`.
    """
    if reduce not in UFUNCS or reduce == "sum":
        raise explained(
            RuntimeError,
            f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.",
            why="it says what is made of the slices that meet at one place.",
            fix="choose one of these; for sums there is index_add.",
        )
    _, where, axis = checked_slices("index_reduce_", RuntimeError, input, dim, index, source)
    if source.array.dtype != input.array.dtype:
        raise explained(
            RuntimeError,
            f"index_reduce_(): self ({c_name(input.array.dtype)}) and source ({c_name(source.array.dtype)}) must have "
            "the same scalar type",
            why="one is not converted to the other.",
            fix="convert the source: source.to(x.dtype)",
        )
    return _reduced(INDEX_REDUCE[reduce], reduce, input, at(where, axis), source, include_self)


def _reduced(op: Op, how: str, a: Tensor, where: Any, src: Tensor, included: bool) -> Tensor:
    out, count = _meeting(how, a.array, where, src.array, included)
    return result(op, out, (a, src), (where, included, count))


def _meeting(how: str, x: Array, where: Any, values: Array, included: bool) -> tuple[Array, Array | None]:
    """What becomes of values that meet, and, for a mean, how many there are."""
    out = x.copy()
    if not included:
        out[where] = _identity(how, x.dtype)
    UFUNCS[how].at(out, where, values)
    if how != "mean":
        return out, None
    count = np.full(x.shape, int(included), x.dtype)
    np.add.at(count, where, 1)
    np.maximum(count, 1, out=count)
    return (out / count if x.dtype.kind == "f" else out // count), count


def _identity(how: str, kind: np.dtype[Any]) -> Any:
    """The value that changes nothing when it is added, multiplied or compared."""
    if how in ("sum", "mean"):
        return 0
    if how == "prod":
        return 1
    limits: Any = np.iinfo(kind) if kind.kind in "iu" else None
    if limits is None:
        return -math.inf if how == "amax" else math.inf
    return limits.min if how == "amax" else limits.max


# By indices, as in x[...] = values

INDEX_PUT_ADD = Op("IndexPutBackward0", [lambda g: g, lambda g, index: g[index]], ("index",), "[ ]+=")
INDEX_PUT = Op("IndexPutBackward0", [lambda g, index: emptied(g, index), lambda g, index: g[index]], ("index",), "[ ]=")
PUT = Op(
    "PutBackward0",
    [lambda g, index: emptied(g.reshape(-1), (index,)).reshape(g.shape), lambda g, index: g.reshape(-1)[(index,)]],
    ("index",),
)
PUT_ADD = Op("PutBackward0", [lambda g: g, PUT.sources[1]], ("index",), "put +")


@method("index_put")
def index_put(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of `input` with `values` at ``a[indices]``, or added there with `accumulate`, as ``torch.index_put``.

    With `accumulate`, an element that is named twice gets both values.

    >>> import teachgrad as tg
    >>> ones = tg.ones(3)
    >>> tg.zeros(3).index_put((tg.tensor([0, 0, 2]),), ones, accumulate=True)
    tensor([2., 0., 1.])
    """
    if input.array.dtype != values.array.dtype:
        raise explained(
            RuntimeError,
            "Index put requires the source and destination dtypes match, got "
            f"{c_name(input.array.dtype)} for the destination and {c_name(values.array.dtype)} for the source.",
            why="the values are not converted.",
            fix=f"convert them: values.to({input.dtype})",
        )
    steps = as_steps(tuple(indices))
    out = input.array.copy()
    try:
        if accumulate:
            np.add.at(out, steps, values.array)
        else:
            out[steps] = values.array
    except (ValueError, IndexError):
        chosen = getitem(input.detach(), steps).array.shape  # raises if an index is out of range
        raise explained(
            RuntimeError,
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of "
            f"shape {list(chosen)}",
            why="every chosen element needs a value.",
            fix="check both shapes.",
        ) from None
    return result(INDEX_PUT_ADD if accumulate else INDEX_PUT, out, (input, values), (steps,), indices)


@method("put")
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of `input` with values at places that are counted as if it were flat, as ``torch.put``.

    >>> import teachgrad as tg
    >>> tg.zeros(2, 2).put(tg.tensor([0, 3]), tg.tensor([5.0, 7.0]))
    tensor([[5., 0.],
            [0., 7.]])
    """
    x, where = input.array, index.array
    if where.dtype != np.int64:
        raise explained(
            RuntimeError,
            f"put_(): Expected a long tensor for index, but got {c_name(where.dtype)}",
            why="an index counts elements.",
            fix="convert it: index.long()",
        )
    if x.dtype != source.array.dtype:
        raise explained(
            RuntimeError,
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{c_name(x.dtype)} and source.dtype = {c_name(source.array.dtype)}",
            why="the values are not converted.",
            fix=f"convert them: source.to({input.dtype})",
        )
    if where.size != source.array.size:
        raise explained(
            IndexError,
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.array.size}, index.numel() = {where.size}",
            why="each place gets one value.",
            fix="check both shapes.",
        )
    outside = where[(where < -x.size) | (where >= x.size)]
    if outside.size:
        raise explained(
            IndexError,
            f"out of range: tried to access index {outside.flat[0]} on a tensor of {x.size} elements.",
            why=f"the tensor of shape {x.shape} has {x.size} elements, counted from 0.",
            fix="x.numel() says how many there are.",
        )
    out = x.copy()
    flat, values = out.reshape(-1), source.array.reshape(where.shape)
    if accumulate:
        np.add.at(flat, where, values)
    else:
        flat[where] = values
    return result(PUT_ADD if accumulate else PUT, out, (input, source.reshape(where.shape)), (where,))


def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Places counted as if a tensor of that shape were flat, as indices of each dimension: ``torch.unravel_index``.

    >>> import teachgrad as tg
    >>> tg.unravel_index(tg.tensor([1, 5]), (2, 3))
    (tensor([0, 1]), tensor([1, 2]))
    """
    if indices.array.dtype.kind not in "iu":
        raise explained(
            TypeError,
            f"expected 'indices' to be integer dtype, but got {indices.dtype}",
            why="an index counts elements.",
            fix="convert it: indices.long()",
        )
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    return tuple([wrap(index) for index in np.unravel_index(indices.array.astype(np.int64), sizes)])


# To parts, as in x[part] = values

SELECT_SCATTER, SLICE_SCATTER, DIAGONAL_SCATTER = (
    Op(
        f"{name}ScatterBackward0",
        [lambda g, path: outside(g, path), lambda g, path: inside(g, path)],
        ("path",),
        symbol,
    )
    for name, symbol in (("Select", "[ ]="), ("Slice", "[ ]="), ("Diagonal", "diagonal ="))
)


@method("select_scatter")
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy of `input` with `src` as the slice `index` along `dim`, as ``torch.select_scatter``.

    >>> import teachgrad as tg
    >>> tg.zeros(2, 2).select_scatter(tg.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    return _put_in(SELECT_SCATTER, input, src, lambda t: select(t, dim, index))


@method("slice_scatter")
def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    """A copy of `input` with `src` in ``start:end:step`` along `dim`, as ``torch.slice_scatter``."""
    before = (slice(None),) * checked_dim(dim, input.array.ndim)
    return _put_in(SLICE_SCATTER, input, src, lambda t: getitem(t, (*before, slice(start, end, step))))


@method("diagonal_scatter")
def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy of `input` with `src` on a diagonal, as ``torch.diagonal_scatter``; see `diagonal` for which."""
    return _put_in(DIAGONAL_SCATTER, input, src, lambda t: diagonal(t, offset, dim1, dim2))


def _put_in(op: Op, input: Tensor, src: Tensor, take: Take) -> Tensor:
    out = wrap(np.ascontiguousarray(input.array).copy())
    part = take(out).array
    if part.shape != src.array.shape:
        raise explained(
            RuntimeError,
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(part.shape)}",
            why="every element of the part needs a value.",
            fix="check both shapes.",
        )
    part[...] = src.array
    return result(op, out.array, (input, src), ([take],))


# Everywhere, and on the diagonal

FILL, FILL_FROM = (
    Op("FillBackward0", [lambda g: np.zeros_like(g)]),
    Op("FillBackward1", [lambda g: np.zeros_like(g), lambda g: g], symbol="fill"),
)
FILL_DIAGONAL = Op("FillDiagonalBackward0", [lambda g, inside: g * ~inside], ("inside",), "diagonal =")


def fill(input: Tensor, value: Any) -> Tensor:
    """One value, a number or a tensor without dimensions, in the shape and type of `input`, as ``torch.fill``.

    >>> import teachgrad as tg
    >>> tg.fill(tg.zeros(2), 5)
    tensor([5., 5.])
    """
    if not isinstance(value, Tensor):
        return result(FILL, np.full_like(input.array, value), (input,))
    if value.array.ndim:
        raise explained(
            RuntimeError,
            f"fill_ only supports 0-dimension value tensor but got tensor with {value.array.ndim} dimensions.",
            why="one value is written everywhere.",
            fix="give a number, or x.sum() and the like.",
        )
    return result(FILL_FROM, np.full_like(input.array, value.array), (input, value))


def fill_diagonal(input: Tensor, value: float, wrap: bool = False) -> Tensor:
    """One value on the main diagonal; with `wrap`, a tall matrix gets another one below its first, and so on.

    Its in-place twin is ``torch.Tensor.fill_diagonal_``.
    """
    shape = input.array.shape
    if len(shape) < 2:
        raise explained(
            RuntimeError,
            "dimensions must larger than 1",
            why=f"a diagonal runs through rows and columns, and the shape is {shape}.",
            fix="x.fill_(value) fills a vector.",
        )
    if len(shape) > 2 and len(set(shape)) > 1:
        raise explained(
            RuntimeError,
            "all dimensions of input must be of equal length",
            why=f"with more than two dimensions the diagonal of a cube is filled, and the shape is {shape}.",
            fix="for a stack of matrices: torch.diagonal(x, dim1=-2, dim2=-1).fill_(value).",
        )
    inside = np.zeros(shape, bool)
    np.fill_diagonal(inside, True, wrap)
    return result(FILL_DIAGONAL, np.where(inside, input.array.dtype.type(value), input.array), (input,), (inside,))


in_place_twin("fill_diagonal", fill_diagonal)
for _function in (scatter_reduce, index_reduce, index_put, put):
    in_place_twin(_function.__name__, _function)
