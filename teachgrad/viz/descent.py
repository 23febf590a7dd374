"""animate_descent: an optimizer walking down a function, as a picture that plays.

Of one number: the curve, the ball on it, its tangent. Of two: the surface from above with the path on it,
and the loss beside it. Puts a walk (data) into panels (marks); all is computed once, the page plays it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from teachgrad import optim
from teachgrad.viz import contour, text
from teachgrad.viz.axes import Panel
from teachgrad.viz.figure import TOLD, Movie
from teachgrad.viz.looks import CIVIDIS
from teachgrad.viz.scene import Circle, Mark, Path, Rect, Scene, Text, Window, line
from teachgrad.viz.walk import Floats, Function, Landscape, MakeOptimizer, Walk, landscape, stretches, walk

MOST_RUNNERS = 5  # that can be told apart
MOST_MOMENTS = 100  # more are thinned out: nobody sees them, and the page would grow
CURVE, GRID = 121, 41  # places at which a function of one number, of two numbers, is sampled
DETAIL = 0.25  # pixels by which a level line may be off
CORNERS = 900  # of all level lines together
LEFT, HEAD, FOOT = 64.0, 54.0, 46.0  # pixels around a panel: for its numbers, for what is told, for the label

Place = tuple[float, float]


def animate_descent(
    f: Function,
    start: Any,
    optimizer: MakeOptimizer | None = None,
    steps: int = 60,
    *,
    optimizers: Mapping[str, MakeOptimizer] | None = None,
) -> Descent:
    """An optimizer walking down `f`, or several in a race: plays, steps and scrubs, also where there is no kernel.

    Args:
        f: the function to be minimised, of tensors. If `start` is a number, it gets one 0-d tensor. If `start` is
            two numbers, it gets two 0-d tensors if it names two arguments, `f(x, y)`, else one tensor of two
            elements, `f(w)`. It returns a tensor of one element, and is drawn faster if it broadcasts.
        start: a number, or two.
        optimizer: is given the list of parameters and returns an optimizer; by default
            `lambda parameters: optim.SGD(parameters, lr=0.1)`.
        steps: how many, at least 1. The walk ends early where the loss is infinite or no number.
        optimizers: up to five by name, as `{"SGD": ..., "Adam": ...}`, each as `optimizer`; they start together.

    Returns:
        A figure with `.svg` (its last moment), `.html`, `.alt`, `.walks` (the numbers, by name), `.walk` (of the first)
        and `.save(path)` for svg, html, png, pdf and gif, and for mp4 where ffmpeg is.

    Raises:
        ValueError: if start has more than two numbers, steps is below 1, or there are no optimizers or too many.

    PyTorch has nothing like it.

    >>> animate_descent(lambda x: 0.5 * x**2, start=1.0, steps=20)
    From x = 1.0 with SGD, lr 0.1: loss 0.5 to 0.00739 in 20 steps.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}: without a step there is nothing to animate.")
    if optimizers is not None and (optimizer is not None or not 1 <= len(optimizers) <= MOST_RUNNERS):
        raise ValueError(f"animate_descent takes one optimizer, or 1 to {MOST_RUNNERS} optimizers by name.")
    land = landscape(f, start)
    if optimizers is None:
        return Descent(land, {"": walk(land, optimizer or _plain_sgd, steps)})
    return Descent(land, {text.clean(name, 24): walk(land, make, steps) for name, make in optimizers.items()})


def _plain_sgd(parameters: list[Any]) -> optim.SGD:
    return optim.SGD(parameters, lr=0.1)


class Descent(Movie):
    """The animation of a walk, or of a race; shows itself in a notebook.

    Attributes:
        walks: the points, slopes and losses, moment by moment, by the names of the optimizers.
        alt: what is seen, in a sentence.
    """

    def __init__(self, land: Landscape, walks: dict[str, Walk]) -> None:
        self.walks = walks
        paths = list(walks.values())
        view: View = Curve(land, walks) if len(land.names) == 1 else Surface(land, walks)
        end = max(len(path.losses) for path in paths) - 1
        shown = sorted({round(i) for i in np.linspace(0, end, min(end + 1, MOST_MOMENTS))})
        told = [_told(land, paths[0], i, view.inside(i)) if len(walks) == 1 else _standing(walks, i) for i in shown]
        moments = [view.scene(shown[: k + 1], told[k]) for k in range(len(shown))]
        where = _where(land, paths[0], 0)
        alt = f"From {where} with {paths[0].told()}." if len(walks) == 1 else f"Race from {where}. {_result(walks)}"
        losses = " ".join(text.number(loss, 3) for path in paths for loss in path.losses)
        super().__init__(moments, told, alt, content=f"{alt} {losses}")

    @property
    def walk(self) -> Walk:
        """The numbers of the first optimizer, or of the only one."""
        return next(iter(self.walks.values()))


def _standing(walks: Mapping[str, Walk], i: int) -> str:
    """The read-out of a race."""
    losses = []
    for name, path in walks.items():
        over = i >= len(path.losses) - 1 and path.diverged
        losses.append(f"{name} {text.number(_now(path.losses, i), 3)}{' (diverged)' if over else ''}")
    return f"step {i} of {next(iter(walks.values())).wanted}: loss {', '.join(losses)}"


def _result(walks: Mapping[str, Walk]) -> str:
    ends = {name: path.losses[-1] for name, path in walks.items() if math.isfinite(path.losses[-1])}
    told = [f"{name}: {path.outcome}." for name, path in walks.items()]
    return " ".join([*told, *([f"Lowest in the end: {min(ends, key=ends.__getitem__)}."] if ends else [])])


def _now(values: Floats, i: int) -> Any:
    """The value of a step; of the last one, after the end."""
    return values[min(i, len(values) - 1)]


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


@dataclass(frozen=True, slots=True)
class Runner:
    """How one walk is drawn: with its steps where it is alone; in a race with a number, a colour and dashes of its own.

    Attributes:
        number: 0 for a walk that is alone.
    """

    name: str
    path: Walk
    number: int

    def key(self, kind: str) -> str:
        """What the player knows a mark by."""
        return f"{kind}{self.number or ''}"

    def trail(self, look: str, been: Sequence[Place], key: str) -> list[Mark]:
        """The way so far; steps are dots only where nothing else is in the picture."""
        if self.number:
            return [line(f"run{self.number - 1}", *been, key=self.key(key), growing=True)]
        return [line(look, *been, key=key, growing=True), *([_dots("dots", been)] if key != "loss" else [])]

    def ball(self, place: Place, radius: float = 7.0, key: str = "ball") -> list[Mark]:
        """Where it is now."""
        if not self.number:
            return [Circle("ball", *place, radius, key=key)]
        x, y = place
        ball = Circle(f"racer{self.number - 1}", x, y, 8, key=self.key(key))
        return [ball, Text("digit", x, y + 3.5, str(self.number), key=self.key(f"{key}digit"))]


def _runners(walks: Mapping[str, Walk]) -> list[Runner]:
    alone = len(walks) == 1 and "" in walks
    return [Runner(name, path, 0 if alone else k) for k, (name, path) in enumerate(walks.items(), start=1)]


# Of one number -------------------------------------------------------------------------------------------------------


class Curve:
    """The curve, where the ball has been on it, and the tangent where it is."""

    width, height = 620.0, 376.0

    def __init__(self, land: Landscape, walks: Mapping[str, Walk]) -> None:
        self.runners = _runners(walks)
        self.path = self.runners[0].path
        low, high = _range(_seen(walks))
        xs = np.linspace(low[0], high[0], CURVE)
        ys = land.sample(xs)
        heights = np.concatenate([np.nan_to_num(path.losses[: _near(path)]) for path in _seen(walks)])
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
        panel = self.panel
        moving: list[Mark] = []
        for runner in self.runners:
            points, losses = runner.path.points, runner.path.losses
            steps = [min(i, len(losses) - 1) for i in moments]
            been = [panel.place(points[i, 0], losses[i]) for i in steps if math.isfinite(losses[i])]
            been = been or [panel.place(points[0, 0], panel.y[0])]  # without a value, at the foot of the picture
            moving += runner.trail("trace", been, "trace")
            if not runner.number:
                moving.append(line("tangent", *self._tangent(moments[-1]), key="tangent"))
            moving += runner.ball(been[-1])
        seen = Window(panel.left, panel.top, panel.width, panel.height, [self.curve, *moving])
        return Scene(self.width, self.height, [*_head(self.runners, told), *self.axes, seen])

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
    """The surface from above, with the path on it; beside it the loss, step by step.

    At least `half` is seen to each side of the middle of the path; the surface is sampled at `grid` places each way.
    """

    width, height = 720.0, 376.0

    def __init__(self, land: Landscape, walks: Mapping[str, Walk], half: float = 0.0, grid: int = GRID) -> None:
        self.runners = _runners(walks)
        self.path = self.runners[0].path
        low, high = _range(_seen(walks))
        half = max(
            half, float((high - low).max()) / 2
        )  # one scale for both: else steps would not cross the levels squarely
        xs, ys = (np.linspace(middle - half, middle + half, grid) for middle in (low + high) / 2)
        side = self.height - HEAD - FOOT
        x, y = (float(xs[0]), float(xs[-1])), (float(ys[0]), float(ys[-1]))
        self.map = Panel(LEFT, HEAD, side, side, x, y)
        self.bands = bands(land.sample(*np.meshgrid(xs, ys)), self.map)
        left = LEFT + side + 78
        room = Panel(left, HEAD, self.width - left - 20, side, (0, self.path.wanted), (0, 1))
        self.loss = _loss_panel(_seen(walks), room)
        across, up = land.names
        label = "loss (logarithmic)" if self.loss.log else "loss"
        self.axes = [*self.map.axes(across, up, grid=False), *self.loss.axes("step", label)]

    def inside(self, i: int) -> bool:
        """Whether the ball is in the picture at a moment."""
        return self.map.holds(*self.path.points[i])

    def scene(self, moments: Sequence[int], told: str) -> Scene:
        """The picture at the last of these moments."""
        walked: list[Mark] = []
        balls: list[Mark] = []
        beside: list[Mark] = []
        for runner in self.runners:
            points, losses = runner.path.points, runner.path.losses
            steps = [min(i, len(losses) - 1) for i in moments]
            been = [self.map.place(*points[i]) for i in steps if np.isfinite(points[i]).all()]
            fallen = [self.loss.place(i, losses[i]) for i in steps if math.isfinite(losses[i])]
            fallen = fallen or [self.loss.place(0, self.loss.y[0])]
            walked.append(line("casing", *been, key=runner.key("casing"), growing=True))
            if not runner.number:
                walked.append(_dots("halo", been))
            walked += runner.trail("path", been, "path")
            balls += [Circle("start", *been[0], 5, key=runner.key("start")), *runner.ball(been[-1])]
            beside += [*runner.trail("curve", fallen, "loss"), *runner.ball(fallen[-1], 5, "height")]
        seen = Window(self.map.left, self.map.top, self.map.width, self.map.height, [*self.bands, *walked, *balls])
        if len(self.runners) > 1:  # one may leave its panel
            panel = self.loss
            beside = [Window(panel.left - 12, panel.top - 12, panel.width + 24, panel.height + 24, beside)]
        return Scene(self.width, self.height, [*_head(self.runners, told), seen, *self.axes, *beside])


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


def _loss_panel(paths: Iterable[Walk], panel: Panel) -> Panel:
    """The panel of the loss: in powers of ten where it changes a thousandfold."""
    losses = np.concatenate([path.losses for path in paths])
    losses = losses[np.isfinite(losses)] if math.isfinite(losses[0]) else np.zeros(1)
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


def _seen(walks: Mapping[str, Walk]) -> list[Walk]:
    """The walks that a picture must hold: one that diverges would hide how the others go."""
    return [path for path in walks.values() if not path.diverged] or list(walks.values())


def _range(paths: Iterable[Walk]) -> tuple[Floats, Floats]:
    """Lower and upper ends that hold the walks."""
    lows, highs = zip(*(_reach(path) for path in paths), strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)


def _reach(path: Walk) -> tuple[Floats, Floats]:
    """Lower and upper ends that hold the points, some of what lies opposite as seen from the best one, and a margin."""
    points = path.points[: _near(path)]
    best = points[np.argmin(np.where(np.isfinite(path.losses), path.losses, np.inf)[: len(points)])]
    seen = np.concatenate([points, best + 0.6 * (best - points)])
    low, high = seen.min(axis=0), seen.max(axis=0)
    margin = np.maximum(0.1 * (high - low), 1e-3 * np.maximum(1.0, np.abs(best)))
    return low - margin, high + margin


def _head(runners: Sequence[Runner], told: str) -> list[Mark]:
    """Who walks; and the read-out."""
    marks: list[Mark] = []
    left = LEFT
    for runner in runners:
        if not runner.number:
            marks.append(Text("title", left, 20, runner.path.optimizer))
            continue
        look = runner.number - 1
        marks.append(line(f"run{look}", (left, 15), (left + 40, 15)))
        marks += [Circle(f"racer{look}", left + 20, 15, 8), Text("digit", left + 20, 18.5, str(runner.number))]
        marks.append(Text("title", left + 46, 20, runner.name))
        left += 70 + 8.5 * text.width(runner.name)
    return [*marks, Text("caption", LEFT, 40, told, key=TOLD)]


def _dots(look: str, points: Sequence[Place]) -> Path:
    """Lines of no length, whose round ends are dots: one path for all of them."""
    return Path(look, [("M", (*point, *point)) for point in points], key=look, growing=True)
