"""How far apart the training programs end in the two libraries: ``python -m tests.parity.training_table``.

A training program is a tests/programs/train_*.py. What it prints is compared elsewhere, to the digits it prints; here
all the numbers it leaves behind are compared: its losses, its parameters, its samples. Integers must be the same.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from tests.programs import PROGRAMS, execute

TRAININGS = [program for program in PROGRAMS if program.stem.startswith("train_")]


class Comparison(NamedTuple):
    """One program in both libraries."""

    same_print: bool
    quantities: int
    worst: str  # the quantity that differs most
    difference: float  # there: the largest difference, divided by the quantity's largest value
    seconds: float  # in teachgrad
    seconds_torch: float


def quantities(value: Any, name: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """The numbers in what a program leaves behind, each array under a name such as ``model.0.weight`` or ``losses``."""
    if isinstance(value, type | ModuleType):
        return
    if hasattr(value, "named_parameters"):
        value = value.state_dict()
    numbers = value if isinstance(value, list) else [value]
    if hasattr(value, "requires_grad"):
        yield name, value.detach().numpy()
    elif isinstance(value, np.ndarray) or (numbers and all(isinstance(n, np.generic | int | float) for n in numbers)):
        yield name, np.asarray(value)
    elif isinstance(value, Mapping | list | tuple):
        entries = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, entry in entries:
            if not str(key).startswith("_"):
                yield from quantities(entry, f"{name}.{key}" if name else str(key))


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest difference, divided by the largest value; 0 for integers that agree, inf where nothing compares."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return np.inf
    if theirs.dtype.kind != "f" or theirs.size == 0:
        return 0.0 if np.array_equal(ours, theirs) else np.inf
    worst = float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-30))
    return worst if np.isfinite(worst) else np.inf


def compare(program: Path) -> Comparison:
    """Run the program in both libraries and compare what is left behind."""
    started = time.perf_counter()
    printed, names = execute(program, "teachgrad")
    between = time.perf_counter()
    printed_torch, names_torch = execute(program, "torch")
    ended = time.perf_counter()
    ours, theirs = dict(quantities(names)), dict(quantities(names_torch))
    differences = {name: difference(ours[name], theirs[name]) for name in ours.keys() & theirs.keys()}
    differences |= dict.fromkeys(ours.keys() ^ theirs.keys(), np.inf)
    worst = max(sorted(differences), key=differences.__getitem__)
    return Comparison(
        printed == printed_torch, len(differences), worst, differences[worst], between - started, ended - between
    )


def main() -> None:
    """Print a row a program; words after the command choose programs by how their names start."""
    print(
        f"{'program':36} {'printed':>9} {'numbers':>8} {'largest difference':>19}  {'in':46} {'s':>6} {'s, torch':>9}"
    )
    for program in TRAININGS:
        if program.stem.startswith(tuple(sys.argv[1:]) or ""):
            row = compare(program)
            agree = "the same" if row.same_print else "DIFFERS"
            print(
                f"{program.stem:36} {agree:>9} {row.quantities:8} {row.difference:19.1e}  {row.worst:46} "
                f"{row.seconds:6.2f} {row.seconds_torch:9.2f}"
            )


if __name__ == "__main__":
    main()
