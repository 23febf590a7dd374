"""Logistic regression parts two clouds of points: first with a gradient from paper, then with a layer and its loss."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(2)
points = torch.cat([torch.randn(80, 2) + torch.tensor([1.5, 1.0]), torch.randn(80, 2) - torch.tensor([1.0, 1.5])])
labels = torch.cat([torch.ones(80), torch.zeros(80)])

# On paper: the gradient of the cross entropy with respect to the logits is probability - label.
weight, bias = torch.zeros(2), torch.zeros(1)
for _ in range(60):
    probability = torch.sigmoid(points @ weight + bias)
    error = (probability - labels) / len(labels)
    weight -= 0.5 * points.T @ error
    bias -= 0.5 * error.sum()
print("by hand     ", weight, bias)

# The same steps by autograd, from the same start.
model = nn.Linear(2, 1)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)
measure = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
losses = []
for step in range(60):
    loss = measure(model(points).squeeze(1), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 10 == 0:
        print(f"step {step:2d}: loss {loss.item():.4g}")
print("by autograd ", model.weight.detach()[0], model.bias.detach())

with torch.no_grad():
    decided = (model(points).squeeze(1) > 0).float()
accuracy = (decided == labels).float().mean().item()
print(f"accuracy {accuracy:.3f}")
