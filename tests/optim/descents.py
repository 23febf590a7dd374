"""A small problem, and every way to descend it: test_rules.py compares with PyTorch's own descents.

The problem has a matrix and a vector in float32, and a number in float64, so that steps meet all shapes and types.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

RECORD = Path(__file__).parents[1] / "fixtures" / "descents.json"
STEPS = 50
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"lr": 0.02}),
    "SGD with weight decay": ("SGD", {"lr": 0.02, "weight_decay": 0.1}),
    "SGD with momentum": ("SGD", {"lr": 0.01, "momentum": 0.9}),
    "SGD with damped momentum": ("SGD", {"lr": 0.02, "momentum": 0.8, "dampening": 0.5, "weight_decay": 0.01}),
    "SGD with Nesterov momentum": ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "SGD, climbing": ("SGD", {"lr": 1e-3, "momentum": 0.5, "weight_decay": 0.3, "maximize": True}),
    "Adam": ("Adam", {}),
    "Adam with large steps": ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-4}),
    "Adam with weight decay": ("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    "Adam with amsgrad": ("Adam", {"lr": 0.1, "betas": (0.5, 0.6), "amsgrad": True}),
    "Adam, climbing": ("Adam", {"lr": 0.01, "weight_decay": 0.1, "maximize": True}),
    "AdamW": ("AdamW", {"lr": 0.05}),
    "AdamW with amsgrad": ("AdamW", {"lr": 0.05, "weight_decay": 0.3, "amsgrad": True}),
}


def descend(torch: Any, rule: str) -> list[list[float]]:
    """All parameters after each tenth step; `torch` is one of the libraries."""
    kind, settings = RULES[rule]
    rng = np.random.default_rng(0)
    x, y = (torch.tensor(rng.normal(size=(8, n)).astype(np.float32)) for n in (3, 2))
    w, b = (torch.tensor(rng.normal(size=s).astype(np.float32), requires_grad=True) for s in ((3, 2), (2,)))
    c = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, kind)([w, b, c], **settings)
    path = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = ((x @ w + b - y) ** 2).mean() + (c.exp() - c * b.sum().double()) ** 2
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            path.append([*w.detach().reshape(-1).tolist(), *b.tolist(), c.item()])
    return path


def recorded() -> dict[str, list[list[float]]]:
    """How PyTorch 2.13.0 descends, by rule."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))
