"""A cubic learns the exponential function, 3 of 5: an operation of our own, the third Legendre polynomial."""

# mypy: ignore-errors

import torch


class Legendre3(torch.autograd.Function):
    """P3(t) = (5 t^3 - 3 t) / 2, whose derivative is (15 t^2 - 3) / 2."""

    @staticmethod
    def forward(ctx, t):
        ctx.save_for_backward(t)
        return (5 * t**3 - 3 * t) / 2

    @staticmethod
    def backward(ctx, upstream):
        (t,) = ctx.saved_tensors
        return upstream * (15 * t**2 - 3) / 2


torch.manual_seed(0)
check = torch.randn(5, dtype=torch.float64, requires_grad=True)
print("gradcheck:", torch.autograd.gradcheck(Legendre3.apply, check))

x = torch.linspace(-1, 1, 200, dtype=torch.float64)
y = torch.exp(x)
# The prediction is a + b P3(c + d x).
a, b, c, d = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (1.0, 0.5, 0.6, 0.3))
losses = []
for step in range(401):
    predicted = a + b * Legendre3.apply(c + d * x)
    loss = (predicted - y).square().mean()
    losses.append(loss.item())
    if step % 80 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")

    loss.backward()
    with torch.no_grad():
        for coefficient in (a, b, c, d):
            coefficient -= 0.05 * coefficient.grad
            coefficient.grad = None

print(f"exp(x) is about {a.item():.3f} + {b.item():.3f} P3({c.item():.3f} + {d.item():.3f} x)")
