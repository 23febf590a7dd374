"""tangent zooms in on the point that was asked for, and its secants turn into the tangent of autograd."""

from __future__ import annotations

import math

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.viz import tangent
from teachgrad.viz.scene import Circle, Path, Window, keyed


def line_of(mark):
    """The slope of a straight mark, in pixels upwards."""
    (_, (x0, y0)), (_, (x1, y1)) = mark.segments
    return (y0 - y1) / (x1 - x0)


@pytest.mark.parametrize(
    ("f", "at", "slope"),
    [
        (lambda x: x**2, 1.0, 2.0),
        (tg.sin, 0.0, 1.0),
        (lambda x: x**3 - x, -2.0, 11.0),
        (tg.exp, 1.0, math.e),
        (lambda x: tg.tensor(3.0), 1.0, 0.0),
    ],
)
def test_secants_come_to_the_slope_of_the_tangent(f, at, slope):
    figure = tangent(f, at=at)
    assert figure.slope == pytest.approx(slope)
    off = np.abs(np.array(figure.secants) - slope)
    assert (np.diff(off) <= 1e-9).all()
    assert off[-1] <= 0.01 * max(1, slope)
    assert figure.alt.endswith("the curve is straight.")
    assert figure.told[-1].endswith("; straight")


def test_a_secant_goes_through_its_two_points():
    figure = tangent(lambda x: x**2, at=3.0, width=2.0)
    assert figure.secants[0] == pytest.approx((3.6**2 - 9) / 0.6)
    assert figure.told[0] == "zoom 1×: h = 0.6, slope of the secant 6.6, tangent 6.0"
    for moment in figure.moments:
        marks = keyed(moment.marks)
        end, secant = marks["end"], marks["secant"]
        assert isinstance(end, Circle)
        (_, (x0, y0)), (_, (x1, y1)) = secant.segments
        assert y0 + (y1 - y0) * (end.x - x0) / (x1 - x0) == pytest.approx(end.y, abs=0.01)


def test_the_tangent_stands_still_while_the_secant_turns_into_it():
    figure = tangent(lambda x: x**2)
    still = [
        line_of(mark)
        for moment in figure.moments
        for window in moment.marks
        if isinstance(window, Window)
        for mark in window.marks
        if isinstance(mark, Path) and mark.look == "tangent"
    ]
    assert still == pytest.approx([still[0]] * len(figure.moments))
    slopes = [line_of(keyed(moment.marks)["secant"]) for moment in figure.moments]
    assert slopes == sorted(slopes, reverse=True)
    assert slopes[0] > 1.5 * still[0]
    assert slopes[-1] == pytest.approx(still[0], rel=1e-3)


@pytest.mark.parametrize(
    ("f", "at", "sides"),
    [
        (tg.abs, 0.0, "−1.0 on the left and 1.0 on the right"),
        (tg.relu, 0.0, "0.0 on the left and 1.0 on the right"),
    ],
)
def test_what_never_becomes_straight_is_told(f, at, sides):
    assert tangent(f, at=at).alt.endswith(f"it is still bent: its slope is {sides}.")


def test_the_numbers_at_the_axes_follow_the_zoom():
    figure = tangent(lambda x: x**2, at=1.0, width=4.0)
    seen = [[keyed(moment.marks)[f"x{k}"].text for k in range(3)] for moment in figure.moments]
    assert seen[0] == ["−1", "1", "3"]
    assert seen[2] == ["0", "1", "2"]
    assert seen[-1] == ["0.99805", "1", "1.002"]
    assert '"x0":{"text":["−1",' in figure.html.encode().decode("unicode_escape")


def test_a_curve_with_a_hole_can_be_seen():
    figure = tangent(lambda x: x.log(), at=0.5)
    assert "nan" not in figure.html
    assert figure.slope == pytest.approx(2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"width": 0.0}, "positive"), ({"width": math.inf}, "positive"), ({"at": -1.0}, "no value at −1.0: it gives nan")],
)
def test_what_cannot_be_seen_is_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        tangent(lambda x: x.log(), **settings)


def test_it_weighs_at_most_forty_kilobytes():
    assert len(tangent(lambda x: (5 * x).sin() * x.exp()).html) < 40_000
