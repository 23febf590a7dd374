"""The workloads by hand: the derivatives worked out on paper, written in NumPy. The limit that a library can come near.

`np` is NumPy. Each function returns a step to be timed, and how to read a step's result: the loss, then the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.workloads import CHAIN, RATE, Array, Data

Result = tuple[Any, list[Any]]  # the loss and the gradients
Step = Callable[[], Result]
Read = Callable[[Result], list[float]]


def _read(result: Result) -> list[float]:
    loss, gradients = result
    return [float(loss), *(float(number) for g in gradients for number in g.reshape(-1))]


def neuron(np: Any, data: Data) -> tuple[Step, Read]:
    x1, x2 = data["inputs"]
    w1, w2 = data["weights"]
    b = data["bias"][()]

    def step() -> Result:
        out = np.tanh(x1 * w1 + x2 * w2 + b)
        g = 1 - out * out
        return out, [g * x1, g * x2, g]

    return step, _read


def regression(np: Any, data: Data) -> tuple[Step, Read]:
    x, y = data["x"], data["y"]
    w, b = data["w"][()], data["b"][()]
    n = np.float32(len(x))

    def step() -> Result:
        nonlocal w, b
        error = x * w + b - y
        loss = error.dot(error) / n
        g = error * (2 / n)
        gw, gb = g.dot(x), g.sum()
        w = w - RATE * gw
        b = b - RATE * gb
        return loss, [gw, gb]

    return step, _read


def chain(np: Any, data: Data) -> tuple[Step, Read]:
    x = data["x"]

    def step() -> Result:
        angles = []
        y = x
        for _ in range(CHAIN):
            angles.append(y * 1.01)
            y = np.sin(angles[-1])
        g = np.ones_like(x)
        for angle in reversed(angles):
            g *= np.cos(angle)
            g *= 1.01
        return y.sum(), [g]

    return step, _read


def small_mlp(np: Any, data: Data) -> tuple[Step, Read]:
    x, y = data["x"], data["y"]
    parameters = w0, b0, w1, b1, w2, b2 = _copies(data, 3)
    scale = np.float32(2 / y.size)

    def step() -> Result:
        h0 = x.dot(w0.T)
        h0 += b0
        np.tanh(h0, out=h0)
        h1 = h0.dot(w1.T)
        h1 += b1
        np.tanh(h1, out=h1)
        g = h1.dot(w2.T)
        g += b2
        g -= y
        loss = np.vdot(g, g) / g.size
        g *= scale
        gw2, gb2 = g.T.dot(h1), g.sum(0)
        g = g.dot(w2)
        h1 *= h1
        g -= g * h1
        gw1, gb1 = g.T.dot(h0), g.sum(0)
        g = g.dot(w1)
        h0 *= h0
        g -= g * h0
        return loss, _descended(parameters, [g.T.dot(x), g.sum(0), gw1, gb1, gw2, gb2])

    return step, _read


def mlp(np: Any, data: Data) -> tuple[Step, Read]:
    x, y = data["x"], data["y"]
    parameters = w0, b0, w1, b1 = _copies(data, 2)
    rows = np.arange(len(y))

    def step() -> Result:
        h = x.dot(w0.T)
        h += b0
        np.maximum(h, 0, out=h)
        p = h.dot(w1.T)
        p += b1
        p -= p.max(1, keepdims=True)
        np.exp(p, out=p)
        p /= p.sum(1, keepdims=True)
        loss = -np.log(p[rows, y]).sum() / len(y)
        p[rows, y] -= 1
        p *= np.float32(1 / len(y))
        gw1, gb1 = p.T.dot(h), p.sum(0)
        g = p.dot(w1)
        g *= h > 0
        return loss, _descended(parameters, [g.T.dot(x), g.sum(0), gw1, gb1])

    return step, _read


def _copies(data: Data, layers: int) -> list[Array]:
    """Weights and biases of one run, which change."""
    return [data[f"{kind}{i}"].copy() for i in range(layers) for kind in "wb"]


def _descended(parameters: list[Array], gradients: list[Array]) -> list[Array]:
    """One step of gradient descent."""
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter -= RATE * gradient
    return gradients
