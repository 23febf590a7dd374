"""What lesson 16 says of its own programs: which goals can be reached, and what the bets come to."""

import pytest

import teachgrad as tg
from notebooks import build
from teachgrad.course.exercises import find
from teachgrad.course.judging import judge


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's cells make: the functions and numbers that its sentences speak of."""
    names = {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TEACHGRAD_PROGRESS", "")  # keep nothing
        for cell in build.read_source("16_beyond").cells:
            if cell.cell_type == "code" and not any(word in cell.source for word in ("check(", "import torch")):
                exec(cell.source, names)
    return names


def test_a_dual_number_is_exact_where_a_nudge_is_lost(lesson):
    assert lesson["dual"] == pytest.approx(lesson["true"], rel=1e-12)
    assert abs(lesson["nudged"]) < 1e-5


@pytest.mark.parametrize("land", ["ravine", "banana"])
def test_only_newton_reaches_the_goals(lesson, land):
    f = lesson[land]

    def end(newton, lr):
        return f(*lesson["hike"](f, (-1.5, 1.0), newton, lr)[-1])

    assert end(newton=True, lr=1.0) < 1e-6
    for lr in (0.01, 0.02, 0.03):
        assert not end(newton=False, lr=lr) < 1e-6


def test_newton_stops_at_the_saddle_and_may_climb(lesson):
    saddle, hike = lesson["saddle"], lesson["hike"]
    x, y = hike(saddle, (-2.0, 0.5), newton=True, steps=5)[-1]
    assert (x, y) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert lesson["after"] > lesson["before"]
    assert saddle(0.0, 5**0.5) == pytest.approx(0.0)  # there is a better place


def test_the_shortest_memory_is_that_of_eight(lesson):
    assert lesson["held"][8] == 16
    assert all(held > 16 for piece, held in lesson["held"].items() if piece != 8)


def test_other_right_answers_are_accepted():
    """Forward over backward; a checkpoint with pieces of another length."""

    def hvp(f, x, v):
        return tg.func.jvp(tg.func.grad(f), (x,), (v,))[1]

    checkpoint = tg.utils.checkpoint.checkpoint_sequential

    def frugal(layers, x):
        return checkpoint(layers, 4, x, use_reentrant=False)

    assert judge(find("16-3"), hvp).status == "right"
    assert judge(find("16-4"), frugal).status == "right"
