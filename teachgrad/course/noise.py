"""A picture of what noise does to a descent: the ball in which it ends, and the loss that this costs, by batch size.

Knows panels and numbers; not how batches are drawn, nor how a step is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.axes import Panel, power
from teachgrad.viz.descent import bands
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Circle, Mark, Path, Scene, Text, Window, line

Floats = np.ndarray[Any, np.dtype[np.float64]]
GRID = 41  # places along each axis at which the loss is known
LEFT, TOP, SIDE, BELOW = 64.0, 36.0, 250.0, 46.0  # pixels
LOSSES = 3e-5, 1.0  # ends of the axis, the same in all pictures, so that these can be compared


def draw_noise_ball(
    extra: Callable[[Any, Any], Any],
    paths: Mapping[int, Sequence[tuple[float, float]]],
    batch_size: int,
    last: int = 100,
    centre: tuple[float, float] = (0.0, 0.0),
    half: float = 1.5,
    goal: float | None = None,
) -> Figure:
    """Where a descent by batches comes to no rest, and beside it what that costs, for this batch size and others.

    Args:
        extra: what the loss is above its lowest value, a function of two arrays.
        paths: for each batch size, where its descent was, as pairs.
        batch_size: the one whose path is drawn.
        last: so many points at the end of a path are its ball.
        centre: the middle of the plane that is drawn.
        half: how far the plane reaches from there.
        goal: a line in the panel of losses; the words say whether the ball lies below.

    >>> draw_noise_ball(lambda w, b: w * w + b * b, {1: [(1.0, 0.0), (0.1, 0.0)], 4: [(1.0, 0.0), (0.0, 0.05)]}, 4, 1)
    Batches of 4: a ball 0.0025 above the lowest loss. By batch size: 1: 0.01, 4: 0.0025.
    """
    costs = {size: float(np.mean(extra(*np.array(path, float)[-last:].T))) for size, path in paths.items()}
    told = f"Batches of {batch_size}: a ball {text.number(costs[batch_size], 2)} above the lowest loss"
    if goal is not None:
        told += f", {'' if costs[batch_size] < goal else 'not '}below {text.number(goal)}"
    listed = ", ".join(f"{size}: {text.number(cost, 2)}" for size, cost in costs.items())
    (x, y), path = centre, np.array(paths[batch_size], float)
    plane = Panel(LEFT, TOP, SIDE, SIDE, (x - half, x + half), (y - half, y + half))
    marks = [
        Text("caption", LEFT, 22, told),
        Window(plane.left, plane.top, plane.width, plane.height, [*_surface(extra, plane), *_ball(plane, path, last)]),
        *plane.axes("w", "b", grid=False),
        *_costs(costs, batch_size, goal),
    ]
    size = 2 * (LEFT + SIDE) + 44, TOP + SIDE + BELOW
    return Figure(Scene(*size, marks), f"{told}. By batch size: {listed}.", content=f"{told} {listed} {path.tolist()}")


def _surface(extra: Callable[[Any, Any], Any], panel: Panel) -> list[Mark]:
    across, up = (np.linspace(*ends, GRID) for ends in (panel.x, panel.y))
    return bands(np.asarray(extra(*np.meshgrid(across, up)), float), panel)


def _ball(panel: Panel, path: Floats, last: int) -> list[Mark]:
    """The way there as a line, and a dot for each of the points at its end."""
    seen = [tuple(round(pixel, 1) for pixel in panel.place(x, y)) for x, y in path.tolist()]
    way = [(x, y) for x, y in seen[: len(seen) - last + 1]]
    dots: list[Mark] = [
        Path(look, [("M", (*place, *place)) for place in dict.fromkeys(seen[-last:])]) for look in ("halo", "dots")
    ]
    return [line("casing", *way), line("path", *way), *dots, Circle("start", *way[0], 5)]


def _costs(costs: Mapping[int, float], batch_size: int, goal: float | None) -> list[Mark]:
    """The cost of each batch size, on scales in powers of ten."""
    ends = -0.2, math.log10(max(costs)) + 0.2
    panel = Panel(LEFT + SIDE + 78, TOP, SIDE - 20, SIDE, ends, LOSSES, log=True)
    axes = [
        replace(mark, text=power(10.0 ** float(mark.text.replace("\u2212", "-"))))
        if isinstance(mark, Text) and mark.look == "across"
        else mark
        for mark in panel.axes("batch size (powers of ten)", "loss above the lowest")
    ]
    places = {size: panel.place(math.log10(size), max(cost, LOSSES[0])) for size, cost in costs.items()}
    marks: list[Mark] = [line("curve", *places.values())]
    if goal is not None:
        marks.append(line("tangent", *(panel.place(end, goal) for end in ends)))
    marks += [Circle("dot", *place, 5) for size, place in places.items() if size != batch_size]
    marks.append(Circle("ball", *places[batch_size], 7))
    return [*axes, Window(panel.left, panel.top, panel.width, panel.height, marks)]
