"""Distillation: a small network learns from the soft answers of a large one, on many points without labels."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


def spirals(n):
    """Points on three arms of a spiral."""
    label = torch.arange(n) % 3
    radius = torch.rand(n)
    angle = 3 * radius + 2.1 * label + 0.2 * torch.randn(n)
    return torch.stack([radius * angle.sin(), radius * angle.cos()], dim=1), label


x, label = spirals(300)
x_test, label_test = spirals(300)


def network(width):
    return nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 3))


def train(model, loss_of, steps):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        loss = loss_of(model)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        accuracy = (model(x_test).argmax(1) == label_test).float().mean().item()
    return loss.item(), accuracy


teacher = network(32)
loss, accuracy = train(teacher, lambda model: F.cross_entropy(model(x), label), 120)
print(f"teacher: loss {loss:.4g}, accuracy {accuracy:.3f}")

temperature = 2.0
teacher.eval().requires_grad_(False)
soft = F.softmax(teacher(x) / temperature, dim=1)
print("what the teacher says of the first point:", [round(share, 3) for share in soft[0].tolist()])


def from_labels(student):
    """The student has only 18 points with labels."""
    return F.cross_entropy(student(x[:18]), label[:18])


def from_teacher(student):
    """How far its soft answers are from the teacher's, on all points. T^2 keeps the gradients in size."""
    answers = F.log_softmax(student(x) / temperature, dim=1)
    far = F.kl_div(answers, soft, reduction="batchmean") * temperature**2
    return 0.8 * far + 0.2 * from_labels(student)


for name, loss_of in (("alone", from_labels), ("taught", from_teacher)):
    torch.manual_seed(5)
    student = network(10)
    loss, accuracy = train(student, loss_of, 80)
    print(f"student, {name}: loss {loss:.4g}, accuracy {accuracy:.3f}")
