"""The point on the map in a blank page: dragged or moved by keys, with the arrow that Python would draw there."""

from __future__ import annotations

import pytest

from teachgrad.course.arrows import LEFT, SIDE, TOP, drag


def bowl(x, y):
    return x**2 + 3 * y**2 + x * y


def show(page, figure) -> None:
    page.set_content(
        f'<!doctype html><html lang="en"><title>map</title><main><h1>A map</h1>{figure.html}</main></html>'
    )


def seen(page) -> str:
    return str(page.locator(".tg-live > svg").get_attribute("aria-label"))


def shapes(page):
    """Five points of every path that moves."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.tg-live [data-key][d]')].map(path =>
            [0, 0.25, 0.5, 0.75, 1].flatMap(part => {
                const {x, y} = path.getPointAtLength(part * path.getTotalLength());
                return [x, y];
            }))"""
    )


@pytest.mark.parametrize("towards", [None, (0.0, 0.0)])
def test_a_click_puts_the_point_there_and_all_is_as_python_draws_it(page, towards):
    show(page, drag(bowl, start=(0, 0), towards=towards))
    box = page.locator(".tg-live > svg").bounding_box()
    page.mouse.click(box["x"] + LEFT + SIDE * 0.75, box["y"] + TOP + SIDE * 0.9)  # of -2 to 2, from the top
    there = drag(bowl, start=(1.0, -1.6), towards=towards)
    assert seen(page) == there.alt
    assert page.locator("figure > output").text_content() in there.alt
    moved = shapes(page)
    show(page, there)
    assert len(moved) >= 7
    for one, other in zip(moved, shapes(page), strict=True):
        assert one == pytest.approx(other, abs=1.01)


def test_it_follows_while_it_is_dragged_and_stays_on_the_map(page):
    show(page, drag(bowl, start=(0, 0)))
    box = page.locator(".tg-live > svg").bounding_box()
    page.mouse.move(box["x"] + LEFT + SIDE / 2, box["y"] + TOP + SIDE / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + LEFT + SIDE / 2, box["y"] + TOP + SIDE / 4)
    assert "x = 0.0, y = 1.0:" in seen(page)
    page.mouse.move(box["x"] + LEFT + 3 * SIDE, box["y"])
    assert "x = 2.0, y = 2.0:" in seen(page)
    page.mouse.up()
    page.mouse.move(box["x"] + LEFT + SIDE / 2, box["y"] + TOP + SIDE / 2)
    assert "x = 2.0, y = 2.0:" in seen(page)


def test_keys_move_it_and_stay_in_it(page):
    show(page, drag(bowl, start=(0, 0)))
    page.evaluate("() => { window.heard = 0; document.addEventListener('keydown', () => window.heard++); }")
    slider = page.get_by_label("y", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert seen(page) == drag(bowl, start=(0, 0.1)).alt
    assert slider.get_attribute("aria-valuetext") == "y = 0.1"
    assert page.evaluate("window.heard") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_barriers(page, scheme):
    axe = pytest.importorskip("axe_core_python.sync_playwright")
    page.emulate_media(color_scheme=scheme)
    show(page, drag(bowl, start=(0, 0)))
    assert [broken["id"] for broken in axe.Axe().run(page)["violations"]] == []
