"""The exercises of lesson 08, Book-keeping."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import nn
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.graph import Node
from teachgrad.tensor import Tensor
from teachgrad.watching import Watcher, watching

Array = np.ndarray[Any, Any]

# --- 08-1: who cut the graph? ------------------------------------------------------------------------------------

_CULPRITS = {"A": "detach", "B": "nobody", "C": "nobody", "D": "item", "E": ">", "F": "no_grad"}

# --- 08-2: keep the best -----------------------------------------------------------------------------------------


def _restless() -> Iterable[Trial]:
    """Losses that jump about, as with batches: each call has another target, and the lowest is in the middle."""
    for size, steps in ((3, 7), (1, 5)):
        rng = np.random.default_rng(82)
        targets = iter(rng.normal(0, 3, (steps, size)).round(1))

        def loss_of(w: Tensor, targets: Iterator[Array] = targets) -> Tensor:
            return ((w - tg.tensor(next(targets))) ** 2).sum()

        yield tg.zeros(size, dtype=tg.float64, requires_grad=True), loss_of, 0.2, steps


def _kept(keep_best: Callable[..., Any], w: Tensor, loss_of: Callable[..., Any], lr: float, steps: int) -> Any:
    best = keep_best(w, loss_of, lr, steps)
    if best is w:
        return Finding("itself", "what came back is w itself.")
    if isinstance(best, Tensor) and best.requires_grad:
        return Finding("history", "the tensor that came back requires grad: it is still joined to w.")
    return best


def _best(w: Tensor, _: Callable[..., Any], lr: float, steps: int) -> Array:
    """All places first, by the slope of a square; then the one with the lowest loss."""
    targets = np.random.default_rng(82).normal(0, 3, (steps, w.array.size)).round(1)
    places = [np.zeros(w.array.size)]
    for target in targets:
        places.append(places[-1] - lr * 2 * (places[-1] - target))
    return places[int(np.argmin([((place - target) ** 2).sum() for place, target in zip(places, targets)]))]


def _keep(
    copy: str,
    first: str = "None",
    late: bool = False,
    test: str = "if loss.item() < lowest:",
) -> str:
    kept = f"        {test}\n            best, lowest = {copy}, loss.item()\n"
    step = "        loss.backward()\n        with tg.no_grad():\n            w -= lr * w.grad\n        w.grad = None\n"
    return (
        f'def keep_best(w, loss_of, lr, steps):\n    best, lowest = {first}, float("inf")\n'
        "    for _ in range(steps):\n        loss = loss_of(w)\n"
        f"{step + kept if late else kept + step}    return best\n"
    )


# --- 08-3: one batch in pieces -----------------------------------------------------------------------------------


class _Narrow(nn.Linear):
    """A layer that notes how many rows it was given at once."""

    most = 0

    def forward(self, x: Tensor) -> Tensor:
        self.most = max(self.most, len(x))
        out: Tensor = super().forward(x)
        return out

    def _get_name(self) -> str:
        return "Linear"  # so a learner reads it


def _batches() -> Iterable[Trial]:
    """Equal pieces, uneven ones, and a single feature."""
    for rows, features, outputs, pieces in ((12, 3, 2, 4), (10, 3, 2, 3), (7, 1, 1, 2)):
        rng = np.random.default_rng(183)
        model = _Narrow(features, outputs, dtype=tg.float64)
        for parameter in model.parameters():
            parameter.array[...] = rng.normal(size=parameter.shape).round(1)
        x, y = (tg.tensor(rng.normal(size=(rows, columns)).round(1)) for columns in (features, outputs))
        yield model, nn.MSELoss(), x, y, pieces


def _left_in_grad(answer: Callable[..., Any], model: _Narrow, loss_fn: nn.Module, x: Tensor, y: Tensor, n: int) -> Any:
    """The gradients of weight and bias, in one row."""
    answer(model, loss_fn, x, y, n)
    room = math.ceil(len(x) / n)
    if model.most > room:
        kind = "whole" if model.most == len(x) else "large"
        return Finding(kind, f"the model was given {model.most} rows at once; there is room for {room}.")
    grads = [parameter.grad for parameter in model.parameters()]
    if None in grads:
        return Finding("none", ".grad is still None.")
    return np.concatenate([grad.array.ravel() for grad in grads if grad is not None])


def _whole(model: _Narrow, _: nn.Module, x: Tensor, y: Tensor, __: int) -> Array:
    """By the slope of a squared error, over the whole batch."""
    weight, bias = (parameter.array for parameter in model.parameters())
    error = x.array @ weight.T + bias - y.array
    return np.concatenate([(2 * error.T @ x.array / error.size).ravel(), 2 * error.sum(0) / error.size])


def _pieces(lines: str, after: str = "") -> str:
    return (
        "def grads_in_pieces(model, loss_fn, x, y, pieces):\n"
        f"    for xs, ys in zip(x.chunk(pieces), y.chunk(pieces)):\n{lines}{after}"
    )


# --- 08-4: a loop that leaks -------------------------------------------------------------------------------------


class _Census(Watcher):
    """Counts the nodes that are alive."""

    def __init__(self) -> None:
        self.nodes: list[weakref.ref[Node]] = []

    def recorded(self, node: Node, tensor: Tensor) -> None:
        self.nodes.append(weakref.ref(node))

    def alive(self) -> int:
        return sum(node() is not None for node in self.nodes)


class _Rounds(list[Any]):
    """Batches that note, before each is handed out, how many nodes are alive."""

    def __init__(self, batches: Iterable[Any], census: _Census) -> None:
        super().__init__(batches)
        self.census, self.alive = census, [0]

    def __iter__(self) -> Iterator[Any]:
        for batch in super().__iter__():
            self.alive.append(self.census.alive())
            yield batch


def _twenty() -> Iterable[Trial]:
    rng = np.random.default_rng(84)
    batches = [(tg.tensor(rng.normal(size=4).round(1)), tg.tensor(rng.normal(size=4).round(1))) for _ in range(20)]
    yield tg.tensor(2.0, dtype=tg.float64, requires_grad=True), batches, 0.1


def _watched(train: Callable[..., Any], w: Tensor, batches: list[Any], lr: float) -> Any:
    """The mean loss; or that old graphs were held."""
    census = _Census()
    rounds = _Rounds(batches, census)
    with watching(census):
        mean = train(w, rounds, lr)
    if max(rounds.alive) > 20:  # a round needs five or six
        when = "during the loop" if census.alive() == 0 or not isinstance(mean, Tensor) else "even after the loop"
        return Finding(when, f"{max(rounds.alive)} nodes of finished rounds were held {when}.")
    return None if mean is None else float(mean)


def _trained(w: Tensor, batches: list[Any], lr: float) -> float:
    """By the slope of a squared error."""
    at, losses = float(w.item()), []
    for x, y in batches:
        error = at * x.array - y.array
        losses.append(float((error**2).mean()))
        at -= lr * float((2 * error * x.array).mean())
    return sum(losses) / len(losses)


def _train(kept: str, end: str, loss: str = "((w * x - y) ** 2).mean()") -> str:
    return (
        f"def train(w, batches, lr):\n    total = 0.0\n    for x, y in batches:\n        loss = {loss}\n"
        "        loss.backward()\n        with tg.no_grad():\n            w -= lr * w.grad\n        w.grad = None\n"
        f"        {kept}\n    return {end}\n"
    )


# --- 08-5: written over ------------------------------------------------------------------------------------------


def _tables() -> Iterable[Trial]:
    rng = np.random.default_rng(85)
    for rows, features in ((4, 2), (1, 3)):
        w, x, y = (tg.tensor(rng.normal(0, 0.7, shape).round(1)) for shape in (features, (rows, features), rows))
        yield w.requires_grad_(), x, y


def _nudged(w: Tensor, x: Tensor, y: Tensor) -> Array:
    """By nudging each weight, both ways."""

    def loss(moved: Array) -> float:
        return float(((np.exp(x.array @ moved) + 1 - y.array) ** 2).mean())

    nudges = 1e-5 * np.eye(w.array.size)
    return np.array([(loss(w.array + nudge) - loss(w.array - nudge)) / 2e-5 for nudge in nudges])


def _slopes(middle: str) -> str:
    return (
        f"def slopes(w, x, y):\n    h = tg.exp(x @ w)\n{middle}"
        "    loss = ((h - y) ** 2).mean()\n    loss.backward()\n    return w.grad\n"
    )


EXERCISES = (
    Exercise(
        id="08-1",
        title="Who cut the graph?",
        name="culprit",
        stub='culprit = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ..., "F": ...}',
        solution=f"culprit = {_CULPRITS}",
        expected=lambda: _CULPRITS,
        hints=(
            "Follow the path from what is returned back to w. Is each step on it recorded?",
            "A suspect may stand beside the path. Two of the six are whole.",
        ),
        wrong={
            "A is whole": Wrong(
                'culprit = {"A": "nobody"}',
                "A runs without an error, because `requires_grad_()` makes a new leaf of what detach() cut off. The "
                "gradient ends there, and w hears nothing.",
            ),
            "B by no_grad": Wrong(
                'culprit = {"B": "no_grad"}',
                "In B, no_grad() covers the size only. w / size is recorded; it takes the size for a constant.",
            ),
            "C by detach": Wrong(
                'culprit = {"C": "detach"}',
                "In C, detach() hands a new tensor to the diary. y itself keeps its history, and y is returned.",
            ),
            "D is whole": Wrong(
                'culprit = {"D": "nobody"}',
                "In D, item() gives a Python number, which records nothing. A tensor made of it has no past.",
            ),
            "E is whole": Wrong(
                'culprit = {"E": "nobody"}',
                "In E, a comparison gives True or False: it jumps and has no slope, so nothing is recorded. float() "
                "comes too late.",
            ),
            "F is whole": Wrong(
                'culprit = {"F": "nobody"}',
                "In F, the square is outside of no_grad(), but what it squares has no history.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="08-2",
        title="Keep the best",
        name="keep_best",
        stub=_keep("w.detach()", first="w.detach()"),
        solution=_keep("w.detach().clone()"),
        expected=_best,
        trials=_restless,
        run=_kept,
        modifies=("w",),
        hints=(
            "How many arrays are there, and how many names for them?",
            "`w -= ...` writes into w's memory. Who else looks at that memory?",
            "`w.detach().clone()`: cut first, then copy.",
        ),
        wrong={
            "shared": Wrong(
                _keep("w.data"),
                "That is where w stood at the end. detach(), .data and numpy() are other views of w's own memory, and "
                "`w -= ...` went on writing into it.",
            ),
            "history": Wrong(
                _keep("w.clone()"),
                "The numbers are right, but they require grad: clone() is recorded like any operation. Cut, then copy.",
            ),
            "itself": Wrong(
                _keep("w"), "`best = w` copies nothing: it is a second name for the same tensor, which went on walking."
            ),
            "one step late": Wrong(
                _keep("w.detach().clone()", late=True),
                "One step late: the loss was measured before `w -= ...`. Keep the w that it was measured at.",
            ),
            "the first": Wrong(
                _keep("w.detach().clone()", test="if lowest == float('inf'):"),
                "That is the start. Each time the loss is lower than ever, both are to be kept anew.",
            ),
            "the worst": Wrong(
                _keep("w.detach().clone()", test="if lowest == float('inf') or loss.item() > lowest:"),
                "That is where the loss was highest: turn the comparison.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="08-3",
        title="One batch in pieces",
        name="grads_in_pieces",
        stub=(
            "def grads_in_pieces(model, loss_fn, x, y, pieces):\n"
            "    # loss_fn averages over its batch. Return nothing; fill .grad.\n    ...\n"
        ),
        solution=_pieces("        (loss_fn(model(xs), ys) * len(xs) / len(x)).backward()\n"),
        expected=_whole,
        trials=_batches,
        run=_left_in_grad,
        shows=" leaves in .grad of weight and bias",
        gradient=True,
        tolerance=1e-12,
        hints=(
            "`x.chunk(pieces)` cuts a batch. What .grad does by itself from call to call is of use here.",
            "What do an average over 4 rows and an average over 2 give, added up?",
            "Weigh each piece by its share of the rows: `loss * len(xs) / len(x)`.",
        ),
        wrong={
            "zeros": Wrong(
                _pieces("        loss_fn(model(xs), ys).backward()\n", "    model.zero_grad(set_to_none=False)\n"),
                "All zeros: the gradients were cleared after the last piece, before anyone could use them.",
            ),
            "no backward": Wrong(
                _pieces("        loss = loss_fn(model(xs), ys)\n"),
                "A loss is no gradient: backward() was never called.",
            ),
            "sum of means": Wrong(
                _pieces("        loss_fn(model(xs), ys).backward()\n"),
                "Each piece's loss is an average already, and you added the averages: so many times too large as there "
                "are pieces.",
            ),
            "never divided": Wrong(
                _pieces("        (loss_fn(model(xs), ys) * len(xs)).backward()\n"),
                "Weighed by rows, which is right, and never divided by the rows of the whole batch.",
            ),
            "mean of means": Wrong(
                _pieces("        (loss_fn(model(xs), ys) / pieces).backward()\n"),
                "Right for equal pieces. If one is smaller, each of its rows counts for more than a row elsewhere: off "
                "by {difference}.",
            ),
            "rows left over": Wrong(
                "def grads_in_pieces(model, loss_fn, x, y, pieces):\n    n = len(x) // pieces\n"
                "    for i in range(0, n * pieces, n):\n"
                "        (loss_fn(model(x[i : i + n]), y[i : i + n]) / pieces).backward()\n",
                "Where the pieces do not come out even, some rows at the end took no part.",
            ),
            "cleared in between": Wrong(
                _pieces("        model.zero_grad()\n        (loss_fn(model(xs), ys) * len(xs) / len(x)).backward()\n"),
                "Cleared inside of the loop: only the last piece is left.",
            ),
            "all at once": Wrong(
                "def grads_in_pieces(model, loss_fn, x, y, pieces):\n    loss_fn(model(x), y).backward()\n",
                "From the whole batch at once. It is to fit into less memory: in pieces.",
            ),
            "pieces of": Wrong(
                _pieces("        (loss_fn(model(xs), ys) * len(xs) / len(x)).backward()\n").replace("chunk", "split"),
                "`x.split(4)` makes pieces of 4 rows. `x.chunk(4)` makes 4 pieces.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="08-4",
        title="A loop that leaks",
        name="train",
        stub=_train("total = total + loss", "total / len(batches)"),
        solution=_train("total = total + loss.item()", "total / len(batches)"),
        expected=_trained,
        trials=_twenty,
        run=_watched,
        modifies=("w",),
        tolerance=1e-9,
        hints=(
            "Which name still holds a tensor of the first round when the last one runs?",
            "A sum of numbers has no graph: `loss.item()`.",
        ),
        wrong={
            "at the end": Wrong(
                _train("total = total + loss", "total.item() / len(batches)"),
                "item() at the very end lets everything go, at the very end. Until then each round adds its graph: "
                "long trainings die of it.",
            ),
            "still a tensor": Wrong(
                _train("total += loss", "total / len(batches)"),
                "`total += loss` is recorded as `total = total + loss` is: the sum remembers every loss.",
            ),
            "cut too early": Wrong(
                _train("total = total + loss", "total / len(batches)", loss="((w * x - y) ** 2).mean().detach()"),
                "Cut after backward() has run, not before: without its history the loss has no gradient.",
            ),
            "the last": Wrong(
                _train("total = loss.item()", "total"), "That is the last batch's loss. Wanted is the mean of all."
            ),
            "the sum": Wrong(
                _train("total = total + loss.item()", "total"), "That is the sum: divide by the number of batches."
            ),
        },
        points=2,
    ),
    Exercise(
        id="08-5",
        title="Written over",
        name="slopes",
        stub=_slopes("    h += 1\n"),
        solution=_slopes("    h = h + 1\n"),
        expected=_nudged,
        trials=_tables,
        gradient=True,
        hints=(
            "The error names an operation, and two versions of what it made.",
            "exp has kept its result, for its slope: leave that memory alone. Which way to add 1 makes a new tensor?",
        ),
        wrong={
            "zeros": Wrong(
                "def slopes(w, x, y):\n    return tg.zeros_like(w)\n",
                "All zeros, and no error: but the loss does move with w.",
            ),
            "behind its back": Wrong(
                _slopes("    h.data += 1\n"),
                "The worst way: .data has a counter of its own, so nobody notices, and the slope of exp is computed "
                "from a result that is 1 too large. No error, and wrong numbers.",
            ),
            "under no_grad": Wrong(
                _slopes("    with tg.no_grad():\n        h += 1\n"),
                "The memory that exp has kept is still written over: no_grad() keeps a change from the record, not "
                "from the memory.",
            ),
            "cut": Wrong(
                _slopes("    h = h.detach() + 1\n"),
                "One error is gone, with the history: no path leads to w any more.",
            ),
            "without the 1": Wrong(_slopes(""), "It was the 1 that made the error, and it belongs to the function."),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "x.grad holds 3. backward() brings 5. Now x.grad is ...",
        ("5", "8", "3, until it is cleared"),
        1,
        "What arrives is added.",
    ),
    Question(
        "Why is .grad cleared before the next batch?",
        ("or else the loss explodes", "or else backward() fails", "or else the step follows old batches as well"),
        2,
        "It need not explode, and nothing fails: the direction is another.",
    ),
    Question(
        "b = a.detach(). What do a and b share?",
        ("numbers and version counter, not the history", "the history, not the numbers", "nothing: b is a copy"),
        0,
        "So a change of b is a change of a, and backward() notices.",
    ),
    Question(
        "Under no_grad(), y = w * 2. What requires grad?",
        ("w and y", "w alone", "neither"),
        1,
        "w is what it was; the product is not recorded.",
    ),
    Question(
        "`losses.append(loss)` in a long training: what does it cost?",
        ("nothing: a loss is one number", "a slower backward()", "the memory of all graphs"),
        2,
        "Each loss holds its graph. `loss.item()` holds a number.",
    ),
)
