"""compare: lists of numbers side by side, step by step: losses, gradients, or the paths that two programs walked.

Knows marks, axes and numbers; not where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.curves import WIDE_RANGE, Curve, arranged
from teachgrad.viz.figure import TOLD, Movie
from teachgrad.viz.fit import spread
from teachgrad.viz.scene import Circle, Mark, Path, Segment, Text, Window, keyed, line

Floats = np.ndarray[Any, np.dtype[np.float64]]
MOST = 6  # panels
MOST_MOMENTS = 100
HEAD = 26.0  # pixels above the panels, for the read-out


def compare(runs: Mapping[str, Any], unit: str = "step") -> Comparison:
    """Lists of numbers side by side, on the same scales, as they grow step by step.

    Args:
        runs: for each name a list of numbers, or a list of pairs that is a path in the plane; at most six.
        unit: what is counted: "step", "epoch", "entry".

    Returns:
        A figure that plays, with ``.svg`` (of all steps), ``.html``, ``.alt`` and ``.save(path)``. Where one list is a
        thousand times larger than another, each panel has a scale of its own, and the picture says so.

    Raises:
        ValueError: if there are none or too many, an empty one, or numbers beside pairs.

    There is nothing like it in PyTorch.

    >>> compare({"cleared": [1.0, 0.5, 0.25], "kept": [1.0, -1.0, 0.5]})
    Side by side, step by step. cleared 1 to 0.25; kept 1 to 0.5, at its lowest −1.
    >>> compare({"sgd": [(1.0, 1.0), (0.5, 0.0)]}).told[-1]
    'step 1: sgd (0.5, 0.0)'
    """
    lists = {text.clean(name): _points(name, run) for name, run in runs.items()}
    widths = {points.shape[1] for points in lists.values()}
    if not 1 <= len(lists) <= MOST or len(lists) < len(runs):
        raise ValueError(f"compare shows 1 to {MOST} lists of different names, and was given {len(runs)}.")
    if len(widths) > 1:
        raise ValueError("compare takes lists of numbers or lists of pairs, and was given both.")
    return Comparison(lists, text.clean(unit))


def _points(name: str, run: Any) -> Floats:
    """A row for each step, of one number or two."""
    values = run.detach() if hasattr(run, "detach") else run
    if isinstance(values, Sequence):
        values = [point.detach() if hasattr(point, "detach") else point for point in values]
    points = np.asarray(values, dtype=float)
    points = points[:, None] if points.ndim == 1 else points
    if points.ndim != 2 or points.shape[1] not in (1, 2) or not len(points):
        raise ValueError(
            f"compare needs numbers, or pairs of them, and {name!r} has the shape {text.shape(np.shape(values))}.\n"
            'Give lists, as in compare({"cleared": [1.0, 0.9], "kept": [1.0, 0.8]}).'
        )
    return points


class Comparison(Movie):
    """Panels in which lists grow; shows itself in a notebook."""

    def __init__(self, lists: Mapping[str, Floats], unit: str) -> None:
        end = max(map(len, lists.values())) - 1
        shown = sorted({round(i) for i in np.linspace(0, end, min(end + 1, MOST_MOMENTS))})
        told = [_told(lists, unit, i) for i in shown]
        panels = _panels(lists, unit, end)
        note = "" if len({panel.frame.y for panel in panels}) == 1 else " (each panel has a scale of its own)"
        whole = arranged([replace(panel, shown=shown) for panel in panels], HEAD - 10)
        marks = [Text("caption", 64, 20, "", key=TOLD), *whole.marks]
        told = [words + note for words in told]
        moments = [replace(whole, marks=_then(marks, k, words)) for k, words in enumerate(told)]
        alt = f"Side by side, {unit} by {unit}. {'; '.join(_in_words(*item) for item in lists.items())}."
        content = f"{alt} {[points.tolist() for points in lists.values()]}"
        super().__init__(moments, told, alt, content)


def _told(lists: Mapping[str, Floats], unit: str, i: int) -> str:
    now = [(name, points[min(i, len(points) - 1)].tolist()) for name, points in lists.items()]
    return f"{unit} {i}: " + ", ".join(f"{name} {_at(point)}" for name, point in now)


def _at(point: list[float]) -> str:
    numbers = [text.number(value, 3) for value in point]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"


def _in_words(name: str, points: Floats) -> str:
    if points.shape[1] == 1:
        return Curve(name, range(len(points)), points[:, 0].tolist()).told()
    return f"{name} from {_at(points[0].tolist())} to {_at(points[-1].tolist())}"


@dataclass(frozen=True, slots=True)
class Grown:
    """One list in its frame, with what is drawn of it up to a step."""

    name: str
    points: Floats  # pairs, in numbers
    frame: Panel
    labels: tuple[str, str]
    place: int
    shown: Sequence[int] = (0,)

    def draw(self, left: float, top: float, width: float, height: float) -> list[Mark]:
        """Axes, and the line as far as it goes."""
        panel = replace(self.frame, left=left, top=top, width=width, height=height)
        segments = self._segments(panel)
        grown = Path("curve", segments, key=f"line{self.place}", growing=True)
        x, y = segments[-1][1][-2:]
        ball = Circle("ball", x, y, 6, key=f"ball{self.place}")
        zero = [line("frame", *(panel.place(x, 0) for x in panel.x))] if self.labels[0] and panel.holds(0, 0) else []
        title = Text("title", left, top - 10, self.name)
        return [title, *panel.axes(*self.labels), *zero, Window(left, top, width, height, [grown]), ball]

    def _segments(self, panel: Panel) -> list[Segment]:
        """One segment for each moment, through all the points since the last; out of sight before the first."""
        segments: list[Segment] = []
        last, since = (-9.0, -9.0), 0
        for i in self.shown:
            new = [panel.place(x, y) for x, y in self.points[since : i + 1].tolist() if np.isfinite((x, y)).all()]
            since = i + 1
            last = (new or [last])[-1]
            if not segments or segments[-1][1][-2:] == (-9.0, -9.0):  # the line begins here
                segments.append(("M", (*last, *last)))
            else:
                segments.append(("L", tuple(number for point in new or [last] for number in point)))
        return segments


def _panels(lists: Mapping[str, Floats], unit: str, end: int) -> list[Grown]:
    """A panel for each list, on scales that they share if that shows all of them."""
    if next(iter(lists.values())).shape[1] == 2:
        frame = _around(list(lists.values()))
        return [Grown(name, points, frame, ("", ""), k) for k, (name, points) in enumerate(lists.items())]
    tall = [float(np.max(np.abs(points[np.isfinite(points)]), initial=0)) for points in lists.values()]
    tall = [size for size in tall if size] or [1.0]
    whole = np.concatenate(list(lists.values()))
    frame = _frame(whole, end)
    apart = max(tall) / min(tall) > WIDE_RANGE and not frame.log
    return [
        Grown(
            name,
            np.column_stack([np.arange(len(points)), points]),
            _frame(points, end) if apart else frame,
            (unit, "powers of ten" if frame.log else ""),
            k,
        )
        for k, (name, points) in enumerate(lists.items())
    ]


def _frame(values: Floats, end: int) -> Panel:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    across = (0.0, max(float(end), 1.0))
    if low > 0 and high / low > WIDE_RANGE:
        return Panel(0, 0, 1, 1, across, (low / 2, high * 2), log=True)
    low, high = (0.0, high) if 0 < low < 0.5 * high else (low, high)
    return Panel(0, 0, 1, 1, across, spread(np.array([low, high])))


def _around(paths: Sequence[Floats]) -> Panel:
    whole = np.concatenate(paths)
    whole = whole[np.isfinite(whole).all(axis=1)]
    whole = whole if len(whole) else np.zeros((1, 2))
    return Panel(0, 0, 1, 1, spread(whole[:, 0]), spread(whole[:, 1]))


def _then(marks: Sequence[Mark], k: int, told: str) -> list[Mark]:
    """The picture of all moments as it was at moment `k`: each line so long, with the ball at its end."""
    lines = {mark.key: mark for mark in keyed(marks).values() if isinstance(mark, Path)}
    found: list[Mark] = []
    for mark in marks:
        match mark:
            case Window():
                found.append(replace(mark, marks=_then(mark.marks, k, told)))
            case Path(_, segments, key) if key:
                found.append(replace(mark, segments=segments[: k + 1]))
            case Circle(_, _, _, _, key) if key:
                x, y = lines[key.replace("ball", "line")].segments[k][1][-2:]
                found.append(replace(mark, x=x, y=y))
            case Text(key="told"):
                found.append(replace(mark, text=told))
            case _:
                found.append(mark)
    return found
