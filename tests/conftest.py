"""What all tests share: the same dice, so that a test does the same alone, in company, and tomorrow."""

import random

import numpy as np
import pytest

import teachgrad as tg


@pytest.fixture(autouse=True)
def dice():
    """Random numbers as after a fixed seed."""
    tg.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 - the one that is shared
    random.seed(0)
