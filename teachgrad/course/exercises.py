"""What an exercise is, and where it is found: one module of them for each lesson, `lesson05.py` and so on.

An exercise is data. Check, hints, solution, solution notebooks and tests all read the same object, so that none of
them can say something else than the others. Wrong answers are programs, too: a learner's answer that does on every
trial what a wrong answer does *is* that wrong answer, and hears why people arrive there.

This module must not know how an answer is judged, nor how anything is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import nn, optim

Trial = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer that people give.

    Attributes:
        source: the answer, as a learner would write it. Of a dictionary, only the entries that are wrong.
        why: what to say. It may name `{yours}`, `{expected}` and `{difference}`, the largest one.
    """

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of an answer that is no number: a kind, by which it is compared, and the words for a learner."""

    kind: str
    words: str = ""


def _call(answer: Any, *arguments: Any) -> Any:
    return answer(*arguments) if callable(answer) else answer


def _once() -> Iterable[Trial]:
    return [()]


@dataclass(frozen=True, slots=True)
class Exercise:
    """One task of a lesson.

    Attributes:
        id: the lesson and the place in it, such as "05-2".
        title: in a few words.
        name: what the learner's answer is called: a function, or a value.
        stub: what stands in the notebook before anything is written.
        solution: the source of a right answer.
        expected: what a right answer gives in a trial, found in another way than by the solution.
        hints: in the order in which they open.
        wrong: wrong answers by name; each gets its own message.
        trials: makes the arguments of each call, anew whenever it is asked, and always the same ones.
        run: what is looked at in a trial; by default, what the answer returns.
        shows: words after the call, where the numbers of an outcome do not say themselves what they are.
        told: says what is done in a trial, where that is no call of the answer with the trial's arguments.
        given: source that stands above the stub in the lesson; answers may use what it makes.
        modifies: the arguments that the answer is to change.
        gradient: whether arrays of the outcome are gradients, to be drawn beside the true ones.
        tolerance: how far a number may be off, absolute or relative.
        seconds: how long all trials together may take.
        points: what it counts.
    """

    id: str
    title: str
    name: str
    stub: str
    solution: str
    expected: Callable[..., Any]
    hints: tuple[str, ...]
    wrong: Mapping[str, Wrong]
    trials: Callable[[], Iterable[Trial]] = _once
    run: Callable[..., Any] = _call
    shows: str = ""
    told: Callable[..., str] | None = None
    given: str = ""
    modifies: tuple[str, ...] = ()
    gradient: bool = False
    tolerance: float = 1e-4
    seconds: float = 5.0
    points: int = 1

    @property
    def lesson(self) -> int:
        """The number of the lesson.

        >>> find("05-2").lesson
        5
        """
        return int(self.id[:2])

    def made(self, source: str) -> Any:
        """The answer that a source gives: its function or value called `name`."""
        names = {"tg": tg, "np": np, "nn": nn, "optim": optim, "math": math}
        exec(self.given, names)
        exec(compile(source, f"<{self.id}>", "exec"), names)
        return names[self.name]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a lesson's quiz; `right` is the place of the right option, and `why` is said in any case."""

    text: str
    options: tuple[str, ...]
    right: int
    why: str


def lessons() -> list[int]:
    """The numbers of the lessons that have exercises here, in order."""
    package = import_module("teachgrad.course")
    names = (re.fullmatch(r"lesson(\d\d)", module.name) for module in iter_modules(package.__path__))
    return sorted(int(name[1]) for name in names if name)


def exercises(lesson: int) -> tuple[Exercise, ...]:
    """The exercises of a lesson, in order; none if it has no module."""
    return _content(lesson, "EXERCISES")


def questions(lesson: int) -> tuple[Question, ...]:
    """The questions of a lesson's quiz."""
    return _content(lesson, "QUIZ")


def _content(lesson: int, name: str) -> tuple[Any, ...]:
    if lesson not in lessons():
        return ()
    return tuple(getattr(import_module(f"teachgrad.course.lesson{lesson:02}"), name))


def find(key: str) -> Exercise:
    """The exercise with this id.

    Raises:
        LookupError: if there is none; it names the nearest.

    >>> find("05-2").title
    'Keep one'
    """
    known = {exercise.id: exercise for lesson in lessons() for exercise in exercises(lesson)}
    if key not in known:
        near = get_close_matches(str(key), known, n=1, cutoff=0.0)
        raise LookupError(f"there is no exercise {key!r}; did you mean {near[0]!r}?")
    return known[key]
