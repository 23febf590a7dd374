"""A picture of a measured slope: the line that was measured beside the true one, and its error at every nudge.

It draws one nudge, so that `course.explore` can put a slider over all of them. Knows marks and functions of a number;
nothing of tensors, nor of lessons.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Circle, Mark, Scene, Text, Window, line

Function = Callable[[float], float]
NUDGES = tuple(float(f"1e-{k}") for k in range(1, 16))  # 0.1 to 1e-15
LEFT, TOP, RIGHT, BELOW = 66.0, 58.0, 14.0, 46.0  # pixels around a panel
SAMPLES = 161  # places at which a curve is drawn


def error_of_nudge(f: Function, slope: float, at: float, eps: float, both_sides: bool = False) -> Figure:
    """A slope measured by nudging: on the left the curve and the measured line, on the right its error at every nudge.

    Args:
        f: from a number to a number.
        slope: its true slope at this place.
        at: the place.
        eps: the size of the nudge, a power of ten such as 1e-5.
        both_sides: whether to nudge both ways (the central difference) or ahead only (the forward difference).

    >>> error_of_nudge(lambda x: x * x * x, slope=3.0, at=1.0, eps=1e-1)
    Nudged ahead by 0.1: measured slope 3.31, true slope 3.0, error 0.31.
    """
    way = central if both_sides else forward
    found = way(f, at, eps)
    off = text.number(abs(found - slope), 2)
    sides = "both ways" if both_sides else "ahead"
    told = f"measured slope {text.number(found, 12)}, true slope {text.number(slope)}, error {off}"
    near = _near(f, slope, at, eps, found, both_sides)
    errors = _errors(f, slope, at, eps, way)
    alt = f"Nudged {sides} by {text.number(eps)}: {told}."
    title = Text("caption", LEFT, 18, alt.removesuffix("."))
    width = 2 * (LEFT + 300 + RIGHT)
    return Figure(Scene(width, TOP + 210 + BELOW, [title, *near, *errors]), alt, content=alt)


def forward(f: Function, x: float, eps: float) -> float:
    """The slope as seen from a nudge ahead.

    >>> forward(lambda x: x * x, 2.0, 0.5)
    4.5
    """
    return (f(x + eps) - f(x)) / eps


def central(f: Function, x: float, eps: float) -> float:
    """The slope as seen from a nudge to either side.

    >>> central(lambda x: x * x, 2.0, 0.5)
    4.0
    """
    return (f(x + eps) - f(x - eps)) / (2 * eps)


def _near(f: Function, slope: float, at: float, eps: float, found: float, both_sides: bool) -> list[Mark]:
    """The curve near the place, its tangent, and the line through the points that were measured."""
    half = 0.5
    seen = [(x, f(x)) for x in np.linspace(at - half, at + half, SAMPLES).tolist()]
    low, high = min(y for _, y in seen), max(y for _, y in seen)
    space = 0.15 * (high - low)
    panel = Panel(LEFT, TOP, 300, 210, (at - half, at + half), (low - space, high + space))
    points = [(at - eps, f(at - eps)) if both_sides else (at, f(at)), (at + eps, f(at + eps))]
    marks = [_curve(panel, seen), _line_through(panel, (at, f(at)), slope)]
    marks.append(_line_through(panel, points[0], found, "path"))
    marks += [Circle("ball", *panel.place(*point), 5) for point in points]
    legend = _legend(LEFT, ("tangent", "true"), ("path", "measured"))
    return [*panel.axes("x", "f(x)"), Window(LEFT, TOP, 300, 210, marks), *legend]


def _errors(f: Function, slope: float, at: float, eps: float, way: Callable[..., float]) -> list[Mark]:
    """The error of both ways at every nudge, and a ball at the one that is looked at."""
    left = 2 * LEFT + RIGHT + 300
    panel = Panel(left, TOP, 300, 210, (0.5, 15.5), (1e-13, 10.0), log=True)

    def place(nudge: float, by: Callable[..., float]) -> tuple[float, float]:
        return panel.place(-math.log10(nudge), max(abs(by(f, at, nudge) - slope), 1e-14))

    marks: list[Mark] = [
        line("line4", *(place(nudge, forward) for nudge in NUDGES)),
        line("line3", *(place(nudge, central) for nudge in NUDGES)),
        Circle("ball", *place(eps, way), 6),
    ]
    legend = _legend(left, ("line4", "ahead"), ("line3", "both ways"))
    axes = panel.axes("k, where the nudge is 10⁻ᵏ", "error of the slope")
    return [*axes, Window(left, TOP, 300, 210, marks), *legend]


def _curve(panel: Panel, points: Sequence[tuple[float, float]]) -> Mark:
    return line("curve", *(panel.place(*point) for point in points))


def _line_through(panel: Panel, point: tuple[float, float], slope: float, look: str = "tangent") -> Mark:
    """A straight line from the left end of a panel to the right one."""
    return line(look, *(panel.place(x, point[1] + slope * (x - point[0])) for x in panel.x))


def _legend(left: float, *entries: tuple[str, str]) -> list[Mark]:
    """A piece of each line and what it is, above a panel."""
    marks: list[Mark] = []
    for look, name in entries:
        marks += [line(look, (left, TOP - 14), (left + 22, TOP - 14)), Text("legend", left + 28, TOP - 10, name)]
        left += 50 + 7 * text.width(name)
    return marks
