"""Record PyTorch's descents and schedules for tests/optim: ``python -m tests.parity.record_descents``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch

from tests.optim import descents, schedules


def main() -> None:
    """Write the fixtures."""
    _write(descents.RECORD, descents.RULES, descents.descend)
    _write(schedules.RECORD, schedules.SCHEDULES, schedules.follow)


def _write(record: Path, names: Iterable[str], path: Callable[[Any, str], Any]) -> None:
    lines = [f"{json.dumps(name)}: {json.dumps(path(torch, name))}" for name in names]
    record.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")
    print(f"{len(lines)} paths of PyTorch {torch.__version__} in {record.name}")


if __name__ == "__main__":
    main()
