"""Two ways to compute without a graph: no_grad() records nothing, detach() steps out and shares the memory."""

import torch

x = torch.tensor(2.0, requires_grad=True)

with torch.no_grad():
    y = x**2
print(y, y.requires_grad, y.grad_fn)

y = x**2
y_detached = y.detach()
print(y.requires_grad, y_detached.requires_grad)
print(y_detached)

y_detached.add_(1.0)
print(y.item())  # the same memory
