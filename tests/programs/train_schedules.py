"""Schedules of the learning rate: the same problem with none, by steps, along a cosine, in one cycle, by plateaus."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.optim import lr_scheduler

STEPS = 60
torch.manual_seed(0)
x = torch.randn(200, 5)
y = torch.tanh(x @ torch.randn(5, 1)) + 0.1 * torch.randn(200, 1)


def warmup_then_cosine(optimizer):
    warm = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=10)
    cool = lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS - 10)
    return lr_scheduler.SequentialLR(optimizer, [warm, cool], milestones=[10])


SCHEDULES = {
    "none": lambda o: None,
    "steps": lambda o: lr_scheduler.StepLR(o, step_size=20, gamma=0.3),
    "milestones": lambda o: lr_scheduler.MultiStepLR(o, milestones=[30, 50], gamma=0.2),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.95),
    "warm-up, cosine": warmup_then_cosine,
    "restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=15),
    "one cycle": lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.3, total_steps=STEPS),
    "plateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=2),
}

final = []
for name, schedule in SCHEDULES.items():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    scheduler = schedule(optimizer)
    rates = []
    for _ in range(STEPS):
        batch = torch.randint(200, (20,))
        loss = nn.functional.mse_loss(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler is not None:
            scheduler.step()
    with torch.no_grad():
        final.append(nn.functional.mse_loss(model(x), y).item())
    shown = ", ".join(f"{rate:.3g}" for rate in rates[::12])
    print(f"{name:16} loss {final[-1]:.4g}, rates {shown}")
