"""animate_descent: an optimizer walking down a function, as a picture that plays.

Of one number: the curve, the ball on it, its tangent. Of two: the surface from above with the path on it,
and the loss beside it. Puts a walk (data) into panels (marks); all is computed once, the page plays it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from teachgrad import optim
from teachgrad.viz import contour, text
from teachgrad.viz.axes import Panel
from teachgrad.viz.figure import Movie
from teachgrad.viz.looks import CIVIDIS
from teachgrad.viz.scene import Circle, Mark, Path, Rect, Scene, Text, Window, line
from teachgrad.viz.walk import Floats, Function, Landscape, MakeOptimizer, Walk, landscape, stretches, walk

MOST_MOMENTS = 100  # more are thinned out: nobody sees them, and the page would grow
CURVE, GRID = 121, 41  # places at which a function of one number, of two numbers, is sampled
DETAIL = 0.25  # pixels by which a level line may be off
CORNERS = 900  # of all level lines together
LEFT, HEAD, FOOT = 64.0, 54.0, 46.0  # pixels around a panel: for its numbers, for what is told, for the label

Place = tuple[float, float]


def animate_descent(f: Function, start: Any, optimizer: MakeOptimizer | None = None, steps: int = 60) -> Descent:
    """An optimizer walking down `f`: plays, steps and scrubs in JupyterLab, and in a saved notebook without a kernel.

    Args:
        f: the function to be minimised, of tensors. If `start` is a number, it gets one 0-d tensor. If `start` is
            two numbers, it gets two 0-d tensors if it names two arguments, `f(x, y)`, else one tensor of two
            elements, `f(w)`. It returns a tensor of one element, and is drawn faster if it broadcasts.
        start: a number, or two.
        optimizer: is given the list of parameters and returns an optimizer; by default
            `lambda parameters: optim.SGD(parameters, lr=0.1)`.
        steps: how many, at least 1. The walk ends early where the loss is infinite or no number.

    Returns:
        A figure with `.svg` (its last moment), `.html`, `.alt`, `.walk` (the numbers) and `.save(path)` for svg,
        html, png, pdf and gif, and for mp4 where ffmpeg is.

    Raises:
        ValueError: if start has more than two numbers, or steps is below 1.

    PyTorch has nothing like it.

    >>> animate_descent(lambda x: 0.5 * x**2, start=1.0, steps=20)
    From x = 1.0 with SGD, lr 0.1: loss 0.5 to 0.00739 in 20 steps.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}: without a step there is nothing to animate.")
    land = landscape(f, start)
    return Descent(land, walk(land, optimizer or _plain_sgd, steps))


def _plain_sgd(parameters: list[Any]) -> optim.SGD:
    return optim.SGD(parameters, lr=0.1)


class Descent(Movie):
    """The animation of a walk; shows itself in a notebook.

    Attributes:
        walk: the points, slopes and losses, moment by moment.
        alt: what is seen, in a sentence.
    """

    def __init__(self, land: Landscape, path: Walk) -> None:
        self.walk = path
        view: View = Curve(land, path) if path.points.shape[1] == 1 else Surface(land, path)
        shown = sorted({round(i) for i in np.linspace(0, len(path.losses) - 1, min(len(path.losses), MOST_MOMENTS))})
        told = [_told(land, path, i, view.inside(i)) for i in shown]
        moments = [view.scene(shown[: k + 1], told[k]) for k in range(len(shown))]
        alt = f"From {_where(land, path, 0)} with {path.told()}."
        losses = " ".join(text.number(loss, 3) for loss in path.losses)
        super().__init__(moments, told, alt, content=f"{alt} {losses}")


def _told(land: Landscape, path: Walk, i: int, inside: bool) -> str:
    """The read-out."""
    told = f"step {i} of {path.wanted}: {_where(land, path, i)}, loss {text.number(path.losses[i], 3)}"
    if i == len(path.losses) - 1 and path.diverged:
        return f"{told} (diverged)"
    return told if inside else f"{told} (outside of the picture)"


def _where(land: Landscape, path: Walk, i: int) -> str:
    pairs = zip(land.names, path.points[i], strict=True)
    return ", ".join(f"{name} = {text.number(value, 3)}" for name, value in pairs)


class View(Protocol):
    """One way to see a walk."""

    def inside(self, i: int) -> bool:
        """Whether the ball is in the picture at a moment."""

    def scene(self, moments: Sequence[int], told: str) -> Scene:
        """The picture at the last of these moments, when all of them have been."""


# Of one number -------------------------------------------------------------------------------------------------------


class Curve:
    """The curve, where the ball has been on it, and the tangent where it is."""

    width, height = 620.0, 376.0

    def __init__(self, land: Landscape, path: Walk) -> None:
        self.path = path
        low, high = _range(path)
        xs = np.linspace(low[0], high[0], CURVE)
        ys = land.sample(xs)
        heights = np.nan_to_num(path.losses[: _near(path)])
        tall = max(float(np.ptp(heights)), 1e-6 * max(1.0, abs(float(heights[0]))))
        seen = np.clip(ys[np.isfinite(ys)], heights.min() - tall, heights.max() + 0.4 * tall)
        seen = np.concatenate([seen, heights])
        space = 0.08 * max(float(np.ptp(seen)), tall)
        ends = (float(seen.min()) - space, float(seen.max()) + space)
        width, height = self.width - LEFT - 20, self.height - HEAD - FOOT
        self.panel = Panel(LEFT, HEAD, width, height, (float(xs[0]), float(xs[-1])), ends)
        self.axes = self.panel.axes(land.names[0], "loss")
        pieces = [line("", *(self.panel.place(*point) for point in piece)).segments for piece in stretches(xs, ys)]
        self.curve = Path("curve", [segment for segments in pieces for segment in segments])

    def inside(self, i: int) -> bool:
        """Whether the ball is in the picture at a moment."""
        return self.panel.holds(self.path.points[i, 0], self.path.losses[i])

    def scene(self, moments: Sequence[int], told: str) -> Scene:
        """The picture at the last of these moments."""
        panel, path = self.panel, self.path
        been = [panel.place(path.points[i, 0], path.losses[i]) for i in moments if math.isfinite(path.losses[i])]
        been = been or [panel.place(path.points[0, 0], panel.y[0])]  # without a value, at the foot of the picture
        moving: list[Mark] = [
            line("trace", *been, key="trace", growing=True),
            _dots("dots", been),
            line("tangent", *self._tangent(moments[-1]), key="tangent"),
            Circle("ball", *been[-1], 7, key="ball"),
        ]
        seen = Window(panel.left, panel.top, panel.width, panel.height, [self.curve, *moving])
        return Scene(self.width, self.height, [*_head(path, told), *self.axes, seen])

    def _tangent(self, i: int) -> tuple[Place, Place]:
        """Through the ball, always equally long; out of sight if the ball is."""
        x, y, slope = (
            float(number) for number in (self.path.points[i, 0], self.path.losses[i], self.path.slopes[i, 0])
        )
        if not self.inside(i) or not math.isfinite(slope):
            return (-9.0, -9.0), (-9.0, -9.0)
        panel = self.panel
        across = panel.width / (panel.x[1] - panel.x[0])
        up = slope * panel.height / (panel.y[1] - panel.y[0])
        part = 85 / math.hypot(across, up)
        (px, py), (dx, dy) = panel.place(x, y), (across * part, up * part)
        return (px - dx, py + dy), (px + dx, py - dy)


# Of two numbers ------------------------------------------------------------------------------------------------------


class Surface:
    """The surface from above, with the path on it; beside it the loss, step by step."""

    width, height = 720.0, 376.0

    def __init__(self, land: Landscape, path: Walk) -> None:
        self.path = path
        low, high = _range(path)
        half = float((high - low).max()) / 2  # one scale for both: else steps would not cross the levels squarely
        xs, ys = (np.linspace(middle - half, middle + half, GRID) for middle in (low + high) / 2)
        side = self.height - HEAD - FOOT
        x, y = (float(xs[0]), float(xs[-1])), (float(ys[0]), float(ys[-1]))
        self.map = Panel(LEFT, HEAD, side, side, x, y)
        self.bands = bands(land.sample(*np.meshgrid(xs, ys)), self.map)
        left = LEFT + side + 78
        self.loss = _loss_panel(path, Panel(left, HEAD, self.width - left - 20, side, (0, path.wanted), (0, 1)))
        across, up = land.names
        label = "loss (logarithmic)" if self.loss.log else "loss"
        self.axes = [*self.map.axes(across, up, grid=False), *self.loss.axes("step", label)]

    def inside(self, i: int) -> bool:
        """Whether the ball is in the picture at a moment."""
        return self.map.holds(*self.path.points[i])

    def scene(self, moments: Sequence[int], told: str) -> Scene:
        """The picture at the last of these moments."""
        path, losses = self.path, self.path.losses
        been = [self.map.place(*path.points[i]) for i in moments if np.isfinite(path.points[i]).all()]
        fallen = [self.loss.place(i, losses[i]) for i in moments if math.isfinite(losses[i])]
        fallen = fallen or [self.loss.place(0, self.loss.y[0])]
        walked: list[Mark] = [
            line("casing", *been, key="casing", growing=True),
            _dots("halo", been),
            line("path", *been, key="path", growing=True),
            _dots("dots", been),
            Circle("start", *been[0], 5, key="start"),
            Circle("ball", *been[-1], 7, key="ball"),
        ]
        curve = line("curve", *fallen, key="loss", growing=True)
        seen = Window(self.map.left, self.map.top, self.map.width, self.map.height, [*self.bands, *walked])
        height = Circle("ball", *fallen[-1], 5, key="height")
        return Scene(self.width, self.height, [*_head(path, told), seen, *self.axes, curve, height])


def bands(values: Floats, panel: Panel) -> list[Mark]:
    """The surface as bands of height, painted one upon the other; half of the area gets half of the bands."""
    marks: list[Mark] = [Rect("band0", panel.left, panel.top, panel.width, panel.height)]
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() == finite.max():
        return marks
    low, middle, high = (float(level) for level in np.percentile(finite, [0, 50, 99.5]))
    if low == high:
        return marks
    bend = min(max(math.log(max((middle - low) / (high - low), 1e-9)) / math.log(0.5), 0.3), 12.0)
    filled = np.clip(np.where(np.isnan(values), high, values), low, high)
    levels = [low + (high - low) * (k / len(CIVIDIS)) ** bend for k in range(1, len(CIVIDIS))]
    bands = [[_in_pixels(loop, values, panel) for loop in contour.loops(filled, level)] for level in levels]
    for k, band in enumerate(_thinned(bands), start=1):
        marks.append(Path(f"band{k}", [segment for loop in band for segment in (*line("", *loop).segments, ("Z", ()))]))
    return marks


def _thinned(bands: list[list[list[Place]]]) -> list[list[list[Place]]]:
    """Level lines as exact as can be seen; of a very rugged surface, only so exact that the page stays light."""
    off = DETAIL
    while True:
        thin = [[few for loop in band if len(few := contour.thinned(loop, off)) > 2] for band in bands]
        if sum(len(loop) for band in thin for loop in band) <= CORNERS:
            return thin
        off *= 1.5


def _in_pixels(loop: Sequence[Place], grid: Floats, panel: Panel) -> list[Place]:
    rows, columns = grid.shape
    across, up = panel.width / (columns - 1), panel.height / (rows - 1)
    return [(panel.left + column * across, panel.top + panel.height - row * up) for column, row in loop]


def _loss_panel(path: Walk, panel: Panel) -> Panel:
    """The panel of the loss: in powers of ten where it changes a thousandfold."""
    losses = path.losses[np.isfinite(path.losses)] if math.isfinite(path.losses[0]) else np.zeros(1)
    low, high = float(losses.min()), float(losses.max())
    if low > 0 and high / low > 1000:
        return replace(panel, y=(low / 2, high * 2), log=True)
    space = 0.06 * max(high - low, 1e-6 * max(1.0, abs(high)))
    return replace(panel, y=(low - space, high + space))


# Of both -------------------------------------------------------------------------------------------------------------


def _near(path: Walk) -> int:
    """How many moments the picture must hold: all of them, or those before the walk ran off."""
    finite = np.isfinite(path.losses)
    height = path.losses - path.losses[finite].min(initial=np.inf)
    first = max(height[:2][finite[:2]], default=0.0)
    far = np.flatnonzero(~(finite & (height <= 30 * max(first, 1e-12))))
    return max(1, int(far[0])) if far.size else len(height)


def _range(path: Walk) -> tuple[Floats, Floats]:
    """Lower and upper ends that hold the points, some of what lies opposite as seen from the best one, and a margin."""
    points = path.points[: _near(path)]
    best = points[np.argmin(np.where(np.isfinite(path.losses), path.losses, np.inf)[: len(points)])]
    seen = np.concatenate([points, best + 0.6 * (best - points)])
    low, high = seen.min(axis=0), seen.max(axis=0)
    margin = np.maximum(0.1 * (high - low), 1e-3 * np.maximum(1.0, np.abs(best)))
    return low - margin, high + margin


def _head(path: Walk, told: str) -> list[Mark]:
    return [Text("title", LEFT, 20, path.optimizer), Text("caption", LEFT, 40, told, key="told")]


def _dots(look: str, points: Sequence[Place]) -> Path:
    """Lines of no length, whose round ends are dots: one path for all of them."""
    return Path(look, [("M", (*point, *point)) for point in points], key=look, growing=True)
