"""A convolutional network reads handwritten digits, with batch normalisation, dropout and pooling."""

# mypy: ignore-errors

from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

file = Path(__file__).parents[2] / "teachgrad" / "datasets" / "data" / "digits.csv.gz"
table = torch.from_numpy(np.loadtxt(file, dtype=np.uint8, delimiter=",", max_rows=600))
images = table[:, :64].float().div(16).reshape(-1, 1, 8, 8)
labels = table[:, 64].long()


class Net(nn.Module):
    """Two convolutions, each halving the image, then two linear layers."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=3, padding=1, bias=False)  # the normalisation takes a bias away
        self.norm = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=3, padding=1)
        self.dropout = nn.Dropout(0.2)
        self.fc1 = nn.Linear(16 * 2 * 2, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = self.dropout(torch.flatten(x, start_dim=1))
        return F.log_softmax(self.fc2(F.relu(self.fc1(x))), dim=1)


torch.manual_seed(0)
net = Net()
print(net)
print(sum(p.numel() for p in net.parameters()), "parameters")
optimizer = optim.Adam(net.parameters(), lr=0.01)
losses, accuracies = [], []
for epoch in range(5):
    net.train()
    running = 0.0
    for batch in torch.randperm(480).split(48):
        optimizer.zero_grad()
        loss = F.nll_loss(net(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        running += loss.item() / 10
    losses.append(running)

    net.eval()
    with torch.no_grad():
        accuracies.append((net(images[480:]).argmax(dim=1) == labels[480:]).float().mean().item())
    print(f"epoch {epoch}: loss {losses[-1]:.4g}, accuracy on others {accuracies[-1]:.3f}")
