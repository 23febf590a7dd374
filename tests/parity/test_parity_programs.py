"""The record of what PyTorch prints for the programs in tests/programs is still true; test_seeds.py relies on it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.programs import PROGRAMS, recorded, run


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_the_record_is_what_pytorch_prints(program: Path) -> None:
    assert run(program, "torch") == recorded(program), f"recorded from PyTorch 2.13.0; this is {torch.__version__}"
