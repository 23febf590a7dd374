"""Triplets: an embedding in which points of one kind are near each other and others far; the nearest then decides."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
kinds = torch.arange(120) % 4
signals = torch.sin(torch.linspace(0, 6, 16) * (1 + 0.5 * kinds.unsqueeze(1)) + 0.8 * torch.randn(120, 1))
signals += 0.35 * torch.randn(120, 16)
train, test = slice(0, 80), slice(80, 120)
model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 3))


def embed(x):
    return F.normalize(model(x), dim=1)


def nearest_is_right():
    """How often the nearest signal of the training half is of the same kind."""
    with torch.no_grad():
        distances = torch.cdist(embed(signals[test]), embed(signals[train]))
    return (kinds[train][distances.argmin(dim=1)] == kinds[test]).float().mean().item()


def draw(n):
    """n anchors; for each one of its kind and one of another kind, by chance."""
    anchor = torch.randint(80, (n,))
    same = kinds[train].unsqueeze(0) == kinds[anchor].unsqueeze(1)
    positive = torch.multinomial(same.float(), 1).squeeze(1)
    negative = torch.multinomial((~same).float(), 1).squeeze(1)
    return anchor, positive, negative


measure = nn.TripletMarginLoss(margin=1.0)
optimizer = torch.optim.Adam(model.parameters(), lr=0.004)
losses = []
print(f"before: {nearest_is_right():.3f}")
for step in range(61):
    anchor, positive, negative = (embed(signals[chosen]) for chosen in draw(64))
    loss = measure(anchor, positive, negative)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 15 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")
print(f"after: {nearest_is_right():.3f}")

# Pairs instead: alike or not, judged by the cosine.
left, right = torch.randint(80, (2, 200))
alike = torch.where(kinds[left] == kinds[right], 1.0, -1.0)
pair_loss = nn.CosineEmbeddingLoss(margin=0.2)(embed(signals[left]), embed(signals[right]), alike)
print(f"the same embedding, judged by pairs: {pair_loss.item():.4g}")
