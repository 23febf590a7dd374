"""Spotlights, sliders and typed formulas: in a blank page each control changes the picture; in JupyterLab at once."""

from __future__ import annotations

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import teachgrad as tg
from notebooks import build
from teachgrad import nn, optim
from teachgrad.viz import (
    animate_descent,
    compare,
    explore_descent,
    gradient_flow,
    jacobian,
    module_tree,
    tangent,
)
from teachgrad.viz import (
    landscape as slice_of,
)
from teachgrad.viz.walk import landscape, walk
from tests.browser.jupyterlab import errors, open_notebook, photograph, run_all, set_theme
from tests.viz.pages import untrusted

OPTIONS = {"clear .grad": [True, False], "nesterov": [False, True]}
FUNCTIONS = {
    "a parabola": (lambda x: 0.5 * x**2, 1.0),
    "a curve": (lambda x: x**4 - 2 * x**2 + 0.3 * x, 1.5),
    "a bowl": (lambda x, y: x**2 + 3 * y**2 + x * y, (-1.5, 2.0)),
    "a valley": (lambda x, y: (1 - x) ** 2 + 10 * (y - x**2) ** 2, (-1.5, 2.0)),
}
TOLD = "[data-key=told]"


def show(page, *markup: str, style: str = "") -> None:
    page.set_content(
        f'<!doctype html><html lang="en"><title>seeing</title><style>{style}</style>'
        f"<main><h1>Seeing</h1>{''.join(markup)}</main></html>"
    )


@pytest.fixture
def calm(page):
    page.emulate_media(reduced_motion="reduce")
    return page


# The page's own descent


SET = """([lr, momentum, options]) => {
    const explorer = document.querySelector('figure').explorer;
    Object.assign(explorer.at, {lr, momentum, options});
    return explorer.walk();
}"""


SETTINGS = {  # lr, momentum, nesterov, clear
    "plain": (0.01, 0.0, False, True),
    "with momentum": (0.003, 0.9, False, True),
    "nesterov": (0.003, 0.9, True, True),
    "never cleared": (0.0002, 0.5, False, False),
}


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_the_page_steps_as_sgd_does(page, kind):
    f, start = FUNCTIONS[kind]
    show(page, explore_descent(f, start, options=OPTIONS).html)
    land = landscape(f, start, np.float64)
    for settings, (lr, momentum, nesterov, clear) in SETTINGS.items():
        found = page.evaluate(SET, [lr, momentum, {"clear .grad": clear, "nesterov": nesterov}])

        def sgd(parameters, lr=lr, momentum=momentum, nesterov=nesterov):
            return optim.SGD(parameters, lr=lr, momentum=momentum, nesterov=nesterov)

        path = walk(land, sgd, 60, clear)
        np.testing.assert_allclose(found["points"], path.points, rtol=2e-3, atol=5e-3, err_msg=settings)
        np.testing.assert_allclose(found["losses"], path.losses, rtol=2e-3, atol=5e-3, err_msg=settings)


@pytest.fixture(scope="module")
def bowl():
    return explore_descent(lambda x: 0.5 * x**2, start=1.0, lr=(0.01, 5.0), options=OPTIONS, steps=200)


def test_it_begins_with_what_python_computed(page, bowl):
    show(page, bowl.html)
    assert page.locator("figure > .tg-said").text_content() == bowl.alt.removeprefix("Descent on f(x). ").replace(
        "8.61e−40",
        page.locator(TOLD).text_content().split(" to ")[1].split()[0],  # two ways to round to nothing
    )


def test_sliders_and_boxes_move_the_walk(page, bowl):
    show(page, bowl.html)
    page.get_by_label("lr", exact=True).fill("2.1")
    assert "SGD, lr 2.1: diverges, loss 0.5 to" in page.locator(TOLD).text_content()
    page.get_by_label("clear .grad").uncheck()
    assert "SGD, lr 2.1: loss 0.5 to" in page.locator(TOLD).text_content()
    page.get_by_label("lr, as a number").fill("4.01")
    assert "diverges" in page.locator(TOLD).text_content()
    assert page.get_by_label("lr", exact=True).input_value() == "4.01"
    page.get_by_role("button", name="Reset").click()
    assert page.get_by_label("lr", exact=True).input_value() == "0.2"
    assert page.get_by_label("clear .grad").is_checked()
    assert page.locator(TOLD).text_content().startswith("SGD, lr 0.2: loss 0.5 to")


def test_keys_move_a_slider_and_do_not_leave(page, bowl):
    show(page, bowl.html)
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key))")
    slider = page.get_by_label("lr", exact=True)
    slider.focus()
    for key in ("ArrowRight", "b", "Escape", "ArrowRight"):
        page.keyboard.press(key)
    assert slider.input_value() == "0.22"
    assert "lr 0.22" in page.locator(TOLD).text_content()
    assert slider.get_attribute("aria-valuetext") == "0.22"
    assert page.evaluate("heard") == []


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_a_click_chooses_the_start(page, kind):
    f, start = FUNCTIONS[kind]
    show(page, explore_descent(f, start).html)
    ground = page.locator(".tg-ground")
    box = ground.bounding_box()
    ground.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    ring = page.locator("[data-key=start]")
    place = page.evaluate("document.querySelector('figure').explorer.at.from")
    low, high = page.evaluate("document.querySelector('figure').explorer.walk().points[0]"), place
    assert (
        low
        == high
        == [float(page.get_by_label(f"start {name}, as a number").input_value()) for name in "xy"[: len(place)]]
    )
    assert float(ring.get_attribute("cx")) == pytest.approx(64 + 276 / 4, abs=1.5)


def test_a_walk_that_leaves_the_map_says_so(page):
    show(page, explore_descent(*FUNCTIONS["a valley"]).html)
    page.get_by_label("lr, as a number").fill("0.9")
    assert page.locator(TOLD).text_content().endswith("then it leaves the map")


def test_the_axis_of_the_losses_follows_a_walk_that_leaves_it_and_comes_back(page):
    show(page, explore_descent(lambda x, y: x**2 / 20 + y**2, (-9.0, 2.5)).html)
    ends = """() => {
        const places = document.querySelector('[data-key=past]').getAttribute('d').match(/[\\d.-]+ [\\d.-]+/g);
        return places.map(place => +place.split(' ')[1]);
    }"""
    frame = page.locator("rect.tg-frame").last
    top, height = (float(frame.get_attribute(name)) for name in ("y", "height"))
    numbers = page.locator("[data-key=scale] text")
    before = numbers.all_text_contents()
    page.get_by_label("lr, as a number").fill("1.25")  # y is multiplied by 1 - 1.25 · 2 at each step
    assert numbers.all_text_contents() == ["10⁰", "10¹⁰", "10²⁰"]
    assert all(top <= y <= top + height for y in page.evaluate(ends))
    page.get_by_role("button", name="Reset").click()
    assert numbers.all_text_contents() == before


# The spotlight


def test_the_spotlight_follows_sliders_and_the_pointer(page):
    figure = jacobian(lambda x, w: x @ w, tg.tensor([1.0, 2.0]), tg.tensor([[1.0, -2.0, 0.5], [3.0, 4.0, 0.0]]))
    show(page, figure.html)
    said = page.get_by_role("status")
    assert said.inner_text().startswith("∂ y[1] / ∂ x[1] = 4: if x[1] grows")
    page.get_by_label("input", exact=True).fill("4")
    assert said.inner_text() == "y[1] does not depend on w[0, 2] here: the slope is 0."
    page.get_by_text("−2", exact=True).hover()
    assert said.inner_text().startswith("∂ y[1] / ∂ x[0] = −2")
    assert page.get_by_label("output", exact=True).get_attribute("aria-valuetext") == "y[1] = 6.0"
    assert page.locator(".tg-spot").count() == 3


# The tree


def test_rows_unfold_by_pointer_and_by_keys_which_do_not_leave(page):
    show(page, of_a_model()["tree"].html)
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key))")
    inner = page.get_by_text("0: Linear(in_features=4, out_features=4, bias=True)")
    row = page.locator("summary", has_text="2: Sequential")
    assert not inner.is_visible()
    row.click()
    assert inner.is_visible()
    row.focus()
    page.keyboard.press("Enter")
    assert not inner.is_visible()
    page.get_by_role("button", name="Unfold all").click()
    assert page.get_by_text("(4, 2)").is_visible()
    page.get_by_role("button", name="Fold all").click()
    assert not inner.is_visible()
    assert page.locator("summary").first.is_visible()
    assert page.evaluate("heard") == []


# All of them


@pytest.fixture(scope="module")
def figures(bowl):
    return {
        "tangent": tangent("x**2"),
        "jacobian": jacobian(lambda x: x.softmax(0), tg.tensor([1.0, 2.0, 0.5])),
        "compare": compare({"cleared": [1.0, 0.5, 0.25], "kept": [1.0, -1.0, 0.5]}),
        "explore": bowl,
        "race": animate_descent(
            lambda x, y: x**2 + 3 * y**2,
            (-1.5, 2),
            steps=20,
            optimizers={"SGD": lambda p: optim.SGD(p, lr=0.1), "Adam": lambda p: optim.Adam(p, lr=0.2)},
        ),
        **of_a_model(),
    }


def of_a_model():
    """A small network, seen in three ways while it learns."""
    tg.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 4), nn.Tanh()), nn.Linear(4, 1))
    x = tg.randn(10, 2)
    flow, slopes = gradient_flow(model), slice_of(model, lambda: model(x).pow(2).mean())
    optimizer = optim.SGD(model.parameters(), lr=0.2)
    for _ in range(5):
        slopes.record()
        optimizer.zero_grad()
        model(x).pow(2).mean().backward()
        flow.record()
        optimizer.step()
    return {"tree": module_tree(model, x), "flow": flow.figure, "landscape": slopes.figure}


THEMES = {"light": ("#000000de", "#ffffff"), "dark": ("#ffffff", "#111111"), "high contrast": ("#ffff00", "#000000")}


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(calm, figures, theme):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    ink, paper = THEMES[theme]
    style = f":root{{--jp-content-font-color1:{ink}}}body{{background:{paper};color:{ink}}}"
    show(calm, *(figure.html for figure in figures.values()), style=style)
    report = axe.run(calm)
    assert [(problem["id"], problem["description"]) for problem in report["violations"]] == []


def test_in_an_untrusted_notebook_the_images_are_seen_and_nothing_else(page, figures):
    show(page, *(untrusted(figure.html) for figure in figures.values()))
    assert [image.is_visible() for image in page.locator("figure > img").all()] == [True] * len(figures)
    assert {figure.inner_text() for figure in page.locator("figure").all()} == {""}


def test_they_fit_a_narrow_page(calm, figures):
    calm.set_viewport_size({"width": 320, "height": 800})
    show(calm, *(figure.html for figure in figures.values()))
    assert calm.evaluate("document.documentElement.scrollWidth") <= 320


# In JupyterLab


RACE = "{'SGD': lambda p: optim.SGD(p, lr=0.1), 'Adam': lambda p: optim.Adam(p, lr=0.2)}"
CELLS = [
    "import teachgrad as tg\nfrom teachgrad import nn, optim, viz\nmodel = nn.Linear(2, 1)",
    "viz.explore_descent('x**2 + 3*y**2', steps=40)",
    "viz.tangent('sin(x)')",
    "viz.jacobian(lambda x: x.softmax(0), tg.tensor([1.0, 2.0, 0.5]))",
    "viz.compare({'cleared': [1.0, 0.5, 0.25], 'kept': [1.0, -1.0, 0.5]})",
    f"viz.animate_descent(lambda x, y: x**2 + 3 * y**2, (-1.5, 2), optimizers={RACE})",
    "viz.module_tree(model, tg.ones(1, 2))",
    "model(tg.ones(1, 2)).sum().backward()\nviz.gradient_flow(model)",
    "viz.landscape(model, lambda: model(tg.ones(1, 2)).pow(2).sum())",
]
DRAG = """async () => {
    const slider = document.querySelector('figure input[type=range]');
    const taken = [];
    for (let i = 0; i <= 60; i++) {
        const start = performance.now();
        slider.value = +slider.min + (i / 60) * (slider.max - slider.min);
        slider.dispatchEvent(new Event('input'));
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        taken.push(performance.now() - start);
    }
    return taken.sort((a, b) => a - b);
}"""


def test_in_jupyterlab_they_answer_at_once_and_a_formula_can_be_typed(lab, calm, say):
    page = calm
    notebook = new_notebook(cells=[*map(new_code_cell, CELLS)], metadata=build.KERNEL)
    nbformat.write(notebook, lab.notebooks / "seeing.ipynb")
    open_notebook(page, lab, "seeing")
    assert errors(page, run_all(page)) == []
    taken = page.evaluate(DRAG)
    say(f"slider to picture: median {taken[30]:.0f} ms, 95th percentile {taken[57]:.0f} ms")
    assert taken[30] < 50  # and so, on a machine with nothing else to do, is the 95th percentile
    field = page.get_by_label("Formula").first
    field.fill("x**4 + y**2")
    field.press("Enter")
    page.get_by_role("img", name="Descent on f(x, y) = x**4 + y**2.").wait_for(timeout=10_000)
    assert page.locator("figure .tg-controls").count() == 2  # those of the spotlight, and those of the new picture
    field.fill("open('x')")
    field.press("Enter")
    page.get_by_text("open is not among the functions here.").wait_for(timeout=10_000)
    assert page.locator(".jp-Notebook-cell").count() == len(CELLS)
    for theme in ("Light", "Dark"):
        set_theme(page, theme)
        photograph(page, f"seeing-{theme.lower()}")
