"""Pictures of gradients: an arrow on a map that follows a point one drags, and slopes in many directions at once.

Knows marks, and functions of tensors; nothing of lessons.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path as File
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad.tensor import Tensor
from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.descent import bands
from teachgrad.viz.figure import Figure, script
from teachgrad.viz.scene import Circle, Mark, Path, Scene, Segment, Text, Window, line

Floats = np.ndarray[Any, np.dtype[np.float64]]
HERE = File(__file__).parent
PLACES = 41  # on each axis, where the point can be put
LONGEST = 110.0  # pixels of a long arrow
TIP, LEVEL = 13.0, 70.0  # pixels of an arrow's head; of the dashed line, to both sides
MOST = 200  # dots; of more directions only the best is shown as well
LEFT, TOP, SIDE, BELOW, BESIDE = 64.0, 44.0, 320.0, 46.0, 250.0


def drag(
    f: Callable[[Tensor, Tensor], Tensor],
    start: tuple[float, float],
    reach: float = 2.0,
    towards: tuple[float, float] | None = None,
) -> Slopes:
    """A map of a function of two numbers, with its gradient as an arrow at a point that one can drag.

    Two thin lines are the parts of the arrow, the slopes along x and along y. A dashed line runs where nothing changes.

    Args:
        f: of two tensors, entry by entry; returns a tensor of their shape.
        start: where the point is at first.
        reach: how far the map goes from 0, to all four sides.
        towards: a place to be marked by a ring, with a line to it. Then the arrow points against the gradient.

    >>> drag(lambda x, y: x * x + y * y, start=(1.0, 0.5))
    A map with a point at x = 1.0, y = 0.5: value 1.25, slope along x 2.0, along y 1.0, steepest 2.24.
    """
    places = np.linspace(-reach, reach, PLACES).round(9)
    x, y = (tg.tensor(grid, requires_grad=True) for grid in np.meshgrid(places, places))
    values = f(x, y)
    values.sum().backward()  # an entry depends on its own place only: one walk for all
    slopes = [np.zeros(x.shape) if leaf.grad is None else leaf.grad.array for leaf in (x, y)]
    return Slopes(places, np.array([values.array, *slopes]), start, towards)


class Slopes(Figure):
    """The map; shows itself in a notebook.

    Attributes:
        table: value, slope along x and slope along y; of each a row for every y.
    """

    sheets = ("figure.css", "controls.css", str(HERE / "arrows.css"))

    def __init__(
        self, places: Floats, table: Floats, start: tuple[float, float], towards: tuple[float, float] | None
    ) -> None:
        ends = (float(places[0]), float(places[-1]))
        self.table, self._places, self._towards = table, places, towards
        self._at = [int(np.abs(places - part).argmin()) for part in start]
        self._panel = Panel(LEFT, TOP, SIDE, SIDE, ends, ends)
        steep = float(np.percentile(np.hypot(table[1], table[2]), 90))  # the few longest arrows may leave the map
        self._unit = LONGEST / max(steep, 1e-12) * (1 if towards is None else -1)
        told = self._told()
        super().__init__(self._scene(told), f"A map with a point at {told}.", content=repr(table.round(6).tolist()))

    def _told(self) -> str:
        column, row = self._at
        x, y = (text.number(float(self._places[k]), 3) for k in self._at)
        value, along_x, along_y = (float(number) for number in self.table[:, row, column])
        slopes = [text.number(slope, 3) for slope in (value, along_x, along_y, math.hypot(along_x, along_y))]
        return "x = {}, y = {}: value {}, slope along x {}, along y {}, steepest {}".format(x, y, *slopes)

    def _scene(self, told: str) -> Scene:
        column, row = self._at
        x, y = self._panel.place(float(self._places[column]), float(self._places[row]))
        dx, dy = (float(slope) * self._unit for slope in self.table[1:, row, column])
        shafts = arrow(x, y, dx, -dy)
        marks: list[Mark] = [
            *bands(self.table[0], self._panel),
            *self._goal(x, y),
            *(Path(look, shafts["level"], key=f"level-{look}") for look in ("casing", "tangent")),
            *(Path(look, shafts["parts"], key=f"parts-{look}") for look in ("casing", "trace")),
            *(Path(look, shafts["shaft"], key=f"shaft-{look}") for look in ("casing", "path")),
            Path("ball", shafts["head"], key="head"),
            Circle("dot", x, y, 6, key="dot"),
        ]
        window = Window(LEFT, TOP, SIDE, SIDE, marks)
        axes = self._panel.axes("x", "y", grid=False)
        size = LEFT + SIDE + BESIDE, TOP + SIDE + BELOW
        return Scene(*size, [Text("caption", LEFT, 24, told, key="told"), window, *axes, *self._legend()])

    def _goal(self, x: float, y: float) -> list[Mark]:
        """The line to the place that is marked, and its ring."""
        if self._towards is None:
            return []
        place = self._panel.place(*self._towards)
        way = [line(look, (x, y), place, key=f"way-{look}") for look in ("casing", "edge")]
        return [*way, Circle("start", *place, 6)]

    def _legend(self) -> list[Mark]:
        """What the lines are, in words."""
        downhill = self._towards is not None
        entries = [
            ("path", "against the gradient" if downhill else "gradient: steepest uphill"),
            ("trace", "its parts along x and along y"),
            ("tangent", "nothing changes this way"),
            *([("edge", "straight to the ring")] if downhill else []),
        ]
        marks: list[Mark] = []
        left, top = LEFT + SIDE + 18, TOP + 12
        for k, (look, words) in enumerate(entries):
            marks.append(line(look, (left, top + 24 * k - 4), (left + 24, top + 24 * k - 4)))
            marks.append(Text("legend", left + 32, top + 24 * k, words))
        return marks

    def _script(self) -> str:
        value, along_x, along_y = (np.vectorize(lambda number: float(f"{number:.3g}"))(part) for part in self.table)
        data = {
            "places": self._places.tolist(),
            "start": self._at,
            "table": [value.tolist(), along_x.tolist(), along_y.tolist()],
            "unit": self._unit,
            "panel": [LEFT, TOP, SIDE],
        }
        return script(HERE / "arrows.js", self.fingerprint, data)


def arrow(x: float, y: float, dx: float, dy: float) -> dict[str, list[Segment]]:
    """An arrow from a pixel, as a shaft and a head; its parts along both axes; and a line across it at its foot.

    >>> arrow(0, 0, 30, 40)["parts"]
    [('M', (0, 0)), ('L', (30, 0)), ('M', (0, 0)), ('L', (0, 40))]
    """
    long = math.hypot(dx, dy)
    ux, uy = (dx / long, dy / long) if long else (0.0, 0.0)
    tip = min(TIP, long)
    back = x + dx - tip * ux, y + dy - tip * uy
    corners = [(back[0] - side * uy, back[1] + side * ux) for side in (tip / 2, -tip / 2)]
    return {
        "level": [("M", (x - LEVEL * uy, y + LEVEL * ux)), ("L", (x + LEVEL * uy, y - LEVEL * ux))],
        "parts": [("M", (x, y)), ("L", (x + dx, y)), ("M", (x, y)), ("L", (x, y + dy))],
        "shaft": [("M", (x, y)), ("L", back)],
        "head": [("M", (x + dx, y + dy)), ("L", corners[0]), ("L", corners[1]), ("Z", ())],
    }


def directions(slopes: Any, steepest: float) -> Figure:
    """The slopes in many directions, as dots on a line, and the gradient's, which none of them exceeds.

    Args:
        slopes: one for each direction; a tensor or an array.
        steepest: the slope along the gradient, that is, its length.

    >>> directions(np.array([0.3, -1.5, 1.0]), steepest=2.0)
    3 directions: the best climbs at 50 % of the gradient's slope, the middle one at 15 %.
    """
    shares = np.asarray(getattr(slopes, "array", slopes), float).ravel() / steepest
    best, middle = float(shares.max()), float(np.median(shares))
    panel = Panel(30, 34, 560, 90, (-1.08, 1.08), (0, 1))
    heights = (0.1 + 0.8 * (k * 0.618034 % 1) for k in range(shares.size))  # apart, so that many can be seen
    dots = [("M", panel.place(share, height) * 2) for share, height in zip(shares.tolist(), heights)][:MOST]
    count = text.plural(shares.size, "direction")
    told = f"{count}: the best climbs at {_percent(best)} of the gradient's slope"
    marks: list[Mark] = [
        Path("cloud", dots),
        line("path", panel.place(best, 0), panel.place(best, 1)),
        line("tangent", panel.place(1, 0), panel.place(1, 1)),
    ]
    axis = [mark for mark in panel.axes("slope, as a share of the gradient's", "") if _is_across(mark)]
    window = Window(panel.left, panel.top, panel.width, panel.height, marks)
    title = Text("caption", panel.left, 22, told)
    alt = f"{told}, the middle one at {_percent(middle)}."
    return Figure(Scene(610, 34 + panel.height + BELOW, [title, *axis, window]), alt, content=alt)


def _percent(share: float) -> str:
    return f"{100 * share:.{0 if abs(share) >= 0.1 else 1}f} %".replace("-", "−")


def _is_across(mark: Mark) -> bool:
    """Whether a mark of the axes is no number of the y axis, which counts nothing here."""
    return not (isinstance(mark, Text) and (mark.look == "up" or mark.upwards))
