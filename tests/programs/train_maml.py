"""Learning to learn (MAML): a start from which one step fits a new sine; the step itself is differentiated."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))


def task():
    """A sine of its own height and shift: ten points to learn from, ten to be judged by."""
    height, shift = 0.5 + 2 * torch.rand(1), 3 * torch.rand(1)
    x = 6 * torch.rand(20, 1) - 3
    return x[:10], height * torch.sin(x[:10] + shift), x[10:], height * torch.sin(x[10:] + shift)


def adapted(x, y, create_graph):
    """The parameters after one step of descent. With create_graph the step is part of the graph."""
    parameters = dict(model.named_parameters())
    loss = F.mse_loss(functional_call(model, parameters, x), y)
    gradients = torch.autograd.grad(loss, parameters.values(), create_graph=create_graph)
    return {name: p - 0.1 * g for (name, p), g in zip(parameters.items(), gradients)}


def judge(tasks):
    """Mean loss on new tasks, before and after one step."""
    before = after = 0.0
    for x, y, x_new, y_new in tasks:
        before += F.mse_loss(model(x_new), y_new).item() / len(tasks)
        after += F.mse_loss(functional_call(model, adapted(x, y, False), x_new), y_new).item() / len(tasks)
    return f"{before:.4g} before the step, {after:.4g} after it"


new = [task() for _ in range(10)]
print("untrained:", judge(new))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
losses = []
for step in range(31):
    loss = 0.0
    for x, y, x_new, y_new in (task() for _ in range(3)):
        loss = loss + F.mse_loss(functional_call(model, adapted(x, y, True), x_new), y_new) / 3
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 10 == 0:
        print(f"step {step:2d}: loss after adapting {loss.item():.4g}")
print("trained:", judge(new))
