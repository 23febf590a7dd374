"""Bets are kept and compared, questions answered, and the way through the course drawn."""

import pytest

from teachgrad.course import bets, check, predict, progress, quiz, reveal
from teachgrad.course.diary import diary
from teachgrad.course.exercises import exercises, questions
from tests.course.test_practice import parts, press, said, text_of


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr(
        bets.panel, "show", lambda text, page, controls=None: found.append((text, page, controls and controls()))
    )
    return found


def kept(key):
    return diary().entry("predictions", key)


@pytest.mark.parametrize("bet", [4.5, 4.5004, "4.5", " 4,5", "9/2"], ids=repr)
def test_a_right_bet(capsys, bet):
    predict("05-mean", "How much?", answer=bet)
    reveal("05-mean", 4.5, "The mean divides by 4.")
    assert said(capsys).endswith(", and 4.5 it is.\n")
    assert kept("05-mean")["right"]


@pytest.mark.parametrize("bet", [18, "18", None, True, [4.5], "4.5/0", "-4.5"], ids=repr)
def test_a_wrong_bet_is_told_why(capsys, bet):
    predict("05-mean", "How much?", answer=bet)
    reveal("05-mean", 4.5, "The mean divides by 4.")
    assert said(capsys).endswith(f"You bet {bet}; it is 4.5. The mean divides by 4.\n")
    assert not kept("05-mean")["right"]


@pytest.mark.parametrize(
    ("bet", "outcome"), [(None, None), ("none", None), (True, True), ("false", False), ("Yes.", "yes"), ("−3", -3)]
)
def test_bets_that_are_words(bet, outcome):
    assert bets.same(bet, outcome)


def test_no_bet_at_all(capsys):
    predict("05-mean", "How much?", ["18", "4.5"])
    assert "How much? (18 / 4.5)" in said(capsys)
    reveal("05-mean", 4.5, "The mean divides by 4.")
    assert said(capsys).startswith("It is 4.5. You had not bet")
    assert kept("05-mean") == {}


def test_a_bet_in_a_field(shown):
    predict("05-mean", "How much?")
    widget = shown[0][2]
    press(widget, "Commit")
    assert "Write or choose something first" in text_of(widget)
    next(
        part for part in parts(widget) if hasattr(part, "placeholder") and hasattr(part, "continuous_update")
    ).value = "18"
    press(widget, "Commit")
    assert "You bet 18. Now run what follows." in text_of(widget)
    assert kept("05-mean") == {"bet": "18", "question": "How much?"}
    predict("05-mean", "How much?")
    assert "Last time you bet 18." in text_of(shown[1][2])


def test_a_bet_among_options(shown):
    predict("05-coin", "Which?", ["heads", "tails"])
    _, page, widget = shown[0]
    assert "<li>heads</li><li>tails</li>" in page
    next(part for part in parts(widget) if hasattr(part, "index")).value = "tails"
    press(widget, "Commit")
    reveal("05-coin", "heads", "It was bent.")
    assert shown[-1][0] == "You bet tails; it is heads. It was bent."


RIGHT = "".join("abcd"[question.right] for question in questions(5))


def test_a_quiz_in_letters(capsys):
    quiz(5, RIGHT)
    assert said(capsys).count("Right.") == 5
    quiz(5, "a" * 5)
    assert said(capsys).count("Not yet: ") == sum(letter != "a" for letter in RIGHT)
    assert diary().entry("quizzes", "05") == {"right": RIGHT.count("a"), "of": 5}


def test_a_quiz_as_text_does_not_tell_the_answers(capsys):
    quiz(5)
    text = said(capsys)
    assert text.count("   a: ") == 5
    assert not any(question.why in text for question in questions(5))


def test_a_quiz_with_buttons(shown):
    quiz(5)
    _, page, widget = shown[0]
    assert page.count("<details><summary>Answer</summary>") == 5
    press(widget, "Check my answers")
    assert "Question 1 has no answer yet." in text_of(widget)
    for place, question in zip([part for part in parts(widget) if hasattr(part, "index")], questions(5), strict=True):
        place.value = question.options[question.right]
    press(widget, "Check my answers")
    assert "5 of 5 right." in text_of(widget)
    assert text_of(widget).count("✓") == 5


def test_the_way_shows_what_is_solved(capsys):
    asked = len(exercises(5))
    assert progress().alt.startswith("Your way: 0 of ")
    assert f"0 of {asked} solved" in progress().svg
    check("05-5", "b")
    quiz(5, RIGHT)
    predict("05-mean", "How much?", answer=4.5)
    reveal("05-mean", 4.5)
    figure = progress()
    assert figure.alt.startswith("Your way: 1 of ")
    assert "1 of 1 bets won" in figure.alt
    assert f"1 of {asked} solved, 5 of 5 recalled" in figure.svg
