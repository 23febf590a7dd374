"""Activations: the bends that make a network more than one straight line.

A family tree: `relu` cuts off what is negative; leaky_relu, prelu, elu, selu and celu let a little of it through;
softplus, gelu, silu and mish round the corner off; the "hard" ones are made of straight pieces and cheap.
tanh, sigmoid and relu themselves are in `pointwise`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops import pointwise
from teachgrad.ops.pointwise import logistic, sigmoid, tanh
from teachgrad.ops.shape import reshape
from teachgrad.ops.special import erf, error_function
from teachgrad.ops.table import flat_in, method, no_kernel, not_a_tensor, result
from teachgrad.ops.views import in_place
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor

__all__ = [  # what ``nn.functional`` offers
    "celu",
    "celu_",
    "elu",
    "elu_",
    "gelu",
    "glu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "leaky_relu",
    "leaky_relu_",
    "logsigmoid",
    "mish",
    "prelu",
    "relu6",
    "selu",
    "selu_",
    "silu",
    "softplus",
    "softshrink",
    "softsign",
    "tanhshrink",
    "threshold",
    "threshold_",
]


def reals(name: str, input: Tensor) -> Array:
    """The array of a tensor that has to hold real numbers."""
    if not isinstance(input, Tensor):
        raise not_a_tensor(name, "input", 1, input)
    if input.array.dtype.kind != "f":
        raise no_kernel(name, input.array)
    return input.array


# Of straight pieces

LEAKY_RELU = Op(
    "LeakyReluBackward0", [lambda g, a, slope: flat_in(a, np.where(a > 0, g, g * slope))], ("slope",), "leaky relu"
)
HARDTANH = Op(
    "HardtanhBackward0",
    [lambda g, a, low, high: flat_in(a, np.where((a > low) & (a < high), g, 0))],
    ("low", "high"),
)
HARDSIGMOID = Op("HardsigmoidBackward0", [lambda g, a: flat_in(a, np.where((a > -3) & (a < 3), g / 6, 0))])
HARDSWISH = Op("HardswishBackward0", [lambda g, a: np.where(a <= -3, 0, np.where(a < 3, g * (a / 3 + 0.5), g))])
SOFTSHRINK, HARDSHRINK = (
    Op(f"{name}Backward0", [lambda g, a, lambd: flat_in(a, np.where((a >= -lambd) & (a <= lambd), 0, g))], ("lambd",))
    for name in ("Softshrink", "Hardshrink")
)
THRESHOLD = Op("ThresholdBackward0", [lambda g, a, limit: flat_in(a, np.where(a <= limit, 0, g))], ("limit",))


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else `negative_slope` times it, as ``torch.nn.functional.leaky_relu``.

    Args:
        input: any shape.
        negative_slope: the slope for negative numbers.
        inplace: whether the result is written over the input.

    >>> import teachgrad as tg
    >>> leaky_relu(tg.tensor([-2.0, 2.0]), 0.5)
    tensor([-1.,  2.])
    """
    if inplace:
        return in_place(leaky_relu, input, negative_slope)
    x = reals("leaky_relu_cpu", input)
    return result(LEAKY_RELU, np.where(x > 0, x, x * x.dtype.type(negative_slope)), (input,), (negative_slope,))


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` kept between `min_val` and `max_val`, as ``torch.nn.functional.hardtanh``.

    Unlike `clamp`, it has the slope 0 at the limits themselves.
    """
    if min_val > max_val:
        raise explained(
            ValueError,
            "min_val cannot be greater than max_val",
            why=f"what lies between min_val = {min_val} and max_val = {max_val} is kept, and nothing does.",
            fix="exchange the two.",
        )
    if inplace:
        return in_place(hardtanh, input, min_val, max_val)
    x = input.array
    limited = np.minimum(np.maximum(x, x.dtype.type(min_val)), x.dtype.type(max_val))
    return result(HARDTANH, limited, (input,), (min_val, max_val))


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """`relu`, but not above 6, as ``torch.nn.functional.relu6``."""
    return hardtanh(input, 0, 6, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """A sigmoid of three straight lines: 0 up to -3, 1 from 3 on, as ``torch.nn.functional.hardsigmoid``."""
    if inplace:
        return in_place(hardsigmoid, input)
    return result(HARDSIGMOID, np.clip(reals("hardsigmoid_cpu", input) + 3, 0, 6) / 6, (input,))


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """`input` times its `hardsigmoid`, as ``torch.nn.functional.hardswish``."""
    if inplace:
        return in_place(hardswish, input)
    x = reals("hardswish_cpu", input)
    return result(HARDSWISH, x * np.clip(x + 3, 0, 6) / 6, (input,))


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """`input` moved towards 0 by `lambd`, and 0 where it is nearer, as ``torch.nn.functional.softshrink``.

    Raises:
        RuntimeError: if `lambd` is negative.
    """
    x = reals("softshrink_check", input)
    if lambd < 0:
        raise explained(
            RuntimeError,
            f"lambda must be in range [0, {np.finfo(x.dtype).max:g}] for input dtype "
            f"{c_name(x.dtype)}, but found {lambd:g}",
            why="numbers are moved towards 0 by that much.",
            fix="give 0 or more.",
        )
    return result(SOFTSHRINK, x - np.clip(x, -lambd, lambd), (input,), (lambd,))


@method("hardshrink")
def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """`input`, but 0 where it is not further than `lambd` from 0, as ``torch.nn.functional.hardshrink``."""
    x = reals("hardshrink_cpu", input)
    return result(HARDSHRINK, np.where((x >= -lambd) & (x <= lambd), x.dtype.type(0), x), (input,), (lambd,))


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """`input` where it is above `threshold`, else `value`, as ``torch.nn.functional.threshold``."""
    if inplace:
        return in_place(_threshold, input, threshold, value)
    return _threshold(input, threshold, value)


def _threshold(input: Tensor, limit: float, value: float) -> Tensor:
    x = input.array
    return result(THRESHOLD, np.where(x <= limit, x.dtype.type(value), x), (input,), (limit,))


PRELU = Op(
    "PreluKernelBackward0",
    [lambda g, a, b: np.where(a > 0, g, g * b), lambda g, a: np.where(a > 0, 0, g * a)],
    symbol="prelu",
)


@method("prelu")
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`leaky_relu` with slopes that are learnt: one for all, or one for each channel, as ``torch.nn.functional.prelu``.

    Args:
        input: of shape (N, C, *), or any shape if there is one slope.
        weight: the slopes, of shape (1) or (C).

    Raises:
        RuntimeError: if there is neither one slope nor one for each channel.
    """
    count, shape = weight.array.size, input.array.shape
    channels = shape[1] if len(shape) > 1 else 1
    if count not in (1, channels):
        raise explained(
            RuntimeError,
            "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
            f"{count} and channel size = {channels}.",
            why="dimension 1 of the input are its channels, and each has one slope.",
            fix=f"give 1 or {channels} slopes.",
        )
    slopes = reshape(weight, 1, count, *[1] * (len(shape) - 2)) if len(shape) > 1 else reshape(weight, [1] * len(shape))
    x = input.array
    return result(PRELU, np.where(x > 0, x, x * slopes.array), (input, slopes))


# Of exponentials. `sigma` is the sigmoid, whether of arrays or of tensors.


def sigma(a: Any) -> Any:
    """1 / (1 + exp(-a))."""
    return sigmoid(a) if isinstance(a, Tensor) else logistic(a)


def log_of_one_plus_exp(x: Array) -> Array:
    """log(1 + exp(x)), without overflow: the larger of x and 0, and the rest. Twenty times as fast as np.logaddexp."""
    rest = np.log1p(np.exp(-np.abs(x)))
    rest += np.maximum(x, x.dtype.type(0))
    return np.asarray(rest)


ELU = Op(
    "EluBackward0",
    [lambda g, a, alpha, scale: np.where(a <= 0, g * (alpha * scale * np.exp(np.where(a > 0, 0, a))), g * scale)],
    ("alpha", "scale"),
)
CELU = Op(
    "CeluBackward0", [lambda g, a, alpha: np.where(a <= 0, g * np.exp(np.where(a > 0, 0, a) / alpha), g)], ("alpha",)
)
SILU = Op("SiluBackward0", [lambda g, a: g * slope_of_silu(a)])
MISH = Op("MishBackward0", [lambda g, a: g * slope_of_mish(a)])
SOFTPLUS = Op(
    "SoftplusBackward0",
    [lambda g, a, beta, limit: np.where(a * beta > limit, g, g * sigma(a * beta))],
    ("beta", "limit"),
)
LOGSIGMOID = Op("LogSigmoidBackward0", [lambda g, a: g * sigma(-a)], symbol="log σ")
GLU = Op("GluBackward0", [lambda g, a, axis: _gated(g, a, axis)], ("axis",))


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else `alpha * (exp(input) - 1)`, as ``torch.nn.functional.elu``."""
    return _elu(input, alpha, 1, inplace)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """`elu` with two constants that keep mean 0 and variance 1 from layer to layer, as ``torch.nn.functional.selu``."""
    return _elu(input, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946, inplace)


def _elu(input: Tensor, alpha: float, scale: float, inplace: bool = False) -> Tensor:
    if inplace:
        return in_place(_elu, input, alpha, scale)
    x = reals("elu_cpu", input)
    bent = x.dtype.type(alpha * scale) * np.expm1(np.minimum(x, 0))
    return result(ELU, np.where(x <= 0, bent, x * x.dtype.type(scale)), (input,), (alpha, scale))


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else `alpha * (exp(input / alpha) - 1)`, as ``torch.nn.functional.celu``.

    Raises:
        RuntimeError: if `alpha` is 0.
    """
    if alpha == 0:
        raise explained(
            RuntimeError,
            "ZeroDivisionError: alpha cannot be 0 for CELU",
            why="celu divides by alpha.",
            fix="give another alpha, such as 1.0.",
        )
    if inplace:
        return in_place(celu, input, alpha)
    x = reals("elu_cpu", input)
    size = x.dtype.type(alpha)
    return result(CELU, np.where(x <= 0, size * np.expm1(np.minimum(x, 0) / size), x), (input,), (alpha,))


def _written_over(function: Any) -> Any:
    """The function that writes over its input: `elu_(x)` for `elu(x, inplace=True)`."""
    name = f"{function.__name__}_"

    def twin(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        written: Tensor = function(input, *args, inplace=True, **kwargs)
        return written

    twin.__name__ = twin.__qualname__ = name
    twin.__doc__ = f"`{function.__name__}` in place, as ``torch.nn.functional.{name}``."
    return twin


celu_, elu_, hardtanh_, leaky_relu_, selu_, threshold_ = map(
    _written_over, (celu, elu, hardtanh, leaky_relu, selu, threshold)
)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """`input * sigmoid(input)`, also known as swish, as ``torch.nn.functional.silu``."""
    if inplace:
        return in_place(silu, input)
    x = reals("silu_cpu", input)
    return result(SILU, x * logistic(x), (input,))


def slope_of_silu(a: Any) -> Any:
    """The derivative of a * sigmoid(a)."""
    s = sigma(a)
    return s * (1 + a * (1 - s))


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """`input * tanh(softplus(input))`, as ``torch.nn.functional.mish``."""
    if inplace:
        return in_place(mish, input)
    x = reals("mish_cpu", input)
    return result(MISH, x * np.tanh(log_of_one_plus_exp(x)), (input,))


def slope_of_mish(a: Any) -> Any:
    """The derivative of a * tanh(softplus(a)); softplus(a) is -log(sigmoid(-a))."""
    t = np.tanh(logsigmoid(-a) * -1 if isinstance(a, Tensor) else log_of_one_plus_exp(np.asarray(a)))
    return t + a * (1 - t * t) * sigma(a)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """`log(1 + exp(beta * input)) / beta`, a relu with a round corner, as ``torch.nn.functional.softplus``.

    Where `beta * input` is above `threshold` it is `input` itself, which differs by less than the rounding.
    """
    x = reals("softplus_cpu", input)
    z = x * x.dtype.type(beta)
    bent = log_of_one_plus_exp(z) / x.dtype.type(beta)
    return result(SOFTPLUS, np.where(z > threshold, x, bent), (input,), (beta, threshold))


def logsigmoid(input: Tensor) -> Tensor:
    """The logarithm of `sigmoid`, exact also where that vanishes, as ``torch.nn.functional.logsigmoid``."""
    return result(LOGSIGMOID, -log_of_one_plus_exp(-reals("log_sigmoid_cpu", input)), (input,))


def softsign(input: Tensor) -> Tensor:
    """`input / (1 + |input|)`, as ``torch.nn.functional.softsign``."""
    size: Tensor = pointwise.abs(input)
    return input / (size + 1)


def tanhshrink(input: Tensor) -> Tensor:
    """`input - tanh(input)`, as ``torch.nn.functional.tanhshrink``."""
    return input - tanh(input)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half of `input` along `dim`, times the sigmoid of the second half, as ``torch.nn.functional.glu``.

    Raises:
        RuntimeError: if there is no middle.
    """
    x = reals("glu_cpu", input)
    axis = checked_dim(dim, x.ndim)
    if x.ndim == 0:
        raise explained(
            RuntimeError,
            "glu does not support scalars because halving size must be even",
            why="one half of the tensor is the gate of the other, and a single number has no halves.",
            fix="x.reshape(-1) makes a vector; its size has to be even.",
        )
    if x.shape[axis] % 2:
        raise explained(
            RuntimeError,
            f"Halving dimension must be even, but dimension {axis} is size {x.shape[axis]}",
            why="one half is gated by the other, element by element.",
            fix="choose another dim, or a layer before it with an even number of outputs.",
        )
    kept, gate = _halves(x, axis)
    return result(GLU, kept * logistic(gate), (input,), (axis,))


def _halves(a: Any, axis: int) -> tuple[Any, Any]:
    middle = a.shape[axis] // 2
    before = (slice(None),) * axis
    return a[(*before, slice(None, middle))], a[(*before, slice(middle, None))]


def _gated(g: Any, a: Any, axis: int) -> Any:
    kept, gate = _halves(a, axis)
    s = sigma(gate)
    return np.concatenate([g * s, g * (kept * s * (1 - s))], axis)


# Of the bell curve

GELU = Op("GeluBackward0", [lambda g, a, below: g * slope_of_gelu(a, below)], ("below",))
GELU_TANH = Op("GeluBackward0", [lambda g, a: g * slope_of_gelu_tanh(a)], symbol="gelu")


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """`input` times the probability that a standard normal number is below it, as ``torch.nn.functional.gelu``.

    Args:
        input: any shape.
        approximate: "none", or "tanh" for a formula that is nearly the same.

    Raises:
        RuntimeError: for another word.

    >>> import teachgrad as tg
    >>> gelu(tg.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1587,  0.0000,  0.8413])
    """
    x = reals("GeluKernelImpl", input)
    match approximate:
        case "none":
            below = probability_below(x)
            return result(GELU, x * below, (input,), (below,))
        case "tanh":
            return result(GELU_TANH, x * (0.5 * (1 + np.tanh(_inner(x)))), (input,))
    raise explained(
        RuntimeError,
        "approximate argument must be either none or tanh.",
        why=f"gelu is computed exactly ('none') or approximately ('tanh'), and {approximate!r} is neither.",
        fix="choose one of the two.",
    )


def probability_below(a: Any) -> Any:
    """The probability that a standard normal number is below a."""
    scaled = a * math.sqrt(0.5)
    return 0.5 + 0.5 * (erf(scaled) if isinstance(a, Tensor) else error_function(np.asarray(scaled)))


def slope_of_gelu(a: Any, below: Array) -> Any:
    """The derivative of a * probability_below(a); that of the probability is the bell curve.

    The probability is known from the forward pass, as an array; as a tensor with history it is computed anew.
    """
    bell = np.exp(a * a * -0.5) * (1 / math.sqrt(2 * math.pi))
    return a * bell + (probability_below(a) if isinstance(a, Tensor) else below)


def _inner(a: Any) -> Any:
    return math.sqrt(2 / math.pi) * (a + 0.044715 * (a * a * a))


def slope_of_gelu_tanh(a: Any) -> Any:
    """The derivative of a * (1 + tanh(inner)) / 2."""
    t = np.tanh(_inner(a))
    slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * (a * a))
    return 0.5 * (1 + t) + 0.5 * a * ((1 - t * t) * slope)
