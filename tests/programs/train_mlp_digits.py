"""A perceptron with one hidden layer reads handwritten digits: training loop, evaluation loop, confusions."""

# mypy: ignore-errors

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

file = Path(__file__).parents[2] / "teachgrad" / "datasets" / "data" / "digits.csv.gz"
table = np.loadtxt(file, dtype=np.uint8, delimiter=",", max_rows=1000)
images = torch.from_numpy(table[:, :64]).float() / 16
labels = torch.from_numpy(table[:, 64]).long()

torch.manual_seed(0)
train = DataLoader(TensorDataset(images[:800], labels[:800]), batch_size=50, shuffle=True)
test = DataLoader(TensorDataset(images[800:], labels[800:]), batch_size=100)
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
measure = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
losses = []


def train_one_epoch():
    model.train()
    total = 0.0
    for x, y in train:
        loss = measure(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(train)


@torch.no_grad()
def evaluate():
    model.eval()
    loss, correct = 0.0, 0
    for x, y in test:
        logits = model(x)
        loss += measure(logits, y).item()
        correct += (logits.argmax(1) == y).sum().item()
    return loss / len(test), correct / len(test.dataset)


for epoch in range(6):
    losses.append(train_one_epoch())
    test_loss, accuracy = evaluate()
    print(f"epoch {epoch}: training loss {losses[-1]:.4g}, test loss {test_loss:.4g}, accuracy {accuracy:.3f}")

with torch.no_grad():
    decided = model(images[800:]).argmax(1)
confusion = torch.zeros(10, 10, dtype=torch.int64)
for truth, answer in zip(labels[800:], decided):
    confusion[truth, answer] += 1
print(confusion)
