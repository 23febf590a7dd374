"""Starting values for parameters, as ``torch.nn.init``: under the same seed, PyTorch's numbers.

Each function fills a tensor in place, outside of the graph, and returns it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.ops.creation import empty, empty_like
from teachgrad.ops.random import randperm
from teachgrad.tensor import Tensor, wrap

LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid")


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with numbers between a and b, each equally likely, as ``torch.nn.init.uniform_``."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with normally distributed numbers, as ``torch.nn.init.normal_``."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number, as ``torch.nn.init.constant_``."""
    with no_grad():
        return tensor.fill_(val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0, as ``torch.nn.init.zeros_``."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1, as ``torch.nn.init.ones_``."""
    return constant_(tensor, 1.0)


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with 1 on the diagonal and 0 elsewhere, as ``torch.nn.init.eye_``: a layer that changes nothing."""
    _require_dimensions(tensor, (2,), "Only tensors with 2 dimensions are supported")
    with no_grad():
        return tensor.copy_(wrap(np.eye(*tensor.array.shape)))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the weight of a convolution so that each channel is passed on unchanged, as ``torch.nn.init.dirac_``.

    Args:
        tensor: of shape (out channels, in channels, *), with 1 to 3 dimensions of the field.
        groups: of the convolution.

    Raises:
        ValueError: for another number of dimensions, or groups of unequal size.
    """
    _require_dimensions(tensor, (3, 4, 5), "Only tensors with 3, 4, or 5 dimensions are supported")
    outs, ins, *field = tensor.array.shape
    if outs % groups:
        raise explained(
            ValueError,
            "dim 0 must be divisible by groups",
            why=f"{outs} output channels cannot be parted into {groups} equal groups.",
            fix="choose a number of groups that divides the output channels.",
        )
    middle = tuple(size // 2 for size in field)
    with no_grad():
        tensor.zero_()
        for first in range(0, outs, outs // groups):
            for channel in range(min(outs // groups, ins)):
                tensor[(first + channel, channel, *middle)] = 1
    return tensor


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform numbers that keep the variance, both forward and backward, on average; for tanh and sigmoid.

    As ``torch.nn.init.xavier_uniform_`` (Glorot and Bengio, 2010).
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """As `xavier_uniform_`, with normal numbers; as ``torch.nn.init.xavier_normal_``."""
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def _xavier_std(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2.0 / float(sum(fans(tensor))))


def _nothing_to_draw(tensor: Tensor) -> UserWarning:
    return explained(
        UserWarning,
        "Initializing zero-element tensors is a no-op",
        why=f"the tensor has shape {tensor.array.shape}: it holds no numbers.",
        fix="check the sizes of the layer: in_features and out_features are 1 or more.",
        lesson=14,
    )


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Uniform numbers that keep the variance through ReLU layers, as ``torch.nn.init.kaiming_uniform_`` (He, 2015).

    Args:
        tensor: the weight to fill, of two or more dimensions.
        a: the slope of the leaky ReLU below 0.
        mode: keep it forward ("fan_in") or backward ("fan_out").
        nonlinearity: what follows the layer; see `calculate_gain`.
        generator: the source of random numbers; by default the common one.
    """
    if 0 in tensor.array.shape:
        warnings.warn(_nothing_to_draw(tensor), stacklevel=2)
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """As `kaiming_uniform_`, with normal numbers; as ``torch.nn.init.kaiming_normal_``."""
    if 0 in tensor.array.shape:
        warnings.warn(_nothing_to_draw(tensor), stacklevel=2)
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode.lower() not in ("fan_in", "fan_out"):
        raise explained(
            ValueError,
            f"Mode {mode.lower()} not supported, please use one of ['fan_in', 'fan_out']",
            why="the spread follows from the number of inputs (fan_in) or of outputs (fan_out).",
            fix="choose one of the two.",
            lesson=14,
        )
    fan = fans(tensor)[mode.lower() == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Tensor:
    """Fill with normal numbers, those outside of [a, b] drawn again, as ``torch.nn.init.trunc_normal_``.

    Where hardly any number would be inside, uniform ones are drawn and kept with a probability in proportion to the
    normal density.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
            stacklevel=2,
        )
    share = _share_below((b - mean) / std) - _share_below((a - mean) / std)
    with no_grad():
        if share > 0.3:
            low, high = tensor.array.dtype.type(a), tensor.array.dtype.type(b)
            return _redrawn(
                tensor,
                lambda target: target.normal_(mean, std, generator=generator),
                lambda drawn: (drawn.array < low) | (drawn.array > high),
            )
        peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2

        def improbable(drawn: Tensor) -> Any:
            height = ((drawn - mean) / std).square() * -0.5 - peak
            return np.log(empty_like(drawn).uniform_(generator=generator).array) > height.array

        return _redrawn(tensor, lambda target: target.uniform_(a, b, generator=generator), improbable)


def _share_below(x: float) -> float:
    """The share of standard normal numbers below x."""
    return (1 + math.erf(x / math.sqrt(2))) / 2


def _redrawn(tensor: Tensor, draw: Callable[[Tensor], Tensor], refused: Callable[[Tensor], Any]) -> Tensor:
    """Draw all numbers, and those that are refused again, until none is."""
    draw(tensor)
    waiting = refused(tensor)
    while waiting.any():
        again = draw(empty_like(tensor))
        tensor.array[waiting] = again.array[waiting]
        waiting &= refused(again)
    return tensor


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Fill with a random orthogonal matrix times `gain`, as ``torch.nn.init.orthogonal_`` (Saxe, 2013).

    Rows are orthogonal, or columns if there are more rows than columns. Dimensions from the second on count as one.
    The factor Q of a matrix of normal numbers, with signs such that R has a positive diagonal (Mezzadri, 2006).
    """
    if tensor.array.ndim < 2:
        raise too_few_dimensions(tensor, "Only tensors with 2 or more dimensions are supported")
    if not tensor.array.size:
        return tensor
    rows = tensor.array.shape[0]
    matrix = empty(rows, tensor.array.size // rows, dtype=tensor.dtype).normal_(0, 1, generator=generator).array
    q, r = np.linalg.qr(matrix if rows >= matrix.shape[1] else matrix.T)
    q *= np.sign(np.diagonal(r))
    with no_grad():
        tensor.copy_(wrap((q if rows >= matrix.shape[1] else q.T).reshape(tensor.array.shape)))
        return tensor.mul_(gain)


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Fill a matrix with normal numbers, a share `sparsity` of each column with 0, as ``torch.nn.init.sparse_``.

    Martens (2010).
    """
    _require_dimensions(tensor, (2,), "Only tensors with 2 dimensions are supported")
    rows, columns = tensor.array.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor.array[randperm(rows).array[:zeros], column] = 0
    return tensor


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much a non-linearity shrinks numbers; weights make up for it. As ``torch.nn.init.calculate_gain``.

    >>> calculate_gain("tanh"), calculate_gain("leaky_relu", 0)
    (1.6666666666666667, 1.4142135623730951)
    """
    if nonlinearity in LINEAR:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, int | float):
            raise explained(
                ValueError,
                f"negative_slope {slope} not a valid number",
                why="for leaky_relu the parameter is its slope below 0.",
                fix="give a number, such as 0.01.",
                lesson=14,
            )
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise explained(
        ValueError,
        f"Unsupported nonlinearity {nonlinearity}",
        why="no gain is known for it.",
        fix="choose linear, sigmoid, tanh, relu, leaky_relu or selu.",
        lesson=14,
    )


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output of a layer with this weight has, and how many outputs each input.

    Raises:
        ValueError: for fewer than two dimensions.
    """
    shape = tensor.array.shape
    if len(shape) < 2:
        raise too_few_dimensions(
            tensor, "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def too_few_dimensions(tensor: Tensor, words: str) -> ValueError:
    """The error for a bias where a weight is needed."""
    return explained(
        ValueError,
        words,
        why=f"the tensor has shape {tensor.array.shape}; a weight has one dimension for outputs and one for inputs.",
        fix="for a bias take nn.init.zeros_ or nn.init.uniform_.",
        lesson=14,
    )


def _require_dimensions(tensor: Tensor, allowed: tuple[int, ...], words: str) -> None:
    if tensor.array.ndim not in allowed:
        raise explained(
            ValueError,
            words,
            why=f"this one has shape {tensor.array.shape}.",
            fix="choose another way to fill it, such as nn.init.xavier_uniform_.",
        )


def _renamed(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The name without the underscore, from before it said that a function works in place."""
    name = function.__name__

    def old(*args: Any, **kwargs: Any) -> Tensor:
        warnings.warn(
            f"`nn.init.{name[:-1]}` is now deprecated in favor of `nn.init.{name}`.", FutureWarning, stacklevel=2
        )
        return function(*args, **kwargs)

    old.__name__ = name[:-1]
    old.__doc__ = f"`{name}` by its older name."
    return old


uniform, normal, constant = _renamed(uniform_), _renamed(normal_), _renamed(constant_)
eye, dirac = _renamed(eye_), _renamed(dirac_)
xavier_uniform, xavier_normal = _renamed(xavier_uniform_), _renamed(xavier_normal_)
kaiming_uniform, kaiming_normal = _renamed(kaiming_uniform_), _renamed(kaiming_normal_)
orthogonal, sparse = _renamed(orthogonal_), _renamed(sparse_)
