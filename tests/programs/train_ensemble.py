"""An ensemble trained at once: the parameters of five networks are stacked, vmap runs them side by side."""

# mypy: ignore-errors

import copy

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

torch.manual_seed(0)
x = torch.cat([torch.rand(30, 1) - 1.5, torch.rand(30, 1) + 0.5])  # nothing is known between -0.5 and 0.5
y = torch.sin(2 * x) + 0.1 * torch.randn(60, 1)
networks = [nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 1)) for _ in range(5)]
parameters, buffers = stack_module_state(networks)
print({name: tuple(p.shape) for name, p in parameters.items()})
skeleton = copy.deepcopy(networks[0])


def predict(parameters, x):
    return functional_call(skeleton, parameters, (x,))


everyone = vmap(predict, in_dims=(0, None))
optimizer = torch.optim.Adam(parameters.values(), lr=0.03)
losses = []
for step in range(101):
    each = (everyone(parameters, x) - y).pow(2).mean(dim=(1, 2))  # one loss for each network
    loss = each.sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(each.tolist())
    if step % 25 == 0:
        print(f"step {step:3d}:", [f"{value:.4g}" for value in losses[-1]])

with torch.no_grad():
    places = torch.tensor([[-1.0], [0.0], [1.0], [3.0]])
    answers = everyone(parameters, places).squeeze(2)
for place, mean, spread in zip(places.flatten().tolist(), answers.mean(0).tolist(), answers.std(0).tolist()):
    print(f"at {place:4.1f}: {mean:.2f}, and they differ by {spread:.2f}")
