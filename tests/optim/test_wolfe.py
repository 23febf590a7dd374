"""The line search of L-BFGS goes as far as PyTorch's, in as many tries, and what it finds meets Wolfe's conditions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from teachgrad.optim.wolfe import C1, C2, Point, search


def waves(t):
    return 0.01 * t * t - 0.5 * t + 0.3 * math.cos(9 * t), 0.02 * t - 0.5 - 2.7 * math.sin(9 * t)


def narrow(t):
    s, c = math.sin(40 * t), math.cos(40 * t)
    return (t - 0.01) ** 2 * (1 + s * s), 2 * (t - 0.01) * (1 + s * s) + (t - 0.01) ** 2 * 80 * s * c


LINES = {  # the value and the slope at a distance t
    "parabola": lambda t: ((t - 3) ** 2, 2 * (t - 3)),
    "quartic": lambda t: ((t - 2) ** 4 - 3 * t, 4 * (t - 2) ** 3 - 3),
    "cubic": lambda t: (t**3 - 3 * t, 3 * t * t - 3),
    "flat far out": lambda t: (-t / (1 + t * t), (t * t - 1) / (1 + t * t) ** 2),
    "waves on a slope": waves,
    "narrow valleys": narrow,
    "kink": lambda t: (abs(t - 1), 1.0 if t > 1 else -1.0),
    "cliff": lambda t: (-t if t < 1 else 5.0, -1.0),
    "no end": lambda t: (-t, -1.0),
    "undefined far out": lambda t: (-t if t < 2 else math.nan, -1.0 if t < 2 else math.nan),
}


def found(line, first, most):
    def visit(t):
        value, slope = LINES[line](float(t))
        return Point(t, value, np.array([slope]), slope)

    return search(visit, visit(0.0), first, 1.0, most)


# Recorded from torch.optim.lbfgs._strong_wolfe: where it ends, and how often it asked for the value.
@pytest.mark.parametrize(
    ("line", "first", "most", "distance", "visited"),
    [
        ("kink", 0.001, 25, 0.9999999997543159, 23),
        ("kink", 4.0, 3, 1.0131123725551765, 4),
        ("waves on a slope", 0.001, 25, 0.3791659662116775, 6),
        ("waves on a slope", 1.0, 25, 10.130069216404115, 4),
        ("parabola", 0.001, 25, 1.0, 4),
        ("parabola", 30.0, 25, 3.0, 2),
        ("parabola", 0.001, 3, 1.0, 4),
        ("cliff", 0.001, 25, 0.7601249415130236, 26),
        ("cliff", 4.0, 3, 0.9071632951052746, 4),
        ("flat far out", 0.001, 25, 0.5863773263247758, 4),
        ("flat far out", 30.0, 25, 30.0, 1),
        ("quartic", 0.001, 25, 0.16677411262500003, 4),
        ("quartic", 30.0, 25, 2.5399834169519755, 4),
        ("no end", 1.0, 3, 1000.0, 4),
        ("cubic", 30.0, 25, 1.0, 2),
        ("undefined far out", 0.1, 3, 55.045, 4),
        ("narrow valleys", 30.0, 25, 0.00454987831007965, 9),
    ],
)
def test_it_goes_where_pytorchs_goes(line, first, most, distance, visited):
    point, count = found(line, first, most)
    assert float(point.t) == pytest.approx(distance, rel=1e-9)
    assert count == visited


@pytest.mark.parametrize("first", [1e-3, 0.1, 1.0, 4.0, 30.0])
@pytest.mark.parametrize("line", ["parabola", "quartic", "cubic", "flat far out", "waves on a slope", "narrow valleys"])
def test_on_smooth_lines_it_finds_a_low_and_flat_enough_point(line, first):
    point, count = found(line, first, 25)
    value, slope = LINES[line](0.0)
    assert count <= 26
    assert point.loss <= value + C1 * point.t * slope
    assert abs(point.slope) <= -C2 * slope
