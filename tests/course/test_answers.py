"""What a learner is told: about a bet, about an exercise. Nothing that a learner writes stops the notebook."""

import warnings

import pytest

from teachgrad.course.answers import attempted, check, compare


def said(capsys):
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


@pytest.mark.parametrize("bet", [4.5, 4.5004, "4.5", " 4.5"], ids=repr)
def test_a_right_bet(capsys, bet):
    compare(bet, 4.5, "The mean divides by 4.")
    assert said(capsys) == f"You bet {bet}, and 4.5 it is.\n"


@pytest.mark.parametrize("bet", [18, "18", None, True, [4.5], object], ids=repr)
def test_a_wrong_bet_is_told_why(capsys, bet):
    compare(bet, 4.5, "The mean divides by 4.")
    assert said(capsys) == f"You bet {bet}; it is 4.5. The mean divides by 4.\n"


@pytest.mark.parametrize(
    ("bet", "outcome"), [(None, None), ("none", None), (True, True), (False, False), ("Yes", "yes")]
)
def test_bets_that_are_no_numbers(capsys, bet, outcome):
    compare(bet, outcome)
    assert "You bet" in (words := said(capsys))
    assert words.endswith(" it is.\n")


def test_no_bet_at_all(capsys):
    compare(..., 4.5, "The mean divides by 4.")
    assert said(capsys).startswith("It is 4.5. You had not bet")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: 2 * x, "00-1: right.\n"),
        (lambda x: x + 2, "00-1: not yet. double(5) is 7.\n"),
        (lambda x: ..., "00-1: not attempted yet.\n"),
        (lambda x: x.shape, "00-1: not yet. Your code raised AttributeError: 'int' object has no attribute 'shape'\n"),
    ],
)
def test_an_exercise_is_judged_in_a_sentence(capsys, answer, words):
    @check("00-1")
    def check_double(double):
        doubled = attempted(double(5))
        if doubled != 10:  # an assert would get more words from pytest
            raise AssertionError(f"double(5) is {doubled}.")

    check_double(answer)
    assert said(capsys) == words


def test_an_error_is_told_with_its_cause_and_remedy(capsys):
    with check("00-1"):
        raise RuntimeError("what happened\n  Why: this.")
    assert said(capsys) == "00-1: not yet. Your code raised RuntimeError: what happened\n  Why: this.\n"


def test_the_stop_button_still_stops():
    with pytest.raises(KeyboardInterrupt), check("00-1"):
        raise KeyboardInterrupt


def test_a_warning_in_a_check_goes_nowhere(capsys):
    quiet = check("00-1")
    for _ in range(2):
        with quiet:
            warnings.warn("the answer reads what is not there", stacklevel=1)
    assert capsys.readouterr() == ("00-1: right.\n00-1: right.\n", "")
    with pytest.warns(UserWarning, match="afterwards"):
        warnings.warn("afterwards", stacklevel=1)
