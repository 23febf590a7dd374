"""The arrow on the map is the gradient: as long, as steep and in the direction that arithmetic says."""

import json
import math
import re

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.course.arrows import LONGEST, TIP, arrow, directions, drag
from teachgrad.viz.scene import Path, Window


def saddle(x, y):
    return x**2 - 3 * y + x * y


def drawn(figure):
    """The paths on the map, by key."""
    (window,) = (mark for mark in figure.picture.marks if isinstance(mark, Window))
    return {mark.key: mark for mark in window.marks if isinstance(mark, Path) and mark.key}


def given(figure):
    """What the page is given."""
    return json.loads(re.search(r"const data=(\{.*?\});for", figure.html, re.DOTALL)[1])


def test_it_is_told_what_is_there():
    """At (1, -2): 1 + 6 - 2 = 5; 2x + y = 0; -3 + x = -2."""
    told = "x = 1.0, y = −2.0: value 5.0, slope along x 0.0, along y −2.0, steepest 2.0"
    assert drag(saddle, start=(1, -2)).alt == f"A map with a point at {told}."


def test_the_table_holds_values_and_slopes_of_every_place():
    figure = drag(saddle, start=(0, 0), reach=4.0)
    data = given(figure)
    places = data["places"]
    assert (places[0], places[20], places[-1]) == (-4.0, 0.0, 4.0)
    assert data["start"] == [20, 20]
    for row, column in ((0, 40), (7, 3), (33, 20)):
        x, y = places[column], places[row]
        wanted = (saddle(x, y), 2 * x + y, x - 3)
        assert figure.table[:, row, column] == pytest.approx(wanted)
        assert [grid[row][column] for grid in data["table"]] == pytest.approx(wanted, rel=5e-3)


def test_a_function_that_forgets_an_input_has_no_slope_along_it():
    assert "slope along x 0.0, along y 3.0" in drag(lambda x, y: 3 * y, start=(1, 1)).alt


@pytest.mark.parametrize(("towards", "sign"), [(None, 1), ((0.0, 0.0), -1)])
def test_the_arrow_points_along_the_gradient_or_against_it(towards, sign):
    """Of x² + 4y² at (1, 1), (2, 8); on the screen, y runs downwards."""
    paths = drawn(drag(lambda x, y: x**2 + 4 * y**2, start=(1, 1), towards=towards))
    (_, foot), (_, back) = paths["shaft-path"].segments
    (_, end), *_ = paths["head"].segments
    dx, dy = end[0] - foot[0], foot[1] - end[1]
    assert dy / dx == pytest.approx(4)
    assert math.copysign(1, dx) == sign
    assert math.dist(back, end) == pytest.approx(TIP)
    assert 20 < math.hypot(dx, dy) < 2 * LONGEST
    assert ("way-edge" in paths) == (towards is not None)
    (_, one), (_, other) = paths["level-tangent"].segments
    assert (other[0] - one[0]) * dx + (one[1] - other[1]) * dy == pytest.approx(0, abs=1e-9)


def test_where_it_is_flat_there_is_no_arrow():
    points = [point for part in arrow(10, 20, 0, 0).values() for _, point in part if point]
    assert set(points) == {(10, 20)}


def test_directions_are_shares_of_the_steepest():
    figure = directions(tg.tensor([3.0, -4.0, 1.0, 0.0]), steepest=4.0)
    assert figure.alt == "4 directions: the best climbs at 75 % of the gradient's slope, the middle one at 12 %."
    (window,) = (mark for mark in figure.picture.marks if isinstance(mark, Window))
    cloud, best, steepest = window.marks
    xs = [point[0] for _, point in cloud.segments]
    assert sorted(xs) == [xs[1], xs[3], xs[2], xs[0]]
    assert best.segments[0][1][0] == xs[0] < steepest.segments[0][1][0]


def test_of_very_many_directions_some_are_drawn_and_all_are_counted():
    shares = np.linspace(-1, 0.5, 1000)
    figure = directions(shares, steepest=1.0)
    assert figure.alt.startswith("1,000 directions: the best climbs at 50 %")
    assert len(figure.html) < 25_000
