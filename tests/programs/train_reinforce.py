"""REINFORCE: a policy learns from rewards alone which of four arms to pull, in each of three situations."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
# What an arm pays on average, by situation.
pays = torch.tensor([[0.1, 0.9, 0.3, 0.2], [0.8, 0.2, 0.1, 0.4], [0.3, 0.1, 0.2, 0.7]])
policy = nn.Sequential(nn.Embedding(3, 8), nn.Tanh(), nn.Linear(8, 4))
optimizer = torch.optim.Adam(policy.parameters(), lr=0.03)
baseline, rewards, losses = 0.0, [], []

for episode in range(151):
    situation = torch.randint(3, (32,))
    log_probabilities = F.log_softmax(policy(situation), dim=1)
    action = torch.multinomial(log_probabilities.exp(), num_samples=1)
    reward = (torch.rand(32) < pays[situation, action.squeeze(1)]).float()

    # The gradient of the expected reward is the mean of (reward - baseline) times that of the action's log probability.
    chosen = log_probabilities.gather(1, action).squeeze(1)
    entropy = -(log_probabilities.exp() * log_probabilities).sum(dim=1).mean()
    loss = -((reward - baseline) * chosen).mean() - 0.01 * entropy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    baseline = 0.9 * baseline + 0.1 * reward.mean().item()
    rewards.append(reward.mean().item())
    losses.append(loss.item())
    if episode % 30 == 0:
        print(f"episode {episode:3d}: mean reward so far {baseline:.3f}, entropy {entropy.item():.4g}")

with torch.no_grad():
    choices = policy(torch.arange(3)).softmax(dim=1)
print("best arms", pays.argmax(1).tolist(), "preferred", choices.argmax(1).tolist())
print(f"mean reward at first {sum(rewards[:10]) / 10:.3f}, in the end {sum(rewards[-10:]) / 10:.3f}")
