"""A custom Function inside training: weights that are only -1 or +1 learn through a gradient that pretends."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F


class Sign(torch.autograd.Function):
    """Forward: the sign, whose derivative is 0. Backward: the gradient passes as if nothing had happened, near 0."""

    @staticmethod
    def forward(ctx, weight):
        ctx.save_for_backward(weight)
        return torch.where(weight < 0, -torch.ones_like(weight), torch.ones_like(weight))

    @staticmethod
    def backward(ctx, upstream):
        (weight,) = ctx.saved_tensors
        return upstream * (weight.abs() <= 1)


class BinaryLinear(nn.Linear):
    """A linear layer that computes with the signs of its weights, over the root of their number."""

    def forward(self, x):
        return F.linear(x, Sign.apply(self.weight) / self.in_features**0.5, self.bias)


torch.manual_seed(0)
x = torch.randn(200, 12, dtype=torch.float64)
teacher = Sign.apply(torch.randn(12, 1, dtype=torch.float64))
target = (x @ teacher > 0).double()
# Doubles: where a weight passes zero, the last digit decides which sign is used.
model = BinaryLinear(12, 1).double()
optimizer = torch.optim.SGD(model.parameters(), lr=0.15)
losses = []
for step in range(61):
    loss = F.binary_cross_entropy_with_logits(model(x), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 12 == 0:
        agree = (Sign.apply(model.weight) == teacher.T).sum().item()
        print(f"step {step:3d}: loss {loss.item():.4g}, {agree} of 12 signs are the teacher's")

used = Sign.apply(model.weight.detach())
print("weights in use:", used.unique().tolist())
print(f"accuracy {((model(x) > 0) == target).double().mean().item():.3f}")
