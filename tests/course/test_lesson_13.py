"""What lesson 13 says of its own programs: who wins where, what a missing correction does, whom the decay hits."""

import pytest

from notebooks import build
from teachgrad import optim, viz


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's cells make: the functions and runs that its sentences speak of."""
    names = {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TEACHGRAD_PROGRESS", "")  # keep nothing
        for cell in build.read_source("13_optimizers").cells:
            if cell.cell_type == "code" and "check(" not in cell.source and "import torch" not in cell.source:
                exec(cell.source, names)
    return names


def test_momentum_wins_three_times_and_adam_on_the_saddle(lesson):
    arrivals = {
        land: {name: lesson["arrival"](walk.losses) for name, walk in race.walks.items()}
        for land, race in lesson["races"].items()
    }
    for land in ("ravine", "turned", "banana"):
        others = [arrivals[land][name] for name in ("plain", "Adam")]
        assert all(other == "-" or arrivals[land]["momentum"] < other for other in others), land
    assert arrivals["saddle"]["plain"] == "-"
    assert arrivals["saddle"]["Adam"] < 20 < arrivals["saddle"]["momentum"]


def test_only_adam_notices_that_the_ravine_was_turned(lesson):
    straight, turned = (
        {name: walk.losses for name, walk in lesson["races"][land].walks.items()} for land in ("ravine", "turned")
    )
    for name in ("plain", "momentum"):
        assert turned[name] == pytest.approx(straight[name], rel=0.02, abs=1e-4)
    assert lesson["arrival"](turned["Adam"]) > 1.5 * lesson["arrival"](straight["Adam"])


def test_the_goal_in_the_ravine_can_be_reached(lesson):
    ravine = lesson["ravine"]
    ball = viz.animate_descent(
        ravine, lesson["STARTS"][ravine], lambda p: optim.SGD(p, lr=0.06, momentum=0.6), steps=50
    )
    assert ball.walk.losses[-1] < 1e-6


def test_without_the_correction_steps_are_three_and_six_times_too_long(lesson, monkeypatch):
    monkeypatch.setattr(viz, "draw_curves", lambda panels: next(iter(panels.values()))["length"])
    lengths = lesson["first_steps"](corrected=False)
    assert (round(lengths[0]), int(lengths[9])) == (3, 6)
    assert lesson["first_steps"](corrected=True) == pytest.approx([1.0] * 60)
    assert lesson["first_steps"](beta1=0.9, beta2=0.99, corrected=False)[0] == pytest.approx(1.0)  # by luck


def test_a_penalty_in_adam_hits_the_flat_weight_and_decay_hits_both(lesson):
    steep, flat = (path[-1] for path in lesson["paths"]["Adam"].values())
    assert flat < 0.1 < 0.9 < steep
    steep, flat = (path[-1] for path in lesson["paths"]["AdamW"].values())
    assert flat == pytest.approx(steep, rel=1e-3)


def test_of_three_learning_rates_one_will_do(lesson):
    assert [right > 0.5 for _, right in lesson["runs"].values()] == [False, True, False]
