"""The picture of a measured slope says, in words and in places, what arithmetic says."""

import math
import re

import pytest

from teachgrad.course.slopes import NUDGES, central, error_of_nudge, forward
from teachgrad.viz.scene import Circle, Path, Text, Window


def hill(x):
    return x / (1 + x * x)


def marks(figure):
    return [one for mark in figure.picture.marks for one in (mark.marks if isinstance(mark, Window) else [mark])]


def test_nudges_are_the_powers_of_ten():
    assert [round(math.log10(nudge)) for nudge in NUDGES] == list(range(-1, -16, -1))


def test_differences_of_a_parabola():
    """(x + e)^2 - x^2 = 2xe + e^2: ahead is off by e, both ways by nothing."""
    for x in (-1.5, 0.0, 4.0):
        assert forward(lambda x: x * x, x, 0.25) == 2 * x + 0.25
        assert central(lambda x: x * x, x, 0.25) == 2 * x


def test_it_is_told_what_was_measured():
    """At 0.5 the hill's derivatives are 0.48, -1.408 and 1.0752: by Taylor, the error is eps f''/2 or eps² f'''/6."""
    ahead, both = error_of_nudge(hill, 0.48, 0.5, 1e-3), error_of_nudge(hill, 0.48, 0.5, 1e-3, both_sides=True)
    assert ahead.alt == "Nudged ahead by 0.001: measured slope 0.479296179619, true slope 0.48, error 0.0007."
    assert float(re.search(r"slope ([\d.]+)", ahead.alt)[1]) - 0.48 == pytest.approx(-1.408e-3 / 2, rel=1e-3)
    assert both.alt.startswith("Nudged both ways by 0.001: ")
    assert float(re.search(r"slope ([\d.]+)", both.alt)[1]) - 0.48 == pytest.approx(1.0752e-6 / 6, rel=1e-3)


def test_the_ball_lies_on_the_curve_of_its_way():
    """At k = 3 of 1 to 15, on the line of the errors; lower both ways than ahead."""
    heights = []
    for both_sides, look in ((False, "line4"), (True, "line3")):
        found = marks(error_of_nudge(hill, 0.48, 0.5, 1e-3, both_sides))
        *_, ball = (mark for mark in found if isinstance(mark, Circle))
        (errors,) = (mark for mark in found if isinstance(mark, Path) and mark.look == look and len(mark.segments) > 2)
        assert errors.segments[2][1] == (ball.x, ball.y)
        heights.append(ball.y)
    assert heights[0] < heights[1]


def test_an_error_of_nothing_is_drawn_at_the_foot():
    found = marks(error_of_nudge(lambda x: 2 * x, 2.0, 0.0, 1e-1, both_sides=True))
    *_, ball = (mark for mark in found if isinstance(mark, Circle))
    frame = max(mark.y for mark in found if isinstance(mark, Text) and mark.look == "across") - 17
    assert math.isfinite(ball.y)
    assert ball.y > frame
