"""A small U-shaped network paints every pixel: down by pooling, up by a transposed convolution, and a shortcut."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


def scenes(n):
    """Noisy pictures of 8 x 8 with one bright disc, and which pixels belong to it."""
    rows, columns = torch.meshgrid(torch.arange(8), torch.arange(8), indexing="ij")
    centre = torch.randint(2, 6, (n, 2, 1, 1))
    distance = (rows - centre[:, 0]) ** 2 + (columns - centre[:, 1]) ** 2
    inside = (distance <= 4).float().unsqueeze(1)
    return inside + 0.4 * torch.randn(n, 1, 8, 8), inside


class UNet(nn.Module):
    """8 x 8 -> 4 x 4 -> 8 x 8."""

    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU())
        self.middle = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(6, 12, 3, padding=1), nn.GroupNorm(3, 12), nn.ReLU())
        self.up = nn.ConvTranspose2d(12, 6, kernel_size=2, stride=2)
        self.out = nn.Conv2d(12, 1, 1)

    def forward(self, x):
        wide = self.down(x)
        back = self.up(self.middle(wide))
        return self.out(torch.cat([wide, F.relu(back)], dim=1))


def overlap(logits, inside):
    """Intersection over union."""
    painted = logits > 0
    inside = inside.bool()
    return ((painted & inside).sum() / (painted | inside).sum()).item()


pictures, masks = scenes(48)
model = UNet()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
weight = (masks == 0).sum() / (masks == 1).sum()  # few pixels are inside: each counts for more
losses = []
for step in range(31):
    logits = model(pictures)
    loss = F.binary_cross_entropy_with_logits(logits, masks, pos_weight=weight)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 6 == 0:
        print(f"step {step:2d}: loss {loss.item():.4g}, overlap {overlap(logits, masks):.3f}")

with torch.no_grad():
    fresh, truth = scenes(1)
    painted = model(fresh)
print(f"a fresh picture: overlap {overlap(painted, truth):.3f}")
for row in (painted[0, 0] > 0).int().tolist():
    print("".join(".#"[pixel] for pixel in row))
