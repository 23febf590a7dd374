"""A network as the right-hand side of a differential equation: steps in time are layers, and a swing is learned."""

# mypy: ignore-errors

import math

import torch
from torch import nn

torch.manual_seed(0)
# A damped swing, seen at 20 times: position and speed.
dt, steps = 0.2, 20
times = dt * torch.arange(steps + 1)
decay = torch.exp(-0.2 * times)
truth = torch.stack([decay * torch.cos(1.5 * times), -decay * torch.sin(1.5 * times)], dim=1)


flow = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))


def travel(state, steps):
    """Heun's rule: Euler's step, then the mean of the slopes at both its ends."""
    path = [state]
    for _ in range(steps):
        here = flow(state)
        there = flow(state + dt * here)
        state = state + dt * (here + there) / 2
        path.append(state)
    return torch.stack(path)


# From each of the states seen, three steps ahead: all these short journeys at once.
ahead = 3
starts = truth[:-ahead]
goals = truth.unfold(0, ahead + 1, 1).permute(2, 0, 1)  # (steps, journeys, 2)
optimizer = torch.optim.Adam(flow.parameters(), lr=0.03)
losses = []
for step in range(121):
    loss = (travel(starts, ahead) - goals).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 30 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")

with torch.no_grad():
    path = travel(truth[0], steps)
    away = (path - truth).norm(dim=1).max().item()
    print("at the end", path[-1].round(decimals=2), "and in truth", truth[-1], f"never further away than {away:.2f}")
    beyond = travel(truth[0], 30)[-1, 0].item()
print(f"half as far again: position {beyond:.2f}, in truth {math.exp(-0.2 * 6) * math.cos(1.5 * 6):.2f}")
