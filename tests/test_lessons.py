"""The list of lessons is the notebooks': every one that exists has its number, its file and its title there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from teachgrad.lessons import LESSONS, pointer

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_is_listed_under_its_file_and_title(notebook):
    first, *_ = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    heading = "".join(first["source"]).partition("\n")[0].removeprefix("# ")
    (lesson,) = [lesson for lesson in LESSONS if lesson.name == notebook.stem]
    assert heading.removeprefix(f"{lesson.number:02} · ") == lesson.title


def test_numbers_are_places_and_begin_the_file_names():
    assert [lesson.number for lesson in LESSONS] == list(range(17))
    assert all(lesson.name.startswith(f"{lesson.number:02}_") for lesson in LESSONS)


def test_every_pointer_is_one_sentence():
    assert pointer(0) == "Lesson 00, Start here, explains it."
    assert len({pointer(lesson.number) for lesson in LESSONS}) == len(LESSONS)
    assert all(pointer(lesson.number).count(".") == 1 and ":" not in pointer(lesson.number) for lesson in LESSONS)
