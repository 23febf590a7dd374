"""What lesson 03 says of its own programs, and answers that are right in another way than its solutions."""

import pytest

from teachgrad.course.exercises import find
from teachgrad.course.judging import judge
from teachgrad.course.lesson03 import wanted_graph

RECURSIVE = """
def operations(result):
    seen = set()
    def visit(node):
        if node and node.next_functions:
            seen.add(node)
            for parent, _ in node.next_functions:
                visit(parent) if parent not in seen else None
    visit(result.grad_fn)
    return len(seen)
"""
ANSWERS = [
    ("03-2", "def build(x, y):\n    a = y * x\n    return a + (a - 1) ** 2", "right"),
    ("03-2", "def build(x, y):\n    return x", "not yet"),
    ("03-2", "def build(x, y):\n    return 31.0", "not yet"),
    ("03-2", "def build(x, y):\n    s = x * y\n    return (s - 1) ** 2 + s.detach()", "not yet"),
    ("03-3", RECURSIVE, "right"),
    ("03-4", "def eighth(x):\n    for _ in range(3):\n        x = x * x\n    return x", "right"),
    ("03-4", "def eighth(x):\n    return (x * x).exp()", "not yet"),
]


@pytest.mark.parametrize(("key", "source", "status"), ANSWERS)
def test_the_graph_decides_and_not_the_wording(key, source, status):
    exercise = find(key)
    verdict = judge(exercise, exercise.made(source))
    assert verdict.status == status
    assert verdict.wrong == ""


def test_another_graph_is_told_by_its_formula():
    exercise = find("03-2")
    verdict = judge(exercise, exercise.made("def build(x, y):\n    return y - (1 - x).exp()"))
    assert "2 operations" not in verdict.facts[0]
    assert "the value is 2.632: 3 operations, (y − exp of (1.0 − x)). The picture shows 4." in verdict.facts[0]


def test_the_picture_shows_one_product_with_two_users():
    assert "× of x and y = 6.0; − of × and 1.0 = 5.0; **2 of − = 25.0; + of **2 and × = 31.0" in wanted_graph().alt
