"""A learning-rate finder: the rate grows from step to step until the loss explodes, then one is chosen."""

# mypy: ignore-errors

import copy

import torch
from torch import nn

torch.manual_seed(0)
x = torch.rand(256, 1) * 4 - 2
y = torch.sin(2 * x) + 0.05 * torch.randn_like(x)
model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
measure = nn.MSELoss()


def train(model, optimizer, steps, scheduler=None):
    losses = []
    for _ in range(steps):
        batch = torch.randint(len(x), (64,))
        loss = measure(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if scheduler is not None:
            scheduler.step()
    return losses


# Try on a copy: rates from 1e-4 upward, 1.2 times the last.
trial = copy.deepcopy(model)
optimizer = torch.optim.SGD(trial.parameters(), lr=1e-4, momentum=0.9)
growing = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.2**step)
losses = train(trial, optimizer, 44, growing)
rates = [1e-4 * 1.2**step for step in range(44)]

smooth, average = [], 0.0
for step, loss in enumerate(losses):
    average = 0.8 * average + 0.2 * loss
    smooth.append(average / (1 - 0.8 ** (step + 1)))  # early averages know few losses: the same correction as in Adam
for step in range(0, 44, 6):
    print(f"rate {rates[step]:.2e}: loss {smooth[step]:.4g}")
steepest = min(range(5, 39), key=lambda step: smooth[step + 1] - smooth[step - 1])
print(f"the loss falls fastest at a rate of {rates[steepest]:.3g}")

optimizer = torch.optim.SGD(model.parameters(), lr=rates[steepest], momentum=0.9)
found = train(model, optimizer, 120)
print(f"trained with it: loss {found[0]:.4g} -> {found[-1]:.4g}")
