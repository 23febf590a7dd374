"""The workloads as PyTorch programs. teachgrad and PyTorch run this same text; `torch` is one of them.

Each function returns a step to be timed, and how to read a step's result: the loss, then the gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from benchmarks.workloads import ADAM_RATE, CHAIN, HEADS, RATE, Array, Data

Step = Callable[[], Any]
Read = Callable[[Any], list[Array]]


def _reader(leaves: Iterable[Any]) -> Read:
    parameters = list(leaves)
    return lambda loss: [loss.detach().numpy(), *(p.grad.numpy() for p in parameters)]


def _leaves(torch: Any, data: Data, *names: str) -> list[Any]:
    return [torch.tensor(data[name], requires_grad=True) for name in names]


def neuron(torch: Any, data: Data) -> tuple[Step, Read]:
    x1, x2 = (torch.tensor(float(x)) for x in data["inputs"])
    w1, w2, b = leaves = _leaves(torch, data, "w1", "w2", "b")

    def step() -> Any:
        w1.grad = w2.grad = b.grad = None
        out = (x1 * w1 + x2 * w2 + b).tanh()
        out.backward()
        return out

    return step, _reader(leaves)


def regression(torch: Any, data: Data) -> tuple[Step, Read]:
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    w, b = leaves = _leaves(torch, data, "w", "b")

    def step() -> Any:
        w.grad = b.grad = None
        loss = ((x * w + b - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w.sub_(RATE * w.grad)
            b.sub_(RATE * b.grad)
        return loss

    return step, _reader(leaves)


def chain(torch: Any, data: Data) -> tuple[Step, Read]:
    (x,) = leaves = _leaves(torch, data, "x")

    def step() -> Any:
        x.grad = None
        y = x
        for _ in range(CHAIN):
            y = torch.sin(y * 1.01)
        loss = y.sum()
        loss.backward()
        return loss

    return step, _reader(leaves)


def nodes(torch: Any, data: Data) -> tuple[Step, Read]:
    (x,) = leaves = _leaves(torch, data, "x")
    factor, count = torch.tensor(data["factor"]), int(data["count"])

    def step() -> Any:
        x.grad = None
        y = x
        for _ in range(count):
            y = y * factor
        loss = y.sum()
        loss.backward()
        return loss

    return step, _reader(leaves)


def graph(torch: Any, data: Data) -> tuple[Step, Read]:
    (x,) = _leaves(torch, data, "x")
    factor, count = torch.tensor(data["factor"]), int(data["count"])

    def step() -> Any:
        y = x
        for _ in range(count):
            y = y * factor
        return y.detach()

    return step, lambda value: [value.numpy()]


def expression(torch: Any, data: Data) -> tuple[Step, Read]:
    x, y = leaves = _leaves(torch, data, "x", "y")

    def step() -> Any:
        x.grad = y.grad = None
        loss = torch.tanh(x * y + torch.sin(x)).sum()
        loss.backward()
        return loss

    return step, _reader(leaves)


reused = expression


def rnn(torch: Any, data: Data) -> tuple[Step, Read]:
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    wx, wh, b = leaves = _leaves(torch, data, "wx", "wh", "b")

    def step() -> Any:
        wx.grad = wh.grad = b.grad = None
        h = torch.zeros(x.shape[1], len(b))
        for now in x:
            h = torch.tanh(now @ wx + h @ wh + b)
        loss = ((h - y) ** 2).mean()
        loss.backward()
        return loss

    return step, _reader(leaves)


def small_mlp(torch: Any, data: Data) -> tuple[Step, Read]:
    model = _small_model(torch, data)
    return _training(torch, data, model, torch.nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=RATE))


def _small_model(torch: Any, data: Data) -> Any:
    nn = torch.nn
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    return _with_weights(torch, model, data)


def mlp(torch: Any, data: Data) -> tuple[Step, Read]:
    return _classifier(torch, data, (64, 128, 10), adam=False)


def mlp_adam(torch: Any, data: Data) -> tuple[Step, Read]:
    return _classifier(torch, data, (64, 128, 10), adam=True)


def wide_mlp(torch: Any, data: Data) -> tuple[Step, Read]:
    return _classifier(torch, data, (784, 512, 256, 10), adam=True)


def _classifier(torch: Any, data: Data, sizes: tuple[int, ...], adam: bool) -> tuple[Step, Read]:
    nn = torch.nn
    layers = [layer for pair in pairwise(sizes) for layer in (nn.Linear(*pair), nn.ReLU())]
    model = _with_weights(torch, nn.Sequential(*layers[:-1]), data)
    if adam:
        optimizer = torch.optim.Adam(model.parameters(), lr=ADAM_RATE)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    return _training(torch, data, model, nn.CrossEntropyLoss(), optimizer)


def cnn(torch: Any, data: Data) -> tuple[Step, Read]:
    nn = torch.nn
    first, second = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
    layers = (first, nn.ReLU(), nn.MaxPool2d(2), second, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(784, 10))
    model = _with_weights(torch, nn.Sequential(*layers), data)
    return _training(torch, data, model, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=RATE))


def _with_weights(torch: Any, model: Any, data: Data) -> Any:
    """The model with the weights that all start from."""
    with torch.no_grad():
        for i, layer in enumerate(layer for layer in model if hasattr(layer, "weight")):
            layer.weight.copy_(torch.tensor(data[f"w{i}"]))
            layer.bias.copy_(torch.tensor(data[f"b{i}"]))
    return model


def _training(torch: Any, data: Data, model: Any, loss_fn: Any, optimizer: Any) -> tuple[Step, Read]:
    """The five lines of a training loop."""
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step, _reader(model.parameters())


def curvature(torch: Any, data: Data) -> tuple[Step, Read]:
    model = _small_model(torch, data)
    parameters = list(model.parameters())
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    direction = [torch.tensor(data[f"v_{kind}{i}"]) for i in range(3) for kind in "wb"]

    def step() -> Any:
        loss = torch.nn.functional.mse_loss(model(x), y)
        gradients = torch.autograd.grad(loss, parameters, create_graph=True)
        slope = sum((g * v).sum() for g, v in zip(gradients, direction))
        return slope, torch.autograd.grad(slope, parameters)

    return step, lambda found: [found[0].detach().numpy(), *(h.numpy() for h in found[1])]


def loader(torch: Any, data: Data) -> tuple[Step, Read]:
    pairs = torch.utils.data.TensorDataset(torch.tensor(data["x"]), torch.tensor(data["y"]))
    batches = torch.utils.data.DataLoader(pairs, batch_size=32, shuffle=True)

    def step() -> Any:
        seen = torch.zeros(16)
        for x, y in batches:
            seen += y.float() @ x
        return seen

    return step, lambda seen: [seen.numpy()]


def transformer(torch: Any, data: Data) -> tuple[Step, Read]:
    """Two blocks of causal attention and a small network, as they are written in a course, and a step of Adam."""
    functional = torch.nn.functional
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"]).reshape(-1)
    names = [name for name in data if name not in "xy"]
    weights = dict(zip(names, _leaves(torch, data, *names)))
    optimizer = torch.optim.Adam(weights.values(), lr=ADAM_RATE)
    texts, length = x.shape
    width = weights["places"].shape[1]
    hidden = torch.ones(length, length).tril() == 0

    def attention(h: Any, block: int) -> Any:
        parts = (h @ weights[f"qkv{block}"]).split(width, dim=-1)
        q, k, v = (part.view(texts, length, HEADS, -1).transpose(1, 2) for part in parts)
        scores = (q @ k.transpose(-2, -1) * (width / HEADS) ** -0.5).masked_fill(hidden, -torch.inf)
        mixed = torch.softmax(scores, dim=-1) @ v
        return mixed.transpose(1, 2).reshape(texts, length, width) @ weights[f"mix{block}"]

    def step() -> Any:
        optimizer.zero_grad()
        h = weights["signs"][x] + weights["places"]
        for block in range(2):
            h = h + attention(functional.layer_norm(h, (width,)), block)
            up = functional.relu(functional.layer_norm(h, (width,)) @ weights[f"up{block}"])
            h = h + up @ weights[f"down{block}"]
        logits = functional.layer_norm(h, (width,)) @ weights["head"]
        loss = functional.cross_entropy(logits.reshape(texts * length, -1), y)
        loss.backward()
        optimizer.step()
        return loss

    return step, _reader(weights.values())
