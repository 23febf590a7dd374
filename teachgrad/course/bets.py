"""Bets and recall: `predict` before something is run, `reveal` after it, `quiz` at the end of a lesson.

Whoever has committed to an answer notices when it was wrong; so answers are kept, compared, and never sent anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import EllipsisType
from typing import Any

from teachgrad.course import panel
from teachgrad.course.diary import diary
from teachgrad.course.exercises import Question, questions


def predict(key: str, question: str, options: Sequence[str] | None = None, *, answer: Any = ...) -> None:
    """Ask for a bet and keep it; `reveal` compares it with what happens.

    Args:
        key: of the bet, such as "05-mean".
        question: what will be?
        options: to choose from; without them, a number or a word is asked for.
        answer: the bet, where no widget displays.

    >>> predict("00-coin", "Heads or tails?", ["heads", "tails"])
    Heads or tails? (heads / tails)
      Your bet: predict("00-coin", ..., answer=...)
    >>> predict("00-coin", "Heads or tails?", ["heads", "tails"], answer="heads")
    You bet heads. Now run what follows.
    >>> reveal("00-coin", "tails", "The coin was bent.")
    You bet heads; it is tails. The coin was bent.
    """
    if not isinstance(answer, EllipsisType):
        text = _commit(key, question, answer)
        panel.show(text, panel.paragraph(text))
        return
    choices = f" ({' / '.join(options)})" if options else ""
    text = f'{question}{choices}\n  Your bet: predict("{key}", ..., answer=...)'
    page = panel.paragraph(question) + _listed(options)
    page += panel.paragraph("Run this cell to bet, or add `answer=` to it.")
    panel.show(text, page, lambda: _asking(key, question, options))


def reveal(key: str, outcome: Any, why: str = "") -> None:
    """Hold the bet against what happened, and say `why` if they differ.

    >>> reveal("00-dice", 6, "It was loaded.")
    It is 6. You had not bet: go back to the question above, bet, and run this cell again.
    """
    entry = diary().entry("predictions", key)
    if "bet" not in entry:
        text, status = (
            f"It is {outcome}. You had not bet: go back to the question above, bet, and run this cell again.",
            "not attempted",
        )
    else:
        bet, right = entry["bet"], same(entry["bet"], outcome)
        diary().note("predictions", key, lambda kept: kept.update(outcome=str(outcome), right=right))
        text = f"You bet {bet}, and {outcome} it is." if right else f"You bet {bet}; it is {outcome}. {why}".rstrip()
        status = "right" if right else "not yet"
    text = "\n".join([text, *diary().news()])
    panel.show(text, panel.coloured(status, text))


def same(bet: Any, outcome: Any) -> bool:
    """Whether a bet, as it was typed, is what happened: numbers nearly, words but for case.

    >>> same("4.5", 4.5), same("9/2", 4.5), same("None", None), same("yes", "Yes"), same("18", 4.5), same("True", True)
    (True, True, True, True, False, True)
    """
    try:
        above, _, below = str(bet).replace("−", "-").replace(",", ".").partition("/")
        return math.isclose(float(above) / float(below or 1), float(outcome), rel_tol=1e-3, abs_tol=1e-9)
    except (TypeError, ValueError, ZeroDivisionError):  # not two numbers
        return str(bet).strip().strip(".").lower() == str(outcome).strip().strip(".").lower()


def _commit(key: str, question: str, answer: Any) -> str:
    bet = str(answer).strip()
    diary().note("predictions", key, lambda entry: entry.update(bet=bet, question=question))
    return "\n".join([f"You bet {bet}. Now run what follows.", *diary().news()])


def _listed(options: Sequence[str] | None) -> str:
    items = "".join(f"<li>{panel.markup(option)}</li>" for option in options or ())
    return items and f"<ul>{items}</ul>"


def _asking(key: str, question: str, options: Sequence[str] | None) -> Any:
    place = panel.field(options, "")
    earlier = diary().entry("predictions", key).get("bet")
    said = panel.html(panel.paragraph(f"Last time you bet {earlier}.") if earlier else "")

    def press(_: Any) -> None:
        said.value = panel.paragraph(
            _commit(key, question, place.value)
            if place.value
            else "Write or choose something first: any guess will do."
        )

    return panel.column(panel.html(panel.paragraph(question)), place, panel.button("Commit", press), said)


# --- recall ------------------------------------------------------------------------------------------------------


def quiz(lesson: int, answers: str | None = None) -> None:
    """Ask the recall questions of a lesson; without widgets, `answers` holds one letter for each.

    >>> quiz(5, "abba")
    Lesson 05 has 5 questions; you gave 4 letters.
    """
    asked = questions(lesson)
    if answers is None:
        _ask(lesson, asked)
    elif len(answers) != len(asked):
        text = f"Lesson {lesson:02} has {len(asked)} questions; you gave {len(answers)} letters."
        panel.show(text, panel.paragraph(text))
    else:
        chosen = [ord(letter.lower()) - ord("a") for letter in answers]
        said = [_told(question, place) for question, place in zip(asked, chosen, strict=True)]
        _keep(lesson, asked, chosen)
        text = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(said, 1))
        panel.show(text, "".join(map(panel.paragraph, text.split("\n"))))


def _ask(lesson: int, asked: Sequence[Question]) -> None:
    text = "\n".join(
        f"{number}. {question.text}\n"
        + "\n".join(f"   {_letter(place)}: {option}" for place, option in enumerate(question.options))
        for number, question in enumerate(asked, 1)
    )
    page = "".join(
        f"<li>{panel.markup(question.text)}{_listed(question.options)}<details><summary>Answer</summary>"
        f"{panel.paragraph(f'{question.options[question.right]}. {question.why}')}</details></li>"
        for question in asked
    )
    text += f'\n  Your answers, one letter each: quiz({lesson}, "...")'
    panel.show(text, f"<ol>{page}</ol>", lambda: _questions(lesson, asked))


def _letter(place: int) -> str:
    return chr(ord("a") + place)


def _told(question: Question, place: int) -> str:
    verdict = "Right." if place == question.right else f"Not yet: {question.options[question.right]}."
    return f"{verdict} {question.why}"


def _keep(lesson: int, asked: Sequence[Question], chosen: Sequence[int | None]) -> None:
    right = sum(place == question.right for question, place in zip(asked, chosen, strict=True))
    diary().note("quizzes", f"{lesson:02}", lambda entry: entry.update(right=right, of=len(asked)))


def _questions(lesson: int, asked: Sequence[Question]) -> Any:
    places = [panel.field(question.options, "") for question in asked]
    replies = [panel.html("") for _ in asked]
    total = panel.html("")

    def press(_: Any) -> None:
        chosen = [place.index for place in places]
        if None in chosen:
            total.value = panel.paragraph(f"Question {chosen.index(None) + 1} has no answer yet.")
            return
        for question, place, reply in zip(asked, chosen, replies, strict=True):
            status = "right" if place == question.right else "not yet"
            reply.value = panel.coloured(status, _told(question, place))
        _keep(lesson, asked, chosen)
        right = diary().entry("quizzes", f"{lesson:02}")["right"]
        total.value = panel.paragraph(f"{right} of {len(asked)} right.")

    parts: list[Any] = []
    for number, (question, place, reply) in enumerate(zip(asked, places, replies, strict=True), 1):
        parts += [panel.html(panel.paragraph(f"{number}. {question.text}")), place, reply]
    return panel.column(*parts, panel.button("Check my answers", press), total)
