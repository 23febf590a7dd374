"""y = x^2 at 2: the flag, the value, the gradient 4, and clearing it."""

# mypy: ignore-errors

import torch

x = torch.tensor(2.0, requires_grad=True)
print(x.requires_grad)

y = x**2
print(y)

y.backward()
print(x.grad)

x.grad.zero_()
print(x.grad)
