"""The fast gradient sign attack: a step along the sign of the gradient of the input fools a trained network."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
# Pictures of 5 x 5: a horizontal, a vertical and a diagonal line, with noise.
labels = torch.randint(3, (150,))
places = torch.randint(1, 4, (150,))
pictures = 0.3 * torch.rand(150, 5, 5)
for picture, label, place in zip(pictures, labels, places):
    if label == 0:
        picture[place, :] += 0.7
    elif label == 1:
        picture[:, place] += 0.7
    else:
        picture += 0.7 * torch.eye(5).roll(int(place) - 2, dims=1)

model = nn.Sequential(nn.Flatten(), nn.Linear(25, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
losses = []
for _ in range(60):
    loss = F.cross_entropy(model(pictures), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(f"loss {losses[0]:.4g} -> {losses[-1]:.4g}")


def attack(pictures, labels, epsilon):
    """Each pixel moves by epsilon to where the loss grows, and stays within 0 (black) and 1 (white)."""
    pictures = pictures.clone().requires_grad_()
    loss = F.cross_entropy(model(pictures), labels)
    (gradient,) = torch.autograd.grad(loss, pictures)
    return (pictures + epsilon * gradient.sign()).clamp(0, 1).detach()


model.requires_grad_(False)  # only the pictures are asked for gradients now
for epsilon in (0.0, 0.05, 0.1, 0.2, 0.3):
    logits = model(attack(pictures, labels, epsilon))
    accuracy = (logits.argmax(dim=1) == labels).float().mean().item()
    print(f"epsilon {epsilon:.2f}: loss {F.cross_entropy(logits, labels).item():.4g}, accuracy {accuracy:.3f}")
print("the network has no gradients:", all(p.grad is None or not p.requires_grad for p in model.parameters()))
