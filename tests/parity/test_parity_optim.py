"""The records of PyTorch's descents and schedules are still true; descents agree in other types and options too."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import teachgrad as tg
from tests.optim import descents, schedules
from tests.optim.descents import RULES, descend
from tests.optim.schedules import SCHEDULES, follow, scheduled


@pytest.mark.parametrize("rule", RULES)
def test_the_record_is_how_pytorch_descends(rule: str) -> None:
    np.testing.assert_allclose(descend(torch, rule), descents.recorded()[rule], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_record_is_how_pytorch_schedules(name: str) -> None:
    assert follow(torch, name) == schedules.recorded()[name]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("dtype", "steps", "tolerance"), [("float64", 50, 1e-12), ("float32", 50, 1e-6), ("float16", 10, 4e-3)]
)
def test_descents_agree_in_every_type(rule: str, dtype: str, steps: int, tolerance: float) -> None:
    ours, theirs = (descend(library, rule, dtype, steps) for library in (tg, torch))
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("option", ["foreach", "fused"])
@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW", "Adagrad"])
def test_ways_of_computing_lead_to_the_same_place(kind: str, option: str) -> None:
    def path(library, **way):
        w = library.tensor([1.0, -2.0, 3.0], requires_grad=True)
        optimizer = getattr(library.optim, kind)([w], lr=0.1, **way)
        for _ in range(20):
            optimizer.zero_grad()
            (w**4).sum().backward()
            optimizer.step()
        return w.tolist()

    np.testing.assert_allclose(path(tg, **{option: True}), path(torch, **{option: True}), rtol=1e-6, atol=1e-6)


def plain(value):
    """A state with tensors written out."""
    if hasattr(value, "dtype"):
        return str(value.dtype), tuple(value.shape)
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return [plain(entry) for entry in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("rule", [rule for rule in RULES if "maxim" not in rule])
def test_states_have_the_same_layout(rule: str) -> None:
    def state(library):
        kind, settings = RULES[rule]
        w = library.ones(2, 3, dtype=library.float64, requires_grad=True)
        optimizer = getattr(library.optim, kind)([w], **settings)

        def closure():
            optimizer.zero_grad()
            loss = ((w * 3 - 1) ** 4).sum()
            loss.backward()
            return loss

        for _ in range(3):
            optimizer.step(closure)
        return plain(optimizer.state_dict())

    ours, theirs = state(tg), state(torch)
    if "LBFGS" in rule:
        ours["state"][0]["prev_loss"] = pytest.approx(ours["state"][0]["prev_loss"])
    assert str(ours["param_groups"]) == str(theirs["param_groups"])
    assert [*ours["state"].get(0, {})] == [*theirs["state"].get(0, {})]  # in this order
    assert ours == theirs


@pytest.mark.parametrize("name", SCHEDULES)
def test_states_of_schedulers_have_the_same_layout(name: str) -> None:
    ours, theirs = (scheduled(library, name) for library in (tg, torch))
    assert str(ours[1].state_dict()) == str(theirs[1].state_dict())
    assert str(ours[0].state_dict()) == str(theirs[0].state_dict())
