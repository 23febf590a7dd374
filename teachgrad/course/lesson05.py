"""The exercises of lesson 05, backward() from the inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

import teachgrad as tg
from teachgrad.course.exercises import Exercise, Question, Trial, Wrong
from teachgrad.tensor import Tensor

# --- 05-2: the slope in the middle -------------------------------------------------------------------------------


def _neurons() -> Iterable[Trial]:
    rng = np.random.default_rng(52)
    drawn = [(3.0, 2.0, 10.0), *((float(w), float(x), float(y)) for w, x, y in rng.normal(0, 3, (3, 3)).round(2))]
    return [(tg.tensor(w, requires_grad=True), tg.tensor(x), label) for w, x, label in drawn]


def _blame(w: Tensor, x: Tensor, label: float) -> float:
    """By nudging the prediction."""
    prediction, nudge = float(w.item() * x.item()), 1e-4
    return ((prediction + nudge - label) ** 2 - (prediction - nudge - label) ** 2) / (2 * nudge)


_FORWARD = "def blame(w, x, label):\n    prediction = w * x\n    loss = (prediction - label) ** 2\n"

# --- 05-3: a vector-Jacobian product -----------------------------------------------------------------------------


def pair_to_three(x: Tensor) -> Tensor:
    """From two numbers to three."""
    return tg.stack([x[0] * x[1], x[0] ** 2, x[1] + 1])


def row_to_row(x: Tensor) -> Tensor:
    """From a table with one column to one with three: broadcasting repeats the column."""
    return x * tg.tensor([[1.0, -2.0, 0.5]], dtype=tg.float64) + x**2


def _products() -> Iterable[Trial]:
    """Two shapes, one with a size of 1, random seeds; the first input twice, as a training loop would use it."""
    rng = np.random.default_rng(53)
    pair = tg.tensor([2.0, 3.0], dtype=tg.float64, requires_grad=True)
    column = tg.tensor(rng.normal(size=(4, 1)).round(2), requires_grad=True)
    return [
        (pair_to_three, pair, tg.tensor([0.5, -2.0, 3.0], dtype=tg.float64)),
        (pair_to_three, pair, tg.tensor([1.0, 4.0, -1.0], dtype=tg.float64)),
        (row_to_row, column, tg.tensor(rng.normal(size=(4, 3)).round(2))),
    ]


def _nudged(f: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> np.ndarray:
    """By nudging each entry of x, both ways."""
    slopes = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        ends = []
        for nudge in (1e-5, -1e-5):
            moved = x.array.copy()
            moved[place] += nudge
            ends.append(float((f(tg.tensor(moved)).array * v.array).sum()))
        slopes[place] = (ends[0] - ends[1]) / 2e-5
    return slopes


# --- 05-4: three cuts ---------------------------------------------------------------------------------------------


def _numbers() -> Iterable[Trial]:
    return [(2.0,), (-1.0,), (0.5,)]


def _along(number: float) -> float:
    """By nudging, 3 x² both ways."""
    return (3 * (number + 1e-4) ** 2 - 3 * (number - 1e-4) ** 2) / 2e-4


def _slope(lines: str) -> str:
    return f"def slope(number):\n{lines}    z.backward()\n    return x.grad\n"


EXERCISES = (
    Exercise(
        id="05-1",
        title="Where is None?",
        name="is_none",
        stub='is_none = {"x": ..., "w": ..., "prediction": ..., "loss": ..., "spare": ...}',
        solution='is_none = {"x": True, "w": False, "prediction": True, "loss": True, "spare": True}',
        expected=lambda: {"x": True, "w": False, "prediction": True, "loss": True, "spare": True},
        hints=(
            "Two questions for each: does it require grad? Is it a leaf, or was it computed?",
            "And a third: does a path lead to it from loss?",
        ),
        wrong={
            "x has one": Wrong('is_none = {"x": False}', "x does not require grad, so nothing is sent to it."),
            "w has none": Wrong('is_none = {"w": True}', "w is a leaf that requires grad: it keeps what arrives."),
            "prediction has one": Wrong(
                'is_none = {"prediction": False}',
                "prediction was computed. Its gradient passed through, and only leaves keep theirs.",
            ),
            "loss has one": Wrong(
                'is_none = {"loss": False}', "loss was computed, too: that the walk began there changes nothing."
            ),
            "spare has one": Wrong('is_none = {"spare": False}', "No path leads from loss to spare: nothing arrives."),
        },
    ),
    Exercise(
        id="05-2",
        title="Keep one",
        name="blame",
        stub=_FORWARD + "    loss.backward()\n    return ...\n",
        solution=(_FORWARD + "    prediction.retain_grad()\n    loss.backward()\n    return prediction.grad\n"),
        expected=_blame,
        trials=_neurons,
        hints=("A tensor can be told to keep its gradient. Before, not after.", "`prediction.retain_grad()`"),
        tolerance=1e-3,
        wrong={
            "not kept": Wrong(
                _FORWARD + "    loss.backward()\n    return prediction.grad\n",
                "The gradient passed through prediction and was not kept: only leaves keep theirs unasked.",
            ),
            "w's gradient": Wrong(
                "def blame(w, x, label):\n    ((w * x - label) ** 2).backward()\n    return w.grad\n",
                "That is w.grad, one node further on: it has been multiplied by x. Wanted is the slope at prediction.",
            ),
            "the error": Wrong(
                "def blame(w, x, label):\n    return w * x - label\n",
                "That is the error. The slope of its square is twice the error: `{expected}`.",
            ),
            "the loss": Wrong(
                "def blame(w, x, label):\n    return (w * x - label) ** 2\n",
                "That is the loss itself, not how it moves when prediction moves.",
            ),
            "uphill": Wrong(
                "def blame(w, x, label):\n    return 2 * (label - w * x)\n",
                "The sign is turned: that is the direction downhill. The slope is positive where more is worse.",
            ),
            "zeros": Wrong(
                "def blame(w, x, label):\n    return 0.0\n",
                "No gradient arrived. Did backward() run, and did you return what it left?",
            ),
        },
        points=2,
    ),
    Exercise(
        id="05-3",
        title="A vector-Jacobian product",
        name="vjp",
        stub="def vjp(f, x, v):\n    return ...\n",
        solution="def vjp(f, x, v):\n    x.grad = None\n    f(x).backward(v)\n    return x.grad\n",
        expected=_nudged,
        trials=_products,
        gradient=True,
        hints=(
            "A result with several entries wants to know how much each of them counts.",
            "`y.backward(v)`. And before it: is the gradient of an earlier call still in x.grad?",
            "`x.grad = None`, then `f(x).backward(v)`; x.grad holds the answer.",
        ),
        wrong={
            "zeros": Wrong(
                "def vjp(f, x, v):\n    return tg.zeros_like(x)\n",
                "All zeros: no gradient arrived. Did you call backward()?",
            ),
            "nothing": Wrong(
                "def vjp(f, x, v):\n    return f(x).backward(v)\n",
                "backward() returns nothing. It fills x.grad: return that.",
            ),
            "added up": Wrong(
                "def vjp(f, x, v):\n    f(x).backward(v)\n    return x.grad\n",
                "Right the first time; then the first call's gradient is still in it: `.grad` adds up.",
            ),
            "without v": Wrong(
                "def vjp(f, x, v):\n    x.grad = None\n    f(x).sum().backward()\n    return x.grad\n",
                "Your v takes no part: this is the answer for a v of ones.",
            ),
            "without v, added up": Wrong(
                "def vjp(f, x, v):\n    f(x).sum().backward()\n    return x.grad\n",
                "Your v takes no part: this is the answer for a v of ones. And `.grad` adds up from call to call.",
            ),
            "no seed": Wrong(
                "def vjp(f, x, v):\n    f(x).backward()\n    return x.grad\n",
                "Only a single number can do without a seed. Here the seed is v.",
            ),
            "the result": Wrong(
                "def vjp(f, x, v):\n    return f(x)\n", "That is f(x). Wanted is what v sends back to x."
            ),
        },
        points=3,
    ),
    Exercise(
        id="05-4",
        title="Three cuts",
        name="slope",
        stub=_slope("    x = tg.tensor(number)\n    with tg.no_grad():\n        y = x**2\n    z = 3 * y.detach()\n"),
        solution=_slope("    x = tg.tensor(number, requires_grad=True)\n    y = x**2\n    z = 3 * y\n"),
        expected=_along,
        trials=_numbers,
        tolerance=1e-3,
        hints=(
            "Follow the path from z back to x. Each line must be recorded.",
            "Three things keep a line from being recorded: no leaf that requires grad, `no_grad`, `detach`.",
        ),
        wrong={
            "a cut left": Wrong(
                _slope("    x = tg.tensor(number, requires_grad=True)\n    y = x**2\n    z = 3 * y.detach()\n"),
                "z has no path to a leaf that asks for a gradient: there is at least one cut left. Print z.grad_fn, "
                "then y.grad_fn, then x.requires_grad.",
            ),
            "a new leaf": Wrong(
                _slope(
                    "    x = tg.tensor(number, requires_grad=True)\n    y = x**2\n"
                    "    z = 3 * y.detach().requires_grad_()\n"
                ),
                "`requires_grad_()` on the way silences the error and mends nothing: it makes a new leaf, and the "
                "gradient ends there instead of at x.",
            ),
            "zeros": Wrong(
                "def slope(number):\n    return 0.0\n", "Zero is an answer without an error, but z does move with x."
            ),
            "without the 3": Wrong(
                _slope("    x = tg.tensor(number, requires_grad=True)\n    z = x**2\n"),
                "That is the slope of x². The 3 belongs to z.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="05-5",
        title="Twice",
        name="reason",
        stub="reason = ...",
        solution='reason = "b"',
        expected=lambda: "b",
        hints=("Look at the last line that the cell prints: with which argument does it work?",),
        wrong={
            "full": Wrong(
                'reason = "a"',
                "A filled .grad is no obstacle: what arrives is added to it. Look at the last line printed.",
            ),
            "no graph": Wrong('reason = "c"', "The nodes are still there: y.grad_fn says so. What did they lose?"),
            "slopes change": Wrong(
                'reason = "d"', "The slope at x = 2 is 4 however often you ask. It is a matter of book-keeping."
            ),
        },
    ),
)

QUIZ = (
    Question(
        "What does a node send to each of its inputs?",
        (
            "its local derivative",
            "what it received × its local derivative",
            "what it received, shared out evenly",
        ),
        1,
        "Upstream gradient × local derivative; that is all that multiplying along a path means.",
    ),
    Question(
        "When are gradients added?",
        (
            "where several edges lead to one node, and in .grad from call to call",
            "only in an optimizer",
            "never: the last one counts",
        ),
        0,
        "Add across paths; and `.grad` is a sum until somebody clears it.",
    ),
    Question(
        "Why is newest first a safe order?",
        (
            "it is the shortest way",
            "the leaves come first",
            "whoever sends to a node was computed after it",
        ),
        2,
        "So everything has arrived at a node when its turn comes.",
    ),
    Question(
        "After backward(), `.grad` of a tensor is None. Which of these is no reason?",
        ("its slope is 0", "it is not a leaf", "it does not require grad", "no path leads to it"),
        0,
        "A path of slope 0 brings 0. None says that nothing came.",
    ),
    Question(
        "When do you have to give backward() a seed?",
        ("always", "when the result is not a single number", "when a leaf is used twice"),
        1,
        "It says how much each entry of the result counts; a single number counts 1.",
    ),
)
