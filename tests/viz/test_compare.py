"""compare draws every list where its numbers are, on scales that can be compared, and lets them grow together."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.viz import compare
from teachgrad.viz.scene import keyed


def points(figure, k):
    """The pixels that line `k` runs through at the end."""
    numbers = [number for _, numbers in keyed(figure.picture.marks)[f"line{k}"].segments for number in numbers]
    return np.array(numbers[2:]).reshape(-1, 2)  # the first point stands twice


def test_lists_share_their_scale():
    figure = compare({"cleared": [1.0, 0.5, 0.25], "kept": [1.0, -1.0, 0.5]})
    first, second = points(figure, 0), points(figure, 1)
    assert first[0, 1] == second[0, 1]
    per_unit = (second[1, 1] - second[0, 1]) / -2
    np.testing.assert_allclose(first[:, 1] - first[0, 1], per_unit * np.array([0, -0.5, -0.75]), atol=1e-9)
    assert figure.told == [
        "step 0: cleared 1.0, kept 1.0",
        "step 1: cleared 0.5, kept −1.0",
        "step 2: cleared 0.25, kept 0.5",
    ]


def test_lines_grow_and_a_shorter_one_waits_at_its_end():
    figure = compare({"long": [3.0, 2.0, 1.0], "short": [0.0, 1.0]}, unit="epoch")
    for i, moment in enumerate(figure.moments):
        marks = keyed(moment.marks)
        assert len(marks["line0"].segments) == len(marks["line1"].segments) == i + 1
        assert (marks["ball0"].x, marks["ball0"].y) == tuple(points(figure, 0)[i])
    assert figure.told[-1] == "epoch 2: long 1.0, short 1.0"


def test_no_swing_is_lost_in_a_long_list():
    figure = compare({"swing": [(-1.0) ** i for i in range(999)]})
    assert len(figure.moments) == 100
    assert len(points(figure, 0)) == 999
    assert len({*points(figure, 0)[:, 1]}) == 2


def test_what_differs_a_thousandfold_gets_scales_of_its_own_and_says_so():
    figure = compare({"honest": [1.0, -1e8], "forgetful": [1.0, -1.0]})
    assert figure.told[-1].endswith("(each panel has a scale of its own)")
    assert np.ptp(points(figure, 1)[:, 1]) > 100
    powers = compare({"a": [1.0, 1e-5], "b": [1.0, 0.5]})
    assert "powers of ten" in powers.svg
    assert "scale of its own" not in powers.told[-1]


def test_paths_lie_on_one_map():
    figure = compare({"SGD": [(0.0, 0.0), (1.0, 0.0)], "Adam": [(0.0, 0.0), (0.0, 2.0)]})
    first, second = points(figure, 0), points(figure, 1)
    assert first[0, 1] == first[1, 1] == second[0, 1]
    assert second[0, 0] == second[1, 0]
    assert second[1, 1] < second[0, 1]
    assert (
        figure.alt
        == "Side by side, step by step. SGD from (0.0, 0.0) to (1.0, 0.0); Adam from (0.0, 0.0) to (0.0, 2.0)."
    )


@pytest.mark.parametrize(
    "values",
    [tg.tensor([1.0, 2.0], requires_grad=True), np.array([1, 2]), (1, 2.0), [tg.tensor(1.0), tg.tensor(2.0)]],
    ids=["a tensor", "an array", "a tuple", "tensors"],
)
def test_numbers_come_in_any_dress(values):
    assert compare({"it": values}).alt == "Side by side, step by step. it 1 to 2."


def test_what_is_no_number_is_left_out():
    figure = compare({"runs off": [1.0, math.inf, math.nan, math.inf], "never there": [math.nan, math.nan]})
    assert "nan" not in re.sub(r'never there nan|aria-label="[^"]*"', "", figure.svg)
    assert figure.told[2] == "step 2: runs off nan, never there nan"


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ({}, "1 to 6 lists"),
        ({str(i): [1.0] for i in range(7)}, "was given 7"),
        ({"a": []}, r"'a' has the shape \(0,\)"),
        ({"a": [[1.0, 2.0, 3.0]]}, r"'a' has the shape \(1, 3\)"),
        ({"a": [1.0], "b": [(1.0, 2.0)]}, "given both"),
    ],
)
def test_what_cannot_be_compared_is_refused(runs, words):
    with pytest.raises(ValueError, match=words):
        compare(runs)


def test_it_weighs_at_most_forty_kilobytes():
    walks = {str(k): [math.sin(i * (k + 1) / 9) for i in range(200)] for k in range(2)}
    assert len(compare(walks).html) < 40_000
