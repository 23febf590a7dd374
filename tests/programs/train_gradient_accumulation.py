"""Gradient accumulation: four small batches, one step, and the same path as with one large batch."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(128, 6)
y = torch.sin(x @ torch.randn(6, 1))


def network():
    torch.manual_seed(7)
    return nn.Sequential(nn.Linear(6, 20), nn.Tanh(), nn.Linear(20, 1))


measure = nn.MSELoss()
large, small = network(), network()
large_steps = torch.optim.SGD(large.parameters(), lr=0.2, momentum=0.8)
small_steps = torch.optim.SGD(small.parameters(), lr=0.2, momentum=0.8)
losses = []
for epoch in range(40):
    large_steps.zero_grad()
    loss = measure(large(x), y)
    loss.backward()
    large_steps.step()

    small_steps.zero_grad()  # once for all parts: backward adds to what is there
    for part_x, part_y in zip(x.split(32), y.split(32)):
        part = measure(small(part_x), part_y) / 4  # the mean of four means
        part.backward()
    small_steps.step()
    losses.append(loss.item())
    if epoch % 8 == 0:
        same = torch.allclose(large[0].weight, small[0].weight, atol=1e-5)
        print(f"epoch {epoch:2d}: loss {loss.item():.4g}, both networks alike: {same}")

# Forgetting to divide makes steps four times as long; forgetting zero_grad never ends a sum.
one, four = network(), network()
measure(one(x), y).backward()
for part_x, part_y in zip(x.split(32), y.split(32)):
    measure(four(part_x), part_y).backward()
ratio = four[2].bias.grad / one[2].bias.grad
print(f"without the division the gradient is {ratio.item():.3f} times as long")
