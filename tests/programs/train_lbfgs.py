"""L-BFGS: a closure lets the optimizer ask for the loss as often as it likes; the valley of Rosenbrock, and a fit."""

# mypy: ignore-errors

import torch

valley = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)


def rosenbrock():
    a, b = valley
    return (1 - a) ** 2 + 100 * (b - a**2) ** 2


optimizer = torch.optim.LBFGS([valley], lr=1, max_iter=10, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = rosenbrock()
    loss.backward()
    return loss


for step in range(4):
    loss = optimizer.step(closure)
    print(f"step {step}: loss before it {loss.item():.4g}, at {[round(value, 3) for value in valley.tolist()]}")
print("asked for the loss", optimizer.state[valley]["func_evals"], "times")
del loss  # what is left of it is rounding
valley.grad = None

# A damped swing through 40 noisy measurements: amplitude, damping, frequency, phase.
torch.manual_seed(0)
time = torch.linspace(0, 4, 40, dtype=torch.float64)
measured = 2 * torch.exp(-0.5 * time) * torch.cos(3 * time + 0.4) + 0.05 * torch.randn(40, dtype=torch.float64)
swing = torch.tensor([1.0, 0.1, 2.7, 0.0], dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.LBFGS([swing], lr=0.5, max_iter=5, history_size=6)


def predicted():
    amplitude, damping, frequency, phase = swing
    return amplitude * torch.exp(-damping * time) * torch.cos(frequency * time + phase)


def misfit():
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(predicted(), measured)
    loss.backward()
    return loss


losses = []
for step in range(6):
    losses.append(optimizer.step(misfit).item())
    print(f"step {step}: loss {losses[-1]:.4g}")
print("found", swing.detach().round(decimals=3))
