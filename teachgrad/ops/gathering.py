"""Choosing and placing by tensors of indices: gather and scatter, index_select and index_add, masks.

They come in pairs, each the other's gradient. What was gathered gets its gradient scattered back, added up where an
element was taken twice; what was written gets its gradient gathered, and what was overwritten gets none. Every function
here says with a NumPy index which elements it means; `indexing.placed` and `indexing.emptied` do the rest.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import c_name, explained, scalar_name
from teachgrad.graph import Array, Op
from teachgrad.ops.arguments import fitting
from teachgrad.ops.indexing import emptied, placed
from teachgrad.ops.table import method, no_broadcast, result, twin_of
from teachgrad.ops.views import in_place_twin
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "argwhere",
    "gather",
    "index_add",
    "index_copy",
    "index_fill",
    "index_select",
    "masked_fill",
    "masked_scatter",
    "masked_select",
    "nonzero",
    "scatter",
    "scatter_add",
    "take",
    "take_along_dim",
]

GATHER = Op(
    "GatherBackward0",
    [lambda g, index, axis, shape: placed(g, along(index, axis), shape)],
    ("index", "axis", "shape"),
    "gather",
)
SCATTER = Op(
    "ScatterBackward0",
    [lambda g, index, axis: emptied(g, along(index, axis)), lambda g, index, axis: g[along(index, axis)]],
    ("index", "axis"),
    "scatter",
)
SCATTER_NUMBER = Op("ScatterBackward1", SCATTER.sources[:1], ("index", "axis"), "scatter")
SCATTER_ADD = Op(
    "ScatterAddBackward0", [lambda g: g, lambda g, index, axis: g[along(index, axis)]], ("index", "axis"), "scatter +"
)
INDEX_SELECT = Op(
    "IndexSelectBackward0",
    [lambda g, index, axis, shape: placed(g, at(index, axis), shape)],
    ("index", "axis", "shape"),
    "[ ]",
)
INDEX_ADD = Op(
    "IndexAddBackward0",
    [lambda g: g, lambda g, index, axis, alpha: alpha * g[at(index, axis)]],
    ("index", "axis", "alpha"),
    "[ ] +=",
)
INDEX_COPY = Op(
    "IndexCopyBackward0",
    [lambda g, index, axis: emptied(g, at(index, axis)), lambda g, index, axis: g[at(index, axis)]],
    ("index", "axis"),
    "[ ]=",
)
INDEX_FILL = Op("IndexFillBackward0", INDEX_COPY.sources[:1], ("index", "axis"), "[ ]=")
INDEX_FILL_TENSOR = Op(
    "IndexFillBackward1",
    [INDEX_COPY.sources[0], lambda g, index, axis: g[at(index, axis)].sum()],
    ("index", "axis"),
    "[ ]=",
)
TAKE = Op(
    "TakeBackward0",
    [lambda g, index, shape: placed(g, (index,), (math.prod(shape),)).reshape(shape)],
    ("index", "shape"),
)
MASKED_FILL = Op("MaskedFillBackward0", [lambda g, mask: g * ~mask], ("mask",), "masked fill")
MASKED_FILL_TENSOR = Op(
    "MaskedFillBackward1", [lambda g, mask: g * ~mask, lambda g, mask: (g * mask).sum()], ("mask",), "masked fill"
)
MASKED_SELECT = Op(
    "MaskedSelectBackward0", [lambda g, mask, shape: placed(g, (mask,), shape)], ("mask", "shape"), "[mask]"
)
MASKED_SCATTER = Op(
    "MaskedScatterBackward0",
    [lambda g, mask: g * ~mask, lambda g, mask, shape: first_of(g[mask], shape)],
    ("mask", "shape"),
    "masked scatter",
)


def along(index: Array, axis: int) -> tuple[Any, ...]:
    """The NumPy index that picks, at every position of `index`, the element that it names along one axis."""
    grid: list[Array] = list(np.indices(index.shape, sparse=True))
    if grid:
        grid[axis] = index
    return tuple(grid)


def at(index: Array, axis: int) -> tuple[Any, ...]:
    """The NumPy index that picks whole slices along one axis."""
    return (*(slice(None),) * axis, index)


def first_of(part: Any, shape: tuple[int, ...]) -> Any:
    """A list of elements as the first ones of a tensor of that shape, the others 0."""
    count = math.prod(shape)
    return placed(part, (np.arange(part.shape[0]),), (count,)).reshape(shape)


# By positions along one dim


@method("gather")
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and likewise for others, as ``torch.gather``.

    `index` has as many dims as `input`; along the others than `dim` it may be shorter. The result has its shape.

    Raises:
        RuntimeError: if an index is out of range, or the shapes do not fit.

    >>> import teachgrad as tg
    >>> scores = tg.tensor([[0.1, 0.9], [0.7, 0.3]])
    >>> scores.gather(1, tg.tensor([[1], [0]]))
    tensor([[0.9000],
            [0.7000]])
    """
    x, where = input.array, _positions("gather", index)
    axis = checked_dim(dim, x.ndim)
    _check_ranks(where, x, "input")
    for place in range(x.ndim):
        if place != axis and where.shape[place] > x.shape[place] and where.size:
            raise explained(
                RuntimeError,
                f"Size does not match at dimension {place} expected index {list(where.shape)} to be no larger than "
                f"self {list(x.shape)} apart from dimension {axis}",
                why="along the other dimensions, index and input go side by side.",
                fix="check both shapes; index.expand(...) can stretch a dimension of size 1.",
            )
    check_range(RuntimeError, "", where, x, axis)
    if where.ndim != x.ndim:  # one of them is a single number, and stands for a vector of one
        return result(GATHER, x.reshape(-1)[where], (input,), (where.reshape(-1), 0, x.reshape(-1).shape), (index,))
    return result(GATHER, np.asarray(x[along(where, axis)], order="C"), (input,), (where, axis, x.shape), (index,))


@method("take_along_dim")
@twin_of(np.take_along_axis)
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """`gather` with the other dims broadcast; without a dim, of the flattened input. As ``torch.take_along_dim``."""
    if dim is None:
        return gather(input.reshape(-1), 0, indices.reshape(-1))
    x, where = input.array, _positions("take_along_dim", indices)
    axis = checked_dim(dim, x.ndim)
    _check_ranks(where, x, "input")
    rest, others = list(x.shape), list(where.shape)
    rest[axis] = others[axis] = 1
    try:
        common = np.broadcast_shapes(tuple(rest), tuple(others))
    except ValueError:
        raise no_broadcast(tuple(rest), tuple(others)) from None
    mine, theirs = list(common), list(common)
    mine[axis], theirs[axis] = x.shape[axis], where.shape[axis]
    return gather(input.expand(mine), axis, wrap(np.broadcast_to(where, theirs)))


@method("scatter")
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> Tensor:
    """A copy of `input` with out[index[i][j]][j] = src[i][j] for dim 0, and likewise for others, as ``torch.scatter``.

    `src` is a tensor or one number. Where an index comes twice, one of its values remains; which one is not said.
    With `reduce="add"` values are added to what is there, with "multiply" (numbers only) multiplied.

    Raises:
        RuntimeError: if an index is out of range, or the shapes or dtypes do not fit.

    >>> import teachgrad as tg
    >>> tg.zeros(2, 3).scatter(1, tg.tensor([[2], [0]]), 1.0)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    source = value if src is None else src
    x, where, axis = checked_targets("scatter", input, dim, index, source)
    if reduce is not None:
        return _scatter_reduced(input, axis, index, source, reduce)
    out = x.copy()
    if not isinstance(source, Tensor):
        out[along(where, axis)] = source
        return result(SCATTER_NUMBER, out, (input,), (where, axis), (index,))
    part = corner(source, where)
    out[along(where, axis)] = part.array
    return result(SCATTER, out, (input, part), (where, axis), (index,))


def _scatter_reduced(a: Tensor, axis: int, index: Tensor, source: Any, reduce: str) -> Tensor:
    match reduce, isinstance(source, Tensor):
        case "add", True:
            return scatter_add(a, axis, index, source)
        case "add", False:
            return scatter_add(a, axis, index, wrap(np.full(index.array.shape, source, a.array.dtype)))
        case "multiply", _:
            where = index.array
            factors = corner(source, where).array if isinstance(source, Tensor) else source
            product = np.ones_like(a.array)
            np.multiply.at(product, along(where, axis), factors)
            return a * wrap(product)
    raise explained(
        RuntimeError,
        "reduce argument must be either add or multiply.",
        why=f"it says what is made of the values that meet at one place, and {reduce!r} is neither.",
        fix="leave it out to overwrite, or use scatter_reduce for sum, prod, mean, amax and amin.",
    )


@method("scatter_add")
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy of `input` with out[index[i][j]][j] += src[i][j] for dim 0, and likewise for others.

    As ``torch.scatter_add``. Where an index comes twice, both values are added.

    >>> import teachgrad as tg
    >>> tg.zeros(3).scatter_add(0, tg.tensor([0, 0, 2]), tg.ones(3))
    tensor([2., 0., 1.])
    """
    x, where, axis = checked_targets("scatter_add", input, dim, index, src)
    part = corner(src, where)
    return result(
        SCATTER_ADD, x + placed(part.array, along(where, axis), x.shape), (input, part), (where, axis), (index,)
    )


def checked_targets(name: str, a: Tensor, dim: int, index: Tensor, source: Any) -> tuple[Array, Array, int]:
    """The array to be written to, the places and the axis, checked."""
    x, where = a.array, _positions(name, index)
    axis = checked_dim(dim, x.ndim)
    _check_ranks(where, x, "self")
    sizes = source.array.shape if isinstance(source, Tensor) else None
    if isinstance(source, Tensor):
        _check_ranks(where, source.array, "src")
        if source.array.dtype != x.dtype:
            raise explained(
                RuntimeError,
                f"{name}(): Expected self.dtype to be equal to src.dtype",
                why=f"the tensor holds {a.dtype}, what is to be written {source.dtype}.",
                fix="convert the source: src.to(x.dtype)",
            )
    for place, size in enumerate(where.shape):
        if where.size and ((place != axis and size > x.shape[place]) or (sizes and size > sizes[place])):
            raise explained(
                RuntimeError,
                f"Expected index {list(where.shape)} to be no larger than self {list(x.shape)} apart from dimension "
                f"{axis}" + (f" and to be no larger size than src {list(sizes)}" if sizes else ""),
                why="every index needs a value to write, and along the other dimensions a place.",
                fix="check the shapes.",
            )
    check_range(RuntimeError, "", where, x, axis)
    return x, where, axis


def corner(source: Tensor, index: Array) -> Tensor:
    """As much of the source as there are indices."""
    if source.array.shape == index.shape:
        return source
    part: Tensor = source[tuple(slice(size) for size in index.shape)]
    return part


def _positions(name: str, index: Tensor) -> Array:
    """An index as an array of whole numbers."""
    where = index.array
    if where.dtype not in (np.int64, np.int32):
        raise explained(
            RuntimeError,
            f"{name}(): Expected dtype int32/int64 for index",
            why=f"an index counts elements, and this one holds {index.dtype}.",
            fix="convert it: index.long()",
        )
    return where.astype(np.intp, copy=False)


def _check_ranks(index: Array, x: Array, what: str) -> None:
    if max(index.ndim, 1) != max(x.ndim, 1) and index.size:
        raise explained(
            RuntimeError,
            f"Index tensor must have the same number of dimensions as {what} tensor",
            why=f"the index has shape {index.shape}, the tensor {x.shape}.",
            fix="index.unsqueeze(dim) inserts a dimension; index_select takes a plain list of indices.",
        )


def check_range(kind: type[Exception], prefix: str, index: Array, x: Array, axis: int, negative: bool = False) -> None:
    """Refuse indices beyond the size of an axis."""
    size = x.shape[axis] if x.ndim else 1
    bad = index[(index < (-size if negative else 0)) | (index >= size)]
    if bad.size:
        raise explained(
            kind,
            prefix or f"index {bad.flat[0]} is out of bounds for dimension {axis} with size {size}",
            why=f"the tensor has shape {x.shape}; index {bad.flat[0]} is not between 0 and {size - 1}.",
            fix="x.shape shows what there is; (index < 0) | (index >= n) finds what is wrong.",
        )


# By slices along one dim


@method("index_select")
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of `input` that `index` lists, along `dim`, as ``torch.index_select``.

    Raises:
        IndexError: if an index is out of range.

    >>> import teachgrad as tg
    >>> tg.arange(6).reshape(2, 3).index_select(1, tg.tensor([2, 0]))
    tensor([[2, 0],
            [5, 3]])
    """
    x = input.array
    axis = checked_dim(dim, x.ndim)
    where = _listed("index_select", index)
    check_range(IndexError, "index out of range in self", where, x, axis)
    if x.ndim == 0:
        return input.reshape(1)[wrap(where)].reshape(())
    return result(INDEX_SELECT, x.take(where, axis), (input,), (where, axis, x.shape), (index,))


@method("index_add")
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1) -> Tensor:
    """A copy of `input` with the slices of `source` added at `index` along `dim`, as ``torch.index_add``.

    >>> import teachgrad as tg
    >>> tg.zeros(3).index_add(0, tg.tensor([0, 0, 2]), tg.ones(3))
    tensor([2., 0., 1.])
    """
    x, where, axis = checked_slices("index_add_", RuntimeError, input, dim, index, source)
    if source.array.dtype != x.dtype:
        raise explained(
            RuntimeError,
            f"index_add_(): self ({c_name(x.dtype)}) and source ({c_name(source.array.dtype)}) must have the same "
            "scalar type",
            why="one is added to the other without conversion.",
            fix="convert the source: source.to(x.dtype)",
        )
    added = placed(source.array, at(where, axis), x.shape)
    return result(
        INDEX_ADD, x + (added if alpha == 1 else alpha * added), (input, source), (where, axis, alpha), (index,)
    )


@method("index_copy")
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy of `input` with the slices of `source` written at `index` along `dim`, as ``torch.index_copy``."""
    x, where, axis = checked_slices("index_copy_", IndexError, input, dim, index, source)
    if source.array.dtype != x.dtype:
        raise explained(
            RuntimeError,
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{c_name(x.dtype)} and (source) {c_name(source.array.dtype)}",
            why="one is written into the other without conversion.",
            fix="convert the source: source.to(x.dtype)",
        )
    out = x.copy()
    out[at(where, axis)] = source.array
    return result(INDEX_COPY, out, (input, source), (where, axis), (index,))


@method("index_fill")
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy of `input` with one value at all slices that `index` lists along `dim`, as ``torch.index_fill``."""
    x, where = input.array, _listed("index_fill_", index)
    axis = checked_dim(dim, x.ndim)
    check_range(IndexError, "", where, x, axis, negative=True)
    number = _one_value("index_fill_", value)
    out = x.copy()
    out[at(where, axis)] = number.array if isinstance(number, Tensor) else number
    if isinstance(number, Tensor):
        return result(INDEX_FILL_TENSOR, out, (input, number), (where, axis), (index,))
    return result(INDEX_FILL, out, (input,), (where, axis), (index,))


def checked_slices(
    name: str, kind: type[Exception], a: Tensor, dim: int, index: Tensor, source: Tensor
) -> tuple[Array, Array, int]:
    """The array to be written to, the numbers of the slices and the axis, checked."""
    x, where = a.array, _listed(name, index)
    axis = checked_dim(dim, x.ndim)
    if where.size != source.array.shape[axis]:
        raise explained(
            kind,
            f"{name}(): Number of indices ({where.size}) should be equal to source.size(dim)"
            + f" ({source.array.shape[axis]})" * (kind is IndexError),
            why=f"the source of shape {source.array.shape} has {source.array.shape[axis]} slices along dim {axis}.",
            fix="give one index for each slice.",
        )
    if source.array.shape[:axis] + source.array.shape[axis + 1 :] != x.shape[:axis] + x.shape[axis + 1 :]:
        ours, theirs = (shape[:axis] + shape[axis + 1 :] for shape in (x.shape, source.array.shape))
        raise explained(
            RuntimeError,
            f"{name}(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, ours))} at dimension {axis} and source slice shape: {' '.join(map(str, theirs))}"
            if kind is IndexError
            else "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(x.shape)} source.shape = {list(source.array.shape)}",
            why=f"apart from dim {axis}, {source.array.shape} and {x.shape} have to agree.",
            fix="check both shapes.",
        )
    prefix = f"{name}(): index {where.max(initial=0)} is out of bounds for dimension {axis} with size {x.shape[axis]}"
    check_range(kind, prefix if kind is IndexError else "", where, x, axis)
    return x, where, axis


def _listed(name: str, index: Tensor) -> Array:
    """A list of indices; a single one counts as a list."""
    kind = index.array.dtype
    if kind != np.int64 and (kind != np.int32 or name in ("index_copy_", "index_fill_")):
        words = {
            "index_select": "index_select(): Expected dtype int32 or int64 for index",
            "index_copy_": f"index_copy_(): Expected a long tensor for index, but got {c_name(kind)}",
            "index_fill_": "index_fill_(): Expected dtype int64 for index.",
        }
        raise explained(
            IndexError if name == "index_fill_" else RuntimeError,
            words.get(name, f"{name}(): Expected dtype int32/int64 for index but got: {c_name(kind)}"),
            why=f"an index counts slices, and this one holds {index.dtype}.",
            fix="convert it: index.long()",
        )
    if index.array.ndim > 1:
        raise explained(
            IndexError,
            f"{name}(): Index is supposed to be a vector",
            why=f"it has shape {index.array.shape}; here it lists whole slices.",
            fix="flatten it, or use gather, which picks single elements.",
        )
    return index.array.reshape(-1).astype(np.intp, copy=False)


def _one_value(name: str, value: Any) -> Any:
    if isinstance(value, Tensor) and value.array.ndim:
        raise explained(
            RuntimeError,
            f"{name} only supports a 0-dimensional value tensor, but got tensor with {value.array.ndim} dimension(s).",
            why="one value is written to all the places.",
            fix="give a number or x.sum() and the like; torch.where chooses element by element.",
        )
    return value


# By the number of an element


@method("take")
def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements of `input`, counted as if it were flat, in the shape of `index`, as ``torch.take``.

    >>> import teachgrad as tg
    >>> tg.take(tg.tensor([[1, 2], [3, 4]]), tg.tensor([0, -1]))
    tensor([1, 4])
    """
    x, where = input.array, index.array
    if where.dtype != np.int64:
        raise explained(
            RuntimeError,
            f"take(): Expected a long tensor for index, but got {c_name(where.dtype)}",
            why="an index counts elements.",
            fix="convert it: index.long()",
        )
    bad = where[(where < -x.size) | (where >= x.size)]
    if bad.size:
        raise explained(
            IndexError,
            f"out of range: tried to access index {bad.flat[0]} on a tensor of {x.size} elements.",
            why=f"the tensor of shape {x.shape} has {x.size} elements, counted from 0.",
            fix="x.numel() says how many there are.",
        )
    where = where % max(x.size, 1)
    return result(TAKE, x.reshape(-1)[where], (input,), (where, x.shape), (index,))


# By masks


@method("masked_fill")
def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """A copy of `input` with one value where `mask` is True, as ``torch.masked_fill``. The mask is broadcast.

    >>> import teachgrad as tg
    >>> tg.ones(2, 2).masked_fill(tg.tensor([True, False]), -1.0)
    tensor([[-1.,  1.],
            [-1.,  1.]])
    """
    x, chosen = input.array, mask.array
    if chosen.dtype != bool:
        raise explained(
            RuntimeError,
            f"masked_fill_ only supports boolean masks, but got mask with dtype {scalar_name(chosen.dtype)}",
            why=f"a mask says yes or no for each element, and this one holds {dtypes.of(chosen)}.",
            fix="make it a comparison, or convert it: mask.bool()",
        )
    number = _one_value("masked_fill_", value)
    plain = number.array if isinstance(number, Tensor) else fitting(number, input.dtype)
    try:
        out = np.asarray(np.where(chosen, np.asarray(plain).astype(x.dtype), x), order="C")
    except ValueError:
        raise no_broadcast(chosen.shape, x.shape) from None
    if isinstance(number, Tensor):
        return result(MASKED_FILL_TENSOR, out, (input, number), (chosen,), (mask,))
    return result(MASKED_FILL, out, (input,), (chosen,), (mask,))


@method("masked_select")
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements of `input` where `mask` is True, in one row, as ``torch.masked_select``. Both are broadcast.

    >>> import teachgrad as tg
    >>> x = tg.tensor([1.0, -2.0, 3.0])
    >>> tg.masked_select(x, x > 0)
    tensor([1., 3.])
    """
    if mask.array.dtype != bool:
        raise explained(
            RuntimeError,
            "masked_select: expected BoolTensor for mask",
            why=f"a mask says yes or no for each element, and this one holds {mask.dtype}.",
            fix="make it a comparison, or convert it: mask.bool()",
        )
    input, chosen = _broadcast(input, mask)
    return result(MASKED_SELECT, input.array[chosen], (input,), (chosen, input.array.shape), (mask,))


@method("masked_scatter")
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy of `input` with the elements of `source`, in order, where `mask` is True, as ``torch.masked_scatter``."""
    input, chosen = _broadcast(input, mask)
    if source.array.dtype != input.array.dtype:
        raise explained(
            RuntimeError,
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{c_name(input.array.dtype)} and {c_name(source.array.dtype)}",
            why="one is written into the other without conversion.",
            fix="convert the source: source.to(x.dtype)",
        )
    count = int(np.count_nonzero(chosen))
    if source.array.size < count:
        raise explained(
            RuntimeError,
            "Number of elements of source < number of ones in mask",
            why=f"the mask asks for {count} elements, and the source has {source.array.size}.",
            fix="give a larger source; masked_fill writes one value everywhere.",
        )
    out = input.array.copy()
    out[chosen] = source.array.reshape(-1)[:count]
    return result(MASKED_SCATTER, out, (input, source), (chosen, source.array.shape), (mask,))


def _broadcast(a: Tensor, mask: Tensor) -> tuple[Tensor, Array]:
    """Tensor and mask in the shape in which they meet."""
    if a.array.shape == mask.array.shape:
        return a, mask.array
    try:
        shape = np.broadcast_shapes(a.array.shape, mask.array.shape)
    except ValueError:
        raise no_broadcast(mask.array.shape, a.array.shape) from None
    return a.expand(shape), np.broadcast_to(mask.array, shape)


@method("nonzero")
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Where the elements are not 0: a row of indices for each, or a tuple with one tensor for each dim.

    As ``torch.nonzero``; int64, no gradient. The tuple serves as an index: ``x[x.nonzero(as_tuple=True)]``.

    >>> import teachgrad as tg
    >>> tg.nonzero(tg.tensor([[0, 1], [2, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    if as_tuple:
        return tuple(wrap(index) for index in np.nonzero(np.atleast_1d(input.array)))
    return wrap(np.argwhere(input.array))


@method("argwhere")
def argwhere(input: Tensor) -> Tensor:
    """Where the elements are not 0: a row of indices for each, as ``torch.argwhere``."""
    return wrap(np.argwhere(input.array))


for _function in (scatter, scatter_add, index_add, index_copy, index_fill, masked_fill, masked_scatter):
    in_place_twin(_function.__name__, _function)
