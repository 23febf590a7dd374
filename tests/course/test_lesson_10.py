"""The checks of lesson 10: solutions pass, untouched exercises are not judged, each wrong answer hears its own word."""

import contextlib
import io
import re
from itertools import permutations

import pytest

import teachgrad as tg
from notebooks import build
from teachgrad import nn, optim

CELLS = build.read_source("10_training_loop").cells
SOLUTIONS = "\n".join(re.findall(r"```python\n(.*?)```", "\n".join(c.source for c in CELLS), re.DOTALL))


@pytest.fixture(scope="module")
def lesson():
    """What stands in the first cell, in that about digits and in the folded one, and the solutions."""
    names = {"tg": tg}
    (checks,) = (cell.source for cell in CELLS if "hide-input" in cell.metadata.get("tags", []))
    first = next(cell.source for cell in CELLS if cell.cell_type == "code")
    digits = next(cell.source for cell in CELLS if "def network" in cell.source)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(f"{first}\n{digits}\n{checks}\n{SOLUTIONS}", names)
    return names


def answer(code):
    """A function made from a learner's code."""
    names = {"tg": tg, "nn": nn, "optim": optim}
    exec(code, names)
    return names.popitem()[1]


@pytest.mark.parametrize("check", ["step", "learn_by_heart"])
def test_the_solutions_pass(judged, lesson, check):
    assert judged(check, lesson[check]).endswith(": right.\n")


@pytest.mark.parametrize("check", ["step", "learn_by_heart"])
def test_an_untouched_exercise_is_not_judged(judged, check):
    stub = next(cell.source for cell in CELLS if cell.source.endswith(f"check_{check}({check})"))
    names = {"tg": tg}
    exec(stub.rpartition("\n")[0], names)
    assert judged(check, names[check]).endswith(": not attempted yet.\n")


UPDATE = "with tg.no_grad():\n  w -= lr * w.grad\n  b -= lr * b.grad\n"
CLEAR = " w.grad.zero_()\n b.grad.zero_()\n"
ROUND = f" loss = ((w * x + b - y) ** 2).mean()\n loss.backward()\n {UPDATE}{CLEAR} return loss.item()"


@pytest.mark.parametrize(
    ("right", "wrong", "word"),
    [
        ("-=", "+=", "uphill"),
        (CLEAR, "", "The second round still had the first one's gradient in it"),
        (UPDATE, f"pass\n{CLEAR} {UPDATE}", "Neither w nor b has moved"),
        (UPDATE, "w = w - lr * w.grad; b = b - lr * b.grad\n", "A .grad is None: w = w - ..."),
        (UPDATE + CLEAR, "w = w - lr * w.grad; b = b - lr * b.grad\n", "Neither w nor b has moved"),
        ("with tg.no_grad():\n ", "if True:\n ", "raised RuntimeError: a leaf Variable that requires grad"),
        ("  b -= lr * b.grad\n", "", "b has not moved"),
        ("  w -= lr * w.grad\n", "", "w has not moved"),
        (".mean()", ".sum()", "Is the loss a mean?"),
        (".item()", "", "would keep its graph alive"),
        (" return loss.item()", "", "It returned nothing"),
        (" loss.backward()\n", " w.grad, b.grad = tg.zeros(1), tg.zeros(1)\n", "Neither w nor b has moved"),
        ("b -= lr * b.grad", "b -= b.grad", "b should have moved by"),
        ("return loss.item()", "return 0.0", "The loss of this round was"),
    ],
)
def test_step_wrongly_answered(judged, right, wrong, word):
    assert right in ROUND
    said = judged("step", answer(f"def step(w, b, x, y, lr):\n{ROUND.replace(right, wrong)}"))
    assert said.startswith("10-1: not yet. ")
    assert word in said


CLEARED_FIRST = f" w.grad = b.grad = None\n{ROUND.replace(CLEAR, '')}"
BY_OPTIMIZER = """
 loss, o = nn.MSELoss()(w * x + b, y), optim.SGD([w, b], lr)
 loss.backward(); o.step(); o.zero_grad()
 return loss.item()"""
BY_GRAD = """
 loss = ((w * x + b - y) ** 2).mean()
 gw, gb = tg.autograd.grad(loss, [w, b])
 w.data -= lr * gw; b.data -= lr * gb
 return loss.item()"""


@pytest.mark.parametrize("body", [CLEARED_FIRST, BY_OPTIMIZER, BY_GRAD], ids=["cleared first", "optimizer", "grad"])
def test_any_way_to_step_is_right(judged, body):
    assert judged("step", answer(f"def step(w, b, x, y, lr):\n{body}")) == "10-1: right.\n"


def test_of_all_orders_three_are_right(judged):
    said = {"".join(order): judged("order", "".join(order)) for order in permutations("ABCDEFG")}
    assert {order for order, word in said.items() if word == "10-2: right.\n"} == {"CAEBDFG", "CAFEBDG", "CAEFBDG"}


@pytest.mark.parametrize(
    ("order", "word"),
    [
        (..., "not attempted yet"),
        ("ABC", "each letter"),
        ("AACDEFG", "each letter"),
        ("ACEBDFG", "Epochs are outermost"),
        ("CAEBDGF", "once an epoch"),
        ("CEABDFG", "inside of the loop"),
        ("CABEDFG", "there is none yet"),
        ("CAEDBFG", "no gradient to step along"),
        ("CAEBFDG", "before it was used"),
    ],
)
def test_orders_are_judged_in_words(judged, order, word):
    assert word in judged("order", order)


HEART = """\
def learn_by_heart(model, images, labels):
    loss_fn = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(300):
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses
"""
STEP, ZERO = "        optimizer.step()\n", "        optimizer.zero_grad()\n"


@pytest.mark.parametrize(
    ("right", "wrong", "word"),
    [
        (STEP, "", "No weight of this model has moved"),
        (STEP + ZERO, ZERO + STEP, "No weight of this model has moved"),
        ("range(300)", "range(10)", "not below 0.01"),
        ("range(300)", "range(501)", "501 steps; 500 are enough"),
        ("lr=0.1", "lr=0.0001", "not below 0.01"),
        ("lr=0.1", "lr=30.0", "a smaller lr?"),
        ("loss.item()", "loss", "Put numbers into the list"),
        ("return losses", "return loss.item()", "Return a list"),
        ("    return losses\n", "", "Return a list"),
        ("    loss_fn", "    model = nn.Linear(64, 10)\n    loss_fn", "No weight of this model has moved"),
    ],
)
def test_learning_by_heart_wrongly_answered(judged, right, wrong, word):
    assert right in HEART
    said = judged("learn_by_heart", answer(HEART.replace(right, wrong)))
    assert said.startswith("10-3: not yet. ")
    assert word in said


RIGHT = {"A": "by heart", "B": "too large", "C": "healthy", "D": "cleared"}


def test_four_diagnoses(judged):
    assert judged("diagnosis", RIGHT) == "10-4: right.\n"
    assert judged("diagnosis", dict.fromkeys("ABCD", ...)) == "10-4: not attempted yet.\n"
    assert judged("diagnosis", {**RIGHT, "B": "ill"}).startswith("10-4: not yet. B: choose one of healthy, too large")


@pytest.mark.parametrize(
    ("letter", "word"), [("A", "upwards"), ("B", "jumps"), ("C", "side by side"), ("D", "exactly flat")]
)
@pytest.mark.parametrize("wrong", ["too small", "healthy", "by heart"])
def test_a_wrong_diagnosis_is_answered_with_what_is_seen(judged, letter, word, wrong):
    if wrong != RIGHT[letter]:
        said = judged("diagnosis", {**RIGHT, letter: wrong})
        assert said.startswith(f"10-4: not yet. {letter} is not {wrong!r}. ")
        assert word in said


def test_the_charts_show_what_the_diagnoses_say(lesson):
    a, b = lesson["chart"](examples=60, lr=0.2, momentum=0.9, wrong_labels=True), lesson["chart"](lr=1.6)
    assert a["training loss"][-1] < 0.2 < 1.4 * min(a["test loss"]) < a["test loss"][-1]
    rises = sum(
        later > sooner + 0.05 for sooner, later in zip(b["training loss"], b["training loss"][1:], strict=False)
    )
    assert rises > 10
    c, d = lesson["chart"](lr=0.2, momentum=0.8), lesson["chart"](clear_early=True)
    assert c["training loss"] == sorted(c["training loss"], reverse=True)
    assert c["test loss"][-1] - c["training loss"][-1] < 0.02
    assert len(set(d["training loss"])) == 1
