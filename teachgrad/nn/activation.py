"""Activations as layers. The functions themselves are in `functional`."""

from __future__ import annotations

from teachgrad.nn import functional
from teachgrad.nn.module import Module
from teachgrad.tensor import Tensor


class ReLU(Module):
    """x where it is positive, else 0, as ``torch.nn.ReLU``; `inplace` writes the result over the input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return functional.relu(input, self.inplace)

    def extra_repr(self) -> str:
        """Whether it works in place."""
        return "inplace=True" if self.inplace else ""


class Tanh(Module):
    """The hyperbolic tangent, from -1 to 1, as ``torch.nn.Tanh``."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return functional.tanh(input)


class Sigmoid(Module):
    """1 / (1 + exp(-x)), from 0 to 1, as ``torch.nn.Sigmoid``."""

    def forward(self, input: Tensor) -> Tensor:
        """Element by element."""
        return functional.sigmoid(input)


class Softmax(Module):
    """Scores to probabilities along `dim`, as ``torch.nn.Softmax``."""

    dim: int | None

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Along one dimension."""
        return functional.softmax(input, self.dim)

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """The logarithm of `Softmax`, as ``torch.nn.LogSoftmax``."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Along one dimension."""
        return functional.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"
