"""Schedulers lead through PyTorch's rates, to the last bit, and say when they are used in the wrong order."""

from __future__ import annotations

import math
import warnings

import pytest

import teachgrad as tg
from teachgrad.optim.lr_scheduler import (
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LRScheduler,
    ReduceLROnPlateau,
    StepLR,
)
from tests.optim.schedules import SCHEDULES, follow, recorded


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_rates_are_pytorchs(name):
    assert follow(tg, name) == recorded()[name]


def sgd(lr=0.1):
    return tg.optim.SGD([tg.ones(1, requires_grad=True)], lr=lr)


def test_a_scheduler_that_steps_first_warns_once():
    scheduler = StepLR(sgd(), 1)
    with pytest.warns(UserWarning, match=r"lr_scheduler.step\(\)` before `optimizer.step"):
        scheduler.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler.step()


def test_a_step_before_the_scheduler_does_not_count_and_one_after_does():
    optimizer = sgd()
    optimizer.step()
    scheduler = StepLR(optimizer, 1)
    with pytest.warns(UserWarning, match="Detected call"):
        scheduler.step()
    optimizer.step()
    StepLR(optimizer, 1).step()


def test_a_step_that_was_replaced_is_noticed():
    optimizer = sgd()
    scheduler = StepLR(optimizer, 1)
    optimizer.step = lambda: None
    with pytest.warns(UserWarning, match="has been overridden"):
        scheduler.step()


def test_going_on_needs_a_beginning():
    with pytest.raises(KeyError, match="param 'initial_lr' is not specified in param_groups"):
        StepLR(sgd(), 1, last_epoch=3)


def test_get_lr_is_not_for_readers():
    with pytest.warns(UserWarning, match="please use `get_last_lr"):
        StepLR(sgd(), 1).get_lr()


def test_a_given_epoch_is_computed_from_the_beginning():
    optimizer = sgd(1.0)
    scheduler = ExponentialLR(optimizer, 0.5)
    optimizer.step()
    with pytest.warns(UserWarning, match="epoch parameter"):
        scheduler.step(4)
    assert scheduler.get_last_lr() == [0.5**4]


def test_a_rate_that_is_a_tensor_stays_that_tensor():
    rate = tg.tensor(0.5)
    optimizer = sgd(rate)
    scheduler = StepLR(optimizer, 1, gamma=0.5)
    (optimizer.param_groups[0]["params"][0] * 1).sum().backward()
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == 0.25
    assert optimizer.param_groups[0]["params"][0].tolist() == [0.5]
    assert scheduler.base_lrs[0].item() == 0.5


def test_a_scheduler_of_ones_own_needs_get_lr_only():
    class Halving(LRScheduler):
        def get_lr(self):
            return [rate / 2**self.last_epoch for rate in self.base_lrs]

    optimizer = sgd(1.0)
    scheduler = Halving(optimizer)
    for expected in (1.0, 0.5, 0.25):
        assert optimizer.param_groups[0]["lr"] == expected
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize("longer", [1, 2], ids=["rounds of one length", "longer rounds"])
def test_a_jump_to_an_epoch_lands_where_single_steps_lead(longer):
    walking, jumping = sgd(), sgd()
    walker, jumper = (CosineAnnealingWarmRestarts(o, T_0=3, T_mult=longer) for o in (walking, jumping))
    walking.step()
    jumping.step()
    for _ in range(12):
        walker.step()
    jumper.step(12)
    assert jumper.get_last_lr() == pytest.approx(walker.get_last_lr(), abs=1e-12)
    jumper.step(4.5)  # half an epoch or a quarter of the second round is over, and the rate follows half a wave
    assert jumper.get_last_lr() == pytest.approx([0.1 * (1 + math.cos(math.pi * 1.5 / (3 * longer))) / 2])


def test_a_plateau_knows_no_lowest_rate_of_a_group_that_came_later():
    optimizer = sgd()
    scheduler = ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.01])
    optimizer.add_param_group({"params": [tg.ones(1, requires_grad=True)]})
    scheduler.step(1.0)
    with pytest.raises(RuntimeError, match=r"param groups in the `optimizer` \(2\) differs"):
        scheduler.step(2.0)
    scheduler.min_lrs.append(0.05)
    scheduler.step(3.0)
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.01, 0.05])


def test_a_plateau_given_one_lowest_rate_has_it_for_every_group():
    optimizer = sgd()
    scheduler = ReduceLROnPlateau(optimizer, patience=0, min_lr=0.05)
    optimizer.add_param_group({"params": [tg.ones(1, requires_grad=True)]})
    scheduler.step(1.0)
    scheduler.step(2.0)
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.05, 0.05])
