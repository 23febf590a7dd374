"""The whole workflow: a dataset, a shuffling loader, a module, a loss, an optimizer, and the five steps of the loop."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(0)


class Line(Dataset):
    """Points on y = 2 x + 1."""

    def __init__(self, count):
        self.x = torch.linspace(-1, 1, count).reshape(-1, 1)
        self.y = 2 * self.x + 1

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(1, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))


model = Network()
print(model)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(5):
    total = 0.0
    for x, y in DataLoader(Line(32), batch_size=8, shuffle=True):
        prediction = model(x)
        loss = loss_fn(prediction, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item()
    print(f"epoch {epoch}: loss {total / 4:.5f}")

with torch.no_grad():
    print(model(torch.tensor([[0.5]])))
