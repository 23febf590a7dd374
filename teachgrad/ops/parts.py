"""Parts of a tensor, and tensors joined: split, chunk, unbind, narrow, select, diagonal, unfold; hstack and its family.

Parts are views: they share memory with the whole. Backward, the gradient of a part is placed into zeros where the part
was, and the engine adds up what comes from several parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops.indexing import getitem, placed, sliced
from teachgrad.ops.shape import atleast_1d, atleast_2d, atleast_3d, cat, reshape
from teachgrad.ops.table import method
from teachgrad.ops.views import view
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor

__all__ = [  # what the face of the package offers
    "chunk",
    "column_stack",
    "concat",
    "concatenate",
    "diagonal",
    "dstack",
    "hsplit",
    "hstack",
    "narrow",
    "row_stack",
    "select",
    "split",
    "tensor_split",
    "unbind",
    "unfold",
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


def _put_back(g: Any, places: Callable[[], Array], shape: tuple[int, ...]) -> Any:
    """Zeros of that shape with `g` added at the places, which are numbered through the whole tensor."""
    size = int(np.prod(shape))
    return placed(g.reshape(-1), (places().reshape(-1),), (size,)).reshape(shape)


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
def split(a: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of consecutive stretches along `dim`, as ``torch.split``.

    Args:
        a: a tensor with dimensions.
        split_size_or_sections: the size of each stretch (the last may be shorter), or a list with the size of each.
        dim: the dimension to split.

    Raises:
        RuntimeError: if the sizes do not add up to that of the dimension.

    >>> import teachgrad as tg
    >>> tg.split(tg.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    axis, length = _length("split expects at least a 1-dimensional tensor", a, dim)
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size < 0:
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
        if size == 0 and length:
            raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}")
        count = -(-length // size) if size and length else 1
        return _pieces(SPLIT, a, axis, [min(size, length - i * size) for i in range(count)])
    sizes = list(split_size_or_sections)
    if any(size < 0 for size in sizes) or sum(sizes) != length:
        raise explained(
            RuntimeError,
            f"split_with_sizes expects split_sizes to sum exactly to {length} (input tensor's size at dimension "
            f"{dim}), but got split_sizes={sizes}",
            why=f"the sizes add up to {sum(sizes)}, and every element belongs to one part.",
            fix=f"give sizes that add up to {length}.",
        )
    return _pieces(SPLIT_WITH_SIZES, a, axis, sizes)


@method("chunk")
def chunk(a: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most so many views of equal stretches along `dim` (the last may be shorter), as ``torch.chunk``.

    >>> import teachgrad as tg
    >>> tg.chunk(tg.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    axis, length = _length("chunk expects at least a 1-dimensional tensor", a, dim)
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    size = -(-length // chunks)
    return split(a, size, axis) if size else _pieces(SPLIT_WITH_SIZES, a, axis, [0] * chunks)


@method("tensor_split")
def tensor_split(a: Tensor, indices_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of stretches along `dim`: so many, as equal as can be, or cut at these indices, as ``torch.tensor_split``.

    >>> import teachgrad as tg
    >>> tg.tensor_split(tg.arange(5), 2), tg.tensor_split(tg.arange(5), (1,))
    ((tensor([0, 1, 2]), tensor([3, 4])), (tensor([0]), tensor([1, 2, 3, 4])))
    """
    words = f"tensor_split expected at least a 1-dimensional tensor, but got a tensor with {a.array.ndim} dims"
    axis, length = _length(words, a, dim)
    if isinstance(indices_or_sections, int):
        count = indices_or_sections
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        least, longer = divmod(length, count)
        bounds = [0, *accumulate(least + (i < longer) for i in range(count))]
    else:
        bounds = [0, *indices_or_sections, length]
    return tuple([sliced(a, axis, slice(*span)) for span in pairwise(bounds)])


@method("hsplit")
def hsplit(a: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`tensor_split` along the columns (of a vector: its elements), as ``torch.hsplit``."""
    return tensor_split(a, indices_or_sections, 0 if a.array.ndim == 1 else 1)


@method("vsplit")
def vsplit(a: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`tensor_split` along the rows, as ``torch.vsplit``."""
    return tensor_split(a, indices_or_sections, 0)


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
def unbind(a: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """A view of each slice along `dim`, without that dimension, as ``torch.unbind``.

    >>> import teachgrad as tg
    >>> tg.unbind(tg.tensor([[1, 2], [3, 4]]))
    (tensor([1, 2]), tensor([3, 4]))
    """
    if a.array.ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = checked_dim(dim, a.array.ndim)
    before = (slice(None),) * axis
    return tuple([_piece(UNBIND, a, (*before, i, Ellipsis), i) for i in range(a.array.shape[axis])])


@method("narrow")
def narrow(a: Tensor, dim: int, start: int, length: int) -> Tensor:
    """A view of `length` elements along `dim`, from `start` on, as ``torch.narrow``.

    Raises:
        RuntimeError: if the tensor ends before.
    """
    axis, size = _length("narrow() cannot be applied to a 0-dim tensor.", a, dim)
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -size <= start <= size:
        raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {start})")
    first = start + size if start < 0 else start
    if first + length > size:
        raise explained(
            RuntimeError,
            f"start ({first}) + length ({length}) exceeds dimension size ({size}).",
            why=f"dimension {axis} has {size} elements.",
            fix=f"take at most {size - first} from there.",
        )
    return sliced(a, axis, slice(first, first + length))


@method("select")
def select(a: Tensor, dim: int, index: int) -> Tensor:
    """A view of the slice `index` along `dim`, without that dimension, as ``torch.select``.

    Raises:
        IndexError: if there is no such slice.
    """
    if a.array.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis = checked_dim(dim, a.array.ndim)
    if not -a.array.shape[axis] <= index < a.array.shape[axis]:
        raise explained(
            IndexError,
            f"select(): index {index} out of range for tensor of size {list(a.array.shape)} at dimension {axis}",
            why=f"dimension {axis} has {a.array.shape[axis]} slices, counted from 0, or from -1 at the end.",
            fix="choose an index in that range.",
        )
    return getitem(a, (*(slice(None),) * axis, index))


@method("diagonal")
def diagonal(a: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A view of the elements whose indices in `dim1` and `dim2` are equal, as ``torch.diagonal``.

    Args:
        a: a tensor of at least two dimensions.
        offset: how far to the right of the main diagonal; negative for below.
        dim1: the dimension of rows.
        dim2: the dimension of columns.

    Returns:
        the tensor without these two dimensions, and the diagonal as last one.

    >>> import teachgrad as tg
    >>> tg.diagonal(tg.arange(9).reshape(3, 3), 1)
    tensor([1, 5])
    """
    i, j = checked_dim(dim1, a.array.ndim), checked_dim(dim2, a.array.ndim)
    if i == j:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")

    def take(x: Array) -> Array:
        matrices = np.moveaxis(x, (i, j), (-2, -1))[..., max(-offset, 0) :, max(offset, 0) :]
        *outer, down, right = matrices.strides
        shape = (*matrices.shape[:-2], min(matrices.shape[-2:]))
        return np.lib.stride_tricks.as_strided(matrices, shape, (*outer, down + right))  # x.diagonal() is read-only

    return _gathered(DIAGONAL, a, take, lambda whole: diagonal(whole, offset, i, j))


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
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {axis} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")

    def take(x: Array) -> Array:
        rows = x.reshape(1) if x.ndim == 0 else x
        shape, strides = list(rows.shape), list(rows.strides)
        shape[axis], between = (length - size) // step + 1, strides[axis]
        strides[axis] *= step
        windows = np.lib.stride_tricks.as_strided(rows, (*shape, size), (*strides, between))
        return windows if a.array.ndim else windows[0]

    return _gathered(UNFOLD, a, take, lambda whole: unfold(whole, axis, size, step))


def _gathered(op: Op, a: Tensor, take: Callable[[Array], Array], again: Callable[[Tensor], Tensor]) -> Tensor:
    """A view that no index can name; the same view of numbered elements says where its elements come from."""
    x, shape = a.array, a.array.shape
    return view(op, take(x), a, (lambda: take(np.arange(math.prod(shape)).reshape(shape)), shape), again)


# Joining

concat = concatenate = cat


def _joined(name: str, widened: Any, dim: int) -> Any:
    def join(tensors: Sequence[Tensor]) -> Tensor:
        if not len(tensors):
            raise RuntimeError(f"{name} expects a non-empty TensorList")
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
