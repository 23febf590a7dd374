"""Losses for predictions that are numbers: how far they are from the targets.

`classification` has those for classes, `ranking` those for what should lie near to what. What all of them share is
here: the loss of each element (`reduction="none"`), their sum ("sum") or their average ("mean").
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops import pointwise
from teachgrad.ops.reduction import mean
from teachgrad.ops.reduction import sum as add_up
from teachgrad.ops.table import as_operands, no_broadcast, promoted, result
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what ``nn.functional`` offers
    "gaussian_nll_loss",
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
]

# The losses of the elements are added up within the op; `scale` is what each of them counts.

MSE = Op(
    "MseLossBackward0",
    [lambda g, a, b, scale: g * (scale * (a - b)), lambda g, a, b, scale: g * (scale * (b - a))],
    ("scale",),
    "mse loss",
)
HUBER, SMOOTH_L1 = (
    Op(
        f"{name}LossBackward0",
        [
            lambda g, a, b, limit, scale: g * (scale * np.clip(a - b, -limit, limit)),
            lambda g, a, b, limit, scale: g * (scale * np.clip(b - a, -limit, limit)),
        ],
        ("limit", "scale"),
        symbol,
    )
    for name, symbol in (("Huber", "huber loss"), ("SmoothL1", "smooth l1 loss"))
)


# What all losses share


def meant(reduction: str, size_average: Any, reduce: Any) -> str:
    """`reduction`, or what the flags say by which PyTorch once chose it."""
    if size_average is None and reduce is None:
        return reduction
    if isinstance(size_average, Tensor) and size_average.array.size != 1:
        raise explained(
            RuntimeError,
            "Boolean value of Tensor with more than one value is ambiguous",
            why=f"a loss was made with a tensor of shape {size_average.array.shape} where its settings stand.",
            fix="make the loss, then call it: nn.MSELoss()(prediction, target), with both pairs of parentheses.",
            lesson=10,
        )
    averaged, added = size_average in (None, True), reduce in (None, True)
    reduction = "none" if not added else "mean" if averaged else "sum"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=4
    )
    return reduction


def chosen(reduction: str, size_average: bool | None = None, reduce: bool | None = None) -> str:
    """What is to become of the losses of the elements: "mean", "sum" or "none"; checked.

    Raises:
        ValueError: for another word.
    """
    reduction = meant(reduction, size_average, reduce)
    if reduction not in ("mean", "sum", "none"):
        raise explained(
            ValueError,
            f"{reduction} is not a valid value for reduction",
            why="there is one loss for each element; reduction says what becomes of them.",
            fix='choose "mean", "sum", or "none" to keep them apart.',
        )
    return reduction


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The losses of the elements, averaged, summed or each."""
    match reduction:
        case "mean":
            return mean(losses)
        case "sum":
            return add_up(losses)
    return losses


def gathered(
    op: Op, losses: Array, inputs: tuple[Tensor, ...], reduction: str, attributes: tuple[Any, ...] = (), weight: Any = 1
) -> Tensor:
    """`reduced` as a part of the op: how much each loss counts is the last attribute that its formulas name."""
    if reduction == "none":
        return result(op, losses, inputs, (*attributes, weight))
    count = 1 if reduction == "sum" else losses.size or math.nan
    return result(op, losses.sum() / losses.dtype.type(count), inputs, (*attributes, weight / count))


def weighed(losses: Tensor, weight: Tensor, reduction: str) -> Tensor:
    """The losses of the elements times a weight for each; "mean" divides by the sum of the weights."""
    if weight.array.shape != losses.array.shape:
        raise explained(
            ValueError,
            "Weights and input must have the same size.",
            why=f"there are losses of shape {losses.array.shape} and weights of shape {weight.array.shape}.",
            fix="give one weight for each element; weight.expand_as(input) repeats them.",
        )
    losses = losses * weight
    return add_up(losses) / add_up(weight) if reduction == "mean" else reduced(losses, reduction)


def warn_of_broadcasting(input: Tensor, target: Tensor) -> None:
    """A column minus a row is a square: the most frequent silent mistake with losses."""
    if input.array.shape != target.array.shape:
        warnings.warn(
            explained(
                UserWarning,
                f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
                "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
                why="a column minus a row is a square: every prediction is compared with every target.",
                fix="give both one shape: prediction.squeeze(1), or target.reshape(prediction.shape).",
                lesson=7,
            ),
            stacklevel=3,
        )


def differences(name: str, input: Tensor, target: Tensor) -> tuple[Array, tuple[Tensor, Tensor]]:
    """`input` minus `target`, with the two as tensors."""
    input, target = as_operands(name, input, target)
    x, y = promoted(input.array, target.array)
    try:
        return np.asarray(x - y), (input, target)
    except ValueError:
        raise no_broadcast(x.shape, y.shape) from None


# Distances


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared differences, averaged (`reduction="mean"`), summed ("sum") or each ("none").

    As ``torch.nn.functional.mse_loss``. With a `weight` for each element, "mean" divides by the sum of the weights.

    >>> import teachgrad as tg
    >>> mse_loss(tg.tensor([1.0, 2.0]), tg.tensor([1.0, 4.0]))
    tensor(2.)
    """
    warn_of_broadcasting(input, target)
    reduction = chosen(reduction, size_average, reduce)
    difference, inputs = differences("mse_loss", input, target)
    if weight is not None:
        return weighed(result(MSE, np.square(difference), inputs, (2,)), weight, reduction)
    if reduction == "none":
        return result(MSE, np.square(difference), inputs, (2,))
    flat = difference.ravel()
    count = 1 if reduction == "sum" else flat.size or math.nan
    return result(MSE, np.dot(flat, flat) / flat.dtype.type(count), inputs, (2 / count,))


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute differences, averaged (`reduction="mean"`), summed ("sum") or each ("none").

    As ``torch.nn.functional.l1_loss``. With a `weight` for each element, "mean" divides by the sum of the weights.

    >>> import teachgrad as tg
    >>> l1_loss(tg.tensor([1.0, 2.0]), tg.tensor([1.0, 4.0]))
    tensor(1.)
    """
    warn_of_broadcasting(input, target)
    reduction = chosen(reduction, size_average, reduce)
    losses: Tensor = pointwise.abs(input - target)
    return reduced(losses, reduction) if weight is None else weighed(losses, weight, reduction)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Half the squared difference, but beyond `delta` a straight line: a few far-off targets count less.

    As ``torch.nn.functional.huber_loss`` (Huber, 1964).

    Args:
        input: what was predicted, of any shape.
        target: what came, in the same shape.
        reduction: "mean", "sum" or "none".
        delta: where the parabola goes over into the line; above 0.
        weight: for each element.

    >>> import teachgrad as tg
    >>> huber_loss(tg.tensor([1.0, 9.0]), tg.tensor([0.0, 0.0]), reduction="none")
    tensor([0.5000, 8.5000])
    """
    warn_of_broadcasting(input, target)
    reduction = chosen(reduction)
    if delta <= 0:
        raise explained(
            RuntimeError,
            "huber_loss does not support non-positive values for delta.",
            why=f"from the distance delta on the loss is a line, and delta is {delta}.",
            fix="give delta above 0; 1.0 is usual.",
        )
    difference, inputs = differences("huber_loss", input, target)
    size = np.abs(difference)
    losses = np.where(size <= delta, 0.5 * np.square(difference), delta * (size - 0.5 * delta))
    if weight is None:
        return gathered(HUBER, losses, inputs, reduction, (delta,))
    each = gathered(HUBER, losses, inputs, "none", (delta,)) * weight
    return reduced(each, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """`huber_loss` divided by its `delta`, which is called `beta` here: `l1_loss` with a round corner.

    As ``torch.nn.functional.smooth_l1_loss``.

    Raises:
        RuntimeError: if `beta` is negative.
    """
    warn_of_broadcasting(input, target)
    reduction = chosen(reduction, size_average, reduce)
    if beta == 0:
        return reduced(pointwise.abs(input - target), reduction)
    if beta < 0:
        raise explained(
            RuntimeError,
            "smooth_l1_loss does not support negative values for beta.",
            why=f"up to the distance beta the loss is a parabola, and beta is {beta}.",
            fix="give beta of 0 or more; 1.0 is usual.",
        )
    difference, inputs = differences("smooth_l1_loss", input, target)
    size = np.abs(difference)
    losses = np.where(size < beta, 0.5 * np.square(difference) / beta, size - 0.5 * beta)
    return gathered(SMOOTH_L1, losses, inputs, reduction, (beta,), 1 / beta)


# Minus the logarithm of a probability


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """How surprised one is by counts who expected others, as ``torch.nn.functional.poisson_nll_loss``.

    Args:
        input: the logarithm of the expected counts, or with `log_input=False` the expected counts.
        target: the counts that came.
        log_input: see above.
        full: whether Stirling's approximation of log(target!) is added: it does not depend on the input.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        eps: keeps log(input) finite where the input is 0.
        reduction: "mean", "sum" or "none".
    """
    reduction = chosen(reduction, size_average, reduce)
    losses = pointwise.exp(input) - target * input if log_input else input - target * pointwise.log(input + eps)
    if full:
        stirling = target * pointwise.log(target) - target + 0.5 * pointwise.log(2 * math.pi * target)
        losses = losses + stirling.masked_fill(target <= 1, 0)
    return reduced(losses, reduction)


def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Tensor | float, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """How surprised one is by a number who expected another and knew how wrong that may be.

    As ``torch.nn.functional.gaussian_nll_loss``: 0.5 * (log(var) + (input - target)**2 / var).

    Args:
        input: the expected numbers.
        target: those that came.
        var: the variances: one number, or in the shape of `input`, the last dimension being 1 or left out if all along
            it share one.
        full: whether the constant log(2 pi) / 2 is added.
        eps: variances below are taken as this, without a gradient of their own that would change it.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: for negative variances, or a shape that does not fit.
    """
    spread = wrap(np.full_like(input.array, var)) if not isinstance(var, Tensor) else var
    if (spread.array < 0).any():
        raise explained(
            ValueError,
            "var has negative entry/entries",
            why="a variance is a mean of squares.",
            fix="let the network give its logarithm: var = log_var.exp(), or take softplus of what it gives.",
        )
    spread = _matching(spread, input)
    reduction = chosen(reduction)
    spread = spread + wrap(np.maximum(spread.array, spread.array.dtype.type(eps)) - spread.array)
    losses = 0.5 * (pointwise.log(spread) + (input - target) ** 2 / spread)
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


def _matching(var: Tensor, input: Tensor) -> Tensor:
    """Variances that broadcast to the input along no more than one dimension."""
    have, want = var.array.shape, input.array.shape
    if have != want and have == want[:-1]:
        return var.unsqueeze(-1)
    if have == want or (len(have) == len(want) and sum(n for m, n in zip(want, have) if m != n) == 1):
        return var
    raise explained(
        ValueError,
        "var is of incorrect size",
        why=f"the input has shape {want}, the variances {have}.",
        fix="give one for each element, or one for each row: a last dimension of size 1.",
    )
