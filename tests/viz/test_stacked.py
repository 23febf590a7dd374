"""Figures below each other: each whole, at its place, under its title."""

from teachgrad.viz import draw_curves, draw_fit
from teachgrad.viz.stacked import stacked
from tests.viz.pages import words


def test_a_stack_holds_all_that_its_figures_hold():
    upper = draw_curves({"": {"loss": [2.0, 1.0]}})
    lower = draw_fit([0.0, 1.0], [0.0, 1.0], lambda x: x)
    figure = stacked({"above": upper, "below": lower})
    assert figure.alt == f"above: {upper.alt} below: {lower.alt}"
    assert words(figure.svg) == ["above", *words(upper.svg), "below", *words(lower.svg)]
    assert figure.picture.width == max(upper.picture.width, lower.picture.width)
    assert figure.picture.height > upper.picture.height + lower.picture.height
