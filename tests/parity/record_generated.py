"""Record what PyTorch makes of the first generated programs: ``python -m tests.parity.record_generated``."""

from __future__ import annotations

import torch

from tests.generated import recorded
from tests.generated.drawing import draw

COUNT = 260


def main() -> None:
    """Draw them, run them, write them down."""
    recorded.save([draw(seed, torch) for seed in range(COUNT)])
    print(f"{COUNT} programs with the outcomes of PyTorch {torch.__version__} in {recorded.FILE.name}")


if __name__ == "__main__":
    main()
