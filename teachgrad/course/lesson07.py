"""The exercises of lesson 07, Tensors: shapes, broadcasting, matmul."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.tensor import Tensor

Array = np.ndarray[Any, Any]


def _drawn(rng: np.random.Generator, *shape: int) -> Tensor:
    return tg.tensor(rng.normal(size=shape).round(2))


def nudged(f: Callable[[Array], Any], at: Array) -> Array:
    """The slopes of a number f along each entry of an array, by nudging it both ways."""
    slopes = np.zeros(at.shape)
    for place in np.ndindex(*at.shape):
        ends = []
        for nudge in (1e-5, -1e-5):
            moved = at.copy()
            moved[place] += nudge
            ends.append(float(f(moved)))
        slopes[place] = (ends[0] - ends[1]) / 2e-5
    return slopes


# --- 07-1: eight Jacobians ---------------------------------------------------------------------------------------

_X = tg.tensor([1.0, 2.0, 3.0, 4.0])
_W = tg.tensor([[2.0, 0.0, -1.0, 3.0], [1.0, 1.0, 0.0, -2.0], [0.0, 5.0, 4.0, 1.0]])
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "x ** 2": lambda x: x**2,
    "x.sum()": lambda x: x.sum(),
    "x.flip(0)": lambda x: x.flip(0),
    "x.cumsum(0)": lambda x: x.cumsum(0),
    "x.expand(2, 4)": lambda x: x.expand(2, 4),
    "x[[0, 0, 3]]": lambda x: x[[0, 0, 3]],
    "x - x.mean()": lambda x: x - x.mean(),
    "W @ x": lambda x: _W @ x,
}
MATCHES = {"A": 4, "B": 7, "C": 5, "D": 6, "E": 1, "F": 8, "G": 2, "H": 3}


def eight_jacobians() -> dict[str, Array]:
    """The tables to be matched: a row for each entry of the result, a column for each entry of x."""
    functions = list(FUNCTIONS.values())
    found: dict[str, Any] = {
        letter: tg.autograd.functional.jacobian(functions[number - 1], _X) for letter, number in MATCHES.items()
    }
    return {letter: slopes.array.reshape(-1, _X.numel()) for letter, slopes in found.items()}


# --- 07-2: undo broadcasting -------------------------------------------------------------------------------------


def _stretched() -> Iterable[Trial]:
    rng = np.random.default_rng(72)
    for wide, shape in (
        ((4, 3), (3,)),
        ((4, 3), (4, 1)),
        ((2, 4, 3), (4, 1)),
        ((5, 2), ()),
        ((1, 3), (1, 3)),
    ):
        yield _drawn(rng, *wide), shape


def _collected(g: Tensor, shape: tuple[int, ...]) -> Array:
    """Entry by entry: each goes to where it had been copied from."""
    total = np.zeros(shape)
    for place in np.ndindex(*g.shape):
        own = place[len(place) - len(shape) :]
        total[tuple(0 if size == 1 else at for at, size in zip(own, shape, strict=True))] += g.array[place]
    return total


_FRONT = "    while g.ndim > len(shape):\n        g = g.sum(0)\n"
_ONES = "    for axis, size in enumerate(shape):\n        if size == 1:\n            g = g.sum(axis, keepdim=True)\n"


def _unbroadcast(lines: str, end: str = "    return g\n") -> str:
    return "def unbroadcast(g, shape):\n" + lines + end


# --- 07-3: one layer, backwards ----------------------------------------------------------------------------------


def _layers() -> Iterable[Trial]:
    """The first with everything square: there, shapes fit that do not fit later."""
    rng = np.random.default_rng(73)
    for batch, features, outputs in ((3, 3, 3), (5, 3, 2), (1, 4, 3)):
        yield _drawn(rng, batch, outputs), _drawn(rng, batch, features), _drawn(rng, features, outputs)


def _three(answer: Callable[..., Any], g: Tensor, x: Tensor, w: Tensor) -> Any:
    """What is to be said of three gradients: first of their shapes, then of their numbers."""
    given = answer(g, x, w)
    if given is ... or (isinstance(given, tuple | list) and any(part is ... for part in given)):
        return ...
    if not isinstance(given, tuple | list) or len(given) != 3 or not all(hasattr(part, "shape") for part in given):
        return Finding("no three", "return three gradients: x_grad, w_grad, b_grad.")
    yours = [part.array if isinstance(part, Tensor) else np.asarray(part) for part in given]
    known = str([(part.shape, (part + 0.0).round(6).tolist()) for part in yours])
    for name, part, true in zip("xwb", yours, _through_a_layer(g.array, x.array, w.array), strict=True):
        if part.shape != true.shape:
            return Finding(known, f"{name}_grad has shape {part.shape}; {name} has {true.shape}.")
        if not np.allclose(part, true, atol=1e-4):
            off = np.abs(part - true).max()
            return Finding(known, f"{name}_grad has the right shape; its largest difference is {off:.4g}.")
    return Finding("fine")


def _through_a_layer(g: Array, x: Array, w: Array) -> list[Array]:
    """By nudging x, w and b."""
    b = np.zeros(w.shape[1])
    return [
        nudged(lambda moved: (g * (moved @ w + b)).sum(), x),
        nudged(lambda moved: (g * (x @ moved + b)).sum(), w),
        nudged(lambda moved: (g * (x @ w + moved)).sum(), b),
    ]


def _layer(x_grad: str = "g @ w.T", w_grad: str = "x.T @ g", b_grad: str = "g.sum(0)") -> str:
    return f"def layer_backward(g, x, w):\n    return {x_grad}, {w_grad}, {b_grad}\n"


# --- 07-4: softmax with cross-entropy ----------------------------------------------------------------------------


def _scores() -> Iterable[Trial]:
    """The first with as many examples as classes."""
    rng = np.random.default_rng(74)
    for g, batch, classes in ((1.7, 3, 3), (-0.6, 4, 3), (2.5, 1, 5)):
        yield g, _drawn(rng, batch, classes), tg.tensor(rng.integers(0, classes, batch))


def _surprise(g: float, logits: Tensor, labels: Tensor) -> Array:
    """By nudging each score of a mean cross-entropy."""
    rows = np.arange(len(labels))

    def loss(scores: Array) -> float:
        return g * float((np.log(np.exp(scores).sum(1)) - scores[rows, labels.array]).mean())

    return nudged(loss, logits.array)


def _entropy(result: str, axis: int = 1) -> str:
    return (
        f"def cross_entropy_backward(g, logits, labels):\n    p = logits.softmax({axis})\n"
        f"    truth = nn.functional.one_hot(labels, logits.shape[1])\n    return {result}\n"
    )


# --- 07-5: rows of a table ---------------------------------------------------------------------------------------


def _lookups() -> Iterable[Trial]:
    rng = np.random.default_rng(75)
    for index, rows, width in (([2, 0, 3], 4, 3), ([2, 0, 2, 2], 5, 3), ([1, 1], 2, 1)):
        yield _drawn(rng, len(index), width), tg.tensor(index), rows


def _returned(g: Tensor, index: Tensor, rows: int) -> Array:
    """By nudging the table that was read."""
    return nudged(lambda table: (g.array * table[index.array]).sum(), np.zeros((rows, g.shape[1])))


def _lookup(lines: str, end: str = "    return table_grad\n") -> str:
    return (
        "def lookup_backward(g, index, rows):\n    table_grad = tg.zeros(rows, g.shape[1], dtype=g.dtype)\n"
        f"{lines}{end}"
    )


EXERCISES = (
    Exercise(
        id="07-1",
        title="Eight Jacobians",
        name="matches",
        stub='matches = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ..., "F": ..., "G": ..., "H": ...}',
        solution=f"matches = {MATCHES}".replace("'", '"'),
        expected=lambda: MATCHES,
        hints=(
            "Begin with the number of rows: how many entries has the result? It is 1, 3, 4 or 8.",
            "Then take one row: on which entries of x does that one output depend, and how strongly?",
            "`viz.jacobian(lambda x: x.cumsum(0), x)` shows one of them.",
        ),
        wrong={
            "A is a mean": Wrong('matches = {"A": 7}', "With a mean in it, every output depends on every input. In A?"),
            "B is W": Wrong('matches = {"B": 8}', "W has three rows, and so has its Jacobian. B has four."),
            "C is a lookup": Wrong(
                'matches = {"C": 6}',
                "x[[0, 0, 3]] takes the first entry twice, the last once, the others never. In C every column has two.",
            ),
            "D is W": Wrong('matches = {"D": 8}', "D only picks entries: each row is a single 1."),
            "E is flipped": Wrong('matches = {"E": 3}', "In E each output depends on its own input: the diagonal."),
            "F is a lookup": Wrong('matches = {"F": 6}', "F weighs entries and adds them; a lookup only picks."),
            "G is W": Wrong('matches = {"G": 8}', "G has a single row: the result is one number."),
            "H is a square": Wrong(
                'matches = {"H": 1}', "x ** 2 has slope 2x, and each output looks at its own input. H looks across."
            ),
        },
        points=2,
    ),
    Exercise(
        id="07-2",
        title="Undo broadcasting",
        name="unbroadcast",
        stub="def unbroadcast(g, shape):\n    return ...\n",
        solution=_unbroadcast(_FRONT + _ONES),
        expected=_collected,
        trials=_stretched,
        gradient=True,
        hints=(
            "Two things can happen to a shape: axes are put in front, and sizes of 1 are stretched.",
            "First `g.sum(0)` while g has more axes than shape.",
            "Then, for each axis where shape has a 1: `g.sum(axis, keepdim=True)`.",
        ),
        wrong={
            "zeros": Wrong(
                _unbroadcast("", "    return tg.zeros(shape)\n"),
                "All zeros: every copy sent something back, and nothing was added up.",
            ),
            "as it came": Wrong(
                _unbroadcast(""),
                "That is the gradient of the copies. The original has fewer entries; each gets the sum of its copies.",
            ),
            "only in front": Wrong(
                _unbroadcast(_FRONT),
                "Axes that were put in front are summed. A size of 1 that was stretched is a sum, too.",
            ),
            "an axis lost": Wrong(
                _unbroadcast(_FRONT + _ONES.replace(", keepdim=True", "")),
                "A sum takes its axis away. The original still has it, with size 1: `keepdim=True`.",
            ),
            "mean": Wrong(
                _unbroadcast((_FRONT + _ONES).replace("sum", "mean")),
                "The mean: too small by the number of copies. Nudge the original, and all copies move: they add up.",
            ),
            "the first copy": Wrong(
                _unbroadcast(
                    (_FRONT + _ONES)
                    .replace("sum(0)", "select(0, 0)")
                    .replace("sum(axis, keepdim=True)", "narrow(axis, 0, 1)")
                ),
                "Only the first copy's gradient was kept. All copies had a part in the result.",
            ),
            "reshaped": Wrong(
                _unbroadcast("", "    return g.reshape(shape)\n"),
                "reshape keeps all entries and only counts them in another way. Here there must be fewer: add.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="07-3",
        title="A layer, backwards",
        name="layer_backward",
        stub="def layer_backward(g, x, w):\n    return ..., ..., ...\n",
        solution=_layer(),
        expected=lambda *_: Finding("fine"),
        trials=_layers,
        run=_three,
        hints=(
            "Write the three shapes down, with letters: x (n, i), w (i, o), g (n, o).",
            "Which product of g and w has shape (n, i)? Which one of x and g has (i, o)?",
            "b was broadcast over n rows: `g.sum(0)`.",
        ),
        wrong={
            "not transposed": Wrong(
                _layer("g @ w", "x @ g"),
                "Nothing is transposed: the shapes fit only while batch = features = outputs, and even then the "
                "numbers do not. w[i, o] met x[n, i] and sent to y[n, o]: the sum runs over n.",
            ),
            "w transposed": Wrong(
                _layer(w_grad="g.T @ x"),
                "g.T @ x is the gradient of w.T: nn.Linear keeps its weight that way. Here w is (features, outputs).",
            ),
            "x through w": Wrong(
                _layer("g @ w"),
                "x_grad needs w.T: g leads back from outputs to features. g @ w fits only when they are equally many.",
            ),
            "b not summed": Wrong(
                _layer(b_grad="g"), "b was broadcast over the batch: its gradient is the sum over the rows of g."
            ),
            "b over the outputs": Wrong(
                _layer(b_grad="g.sum(1)"),
                "Summed over the wrong axis: that gives a number for each example. It fits only when batch = outputs.",
            ),
            "mean over the batch": Wrong(
                _layer(w_grad="x.T @ g / len(x)", b_grad="g.mean(0)"),
                "A layer only adds up. If the loss takes a mean, the division is in g already.",
            ),
            "another order": Wrong(
                _layer("x.T @ g", "g @ w.T"), "Two of them are exchanged: x_grad comes first, then w_grad, then b_grad."
            ),
            "zeros": Wrong(
                _layer("tg.zeros_like(x)", "tg.zeros_like(w)", "tg.zeros_like(w[0])"),
                "All zeros have the right shapes. Where is g in them?",
            ),
        },
        points=3,
    ),
    Exercise(
        id="07-4",
        title="Softmax and cross-entropy",
        name="cross_entropy_backward",
        stub="def cross_entropy_backward(g, logits, labels):\n    return ...\n",
        solution=_entropy("g * (p - truth) / len(labels)"),
        expected=_surprise,
        trials=_scores,
        gradient=True,
        hints=(
            "Compare, row by row, what the cell above printed: p and the gradient. Where do they differ, by how much?",
            "`nn.functional.one_hot(labels, logits.shape[1])` is 1 at the label and 0 elsewhere.",
            "The loss is a mean over the batch, and g multiplies it.",
        ),
        wrong={
            "zeros": Wrong(
                _entropy("tg.zeros_like(logits)"),
                "All zeros: that is softmax's answer to an upstream gradient of ones. Cross-entropy sends another one.",
            ),
            "not averaged": Wrong(
                _entropy("g * (p - truth)"), "The loss is a mean over the batch: divide by the number of examples."
            ),
            "averaged over the classes": Wrong(
                _entropy("g * (p - truth) / logits.shape[1]"),
                "You divided by the number of classes. That is right only when batch = classes, as in the first trial.",
            ),
            "over the batch": Wrong(
                _entropy("g * (p - truth) / len(labels)", axis=0),
                "softmax(0) makes each column sum to 1. A row is an example: softmax(1).",
            ),
            "uphill": Wrong(
                _entropy("g * (truth - p) / len(labels)"),
                "The sign is turned. More score for the label, less loss: there the slope is negative.",
            ),
            "label numbers": Wrong(
                _entropy("g * (p - labels[:, None]) / len(labels)"),
                "You subtracted the number of the class from every entry: subtract 1, and only at the label.",
            ),
            "probabilities": Wrong(
                _entropy("g * p / len(labels)"), "Right wherever the label is not. At the label, 1 is missing."
            ),
            "before softmax": Wrong(
                _entropy("-g * truth / p / len(labels)"),
                "That is the gradient at the probabilities. Softmax stands between them and the logits.",
            ),
            "without g": Wrong(
                _entropy("(p - truth) / len(labels)"),
                "The upstream gradient g takes no part: this is right only where the loss is the end, g = 1.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="07-5",
        title="Look up, backwards",
        name="lookup_backward",
        stub="def lookup_backward(g, index, rows):\n    return ...\n",
        solution=_lookup("    table_grad.index_add_(0, index, g)\n"),
        expected=_returned,
        trials=_lookups,
        gradient=True,
        hints=(
            "Start from zeros: a row that was never read gets 0.",
            "A row that was read three times gets the sum of three rows of g.",
            "A loop over index, or `table_grad.index_add_(0, index, g)`.",
        ),
        wrong={
            "zeros": Wrong(_lookup(""), "All zeros: the rows that were read have a gradient."),
            "the last one counts": Wrong(
                _lookup("    table_grad[index] = g\n"),
                "Right as long as no row is read twice: `table_grad[index] = g` keeps the last one. (`+=` does so too: "
                "it reads all rows before it writes.)",
            ),
            "as it came": Wrong(
                _lookup("", "    return g\n"), "That has a row for each reading. The table has a row for each word."
            ),
            "read again": Wrong(
                _lookup("", "    return g[index]\n"),
                "That reads rows of g. The way back writes: row k of g goes to row index[k] of the table.",
            ),
            "averaged": Wrong(
                _lookup(
                    "    table_grad.index_add_(0, index, g)\n"
                    "    table_grad /= tg.bincount(index, minlength=rows).clamp(min=1)[:, None]\n"
                ),
                "You took the mean of the readings of a row. They add up.",
            ),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "`y = x @ w`, where x is (64, 784) and w is (784, 10). Which shape has w.grad?",
        ("(64, 10), that of y", "(64, 784, 10), one for each example", "(784, 10), that of w"),
        2,
        "A gradient has the shape of what it belongs to: one slope for each entry.",
    ),
    Question(
        "A bias of shape (10,) is added to (64, 10). Where does its gradient come from?",
        ("the sum of 64 rows", "the mean of 64 rows", "the last row"),
        0,
        "It was used 64 times. Add across paths.",
    ),
    Question(
        "What does one row of a Jacobian say?",
        ("where an input goes", "on which inputs one output depends, and how strongly", "how large the outputs are"),
        1,
        "A row for each output, a column for each input; backward adds down the columns.",
    ),
    Question(
        "Forward, `sum` makes one number of many. Backward, it ...",
        ("repeats the gradient for each of them", "adds the gradients up", "divides the gradient among them"),
        0,
        "Sum and repeat are each other's way back.",
    ),
    Question(
        "Why does `softmax(...).sum().backward()` tell nothing about softmax?",
        ("sum has no gradient", "softmax is not linear", "the sum is always 1, so every slope is 0"),
        2,
        "Test a gradient with a random upstream gradient.",
    ),
)
