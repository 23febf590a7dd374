"""Bars for layers: above 1 what has grown, below what has shrunk, on an axis that is always the same."""

import math

import pytest

from teachgrad.course.depth import draw_depth
from teachgrad.viz.scene import Path, Text


def bars(values):
    """For each look, the heights in pixels of its bars above (or, negative, below) the line of 1."""
    picture = draw_depth({"measured": values}).picture
    found = {}
    for mark in picture.marks:
        if isinstance(mark, Path) and mark.look.startswith("bar"):
            starts, ends = mark.segments[0::5], mark.segments[1::5]
            found[mark.look] = [a[1][1] - b[1][1] for a, b in zip(starts, ends, strict=True)]
    return found


def test_bars_rise_and_hang_by_powers_of_ten():
    assert bars([1e-6, 1.0, 1e6, 1e3]) == {"bar0": [-42], "bar2": [42, 21]}  # 168 pixels for 24 decades


def test_what_goes_beyond_the_axis_ends_at_it_and_is_told():
    assert bars([0.0, 1e-48, 1e30, math.inf, math.nan]) == {"bar0": [-84, -84], "bar2": [84, 84, 84]}
    assert "measured: 0 at layer 1, 1e+30 at layer 2." in draw_depth({"measured": [0.0, 1e30]}).alt


def test_each_panel_is_told_in_words_and_a_lone_layer_once():
    figure = draw_depth({"signal <b>": [2.0, 3.14159], "gradient": [0.5]})
    assert figure.alt == (
        "Bars in powers of ten, a layer each. signal <b>: 2 at layer 1, 3.1 at layer 2. gradient: 0.5 at layer 1."
    )
    words = [mark.text for mark in figure.picture.marks if isinstance(mark, Text)]
    assert [word for word in words if word in "12"] == ["1", "1", "2", "1", "1"]  # the line of 1, and the layers
    assert "<b>" not in figure.svg


@pytest.mark.parametrize("panels", [{}, {"empty": []}])
def test_nothing_is_no_picture(panels):
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_depth(panels)
