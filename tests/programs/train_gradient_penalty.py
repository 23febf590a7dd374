"""A critic that may not be steep (Wasserstein GAN with a gradient penalty): the gradient of a gradient in the loss."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(0)
double = {"dtype": torch.float64}  # the game is a chase: what differs in the last digit soon differs in all
critic = nn.Sequential(
    nn.Linear(1, 24, **double),
    nn.Tanh(),
    nn.Linear(24, 24, **double),
    nn.Tanh(),
    nn.Linear(24, 1, bias=False, **double),  # only differences between points count
)
generator = nn.Linear(1, 1, **double)  # invents a * noise + b
critic_steps = torch.optim.Adam(critic.parameters(), lr=0.01, betas=(0.5, 0.9))
generator_steps = torch.optim.SGD(generator.parameters(), lr=0.05)


def real(n):
    return 2.0 + 0.4 * torch.randn(n, 1, **double)


def penalty(real, fake):
    """How much steeper than one the critic is, squared, at points between real and invented ones."""
    share = torch.rand(len(real), 1, **double)
    between = (share * real + (1 - share) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.norm(2, dim=1) - 1).clamp(min=0).square().mean()


losses = []
for step in range(51):
    for _ in range(3):
        x, fake = real(32), generator(torch.randn(32, 1, **double)).detach()
        distance = critic(x).mean() - critic(fake).mean()
        too_steep = penalty(x, fake)
        critic_steps.zero_grad()
        (-distance + 5 * too_steep).backward()
        critic_steps.step()
    loss = -critic(generator(torch.randn(32, 1, **double))).mean()
    generator_steps.zero_grad()
    loss.backward()
    generator_steps.step()
    losses.append([distance.item(), too_steep.item()])
    if step % 10 == 0:
        mean = generator.bias.item()
        print(f"step {step:2d}: distance {losses[-1][0]:.4g}, penalty {losses[-1][1]:.4g}, invented mean {mean:.3f}")
print(f"invented spread {generator.weight.abs().item():.2f}; real points have a mean of 2 and a spread of 0.4")
