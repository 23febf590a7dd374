"""Every scheduler, and the rates it leads through: test_schedules.py compares with PyTorch's own."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

RECORD = Path(__file__).parents[1] / "fixtures" / "schedules.json"
EPOCHS = 24
SCHEDULES = {
    "Lambda": "S.LambdaLR(o, lambda epoch: 0.9 ** epoch)",
    "Lambda for each group": "S.LambdaLR(o, [lambda epoch: epoch // 3, lambda epoch: 1 / (epoch + 1)])",
    "Multiplicative": "S.MultiplicativeLR(o, lambda epoch: 0.95)",
    "Step": "S.StepLR(o, 5)",
    "Step with gamma": "S.StepLR(o, step_size=3, gamma=0.7)",
    "MultiStep": "S.MultiStepLR(o, [3, 7, 7, 15], gamma=0.5)",
    "Constant": "S.ConstantLR(o, 0.25, total_iters=6)",
    "Linear": "S.LinearLR(o)",
    "Linear down": "S.LinearLR(o, start_factor=0.9, end_factor=0.1, total_iters=10)",
    "Exponential": "S.ExponentialLR(o, 0.9)",
    "Polynomial": "S.PolynomialLR(o, total_iters=10, power=2.0)",
    "Cosine": "S.CosineAnnealingLR(o, T_max=7, eta_min=0.001)",
    "Cosine with restarts": "S.CosineAnnealingWarmRestarts(o, T_0=4)",
    "Cosine with longer rounds": "S.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.01)",
    "Cyclic": "S.CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=4)",
    "Cyclic, halved": "S.CyclicLR(o, 0.01, [0.1, 0.2], step_size_up=3, step_size_down=5, mode='triangular2')",
    "Cyclic, falling": "S.CyclicLR(o, 0.01, 0.1, step_size_up=4, mode='exp_range', gamma=0.9)",
    "Cyclic with a function": "S.CyclicLR(o, 0.01, 0.1, 4, scale_fn=lambda x: 1 / x, cycle_momentum=False)",
    "OneCycle": "S.OneCycleLR(o, max_lr=0.1, total_steps=25)",
    "OneCycle in three phases": "S.OneCycleLR(o, 0.1, epochs=5, steps_per_epoch=5, three_phase=True)",
    "OneCycle along lines": "S.OneCycleLR(o, [0.1, 0.3], 30, pct_start=0.4, anneal_strategy='linear', div_factor=10.0)",
    "Sequential": "S.SequentialLR(o, [S.ConstantLR(o, 0.1, 20), S.ExponentialLR(o, 0.9)], milestones=[5])",
    "Sequential of three": (
        "S.SequentialLR(o, [S.LinearLR(o, 0.1, 1.0, 4), S.CosineAnnealingLR(o, 10), S.StepLR(o, 2)], [4, 14])"
    ),
    "Sequential with restarts": "S.SequentialLR(o, [S.LinearLR(o, 0.1), S.CosineAnnealingWarmRestarts(o, 4, 2)], [5])",
    "Sequential with other curves": (
        "S.SequentialLR(o, [S.MultiStepLR(o, [2]), S.PolynomialLR(o, 6), S.MultiStepLR(o, [1, 3])], [4, 12])"
    ),
    "Chained": "S.ChainedScheduler([S.ConstantLR(o, 0.1, total_iters=4), S.ExponentialLR(o, 0.9)])",
    "Chained cosine": "S.ChainedScheduler([S.CosineAnnealingLR(o, 6), S.MultiplicativeLR(o, lambda epoch: 0.9)], o)",
    "Plateau": "S.ReduceLROnPlateau(o, patience=2)",
    "Plateau of something good": "S.ReduceLROnPlateau(o, 'max', 0.5, patience=1, threshold=0.01, min_lr=[0.01, 0.02])",
    "Plateau with a pause": "S.ReduceLROnPlateau(o, 'min', 0.5, 1, threshold_mode='abs', threshold=0.3, cooldown=3)",
}


def scheduled(torch: Any, name: str) -> tuple[Any, Any]:
    """An optimizer with two groups, and one of the schedulers for it."""
    one, two = (torch.ones(2, requires_grad=True) for _ in range(2))
    kind = torch.optim.AdamW if "along lines" in name else torch.optim.SGD
    o = kind([{"params": [one]}, {"params": [two], "lr": 0.3}], lr=0.1)
    return o, eval(SCHEDULES[name], {"S": torch.optim.lr_scheduler, "o": o})


def follow(torch: Any, name: str) -> list[list[float]]:
    """The rates and the momentum of both groups in each epoch; halfway a fresh scheduler takes over the state."""
    optimizer, scheduler = scheduled(torch, name)
    path = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a fresh scheduler steps before the fresh optimizer does
        for epoch in range(EPOCHS):
            assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
            path.append([group[key] for group in optimizer.param_groups for key in ("lr", "momentum") if key in group])
            path[-1] += [group["betas"][0] for group in optimizer.param_groups if "betas" in group]
            optimizer.step()
            scheduler.step(*([4 - 0.4 * min(epoch, 7)] if "Plateau" in name else []))
            if epoch == EPOCHS // 2:
                states = optimizer.state_dict(), scheduler.state_dict()
                optimizer, scheduler = scheduled(torch, name)
                optimizer.load_state_dict(states[0])
                scheduler.load_state_dict(states[1])
    return path


def recorded() -> dict[str, list[list[float]]]:
    """The rates of PyTorch 2.13.0, by name."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))
