"""Learning rates that go up and down, and momentum that goes the other way."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from teachgrad.errors import explained
from teachgrad.optim.lr_scheduler.base import (
    LRScheduler,
    Rate,
    per_group,
    require_optimizer,
    saved_function,
    set_rate,
    warn_unless_stepping,
)
from teachgrad.optim.optimizer import Optimizer


class CosineAnnealingWarmRestarts(LRScheduler):
    """The rate along half a cosine, again and again, as ``torch.optim.lr_scheduler.CosineAnnealingWarmRestarts``.

        lr = eta_min + (base_lr - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2

    with T_cur epochs since the last restart, and T_i from that one to the next (Loshchilov and Hutter, 2016).

    Args:
        optimizer, last_epoch: see `LRScheduler`.
        T_0: how many epochs until the first restart.
        T_mult: how many times longer each round is than the one before.
        eta_min: the lowest rate.

    Raises:
        ValueError: if `T_0` or `T_mult` is not a whole number from 1, or `eta_min` is no number.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: Any,  # noqa: N803 - PyTorch's own spelling
        T_mult: Any = 1,  # noqa: N803
        eta_min: Any = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if not isinstance(T_0, int) or T_0 <= 0:
            raise _wrong(f"Expected positive integer T_0, but got {T_0}")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise _wrong(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, float | int):
            raise _wrong(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        """The rates of this epoch."""
        warn_unless_stepping(self)
        wave = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (base - self.eta_min) * wave / 2 for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go to the next epoch, or to any; parts of an epoch, such as ``epoch + i / len(loader)``, are fine."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            if epoch < 0:
                raise _wrong(f"Expected non-negative epoch, but got {epoch}")
            self.T_cur, self.T_i = self._round(epoch)
        self.last_epoch = math.floor(epoch)
        with self._stepping():
            self._set(self.get_lr())

    def _round(self, epoch: float) -> tuple[float, int]:
        """How long this round has lasted, and how long it is."""
        if epoch < self.T_0:
            return epoch, self.T_0
        if self.T_mult == 1:
            return epoch % self.T_0, self.T_i
        finished = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
        start = self.T_0 * (self.T_mult**finished - 1) / (self.T_mult - 1)
        return epoch - start, self.T_0 * self.T_mult**finished


class _WithMomentum(LRScheduler):
    """What schedulers share that turn momentum as well: of SGD's kind, or Adam's first beta."""

    cycle_momentum: bool
    use_beta1: bool

    def _require_momentum(self) -> None:
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise explained(
                ValueError,
                "optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
                why=f"{type(self.optimizer).__name__} has neither.",
                fix="cycle_momentum=False",
                lesson=13,
            )
        self.use_beta1 = "betas" in defaults

    def _begin_momentum(self, base: list[float], most: list[float]) -> None:
        for group, least, largest in zip(self.optimizer.param_groups, base, most, strict=True):
            self._set_momentum(group, largest)
            group["max_momentum"] = largest
            group["base_momentum"] = least

    def _set_momentum(self, group: dict[str, Any], value: float) -> None:
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value


class CyclicLR(_WithMomentum):
    """The rate up and down in triangles, as ``torch.optim.lr_scheduler.CyclicLR`` (Smith, 2015).

    Args:
        optimizer, last_epoch: see `LRScheduler`.
        base_lr, max_lr: the lowest and the highest rate, or a list with one for each group.
        step_size_up: how many steps it takes to go up.
        step_size_down: how many it takes to go down, by default as many.
        mode: "triangular"; "triangular2", where each triangle is half as high as the one before; or "exp_range", where
            the height is ``gamma ** step``.
        gamma: see there.
        scale_fn: a function for the height, in place of `mode`.
        scale_mode: what it is given: the number of the "cycle", or of the step ("iterations").
        cycle_momentum: let momentum go down while the rate goes up.
        base_momentum, max_momentum: its lowest and highest value.

    Raises:
        ValueError: if the mode is unknown, or the optimizer has no momentum.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: Any,
        max_lr: Any,
        step_size_up: float = 2000,
        step_size_down: float | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: Any = 0.8,
        max_momentum: Any = 0.9,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = per_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, base_lrs, strict=True):
                set_rate(group, rate)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        down = float(step_size_up if step_size_down is None else step_size_down)
        self.total_size = float(step_size_up) + down
        self.step_ratio = float(step_size_up) / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise _wrong("mode is invalid and scale_fn is None", "triangular, triangular2 or exp_range")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._require_momentum()
            self.base_momentums = per_group("base_momentum", optimizer, base_momentum)
            self.max_momentums = per_group("max_momentum", optimizer, max_momentum)
            if last_epoch == -1:
                self._begin_momentum(self.base_momentums, self.max_momentums)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """How high the triangle is, relative to the first."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return float(1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x)

    def get_lr(self) -> list[Rate]:
        """The rates of this step; the momentum is set on the way."""
        warn_unless_stepping(self)
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        new = [low + (high - low) * height * scale for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]
        if self.cycle_momentum:
            limits = zip(self.base_momentums, self.max_momentums, strict=True)
            for group, (low, high) in zip(self.optimizer.param_groups, limits, strict=True):
                self._set_momentum(group, high - (high - low) * height * scale)
        return new

    def state_dict(self) -> dict[str, Any]:
        """As `LRScheduler.state_dict`; of `scale_fn` only the attributes of an object that is called."""
        state = super().state_dict()
        function = state.pop("_scale_fn_custom")
        return state | {"_scale_fn_custom": None if function is None else saved_function(function)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As `LRScheduler.load_state_dict`; `scale_fn` stays the one that this scheduler was made with."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "_scale_fn_custom"})
        vars(self._scale_fn_custom or _Nothing()).update(state_dict["_scale_fn_custom"] or {})


class _Nothing:
    """Has attributes that nobody reads."""


class OneCycleLR(_WithMomentum):
    """The rate up once and then far down, as ``torch.optim.lr_scheduler.OneCycleLR`` (Smith and Topin, 2017).

    From ``max_lr / div_factor`` to `max_lr`, and down to ``max_lr / div_factor / final_div_factor``; momentum goes the
    other way. Call `step` after every batch.

    Args:
        optimizer, last_epoch: see `LRScheduler`.
        max_lr: the highest rate, or a list with one for each group.
        total_steps: how many steps there are; or `epochs` times `steps_per_epoch`.
        pct_start: the share of the steps on the way up.
        anneal_strategy: along a cosine, "cos", or a line, "linear".
        cycle_momentum: let momentum go down while the rate goes up.
        base_momentum, max_momentum: its lowest and highest value.
        div_factor, final_div_factor: see above.
        three_phase: up, down in as many steps to where it began, and further down in the rest.

    Raises:
        ValueError: for arguments out of their range, an optimizer without momentum, or one step too many.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: Any,
        total_steps: Any = None,
        epochs: Any = None,
        steps_per_epoch: Any = None,
        pct_start: Any = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: Any = 0.85,
        max_momentum: Any = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _step_count(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise _wrong(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        if anneal_strategy not in ("cos", "linear"):
            raise _wrong(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_func_type = anneal_strategy
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, per_group("max_lr", optimizer, max_lr), strict=True):
                group["initial_lr"] = rate / div_factor
                group["max_lr"] = rate
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._require_momentum()
            base = per_group("base_momentum", optimizer, base_momentum)
            most = per_group("max_momentum", optimizer, max_momentum)
            if last_epoch == -1:
                self._begin_momentum(base, most)
        super().__init__(optimizer, last_epoch)

    def _between(self, start: Any, end: Any, share: float) -> Any:
        """The value at a share of the way from start to end."""
        if self._anneal_func_type == "cos":
            return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)
        return (end - start) * share + start

    def get_lr(self) -> list[Rate]:
        """The rates of this step; the momentum is set on the way."""
        warn_unless_stepping(self)
        step = self.last_epoch
        if step > self.total_steps:
            raise explained(
                ValueError,
                f"Tried to step {step} times. The specified number of total steps is {self.total_steps}",
                why="the cycle ends there, and there is no rate beyond.",
                fix="call scheduler.step() once for every batch, and give epochs and steps_per_epoch=len(loader).",
                lesson=13,
            )
        begin = 0.0
        for phase in self._schedule_phases[:-1]:
            if step <= phase["end_step"]:
                break
            begin = phase["end_step"]
        else:
            phase = self._schedule_phases[-1]
        share = (step - begin) / (phase["end_step"] - begin)
        new = []
        for group in self.optimizer.param_groups:
            new.append(self._between(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._set_momentum(group, self._between(*ends, share))
        return new


def _step_count(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise _wrong("You must define either total_steps OR (epochs AND steps_per_epoch)", "total_steps=100")
    given = {"epochs": epochs, "steps_per_epoch": steps_per_epoch} if total_steps is None else {}
    for name, count in (given or {"total_steps": total_steps}).items():
        if not isinstance(count, int) or count <= 0:
            raise _wrong(f"Expected positive integer {name}, but got {count}")
    return int(epochs * steps_per_epoch if total_steps is None else total_steps)


def _phases(steps: int, share: float, three: bool) -> list[dict[str, Any]]:
    """Where the phases end, and between which settings of a group they lead."""
    ends = [share * steps - 1, steps - 1]
    rate = ["initial_lr", "max_lr", "min_lr"]
    momentum = ["max_momentum", "base_momentum", "max_momentum"]
    if three:
        ends.insert(1, 2 * share * steps - 2)
        rate.insert(2, "initial_lr")
        momentum.append("max_momentum")
    return [
        {
            "end_step": end,
            "start_lr": rate[i],
            "end_lr": rate[i + 1],
            "start_momentum": momentum[i],
            "end_momentum": momentum[i + 1],
        }
        for i, end in enumerate(ends)
    ]


def _wrong(words: str, example: str = "the usual value, by leaving it out") -> ValueError:
    return explained(
        ValueError, words, why="the curve of the rates is made of these numbers.", fix=f"give {example}.", lesson=13
    )
