"""tangent: a curve under a microscope that zooms in until it is straight, with its tangent and a secant.

The tangent stands still while the curve comes to lie on it; the secant turns into it. Beside them, the slope of the
secant as its second point comes nearer. Puts samples of a function into panels; all is computed once, the page plays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.field import Asking
from teachgrad.viz.figure import TOLD, Movie
from teachgrad.viz.scene import Circle, Mark, Path, Rect, Scene, Text, Window, line
from teachgrad.viz.typed import Formula, formula
from teachgrad.viz.walk import Floats, Function, Landscape, landscape, stretches

DOUBLINGS = 10  # how often the width is halved
FRAMES = 2  # for each of them
PLACES = 61  # at which the curve is sampled in each view
REACH = 0.6  # where the secant's second point is, as a part of half of the width
STRAIGHT = 0.01  # a curve whose slopes on both sides differ from the tangent's by at most this part is called straight
LEFT, TOP, SIDE, FOOT = 78.0, 62.0, 268.0, 46.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a curve, and the slope there."""

    x: float
    y: float
    slope: float


@dataclass(frozen=True, slots=True)
class View:
    """What is seen at one zoom.

    Attributes:
        half: half of the width.
        xs, ys: the curve.
        far: how far away the secant's second point is.
        secant: its slope.
        sides: the slopes of the chords to both edges.
    """

    half: float
    xs: Floats
    ys: Floats
    far: float
    secant: float
    sides: tuple[float, float]


def tangent(f: Function | str, at: float = 1.0, width: float = 4.0) -> Tangent:
    """Zoom into a curve until it is straight: the line that it becomes is its tangent, the slope of it the derivative.

    Args:
        f: a function of one number, given as a 0-d tensor of float64; returns a tensor of one element. Or a formula, as
            ``"x**2 + sin(x)"``: in a notebook, another can then be typed beneath the picture.
        at: where to look.
        width: how much of the x axis is seen at first. It is halved ten times.

    Returns:
        A figure that plays, with ``.slope`` (by autograd), ``.secants`` (their slopes, moment by moment), ``.svg``,
        ``.html``, ``.alt`` and ``.save(path)``.

    Raises:
        ValueError: if width is not positive, or f has no value at this place.

    There is nothing like it in PyTorch.

    >>> tangent(lambda x: x**2, at=1.0)
    At x = 1.0 the tangent has the slope 2.0. The secant to a point 1.2 away has the slope 3.2, to one 0.00117 away \
2.001. Zoomed in 1,024 times, the curve is straight.
    >>> tangent(lambda x: x.abs(), at=0.0).alt.split(". ")[-1]
    'Zoomed in 1,024 times, it is still bent: its slope is −1.0 on the left and 1.0 on the right.'
    """
    if not (width > 0 and math.isfinite(width)):
        raise ValueError(f"width must be a positive number, got {width}: it is how much of the x axis is seen.")
    function = formula(f, names=("x",)) if isinstance(f, str) else f
    land = landscape(function, float(at), np.float64)
    (x,) = land.parameters()
    value = function(x)
    height = float(value.item())
    if not math.isfinite(height):
        raise ValueError(f"f has no value at {text.number(at)}: it gives {height}. Look at another place, at=...")
    if value.requires_grad:
        value.backward()
    made = Tangent(land, Spot(float(at), height, 0.0 if x.grad is None else float(x.grad.item())), width)
    if isinstance(f, str):
        made.typed, made.again = f, lambda text: tangent(text, at, width)
    return made


class Tangent(Asking, Movie):
    """The zoom; shows itself in a notebook.

    Attributes:
        slope: the derivative, by autograd.
        secants: the slope of the secant at each moment.
    """

    def __init__(self, land: Landscape, spot: Spot, width: float) -> None:
        self.slope = spot.slope
        zooms = [2 ** (k / FRAMES) for k in range(DOUBLINGS * FRAMES + 1)]
        views = [_view(land, spot, width / 2 / zoom) for zoom in zooms]
        self.secants = [view.secant for view in views]
        drawing = Microscope(land, spot, views)
        straight = _is_straight(spot, views)
        told = [_told(zoom, view, spot) for zoom, view in zip(zooms, views, strict=True)]
        told[-1] += "; straight" if straight else "; still bent"
        alt = _alt(land.names[0], spot, views, straight)
        moments = [drawing.scene(i, words) for i, words in enumerate(told)]
        super().__init__(moments, told, alt, content=" ".join((alt, *told)))


def _view(land: Landscape, spot: Spot, half: float) -> View:
    far = REACH * half
    xs = spot.x + np.concatenate([np.linspace(-half, half, PLACES), [far]])
    ys = land.sample(xs)
    with np.errstate(all="ignore"):
        secant, left, right = (ys[-1] - spot.y) / far, (spot.y - ys[0]) / half, (ys[-2] - spot.y) / half
    return View(half, xs[:-1], ys[:-1], far, float(secant), (float(left), float(right)))


def _told(zoom: float, view: View, spot: Spot) -> str:
    slopes = f"secant {text.number(view.secant)}, tangent {text.number(spot.slope)}"
    return f"zoom {zoom:,.0f}×: h = {text.number(view.far, 3)}, slope of the {slopes}"


def _is_straight(spot: Spot, views: Sequence[View]) -> bool:
    """Whether, seen from nearest, both sides of the curve have the slope of the tangent."""
    scale = max(abs(spot.slope), STRAIGHT * _steepness(spot, views[0]))
    return all(abs(side - spot.slope) <= STRAIGHT * scale for side in views[-1].sides)


def _alt(name: str, spot: Spot, views: Sequence[View], straight: bool) -> str:
    ends = [(text.number(view.far, 3), text.number(view.secant)) for view in (views[0], views[-1])]
    (far, slope), (near, last) = ends
    left, right = (text.number(side, 3) for side in views[-1].sides)
    bent = f"it is still bent: its slope is {left} on the left and {right} on the right"
    return (
        f"At {name} = {text.number(spot.x)} the tangent has the slope {text.number(spot.slope)}. "
        f"The secant to a point {far} away has the slope {slope}, to one {near} away {last}. "
        f"Zoomed in {2**DOUBLINGS:,} times, {'the curve is straight' if straight else bent}."
    )


def _steepness(spot: Spot, view: View) -> float:
    """Half of the height of the first view by half of its width: the curve fits in. All views have this proportion."""
    away = np.abs(view.ys - spot.y)
    away = away[np.isfinite(away)]
    tall = float(np.percentile(away, 97)) if away.size else 0.0
    return max(1.15 * tall / view.half, 0.3 * abs(spot.slope), 1e-9)


class Microscope:
    """The curve with its tangent and a secant, as near as one looks; beside it the secants' slopes so far."""

    width, height = 760.0, TOP + SIDE + FOOT

    def __init__(self, land: Landscape, spot: Spot, views: Sequence[View]) -> None:
        self.spot, self.views = spot, views
        self.steep = _steepness(spot, views[0])
        slopes = [view.secant for view in views if math.isfinite(view.secant)] + [spot.slope]
        space = 0.12 * (max(slopes) - min(slopes)) or 0.5 * max(1.0, abs(spot.slope))
        left = LEFT + SIDE + 96
        across = (-0.4, DOUBLINGS + 0.4)
        ends = (min(slopes) - space, max(slopes) + space)
        self.slopes = Panel(left, TOP, self.width - left - 16, SIDE, across, ends)
        below = views[0].secant > spot.slope  # where the dots are not
        self.label = self.slopes.place(0, spot.slope)[1] + (18 if below else -8)
        self.limit = line("tangent", *(self.slopes.place(x, spot.slope) for x in across))
        f, name = land.function, land.names[0]
        written = f" = {text.clean(f.text, 60)}" if isinstance(f, Formula) else ""
        self.title = Text("title", LEFT, 20, f"f({name}){written}, near {name} = {text.number(spot.x)}")

    def scene(self, i: int, told: str) -> Scene:
        """The picture at one moment."""
        seen = [
            self.slopes.place(k / FRAMES, view.secant)
            for k, view in enumerate(self.views)
            if math.isfinite(view.secant)
        ]
        been = seen[: i + 1] or [(-9.0, -9.0)]
        beside: list[Mark] = [
            *self.slopes.axes("how often h was halved", "slope of the secant"),
            self.limit,
            Text("legend", self.slopes.left + 8, self.label, "slope of the tangent"),
            Path("dots", [("M", (*point, *point)) for point in been], key="slopes", growing=True),
            Circle("ball", *been[-1], 6, key="ball"),
        ]
        head = [self.title, Text("caption", LEFT, 42, told, key=TOLD)]
        return Scene(self.width, self.height, [*head, *self._curve(self.views[i]), *beside])

    def _curve(self, view: View) -> list[Mark]:
        """Fixed places on the axes, with other numbers at every zoom."""
        spot, half, tall = self.spot, view.half, self.steep * view.half
        x, y = (spot.x - half, spot.x + half), (spot.y - tall, spot.y + tall)
        panel = Panel(LEFT, TOP, SIDE, SIDE, x, y)
        drawn = [line("", *(panel.place(*point) for point in piece)).segments for piece in stretches(view.xs, view.ys)]
        middle, end = panel.place(spot.x, spot.y), panel.place(spot.x + view.far, spot.y + view.secant * view.far)
        secant = [panel.place(spot.x + part, spot.y + view.secant * part) for part in (-2 * half, 2 * half)]
        lines: list[Mark] = [
            Path("broad", [segment for segments in drawn for segment in segments], key="curve"),
            line("secant", *secant, key="secant"),
            line("tangent", *(panel.place(spot.x + part, spot.y + spot.slope * part) for part in (-half, half))),
            Circle("start", *end, 5, key="end"),
            Circle("dot", *middle, 6),
        ]
        return [*_numbers(panel, spot, half, tall), Window(LEFT, TOP, SIDE, SIDE, lines), *_legend(panel)]


def _numbers(panel: Panel, spot: Spot, half: float, tall: float) -> list[Mark]:
    """Frame and labels; at both ends and in the middle of each axis, what is there at this zoom."""
    marks: list[Mark] = []
    for k in (-1, 0, 1):
        px, py = panel.place(spot.x + k * half, spot.y + k * tall)
        marks.append(line("grid", (px, TOP), (px, TOP + SIDE)))
        marks.append(line("grid", (LEFT, py), (LEFT + SIDE, py)))
        marks.append(Text("across", px, TOP + SIDE + 17, _near(spot.x, k * half), key=f"x{k + 1}"))
        marks.append(Text("up", LEFT - 7, py + 4 + 4 * k, _near(spot.y, k * tall), key=f"y{k + 1}"))
    return [*marks, Rect("frame", LEFT, TOP, SIDE, SIDE)]


def _near(middle: float, away: float) -> str:
    """A number with as many digits as tell it from the middle of its axis."""
    digits = 2 + max(0, math.ceil(math.log10(max(abs(middle), 1e-300) / abs(away)))) if away else 4
    return text.number(middle + away, min(digits, 9)).removesuffix(".0")


def _legend(panel: Panel) -> list[Mark]:
    """Which line is which, below the panel."""
    marks: list[Mark] = []
    left, y = panel.left, panel.top + panel.height + 38
    for look, name in (("broad", "f"), ("tangent", "tangent"), ("secant", "secant")):
        marks += [line(look, (left, y - 4), (left + 24, y - 4)), Text("legend", left + 30, y, name)]
        left += 52 + 7 * len(name)
    return marks
