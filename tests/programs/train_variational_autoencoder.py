"""A variational autoencoder on a noisy ring: the reparametrisation trick carries gradients through a random draw."""

# mypy: ignore-errors

import math

import torch
from torch import nn

torch.manual_seed(3)
angles = torch.rand(128) * 2 * math.pi
ring = torch.stack([angles.cos(), angles.sin()], dim=1) + 0.05 * torch.randn(128, 2)


class VAE(nn.Module):
    """The encoder says a mean and a log variance; the decoder sees a draw from that normal distribution."""

    def __init__(self, hidden=24, latent=2):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, hidden), nn.ReLU())
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, 2))

    def forward(self, x):
        h = self.body(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        noise = torch.randn_like(mean)
        return self.decoder(mean + noise * torch.exp(0.5 * log_variance)), mean, log_variance


def loss_terms(decoded, x, mean, log_variance):
    """The error of the decoded points, and the divergence of the code from the standard normal distribution."""
    error = (decoded - x).pow(2).sum(dim=1).mean() / (2 * 0.04)
    divergence = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum(dim=1).mean()
    return error, divergence


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
losses = []
for step in range(121):
    decoded, mean, log_variance = model(ring)
    error, divergence = loss_terms(decoded, ring, mean, log_variance)
    loss = error + divergence
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 30 == 0:
        print(f"step {step:3d}: error {error.item():.4g} + divergence {divergence.item():.4g} = {loss.item():.4g}")

with torch.no_grad():
    invented = model.decoder(torch.randn(5, 2))
print("points from nothing but noise:")
print(invented.round(decimals=2))
