"""The regions above a level, as closed loops: marching squares on a grid of values.

Geometry only: knows arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Grid = np.ndarray[Any, np.dtype[np.float64]]
Point = tuple[float, float]
Side = tuple[int, int, int]

FAR_BELOW = -1e300  # so far that between it and any value the level is met at the value

# A cell has corners 0 to 3, counterclockwise from the lower left, and side k between corners k and k+1. Which corners
# are above the level (bit k for corner k) says from which side to which the boundary runs, what is above on its left.
SIDES = {
    1: [(0, 3)], 2: [(1, 0)], 4: [(2, 1)], 8: [(3, 2)], 3: [(1, 3)], 6: [(2, 0)], 12: [(3, 1)], 9: [(0, 2)],
    7: [(2, 3)], 11: [(1, 2)], 13: [(0, 1)], 14: [(3, 0)], 5: [(0, 3), (2, 1)], 10: [(1, 0), (3, 2)],
}  # fmt: skip
JOINED = {5: [(0, 1), (2, 3)], 10: [(3, 0), (1, 2)]}  # two opposite corners above, and the middle of the cell too


def loops(values: Grid, level: float) -> list[list[Point]]:
    """The boundary of the region where `values` is at least `level`, in places of the grid (column, row).

    Loops are closed, along the edge of the grid where the region reaches it, and have the region on their left: painted
    with the usual rule, what they enclose is the region.

    >>> loops(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), 0.5)
    [[(0.5, 1.0), (1.0, 0.5), (1.5, 1.0), (1.0, 1.5)]]
    """
    # One more row and column on each side, far below, and in the end moved onto the edge: so every loop closes.
    deep = np.pad(values, 1, constant_values=FAR_BELOW)
    above = deep >= level
    corners = (above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1])
    case = np.sum([corner.astype(int) << k for k, corner in enumerate(corners)], axis=0)
    following: dict[Side, Side] = {}
    for j, i in np.argwhere((case > 0) & (case < 15)).tolist():
        kind = int(case[j, i])
        joined = kind in JOINED and deep[j : j + 2, i : i + 2].mean() >= level
        for start, end in JOINED[kind] if joined else SIDES[kind]:
            following[_side(j, i, start)] = _side(j, i, end)
    return [[_crossing(deep, level, side) for side in chain] for chain in _chains(following)]


def _side(j: int, i: int, side: int) -> Side:
    """One name for a side that two cells share: its lower left end, and whether it runs upwards."""
    return (j + (side == 2), i + (side == 1), side % 2)


def _chains(following: dict[Side, Side]) -> Iterator[list[Side]]:
    """Follow each boundary round until it comes back; what is visited is taken out."""
    while following:
        first = next(iter(following))
        chain = [first]
        while (side := following.pop(chain[-1])) != first:
            chain.append(side)
        yield chain


def _crossing(deep: Grid, level: float, side: Side) -> Point:
    """Where along a side of a cell the level is met, by linear interpolation; what is padding lies on the edge."""
    j, i, upwards = side
    low, high = deep[j, i], deep[j + upwards, i + 1 - upwards]
    part = float((level - low) / (high - low))
    x, y = i - 1 + part * (1 - upwards), j - 1 + part * upwards
    return min(max(x, 0.0), deep.shape[1] - 3.0), min(max(y, 0.0), deep.shape[0] - 3.0)


def thinned(loop: list[Point], off: float) -> list[Point]:
    """The loop with fewer corners, nowhere further than `off` from where it was (Ramer, Douglas and Peucker).

    >>> thinned([(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (2.0, 2.0)], off=0.1)
    [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0)]
    """
    points = np.array([*loop, loop[0]])
    kept = {0}
    waiting = [(0, len(loop))]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        between, chord = points[first + 1 : last] - points[first], points[last] - points[first]
        length = np.hypot(*chord)
        if length > 0:
            away = np.abs(between[:, 0] * chord[1] - between[:, 1] * chord[0]) / length
        else:
            away = np.hypot(*between.T)
        furthest = int(away.argmax())
        if away[furthest] > off:
            middle = first + 1 + furthest
            kept.add(middle)
            waiting += [(first, middle), (middle, last)]
    return [loop[i] for i in sorted(kept)]
