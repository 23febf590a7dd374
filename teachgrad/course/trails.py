"""A picture of where a descent has been: its points on the level lines of a function, and the loss beside them.

For descents that learners write themselves, and all alike in scale, so that `explore` can put a slider under it. Knows
panels and numbers; not how a step is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Any

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.descent import bands
from teachgrad.viz.figure import Figure
from teachgrad.viz.fit import bends
from teachgrad.viz.scene import Circle, Mark, Path, Scene, Text, Window, line

GRID = 41  # places along each axis at which the function is known
LEFT, TOP, SIDE, BELOW = 64.0, 36.0, 250.0, 46.0  # pixels
NEAR = 0.6  # pixels: of points that lie closer together, one is drawn
FAR = 5.0  # times the half of the picture: who is there does not come back

Place = tuple[float, float]


def draw_trail(
    f: Callable[[Any, Any], Any], points: Sequence[Place], goal: float = 1e-6, half: float = 2.5, title: str = ""
) -> Figure:
    """A way through the plane from above, with the value of `f` step by step beside it, in powers of ten.

    Args:
        f: of two arrays; its lowest value is 0.
        points: where the descent was, from its start to its end.
        goal: a line in the picture of the loss; the words say after how many steps it was crossed.
        half: how far the plane reaches from (0, 0) in each direction.
        title: what stands above.

    >>> draw_trail(lambda x, y: x * x + y * y, [(2.0, 1.0), (0.2, 0.1), (0.0, 0.0)])
    From (2.0, 1.0), loss 5.0 to 0.0 in 2 steps: below 1e−06 after step 2.
    """
    with np.errstate(all="ignore"):
        losses = np.array([float(f(*point)) for point in np.asarray(points, float)])
    alt = f"{title + ': from ' if title else 'From '}{_where(points[0])}, {_outcome(losses, goal)}."
    plane = Panel(LEFT, TOP, SIDE, SIDE, (-half, half), (-half, half))
    ends = (goal / 100, max(1.0, 30 * float(losses[0])))
    beside = Panel(LEFT + SIDE + 78, TOP, SIDE + 30, SIDE, (0, max(1, len(points) - 1)), ends, log=True)
    marks = [
        Text("caption", LEFT, 22, f"{title + ': ' if title else ''}{_outcome(losses, goal)}"),
        Window(plane.left, plane.top, plane.width, plane.height, [*_surface(f, plane), *_trail(plane, points)]),
        *plane.axes("x", "y", grid=False),
        *beside.axes("step", "loss (powers of ten)"),
        Window(beside.left, beside.top, beside.width, beside.height, _fall(beside, losses, goal)),
    ]
    size = beside.left + beside.width + 20, TOP + SIDE + BELOW
    return Figure(Scene(*size, marks), alt, content=f"{alt} {losses.tolist()}")


def _where(point: Place) -> str:
    return f"({', '.join(text.number(float(x), 3) for x in point)})"


def _outcome(losses: np.ndarray[Any, Any], goal: float) -> str:
    """What became of the loss, and of the goal."""
    ends = f"loss {text.number(losses[0], 3)} to {text.number(losses[-1], 3)} in {text.plural(len(losses) - 1, 'step')}"
    below = np.flatnonzero(~(losses >= goal) & ~np.isnan(losses))
    if below.size:
        return f"{ends}: below {text.number(goal)} after step {below[0]}"
    runs_off = not math.isfinite(losses[-1]) or losses[-1] > losses[0]
    return f"{ends}: {'it runs away' if runs_off else f'not below {text.number(goal)}'}"


def _surface(f: Callable[[Any, Any], Any], panel: Panel) -> list[Mark]:
    across, up = (np.linspace(*ends, GRID) for ends in (panel.x, panel.y))
    values = np.asarray(f(*np.meshgrid(across, up)), float)
    return _bands(values.tobytes(), panel)


@lru_cache(maxsize=32)
def _bands(values: bytes, panel: Panel) -> list[Mark]:
    """Remembered, since many pictures of an experiment lie on one surface."""
    return bands(np.frombuffer(values).reshape(GRID, GRID), panel)


def _trail(panel: Panel, points: Sequence[Place]) -> list[Mark]:
    """The path with a dot for each step, until it has left the picture for good."""
    near = takewhile(lambda point: max(map(abs, point)) < FAR * panel.x[1], points)
    places = [panel.place(x, y) for x, y in near] or [panel.place(*points[0])]
    seen = places[:1]
    for place in places:
        if math.dist(place, seen[-1]) > NEAR:
            seen.append(place)
    return [
        line("casing", *seen),
        line("path", *seen),
        Path("dots", [("M", (*place, *place)) for place in seen]),
        Circle("start", *seen[0], 5),
        Circle("ball", *seen[-1], 6),
    ]


def _fall(panel: Panel, losses: np.ndarray[Any, Any], goal: float) -> list[Mark]:
    fallen = [panel.place(i, max(loss, 1e-300)) for i, loss in enumerate(losses.tolist()) if math.isfinite(loss)]
    across, down = np.array(fallen).T
    return [
        line("tangent", panel.place(panel.x[0], goal), panel.place(panel.x[1], goal)),
        line("curve", *bends(across, down)),
        Circle("ball", *fallen[-1], 5),
    ]
