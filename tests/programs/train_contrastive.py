"""Contrastive learning without labels: two noisy views of one thing shall find each other among all the others."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
kinds = torch.arange(96) % 3
patterns = torch.randn(3, 12)
things = patterns[kinds] + 0.5 * torch.randn(96, 12)
encoder = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 4))
temperature = nn.Parameter(torch.tensor(0.5).log())


def view(x):
    """Noise, and some numbers lost."""
    return F.dropout(x + 0.2 * torch.randn_like(x), p=0.1)


def info_nce(first, second):
    """Row i of the similarities should be largest in column i: a classification whose classes are the others."""
    first, second = F.normalize(first, dim=1), F.normalize(second, dim=1)
    logits = first @ second.mT / temperature.exp()
    answer = torch.arange(len(first))
    return (F.cross_entropy(logits, answer) + F.cross_entropy(logits.mT, answer)) / 2


optimizer = torch.optim.Adam([*encoder.parameters(), temperature], lr=0.01)
losses = []
for step in range(81):
    loss = info_nce(encoder(view(things)), encoder(view(things)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 20 == 0:
        print(f"step {step:2d}: loss {loss.item():.4g}, temperature {temperature.exp().item():.4g}")

with torch.no_grad():
    codes = F.normalize(encoder(things), dim=1)
    likeness = codes @ codes.T
    within = kinds.unsqueeze(0) == kinds.unsqueeze(1)
    print(f"cosine within a kind {likeness[within].mean():.3f}, between kinds {likeness[~within].mean():.3f}")
    likeness.fill_diagonal_(-1)
    right = (kinds[likeness.argmax(dim=1)] == kinds).float().mean().item()
print(f"the nearest other thing is of the same kind: {right:.3f}")
