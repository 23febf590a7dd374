"""Several schedulers for one optimizer: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from teachgrad.errors import explained
from teachgrad.optim.lr_scheduler.base import LRScheduler, rates, set_rate
from teachgrad.optim.lr_scheduler.plateau import ReduceLROnPlateau
from teachgrad.optim.optimizer import Optimizer


class _Several(LRScheduler):
    """What the two have in common: a state that holds the states of their schedulers."""

    _schedulers: Sequence[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        """As `LRScheduler.state_dict`, with the states of all."""
        state = super().state_dict()
        del state["_schedulers"]
        return state | {"_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As `LRScheduler.load_state_dict`, for all."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)


class SequentialLR(_Several):
    """One scheduler after the other, as ``torch.optim.lr_scheduler.SequentialLR``.

    Args:
        optimizer, last_epoch: see `LRScheduler`.
        schedulers: all for this optimizer.
        milestones: the epochs at which the second, the third, ... take over.

    Raises:
        ValueError: if a scheduler is for another optimizer, or their number does not fit the milestones.

    >>> import teachgrad as tg
    >>> from teachgrad.optim.lr_scheduler import ConstantLR, ExponentialLR
    >>> optimizer = tg.optim.SGD([tg.ones(1, requires_grad=True)], lr=1.0)
    >>> two = [ConstantLR(optimizer, factor=0.5, total_iters=9), ExponentialLR(optimizer, gamma=0.5)]
    >>> scheduler = SequentialLR(optimizer, two, milestones=[2])
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [0.5, 0.5, 1.0, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        _require_one_optimizer(type(self).__name__, schedulers, optimizer, "scheduler")
        if len(milestones) != len(schedulers) - 1:
            raise explained(
                ValueError,
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                f"milestone points, but got number of schedulers {len(schedulers)} and the number of milestones to be "
                f"equal to {len(milestones)}",
                why="a milestone is where one scheduler takes over from another.",
                fix="SequentialLR(optimizer, [warmup, decay], milestones=[5])",
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            set_rate(group, group["initial_lr"])
        _take_back(self)  # all have begun, but only the first should
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # type: ignore[override] # PyTorch knows no epoch here
        """Go to the next epoch."""
        self.last_epoch += 1
        place = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[place]
        if place > 0 and self._milestones[place - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_Several):
    """All schedulers at every epoch, as ``torch.optim.lr_scheduler.ChainedScheduler``.

    Args:
        schedulers: all for one optimizer.
        optimizer: that one; by default the first scheduler's.

    Raises:
        ValueError: if there is none, or one is for another optimizer.
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        first = getattr(schedulers[0], "optimizer", None) if schedulers else None
        optimizer = optimizer or first
        _require_one_optimizer(type(self).__name__, schedulers, optimizer, "scheduler to be chained")
        assert optimizer is not None
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = rates(optimizer)

    def step(self) -> None:  # type: ignore[override] # PyTorch knows no epoch here
        """Go to the next epoch with each."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = rates(self.optimizer)


def _take_back(scheduler: Any) -> None:
    """Undo the first step of all schedulers below."""
    if hasattr(scheduler, "_schedulers"):
        for part in scheduler._schedulers:
            _take_back(part)
    else:
        scheduler.last_epoch -= 1


def _require_one_optimizer(name: str, schedulers: Sequence[Any], optimizer: Any, what: str) -> None:
    if len(schedulers) < 1:
        raise _refused(ValueError, f"{name} expects at least one {what}, but got no scheduler.")
    for place, scheduler in enumerate(schedulers):
        if not hasattr(scheduler, "optimizer"):
            raise _refused(TypeError, f"{name} at index {place} should have `optimizer` as its attribute.")
        if isinstance(scheduler, ReduceLROnPlateau):
            raise _refused(
                ValueError,
                f"{name} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be "
                f"specified when calling `step`, but got one at index {place} in the given schedulers sequence.",
            )
        if scheduler.optimizer is not optimizer:
            raise _refused(
                ValueError,
                f"{name} expects all schedulers to belong to the same optimizer, but got scheduler "
                f"{type(scheduler).__name__} at index {place} has {scheduler.optimizer}, which is different from "
                f"{type(optimizer).__name__}.",
            )


def _refused(kind: type[Exception], words: str) -> Exception:
    return explained(
        kind,
        words,
        why="each scheduler is told to go to the next epoch, and changes the rates of its optimizer.",
        fix="make all schedulers for the one optimizer; call a ReduceLROnPlateau yourself, with the loss.",
    )
