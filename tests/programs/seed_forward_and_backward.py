"""A small tensor through + * and mean, then one backward pass: the gradient of mean(3 (x + 2)^2) is 4.5 everywhere."""

import torch

x = torch.ones(2, 2, requires_grad=True)
print(x)

y = x + 2
z = y * y * 3
out = z.mean()
print(y)
print(z)
print(out)

out.backward()
print(x.grad)
