"""Activations as layers. The functions themselves are in `functional`."""

from __future__ import annotations

from typing import Any, ClassVar

from teachgrad.dtypes import dtype
from teachgrad.errors import explained
from teachgrad.nn import functional, init
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.ops.creation import empty
from teachgrad.tensor import Tensor


class Activation(Module):
    """What most activations share: a function of the input and of a few settings, which are attributes.

    `settings` are those that the function is given, in its order; `shown` is how `repr` shows them.
    """

    settings: ClassVar[tuple[str, ...]] = ()
    shown: ClassVar[str] = ""

    def forward(self, input: Tensor) -> Tensor:
        """The function of the same name in `functional`."""
        out: Tensor = type(self).function(input, *[getattr(self, name) for name in self.settings])
        return out

    function: ClassVar[Any]

    def extra_repr(self) -> str:
        """The settings; `inplace` only where it is so."""
        inplace = "inplace=True" if getattr(self, "inplace", False) else ""
        return ", ".join(part for part in (self.shown.format(**vars(self)), inplace) if part)


class InPlace(Activation):
    """An activation with no setting but `inplace`: whether the result is written over the input."""

    settings = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class ReLU(InPlace):
    """x where it is positive, else 0, as ``torch.nn.ReLU``; `inplace` writes the result over the input.

    >>> import teachgrad as tg
    >>> ReLU()(tg.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Element by element; written out, as for `Tanh` and `Sigmoid`, because small networks spend time here."""
        return functional.relu(input, self.inplace)


class SELU(InPlace):
    """`ELU` with constants that keep mean 0 and variance 1 from layer to layer, as ``torch.nn.SELU``."""

    function = functional.selu


class SiLU(InPlace):
    """x * sigmoid(x), as ``torch.nn.SiLU``."""

    function = functional.silu


class Mish(InPlace):
    """x * tanh(softplus(x)), as ``torch.nn.Mish``."""

    function = functional.mish


class Quiet(InPlace):
    """Those that do not show `inplace`."""

    def extra_repr(self) -> str:
        """Nothing, as in PyTorch."""
        return ""


class Hardsigmoid(Quiet):
    """A sigmoid of three straight lines, as ``torch.nn.Hardsigmoid``."""

    function = functional.hardsigmoid


class Hardswish(Quiet):
    """x * hardsigmoid(x), as ``torch.nn.Hardswish``."""

    function = functional.hardswish


class Tanh(Activation):
    """The hyperbolic tangent, from -1 to 1, as ``torch.nn.Tanh``."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return functional.tanh(input)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), from 0 to 1, as ``torch.nn.Sigmoid``."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return functional.sigmoid(input)


class LogSigmoid(Activation):
    """The logarithm of `Sigmoid`, as ``torch.nn.LogSigmoid``."""

    function = functional.logsigmoid


class Softsign(Activation):
    """x / (1 + |x|), as ``torch.nn.Softsign``."""

    function = functional.softsign


class Tanhshrink(Activation):
    """x - tanh(x), as ``torch.nn.Tanhshrink``."""

    function = functional.tanhshrink


class Hardtanh(Activation):
    """x kept between `min_val` and `max_val`, as ``torch.nn.Hardtanh``.

    Raises:
        AssertionError: if `max_val` is not above `min_val`.
    """

    settings = ("min_val", "max_val", "inplace")
    shown = "min_val={min_val}, max_val={max_val}"
    function = functional.hardtanh

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if max_val <= min_val:
            raise explained(
                AssertionError,
                f"max_val ({max_val}) must be greater than min_val ({min_val})",
                why=f"what is below {min_val} becomes {min_val}, what is above {max_val} becomes {max_val}.",
                fix="exchange them.",
            )
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace


class ReLU6(Hardtanh):
    """`ReLU`, but not above 6, as ``torch.nn.ReLU6``."""

    shown = ""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)


class LeakyReLU(Activation):
    """x where it is positive, else `negative_slope` times x, as ``torch.nn.LeakyReLU``."""

    settings = ("negative_slope", "inplace")
    shown = "negative_slope={negative_slope}"
    function = functional.leaky_relu

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace


class PReLU(Module):
    """`LeakyReLU` with slopes that are learnt, as ``torch.nn.PReLU``.

    Args:
        num_parameters: 1 slope for all, or one for each channel, dimension 1 of the input.
        init: what they start with.
        device: the CPU, or nothing.
        dtype: of the slopes.

    Attributes:
        weight: the slopes, of shape (num_parameters).
    """

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: dtype | None = None
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start anew."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return functional.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """The number of slopes."""
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """`LeakyReLU` with slopes drawn between `lower` and `upper` in training, as ``torch.nn.RReLU``."""

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return functional.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The bounds."""
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class WithAlpha(Activation):
    """What `ELU` and `CELU` share: how far down they go."""

    settings = ("alpha", "inplace")
    shown = "alpha={alpha}"

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace


class ELU(WithAlpha):
    """x where it is positive, else alpha * (exp(x) - 1), as ``torch.nn.ELU``."""

    function = functional.elu


class CELU(WithAlpha):
    """x where it is positive, else alpha * (exp(x / alpha) - 1), as ``torch.nn.CELU``."""

    function = functional.celu


class GELU(Module):
    """x times the probability that a standard normal number is below it, as ``torch.nn.GELU``.

    Args:
        approximate: "none", or "tanh" for a formula that is nearly the same.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return functional.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """Which formula."""
        return f"approximate={self.approximate!r}"


class Softplus(Activation):
    """log(1 + exp(beta * x)) / beta, and x itself where beta * x is above `threshold`, as ``torch.nn.Softplus``."""

    settings = ("beta", "threshold")
    shown = "beta={beta}, threshold={threshold}"
    function = functional.softplus

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold


class Shrink(Activation):
    """What `Hardshrink` and `Softshrink` share: how wide they are 0."""

    settings = ("lambd",)
    shown = "{lambd}"

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd


class Hardshrink(Shrink):
    """x, but 0 where it is not further than `lambd` from 0, as ``torch.nn.Hardshrink``."""

    function = functional.hardshrink


class Softshrink(Shrink):
    """x moved towards 0 by `lambd`, and 0 where it is nearer, as ``torch.nn.Softshrink``."""

    function = functional.softshrink


class Threshold(Activation):
    """x where it is above `threshold`, else `value`, as ``torch.nn.Threshold``."""

    settings = ("threshold", "value", "inplace")
    shown = "threshold={threshold}, value={value}"
    function = functional.threshold

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace


class GLU(Activation):
    """The first half along `dim`, times the sigmoid of the second half, as ``torch.nn.GLU``."""

    settings = ("dim",)
    shown = "dim={dim}"
    function = functional.glu

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim


class AlongDim(Module):
    """What `Softmax` and its relatives share: the dimension along which they work."""

    dim: int | None
    function: ClassVar[Any]

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Along one dimension."""
        return type(self).function(input, self.dim, _stacklevel=5)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"


class Softmax(AlongDim):
    """Scores to probabilities along `dim`, as ``torch.nn.Softmax``."""

    function = functional.softmax


class LogSoftmax(AlongDim):
    """The logarithm of `Softmax`, as ``torch.nn.LogSoftmax``."""

    function = functional.log_softmax


class Softmin(AlongDim):
    """`Softmax` of minus the input, as ``torch.nn.Softmin``."""

    function = functional.softmin


class Softmax2d(Module):
    """`Softmax` over the channels of images (N, C, H, W) or (C, H, W), as ``torch.nn.Softmax2d``.

    Raises:
        ValueError: for another number of dimensions.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Along the third dimension from the end."""
        if input.array.ndim not in (3, 4):
            raise explained(
                ValueError,
                f"Softmax2d: expected input to be 3D or 4D, got {input.array.ndim}D instead",
                why=f"the channels of images are dimension -3; the input has shape {tuple(input.shape)}.",
                fix="for other shapes there is nn.Softmax(dim=...).",
            )
        return functional.softmax(input, -3)
