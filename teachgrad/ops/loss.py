"""Softmax and losses: from scores to probabilities, from predictions to one number to make small."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Op
from teachgrad.ops.shape import to
from teachgrad.ops.table import as_operands, method, no_broadcast, promoted, result
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor

__all__ = [  # what the face of the package offers
    "log_softmax",
    "softmax",
]

# Every probability depends on every score: raising one lowers the others. Hence the sum.
SOFTMAX = Op(
    "SoftmaxBackward0", [lambda g, out, axis: out * (g - (g * out).sum(axis=axis, keepdims=True))], ("axis",), "softmax"
)
LOG_SOFTMAX = Op(
    "LogSoftmaxBackward0",
    [lambda g, out, axis: g - np.exp(out) * g.sum(axis=axis, keepdims=True)],
    ("axis",),
    "log softmax",
)
NLL = Op("NllLossBackward0", [lambda g, weights: g * weights], ("weights",), "nll loss")
NLL_EACH = Op("NllLossBackward0", [lambda g, weights: g[:, None] * weights], ("weights",), "nll loss")
MSE = Op(
    "MseLossBackward0",
    [lambda g, a, b, scale: g * (scale * (a - b)), lambda g, a, b, scale: g * (scale * (b - a))],
    ("scale",),
    "mse loss",
)


@method("softmax")
def softmax(a: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """exp(a) / sum(exp(a)) along `dim`: scores become probabilities. As ``torch.softmax``.

    The largest score is subtracted first. That changes nothing, and keeps exp from overflowing.

    >>> import teachgrad as tg
    >>> tg.softmax(tg.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    a = a if dtype is None else to(a, dtype)
    axis = checked_dim(dim, a.array.ndim)
    e = np.exp(_shifted(a, axis))
    e /= e.sum(axis=axis, keepdims=True) if a.array.ndim else e
    return result(SOFTMAX, e, (a,), (axis if a.array.ndim else (),))


@method("log_softmax")
def log_softmax(a: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """The logarithm of `softmax`, as ``torch.log_softmax``; exact also where a probability vanishes."""
    a = a if dtype is None else to(a, dtype)
    axis = checked_dim(dim, a.array.ndim)
    out = _shifted(a, axis)
    out -= np.log(np.exp(out).sum(axis=axis, keepdims=True)) if a.array.ndim else out
    return result(LOG_SOFTMAX, out, (a,), (axis if a.array.ndim else (),))


def _shifted(a: Tensor, axis: int) -> Any:
    x = a.array
    if x.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f'"softmax_lastdim_kernel_impl" not implemented for {str(x.dtype.name).capitalize()!r}',
            why=f"softmax needs real numbers, and this tensor holds {a.dtype}.",
            fix="convert first: x.float()",
        )
    return np.asarray(x - x.max(axis=axis, keepdims=True)) if x.size and x.ndim else x.copy()


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The squared differences, averaged (`reduction="mean"`), summed ("sum") or each ("none").

    As ``torch.nn.functional.mse_loss``.

    >>> import teachgrad as tg
    >>> mse_loss(tg.tensor([1.0, 2.0]), tg.tensor([1.0, 4.0]))
    tensor(2.)
    """
    warn_of_broadcasting(input, target)
    input, target = as_operands("mse_loss", input, target)
    x, y = promoted(input.array, target.array)
    try:
        difference = x - y
    except ValueError:
        raise no_broadcast(x.shape, y.shape) from None
    if reduction == "none":
        return result(MSE, np.square(difference), (input, target), (2,))
    total = np.dot(difference.ravel(), difference.ravel())
    count = _divisor(reduction, difference.size)
    return result(MSE, total / x.dtype.type(count), (input, target), (2 / count,))


def warn_of_broadcasting(input: Tensor, target: Tensor) -> None:
    """A column minus a row is a square: the most frequent silent mistake with losses."""
    if input.array.shape != target.array.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )


def _divisor(reduction: str, count: int) -> float:
    """What the sum of the losses is divided by."""
    if reduction not in ("mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return 1 if reduction == "sum" else count or math.nan


def nll_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Minus the log-probability of the right class, as ``torch.nn.functional.nll_loss``.

    Args:
        input: log-probabilities of shape (N, C), or (C) for one example.
        target: the right classes, int64, of shape (N), or () for one example.
        reduction: "mean", "sum", or "none" for each example's own.

    Raises:
        RuntimeError: if shapes or types do not fit.
        IndexError: if a class is not among the C.
    """
    single = input.array.ndim == 1
    scores = input.array[None] if single else input.array
    classes = _checked_classes(scores, target.array[None] if single else target.array)
    rows = np.arange(len(classes))
    losses = -scores[rows, classes]
    weights = np.zeros_like(scores)
    if reduction == "none":
        weights[rows, classes] = -1
        return (
            result(NLL, losses[0], (input,), (weights[0],))
            if single
            else result(NLL_EACH, losses, (input,), (weights,))
        )
    count = _divisor(reduction, len(classes))
    weights[rows, classes] = -1 / count
    return result(NLL, losses.sum() / scores.dtype.type(count), (input,), (weights[0] if single else weights,))


def cross_entropy(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """How surprised a classifier is by the right answer, as ``torch.nn.functional.cross_entropy``.

    It is `nll_loss` of `log_softmax`.

    Args:
        input: scores (no softmax!) of shape (N, C), or (C) for one example.
        target: the right classes, int64, of shape (N), or () for one example.
        reduction: "mean", "sum", or "none" for each example's own.

    >>> import teachgrad as tg
    >>> cross_entropy(tg.tensor([[0.0, 0.0]]), tg.tensor([1]))
    tensor(0.6931)
    """
    return nll_loss(log_softmax(input, dim=input.array.ndim - 1), target, reduction)


def _checked_classes(scores: Any, classes: Any) -> Any:
    """Classes that fit the scores (N, C)."""
    if scores.ndim != 2 or classes.shape != scores.shape[:1]:
        raise explained(
            ValueError,
            f"Expected input batch_size ({len(scores)}) to match target batch_size "
            f"({len(classes) if classes.ndim else 1}).",
            why=f"the scores have shape {scores.shape} and the classes {classes.shape}; (N, C) and (N) are expected.",
            fix="there has to be one class number for each row of scores.",
        )
    if classes.dtype != np.int64:
        raise explained(
            RuntimeError,
            f"expected scalar type Long but found {c_name(classes.dtype)}",
            why="the target names classes by whole numbers.",
            fix="convert it: target.long()",
        )
    wrong = classes[(classes < 0) | (classes >= scores.shape[1])]
    if wrong.size:
        raise explained(
            IndexError,
            f"Target {wrong[0]} is out of bounds.",
            why=f"there are {scores.shape[1]} scores in each row, so classes run from 0 to {scores.shape[1] - 1}.",
            fix="count classes from 0, or give the last layer one output for each class.",
        )
    return classes
