"""The picture of a Jacobian fills up by columns or by rows, with the numbers of the true one."""

import re

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.course.passes import draw_passes
from teachgrad.viz.scene import Rect, Text

MATRIX = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
X = tg.tensor([0.1, 0.2, 0.3], dtype=tg.float64)
TRUE = np.cos(MATRIX @ X.array)[:, None] * MATRIX  # the slope of a sine is a cosine


def waves(x):
    return (tg.tensor(MATRIX) @ x).sin()


def drawn(passes, backward):
    return draw_passes(waves, X, passes, backward)


def cells(figure):
    """The place of each cell, and whether it holds a number."""
    return [(mark.x, mark.y, mark.look == "arrived") for mark in figure.picture.marks if isinstance(mark, Rect)]


def numbers(figure):
    words = (mark.text for mark in figure.picture.marks if isinstance(mark, Text) and mark.look == "across")
    return [float(word.replace("−", "-")) for word in words if not word.startswith("x")]


@pytest.mark.parametrize("backward", [False, True])
def test_passes_bring_columns_or_rows_of_the_true_jacobian(backward):
    for passes in range(3):
        figure = drawn(passes, backward)
        part = TRUE[:passes] if backward else TRUE[:, :passes]
        assert numbers(figure) == pytest.approx(part.ravel(), abs=0.0051)
        xs, ys = ({cell[axis] for cell in cells(figure) if cell[2]} for axis in (0, 1))
        assert (len(xs), len(ys)) == part.shape[::-1] or passes == 0


def test_passes_that_are_not_needed_change_nothing():
    assert drawn(2, True).svg == drawn(6, True).svg
    assert len(cells(drawn(0, False))) == 6


def test_the_alternative_text_says_what_is_known():
    assert (
        drawn(1, False).alt == "2 outputs, 3 inputs. After 1 of 3 passes forward: 2 of 6 slopes. Column x0: 0.99, 0.0."
    )
    assert re.search(r"1 of 2 passes backward: 3 of 6 slopes\. Row y0: 0\.99, −1\.98, 0\.49\.$", drawn(1, True).alt)


def test_what_is_too_large_is_refused():
    with pytest.raises(ValueError, match="at most 8 inputs and outputs, not 9 and 9"):
        draw_passes(waves_of_many, tg.zeros(9), 1)


def waves_of_many(x):
    return x.sin()
