"""jacobian shows the slopes that are there, each in its place and with its sign."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.viz import jacobian
from teachgrad.viz.scene import Path, Text


def data(figure):
    """What the page is given."""
    found = re.search(r"const data=(\{.*?\});for\(", figure.html)
    assert found is not None
    return json.loads(found[1])


def words(figure, look):
    return [mark.text for mark in figure.picture.marks if isinstance(mark, Text) and mark.look == look]


def test_a_product_of_a_vector_and_a_matrix_has_the_slopes_of_the_textbook():
    x, w = np.array([1.0, 2.0]), np.array([[1.0, -2.0, 0.5], [3.0, 4.0, 0.0]])
    figure = jacobian(lambda x, w: x @ w, tg.tensor(x), tg.tensor(w))
    by_w = np.einsum("i,jk->jik", x, np.eye(3)).reshape(3, 6)
    np.testing.assert_allclose(figure.slopes, np.hstack([w.T, by_w]), rtol=1e-6)
    given = data(figure)
    assert given["outputs"] == ["y[0]", "y[1]", "y[2]"]
    assert given["inputs"] == ["x[0]", "x[1]", *(f"w[{i}, {j}]" for i in range(2) for j in range(3))]
    assert given["values"][0] == ["7.0", "6.0", "0.5"]
    assert given["slopes"][1][:2] == ["−2", "4"]
    assert given["start"] == [1, 1]
    assert figure.alt.endswith("y[2] on x[0], w[0, 2] and w[1, 2].")
    assert sorted(words(figure, "cell") + words(figure, "zero")) == sorted(
        given["inputs"] + [slope for row in given["slopes"] for slope in row]
    )


def test_several_outputs_and_numbers_as_inputs():
    figure = jacobian(lambda a, b: (a * b, a.sum() + 0 * b), [2.0, 3.0], 4.0)
    assert figure.slopes.tolist() == [[4, 0, 2], [0, 4, 3], [1, 1, 0]]
    assert data(figure)["outputs"] == ["y0[0]", "y0[1]", "y1"]
    assert data(figure)["inputs"] == ["a[0]", "a[1]", "b"]


def test_an_output_that_depends_on_nothing_is_told():
    assert jacobian(lambda x: x.detach() * 2 + 0 * x, tg.tensor([1.0])).alt.endswith("y[0] depends on no input.")


@pytest.mark.parametrize(
    ("f", "told"),
    [
        (lambda x: x**2, "on the input at its own place only."),
        (lambda x: x.cumsum(0), "only on inputs up to its own place."),
        (lambda x: x.flip(0).cumsum(0).flip(0), "only on inputs from its own place on."),
        (lambda x: x.softmax(0), "Every output depends on every input."),
        (lambda x: x.roll(1), "An output depends on 1 to 1 inputs."),
    ],
)
def test_the_pattern_of_a_large_one_is_told(f, told):
    assert jacobian(f, tg.arange(1.0, 13.0)).alt.endswith(told)


def test_of_a_very_large_one_blocks_are_seen_with_their_largest_slope():
    x = tg.arange(-50.0, 50.0)
    figure = jacobian(lambda x: x**2, x)
    assert figure.slopes.shape == (100, 100)
    given = data(figure)
    assert len(given["outputs"]) == len(given["inputs"]) == 25
    assert given["outputs"][0] == "y[0] to y[3]"
    assert given["slopes"][0][0] == "−100"
    assert given["slopes"][-1][-1] == "98"
    assert given["slopes"][0][1] == "0"
    assert len(jacobian(lambda x: x.softmax(0), x).html) < 75_000


def test_signs_are_seen_without_colours():
    figure = jacobian(lambda x: -(x**2), tg.arange(1.0, 13.0))
    (signs,) = [mark for mark in figure.picture.marks if isinstance(mark, Path) and mark.look == "sign"]
    assert len(signs.segments) == 2 * 12
    assert "−0" not in {slope for row in data(figure)["slopes"] for slope in row}


def test_nothing_to_show_is_refused():
    with pytest.raises(ValueError, match="needs an input"):
        jacobian(lambda: tg.tensor(1.0))
    with pytest.raises(ValueError, match="nothing to show: 0 outputs, 0 inputs"):
        jacobian(lambda x: x, tg.zeros(0))
