"""The index of misconceptions and error messages is current, complete, and every one of its links leads somewhere.

And so does every error message that sends its reader to a lesson.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

import teachgrad
from notebooks import build, index
from teachgrad.lessons import LESSONS
from tests.mistakes import MISTAKES

TEXT = index.INDEX.read_text(encoding="utf-8")
LINKS = sorted(set(re.findall(r"\]\(([^)]+)\)", TEXT)))


def prose(name):
    """The Markdown of a notebook as it was built."""
    cells = nbformat.read(build.notebook_path(name), as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_it_is_current():
    assert index.page() == TEXT, "run `python -m notebooks.index`, or `make notebooks`"


@pytest.mark.parametrize("name", sorted({link.partition(".")[0] for link in LINKS}))
def test_every_link_leads_to_a_heading_of_its_lesson(name):
    headings = {re.sub(r"[`*$]", "", line).strip() for line in re.findall(r"^#+ (.+)$", prose(name), re.MULTILINE)}
    places = {heading.replace(" ", "-") for heading in headings}
    for link in LINKS:
        file, _, place = link.partition("#")
        if file == f"{name}.ipynb" and place:
            assert unquote(place) in places


def test_every_misconception_and_every_mistake_is_in_it():
    claims, errors = TEXT.split("## What goes wrong")
    boxes = sum(prose(lesson.name).count("**Misconception: ") for lesson in LESSONS)
    assert len(re.findall(r"^- \[", claims, re.MULTILINE)) == boxes
    rows = re.findall(r"^\| (`.+) \| (.+) \|$", errors, re.MULTILINE)
    assert sorted(name for _, names in rows for name in names.split("; ")) == sorted(m.name for m in MISTAKES)
    assert len({words for words, _ in rows}) > 100


def test_a_misconception_stands_under_the_heading_that_is_linked():
    assert f"[None means 0.](05_backward.ipynb#{index.anchor('Two things people believe')})" in TEXT
    assert index.anchor("05-1 · Where is None?") == "05-1-%C2%B7-Where-is-None?"


def test_every_lesson_that_an_error_points_to_exists():
    modules = Path(teachgrad.__file__).parent.rglob("*.py")
    numbers = {
        int(number)
        for module in modules
        for number in re.findall(r"\blesson=(\d+)", module.read_text(encoding="utf-8"))
    }
    assert numbers >= {1, 5, 7, 8, 16}
    assert [number for number in numbers if not build.notebook_path(LESSONS[number].name).exists()] == []
