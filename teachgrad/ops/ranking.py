"""Losses for what should lie near to what: pairs that belong together or not, and orders of preference.

Each is made of steps with gradients of their own, and so has none here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from teachgrad.errors import explained
from teachgrad.ops import pointwise
from teachgrad.ops.corners import minimum, where
from teachgrad.ops.loss import chosen, reduced
from teachgrad.ops.norms import pairwise_distance
from teachgrad.tensor import Tensor

__all__ = [  # what ``nn.functional`` offers
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Of distances: those of pairs that belong together (target 1), and what others (-1) lack of `margin`.

    As ``torch.nn.functional.hinge_embedding_loss``.

    >>> import teachgrad as tg
    >>> hinge_embedding_loss(tg.tensor([0.25, 0.25]), tg.tensor([1, -1]), reduction="none")
    tensor([0.2500, 0.7500])
    """
    reduction = chosen(reduction, size_average, reduce)
    apart = where(target != 1, (margin - input).clamp_min(0), 0.0)
    return reduced(apart + where(target != -1, input, 0.0), reduction)


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """By how much the one that is to be larger is not: `input1` for target 1, `input2` for -1.

    As ``torch.nn.functional.margin_ranking_loss``: max(0, -target * (input1 - input2) + margin).

    Raises:
        RuntimeError: if the numbers of dimensions differ.
    """
    reduction = chosen(reduction, size_average, reduce)
    if not input1.array.ndim == input2.array.ndim == target.array.ndim:
        raise explained(
            RuntimeError,
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} ",
            why="scores and targets are compared element by element.",
            fix="give all three the same shape.",
        )
    return reduced((-target * (input1 - input2) + margin).clamp_min(0), reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 minus the cosine of pairs that belong together (target 1), and by how much others (-1) have more than `margin`.

    As ``torch.nn.functional.cosine_embedding_loss``.

    Args:
        input1: vectors of shape (N, D), or (D) for one pair.
        input2: vectors of the same shape.
        target: 1 or -1, of shape (N) or ().
        margin: see above; from -1 to 1, better from 0 to 0.5.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum" or "none".

    Raises:
        RuntimeError: if the shapes do not fit.
    """
    reduction = chosen(reduction, size_average, reduce)
    ndim = target.array.ndim
    sizes = f"found inputs with sizes {list(input1.shape)} and {list(input2.shape)}."
    if ndim > 1:
        raise explained(
            RuntimeError,
            "0D or 1D target tensor expected, multi-target not supported",
            why=f"the target says +1 or -1 for each pair, and has shape {target.array.shape}.",
            fix="target.squeeze(1) makes a vector of a column.",
        )
    if not input1.array.ndim == input2.array.ndim == ndim + 1:
        raise explained(
            RuntimeError,
            f"{ndim}D target tensor expects {ndim + 1}D input tensors, but {sizes}",
            why="there is one target for each pair of vectors, and a vector has one dimension.",
            fix="give vectors (N, D) with targets (N), or (D) with ().",
        )
    product, first, second = ((x * y).sum(ndim) for x, y in ((input1, input2), (input1, input1), (input2, input2)))
    cosine = product / pointwise.sqrt((first + 1e-12) * (second + 1e-12))
    far = where(target == 1, 1 - cosine, 0.0)
    return reduced(far + where(target == -1, (cosine - margin).clamp_min(0), 0.0), reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """By how much `negative` fails to be `margin` further away from `anchor` than `positive` is.

    As ``torch.nn.functional.triplet_margin_loss``.

    Args:
        anchor: vectors of shape (N, D) or (D).
        positive: vectors of the same shape.
        negative: vectors of the same shape.
        margin: see above; above 0.
        p: of the norm that measures the distances.
        eps: is added to the differences, so that there is a slope at distance 0.
        swap: measure from `positive` instead, where that is nearer to `negative`.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum" or "none".

    >>> import teachgrad as tg
    >>> triplet_margin_loss(tg.tensor([[0.0]]), tg.tensor([[1.0]]), tg.tensor([[1.5]]))
    tensor(0.5000)
    """
    reduction = chosen(reduction, size_average, reduce)
    return _triplet(anchor, positive, negative, lambda x, y: pairwise_distance(x, y, p, eps), margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """`triplet_margin_loss` with a distance of your own, a function of two tensors.

    As ``torch.nn.functional.triplet_margin_with_distance_loss``.
    """
    return _triplet(anchor, positive, negative, distance_function or pairwise_distance, margin, swap, chosen(reduction))


def _triplet(
    anchor: Tensor, positive: Tensor, negative: Tensor, distance: Any, margin: float, swap: bool, reduction: str
) -> Tensor:
    require_margin(margin)
    ndims = [x.array.ndim for x in (anchor, positive, negative)]
    if len(set(ndims)) > 1:
        raise explained(
            RuntimeError,
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {ndims[0]}D, positive {ndims[1]}D, and negative {ndims[2]}D inputs",
            why="the three are compared vector by vector.",
            fix="give all three the same shape.",
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced((margin + near - far).clamp_min(0), reduction)


def require_margin(margin: float, words: str = "margin must be greater than 0, got {}") -> None:
    """Refuse a margin that is none."""
    if margin <= 0:
        raise explained(
            ValueError,
            words.format(margin),
            why="with no margin to keep, all vectors may become the same, and the loss is 0.",
            fix="give a positive margin, such as 1.0.",
        )
