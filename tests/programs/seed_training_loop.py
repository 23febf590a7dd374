"""Tensors, backward and a training loop by hand, in one run, as a tutorial has them one below the other.

The loop's input x is a leaf and its target y = x + 2 has a history: each epoch's backward also passes through that
addition, though an earlier backward has passed it. An addition saves no tensors: nothing was freed that is missed now.
"""

# mypy: ignore-errors

import torch

torch.manual_seed(0)

x = torch.ones(2, 2, requires_grad=True)
y = x + 2
z = y * y * 3
out = z.mean()
print(y, z, out)

out.backward()
print(x.grad)

w = torch.randn(1, requires_grad=True)
b = torch.randn(1, requires_grad=True)
print(w, b)

learning_rate = 0.01
num_epochs = 100

for epoch in range(num_epochs):
    y_pred = w * x + b
    loss = (y_pred - y).pow(2).mean()
    print(f"Epoch {epoch}, Loss {loss.item()}")
    loss.backward()
    with torch.no_grad():
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
    w.grad.zero_()
    b.grad.zero_()

print(w, b)
print(x.grad)  # nobody cleared it: 101 gradients added up
