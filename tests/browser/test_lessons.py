"""Every lesson runs from top to bottom in JupyterLab, is answered and played with; pictures in both themes are kept."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from notebooks import build
from teachgrad.course.exercises import exercises
from teachgrad.lessons import LESSONS
from tests.browser.jupyterlab import errors, open_notebook, photograph, run_all, set_theme
from tests.browser.test_course import cell, says


@pytest.mark.parametrize("name", build.lessons())
def test_a_lesson_runs_is_answered_and_played_with(lab, page, name):
    open_notebook(page, lab, name)
    cells = run_all(page)
    for theme in ("Light", "Dark"):
        set_theme(page, theme)
        photograph(page, f"{name}-{theme.lower()}")
    assert errors(page, cells) == []
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    if name[:2].isdigit():  # the others, a gallery and an outlook, ask nothing
        assert moved(page), "no control of any figure changes its picture"
        answer_wrongly_then_rightly(page, int(name[:2]))


def moved(page):
    """Whether a control, moved by the keyboard, changes the picture it belongs to."""
    for figure in page.locator("[data-teachgrad]").filter(has=page.locator("input")).all():
        control = figure.locator("input[type=range], input[type=checkbox]").first
        if not control.is_visible() or control.is_disabled():
            continue
        before = figure.locator("svg").first.inner_html()
        control.focus()
        for key in ("Space",) if control.get_attribute("type") == "checkbox" else ("ArrowRight", "ArrowLeft", "Home"):
            page.keyboard.press(key)
            page.wait_for_timeout(100)
            if figure.locator("svg").first.inner_html() != before:
                return True
    return False


def answer_wrongly_then_rightly(page, number):
    """Type a known wrong answer into an exercise, read why it is wrong, and type the solution."""
    exercise = next(exercise for exercise in exercises(number) if exercise.stub.lstrip().startswith(("def", "class")))
    wrong = max(exercise.wrong.values(), key=lambda wrong: len(plain_start(wrong.why)))
    place = cell(page, f'check("{exercise.id}"')
    stub = next(c.source for c in build.read_source(LESSONS[number].name).cells if f'check("{exercise.id}"' in c.source)
    for answer, words in ((wrong.source, ("not yet", plain_start(wrong.why))), (exercise.solution, ("right",))):
        line = place.locator(".cm-line").first
        line.scroll_into_view_if_needed()
        line.click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(stub.replace(exercise.stub.strip(), answer.strip()))
        page.keyboard.press("Control+Enter")
        says(place, f"{exercise.id} {exercise.title}: {words[0]}")
        for word in words[1:]:
            says(place, word)


def plain_start(why):
    """The first words of a message, up to what is filled in or marked up."""
    return re.split(r"[{`*\n]", why)[0].strip()


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
