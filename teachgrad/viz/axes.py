"""A panel with axes: from numbers to pixels, and the frame, ticks and labels around them.

Knows marks, not what is plotted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from teachgrad.viz import text
from teachgrad.viz.scene import Group, Mark, Rect, Text, line

FAR = 5000.0  # pixels; what lies further out is as invisible, and some viewers cannot count further


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle of the picture that shows numbers between the ends of `x` and, upwards, of `y`.

    With `log`, powers of ten are equally far from each other on the y axis.
    """

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]
    log: bool = False

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of a pair of numbers."""
        low, high = (math.log10(end) for end in self.y) if self.log else self.y
        y = math.log10(max(y, 1e-300)) if self.log else y
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - low) / (high - low)
        return _bounded(self.left + across * self.width), _bounded(self.top + (1 - up) * self.height)

    def holds(self, x: float, y: float) -> bool:
        """Whether a pair of numbers is in the panel; nan is not."""
        return bool(self.x[0] <= x <= self.x[1] and self.y[0] <= y <= self.y[1])

    def axes(self, x_label: str, y_label: str, grid: bool = True, key: str = "") -> list[Mark]:
        """Frame, ticks with numbers, labels; lines across at the ticks if there is to be a `grid`.

        With a `key`, those of the y axis are a group of that key, for a page that changes the axis.
        """
        marks: list[Mark] = []
        bottom, right = self.top + self.height, self.left + self.width
        for x in ticks(*self.x, most=max(2, int(self.width / 60))):
            px = self.place(x, self.y[0])[0]
            ends = ((px, self.top), (px, bottom)) if grid else ((px, bottom), (px, bottom + 4))
            marks.append(line("grid" if grid else "frame", *ends))
            marks.append(Text("across", px, bottom + 17, text.short(x, 6)))
        scale: list[Mark] = []
        for y in log_ticks(*self.y) if self.log else ticks(*self.y, most=max(2, int(self.height / 45))):
            py = self.place(self.x[0], y)[1]
            ends = ((self.left, py), (right, py)) if grid else ((self.left - 4, py), (self.left, py))
            scale.append(line("grid" if grid else "frame", *ends))
            scale.append(Text("up", self.left - 7, py + 4, power(y) if self.log else text.short(y, 6)))
        marks += [Group("scale", scale, key=key)] if key else scale
        marks.append(Rect("frame", self.left, self.top, self.width, self.height))
        marks.append(Text("label", self.left + self.width / 2, bottom + 36, x_label))
        middle = self.top + self.height / 2
        marks.append(Text("label", self.left - 48, middle, y_label, upwards=True))
        return marks


def _bounded(pixel: float) -> float:
    return min(max(pixel, -FAR), FAR)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two ends, at most `most` and a step of 1, 2 or 5 apart.

    >>> ticks(-1.3, 1.2, most=6), ticks(0, 60, most=4)
    ([-1.0, -0.5, 0.0, 0.5, 1.0], [0.0, 20.0, 40.0, 60.0])
    """
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (size, 2 * size, 5 * size, 10 * size):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [round(k * step, 12 - math.floor(math.log10(step))) + 0.0 for k in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Powers of ten between two positive ends, at most `most`.

    >>> log_ticks(0.005, 20), log_ticks(1e-12, 1, most=4)
    ([0.01, 0.1, 1.0, 10.0], [1e-12, 1e-08, 0.0001, 1.0])
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / most))
    return [10.0**k for k in range(first, last + 1, step)]


def power(value: float) -> str:
    """A power of ten as it is written.

    >>> power(0.001)
    '10⁻³'
    """
    return "10" + str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
