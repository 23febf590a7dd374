"""The checks of lesson 05: solutions pass, untouched exercises are not judged, each wrong answer hears its own word."""

import re

import pytest

import teachgrad as tg
from notebooks import build

CELLS = build.read_source("05_backward").cells
SOLUTIONS = "\n".join(re.findall(r"```python\n(.*?)```", "\n".join(c.source for c in CELLS), re.DOTALL))


@pytest.fixture(scope="module")
def lesson():
    """What stands in the first cell and in the folded one, and the solutions."""
    names = {"tg": tg}
    (checks,) = (cell.source for cell in CELLS if "hide-input" in cell.metadata.get("tags", []))
    first = next(cell.source for cell in CELLS if cell.cell_type == "code")
    exec(f"{first}\n{checks}\n{SOLUTIONS}", names)
    return names


def answer(code):
    """A function made from a learner's code."""
    names = {"tg": tg}
    exec(code, names)
    return names.popitem()[1]


def tensors():
    x, w = tg.tensor(2.0), tg.tensor(3.0, requires_grad=True)
    prediction = w * x
    loss = (prediction - 10) ** 2
    loss.backward()
    return {"x": x, "w": w, "prediction": prediction, "loss": loss, "spare": tg.tensor(1.0, requires_grad=True)}


RIGHT = {"x": True, "w": False, "prediction": True, "loss": True, "spare": True}
WRONG = {
    "x": "does not require grad",
    "w": "a leaf",
    "prediction": "only leaves",
    "loss": "began there",
    "spare": "no path",
}


def test_where_is_none(judged):
    assert judged("none", RIGHT, tensors()) == "05-1: right.\n"
    assert judged("none", dict.fromkeys(RIGHT, ...), tensors()) == "05-1: not attempted yet.\n"
    assert judged("none", {**RIGHT, "w": ...}, tensors()) == "05-1: not attempted yet.\n"


@pytest.mark.parametrize("name", RIGHT)
def test_where_is_none_wrongly_answered(judged, name):
    said = judged("none", {**RIGHT, name: not RIGHT[name]}, tensors())
    assert said.startswith(f"05-1: not yet. {name}.grad is ")
    assert WRONG[name] in said


@pytest.mark.parametrize("check", ["blame", "vjp", "slope"])
def test_the_solutions_pass(judged, lesson, check):
    assert judged(check, lesson[check]).endswith(": right.\n")


@pytest.mark.parametrize("check", ["blame", "vjp"])
def test_an_untouched_exercise_is_not_judged(judged, check):
    stub = next(cell.source for cell in CELLS if cell.source.endswith(f"check_{check}({check})"))
    names = {"tg": tg}
    exec(stub.rpartition("\n")[0], names)
    assert judged(check, names[check]).endswith(": not attempted yet.\n")


FORWARD = "def blame(w, x, label):\n    prediction = w * x\n    loss = (prediction - label) ** 2\n"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("    loss.backward()\n    return prediction.grad", "was not kept"),
        ("    loss.backward()\n    prediction.retain_grad()\n    return prediction.grad", "was not kept"),
        ("    prediction.retain_grad()\n    loss.backward()\n    return w.grad", "one node further on"),
        ("    return tg.tensor(0.0)", "It is 0"),
        ("    return prediction - label", "should be -8.0 and is"),
        ("    return loss.grad.item()", "raised AttributeError"),
    ],
)
def test_blame_wrongly_answered(judged, body, word):
    said = judged("blame", answer(FORWARD + body))
    assert said.startswith("05-2: not yet. ")
    assert word in said


@pytest.mark.parametrize(
    "body",
    [
        "(w.detach() * x - label) * 2",
        "tg.autograd.grad(((p := w * x) - label) ** 2, p)[0]",
        "2.0 * (w.item() * x.item() - label)",
    ],
)
def test_any_way_to_blame_is_right(judged, body):
    assert judged("blame", answer(f"def blame(w, x, label):\n    return {body}")) == "05-2: right.\n"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("return tg.zeros(2)", "All zeros"),
        ("return f(x).backward(v)", "returned None"),
        ("f(x).backward(v); return x.grad", "first call"),
        ("x = x.detach().requires_grad_(); f(x).sum().backward(); return x.grad", "your v takes no part"),
        ("f(x).sum().backward(); return x.grad", "your v takes no part"),
        ("return f(x)", "x has shape (2,), so has the answer; yours: (3,)"),
        ("x = x.detach().requires_grad_(); f(x).backward(-v); return x.grad", "should be [-6.5, 4.0] and is"),
        ("f(x).backward(); return x.grad", "raised RuntimeError: grad can be implicitly created only for scalar"),
    ],
)
def test_vjp_wrongly_answered(judged, body, word):
    said = judged("vjp", answer(f"def vjp(f, x, v):\n    {body}"))
    assert said.startswith("05-3: not yet. ")
    assert word in said


@pytest.mark.parametrize(
    "body",
    ["(v * f(x)).sum().backward(); g, x.grad = x.grad, None; return g", "return tg.autograd.grad(f(x), x, v)[0]"],
)
def test_any_way_to_a_vjp_is_right(judged, body):
    assert judged("vjp", answer(f"def vjp(f, x, v):\n    {body}")) == "05-3: right.\n"


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ("x = tg.tensor(n)\n with tg.no_grad(): y = x**2\n z = 3 * y.detach()", "does not require grad"),
        ("x = tg.tensor(n, requires_grad=True)\n with tg.no_grad(): y = x**2\n z = 3 * y", "does not require grad"),
        ("x = tg.tensor(n, requires_grad=True)\n y = x**2\n z = 3 * y.detach()", "does not require grad"),
        ("x = tg.tensor(n, requires_grad=True)\n y = x**2\n z = 3 * y.detach().requires_grad_()", "still cut"),
        ("x = tg.tensor(n, requires_grad=True)\n z = x**2", "slope(2.0) should be 12.0 and is"),
        ("x = tg.tensor(n, requires_grad=True)\n z = 12 * x", "slope(-1.0) should be -6.0 and is"),
    ],
)
def test_cuts_wrongly_mended(judged, lines, word):
    said = judged("slope", answer(f"def slope(n):\n {lines}\n z.backward()\n return x.grad"))
    assert said.startswith("05-4: not yet. ")
    assert word in said


@pytest.mark.parametrize(
    ("letter", "word"),
    [
        ("b", "right"),
        (..., "not attempted yet"),
        ("a", "no obstacle"),
        ("c", "still there"),
        ("x", 'Write "a", "b" or "c"'),
        (None, 'Write "a", "b" or "c"'),
    ],
)
def test_why_the_second_backward_fails(judged, letter, word):
    assert word in judged("reason", letter)
