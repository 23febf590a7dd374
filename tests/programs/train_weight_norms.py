"""Weights that are computed: length and direction apart (weight norm), the largest singular value held at one."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

torch.manual_seed(0)
x = torch.randn(100, 4)
y = (x[:, :1] - x[:, 1:2]).sin() + x[:, 2:3] * 0.5


class Symmetric(nn.Module):
    """A parametrisation of our own: the upper triangle is free, the lower one mirrors it."""

    def forward(self, weight):
        return weight.triu() + weight.triu(1).transpose(-1, -2)


def fit(prepare):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    prepare(model[2])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(60):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return model[2], losses


plain, losses_plain = fit(lambda layer: layer)
print(f"plain: loss {losses_plain[0]:.4g} -> {losses_plain[-1]:.4g}")

apart, losses_apart = fit(weight_norm)
print(f"weight norm: loss {losses_apart[0]:.4g} -> {losses_apart[-1]:.4g}")
lengths = apart.weight.norm(dim=1, keepdim=True)
print(
    [name for name, _ in apart.named_parameters()],
    torch.allclose(lengths, apart.parametrizations.weight.original0.abs()),
)

held, losses_held = fit(lambda layer: spectral_norm(layer, n_power_iterations=3))
largest = torch.linalg.matrix_norm(held.weight, ord=2).item()
print(f"spectral norm: loss {losses_held[0]:.4g} -> {losses_held[-1]:.4g}, largest singular value {largest:.2f}")

mirrored, losses_mirrored = fit(lambda layer: parametrize.register_parametrization(layer, "weight", Symmetric()))
print(
    f"symmetric: loss {losses_mirrored[0]:.4g} -> {losses_mirrored[-1]:.4g}",
    torch.equal(mirrored.weight, mirrored.weight.T),
)

parametrize.remove_parametrizations(apart, "weight")
print("after removal:", [name for name, _ in apart.named_parameters()], type(apart.weight).__name__)
