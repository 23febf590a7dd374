"""Record what PyTorch prints for the programs in tests/programs: ``python -m tests.parity.record_programs``.

Words after the command choose: ``python -m tests.parity.record_programs train_`` records those whose name starts so.
"""

from __future__ import annotations

import sys

import torch

from tests.programs import PROGRAMS, run


def main() -> None:
    chosen = [program for program in PROGRAMS if program.stem.startswith(tuple(sys.argv[1:]) or "")]
    for program in chosen:
        program.with_suffix(".txt").write_text(run(program, "torch"), encoding="utf-8", newline="\n")
    print(f"{len(chosen)} programs' output in PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
