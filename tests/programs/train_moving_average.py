"""An average of the weights over training: noisy steps circle around the minimum, their average lies nearer to it."""

# mypy: ignore-errors

import copy

import torch
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn, update_bn

torch.manual_seed(0)
x = torch.randn(300, 5)
y = torch.tanh(x @ torch.randn(5, 2)).sum(1, keepdim=True) + 0.4 * torch.randn(300, 1)
x_test = torch.randn(500, 5)

model = nn.Sequential(nn.Linear(5, 20), nn.BatchNorm1d(20), nn.Tanh(), nn.Linear(20, 1))
by_hand = copy.deepcopy(model)
exponential = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
equal = AveragedModel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = SWALR(optimizer, swa_lr=0.05, anneal_epochs=20)


@torch.no_grad()
def follow(average, model, decay):
    """average = decay * average + (1 - decay) * model, number by number."""
    for kept, current in zip(average.parameters(), model.parameters()):
        kept.lerp_(current, 1 - decay)


losses = []
for step in range(120):
    batch = torch.randint(300, (16,))
    loss = nn.functional.mse_loss(model(x[batch]), y[batch])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step == 0:
        by_hand.load_state_dict(model.state_dict())
    else:
        follow(by_hand, model, 0.9)
    exponential.update_parameters(model)
    if step >= 60:
        equal.update_parameters(model)
        scheduler.step()
    if step % 30 == 0:
        print(f"step {step:3d}: loss of the batch {loss.item():.4g}, rate {optimizer.param_groups[0]['lr']:.4g}")

batches = x.split(50)
for average in (exponential, equal, by_hand):
    update_bn(batches, average)  # the normalisation's statistics are not averaged: they are measured again
for name, candidate in (("last", model), ("exponential", exponential), ("equal", equal), ("by hand", by_hand)):
    candidate.eval()
    with torch.no_grad():
        print(f"{name:12} loss {nn.functional.mse_loss(candidate(x), y).item():.4g}")
print("by hand as the library:", torch.allclose(by_hand[0].weight, exponential.module[0].weight, atol=1e-6))
print("averaged", equal.n_averaged.item(), "times")
