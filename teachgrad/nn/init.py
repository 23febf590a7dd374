"""Starting values for parameters, as ``torch.nn.init``: under the same seed, PyTorch's numbers.

Each function fills a tensor in place, outside of the graph, and returns it.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.tensor import Tensor

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
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """As `kaiming_uniform_`, with normal numbers; as ``torch.nn.init.kaiming_normal_``."""
    if 0 in tensor.array.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
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
        raise explained(
            ValueError,
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
            why=f"the tensor has shape {shape}; a weight has one dimension for outputs and one for inputs.",
            fix="for a bias take nn.init.zeros_ or nn.init.uniform_.",
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field
