"""Newton's method without a matrix: Hessian-vector products and conjugate gradients find each step."""

# mypy: ignore-errors

import torch

torch.manual_seed(0)
x = torch.randn(60, 4, dtype=torch.float64)
y = (x @ torch.tensor([1.0, -2.0, 0.5, 0.0], dtype=torch.float64) + torch.randn(60, dtype=torch.float64) > 0).double()


def objective(w):
    """The cross entropy of logistic regression, and a little for long weights."""
    return torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y) + 0.01 * (w @ w)


def hessian(gradient, w):
    """v -> H v, which is the gradient of (gradient . v): two backward passes, no matrix."""
    return lambda v: torch.autograd.grad(gradient @ v, w, retain_graph=True)[0]


def conjugate_gradients(product, b, tolerance=1e-12):
    """Solve A s = b, where only ``product(v) = A v`` is known."""
    s, residual = torch.zeros_like(b), b.clone()
    direction, size = residual.clone(), residual @ residual
    for _ in range(len(b)):
        if size < tolerance:
            break
        moved = product(direction)
        step = size / (direction @ moved)
        s += step * direction
        residual -= step * moved
        size, before = residual @ residual, size
        direction = residual + size / before * direction
    return s


w = torch.zeros(4, dtype=torch.float64, requires_grad=True)
losses = []
for iteration in range(6):
    loss = objective(w)
    (gradient,) = torch.autograd.grad(loss, w, create_graph=True)
    losses.append(loss.item())
    print(f"iteration {iteration}: loss {loss.item():.4g}")
    step = conjugate_gradients(hessian(gradient, w), gradient.detach())
    with torch.no_grad():
        w -= step

matrix = torch.autograd.functional.hessian(objective, w.detach())
v = torch.randn(4, dtype=torch.float64)
_, product = torch.autograd.functional.hvp(objective, w.detach(), v)
print("the Hessian agrees with the product:", torch.allclose(matrix @ v, product))
print("a minimum, for all its eigenvalues are positive:", torch.linalg.eigvalsh(matrix))
print(w.detach())
del gradient, step  # at the minimum they are rounding and nothing else

# Plain descent gets there too, later.
w2 = torch.zeros(4, dtype=torch.float64, requires_grad=True)
for _ in range(200):
    (gradient2,) = torch.autograd.grad(objective(w2), w2)
    w2.data -= 0.5 * gradient2
del gradient2
print(f"200 steps of descent: loss {objective(w2).item():.4g}, away from the minimum {(w - w2).norm().item():.2g}")
