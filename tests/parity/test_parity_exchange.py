"""Memory that teachgrad and PyTorch share with each other, and the records of how PyTorch shares and copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import teachgrad
from tests.outcomes import outcome, recorded, same


@pytest.mark.parametrize("name", ["copying", "exchange"])
def test_the_record_is_what_pytorch_does(name: str) -> None:
    for expression, before in recorded(name).items():
        now = outcome(expression, torch)
        assert same(now, before), f"{expression}\n{now}\n{before}"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"])
@pytest.mark.parametrize(
    ("giver", "taker"), [(teachgrad, torch), (torch, teachgrad)], ids=["to PyTorch", "to teachgrad"]
)
def test_dlpack_leads_to_the_same_memory(giver: Any, taker: Any, dtype: str) -> None:
    given = giver.zeros(2, 3, dtype=getattr(giver, dtype)).T
    taken = taker.from_dlpack(given)
    taken[0, 1] = 1
    given[2, 0] = 1
    assert given.tolist() == taken.tolist() == [[0, 1], [0, 0], [1, 0]]
    assert (str(taken.dtype), taken.stride()) == (f"torch.{dtype}", (1, 3))


def test_numpy_is_a_bridge_between_the_two() -> None:
    ours = teachgrad.zeros(2)
    theirs = torch.from_numpy(ours.numpy())
    theirs[0] = 5.0
    assert ours.tolist() == [5.0, 0.0]
    assert np.shares_memory(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize(
    ("giver", "taker"), [(teachgrad, torch), (torch, teachgrad)], ids=["to PyTorch", "to teachgrad"]
)
def test_neither_takes_a_history_from_the_other(giver: Any, taker: Any) -> None:
    with pytest.raises(BufferError, match="Can't export tensors that require gradient"):
        taker.from_dlpack(giver.ones(2, requires_grad=True))


@pytest.mark.parametrize(
    ("giver", "taker"), [(teachgrad, torch), (torch, teachgrad)], ids=["to PyTorch", "to teachgrad"]
)
def test_each_takes_a_capsule_of_the_other(giver: Any, taker: Any) -> None:
    assert taker.from_dlpack(giver.to_dlpack(giver.ones(2))).tolist() == [1.0, 1.0]
