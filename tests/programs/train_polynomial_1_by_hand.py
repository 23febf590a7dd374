"""A cubic learns the exponential function, 1 of 5: tensors as arrays, the derivatives worked out on paper."""

# mypy: ignore-errors

import torch

torch.manual_seed(0)
x = torch.linspace(-1, 1, 200)
y = torch.exp(x)

# The prediction is a + b x + c x^2 + d x^3. All four start as random numbers.
a, b, c, d = torch.randn(4).tolist()
losses = []
for step in range(301):
    predicted = a + b * x + c * x**2 + d * x**3
    error = predicted - y
    loss = (error**2).mean().item()
    losses.append(loss)
    if step % 60 == 0:
        print(f"step {step:3d}: loss {loss:.4g}")

    # The loss is the mean of error^2, so its derivative with respect to one prediction is 2 error / N.
    upstream = 2 * error / len(x)
    a -= 0.5 * upstream.sum().item()
    b -= 0.5 * (upstream * x).sum().item()
    c -= 0.5 * (upstream * x**2).sum().item()
    d -= 0.5 * (upstream * x**3).sum().item()

print(f"exp(x) is about {a:.3f} + {b:.3f} x + {c:.3f} x^2 + {d:.3f} x^3")
# Taylor's 1 + x + x^2 / 2 + x^3 / 6 is best near 0; this one is best on the whole interval.
