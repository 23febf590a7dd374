"""Exercises as a learner meets them: `check`, `hint` and `solution`.

Each shows a panel and notes in the diary what happened. Nothing that a learner writes stops the notebook, except where
somebody else gives marks: under NBGRADER_EXECUTION or TEACHGRAD_STRICT, what is not right raises.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from teachgrad.course import panel
from teachgrad.course.diary import diary
from teachgrad.course.exercises import Exercise, find
from teachgrad.course.judging import NOT_ATTEMPTED, RIGHT, Verdict, judge

STRICT = ("NBGRADER_EXECUTION", "TEACHGRAD_STRICT")
_MISSING = object()


class CheckFailed(AssertionError):  # noqa: N818 - what the marker's report calls it
    """An answer that is not right, where marks are given."""

    def _render_traceback_(self) -> list[str]:
        """IPython's way to ask for a traceback: one friendly line is enough."""
        return [str(self)]


def check(key: str, answer: Any = _MISSING) -> None:
    """Say whether the answer to an exercise is right, and if not, what differs and why.

    Args:
        key: such as "05-2".
        answer: the function or value; left out, it is what the exercise's name stands for where check is called.

    Raises:
        AssertionError: only under NBGRADER_EXECUTION or TEACHGRAD_STRICT, if the answer is not right.

    >>> check("05-5", "b")
    05-5: right.
    >>> check("05-5", "a")
    05-5: not yet. 'a' is not it.
      A filled .grad is no obstacle: what arrives is added to it. Look at the last line printed.
      hint("05-5") opens a hint.
    """
    exercise = _found(key)
    if exercise is None:
        return
    if answer is _MISSING:
        answer = sys._getframe(1).f_globals.get(exercise.name, _MISSING)
    if answer is _MISSING:
        verdict = Verdict(NOT_ATTEMPTED, facts=(f"There is no {exercise.name} yet: run the cell that makes it.",))
    else:
        verdict = judge(exercise, answer)
    _note(exercise, verdict)
    if verdict.status != RIGHT and any(name in os.environ for name in STRICT):
        raise CheckFailed(_text(exercise, verdict, aids=False))
    panel.show(_text(exercise, verdict), _page(exercise, verdict, static=True), lambda: _widget(exercise, verdict))


def hint(key: str) -> None:
    """Open the next hint of an exercise, and show those before it; after the last, all of them.

    >>> hint("05-2")
    Hint 1 of 2: A tensor can be told to keep its gradient. Before, not after.
    """
    exercise = _found(key)
    if exercise is not None:
        text = "\n".join(_open_hint(exercise))
        panel.show(text, "".join(map(panel.paragraph, text.split("\n"))))


def solution(key: str) -> None:
    """Show a right answer. It asks once: the first call says what else would help, the second shows it.

    >>> solution("05-5")
    05-5: hints left to open: 1. Call solution("05-5") once more, and you see the solution.
    >>> solution("05-5")
    reason = "b"
    """
    exercise = _found(key)
    if exercise is None:
        return
    if not diary().entry("exercises", key).get("asked"):
        diary().note("exercises", key, lambda entry: entry.update(asked=True))
        text = _asking(exercise) + f' Call solution("{key}") once more, and you see the solution.'
        panel.show(text, panel.paragraph(text))
    else:
        panel.show(_reveal(exercise), panel.code(exercise.solution))


def _found(key: str) -> Exercise | None:
    try:
        return find(key)
    except LookupError as error:
        text = str(error.args[0])
        panel.show(f"T{text[1:]}", panel.paragraph(f"T{text[1:]}"))
        return None


def _note(exercise: Exercise, verdict: Verdict) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["tries"] = entry.get("tries", 0) + 1
        entry["right"] = entry.get("right", False) or verdict.status == RIGHT
        entry["points"] = exercise.points if entry["right"] else 0

    if verdict.status != NOT_ATTEMPTED:  # an untouched lesson that runs from top to bottom is no attempt
        diary().note("exercises", exercise.id, change)


def _open_hint(exercise: Exercise) -> list[str]:
    """The hints that are open, one more than before."""

    def change(entry: dict[str, Any]) -> None:
        entry["hints"] = min(entry.get("hints", 0) + 1, len(exercise.hints))

    diary().note("exercises", exercise.id, change)
    opened = diary().entry("exercises", exercise.id)["hints"]
    total = len(exercise.hints)
    return [f"Hint {number} of {total}: {text}" for number, text in enumerate(exercise.hints[:opened], 1)]


def _asking(exercise: Exercise) -> str:
    left = len(exercise.hints) - diary().entry("exercises", exercise.id).get("hints", 0)
    return f"{exercise.id}: hints left to open: {left}." if left else f"{exercise.id}: all hints are open."


def _reveal(exercise: Exercise) -> str:
    diary().note("exercises", exercise.id, lambda entry: entry.update(solution=True))
    return exercise.solution


# --- how a verdict looks -----------------------------------------------------------------------------------------


def _text(exercise: Exercise, verdict: Verdict, aids: bool = True) -> str:
    lines = [" ".join([f"{exercise.id}: {verdict.status}.", *verdict.facts])]
    lines += [f"  {line}" for line in (verdict.why, verdict.picture and verdict.picture.alt) if line]
    lines += [f"  Right so far: {' '.join(verdict.good)}"] if verdict.good and verdict.status != RIGHT else []
    lines += [f'  hint("{exercise.id}") opens a hint.'] if aids and verdict.status != RIGHT else []
    return "\n".join([*lines, *diary().news()])


def _page(exercise: Exercise, verdict: Verdict, static: bool) -> str:
    body = "".join(map(panel.paragraph, verdict.facts))
    body += panel.paragraph(f"Why: {verdict.why}") if verdict.why else ""
    body += verdict.picture.html if verdict.picture else ""
    if verdict.status != RIGHT:
        body += panel.paragraph(f"Right so far: {' '.join(verdict.good)}") if verdict.good else ""
        if static:
            body += panel.paragraph(f'`hint("{exercise.id}")` opens a hint, `solution("{exercise.id}")` the solution.')
    body += "".join(map(panel.paragraph, diary().news()))
    return panel.coloured(verdict.status, f"{exercise.id} {exercise.title}: {verdict.status}", body)


def _widget(exercise: Exercise, verdict: Verdict) -> Any:
    shown = panel.html(_page(exercise, verdict, static=False))
    if verdict.status == RIGHT:
        return shown
    aid = panel.html("")
    asked = False

    def press_hint(button: Any) -> None:
        hints = _open_hint(exercise)
        aid.value = "".join(map(panel.paragraph, hints))
        button.disabled = len(hints) == len(exercise.hints)

    def press_solution(button: Any) -> None:
        nonlocal asked
        if asked:
            aid.value = panel.code(_reveal(exercise))
            button.disabled = True
        else:
            asked = True
            aid.value = panel.paragraph(f"{_asking(exercise)} Press once more, and you see the solution.")
            button.description = "Show it all the same"

    buttons = panel.row(panel.button("Hint", press_hint), panel.button("Solution", press_solution))
    return panel.column(shown, buttons, aid)
