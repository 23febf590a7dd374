"""Figures below each other: each whole, at its place, under its title."""

from teachgrad.viz import draw_curves, draw_fit
from teachgrad.viz.scene import Circle, Group, Path, Rect, Text, Window
from teachgrad.viz.stacked import moved, stacked
from tests.viz.pages import words


def test_every_kind_of_mark_is_moved():
    marks = [
        Rect("frame", 1, 2, 3, 4),
        Path("edge", [("M", (1, 2)), ("C", (1, 2, 3, 4, 5, 6)), ("Z", ())]),
        Group("g", [Text("word", 1, 2, "a")]),
        Window(1, 2, 3, 4, [Circle("ball", 1, 2, 3)]),
    ]
    assert moved(marks, 10, 100) == [
        Rect("frame", 11, 102, 3, 4),
        Path("edge", [("M", (11, 102)), ("C", (11, 102, 13, 104, 15, 106)), ("Z", ())]),
        Group("g", [Text("word", 11, 102, "a")]),
        Window(11, 102, 3, 4, [Circle("ball", 11, 102, 3)]),
    ]


def test_a_stack_holds_all_that_its_figures_hold():
    upper = draw_curves({"": {"loss": [2.0, 1.0]}})
    lower = draw_fit([0.0, 1.0], [0.0, 1.0], lambda x: x)
    figure = stacked({"above": upper, "below": lower})
    assert figure.alt == f"above: {upper.alt} below: {lower.alt}"
    assert words(figure.svg) == ["above", *words(upper.svg), "below", *words(lower.svg)]
    assert figure.picture.width == max(upper.picture.width, lower.picture.width)
    assert figure.picture.height > upper.picture.height + lower.picture.height
