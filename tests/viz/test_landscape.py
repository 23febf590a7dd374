"""landscape shows the loss where the axes say, the path as it was walked, and leaves the model as it was."""

from __future__ import annotations

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn, optim
from teachgrad.viz import landscape
from teachgrad.viz.scene import keyed


def line_fit():
    model = nn.Linear(1, 1)
    x = tg.linspace(-1, 1, 20).reshape(-1, 1)
    with tg.no_grad():
        model.weight.fill_(-1.0)
        model.bias.fill_(3.0)
    return model, lambda: ((model(x) - 2 * x - 1) ** 2).mean()


def trained(model, loss, steps=8):
    seen, optimizer = landscape(model, loss), optim.SGD(model.parameters(), lr=0.3)
    for _ in range(steps):
        seen.record()
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return seen


def network():
    tg.manual_seed(1)
    model = nn.Sequential(nn.Linear(2, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(0.1), nn.Linear(6, 1))
    x, y = tg.randn(12, 2), tg.randn(12, 1)
    return model, lambda: nn.functional.mse_loss(model(x), y)


def test_two_parameters_are_the_axes():
    seen = trained(*line_fit())
    figure = seen.figure
    assert {"weight", "bias"} <= {mark.text for mark in figure.picture.marks if getattr(mark, "look", "") == "label"}
    assert seen.places[0].tolist() == [-1, 3]
    assert seen.losses[0] == pytest.approx(9 * np.mean(np.linspace(-1, 1, 20) ** 2) + 4)
    first, last = keyed(figure.moments[0].marks)["ball"], keyed(figure.moments[-1].marks)["ball"]
    per_unit = (last.x - first.x) / (seen.places[-1][0] - seen.places[0][0])
    assert (first.y - last.y) / (seen.places[-1][1] - seen.places[0][1]) == pytest.approx(per_unit)
    assert figure.alt.startswith("Loss over weight and bias; 2 parameters: 7.32 to ")
    assert len(figure.moments) == 8


def test_the_surface_has_the_height_of_the_loss(monkeypatch):
    from teachgrad.viz import descent

    heights = {}
    bands = descent.bands
    monkeypatch.setattr(
        descent, "bands", lambda values, panel: heights.update(it=(values, panel)) or bands(values, panel)
    )
    trained(*line_fit()).figure  # noqa: B018 - draws
    values, panel = heights["it"]
    w, b = np.meshgrid(np.linspace(*panel.x, 25), np.linspace(*panel.y, 25))
    spread = np.mean(np.linspace(-1, 1, 20) ** 2)
    np.testing.assert_allclose(values, (w - 2) ** 2 * spread + (b - 1) ** 2, rtol=1e-4, atol=1e-4)


def test_the_plane_of_a_path_holds_most_of_it():
    model, loss = network()
    figure = trained(model, loss, 20).figure
    assert "% of the path; 37 parameters:" in figure.alt
    assert int(figure.alt.split("holds ")[1].split(" %")[0]) > 80


@pytest.mark.parametrize("records", [0, 5])
def test_the_model_is_left_as_it_was(records):
    model, loss = network()
    seen = trained(model, loss, records)
    before = {name: value.tolist() for name, value in model.state_dict().items()}
    grads = [None if p.grad is None else p.grad.tolist() for p in model.parameters()]
    state = tg.get_rng_state().tolist()
    assert seen.figure.html
    assert {name: value.tolist() for name, value in model.state_dict().items()} == before
    assert [None if p.grad is None else p.grad.tolist() for p in model.parameters()] == grads
    assert tg.get_rng_state().tolist() == state
    assert [module.training for module in model.modules()] == [True] * 6


def test_an_error_of_the_loss_is_raised_and_the_model_is_left_as_it_was():
    model, _ = network()
    before = model[0].weight.tolist()
    with pytest.raises(KeyError, match="mine"):
        landscape(model, lambda: {}["mine"]).figure  # noqa: B018 - draws
    assert model[0].weight.tolist() == before


def test_without_a_path_the_surroundings_are_seen():
    model, loss = network()
    seen = landscape(model, lambda same: loss() if same is model else None)
    assert repr(seen).startswith("Loss along two random directions: loss ")
    assert seen.figure is seen.figure
    seen.record()
    seen.record()
    assert "two random directions" in repr(seen)  # two records are no plane


def test_a_path_that_runs_off_can_be_drawn():
    model, loss = line_fit()
    seen = trained(model, loss, 3)
    with tg.no_grad():
        model.weight.fill_(np.nan)
    seen.record()
    assert repr(seen).endswith("to nan in 3 steps.")
    assert "nan" not in seen.figure.svg.replace("loss nan", "").replace("to nan", "")


def test_one_number_has_no_slice(tmp_path):
    with pytest.raises(ValueError, match="at least two numbers"):
        landscape(nn.Linear(1, 1, bias=False), lambda: None)
    seen = trained(*line_fit())
    seen.save(tmp_path / "slice.svg")
    assert (tmp_path / "slice.svg").read_text(encoding="utf-8").startswith("<svg")
