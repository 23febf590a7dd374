"""What a model of one number has learnt: its line through the data, and the way its two parameters went.

Knows marks, axes and whatever holds numbers (tensors of teachgrad or PyTorch, arrays, lists); not how one is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.curves import BELOW, HEIGHT, LEFT, RIGHT, WIDTHS
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Circle, Mark, Path, Scene, Text, Window, line

Floats = np.ndarray[Any, np.dtype[np.float64]]
CORNERS = 40  # points that a model's line is drawn through


def draw_fit(
    x: Any, y: Any, model: Callable[[Any], Any], labels: tuple[str, str] = ("x", "y"), title: str = ""
) -> Figure:
    """Data of one feature as points, and a model's line through them.

    Args:
        x: the feature, a number for each point, in any shape.
        y: what belongs to it, as many numbers.
        model: is called with ``x`` and returns as many numbers.
        labels: what x and y are.
        title: what stands above.

    Returns:
        A figure with ``.svg``, ``.html``, ``.alt`` and ``.save(path)``.

    Raises:
        ValueError: if these are not as many numbers each.

    There is nothing like it in PyTorch.

    >>> draw_fit([0.0, 1.0, 2.0], [1.0, 2.9, 5.2], lambda x: [2 * v + 1 for v in x])
    3 points; the model's line from (0.0, 1.0) to (2.0, 5.0).
    """
    fit = Fit(x, y, model, labels)
    top = 28 if title else 10
    marks = [*([Text("title", LEFT, 18, title)] if title else []), *fit.draw(LEFT, top, WIDTHS[1], HEIGHT)]
    picture = Scene(LEFT + WIDTHS[1] + RIGHT, top + HEIGHT + BELOW, marks)
    alt = f"{title + ': ' if title else ''}{text.plural(fit.y.size, 'point')}; {fit.told()}."
    return Figure(picture, alt, content=alt)


class Fit:
    """A panel with data and the line that the model draws through them at this moment."""

    def __init__(self, x: Any, y: Any, model: Callable[[Any], Any], labels: tuple[str, str]) -> None:
        self.x, self.y, self.labels = numbers(x), numbers(y), labels
        answers = numbers(model(x))
        if not self.x.size == self.y.size == answers.size or not self.x.size:
            raise ValueError(
                f"x has {self.x.size} numbers, y has {self.y.size}, and model(x) gave {answers.size}.\n"
                "One of each belongs to every point: give x with one feature, and a model with one output."
            )
        order = np.argsort(self.x, kind="stable")
        kept = order[np.unique(np.linspace(0, order.size - 1, CORNERS).round().astype(int))]
        self.line = bends(self.x[kept], answers[kept])

    def told(self) -> str:
        """Where the line runs, in words."""
        ends = [f"({text.number(a, 3)}, {text.number(b, 3)})" for a, b in (self.line[0], self.line[-1])]
        return f"the model's line from {ends[0]} to {ends[1]}"

    def draw(self, left: float, top: float, width: float, height: float) -> list[Mark]:
        """The points, and the line over them."""
        panel = Panel(left, top, width, height, spread(self.x), spread(self.y))
        cloud = [("M", panel.place(a, b) * 2) for a, b in zip(self.x.tolist(), self.y.tolist(), strict=True)]
        seen = [panel.place(a, b) for a, b in self.line if np.isfinite(b)]
        marks: list[Mark] = [Path("cloud", cloud)]
        if seen:
            marks.append(line("fit", *seen))
        return [*panel.axes(*self.labels), Window(left, top, width, height, marks)]


@dataclass(frozen=True, slots=True)
class Trail:
    """A panel with the way that two parameters went, from a ring to a ball."""

    names: Sequence[str]
    points: Sequence[tuple[float, ...]]

    def told(self) -> str:
        """Where it began and ended, in words."""
        ends = zip(self.names, self.points[0], self.points[-1], strict=True)
        return ", ".join(f"{name} {text.number(a, 3)} to {text.number(b, 3)}" for name, a, b in ends)

    def draw(self, left: float, top: float, width: float, height: float) -> list[Mark]:
        """The path with a dot for each step."""
        walked = [point for point in self.points if np.isfinite(point).all()]
        xs, ys = (np.array([point[i] for point in walked] or [0.0]) for i in (0, 1))
        panel = Panel(left, top, width, height, spread(xs), spread(ys))
        seen = [panel.place(x, y) for x, y in walked]
        marks = panel.axes(self.names[0], self.names[1])
        if seen:
            marks += [line("trace", *seen), Path("dots", [("M", point * 2) for point in seen])]
            marks += [Circle("start", *seen[0], 5), Circle("ball", *seen[-1], 6)]
        return marks


def bends(x: Floats, y: Floats) -> list[tuple[float, float]]:
    """The ends of a line, and its corners between them; most models of one feature have none.

    >>> bends(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0, 9.0]))
    [(0.0, 0.0), (2.0, 2.0), (3.0, 9.0)]
    """
    keep = np.ones(x.size, dtype=bool)
    straight = y[:-2] * (x[2:] - x[1:-1]) + y[2:] * (x[1:-1] - x[:-2])  # between neighbours, times their distance
    keep[1:-1] = ~(np.abs(straight - y[1:-1] * (x[2:] - x[:-2])) <= 1e-5 * (x[2:] - x[:-2]) * np.ptp(y))
    return [(float(a), float(b)) for a, b in zip(x[keep], y[keep], strict=True)]


def numbers(values: Any) -> Floats:
    """The numbers in a tensor or whatever else, in a row."""
    return np.asarray(values.detach() if hasattr(values, "detach") else values, dtype=float).ravel()


def spread(values: Floats) -> tuple[float, float]:
    """The ends of an axis: of the values, and a margin."""
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * (high - low) or 0.1 * max(abs(high), 1.0)
    return low - margin, high + margin
