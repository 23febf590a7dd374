"""Mistakes that learners make are answered in PyTorch's words, with this case's numbers, a cause, a remedy, a lesson.

tests/parity/test_parity_mistakes.py holds the words to PyTorch itself.
"""

from __future__ import annotations

import re

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
