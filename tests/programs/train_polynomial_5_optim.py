"""A cubic learns the exponential function, 5 of 5: a module of our own, an optimizer that takes the steps."""

# mypy: ignore-errors

import torch
from torch import nn


class Cubic(nn.Module):
    """a + b x + c x^2 + d x^3."""

    def __init__(self):
        super().__init__()
        self.coefficients = nn.Parameter(torch.randn(4))

    def forward(self, x):
        a, b, c, d = self.coefficients
        return a + x * (b + x * (c + x * d))

    def extra_repr(self):
        return "degree=3"


torch.manual_seed(0)
x = torch.linspace(-1, 1, 200)
y = torch.exp(x)
model = Cubic()
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.02)
print(model, sum(p.numel() for p in model.parameters()), "parameters")
losses = []
for step in range(201):
    loss = nn.functional.mse_loss(model(x), y)
    losses.append(loss.item())
    if step % 40 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

a, b, c, d = model.coefficients.tolist()
print(f"exp(x) is about {a:.3f} + {b:.3f} x + {c:.3f} x^2 + {d:.3f} x^3")
