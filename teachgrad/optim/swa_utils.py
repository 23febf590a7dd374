"""Averages of a model over the steps of its training, as ``torch.optim.swa_utils``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from itertools import chain
from typing import Any

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.nn.module import Module
from teachgrad.ops.creation import tensor
from teachgrad.tensor import Tensor

__all__ = ["AveragedModel", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn", "get_swa_multi_avg_fn"]

Average = Callable[[Tensor, Tensor, Any], Tensor]
ManyAverages = Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]


def get_swa_avg_fn() -> Average:
    """A function for the plain average, as ``torch.optim.swa_utils.get_swa_avg_fn`` (Izmailov and others, 2018)."""
    return lambda average, current, count: average + (current - average) / (count + 1)


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """A function for an average that forgets, as ``torch.optim.swa_utils.get_ema_avg_fn``.

    Raises:
        ValueError: if `decay`, the share of the average that is kept, is not from 0 to 1.
    """
    if decay < 0.0 or decay > 1.0:
        raise explained(
            ValueError,
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.",
            why="it is the share of the average that is kept in each update.",
            fix="get_ema_avg_fn(0.999)",
        )
    return lambda average, current, count: decay * average + (1 - decay) * current


def get_swa_multi_avg_fn() -> ManyAverages:
    """As `get_swa_avg_fn`, for many tensors at once."""
    return _for_many(get_swa_avg_fn())


def get_ema_multi_avg_fn(decay: float = 0.999) -> ManyAverages:
    """As `get_ema_avg_fn`, for many tensors at once."""
    return _for_many(get_ema_avg_fn(decay))


def _for_many(average: Average) -> ManyAverages:
    def update(averages: Sequence[Tensor], currents: Sequence[Tensor], count: Any) -> None:
        with no_grad():
            for old, new in zip(averages, currents, strict=True):
                old.copy_(average(old, new, count))

    return update


class AveragedModel(Module):
    """A copy of a model that holds the average of its parameters, as ``torch.optim.swa_utils.AveragedModel``.

    Args:
        model: what is trained; the copy is in `module`.
        device: has to be the CPU.
        avg_fn: gives the new average of an average, a parameter and a count; by default the plain average.
        multi_avg_fn: the same in place for lists of tensors.
        use_buffers: average the buffers too; otherwise they are copied at each update.

    Raises:
        AssertionError: if both functions are given.

    >>> import teachgrad as tg
    >>> model = tg.nn.Linear(1, 1, bias=False)
    >>> average = AveragedModel(model, avg_fn=get_ema_avg_fn(0.5))
    >>> for weight in (1.0, 2.0, 3.0):
    ...     _ = tg.nn.init.constant_(model.weight, weight)
    ...     average.update_parameters(model)
    >>> average.module.weight.item()
    2.25
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: ManyAverages | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise explained(
                AssertionError,
                "Only one of avg_fn and multi_avg_fn should be provided",
                why="both say how the average is computed.",
                fix="leave one out.",
            )
        self.module = deepcopy(model)
        self.register_buffer("n_averaged", tensor(0, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model computes."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the parameters of the model into the average; the first time they are copied."""
        averages, currents = self._tensors(self.module), self._tensors(model)
        count = self.n_averaged.item()
        with no_grad():
            if count == 0:
                for average, current in zip(averages, currents, strict=True):
                    average.copy_(current)
            else:
                update = self.multi_avg_fn or _for_many(self.avg_fn or get_swa_avg_fn())
                update(averages, currents, self.n_averaged)
            if not self.use_buffers:
                for kept, buffer in zip(self.module.buffers(), model.buffers(), strict=True):
                    kept.copy_(buffer)
            self.n_averaged += 1

    def _tensors(self, model: Module) -> list[Tensor]:
        tensors = chain(model.parameters(), model.buffers()) if self.use_buffers else model.parameters()
        return [tensor.detach() for tensor in tensors]
