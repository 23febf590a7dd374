"""Record what PyTorch prints for the cases of test_printing.py: ``python tests/parity/record_printing.py``."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import torch

TESTS = Path(__file__).resolve().parents[1]


def text_of(case: Any) -> str:
    """What PyTorch prints for a case."""
    tensor = torch.from_numpy(case.array)
    if case.history:
        tensor.requires_grad_()
    if case.history == "grad_fn":
        tensor = tensor * 1
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**case.options)
    return repr(tensor)


def main() -> None:
    tests = runpy.run_path(str(TESTS / "test_printing.py"))
    texts = {name: text_of(case) for name, case in tests["CASES"].items()}
    tests["FIXTURE"].write_text(json.dumps(texts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(texts)} texts of PyTorch {torch.__version__} in {tests['FIXTURE'].name}")


if __name__ == "__main__":
    main()
