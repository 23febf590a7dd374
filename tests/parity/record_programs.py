"""Record what PyTorch prints for the programs in tests/programs: ``python -m tests.parity.record_programs``."""

from __future__ import annotations

import torch

from tests.programs import PROGRAMS, run


def main() -> None:
    for program in PROGRAMS:
        program.with_suffix(".txt").write_text(run(program, "torch"), encoding="utf-8", newline="\n")
    print(f"{len(PROGRAMS)} programs' output in PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
