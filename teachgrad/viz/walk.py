"""A descent as data: where an optimizer went, and what the function looks like around there.

Runs the learner's function and optimizer; knows nothing of pictures.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.grad_mode import no_grad
from teachgrad.tensor import Tensor, wrap
from teachgrad.viz import text

Floats = np.ndarray[Any, np.dtype[np.float64]]
Function = Callable[..., Any]
MakeOptimizer = Callable[[list[Tensor]], Any]


@dataclass(frozen=True, slots=True)
class Landscape:
    """A function of one or two numbers, however it wants to be given them.

    Attributes:
        function: takes one tensor, or two scalar tensors if `apart`.
        start: the numbers at which the descent starts, in the shape in which the function gets them.
        dtype: what numbers it gets.
    """

    function: Function
    start: Floats
    apart: bool
    names: tuple[str, ...]
    dtype: Any

    def parameters(self) -> list[Tensor]:
        """Fresh leaves at the start."""
        values = list(self.start) if self.apart else [self.start]
        return [wrap(np.array(value, self.dtype)).requires_grad_() for value in values]

    def sample(self, *coordinates: Floats) -> Floats:
        """The function at many places: in one call if it broadcasts, checked at three of them; else one by one."""
        grids = [grid.astype(self.dtype) for grid in coordinates]
        shape = grids[0].shape
        with no_grad(), np.errstate(all="ignore"):
            places = [0, math.prod(shape) // 3, math.prod(shape) - 1]
            try:
                values = _numbers(self.function(*self._arguments(grids)))
                if values.shape == shape and _same(values.flat[places], [self._at(place, grids) for place in places]):
                    return values
            except Exception:  # whatever a function of single points says to a grid: it is then asked point by point
                pass
            return np.array([self._at(place, grids) for place in range(math.prod(shape))]).reshape(shape)

    def slopes(self, *coordinates: Floats) -> list[Floats]:
        """The gradient at many places, one array for each coordinate: together if the function broadcasts, as above."""
        grids = [grid.astype(self.dtype) for grid in coordinates]
        count = grids[0].size
        with np.errstate(all="ignore"):
            at = [0, count // 3, count - 1]
            try:
                found = self._gradients(grids)
                points = [self._slope_at(place, grids) for place in at]
                if all(_same(all_.flat[at], some) for all_, some in zip(found, zip(*points, strict=True), strict=True)):
                    return found
            except Exception:  # as for values
                pass
            rows = np.array([self._slope_at(place, grids) for place in range(count)])
        return [column.reshape(grids[0].shape) for column in rows.T]

    def _slope_at(self, place: int, grids: Sequence[Floats]) -> list[float]:
        try:
            return [float(slope) for slope in self._gradients([grid.flat[place] for grid in grids])]
        except Exception:
            return [math.nan] * len(grids)

    def _gradients(self, grids: Sequence[Any]) -> list[Floats]:
        leaves = [leaf.requires_grad_() for leaf in self._arguments(grids)]
        values = self.function(*leaves)
        if not values.requires_grad:
            return [np.zeros(np.shape(grid)) for grid in grids]
        values.sum().backward()
        slopes = [np.zeros(leaf.array.shape) if leaf.grad is None else leaf.grad.array for leaf in leaves]
        return [
            slope.reshape(np.shape(grids[0]))
            for slope in (slopes if len(slopes) == len(grids) else slopes[0].reshape(2, -1))
        ]

    def _at(self, place: int, grids: Sequence[Floats]) -> float:
        """The value at one place; nan where the function raises, as the descent itself need not come there."""
        try:
            return float(_numbers(self.function(*self._arguments([grid.flat[place] for grid in grids]))).item())
        except Exception:
            return math.nan

    def _arguments(self, grids: Sequence[Any]) -> list[Tensor]:
        if self.apart or self.start.ndim == 0:
            return [wrap(np.asarray(grid)) for grid in grids]
        return [wrap(np.stack(grids).reshape(*self.start.shape, *np.shape(grids[0])))]


def stretches(xs: Floats, ys: Floats) -> list[list[tuple[float, float]]]:
    """The parts of a curve on which it has values, as lists of points."""
    parts: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if math.isfinite(y):
            parts[-1].append((x, y))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def _same(some: Floats, others: Sequence[float]) -> bool:
    return np.allclose(some, others, rtol=1e-3, atol=1e-6, equal_nan=True)


def _numbers(result: Any) -> Floats:
    return np.asarray(getattr(result, "array", result), float)


def landscape(function: Function, start: Any, dtype: Any = None) -> Landscape:
    """Look at the start, and at how many arguments the function names; by default it gets the default dtype.

    Raises:
        ValueError: unless the start is one or two numbers.
    """
    values = np.array(getattr(start, "array", start), float)
    if values.size not in (1, 2):
        raise ValueError(
            f"a descent can be drawn in one or two dimensions, and start has {values.size} numbers.\n"
            "Give a number, start=1.0, or two of them, start=(-1.5, 2)."
        )
    arguments = named(function) or ["x", "y"][: values.size]
    apart = values.size == 2 and len(arguments) == 2
    name = arguments[0]
    names = tuple(arguments) if apart else (name,) if values.size == 1 else (f"{name}[0]", f"{name}[1]")
    shaped = values.reshape(-1) if apart else values
    return Landscape(function, shaped, apart, tuple(map(text.clean, names)), dtype or dtypes.get_default_dtype().numpy)


def named(function: Function) -> list[str]:
    """The arguments that a function must be given, by its own names; empty if it does not tell.

    >>> named(lambda w, b=0.0: w + b), named(max)
    (['w'], [])
    """
    try:
        known = [p for p in inspect.signature(function).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):  # some functions written in C do not tell
        return []
    return [p.name for p in known if p.default is p.empty]


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the optimizer was, moment by moment; it ends early where the loss is no number any more.

    Attributes:
        points, slopes: one row per moment: the parameters, and the gradient there.
        losses: one number per moment; only the last may be infinite or nan.
        optimizer: its name and settings.
        wanted: how many steps were asked for.
    """

    points: Floats
    slopes: Floats
    losses: Floats
    optimizer: str
    wanted: int

    @property
    def diverged(self) -> bool:
        """Whether the loss left for infinity, or is on its way: ten times above its start, and still at its highest."""
        first, last = self.losses[0], self.losses[-1]
        return not math.isfinite(last) or bool(last > first + 9 * abs(first) and last >= self.losses.max())

    @property
    def overshoots(self) -> int:
        """How many steps went over a minimum: downhill, then uphill. Those too small to be seen do not count."""
        with np.errstate(all="ignore"):
            steps = np.diff(self.points, axis=0)
            lengths = np.linalg.norm(steps, axis=1)
            downhill = np.sum(steps * self.slopes[:-1], axis=1) < 0
            uphill = np.sum(steps * self.slopes[1:], axis=1) > 0
            return int(np.sum(downhill & uphill & (lengths > 1e-3 * lengths.max(initial=0))))

    def told(self) -> str:
        """The walk in a sentence.

        >>> line = np.array([[1.0], [-0.5], [0.1]])
        >>> Walk(line, line, 0.5 * line[:, 0] ** 2, "SGD, lr 1.5", 2).told()
        'SGD, lr 1.5: loss 0.5 to 0.005 in 2 steps; overshoots twice'
        """
        return f"{self.optimizer}: {self.outcome}"

    @property
    def outcome(self) -> str:
        """How it went, in words, without who walked."""
        first, last, steps = text.number(self.losses[0], 3), text.number(self.losses[-1], 3), len(self.losses) - 1
        often = {1: "once", 2: "twice"}.get(self.overshoots, f"{self.overshoots} times")
        told = f"loss {first} to {last} in {text.plural(steps, 'step')}" + (
            f"; overshoots {often}" if self.overshoots else ""
        )
        return f"{'diverges, ' if self.diverged else ''}{told}"


def walk(land: Landscape, make: MakeOptimizer, steps: int, clear: bool = True) -> Walk:
    """Let an optimizer descend, and write down every moment; no warnings on the way to infinity.

    Without `clear`, `.grad` is never cleared, and each step goes along the sum of all gradients so far.
    """
    parameters = land.parameters()
    optimizer = make(parameters)
    points, slopes, losses = [], [], []
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            if clear:
                optimizer.zero_grad()
            before = [0 if p.grad is None else p.grad.array.copy() for p in parameters]
            loss = land.function(*parameters)
            loss.backward()
            points.append(_flat([p.array for p in parameters]))
            after = [p.array * 0 if p.grad is None else p.grad.array for p in parameters]
            slopes.append(_flat([new - old for new, old in zip(after, before, strict=True)]))
            losses.append(float(loss.item()))
            if not math.isfinite(losses[-1]) or not np.isfinite(points[-1]).all():
                break
            if step < steps:
                optimizer.step()
    return Walk(np.array(points), np.array(slopes), np.array(losses), _settings(optimizer), steps)


def _flat(arrays: Sequence[Any]) -> Floats:
    return np.concatenate([np.ravel(array) for array in arrays]).astype(float)


def _settings(optimizer: Any) -> str:
    """The optimizer's name with its learning rate, and its momentum if it has any."""
    group = optimizer.param_groups[0]
    parts = [type(optimizer).__name__, f"lr {text.number(group['lr'], 3)}"]
    if group.get("momentum"):
        parts.append(f"momentum {text.number(group['momentum'], 3)}")
    return text.clean(", ".join(parts))
