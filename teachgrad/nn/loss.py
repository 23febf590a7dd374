"""Losses as modules: how far predictions are from targets. The functions themselves are in `functional`."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from teachgrad.nn import functional
from teachgrad.nn.module import Module
from teachgrad.tensor import Tensor


class Loss(Module):
    """What all losses share.

    Args:
        reduction: "mean", "sum", or "none" for the loss of each element.
    """

    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of a prediction."""
        return type(self).function(input, target, reduction=self.reduction)


class MSELoss(Loss):
    """The mean of the squared differences, as ``torch.nn.MSELoss``."""

    function = functional.mse_loss


class L1Loss(Loss):
    """The mean of the absolute differences, as ``torch.nn.L1Loss``."""

    function = functional.l1_loss


class NLLLoss(Loss):
    """Minus the log-probability of the right class, as ``torch.nn.NLLLoss``.

    Shapes: log-probabilities (N, C) and classes (N), int64; or (C) and ().
    """

    function = functional.nll_loss


class CrossEntropyLoss(Loss):
    """How surprised a classifier is by the right class, as ``torch.nn.CrossEntropyLoss``.

    Shapes: scores (N, C), no softmax applied, and classes (N), int64; or (C) and ().

    >>> import teachgrad as tg
    >>> CrossEntropyLoss()(tg.tensor([[0.0, 0.0]]), tg.tensor([1]))
    tensor(0.6931)
    """

    function = functional.cross_entropy
