"""z = (x + y)^2, then output = weight * input with label 10 and prediction 6, and what happens without zero_grad()."""

import torch

x = torch.tensor(1.0, requires_grad=True)
y = torch.tensor(3.0, requires_grad=True)
z = (x + y) ** 2
z.backward()
print(z, x.grad, y.grad)

weight = torch.tensor(3.0, requires_grad=True)
inputs, label = torch.tensor(2.0), torch.tensor(10.0)
optimizer = torch.optim.SGD([weight], lr=0.01)

prediction = weight * inputs
error = label - prediction
print(prediction, error)

(error**2).backward()
print(weight.grad)
((label - weight * inputs) ** 2).backward()
print(weight.grad)  # both gradients

optimizer.zero_grad()
print(weight.grad)
((label - weight * inputs) ** 2).backward()
optimizer.step()
print(weight.grad, weight)
