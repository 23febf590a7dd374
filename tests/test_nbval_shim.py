"""The notebook checker is itself checked: what JupyterLab would show passes, what a reader would call wrong fails.

Each case is a cell and the outputs a notebook has recorded for it. All cells of a group go into one notebook, so
that a kernel starts twice and not thirty times.
"""

from __future__ import annotations

import base64
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from notebooks.conftest import words

pytest_plugins = ["pytester"]

SETUP = """\
import sys
import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import HTML, SVG, Javascript, clear_output, display, update_display
out = widgets.Output()
"""


Cell = tuple[str, list[Any]]  # what is run, and what is recorded as its outputs
Outcome = tuple[str, str]  # "passed" or "failed", and what was said about it


def text(content: str) -> Any:
    return new_output("stream", name="stdout", text=content)


def shown(kind: str = "display_data", **data: str) -> Any:
    mimes = {"plain": "text/plain", "html": "text/html", "svg": "image/svg+xml", "png": "image/png"}
    return new_output(kind, data={mimes[key]: value for key, value in data.items()})


def result(**data: str) -> Any:
    return shown("execute_result", **data)


def error(name: str, value: str) -> Any:
    return new_output("error", ename=name, evalue=value, traceback=[])


INTERACT = (  # ipywidgets cuts what it says of itself after 110 characters
    "interactive(children=(IntSlider(value=2, description='x', max=4), Output()), _dom_classes=('widget-interact',)…"
)
FIGURE = "<Figure size 640x480 with 1 Axes>"
PICTURE = '<img alt="{alt}" src="data:image/svg+xml;base64,{svg}"><script>const id = "{id}"</script>'


def picture(alt: str = "a graph", label: str = "mul", x: int = 10, id: str = "a1") -> str:
    svg = f'<svg id="{id}"><style>.n {{}}</style><text x="{x}">{label}</text></svg>'
    return PICTURE.format(alt=alt, id=id, svg=base64.b64encode(svg.encode()).decode())


PASS: list[tuple[str, str, list[Any]]] = [
    ("printed text", "print('a'); print('b')", [text("a\nb\n")]),
    ("text in pieces", "print('a', flush=True); print('b', flush=True)", [text("a\n"), text("b\n")]),
    ("carriage return", "print('1 of 2\\r2 of 2')", [text("2 of 2\n")]),
    ("a value", "1 + 1", [result(plain="2")]),
    ("semicolon", "1 + 1;", []),
    ("figure", "plt.plot([1, 2]); plt.show()", [shown(plain=FIGURE, png="bm8=")]),
    ("semicolon after a plot", "plt.plot([1, 2]);", [shown(plain=FIGURE, png="bm8=")]),
    ("address", "object()", [result(plain="<object at 0x...>")]),
    ("clear_output", "print('gone'); clear_output(); print('kept')", [text("kept\n")]),
    ("clear_output, waiting", "print('gone'); clear_output(wait=True); print('kept')", [text("kept\n")]),
    ("clear_output, nothing follows", "print('kept'); clear_output(wait=True)", [text("kept\n")]),
    (
        "updated display",
        "handle = display(HTML('1 of 2'), display_id=True); handle.update(HTML('2 of 2'))",
        [shown(html="2 of 2", plain="<IPython.core.display.HTML object>")],
    ),
    (
        "updated by name",
        "display(HTML('1'), display_id='bar'); update_display(HTML('2'), display_id='bar')",
        [shown(html="2", plain="<IPython.core.display.HTML object>")],
    ),
    ("Output widget keeps its text", "with out: print('inside')\nprint('outside')", [text("outside\n")]),
    ("Output widget, cleared", "with out: clear_output(); print('new')", []),
    ("Output widget, next cell", "print([o['text'] for o in out.outputs])", [text("['new\\n']\n")]),
    (
        "interact",
        "widgets.interact(lambda x: print(x), x=(0, 4));",
        [shown(plain=INTERACT)],
    ),
    ("slider with its view", "display(widgets.IntSlider())", [shown(plain="IntSlider(value=0)")]),
    (
        "same picture, other layout and ids",
        f"HTML({picture(x=999, id='b2')!r})",
        [result(html=picture(), plain="<IPython.core.display.HTML object>")],
    ),
    (
        "svg of another date",
        "SVG('<svg><metadata>2031-01-01</metadata><text>x</text></svg>')",
        [result(svg="<svg><text>x</text></svg>", plain="<IPython.core.display.SVG object>")],
    ),
    ("tagged exception", "raise ValueError('as promised')", [error("ValueError", "as promised")]),
    (
        "name of the cell's file",
        "print(compile.__name__, __import__('inspect').currentframe().f_code.co_filename)",
        [text("compile <cell>\n")],
    ),
    ("standard error", "print('careful', file=sys.stderr)", [new_output("stream", name="stderr", text="careful\n")]),
]

FAIL: list[tuple[str, str, list[Any], str]] = [
    ("other text", "print('a')", [text("b\n")], "Cell outputs differ"),
    ("other value", "1 + 1", [result(plain="3")], "Cell outputs differ"),
    ("output stripped", "print('a')", [], "Unexpected output fields"),
    ("output never made", "pass", [text("a\n")], "Missing output fields"),
    ("one output of two", "display(1, 2)", [shown(plain="1")], "dissimilar number of outputs"),
    ("unannounced exception", "1 / 0", [error("ZeroDivisionError", "division by zero")], "caused an exception"),
    ("exception that did not come", "pass", [error("ValueError", "as promised")], "Missing output fields"),
    ("exception with other words", "raise ValueError('this')", [error("ValueError", "that")], "Cell outputs differ"),
    (
        "exception inside a widget",
        "with out: 1 / 0",
        [],
        "ZeroDivisionError",
    ),
    (
        "exception inside interact",
        "widgets.interact(lambda x: 1 / 0, x=(0, 4));",
        [shown(plain=INTERACT)],
        "ZeroDivisionError",
    ),
    ("semicolon hides nothing here", "1 + 1;", [result(plain="2")], "Missing output fields"),
    ("cleared text still recorded", "print('a'); clear_output()", [text("a\n")], "Missing output fields"),
    (
        "other alternative text",
        f"HTML({picture(alt='another graph')!r})",
        [result(html=picture(), plain="<IPython.core.display.HTML object>")],
        "another graph",
    ),
    (
        "other label in the picture",
        f"HTML({picture(label='add')!r})",
        [result(html=picture(), plain="<IPython.core.display.HTML object>")],
        "add",
    ),
    ("figure missing", "pass", [shown(plain=FIGURE, png="bm8=")], "Missing output fields"),
    ("unrun cell", "print('a')", [], "Unexpected output fields"),
]


def run(pytester: pytest.Pytester, cells: list[Cell], *options: str, setup: str = SETUP, **mark: str) -> list[Outcome]:
    """Check a notebook of these cells; each cell's outcome and what was said about it."""
    first = new_code_cell(setup, execution_count=1)
    checked = [new_code_cell(source, outputs=outputs, execution_count=2) for source, outputs in cells]
    for cell, (_, outputs) in zip(checked, cells, strict=True):
        if any(output.output_type == "error" and output.evalue in ("as promised", "that") for output in outputs):
            cell.metadata["tags"] = ["raises-exception"]
    notebook = new_notebook(cells=[first, *checked], metadata={"teachgrad": mark})
    nbformat.write(notebook, pytester.path / "lesson.ipynb")
    pytester.makeconftest("from notebooks.conftest import pytest_collect_file")
    pytester.makepyprojecttoml(f"[tool.pytest]\npythonpath = [{str(pytester.path)!r}, {str(pytest_root())!r}]")
    outcome = pytester.inline_run(
        "--nbval", "-p", "no:xdist", "-p", "no:cacheprovider", "--nbval-cell-timeout=100", *options
    )
    reports = [r for r in outcome.getreports("pytest_runtest_logreport") if r.when == "call"]
    assert not reports or reports[0].outcome == "passed", reports[0].longreprtext
    return [(report.outcome, report.longreprtext) for report in reports[1:]]


def pytest_root() -> str:
    import notebooks.build

    return str(notebooks.build.NOTEBOOKS.parent)


def test_what_jupyterlab_would_show_passes(pytester):
    outcomes = run(pytester, [(source, outputs) for _, source, outputs in PASS])
    wrong = {name: said for (name, _, _), (outcome, said) in zip(PASS, outcomes, strict=True) if outcome != "passed"}
    assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong.items())


def test_what_a_reader_would_call_wrong_fails(pytester):
    outcomes = run(pytester, [(source, outputs) for _, source, outputs, _ in FAIL])
    for (name, _, _, reason), (outcome, said) in zip(FAIL, outcomes, strict=True):
        assert outcome == "failed", name
        assert reason in said, name


def test_a_cell_that_never_ends_fails_and_so_do_those_below_it(pytester):
    cells: list[Cell] = [("while True: pass", []), ("print('a')", [text("a\n")])]
    outcomes = run(pytester, cells, "--nbval-cell-timeout=3", setup="")
    assert [outcome for outcome, _ in outcomes] == ["failed", "failed"]
    assert "timed out while it was being executed" in outcomes[0][1]
    assert "a cell above it never ended" in outcomes[1][1]


def test_a_notebook_that_a_learner_worked_in_is_skipped(pytester, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    assert run(pytester, [("1 / 0", [])], built="before") == []


def test_words_are_text_alternative_texts_and_the_text_of_embedded_pictures():
    html = f'<p title="why">a &lt; b</p>{picture(alt="two nodes", label="mul")}<style>p {{}}</style>'
    assert words(html) == "why a < b two nodes mul"
