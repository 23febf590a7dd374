"""Programs written for PyTorch run here with only the import changed, and print what PyTorch 2.13.0 prints."""

from __future__ import annotations

import pytest

import teachgrad as tg
from tests.programs import PROGRAMS, recorded, run

SEEDS = [program for program in PROGRAMS if program.stem.startswith("seed_")]


@pytest.mark.parametrize("program", SEEDS, ids=lambda p: p.stem)
def test_prints_what_pytorch_prints(program):
    assert run(program, "teachgrad") == recorded(program)


def test_every_record_has_its_program():
    records = SEEDS[0].parent.glob("seed_*.txt")
    assert sorted(record.stem for record in records) == [program.stem for program in SEEDS]
    assert len(SEEDS) == 8


def test_the_error_of_a_second_backward_names_the_remedy():
    x = tg.tensor(2.0, requires_grad=True)
    y = x**2
    y.backward()
    with pytest.raises(RuntimeError) as error:
        y.backward()
    words, *explanation = str(error.value).splitlines()
    assert words.startswith("Trying to backward through the graph a second time")
    assert any("Pow" in line for line in explanation)  # which operation had freed its values
    assert any("Fix:" in line and "retain_graph=True" in line for line in explanation)
