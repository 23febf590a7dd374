"""What lesson 06 says of its own engine: how long it is, that it is right, and which bugs a test of it sees."""

from __future__ import annotations

import ast
import gc
import inspect
import io
import math
import tokenize
import weakref

import pytest

import teachgrad as tg
from teachgrad.course import lesson06, scalar
from teachgrad.course.exercises import find
from teachgrad.course.judging import judge
from teachgrad.course.lesson06 import BUGS, both_ways, judged_by_five, passes_gradcheck, planted, two_engines
from teachgrad.course.scalar import Value
from teachgrad.course.targets import agree

SOURCE = inspect.getsource(scalar)


def lines_of_code(source):
    """Lines with anything but comments and docstrings on them."""
    empty = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in empty]
    lines = {line for token in tokens for line in range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def test_the_engine_has_sixty_lines_of_plain_python():
    assert lines_of_code(SOURCE) <= 60
    imported = [node for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {getattr(node, "module", None) or node.names[0].name for node in imported}
    assert modules == {"__future__", "math", "collections.abc", "itertools", "operator"}


EXPRESSIONS = {
    "every operation": lambda x, y: (x * y).tanh() + y.exp() * x**2 - (x - y) * 3.0,
    "division": lambda x, y: x / y + 2.0 / x - y / 4.0,
    "constants on the left": lambda x, y: 3.0 + 2.0 * x - (1.0 - y) - -x,
    "fan-out at different depths": lambda x, y: (a := x * y) + (a * a + a) * a,
    "a part that does not matter": lambda x, y: x * x + (y - y),
}


@pytest.mark.parametrize("f", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_its_values_and_gradients_are_those_of_tensors(f):
    mine = [Value(x) for x in (0.7, -1.3)]
    theirs = [tg.tensor(x, dtype=tg.float64, requires_grad=True) for x in (0.7, -1.3)]
    result, twin = f(*mine), f(*theirs)
    for _ in range(2):  # the second time, the same is added again
        result.backward()
        twin.backward(retain_graph=True)
        assert result.data == pytest.approx(twin.item(), rel=1e-12)
        assert [x.grad for x in mine] == pytest.approx([x.grad.item() for x in theirs], rel=1e-12)


def test_only_leaves_keep_a_gradient_and_a_leaf_that_takes_no_part_has_none():
    x, y = Value(3.0), Value(2.0)
    middle = x * x
    (middle + 1.0).backward()
    assert (x.grad, y.grad, middle.grad) == (6.0, None, None)
    y.backward()
    assert y.grad == 1.0


def test_it_goes_ten_thousand_operations_deep():
    x = result = Value(1.0)
    for _ in range(10_000):
        result = result + x
    result.backward()
    assert x.grad == 10_001


def test_a_graph_goes_when_nobody_holds_it():
    gc.disable()
    try:
        result = (Value(2.0) * 3.0).tanh() ** 2
        result.backward()
        gone = weakref.ref(result)
        del result
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_is_seen_by_gradcheck_and_the_engine_without_one_passes(bug):
    assert passes_gradcheck(planted(*BUGS[bug])) == (bug == "none")


def test_a_piece_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"no 'g \* c' in scalar\.py"):
        planted("g * c", "g")


def alone(bug, operation, *at):
    return all(agree(*pair) for pair in both_ways(planted(*BUGS[bug]), operation, *at))


def test_two_bugs_are_not_seen_in_an_operation_alone_and_some_hide_at_a_point():
    for bug in ("× forgets what arrives", "the walk overwrites"):
        assert alone(bug, lambda a, b: a * b, 0.5, 2.0)
    assert alone("× swaps its factors", lambda a, b: a * b, 2.0, 2.0)
    assert alone("**2 sends 2a² back", lambda a: a**2, 1.0)
    assert alone("tanh sends 1 − a² back", lambda a: a.tanh(), 0.0)
    assert not alone("exp sends a back", lambda a: a.exp(), 1.0)


def test_the_engine_with_the_wrong_formula_is_the_first():
    assert [passes_gradcheck(engine) for engine in two_engines()] == [False, True]


def test_only_one_of_five_checks_sees_zeros_and_all_are_content_with_the_truth():
    assert list(judged_by_five(lambda point: [0.0, 0.0]).values()) == [True, True, False, True, True]
    assert all(judged_by_five(lambda point: [2 * point[0], 6 * point[1]]).values())


def test_a_learners_engine_is_used_if_it_is_right(capsys):
    names = {"math": math}
    sources = [find("06-1").given, *(find(key).solution for key in ("06-1", "06-2", "06-3"))]
    exec("\n".join(sources), names)
    yours = names["Value"]
    assert lesson06.yours_or_ours(yours) is Value
    yours.__add__ = yours.__radd__ = names["add"]
    yours.__mul__ = yours.__rmul__ = names["mul"]
    yours.__sub__, yours.__pow__ = names["sub"], names["power"]
    yours.exp, yours.tanh, yours.backward = names["exp"], names["tanh"], names["backward"]
    assert lesson06.yours_or_ours(yours) is yours
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("The engine from here on is ours")
    assert told[1] == "The engine from here on is yours."


RIGHT_IN_OTHER_WAYS = {
    "inputs the other way round": ("06-1", """def add(a, b):
    return Value(number(b) + number(a), "", (b, lambda g: g), (a, lambda g: g))

def mul(a, b):
    return Value(number(b) * number(a), "*", (b, lambda g: number(a) * g), (a, lambda g: number(b) * g))
"""),
    "recursive order": ("06-3", """def backward(root):
    order = []
    def visit(node):
        if node not in order:
            for x, _ in node.inputs:
                if isinstance(x, Value):
                    visit(x)
            order.append(node)
    visit(root)
    g = {root: 1}
    for node in reversed(order):
        if not node.inputs:
            node.grad = g[node] if node.grad is None else node.grad + g[node]
        for x, formula in node.inputs:
            if isinstance(x, Value):
                g[x] = g.get(x, 0) + formula(g[node])
"""),
    "one-sided": ("06-4", """def gradcheck(f, inputs):
    for x in inputs:
        x.grad = None
    start = f(*inputs)
    start.backward()
    ok = []
    for x in inputs:
        old, x.data = x.data, x.data + 1e-6
        ok.append(abs((f(*inputs).data - start.data) / 1e-6 - (x.grad or 0)) < 1e-4)
        x.data = old
    return all(ok)
"""),
}  # fmt: skip


@pytest.mark.parametrize(("key", "source"), RIGHT_IN_OTHER_WAYS.values(), ids=RIGHT_IN_OTHER_WAYS)
def test_any_right_answer_is_right(key, source):
    exercise = find(key)
    assert judge(exercise, exercise.made(source)).facts == ()


@pytest.mark.parametrize(
    ("key", "source", "words"),
    [
        ("06-1", "mul = lambda a, b: Value(1.0)", "there is no function add"),
        ("06-4", "gradcheck = lambda f, inputs: 'yes'", "it should return True or False"),
        ("06-3", "backward = lambda root: None", "x.grad is still None"),
    ],
)
def test_what_is_missing_is_said(key, source, words):
    exercise = find(key)
    assert words in judge(exercise, exercise.made(source)).facts[0]
