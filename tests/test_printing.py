"""Printed tensors equal the texts that PyTorch prints.

The texts in fixtures/printing.json were recorded from PyTorch by parity/record_printing.py, which reads
`CASES` from this file; parity/test_parity_printing.py compares thousands of random tensors as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

from teachgrad import printing

FIXTURE = Path(__file__).parent / "fixtures" / "printing.json"
NUMPY_DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]


class Case(NamedTuple):
    """One tensor, the print options in force, and what is recorded of its history."""

    array: np.ndarray[Any, Any]
    options: Mapping[str, Any] = MappingProxyType({})
    history: str = ""  # "", "requires_grad" or "grad_fn"


def _values() -> Iterator[tuple[str, Case]]:
    f = np.float32
    inf, nan = np.inf, np.nan
    for name in NUMPY_DTYPES:
        yield f"zero-d {name}", Case(np.array(1).astype(name))
        yield f"row {name}", Case(np.array([0, 1, 100]).astype(name))
        for shape in [(0,), (0, 3), (2, 0, 1)]:
            yield f"empty {name} {shape}", Case(np.empty(shape, name))
        yield f"matrix {name}", Case(np.arange(6).reshape(2, 3).astype(name))
    rows: dict[str, list[float]] = {
        "fractions": [0.5, -1.25, 3.0],
        "whole": [1.0, -2.0, 300.0],
        "whole and inf": [1.0, inf, -inf, nan],
        "fractions and inf": [1.5, inf, -inf, nan],
        "only nan": [nan],
        "only nan and zero": [0.0, nan, -0.0],
        "only infinities": [inf, -inf],
        "negative zero": [-0.0, 0.0],
        "negative zero, fractions": [-0.0, 0.25],
        "ratio of exactly 1000": [1.0, 1000.0],
        "ratio above 1000": [1.0, 1001.0],
        "fractions above 1000": [0.5, 501.0],
        "large": [1e8, 1e8],
        "larger": [1.1e8],
        "small": [1e-4],
        "smaller": [9e-5],
        "scientific with zero": [0.0, 1e-7, -1.0, inf, nan],
        "scientific whole": [1.0, 1e5, -1e9],
        "huge": [3e38, 1.0],
        "subnormal": [1e-45, 1.0],
        "rounding": [0.99995, 9.99995, 0.00005],
    }
    for name, row in rows.items():
        with np.errstate(over="ignore"):
            for dtype in ["float16", "float32", "float64"]:
                yield f"{name} {dtype}", Case(np.array(row).astype(dtype))
        yield f"{name} zero-d", Case(np.array(row[0], f))
    yield "int extremes", Case(np.array([np.iinfo(np.int64).min, np.iinfo(np.int64).max]))
    yield "negative int zero-d", Case(np.array(-7))
    yield "bool matrix", Case(np.array([[True, False], [False, True]]))


def _layouts() -> Iterator[tuple[str, Case]]:
    rng = np.random.RandomState(0)
    for size in [7, 8, 9, 10, 11, 30, 100, 1001]:
        yield f"line of {size} floats", Case(rng.randn(size).astype(np.float32))
        yield f"line of {size} ints", Case(rng.randint(-50, 50, size))
        yield f"line of {size} float64", Case(rng.randn(size))
    matrices = [(2, 3), (3, 1), (1, 20), (13, 80), (7, 150), (6, 200)]
    blocks = [(2, 2, 2), (1, 1, 1, 1), (2, 1, 3, 2), (4, 3, 100)]
    for shape in matrices + blocks:
        yield f"floats {shape}", Case(rng.randn(*shape).astype(np.float32))
    for shape in [(1001, 1), (1, 1001), (8, 8, 20), (7, 2, 100), (11, 10, 10, 1)]:
        yield f"ints in part {shape}", Case(np.arange(np.prod(shape)).reshape(shape))
    peak = np.zeros(2001, np.float32)
    peak[1000] = 12345.678  # not shown, so it has no say in the format
    yield "peak that is not shown", Case(peak)
    yield "transposed", Case(np.arange(6.0, dtype=np.float32).reshape(2, 3).T)


def _suffixes() -> Iterator[tuple[str, Case]]:
    for history in ["requires_grad", "grad_fn"]:
        for size in range(1, 12):
            yield f"{size} floats {history}", Case(np.linspace(0.1, 1, size, dtype=np.float32), {}, history)
        yield f"float64 {history}", Case(np.array([[1.5, 2.0]]), {}, history)
        yield f"zero-d {history}", Case(np.array(2.0, np.float32), {}, history)
        yield f"empty {history}", Case(np.empty((0, 2), np.float32), {}, history)
        yield f"matrix {history}", Case(np.ones((3, 9), np.float64) / 3, {}, history)


def _options() -> Iterator[tuple[str, Case]]:
    block = np.arange(112.0, dtype=np.float32).reshape(7, 2, 8) / 7
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "small": np.array([0.001, 1.0, 123.456], np.float32),
        "whole": np.array([1.0, 20.0], np.float32),
        "line": np.linspace(0, 1, 40, dtype=np.float32),
        "block": block,
        "ints": block.astype(np.int32),
    }
    chosen: list[dict[str, Any]] = [
        {"precision": 0},
        {"precision": 1},
        {"precision": 8},
        {"sci_mode": True},
        {"sci_mode": False},
        {"threshold": 5},
        {"threshold": 5, "edgeitems": 1},
        {"threshold": 5, "edgeitems": 0},
        {"edgeitems": 2},
        {"edgeitems": 0},
        {"linewidth": 40},
        {"linewidth": 5},
        {"linewidth": 200},
        {"profile": "short"},
        {"profile": "short", "threshold": 10},
        {"profile": "full"},
        {"profile": "default", "precision": 2},
        {"precision": 2, "sci_mode": True},
    ]
    for options in chosen:
        for name, array in arrays.items():
            yield f"{options} {name}", Case(array, options)
    yield "full profile, many", Case(np.arange(1200), {"profile": "full"})


CASES: dict[str, Case] = dict([*_values(), *_layouts(), *_suffixes(), *_options()])


def text_of(case: Case) -> str:
    """What teachgrad prints for a case."""
    with printing.printoptions(profile="default"):
        printing.set_printoptions(**case.options)
        return printing.tensor_text(
            case.array,
            requires_grad=bool(case.history),
            grad_fn_name="MulBackward0" if case.history == "grad_fn" else None,
        )


RECORDED: dict[str, str] = json.loads(FIXTURE.read_text(encoding="utf-8")) if FIXTURE.exists() else {}


@pytest.mark.parametrize("name", CASES)
def test_text_is_what_pytorch_prints(name: str) -> None:
    assert text_of(CASES[name]) == RECORDED[name]


def test_every_recorded_case_is_tested() -> None:
    assert RECORDED.keys() == CASES.keys()
