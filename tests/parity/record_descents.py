"""Record PyTorch's descents for tests/optim/test_rules.py: ``python -m tests.parity.record_descents``."""

from __future__ import annotations

import json

import torch

from tests.optim.descents import RECORD, RULES, descend


def main() -> None:
    """Write the fixture."""
    lines = ",\n".join(f"{json.dumps(rule)}: {json.dumps(descend(torch, rule))}" for rule in RULES)
    RECORD.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8", newline="\n")
    print(f"{len(RULES)} descents of PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
