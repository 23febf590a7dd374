"""Losses for classes: how surprised a classifier is by the right answer.

All of them go back to one number, minus the logarithm of the probability that was given to what is right; or, in the
`margin` losses, to the score of what is right being ahead of the others.

A formula in this file may divide by p (1 - p), which vanishes where a classifier is certain; as in PyTorch it is then
taken as 1e-12, and a logarithm of 0 as -100.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops import pointwise
from teachgrad.ops.activation import log_of_one_plus_exp, logsigmoid, sigma
from teachgrad.ops.gathering import gather
from teachgrad.ops.loss import chosen, gathered, reduced
from teachgrad.ops.softmax import log_softmax
from teachgrad.ops.special import xlogy
from teachgrad.ops.table import result
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what ``nn.functional`` offers
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "kl_div",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "soft_margin_loss",
]


def _nll_ops(name: str) -> tuple[Op, Op]:
    """The op for one number, and that for one loss for each example, whose upstream gradient lacks the class dim.

    `weights` has the shape of the input: minus the weight of an example at its class, 0 elsewhere.
    """
    return (
        Op(name, [lambda g, weights: g * weights], ("weights",), "nll loss"),
        Op(name, [lambda g, weights, shape: g.reshape(shape) * weights], ("weights", "shape"), "nll loss"),
    )


NLL, NLL_EACH = _nll_ops("NllLossBackward0")
NLL_2D, NLL_2D_EACH = _nll_ops("NllLoss2DBackward0")
BCE = Op(
    "BinaryCrossEntropyBackward0",
    [
        lambda g, a, b, scale: g * (scale * (a - b) / spread(a)),
        lambda g, a, scale: g * (scale * (bounded_log(1 - a) - bounded_log(a))),
    ],
    ("scale",),
    "bce loss",
)
BCE_WITH_LOGITS = Op(
    "BinaryCrossEntropyWithLogitsBackward0",
    [
        lambda g, a, b, extra, scale: g * (scale * (1 - b - (1 + extra * b) * sigma(-a))),
        lambda g, a, extra, scale: g * (scale * (extra * softplus(-a) - a)),
    ],
    ("extra", "scale"),
    "bce loss",
)
SOFT_MARGIN = Op(
    "SoftMarginLossBackward0",
    [lambda g, a, signs, scale: g * (scale * (-signs * sigma(-signs * a)))],
    ("signs", "scale"),
    "soft margin",
)


def spread(p: Any) -> Any:
    """The variance of a coin with probability p; at least 1e-12."""
    variance = p * (1 - p)
    return np.where(variance < 1e-12, 1e-12 + 0 * p, variance)


def bounded_log(p: Any) -> Any:
    """The logarithm, at least -100."""
    return np.where(p < math.exp(-100), -100 + 0 * p, np.log(np.where(p == 0, 1 + 0 * p, p)))


def softplus(a: Any) -> Any:
    """log(1 + exp(a)), of arrays and of tensors."""
    return -logsigmoid(-a) if isinstance(a, Tensor) else log_of_one_plus_exp(np.asarray(a))


# One class of several


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability of the right class, as ``torch.nn.functional.nll_loss``.

    Args:
        input: log-probabilities of shape (N, C), (C) for one example, or (N, C, *) for many to an example.
        target: the right classes, int64, of shape (N), () or (N, *).
        weight: how much each class counts, of shape (C); "mean" divides by the weights of the examples.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        ignore_index: examples with this as their class count nothing.
        reduction: "mean", "sum", or "none" for each example's own.

    Raises:
        RuntimeError: if shapes or types do not fit.
        IndexError: if a class is not among the C.

    >>> import teachgrad as tg
    >>> nll_loss(tg.tensor([[0.5, 0.5], [0.1, 0.9]]).log(), tg.tensor([0, 1]), reduction="none")
    tensor([0.6931, 0.1054])
    """
    reduction = chosen(reduction, size_average, reduce)
    _check_target(input.array, target.array)
    return _nll(input, target, weight, ignore_index, reduction)


def _nll(input: Tensor, target: Tensor, weight: Tensor | None, ignored: int, reduction: str) -> Tensor:
    """`nll_loss` of arguments that were checked."""
    x = input.array
    many = x.ndim > 2
    moved = np.moveaxis(x, 1, -1) if many else x  # classes last,
    table = moved.reshape(-1, moved.shape[-1])  # and a row for each that is to be classified
    rows, classes, counts = _examples(table, target.array.ravel(), weight, ignored)
    total = table.dtype.type((len(rows) if counts is None else counts.sum()) or math.nan) if reduction == "mean" else 1
    losses = -table[rows, classes] if counts is None else -table[rows, classes] * counts
    weights = np.zeros_like(table)
    weights[rows, classes] = (-1 if counts is None else 0 - counts) / total  # not -0., which would be printed as such
    weights = np.moveaxis(weights.reshape(moved.shape), -1, 1) if many else weights.reshape(x.shape)
    if reduction == "none":
        op, shape = NLL_2D_EACH if many else NLL_EACH, (*x.shape[:1], 1, *x.shape[2:]) if x.ndim > 1 else (1,)
        return result(op, losses.reshape(target.array.shape if x.ndim > 1 else ()), (input,), (weights, shape))
    return result(NLL_2D if many else NLL, losses.sum() / total, (input,), (weights,))


def _examples(scores: Array, classes: Array, weight: Tensor | None, ignored: int) -> tuple[Array, Array, Array | None]:
    """Rows, their classes (0 in place of the ignored one) and how much they count, None if all count 1."""
    count = scores.shape[1]
    rows = np.arange(len(classes))
    kept: Any = True
    if classes.size and (classes.min() < 0 or classes.max() >= count or 0 <= ignored < count):
        kept = classes != ignored
        wrong = classes[kept & ((classes < 0) | (classes >= count))]
        if wrong.size:
            raise explained(
                IndexError,
                f"Target {wrong[0]} is out of bounds.",
                why=f"there are {count} scores in each row, so classes run from 0 to {count - 1}.",
                fix="count classes from 0, or give the last layer one output for each class.",
                lesson=10,
            )
        classes = np.where(kept, classes, 0)
    if weight is None:
        return rows, classes, None if kept is True else kept.astype(scores.dtype)
    if weight.array.shape != (count,):
        raise explained(
            RuntimeError,
            f"weight tensor should be defined either for all {count} classes or no classes but got weight tensor of "
            f"shape: {list(weight.shape)}",
            why="each class has a weight.",
            fix=f"give a tensor of {count} weights.",
        )
    return rows, classes, weight.array[classes] * kept


def _check_target(scores: Array, classes: Array) -> None:
    """Classes (N, *) have to fit the scores (N, C, *)."""
    if scores.ndim == 0:
        raise explained(
            ValueError,
            "Expected 1 or more dimensions (got 0)",
            why="there is a score for each class, and a single number is no row of scores.",
            fix="give scores of shape (N, C), or (C) for one example.",
        )
    wanted = scores.shape[:1] + scores.shape[2:]
    if classes.size != 1 or classes.ndim > 1 if scores.ndim == 1 else classes.shape != wanted:
        raise _misfit(scores.shape, classes.shape)
    if classes.dtype not in (np.int64, np.uint8):
        raise explained(
            RuntimeError,
            f"expected target dtype to be Long or Byte, but got {c_name(classes.dtype)}",
            why=f"the target names classes by whole numbers, and this one holds {dtypes.of(classes)}.",
            fix="convert it: target.long()",
            lesson=10,
        )


def _misfit(scores: tuple[int, ...], classes: tuple[int, ...]) -> Exception:
    """The error for classes that do not fit their scores; PyTorch has other words for images."""
    why = f"the scores have shape {scores} and the classes {classes}"
    size = classes[0] if classes else 0
    if len(scores) == 1:
        return explained(
            ValueError,
            f"For 1D input, 1D target must have size 1, but got target size: {math.prod(classes)}",
            why=f"{why}: these are the scores of one example, which has one class.",
            fix="give one class number; or scores of shape (N, C), a row for each example.",
            lesson=10,
        )
    if scores[0] != size:
        return explained(
            ValueError,
            f"Expected input batch_size ({scores[0]}) to match target batch_size ({size}).",
            why=f"{why}; (N, C) and (N) are expected.",
            fix="there has to be one class number for each row of scores.",
            lesson=10,
        )
    if len(scores) == 2:
        words = "0D or 1D target tensor expected, multi-target not supported"
    elif len(scores) != 4:
        words = f"Expected target size {[scores[0], *scores[2:]]}, got {list(classes)}"
    elif len(classes) != 3:
        words = f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {len(classes)}"
    else:
        words = f"size mismatch (got input: {list(scores)} , target: {list(classes)}"
    return explained(
        RuntimeError,
        words,
        why=f"{why}: dimension 1 of the scores is that of the classes, the others are to be the same.",
        fix="targets are class numbers, not one-hot rows: target.argmax(1). A column of them: target.squeeze(1).",
        lesson=10,
    )


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """How surprised a classifier is by the right answer, as ``torch.nn.functional.cross_entropy``.

    It is `nll_loss` of `log_softmax`.

    Args:
        input: scores (no softmax!) of shape (N, C), (C) for one example, or (N, C, *) for many to an example.
        target: the right classes, int64, of shape (N), () or (N, *); or their probabilities, in the shape of `input`.
        weight: how much each class counts, of shape (C).
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        ignore_index: examples with this as their class count nothing.
        reduction: "mean", "sum", or "none" for each example's own.
        label_smoothing: how much of the target's probability is spread evenly over all classes, from 0 to 1.

    Raises:
        RuntimeError: if shapes or types do not fit, or for a label_smoothing outside of [0, 1].
        IndexError: if a class is not among the C.

    >>> import teachgrad as tg
    >>> cross_entropy(tg.tensor([[0.0, 0.0]]), tg.tensor([1]))
    tensor(0.6931)
    """
    reduction = chosen(reduction, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise explained(
            RuntimeError,
            f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}",
            why="it is the share of the probability that all classes get, right or wrong.",
            fix="give 0.1, for example.",
        )
    class_dim = 0 if input.array.ndim == 1 else 1
    likely = target.array.shape == input.array.shape
    if likely and target.array.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"Expected floating point type for target with class probabilities, got {c_name(target.array.dtype)}",
            why=f"a target in the shape of the scores, {input.array.shape}, gives a probability to each class.",
            fix="convert it: target.float(); or give class numbers: target.argmax(1).",
        )
    if not likely:
        _check_target(input.array, target.array)
    scores = log_softmax(input, class_dim)
    if likely:
        return _of_probabilities(scores, target, weight, ignore_index, reduction, label_smoothing, class_dim)
    losses = _nll(scores, target, weight, ignore_index, reduction)
    if label_smoothing == 0:
        return losses
    even = _evenly(scores, target, weight, ignore_index, reduction, class_dim)
    smoothed: Tensor = losses * (1 - label_smoothing) + even * (label_smoothing / input.array.shape[class_dim])
    return smoothed


def _evenly(
    scores: Tensor, target: Tensor, weight: Tensor | None, ignored: int, reduction: str, class_dim: int
) -> Tensor:
    """The loss of a target that gives every class the same, times their number."""
    kept = target.array != ignored
    surprise = scores if weight is None else scores * _along_classes(weight, scores, class_dim)
    each = -surprise.sum(class_dim) * wrap(kept.astype(scores.array.dtype))
    if reduction != "mean":
        return reduced(each, reduction)
    counts = kept if weight is None else weight.array[np.where(kept, target.array, 0)] * kept
    return each.sum() / float(counts.sum())


def _of_probabilities(
    scores: Tensor, target: Tensor, weight: Tensor | None, ignored: int, reduction: str, smoothing: float, dim: int
) -> Tensor:
    """`cross_entropy` where the target gives each class a probability."""
    if ignored >= 0:
        raise explained(
            RuntimeError,
            "ignore_index is not supported for floating point target",
            why=f"targets of probabilities name no class that could be ignored, and ignore_index is {ignored}.",
            fix="leave ignore_index out, or give class numbers: target.argmax(1).",
        )
    classes = scores.array.shape[dim]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    likely = scores * target
    if weight is not None:
        likely = likely * _along_classes(weight, scores, dim)
    if reduction == "none":
        return -likely.sum(dim)
    total: Tensor = -likely.sum()
    return total / (scores.array.size / classes or math.nan) if reduction == "mean" else total


def _along_classes(weight: Tensor, scores: Tensor, dim: int) -> Tensor:
    return weight.reshape([-1 if axis == dim else 1 for axis in range(scores.array.ndim)])


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """How much is lost who expects `input` where `target` is true, as ``torch.nn.functional.kl_div``.

    The divergence of Kullback and Leibler: target * (log(target) - input).

    Args:
        input: **log**-probabilities, of any shape.
        target: probabilities in the same shape; their logarithms with `log_target`.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "batchmean" divides the sum by the size of dimension 0, as the definition does; or one of the usual.
        log_target: see above.

    >>> import teachgrad as tg
    >>> kl_div(tg.tensor([[0.5, 0.5]]).log(), tg.tensor([[1.0, 0.0]]), reduction="batchmean")
    tensor(0.6931)
    """
    batchmean = reduction == "batchmean"
    if reduction == "mean" and size_average is None and reduce is None:
        warnings.warn(
            explained(
                UserWarning,
                "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' "
                "divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to "
                "behave the same as 'batchmean' in the next major release.",
                why=f"the loss of shape {input.array.shape} is divided by all its elements, not by its rows.",
                fix="reduction='batchmean' gives the divergence of an example, as mathematics has it.",
            ),
            stacklevel=2,
        )
    for tensor in (input, target):
        if tensor.array.dtype.kind != "f":
            raise explained(
                RuntimeError,
                "kl_div: Integral inputs not supported.",
                why=f"one of the two holds {tensor.dtype}; probabilities and their logarithms are real numbers.",
                fix="convert it: x.float()",
            )
    losses = pointwise.exp(target) * (target - input) if log_target else xlogy(target, target) - target * input
    total = reduced(losses, chosen("sum" if batchmean else reduction, size_average, reduce))
    return total / len(input.array) if batchmean and input.array.ndim else total


# Yes or no


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability of the right answer to yes-or-no questions.

    As ``torch.nn.functional.binary_cross_entropy``. Prefer `binary_cross_entropy_with_logits`, which takes what was
    there before the sigmoid: it stays exact where a probability comes close to 0 or 1.

    Args:
        input: probabilities of yes, from 0 to 1, of any shape.
        target: 1. for yes and 0. for no, or something in between, in the same shape.
        weight: how much each answer counts; broadcast.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: if the shapes differ.
        RuntimeError: if the types differ, or a probability is not between 0 and 1.

    >>> import teachgrad as tg
    >>> binary_cross_entropy(tg.tensor([0.5, 0.9]), tg.tensor([0.0, 1.0]), reduction="none")
    tensor([0.6931, 0.1054])
    """
    reduction = chosen(reduction, size_average, reduce)
    _same_shape(
        input, target, "Using a target size ({1}) that is different to the input size ({0}) is deprecated. Please "
        "ensure they have the same size.",
    )  # fmt: skip
    p, y = input.array, target.array
    if p.dtype != y.dtype:
        raise explained(
            RuntimeError,
            f"Found dtype {c_name(y.dtype)} but expected {c_name(p.dtype)}",
            why=f"the answers hold {target.dtype}, and are compared with probabilities of {input.dtype}.",
            fix=f"convert them: target.to({input.dtype})",
            lesson=10,
        )
    outside = p[(p < 0) | (p > 1)]
    if outside.size:
        raise explained(
            RuntimeError,
            "all elements of input should be between 0 and 1",
            why=f"one of these probabilities is {outside[0]:g}.",
            fix="apply torch.sigmoid first; or give the scores to binary_cross_entropy_with_logits.",
        )
    scale: Any = 1 if weight is None else weight.array
    with np.errstate(divide="ignore"):
        yes, no = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    return gathered(BCE, np.asarray(scale * ((y - 1) * no - y * yes)), (input, target), reduction, (), scale)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """`binary_cross_entropy` of the sigmoid of scores, as ``torch.nn.functional.binary_cross_entropy_with_logits``.

    Args:
        input: scores, any numbers, of any shape.
        target: 1. for yes and 0. for no, or something in between, in the same shape.
        weight: how much each answer counts; broadcast.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum" or "none".
        pos_weight: how much a yes counts in comparison with a no; broadcast.

    Raises:
        ValueError: if the shapes differ.

    >>> import teachgrad as tg
    >>> binary_cross_entropy_with_logits(tg.tensor([0.0, 100.0]), tg.tensor([1.0, 0.0]), reduction="none")
    tensor([  0.6931, 100.0000])
    """
    reduction = chosen(reduction, size_average, reduce)
    _same_shape(input, target, "Target size ({1}) must be the same as input size ({0})")
    x, y = input.array, target.array
    if y.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"result type {c_name(x.dtype)} can't be cast to the desired output type {c_name(y.dtype)}",
            why=f"the answers hold {target.dtype}, and are compared with scores of {input.dtype}.",
            fix="convert them: target.float()",
            lesson=10,
        )
    scale: Any = 1 if weight is None else weight.array
    extra: Any = 0 if pos_weight is None else pos_weight.array - 1
    losses = scale * ((1 - y) * x + (1 + extra * y) * log_of_one_plus_exp(-x))
    return gathered(BCE_WITH_LOGITS, np.asarray(losses), (input, target), reduction, (extra,), scale)


def _same_shape(input: Tensor, target: Tensor, words: str) -> None:
    if input.array.shape != target.array.shape:
        raise explained(
            ValueError,
            words.format(input.shape, target.shape),
            why="each answer is compared with its own probability; broadcasting would compare all with all.",
            fix="target.unsqueeze(1) makes a column of a list, output.squeeze(1) a list of a column.",
        )


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """log(1 + exp(-target * input)), for targets 1 and -1, as ``torch.nn.functional.soft_margin_loss``.

    >>> import teachgrad as tg
    >>> soft_margin_loss(tg.tensor([0.0]), tg.tensor([1.0]))
    tensor(0.6931)
    """
    reduction = chosen(reduction, size_average, reduce)
    x, signs = np.broadcast_arrays(input.array, target.array)
    return gathered(SOFT_MARGIN, log_of_one_plus_exp(-signs * x), (input,), reduction, (signs,))


# Being ahead


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """By how much the score of the right class fails to be `margin` ahead of each other one.

    As ``torch.nn.functional.multi_margin_loss``: the hinge loss of support vector machines, for several classes.

    Args:
        input: scores of shape (N, C) or (C).
        target: the right classes, int64, of shape (N) or ().
        p: 1, or 2 for squares.
        margin: see above.
        weight: how much each class counts, of shape (C).
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum" or "none".
    """
    reduction = chosen(reduction, size_average, reduce)
    if p not in (1, 2):
        raise explained(
            ValueError,
            "only p == 1 and p == 2 supported",
            why=f"distances to the margin are summed (1) or squared (2), and p is {p}.",
            fix="choose one of the two.",
        )
    if weight is not None and weight.array.ndim != 1:
        raise explained(
            ValueError,
            "weight must be one-dimensional",
            why=f"each class has one weight, and these have shape {weight.array.shape}.",
            fix="give a tensor of shape (C).",
        )
    scores = input if input.array.ndim > 1 else input.unsqueeze(0)
    classes = target.array.reshape(-1, 1)
    count = scores.array.shape[1]
    if classes.shape[0] != len(scores.array):
        raise explained(
            RuntimeError,
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch "
            f"size). Expected target size {[len(scores.array)]}, but got {list(target.shape)}. Input has shape "
            f"{list(input.shape)}.",
            why=f"the scores have shape {tuple(scores.shape)}: one class number for each row is expected.",
            fix="check both shapes.",
        )
    if classes.size and not 0 <= classes.min() <= classes.max() < count:
        raise explained(
            RuntimeError,
            "target out of range",
            why=f"there are {count} scores in each row, so classes run from 0 to {count - 1}.",
            fix="count classes from 0, or give the last layer one output for each class.",
        )
    behind = (margin - gather(scores, 1, wrap(classes)) + scores).clamp_min(0)
    behind = behind if p == 1 else behind * behind
    if weight is not None:
        behind = behind * wrap(weight.array[classes])
    others = wrap((np.arange(count) != classes).astype(scores.array.dtype))
    each = (behind * others).sum(1) / count
    return reduced(each if input.array.ndim > 1 else each.squeeze(0), reduction)


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """By how much the score of each right class fails to be 1 ahead of each wrong one.

    As ``torch.nn.functional.multilabel_margin_loss``.

    Args:
        input: scores of shape (N, C) or (C).
        target: the right classes of each example, int64, in the same shape; those from the first -1 on are left out.
        size_average: see `reduce`.
        reduce: together with `size_average` an older form of `reduction`.
        reduction: "mean", "sum" or "none".
    """
    reduction = chosen(reduction, size_average, reduce)
    if input.array.shape != target.array.shape:
        raise explained(
            RuntimeError,
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}",
            why="the target lists the right classes of each example, followed by -1, and is as long as the scores.",
            fix="fill it up with -1 to the shape of the input.",
        )
    scores = input if input.array.ndim > 1 else input.unsqueeze(0)
    labels = np.atleast_2d(target.array)
    valid = np.logical_and.accumulate(labels >= 0, axis=1)
    labels = np.where(valid, labels, 0)
    right = np.zeros(labels.shape, bool)
    np.logical_or.at(right, (np.arange(len(labels))[:, None], labels), valid)
    pairs = wrap((valid[:, :, None] & ~right[:, None, :]).astype(scores.array.dtype))
    behind = (1 - gather(scores, 1, wrap(labels)).unsqueeze(2) + scores.unsqueeze(1)).clamp_min(0)
    each = (behind * pairs).sum((1, 2)) / labels.shape[1]
    return reduced(each if input.array.ndim > 1 else each.squeeze(0), reduction)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`binary_cross_entropy_with_logits`, averaged over the last dimension, that of the classes.

    As ``torch.nn.functional.multilabel_soft_margin_loss``.
    """
    reduction = chosen(reduction, size_average, reduce)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        losses = losses * weight
    return reduced(losses.sum(-1) / input.array.shape[-1], reduction)
