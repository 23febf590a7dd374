"""What a lesson says to a learner's answer: `compare` to a bet, `check` to an exercise.

Both print a sentence and never stop the notebook: an untouched lesson runs from top to bottom. This module must not
know what any lesson asks.
"""

from __future__ import annotations

import math
import sys
import warnings
from contextlib import ContextDecorator
from types import EllipsisType, TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


def compare(bet: Any, outcome: Any, why: str = "") -> None:
    """Hold a bet against what happened, and say `why` if they differ. `...` is no bet; None may be one.

    >>> compare(18, 4.5, why="The mean divides by 4.")
    You bet 18; it is 4.5. The mean divides by 4.
    >>> compare(4.5, 4.5)
    You bet 4.5, and 4.5 it is.
    >>> compare(..., 4.5)
    It is 4.5. You had not bet: write your bet into the cell that asks for it, and run both again.
    """
    if isinstance(bet, EllipsisType):
        _say(f"It is {outcome}. You had not bet: write your bet into the cell that asks for it, and run both again.")
    elif _same(bet, outcome):
        _say(f"You bet {bet}, and {outcome} it is.")
    else:
        _say(f"You bet {bet}; it is {outcome}. {why}".rstrip())


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


def _same(bet: Any, outcome: Any) -> bool:
    try:
        return math.isclose(bet, outcome, rel_tol=1e-3)
    except TypeError:  # not two numbers
        return bool(str(bet).strip().lower() == str(outcome).strip().lower())


class check(ContextDecorator):  # noqa: N801 - read as a verb, with check("05-2"): assert ...
    """Asserts about an exercise, turned into one sentence: right, not yet and why, or not attempted.

    A context manager, and a decorator for functions that hold such asserts.

    >>> @check("00-1")
    ... def check_double(double):
    ...     assert double(5) == 10, f"double(5) should be 10 and is {double(5)}."
    >>> check_double(lambda x: x + 2)
    00-1: not yet. double(5) should be 10 and is 7.
    >>> check_double(lambda x: x * 2)
    00-1: right.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        self._quiet = warnings.catch_warnings(action="ignore")  # the answer is one sentence, and nothing on stderr
        self._quiet.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        self._quiet.__exit__(None, None, None)
        if error is None:
            _say(f"{self.name}: right.")
        elif isinstance(error, NotAttemptedError):
            _say(f"{self.name}: not attempted yet.")
        elif isinstance(error, AssertionError):
            _say(f"{self.name}: not yet. {error}")
        elif isinstance(error, Exception):
            _say(f"{self.name}: not yet. Your code raised {type(error).__name__}: {error}")
        else:
            return False  # the Stop button still stops
        return True


def attempted(answer: T | EllipsisType) -> T:
    """The answer, unless it is the `...` that the exercise left to be replaced."""
    if isinstance(answer, EllipsisType):
        raise NotAttemptedError
    return answer


class NotAttemptedError(Exception):
    """The answer is still the `...` of the exercise."""
