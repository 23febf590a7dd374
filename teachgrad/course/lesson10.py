"""The exercises of lesson 10, The training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import nn, optim, viz
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.datasets import digits
from teachgrad.tensor import Tensor
from teachgrad.viz.figure import Figure

# --- 10-1: one round ---------------------------------------------------------------------------------------------


def _lines() -> Iterable[Trial]:
    rng = np.random.default_rng(101)
    for shape in ((7, 1), (1, 1)):
        x, y = (tg.tensor(rng.normal(size=shape).round(1)) for _ in range(2))
        w, b = (tg.tensor([start], dtype=tg.float64, requires_grad=True) for start in (0.5, -0.3))
        yield w, b, x, y, 0.1


def _two_rounds(step: Callable[..., Any], w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> Any:
    """For each of two rounds: w, b and the loss that was returned."""
    rounds = []
    for _ in range(2):
        loss = step(w, b, x, y, lr)
        if loss is None or loss is ...:
            return loss
        if not isinstance(loss, float):
            return Finding("kind", f"return a number, loss.item(): a {type(loss).__name__} would keep its graph alive.")
        rounds.append([w.item(), b.item(), loss])
    return rounds


def _descended(w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> list[list[float]]:
    """By the slopes of a squared error as they stand in books."""
    at_w, at_b, rounds = w.item(), b.item(), []
    for _ in range(2):
        error = at_w * x.array + at_b - y.array
        at_w, at_b = at_w - lr * 2 * float((error * x.array).mean()), at_b - lr * 2 * float(error.mean())
        rounds.append([at_w, at_b, float((error**2).mean())])
    return rounds


def _step(update: str, loss: str = ".mean()", end: str = "    return loss.item()\n") -> str:
    return (
        f"def step(w, b, x, y, lr):\n    loss = ((w * x + b - y) ** 2){loss}\n    loss.backward()\n"
        + "".join(f"    {line}\n" for line in update.split("\n"))
        + end
    )


_UPDATE = "with tg.no_grad():\n    w -= lr * w.grad\n    b -= lr * b.grad"
_CLEAR = "\nw.grad.zero_()\nb.grad.zero_()"

# --- 10-2: the order of the lines --------------------------------------------------------------------------------


def _sorted(order: Any) -> Finding:
    """What becomes of a program with these lines in this order."""
    if not isinstance(order, str) or sorted(order) != list("ABCDEFG"):
        return Finding("letters", f'{order!r}: use each letter from A to G once, such as order = "ABCDEFG".')
    at = {letter: place for place, letter in enumerate(order)}
    rules = (
        ("epochs", at["C"] > 0, "not everything happens in every epoch."),
        ("print", at["G"] < 6, "the accuracy is not printed at the end of an epoch."),
        ("batches", at["A"] > 1, "images and labels are used before a loop hands them out."),
        ("loss", at["E"] > at["B"], "backward() begins at a loss that is not there yet."),
        ("gradient", at["B"] > at["D"], "in the first round, the optimizer finds no gradient."),
        ("cleared", at["B"] < at["F"] < at["D"], "it runs without an error, and the weights stay where they are."),
    )
    return next((Finding(kind, f"{order}: {words}") for kind, broken, words in rules if broken), Finding("fine"))


# --- 10-3: overfit one batch -------------------------------------------------------------------------------------


def _network() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def _sixteen() -> Iterable[Trial]:
    """A network, and 16 digits with labels drawn by lot."""
    tg.manual_seed(0)
    images, labels = digits()[0].tensors[0][:16], tg.randint(0, 10, (16,))
    yield _network(), images, labels


def _learnt(learn: Callable[..., Any], model: nn.Module, images: Tensor, labels: Tensor) -> Any:
    """What has become of the network, and of the list."""
    loss_fn = nn.CrossEntropyLoss()
    before = loss_fn(model(images), labels).item()
    losses = learn(model, images, labels)
    if losses is ...:
        return losses
    after = loss_fn(model(images), labels).item()
    fell = f"the loss went from {before:.2f} to {after:.4f}"
    cases = (
        (
            "no list",
            not isinstance(losses, list) or not losses,
            "the losses of all steps are to be returned as a list.",
        ),
        ("tensors", losses and not isinstance(losses[0], float), "the list should hold numbers, and holds tensors."),
        ("long", isinstance(losses, list) and len(losses) > 500, "more than 500 steps."),
        ("still", after == before, "no weight of this model has moved."),
        ("rose", not after < before, f"{fell}: it rose."),
        ("high", after >= 0.01, f"{fell}, and not below 0.01."),
    )
    return next((Finding(kind, words) for kind, true, words in cases if true), Finding("fine"))


def _by_heart(
    lines: str = "loss.backward()\noptimizer.step()\noptimizer.zero_grad()",
    lr: float = 0.1,
    kept: str = "loss.item()",
    steps: int = 300,
    end: str = "    return losses\n",
) -> str:
    return (
        "def learn_by_heart(model, images, labels):\n    loss_fn = nn.CrossEntropyLoss()\n"
        f"    optimizer = optim.SGD(model.parameters(), lr={lr}, momentum=0.9)\n    losses = []\n"
        f"    for _ in range({steps}):\n        loss = loss_fn(model(images), labels)\n"
        + "".join(f"        {line}\n" for line in lines.split("\n"))
        + f"        losses.append({kept})\n"
        + end
    )


# --- 10-4: four loops, ill or healthy ----------------------------------------------------------------------------


def chart(
    examples: int = 1442,
    lr: float = 0.5,
    momentum: float = 0.0,
    wrong_labels: bool = False,
    clear_early: bool = False,
) -> dict[str, list[float]]:
    """The losses of 41 steps on the digits, each with all examples."""
    train, test = digits()
    tg.manual_seed(0)
    images, labels = (part[:examples].clone() for part in train.tensors)
    if wrong_labels:
        labels[::4] = 9 - labels[::4]
    model, loss_fn = _network(), nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses: dict[str, list[float]] = {"training loss": [], "test loss": []}
    for _ in range(41):
        loss = loss_fn(model(images), labels)
        losses["training loss"].append(loss.item())
        losses["test loss"].append(loss_fn(model(test.tensors[0]), test.tensors[1]).item())
        loss.backward()
        if clear_early:
            optimizer.zero_grad()
        optimizer.step()
        optimizer.zero_grad()
    return losses


def four_charts() -> Figure:
    """The curves of four loops, of which three are ill."""
    return viz.draw_curves({
        "A": chart(examples=60, lr=0.2, momentum=0.9, wrong_labels=True),
        "B": chart(lr=1.6),
        "C": chart(lr=0.2, momentum=0.8),
        "D": chart(clear_early=True),
    })  # fmt: skip


EXERCISES = (
    Exercise(
        id="10-1",
        title="One round",
        name="step",
        stub="def step(w, b, x, y, lr):\n    return ...\n",
        solution=_step(_UPDATE + _CLEAR),
        expected=_descended,
        trials=_lines,
        run=_two_rounds,
        shows=" twice, each time w, b and the loss",
        modifies=("w", "b"),
        tolerance=1e-5,
        hints=(
            "Forward, loss, backward, update, zero.",
            "The update changes leaves in place: only under `tg.no_grad()`.",
            "Two leaves have a .grad, and both must be cleared: `w.grad.zero_()`.",
        ),
        wrong={
            "uphill": Wrong(_step(_UPDATE.replace("-=", "+=") + _CLEAR), "You walked uphill: subtract the gradient."),
            "not cleared": Wrong(
                _step(_UPDATE), "The second round still had the first one's gradient in it: clear both at the end."
            ),
            "zeros": Wrong(
                _step("w.grad.zero_()\nb.grad.zero_()\n" + _UPDATE),
                "Neither w nor b has moved: the gradient was zero when the update came. Or w = w - ... made a new "
                "tensor; `w -= ...` changes the one that was given.",
            ),
            "new tensors": Wrong(
                _step(_UPDATE.replace("w -=", "w = w -").replace("b -=", "b = b -") + _CLEAR),
                "`w = w - ...` makes a new tensor, which has no .grad; `w -= ...` changes the one that was given.",
            ),
            "recorded": Wrong(
                _step("w -= lr * w.grad\nb -= lr * b.grad" + _CLEAR),
                "The step is no part of the prediction: take it under `tg.no_grad()`.",
            ),
            "sum": Wrong(
                _step(_UPDATE + _CLEAR, ".sum()"),
                "The loss is a mean: your step is as many times too long as there are rows.",
            ),
            "without b": Wrong(
                _step(_UPDATE.rpartition("\n")[0] + _CLEAR), "b has not moved: it is a weight like any other."
            ),
            "nothing returned": Wrong(_step(_UPDATE + _CLEAR, end=""), "Return the loss as a number: `loss.item()`."),
        },
        points=3,
    ),
    Exercise(
        id="10-2",
        title="Order the lines",
        name="order",
        stub="order = ...",
        solution='order = "CAEBDFG"',
        expected=lambda: Finding("fine"),
        run=_sorted,
        hints=(
            "What must happen once an epoch, and what for each batch?",
            "Where does F do harm? Only between two lines.",
        ),
        wrong={
            "epochs inside": Wrong('order = "ACEBDFG"', "Epochs are outermost: everything happens in each of them."),
            "printed early": Wrong(
                'order = "CAEBDGF"',
                "G belongs to the epoch, not to a batch: when its batches are through, as the last line.",
            ),
            "before the batch": Wrong(
                'order = "CEABDFG"', "Lines that use images and labels stand inside of the loop that hands them out."
            ),
            "no loss": Wrong('order = "CABEDFG"', "First the loss, then its gradient."),
            "no gradient": Wrong('order = "CAEDBFG"', "A step needs a gradient to go along: backward() comes first."),
            "cleared": Wrong(
                'order = "CAEBFDG"', "The gradient is cleared before it was used: the quietest of all mistakes."
            ),
        },
    ),
    Exercise(
        id="10-3",
        title="Overfit one batch",
        name="learn_by_heart",
        stub="def learn_by_heart(model, images, labels):\n    return ...\n",
        solution=_by_heart(),
        expected=lambda *_: Finding("fine"),
        trials=_sixteen,
        run=_learnt,
        seconds=30.0,
        hints=(
            "No DataLoader: all 16 in each step.",
            "`optim.SGD(model.parameters(), lr=0.1, momentum=0.9)`, and the five lines in a loop.",
        ),
        wrong={
            "no step": Wrong(
                _by_heart("loss.backward()\noptimizer.zero_grad()"),
                "Are all five lines there? backward() measures slopes; only optimizer.step() moves weights.",
            ),
            "too small": Wrong(_by_heart(lr=0.0005), "The right way, in too small steps: a larger lr, or momentum."),
            "too large": Wrong(_by_heart(lr=30.0), "Each step lands beyond the valley: a smaller lr."),
            "tensors": Wrong(
                _by_heart(kept="loss"), "Put numbers into the list: `loss.item()`. A tensor keeps its graph."
            ),
            "nothing returned": Wrong(_by_heart(end=""), "It has learnt, but returned no list: `return losses`."),
            "too long": Wrong(_by_heart(steps=600), "500 steps are enough with a larger lr, or with momentum."),
        },
        points=3,
    ),
    Exercise(
        id="10-4",
        title="Four patients",
        name="diagnosis",
        stub='diagnosis = {"A": ..., "B": ..., "C": ..., "D": ...}',
        solution='diagnosis = {"A": "by heart", "B": "too large", "C": "healthy", "D": "cleared"}',
        expected=lambda: {"A": "by heart", "B": "too large", "C": "healthy", "D": "cleared"},
        hints=(
            "Look at the distance between the two curves, and then at how smooth they are.",
            "Then at whether they move at all.",
        ),
        wrong={
            "A healthy": Wrong('diagnosis = {"A": "healthy"}', "In A the training loss goes to 0. And the test loss?"),
            "A too large": Wrong('diagnosis = {"A": "too large"}', "A does not jump: it falls where it is trained."),
            "B healthy": Wrong('diagnosis = {"B": "healthy"}', "B jumps up and down: a healthy loss falls smoothly."),
            "B by heart": Wrong('diagnosis = {"B": "by heart"}', "In B both curves go together: they jump together."),
            "C too small": Wrong('diagnosis = {"C": "too small"}', "C falls all the way: how low does it get?"),
            "C by heart": Wrong('diagnosis = {"C": "by heart"}', "In C the test loss falls with the training loss."),
            "D too small": Wrong(
                'diagnosis = {"D": "too small"}', "With a small lr, D would still fall a little. It is exactly flat."
            ),
            "D healthy": Wrong('diagnosis = {"D": "healthy"}', "D is smooth, and learns nothing."),
        },
    ),
)

QUIZ = (
    Question(
        "Which of the five lines changes weights?",
        ("forward", "backward", "update", "zero"),
        2,
        "Only the update. backward and zero change .grad.",
    ),
    Question(
        "Why does the update stand under no_grad()?",
        ("it is faster", "it is no part of the prediction and must not be recorded", "it clears the gradient"),
        1,
        "And a leaf that is being recorded must not be changed in place.",
    ),
    Question("1000 examples, batches of 100, 5 epochs: how many steps?", ("5", "10", "50", "500"), 2, "10 an epoch."),
    Question(
        "Where must zero_grad() not stand?",
        ("between backward and step", "before forward", "after step"),
        0,
        "There it clears the gradient before it was used; and nothing complains.",
    ),
    Question(
        "The test loss rises while the training loss falls. What has happened?",
        ("the learning rate is too small", "the gradients are not cleared", "the network learns its examples by heart"),
        2,
        "It gets better at what it sees, at the cost of what it does not.",
    ),
)
