"""A network that obeys a law: u'' = -u, u(0) = 0, u'(0) = 1 are all it is told, and it becomes the sine."""

# mypy: ignore-errors

import math

import torch
from torch import nn

torch.manual_seed(0)
t = torch.linspace(0, 2, 40, dtype=torch.float64).unsqueeze(1).requires_grad_()
start = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
network = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1)).double()


def derivative(of, at):
    """Of each output with respect to its own input; create_graph, since training differentiates it again."""
    return torch.autograd.grad(of, at, torch.ones_like(of), create_graph=True)[0]


optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
losses = []
for step in range(161):
    u = network(t)
    acceleration = derivative(derivative(u, t), t)
    law = (acceleration + u).pow(2).mean()
    u0 = network(start)
    beginning = u0.pow(2).sum() + (derivative(u0, start) - 1).pow(2).sum()
    loss = law + beginning
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 40 == 0:
        print(f"step {step:3d}: law {law.item():.4g} + beginning {beginning.item():.4g} = {loss.item():.4g}")

with torch.no_grad():
    at = torch.tensor([[0.5], [1.0], [math.pi / 2]], dtype=torch.float64)
    print("the network", network(at).flatten().round(decimals=2), "the sine", at.sin().flatten())
