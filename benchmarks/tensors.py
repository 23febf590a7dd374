"""The workloads as PyTorch programs. teachgrad and PyTorch run this same text; `torch` is one of them.

Each function returns a step to be timed, and how to read a step's result: the loss, then the gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.workloads import CHAIN, RATE, Data

Step = Callable[[], Any]
Read = Callable[[Any], list[float]]


def _reader(leaves: Iterable[Any]) -> Read:
    parameters = list(leaves)
    return lambda loss: [loss.item(), *(number for p in parameters for number in p.grad.reshape(-1).tolist())]


def neuron(torch: Any, data: Data) -> tuple[Step, Read]:
    x1, x2 = (torch.tensor(float(x)) for x in data["inputs"])
    w1, w2 = (torch.tensor(float(w), requires_grad=True) for w in data["weights"])
    b = torch.tensor(float(data["bias"]), requires_grad=True)

    def step() -> Any:
        w1.grad = w2.grad = b.grad = None
        out = (x1 * w1 + x2 * w2 + b).tanh()
        out.backward()
        return out

    return step, _reader([w1, w2, b])


def regression(torch: Any, data: Data) -> tuple[Step, Read]:
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    w, b = (torch.tensor(float(data[name]), requires_grad=True) for name in "wb")

    def step() -> Any:
        w.grad = b.grad = None
        loss = ((x * w + b - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w.sub_(RATE * w.grad)
            b.sub_(RATE * b.grad)
        return loss

    return step, _reader([w, b])


def chain(torch: Any, data: Data) -> tuple[Step, Read]:
    x = torch.tensor(data["x"], requires_grad=True)

    def step() -> Any:
        x.grad = None
        y = x
        for _ in range(CHAIN):
            y = torch.sin(y * 1.01)
        loss = y.sum()
        loss.backward()
        return loss

    return step, _reader([x])


def small_mlp(torch: Any, data: Data) -> tuple[Step, Read]:
    nn = torch.nn
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    return _training(torch, data, model, nn.MSELoss())


def mlp(torch: Any, data: Data) -> tuple[Step, Read]:
    nn = torch.nn
    return _training(
        torch, data, nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)), nn.CrossEntropyLoss()
    )


def _training(torch: Any, data: Data, model: Any, loss_fn: Any) -> tuple[Step, Read]:
    """The five lines of a training loop."""
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    with torch.no_grad():
        for i, layer in enumerate(layer for layer in model if isinstance(layer, torch.nn.Linear)):
            layer.weight.copy_(torch.tensor(data[f"w{i}"]))
            layer.bias.copy_(torch.tensor(data[f"b{i}"]))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step, _reader(model.parameters())
