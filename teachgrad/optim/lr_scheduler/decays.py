"""Learning rates that follow a curve over the epochs: steps, lines, powers, a cosine, or a function of your own."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from teachgrad.errors import explained
from teachgrad.optim.lr_scheduler.base import (
    Chained,
    LRScheduler,
    Rate,
    functions_per_group,
    rates,
    saved_function,
    warn_unless_stepping,
)
from teachgrad.optim.optimizer import Optimizer


class StepLR(Chained):
    """The rate times `gamma` every `step_size` epochs, as ``torch.optim.lr_scheduler.StepLR``.

    >>> import teachgrad as tg
    >>> optimizer = tg.optim.SGD([tg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return self.gamma if self.last_epoch > 0 and self.last_epoch % self.step_size == 0 else 1

    def _factor_so_far(self) -> float:
        return float(self.gamma ** (self.last_epoch // self.step_size))


class MultiStepLR(Chained):
    """The rate times `gamma` at each of the epochs in `milestones`, as ``torch.optim.lr_scheduler.MultiStepLR``."""

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        count = self.milestones.get(self.last_epoch, 0)
        return float(self.gamma**count) if count else 1

    def _factor_so_far(self) -> float:
        return float(self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch))


class ConstantLR(Chained):
    """The rate times `factor` in the first `total_iters` epochs, as ``torch.optim.lr_scheduler.ConstantLR``.

    Raises:
        ValueError: if the factor is not from 0 to 1.
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        if factor > 1.0 or factor < 0:
            raise _out_of_range(
                "Constant multiplicative factor expected to be between 0 and 1.", f"factor is {factor}", "factor=0.5"
            )
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else 1

    def _factor_so_far(self) -> float:
        return self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)


class LinearLR(Chained):
    """The rate times a factor on a line through `total_iters` epochs, as ``torch.optim.lr_scheduler.LinearLR``.

    Args:
        optimizer, last_epoch: see `LRScheduler`.
        start_factor: the factor at epoch 0; a small one warms up.
        end_factor: the factor from epoch `total_iters` on.
        total_iters: how many epochs it takes.

    Raises:
        ValueError: if the factors are not from 0, or more than 0 for the first, to 1.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise _out_of_range(
                "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.",
                f"start_factor is {start_factor}",
                "start_factor=0.1",
            )
        if end_factor > 1.0 or end_factor < 0:
            raise _out_of_range(
                "Ending multiplicative factor expected to be between 0 and 1.",
                f"end_factor is {end_factor}",
                "end_factor=1.0",
            )
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def _factor_so_far(self) -> float:
        rise = self.end_factor - self.start_factor
        return self.start_factor + rise * min(self.total_iters, self.last_epoch) / self.total_iters


class ExponentialLR(Chained):
    """The rate times `gamma` every epoch, as ``torch.optim.lr_scheduler.ExponentialLR``."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return 1 if self._is_initial else self.gamma

    def _factor_so_far(self) -> float:
        return float(self.gamma**self.last_epoch)


class PolynomialLR(Chained):
    """The rate times (1 - epoch / total_iters) ** power, as ``torch.optim.lr_scheduler.PolynomialLR``."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _left(self, epoch: int) -> float:
        return 1.0 - epoch / self.total_iters

    def _factor(self) -> float:
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        return float((self._left(self.last_epoch) / self._left(self.last_epoch - 1)) ** self.power)

    def _factor_so_far(self) -> float:
        return float(self._left(min(self.total_iters, self.last_epoch)) ** self.power)


class CosineAnnealingLR(LRScheduler):
    """The rate along half a cosine in `T_max` epochs, as ``torch.optim.lr_scheduler.CosineAnnealingLR``.

        lr = eta_min + (base_lr - eta_min) * (1 + cos(pi * epoch / T_max)) / 2

    (Loshchilov and Hutter, 2016.) After `T_max` epochs the rate rises again in the same way.

    Args:
        optimizer, last_epoch: see `LRScheduler`.
        T_max: how many epochs it takes to `eta_min`.
        eta_min: the lowest rate.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,  # noqa: N803 - PyTorch's own spelling
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def _wave(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)

    def get_lr(self) -> list[Rate]:
        """The rates of this epoch, from the last epoch's."""
        warn_unless_stepping(self)
        if self._is_initial:
            return rates(self.optimizer)
        if self._step_count == 1 and self.last_epoch > 0:
            return self._get_closed_form_lr()
        now, low = rates(self.optimizer), self.eta_min
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # at the lowest point there is no ratio
            return [
                rate + (base - low) * (1 - math.cos(math.pi / self.T_max)) / 2
                for rate, base in zip(now, self.base_lrs, strict=True)
            ]
        ratio = self._wave(self.last_epoch) / self._wave(self.last_epoch - 1)
        return [ratio * (rate - low) + low for rate in now]

    def _get_closed_form_lr(self) -> list[Rate]:
        return [self.eta_min + (base - self.eta_min) * self._wave(self.last_epoch) / 2 for base in self.base_lrs]


class _ByFunction(LRScheduler):
    """A scheduler with a function of the epoch for each group; functions are not saved, objects' attributes are."""

    lr_lambdas: list[Callable[[int], float]]

    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        self.lr_lambdas = functions_per_group(optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """As `LRScheduler.state_dict`; of functions only the attributes of objects that are called."""
        state = super().state_dict()
        del state["lr_lambdas"]
        return state | {"lr_lambdas": [saved_function(function) for function in self.lr_lambdas]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As `LRScheduler.load_state_dict`; functions stay those that this scheduler was made with."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "lr_lambdas"})
        for function, attributes in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=False):
            vars(function).update(attributes or {})


class LambdaLR(_ByFunction):
    """The first rate times a function of the epoch, as ``torch.optim.lr_scheduler.LambdaLR``.

    Args:
        optimizer, last_epoch: see `LRScheduler`.
        lr_lambda: the function, or a list with one for each group.
    """

    def get_lr(self) -> list[Rate]:
        """The rates of this epoch."""
        warn_unless_stepping(self)
        return [base * factor(self.last_epoch) for factor, base in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(_ByFunction):
    """The last rate times a function of the epoch, as ``torch.optim.lr_scheduler.MultiplicativeLR``.

    Args:
        optimizer, last_epoch: see `LRScheduler`.
        lr_lambda: the function, or a list with one for each group.

    Raises:
        TypeError: if it cannot be called.
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        for function in functions_per_group(optimizer, lr_lambda):
            if not callable(function):
                raise explained(
                    TypeError,
                    f"lr_lambda should be a function, but got {type(function).__name__}",
                    why="it is asked for a factor at every epoch.",
                    fix="MultiplicativeLR(optimizer, lambda epoch: 0.95); for a fixed factor there is ExponentialLR.",
                )
        super().__init__(optimizer, lr_lambda, last_epoch)

    def get_lr(self) -> list[Rate]:
        """The rates of this epoch, from the last epoch's."""
        warn_unless_stepping(self)
        now = rates(self.optimizer)
        if self._is_initial:
            return now
        return [rate * factor(self.last_epoch) for factor, rate in zip(self.lr_lambdas, now, strict=True)]


def _out_of_range(words: str, found: str, example: str) -> ValueError:
    return explained(ValueError, words, why=f"{found}; rates are meant to be reduced.", fix=f"such as {example}.")
