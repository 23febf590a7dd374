"""Lesson 12 as a learner works in it: a bet, sliders that reach the goals, and mistakes of the usual kinds."""

from __future__ import annotations

from tests.browser.jupyterlab import errors, open_notebook, run_all
from tests.browser.test_course import cell, rewrite, says


def shown(experiment):
    return experiment.locator(".tg-live > svg").get_attribute("aria-label")


def test_goals_are_reached_and_mistakes_are_told(lab, page):
    open_notebook(page, lab, "12_data")
    assert errors(page, run_all(page)) == []
    bet, outcome = cell(page, 'predict("12-tidy"'), cell(page, 'reveal("12-tidy"')
    bet.get_by_label("your bet").or_(bet.get_by_placeholder("your bet")).fill("8")
    bet.get_by_role("button", name="Commit").click()
    says(bet, "You bet 8. Now run what follows.")
    outcome.locator(".cm-line", has_text="reveal").click()
    page.keyboard.press("Control+Enter")
    says(outcome, "You bet 8; it is 1. One digit of ten")

    ball = cell(page, "explore(ball")
    assert "Batches of 1: a ball 0.037" in shown(ball)
    ball.get_by_label("batch_size", exact=True).fill("1")
    assert "not below 0.004" in shown(ball)
    ball.get_by_label("falling").check()
    assert "Batches of 4: a ball 0.0028 above the lowest loss, below 0.004" in shown(ball)

    order = cell(page, "explore(draw")
    order.get_by_label("order", exact=True).fill("1")
    assert "dealt: 9 of 10 right" in shown(order)

    check = cell(page, 'check("12-3")')
    rewrite(check, "return ...", "return sum(loss_fn(model(x), y).item() for x, y in loader) / len(loader)")
    says(check, "right for even batches")
    check = cell(page, 'check("12-5")')
    rewrite(check, "return ...", "return DataLoader(dataset, batch_size=4, shuffle=True)")
    says(check, "The order depends on whatever was drawn before")
