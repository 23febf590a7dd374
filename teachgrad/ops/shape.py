"""Shapes, copies and types: the same numbers, otherwise arranged. Backward, the arrangement is undone.

Most results are views: they share memory with their input (see `views`).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import cache, reduce
from itertools import accumulate
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.device import CPU, device, no_cuda, require_cpu
from teachgrad.dtypes import dtype
from teachgrad.errors import brief, c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.table import method, no_broadcast, no_expansion, result, twin_of
from teachgrad.ops.views import view as view_of
from teachgrad.size import Size, checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "adjoint",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_shapes",
    "broadcast_tensors",
    "broadcast_to",
    "cat",
    "clone",
    "flatten",
    "is_floating_point",
    "is_tensor",
    "moveaxis",
    "movedim",
    "numel",
    "permute",
    "ravel",
    "reshape",
    "squeeze",
    "stack",
    "swapaxes",
    "swapdims",
    "t",
    "transpose",
    "unflatten",
    "unsqueeze",
]

RESHAPE = Op("ViewBackward0", [lambda g, shape: g.reshape(shape)], ("shape",), "reshape")
COPIED_RESHAPE = Op("UnsafeViewBackward0", [lambda g, shape: g.reshape(shape)], ("shape",), "reshape")
UNSQUEEZE = Op("UnsqueezeBackward0", [lambda g, shape: g.reshape(shape)], ("shape",), "unsqueeze")
SQUEEZE = tuple(
    Op(f"SqueezeBackward{n}", [lambda g, shape: g.reshape(shape)], ("shape",), "squeeze") for n in (0, 1, 2)
)
TRANSPOSE = Op("TransposeBackward0", [lambda g, i, j: g.swapaxes(i, j) if g.ndim else g], ("i", "j"), "transpose")
T = Op("TBackward0", [lambda g: g.T if g.ndim == 2 else g], symbol="ᵀ")
PERMUTE = Op("PermuteBackward0", [lambda g, back: np.transpose(g, back)], ("back",), "permute")
EXPAND = Op("ExpandBackward0", [lambda g: g], symbol="expand")  # the engine sums over what was stretched
ALIAS = Op("AliasBackward0", [lambda g: g], symbol="alias")
CLONE = Op("CloneBackward0", [lambda g: g], symbol="clone")
CONVERT = Op("ToCopyBackward0", [lambda g: g], symbol="to")  # the engine gives g the type of the input


# What a tensor is made of, and how its elements lie in memory


@method("size")
def size(a: Tensor, dim: int | None = None) -> Any:
    """All sizes, or that of one dimension, as ``torch.Tensor.size``."""
    return a.shape if dim is None else a.shape[_one_of(dim, a)]


def _one_of(dim: int, a: Tensor) -> int:
    """The number of a dimension that the tensor has."""
    if a.array.ndim == 0:
        raise explained(
            IndexError,
            f"Dimension specified as {dim} but tensor has no dimensions",
            why="the tensor holds a single number, without rows or columns.",
            fix="x.ndim tells how many dimensions there are; x.item() is the number.",
        )
    return checked_dim(dim, a.array.ndim)


@method("dim", "ndimension")
def dim(a: Tensor) -> int:
    """The number of dimensions, as ``torch.Tensor.dim``."""
    return a.array.ndim


def _device(a: Tensor) -> device:
    """Where the tensor lives, as ``torch.Tensor.device``: always the CPU."""
    return CPU


def _is_cuda(a: Tensor) -> bool:
    """Whether the tensor lives on a GPU, as ``torch.Tensor.is_cuda``: never."""
    return False


method("device")(property(_device))
method("is_cuda")(property(_is_cuda))


@method("cpu")
def cpu(a: Tensor) -> Tensor:
    """Itself: it is on the CPU already, as ``torch.Tensor.cpu``."""
    return a


@method("cuda")
def cuda(a: Tensor, device: Any = None) -> Tensor:
    """Raises AssertionError, as ``torch.Tensor.cuda`` does where there is no CUDA."""
    raise no_cuda()


def numel(input: Tensor) -> int:
    """The number of elements, as ``torch.numel``."""
    return input.array.size


def is_tensor(obj: Any) -> bool:
    """Whether an object is a tensor, as ``torch.is_tensor``."""
    return isinstance(obj, Tensor)


@method("is_floating_point")
def is_floating_point(input: Tensor) -> bool:
    """Whether the elements are floating-point numbers, as ``torch.is_floating_point``."""
    return input.array.dtype.kind == "f"


@method("is_contiguous")
def is_contiguous(a: Tensor) -> bool:
    """Whether the elements lie in memory row by row, as ``torch.Tensor.is_contiguous``."""
    return a.array.flags.c_contiguous


@method("stride")
def stride(a: Tensor, dim: int | None = None) -> Any:
    """How many elements apart neighbours lie, in each dimension or in one, as ``torch.Tensor.stride``."""
    steps = tuple(step // a.array.itemsize for step in a.array.strides)
    return steps if dim is None else steps[_one_of(dim, a)]


@method("element_size")
def element_size(a: Tensor) -> int:
    """Bytes of one element, as ``torch.Tensor.element_size``."""
    return a.array.itemsize


@method("data_ptr")
def data_ptr(a: Tensor) -> int:
    """The address of the first element, as ``torch.Tensor.data_ptr``; equal addresses mean shared memory."""
    return int(a.array.__array_interface__["data"][0])


# Views of the same elements


def sizes_of(name: str, sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes given one by one or as one sequence."""
    if len(sizes) == 1 and isinstance(sizes[0], Sequence):
        sizes = tuple(sizes[0])
    try:
        return tuple([int(size.__index__()) for size in sizes])
    except (AttributeError, TypeError):
        bad = next(size for size in sizes if not isinstance(size, int))
        raise explained(
            TypeError,
            f"{name}(): argument 'shape' must be tuple of ints, but found element of type {type(bad).__name__}",
            why=f"a size counts elements, and {brief(bad)} is no count.",
            fix="give whole numbers: n // 2 instead of n / 2.",
        ) from None


def _reshaped(x: Array, shape: tuple[int, ...]) -> Array:
    try:
        out = x.reshape(shape)
        if out.shape == shape or min(shape) == -1:  # NumPy takes any negative size for -1
            return out
    except ValueError:
        pass
    if min(shape, default=0) < -1:
        place = next(place for place, size in enumerate(shape) if size < -1)
        words = f"invalid shape dimension {shape[place]} at index {place} of shape {list(shape)}"
    elif shape.count(-1) > 1:
        words = "only one dimension can be inferred"
    else:
        words = f"shape '{list(shape)}' is invalid for input of size {x.size}"
    raise explained(
        RuntimeError,
        words,
        why=f"the tensor of shape {x.shape} holds {x.size} elements, and so has to the new shape {shape}.",
        fix="let one size, and no more, be found with -1, as in x.reshape(-1, 2).",
        lesson=7,
    )


@method("reshape")
@twin_of(np.reshape)
def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The elements in another shape, as ``torch.reshape``: a view where memory allows, else a copy. One size may be -1.

    >>> import teachgrad as tg
    >>> tg.arange(6).reshape(2, -1).shape
    torch.Size([2, 3])
    """
    x = input.array
    y = _reshaped(x, sizes_of("reshape", shape))
    if x.flags.c_contiguous or np.may_share_memory(x, y):
        return view_of(RESHAPE, y, input, (x.shape,), lambda t: reshape(t, y.shape))
    return result(COPIED_RESHAPE, y, (input,), (x.shape,))


@method("view")
def view(a: Tensor, *shape: Any, dtype: dtype | None = None) -> Tensor:
    """The same memory in another shape (or, given a dtype, read as another type), as ``torch.Tensor.view``.

    Read as another type, it has no history.

    Raises:
        RuntimeError: if the elements do not lie so that no copy is needed, or do not fill whole elements of the dtype.
    """
    if dtype is not None or isinstance(shape[0] if shape else None, dtypes.dtype):
        return _read_as(a, shape[0] if dtype is None else dtype)
    y = _reshaped(a.array, sizes_of("view", shape))
    if not (a.array.flags.c_contiguous or np.may_share_memory(a.array, y)):
        raise explained(
            RuntimeError,
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead.",
            why=f"the tensor of shape {tuple(a.shape)} was transposed or cut; its rows do not lie behind each other.",
            fix="x.reshape(...) copies where it has to.",
            lesson=7,
        )
    return reshape(a, *shape)


def _read_as(a: Tensor, target: dtype) -> Tensor:
    """The bytes of a tensor as elements of another type; along the last dimension there are more or fewer of these."""
    x = a.array
    if x.ndim and x.shape[-1] * x.itemsize % target.itemsize:
        raise explained(
            RuntimeError,
            f"self.size(-1) must be divisible by {target.itemsize // x.itemsize} to view {c_name(x.dtype)} as "
            f"{c_name(target.numpy)} (different element sizes), but got {x.shape[-1]}",
            why=f"a row of {x.shape[-1]} elements has {x.shape[-1] * x.itemsize} bytes, an element {target.itemsize}.",
            fix="x.to(dtype) converts the numbers; view reads their bytes.",
        )
    try:
        out = wrap(x.view(target.numpy))
    except ValueError:
        raise explained(
            RuntimeError,
            "self.stride(-1) must be 1 to view "
            f"{c_name(x.dtype)} as {c_name(target.numpy)} (different element sizes), but got {a.stride()[-1]}",
            why="bytes that do not lie side by side make no element.",
            fix="x.contiguous().view(dtype); or x.to(dtype), which converts the numbers.",
        ) from None
    out.counter = a.counter
    return out


@method("view_as")
def view_as(a: Tensor, other: Tensor) -> Tensor:
    """`view` in the shape of `other`, as ``torch.Tensor.view_as``."""
    return view(a, other.array.shape)


@method("reshape_as")
def reshape_as(a: Tensor, other: Tensor) -> Tensor:
    """`reshape` to the shape of `other`, as ``torch.Tensor.reshape_as``."""
    return reshape(a, other.array.shape)


@method("ravel")
def ravel(input: Tensor) -> Tensor:
    """All elements in one dimension, as ``torch.ravel``."""
    return reshape(contiguous(input), -1)


@method("unflatten")
def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Dimension `dim` taken apart into several of these sizes, one of which may be -1, as ``torch.unflatten``.

    Raises:
        RuntimeError: if the sizes do not multiply up to that of the dimension.

    >>> import teachgrad as tg
    >>> tg.unflatten(tg.zeros(2, 12), 1, (3, -1)).shape
    torch.Size([2, 3, 4])
    """
    shape = input.array.shape
    axis, parts = checked_dim(dim, len(shape)), sizes_of("unflatten", (sizes,))
    if not parts:
        raise explained(
            RuntimeError,
            "unflatten: sizes must be non-empty",
            why=f"dimension {axis} is to be taken apart, into no dimensions at all.",
            fix="give the new sizes; one of them may be -1.",
        )
    known = math.prod(size for size in parts if size != -1)
    if parts.count(-1) == 1 and known and shape[axis] % known == 0:
        parts = tuple([shape[axis] // known if size == -1 else size for size in parts])
    if math.prod(parts) != shape[axis] or -1 in parts:
        raise explained(
            RuntimeError,
            f"unflatten: Provided sizes {list(parts)} don't multiply up to the size of dim {axis} ({shape[axis]}) in "
            "the input tensor",
            why="the new dimensions have to hold the elements of the old one.",
            fix="let one of the sizes be found with -1.",
        )
    return view(input, *shape[:axis], *parts, *shape[axis + 1 :])


@method("flatten")
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Dimensions `start_dim` to `end_dim` as one, as ``torch.flatten``."""
    shape, ndim = input.array.shape, input.array.ndim
    start, end = checked_dim(start_dim, ndim), checked_dim(end_dim, ndim)
    if start > end:
        raise explained(
            RuntimeError,
            "flatten() has invalid args: start_dim cannot come after end_dim",
            why=f"of {ndim} dimensions, start_dim is number {start} and end_dim number {end}.",
            fix="x.flatten(1) makes one of all dimensions but the first, as a layer after an image needs it.",
            lesson=7,
        )
    if ndim == 0:
        return reshape(input, 1)
    return (
        input
        if start == end
        else reshape(input, *shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])
    )


def distinct_dims(dims: Sequence[int], ndim: int) -> list[int]:
    """Dimensions counted from the front.

    Raises:
        RuntimeError: if one is named twice.
    """
    axes = [checked_dim(dim, ndim) for dim in dims]
    for place, axis in enumerate(axes):
        if axis in axes[:place]:
            raise explained(
                RuntimeError,
                f"dim {axis} appears multiple times in the list of dims",
                why=f"{tuple(dims)} names a dimension twice (negative ones count from the end).",
                fix="name each dimension once.",
            )
    return axes


@method("unsqueeze")
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """A new dimension of size 1 at `dim`, as ``torch.unsqueeze``."""
    axis = checked_dim(dim, input.array.ndim + 1)
    return view_of(
        UNSQUEEZE, np.expand_dims(input.array, axis), input, (input.array.shape,), lambda t: unsqueeze(t, axis)
    )


@method("squeeze")
def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """Without dimensions of size 1: all of them, or those in `dim` that are, as ``torch.squeeze``."""
    shape, ndim = input.array.shape, input.array.ndim
    asked = range(ndim) if dim is None else distinct_dims([dim] if isinstance(dim, int) else dim, ndim)
    axes = tuple(axis for axis in asked if ndim and shape[axis] == 1)
    return view_of(
        SQUEEZE[0 if dim is None else 1 if isinstance(dim, int) else 2],
        input.array.squeeze(axes),
        input,
        (shape,),
        lambda t: squeeze(t, dim),
    )


@method("transpose", "swapaxes", "swapdims")
@twin_of(np.swapaxes)
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions swapped, as ``torch.transpose``."""
    i, j = checked_dim(dim0, input.array.ndim), checked_dim(dim1, input.array.ndim)
    swapped = input.array.swapaxes(i, j) if input.array.ndim else input.array.view()
    return view_of(TRANSPOSE, swapped, input, (i, j), lambda t: transpose(t, i, j))


swapaxes = swapdims = transpose


@method("t")
def t(input: Tensor) -> Tensor:
    """The transpose of a matrix, as ``torch.t``; vectors are returned as they are."""
    if input.array.ndim > 2:
        raise explained(
            RuntimeError,
            f"t() expects a tensor with <= 2 dimensions, but self is {input.array.ndim}D",
            why=f"t() turns a matrix over, and this tensor has shape {input.array.shape}.",
            fix="x.mT turns over each matrix of a stack; x.transpose(i, j) swaps any two dimensions.",
            lesson=7,
        )
    return view_of(T, input.array.T, input, (), t)


@method("permute")
@twin_of(np.transpose)
def permute(input: Tensor, *dims: Any) -> Tensor:
    """The dimensions in the order `dims`, as ``torch.permute``."""
    ndim = input.array.ndim
    order = list(sizes_of("permute", dims))
    if len(order) == ndim:
        order = [checked_dim(dim, ndim) for dim in order]
    if sorted(order) != list(range(ndim)):
        raise explained(
            RuntimeError,
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {ndim} is not equal to len(dims) = {len(order)}"
            if len(order) != ndim
            else "permute(): duplicate dims are not allowed.",
            why=f"the tensor has shape {input.array.shape}; each of its {ndim} dimensions has to be named once.",
            fix="x.transpose(i, j) swaps two dimensions and leaves the others.",
            lesson=7,
        )
    back = tuple(int(axis) for axis in np.argsort(order))
    return view_of(PERMUTE, input.array.transpose(order), input, (back,), lambda t: permute(t, order))


@method("movedim", "moveaxis")
@twin_of(np.moveaxis)
def movedim(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Dimensions moved from `source` to `destination`, the others in their old order, as ``torch.movedim``.

    Raises:
        RuntimeError: if a dimension is named twice, or not as many sources as destinations are given.

    >>> import teachgrad as tg
    >>> tg.movedim(tg.zeros(2, 3, 4), 0, -1).shape
    torch.Size([3, 4, 2])
    """
    ndim = input.array.ndim
    given = [[dims] if isinstance(dims, int) else list(dims) for dims in (source, destination)]
    if len(given[0]) != len(given[1]):
        raise explained(
            RuntimeError,
            f"movedim: Invalid source or destination dims: source ({given[0]} dims) should contain the same number of "
            f"dims as destination ({given[1]} dims)",
            why=f"{len(given[0])} dimensions are to move to {len(given[1])} places.",
            fix="name one destination for each source.",
        )
    axes = [[checked_dim(dim, ndim) for dim in dims] for dims in given]
    for name, dims in zip(("source", "destination"), axes):
        if len(set(dims)) < len(dims):
            raise explained(
                RuntimeError,
                f"movedim: repeated dim in `{name}` ({dims})",
                why="a dimension can move to one place only.",
                fix="name each dimension once (negative ones count from the end).",
            )
    if ndim == 0:
        return view_of(ALIAS, input.array[...], input, (), lambda t: movedim(t, 0, 0))
    order = [axis for axis in range(ndim) if axis not in axes[0]]
    for to_place, axis in sorted(zip(axes[1], axes[0])):
        order.insert(to_place, axis)
    return permute(input, order)


moveaxis = movedim


def _reversed(a: Tensor) -> Tensor:
    """All dimensions in reverse order, as ``torch.Tensor.T``: the transpose of a matrix."""
    if a.array.ndim not in (0, 2):
        warnings.warn(
            explained(
                UserWarning,
                "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it "
                "will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or "
                "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
                why=f"this tensor has shape {a.array.shape}, and .T reverses all of it, not only rows and columns.",
                fix="x.mT turns over each matrix of a stack; a vector has no rows and columns to swap.",
                lesson=7,
            ),
            stacklevel=2,
        )
    return permute(a, *reversed(range(a.array.ndim)))


def _matrices_transposed(a: Tensor) -> Tensor:
    """The last two dimensions swapped, as ``torch.Tensor.mT``."""
    if a.array.ndim == 0:
        return a
    if a.array.ndim == 1:
        raise explained(
            RuntimeError,
            "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.",
            why=f"a vector of shape {a.array.shape} has no rows and columns to swap.",
            fix="x[:, None] makes a column of it, x[None] a row.",
        )
    return transpose(a, -2, -1)


@method("adjoint")
def adjoint(input: Tensor) -> Tensor:
    """The last two dimensions swapped, as ``torch.adjoint`` does for real numbers."""
    return transpose(input, -2, -1)


method("T")(property(_reversed))
for _name in ("mT", "mH"):
    method(_name)(property(_matrices_transposed))


def _transposed(a: Tensor) -> Tensor:
    """The transpose of a matrix, as ``torch.Tensor.H`` is for real numbers."""
    if a.array.ndim not in (0, 2):
        raise explained(
            RuntimeError,
            "tensor.H is only supported on matrices (2-D tensors). Got "
            f"{a.array.ndim}-D tensor." + " For batches of matrices, consider using tensor.mH" * (a.array.ndim > 2),
            why=f"the tensor has shape {a.array.shape}.",
            fix="x.mT swaps the last two dimensions.",
        )
    return transpose(a, 0, 1) if a.array.ndim else a


method("H")(property(_transposed))


@method("expand")
@twin_of(np.broadcast_to)
def expand(a: Tensor, *sizes: Any) -> Tensor:
    """Dimensions of size 1 stretched to new sizes without copying, as ``torch.Tensor.expand``; -1 keeps a size."""
    shape, target = a.array.shape, sizes_of("expand", sizes)
    extra = len(target) - len(shape)
    full = tuple([shape[i - extra] if size == -1 and i >= extra else size for i, size in enumerate(target)])
    stretched = a.array[(None,) * extra] if extra > 0 else a.array[...]
    if stretched.shape != full:  # else it can be written to
        try:
            stretched = np.broadcast_to(a.array, full)
        except ValueError:
            raise no_expansion(a.array, full) from None
        stretched = stretched if stretched.size else stretched.copy()
    return view_of(EXPAND, stretched, a, (), lambda t: expand(t, full))


@method("broadcast_to")
def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """`expand` to a size, as ``torch.broadcast_to``."""
    return expand(input, size)


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Tensors expanded to the shape that they have in common, as ``torch.broadcast_tensors``.

    >>> import teachgrad as tg
    >>> a, b = tg.broadcast_tensors(tg.zeros(3), tg.zeros(2, 1))
    >>> a.shape, b.shape
    (torch.Size([2, 3]), torch.Size([2, 3]))
    """
    shape: tuple[int, ...] = ()
    for tensor in tensors:
        try:
            shape = np.broadcast_shapes(shape, tensor.array.shape)
        except ValueError:
            raise no_broadcast(shape, tensor.array.shape) from None
    return tuple([tensor if tensor.array.shape == shape else expand(tensor, shape) for tensor in tensors])


def broadcast_shapes(*shapes: int | Sequence[int]) -> Size:
    """The shape that several shapes have in common, as ``torch.broadcast_shapes``; a number stands for one size.

    >>> import teachgrad as tg
    >>> tg.broadcast_shapes((2, 1), (3,))
    torch.Size([2, 3])
    """
    for shape in shapes:
        if not isinstance(shape, int | list | tuple):
            raise explained(
                RuntimeError,
                f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {shape}",
                why=f"{brief(shape)} is a {type(shape).__name__}.",
                fix="give shapes: torch.broadcast_shapes(x.shape, y.shape).",
            )
    given = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    common = [1] * max(map(len, given), default=0)
    for place, shape in enumerate(given):
        for dim in range(-1, -1 - len(shape), -1):
            if shape[dim] == 1 or common[dim] == shape[dim]:
                continue
            if common[dim] != 1:
                raise explained(
                    RuntimeError,
                    f"Attempting to broadcast a dimension of length {shape[dim]} at {dim}! Mismatching argument at "
                    f"index {place} had {shape}; but expected shape should be broadcastable to {common}",
                    why="sizes are compared from the right; they must be equal, or one of them 1.",
                    fix="check the shapes.",
                )
            common[dim] = shape[dim]
    return Size(common)


def _at_least(ndim: int, widened: Callable[[Tensor], Tensor]) -> Any:
    def one(tensor: Tensor) -> Tensor:
        return tensor if tensor.array.ndim >= ndim else widened(tensor)

    def widen(*tensors: Tensor) -> Any:
        first: Any = tensors[0] if len(tensors) == 1 else tensors
        return tuple(map(one, first)) if isinstance(first, list | tuple) else one(first)

    widen.__name__ = widen.__qualname__ = f"atleast_{ndim}d"
    widen.__doc__ = f"One or several tensors with at least {ndim} dimensions, as ``torch.atleast_{ndim}d``."
    return widen


atleast_1d = _at_least(1, lambda a: reshape(a, 1))
atleast_2d = _at_least(2, lambda a: reshape(a, 1, 1) if a.array.ndim == 0 else unsqueeze(a, 0))
atleast_3d = _at_least(3, lambda a: reshape(a, 1, 1, 1) if a.array.ndim == 0 else unsqueeze(atleast_2d(a), -1))


@method("expand_as")
def expand_as(a: Tensor, other: Tensor) -> Tensor:
    """Expanded to the shape of `other`, as ``torch.Tensor.expand_as``."""
    return expand(a, other.array.shape)


@method("clone")
def clone(input: Tensor) -> Tensor:
    """A copy with memory of its own that stays in the graph, as ``torch.clone``."""
    return result(CLONE, input.array.copy("C" if 0 in input.array.strides else "K"), (input,))


@method("contiguous")
def contiguous(a: Tensor) -> Tensor:
    """Itself if its elements lie row by row, else a copy that does, as ``torch.Tensor.contiguous``."""
    return a if a.array.flags.c_contiguous else result(CLONE, a.array.copy(), (a,))


@method("to")
def to(a: Tensor, *args: Any, dtype: dtype | None = None, device: Any = None, copy: bool = False) -> Tensor:
    """Converted to a dtype, or to that of another tensor, as ``torch.Tensor.to``. The device can only be the CPU."""
    for arg in args:
        if isinstance(arg, dtypes.dtype):
            dtype = arg
        elif isinstance(arg, Tensor):
            dtype = arg.dtype
        elif not isinstance(arg, bool):
            device = arg
    require_cpu(device)
    if dtype is None or a.array.dtype == dtype.numpy:
        return clone(a) if copy else a
    return result(CONVERT, a.array.astype(dtype.numpy, "C" if 0 in a.array.strides else "K"), (a,))


def _conversion(name: str, target: dtype) -> None:
    def convert(a: Tensor) -> Tensor:
        return to(a, target)

    convert.__name__ = convert.__qualname__ = name
    convert.__doc__ = f"Converted to {target}, as ``torch.Tensor.{name}``."
    method(name)(convert)


for _name, _target in {
    "half": dtypes.float16, "float": dtypes.float32, "double": dtypes.float64,
    "byte": dtypes.uint8, "char": dtypes.int8, "short": dtypes.int16, "int": dtypes.int32, "long": dtypes.int64,
    "bool": dtypes.bool_,
}.items():  # fmt: skip
    _conversion(_name, _target)


def _part(place: int) -> Any:
    """The formula for one of several joined tensors: its stretch of the gradient."""
    return lambda g, axis, bounds: g[(slice(None),) * axis + (slice(bounds[place], bounds[place + 1]),)]


def _layer(place: int) -> Any:
    """The formula for one of several stacked tensors: its layer of the gradient."""
    return lambda g, axis: g[(slice(None),) * axis + (place,)]


@cache
def _cat_op(count: int) -> Op:
    return Op("CatBackward0", [_part(place) for place in range(count)], ("axis", "bounds"))


@cache
def _stack_op(count: int) -> Op:
    return Op("StackBackward0", [_layer(place) for place in range(count)], ("axis",))


@twin_of(np.concatenate)
def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors one after another along an existing dimension, as ``torch.cat``.

    >>> import teachgrad as tg
    >>> tg.cat([tg.zeros(2), tg.ones(1)])
    tensor([0., 0., 1.])
    """
    arrays = _listed("cat", tensors)
    for place, array in enumerate(arrays):
        if array.ndim == 0:
            raise explained(
                RuntimeError,
                f"zero-dimensional tensor (at position {place}) cannot be concatenated",
                why="a single number has no dimension along which others could follow.",
                fix="torch.stack puts numbers into a vector.",
                lesson=7,
            )
    if any(array.shape == (0,) for array in arrays) and any(array.ndim != 1 for array in arrays):  # counts as nothing
        return cat([to(t, dtypes.of(x)) for t, x in zip(tensors, arrays) if x.shape != (0,)], dim)
    axis = checked_dim(dim, arrays[0].ndim)
    first = arrays[0].shape
    for place, array in enumerate(arrays):
        if array.ndim != len(first):
            raise explained(
                RuntimeError,
                f"Tensors must have same number of dimensions: got {len(first)} and {array.ndim}",
                why=f"tensor number {place} in the list has shape {array.shape}, the first one {first}.",
                fix="x.unsqueeze(dim) inserts a dimension; torch.stack makes a new one for all.",
                lesson=7,
            )
        if array.shape[:axis] + array.shape[axis + 1 :] != first[:axis] + first[axis + 1 :]:
            odd = next(d for d, (m, n) in enumerate(zip(first, array.shape)) if m != n and d != axis)
            raise explained(
                RuntimeError,
                f"Sizes of tensors must match except in dimension {axis}. Expected size {first[odd]} but got size "
                f"{array.shape[odd]} for tensor number {place} in the list.",
                why=f"shapes {first} and {array.shape} differ elsewhere than in the dimension they are joined along.",
                fix="check the shapes; torch.stack makes a new dimension instead.",
                lesson=7,
            )
    bounds = (0, *accumulate(array.shape[axis] for array in arrays))
    joined = np.ascontiguousarray(np.concatenate(arrays, axis))
    return result(_cat_op(len(arrays)), joined, tuple(tensors), (axis, bounds))


@twin_of(np.stack)
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape as layers of a new dimension, as ``torch.stack``."""
    arrays = _listed("stack", tensors)
    axis = checked_dim(dim, arrays[0].ndim + 1)
    for place, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise explained(
                RuntimeError,
                f"stack expects each tensor to be equal size, but got {list(arrays[0].shape)} at entry 0 and "
                f"{list(array.shape)} at entry {place}",
                why=f"tensor number {place} in the list is one layer of the result, and all layers have one shape.",
                fix="check the shapes; torch.cat joins along a dimension that is already there.",
                lesson=7,
            )
    return result(_stack_op(len(arrays)), np.ascontiguousarray(np.stack(arrays, axis)), tuple(tensors), (axis,))


def nothing_to_join(name: str) -> Exception:
    """The error for an empty list of tensors."""
    return explained(
        ValueError if name == "cat" else RuntimeError,
        "torch.cat(): expected a non-empty list of Tensors"
        if name == "cat"
        else f"{name} expects a non-empty TensorList",
        why="the list is empty, and the result would have no type and no shape.",
        fix="check the list; torch.zeros(0) stands for no elements.",
    )


def _listed(name: str, tensors: Sequence[Tensor]) -> list[Array]:
    if not len(tensors):
        raise nothing_to_join(name)
    arrays = [tensor.array for tensor in tensors]
    if any(array.dtype is not arrays[0].dtype for array in arrays):
        target = reduce(dtypes.promote_types, map(dtypes.of, arrays))
        return [array.astype(target.numpy, copy=False) for array in arrays]
    return arrays
