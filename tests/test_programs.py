"""Programs that build networks, train and load data print what PyTorch 2.13.0 prints, error messages included."""

from __future__ import annotations

import pytest

from tests.programs import PROGRAMS, recorded, run


@pytest.mark.parametrize("program", [p for p in PROGRAMS if not p.stem.startswith("seed_")], ids=lambda p: p.stem)
def test_prints_what_pytorch_prints(program):
    assert run(program, "teachgrad") == recorded(program)
