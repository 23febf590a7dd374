"""Losses as modules: how far predictions are from targets. The functions themselves are in `functional`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from teachgrad.nn import functional
from teachgrad.nn.distance import PairwiseDistance
from teachgrad.nn.module import Module
from teachgrad.ops.loss import meant
from teachgrad.ops.ranking import require_margin
from teachgrad.tensor import Tensor


class Loss(Module):
    """What all losses share.

    Args:
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum", or "none" for the loss of each element.

    `settings` names the attributes that the function behind the loss is given.
    """

    function: ClassVar[Callable[..., Tensor]]
    settings: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean", **settings: Any
    ) -> None:
        super().__init__()
        self.reduction = meant(reduction, size_average, reduce)
        for name, value in settings.items():
            setattr(self, name, value)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of a prediction."""
        return self._of(input, target)

    def _of(self, *tensors: Tensor) -> Tensor:
        settings = {name: getattr(self, name) for name in self.settings}
        return type(self).function(*tensors, reduction=self.reduction, **settings)


class WeightedLoss(Loss):
    """What losses with weights share.

    Args:
        weight: how much each class (or element) counts; part of the state.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum", or "none".
    """

    settings: ClassVar[tuple[str, ...]] = ("weight",)

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        **settings: Any,
    ) -> None:
        super().__init__(size_average, reduce, reduction, **settings)
        self.register_buffer("weight", weight)


# Of numbers


class MSELoss(Loss):
    """The mean of the squared differences, as ``torch.nn.MSELoss``.

    >>> import teachgrad as tg
    >>> MSELoss()(tg.tensor([1.0, 2.0]), tg.tensor([1.0, 4.0]))
    tensor(2.)
    """

    function = functional.mse_loss


class L1Loss(Loss):
    """The mean of the absolute differences, as ``torch.nn.L1Loss``."""

    function = functional.l1_loss


class SmoothL1Loss(Loss):
    """`L1Loss` with a round corner of width `beta`, as ``torch.nn.SmoothL1Loss``."""

    function = functional.smooth_l1_loss
    settings = ("beta",)

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean", beta: float = 1.0
    ) -> None:
        super().__init__(size_average, reduce, reduction, beta=beta)


class HuberLoss(Loss):
    """Half the squared difference, but beyond `delta` a straight line, as ``torch.nn.HuberLoss``."""

    function = functional.huber_loss
    settings = ("delta",)

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction, delta=delta)


class PoissonNLLLoss(Loss):
    """How surprised one is by counts who expected others, as ``torch.nn.PoissonNLLLoss``.

    Settings as those of `functional.poisson_nll_loss`.
    """

    function = functional.poisson_nll_loss
    settings = ("log_input", "full", "eps")

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction, log_input=log_input, full=full, eps=eps)


class GaussianNLLLoss(Loss):
    """How surprised one is by numbers who expected others with a known variance, as ``torch.nn.GaussianNLLLoss``.

    It is called with the expected numbers, those that came, and the variances.
    """

    function = functional.gaussian_nll_loss
    settings = ("full", "eps")

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction, full=full, eps=eps)

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:  # type: ignore[override] # as PyTorch
        """The loss of a prediction that knows its variance."""
        return functional.gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


# Of classes


class NLLLoss(WeightedLoss):
    """Minus the log-probability of the right class, as ``torch.nn.NLLLoss``.

    Shapes: log-probabilities (N, C) and classes (N), int64; or (C) and (); or (N, C, *) and (N, *).
    """

    function = functional.nll_loss
    settings = ("weight", "ignore_index")

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction, ignore_index=ignore_index)


class CrossEntropyLoss(WeightedLoss):
    """How surprised a classifier is by the right class, as ``torch.nn.CrossEntropyLoss``.

    Shapes: scores (N, C), no softmax applied, and classes (N), int64; or (C) and (); or (N, C, *) and (N, *). Targets
    in the shape of the scores, and real, are probabilities.

    Args:
        weight: how much each class counts, of shape (C).
        size_average: see `reduce`.
        ignore_index: examples with this as their class count nothing.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum", or "none".
        label_smoothing: how much of the target's probability is spread evenly over all classes.

    >>> import teachgrad as tg
    >>> CrossEntropyLoss()(tg.tensor([[0.0, 0.0]]), tg.tensor([1]))
    tensor(0.6931)
    """

    function = functional.cross_entropy
    settings = ("weight", "ignore_index", "label_smoothing")

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(
            weight, size_average, reduce, reduction, ignore_index=ignore_index, label_smoothing=label_smoothing
        )


class BCELoss(WeightedLoss):
    """Minus the log-probability of the right answer to yes-or-no questions, as ``torch.nn.BCELoss``.

    It takes probabilities; `BCEWithLogitsLoss` takes scores, and is exact also where a probability is nearly 0 or 1.
    """

    function = functional.binary_cross_entropy


class BCEWithLogitsLoss(WeightedLoss):
    """`BCELoss` of the sigmoid of scores, as ``torch.nn.BCEWithLogitsLoss``.

    Args:
        weight: how much each answer counts.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum", or "none".
        pos_weight: how much a yes counts in comparison with a no.
    """

    function = functional.binary_cross_entropy_with_logits
    settings = ("weight", "pos_weight")

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)


class KLDivLoss(Loss):
    """The divergence of Kullback and Leibler, of log-probabilities from probabilities, as ``torch.nn.KLDivLoss``.

    `reduction="batchmean"` is what the definition says; `log_target` says that the target is logarithms as well.
    """

    function = functional.kl_div
    settings = ("log_target",)

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction, log_target=log_target)


class SoftMarginLoss(Loss):
    """log(1 + exp(-target * input)), for targets 1 and -1, as ``torch.nn.SoftMarginLoss``."""

    function = functional.soft_margin_loss


class MultiMarginLoss(WeightedLoss):
    """By how much the right class fails to be `margin` ahead of each other one, as ``torch.nn.MultiMarginLoss``."""

    function = functional.multi_margin_loss
    settings = ("p", "margin", "weight")

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction, p=p, margin=margin)


class MultiLabelMarginLoss(Loss):
    """By how much each right class fails to be 1 ahead of each wrong one, as ``torch.nn.MultiLabelMarginLoss``."""

    function = functional.multilabel_margin_loss


class MultiLabelSoftMarginLoss(WeightedLoss):
    """`BCEWithLogitsLoss`, averaged over the classes of each example, as ``torch.nn.MultiLabelSoftMarginLoss``."""

    function = functional.multilabel_soft_margin_loss


# Of pairs


class WithMargin(Loss):
    """What losses of pairs share.

    Args:
        margin: how far apart what does not belong together is to be.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum", or "none".
    """

    settings: ClassVar[tuple[str, ...]] = ("margin",)

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        **settings: Any,
    ) -> None:
        super().__init__(size_average, reduce, reduction, margin=margin, **settings)


class OfTwo(WithMargin):
    """A loss of two inputs and a target."""

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:  # type: ignore[override] # as PyTorch
        """The loss of two predictions."""
        return self._of(input1, input2, target)


class OfThree(WithMargin):
    """A loss of a vector, one that it is to be near to, and one that it is to be far from."""

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:  # type: ignore[override] # as PyTorch
        """The loss of three vectors, or of many in parallel."""
        return self._of(anchor, positive, negative)


class HingeEmbeddingLoss(WithMargin):
    """Of distances: those of pairs that belong together, and what others lack of `margin`.

    As ``torch.nn.HingeEmbeddingLoss``.
    """

    function = functional.hinge_embedding_loss

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(margin, size_average, reduce, reduction)


class MarginRankingLoss(OfTwo):
    """By how much the one of two that is to be larger is not, as ``torch.nn.MarginRankingLoss``."""

    function = functional.margin_ranking_loss


class CosineEmbeddingLoss(OfTwo):
    """How far the directions of pairs of vectors are from being equal, or too equal.

    As ``torch.nn.CosineEmbeddingLoss``.
    """

    function = functional.cosine_embedding_loss


class TripletMarginLoss(OfThree):
    """By how much a vector fails to be nearer to a positive than to a negative example by `margin`.

    As ``torch.nn.TripletMarginLoss``; settings as those of `functional.triplet_margin_loss`.

    Raises:
        ValueError: if `margin` is not positive.
    """

    function = functional.triplet_margin_loss
    settings = ("margin", "p", "eps", "swap")

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        require_margin(margin, "TripletMarginLoss: expected margin to be greater than 0, got {} instead")
        super().__init__(margin, size_average, reduce, reduction, p=p, eps=eps, swap=swap)


class TripletMarginWithDistanceLoss(OfThree):
    """`TripletMarginLoss` with a distance of your own, as ``torch.nn.TripletMarginWithDistanceLoss``."""

    function = functional.triplet_margin_with_distance_loss
    settings = ("distance_function", "margin", "swap")

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        require_margin(margin, "TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {} instead")
        distance = PairwiseDistance() if distance_function is None else distance_function
        super().__init__(margin, reduction=reduction, distance_function=distance, swap=swap)
