"""ReduceLROnPlateau: learning rates that fall when the loss no longer does."""

from __future__ import annotations

import math
from typing import Any

from teachgrad.errors import explained
from teachgrad.optim.lr_scheduler.base import LRScheduler, rates, require_optimizer, set_rate, warn_of_epoch
from teachgrad.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """The rate times `factor` when a number has not improved, as ``torch.optim.lr_scheduler.ReduceLROnPlateau``.

    Args:
        optimizer: see `LRScheduler`.
        mode: "min" if smaller is better, "max" if larger is.
        factor: what to multiply the rates by.
        patience: how many epochs without improvement are allowed.
        threshold: what counts as an improvement, relative to the best number so far or, with `threshold_mode` "abs",
            in its own unit.
        cooldown: for how many epochs after a change nothing is counted.
        min_lr: the lowest rate, or a list with one for each group.
        eps: changes that are not larger are left out.

    Raises:
        ValueError: if the factor is not less than 1, or a mode is unknown.

    >>> import teachgrad as tg
    >>> optimizer = tg.optim.SGD([tg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> rates = []
    >>> for loss in [3.0, 2.0, 2.0, 2.0, 2.0]:
    ...     scheduler.step(loss)
    ...     rates += scheduler.get_last_lr()
    >>> rates
    [1.0, 1.0, 1.0, 0.5, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: Any = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise explained(
                ValueError, "Factor should be < 1.0.", why=f"it is {factor}: rates would not fall.", fix="factor=0.1"
            )
        self.factor = factor
        require_optimizer(optimizer)
        self.optimizer = optimizer
        count = len(optimizer.param_groups)
        several = isinstance(min_lr, list | tuple)
        if several and len(min_lr) != count:
            raise explained(
                ValueError,
                f"expected {count} min_lrs, got {len(min_lr)}",
                why="each group of parameters has a lowest rate of its own.",
                fix="give one for each group, or a single one for all.",
            )
        self.default_min_lr = None if several else min_lr
        self.min_lrs = list(min_lr) if several else [min_lr] * count
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = rates(optimizer)
        for name, value, known in (
            ("mode ", mode, ("min", "max")),
            ("threshold mode ", threshold_mode, ("rel", "abs")),
        ):
            if value not in known:
                raise explained(
                    ValueError, f"{name}{value} is unknown!", why="it has two values.", fix=f"{known[0]} or {known[1]}."
                )
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self._reset()

    def _reset(self) -> None:
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override] # it is told how it went
        """Take notice of this epoch's number, such as the loss on data that was not trained on."""
        current = float(metrics)
        if epoch is None:
            epoch = self.last_epoch + 1
        else:
            warn_of_epoch()
        self.last_epoch = epoch
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = rates(self.optimizer)

    def _reduce_lr(self) -> None:
        count = len(self.optimizer.param_groups)
        if len(self.min_lrs) != count:
            if self.default_min_lr is None:
                raise explained(
                    RuntimeError,
                    f"The number of param groups in the `optimizer` ({count}) differs from when `ReduceLROnPlateau` "
                    f"was initialized ({len(self.min_lrs)}), usually due to a new param group being added to the "
                    "optimizer.",
                    why="each group has a lowest rate of its own, and those of the new ones are not known.",
                    fix="scheduler.min_lrs.append(0.0) for each new group.",
                )
            self.min_lrs = [self.default_min_lr] * count
        for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, least)
            if old - new > self.eps:
                set_rate(group, new)

    @property
    def in_cooldown(self) -> bool:
        """Whether bad epochs do not count now."""
        return self.cooldown_counter > 0

    def _is_better(self, a: float, best: float) -> bool:
        sign = 1 if self.mode == "min" else -1
        if self.threshold_mode == "rel":
            best *= 1.0 - sign * self.threshold
        else:
            best -= sign * self.threshold
        return sign * a < sign * best
