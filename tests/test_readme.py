"""The README promises nothing that does not work: its program runs, its links lead somewhere, its table is complete."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_its_program_runs_and_draws_what_it_says():
    names: dict[str, object] = {}
    exec(compile(PROGRAMS[0], "README.md", "exec"), names)
    assert names["w"].grad.item() == pytest.approx(-1.692, abs=5e-4)


def test_the_row_it_quotes_stands_in_the_table():
    assert PROGRAMS[1].strip() in (ROOT / "teachgrad" / "ops" / "pointwise.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_its_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_every_lesson_is_in_its_table():
    listed = re.findall(r"\(notebooks/(\w+)\.ipynb\)", README)
    assert listed == sorted(source.stem for source in (ROOT / "notebooks" / "src").glob("*.py"))


def test_the_commands_it_names_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in set(re.findall(r"make ([a-z]+)", README)):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), command
