"""An experiment in a blank page: its controls show the right pictures, keep keys to themselves, and have names."""

from __future__ import annotations

import pytest

import teachgrad as tg
from teachgrad.course import explore
from teachgrad.viz import draw_graph


def power(x=2, squared=True):
    leaf = tg.tensor(float(x), requires_grad=True)
    y = leaf**2 if squared else leaf * 1
    y.backward()
    return draw_graph(y, names={"x": leaf, "y": y})


@pytest.fixture(scope="module")
def experiment():
    return explore(power, x=range(-3, 4))


def show(page, *markup: str) -> None:
    page.set_content(
        '<!doctype html><html lang="en"><title>experiment</title>'
        f"<main><h1>Experiment</h1>{''.join(markup)}</main></html>"
    )


def seen(page) -> str:
    return str(page.locator(".tg-live > svg").get_attribute("aria-label"))


def test_it_begins_at_the_defaults(page, experiment):
    show(page, experiment.html)
    assert seen(page) == power().alt
    assert page.get_by_label("x", exact=True).input_value() == "5"
    assert page.get_by_label("squared").is_checked()
    assert page.locator("figure label").all_inner_texts() == ["x = 2", "squared"]
    assert page.get_by_text("Run this cell").count() == 0


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("place", [0, 3, 6])
def test_every_choice_shows_its_picture(page, experiment, place, squared):
    show(page, experiment.html)
    page.get_by_label("x", exact=True).fill(str(place))
    page.get_by_label("squared").set_checked(squared)
    assert seen(page) == power(place - 3, squared).alt
    assert page.locator("figure > output").text_content() == seen(page)
    assert page.locator(".tg-live > svg").count() == 1
    assert page.locator(".tg-live > svg .tg-leaf-group .tg-value").text_content() == f"{place - 3}.0".replace("-", "−")


def test_a_slider_says_its_value(page, experiment):
    show(page, experiment.html)
    slider = page.get_by_label("x", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    assert slider.get_attribute("aria-valuetext") == "−3"
    assert page.locator("figure label").first.inner_text() == "x = −3"


def test_keys_do_not_leave_the_figure(page, experiment):
    show(page, experiment.html)
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key))")
    for control in page.locator("figure input").all():
        control.focus()
        for key in ("b", "a", "x", "ArrowDown", "Enter", "Escape"):
            page.keyboard.press(key)
    assert page.evaluate("heard") == []


def test_two_copies_on_a_page_are_two(page, experiment):
    show(page, experiment.html, experiment.html)
    first, second = page.get_by_label("x", exact=True).all()
    first.fill("0")
    assert (first.input_value(), second.input_value()) == ("0", "5")
    assert page.locator(".tg-controls").count() == 2


def test_axe_finds_nothing(page, experiment):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    show(page, experiment.html)
    report = axe.run(page)
    assert [(problem["id"], problem["description"]) for problem in report["violations"]] == []
    assert len(report["passes"]) > 10


def test_it_fits_a_narrow_page(page, experiment):
    page.set_viewport_size({"width": 320, "height": 800})
    show(page, experiment.html)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
