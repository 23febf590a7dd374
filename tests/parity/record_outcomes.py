"""Record PyTorch's outcomes for test_creation.py and its like: ``python -m tests.parity.record_outcomes``."""

from __future__ import annotations

import json
import runpy

import torch

from tests.outcomes import FIXTURES, outcome

MODULES = ["calls", "copying", "creation", "edges", "exchange", "images", "layers", "linalg", "random", "reductions"]


def main() -> None:
    """Write one fixture for each module."""
    for name in MODULES:
        cases = runpy.run_path(str(FIXTURES.parent / f"test_{name}.py"))
        found = {expression: outcome(expression, torch) for expression in cases.get("CASES", [])}
        close, stock = cases.get("CLOSE_CASES", []), cases.get("STOCK")
        found |= {expression: outcome(expression, torch, exact=False, stock=stock) for expression in close}
        lines = ",\n".join(f"{json.dumps(expression)}: {json.dumps(value)}" for expression, value in found.items())
        (FIXTURES / f"{name}.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8", newline="\n")
        print(f"{len(found)} outcomes of PyTorch {torch.__version__} in {name}.json")


if __name__ == "__main__":
    main()
