"""Linear regression by mini-batches, held against the solution in closed form."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
true_weight, true_bias = torch.tensor([2.0, -3.4, 0.5]), 4.2
features = torch.randn(320, 3)
targets = features @ true_weight + true_bias + 0.1 * torch.randn(320)
batches = DataLoader(TensorDataset(features, targets.unsqueeze(1)), batch_size=32, shuffle=True)

model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
measure = nn.MSELoss()
epochs = []
for epoch in range(6):
    total = 0.0
    for x, y in batches:
        optimizer.zero_grad()
        loss = measure(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
    epochs.append(total / len(features))
    print(f"epoch {epoch}: mean loss {epochs[-1]:.4g}")

print("learned", model.weight.detach(), model.bias.detach())

# A column of ones carries the bias; least squares then has one solution.
design = torch.cat([features, torch.ones(320, 1)], dim=1)
solution = torch.linalg.solve(design.T @ design, design.T @ targets)
print("solved ", solution)
print("truth  ", true_weight, true_bias)
