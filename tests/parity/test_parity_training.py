"""Whole training programs end at the same numbers in both libraries, also beyond the digits they print."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.parity.training_table import TRAININGS, compare, difference, quantities
from tests.programs import recorded

# float32 keeps 1e-7; sums in another order differ there, and training makes the difference grow.
TOLERANCE = 1e-4


@pytest.mark.parametrize("program", TRAININGS, ids=lambda program: program.stem)
def test_programs_end_at_the_same_numbers(program: Path) -> None:
    assert "Error: " not in recorded(program)  # nothing ends before its end
    row = compare(program)
    assert row.quantities >= 2  # a loss and a parameter at least
    assert row.difference < TOLERANCE, f"{row.worst} differs by {row.difference:.1e} of its largest value"


def test_the_programs_are_many() -> None:
    assert len(TRAININGS) >= 25


def test_the_yardstick_sees_what_differs() -> None:
    assert difference(np.array([1.0, 4.0]), np.array([1.0, 5.0])) == 0.2
    assert difference(np.array([1, 2]), np.array([1, 2])) == 0
    assert difference(np.array([1, 2]), np.array([1, 3])) == np.inf
    assert difference(np.zeros((1, 2)), np.zeros(2)) == np.inf
    assert dict(quantities({"losses": [0.5, 0.25], "pair": [np.ones(2), 3], "_hidden": 1, "word": "a"})).keys() == {
        *("losses", "pair.0", "pair.1")
    }
