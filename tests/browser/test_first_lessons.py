"""Lessons 00 to 02 as a learner works in them: bets, mistakes, hints, sliders, and a point that is dragged."""

from __future__ import annotations

import pytest

from tests.browser.jupyterlab import errors, open_notebook, run_all
from tests.browser.test_course import cell, rewrite, says


@pytest.fixture
def open_lesson(lab, page):
    def opened(name):
        open_notebook(page, lab, name)
        assert errors(page, run_all(page)) == []
        return page

    return opened


def test_start_here_teaches_a_bet_a_check_and_a_hint(open_lesson):
    page = open_lesson("00_start_here")
    bet, outcome = cell(page, 'predict("00-error"'), cell(page, 'reveal("00-error"')
    bet.get_by_label("−2").check()
    bet.get_by_role("button", name="Commit").click()
    says(bet, "You bet −2. Now run what follows.")
    outcome.locator(".cm-line", has_text="reveal").click()
    page.keyboard.press("Control+Enter")
    says(outcome, "You bet −2, and -2.0 it is.")
    check = cell(page, 'check("00-1")')
    rewrite(check, "prediction = ...", "prediction = 6")
    says(check, "That is 4 + 2, or what it predicted")
    rewrite(check, "prediction = 6", "prediction = 8")
    says(check, "00-1 A check: right")
    check = cell(page, 'check("00-2")')
    check.get_by_role("button", name="Hint").click()
    says(check, "Hint 1 of 2: This is the first hint.")
    rewrite(check, "return ...", "print(weight * x)")
    says(check, "It is printed, not returned")
    check = cell(page, 'check("00-3")')
    rewrite(check, "return ...", "return weight + lr * slope")
    says(check, "That is uphill")


def test_a_slope_is_measured_worse_and_better(open_lesson):
    page = open_lesson("01_slope")
    experiment = cell(page, "explore(measure")
    experiment.get_by_label("eps", exact=True).fill("4")
    experiment.get_by_label("both_ways").check()
    label = experiment.locator(".tg-live > svg").get_attribute("aria-label")
    assert label.startswith("Nudged both ways by 1e−05: measured slope 0.48")
    check = cell(page, 'check("01-3")')
    rewrite(check, "return ...", "return (f(x + eps) - f(x - eps)) / 2 * eps")
    says(check, "Write / (2 * eps).")
    rewrite(check, "return (f", "return (f(x + eps) - f(x - eps)) / (2 * eps)")
    says(check, "01-3 Look both ways: right")


def test_the_valley_s_bottom_is_found_by_dragging(open_lesson):
    page = open_lesson("02_gradient")
    svg = cell(page, "arrows.drag(valley").locator(".tg-live > svg")
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    scale = box["width"] / float(svg.get_attribute("width"))
    page.mouse.move(box["x"] + scale * 200, box["y"] + scale * 200)
    page.mouse.down()
    page.mouse.move(box["x"] + scale * (64 + 320 * 0.75), box["y"] + scale * (44 + 160))
    page.mouse.up()
    assert "x = 1.0, y = 0.0: value −2.0, slope along x 0.0, along y 0.0" in svg.get_attribute("aria-label")
    check = cell(page, 'check("02-2")')
    rewrite(check, "return ...", "return gradient @ direction")
    says(check, "The slope is per unit of length")
    rewrite(check, "return gradient", "return gradient @ direction / direction.norm()")
    says(check, "02-2 Any direction: right")
