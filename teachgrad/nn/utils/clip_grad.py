"""Clipping gradients: one step of descent cannot go further than a limit, however steep the slope is there.

In every function `foreach` is accepted and without effect: it chooses among PyTorch's implementations.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from types import GeneratorType

import numpy as np

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.ops.creation import tensor
from teachgrad.ops.norms import vector_norm
from teachgrad.ops.shape import stack
from teachgrad.tensor import Tensor

Tensors = Tensor | Iterable[Tensor]


def get_total_norm(
    tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of several tensors as if they were one vector, as ``torch.nn.utils.get_total_norm``.

    Args:
        tensors: one or many, such as the gradients of a network.
        norm_type: p of the norm; ``float("inf")`` gives the largest absolute value.
        error_if_nonfinite: whether inf and nan are refused.
        foreach: without effect.

    Raises:
        RuntimeError: see `error_if_nonfinite`.
    """
    p = float(norm_type)
    with no_grad():
        norms = [vector_norm(part, p) for part in _listed(tensors)]
        total = vector_norm(stack(norms), p) if norms else tensor(0.0)
    if error_if_nonfinite and not np.isfinite(total.array):
        raise explained(
            RuntimeError,
            f"The total norm of order {p} for gradients from `parameters` is non-finite, so it cannot be clipped. To "
            "disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`",
            why=f"it is {total.array}: an element of a gradient is inf or nan.",
            fix="look for a division by 0, a logarithm of 0, or steps that are too large, in the steps before.",
            lesson=14,
        )
    return total


def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale gradients, whose norm is known, down to a norm, as ``torch.nn.utils.clip_grads_with_norm_``.

    Args:
        parameters: one or many; those without a gradient are passed over.
        max_norm: the longest that the gradients may be, taken as one vector.
        total_norm: how long they are.
        foreach: without effect.
    """
    with no_grad():
        scale = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        for grad in _gradients(_listed(parameters)):
            grad.mul_(scale)


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients of parameters, all by the same factor, so that their norm is at most `max_norm`.

    As ``torch.nn.utils.clip_grad_norm_``. Call it between `backward()` and the step of the optimizer.

    Args:
        parameters: one or many; those without a gradient are passed over.
        max_norm: the longest that the gradients may be, taken as one vector.
        norm_type: p of the norm; ``float("inf")`` gives the largest absolute value.
        error_if_nonfinite: whether a norm that is inf or nan is refused.
        foreach: without effect.

    Returns:
        The norm as it was before.

    Raises:
        RuntimeError: see `error_if_nonfinite`.

    >>> import teachgrad as tg
    >>> x = tg.tensor([3.0, 4.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> clip_grad_norm_([x], 1.0), x.grad
    (tensor(10.), tensor([0.6000, 0.8000]))
    """
    listed = _listed(parameters)
    if not listed and isinstance(parameters, GeneratorType):
        warnings.warn(
            explained(
                UserWarning,
                "`parameters` is an empty generator, no gradient clipping will occur.",
                why="it was used up before, or the model has no parameters.",
                fix="call model.parameters() anew each time.",
                lesson=14,
            ),
            stacklevel=2,
        )
    total = get_total_norm(_gradients(listed), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(listed, max_norm, total)
    return total


def clip_grad_norm(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """`clip_grad_norm_` by its older name."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite)


def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Keep every element of the gradients between -clip_value and clip_value.

    As ``torch.nn.utils.clip_grad_value_``. Unlike `clip_grad_norm_` this changes the direction of the step.
    """
    limit = float(clip_value)
    with no_grad():
        for grad in _gradients(_listed(parameters)):
            grad.clamp_(-limit, limit)


def _listed(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients(parameters: list[Tensor]) -> list[Tensor]:
    return [parameter.grad for parameter in parameters if parameter.grad is not None]
