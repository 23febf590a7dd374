"""Softmax: from scores, any numbers, to probabilities, which are positive and add up to 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Op
from teachgrad.ops.shape import to
from teachgrad.ops.table import method, result
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
    [lambda g, out, axis: slope_of_log_softmax(g, out, axis)],
    ("axis",),
    "log softmax",
)


def slope_of_log_softmax(g: Any, out: Any, axis: Any) -> Any:
    """The gradient g, minus each probability times what arrives in its row altogether."""
    if isinstance(out, Tensor) or not out.ndim:
        return g - np.exp(out) * g.sum(axis=axis, keepdims=True)
    p = np.exp(out)
    p *= row_sums(g, axis)
    return np.subtract(g, p, out=p)


def row_sums(x: Any, axis: int) -> Any:
    """The sums along one axis. Those of many rows are taken as a product with ones, which is five times as fast."""
    if axis == x.ndim - 1 and x.size > 4096:
        return np.matmul(x, np.ones(x.shape[axis], x.dtype))[..., None]
    return x.sum(axis=axis, keepdims=True)


@method("softmax")
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """exp(input) / sum(exp(input)) along `dim`: scores become probabilities. As ``torch.softmax``.

    The largest score is subtracted first. That changes nothing, and keeps exp from overflowing.

    >>> import teachgrad as tg
    >>> tg.softmax(tg.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    input = input if dtype is None else to(input, dtype)
    axis = checked_dim(dim, input.array.ndim)
    e = np.exp(_shifted("softmax", input, axis))
    e /= row_sums(e, axis) if input.array.ndim else e
    return result(SOFTMAX, e, (input,), (axis if input.array.ndim else (),))


@method("log_softmax")
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """The logarithm of `softmax`, as ``torch.log_softmax``; exact also where a probability vanishes."""
    input = input if dtype is None else to(input, dtype)
    axis = checked_dim(dim, input.array.ndim)
    out = _shifted("log_softmax", input, axis)
    out -= np.log(row_sums(np.exp(out), axis)) if input.array.ndim else out
    return result(LOG_SOFTMAX, out, (input,), (axis if input.array.ndim else (),))


def _shifted(name: str, a: Tensor, axis: int) -> Any:
    x = a.array
    if x.dtype.kind != "f":
        raise explained(
            NotImplementedError,
            f"\"{name}_{'lastdim_' * (axis == x.ndim - 1)}kernel_impl\" not implemented for '{c_name(x.dtype)}'",
            why=f"softmax needs real numbers, and this tensor holds {a.dtype}.",
            fix="convert first: x.float()",
        )
    if not x.size or not x.ndim:
        return np.zeros_like(x)
    return np.asarray(x - x.max(axis=axis, keepdims=True), order="C")
