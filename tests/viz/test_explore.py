"""explore_descent hands the page a function that it can walk on, and shows the walk of the settings it begins with."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

from teachgrad.viz import explore_descent
from teachgrad.viz.scene import keyed


def bowl(x):
    return 0.5 * x**2


def data(figure):
    """What the page is given."""
    found = re.search(r"const data=(\{.*?\});for\(", figure.html)
    assert found is not None
    return json.loads(found[1])


def test_of_a_parabola_the_page_knows_all():
    known = data(explore_descent(lambda x, y: x**2 + 3 * y**2 + x * y - 4 * x + 1))["known"]
    matrix = np.array([[2.0, 1.0], [1.0, 6.0]])
    lowest = np.linalg.solve(matrix, [4, 0])
    np.testing.assert_allclose(known["at"], lowest)
    np.testing.assert_allclose(known["bend"], matrix, atol=1e-12)
    np.testing.assert_allclose(known["slope"], 0, atol=1e-9)
    assert known["height"] == pytest.approx(lowest @ matrix @ lowest / 2 - 4 * lowest[0] + 1)


def test_a_slope_without_a_bottom_is_a_parabola_too():
    known = data(explore_descent(lambda x: 3 * x, start=2.0))["known"]
    assert known["slope"] == pytest.approx([3])
    assert np.abs(known["bend"]).max() < 1e-12


def test_of_another_function_it_knows_values_and_slopes_on_a_grid():
    known = data(explore_descent(lambda w: w[0] ** 4 + w[1].sin(), start=(1.0, 2.0)))["known"]
    values, along, up = (
        np.frombuffer(base64.b64decode(text), kind).reshape(known["count"], -1)
        for text, kind in zip(known["values"], ("<f8", "<f4", "<f4"), strict=True)
    )
    x, y = np.meshgrid(
        *(np.linspace(low, high, known["count"]) for low, high in zip(known["low"], known["high"], strict=True))
    )
    np.testing.assert_allclose(values, x**4 + np.sin(y))
    np.testing.assert_allclose(along, 4 * x**3, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(up, np.cos(y), rtol=1e-6, atol=1e-6)


def test_a_function_of_single_points_and_one_with_holes_can_be_explored():
    def picky(x, y):
        if x.item() > 100:
            raise ArithmeticError
        return (x**2 + y**2).sqrt()

    assert explore_descent(picky).walk.losses[0] == pytest.approx(2.5)
    holes = explore_descent(lambda x: x - x.log(), start=2.0)
    assert "nan" not in holes.svg
    assert holes.html


def test_it_begins_with_the_walk_of_its_settings():
    figure = explore_descent(bowl, start=1.0, lr=(0.01, 5.0), options={"clear .grad": [False, True]}, steps=20)
    x, held = 1.0, 0.0
    for seen in figure.walk.points[:, 0]:
        assert seen == pytest.approx(x)
        held += x
        x -= 0.2 * held
    given = data(figure)
    assert given["sliders"]["lr"] == {"low": 0.01, "high": 5.0, "step": 0.01, "log": False, "start": 0.2}
    assert given["sliders"]["momentum"] == {"low": 0.0, "high": 0.99, "step": 0.001, "log": False, "start": 0.0}
    assert given["options"] == {"clear .grad": False}
    assert figure.alt.startswith("Descent on f(x). From x = 1.0 with SGD, lr 0.2: loss 0.5 to ")
    assert len(keyed(figure.picture.marks)["dots"].segments) == 21


def test_a_slider_over_many_powers_of_ten_goes_in_powers():
    assert data(explore_descent(bowl))["sliders"]["lr"]["log"]
    assert data(explore_descent(bowl, lr=(0.0, 1.0)))["sliders"]["lr"]["start"] == 0.1


@pytest.mark.parametrize(("start", "ends"), [(1.0, (-1.35, 1.35)), (-4.0, (-5.4, 5.4)), (0.0, (-1.0, 1.0))])
def test_a_walk_to_zero_is_seen_around_zero(start, ends):
    assert data(explore_descent(bowl, start=start))["map"]["x"] == pytest.approx(ends, abs=1e-4)


def test_a_far_place_is_seen_around_its_bottom():
    low, high = data(explore_descent(lambda x: (x - 100) ** 2, start=101.0))["map"]["x"]
    assert low < 99
    assert 101 < high < 125


def test_what_is_seen_can_be_chosen():
    assert data(explore_descent(bowl, view=(-3, 4)))["map"]["x"] == [-3, 4]
    assert data(explore_descent(lambda x, y: x**2 + y**2, view=(-3, 4)))["map"]["y"] == [-3, 4]


def test_a_formula_can_be_typed_anew_with_the_same_settings():
    figure = explore_descent("x**2 + 3*y**2", start=(1.0, -2.0), steps=7)
    assert figure.alt.startswith("Descent on f(x, y) = x**2 + 3*y**2. From x = 1.0, y = −2.0 with SGD")
    assert figure.typed == "x**2 + 3*y**2"
    again = figure.again("x**4 + y**2")
    assert again.walk.points[0].tolist() == [1, -2]
    assert len(again.walk.points) == 8
    assert again.again("sin(x)").walk.points[0].tolist() == [1]  # of one variable: its own start
    with pytest.raises(ValueError, match="open is not among the functions"):
        figure.again("open(x)")
    assert explore_descent(bowl).again is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"start": (1, 2, 3)}, "start has 3 numbers"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"lr": (1.0, 0.1)}, "lr needs two ends"),
        ({"momentum": (-1.0, 0.1)}, "momentum needs two ends"),
        ({"options": {"clear grad": [True]}}, "knows the options 'clear .grad' and 'nesterov', not 'clear grad'"),
        ({"view": (1, 1)}, "view needs two ends"),
    ],
)
def test_what_cannot_be_explored_is_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        explore_descent(bowl, **settings)


@pytest.mark.parametrize(
    ("f", "most"),
    [(bowl, 40_000), (lambda x: x**4 - x**2, 40_000), (lambda x, y: (3 * x).sin() * (3 * y).cos(), 110_000)],
    ids=["a parabola", "of one number", "of two"],
)
def test_it_is_not_heavy(f, most):
    assert len(explore_descent(f).html) < most
