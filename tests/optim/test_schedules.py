"""Schedulers lead through PyTorch's rates, to the last bit, and say when they are used in the wrong order."""

from __future__ import annotations

import warnings

import pytest

import teachgrad as tg
from teachgrad.optim.lr_scheduler import ExponentialLR, LRScheduler, StepLR
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
