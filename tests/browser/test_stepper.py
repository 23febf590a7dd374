"""The stepper in a blank page: it waits, steps through both passes, tells of nodes, and obeys a kernel."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import teachgrad as tg
from notebooks import build
from teachgrad.viz import gradient_ledger, step_backward, trace_forward, watch_autograd
from teachgrad.viz.figure import code
from tests.browser.jupyterlab import open_notebook
from tests.browser.test_player import SLIDER, press, show


@pytest.fixture(scope="module")
def shown():
    x, w = tg.tensor([[1.0, 2.0], [3.0, 4.0]]), tg.tensor([0.5, -0.5], requires_grad=True)
    loss = ((x * w).tanh() ** 2).sum()
    return step_backward(loss, names={"x": x, "w": w, "loss": loss})


def text(page, key: str) -> str:
    return str(page.locator(f"[data-key={key}]").text_content())


def test_it_waits_at_the_start_of_the_backward_pass(page, shown):
    show(page, shown.html)
    page.wait_for_timeout(700)
    assert page.locator(SLIDER).input_value() == str(shown.start)
    assert page.get_by_role("button", name="Play").count() == 1
    assert text(page, "title").startswith("Backward, 1 of")
    assert page.locator("output").text_content() == shown.told[shown.start]


def test_steps_show_the_arithmetic_and_who_receives(page, shown):
    show(page, shown.html)
    press(page, "Step forward")
    assert text(page, "title") == "Backward, 2 of 6: loss sends to **2."
    assert [text(page, f"number{i}") for i in range(3)] == ["1.0", "[[1., 1.], [1., 1.]]", "[[1., 1.], [1., 1.]]"]
    items = {item.symbol or item.name: i for i, item in enumerate(shown.graph.items)}
    assert "tg-now" in str(page.locator(f"[data-key=n{items['Σ']}]").get_attribute("class"))
    assert "tg-arriving" in str(page.locator(f"[data-key=n{items['**2']}s]").get_attribute("class"))
    page.locator(SLIDER).fill("0")
    assert text(page, "title") == "Forward: the inputs are known."
    assert text(page, f"n{items['Σ']}v") == ""
    page.locator(SLIDER).fill(str(len(shown.told) - 1))
    assert text(page, "title") == "Done."
    assert text(page, f"n{items['w']}g") == "[1.71, −1.82]"  # the sums of 2 tanh(xw) (1 - tanh²(xw)) x


def test_a_node_tells_its_numbers_when_pointed_at(page, shown):
    show(page, shown.html)
    card = page.locator(".tg-card")
    assert not card.is_visible()
    page.locator("[data-key=n0]").hover()
    assert "shape (2, 2), min 1.0, max 4.0, mean 2.5" in card.inner_text()
    assert card.locator("canvas").count() == 1
    page.mouse.move(1, 1)
    assert not card.is_visible()


def test_keys_walk_along_the_nodes_and_stay_in_the_figure(page, shown):
    show(page, shown.html)
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key))")
    page.locator("[data-key=n0]").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.key") == "n1"
    assert "not complete yet" in page.locator(".tg-card").inner_text()
    assert page.locator("[data-key=n1]").get_attribute("aria-label").startswith("w: leaf")
    page.keyboard.press("Escape")
    assert not page.locator(".tg-card").is_visible()
    assert page.locator("[data-item][tabindex='0']").count() == 1
    assert page.evaluate("heard") == []
    assert page.locator(SLIDER).input_value() == str(shown.start)


WIDGET = """([page, data]) => {
    const box = document.querySelector("#widget");
    const state = { page, data, step: 1, selected: -1 };
    const listeners = {};
    window.model = {
        get: (name) => state[name],
        set(name, value) { state[name] = value; },
        save_changes() { window.saved = { step: state.step, selected: state.selected }; },
        on: (name, call) => { listeners[name] = call; },
        drive(name, value) { state[name] = value; listeners["change:" + name](); },
    };
    widget.render({ model: window.model, el: box });
}"""


def test_a_kernel_drives_it_and_hears_of_it(page, shown):
    show(page, '<div id="widget"></div>')
    program = "\n".join(code(name) for name in ("player.js", "stepper.js", "widget.js"))
    page.add_script_tag(content=program.replace("export default", "window.widget ="))
    page.evaluate(WIDGET, [shown.piece(""), json.loads(json.dumps(shown.data()))])
    assert page.locator(SLIDER).input_value() == "1"
    page.evaluate("model.drive('step', 3)")
    assert page.locator("output").text_content() == shown.told[3]
    page.evaluate("model.drive('selected', 1)")
    assert page.locator(".tg-card").is_visible()
    press(page, "Step forward")
    assert page.evaluate("saved") == {"step": 4, "selected": 1}
    page.locator("[data-key=n0]").focus()
    assert page.evaluate("saved") == {"step": 4, "selected": 0}


@pytest.mark.parametrize(("ink", "paper"), [("#000000de", "#ffffff"), ("#ffffff", "#111111"), ("#ffff00", "#000000")])
def test_axe_finds_nothing(page, shown, ink, paper):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    show(page, shown.html, style=f":root{{--jp-content-font-color1:{ink}}}body{{background:{paper};color:{ink}}}")
    page.locator("[data-key=n1]").focus()
    report = axe.run(page)
    assert [(problem["id"], problem["description"]) for problem in report["violations"]] == []
    ours, behind = page.evaluate(
        "['.tg-card', 'body'].map(name => getComputedStyle(document.querySelector(name)).backgroundColor)"
    )
    assert ours == behind


@pytest.mark.parametrize(("ink", "paper"), [("#000000de", "#ffffff"), ("#ffffff", "#111111"), ("#ffff00", "#000000")])
def test_axe_finds_nothing_in_code_at_work_either(page, ink, paper):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    w = tg.tensor([[2.0, 1.0]], requires_grad=True)

    def train():
        with watch_autograd() as seen:
            (w * w).sum().backward()
        w.grad = None
        return seen

    figures = [trace_forward(lambda: (w * w).tanh()).html, gradient_ledger(train).html, train().html]
    show(page, *figures, style=f":root{{--jp-content-font-color1:{ink}}}body{{background:{paper};color:{ink}}}")
    page.locator(SLIDER).nth(1).wait_for()
    report = axe.run(page)
    assert [(problem["id"], problem["description"]) for problem in report["violations"]] == []


def test_code_and_graph_go_together(page):
    x, w = tg.tensor(2.0), tg.tensor(3.0, requires_grad=True)
    show(page, trace_forward(lambda: (x * w).tanh()).html)
    opacity = "key => document.querySelector(`[data-key=${key}]`).getAttribute('opacity')"
    page.locator(SLIDER).fill("1")
    assert [page.evaluate(opacity, f"i{i}") for i in range(4)] == ["1", "1", "1", "0"]
    width = page.locator("[data-key=running]").get_attribute("width")
    press(page, "Step forward")
    assert page.evaluate(opacity, "i3") == "1"
    assert float(page.locator("[data-key=running]").get_attribute("width")) > float(width)


def test_no_more_room_is_left_below_a_short_picture_than_a_card_takes(page):
    x, w = tg.tensor(2.0), tg.tensor(3.0, requires_grad=True)
    show(page, trace_forward(lambda: (x * w).tanh()).html)
    page.locator("[data-key=n1]").hover()
    room, card = (page.locator(name).bounding_box()["height"] for name in (".tg-hint", ".tg-card"))
    assert card <= room < card + 25


CELLS = [
    """
import teachgrad as tg
from teachgrad import viz
x, w = tg.tensor(2.0), tg.tensor(3.0, requires_grad=True)
widget = viz.step_backward((x * w).tanh()).widget()
widget""",
    "widget.step, widget.selected = 2, 1",
    "print(widget.step, widget.selected)",
]
RUN = "i => { const book = window.jupyterapp.shell.currentWidget.content; book.activeCellIndex = i; }"
RUN_CELL = "() => window.jupyterapp.commands.execute('notebook:run-cell')"


def test_python_drives_the_widget_in_jupyterlab_and_reads_it(lab, page):
    cells = [new_code_cell(source) for source in CELLS]
    nbformat.write(new_notebook(cells=cells, metadata=build.KERNEL), lab.notebooks / "stepper.ipynb")
    open_notebook(page, lab, "stepper")
    for i in range(2):
        page.evaluate(RUN, i)
        page.evaluate(RUN_CELL)
        page.locator(SLIDER).wait_for()
    page.wait_for_function(f"document.querySelector('{SLIDER}').value === '2'")
    assert page.locator(".tg-card").is_visible()
    press(page, "Step forward")
    page.evaluate(RUN, 2)
    page.evaluate(RUN_CELL)
    page.locator(".jp-OutputArea-output", has_text="3 1").wait_for()
