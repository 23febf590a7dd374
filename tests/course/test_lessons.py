"""The lessons and their exercises belong together: stubs, bets and questions stand in the source, in the right order.

And with every stub replaced by its solution, a lesson passes all of its own checks.
"""

from __future__ import annotations

import re

import pytest

from notebooks import build
from teachgrad.course.exercises import exercises, lessons
from teachgrad.lessons import LESSONS

each = pytest.mark.parametrize("number", lessons())
each_but_the_first = pytest.mark.parametrize("number", lessons()[1:])  # 00 shows how a lesson works


def cells(number):
    return build.read_source(LESSONS[number].name).cells


def code(number):
    return "\n".join(cell.source for cell in cells(number) if cell.cell_type == "code")


def prose(number):
    return "\n".join(cell.source for cell in cells(number) if cell.cell_type == "markdown")


@each
def test_every_exercise_has_its_cell_with_its_stub_and_no_solution(number):
    for exercise in exercises(number):
        (cell,) = (cell for cell in cells(number) if f'check("{exercise.id}"' in cell.source)
        assert exercise.stub.strip() in cell.source, exercise.id
        assert exercise.solution.strip() not in cell.source, exercise.id
        assert exercise.given.strip() in code(number), exercise.id
        heading = re.search(rf"^### {exercise.id} · {re.escape(exercise.title)} · (\d+) minutes?$", prose(number), re.M)
        assert heading, f"{exercise.id} needs a heading with its title and its minutes"
    assert len(re.findall(r"\bcheck\(", code(number))) == len(exercises(number))


@each_but_the_first
def test_the_title_card_says_what_for_and_how_long(number):
    card = cells(number)[0].source
    assert "Afterwards you can\n" in card
    assert len(re.findall(r"^- ", card, re.M)) >= 3
    assert re.search(r"You need .*\b(\d\d) minutes", card, re.DOTALL)


@each
def test_every_bet_is_asked_for_before_it_is_revealed(number):
    asked = re.findall(r'(predict|reveal)\(\s*"([^"]+)"', code(number))
    keys = [key for word, key in asked if word == "predict"]
    assert keys
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert asked.index(("predict", key)) < asked.index(("reveal", key))
        assert key.startswith(f"{number:02}-")
        (cell,) = (cell for cell in cells(number) if re.search(rf'predict\(\s*"{key}"', cell.source))
        assert f'reveal("{key}"' not in cell.source, f"{key} is revealed in the cell that asks"


@each_but_the_first
def test_a_lesson_has_every_part_of_the_rhythm(number):
    words, program = prose(number), code(number)
    for part in ("Experiment", "**Goal", "Misconception: ", "PyTorch", "Recall", "Summary", "Next: "):
        assert part in words, part
    assert words.count("**Misconception: ") >= 2
    assert f"quiz({number})" in program
    assert "import teachgrad as torch" in program
    assert "[Start here](00_start_here.ipynb)" in words


@each
def test_with_solutions_filled_in_it_passes_its_own_checks(number, monkeypatch, capsys):
    monkeypatch.setenv("TEACHGRAD_STRICT", "1")
    monkeypatch.chdir(build.NOTEBOOKS)
    first, *others = (cell for cell in build.solved(LESSONS[number].name).cells if cell.cell_type == "code")
    names = {"__name__": "lesson"}
    for given in {exercise.given for exercise in exercises(number)}:
        exec(given, names)
    for cell in [
        first,
        *(cell for cell in others if re.search(r"\bcheck\(", cell.source)),
    ]:  # they need nothing of the rest
        exec(compile(cell.source, cell["id"], "exec"), names)
    told = capsys.readouterr().out
    assert [exercise.id for exercise in exercises(number) if f"{exercise.id}: right.\n" not in told] == []
