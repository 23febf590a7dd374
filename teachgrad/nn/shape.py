"""Layers that rearrange their input."""

from __future__ import annotations

from teachgrad.nn.module import Module
from teachgrad.ops.shape import flatten
from teachgrad.tensor import Tensor


class Flatten(Module):
    """Dimensions `start_dim` to `end_dim` as one, by default all but the first, as ``torch.nn.Flatten``."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """The flattened input."""
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """The dimensions."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
