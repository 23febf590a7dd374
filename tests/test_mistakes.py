"""Mistakes that learners make are answered in PyTorch's words, with this case's numbers, a cause, a remedy, a lesson.

tests/parity/test_parity_mistakes.py holds the words to PyTorch itself.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import teachgrad as tg
from teachgrad.lessons import pointer
from tests.mistakes import MISTAKES, said

SHAPE = re.compile(r"(?P<words>.+?)\n  Why: (?P<why>.+?)\n  Fix: (?P<fix>.+?)(?:\n  (?P<lesson>Lesson .+))?", re.DOTALL)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_explained(mistake):
    kind, message = said(mistake, tg)
    assert kind == mistake.raises or kind == mistake.warns, message
    parts = SHAPE.fullmatch(message)
    assert parts, f"not words, cause, remedy and lesson:\n{message}"
    assert mistake.words in parts["words"]
    assert [name for name in mistake.case if name not in message] == []
    assert mistake.remedy in parts["fix"]
    assert parts["lesson"] == (None if mistake.lesson is None else pointer(mistake.lesson))
    assert max(len(parts["why"]), len(parts["fix"])) <= 140, "too long for a line of a terminal"
    assert "\n" not in parts["why"] + parts["fix"]


def test_the_table_is_one():
    assert len(MISTAKES) >= 75
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)
    assert [mistake.name for mistake in MISTAKES if bool(mistake.raises) == bool(mistake.warns)] == []
    assert {mistake.lesson for mistake in MISTAKES} >= {1, 5, 6, 7, 8, 11, 12, 13, 14, 16}


PACKAGE = Path(tg.__file__).parent
INSIDE = {"a key comes twice"}  # caught, and explained, by the caller


def spelt_out(module):
    """The errors that a module raises with words of its own and nothing else, by their lines."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id=kind), args=[ast.Constant() | ast.JoinedStr() as words, *_])):
                if kind.endswith("Error") and kind != "AssertionError" and ast.unparse(words).strip("'") not in INSIDE:
                    yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize("part", ["", "autograd", "func", "nn", "ops", "optim", "rng", "utils"])
def test_no_error_goes_without_cause_and_remedy(part):
    modules = (PACKAGE / part).rglob("*.py") if part else PACKAGE.glob("*.py")
    bare = {str(module.relative_to(PACKAGE)): lines for module in modules if (lines := list(spelt_out(module)))}
    assert bare == {}, "teachgrad.errors.explained puts words, cause and remedy together"
