"""Tables say what is in them; of two shapes that are added, a picture shows what NumPy says forward and backward."""

import re
from itertools import product

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import viz
from teachgrad.viz.scene import Rect, Text

SHAPES = [(), (1,), (3,), (1, 3), (4, 1), (4, 3)]


def texts(figure):
    return [mark.text for mark in figure.picture.marks if isinstance(mark, Text)]


def looks(figure):
    return [mark.look for mark in figure.picture.marks if isinstance(mark, Rect)]


def test_a_table_shows_every_entry_and_its_sign():
    figure = viz.draw_tables({"A": tg.tensor([[1.0, 0.0], [-0.25, 2.0]], requires_grad=True), "B": [7, -8]})
    assert texts(figure) == ["A", "1", "0", "−0.25", "2", "B", "7", "−8"]
    assert looks(figure) == ["leaf", "awaited", "arrived", "leaf", "leaf", "arrived"]
    assert figure.alt == "2 tables. A, 2 by 2: 1, 0; −0.25, 2. B, 1 by 2: 7, −8."


def test_tables_do_not_overlap():
    figure = viz.draw_tables({name: np.ones((2 + number, 3)) for number, name in enumerate("ABCDEF")})
    corners = {(mark.x, mark.y) for mark in figure.picture.marks if isinstance(mark, Rect)}
    assert len(corners) == sum((2 + number) * 3 for number in range(6))
    assert max(x for x, _ in corners) < figure.picture.width < 900
    assert max(y for _, y in corners) < figure.picture.height


def test_more_than_two_axes_are_refused():
    with pytest.raises(ValueError, match=r"A has shape \(2, 2, 2\); a table has two axes"):
        viz.draw_tables({"A": np.ones((2, 2, 2))})
    with pytest.raises(ValueError, match=r"two axes at most, and not \(1, 2, 3\)"):
        viz.draw_broadcast((3,), (1, 2, 3))


@pytest.mark.parametrize(("a", "b"), list(product(SHAPES, SHAPES)))
def test_a_gradient_is_the_sum_over_the_copies(a, b):
    figure = viz.draw_broadcast(a, b)
    wide = np.broadcast_shapes(a, b)
    g = np.arange(1.0, np.prod(wide) + 1).reshape(wide)
    for name, shape in (("a", a), ("b", b)):
        own = np.zeros(shape)
        for place in np.ndindex(*wide):  # each copy gives to the entry that it was copied from
            last = place[len(place) - len(shape) :]
            own[tuple(at % size for at, size in zip(last, shape, strict=True))] += g[place]
        told = re.search(rf"{name}\.grad, \d by \d: ([^g]*), is g", figure.alt)
        assert [float(number) for number in re.split("[;,] ", told[1])] == own.ravel().tolist()
    assert looks(figure).count("leaf") == np.prod(a) + np.prod(b)
    assert looks(figure).count("constant") == 2 * np.prod(wide) - np.prod(a) - np.prod(b)
    assert looks(figure).count("arrived") == np.prod(a) + np.prod(b)


def test_the_axes_that_are_summed_are_named():
    figure = viz.draw_broadcast((4, 3), (1, 1))
    assert "a is as large as the result; a.grad" in figure.alt
    assert figure.alt.endswith("b.grad, 1 by 1: 78, is g added over axes 0 and 1.")
    assert "g as it comes" in texts(figure)
    assert "g added over axes 0 and 1" in texts(figure)


def test_shapes_that_do_not_fit_say_where():
    figure = viz.draw_broadcast((4, 3), (4,))
    assert figure.alt.startswith("a (4, 3) + b (4,) is an error. 3 and 4 stand in one column and differ")
    assert texts(figure)[:6] == ["shapes", "a", "3", "4", "b", "4"]
