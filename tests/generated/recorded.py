"""Outcomes of PyTorch as JSON, so that generated programs mean something where it is not installed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.generated.running import Outcome

FILE = Path(__file__).parent.parent / "fixtures" / "generated.json"
DIGITS = {2: 4, 4: 6, 8: 10}  # of real numbers, by the bytes of the coarsest
KEYS = (  # of a tensor's description, which is a list in the file
    *("dtype", "shape", "requires_grad", "is_leaf", "grad_fn", "version", "stride", "values", "grad"),
    "grad requires_grad",
)
FORGOTTEN = "-"


def save(programs: Sequence[tuple[Sequence[str], Outcome]]) -> None:
    """Write the programs and their outcomes, one to a line."""
    lines = []
    for program, outcome in programs:
        left = packed(outcome.left, DIGITS[outcome.bytes_])
        about = [program, outcome.error, outcome.words, outcome.line, outcome.bytes_, left]
        lines.append(json.dumps(about, separators=(",", ":")))
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8", newline="\n")


def load() -> Iterator[tuple[list[str], Outcome]]:
    """The programs and what PyTorch 2.13.0 leaves behind."""
    for program, error, words, line, bytes_, left in json.loads(FILE.read_text(encoding="utf-8")):
        yield program, Outcome({name: unpacked(value) for name, value in left.items()}, bytes_, error, words, line)


def packed(value: Any, digits: int) -> Any:
    """A description without arrays and without keys."""
    if isinstance(value, dict) and "dtype" in value:
        return {"tensor": [packed(value.get(key, FORGOTTEN), digits) for key in KEYS]}
    if isinstance(value, dict):
        return {key: packed(part, digits) for key, part in value.items()}
    if isinstance(value, list):
        return [packed(part, digits) for part in value]
    if isinstance(value, np.ndarray):
        return [float(f"{x:.{digits}g}") if isinstance(x, float) else int(x) for x in value.ravel().tolist()]
    return value


def unpacked(value: Any) -> Any:
    """The description again, with arrays and keys."""
    if isinstance(value, list):
        return [unpacked(part) for part in value]
    if not isinstance(value, dict):
        return value
    about = {key: part for key, part in zip(KEYS, value["tensor"], strict=True) if part != FORGOTTEN}
    for key in ("values", "grad"):
        if about.get(key) is not None:
            about[key] = np.array(about[key], about["dtype"].removeprefix("torch.")).reshape(about["shape"])
    return about
