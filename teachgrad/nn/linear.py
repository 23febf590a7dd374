"""Linear layers: weighted sums of the inputs, with learned weights."""

from __future__ import annotations

import math
from typing import Any

from teachgrad.dtypes import dtype
from teachgrad.errors import explained
from teachgrad.nn import functional, init
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.ops.creation import empty
from teachgrad.tensor import Tensor


class Linear(Module):
    """y = x @ weight.T + bias, as ``torch.nn.Linear``.

    Weight and bias start uniform between -1 / sqrt(in_features) and 1 / sqrt(in_features): PyTorch's numbers under the
    same seed.

    Args:
        in_features, out_features: sizes of the last dimension of x and y; the others stay as they are.
        bias: whether to add one.
        device: the CPU, or nothing.
        dtype: of weight and bias.

    Attributes:
        weight: (out_features, in_features).
        bias: (out_features), or None.

    >>> import teachgrad as tg
    >>> layer = Linear(3, 2)
    >>> layer, layer(tg.ones(5, 3)).shape
    (Linear(in_features=3, out_features=2, bias=True), torch.Size([5, 2]))
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: dtype | None = None
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in_features, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """The weighted sums of the input (..., in_features): (..., out_features)."""
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """For each output k, y[k] = x1 @ weight[k] @ x2 + bias[k], as ``torch.nn.Bilinear``.

    Weight and bias start uniform between -1 / sqrt(in1_features) and 1 / sqrt(in1_features).

    Args:
        in1_features, in2_features, out_features: sizes of the last dimension of x1, x2 and y.
        bias: whether to add one.
        device: the CPU, or nothing.
        dtype: of weight and bias.

    Attributes:
        weight: (out_features, in1_features, in2_features).
        bias: (out_features), or None.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise explained(
                ValueError,
                f"in1_features must be > 0, but got (in1_features={in1_features})",
                why="the weights start within 1 / sqrt(in1_features).",
                fix="give the size of the last dimension of the first input: 1 or more.",
                lesson=11,
            )
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        """The outputs for each pair of vectors."""
        return functional.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
