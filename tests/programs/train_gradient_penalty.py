"""A critic whose slope is held near one (WGAN with gradient penalty): the gradient of a gradient in the loss."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(0)
critic = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
generator = nn.Linear(1, 1)  # invents a * noise + b
critic_steps = torch.optim.RMSprop(critic.parameters(), lr=5e-3)
generator_steps = torch.optim.SGD(generator.parameters(), lr=0.1)


def real(n):
    return 3.0 + 0.5 * torch.randn(n, 1)


def penalty(real, fake):
    """The mean of (length of the slope - 1)^2, at points between real and invented ones."""
    share = torch.rand(len(real), 1)
    between = (share * real + (1 - share) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.norm(2, dim=1) - 1).square().mean()


losses = []
for step in range(81):
    for _ in range(3):
        x, fake = real(32), generator(torch.randn(32, 1)).detach()
        distance = critic(x).mean() - critic(fake).mean()
        too_steep = penalty(x, fake)
        critic_steps.zero_grad()
        (-distance + 5 * too_steep).backward()
        critic_steps.step()
    loss = -critic(generator(torch.randn(32, 1))).mean()
    generator_steps.zero_grad()
    loss.backward()
    generator_steps.step()
    losses.append([distance.item(), too_steep.item()])
    if step % 16 == 0:
        mean = generator.bias.item()
        print(f"step {step:2d}: distance {losses[-1][0]:.4g}, penalty {losses[-1][1]:.4g}, invented mean {mean:.3f}")
print(f"invented spread {generator.weight.abs().item():.2f}; real points have a mean of 3 and a spread of 0.5")
