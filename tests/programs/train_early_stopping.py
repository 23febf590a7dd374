"""Early stopping: the best state is saved while training goes on, training stops in time, the best state is loaded."""

# mypy: ignore-errors

import io

import torch
from torch import nn

torch.manual_seed(0)
x = torch.rand(24, 1) * 2 - 1
y = torch.sin(3 * x) + 0.3 * torch.randn(24, 1)
x_val = torch.rand(100, 1) * 2 - 1
y_val = torch.sin(3 * x_val) + 0.3 * torch.randn(100, 1)

model = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
measure = nn.MSELoss()

best, best_epoch, patience = float("inf"), 0, 25
file = io.BytesIO()
losses = []
for epoch in range(500):
    model.train()
    loss = measure(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    model.eval()
    with torch.no_grad():
        validation = measure(model(x_val), y_val).item()
    losses.append([loss.item(), validation])
    if epoch % 20 == 0:
        print(f"epoch {epoch:3d}: training loss {loss.item():.4g}, validation loss {validation:.4g}")
    if validation < best:
        best, best_epoch = validation, epoch
        file.seek(0)
        file.truncate()
        torch.save({"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, file)
    elif epoch - best_epoch >= patience:
        print(f"no better for {patience} epochs: stopped in epoch {epoch}")
        break

file.seek(0)
checkpoint = torch.load(file, weights_only=True)
restored = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
print(restored.load_state_dict(checkpoint["model"]))
with torch.no_grad():
    again = measure(restored(x_val), y_val).item()
print(f"epoch {checkpoint['epoch']} again: validation loss {again:.4g}, as it was: {again == best}")

# Training can go on where it was: the optimizer's averages came with the file.
optimizer = torch.optim.Adam(restored.parameters(), lr=0.01)
optimizer.load_state_dict(checkpoint["optimizer"])
loss = measure(restored(x), y)
loss.backward()
optimizer.step()
same = torch.tensor([measure(restored(x), y).item(), losses[best_epoch + 2][0]])
print("the next step is the same as then:", torch.allclose(same[:1], same[1:], rtol=1e-4))
