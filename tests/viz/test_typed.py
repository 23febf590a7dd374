"""What a learner types is a formula or is refused; nothing of it runs."""

from __future__ import annotations

import math

import pytest

import teachgrad as tg
from teachgrad.viz.typed import FUNCTIONS, OF_TWO, FormulaError, formula


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x**2", 0.25),
        (" 2*x - x/4 + -x ", 0.375),
        ("sin(x)", math.sin(0.5)),
        ("x.sin()", math.sin(0.5)),
        ("torch.sin(x)", math.sin(0.5)),
        ("(x + 1).log().exp()", 1.5),
        ("maximum(x, 0.75) + minimum(x, 0)", 0.75),
        ("e**x", math.exp(0.5)),
        ("x + 2**3 - pi", 8.5 - math.pi),
        ("3", 3),
        ("abs(-2) + sqrt(16) + x*0", 6),
        ("x + 1/0", math.inf),
        ("x + (-8)**(1/3)", math.nan),
        ("9**9**9**9**9", math.inf),
        ("9" * 200, 1e200),
        ("-" * 199 + "x", -0.5),
        ("(" * 99 + "x" + ")" * 99, 0.5),
        ("x" + "+x" * 99, 50),
    ],
)
def test_a_formula_is_the_function_that_it_says(text, value):
    f = formula(text)
    assert f.names == ("x",)
    assert f(tg.tensor(0.5, dtype=tg.float64)).item() == pytest.approx(value, rel=1e-6, nan_ok=True)


def test_it_takes_its_variables_in_their_order():
    f = formula("y - 2*x")
    assert f.names == ("x", "y")
    assert f(tg.tensor(1.0), tg.tensor(5.0)).item() == 3
    assert formula("y**2").names == ("y",)
    assert formula("w*b", names=("w", "b"))(tg.tensor(2.0), tg.tensor(5.0)).item() == 10


def test_gradients_flow_through_it():
    x = tg.tensor(3.0, requires_grad=True)
    formula("x**2 * maximum(x, 1)")(x).backward()
    assert x.grad is not None
    assert x.grad.item() == pytest.approx(27)


@pytest.mark.parametrize("name", [*FUNCTIONS, *OF_TWO])
def test_every_function_that_is_offered_works(name):
    f = formula(f"{name}(x, 0.25)" if name in OF_TWO else f"{name}(x)")
    x = tg.tensor([0.5, 0.75])
    expected = getattr(tg, name)(x, tg.tensor(0.25)) if name in OF_TWO else getattr(tg, name)(x)
    assert f(x).tolist() == expected.tolist()


ATTACKS = [
    "__import__('os').system('touch /tmp/broken')",
    "open('/etc/passwd').read()",
    "eval('1')",
    "exec('1')",
    "x.__class__.__base__.__subclasses__()",
    "().__class__",
    "(lambda: 1)()",
    "[i for i in (1, 2)]",
    "{}",
    "x[0]",
    "x if x else 1",
    "x and x",
    "x < 1",
    "not x",
    "~x",
    "x @ x",
    "x // 2",
    "x << 40",
    "f'{x}'",
    "'a' * 9",
    "1j",
    "True",
    "None",
    "...",
    "sin",
    "x.sin",
    "torch.sin",
    "torch.save(x)",
    "tg.load('x')",
    "x.backward()",
    "x.data",
    "x.tolist()",
    "x.requires_grad_()",
    "x.apply_(1)",
    "sin(x, out=x)",
    "sin(*x)",
    "sin(**x)",
    "sin()",
    "sin(x, x)",
    "sin(x)(x)",
    "sin(x).__class__()",
    "os.sin(x)",
    "getattr(x, 'data')",
    "globals()",
    "teachgrad.viz.typed.sin(x)",
    "z",
    "x := 3",
    "x = 3",
    "x; x",
    "import os",
    "x\n+ 1",
    "x\0",
    "await x",
    "(yield)",
    "2x",
    "x^2",
    "x²",
    "(",
    "",
    "   ",
    "x" * 201,
]


@pytest.mark.parametrize("text", ATTACKS)
def test_anything_else_is_answered_with_what_is_allowed(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FormulaError, match=r"Allowed are x, y|at most 200|write x\*\*2|brackets"):
        formula(text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("z", "z is not known here. Allowed are x, y, numbers"),
        ("2x", "A product needs its sign: 2\\*x."),
        ("x²", r"A power is written x\*\*2."),
        ("x^2", r"In Python \^ is no power: write x\*\*2."),
        ("sin", r"sin is a function and needs brackets: sin\(x\)."),
        ("sin(x, y)", "sin takes 1 in its brackets, and this gives it 2."),
        ("open(x)", "open is not among the functions here."),
        ("x.data", "“x.data” is not allowed here."),
        ("x" * 201, "This has 201 characters"),
        ("", "There is no formula yet."),
    ],
)
def test_the_answer_says_what_is_wrong(text, words):
    with pytest.raises(FormulaError, match=words):
        formula(text)
