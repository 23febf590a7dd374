"""The paths through a graph: all are found, their products add up to the slope, and the picture keeps its places."""

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import viz
from teachgrad.viz.scene import Path, Text, keyed

FORK = {"x": [], "a": [("x", 4.0)], "b": [("x", 3.0)], "out": [("a", 6.0), ("b", 4.0)]}


def seven(x, y):
    a = x * y
    b, c = a + x, a - y
    d = b * c
    return d + b


def test_products_along_ways_and_their_sum_are_the_slope_found_by_nudging():
    x, y = (tg.tensor(value, dtype=tg.float64, requires_grad=True) for value in (2.0, 3.0))
    e = seven(x, y)
    along_x, along_y = viz.draw_paths(e, "x"), viz.draw_paths(e, "y")
    assert (len(along_x.paths), len(along_y.paths)) == (5, 4)
    h = 1e-6
    nudged = seven(2 + h, 3.0) - seven(2 - h, 3.0), seven(2.0, 3 + h) - seven(2.0, 3 - h)
    assert np.allclose([along_x.slope, along_y.slope], np.array(nudged) / (2 * h), rtol=1e-6)


def test_slopes_are_read_off_a_graph_by_name_with_both_arrows_of_a_square_and_without_constants():
    x = tg.tensor(3.0, requires_grad=True)
    square = x * x
    assert viz.local_slopes(2 * square - 1, names={"x": x, "square": square}) == {
        "x": [],
        "square": [("x", 3.0), ("x", 3.0)],
        "×": [("square", 2.0)],
        "−": [("×", 1.0)],
    }
    assert list(viz.local_slopes(x.exp() * x.exp(), names={"x": x})) == ["x", "exp", "exp 2", "×"]
    assert viz.local_slopes(x, names={"x": x}) == {"x": []}
    assert x.grad is None


@pytest.mark.parametrize("result", [tg.tensor(1.0), tg.ones(2, requires_grad=True) * 2, 3.0])
def test_slopes_need_a_single_number_with_a_graph(result):
    with pytest.raises(ValueError, match="one element that requires grad"):
        viz.local_slopes(result)


def test_a_graph_that_is_too_large_to_follow_is_refused():
    x = tg.tensor(1.0, requires_grad=True)
    for _ in range(70):
        x = x.sin()
    with pytest.raises(ValueError, match="more than 60 nodes"):
        viz.local_slopes(x)


def test_a_way_at_a_time_and_in_the_end_all():
    paths = viz.draw_paths(FORK, "x")
    seen = [keyed(moment.marks) for moment in paths.moments]

    def drawn(moment, path):
        mark = moment[f"w{path}"]
        assert isinstance(mark, Path)
        return len(mark.segments) > 1

    def said(moment, row):
        mark = moment[row]
        assert isinstance(mark, Text)
        return mark.text

    assert [[drawn(moment, path) for path in (0, 1)] for moment in seen] == [
        [False, False],
        [True, False],
        [False, True],
        [True, True],
    ]
    assert [said(moment, "r0") for moment in seen] == ["", *["x → a → out: 4 × 6 = 24"] * 3]
    assert [said(moment, "total") for moment in seen] == [*[""] * 3, "Together: 24 + 12 = 36"]
    assert paths.told[2] == "2 of 2: x → b → out: 3 × 4 = 12"
    assert len({(moment.width, moment.height, len(moment.marks)) for moment in paths.moments}) == 1


def test_two_arrows_between_the_same_two_are_two_paths():
    paths = viz.draw_paths({"x": [], "y": [("x", 3.0), ("x", 3.0)]}, "x")
    assert (paths.paths, paths.slope) == ([[3.0], [3.0]], 6.0)


def test_negative_slopes_stand_in_parentheses_behind_a_sign():
    table = {"x": [], "a": [("x", -2.0)], "out": [("a", -0.5), ("x", -1.0)]}
    assert "x → a → out: −2 × (−0.5) = 1. x → out: −1. Together: 1 + (−1) = 0." in viz.draw_paths(table, "x").alt


def test_where_no_way_leads():
    paths = viz.draw_paths({**FORK, "y": []}, "y", "out")
    assert (paths.alt, paths.slope) == ("No path from y to out.", 0.0)
    assert viz.draw_paths(FORK, "a", "a").slope == 1.0


@pytest.mark.parametrize(
    ("table", "start", "words"),
    [
        (FORK, "z", "there is no 'z' in the graph; there are x, a, b and out"),
        ({"a": [("b", 1.0)], "b": [("a", 1.0)]}, "a", "computed from itself: "),
        ({}, "x", "no graph to draw"),
        ({"x": [], **{f"y{i}": [(f"y{i - 1}" if i else "x", 1.0)] * 2 for i in range(4)}}, "x", "more than 8 paths"),
    ],
)
def test_what_cannot_be_drawn_says_why(table, start, words):
    with pytest.raises(ValueError, match=words):
        viz.draw_paths(table, start)


def test_it_is_small_and_names_are_shown_as_they_are():
    paths = viz.draw_paths({"<b>": [], "out": [("<b>", 1.0)]}, "<b>")
    assert "<b>" not in paths.svg
    assert len(viz.draw_paths(FORK, "x").html) < 25_000
