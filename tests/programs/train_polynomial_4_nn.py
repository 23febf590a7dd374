"""A cubic learns the exponential function, 4 of 5: the powers of x are features, a linear layer weighs them."""

# mypy: ignore-errors

import torch

torch.manual_seed(0)
x = torch.linspace(-1, 1, 200)
y = torch.exp(x)
powers = x.unsqueeze(-1).pow(torch.tensor([1, 2, 3]))  # (200, 1) with (3,) is (200, 3)

model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
measure = torch.nn.MSELoss()
print(model)
losses = []
for step in range(301):
    loss = measure(model(powers), y)
    losses.append(loss.item())
    if step % 60 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")

    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.5 * parameter.grad

linear = model[0]
b, c, d = linear.weight[0].tolist()
print(f"exp(x) is about {linear.bias.item():.3f} + {b:.3f} x + {c:.3f} x^2 + {d:.3f} x^3")
