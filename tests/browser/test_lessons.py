"""Every lesson runs from top to bottom in JupyterLab; its pictures in both themes are kept to be looked at."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from notebooks import build
from tests.browser.jupyterlab import errors, open_notebook, photograph, run_all, set_theme


@pytest.mark.parametrize("name", build.lessons())
def test_a_lesson_runs_in_jupyterlab(lab, page, name):
    open_notebook(page, lab, name)
    cells = run_all(page)
    for theme in ("Light", "Dark"):
        set_theme(page, theme)
        photograph(page, f"{name}-{theme.lower()}")
    assert errors(page, cells) == []
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))


def test_errors_are_seen_wherever_they_hide(lab, page):
    sources = [
        "import ipywidgets as widgets",
        "raise RuntimeError('in a cell that says so')",
        "out = widgets.Output()\nwith out: raise RuntimeError('in an Output widget')\nout",
        "def f(x): raise RuntimeError('in interact')\nwidgets.interact(f, x=(0, 4));",
        f"display({{{build.WIDGET!r}: {{'model_id': 'gone', 'version_major': 2}}}}, raw=True)",
        "raise RuntimeError('in a cell')",
    ]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources], metadata=build.KERNEL)
    notebook.cells[1].metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, lab.notebooks / "errors.ipynb")
    open_notebook(page, lab, "errors")
    found = errors(page, run_all(page))
    seen = [re.search("in a cell$|in an Output widget$|in interact$|model not found", error) for error in found]
    assert [match and match[0] for match in seen] == [
        "in a cell",
        "in an Output widget",
        "in interact",
        "model not found",
    ]
