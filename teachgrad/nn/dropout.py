"""Layers that drop at random what passes through them, in training only."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from teachgrad.nn import functional
from teachgrad.nn.module import Module
from teachgrad.ops.noise import check_probability
from teachgrad.tensor import Tensor


class Dropping(Module):
    """What all of them share.

    Args:
        p: the probability of being dropped.
        inplace: whether the result is written over the input.

    Raises:
        ValueError: if p is not between 0 and 1.
    """

    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_probability(p)
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The input with holes in it."""
        return type(self).function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Probability and place."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(Dropping):
    """Each element 0 with probability p, else divided by 1 - p; nothing after `eval()`. As ``torch.nn.Dropout``.

    >>> import teachgrad as tg
    >>> layer = Dropout(0.5).eval()
    >>> layer, layer(tg.ones(3))
    (Dropout(p=0.5, inplace=False), tensor([1., 1., 1.]))
    """

    function = functional.dropout


class Dropout1d(Dropping):
    """`Dropout` of whole channels of sequences (N, C, L) or (C, L), as ``torch.nn.Dropout1d``."""

    function = functional.dropout1d


class Dropout2d(Dropping):
    """`Dropout` of whole channels of images (N, C, H, W), as ``torch.nn.Dropout2d``."""

    function = functional.dropout2d


class Dropout3d(Dropping):
    """`Dropout` of whole channels of volumes (N, C, D, H, W), as ``torch.nn.Dropout3d``."""

    function = functional.dropout3d


class AlphaDropout(Dropping):
    """`Dropout` for `SELU`: it keeps mean 0 and variance 1, as ``torch.nn.AlphaDropout``."""

    function = functional.alpha_dropout


class FeatureAlphaDropout(Dropping):
    """`AlphaDropout` of whole channels, as ``torch.nn.FeatureAlphaDropout``."""

    function = functional.feature_alpha_dropout
