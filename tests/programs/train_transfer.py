"""Transfer: a network trained on one task lends its body, frozen, to another with few examples; then it thaws."""

# mypy: ignore-errors

import copy

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(4)
x = torch.randn(400, 2)
radius = x.norm(dim=1)
zone = torch.bucketize(radius, torch.tensor([0.6, 1.0, 1.4, 1.8]))  # first task: which of five zones is the point in?
ring = ((radius - 1.2).abs() < 0.35).long()  # second task: is it in the ring?
few = torch.arange(30)


class Net(nn.Module):
    """A body that finds features, a head that decides."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh())
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        return self.head(self.body(x))


def train(model, x, y, steps, lr):
    optimizer = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=lr)
    for _ in range(steps):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def accuracy(model, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


source = Net()
loss = train(source, x, zone, 80, 0.02)
print(f"first task: loss {loss:.4g}, accuracy {accuracy(source, zone):.3f}")

model = copy.deepcopy(source)
for parameter in model.body.parameters():
    parameter.requires_grad = False
model.head = nn.Linear(16, 2)  # a new head, which learns
print("learning:", [name for name, p in model.named_parameters() if p.requires_grad])
before = model.body[0].weight.clone()
loss = train(model, x[few], ring[few], 60, 0.05)
print(f"second task, new head: loss {loss:.4g}, accuracy {accuracy(model, ring):.3f}")
print("the body is as it was:", torch.equal(model.body[0].weight, before))

model.requires_grad_(True)
loss = train(model, x[few], ring[few], 15, 0.003)
print(f"thawed: loss {loss:.4g}, accuracy {accuracy(model, ring):.3f}")

scratch = Net()
loss = train(scratch, x[few], ring[few], 90, 0.02)
print(f"from scratch: loss {loss:.4g}, accuracy {accuracy(scratch, ring):.3f}")
