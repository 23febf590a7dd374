"""The record of PyTorch's descents is still true; tests/optim/test_rules.py relies on it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.optim.descents import RULES, descend, recorded


@pytest.mark.parametrize("rule", RULES)
def test_the_record_is_how_pytorch_descends(rule: str) -> None:
    np.testing.assert_allclose(descend(torch, rule), recorded()[rule], rtol=1e-6, atol=1e-6)
