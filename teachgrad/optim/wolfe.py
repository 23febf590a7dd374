"""A line search: how far to go in a given direction, so that the strong Wolfe conditions hold.

They ask for a point that is low enough for its distance, and where the slope has become flat enough:

    f(t) <= f(0) + C1 * t * f'(0)   and   |f'(t)| <= C2 * |f'(0)|

(Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 3.5 and 3.6 with cubic interpolation, 3.59.)
This module knows functions of one number; what lies behind them is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from teachgrad.graph import Array

C1, C2 = 1e-4, 0.9
NARROW = 1e-9  # a bracket in which nothing moves further than this is not divided again


class Point(NamedTuple):
    """A place on the line: how far out, the value there, the whole gradient there, and the slope along the line."""

    t: Any
    loss: float
    gradient: Array
    slope: Any


Try = Callable[[Any], Point]


def search(visit: Try, start: Point, t: Any, reach: Any, most: int) -> tuple[Point, int]:
    """A point that meets the conditions, or the best one seen; and how many were visited.

    Args:
        visit: the point at a distance.
        start: the point at distance 0; its slope is negative.
        t: the distance to try first.
        reach: the largest change of any parameter for t = 1.
        most: how many more points may be visited after the first.
    """
    bracket, tries = _bracket(visit, start, t, most)
    if len(bracket) == 1:
        return bracket[0], tries + 1
    low, stuck = _lower(bracket), False
    while tries < most and not abs(bracket[1].t - bracket[0].t) * reach < NARROW:
        t, stuck = _inside(bracket, stuck)
        now = visit(t)
        tries += 1
        if _too_high(now, start) or now.loss >= bracket[low].loss:
            bracket[1 - low] = now
            low = _lower(bracket)
            continue
        if _is_flat(now, start):
            return now, tries + 1
        if now.slope * (bracket[1 - low].t - bracket[low].t) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = now
    return bracket[low], tries + 1


def _bracket(visit: Try, start: Point, t: Any, most: int) -> tuple[list[Point], int]:
    """Go out until a good point lies between two that were visited, or one is good itself."""
    before, now = start, visit(t)
    for tries in range(most):
        if _too_high(now, start) or (tries > 1 and now.loss >= before.loss):
            return [before, now], tries
        if _is_flat(now, start):
            return [now], tries
        if now.slope >= 0:
            return [before, now], tries
        t = cubic_minimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10)
        before, now = now, visit(t)
    return [start, now], most


def _inside(bracket: list[Point], stuck: bool) -> tuple[Any, bool]:
    """The next distance to try. Twice close to an end would mean little progress, so then it is moved inwards."""
    left, right = sorted(point.t for point in bracket)
    t = cubic_minimum(bracket[0], bracket[1], left, right)
    margin = 0.1 * (right - left)
    if not min(right - t, t - left) < margin:
        return t, False
    if stuck or not left < t < right:
        return (right - margin if abs(t - right) < abs(t - left) else left + margin), False
    return t, True


def cubic_minimum(one: Point, other: Point, least: Any, most: Any) -> Any:
    """Where the cubic through two points with these slopes is lowest, within limits; half-way if it has no minimum.

    >>> one, other = (Point(t, t**2 - t, np.zeros(0), np.float64(2 * t - 1)) for t in (0.0, 2.0))
    >>> float(cubic_minimum(one, other, 0.0, 2.0))
    0.5
    """
    a, b = sorted((one, other), key=lambda point: point.t)
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2
    d2 = np.sqrt(square)
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(t, least), most)


def _too_high(now: Point, start: Point) -> bool:
    return bool(now.loss > start.loss + C1 * now.t * start.slope)


def _is_flat(now: Point, start: Point) -> bool:
    return bool(abs(now.slope) <= -C2 * start.slope)


def _lower(bracket: list[Point]) -> int:
    return 0 if bracket[0].loss <= bracket[1].loss else 1
