"""Programs written for PyTorch, and what PyTorch prints for them: ``name.py`` and, recorded beside it, ``name.txt``.

A program says ``import torch`` and means it. ``run`` can bind that name to teachgrad instead, changing nothing else.
This module knows how to run a program, not what it should print: tests/parity/record_programs.py records that.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

PROGRAMS = sorted(Path(__file__).parent.glob("[!_]*.py"))


def bind(source: str, package: str) -> str:
    """The program with its imports of torch taken from ``package``.

    >>> print(bind("import torch" + chr(10) + "from torch.nn import Linear", "teachgrad"))
    import teachgrad as torch
    from teachgrad.nn import Linear
    """
    source = re.sub(r"^import torch$", f"import {package} as torch", source, flags=re.MULTILINE)
    return re.sub(r"^(import|from) torch\b", rf"\1 {package}", source, flags=re.MULTILINE)


def execute(program: Path, package: str) -> tuple[str, dict[str, Any]]:
    """What the program prints and the names it leaves behind.

    An exception that ends it is the last line printed, as its type and its message's first line.
    """
    printed = io.StringIO()
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(program)}
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(bind(program.read_text(encoding="utf-8"), package), program, "exec"), names)
        except Exception as error:
            print(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")
    return printed.getvalue(), names


def run(program: Path, package: str) -> str:
    """What the program prints, as ``execute`` says."""
    return execute(program, package)[0]


def recorded(program: Path) -> str:
    """What PyTorch 2.13.0 prints for the program."""
    return program.with_suffix(".txt").read_text(encoding="utf-8")
