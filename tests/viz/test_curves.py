"""Curves lie where their numbers are, and are told in words; a model's line goes where the model says."""

from __future__ import annotations

import math
import re

import pytest

import teachgrad as tg
from teachgrad.viz import draw_curves, draw_fit
from teachgrad.viz.curves import Curve, Plot, arranged
from teachgrad.viz.fit import Fit, Trail
from teachgrad.viz.scene import Circle, Path, Text, Window

PLACE = (100.0, 50.0, 300.0, 200.0)  # left, top, width, height


def flat(marks):
    return [one for mark in marks for one in (flat(mark.marks) if isinstance(mark, Window) else [mark])]


def paths(marks, look):
    return [mark for mark in flat(marks) if isinstance(mark, Path) and mark.look == look]


def ends(path):
    """The last point of each segment."""
    return [numbers[-2:] for _, numbers in path.segments]


def texts(figure):
    return [mark.text for mark in flat(figure.picture.marks) if isinstance(mark, Text)]


def test_a_curve_lies_between_the_axes_where_its_numbers_are():
    marks = Plot([Curve("loss", [0, 1, 2], [4.0, 2.0, 0.0])], "step", 2).draw(*PLACE)
    (path,) = paths(marks, "line0")
    (x0, y0), (x1, y1), (x2, y2) = ends(path)
    assert (x0, x1, x2) == (100, 250, 400)
    assert y2 == 250  # zero is at the bottom
    assert y1 - y0 == pytest.approx(y2 - y1)
    assert 50 < y0 < 65  # the highest value is a little below the frame


def test_what_is_no_number_interrupts_a_curve():
    values = [1.0, math.nan, 2.0, math.inf, 3.0, 4.0]
    (path,) = paths(Plot([Curve("loss", range(6), values)], "step", 5).draw(*PLACE), "line0")
    assert [pen for pen, _ in path.segments] == ["M", "M", "M", "L"]
    assert all(math.isfinite(number) for end in ends(path) for number in end)


@pytest.mark.parametrize("values", [[math.nan], [math.inf, math.inf], [0.0, 0.0], [-1.0, -3.0], [1e300, 1.0], [1e-300]])
def test_odd_values_can_be_drawn_and_told(values):
    figure = draw_curves({"odd": {"loss": values}})
    assert "nan" not in re.sub(r"<[^>]*aria-label[^>]*>", "", figure.svg)
    assert figure.alt.startswith("Curves over steps. odd: loss ")


def test_a_loss_that_changes_a_thousandfold_is_drawn_in_powers_of_ten():
    figure = draw_curves({"": {"loss": [1.0, 1e-4]}})
    assert "loss (powers of ten)" in texts(figure)
    assert "loss" in texts(draw_curves({"": {"loss": [1.0, 0.1]}}))


def test_an_accuracy_is_shown_in_percent():
    figure = draw_curves({"": {"test accuracy": [0.1, 0.972]}}, unit="epoch")
    assert {"accuracy (%)", "0", "100"} <= {*texts(figure)}
    assert {"80", "100"} <= {*texts(draw_curves({"": {"accuracy": [0.86, 0.98]}}))}
    assert figure.alt == "Curves over epochs. test accuracy 10 % to 97 %."


def test_words_tell_the_turn_of_a_curve():
    assert Curve("loss", range(4), [2.0, 0.5, 0.7, 1.5]).told() == "loss 2 to 1.5, at its lowest 0.5"
    assert Curve("loss", range(3), [2.0, 9.0, 1.0]).told() == "loss 2 to 1, at its highest 9"
    assert Curve("loss", range(3), [2.0, 1.0, 1.05]).told() == "loss 2 to 1.05"  # too small a turn to be seen
    assert Curve("loss", range(2), [18.277, 18277.0]).told() == "loss 18.3 to 1.83e+04"
    assert Curve("loss", range(2), [2.0, math.nan]).told() == "loss 2 to nan"


def test_curves_of_one_panel_differ_in_colour_and_in_dashes():
    figure = draw_curves({"A": {f"run{i} loss": [2.0, 1.0] for i in range(5)}})
    rules = re.findall(r"\.tg-line\d\{fill:none;([^}]*)\}", figure.svg)
    assert len(rules) == 5
    dashes = [re.findall(r"dasharray:([\d. ]*)", rule) for rule in rules]
    assert len({*map(tuple, dashes)}) >= 4
    assert len({re.findall(r"stroke:([^;]*)", rule)[0] for rule in rules}) == 5
    assert [text for text in texts(figure) if text.startswith("run")] == [f"run{i}" for i in range(5)]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7])
def test_panels_do_not_overlap_and_fit_a_notebook(count):
    seen = []

    class Probe:
        def draw(self, *place):
            seen.append(place)
            return []

    scene = arranged([Probe() for _ in range(count)])
    assert scene.width <= 900
    for i, (left, top, width, height) in enumerate(seen):
        assert left >= 60
        assert left + width <= scene.width
        assert top >= 30
        assert top + height + 40 <= scene.height
        others = seen[i + 1 :]
        assert all(left + width + 60 <= x or top + height + 40 <= y for x, y, *_ in others)


def test_names_are_shown_and_not_obeyed():
    figure = draw_curves({'<script>"': {"<b> loss": [1.0], "& loss": [1.0]}})
    assert "<script>" not in figure.html
    assert "<b>" not in figure.html
    assert '<script>"' in texts(figure)


@pytest.mark.parametrize("panels", [{}, {"A": {}}, {"A": {"loss": []}}, {"A": {str(i): [1.0] for i in range(6)}}])
def test_what_cannot_be_drawn_is_refused(panels):
    with pytest.raises(ValueError, match="panel"):
        draw_curves(panels)


def test_the_same_curves_give_the_same_page():
    assert draw_curves({"A": {"loss": [1.0, 0.5]}}).html == draw_curves({"A": {"loss": [1.0, 0.5]}}).html


# A model's line


def test_the_line_is_the_model_sorted_by_x():
    fit = Fit(tg.tensor([[2.0], [0.0], [1.0]]), tg.tensor([[5.0], [1.0], [3.0]]), lambda x: 2 * x + 1, ("x", "y"))
    assert fit.line == [(0.0, 1.0), (2.0, 5.0)]
    marks = fit.draw(*PLACE)
    (cloud,), (line,) = paths(marks, "cloud"), paths(marks, "fit")
    assert set(ends(line)) < set(ends(cloud))  # the model is right about every point


def test_a_bent_line_keeps_its_corners():
    x = tg.arange(-15.0, 16.0)
    assert Fit(x, x, lambda x: tg.relu(x), ("x", "y")).line == [(-15, 0), (0, 0), (15, 15)]
    assert len(Fit(x, x, lambda x: x**2, ("x", "y")).line) == 31


def test_a_model_that_requires_grad_can_be_drawn():
    w = tg.tensor(2.0, requires_grad=True)
    assert draw_fit([0.0, 1.0], [0.0, 2.0], lambda x: w * tg.tensor(x), title="a line").alt == (
        "a line: 2 points; the model's line from (0.0, 0.0) to (1.0, 2.0)."
    )


def test_a_line_through_many_points_has_few_corners():
    x = tg.linspace(0, 1, 1000)
    line = Fit(x, x, lambda x: x**2, ("x", "y")).line
    assert len(line) == 40
    assert (line[0][0], line[-1][0]) == (0, 1)


def test_a_model_that_ran_off_is_drawn_as_far_as_it_can_be():
    figure = draw_fit([0.0, 1.0, 2.0], [0.0, 1.0, 2.0], lambda x: [1e30, math.inf, math.nan])
    assert "inf" not in re.sub(r'(alt|aria-label)="[^"]*"', "", figure.svg)


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"x has 4 numbers, y has 2, and model\(x\) gave 4"):
        draw_fit([[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0], lambda x: x)


def test_a_trail_runs_from_a_ring_to_a_ball():
    marks = Trail(["w", "b"], [(0.0, 0.0), (1.0, 0.0), (1.0, 2.0)]).draw(*PLACE)
    start, ball = (mark for mark in marks if isinstance(mark, Circle))
    assert (start.look, ball.look) == ("start", "ball")
    assert start.x < ball.x
    assert start.y > ball.y  # upwards in the picture
    assert ends(paths(marks, "trace")[0])[1] == pytest.approx((ball.x, start.y))


@pytest.mark.parametrize("points", [[(0.0, 0.0)], [(1.0, 1.0), (math.nan, 1.0)], [(math.inf, 0.0)]])
def test_short_and_broken_trails_can_be_drawn(points):
    marks = Trail(["w", "b"], points).draw(*PLACE)
    assert all(math.isfinite(mark.x) for mark in marks if isinstance(mark, Circle))


@pytest.mark.parametrize("panels", [1, 2, 3])
def test_long_names_in_a_legend_stay_above_their_own_panel(panels):
    named = {"training loss": [3.0, 1.0], "test loss": [3.0, 2.0], "training accuracy": [0.0, 0.7]}
    marks = draw_curves(dict.fromkeys("ABC"[:panels], named)).picture.marks
    legends = [mark for mark in marks if isinstance(mark, Text) and mark.look == "legend"]
    titles = [mark for mark in marks if isinstance(mark, Text) and mark.look == "title"]
    assert len(legends) == 3 * panels
    for title, following in zip(titles, [*[title.x for title in titles[1:]], math.inf], strict=True):
        own = [mark for mark in legends if title.x <= mark.x < following]
        assert [mark.text for mark in own] == list(named)
        assert all(mark.x + 6.5 * len(mark.text) < following - 20 for mark in own)
        assert all(mark.y > title.y + 10 for mark in own)
