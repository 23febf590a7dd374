"""What is measured: names, and the numbers that all start from. Who computes it, and how, is not known here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Data = dict[str, Array]

CHAIN = 1000
RATE = 0.05


@dataclass(frozen=True)
class Workload:
    """A step that is taken again and again.

    Attributes:
        name: what the libraries' functions are called.
        title: what the table calls it.
        data: the numbers to start from, always the same.
    """

    name: str
    title: str
    data: Callable[[], Data]


def _floats(*shape: int, seed: int, scale: float = 1.0) -> Array:
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype(np.float32)


def _array(numbers: Any) -> Array:
    return np.array(numbers, np.float32)


def _neuron() -> Data:
    return {"inputs": _array([2, 0]), "weights": _array([-3, 1]), "bias": _array(6.8813736)}


def _regression() -> Data:
    x = np.linspace(-1, 1, 32, dtype=np.float32)
    return {"x": x, "y": 2 * x + 1 + _floats(32, seed=0, scale=0.1), "w": _array(0), "b": _array(0)}


def _chain() -> Data:
    return {"x": _array([0.5, 1.5])}


def _layers(*sizes: int) -> Data:
    """Weights (out, in) and biases (out) of a network."""
    layers: Data = {}
    for i, (inputs, outputs) in enumerate(pairwise(sizes)):
        layers[f"w{i}"] = _floats(outputs, inputs, seed=i, scale=inputs**-0.5)
        layers[f"b{i}"] = _floats(outputs, seed=100 + i, scale=0.1)
    return layers


def _small_mlp() -> Data:
    x = _floats(100, 2, seed=7)
    return {"x": x, "y": np.sin(x[:, :1] * x[:, 1:]), **_layers(2, 16, 16, 1)}


def _mlp() -> Data:
    return {"x": _floats(64, 64, seed=8), "y": np.arange(64) * 7 % 10, **_layers(64, 128, 10)}


WORKLOADS = (
    Workload("neuron", "scalar neuron", _neuron),
    Workload("regression", "linear regression, 32 points", _regression),
    Workload("chain", f"chain of {CHAIN} sin(1.01 x)", _chain),
    Workload("small_mlp", "MLP 2-16-16-1, 100 points, SGD", _small_mlp),
    Workload("mlp", "MLP 64-128-10, batch 64, SGD", _mlp),
)
