"""Figures in a real JupyterLab: they play there, take no keys from it, and are readable where they are not trusted."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.jupyterlab import errors, open_notebook, photograph, run_all, set_theme

CELLS = [
    """
import teachgrad as tg
from teachgrad import viz
x, y = tg.tensor(2.0, requires_grad=True), tg.tensor(3.0, requires_grad=True)
z = (x + y) ** 2
z.backward()
viz.draw_graph(z)""",
    "viz.animate_descent(lambda x, y: x**2 + 3 * y**2, start=(-1.5, 2))",
    "viz.animate_descent(lambda x: 0.5 * x**2, start=1.0)",
]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
SLIDER = "figure input[type=range]"
SCRUB = """async () => {
    const slider = document.querySelector('figure input[type=range]');
    const taken = [];
    for (let i = 0; i <= 60; i++) {
        const start = performance.now();
        slider.value = i;
        slider.dispatchEvent(new Event('input'));
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        taken.push(performance.now() - start);
    }
    return taken.sort((a, b) => a - b);
}"""


@pytest.fixture(scope="module")
def notebook(lab):
    nbformat.write(new_notebook(cells=[*map(new_code_cell, CELLS)], metadata=KERNEL), lab.notebooks / "figures.ipynb")
    return "figures"


def test_they_show_and_play(lab, page, notebook, say):
    page.emulate_media(reduced_motion="reduce")
    open_notebook(page, lab, notebook)
    cells = run_all(page)
    assert errors(page, cells) == []
    assert page.locator("figure svg[role=img]").count() == 3
    assert page.locator(SLIDER).count() == 2
    for theme in ("Light", "Dark"):
        set_theme(page, theme)
        photograph(page, f"figures-{theme.lower()}")
    taken = page.evaluate(SCRUB)
    say(f"slider to picture: median {taken[30]:.0f} ms, 95th percentile {taken[57]:.0f} ms")


def test_keys_do_not_reach_the_notebook(lab, page, notebook):
    page.emulate_media(reduced_motion="reduce")
    open_notebook(page, lab, notebook)
    run_all(page)
    page.locator(SLIDER).first.focus()
    for key in ("Escape", "b", "a", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook-cell").count() == len(CELLS)
    assert page.locator(SLIDER).first.input_value() == "59"


def test_where_they_are_not_trusted_images_are_left(lab, page, notebook):
    open_notebook(page, lab, notebook)
    run_all(page)
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = nbformat.read(lab.notebooks / "figures.ipynb", as_version=4)
    for i, cell in enumerate(saved.cells):
        cell.metadata.pop("trusted", None)
        cell.outputs[0]["data"]["text/html"] += f"<p>not what was signed {i}</p>"
    nbformat.write(saved, lab.notebooks / "foreign.ipynb")
    open_notebook(page, lab, "foreign")
    page.get_by_text("not what was signed 2").wait_for()
    assert page.locator("figure svg, figure button").count() == 0
    assert [image.is_visible() for image in page.locator("figure img").all()] == [True] * 3
    assert [figure.inner_text() for figure in page.locator("figure").all()] == [""] * 3
    assert page.get_by_role("img", name="From x = −1.5, y = 2.0 with SGD").count() == 1
