"""A cubic learns the exponential function, 2 of 5: autograd finds the derivatives that were worked out on paper."""

# mypy: ignore-errors

import torch

torch.manual_seed(0)
x = torch.linspace(-1, 1, 200)
y = torch.exp(x)

start = torch.randn(4).tolist()
a, b, c, d = (torch.tensor(value, requires_grad=True) for value in start)
losses = []
for step in range(301):
    predicted = a + b * x + c * x**2 + d * x**3
    loss = (predicted - y).pow(2).mean()
    losses.append(loss.item())
    if step % 60 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")

    loss.backward()
    with torch.no_grad():  # a step of training is not part of the function that is differentiated
        for coefficient in (a, b, c, d):
            coefficient -= 0.5 * coefficient.grad
            coefficient.grad = None  # or the next backward adds to it

print(f"exp(x) is about {a.item():.3f} + {b.item():.3f} x + {c.item():.3f} x^2 + {d.item():.3f} x^3")
