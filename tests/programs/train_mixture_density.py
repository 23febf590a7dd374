"""A mixture density network: where one x has several answers, it says each of them, how likely and how sure it is."""

# mypy: ignore-errors

import math

import torch
from torch import nn

torch.manual_seed(0)
x = 2 * torch.rand(200, 1) - 1
branch = torch.where(torch.rand(200, 1) < 0.3, -1.0, 1.0)
y = branch * (0.5 + 0.4 * x) + 0.15 * torch.randn(200, 1)


class Mixture(nn.Module):
    """For each x the weights, means and widths of two normal distributions."""

    def __init__(self, kinds=2):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, 16), nn.Tanh())
        self.weight, self.mean, self.width = (nn.Linear(16, kinds) for _ in range(3))

    def forward(self, x):
        h = self.body(x)
        return (
            self.weight(h).log_softmax(dim=1),
            self.mean(h),
            nn.functional.softplus(self.width(h)) + 0.05,
        )  # never quite sure


def surprise(log_weight, mean, width, y):
    """The mean of -log p(y), where p is the sum of the weighted normal densities."""
    log_density = -0.5 * ((y - mean) / width) ** 2 - width.log() - 0.5 * math.log(2 * math.pi)
    return -torch.logsumexp(log_weight + log_density, dim=1).mean()


model = Mixture()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
losses = []
for step in range(121):
    loss = surprise(*model(x), y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    losses.append(loss.item())
    if step % 30 == 0:
        print(f"step {step:3d}: surprise {loss.item():.4g}")

with torch.no_grad():
    log_weight, mean, width = model(torch.tensor([[-0.5], [0.5]]))
for at, row in zip((-0.5, 0.5), range(2)):
    parts = sorted(zip(mean[row].tolist(), log_weight[row].exp().tolist(), width[row].tolist()))
    print(f"at {at}:", ", ".join(f"{m:.2f} +- {w:.2f} ({100 * p:.0f} %)" for m, p, w in parts))
print(f"one mean alone would say {y.mean().item():.2f} with a width of {y.std().item():.2f}")
