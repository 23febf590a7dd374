"""Draws the pictures of the README into notebooks/pictures: a graph after its backward pass, and a descent.

`make pictures` runs it. It shows what the README shows, and knows nothing of the lessons.
"""

from __future__ import annotations

from pathlib import Path

import teachgrad as torch
from teachgrad import viz

PICTURES = Path(__file__).resolve().parent / "pictures"


def graph() -> None:
    """One neuron and its loss, as the README's first program computes them."""
    x = torch.tensor(2.0)
    w = torch.tensor(-0.5, requires_grad=True)
    b = torch.tensor(1.5, requires_grad=True)
    y = torch.tanh(x * w + b)
    loss = (y - 1) ** 2
    loss.backward()
    viz.draw_graph(loss, names={"x": x, "w": w, "b": b, "y": y, "loss": loss}).save(PICTURES / "graph.svg")


def descent() -> None:
    """Momentum in a ravine: across it the ball swings, along it it gathers speed."""
    viz.animate_descent(
        lambda x, y: x**2 / 20 + y**2,
        start=(-9.0, 2.5),
        optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.15, momentum=0.8),
        steps=60,
    ).save(PICTURES / "descent.svg")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    graph()
    descent()
