"""What is measured: names, and the numbers that all start from. Who computes it, and how, is not known here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Data = dict[str, Array]

CHAIN = 1000
RATE = 0.05  # of gradient descent
ADAM_RATE = 0.001
HEADS = 4


@dataclass(frozen=True)
class Workload:
    """A step that is taken again and again.

    Attributes:
        name: what it is called here.
        title: what the table calls it.
        data: the numbers to start from, always the same.
        group: the table it stands in: "networks", of which a mean is taken, "others" or "nodes".
        words: the functions of the libraries that say it, if they are not called as it is.
        large: whether a library could use more than one thread to advantage.
        checked: the steps that are taken before results are compared.
        per: what a step's time is divided by, if it is that of so many nodes.
        memory: whether it is worth tracing.
    """

    name: str
    title: str
    data: Callable[[], Data]
    group: str = "networks"
    words: str = ""
    large: bool = False
    checked: int = 5
    per: int = 1
    memory: bool = True

    @property
    def function(self) -> str:
        """The name of the functions that say it in the words of the libraries."""
        return self.words or self.name


def _floats(*shape: int, seed: int, scale: float = 1.0) -> Array:
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype(np.float32)


def _array(numbers: Any) -> Array:
    return np.array(numbers, np.float32)


def _neuron() -> Data:
    return {"inputs": _array([2, 0]), "w1": _array(-3), "w2": _array(1), "b": _array(6.8813736)}


def _regression() -> Data:
    x = np.linspace(-1, 1, 32, dtype=np.float32)
    return {"x": x, "y": 2 * x + 1 + _floats(32, seed=0, scale=0.1), "w": _array(0), "b": _array(0)}


def _chain() -> Data:
    return {"x": _array([0.5, 1.5])}


def _nodes(count: int) -> Data:
    return {"x": _array([0.5, 1.5]), "factor": _array([1.0000001, 0.9999999]), "count": np.array(count)}


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


def _curved_mlp() -> Data:
    """The same, and a direction in which to ask for the curvature."""
    data = _small_mlp()
    return data | {f"v_{name}": _floats(*data[name].shape, seed=40) for name in data if name[0] in "wb"}


def _classes(count: int) -> Array:
    return np.arange(count) * 7 % 10


def _mlp() -> Data:
    return {"x": _floats(64, 64, seed=8), "y": _classes(64), **_layers(64, 128, 10)}


def _wide_mlp() -> Data:
    return {"x": _floats(256, 784, seed=9), "y": _classes(256), **_layers(784, 512, 256, 10)}


def _expression() -> Data:
    return {"x": _floats(1_000_000, seed=10), "y": _floats(1_000_000, seed=11)}


def _rnn() -> Data:
    weights = {"wx": _floats(16, 32, seed=12, scale=0.25), "wh": _floats(32, 32, seed=13, scale=0.2)}
    return {"x": _floats(100, 16, 16, seed=14), "y": _floats(16, 32, seed=15), **weights, "b": _floats(32, seed=16)}


def _cnn() -> Data:
    kernels = {"w0": _floats(8, 1, 3, 3, seed=17, scale=0.33), "w1": _floats(16, 8, 3, 3, seed=18, scale=0.12)}
    offsets = {f"b{i}": _floats(size, seed=20 + i, scale=0.1) for i, size in enumerate((8, 16, 10))}
    images = {"x": _floats(64, 1, 28, 28, seed=19), "y": _classes(64)}
    return {**images, **kernels, "w2": _floats(10, 784, seed=23, scale=0.04), **offsets}


def _loader() -> Data:
    """Numbers with few digits: their sums are the same in every order."""
    return {"x": np.round(_floats(2048, 16, seed=24) * 64) / 64, "y": _classes(2048)}


def _transformer() -> Data:
    """Two blocks of width 64 over 16 texts of 32 signs out of 48; the matrices are (in, out)."""
    width, signs = 64, 48
    data = {"x": np.arange(16 * 32).reshape(16, 32) * 11 % signs, "y": np.arange(16 * 32).reshape(16, 32) * 5 % signs}
    data["signs"] = _floats(signs, width, seed=30, scale=0.5)
    data["places"] = _floats(32, width, seed=31, scale=0.5)
    for block in range(2):
        for name, (rows, columns) in {"qkv": (64, 192), "mix": (64, 64), "up": (64, 256), "down": (256, 64)}.items():
            data[f"{name}{block}"] = _floats(rows, columns, seed=32 + block, scale=rows**-0.5)
    return data | {"head": _floats(width, signs, seed=34, scale=width**-0.5)}


def _nothing() -> Data:
    return {}


WORKLOADS = (
    Workload("neuron", "scalar neuron", _neuron),
    Workload("regression", "linear regression, 32 points", _regression),
    Workload("chain", f"chain of {CHAIN} sin(1.01 x)", _chain),
    Workload("small_mlp", "MLP 2-16-16-1, 100 points, SGD", _small_mlp),
    Workload("mlp", "MLP 64-128-10, batch 64, SGD", _mlp),
    Workload("mlp_adam", "the same with Adam", _mlp),
    Workload("wide_mlp", "MLP 784-512-256-10, batch 256, Adam", _wide_mlp, large=True),
    Workload("expression", "tanh(x y + sin x), a million", _expression, large=True),
    Workload("rnn", "RNN, 100 steps, batch 16, 16-32", _rnn),
    Workload("cnn", "CNN of 2 layers, 64 of 28x28, SGD", _cnn, large=True),
    Workload("reused", "the million, hand-written in place", _expression, group="others"),
    Workload("transformer", "transformer, 2 blocks of 64", _transformer, group="others", large=True),
    Workload("curvature", "Hessian times vector, MLP 2-16-16-1", _curved_mlp, group="others"),
    Workload("graph", "graph of 100,000 nodes, built, freed", partial(_nodes, 100_000), group="others", checked=1),
    Workload("loader", "epoch of 2048 rows, batches of 32", _loader, group="others"),
    Workload("importing", "import, in a new process", _nothing, group="others", memory=False),
    *(
        Workload(f"nodes_{n}", f"{n:,} nodes", partial(_nodes, n), "nodes", "nodes", checked=1, per=n, memory=False)
        for n in (10, 1000, 100_000, 1_000_000)
    ),
)
