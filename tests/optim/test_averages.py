"""Averages of models are the averages of their parameters, buffers included where that is wanted."""

from __future__ import annotations

import pytest

import teachgrad as tg
from teachgrad.optim.swa_utils import AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn


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
