"""Chance inside of networks: dropout and its relatives, a relu with random slopes, drawing a class differentiably.

Under the same seed the numbers are PyTorch's. Outside of training nothing here is random.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Op
from teachgrad.ops import pointwise
from teachgrad.ops.activation import reals
from teachgrad.ops.creation import empty, empty_like
from teachgrad.ops.embedding import one_hot
from teachgrad.ops.random import default_generator
from teachgrad.ops.softmax import softmax
from teachgrad.ops.table import result, tensor_for
from teachgrad.ops.views import in_place
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what ``nn.functional`` offers
    "alpha_dropout",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
    "gumbel_softmax",
    "rrelu",
    "rrelu_",
]

RRELU = Op("RreluWithNoiseBackward0", [lambda g, slopes: g * slopes], ("slopes",), "rrelu")
SATURATED_SELU = 1.7580993408473766  # minus what selu tends to far below 0


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each element 0 with probability p, else divided by 1 - p; in training only. As ``torch.nn.functional.dropout``.

    So a network cannot rely on any single unit, and what it may expect of each stays the same (Hinton, 2012).

    Args:
        input: any shape.
        p: the probability of 0.
        training: if False, the input is returned.
        inplace: whether the result is written over the input.

    Raises:
        ValueError: if p is not between 0 and 1.

    >>> import teachgrad as tg
    >>> generator = tg.manual_seed(0)
    >>> dropout(tg.ones(6))
    tensor([0., 0., 2., 0., 0., 0.])
    """
    check_probability(p)
    if p == 0 or not training:
        return tensor_for("dropout", input)
    return _times(input, _mask(empty_like(input), p), inplace)


def check_probability(p: float) -> None:
    """Refuse what is no share of elements to drop."""
    if not 0 <= p <= 1:
        raise explained(
            ValueError,
            f"dropout probability has to be between 0 and 1, but got {p}",
            why="p is the share of elements that are dropped.",
            fix="give a share, such as 0.5 for half of them.",
        )


def _mask(noise: Tensor, p: float) -> Tensor:
    """0 for what is dropped, 1 / (1 - p) for the rest, written into an empty tensor."""
    if p == 1:
        return noise.zero_()
    noise.bernoulli_(1 - p)
    noise.array /= 1 - p
    return noise


def _times(input: Tensor, noise: Tensor, inplace: bool) -> Tensor:
    return input.mul_(noise) if inplace else input * noise


def _one_for_each_channel(input: Tensor) -> Tensor:
    """An empty tensor with one element for each example and channel, which broadcasts over the rest."""
    if input.array.ndim < 2:
        raise explained(
            RuntimeError,
            "Feature dropout requires at least 2 dimensions in the input",
            why=f"whole channels are dropped, dimension 1 of the input; it has shape {tuple(input.shape)}.",
            fix="for single elements there is dropout.",
        )
    return empty(*input.array.shape[:2], *[1] * (input.array.ndim - 2), dtype=input.dtype)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`dropout` of whole channels of sequences (N, C, L) or (C, L), as ``torch.nn.functional.dropout1d``.

    Raises:
        RuntimeError: for another number of dimensions.
    """
    ndim = input.array.ndim
    if ndim not in (2, 3):
        raise explained(
            RuntimeError,
            f"dropout1d: Expected 2D or 3D input, but received a {ndim}D input. Note that dropout1d exists to provide "
            "channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch "
            "dimension (i.e. 2D or 3D inputs).",
            why="a channel is a sequence of numbers, and an example has several of them.",
            fix="give (N, C, L) or (C, L); for single elements there is dropout.",
        )
    return _channel_dropout(input, p, training, inplace, batched=ndim == 3)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`dropout` of whole channels of images (N, C, H, W), as ``torch.nn.functional.dropout2d``.

    Inputs of three dimensions are taken as (N, C, L), as in PyTorch, with a warning.
    """
    ndim = input.array.ndim
    if ndim not in (3, 4):
        warnings.warn(
            f"dropout2d: Received a {ndim}-D input to dropout2d, which is deprecated and will result in an error in a "
            "future release. To retain the behavior and silence this warning, please use dropout instead.",
            stacklevel=2,
        )
    elif ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim.",
            stacklevel=2,
        )
    return _channel_dropout(input, p, training, inplace, batched=True)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`dropout` of whole channels of volumes (N, C, D, H, W) or (C, D, H, W), as ``torch.nn.functional.dropout3d``."""
    ndim = input.array.ndim
    if ndim not in (4, 5):
        warnings.warn(
            f"dropout3d: Received a {ndim}-D input to dropout3d, which is deprecated and will result in an error in a "
            "future release. To retain the behavior and silence this warning, please use dropout instead.",
            stacklevel=2,
        )
    return _channel_dropout(input, p, training, inplace, batched=ndim == 5)


def _channel_dropout(input: Tensor, p: float, training: bool, inplace: bool, batched: bool) -> Tensor:
    check_probability(p)
    if p == 0 or not training:
        return input
    shape = _one_for_each_channel(input if batched else input.detach().unsqueeze(0))
    noise = _mask(shape, p)
    return _times(input, noise if batched else noise.squeeze(0), inplace)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """`dropout` for `selu`: drops to its lowest value, then scales so that mean 0 and variance 1 are kept.

    As ``torch.nn.functional.alpha_dropout`` (Klambauer, 2017).
    """
    check_probability(p)
    if p == 0 or not training:
        return tensor_for("alpha_dropout", input)
    return _alpha_dropout(input, empty_like(input), p, inplace)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """`alpha_dropout` of whole channels, as ``torch.nn.functional.feature_alpha_dropout``."""
    check_probability(p)
    if p == 0 or not training:
        return tensor_for("feature_alpha_dropout", input)
    return _alpha_dropout(input, _one_for_each_channel(input), p, inplace)


def _alpha_dropout(input: Tensor, noise: Tensor, p: float, inplace: bool) -> Tensor:
    if p == 1:
        return _times(input, noise.zero_(), inplace)
    keep = noise.bernoulli_(1 - p)
    scale = 1 / math.sqrt((SATURATED_SELU**2 * p + 1) * (1 - p))
    shift = (keep - 1) * (SATURATED_SELU * scale) + SATURATED_SELU * scale * p
    scaled = _times(input, keep * scale, inplace)
    return scaled.add_(shift) if inplace else scaled + shift


def rrelu(
    input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """`leaky_relu` with slopes drawn between `lower` and `upper`; outside of training their middle.

    As ``torch.nn.functional.rrelu`` (Xu, 2015).

    Raises:
        RuntimeError: if `lower` is above `upper`.
    """
    x = reals("rrelu_with_noise_out_cpu", input)
    if lower > upper:
        raise explained(
            RuntimeError,
            "Lower bound should be less than or equal to the upper bound",
            why=f"slopes are drawn between {lower} and {upper}.",
            fix="exchange them.",
        )
    if inplace:
        return in_place(rrelu, input, lower, upper, training)
    slopes = np.ones_like(x, order="C")
    below = x <= 0
    if training:
        slopes[below] = default_generator.source.doubles(int(below.sum())) * (upper - lower) + lower
    else:
        slopes[below] = (lower + upper) / 2
    return result(RRELU, x * slopes, (input,), (slopes,))


def rrelu_(input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False) -> Tensor:
    """`rrelu` in place, as ``torch.nn.functional.rrelu_``."""
    return rrelu(input, lower, upper, training, True)


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """Draw a class by scores, in a way that has a gradient, as ``torch.nn.functional.gumbel_softmax`` (Jang, 2016).

    Args:
        logits: scores, of any shape.
        tau: the temperature: the smaller, the nearer to one class and the steeper the gradient.
        hard: give a one-hot vector, with the gradient of the soft one.
        eps: accepted and without effect, as in PyTorch.
        dim: the dimension of the classes.

    Returns:
        Probabilities, or one-hot vectors, in the shape of `logits`.
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    noise = -pointwise.log(wrap(np.empty(logits.array.shape, logits.array.dtype)).exponential_())
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    chosen = one_hot(soft.detach().argmax(dim), soft.array.shape[dim]).movedim(-1, dim)
    return chosen.to(soft.dtype) - soft.detach() + soft
