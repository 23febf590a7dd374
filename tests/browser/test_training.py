"""Lines that are moved in a blank page; a loop that is watched, and stopped, in JupyterLab."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from notebooks import build
from teachgrad.viz import draw_curves, explore_order
from tests.browser.jupyterlab import open_notebook
from tests.viz.pages import untrusted

LINES = ["fill()", "light()", "drive()"]
TOLD = "figure [role=status]"


def run(lines):
    """A car that must be filled before it drives; light changes nothing."""
    moves = [line for line in lines if line != "light()"]
    if moves == ["fill()", "drive()"]:
        return "", [3.0, 2.0, 1.0]
    return ("NameError: fuel.", []) if "drive()" in moves else ("", [3.0, 3.0])


@pytest.fixture(scope="module")
def orders():
    return explore_order(LINES, run)


def show(page, *markup: str, style: str = "") -> None:
    page.set_content(
        f'<!doctype html><html lang="en"><title>orders</title><style>{style}</style>'
        f"<main><h1>Orders</h1>{''.join(markup)}</main></html>"
    )


def shown(page):
    return page.locator(".tg-lines li span").all_text_contents()


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_the_first_order_is_shown_with_its_outcome(page, orders):
    show(page, orders.html)
    assert shown(page) == LINES
    assert page.locator(TOLD).inner_text() == "In this order: loss 3 to 1."
    assert page.get_by_role("img", name="In this order: loss 3 to 1.").is_visible()
    assert not page.locator("figure > img").is_visible()
    assert page.get_by_text("Run this cell").count() == 0


def test_a_line_moves_and_the_outcome_follows(page, orders):
    show(page, orders.html)
    press(page, "Move drive() up")
    assert shown(page) == ["fill()", "drive()", "light()"]
    assert page.locator(TOLD).inner_text() == "In this order: loss 3 to 1."
    press(page, "Move fill() down")
    assert shown(page) == ["drive()", "fill()", "light()"]
    assert page.locator(TOLD).inner_text() == "NameError: fuel."
    assert page.locator(".tg-live path.tg-line0").get_attribute("d") == ""


def test_at_the_ends_nothing_moves(page, orders):
    show(page, orders.html)
    for name in ("Move fill() up", "Move drive() down"):
        page.get_by_role("button", name=name).click(force=True)  # which says that it is disabled
    assert shown(page) == LINES
    disabled = page.locator("button[aria-disabled=true]")
    assert [button.get_attribute("aria-label") for button in disabled.all()] == ["Move fill() up", "Move drive() down"]


def test_a_line_is_left_out_and_put_back(page, orders):
    show(page, orders.html)
    page.get_by_label("fill()", exact=True).uncheck()
    assert page.locator(TOLD).inner_text() == "NameError: fuel."
    page.get_by_label("drive()", exact=True).uncheck()
    assert page.locator(TOLD).inner_text() == "In this order: loss stays at 3."
    page.get_by_label("fill()", exact=True).check()
    page.get_by_label("drive()", exact=True).check()
    assert page.locator(TOLD).inner_text() == "In this order: loss 3 to 1."


def test_keys_move_a_line_again_and_again_and_do_not_leave(page, orders):
    show(page, orders.html)
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key))")
    page.get_by_role("button", name="Move drive() up").focus()
    for key in ("Enter", "b", "Enter", "ArrowDown"):
        page.keyboard.press(key)
    assert shown(page) == ["drive()", "fill()", "light()"]
    page.get_by_label("light()", exact=True).focus()
    page.keyboard.press("Space")
    assert not page.get_by_label("light()", exact=True).is_checked()
    assert page.evaluate("heard") == []


def test_two_copies_are_ordered_apart(page, orders):
    show(page, orders.html, orders.html)
    page.get_by_role("button", name="Move drive() up").first.click()
    assert shown(page) == ["fill()", "drive()", "light()", *LINES]


def test_without_scripts_the_lines_and_the_picture_are_seen(page, orders):
    show(page, untrusted(orders.html))
    assert page.locator("figure > img").is_visible()
    told = page.locator("figure").inner_text()
    assert all(part in told for part in (*LINES, "Run this cell to move the lines."))


@pytest.mark.parametrize(("ink", "paper"), [("#000000de", "#ffffff"), ("#ffffff", "#111111"), ("#ffff00", "#000000")])
def test_axe_finds_nothing(page, orders, ink, paper):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    curves = draw_curves({"A": {"training loss": [2.0, 1.0], "test loss": [2.0, 1.5]}})
    show(
        page,
        orders.html,
        curves.html,
        style=f":root{{--jp-content-font-color1:{ink}}}body{{background:{paper};color:{ink}}}",
    )
    report = axe.run(page)
    assert [(problem["id"], problem["description"]) for problem in report["violations"]] == []


LOOP = """\
from teachgrad import viz
live = viz.live_training(1000, pause=0.05)
for epoch in live:
    live.report(loss=1 / (epoch + 1))
print("and on")
"""
RUN_CELL = "() => { window.jupyterapp.commands.execute('notebook:run-cell'); }"
OUTPUT = ".jp-OutputArea-output"


@pytest.fixture
def running(lab, page):
    """A notebook in JupyterLab whose only cell runs for as long as nobody stops it."""
    notebook = new_notebook(cells=[new_code_cell(LOOP)], metadata=build.KERNEL)
    nbformat.write(notebook, lab.notebooks / "loop.ipynb")
    open_notebook(page, lab, "loop")
    page.evaluate(RUN_CELL)
    page.locator(f"{OUTPUT} >> text=/[1-9][0-9]* of 1,000 epochs: loss/").wait_for()
    return page


def saved(page):
    return page.evaluate("() => window.jupyterapp.shell.currentWidget.context.model.toJSON().cells[0].outputs")


def done(page):
    page.locator(f"{OUTPUT} >> text=and on").wait_for(timeout=10_000)
    page.locator(f"{OUTPUT} >> text=/stopped after [0-9]+ of 1,000 epochs/").wait_for()
    return int(re.findall(r"stopped after (\d+)", page.locator(f"{OUTPUT} svg").get_attribute("aria-label"))[0])


def test_it_pauses_and_goes_on(running):
    running.get_by_role("button", name="Pause", exact=True).click(timeout=10_000)
    paused = running.locator(f"{OUTPUT} >> text=/paused after [0-9]+ of 1,000 epochs/")
    paused.wait_for(timeout=10_000)
    told = paused.text_content()
    running.wait_for_timeout(400)
    assert paused.text_content() == told
    running.get_by_role("button", name="Continue", exact=True).click()
    running.locator(f"{OUTPUT} >> text=/^[0-9]+ of 1,000 epochs/").wait_for(timeout=10_000)
    running.get_by_role("button", name="Pause", exact=True).click()
    paused.wait_for(timeout=10_000)
    running.get_by_role("button", name="Stop", exact=True).click()
    assert done(running) > int(told.split()[2])


def test_the_picture_changes_and_stop_leaves_it_and_the_kernel_in_order(running):
    first = running.locator(f"{OUTPUT} svg").get_attribute("aria-label")
    running.wait_for_function(
        "was => document.querySelector('.jp-OutputArea-output svg').getAttribute('aria-label') !== was", arg=first
    )
    running.get_by_role("button", name="Stop", exact=True).click()
    before = done(running)
    assert before < 900
    assert running.get_by_role("button", name="Stop", exact=True).count() == 0
    picture, printed = saved(running)
    assert set(picture["data"]) == {"text/html", "text/plain"}
    assert printed["text"] == "and on\n"


def test_an_interrupt_of_the_kernel_does_the_same(running):
    running.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    done(running)
    assert [output["output_type"] for output in saved(running)] == ["display_data", "stream"]


BRIEF = """\
from ipywidgets.widgets import widget
from teachgrad import viz
for live in [viz.live_training(2, pause=0) for _ in range(5)]:
    for epoch in live:
        live.report(loss=1.0)
"""


def test_a_training_that_is_over_before_its_widget_is_loaded_leaves_the_picture_alone(lab, page):
    """The fixture sees that the page raises nothing."""
    cells = [new_code_cell(BRIEF), new_code_cell("print([type(one).__name__ for one in widget._instances.values()])")]
    nbformat.write(new_notebook(cells=cells, metadata=build.KERNEL), lab.notebooks / "brief.ipynb")
    open_notebook(page, lab, "brief")
    page.evaluate(RUN_CELL)
    page.locator(f"{OUTPUT} svg").nth(4).wait_for()
    page.wait_for_timeout(3000)  # for the page to load the widgets, and to greet
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:move-cursor-down')")
    page.evaluate(RUN_CELL)
    left = page.locator(f"{OUTPUT} >> text=/^\\[.*\\]/")
    left.wait_for(timeout=20_000)
    assert "Watched" not in left.text_content()
