"""Layers that rearrange their input, or do nothing to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from teachgrad.errors import brief, explained
from teachgrad.nn.module import Module
from teachgrad.ops.shape import flatten
from teachgrad.tensor import Tensor


class Identity(Module):
    """Returns what it is given, where a module is needed and nothing is to happen, as ``torch.nn.Identity``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """The input."""
        return input


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


class Unflatten(Module):
    """Dimension `dim` as several, of sizes `unflattened_size`, as ``torch.nn.Unflatten``.

    Raises:
        TypeError: if the sizes are no sequence of integers.

    >>> import teachgrad as tg
    >>> Unflatten(1, (2, 3))(tg.zeros(4, 6)).shape
    torch.Size([4, 2, 3])
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        if not isinstance(dim, int):
            raise explained(
                TypeError,
                "invalid argument type for dim parameter",
                why=f"{brief(dim)} is no number of a dimension.",
                fix="count the dimensions: 0 for the first, -1 for the last.",
            )
        if not isinstance(unflattened_size, tuple | list):
            raise explained(
                TypeError,
                f"unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}",
                why="one dimension becomes several, each with a size.",
                fix="give the sizes: nn.Unflatten(1, (2, 3)).",
            )
        for place, size in enumerate(unflattened_size):
            if not isinstance(size, int):
                raise explained(
                    TypeError,
                    "unflattened_size must be tuple of ints, but found element of type "
                    f"{type(size).__name__} at pos {place}",
                    why="a size counts elements.",
                    fix="give whole numbers; one of them may be -1, for what is left.",
                )
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        """The unflattened input."""
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        """The dimension and the sizes."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
