"""Convolutions: a small kernel slides over an image, and at each position what it covers is weighed and added up.

With images x, kernels w and results y, all that happens is this sum, over every position p and every element t of the
kernel (channels and images left out):

    S(x, w, y) = sum over p, t of  x[p + t] * w[t] * y[p]

It is linear in each of the three, and each of the three operations here is its slope along one of them:

    convolved(x, w)        = dS/dy    the convolution
    spread_back(y, w)      = dS/dx    what flows back to the images; forward, the transposed convolution
    correlated(x, y)       = dS/dw    what flows back to the kernels

So the gradients of one are the two others, of any order, and the formulas below are one line each. How positions and
memory are laid out is told in `windows`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.arguments import C_TYPES
from teachgrad.ops.shape import squeeze, unsqueeze
from teachgrad.ops.table import not_a_tensor, result
from teachgrad.ops.windows import Sizes, Steps, Windows, add_up, columns, empty_columns, empty_results, fixed, in_place
from teachgrad.tensor import Tensor

__all__ = [  # what ``nn.functional`` offers
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "fold",
    "unfold",
]

CONVOLUTION, TRANSPOSED = (
    Op("ConvolutionBackward0", formulas, ("windows",), symbol)
    for symbol, formulas in {
        "conv": [lambda g, b, windows: spread_back(g, b, windows), lambda g, a, windows: correlated(a, g, windows)],
        "convᵀ": [lambda g, b, windows: convolved(g, b, windows), lambda g, a, windows: correlated(g, a, windows)],
    }.items()
)
BIASED_CONVOLUTION, BIASED_TRANSPOSED = (
    Op(op.name, [*op.sources, lambda g: over_positions(g)], op.attributes, op.symbol)
    for op in (CONVOLUTION, TRANSPOSED)
)
CORRELATION = Op(
    "ConvolutionBackwardBackward0",
    [lambda g, b, windows: spread_back(b, g, windows), lambda g, a, windows: convolved(a, g, windows)],
    ("windows",),
    "conv",
)
UNFOLD = Op("Im2ColBackward0", [lambda g, windows: patches_added(g, windows)], ("windows",), "unfold")
FOLD = Op("Col2ImBackward0", [lambda g, windows: patches_of(g, windows)], ("windows",), "fold")

FEW = 600  # elements of a matrix that is small for BLAS


# The three slopes. Each works on arrays and, where a gradient is itself to be differentiated, on tensors.


def convolved(x: Any, kernels: Any, w: Windows, bias: Array | None = None) -> Any:
    """Images (batch, channels, *size) and kernels (results, channels / groups, *kernel): (batch, results, *out)."""
    if isinstance(x, Tensor):
        return result(CONVOLUTION, convolved(x.array, kernels.array, w), (x, kernels), (w,))
    channels = kernels.shape[0]
    factor = kernels.reshape(w.groups, channels // w.groups, -1)
    y = np.empty((w.batch, channels, *w.out), x.dtype)
    for part, piece in w.pieces:
        results = empty_results(piece, channels, x.dtype)
        _multiply(factor, columns(x[part], piece), results)
        if bias is not None:
            results += bias.reshape(w.groups, -1, 1)
        y[part].swapaxes(0, 1)[...] = piece.results(results, channels)
    return y


def spread_back(y: Any, kernels: Any, w: Windows) -> Any:
    """Results (batch, results, *out) and kernels: images (batch, channels, *size)."""
    if isinstance(y, Tensor):
        return result(TRANSPOSED, spread_back(y.array, kernels.array, w), (y, kernels), (w,))
    factor = kernels.reshape(w.groups, kernels.shape[0] // w.groups, -1).swapaxes(1, 2)
    x = np.empty((w.batch, w.channels, *w.size), y.dtype)
    for part, piece in w.pieces:
        made = empty_columns(piece, y.dtype)
        _multiply(factor, in_place(y[part], piece), made)
        add_up(made, piece, x[part])
    return x


def correlated(x: Any, y: Any, w: Windows) -> Any:
    """Images and results: kernels (results, channels / groups, *kernel)."""
    if isinstance(x, Tensor):
        return result(CORRELATION, correlated(x.array, y.array, w), (x, y), (w,))
    kernels = np.zeros((y.shape[1], w.channels // w.groups, *w.kernel), x.dtype)
    for part, piece in w.pieces:
        kernels += _product(in_place(y[part], piece), columns(x[part], piece), piece.batch).reshape(kernels.shape)
    return kernels


def _multiply(a: Array, b: Array, out: Array) -> None:
    """Write a @ b into `out`; where nothing is added up (a kernel a group), NumPy's product is the slower one."""
    if a.shape[-1] == 1:
        np.multiply(a, b, out=out)
    else:
        np.matmul(a, b, out=out)


def _product(results: Array, covered: Array, batch: int) -> Array:
    """``results @ coveredᵀ``: (groups, n, count) and (groups, m, count) give (groups, n, m).

    The sums are long, and the matrices may be small. For small ones BLAS has a fast way if the sums are not long, so
    these are parted by images; for others the order of the factors matters, as it takes the left one in larger blocks.
    """
    groups, n, count = results.shape
    m = covered.shape[1]
    if batch and n * m <= FEW:
        results, covered = (
            rows.reshape(groups, -1, batch, count // batch).swapaxes(1, 2) for rows in (results, covered)
        )
        return np.asarray(np.matmul(results, covered.swapaxes(2, 3)).sum(1))
    return np.asarray(np.matmul(covered, results.swapaxes(1, 2))).swapaxes(1, 2)


def over_positions(g: Any) -> Any:
    """A bias was added at every position of every image."""
    return np.einsum("ncl->c", g.reshape(*g.shape[:2], math.prod(g.shape[2:])))


# Convolution


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Steps = 1,
    padding: Steps | str = 0,
    dilation: Steps = 1,
    groups: int = 1,
) -> Tensor:
    """Kernels slide over sequences, as ``torch.nn.functional.conv1d``: `conv2d` with one dimension less.

    Shapes: input (N, C, L) or (C, L), weight (O, C / groups, k), bias (O), result (N, O, L') or (O, L').

    >>> import teachgrad as tg
    >>> conv1d(tg.tensor([[[1.0, 2.0, 4.0]]]), tg.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2.]]])
    """
    return _convolution(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Steps = 1,
    padding: Steps | str = 0,
    dilation: Steps = 1,
    groups: int = 1,
) -> Tensor:
    """Kernels slide over images; each gives, at each position, the weighted sum of what it covers.

    As ``torch.nn.functional.conv2d``. (Mathematicians would call it a cross-correlation: kernels are not turned over.)

    Args:
        input: images (N, C, H, W), or one (C, H, W).
        weight: kernels (O, C / groups, h, w), one for each of the O channels of the result.
        bias: (O), what is added to each channel of the result.
        stride: how far a kernel moves at a time; for this and the next two, a number or one for each dimension.
        padding: how many zeros are put around the images; "same" for results of the size of the images, "valid" for 0.
        dilation: how far apart the elements are that a kernel covers.
        groups: channels are parted into so many groups, each with its own kernels.

    Returns:
        (N, O, H', W') with H' = (H + 2 * padding - dilation * (h - 1) - 1) // stride + 1, or (O, H', W').

    Raises:
        RuntimeError: if shapes, types, or the sizes of steps do not fit.

    >>> import teachgrad as tg
    >>> conv2d(tg.ones(1, 1, 3, 4), tg.ones(1, 1, 2, 2)).shape
    torch.Size([1, 1, 2, 3])
    """
    return _convolution(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Steps = 1,
    padding: Steps | str = 0,
    dilation: Steps = 1,
    groups: int = 1,
) -> Tensor:
    """Kernels slide through volumes, as ``torch.nn.functional.conv3d``: `conv2d` with one dimension more."""
    return _convolution(3, input, weight, bias, stride, padding, dilation, groups)


def _convolution(
    dims: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Steps,
    padding: Steps | str,
    dilation: Steps,
    groups: int,
) -> Tensor:
    inputs = _operands(f"conv{dims}d", input, weight, bias)
    x, kernels, *offsets = (tensor.array for tensor in inputs)
    if x.ndim == dims + 1:
        return squeeze(_convolution(dims, unsqueeze(input, 0), weight, bias, stride, padding, dilation, groups), 0)
    shapes = tuple([tensor.array.shape for tensor in inputs])
    w = _windows(dims, shapes, fixed(stride), fixed(padding), fixed(dilation), groups)
    op = BIASED_CONVOLUTION if offsets else CONVOLUTION
    return result(op, convolved(x, kernels, w, *offsets), inputs, (w,))


def _operands(name: str, *operands: Any) -> tuple[Tensor, ...]:
    """Input, weight and, if there is one, bias; their types have to agree."""
    given = operands if operands[-1] is not None else operands[:-1]
    for position, (argument, tensor) in enumerate(zip(("input", "weight", "bias"), given), 1):
        if not isinstance(tensor, Tensor):
            raise not_a_tensor(name, argument, position, tensor)
    kinds = [tensor.array.dtype for tensor in given]
    if kinds.count(kinds[0]) == len(kinds):
        return given
    names = [C_TYPES.get(kind.name, kind.name) for kind in kinds]
    raise explained(
        RuntimeError,
        f"Input type ({names[0]}) and bias type ({names[2]}) should be the same"
        if len(kinds) == 3 and kinds[0] != kinds[2]
        else f"expected scalar type {c_name(kinds[0])} but found {c_name(kinds[1])}",
        why=f"the input holds {given[0].dtype}, the weight {given[1].dtype}, and a convolution converts neither.",
        fix="convert the input: x.float(); or the layers: model.double().",
    )


def _each_dim(name: str, value: int | Sizes, dims: int) -> Sizes:
    """A number for each dimension, from one for all or one for each.

    Raises:
        RuntimeError: if there are more or fewer than dimensions.
    """
    sizes = (value,) * dims if isinstance(value, int) else value
    if len(sizes) == 1:
        sizes *= dims
    if len(sizes) != dims:
        raise explained(
            RuntimeError,
            f"expected {name} to be a single integer value or a list of {dims} values to match the convolution "
            f"dimensions, but got {name}={list(sizes)}",
            why=f"the kernel moves along {dims} dimensions.",
            fix="give one number for all of them, or one for each.",
        )
    return sizes


@lru_cache(maxsize=512)  # a network asks for the same few in every step
def _windows(
    dims: int,
    shapes: tuple[Sizes, ...],
    stride: int | Sizes,
    padding: int | Sizes | str,
    dilation: int | Sizes,
    groups: int,
) -> Windows:
    """The windows of a convolution, from the shapes of input, weight and bias; everything is checked."""
    shape, kernels, *bias = shapes
    _check_dims(f"conv{dims}d", dims, shape, kernels)
    steps, spread = _each_dim("stride", stride, dims), _each_dim("dilation", dilation, dims)
    _check_positive(stride=steps, dilation=spread)
    before, after = _paddings(dims, kernels[2:], steps, padding, spread)
    _check_channels(shape, kernels, groups)
    _check_bias(kernels, kernels[0], bias)
    w = Windows(shape[0], shape[1], shape[2:], kernels[2:], steps, spread, before, after, groups)
    if min(w.out) < 1:
        padded, reach = (
            " x ".join(map(str, sizes))
            for sizes in (
                [n + low + high for n, low, high in zip(w.size, before, after)],
                [d * (k - 1) + 1 for d, k in zip(spread, w.kernel)],
            )
        )
        raise explained(
            RuntimeError,
            f"Calculated padded input size per channel: ({padded}). Kernel size: ({reach}). Kernel size can't be "
            "greater than actual input size",
            why=f"there is no position where a kernel of that size fits into an input of shape {shape}.",
            fix="use larger images, fewer layers that shrink them, or padding.",
        )
    return w


def _paddings(
    dims: int, kernel: Sizes, stride: Sizes, padding: int | Sizes | str, dilation: Sizes
) -> tuple[Sizes, Sizes]:
    """How many zeros are put before and after."""
    if padding == "same":
        if max(stride) > 1:
            raise explained(
                RuntimeError,
                "padding='same' is not supported for strided convolutions",
                why=f"with stride {stride} there are fewer positions than elements, whatever the padding.",
                fix="give the padding as a number, such as kernel_size // 2.",
            )
        total = [d * (k - 1) for d, k in zip(dilation, kernel)]
        return tuple([n // 2 for n in total]), tuple([n - n // 2 for n in total])
    if isinstance(padding, str) and padding != "valid":
        raise explained(
            RuntimeError,
            f"Invalid padding string: '{padding}'",
            why="two words are known.",
            fix="write 'same', 'valid', or a number.",
        )
    sizes = (0,) * dims if isinstance(padding, str) else _each_dim("padding", padding, dims)
    if min(sizes) < 0:
        raise explained(
            RuntimeError,
            "negative padding is not supported",
            why=f"{min(sizes)} zeros cannot be added.",
            fix="cut the images themselves: x[..., 1:-1].",
        )
    return sizes, sizes


def _check_dims(name: str, dims: int, shape: Sizes, kernels: Sizes) -> None:
    if len(shape) != dims + 2:
        raise explained(
            RuntimeError,
            f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}, but got input of size: "
            f"{list(shape)}",
            why="the dimensions are (batch, channels, ...), or (channels, ...) without a batch.",
            fix="insert what is missing: images of one channel, (N, H, W), need x.unsqueeze(1).",
        )
    if len(kernels) != dims + 2:
        raise explained(
            RuntimeError,
            f"Expected {len(kernels)}-dimensional input for {len(kernels)}-dimensional weight {list(kernels)}, but got "
            f"{len(shape)}-dimensional input of size {list(shape)} instead",
            why=f"{name} takes weights of {dims + 2} dimensions.",
            fix="check the weight's shape.",
        )


def _check_positive(**arguments: Sizes) -> None:
    for name, sizes in arguments.items():
        if min(sizes) < 1:
            raise explained(
                RuntimeError,
                f"non-positive {name} is not supported",
                why=f"the {name} is {sizes}.",
                fix="give 1 or more.",
            )


def _check_channels(shape: Sizes, kernels: Sizes, groups: int) -> None:
    if groups < 1:
        raise explained(
            RuntimeError,
            "non-positive groups is not supported",
            why=f"channels are parted into groups, and groups is {groups}.",
            fix="give 1 or more.",
        )
    if kernels[0] < groups or kernels[0] % groups:
        few = kernels[0] < groups
        raise explained(
            RuntimeError,
            f"Given groups={groups}, expected weight to be {'at least' if few else 'divisible by'} {groups} at "
            f"dimension 0, but got weight of size {list(kernels) if few else [list(kernels)]} instead",
            why=f"each of the {groups} groups has as many of the {kernels[0]} kernels as the others.",
            fix="choose a number of output channels that is a multiple of groups.",
        )
    if shape[1] != kernels[1] * groups:
        raise explained(
            RuntimeError,
            f"Given groups={groups}, weight of size {list(kernels)}, expected input{list(shape)} to have "
            f"{kernels[1] * groups} channels, but got {shape[1]} channels instead",
            why=f"dimension 1 of the input holds the channels, and each kernel weighs {kernels[1]} of them.",
            fix="in_channels has to be the out_channels of the layer before; images (N, H, W, C) need "
            "x.permute(0, 3, 1, 2).",
        )


def _check_bias(kernels: Sizes, channels: int, bias: Sequence[Sizes], given: str = "Given") -> None:
    if bias and bias[0] != (channels,):
        raise explained(
            RuntimeError,
            f"{given} weight of size {list(kernels)}, expected bias to be 1-dimensional with {channels} elements, but "
            f"got bias of size {list(bias[0])} instead",
            why="each channel of the result gets one number.",
            fix=f"give a bias of shape ({channels},), or None.",
        )


# Transposed convolution


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Steps = 1,
    padding: Steps = 0,
    output_padding: Steps = 0,
    groups: int = 1,
    dilation: Steps = 1,
) -> Tensor:
    """`conv_transpose2d` with one dimension less, as ``torch.nn.functional.conv_transpose1d``."""
    return _transposed(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Steps = 1,
    padding: Steps = 0,
    output_padding: Steps = 0,
    groups: int = 1,
    dilation: Steps = 1,
) -> Tensor:
    """What flows back through `conv2d`, as a forward operation: from few positions to many.

    Each element of the input puts a copy of the kernel, multiplied by it, into the result, where they are added up.
    As ``torch.nn.functional.conv_transpose2d``.

    Args:
        input: (N, C, H, W), or (C, H, W).
        weight: (C, O / groups, h, w): the kernels of the convolution that this is the way back of.
        bias: (O), what is added to each channel of the result.
        stride: how far copies are apart; for this and the next ones, a number or one for each dimension.
        padding: how many rows and columns of the result are cut off at each side.
        output_padding: how many are added at the end: with a stride, images of several sizes shrink to the same one.
        groups: channels are parted into so many groups, each with its own kernels.
        dilation: how far apart the elements of a kernel are put.

    Returns:
        (N, O, H', W') with H' = (H - 1) * stride - 2 * padding + dilation * (h - 1) + output_padding + 1.

    Raises:
        RuntimeError: if shapes, types, or the sizes of steps do not fit.

    >>> import teachgrad as tg
    >>> conv_transpose2d(tg.ones(1, 1, 2, 2), tg.ones(1, 1, 2, 2))
    tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])
    """
    return _transposed(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Steps = 1,
    padding: Steps = 0,
    output_padding: Steps = 0,
    groups: int = 1,
    dilation: Steps = 1,
) -> Tensor:
    """`conv_transpose2d` with one dimension more, as ``torch.nn.functional.conv_transpose3d``."""
    return _transposed(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def _transposed(
    dims: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Steps,
    padding: Steps,
    output_padding: Steps,
    groups: int,
    dilation: Steps,
) -> Tensor:
    inputs = _operands(f"conv_transpose{dims}d", input, weight, bias)
    if input.array.ndim == dims + 1:
        whole = unsqueeze(input, 0)
        return squeeze(_transposed(dims, whole, weight, bias, stride, padding, output_padding, groups, dilation), 0)
    shapes = tuple([tensor.array.shape for tensor in inputs])
    steps = [fixed(argument) for argument in (stride, padding, output_padding, dilation)]
    w = _windows_back(dims, shapes, groups, *steps)
    y = spread_back(input.array, weight.array, w)
    if bias is None:
        return result(TRANSPOSED, y, inputs, (w,))
    y += bias.array.reshape(-1, *(1,) * dims)
    return result(BIASED_TRANSPOSED, y, inputs, (w,))


@lru_cache(maxsize=512)
def _windows_back(
    dims: int,
    shapes: tuple[Sizes, ...],
    groups: int,
    stride: int | Sizes,
    padding: int | Sizes,
    output_padding: int | Sizes,
    dilation: int | Sizes,
) -> Windows:
    """The windows of the convolution that this is the way back of; everything is checked."""
    shape, kernels, *bias = shapes
    _check_dims(f"conv_transpose{dims}d", dims, shape, kernels)
    steps, spread = _each_dim("stride", stride, dims), _each_dim("dilation", dilation, dims)
    _check_positive(stride=steps, dilation=spread)
    cut, more = _each_dim("padding", padding, dims), _each_dim("output_padding", output_padding, dims)
    if shape[1] != kernels[0]:
        raise explained(
            RuntimeError,
            f"Given transposed=1, weight of size {list(kernels)}, expected input{list(shape)} to have {kernels[0]} "
            f"channels, but got {shape[1]} channels instead",
            why="a transposed convolution has the channels of its input in dimension 0 of the weight.",
            fix=f"give a weight of shape ({shape[1]}, out_channels, ...).",
        )
    _check_channels((shape[0], kernels[1] * groups), kernels, groups)
    _check_bias(kernels, kernels[1] * groups, bias, "Given transposed=1,")
    if any(m >= max(s, d) for m, s, d in zip(more, steps, spread)):
        raise explained(
            RuntimeError,
            "output padding must be smaller than either stride or dilation, but got "
            + " ".join(
                f"{argument}_{side}: {size}"
                for argument, sizes in {"output_padding": more, "stride": steps, "dilation": spread}.items()
                for side, size in zip(("depth", "height", "width")[-dims:], sizes)
            ),
            why="it chooses among the sizes that shrink to the input's, and there are not so many.",
            fix="give less than the stride.",
        )
    sides = zip(shape[2:], kernels[2:], steps, spread, cut, more)
    size = tuple([(n - 1) * s + d * (k - 1) + 1 - 2 * p + m for n, k, s, d, p, m in sides])
    if min(size) < 1:
        raise explained(
            RuntimeError,
            f"Given input size per channel: ({' x '.join(map(str, shape[2:]))}). Calculated output size per channel: "
            f"({' x '.join(map(str, size))}). Output size is too small",
            why=f"the padding {cut} cuts everything off.",
            fix="give less padding.",
        )
    after = tuple([p - m for p, m in zip(cut, more)])
    return Windows(shape[0], kernels[1] * groups, size, kernels[2:], steps, spread, cut, after, groups)


# Windows as columns


def patches_of(x: Any, w: Windows) -> Any:
    """Images (batch, channels, *size): what each position covers, (batch, channels * elements of the kernel, count)."""
    if isinstance(x, Tensor):
        return result(UNFOLD, patches_of(x.array, w), (x,), (w,))
    rows = w.channels * math.prod(w.kernel)
    patches = np.empty((w.batch, rows, math.prod(w.out)), x.dtype)
    for part, piece in w.pieces:
        covered = piece.results(columns(x[part], piece), rows)
        patches[part].reshape(-1, rows, *w.out).swapaxes(0, 1)[...] = covered
    return patches


def patches_added(patches: Any, w: Windows) -> Any:
    """The opposite: patches are added up where they were taken from."""
    if isinstance(patches, Tensor):
        return result(FOLD, patches_added(patches.array, w), (patches,), (w,))
    x = np.empty((w.batch, w.channels, *w.size), patches.dtype)
    for part, piece in w.pieces:
        add_up(in_place(patches[part].reshape(piece.batch, patches.shape[1], *w.out), piece), piece, x[part])
    return x


def unfold(input: Tensor, kernel_size: Steps, dilation: Steps = 1, padding: Steps = 0, stride: Steps = 1) -> Tensor:
    """What a kernel covers at each of its positions, as columns, as ``torch.nn.functional.unfold``.

    A convolution is a matrix product with them: ``weight.flatten(1) @ unfold(x, k)``.

    Args:
        input: images (N, C, H, W), or one (C, H, W).
        kernel_size: h and w; for this and the next ones, a number or one for each dimension.
        dilation: how far apart the elements are that the kernel covers.
        padding: how many zeros are put around the images.
        stride: how far the kernel moves at a time.

    Returns:
        (N, C * h * w, positions), or (C * h * w, positions).

    Raises:
        RuntimeError: if the kernel does not fit into the images.

    >>> import teachgrad as tg
    >>> unfold(tg.tensor([[[1.0, 2.0, 3.0]]]), (1, 2))
    tensor([[1., 2.],
            [2., 3.]])
    """
    if input.array.ndim == 3:
        return squeeze(unfold(unsqueeze(input, 0), kernel_size, dilation, padding, stride), 0)
    if input.array.ndim != 4:
        raise explained(
            RuntimeError,
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(input.array.shape)}",
            why="the dimensions are (batch, channels, height, width), or the last three of them.",
            fix="insert what is missing: x.unsqueeze(1) for images of one channel.",
        )
    w = _blocks(input.array.shape, kernel_size, dilation, padding, stride)
    if min(w.out) < 1:
        raise explained(
            RuntimeError,
            f"Given input with spatial size {w.size}, kernel_size={w.kernel}, dilation={w.dilation}, "
            f"padding={w.before}, calculated shape of the array of sliding blocks as {w.out}, but its components must "
            "be at least one.",
            why="there is no position where the kernel fits into the image.",
            fix="use larger images, a smaller kernel, or padding.",
        )
    return result(UNFOLD, patches_of(input.array, w), (input,), (w,))


def fold(
    input: Tensor,
    output_size: Steps,
    kernel_size: Steps,
    dilation: Steps = 1,
    padding: Steps = 0,
    stride: Steps = 1,
) -> Tensor:
    """Columns, put back as patches of images and added up where they overlap, as ``torch.nn.functional.fold``.

    Args:
        input: (N, C * h * w, positions), or (C * h * w, positions).
        output_size: H and W of the images.
        kernel_size: h and w; this and the next ones as for `unfold`, of which this is the gradient.
        dilation: how far apart the elements of a patch are put.
        padding: how many rows and columns around the images are left out.
        stride: how far patches are apart.

    Returns:
        images (N, C, H, W), or one (C, H, W).

    Raises:
        RuntimeError: if the input is not what `unfold` returns for images of that size.

    >>> import teachgrad as tg
    >>> fold(tg.tensor([[1.0, 2.0], [2.0, 3.0]]), (1, 3), (1, 2))
    tensor([[[1., 4., 3.]]])
    """
    if input.array.ndim == 2:
        return squeeze(fold(unsqueeze(input, 0), output_size, kernel_size, dilation, padding, stride), 0)
    batch, rows, positions = input.array.shape
    elements = math.prod(_each_dim("kernel_size", fixed(kernel_size), 2))
    shape = (batch, rows // elements, *_each_dim("output_size", fixed(output_size), 2))
    w = _blocks(shape, kernel_size, dilation, padding, stride)
    if rows % elements:
        raise explained(
            RuntimeError,
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={rows} and kernel_size={w.kernel}.",
            why=f"a column holds {elements} elements of each channel.",
            fix="give the kernel_size that the columns were made with.",
        )
    if positions != math.prod(w.out):
        raise explained(
            RuntimeError,
            f"Given output_size={w.size}, kernel_size={w.kernel}, dilation={w.dilation}, padding={w.before}, "
            f"stride={w.stride}, expected size of input's dimension 2 to match the calculated number of sliding blocks "
            f"{' * '.join(map(str, w.out))} = {math.prod(w.out)}, but got input.size(2)={positions}.",
            why="there is one column for each position of the kernel.",
            fix="give the sizes that the columns were made with.",
        )
    return result(FOLD, patches_added(input.array, w), (input,), (w,))


def _blocks(shape: Sizes, kernel_size: Steps, dilation: Steps, padding: Steps, stride: Steps) -> Windows:
    named = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation, "padding": padding}
    kernel, steps, spread, around = (_each_dim(name, fixed(value), 2) for name, value in named.items())
    _check_positive(kernel_size=kernel, stride=steps, dilation=spread)
    return Windows(shape[0], shape[1], shape[2:], kernel, steps, spread, around, around)
