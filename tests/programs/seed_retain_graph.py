"""Calling backward() again on a graph that was kept: the gradients add up, 4 + 4."""

import torch

x = torch.tensor(2.0, requires_grad=True)
y = x**2
y.backward(retain_graph=True)
print(x.grad)
y.backward()
print(x.grad)
