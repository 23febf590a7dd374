"""gradient_flow shows the norms that gradients have, each as a bar in powers of ten."""

from __future__ import annotations

import math

import pytest

import teachgrad as tg
from teachgrad import nn
from teachgrad.viz import gradient_flow
from teachgrad.viz.scene import keyed


def trained(records=3):
    """A model whose gradients are told: those of the weights grow a hundredfold, the bias gets always the same."""
    model = nn.Linear(2, 1)
    flow = gradient_flow(model)
    for k in range(records):
        model.zero_grad()
        model(tg.tensor([3.0, 4.0]) * 100**k).sum().backward()
        flow.record()
    return model, flow


def right_end(moment, row):
    """The pixel where a bar ends."""
    return keyed(moment.marks)[f"bar{row}"].segments[1][1][0]


def test_norms_are_those_of_the_gradients():
    _, flow = trained()
    assert flow.rows == ["weight", "bias"]
    assert flow.norms == [(5.0, 1.0), (500.0, 1.0), (50000.0, 1.0)]
    assert repr(flow) == (
        "Norms of gradients, after backward pass 3 of 3: weight 5e+04 and bias 1.0; "
        "the longest is 5e+04 times the shortest."
    )


def test_bars_grow_by_as_much_for_every_power_of_ten():
    _, flow = trained()
    ends = [right_end(moment, 0) for moment in flow.figure.moments]
    assert ends[1] - ends[0] == pytest.approx(ends[2] - ends[1])
    assert len({right_end(moment, 1) for moment in flow.figure.moments}) == 1
    assert [keyed(moment.marks)["norm0"].text for moment in flow.figure.moments] == ["5.0", "500.0", "5e+04"]


def test_without_records_it_shows_what_is_there_now():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    flow = gradient_flow(model)
    assert repr(flow).endswith("4 of 4 have none; no gradient is different from 0.")
    model[0](tg.ones(2)).sum().backward()
    model[0].bias.grad.zero_()
    assert "0.bias 0.0, 2.weight None and 2.bias None; 2 of 4 have none; the longest is 1 times the shortest" in repr(
        flow
    )
    assert "None: nothing arrived" in flow.figure.svg
    assert right_end(flow.figure.picture, 1) == right_end(flow.figure.picture, 2)  # at the foot


def test_of_a_large_model_the_modules_are_seen():
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 3)
    flow = gradient_flow(model)
    assert len(flow.rows) == 15
    assert flow.rows[:2] == ["layers.0.self_attn", "layers.0.linear1"]
    model(tg.randn(1, 2, 4)).pow(2).sum().backward()
    flow.record()
    parts = [p.grad.norm().item() for name, p in model.named_parameters() if name.startswith("layers.0.linear1.")]
    assert flow.norms[0][1] == pytest.approx(math.hypot(*parts))


def test_what_explodes_can_be_drawn():
    model, flow = trained(1)
    model.weight.grad.fill_(math.inf)
    flow.record()
    model.weight.grad.fill_(math.nan)
    flow.record()
    ends = [right_end(moment, 0) for moment in flow.figure.moments]
    frame = next(mark for mark in flow.figure.picture.marks if getattr(mark, "look", "") == "frame")
    assert ends[1] == frame.x + frame.width
    assert ends[2] == frame.x
    assert flow.figure.moments[1].marks != flow.figure.moments[2].marks


def test_a_long_training_is_thinned_and_stays_light():
    _, flow = trained(1)
    for _ in range(300):
        flow.record()
    assert len(flow.figure.moments) == 100
    assert len(flow.figure.html) < 40_000


def test_it_is_saved(tmp_path):
    trained()[1].save(tmp_path / "flow.html")
    assert "Norms of gradients" in (tmp_path / "flow.html").read_text(encoding="utf-8")


def test_a_model_without_parameters_is_refused():
    with pytest.raises(ValueError, match="has none"):
        gradient_flow(nn.ReLU())
