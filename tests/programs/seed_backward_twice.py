"""Calling backward() again on a graph whose saved values are gone: an error, and the gradient stays as it was."""

import torch

x = torch.tensor(2.0, requires_grad=True)
y = x**2
y.backward()
print(x.grad)

try:
    y.backward()
finally:
    print(x.grad)
