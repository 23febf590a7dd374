"""Gradient clipping: a deep stack of growing layers throws its weights away unless gradients are cut to a length."""

# mypy: ignore-errors

import math

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(64, 4)
y = x.prod(dim=1, keepdim=True)


def fit(clip):
    torch.manual_seed(1)
    model = nn.Sequential()
    for _ in range(4):
        model.append(nn.Linear(4 if len(model) == 0 else 24, 24))
        model.append(nn.ReLU())
    model.append(nn.Linear(24, 1))
    for module in model:
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.5)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses, norms = [], []
    for _ in range(60):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        norms.append(clip(model).item())
        optimizer.step()
        losses.append(loss.item())
    return losses, norms


def not_at_all(model):
    return nn.utils.clip_grad_norm_(model.parameters(), max_norm=float("inf"))


def by_norm(model):
    return nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)


def by_value(model):
    nn.utils.clip_grad_value_(model.parameters(), clip_value=0.1)
    return nn.utils.get_total_norm([p.grad for p in model.parameters()])


wild, _ = fit(not_at_all)
print("without clipping the loss is a number at the end:", math.isfinite(wild[-1]))
losses, norms = fit(by_norm)
for step in range(0, 60, 12):
    print(f"step {step:2d}: loss {losses[step]:.4g}, length of the gradient {norms[step]:.4g}, then at most 1")
careful, lengths = fit(by_value)
print(f"each number cut at 0.1: loss {careful[0]:.4g} -> {careful[-1]:.4g}, length at first {lengths[0]:.4g}")
del wild  # what explodes is noise, in every library its own
