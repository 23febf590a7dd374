"""The README promises nothing that does not work: its program runs, its links lead somewhere, its table is complete."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from notebooks import build, pictures

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
ROW = re.compile(
    r"\| (?P<number>\d\d) \| \[!\[(?P<alt>.+)\]\((?P<picture>\S+)\)\]\((?P<seen>\S+)\) "
    r"\| \[(?P<title>[^]]+)\]\((?P<notebook>\S+)\) \| (?P<able>[^|]+) \| (?P<minutes>\d+) \|"
)
ROWS = [row.groupdict() for row in map(ROW.fullmatch, README.splitlines()) if row]
MOST_BYTES = 15_000


def title_card(name):
    """A lesson's heading, up to the colon, and the minutes it says it takes."""
    card = build.read_source(name).cells[0].source
    heading = re.match(r"# (?:\d\d · )?([^:\n]+)", card)
    minutes = re.search(r"(\d+)\s+minutes", card)
    return heading[1], minutes[1]


def test_its_program_runs_and_draws_what_it_says():
    names: dict[str, object] = {}
    exec(compile(PROGRAMS[0], "README.md", "exec"), names)
    assert names["w"].grad.item() == pytest.approx(-1.692, abs=5e-4)


def test_the_row_it_quotes_stands_in_the_table():
    assert PROGRAMS[1].strip() in (ROOT / "teachgrad" / "ops" / "pointwise.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_its_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_every_lesson_has_its_row():
    lessons = [name for name in build.lessons() if name[:2].isdigit()]
    assert [row["notebook"] for row in ROWS] == [f"notebooks/{name}.ipynb" for name in lessons]
    assert [row["number"] for row in ROWS] == [name[:2] for name in lessons]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["number"])
def test_a_row_says_what_its_lesson_says(row):
    assert (row["title"], row["minutes"]) == title_card(Path(row["notebook"]).stem)
    assert row["seen"] == row["notebook"], "the picture leads to its lesson"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["number"])
def test_a_picture_shows_what_its_lesson_shows(row):
    lesson = Path(row["notebook"]).stem
    assert row["picture"] == f"notebooks/pictures/{lesson}.svg"
    drawn = (ROOT / row["picture"]).read_text(encoding="utf-8")
    assert len(drawn) <= MOST_BYTES
    assert row["alt"] == ElementTree.fromstring(drawn).get("aria-label"), "run `make pictures`"
    if not build.belongs_to_a_learner(pictures.read(lesson)):
        assert row["alt"] == pictures.said(pictures.figure(lesson)[0]), "the lesson has changed: run `make pictures`"


def test_the_commands_it_names_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in set(re.findall(r"make ([a-z]+)", README)):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), command
