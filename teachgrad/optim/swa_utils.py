"""Averages of a model over the steps of its training, as ``torch.optim.swa_utils``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from itertools import chain
from typing import Any

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.nn.module import Module
from teachgrad.nn.normalization import BatchNorm
from teachgrad.ops.creation import tensor
from teachgrad.optim.lr_scheduler.base import LRScheduler, Rate, per_group, warn_unless_stepping
from teachgrad.optim.optimizer import Optimizer
from teachgrad.tensor import Tensor

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

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


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Measure the statistics of batch normalisations again, as ``torch.optim.swa_utils.update_bn``.

    Averaged weights give other activations than those whose mean and variance were collected in training.

    Args:
        loader: gives batches; of a list or a tuple the first entry goes into the model.
        model: its batch normalisations get the mean over all batches; it stays in the mode it was in.
        device: has to be the CPU.

    >>> import teachgrad as tg
    >>> model = tg.nn.BatchNorm1d(1)
    >>> update_bn([tg.tensor([[1.0], [3.0]]), tg.tensor([[5.0], [7.0]])], model)
    >>> model.running_mean, model.running_var
    (tensor([4.]), tensor([2.]))
    """
    norms = [module for module in model.modules() if isinstance(module, BatchNorm)]
    if not norms:
        return
    was_training, momenta = model.training, [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # every batch counts alike
    model.train()
    for batch in loader:
        inputs = batch[0] if isinstance(batch, list | tuple) else batch
        model(inputs if device is None else inputs.to(device))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Lead the rate to the one at which models are averaged and keep it, as ``torch.optim.swa_utils.SWALR``.

    Args:
        optimizer: whose rates to change.
        swa_lr: the last rate, or a list with one for each group.
        anneal_epochs: in how many epochs it is reached.
        anneal_strategy: along a cosine, "cos", or a line, "linear".
        last_epoch: -1 to begin; to go on, the number of the last epoch that was trained.

    Raises:
        ValueError: for another strategy, or epochs that are no whole number from 0.

    >>> import teachgrad as tg
    >>> optimizer = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = SWALR(optimizer, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.75]
    [0.5]
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: Any = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for group, rate in zip(optimizer.param_groups, per_group("swa_lr", optimizer, swa_lr), strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise explained(
                ValueError,
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}",
                why="these are the two ways from one rate to the other.",
                fix="leave it out for a cosine.",
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise explained(
                ValueError,
                f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}",
                why="it counts the epochs until the last rate is reached.",
                fix="anneal_epochs=10, or 0 to be there at once.",
            )
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        """The rates of this epoch: the same share is left of every group's way to its last rate."""
        warn_unless_stepping(self)
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._way_left(step - 1), self._way_left(step)
        share = now / before if before else 0.0
        return [group["swa_lr"] + (group["lr"] - group["swa_lr"]) * share for group in self.optimizer.param_groups]

    def _way_left(self, step: int) -> float:
        """The share of the way that is left after so many steps: 1 at the beginning, 0 at the end."""
        t = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return (1 + math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else 1 - t
