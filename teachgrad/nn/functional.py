"""The functions behind the layers, without parameters of their own, as ``torch.nn.functional``."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.ops import loss, pointwise
from teachgrad.ops.activation import (
    celu,
    elu,
    gelu,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    logsigmoid,
    mish,
    prelu,
    relu6,
    selu,
    silu,
    softplus,
    softshrink,
    softsign,
    tanhshrink,
    threshold,
)
from teachgrad.ops.arrange import pad
from teachgrad.ops.gathering import embedding
from teachgrad.ops.linalg import linear
from teachgrad.ops.loss import cross_entropy, mse_loss, nll_loss, warn_of_broadcasting
from teachgrad.ops.norms import cosine_similarity
from teachgrad.ops.pointwise import sigmoid, tanh
from teachgrad.tensor import Tensor, wrap

__all__ = [
    "celu",
    "cosine_similarity",
    "cross_entropy",
    "elu",
    "embedding",
    "gelu",
    "glu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logsigmoid",
    "mish",
    "mse_loss",
    "nll_loss",
    "one_hot",
    "pad",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
]


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else 0, as ``torch.nn.functional.relu``; `inplace` writes it over the input."""
    return relu_(input) if inplace else pointwise.relu(input)


def relu_(input: Tensor) -> Tensor:
    """`relu` in place, as ``torch.nn.functional.relu_``."""
    return input.relu_()


def softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Scores to probabilities along `dim`, as ``torch.nn.functional.softmax``."""
    return loss.softmax(input, _chosen_dim("softmax", input, dim), dtype)


def log_softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """The logarithm of `softmax`, as ``torch.nn.functional.log_softmax``."""
    return loss.log_softmax(input, _chosen_dim("log_softmax", input, dim), dtype)


def _chosen_dim(name: str, input: Tensor, dim: int | None) -> int:
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=4,
    )
    return 0 if input.array.ndim in (0, 1, 3) else 1


def l1_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The absolute differences, averaged ("mean"), summed ("sum") or each ("none").

    As ``torch.nn.functional.l1_loss``.
    """
    warn_of_broadcasting(input, target)
    losses: Tensor = pointwise.abs(input - target)
    match reduction:
        case "mean":
            return losses.mean()
        case "sum":
            return losses.sum()
        case "none":
            return losses
    raise ValueError(f"{reduction} is not a valid value for reduction")


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each class number a vector with a 1 at its place and 0 elsewhere, as ``torch.nn.functional.one_hot``.

    Args:
        tensor: class numbers, int64, of any shape (*).
        num_classes: the number C of classes; by default the largest number plus 1.

    Returns:
        int64, of shape (*, C).

    Raises:
        RuntimeError: if a number is negative or not below `num_classes`, or is no int64.

    >>> import teachgrad as tg
    >>> one_hot(tg.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    classes = tensor.array
    if classes.dtype != np.int64:
        raise explained(
            RuntimeError,
            "one_hot is only applicable to index tensor of type LongTensor.",
            why=f"class numbers are whole, and this tensor holds {tensor.dtype}.",
            fix="convert it: x.long()",
        )
    if num_classes == -1 and not classes.size:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if classes.size and classes.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    count = int(classes.max()) + 1 if num_classes == -1 else num_classes
    if count < 1:
        raise RuntimeError("num_classes should be positive")
    if classes.size and classes.max() >= count:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return wrap((classes[..., None] == np.arange(count)).astype(np.int64))
