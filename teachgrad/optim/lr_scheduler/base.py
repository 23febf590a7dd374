"""LRScheduler: what changes the learning rates of an optimizer from epoch to epoch.

This module knows when and where a rate is changed; to which value is said in the modules beside it. The attributes have
PyTorch's names, private ones too, because they are what `state_dict` holds.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from teachgrad.errors import explained
from teachgrad.optim.optimizer import Optimizer
from teachgrad.tensor import Tensor

Rate = Any  # a float, or a tensor that holds one


class LRScheduler:
    """The base class of schedulers, as ``torch.optim.lr_scheduler.LRScheduler``. Subclasses define `get_lr`.

    Call `step` once an epoch, after the steps of the optimizer.

    Args:
        optimizer: whose rates to change.
        last_epoch: -1 to begin; to go on, the number of the last epoch that was trained.

    Attributes:
        last_epoch: the number of this epoch, from 0.
        base_lrs: the rates at the beginning, one for each group.

    Raises:
        TypeError: if it is no optimizer.
        KeyError: if it is to go on with an optimizer that has not begun.
    """

    _get_lr_called_within_step = False
    _is_initial = False
    _last_lr: list[Rate]

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", _own(group["lr"]))
            elif "initial_lr" not in group:
                raise explained(
                    KeyError,
                    f"param 'initial_lr' is not specified in param_groups[{number}] when resuming scheduler with "
                    "last_epoch >= 0.",
                    why="the rates of the beginning are needed, and this optimizer was never scheduled.",
                    fix="load the optimizer's state first, or leave last_epoch out.",
                    lesson=13,
                )
        self.base_lrs = rates(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        optimizer.watch()
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def step(self, epoch: int | None = None) -> None:
        """Go to the next epoch, as ``torch.optim.lr_scheduler.LRScheduler.step``; `epoch` goes to another one."""
        if self._step_count == 1:
            _warn_of_disorder(self.optimizer)
        self._step_count += 1
        if epoch is not None:
            warn_of_epoch()
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        with self._stepping():
            if epoch is None:
                self.last_epoch += 1
                new = self.get_lr()
            else:
                self.last_epoch = epoch
                new = self._get_closed_form_lr()
        self._set(new)

    def _set(self, new: Sequence[Rate]) -> None:
        """Put the rates into the groups."""
        for group, rate in zip(self.optimizer.param_groups, new, strict=True):
            set_rate(group, rate)
        self._last_lr = rates(self.optimizer)

    @contextmanager
    def _stepping(self) -> Iterator[None]:
        self._get_lr_called_within_step = True
        try:
            yield
        finally:
            self._get_lr_called_within_step = False

    def get_lr(self) -> list[Rate]:
        """The rates of this epoch, one for each group: what a subclass defines, and `step` asks for."""
        raise NotImplementedError

    def _get_closed_form_lr(self) -> list[Rate]:
        """The rates of this epoch, computed from the beginning instead of from the last epoch's."""
        return self.get_lr()

    def get_last_lr(self) -> list[Rate]:
        """The rates now, as ``torch.optim.lr_scheduler.LRScheduler.get_last_lr``."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """All attributes but the optimizer, as ``torch.optim.lr_scheduler.LRScheduler.state_dict``."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where another scheduler stopped, as ``torch.optim.lr_scheduler.LRScheduler.load_state_dict``."""
        vars(self).update(state_dict)


class Chained(LRScheduler):
    """A scheduler that multiplies the rates by a factor at each epoch, so that several can work on one optimizer."""

    def _factor(self) -> float:
        """What to multiply the last epoch's rates by; 1 leaves them as they are."""
        raise NotImplementedError

    def _factor_so_far(self) -> float:
        """The product of all factors up to this epoch."""
        raise NotImplementedError

    def get_lr(self) -> list[Rate]:
        """The rates of this epoch, from the last epoch's."""
        warn_unless_stepping(self)
        factor = self._factor()
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Rate]:
        factor = self._factor_so_far()
        return [rate * factor for rate in self.base_lrs]


def rates(optimizer: Optimizer, key: str = "lr") -> list[Rate]:
    """The rates of all groups; tensors are copied, because they are going to be changed in place."""
    return [_own(group[key]) for group in optimizer.param_groups]


def set_rate(group: dict[str, Any], rate: Rate) -> None:
    """Change the rate of a group; one that is a tensor stays that tensor."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(float(rate))
    else:
        group["lr"] = rate


def _own(rate: Rate) -> Rate:
    return rate.clone() if isinstance(rate, Tensor) else rate


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """A setting for each group.

    Raises:
        ValueError: if there are as many as something else.
    """
    count = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        value = [value] * count
    if len(value) != count:
        raise explained(
            ValueError,
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, param_groups "
            f"has {count}.",
            why="each group of parameters has settings of its own.",
            fix="give one for each group, or a single one for all.",
        )
    return [_own(entry) for entry in value]


def functions_per_group(optimizer: Optimizer, given: Any) -> list[Callable[[int], float]]:
    """One function for each group.

    Raises:
        ValueError: if there are as many as something else.
    """
    count = len(optimizer.param_groups)
    if not isinstance(given, list | tuple):
        return [given] * count
    if len(given) != count:
        raise explained(
            ValueError,
            f"Expected {count} lr_lambdas, but got {len(given)}",
            why="each group of parameters has a function of its own.",
            fix="give one for each group, or a single one for all.",
        )
    return list(given)


def saved_function(function: Any) -> dict[str, Any] | None:
    """What can be saved of a function: the attributes of an object that is called; nothing of a plain function."""
    return None if isinstance(function, types.FunctionType) else vars(function).copy()


def require_optimizer(optimizer: Any) -> None:
    """Refuse what has no learning rates."""
    if not isinstance(optimizer, Optimizer):
        raise explained(
            TypeError,
            f"{type(optimizer).__name__} is not an Optimizer",
            why="a scheduler changes the learning rates in an optimizer's groups.",
            fix="give the optimizer first: StepLR(optimizer, step_size=10).",
            lesson=13,
        )


def warn_unless_stepping(scheduler: LRScheduler) -> None:
    """`get_lr` computes the next rates; who asks from outside usually wants the present ones."""
    if not scheduler._get_lr_called_within_step:
        warnings.warn(
            "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.", stacklevel=3
        )


def warn_of_epoch() -> None:
    """PyTorch means to drop this argument."""
    warnings.warn(
        "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please "
        "use `scheduler.step()` to step the scheduler.",
        stacklevel=3,
    )


def _warn_of_disorder(optimizer: Optimizer) -> None:
    if "step" in vars(optimizer):
        warnings.warn(
            "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. Please, "
            "make sure to call `optimizer.step()` before `lr_scheduler.step()`.",
            stacklevel=3,
        )
    elif not optimizer.has_stepped():
        warnings.warn(
            explained(
                UserWarning,
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you "
                "should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.",
                why="the schedule has moved on to its second learning rate, and no step was taken with the first.",
                fix="optimizer.step() for each batch, then scheduler.step() once at the end of the epoch.",
                lesson=13,
            ),
            stacklevel=3,
        )
