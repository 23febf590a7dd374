"""Lesson 05 as a learner works in it: commits to a bet, types wrong and right answers, presses Hint and Solution."""

from __future__ import annotations

import json

import pytest

from tests.browser.jupyterlab import errors, open_notebook, photograph, run_all

SECONDS = 30_000  # milliseconds, to be patient on a busy machine


@pytest.fixture
def lesson(lab, page):
    open_notebook(page, lab, "05_backward")
    assert errors(page, run_all(page)) == []
    return page


def cell(page, words):
    """The code cell whose source contains these words."""
    return page.locator(".jp-CodeCell").filter(has=page.locator(f".jp-InputArea-editor:has-text('{words}')"))


def rewrite(place, old, new):
    """Replace a line of a cell by typing, and run the cell."""
    line = place.locator(".cm-line", has_text=old).first
    line.scroll_into_view_if_needed()
    line.click()
    keys = place.page.keyboard
    keys.press("Home")  # behind the indentation
    keys.press("Shift+End")
    keys.type(new)
    keys.press("Control+Enter")


def says(place, words):
    place.get_by_text(words).first.wait_for(timeout=SECONDS)


def test_a_wrong_answer_then_a_right_one(lesson):
    check = cell(lesson, 'check("05-5")')
    assert check.get_by_text("05-5 Twice: not attempted").count() == 1
    rewrite(check, "reason = ...", 'reason = "a"')
    says(check, "05-5 Twice: not yet")
    says(check, "A filled .grad is no obstacle")
    rewrite(check, 'reason = "a"', 'reason = "b"')
    says(check, "05-5 Twice: right")
    assert check.get_by_role("button", name="Hint").count() == 0


def test_a_gradient_beside_the_true_one_hints_and_the_solution(lesson, lab):
    check = cell(lesson, 'check("05-3")')
    rewrite(check, "return ...", "return tg.zeros_like(x)")
    says(check, "All zeros: no gradient arrived.")
    assert check.locator("figure svg[aria-label*='2 of 2 entries differ']").is_visible()
    check.get_by_role("button", name="Hint").click()
    says(check, "Hint 1 of 3")
    check.get_by_role("button", name="Hint").click()
    says(check, "Hint 2 of 3")
    check.get_by_role("button", name="Solution").click()
    says(check, "hints left to open: 1.")
    assert check.locator("pre", has_text="f(x).backward(v)").count() == 0
    photograph(lesson, "course-wrong")
    check.get_by_role("button", name="Show it all the same").click()
    check.locator(".widget-html pre", has_text="f(x).backward(v)").wait_for(timeout=SECONDS)
    kept = json.loads((lab.notebooks.parent / "progress.json").read_text())
    assert kept["exercises"]["05-3"]["solution"]


def test_a_bet_is_committed_and_compared(lesson):
    bet, outcome = cell(lesson, 'predict("05-mean"'), cell(lesson, 'reveal("05-mean"')
    assert outcome.get_by_text("You had not bet").count() == 1
    bet.get_by_placeholder("your bet").fill("18")
    bet.get_by_role("button", name="Commit").click()
    says(bet, "You bet 18. Now run what follows.")
    outcome.locator(".cm-line", has_text="reveal").click()
    lesson.keyboard.press("Control+Enter")
    says(outcome, "You bet 18; it is 4.5. 3y² alone has slope 6y = 18")


def test_a_quiz_is_answered(lesson):
    quiz = cell(lesson, "quiz(5)")
    for option in (
        "what it received × its local derivative",
        "where several edges lead to one node, and in .grad from call to call",
        "whoever sends to a node was computed after it",
        "its slope is 0",
        "always",
    ):
        quiz.get_by_label(option, exact=True).check()
    quiz.get_by_role("button", name="Check my answers").click()
    says(quiz, "4 of 5 right.")
    photograph(lesson, "course-quiz")
