"""Softmax regression on rare and common classes: a weighted sampler shows every class equally often."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

torch.manual_seed(0)
counts = torch.tensor([200, 40, 16])
centres = torch.tensor([[0.0, 0.0], [1.5, 1.5], [-1.5, 1.5]])
labels = torch.repeat_interleave(torch.arange(3), counts)
points = centres[labels] + torch.randn(len(labels), 2)
dataset = TensorDataset(points, labels)


def fit(sampler):
    torch.manual_seed(1)
    loader = DataLoader(dataset, batch_size=32, sampler=sampler, shuffle=sampler is None)
    model = nn.Linear(2, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    seen = torch.zeros(3, dtype=torch.int64)
    for _ in range(6):
        for x, y in loader:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen += torch.bincount(y, minlength=3)
    return model, seen, loss.item()


def recall(model):
    """Of each class: how many of its points are recognised."""
    with torch.no_grad():
        hits = (model(points).argmax(dim=1) == labels).float()
    return torch.stack([hits[labels == label].mean() for label in range(3)])


plain, seen, loss = fit(None)
print("as they come:", seen, recall(plain), f"last loss {loss:.4g}")

weights = 1.0 / counts[labels]
balanced, seen, loss = fit(WeightedRandomSampler(weights, num_samples=len(labels)))
print("balanced:    ", seen, recall(balanced), f"last loss {loss:.4g}")
print(balanced.weight.detach())
