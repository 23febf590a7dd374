"""A number for each layer of a deep network, as bars that rise above 1 or hang below it, in powers of ten.

What shrinks or grows by a factor from layer to layer makes a straight slope here, and the axis is always the same: so
pictures of different networks can be compared. Knows numbers and marks; not what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from teachgrad.viz import text
from teachgrad.viz.axes import power
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Mark, Path, Rect, Scene, Segment, Text, line

DECADES = 12  # above and below 1; a bar that is longer ends there, and its number is told
STEP = 4  # decades from one tick to the next
LEFT, TOP, WIDTH, HEIGHT, BELOW, GAP = 48.0, 52.0, 288.0, 168.0, 44.0, 12.0
FILLED = 0.8  # of the place that a bar has


def draw_depth(panels: Mapping[str, Sequence[float]]) -> Figure:
    """A bar for each layer, in one panel for each thing that was measured.

    Args:
        panels: for each title, a number for each layer, in the layers' order: how many times as large something is as
            where it started. 0 hangs to the very bottom, what is not finite rises to the very top.

    Returns:
        A figure with ``.svg``, ``.html``, ``.alt`` and ``.save(path)``.

    Raises:
        ValueError: if there is no panel, or one without a number.

    There is nothing like it in PyTorch.

    >>> draw_depth({"gradient": [1e-4, 1e-2, 1.0]})
    Bars in powers of ten, a layer each. gradient: 0.0001 at layer 1, 1 at layer 3.
    """
    if not panels or not all(len(values) for values in panels.values()):
        raise ValueError('there is nothing to draw: give at least one panel with numbers, as {"gradient": [0.1, 1.0]}.')
    marks: list[Mark] = []
    told = []
    for number, (title, values) in enumerate(panels.items()):
        words = _ends(values)
        told.append(f"{text.clean(title)}: {words}.")
        left = LEFT + number * (LEFT + WIDTH + GAP)
        marks += [Text("title", left, 18, text.clean(title)), Text("caption", left, 40, words)]
        marks += [*_frame(left, len(values)), *_bars(left, values)]
    alt = f"Bars in powers of ten, a layer each. {' '.join(told)}"
    return Figure(Scene(len(panels) * (LEFT + WIDTH + GAP), TOP + HEIGHT + BELOW, marks), alt, content=alt)


def _ends(values: Sequence[float]) -> str:
    """The numbers of the first layer and of the last."""
    shown = {1: values[0], len(values): values[-1]}
    return ", ".join(
        f"{text.number(float(value), 2).removesuffix('.0')} at layer {layer}" for layer, value in shown.items()
    )


def _height(value: float) -> float:
    """How far down a bar of this value ends."""
    decades = DECADES if not math.isfinite(value) else math.log10(value) if value > 0 else -DECADES
    return TOP + HEIGHT / 2 * (1 - min(max(decades / DECADES, -1.0), 1.0))


def _frame(left: float, layers: int) -> list[Mark]:
    marks: list[Mark] = []
    for exponent in range(-DECADES, DECADES + 1, STEP):
        y = _height(10.0**exponent)
        marks.append(line("edge" if exponent == 0 else "grid", (left, y), (left + WIDTH, y)))
        marks.append(Text("up", left - 7, y + 4, "1" if exponent == 0 else power(10.0**exponent)))
    bottom = TOP + HEIGHT
    marks += [
        Text("across", left + (layer - 0.5) * WIDTH / layers, bottom + 17, str(layer))
        for layer in dict.fromkeys((1, layers))
    ]
    marks.append(Text("label", left + WIDTH / 2, bottom + 36, "layer"))
    return [*marks, Rect("frame", left, TOP, WIDTH, HEIGHT)]


def _bars(left: float, values: Sequence[float]) -> list[Mark]:
    """What has grown, and what has shrunk: one path each, so that a page of many such pictures stays small."""
    place = WIDTH / len(values)
    found: dict[str, list[Segment]] = {"bar2": [], "bar0": []}
    for layer, value in enumerate(values):
        a, b = left + (layer + 0.5 - FILLED / 2) * place, left + (layer + 0.5 + FILLED / 2) * place
        start, end = _height(1.0), round(_height(value))
        if abs(end - start) >= 1:
            corners = [("M", (a, start)), ("L", (a, end)), ("L", (b, end)), ("L", (b, start)), ("Z", ())]
            found["bar2" if end < start else "bar0"] += corners
    return [Path(look, segments) for look, segments in found.items() if segments]
