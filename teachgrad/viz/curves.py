"""Curves over the steps of a training: how a loss falls, how an accuracy rises, several of them side by side.

Knows marks, axes and lists of numbers; nothing of what is trained, nor of who shows the picture while it grows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Mark, Path, Scene, Segment, Text, line

LEFT, RIGHT, BELOW = 64.0, 14.0, 46.0  # pixels beside and below a panel, for numbers and labels
ABOVE = 40.0  # and above, for its title and its legend
HEIGHT = 180.0
WIDTHS = {1: 460.0, 2: 300.0, 3: 220.0}  # of a panel, by how many stand in a row
LINES = 5  # looks of curves that can be told apart
ROW = 17.0  # from one line of a legend to the next
LETTER = 7.0  # pixels that a letter of a legend takes, at most
WIDE_RANGE = 1000  # a loss that changes more than so many times is drawn in powers of ten


@dataclass(frozen=True, slots=True)
class Curve:
    """A named list of numbers, each with the step after which it was measured."""

    name: str
    steps: Sequence[float]
    values: Sequence[float]

    @property
    def last_word(self) -> str:
        """What is measured: "training loss" and "test loss" are both a loss, and share a panel."""
        return self.name.split()[-1] if self.name.split() else ""

    @property
    def is_share(self) -> bool:
        """Whether the numbers are parts of a whole, told in percent."""
        return self.last_word == "accuracy"

    def told(self) -> str:
        """The curve in words: its ends, and how far it went beyond them.

        >>> Curve("test loss", [0, 1, 2, 3], [2.34, 1.1, 0.72, 1.93]).told()
        'test loss 2.34 to 1.93, at its lowest 0.72'
        >>> Curve("loss", [0, 1], [2.0, 2.0]).told(), Curve("accuracy", [0, 1], [0.1, 0.972]).told()
        ('loss stays at 2', 'accuracy 10 % to 97 %')
        """
        first, last = self.values[0], self.values[-1]
        if len(self.values) == 1:
            return f"{self.name} {amount(self, first)}"
        finite = [value for value in self.values if math.isfinite(value)]
        low, high = min(finite, default=math.nan), max(finite, default=math.nan)
        if len(finite) == len(self.values) and high - low <= 1e-4 * abs(high):
            return f"{self.name} stays at {amount(self, first)}"
        beyond = [f"at its lowest {amount(self, low)}"] if min(first, last) - low > 0.1 * (high - low) else []
        beyond += [f"at its highest {amount(self, high)}"] if high - max(first, last) > 0.1 * (high - low) else []
        return ", ".join([f"{self.name} {amount(self, first)} to {amount(self, last)}", *beyond])


def amount(curve: Curve, value: float) -> str:
    """A value of a curve in three digits, or in whole percent."""
    return f"{100 * value:.0f} %" if curve.is_share and math.isfinite(value) else f"{value:.3g}".replace("-", "−")


def draw_curves(panels: Mapping[str, Mapping[str, Sequence[float]]], unit: str = "step") -> Figure:
    """Curves in panels side by side, to be compared.

    Args:
        panels: for each panel its title, and its curves by name, as
            ``{"A": {"training loss": [...], "test loss": [...]}}``. The first value of a curve is that before the first
            step. A curve named "... accuracy" is shown in percent.
        unit: what is counted on the x axis: "step" or "epoch".

    Returns:
        A figure with ``.svg``, ``.html``, ``.alt`` and ``.save(path)``.

    Raises:
        ValueError: if there is no panel, or a panel with no curve, more than five, or one without a value.

    There is nothing like it in PyTorch.

    >>> draw_curves({"cleared": {"loss": [2.0, 1.0, 0.5]}, "kept": {"loss": [2.0, 2.0, 2.0]}})
    Curves over steps. cleared: loss 2 to 0.5. kept: loss stays at 2.
    """
    plots = []
    for title, named in panels.items():
        curves = [Curve(text.clean(name), range(len(values)), values) for name, values in named.items()]
        if not 1 <= len(curves) <= LINES or not all(curve.values for curve in curves):
            raise ValueError(f"panel {title!r} needs 1 to {LINES} curves, each with a value or more.")
        plots.append(Plot(curves, unit, max(len(curve.values) for curve in curves) - 1, text.clean(title)))
    if not plots:
        raise ValueError('there is nothing to draw: give at least one panel, as {"A": {"loss": [2.0, 1.0]}}.')
    told = [f"{plot.title + ': ' if plot.title else ''}{plot.told()}." for plot in plots]
    alt = f"Curves over {unit}s. {' '.join(told)}"
    return Figure(arranged(plots), alt, content=alt)


def in_panels(curves: Iterable[Curve], unit: str, end: float) -> list[Plot]:
    """Curves that measure the same thing in one panel, in the order in which they come."""
    measured: dict[str, list[Curve]] = {}
    for curve in curves:
        measured.setdefault(curve.last_word, []).append(curve)
    return [Plot(same, unit, end) for same in measured.values()]


@dataclass(frozen=True, slots=True)
class Plot:
    """A panel of curves from step 0 to ``end``."""

    curves: Sequence[Curve]
    unit: str
    end: float
    title: str = ""

    def told(self) -> str:
        """Its curves in words."""
        return "; ".join(curve.told() for curve in self.curves)

    def draw(self, left: float, top: float, width: float, height: float) -> list[Mark]:
        """Axes, curves, legend."""
        panel = self._panel(Panel(left, top, width, height, (0, max(self.end, 1)), (0, 1)))
        marks = panel.axes(self.unit, self._measured(panel.log))
        if self.title:
            marks.append(Text("title", left, top - 26 - ROW * (self.rows(width) - 1), self.title))
        if len(self.curves) > 1:
            marks += self._legend(left, top - 9, width)
        for number, curve in enumerate(self.curves):
            marks.append(Path(f"line{number}", self._segments(panel, curve)))
        return marks

    def _measured(self, log: bool) -> str:
        """What the y axis counts; nothing where the curves have nothing in common."""
        words = {curve.last_word for curve in self.curves}
        word = words.pop() if len(words) == 1 else ""
        return f"{word} (%)" if self._percent else f"{word} (powers of ten)".strip() if log else word

    @property
    def _percent(self) -> bool:
        return all(curve.is_share for curve in self.curves)

    def _panel(self, place: Panel) -> Panel:
        """The panel with a y axis from zero, or in powers of ten where the values differ a thousandfold."""
        finite = [value for curve in self.curves for value in curve.values if math.isfinite(value)] or [1.0]
        low, high = min(finite), max(finite)
        if self._percent:  # from a multiple of ten: whether it is 95 % or 98 % is seen only near the top
            return replace(place, y=(max(0.0, 10.0 * math.floor(10 * low - 0.2)), 101.0 if high <= 1 else 104 * high))
        if low > 0 and high / low > WIDE_RANGE:
            return replace(place, y=(low / 2, high * 2), log=True)
        space = 0.06 * max(high - min(low, 0.0), 1e-6)
        return replace(place, y=(low - space if low < 0 else 0.0, high + space))

    def _segments(self, panel: Panel, curve: Curve) -> list[Segment]:
        """A line through the finite values, interrupted where there are none; a lone value is a dot."""
        scale = 100 if self._percent else 1
        segments: list[Segment] = []
        pen = "M"
        for step, value in zip(curve.steps, curve.values, strict=True):
            if not math.isfinite(value):
                pen = "M"
                continue
            x, y = panel.place(step, value * scale)
            segments.append((pen, (x, y)) if pen == "L" else (pen, (x, y, x, y)))
            pen = "L"
        return segments

    def rows(self, width: float) -> int:
        """How many lines its legend takes above a panel of that width."""
        return 1 + max(row for row, _, _ in self._entries(width))

    def _entries(self, width: float) -> list[tuple[int, float, str]]:
        """For each curve the line and the place of its name, without what the axis says already."""
        same = len({curve.last_word for curve in self.curves}) == 1
        entries: list[tuple[int, float, str]] = []
        row, x = 0, 0.0
        for curve in self.curves:
            name = (curve.name.removesuffix(curve.last_word).strip() if same else "") or curve.name
            wide = 44 + LETTER * text.width(name)
            if x and x + wide - 16 > width + RIGHT:
                row, x = row + 1, 0.0
            entries.append((row, x, name))
            x += wide
        return entries

    def _legend(self, left: float, y: float, width: float) -> list[Mark]:
        """A piece of each line, and its name; the lines of the legend end just above the panel."""
        marks: list[Mark] = []
        last = self.rows(width) - 1
        for number, (row, x, name) in enumerate(self._entries(width)):
            base = y - ROW * (last - row)
            marks.append(line(f"line{number}", (left + x, base - 4), (left + x + 22, base - 4)))
            marks.append(Text("legend", left + x + 28, base, name))
        return marks


class Drawn(Protocol):
    """What can be put into a rectangle of a picture."""

    def draw(self, left: float, top: float, width: float, height: float) -> list[Mark]:
        """Marks: what is in the rectangle, and the numbers and labels around it."""


def arranged(plots: Sequence[Drawn], top: float = 0) -> Scene:
    """Panels in rows of three at most, of two where there are four, from ``top`` downwards."""
    across = max(1, len(plots) if len(plots) <= 3 else 2 if len(plots) == 4 else 3)
    width = WIDTHS[across]
    above = ABOVE + ROW * max((plot.rows(width) - 1 for plot in plots if isinstance(plot, Plot)), default=0)
    row = above + HEIGHT + BELOW
    marks: list[Mark] = []
    for number, plot in enumerate(plots):
        down, column = divmod(number, across)
        marks += plot.draw(column * (LEFT + width + RIGHT) + LEFT, top + down * row + above, width, HEIGHT)
    rows = math.ceil(len(plots) / across)
    return Scene(across * (LEFT + width + RIGHT), top + rows * row, marks)
