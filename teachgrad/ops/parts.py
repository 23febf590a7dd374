"""Parts of a tensor, and tensors joined: split, chunk, unbind, narrow, select, diagonal, unfold; hstack and its family.

Parts are views: they share memory with the whole. Backward, the gradient of a part is placed into zeros where the part
was, and the engine adds up what comes from several parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from teachgrad.dtypes import get_default_dtype
from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops.indexing import getitem, placed, sliced
from teachgrad.ops.shape import atleast_1d, atleast_2d, atleast_3d, cat, nothing_to_join, reshape
from teachgrad.ops.table import method
from teachgrad.ops.views import view
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "as_strided",
    "block_diag",
    "chunk",
    "column_stack",
    "concat",
    "concatenate",
    "diagonal",
    "dsplit",
    "dstack",
    "hsplit",
    "hstack",
    "narrow",
    "row_stack",
    "select",
    "split",
    "split_with_sizes",
    "tensor_split",
    "unbind",
    "vsplit",
    "vstack",
]

SPLIT, SPLIT_WITH_SIZES, UNBIND = (
    Op(f"{name}Backward0", [lambda g, index, shape: placed(g, index, shape)], ("index", "shape"), symbol)
    for name, symbol in (("Split", "split"), ("SplitWithSizes", "split"), ("Unbind", "unbind"))
)
DIAGONAL, UNFOLD = (
    Op(f"{name}Backward0", [lambda g, places, shape: _put_back(g, places, shape)], ("places", "shape"), name.lower())
    for name in ("Diagonal", "Unfold")
)
AS_STRIDED = Op(
    "AsStridedBackward0",
    [lambda g, places, shape: _put_back(g, places, shape, outside=1)],
    ("places", "shape"),
    "strided",
)


def _put_back(g: Any, places: Callable[[], Array], shape: tuple[int, ...], outside: int = 0) -> Any:
    """Zeros of that shape with `g` added at the places, which are numbered through the whole tensor.

    With `outside`, the number after the last stands for places elsewhere: what flows there is dropped.
    """
    size = math.prod(shape)
    full = placed(g.reshape(-1), (places().reshape(-1),), (size + outside,))
    return (full[:size] if outside else full).reshape(shape)


def _piece(op: Op, a: Tensor, index: tuple[Any, ...], number: int) -> Tensor:
    """One of several views that a function returns."""
    return view(
        op,
        a.array[index],
        a,
        (index, a.array.shape),
        lambda whole: _piece(op, whole, index, number),
        f"Output {number} of {op.name}",
    )


def _pieces(op: Op, a: Tensor, axis: int, sizes: Sequence[int]) -> tuple[Tensor, ...]:
    bounds = [0, *accumulate(sizes)]
    before = (slice(None),) * axis
    return tuple([_piece(op, a, (*before, slice(*span)), i) for i, span in enumerate(pairwise(bounds))])


@method("split")
def split(input: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of consecutive stretches along `dim`, as ``torch.split``.

    Args:
        input: a tensor with dimensions.
        split_size_or_sections: the size of each stretch (the last may be shorter), or a list with the size of each.
        dim: the dimension to split.

    Raises:
        RuntimeError: if the sizes do not add up to that of the dimension.

    >>> import teachgrad as tg
    >>> tg.split(tg.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    axis, length = _length("split expects at least a 1-dimensional tensor", input, dim)
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size < 0 or (size == 0 and length):
            raise explained(
                RuntimeError,
                f"split expects split_size be non-negative, but got split_size={size}"
                if size < 0
                else f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}",
                why=f"{length} elements cannot be laid out in parts of {size}.",
                fix="give the size of a part: 1 or more.",
            )
        count = -(-length // size) if size and length else 1
        return _pieces(SPLIT, input, axis, [min(size, length - i * size) for i in range(count)])
    return split_with_sizes(input, split_size_or_sections, dim)


@method("split_with_sizes")
def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of consecutive stretches of these sizes along `dim`, as ``torch.split_with_sizes``. Raises as `split`."""
    axis, length = _length("split expects at least a 1-dimensional tensor", input, dim)
    sizes = list(split_sizes)
    if any(size < 0 for size in sizes) or sum(sizes) != length:
        raise explained(
            RuntimeError,
            f"split_with_sizes expects split_sizes to sum exactly to {length} (input tensor's size at dimension "
            f"{dim}), but got split_sizes={sizes}",
            why=f"the sizes add up to {sum(sizes)}, and every element belongs to one part.",
            fix=f"give sizes that add up to {length}.",
        )
    return _pieces(SPLIT_WITH_SIZES, input, axis, sizes)


@method("chunk")
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most so many views of equal stretches along `dim` (the last may be shorter), as ``torch.chunk``.

    >>> import teachgrad as tg
    >>> tg.chunk(tg.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    axis, length = _length("chunk expects at least a 1-dimensional tensor", input, dim)
    if chunks <= 0:
        raise explained(
            RuntimeError,
            f"chunk expects `chunks` to be greater than 0, got: {chunks}",
            why=f"{length} elements cannot be laid out in {chunks} parts.",
            fix="give the number of parts: 1 or more.",
        )
    size = -(-length // chunks)
    return split(input, size, axis) if size else _pieces(SPLIT_WITH_SIZES, input, axis, [0] * chunks)


@method("tensor_split")
def tensor_split(input: Tensor, indices_or_sections: int | Sequence[int] | Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of stretches along `dim`: so many, as equal as can be, or cut at these indices, as ``torch.tensor_split``.

    >>> import teachgrad as tg
    >>> tg.tensor_split(tg.arange(5), 2), tg.tensor_split(tg.arange(5), (1,))
    ((tensor([0, 1, 2]), tensor([3, 4])), (tensor([0]), tensor([1, 2, 3, 4])))
    """
    words = f"tensor_split expected at least a 1-dimensional tensor, but got a tensor with {input.array.ndim} dims"
    axis, length = _length(words, input, dim)
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.array.tolist()
    if isinstance(indices_or_sections, int):
        count = indices_or_sections
        if count <= 0:
            raise explained(
                RuntimeError,
                f"number of sections must be larger than 0, got {count}",
                why=f"{length} elements cannot be laid out in {count} parts.",
                fix="give the number of parts: 1 or more; or a list of the places to cut at.",
            )
        least, longer = divmod(length, count)
        bounds = [0, *accumulate(least + (i < longer) for i in range(count))]
    else:
        bounds = [0, *indices_or_sections, length]
    return tuple([sliced(input, axis, slice(*span)) for span in pairwise(bounds)])


@method("hsplit")
def hsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`tensor_split` along the columns (of a vector: its elements), as ``torch.hsplit``."""
    return _evenly("hsplit", 1, 0 if input.array.ndim == 1 else 1, input, indices_or_sections)


@method("vsplit")
def vsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`tensor_split` along the rows, as ``torch.vsplit``."""
    return _evenly("vsplit", 2, 0, input, indices_or_sections)


@method("dsplit")
def dsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`tensor_split` along the third dimension, as ``torch.dsplit``."""
    return _evenly("dsplit", 3, 2, input, indices_or_sections)


def _evenly(name: str, least: int, axis: int, a: Tensor, parts: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`tensor_split` along an axis that has to be there, and where a number of parts has to divide it."""
    shape = a.array.shape
    if len(shape) < least:
        raise explained(
            RuntimeError,
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {len(shape)} "
            "dimensions!",
            why=f"its shape is {shape}, and dimension {axis} is split.",
            fix="torch.tensor_split(x, parts, dim) splits any dimension.",
        )
    if isinstance(parts, int) and (parts < 1 or shape[axis] % parts):
        raise explained(
            RuntimeError,
            f"torch.{name} attempted to split along dimension {axis}, but the size of the dimension {shape[axis]} is "
            f"not divisible by the split_size {parts}!",
            why="all parts have to be equal.",
            fix="torch.tensor_split makes parts that are as equal as can be.",
        )
    return tensor_split(a, parts, axis)


def _length(words: str, a: Tensor, dim: int) -> tuple[int, int]:
    """A dimension counted from the front, and its size."""
    if a.array.ndim == 0:
        raise explained(
            RuntimeError,
            words,
            why="the tensor is a single number: it has no dimensions, and so no parts.",
            fix="x.reshape(1) gives it one.",
        )
    axis = checked_dim(dim, a.array.ndim)
    return axis, a.array.shape[axis]


@method("unbind")
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """A view of each slice along `dim`, without that dimension, as ``torch.unbind``.

    >>> import teachgrad as tg
    >>> tg.unbind(tg.tensor([[1, 2], [3, 4]]))
    (tensor([1, 2]), tensor([3, 4]))
    """
    if input.array.ndim == 0:
        raise explained(
            IndexError,
            f"Dimension specified as {checked_dim(dim, 0)} but tensor has no dimensions",
            why="the tensor is a single number: there are no rows to take apart.",
            fix="x.reshape(1) gives it a dimension; x.item() is the number.",
        )
    axis = checked_dim(dim, input.array.ndim)
    before = (slice(None),) * axis
    return tuple([_piece(UNBIND, input, (*before, i, Ellipsis), i) for i in range(input.array.shape[axis])])


@method("narrow")
def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """A view of `length` elements along `dim`, from `start` on, as ``torch.narrow``.

    Raises:
        RuntimeError: if the tensor ends before.
    """
    axis, size = _length("narrow() cannot be applied to a 0-dim tensor.", input, dim)
    if length < 0:
        raise explained(
            RuntimeError,
            "narrow(): length must be non-negative.",
            why=f"{length} elements were asked for, from {start} on.",
            fix="give the number of elements to take: 0 or more.",
        )
    if not -size <= start <= size:
        raise explained(
            IndexError,
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})",
            why=f"dimension {axis} has {size} elements, counted from 0, or from -1 at the end.",
            fix="choose a start in that range.",
        )
    first = start + size if start < 0 else start
    if first + length > size:
        raise explained(
            RuntimeError,
            f"start ({first}) + length ({length}) exceeds dimension size ({size}).",
            why=f"dimension {axis} has {size} elements.",
            fix=f"take at most {size - first} from there.",
        )
    return sliced(input, axis, slice(first, first + length))


@method("select")
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """A view of the slice `index` along `dim`, without that dimension, as ``torch.select``.

    Raises:
        IndexError: if there is no such slice.
    """
    if input.array.ndim == 0:
        raise explained(
            IndexError,
            "select() cannot be applied to a 0-dim tensor.",
            why="the tensor is a single number: there is nothing to choose from.",
            fix="x.item() is the number.",
        )
    axis = checked_dim(dim, input.array.ndim)
    if not -input.array.shape[axis] <= index < input.array.shape[axis]:
        raise explained(
            IndexError,
            f"select(): index {index} out of range for tensor of size {list(input.array.shape)} at dimension {axis}",
            why=f"dimension {axis} has {input.array.shape[axis]} slices, counted from 0, or from -1 at the end.",
            fix="choose an index in that range.",
        )
    return getitem(input, (*(slice(None),) * axis, index))


@method("diagonal")
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A view of the elements whose indices in `dim1` and `dim2` are equal, as ``torch.diagonal``.

    Args:
        input: a tensor of at least two dimensions.
        offset: how far to the right of the main diagonal; negative for below.
        dim1: the dimension of rows.
        dim2: the dimension of columns.

    Returns:
        the tensor without these two dimensions, and the diagonal as last one.

    >>> import teachgrad as tg
    >>> tg.diagonal(tg.arange(9).reshape(3, 3), 1)
    tensor([1, 5])
    """
    i, j = checked_dim(dim1, input.array.ndim), checked_dim(dim2, input.array.ndim)
    if i == j:
        raise explained(
            RuntimeError,
            f"diagonal dimensions cannot be identical {dim1}, {dim2}",
            why=f"a diagonal runs through rows and columns, and both are dimension {i}.",
            fix="name two dimensions (negative ones count from the end).",
        )

    def take(x: Array) -> Array:
        matrices = np.moveaxis(x, (i, j), (-2, -1))[..., max(-offset, 0) :, max(offset, 0) :]
        *outer, down, right = matrices.strides
        shape = (*matrices.shape[:-2], min(matrices.shape[-2:]))
        return np.lib.stride_tricks.as_strided(matrices, shape, (*outer, down + right))  # x.diagonal() is read-only

    return _gathered(DIAGONAL, input, take, lambda whole: diagonal(whole, offset, i, j))


@method("unfold")
def unfold(a: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """A view of windows of `size` elements along `dimension`, each `step` further on, as ``torch.Tensor.unfold``.

    Returns:
        the tensor with the number of windows for the size of `dimension`, and what is in them as last dimension.

    Raises:
        RuntimeError: if not even one window fits.

    >>> import teachgrad as tg
    >>> tg.arange(5).unfold(0, 3, 2)
    tensor([[0, 1, 2],
            [2, 3, 4]])
    """
    axis = checked_dim(dimension, a.array.ndim)
    length = a.array.shape[axis] if a.array.ndim else 1
    if size < 0 or size > length or step <= 0:
        raise explained(
            RuntimeError,
            f"size is {size} but must be >= 0"
            if size < 0
            else f"maximum size for tensor at dimension {axis} is {length} but size is {size}"
            if size > length
            else f"step is {step} but must be > 0",
            why=f"windows of {size} elements, each {step} further on, are to fit into {length}.",
            fix=f"choose a size from 0 to {length}, and a step of 1 or more.",
        )

    def take(x: Array) -> Array:
        rows = x.reshape(1) if x.ndim == 0 else x
        shape, strides = list(rows.shape), list(rows.strides)
        shape[axis], between = (length - size) // step + 1, strides[axis]
        strides[axis] *= step
        windows = np.lib.stride_tricks.as_strided(rows, (*shape, size), (*strides, between))
        return windows if a.array.ndim else windows[0]

    return _gathered(UNFOLD, a, take, lambda whole: unfold(whole, axis, size, step))


@method("as_strided")
def as_strided(input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Tensor:
    """A view of the memory of `input` in another order, as ``torch.as_strided``.

    How far to go for the next element of each dim is given by hand. Several elements of the view may be the same one
    in memory.

    Args:
        input: the tensor whose memory is viewed.
        size: the shape of the view.
        stride: for each of its dimensions, how many elements apart neighbours lie.
        storage_offset: where it begins, counted from the beginning of the memory; by default where `input` begins.

    Raises:
        RuntimeError: if the view would reach beyond the memory.

    >>> import teachgrad as tg
    >>> tg.as_strided(tg.arange(5), (3, 2), (1, 1))
    tensor([[0, 1],
            [1, 2],
            [2, 3]])
    """
    memory, itemsize = (input if input._view is None else input._view.base).array, input.array.itemsize
    shape = input.array.shape
    start = storage_offset_of(input)
    offset = start if storage_offset is None else storage_offset
    if min(stride, default=0) < 0:
        raise explained(
            RuntimeError,
            f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}",
            why="a view walks through memory forwards only.",
            fix="torch.flip(x, [0]) gives the elements in reverse order, as a copy.",
        )
    places = _addresses(offset, size, stride)
    if places.size and places.max() >= memory.size:
        raise explained(
            RuntimeError,
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {itemsize} "
            f"requiring a storage size of {(places.max() + 1) * itemsize} are out of bounds for storage of size "
            f"{memory.nbytes}",
            why=f"the last element would be number {places.max()}, and the memory holds {memory.size}, counted from 0.",
            fix="check sizes and strides: the last element is at offset + the sum of (size - 1) * stride.",
        )
    if not memory.flags.c_contiguous:
        raise explained(
            RuntimeError,
            "as_strided(): the memory has to be in rows",
            why=f"it came from an array of shape {memory.shape} and strides {memory.strides}.",
            fix="x.contiguous().as_strided(...)",
        )
    array = np.ndarray(size, memory.dtype, memory, offset * itemsize, [step * itemsize for step in stride])
    return view(
        AS_STRIDED,
        array,
        input,
        (partial(_numbers_at, (offset, size, stride), (start, shape, input.stride()), memory.size), shape),
        lambda whole: as_strided(whole, size, stride, offset),
    )


def _addresses(offset: int, size: Sequence[int], stride: Sequence[int]) -> Array:
    """Where in memory the elements of a strided view lie, counted in elements."""
    places = np.asarray(offset)
    for count, step in zip(size, stride, strict=True):
        places = places[..., None] + step * np.arange(count)
    return places


def _numbers_at(seen: Any, held: Any, room: int) -> Array:
    """Which elements of one strided view of a memory are seen by another: their numbers, or one more than there are.

    Each view is an offset, a size and strides; `room` is how many elements the memory holds.
    """
    places = _addresses(*held)
    numbers = np.full(room, places.size)
    numbers[places] = np.arange(places.size).reshape(places.shape)
    return numbers[_addresses(*seen)]


@method("storage_offset")
def storage_offset_of(a: Tensor) -> int:
    """How many elements of the memory lie before the first one, as ``torch.Tensor.storage_offset``."""
    return 0 if a._view is None else (a.data_ptr() - a._view.base.data_ptr()) // a.array.itemsize


def _gathered(op: Op, a: Tensor, take: Callable[[Array], Array], again: Callable[[Tensor], Tensor]) -> Tensor:
    """A view that no index can name; the same view of numbered elements says where its elements come from."""
    x, shape = a.array, a.array.shape
    return view(op, take(x), a, (lambda: take(np.arange(math.prod(shape)).reshape(shape)), shape), again)


# Joining

concat = concatenate = cat


def _joined(name: str, widened: Any, dim: int) -> Any:
    def join(tensors: Sequence[Tensor]) -> Tensor:
        if not len(tensors):
            raise nothing_to_join(name)
        wide = [widened(tensor) for tensor in tensors]
        return cat(wide, min(dim, wide[0].array.ndim - 1))

    join.__name__ = join.__qualname__ = name
    return join


hstack = _joined("hstack", atleast_1d, 1)
hstack.__doc__ = """Tensors side by side: along the columns, vectors along their only dimension, as ``torch.hstack``."""
vstack = row_stack = _joined("vstack", atleast_2d, 0)
vstack.__doc__ = """Tensors below each other, each vector as a row, as ``torch.vstack``."""
dstack = _joined("dstack", atleast_3d, 2)
dstack.__doc__ = """Tensors behind each other, along the third dimension, as ``torch.dstack``."""
column_stack = _joined("column_stack", lambda a: a if a.array.ndim > 1 else reshape(a, -1, 1), 1)
column_stack.__doc__ = """Tensors side by side, each vector as a column, as ``torch.column_stack``."""


def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a large one, zeros elsewhere; vectors count as rows. As ``torch.block_diag``.

    >>> import teachgrad as tg
    >>> tg.block_diag(tg.tensor([[1, 2]]), tg.tensor([3]))
    tensor([[1, 2, 0],
            [0, 0, 3]])
    """
    for place, tensor in enumerate(tensors):
        if tensor.array.ndim > 2:
            raise explained(
                RuntimeError,
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{place} has {tensor.array.ndim} dimensions",
                why=f"blocks are matrices, and this tensor has shape {tensor.array.shape}.",
                fix="give the matrices of a stack one by one: torch.block_diag(*stack).",
            )
    blocks = [atleast_2d(tensor) for tensor in tensors]
    width, before = sum(block.array.shape[1] for block in blocks), 0
    rows = []
    for block in blocks:
        height, own = block.array.shape
        zeros = [wrap(np.zeros((height, n), block.array.dtype)) for n in (before, width - before - own)]
        rows.append(cat([zeros[0], block, zeros[1]], 1))
        before += own
    return cat(rows) if rows else wrap(np.zeros((1, 0), get_default_dtype().numpy))
