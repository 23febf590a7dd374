"""A classifier's regions are where its scores say, whatever it returns and whatever holds the points."""

from __future__ import annotations

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn
from teachgrad.viz.boundary import GRID, Boundary
from teachgrad.viz.scene import Path, Window

PLACE = (100.0, 50.0, 300.0, 200.0)  # left, top, width, height
X = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
LABELS = ("a", "b")


def marks(boundary):
    """The marks in the window, by their look."""
    (window,) = (mark for mark in boundary.draw(*PLACE) if isinstance(mark, Window))
    return {mark.look: mark for mark in window.marks if isinstance(mark, Path)}


def middle(path):
    return np.mean([numbers for _, numbers in path.segments if numbers], axis=0)


@pytest.mark.parametrize(
    "model",
    [
        lambda x: x[:, 0],
        lambda x: x[:, :1] * 100,
        lambda x: 1 / (1 + np.exp(-x[:, :1])),
        lambda x: np.stack([-x[:, 0], x[:, 0]], axis=1),
        lambda x: (x[:, 0] > 0).astype(int),
    ],
    ids=["a score", "logits", "probabilities", "scores", "classes"],
)
def test_the_border_is_where_the_model_changes_its_mind(model):
    boundary = Boundary(X, [0, 1, 1, 0], model, LABELS)
    found = marks(boundary)
    assert boundary.right == 1
    assert boundary.told() == "100 % of the points are on their side of the boundary"
    left, right = ([numbers[0] for _, numbers in found[f"region{k}"].segments if numbers] for k in (0, 1))
    half = 300 / (GRID - 1)
    assert (min(left), max(left)) == pytest.approx((100, 250), abs=half)
    assert (min(right), max(right)) == pytest.approx((250, 400), abs=half)


def test_each_class_has_a_shape_of_its_own_where_its_points_are():
    found = marks(Boundary(X, [0, 1, 2, 3], lambda x: np.stack([-x[:, 0], x[:, 0], x[:, 1], -x[:, 1]], axis=1), LABELS))
    corners = {k: sum(1 for letter, _ in found[f"class{k}"].segments if letter in "ML") for k in range(4)}
    assert corners == {0: 8, 1: 4, 2: 3, 3: 4}
    assert middle(found["class0"])[0] < 250 < middle(found["class1"])[0]
    assert middle(found["class2"])[1] < 150 < middle(found["class1"])[1]


def test_a_network_is_asked_in_evaluation_mode_and_left_as_it_was():
    x = tg.tensor(X.tolist())
    model = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    model[2].eval()
    before = {name: value.tolist() for name, value in model.state_dict().items()}
    first, second = (Boundary(x, [0, 1, 1, 0], model, LABELS) for _ in range(2))
    np.testing.assert_array_equal(first.scores, second.scores)
    assert {name: value.tolist() for name, value in model.state_dict().items()} == before
    assert [module.training for module in model] == [True, True, False, True]


def test_a_model_that_is_of_one_mind_or_of_none_can_be_drawn():
    assert "region1" in marks(Boundary(X, [0, 1, 1, 0], lambda x: x[:, 0] * 0 + 5, LABELS))
    assert Boundary(X, [0, 1, 1, 0], lambda x: x[:, 0] * np.nan, LABELS).draw(*PLACE)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X[:, :1], [0, 1, 1, 0], r"x has the shape \(4, 1\)"),
        (X, [0, 1], "y has 2 numbers"),
        (X, [0, 1, 2, 5], "y goes from 0 to 5"),
        (X, [-1, 1, 1, -1], "y goes from -1 to 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(x, y, words):
    with pytest.raises(ValueError, match=words):
        Boundary(x, y, lambda x: x[:, 0], LABELS)
