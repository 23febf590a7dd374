"""Averages of models are the averages of their parameters, buffers included where that is wanted."""

from __future__ import annotations

import pytest

import teachgrad as tg
from teachgrad.optim.swa_utils import SWALR, AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn, update_bn


class Counting(tg.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = tg.nn.Parameter(tg.zeros(2))
        self.register_buffer("seen", tg.tensor(0.0))

    def forward(self, x):
        return x * self.w


def averaged(values, **settings):
    model = Counting()
    average = AveragedModel(model, **settings)
    for value in values:
        tg.nn.init.constant_(model.w, value)
        model.seen.fill_(10 * value)
        average.update_parameters(model)
    return average


def test_the_plain_average_and_the_last_buffers():
    average = averaged([1.0, 2.0, 6.0])
    assert average.module.w.tolist() == [3.0, 3.0]
    assert average.module.seen.item() == 60.0
    assert average.n_averaged.item() == 3
    assert average(tg.ones(2)).tolist() == [3.0, 3.0]
    assert list(average.state_dict()) == ["n_averaged", "module.w", "module.seen"]


@pytest.mark.parametrize("how", [{"avg_fn": get_ema_avg_fn(0.5)}, {"multi_avg_fn": get_ema_multi_avg_fn(0.5)}])
def test_an_average_that_forgets(how):
    average = averaged([1.0, 2.0, 4.0], use_buffers=True, **how)
    assert average.module.w.tolist() == [2.75, 2.75]  # 0.5 * (0.5 * 1 + 0.5 * 2) + 0.5 * 4
    assert average.module.seen.item() == 27.5


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"Invalid decay value 1\.5 provided"):
        get_ema_avg_fn(1.5)
    with pytest.raises(AssertionError, match="Only one of avg_fn and multi_avg_fn"):
        AveragedModel(Counting(), avg_fn=get_ema_avg_fn(), multi_avg_fn=get_ema_multi_avg_fn())


def two_groups():
    a, b = tg.zeros(1, requires_grad=True), tg.zeros(1, requires_grad=True)
    return tg.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.01}], lr=0.3)


@pytest.mark.parametrize(
    ("settings", "path"),  # recorded from PyTorch 2.13.0
    [
        ({"swa_lr": 0.05, "anneal_epochs": 3}, [[0.3, 0.01], [0.2375, 0.02], [0.1125, 0.04], [0.05, 0.05]]),
        (
            {"swa_lr": [0.05, 0.02], "anneal_epochs": 2, "anneal_strategy": "linear"},
            [[0.3, 0.01], [0.175, 0.015], [0.05, 0.02], [0.05, 0.02]],
        ),
        ({"swa_lr": 0.05, "anneal_epochs": 0}, [[0.05, 0.05]] * 4),
    ],
)
def test_rates_go_to_the_one_for_averaging(settings, path):
    optimizer = two_groups()
    scheduler = SWALR(optimizer, **settings)
    for rates in path:
        assert scheduler.get_last_lr() == pytest.approx(rates)
        optimizer.step()
        scheduler.step()


def test_rates_that_are_refused():
    with pytest.raises(ValueError, match="swa_lr must have the same length"):
        SWALR(two_groups(), swa_lr=[1.0])
    with pytest.raises(ValueError, match="anneal_strategy must be one of 'cos' or 'linear', instead got steps"):
        SWALR(two_groups(), swa_lr=1.0, anneal_strategy="steps")
    with pytest.raises(ValueError, match="anneal_epochs must be equal or greater than 0, got -1"):
        SWALR(two_groups(), swa_lr=1.0, anneal_epochs=-1)


def test_statistics_are_measured_again():
    x = tg.randn(20, 3)
    model = tg.nn.Sequential(tg.nn.BatchNorm1d(3), tg.nn.Linear(3, 1)).eval()
    update_bn([(x[:10], 0), (x[10:], 1)], model)
    norm = model[0]
    assert norm.running_mean.tolist() == pytest.approx(x.mean(0).tolist(), rel=1e-4, abs=1e-6)
    assert norm.running_var.tolist() == pytest.approx(((x[:10].var(0) + x[10:].var(0)) / 2).tolist(), rel=1e-4)
    assert (model.training, norm.momentum, norm.num_batches_tracked.item()) == (False, 0.1, 2)
    plain = tg.nn.Linear(3, 1)
    update_bn([], plain)  # nothing to measure
