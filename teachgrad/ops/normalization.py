"""Normalisation: numbers shifted and scaled so that their mean is 0 and their variance 1, then once more as is learned.

The kinds differ only in which numbers are normalised together. Here each sees its input as (A, B, L), and what has the
same B belongs together:

    batch norm      (N, C, L)           each channel, over all examples and positions
    layer norm      (1, rows, L)        each example's last dimensions
    group norm      (1, N * groups, L)  each example's channels, group by group; instance norm has a group a channel
    RMS norm        (1, rows, L)        as layer norm, but the mean stays

Backward, with y the normalised numbers: raising one of them moves mean and variance of all. What is left of an upstream
gradient is what these two cannot see:

    dx = (g - mean(g) - y * mean(g * y)) / standard deviation

Each kind is a single row of the table: a composition of means and products would be right, and several times slower.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array, Formula, Op
from teachgrad.ops.activation import reals
from teachgrad.ops.arrange import pad
from teachgrad.ops.pointwise import pow
from teachgrad.ops.pooling import avg_pool2d
from teachgrad.ops.shape import reshape
from teachgrad.ops.table import result
from teachgrad.ops.windows import Sizes
from teachgrad.size import Size, checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what ``nn.functional`` offers
    "batch_norm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
]


def _kinds(name: str, symbol: str) -> tuple[Op, ...]:
    """The rows of a kind: without weight and bias, with a weight, with both."""
    alone: list[Formula] = [lambda g, a, form, y, inverse: to_input(g, a, None, form, y, inverse)]
    learned: list[Formula] = [
        lambda g, a, b, form, y, inverse: to_input(g, a, b, form, y, inverse),
        lambda g, a, form, y: to_weight(g, a, form, y),
        lambda g, form: over_examples(g, form),
    ]
    return tuple([Op(name, formulas, ("form", "y", "inverse"), symbol) for formulas in (alone, learned[:2], learned)])


BATCH_NORM = _kinds("NativeBatchNormBackward0", "batch norm")
LAYER_NORM = _kinds("NativeLayerNormBackward0", "layer norm")
GROUP_NORM = _kinds("NativeGroupNormBackward0", "group norm")
INSTANCE_NORM = _kinds("ViewBackward0", "instance norm")  # the last step of PyTorch, which reshapes to batch norm
RMS_NORM = _kinds("MulBackward0", "rms norm")
# In evaluation, mean and variance are given, and nothing moves them.
FIXED: list[Formula] = [
    lambda g, b, form, inverse: (g.reshape(form.rows) * (inverse * b.reshape(form.each))).reshape(g.shape),
    lambda g, a, form, mean, inverse: weighed_sum(g, (a.reshape(form.rows) - mean) * inverse, form),
    lambda g, form: over_examples(g, form),
]
FIXED_NORM = tuple(
    Op("NativeBatchNormBackward0", formulas, ("form", "mean", "inverse"), "batch norm")
    for formulas in (
        [lambda g, form, inverse: (g.reshape(form.rows) * inverse).reshape(g.shape)],
        FIXED[:2],
        FIXED,
    )
)


@dataclass(frozen=True)
class Form:
    """How a kind of normalisation sees its input.

    Attributes:
        rows: (A, B, L); what has the same B is normalised together.
        view: a shape in which weight and bias broadcast, once they have the shape `each`.
        each: see view.
        letters: the dimensions of `view` for einsum, and those among them that weight and bias have.
        learned: the shape of weight and bias.
        eps: what is added to a variance, so that it is not 0.
        centred: whether the mean is taken out.
    """

    rows: Sizes
    view: Sizes
    each: Sizes
    letters: tuple[str, str]
    learned: Sizes
    eps: float
    centred: bool = True


def of_channels(shape: Sizes, eps: float) -> Form:
    """How batch norm sees its input (N, C, *)."""
    rows = (shape[0], shape[1], math.prod(shape[2:]))
    return Form(rows, rows, (shape[1], 1), ("nbl", "b"), shape[1:2], eps)


def of_last_dims(shape: Sizes, dims: int, eps: float, centred: bool = True) -> Form:
    """How layer norm sees its input (*, L)."""
    view = (math.prod(shape[:-dims]), math.prod(shape[-dims:]))
    return Form((1, *view), view, view[1:], ("bl", "l"), shape[-dims:], eps, centred)


def of_groups(shape: Sizes, groups: int, eps: float) -> Form:
    """How group norm sees its input (N, C, *)."""
    view = (shape[0], groups, shape[1] // groups, math.prod(shape[2:]))
    rows = (1, shape[0] * groups, view[2] * view[3])
    return Form(rows, view, (*view[1:3], 1), ("ngcl", "gc"), shape[1:2], eps)


def total(x: Any, y: Any = None) -> Any:
    """The sum of x, or of x * y, over everything but B: (A, B, L) to (B, 1)."""
    return (np.einsum("nbl->b", x) if y is None else np.einsum("nbl,nbl->b", x, y))[:, None]


def normalised(x: Array, form: Form) -> tuple[Array, Array, Array, Array]:
    """The normalised numbers (A, B, L); the mean, the variance, and 1 / standard deviation of each B, (B, 1)."""
    rows = x.reshape(form.rows)
    count = x.dtype.type(form.rows[0] * form.rows[2])
    mean = total(rows) / count
    y = rows - mean if form.centred else rows.copy()
    variance = total(y, y) / count
    inverse = 1 / np.sqrt(variance + x.dtype.type(form.eps))
    y *= inverse
    return y, mean, variance, inverse


def _finished(ops: tuple[Op, ...], inputs: tuple[Tensor, ...], form: Form) -> tuple[Tensor, Array, Array]:
    """The result for (input, weight, bias), as far as there are any, and the mean and variance that were found."""
    x, *learned = (tensor.array for tensor in inputs)
    y, mean, variance, inverse = normalised(x, form)
    out = _scaled(y, learned, form).reshape(x.shape)
    return result(ops[len(learned)], out, inputs, (form, y, inverse)), mean, variance


def _scaled(y: Array, learned: Sequence[Array], form: Form) -> Array:
    """A new array: y, times the weight, plus the bias, as far as there are any."""
    if not learned:
        return y.copy()
    out: Array = y.reshape(form.view) * learned[0].reshape(form.each)
    if len(learned) == 2:
        out += learned[1].reshape(form.each)
    return out


# The formulas. Arrays use what the forward pass kept. Tensors, whose gradient is itself to be differentiated, start
# again from the input: mean and variance depend on it.


def to_input(g: Any, a: Any, weight: Any, form: Form, y: Array, inverse: Array) -> Any:
    """What flows back to the input."""
    scaled = g if weight is None else g.reshape(form.view) * weight.reshape(form.each)
    scaled = scaled.reshape(form.rows)
    count = form.rows[0] * form.rows[2]
    if isinstance(g, Tensor):
        z, inverse_of_a = _again(a, form)
        seen = z * (total(scaled, z) / count)
        if form.centred:
            seen = seen + total(scaled) / count
        return ((scaled - seen) * inverse_of_a).reshape(g.shape)
    dx = np.empty(g.shape, g.dtype)
    rows = dx.reshape(form.rows)
    np.multiply(y, total(scaled, y) / -g.dtype.type(count), out=rows)
    rows += scaled
    if form.centred:
        rows -= total(scaled) / g.dtype.type(count)
    rows *= inverse
    return dx


def _again(a: Tensor, form: Form) -> tuple[Tensor, Tensor]:
    """The normalised numbers and 1 / standard deviation, recorded."""
    count = form.rows[0] * form.rows[2]
    rows = a.reshape(form.rows)
    if form.centred:
        rows = rows - total(rows) / count
    inverse: Tensor = 1 / np.sqrt(total(rows, rows) / count + form.eps)
    return rows * inverse, inverse


def to_weight(g: Any, a: Any, form: Form, y: Array) -> Any:
    """What flows back to the weight: upstream gradients times what it scaled."""
    return weighed_sum(g, _again(a, form)[0] if isinstance(g, Tensor) else y, form)


def weighed_sum(g: Any, y: Any, form: Form) -> Any:
    """The sum of g * y over all that the same element of the weight scaled."""
    every, left = form.letters
    return np.einsum(f"{every},{every}->{left}", g.reshape(form.view), y.reshape(form.view)).reshape(form.learned)


def over_examples(g: Any, form: Form) -> Any:
    """The sum of g over all that the same element of the bias was added to."""
    return np.einsum("->".join(form.letters), g.reshape(form.view)).reshape(form.learned)


# The kinds


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel normalised over all examples and positions, as ``torch.nn.functional.batch_norm``.

    In training, mean and variance are those of the batch, and the running ones move towards them. Else the running ones
    are used, and no example depends on the others.

    Args:
        input: (N, C, *).
        running_mean: (C), or None.
        running_var: (C), or None.
        weight: (C), what each channel is multiplied by.
        bias: (C), what is then added to it.
        training: see above.
        momentum: how far the running mean and variance move.
        eps: what is added to the variance, so that it is not 0.

    Raises:
        RuntimeError: if sizes do not fit, or running mean and variance are missing where they are used.
        ValueError: in training, if there is only one number for each channel.

    >>> import teachgrad as tg
    >>> batch_norm(tg.tensor([[1.0], [3.0]]), None, None, training=True)
    tensor([[-1.0000],
            [ 1.0000]])
    """
    x = reals("batch_norm", input)
    channels = x.shape[checked_dim(1, x.ndim)]
    named = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, tensor in named.items():
        if tensor is not None and tensor.array.size != channels:
            raise explained(
                RuntimeError,
                f"{name} should contain {channels} elements not {tensor.array.size}",
                why=f"the input has shape {x.shape}: dimension 1 holds the channels, and each has its own {name}.",
                fix=f"give the layer num_features={channels}, or check the shape of the input.",
            )
    form = of_channels(x.shape, eps)
    if not training:
        return _with_fixed_statistics(input, running_mean, running_var, weight, bias, form)
    count = form.rows[0] * form.rows[2]
    _check_count(count, "Expected more than 1 value per channel when training", Size(x.shape))
    out, mean, variance = _finished(BATCH_NORM, _inputs(input, weight, bias, form), form)
    _move(running_mean, mean, momentum)
    _move(running_var, variance * (count / (count - 1)), momentum)
    return out


def _inputs(input: Tensor, weight: Tensor | None, bias: Tensor | None, form: Form) -> tuple[Tensor, ...]:
    if weight is None:
        if bias is None:
            return (input,)
        weight = wrap(np.ones(form.learned, input.array.dtype))
    return (input, weight) if bias is None else (input, weight, bias)


def _check_count(count: int, words: str, shape: Size | list[int]) -> None:
    if count == 1:
        raise explained(
            ValueError,
            f"{words}, got input size {shape}",
            why="the mean of one number is the number itself, and what is left of it is 0, whatever it was.",
            fix="use larger batches (the last one of a DataLoader may be short: drop_last=True), or model.eval().",
        )


def _move(running: Tensor | None, found: Array, momentum: float) -> None:
    """A running statistic, moved towards what was found in this batch."""
    if running is not None:
        running.array *= 1 - momentum
        running.array += momentum * found.reshape(running.array.shape)
        running.counter[0] += 1


def _with_fixed_statistics(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    form: Form,
) -> Tensor:
    if running_mean is None or running_var is None:
        raise explained(
            RuntimeError,
            "running_mean must be defined in evaluation mode",
            why="without training, the mean and variance of earlier batches are used, and there are none.",
            fix="give both, or training=True to use those of the batch.",
        )
    x, mean = input.array, running_mean.array[:, None]
    inverse = 1 / np.sqrt(running_var.array[:, None] + mean.dtype.type(form.eps))
    y = x.reshape(form.rows) - mean
    y *= inverse
    inputs = _inputs(input, weight, bias, form)
    out = _scaled(y, [tensor.array for tensor in inputs[1:]], form) if weight is not None or bias is not None else y
    return result(FIXED_NORM[len(inputs) - 1], out.reshape(x.shape), inputs, (form, mean.copy(), inverse))


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of each example normalised by itself, as ``torch.nn.functional.instance_norm``.

    Args:
        input: (N, C, *).
        running_mean: (C), or None: moves towards the mean over the examples.
        running_var: likewise.
        weight: (C), what each channel is multiplied by.
        bias: (C), what is then added to it.
        use_input_stats: whether to use the input's own mean and variance, or the running ones.
        momentum: how far the running mean and variance move.
        eps: what is added to the variance, so that it is not 0.

    Raises:
        ValueError: if a channel has only one number.

    >>> import teachgrad as tg
    >>> instance_norm(tg.tensor([[[1.0, 3.0], [10.0, 30.0]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])
    """
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    x = reals("instance_norm", input)
    form = of_groups(x.shape, x.shape[1], eps)
    count = form.rows[2]
    _check_count(count, "Expected more than 1 spatial element when training", Size(x.shape))
    out, mean, variance = _finished(INSTANCE_NORM, _inputs(input, weight, bias, form), form)
    _move(running_mean, mean.reshape(x.shape[:2]).mean(0), momentum)
    _move(running_var, variance.reshape(x.shape[:2]).mean(0) * (count / (count - 1)), momentum)
    return out


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """The channels of each example normalised in groups, as ``torch.nn.functional.group_norm``.

    Args:
        input: (N, C, *).
        num_groups: into how many groups the channels are parted.
        weight: (C), what each channel is multiplied by.
        bias: (C), what is then added to it.
        eps: what is added to the variance, so that it is not 0.

    Raises:
        RuntimeError: if the channels cannot be parted evenly, or sizes do not fit.

    >>> import teachgrad as tg
    >>> group_norm(tg.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    x = reals("group_norm", input)
    shape = x.shape
    if x.ndim < 2:
        raise explained(
            RuntimeError,
            f"Expected at least 2 dimensions for input tensor but received {x.ndim}",
            why=f"the shape is {tuple(x.shape)}; the first two dimensions are examples and channels.",
            fix="x.unsqueeze(0) adds a dimension in front.",
        )
    if shape[1] % num_groups:
        raise explained(
            RuntimeError,
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}",
            why=f"the {shape[1]} channels in dimension 1 are parted evenly.",
            fix="choose a number of groups that divides the number of channels.",
        )
    for name, tensor in {"weight": weight, "bias": bias}.items():
        if tensor is not None and tensor.array.shape != shape[1:2]:
            raise explained(
                RuntimeError,
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {list(tensor.array.shape)} and input of shape {list(shape)}",
                why="each channel has its own number.",
                fix=f"give num_channels={shape[1]}, or check the shape of the input.",
            )
    form = of_groups(shape, num_groups, eps)
    if form.rows[2] == 1 and form.rows[1] == num_groups:
        _check_count(1, "Expected more than 1 value per channel when training", list(shape))
    return _finished(GROUP_NORM, _inputs(input, weight, bias, form), form)[0]


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Each example's last dimensions normalised together, as ``torch.nn.functional.layer_norm``.

    Args:
        input: (*, normalized_shape).
        normalized_shape: the sizes of the last dimensions.
        weight: of that shape, what the result is multiplied by.
        bias: of that shape, what is then added to it.
        eps: what is added to the variance, so that it is not 0.

    Raises:
        RuntimeError: if shapes do not fit.

    >>> import teachgrad as tg
    >>> layer_norm(tg.tensor([[1.0, 3.0], [10.0, 30.0]]), (2,))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """
    x = reals("LayerNormKernelImpl", input)
    shape = _checked_shape("layer_norm", x.shape, normalized_shape, {"weight": weight, "bias": bias}, ", ")
    form = of_last_dims(x.shape, len(shape), eps)
    return _finished(LAYER_NORM, _inputs(input, weight, bias, form), form)[0]


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Each example's last dimensions, divided by the root of their mean square; as ``torch.nn.functional.rms_norm``.

    Args:
        input: (*, normalized_shape).
        normalized_shape: the sizes of the last dimensions.
        weight: of that shape, what the result is multiplied by.
        eps: what is added to the mean square; by default the spacing of numbers at 1.

    Raises:
        RuntimeError: if shapes do not fit.

    >>> import teachgrad as tg
    >>> rms_norm(tg.tensor([1.0, 7.0]), (2,))
    tensor([0.2000, 1.4000])
    """
    x = reals("rms_norm", input)
    shape = _checked_shape("rms_norm", x.shape, normalized_shape, {"weight": weight}, "")
    form = of_last_dims(x.shape, len(shape), float(np.finfo(x.dtype).eps) if eps is None else eps, centred=False)
    return _finished(RMS_NORM, _inputs(input, weight, None, form), form)[0]


def _checked_shape(
    name: str, shape: Sizes, normalized_shape: Any, learned: dict[str, Tensor | None], comma: str
) -> Sizes:
    """The shape that is normalised, which has to be the end of the input's, and that of weight and bias."""
    if isinstance(normalized_shape, int):
        raise explained(
            TypeError,
            f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints, not int",
            why="it is a shape.",
            fix=f"write ({normalized_shape},)",
        )
    wanted = tuple(normalized_shape)
    if not wanted:
        raise explained(
            RuntimeError,
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []",
            why="there would be nothing to take a mean of.",
            fix="give the sizes of the last dimensions, such as x.shape[-1:].",
        )
    for argument, tensor in learned.items():
        if tensor is not None and tensor.array.shape != wanted:
            raise explained(
                RuntimeError,
                f"Expected {argument} to be of same shape as normalized_shape, but got {argument} of shape "
                f"{list(tensor.array.shape)} and normalized_shape = {list(wanted)}",
                why="each of the normalised elements has its own number.",
                fix="give both the same shape.",
            )
    if shape[-len(wanted) :] != wanted:
        raise explained(
            RuntimeError,
            f"Given normalized_shape={list(wanted)}, expected input with shape [*{comma}{str(list(wanted))[1:]}, but "
            f"got input of size{list(shape)}",
            why="the last dimensions are normalised, and they have other sizes.",
            fix="give normalized_shape the sizes of the last dimensions, or move the channels there.",
        )
    return wanted


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Each element divided by how strong its neighbours in other channels are.

    As ``torch.nn.functional.local_response_norm`` (Krizhevsky and others, 2012).

    Args:
        input: (N, C, *).
        size: how many neighbouring channels count.
        alpha: how much they count.
        beta: the exponent of what is divided by, (k + alpha * mean of squares) ** beta.
        k: see beta.

    Raises:
        ValueError: for fewer than three dimensions.
    """
    shape = reals("local_response_norm", input).shape
    if len(shape) < 3:
        raise explained(
            ValueError,
            f"Expected 3D or higher dimensionality                          input (got {len(shape)} dimensions)",
            why="the dimensions are (batch, channels, ...).",
            fix="insert what is missing with x.unsqueeze(dim).",
        )
    squares = reshape(input * input, shape[0], 1, shape[1], -1)
    means = avg_pool2d(pad(squares, (0, 0, size // 2, (size - 1) // 2)), (size, 1), 1)
    return input / pow(reshape(means, *shape) * alpha + k, beta)
