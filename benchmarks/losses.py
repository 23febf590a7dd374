"""The workloads as losses in NumPy's words, for libraries that differentiate those: MyGrad and HIPS autograd.

A loss is a function of a `tool` (below), of parameters by name, and of the data. `trained` makes of it what every
module of words offers: a step to be timed, and how to read a step's result: the loss, then the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from benchmarks import arrays
from benchmarks.workloads import CHAIN, HEADS, Array, Data

Named = dict[str, Any]
Result = tuple[Any, list[Array]]
Step = Callable[[], Result]
Read = Callable[[Result], list[Array]]
Loss = Callable[[Any, Named, Data], Any]
Rule = Callable[[Any, list[Array]], arrays.Update]


class MyGrad:
    """MyGrad: tensors that hold their gradients, and a few functions of networks."""

    def __init__(self, library: Any) -> None:
        from mygrad.nnet import activations, layers, losses

        self.np = library
        self.relu = activations.relu
        self.cross_entropy = losses.softmax_crossentropy
        self.conv, self.pool = layers.conv_nd, layers.max_pool

    def differentiated(self, loss: Loss, parameters: Named, data: Data) -> Step:
        """A step that computes the loss and its gradients."""
        tensors = {name: self.np.tensor(array, copy=False, constant=False) for name, array in parameters.items()}

        def step() -> Result:
            value = loss(self, tensors, data)
            value.backward()
            return value.data, [tensor.grad for tensor in tensors.values()]

        return step

    def recorded(self, function: Callable[[Any], Any], x: Array) -> Any:
        """What the function computes, with its graph."""
        return function(self.np.tensor(x, constant=False)).data


class Hips:
    """HIPS autograd: functions that make functions."""

    def __init__(self, library: Any) -> None:
        from autograd import numpy as watched

        self.library = library
        self.np = watched

    def relu(self, x: Any) -> Any:
        return self.np.maximum(x, 0)

    def cross_entropy(self, logits: Any, y: Array) -> Any:
        np = self.np
        logits = logits - np.max(logits, axis=-1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(logits), axis=-1)) - logits[numpy.arange(len(y)), y])

    def differentiated(self, loss: Loss, parameters: Named, data: Data) -> Step:
        """A step that computes the loss and its gradients."""
        both = self.library.value_and_grad(lambda p: loss(self, p, data))

        def step() -> Result:
            value, gradients = both(parameters)
            return value, list(gradients.values())

        return step

    def gradients(self, loss: Loss, data: Data) -> Callable[[Named], Named]:
        """The gradients as a function of the parameters, to be differentiated again."""
        found: Callable[[Named], Named] = self.library.grad(lambda p: loss(self, p, data))
        return found

    def recorded(self, function: Callable[[Any], Any], x: Array) -> Any:
        """What the function computes, with its graph."""
        return self.library.make_vjp(function)(x)[1]


TOOLS: dict[str, Callable[[Any], Any]] = {"mygrad": MyGrad, "autograd": Hips}


def trained(*names: str, rule: Rule | None = None, needs: str = "np") -> Callable[[Loss], Callable[..., Any]]:
    """Make a workload of a loss and the names of its parameters; with a rule, they take a step after each gradient.

    Tools that have no function of the name that is needed do not take part.
    """

    def workload(loss: Loss) -> Callable[..., tuple[Step, Read] | None]:
        def prepare(library: Any, data: Data) -> tuple[Step, Read] | None:
            tool = TOOLS[library.__name__](library)
            if not hasattr(tool, needs):
                return None
            parameters = {name: data[name].copy() for name in names}
            step = tool.differentiated(loss, parameters, data)
            return (_updating(step, rule(numpy, list(parameters.values()))) if rule else step), _read

        return prepare

    return workload


def _updating(step: Step, update: arrays.Update) -> Step:
    def both() -> Result:
        loss, gradients = step()
        update(gradients)
        return loss, gradients

    return both


def _read(result: Result) -> list[Array]:
    loss, gradients = result
    return [loss, *gradients]


@trained("w1", "w2", "b")
def neuron(tool: Any, p: Named, data: Data) -> Any:
    x1, x2 = data["inputs"]
    return tool.np.tanh(x1 * p["w1"] + x2 * p["w2"] + p["b"])


@trained("w", "b", rule=arrays.descent)
def regression(tool: Any, p: Named, data: Data) -> Any:
    return tool.np.mean((data["x"] * p["w"] + p["b"] - data["y"]) ** 2)


@trained("x")
def chain(tool: Any, p: Named, data: Data) -> Any:
    y = p["x"]
    for _ in range(CHAIN):
        y = tool.np.sin(y * 1.01)
    return tool.np.sum(y)


@trained("x")
def _nodes(tool: Any, p: Named, data: Data) -> Any:
    y = p["x"]
    for _ in range(int(data["count"])):
        y = y * data["factor"]
    return tool.np.sum(y)


def nodes(library: Any, data: Data) -> tuple[Step, Read] | None:
    """Up to ten thousand: what would take minutes is left out."""
    return _nodes(library, data) if data["count"] <= 10_000 else None


def graph(library: Any, data: Data) -> tuple[Step, Read]:
    def powers(x: Any) -> Any:
        for _ in range(int(data["count"])):
            x = x * data["factor"]
        return x

    tool = TOOLS[library.__name__](library)
    return lambda: (tool.recorded(powers, data["x"]), []), _read


@trained("x", "y")
def expression(tool: Any, p: Named, data: Data) -> Any:
    np = tool.np
    return np.sum(np.tanh(p["x"] * p["y"] + np.sin(p["x"])))


reused = expression


@trained("wx", "wh", "b")
def rnn(tool: Any, p: Named, data: Data) -> Any:
    np = tool.np
    h = numpy.zeros(data["y"].shape, numpy.float32)
    for now in data["x"]:
        h = np.tanh(np.matmul(now, p["wx"]) + np.matmul(h, p["wh"]) + p["b"])
    return np.mean((h - data["y"]) ** 2)


def _small_mlp(tool: Any, p: Named, data: Data) -> Any:
    np = tool.np
    h = data["x"]
    for i in range(3):
        h = np.matmul(h, p[f"w{i}"].T) + p[f"b{i}"]
        h = np.tanh(h) if i < 2 else h
    return np.mean((h - data["y"]) ** 2)


def _classifier(tool: Any, p: Named, data: Data) -> Any:
    h = data["x"]
    for i in range(len(p) // 2):
        h = tool.np.matmul(tool.relu(h) if i else h, p[f"w{i}"].T) + p[f"b{i}"]
    return tool.cross_entropy(h, data["y"])


LAYERS = ("w0", "b0", "w1", "b1", "w2", "b2")
small_mlp = trained(*LAYERS, rule=arrays.descent)(_small_mlp)
mlp = trained(*LAYERS[:4], rule=arrays.descent)(_classifier)
mlp_adam = trained(*LAYERS[:4], rule=arrays.adam)(_classifier)
wide_mlp = trained(*LAYERS, rule=arrays.adam)(_classifier)


def curvature(library: Any, data: Data) -> tuple[Step, Read] | None:
    tool = TOOLS[library.__name__](library)
    if not hasattr(tool, "gradients"):
        return None
    parameters = {name: data[name] for name in LAYERS}
    gradients = tool.gradients(_small_mlp, data)

    def slope(tool: Any, p: Named, data: Data) -> Any:
        return sum(tool.np.sum(g * data[f"v_{name}"]) for name, g in gradients(p).items())

    return tool.differentiated(slope, parameters, data), _read


@trained(*LAYERS, rule=arrays.descent, needs="conv")
def cnn(tool: Any, p: Named, data: Data) -> Any:
    h = data["x"]
    for i in range(2):
        h = tool.conv(h, p[f"w{i}"], stride=1, padding=1) + p[f"b{i}"].reshape(1, -1, 1, 1)
        h = tool.pool(tool.relu(h), (2, 2), 2)
    logits = tool.np.matmul(h.reshape(len(data["y"]), -1), p["w2"].T) + p["b2"]
    return tool.cross_entropy(logits, data["y"])


BLOCKS = tuple(f"{name}{block}" for block in range(2) for name in ("qkv", "mix", "up", "down"))


@trained("signs", "places", *BLOCKS, "head", rule=arrays.adam)
def transformer(tool: Any, p: Named, data: Data) -> Any:
    np = tool.np
    texts, length = data["x"].shape
    hidden = numpy.triu(numpy.full((length, length), -1e9, numpy.float32), 1)

    def normal(h: Any) -> Any:
        h = h - np.mean(h, axis=-1, keepdims=True)
        return h / np.sqrt(np.mean(h * h, axis=-1, keepdims=True) + 1e-5)

    def attention(h: Any, block: int) -> Any:
        width = h.shape[-1]
        parts = np.matmul(h, p[f"qkv{block}"])
        q, k, v = (
            np.swapaxes(parts[..., i * width : (i + 1) * width].reshape(texts, length, HEADS, -1), 1, 2)
            for i in range(3)
        )
        scores = np.matmul(q, np.swapaxes(k, 2, 3)) * (width / HEADS) ** -0.5 + hidden
        scores = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
        mixed = np.matmul(scores / np.sum(scores, axis=-1, keepdims=True), v)
        return np.matmul(np.swapaxes(mixed, 1, 2).reshape(texts, length, width), p[f"mix{block}"])

    h = p["signs"][data["x"]] + p["places"]
    for block in range(2):
        h = h + attention(normal(h), block)
        h = h + np.matmul(tool.relu(np.matmul(normal(h), p[f"up{block}"])), p[f"down{block}"])
    logits = np.matmul(normal(h), p["head"])
    return tool.cross_entropy(logits.reshape(texts * length, -1), data["y"].reshape(-1))
