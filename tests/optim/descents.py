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
    "ASGD": ("ASGD", {"lr": 0.02}),
    "ASGD, averaging": ("ASGD", {"lr": 0.02, "lambd": 0.01, "alpha": 0.5, "t0": 10, "weight_decay": 0.1}),
    "Adamax": ("Adamax", {"lr": 0.05}),
    "Adamax with weight decay": ("Adamax", {"lr": 0.02, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    "Adamax, climbing": ("Adamax", {"maximize": True}),
    "NAdam": ("NAdam", {"lr": 0.05}),
    "NAdam with weight decay": ("NAdam", {"lr": 0.02, "weight_decay": 0.1, "momentum_decay": 0.1}),
    "NAdam, decoupled": ("NAdam", {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "RAdam": ("RAdam", {"lr": 0.05}),
    "RAdam with weight decay": ("RAdam", {"lr": 0.02, "betas": (0.8, 0.9), "weight_decay": 0.1, "maximize": True}),
    "RAdam, decoupled": ("RAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "RMSprop": ("RMSprop", {}),
    "RMSprop with momentum": ("RMSprop", {"lr": 5e-3, "alpha": 0.9, "momentum": 0.8, "weight_decay": 0.1}),
    "RMSprop, centered": ("RMSprop", {"lr": 5e-3, "alpha": 0.9, "eps": 1e-3, "centered": True}),
    "RMSprop, centered, with momentum": ("RMSprop", {"centered": True, "momentum": 0.5, "eps": 0.1, "maximize": True}),
    "Adagrad": ("Adagrad", {"lr": 0.3}),
    "Adagrad with decay": ("Adagrad", {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5}),
    "Adadelta": ("Adadelta", {}),
    "Adadelta with weight decay": ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.1}),
    "LBFGS": ("LBFGS", {"lr": 0.05, "max_iter": 2, "history_size": 5}),
    "LBFGS with a line search": ("LBFGS", {"lr": 0.5, "max_iter": 3, "line_search_fn": "strong_wolfe"}),
    "Rprop": ("Rprop", {}),
    "Rprop with other sizes": ("Rprop", {"lr": 0.05, "etas": (0.3, 1.5), "step_sizes": (1e-3, 0.1)}),
}


def descend(torch: Any, rule: str, dtype: str = "float32", steps: int = STEPS) -> list[list[float]]:
    """All parameters after each tenth step; `torch` is one of the libraries.

    LBFGS goes on until float32 has no more digits; what it does then is chance, so it is compared in float64 only.
    """
    kind, settings = RULES[rule]
    dtype = "float64" if kind == "LBFGS" else dtype
    rng = np.random.default_rng(0)
    x, y = (torch.tensor(rng.normal(size=(8, n)).astype(dtype)) for n in (3, 2))
    w, b = (torch.tensor(rng.normal(size=s).astype(dtype), requires_grad=True) for s in ((3, 2), (2,)))
    c = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, kind)([w, b, c], **settings)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((x @ w + b - y) ** 2).mean() + (c.exp() - c * b.sum().double()) ** 2
        loss.backward()
        return loss

    path = []
    for step in range(1, steps + 1):
        optimizer.step(closure)
        if step % 10 == 0:
            path.append([*w.detach().reshape(-1).tolist(), *b.tolist(), c.item()])
    return path


def recorded() -> dict[str, list[list[float]]]:
    """How PyTorch 2.13.0 descends, by rule."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))
