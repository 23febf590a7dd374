"""The workloads by hand: the derivatives worked out on paper, written in NumPy. The limit that a library can come near.

`np` is NumPy. Each function returns a step to be timed, and how to read a step's result: the loss, then the gradients.
What is missing here, such as a graph, has no meaning without a library, or is too long to be written by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.workloads import ADAM_RATE, CHAIN, RATE, Array, Data

Result = tuple[Any, Sequence[Any]]  # the loss and the gradients
Step = Callable[[], Result]
Read = Callable[[Result], list[Array]]
Update = Callable[[Sequence[Array]], None]


def _read(result: Result) -> list[Array]:
    loss, gradients = result
    return [loss, *gradients]


def neuron(np: Any, data: Data) -> tuple[Step, Read]:
    x1, x2 = data["inputs"]
    w1, w2, b = (data[name][()] for name in ("w1", "w2", "b"))

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


def nodes(np: Any, data: Data) -> tuple[Step, Read]:
    x, factor, count = data["x"], data["factor"], range(int(data["count"]))

    def step() -> Result:
        y = x
        for _ in count:
            y = y * factor
        g = np.ones_like(x)
        for _ in count:
            g = g * factor
        return y.sum(), [g]

    return step, _read


def expression(np: Any, data: Data) -> tuple[Step, Read]:
    x, y = data["x"], data["y"]

    def step() -> Result:
        out = np.tanh(x * y + np.sin(x))
        g = 1 - out * out
        return out.sum(), [g * (y + np.cos(x)), g * x]

    return step, _read


def reused(np: Any, data: Data) -> tuple[Step, Read]:
    x, y = data["x"], data["y"]
    out, g, gx, gy = (np.empty_like(x) for _ in range(4))

    def step() -> Result:
        np.multiply(x, y, out)
        np.sin(x, g)
        np.add(out, g, out)
        np.tanh(out, out)
        np.multiply(out, out, g)
        np.subtract(1, g, g)
        np.cos(x, gx)
        np.add(gx, y, gx)
        np.multiply(gx, g, gx)
        np.multiply(g, x, gy)
        return out.sum(), [gx, gy]

    return step, _read


def rnn(np: Any, data: Data) -> tuple[Step, Read]:
    x, y, wx, wh, b = (data[name] for name in ("x", "y", "wx", "wh", "b"))
    length, batch, inputs = x.shape
    states = np.zeros((length + 1, batch, len(b)), np.float32)
    slopes = np.empty((length, batch, len(b)), np.float32)

    def step() -> Result:
        np.matmul(x.reshape(-1, inputs), wx, slopes.reshape(-1, len(b)))
        np.add(slopes, b, slopes)
        for t in range(length):
            h = states[t].dot(wh, states[t + 1])
            h += slopes[t]
            np.tanh(h, h)
        error = states[length] - y
        loss = np.vdot(error, error) / error.size
        np.multiply(states[1:], states[1:], slopes)
        np.subtract(1, slopes, slopes)
        g = error * np.float32(2 / error.size)
        for t in reversed(range(length)):
            slopes[t] *= g
            g = slopes[t].dot(wh.T)
        flat = slopes.reshape(-1, len(b))
        return loss, [x.reshape(-1, inputs).T.dot(flat), states[:-1].reshape(-1, len(b)).T.dot(flat), flat.sum(0)]

    return step, _read


def small_mlp(np: Any, data: Data) -> tuple[Step, Read]:
    x, y = data["x"], data["y"]
    parameters = w0, b0, w1, b1, w2, b2 = _copies(data, 3)
    update = descent(np, parameters)
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
        gradients = [g.T.dot(x), g.sum(0), gw1, gb1, gw2, gb2]
        update(gradients)
        return loss, gradients

    return step, _read


def mlp(np: Any, data: Data) -> tuple[Step, Read]:
    parameters = _copies(data, 2)
    return _classifier(np, data, parameters, descent(np, parameters))


def mlp_adam(np: Any, data: Data) -> tuple[Step, Read]:
    parameters = _copies(data, 2)
    return _classifier(np, data, parameters, adam(np, parameters))


def wide_mlp(np: Any, data: Data) -> tuple[Step, Read]:
    parameters = _copies(data, 3)
    return _classifier(np, data, parameters, adam(np, parameters))


def _classifier(np: Any, data: Data, parameters: list[Array], update: Update) -> tuple[Step, Read]:
    """Linear layers with ReLU between them, and the cross-entropy of the last."""
    x, y = data["x"], data["y"]
    weights, biases = parameters[::2], parameters[1::2]

    def step() -> Result:
        layers = [x]
        for w, b in zip(weights, biases, strict=True):
            h = layers[-1].dot(w.T)
            h += b
            layers.append(np.maximum(h, 0, out=h) if w is not weights[-1] else h)
        loss, g = _cross_entropy(np, layers.pop(), y)
        gradients: list[Array] = []
        for w in reversed(weights):
            h = layers.pop()
            gradients[:0] = [g.T.dot(h), g.sum(0)]
            if layers:
                g = g.dot(w)
                g *= h > 0
        update(gradients)
        return loss, gradients

    return step, _read


def _cross_entropy(np: Any, p: Array, y: Array) -> tuple[Any, Array]:
    """The loss of logits, and its gradient in their place."""
    rows = np.arange(len(y))
    p -= p.max(1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(1, keepdims=True)
    loss = -np.log(p[rows, y]).sum() / len(y)
    p[rows, y] -= 1
    p *= np.float32(1 / len(y))
    return loss, p


def cnn(np: Any, data: Data) -> tuple[Step, Read]:
    """Images lie as (batch, height, width, channels): then windows are rows of a matrix, and channels are columns."""
    x, y = data["x"].transpose(0, 2, 3, 1), data["y"]
    parameters = w0, b0, w1, b1, w2, b2 = _copies(data, 3)
    update = descent(np, parameters)

    def step() -> Result:
        covered0, a0 = _convolved(np, x, w0, b0)
        p0 = _pooled(np, np.maximum(a0, 0, out=a0))
        covered1, a1 = _convolved(np, p0, w1, b1)
        p1 = _pooled(np, np.maximum(a1, 0, out=a1))
        features = p1.transpose(0, 3, 1, 2).reshape(len(y), -1)
        logits = features.dot(w2.T)
        logits += b2
        loss, g = _cross_entropy(np, logits, y)
        gw2, gb2 = g.T.dot(features), g.sum(0)
        g = g.dot(w2).reshape(len(y), p1.shape[3], *p1.shape[1:3]).transpose(0, 2, 3, 1)
        g = _unpooled(np, g, p1, a1).reshape(-1, len(b1))
        gw1, gb1 = g.T.dot(covered1), g.sum(0)
        g = _unpooled(np, _spread(np, g.dot(_rows(w1)), p0.shape), p0, a0).reshape(-1, len(b0))
        gradients = [(g.T.dot(covered0)).reshape(w0.shape[0], 3, 3, -1).transpose(0, 3, 1, 2), g.sum(0)]
        gradients += [gw1.reshape(w1.shape[0], 3, 3, -1).transpose(0, 3, 1, 2), gb1, gw2, gb2]
        update(gradients)
        return loss, gradients

    return step, _read


def _rows(kernels: Array) -> Array:
    """Kernels (results, channels, 3, 3) as a matrix, in the order in which windows hold their elements."""
    return kernels.transpose(0, 2, 3, 1).reshape(len(kernels), -1)


def _convolved(np: Any, x: Array, kernels: Array, bias: Array) -> tuple[Array, Array]:
    """The 3x3 windows of images with a border of zeros, one in a row, and what kernels make of them."""
    batch, height, width, channels = x.shape
    framed = np.zeros((batch, height + 2, width + 2, channels), x.dtype)
    framed[:, 1:-1, 1:-1] = x
    windows = np.lib.stride_tricks.sliding_window_view(framed, (3, 3), (1, 2)).transpose(0, 1, 2, 4, 5, 3)
    covered = windows.reshape(batch * height * width, -1)
    made = covered.dot(_rows(kernels).T)
    made += bias
    return covered, made.reshape(batch, height, width, -1)


def _spread(np: Any, g: Array, shape: tuple[int, ...]) -> Any:
    """The gradient of the images from that of their windows."""
    batch, height, width, channels = shape
    g = g.reshape(batch, height, width, 3, 3, channels)
    framed = np.zeros((batch, height + 2, width + 2, channels), g.dtype)
    for i in range(3):
        for j in range(3):
            framed[:, i : i + height, j : j + width] += g[:, :, :, i, j]
    return framed[:, 1:-1, 1:-1]


def _pooled(np: Any, a: Array) -> Array:
    """The largest of each 2x2 square."""
    rows = np.maximum(a[:, ::2], a[:, 1::2])
    pooled: Array = np.maximum(rows[:, :, ::2], rows[:, :, 1::2])
    return pooled


def _unpooled(np: Any, g: Array, pooled: Array, a: Array) -> Array:
    """The gradient before pooling and ReLU: it goes to the first that is largest, if that is positive."""
    back: Array = np.empty_like(a)
    free = pooled > 0
    for i in range(2):
        for j in range(2):
            chosen = (a[:, i::2, j::2] == pooled) & free
            free &= ~chosen
            np.multiply(g, chosen, back[:, i::2, j::2])
    return back


def loader(np: Any, data: Data) -> tuple[Step, Read]:
    x, y = data["x"], data["y"]
    random = np.random.default_rng(0)

    def step() -> Result:
        seen = np.zeros(16, np.float32)
        order = random.permutation(len(x))
        for start in range(0, len(x), 32):
            batch = order[start : start + 32]
            seen += y[batch].astype(np.float32).dot(x[batch])
        return seen, []

    return step, _read


def _copies(data: Data, layers: int) -> list[Array]:
    """Weights and biases of one run, which change."""
    return [data[f"{kind}{i}"].copy() for i in range(layers) for kind in "wb"]


def descent(np: Any, parameters: list[Array]) -> Update:
    """Gradient descent."""

    def update(gradients: Sequence[Array]) -> None:
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= RATE * gradient

    return update


def adam(np: Any, parameters: list[Array]) -> Update:
    """Adam, in memory of its own; the corrections are moved out of the fraction."""
    memory = [tuple(np.zeros_like(p) for _ in range(3)) for p in parameters]
    steps = 0

    def update(gradients: Sequence[Array]) -> None:
        nonlocal steps
        steps += 1
        correction = math.sqrt(1 - 0.999**steps)
        for p, g, (m, v, room) in zip(parameters, gradients, memory, strict=True):
            np.subtract(g, m, room)
            np.multiply(room, 0.1, room)
            np.add(m, room, m)
            np.multiply(v, 0.999, v)
            np.multiply(g, g, room)
            np.multiply(room, 0.001, room)
            np.add(v, room, v)
            np.sqrt(v, room)
            np.add(room, 1e-8 * correction, room)
            np.divide(m, room, room)
            np.multiply(room, ADAM_RATE * correction / (1 - 0.9**steps), room)
            np.subtract(p, room, p)

    return update
