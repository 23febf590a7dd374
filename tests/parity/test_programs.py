"""What PyTorch prints for the programs in tests/programs: recorded by ``python -m tests.parity.test_programs``, re-checked here.

This is PyTorch's side alone: it never imports teachgrad. tests/test_seeds.py holds teachgrad against the record.
"""

from __future__ import annotations

import pytest

from tests.programs import PROGRAMS, recorded, run


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_the_record_is_what_pytorch_prints(program):
    torch = pytest.importorskip("torch")
    if not torch.__version__.startswith("2.13.0"):
        pytest.skip(f"recorded from PyTorch 2.13.0, not {torch.__version__}")
    assert run(program, "torch") == recorded(program)


if __name__ == "__main__":
    for program in PROGRAMS:
        program.with_suffix(".txt").write_text(run(program, "torch"), encoding="utf-8", newline="\n")
        print(f"recorded {program.stem}")
