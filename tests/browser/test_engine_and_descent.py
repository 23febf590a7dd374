"""Lessons 06 and 09 as a learner works in them: an engine that grows until it is their own, and a walk down a hill."""

from __future__ import annotations

from tests.browser.jupyterlab import errors, open_notebook, photograph, run_all
from tests.browser.test_course import SECONDS, cell, rewrite, says


def opened(lab, page, name):
    open_notebook(page, lab, name)
    assert errors(page, run_all(page)) == []
    return page


def run(page, place, line):
    """Run a cell once more, by a line of it."""
    place.locator(".cm-line", has_text=line).first.click()
    page.keyboard.press("Control+Enter")


def test_an_engine_is_built_with_a_mistake_on_the_way(lab, page):
    lesson = opened(lab, page, "06_build_it")
    bet, outcome = cell(lesson, 'predict("06-which"'), cell(lesson, 'reveal("06-which"')
    bet.get_by_label("B", exact=True).check()
    bet.get_by_role("button", name="Commit").click()
    says(bet, "You bet B.")
    run(lesson, outcome, "reveal")
    says(outcome, "You bet B; it is A. A loss falls along any direction that is roughly downhill.")

    two = cell(lesson, 'check("06-1")')
    rewrite(two, "return ...", 'return Value(number(a) + number(b), "+", (a, lambda g: g), (b, lambda g: g))')
    rewrite(
        two,
        "return ...",
        'return Value(number(a) * number(b), "×", (a, lambda g: number(b)), (b, lambda g: number(a)))',
    )
    says(two, "06-1 Two formulas each: not yet")
    says(two, "yours is [6, 3, 2], expected [6, 2.1, 1.4]")
    says(two, "That is the slope of × alone.")
    photograph(lesson, "engine-wrong")
    rewrite(
        two,
        "number(a) * number(b)",
        'return Value(number(a) * number(b), "×", (a, lambda g: g * number(b)), (b, lambda g: g * number(a)))',
    )
    says(two, "06-1 Two formulas each: right")
    unfinished = cell(lesson, "Engine = yours_or_ours(Value)")
    run(lesson, unfinished, "Engine = ")
    says(unfinished, "The engine from here on is ours, in scalar.py.")


def test_a_bug_is_planted_and_found(lab, page):
    experiment = cell(opened(lab, page, "06_build_it"), "explore(plant")
    bug, x = (experiment.get_by_label(name, exact=True) for name in ("bug", "x"))
    picture = experiment.locator(".tg-live svg").first
    assert picture.get_attribute("aria-label").startswith("5 of 9 slopes by backward agree")
    bug.focus()
    page.keyboard.press("ArrowRight")
    assert bug.get_attribute("aria-valuetext") == "× forgets what arrives"
    assert picture.get_attribute("aria-label").startswith("7 of 9 slopes by backward agree with nudging. f along x:")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    x.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert (bug.get_attribute("aria-valuetext"), x.get_attribute("aria-valuetext")) == ("**2 sends 2a² back", "1.5")
    assert "**2 along a: backward 4.5, nudging 3.0" in picture.get_attribute("aria-label")


def test_a_walk_downhill(lab, page):
    lesson = opened(lab, page, "09_descent")
    experiment = cell(lesson, "ratio=[1, 3, 10, 30, 100]")
    ratio = experiment.get_by_label("ratio", exact=True)
    ratio.focus()
    page.keyboard.press("ArrowRight")
    said = experiment.locator(".tg-live svg").first.get_attribute("aria-label")
    assert said.startswith("lr 0.1, ratio 30: from (−2.0, 1.0)")
    assert said.endswith("it runs away.")

    step = cell(lesson, 'check("09-1")')
    rewrite(step, "return ...", "f(*parameters).backward()")
    says(step, "after two steps, no parameter has moved")
    step.get_by_role("button", name="Hint").click()
    step.get_by_text("Hint 1 of 3").wait_for(timeout=SECONDS)
    photograph(lesson, "descent-wrong")
