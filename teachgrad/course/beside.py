"""A picture of two arrays side by side, the learner's and the true one, with the entries that differ framed.

Knows marks and arrays; nothing of exercises.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Mark, Rect, Scene, Text

Array = np.ndarray[Any, Any]
WIDTH, HEIGHT, GAP, TOP = 92.0, 28.0, 40.0, 30.0  # of a cell; between the arrays; above them, for their names
ROWS, COLUMNS = 8, 6  # of an array that is drawn; the rest is told


def beside(yours: Array, true: Array, tolerance: float) -> Figure:
    """Two arrays of numbers, cell by cell.

    >>> beside(np.array([0.0, 2.0]), np.array([1.0, 2.0]), 1e-4)
    Your gradient beside the true one: 1 of 2 entries differ.
    """
    alike = np.isclose(yours, true, rtol=tolerance, atol=tolerance) if yours.shape == true.shape else None
    left, width, height = _cells(yours, 0.0, alike)
    right, more, taller = _cells(true, width + GAP, alike)
    titles: list[Mark] = [Text("title", 1, 16, "your gradient"), Text("title", width + GAP, 16, "the true one")]
    if alike is None:
        told = f"Your gradient has shape {yours.shape}, the true one {true.shape}."
    else:
        told = f"Your gradient beside the true one: {int((~alike).sum())} of {alike.size} entries differ."
    size = width + GAP + max(more, 110.0) + 2, TOP + max(height, taller) + 2
    numbers = f"{told} {text.array(yours)} {text.array(true)}"
    return Figure(Scene(*size, [*titles, *left, *right]), told, content=numbers)


def _cells(values: Array, left: float, alike: Array | None) -> tuple[list[Mark], float, float]:
    """The cells of one array, with the width and height they take."""
    table = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(1, -1)
    same = np.ones(table.shape, bool) if alike is None else alike.reshape(table.shape)
    marks: list[Mark] = []
    for (row, column), value in np.ndenumerate(table[:ROWS, :COLUMNS]):
        x, y, fits = left + 1 + column * WIDTH, TOP + row * HEIGHT, same[row, column]
        sign = "" if fits else "≠ "  # not by colour alone
        marks.append(Rect("operation" if fits else "arrived", x, y, WIDTH - 3, HEIGHT - 3, 4))
        marks.append(Text("lone", x + (WIDTH - 3) / 2, y + HEIGHT / 2 + 3.5, sign + text.number(float(value))))
    rows, columns = min(table.shape[0], ROWS), min(table.shape[1], COLUMNS)
    return marks, max(columns * WIDTH, 110.0), rows * HEIGHT
