"""A picture of slopes that were found in two ways: a ring where nudging puts one, a dot where backward puts it.

Knows marks and numbers; nothing of engines, nor of what was differentiated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from teachgrad.viz import text
from teachgrad.viz.axes import ticks
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Circle, Mark, Scene, Text, line

TOLERANCE = 1e-4  # absolute, or of the nudged slope
LEFT, WIDTH, RIGHT = 150.0, 420.0, 130.0  # pixels: for names, for the axis, for what is told
TOP, ROW, BELOW = 64.0, 26.0, 42.0


def draw_slopes(slopes: Mapping[str, tuple[float, float]], title: str = "") -> Figure:
    """Slopes by backward, each against the same slope by nudging.

    Args:
        slopes: by name, what backward says and what nudging says.
        title: what stands above.

    Returns:
        A figure with a row for each. Where the two agree to 0.0001, a dot lies in its ring; where they do not, a line
        joins them, and the row says by how much.

    >>> draw_slopes({"x²": (4.0, 4.0), "tanh": (1.0, 0.42)})
    1 of 2 slopes by backward agrees with nudging. tanh: backward 1.0, nudging 0.42.
    """
    off = {name: pair for name, pair in slopes.items() if not agree(*pair)}
    words = "agrees" if len(slopes) - len(off) == 1 else "agree"
    told = f"{len(slopes) - len(off)} of {len(slopes)} slopes by backward {words} with nudging."
    wrong = [f"{name}: backward {text.number(a)}, nudging {text.number(b)}" for name, (a, b) in off.items()]
    alt = " ".join([*([f"{title}."] if title else []), told, *([f"{'; '.join(wrong)}."] if wrong else [])])
    height = TOP + ROW * len(slopes) + BELOW
    marks = [Text("title", 8, 18, title or told), *_legend(8, 42), *_rows(slopes)]
    return Figure(Scene(LEFT + WIDTH + RIGHT, height, marks), alt, content=alt + repr(list(slopes)))


def agree(by_backward: float, by_nudging: float) -> bool:
    """Whether two slopes are the same but for rounding; a nan agrees with nothing.

    >>> agree(2.0, 2.00001), agree(0.0, 0.1), agree(float("nan"), 1.0)
    (True, False, False)
    """
    return abs(by_backward - by_nudging) <= TOLERANCE * max(1.0, abs(by_nudging))


def _legend(x: float, y: float) -> list[Mark]:
    return [
        Circle("start", x + 7, y - 4, 7),
        Text("legend", x + 20, y, "nudging"),
        Circle("done", x + 97, y - 4, 4),
        Text("legend", x + 107, y, "backward, where it agrees"),
        Circle("bar2", x + 287, y - 4, 4),
        Text("legend", x + 297, y, "where it does not"),
    ]


def _rows(slopes: Mapping[str, tuple[float, float]]) -> list[Mark]:
    """The axis with a row for each pair of slopes."""
    known = [slope for pair in slopes.values() for slope in pair if math.isfinite(slope)] or [0.0]
    low, high = min(0.0, *known), max(0.0, *known)
    space = 0.06 * (high - low) or 1.0
    low, high = low - space, high + space
    bottom = TOP + ROW * len(slopes)

    def place(slope: float) -> float:
        return LEFT + WIDTH * (slope - low) / (high - low)

    marks: list[Mark] = []
    for tick in ticks(low, high, most=8):
        marks.append(line("frame" if tick == 0 else "grid", (place(tick), TOP), (place(tick), bottom)))
        marks.append(Text("across", place(tick), bottom + 16, text.number(tick, 6).removesuffix(".0")))
    marks.append(Text("label", LEFT + WIDTH / 2, bottom + 35, "slope"))
    for number, (name, (by_backward, by_nudging)) in enumerate(slopes.items()):
        y = TOP + ROW * (number + 0.5)
        fits = agree(by_backward, by_nudging)
        marks.append(Text("row", LEFT - 12, y + 4, text.clean(name)))
        both = math.isfinite(by_backward) and math.isfinite(by_nudging)
        marks += [line("trace", (place(by_nudging), y), (place(by_backward), y))] if both and not fits else []
        marks += [Circle("start", place(by_nudging), y, 7)] if math.isfinite(by_nudging) else []
        marks += [Circle("done" if fits else "bar2", place(by_backward), y, 4)] if math.isfinite(by_backward) else []
        off = f"≠ off by {text.number(by_backward - by_nudging, 3)}"
        marks.append(Text("legend", LEFT + WIDTH + 14, y + 4, "=" if fits else off))
    return marks
