"""Arrays as small heat maps, and what is said of them: shape, least, greatest, mean.

A map is text, a digit for each cell, so that a page can hold many. Knows NumPy arrays, not what draws them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.looks import CIVIDIS

MOST = 16  # cells in a row, and rows
NO_NUMBER = "x"


def facts(values: np.ndarray[Any, Any]) -> str:
    """What there is to say about an array.

    >>> facts(np.array([[1.0, 2.0], [3.0, 6.0]])), facts(np.array(2.0)), facts(np.zeros((0, 3)))
    ('shape (2, 2), min 1.0, max 6.0, mean 3.0', '2.0', 'shape (0, 3), no elements')
    """
    if values.ndim == 0:
        return text.number(values.item())
    start = f"shape {text.shape(values.shape)}"
    if not values.size:
        return f"{start}, no elements"
    with np.errstate(all="ignore"):
        mean = float(values.mean(dtype=np.float64))
    least, most, middle = (text.number(value, 3) for value in (values.min(), values.max(), mean))
    return f"{start}, min {least}, max {most}, mean {middle}"


def heat_map(values: np.ndarray[Any, Any]) -> list[str]:
    """The rows of a map of at most 16 × 16 cells, from 0 for the least to 9 for the greatest; none for a single number.

    Rows run along the last dimension. Of a larger array a cell shows the mean of a block; x is no number.

    >>> heat_map(np.array([[0.0, 1.0], [np.nan, 9.0]]))
    ['01', 'x9']
    """
    if values.ndim == 0 or values.size < 2:
        return []
    table = values.reshape(-1, values.shape[-1]).astype(np.float64)
    with np.errstate(all="ignore"):
        for axis in (0, 1):
            blocks = np.array_split(table, min(MOST, table.shape[axis]), axis)
            table = np.stack([block.mean(axis=axis) for block in blocks], axis)
        finite = table[np.isfinite(table)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
        levels = np.clip((table - low) / ((high - low) or 1.0), 0, 1) * (len(CIVIDIS) - 1)
    return ["".join(NO_NUMBER if np.isnan(level) else str(round(level)) for level in row) for row in levels]
