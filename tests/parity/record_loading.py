"""Record what PyTorch's loaders give for tests/utils/test_workers.py: ``python -m tests.parity.record_loading``."""

from __future__ import annotations

import json

import torch

from tests.utils.loading import RECORD, walks


def main() -> None:
    """Write the fixture."""
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in walks(torch).items()]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")
    print(f"{len(lines)} walks of PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
