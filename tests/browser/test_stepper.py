"""The stepper in a blank page: it waits, steps through both passes, tells of nodes, and obeys a kernel."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import teachgrad as tg
from notebooks import build
from teachgrad.viz import explore_descent, gradient_ledger, step_backward, svg, trace_forward, watch_autograd
from teachgrad.viz.figure import code
from teachgrad.viz.scene import keyed
from teachgrad.viz.twin import places
from tests.browser.jupyterlab import open_notebook
from tests.browser.test_player import SLIDER, press, show


@pytest.fixture(scope="module")
def shown():
    x, w = tg.tensor([[1.0, 2.0], [3.0, 4.0]]), tg.tensor([0.5, -0.5], requires_grad=True)
    loss = ((x * w).tanh() ** 2).sum()
    return step_backward(loss, names={"x": x, "w": w, "loss": loss})


def mark(page, shown, key: str):
    """What Python calls by a key has its place in the page."""
    found, _ = places(shown.moments[-1])
    return page.locator(f"[data-key='{found[key]}']")


def said(page, part: str) -> list[str]:
    """What stands in a part of the remark."""
    return [text.strip() for text in page.locator(f".tg-current {part}").all_text_contents()]


def test_it_waits_at_the_start_of_the_backward_pass(page, shown):
    show(page, shown.html)
    page.wait_for_timeout(700)
    assert page.locator(SLIDER).input_value() == str(shown.start)
    assert page.get_by_role("button", name="Play").count() == 1
    assert said(page, "p")[0].startswith("Backward, 1 of")
    assert page.locator("output").text_content() == shown.told[shown.start]


def test_steps_show_the_arithmetic_and_who_receives(page, shown):
    show(page, shown.html)
    press(page, "Step forward")
    assert said(page, "p")[0] == "Backward, 2 of 6: loss sends to **2."
    assert said(page, "span b") == ["1.0", "[[1., 1.], [1., 1.]]", "[[1., 1.], [1., 1.]]"]
    assert said(page, "small") == ["upstream gradient", "local derivative", "contribution"]
    assert said(page, "i") == ["", "×", "="]
    items = {item.symbol or item.name: i for i, item in enumerate(shown.graph.items)}
    assert mark(page, shown, f"n{items['Σ']}").get_attribute("class") == "tg-now"
    assert mark(page, shown, f"n{items['**2']}s").get_attribute("class") == "tg-arriving"
    page.locator(SLIDER).fill("0")
    assert said(page, "p") == ["Forward: the inputs are known."]
    assert mark(page, shown, f"n{items['Σ']}v").text_content() == ""
    page.locator(SLIDER).fill(str(len(shown.told) - 1))
    assert said(page, "p")[0] == "Done."
    assert (
        mark(page, shown, f"n{items['w']}g").text_content() == "[1.71, −1.82]"
    )  # sums of 2 tanh(xw) (1 - tanh²(xw)) x


def code_at_work():
    x, w, b = tg.tensor(2.0), tg.tensor(-3.0, requires_grad=True), tg.tensor(6.5, requires_grad=True)
    return trace_forward(lambda: (x * w + b).tanh())


def many_kinds():
    """Constants with and without names, cuts, hooks, a fold, names of two columns a letter, and what HTML escapes."""
    w, 梯 = tg.tensor([[0.5, -0.5]], requires_grad=True), tg.tensor(2.0, requires_grad=True)
    h = w * 3
    h.register_hook(lambda g: 2 * g)
    h.retain_grad()
    for _ in range(40):
        h = (h * 1.01).sin()
    out = (h @ tg.tensor([[1.0], [2.0]]) * 梯 * 梯.detach()).sum()
    return step_backward(out, names={"w": w, "梯": 梯, "<b>&": out})


PAGE = """() => Object.fromEntries([...document.querySelectorAll('.tg-stage [data-key]')].map(mark => {
    const told = [...mark.attributes].map(one => [one.name, one.value]);
    return [mark.dataset.key, Object.fromEntries([...told, ["text", mark.textContent]])];
}))"""


@pytest.mark.parametrize("make", [code_at_work, many_kinds])
def test_at_each_moment_the_page_shows_and_says_what_python_does(page, make):
    figure = make()
    show(page, figure.html)
    found, _ = places(figure.moments[-1])
    heights = set()
    for i, moment in enumerate(figure.moments):
        page.locator(SLIDER).fill(str(i))
        assert page.locator("output").text_content() == figure.told[i]
        seen, marks = page.evaluate(PAGE), keyed(moment.marks)
        for key, mark in marks.items():
            told, state = seen[str(found[key])], svg.state(mark)
            for name in {"class", "opacity", "text"} & set(state):
                assert told[name] == state[name], (i, key, name)
            assert float(told.get("width", 0)) == pytest.approx(float(state.get("width", 0)), abs=0.5)
        heights.add(page.locator("figure").bounding_box()["height"])
    assert len(heights) == 1


def test_in_a_narrow_page_words_are_wrapped_and_nothing_moves(page, shown):
    page.set_viewport_size({"width": 400, "height": 800})
    show(page, shown.html)
    tops = set()
    for i in range(len(shown.told)):
        page.locator(SLIDER).fill(str(i))
        tops.add(page.locator(".tg-stage").bounding_box()["y"])
    assert len(tops) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.evaluate("(figure => figure.scrollWidth <= figure.clientWidth)(document.querySelector('figure'))")


def test_figures_of_other_kinds_in_the_page_hide_nothing_of_it(page, shown):
    others = [
        explore_descent("x**2 + y**2", start=(1.0, 1.0)),
        trace_forward(lambda: tg.ones(2, requires_grad=True) * 2),
    ]
    room = []
    for markup in ([shown.html], [shown.html, *(other.html for other in others)]):
        show(page, *markup)
        page.locator(SLIDER).nth(len(markup) - 1).wait_for()
        room.append(page.locator(".tg-current").first.bounding_box())
    assert room[0]["height"] == room[1]["height"] > 50
    assert room[0]["width"] == room[1]["width"] > 300


def test_the_same_figure_twice_in_a_page(page, shown):
    """Each copy has arrows of its own: those of the first are not drawn if it is hidden."""
    show(page, f"<div>{shown.html}</div>{shown.html}")
    page.locator(SLIDER).nth(1).wait_for()
    names = page.locator("marker").evaluate_all("all => all.map(one => one.id)")
    assert len(names) == len(set(names)) == 4
    page.locator(SLIDER).nth(1).fill("3")
    said = page.locator("output").all_text_contents()
    assert said == [shown.told[shown.start], shown.told[3]]


def test_a_node_tells_its_numbers_when_pointed_at(page, shown):
    show(page, shown.html)
    card = page.locator(".tg-card")
    assert not card.is_visible()
    page.locator("[data-item='0']").hover()
    assert "shape (2, 2), min 1.0, max 4.0, mean 2.5" in card.inner_text()
    assert card.locator("canvas").count() == 1
    page.mouse.move(1, 1)
    assert not card.is_visible()


def test_keys_walk_along_the_nodes_and_stay_in_the_figure(page, shown):
    show(page, shown.html)
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key))")
    page.locator("[data-item='0']").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.item") == "1"
    assert "not complete yet" in page.locator(".tg-card").inner_text()
    assert page.locator("[data-item='1']").get_attribute("aria-label").startswith("w: leaf")
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
    program = "\n".join(code(name) for name in ("player.js", "unfold.js", "stepper.js", "widget.js"))
    page.add_script_tag(content=program.replace("export default", "window.widget ="))
    page.evaluate(WIDGET, [shown.piece(""), json.loads(json.dumps(shown.data()))])
    assert page.locator(SLIDER).input_value() == "1"
    page.evaluate("model.drive('step', 3)")
    assert page.locator("output").text_content() == shown.told[3]
    page.evaluate("model.drive('selected', 1)")
    assert page.locator(".tg-card").is_visible()
    press(page, "Step forward")
    assert page.evaluate("saved") == {"step": 4, "selected": 1}
    page.locator("[data-item='0']").focus()
    assert page.evaluate("saved") == {"step": 4, "selected": 0}


@pytest.mark.parametrize(("ink", "paper"), [("#000000de", "#ffffff"), ("#ffffff", "#111111"), ("#ffff00", "#000000")])
def test_axe_finds_nothing(page, shown, ink, paper):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    show(page, shown.html, style=f":root{{--jp-content-font-color1:{ink}}}body{{background:{paper};color:{ink}}}")
    page.locator("[data-item='1']").focus()
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
    shown = trace_forward(lambda: (x * w).tanh())
    show(page, shown.html)
    page.locator(SLIDER).fill("1")
    opacity = [mark(page, shown, f"i{i}").get_attribute("opacity") for i in range(4)]
    assert opacity == ["1", "1", "1", "0"]
    running = mark(page, shown, "running")
    width = running.get_attribute("width")
    press(page, "Step forward")
    assert mark(page, shown, "i3").get_attribute("opacity") == "1"
    assert float(running.get_attribute("width")) > float(width)


def test_no_more_room_is_left_below_a_short_picture_than_a_card_takes(page):
    x, w = tg.tensor(2.0), tg.tensor(3.0, requires_grad=True)
    show(page, trace_forward(lambda: (x * w).tanh()).html)
    page.locator("[data-item='1']").hover()
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
