"""Rings and dots: what agrees, what does not, and by how much."""

from teachgrad.course.targets import draw_slopes
from tests.viz.pages import words


def looks(figure):
    return [mark.look for mark in figure.picture.marks if hasattr(mark, "radius")][3:]  # after the legend


def test_a_dot_lies_in_its_ring_where_two_slopes_agree():
    figure = draw_slopes({"x": (2.0, 2.00001), "y": (1.0, 3.5)}, title="f")
    assert looks(figure) == ["start", "done", "start", "bar2"]
    assert figure.alt == "f. 1 of 2 slopes by backward agrees with nudging. y: backward 1.0, nudging 3.5."
    assert {"=", "≠ off by −2.5"} <= set(words(figure.svg))


def test_what_is_no_number_is_not_drawn_and_does_not_agree():
    figure = draw_slopes({"x": (float("nan"), 1.0), "y": (float("inf"), float("nan"))})
    assert looks(figure) == ["start"]
    assert figure.alt.startswith("0 of 2 slopes by backward agree with nudging. x: backward nan, nudging 1.0;")
