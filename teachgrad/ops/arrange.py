"""Copies in another arrangement: turned over, rolled, repeated, cut to a triangle, padded, spread over a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from teachgrad.errors import explained, no_such_dim
from teachgrad.graph import Array, Op
from teachgrad.ops.indexing import placed
from teachgrad.ops.parts import diagonal as diagonal_of
from teachgrad.ops.shape import (
    clone,
    distinct_dims,
    expand,
    flatten,
    nothing_to_join,
    ravel,
    reshape,
    sizes_of,
    unsqueeze,
)
from teachgrad.ops.table import method, result, twin_of
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "diag",
    "diag_embed",
    "diagflat",
    "flip",
    "fliplr",
    "flipud",
    "meshgrid",
    "repeat_interleave",
    "roll",
    "rot90",
    "tile",
    "tril",
    "triu",
]

FLIP = Op("FlipBackward0", [lambda g, axes: np.flip(g, axes) if g.ndim else g], ("axes",))
ROLL = Op("RollBackward0", [lambda g, back, axes: np.roll(g, back, axes)], ("back", "axes"))
ROT90 = Op("Rot90Backward0", [lambda g, k, axes: np.rot90(g, -k, axes)], ("k", "axes"))
TRIL = Op("TrilBackward0", [lambda g, k: np.tril(g, k)], ("k",))
TRIU = Op("TriuBackward0", [lambda g, k: np.triu(g, k)], ("k",))
REPEAT = Op(
    "RepeatBackward0",
    [lambda g, each, copies: g.reshape(each).sum(axis=copies)],  # one copy per dimension at even places
    ("each", "copies"),
)
DIAG_EMBED = Op(
    "DiagEmbedBackward0", [lambda g, offset, i, j: np.diagonal(g, offset, i, j)], ("offset", "i", "j"), "diag"
)
PAD = Op("ConstantPadNdBackward0", [lambda g, back: _padded(g, back)], ("back",), "pad")


def _copied_from(name: str, symbol: str) -> Op:
    """An op that copies elements from an index: backward they are placed there, and added up if copied twice."""
    return Op(name, [lambda g, index, shape: placed(g, index, shape)], ("index", "shape"), symbol)


DIAGONAL_COPY = Op(
    "DiagonalBackward0_copy", [lambda g, k, shape: placed(g, _diagonal(k, g.shape[0]), shape)], ("k", "shape"), "diag"
)
INTERLEAVE = _copied_from("IndexSelectBackward0", "repeat")
PAD_OTHERWISE = {
    mode: [_copied_from(f"{name}Pad{dims}DBackward0", "pad") for dims in (1, 2, 3)]
    for mode, name in (("reflect", "Reflection"), ("replicate", "Replication"), ("circular", "Circular"))
}
REFLECTION, REPLICATION, CIRCULAR = (tuple(ops) for ops in PAD_OTHERWISE.values())


# Turned and rolled


def _dims(dims: Any) -> tuple[int, ...]:
    return (dims,) if isinstance(dims, int) else tuple(dims)


@method("flip")
@twin_of(np.flip)
def flip(input: Tensor, *dims: Any) -> Tensor:
    """The elements in reverse order along `dims`, as ``torch.flip``.

    >>> import teachgrad as tg
    >>> tg.flip(tg.tensor([[1, 2], [3, 4]]), (1,))
    tensor([[2, 1],
            [4, 3]])
    """
    axes = tuple(distinct_dims(sizes_of("flip", dims), input.array.ndim))
    turned = np.flip(input.array, axes) if input.array.ndim else input.array
    return result(FLIP, turned.copy(), (input,), (axes,))


@method("fliplr")
def fliplr(input: Tensor) -> Tensor:
    """Columns in reverse order, as ``torch.fliplr``."""
    if input.array.ndim < 2:
        raise explained(
            RuntimeError,
            "Input must be >= 2-d.",
            why=f"columns are reversed, and a tensor of shape {input.array.shape} has none.",
            fix="torch.flip(x, [0]) reverses a vector.",
        )
    return flip(input, 1)


@method("flipud")
def flipud(input: Tensor) -> Tensor:
    """Rows in reverse order, as ``torch.flipud``."""
    if input.array.ndim < 1:
        raise explained(
            RuntimeError,
            "Input must be >= 1-d.",
            why="rows are reversed, and a single number has none.",
            fix="x.item() is the number.",
        )
    return flip(input, 0)


@method("roll")
@twin_of(np.roll)
def roll(input: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Tensor:
    """The elements moved on by `shifts` along `dims`; what falls off the end comes in at the start. As ``torch.roll``.

    Without `dims` the tensor is rolled as if it had one dimension.

    Raises:
        RuntimeError: if there are not as many shifts as dimensions.

    >>> import teachgrad as tg
    >>> tg.roll(tg.arange(5), 2)
    tensor([3, 4, 0, 1, 2])
    """
    steps = _dims(shifts)
    if input.array.ndim == 0 and dims is not None and len(_dims(dims)) == len(steps):
        raise explained(
            IndexError,
            f"Dimension specified as {_dims(dims)[0]} but tensor has no dimensions",
            why="the tensor is a single number: there is nowhere to move it to.",
            fix="x.reshape(1) is a vector of one element.",
        )
    axes = () if dims is None else tuple([checked_dim(dim, input.array.ndim) for dim in _dims(dims)])
    if not axes and len(steps) == 1:
        return result(ROLL, np.roll(input.array, steps[0]), (input,), (-steps[0], None))
    if len(steps) != len(axes):
        raise explained(
            RuntimeError,
            f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(axes)}",
            why="each dimension is rolled by its own shift.",
            fix="give as many shifts as dims.",
        )
    rolled = np.roll(np.ascontiguousarray(input.array), steps, axes)
    return result(ROLL, rolled, (input,), (tuple(-step for step in steps), axes))


@method("rot90")
@twin_of(np.rot90)
def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turned by `k` quarters of a circle, from the second of `dims` towards the first, as ``torch.rot90``.

    >>> import teachgrad as tg
    >>> tg.rot90(tg.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    if len(dims) != 2:
        raise explained(
            RuntimeError,
            f"expected total rotation dims == 2, but got dims = {len(dims)}",
            why=f"a plane is turned, and {tuple(dims)} does not name its two dimensions.",
            fix="name two, as in dims=(0, 1).",
        )
    if input.array.ndim < 2:
        raise explained(
            RuntimeError,
            f"expected total dims >= 2, but got total dims = {input.array.ndim}",
            why=f"a plane is turned, and shape {input.array.shape} has no two dimensions.",
            fix="x.reshape(1, -1) makes a row of a vector.",
        )
    i, j = (checked_dim(dim, input.array.ndim) for dim in dims)
    if i == j:
        raise explained(
            RuntimeError,
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}",
            why="a plane is turned, and both name the same dimension.",
            fix="name two dimensions, as in dims=(0, 1).",
        )
    return result(ROT90, np.rot90(input.array, k, (i, j)).copy(), (input,), (k, (i, j)))


# Repeated


@method("repeat")
def repeat(a: Tensor, *repeats: Any) -> Tensor:
    """So many copies along each dimension, put end to end, as ``torch.Tensor.repeat``.

    More repeats than dimensions make new dimensions at the front.

    Raises:
        RuntimeError: if there are fewer repeats than dimensions, or negative ones.

    >>> import teachgrad as tg
    >>> tg.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    times = sizes_of("repeat", repeats)
    x = a.array
    if len(times) < x.ndim:
        raise explained(
            RuntimeError,
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
            why=f"the tensor has {x.ndim} dimensions, and {len(times)} repeats were given.",
            fix="give one for each; 1 leaves a dimension as it is.",
        )
    shape = (1,) * (len(times) - x.ndim) + x.shape
    sizes = [count * size for count, size in zip(times, shape)]
    if min(times, default=0) < 0:
        raise explained(
            RuntimeError,
            f"Trying to create tensor with negative dimension {min(sizes)}: {sizes}",
            why=f"the repeats are {tuple(times)}, and a size counts elements.",
            fix="repeat 0 times or more; 1 leaves a dimension as it is.",
        )
    each = tuple([length for pair in zip(times, shape) for length in pair])  # each dimension as copies x size
    copies = tuple(range(0, len(each), 2))
    array = np.array(x, order="C") if not times else np.ascontiguousarray(np.tile(x, times))
    return result(REPEAT, array, (a,), (each, copies))


@method("tile")
@twin_of(np.tile)
def tile(input: Tensor, *dims: Any) -> Tensor:
    """`repeat`, where missing repeats at the front count as 1, as ``torch.tile``."""
    times = sizes_of("tile", dims)
    return repeat(input, (1,) * (input.array.ndim - len(times)) + times)


@method("repeat_interleave")
def repeat_interleave(input: Tensor, repeats: int | Tensor | None = None, dim: int | None = None) -> Tensor:
    """Each element, or each slice along `dim`, so many times in a row, as ``torch.repeat_interleave``.

    Args:
        input: any shape; taken as one-dimensional if there is no `dim`. Alone, it holds the repeats of 0, 1, 2, ...
        repeats: a number, or a tensor with one for each slice.
        dim: along which dimension.

    Raises:
        RuntimeError: if repeats are negative, or not one for each slice.

    >>> import teachgrad as tg
    >>> tg.repeat_interleave(tg.tensor([1, 2]), 2), tg.repeat_interleave(tg.tensor([1, 2]), tg.tensor([1, 3]))
    (tensor([1, 1, 2, 2]), tensor([1, 2, 2, 2]))
    """
    if repeats is None:
        return wrap(np.repeat(np.arange(input.array.size), input.array))
    if dim is None:
        input, dim = ravel(input), 0
    axis = checked_dim(dim, input.array.ndim)
    counts = repeats.array if isinstance(repeats, Tensor) else np.asarray(repeats)
    if (counts < 0).any():
        raise explained(
            RuntimeError,
            "Repeats must be non-negative" if counts.ndim == 0 else "repeats can not be negative",
            why="each element comes so many times, and a count is not below 0.",
            fix="give counts of 0 or more.",
        )
    if counts.size == 1:
        wide = list(input.array.shape)
        wide.insert(axis + 1, int(counts.item()))
        return flatten(clone(expand(unsqueeze(input, axis + 1), wide)), axis, axis + 1)
    if counts.size != input.array.shape[axis]:
        raise explained(
            RuntimeError,
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and "
            f"input.size({axis}) = {input.array.shape[axis]}",
            why="each slice has its own number of repeats.",
            fix="give one number for all, or one for each.",
        )
    index: tuple[Any, ...] = (*(slice(None),) * axis, np.repeat(np.arange(counts.size), counts))
    return result(INTERLEAVE, input.array.take(index[-1], axis), (input,), (index, input.array.shape))


# Triangles and diagonals


@method("tril")
@twin_of(np.tril)
def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of each matrix, up to a diagonal counted to the right, else 0; as ``torch.tril``.

    >>> import teachgrad as tg
    >>> tg.tril(tg.ones(2, 2))
    tensor([[1., 0.],
            [1., 1.]])
    """
    return result(TRIL, np.ascontiguousarray(np.tril(_matrices("tril", input), diagonal)), (input,), (diagonal,))


@method("triu")
@twin_of(np.triu)
def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of each matrix, from a diagonal counted to the right, else 0; as ``torch.triu``."""
    return result(TRIU, np.ascontiguousarray(np.triu(_matrices("triu", input), diagonal)), (input,), (diagonal,))


def _matrices(name: str, a: Tensor) -> Array:
    if a.array.ndim < 2:
        raise explained(
            RuntimeError,
            f"{name}: input tensor must have at least 2 dimensions",
            why=f"a triangle is part of a matrix, and the tensor has shape {a.array.shape}.",
            fix="check the shape.",
        )
    return a.array


twin_of(np.diagonal)(diagonal_of)


@method("diag_embed")
def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices of zeros with the last dimension of `input` on their diagonals, as ``torch.diag_embed``.

    Args:
        input: a tensor with dimensions.
        offset: how far to the right of the main diagonal; negative for below.
        dim1: where the rows of the matrices go.
        dim2: where their columns go.

    >>> import teachgrad as tg
    >>> tg.diag_embed(tg.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    if input.array.ndim == 0:
        raise no_such_dim(dim1, 1)
    ndim = input.array.ndim + 1
    i, j = checked_dim(dim1, ndim), checked_dim(dim2, ndim)
    if i == j:
        raise explained(
            RuntimeError,
            f"diagonal dimensions cannot be identical {dim1}, {dim2}",
            why=f"a diagonal runs through rows and columns, and both are dimension {i}.",
            fix="name two dimensions (negative ones count from the end).",
        )
    size = input.array.shape[-1] + abs(offset)
    full = np.zeros((*input.array.shape[:-1], size, size), input.array.dtype)
    rows = np.arange(input.array.shape[-1]) + max(-offset, 0)
    full[..., rows, rows + offset] = input.array
    moved = np.ascontiguousarray(np.moveaxis(full, (-2, -1), (i, j)))
    return result(DIAG_EMBED, moved, (input,), (offset, i, j))


@method("diag")
def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """Of a vector, a matrix with it as diagonal; of a matrix, a copy of its diagonal. As ``torch.diag``.

    Args:
        input: one or two dimensions.
        diagonal: which one, counted to the right of the main diagonal; negative for below.
    """
    x = input.array
    if x.ndim == 1:
        return diag_embed(input, diagonal)
    if x.ndim != 2:
        raise explained(
            RuntimeError,
            f"diag(): Supports 1D or 2D tensors. Got {x.ndim}D",
            why=f"the tensor has shape {x.shape}: it is neither a vector nor a matrix.",
            fix="x.diagonal() takes diagonals out of stacked matrices, x.diag_embed() makes such.",
        )
    return result(DIAGONAL_COPY, x.diagonal(diagonal).copy(), (input,), (diagonal, x.shape))


def _diagonal(k: int, count: int) -> tuple[Array, Array]:
    """The rows and columns of the elements on the `k`-th diagonal."""
    rows = np.arange(count) + max(-k, 0)
    return rows, rows + k


@method("diagflat")
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """A matrix with all elements of `input` as its diagonal, as ``torch.diagflat``; see `diag_embed` for the offset."""
    return diag_embed(reshape(input, -1), offset)


# Padded


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """More elements before and after, as ``torch.nn.functional.pad``.

    Args:
        input: any shape.
        pad: how many before and after, in pairs, **from the last dimension on**; negative numbers cut off.
        mode: "constant"; "reflect", mirrored at the edge; "replicate", the edge again and again; "circular", round and
            round. The last three pad the last 1 to 3 dimensions of inputs of shape (C, *) or (N, C, *).
        value: of the new elements in mode "constant"; 0 by default.

    Raises:
        RuntimeError: if the numbers do not fit the input.
        NotImplementedError: for another mode, or for dimensions that a mode does not pad.

    >>> import teachgrad as tg
    >>> pad(tg.tensor([[1, 2, 3]]), (2, 1)), pad(tg.tensor([[1, 2, 3]]), (2, 0), mode="reflect")
    (tensor([[0, 0, 1, 2, 3, 0]]), tensor([[3, 2, 1, 2, 3]]))
    """
    x, pads = input.array, tuple(pad)
    if len(pads) % 2:
        raise explained(
            RuntimeError,
            "Padding length must be divisible by 2",
            why=f"each dimension has two ends, and {pads} holds {len(pads)} numbers.",
            fix="give (left, right) for the last dimension, then (top, bottom) for the one before.",
        )
    if len(pads) > 2 * x.ndim:
        raise explained(
            RuntimeError,
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pads)} and input of dimension {x.ndim}",
            why="there are two numbers for each dimension, before and after.",
            fix=f"give at most {2 * x.ndim} numbers.",
        )
    if mode == "constant":
        return result(PAD, _padded(x, pads, value or 0), (input,), (tuple(-count for count in pads),))
    if mode not in PAD_OTHERWISE:
        raise explained(
            NotImplementedError,
            f"Unrecognised padding mode {mode}",
            why=f"{mode!r} names no way to fill the edge.",
            fix="choose 'constant', 'reflect', 'replicate' or 'circular'.",
        )
    if value not in (None, 0):
        raise explained(
            RuntimeError,
            f'Padding mode "{mode}" doesn\'t take in value argument',
            why=f"in this mode the edge is filled from the tensor itself, and {value} would not be used.",
            fix="leave value out, or use mode='constant'.",
        )
    dims = len(pads) // 2
    if not (1 <= dims <= 3 and dims + 1 <= x.ndim <= dims + 2):
        raise explained(
            NotImplementedError,
            f"Padding size {len(pads)} is not supported for {x.ndim}D input tensor.",
            why=f"here batch and channels come first and stay as they are, and the shape is {x.shape}.",
            fix="x.unsqueeze(0) adds a dimension in front.",
        )
    lines = [
        _walk(x, axis, pads[2 * i : 2 * i + 2], mode) for i, axis in enumerate(range(x.ndim - 1, x.ndim - 1 - dims, -1))
    ]
    index: tuple[Any, ...] = (Ellipsis, *np.ix_(*reversed(lines)))
    return result(PAD_OTHERWISE[mode][dims - 1], x[index], (input,), (index, x.shape))


def _padded(g: Any, pads: Sequence[int], value: float = 0) -> Any:
    """An array or tensor with so many elements more, or less, before and after, from the last dimension on."""
    if isinstance(g, Tensor):
        return pad(g, pads)
    shape, here, there = list(g.shape), [slice(None)] * g.ndim, [slice(None)] * g.ndim
    for i in range(len(pads) // 2):
        axis, (before, after) = g.ndim - 1 - i, pads[2 * i : 2 * i + 2]
        size = shape[axis]
        shape[axis] = size + before + after
        if shape[axis] < 0 or max(-before, 0) > size:
            raise explained(
                RuntimeError,
                "narrow(): length must be non-negative.",
                why=f"of the {size} elements of dimension {axis}, more are to be cut off than there are.",
                fix="cut off at most as many elements as there are.",
            )
        here[axis] = slice(max(-before, 0), size - max(-after, 0))
        there[axis] = slice(max(before, 0), max(before, 0) + here[axis].stop - here[axis].start)
    full = np.full(shape, value, g.dtype)
    full[tuple(there)] = g[tuple(here)]
    return full


def _walk(x: Array, axis: int, ends: Sequence[int], mode: str) -> Array:
    """Which element along a dimension stands at each place of the padded one."""
    size, (before, after) = x.shape[axis], ends
    if mode == "reflect" and max(ends) >= size:
        raise explained(
            RuntimeError,
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {after}) at dimension {axis} of input {list(x.shape)}",
            why="the edge itself is not mirrored, so there are only size - 1 elements to take.",
            fix="pad by less, or with mode='replicate'.",
        )
    if mode == "circular" and max(ends) > size:
        raise explained(
            RuntimeError,
            "Padding value causes wrapping around more than once.",
            why=f"the dimension has {size} elements, and {max(ends)} more are to come from its other end.",
            fix="pad by at most the size of the dimension.",
        )
    kind: Any = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
    more = (max(before, 0), max(after, 0))
    if mode == "circular":
        return np.pad(np.arange(max(-before, 0), size - max(-after, 0)), more, kind)
    line = np.pad(np.arange(size), more, kind)
    return line[max(-before, 0) : len(line) - max(-after, 0)]


# Grids


def meshgrid(*tensors: Tensor, indexing: str | None = None) -> tuple[Tensor, ...]:
    """The coordinates of a grid: for each vector a tensor that varies along its own dimension, as ``torch.meshgrid``.

    Args:
        tensors: vectors (or single numbers) of sizes n1, n2, ..., one by one or in a list.
        indexing: "ij" for results of shape (n1, n2, ...), "xy" for (n2, n1, ...), as in plots. The default is "ij".

    Returns:
        as many views as there are vectors.

    >>> import teachgrad as tg
    >>> x, y = tg.meshgrid(tg.tensor([1, 2]), tg.tensor([10, 20, 30]), indexing="xy")
    >>> x + y
    tensor([[11, 12],
            [21, 22],
            [31, 32]])
    """
    first: Any = tensors[0] if len(tensors) == 1 else tensors
    given = (first,) if isinstance(first, Tensor) else tuple(first)
    if not given:
        raise nothing_to_join("meshgrid")
    if indexing not in (None, "ij", "xy"):
        raise explained(
            RuntimeError,
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}',
            why="'ij' lets the first tensor run along rows, 'xy' along columns.",
            fix="choose one of the two.",
        )
    for tensor in given:
        if tensor.array.ndim > 1:
            raise explained(
                RuntimeError,
                "torch.meshgrid: Expected 0D or 1D tensor in the tensor list",
                why=f"each tensor holds the coordinates along one dimension, and one has shape {tensor.array.shape}.",
                fix="flatten it: x.flatten()",
            )
    order = list(range(len(given)))  # which tensor varies along each dimension
    if indexing == "xy":
        order[:2] = order[:2][::-1]
    sizes = [given[i].array.size for i in order]
    lines = [reshape(tensor, [tensor.array.size if i == j else 1 for j in order]) for i, tensor in enumerate(given)]
    return tuple([expand(line, sizes) for line in lines])
