"""An autoencoder squeezes pictures of bars through six numbers and draws them again."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(1)
# 6 x 6 pictures with one bright row and one bright column each.
pictures = torch.zeros(96, 6, 6)
rows, columns = torch.randint(6, (2, 96))
everyone = torch.arange(96)
pictures[everyone, rows, :] += 0.5
pictures[everyone, :, columns] += 0.5


class Autoencoder(nn.Module):
    """36 -> 24 -> 6 -> 24 -> 36."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(36, 24), nn.Tanh(), nn.Linear(24, 6))
        self.decoder = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 36), nn.Unflatten(1, (6, 6)))

    def forward(self, x):
        return self.decoder(self.encoder(x)).sigmoid()


model = Autoencoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=1e-4)
losses = []
for step in range(151):
    loss = nn.functional.mse_loss(model(pictures), pictures)
    losses.append(loss.item())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")

# Noise has no place in the code, so what is decoded lies nearer to the clean picture.
model.eval()
with torch.no_grad():
    noisy = pictures + 0.3 * torch.randn_like(pictures)
    print("codes of the first pictures", model.encoder(pictures[:3]).shape)
    before = (noisy - pictures).pow(2).mean()
    after = (model(noisy) - pictures).pow(2).mean()
print(f"error of noisy pictures {before:.4g}, of the decoded ones {after:.4g}")
