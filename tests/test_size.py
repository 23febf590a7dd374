"""A Size is a tuple that stays a Size."""

from __future__ import annotations

import copy
import operator
import pickle

import numpy as np
import pytest

from teachgrad.size import Size


def test_repr_and_numel() -> None:
    assert repr(Size([2, 3])) == "torch.Size([2, 3])" == str(Size((2, 3)))
    assert repr(Size()) == "torch.Size([])"
    assert Size([2, 3]).numel() == 6
    assert Size([2, 0]).numel() == 0
    assert Size().numel() == 1


def test_it_equals_and_hashes_as_the_tuple() -> None:
    assert Size([2, 3]) == (2, 3)
    assert hash(Size([2, 3])) == hash((2, 3))
    assert Size([2, 3]) in {(2, 3)}


def test_slices_sums_and_multiples_stay_sizes() -> None:
    shape, last = Size([2, 3]), (4,)
    for made, expected in [
        (shape[1:], (3,)),
        (shape[:0], ()),
        (shape + last, (2, 3, 4)),
        (last + shape, (4, 2, 3)),
        (shape * 2, (2, 3, 2, 3)),
        (2 * shape, (2, 3, 2, 3)),
        (pickle.loads(pickle.dumps(shape)), (2, 3)),
        (copy.deepcopy(shape), (2, 3)),
    ]:
        assert type(made) is Size
        assert made == expected
    assert type(shape[0]) is int


def test_entries_are_integers() -> None:
    assert Size([np.int64(2), True]) == (2, 1)
    with pytest.raises(TypeError, match=r"takes an iterable of 'int' \(item 1 is 'float'\)"):
        Size([2, 1.5])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"item 0 is 'numpy\.float64'"):
        Size([np.float64(2)])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"can only concatenate tuple \(not list\) to torch\.Size"):
        operator.add(Size([2]), [3])
