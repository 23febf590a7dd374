"""Two networks play against each other: one invents points, the other tells them from real ones."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(0)
centre, spread = torch.tensor([2.0, -1.0]), torch.tensor([[0.5, 0.0], [0.3, 0.4]])


def real_points(n):
    return centre + torch.randn(n, 2) @ spread.T


generator = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 2))
discriminator = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
measure = nn.BCEWithLogitsLoss()
generator_steps = torch.optim.Adam(generator.parameters(), lr=5e-3, betas=(0.5, 0.999))
discriminator_steps = torch.optim.Adam(discriminator.parameters(), lr=1e-2, betas=(0.5, 0.999))
ones, zeros = torch.ones(64, 1), torch.zeros(64, 1)

losses = []
for step in range(201):
    # The discriminator learns to say 1 to real points and 0 to invented ones. detach(): the generator is left alone.
    real, fake = real_points(64), generator(torch.randn(64, 2))
    discriminator_loss = measure(discriminator(real), ones) + measure(discriminator(fake.detach()), zeros)
    discriminator_steps.zero_grad()
    discriminator_loss.backward()
    discriminator_steps.step()

    # The generator learns what makes the discriminator say 1.
    generator_loss = measure(discriminator(fake), ones)
    generator_steps.zero_grad()
    generator_loss.backward()
    generator_steps.step()

    losses.append([discriminator_loss.item(), generator_loss.item()])
    if step % 40 == 0:
        distance = (fake.mean(0) - centre).norm().item()
        print(f"step {step:3d}: discriminator {losses[-1][0]:.4g}, generator {losses[-1][1]:.4g}, away {distance:.3f}")

with torch.no_grad():
    invented = generator(torch.randn(1000, 2))
print("mean of real points", centre, "of invented ones", invented.mean(0).round(decimals=2))
