"""explore_descent: gradient descent with sliders for its settings; the page walks by itself, and answers at once.

Python hands the page what it needs to know the function: of a parabola its coefficients, else its values and slopes on
a grid, between which the page interpolates (explore.js). Knows walks and panels; the steps in the page are those of
`optim.SGD`, which the first picture is computed with.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from teachgrad import optim
from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.descent import FOOT, GRID, HEAD, LEFT, bands
from teachgrad.viz.field import Again, Asking
from teachgrad.viz.figure import HERE, TOLD, Figure, script
from teachgrad.viz.scene import Circle, Mark, Path, Scene, Text, Window, line
from teachgrad.viz.typed import Formula, formula
from teachgrad.viz.walk import Floats, Function, Landscape, Walk, landscape, named, stretches, walk

SETTINGS = ("clear .grad", "nesterov")  # what can be switched on and off
FINE, COARSE = 401, 51  # places along each axis at which a function of one number, of two, is known to the page
BEYOND = 1.5  # of which the middle is seen
NOTCHES = 500  # of a slider, about
LOGARITHMIC = 600  # a slider whose ends differ by more goes in powers of ten
SIDE, WIDTH = 276.0, 720.0
PATIENT = 0.05  # the learning rate that finds what is to be seen, for places of the size of 1
NEAR = 0.3  # a walk that is longer than this part of its distance from zero is seen around zero

Range = tuple[float, float]


def explore_descent(
    f: Function | str,
    start: Any = None,
    *,
    lr: Range = (0.001, 1.0),
    momentum: Range = (0.0, 0.99),
    options: Mapping[str, Sequence[bool]] | None = None,
    steps: int = 60,
    view: Range | None = None,
) -> DescentExplorer:
    """Gradient descent with sliders for the learning rate and the momentum; a click chooses where it starts.

    The page does the steps of ``optim.SGD`` itself, without a kernel, at every movement of a slider. For a parabola it
    computes exactly, in float64. Any other function it knows on a grid, half as wide again as the picture, and
    interpolates between: its numbers are right to about three digits, and a walk that leaves the grid ends there.

    Args:
        f: as for `animate_descent`, of one number or of two; or a formula in x, or in x and y, as
            ``"x**2 + sin(y)"``: in a notebook, another can then be typed beneath the picture.
        start: where the descent starts at first; by default 1.0, or (-1.5, 2.0) if f names two arguments.
        lr: the ends of the slider for the learning rate. It begins in the middle of its powers of ten.
        momentum: the ends of the slider for the momentum. It begins at the lower one.
        options: boxes to tick, with the value at the beginning first: ``{"clear .grad": [True, False]}`` to keep
            the sum of all gradients, ``{"nesterov": [False, True]}``.
        steps: how many.
        view: what is seen of each axis; by default what a descent from the start needs.

    Returns:
        A figure with ``.svg`` and ``.alt`` (as it begins), ``.walk`` (the numbers of that), ``.html`` and
        ``.save(path)``.

    Raises:
        ValueError: if start has more than two numbers, steps is below 1, a slider has no room, or an option is unknown.

    There is nothing like it in PyTorch.

    >>> explore_descent(lambda x: 0.5 * x**2, start=1.0, lr=(0.01, 1.0), steps=20)
    Descent on f(x). From x = 1.0 with SGD, lr 0.1: loss 0.5 to 0.00739 in 20 steps.
    """
    switches = {name: bool(values[0]) for name, values in (options or {}).items()}
    unknown = set(switches) - set(SETTINGS)
    if unknown:
        raise ValueError(
            f"explore_descent knows the options {' and '.join(map(repr, SETTINGS))}, not {unknown.pop()!r}."
        )
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}.")
    function = formula(f) if isinstance(f, str) else f
    sliders = {"lr": Slider("lr", *lr, middle=True), "momentum": Slider("momentum", *momentum)}
    if start is None:
        start = (-1.5, 2.0) if len(named(function)) == 2 else 1.0
    made = DescentExplorer(landscape(function, start, np.float64), sliders, switches, steps, view)
    if isinstance(f, str):
        made.typed, made.again = f, _again(start, lr=lr, momentum=momentum, options=options, steps=steps, view=view)
    return made


def _again(start: Any, **settings: Any) -> Again:
    """What explores another formula with the same settings; from the same start, if it has as many variables."""

    def again(text: str) -> DescentExplorer:
        return explore_descent(text, start if np.size(start) == len(formula(text).names) else None, **settings)

    return again


class Slider:
    """The ends of a slider, how far its notches are apart, and where it begins; in powers of ten if it spans many."""

    def __init__(self, name: str, low: float, high: float, middle: bool = False) -> None:
        if not (0 <= low < high < math.inf):
            raise ValueError(f"{name} needs two ends, the lower one first and not negative, got ({low}, {high}).")
        self.low, self.high = float(low), float(high)
        self.log = low > 0 and high / low > LOGARITHMIC
        self.step = 10.0 ** math.floor(math.log10((high - low) / NOTCHES) + 0.31)
        self.start = self.low if not middle else self.high / 10 if not low else math.sqrt(low * high)
        digits = -math.floor(math.log10(self.start)) if self.start else 0
        self.start = min(max(round(self.start, digits), self.low), self.high)

    def told(self) -> dict[str, Any]:
        """What the page is told about it."""
        return {"low": self.low, "high": self.high, "step": self.step, "log": self.log, "start": self.start}


class DescentExplorer(Asking, Figure):
    """The picture with its sliders; shows itself in a notebook.

    Attributes:
        walk: the points, slopes and losses of the descent that is shown at first.
    """

    sheets = ("figure.css", "controls.css", "explore.css")

    def __init__(
        self,
        land: Landscape,
        sliders: dict[str, Slider],
        switches: dict[str, bool],
        steps: int,
        view: Range | None,
    ) -> None:
        self.land, self.sliders, self.switches, self.steps = land, sliders, switches, steps
        nesterov = switches.get("nesterov", False)
        first = {name: slider.start for name, slider in sliders.items()}

        def sgd(parameters: list[Any]) -> optim.SGD:
            speed = first["momentum"]
            return optim.SGD(parameters, lr=first["lr"], momentum=speed, nesterov=nesterov and speed > 0)

        self.walk = walk(land, sgd, steps, switches.get("clear .grad", True))
        self._seen = _window(land, self.walk, view)
        self._stage = _stage(land, self.walk, self._seen)
        names = ", ".join(land.names) if land.apart or land.start.size == 1 else named(land.function)[0]
        where = ", ".join(f"{n} = {text.number(v, 3)}" for n, v in zip(land.names, self.walk.points[0], strict=True))
        written = f" = {text.clean(land.function.text, 80)}" if isinstance(land.function, Formula) else ""
        alt = f"Descent on f({names}){written}. From {where} with {self.walk.told()}."
        self._known = _parabola(land, self._seen) or _table(land, self._seen)
        scene = self._stage.scene(f"f({names}){written}", self.walk)
        super().__init__(scene, alt, content=alt + repr((self._known, switches, steps)))

    def _script(self) -> str:
        data = {
            "names": self.land.names,
            "start": self.walk.points[0].tolist(),
            "sliders": {name: slider.told() for name, slider in self.sliders.items()},
            "options": self.switches,
            "steps": self.steps,
            "known": self._known,
            **self._stage.told(),
        }
        return script(HERE / "explore.js", self.fingerprint, data)


def _window(land: Landscape, path: Walk, view: Range | None) -> tuple[Floats, Floats]:
    """The lower and upper ends of what is seen: the start, what a patient descent finds, and the other side."""
    dimensions = land.start.size
    if view is not None:
        if not view[0] < view[1]:
            raise ValueError(f"view needs two ends, the lower one first, got {view}.")
        return np.full(dimensions, float(view[0])), np.full(dimensions, float(view[1]))
    start = land.start.ravel()
    patient = walk(land, lambda p: optim.Adam(p, lr=PATIENT * max(1.0, float(np.abs(start).max()))), 300)
    points, losses = (np.concatenate([getattr(one, what) for one in (path, patient)]) for what in ("points", "losses"))
    best = points[np.argmin(np.where(np.isfinite(losses), losses, np.inf))]
    way = float(np.abs(start - best).max())
    tall = max(float(np.abs(start).max()), float(np.abs(best).max()))
    if not tall:
        return np.full(dimensions, -1.0), np.full(dimensions, 1.0)
    if way >= NEAR * tall:  # the neighbourhood of zero is in it anyway
        return np.full(dimensions, -1.35 * tall), np.full(dimensions, 1.35 * tall)
    half = 1.5 * max(way, 0.1 * tall, 1e-3)
    return best - half, best + half


# What the page knows of the function ---------------------------------------------------------------------------------


def _grid(seen: tuple[Floats, Floats], count: int) -> tuple[list[Floats], Floats, Floats]:
    """Places on the part of the plane (or line) that the page knows, and its ends."""
    low, high = seen
    reach = (BEYOND - 1) / 2 * (high - low)
    low, high = low - reach, high + reach
    axes = [np.linspace(a, b, count) for a, b in zip(low, high, strict=True)]
    return list(np.meshgrid(*axes)), low, high


def _parabola(land: Landscape, seen: tuple[Floats, Floats]) -> dict[str, Any] | None:
    """Place, height, slopes and curvatures of a function whose slopes change evenly; None of any other."""
    places, _, _ = _grid(seen, 7)
    slopes = np.stack([slope.ravel() for slope in land.slopes(*places)])
    if not np.isfinite(slopes).all():
        return None
    at = land.start.ravel()
    away = np.stack([place.ravel() for place in places]) - at[:, None]
    fitted, *_ = np.linalg.lstsq(np.vstack([np.ones(away.shape[1]), away]).T, slopes.T, rcond=None)
    off = np.abs(np.vstack([np.ones(away.shape[1]), away]).T @ fitted - slopes.T).max()
    if off > 1e-9 * max(np.abs(slopes).max(), 1e-30):
        return None
    bend = np.where(np.abs(fitted[1:]) < 1e-9 * np.abs(slopes).max(), 0, fitted[1:])
    lowest = at - np.linalg.pinv(bend.T) @ fitted[0]  # seen from there, no digits are lost near it
    slope = fitted[0] + (lowest - at) @ bend
    height = float(land.sample(*(np.array([value]) for value in lowest))[0])
    return {"at": lowest.tolist(), "height": height, "slope": slope.tolist(), "bend": bend.tolist()}


def _table(land: Landscape, seen: tuple[Floats, Floats]) -> dict[str, Any]:
    """Values and slopes on a grid, row by row, as bytes; values need all digits, as the page subtracts them."""
    count = FINE if len(seen[0]) == 1 else COARSE
    places, low, high = _grid(seen, count)
    values = [_bytes(land.sample(*places), "<f8"), *(_bytes(slope, "<f4") for slope in land.slopes(*places))]
    return {"low": low.tolist(), "high": high.tolist(), "count": count, "values": values}


def _bytes(numbers: Floats, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, kind).tobytes()).decode()


# What is drawn -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stage:
    """What stays when the walk changes: a map, with the walk on it; a panel beside it, over the steps.

    Attributes:
        ground: what is seen on the map without a walk.
        axes: frames, ticks and labels of both.
        over: the marks of a walk, lowest first.
        shows: what the panel beside shows of each step: "place" or "loss".
    """

    map: Panel
    beside: Panel
    ground: Sequence[Mark]
    axes: Sequence[Mark]
    over: Sequence[str]
    shows: str

    def told(self) -> dict[str, Any]:
        """Where the page draws."""
        panels = {"map": self.map, "beside": self.beside}
        boxes = {
            name: {"box": [p.left, p.top, p.width, p.height], "x": p.x, "y": p.y, "log": p.log}
            for name, p in panels.items()
        }
        return {**boxes, "shows": self.shows}

    def scene(self, title: str, path: Walk) -> Scene:
        """The whole, with a walk; what the page changes has a key."""
        spots = [(*point, loss) for point, loss in zip(path.points.tolist(), path.losses.tolist(), strict=True)]
        spots = [spot for spot in spots if all(map(math.isfinite, spot))] or [(0.0, 0.0, 0.0)]
        walked = [self.map.place(*spot[:2]) for spot in spots]  # on a curve, the loss is the height
        passed = [self.beside.place(i, spot[0 if self.shows == "place" else -1]) for i, spot in enumerate(spots)]
        trails: list[Mark] = [
            Path("dots", [("M", (*at, *at)) for at in walked], key="dots")
            if look == "dots"
            else line(look, *walked, key=look)
            for look in self.over
        ]
        marks = [
            *self.ground,
            *trails,
            Circle("start", *walked[0], 5, key="start"),
            Circle("ball", *walked[-1], 7, key="ball"),
        ]
        return Scene(
            WIDTH,
            HEAD + SIDE + FOOT,
            [
                Text("title", LEFT, 20, title),
                Text("caption", LEFT, 40, path.told(), key=TOLD),
                Window(self.map.left, self.map.top, self.map.width, self.map.height, marks),
                *self.axes,
                Window(
                    self.beside.left,
                    self.beside.top,
                    self.beside.width,
                    self.beside.height,
                    [line("past", *passed, key="past")],
                ),
            ],
        )


def _stage(land: Landscape, path: Walk, seen: tuple[Floats, Floats]) -> Stage:
    left = LEFT + SIDE + 78
    room = Panel(left, HEAD, WIDTH - left - 20, SIDE, (0, path.wanted), (0, 1))
    return (_line if len(land.names) == 1 else _plane)(land, seen, room)


def _line(land: Landscape, seen: tuple[Floats, Floats], room: Panel) -> Stage:
    """A function of one number: its curve; beside it where the walk was, step by step."""
    (low,), (high,) = seen
    xs = np.linspace(low, high, 121)
    ys = land.sample(xs)
    finite = ys[np.isfinite(ys)] if np.isfinite(ys).any() else np.array([0.0, 1.0])
    bottom, top = float(finite.min()), float(np.percentile(finite, 98))
    space = 0.07 * max(top - bottom, 1e-6 * max(1.0, abs(top)))
    panel = Panel(LEFT, HEAD, SIDE, SIDE, (low, high), (bottom - space, top + space))
    beside = replace(room, y=(low, high))
    pieces = [line("", *(panel.place(*point) for point in piece)).segments for piece in stretches(xs, ys)]
    curve = Path("curve", [segment for segments in pieces for segment in segments])
    axes = [*panel.axes(land.names[0], "f"), *beside.axes("step", land.names[0], key="scale")]
    return Stage(panel, beside, [curve], axes, ("trace", "dots"), "place")


def _plane(land: Landscape, seen: tuple[Floats, Floats], room: Panel) -> Stage:
    """A function of two numbers, from above; beside it the loss, step by step."""
    (x0, y0), (x1, y1) = seen
    panel = Panel(LEFT, HEAD, SIDE, SIDE, (x0, x1), (y0, y1))
    values = land.sample(*np.meshgrid(np.linspace(x0, x1, GRID), np.linspace(y0, y1, GRID)))
    finite = values[np.isfinite(values)] if np.isfinite(values).any() else np.array([0.0, 1.0])
    low, high = float(finite.min()), max(float(np.percentile(finite, 98)), float(finite.min()) + 1e-6)
    space = 0.06 * (high - low)
    log = low >= 0  # for any walk on the map: how near it comes to zero is then seen
    beside = replace(room, y=(high * 1e-6, high * 2) if log else (low - space, high + space), log=log)
    across, up = land.names
    axes = [
        *panel.axes(across, up, grid=False),
        *beside.axes("step", "loss (powers of ten)" if log else "loss", key="scale"),
    ]
    return Stage(panel, beside, bands(values, panel), axes, ("casing", "path", "dots"), "loss")
