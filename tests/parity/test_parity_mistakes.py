"""The mistakes of tests/mistakes.toml go wrong in PyTorch too: with the same type, and in the words that it says."""

from __future__ import annotations

import pytest
import torch

from tests.mistakes import MISTAKES, Mistake, said


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_pytorch_says_so(mistake: Mistake) -> None:
    kind, message = said(mistake, torch)
    assert kind in (mistake.raises, mistake.warns), message
    assert mistake.words in message
