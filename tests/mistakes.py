"""Programs that go wrong: what learners write, and what PyTorch says to it. ``mistakes.toml`` has them.

This module knows how to run one of them, in teachgrad or in PyTorch, and what came of it.
"""

from __future__ import annotations

import copy
import importlib
import tomllib
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np


@dataclass(frozen=True)
class Mistake:
    """A program of which the last line goes wrong.

    Attributes:
        name: what is wrong.
        program: its text; torch, nn, F, np and copy are there without an import.
        words: PyTorch's own, without what depends on its inside.
        raises, warns: the type of the exception, or else of the warning.
        case: what our message has to name: this program's numbers, shapes, types, names.
        remedy: what its line "Fix" has to say.
        lesson: the number of the lesson that it points to, if one treats this.
    """

    name: str
    program: str
    words: str
    remedy: str
    raises: str = ""
    warns: str = ""
    case: list[str] = field(default_factory=list)
    lesson: int | None = None


MISTAKES = [
    Mistake(**row) for row in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["mistake"]
]


def names(torch: ModuleType) -> dict[str, object]:
    """What a program finds: the library and the parts of it that are usually imported by name."""
    for part in ("optim.lr_scheduler", "utils.data", "nn.functional"):
        importlib.import_module(f"{torch.__name__}.{part}")
    return {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": np, "copy": copy, "__name__": "program"}


def said(mistake: Mistake, torch: ModuleType) -> tuple[str, str]:
    """What came of the program: the type of its exception, or of its last warning, and the message with its notes."""
    torch.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"teachgrad\.")  # as the package does
        try:
            exec(compile(mistake.program, mistake.name, "exec"), names(torch))
        except Exception as error:
            return type(error).__name__, "\n".join([str(error), *getattr(error, "__notes__", ())])
    return (caught[-1].category.__name__, str(caught[-1].message)) if caught else ("nothing", "")
