"""Broadcasting and type promotion: which shapes fit, what comes out, how gradients fold back."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import teachgrad as tg
from teachgrad.tensor import wrap
from tests.properties.judging import agree
from tests.properties.strategies import generators, law, numbers, pairs, shapes

BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "maximum": np.maximum,
    "minimum": np.minimum, "atan2": np.arctan2, "hypot": np.hypot, "logaddexp": np.logaddexp,
}  # fmt: skip
IN_PLACE = [operator.iadd, operator.isub, operator.imul, operator.itruediv]


@law
@given(st.sampled_from(sorted(BINARY)), pairs(2), generators)
def test_two_operands(name, both, rng):
    # `b` keeps away from 0, and no two elements are equal, so that every slope exists
    arrays = [numbers(rng, both[0], -3, -1), numbers(rng, both[1], 0.5, 2)]
    agree(getattr(tg, name), BINARY[name], arrays, rng)


@law
@given(st.sampled_from(IN_PLACE), pairs(2), generators)
def test_in_place_the_left_shape_stays(change, both, rng):
    def numpys(a, b):
        return change(a.copy(), b)

    agree(lambda a, b: change(a * 1.0, b), numpys, [numbers(rng, both[0]), numbers(rng, both[1], 0.5, 2)], rng)


@law
@given(pairs(3), generators)
def test_a_choice_broadcasts_its_condition_too(three, rng):
    condition = numbers(rng, three[0]) > 0
    agree(
        lambda a, b: tg.where(wrap(condition), a, b),
        lambda a, b: np.where(condition, a, b),
        [numbers(rng, three[1]), numbers(rng, three[2])],
        rng,
    )


@law
@given(pairs(3), generators)
def test_three_operands(three, rng):
    agree(tg.lerp, lambda a, b, t: a + t * (b - a), [numbers(rng, shape) for shape in three], rng)


@law
@given(shapes, shapes, generators)
def test_expanding(shape, target, rng):
    wanted = target + shape  # more often than not it fits
    agree(lambda x: x.expand(wanted), lambda x: np.broadcast_to(x, wanted), [numbers(rng, shape)], rng)
    agree(lambda x: x.expand(target), lambda x: np.broadcast_to(x, target), [numbers(rng, shape)], rng)


# The rule as PyTorch's documentation of type promotion gives it: a tensor with dimensions decides, unless one without
# is of a higher category (truth < whole < real), and unless a Python number is of a higher one still.

DTYPES = [tg.bool, tg.uint8, tg.int8, tg.int16, tg.int32, tg.int64, tg.float16, tg.float32, tg.float64]
PYTHON = {bool: np.dtype(bool), int: np.dtype(np.int64), float: np.dtype(np.float32)}


def category(dtype: np.dtype) -> int:
    return "biuf".index(dtype.kind) if dtype.kind != "u" else 1


def common(one: np.dtype, other: np.dtype) -> np.dtype:
    """Of two operands of the same rank: within a category NumPy's rule, else the higher category alone."""
    if category(one) == category(other):
        return np.promote_types(one, other)
    return max(one, other, key=category)


def expected_type(operands):
    ranks = [[], [], []]
    for value in operands:
        if isinstance(value, tg.Tensor):
            ranks[0 if value.dim() else 1].append(value.array.dtype)
        else:
            ranks[2].append(PYTHON[type(value)])
    decided = None
    for dtypes in ranks:
        of_rank = None
        for dtype in dtypes:
            of_rank = dtype if of_rank is None else common(of_rank, dtype)
        if of_rank is not None and (decided is None or category(of_rank) > category(decided)):
            decided = of_rank
    return decided


tensors = st.builds(
    lambda dtype, shape: tg.ones(shape, dtype=dtype), st.sampled_from(DTYPES), st.sampled_from([(), (2,)])
)
operands = tensors | st.sampled_from([True, 3, 2.5])


@law
@given(st.sampled_from([operator.add, operator.mul]), tensors, operands, st.booleans())
def test_types_are_promoted_as_documented(combine, tensor, other, swapped):
    a, b = (other, tensor) if swapped else (tensor, other)
    assert combine(a, b).array.dtype == expected_type((tensor, other))
    assert tg.result_type(a, b) == tg.as_tensor(np.empty(0, expected_type((tensor, other)))).dtype


@law
@given(tensors, operands)
def test_in_place_a_type_never_rises(tensor, other):
    before = tensor.array.dtype
    if not tensor.dim() and isinstance(other, tg.Tensor) and other.dim():
        other = other[0]  # a longer operand would not fit in place
    if category(expected_type((tensor, other))) > category(before):
        with pytest.raises(RuntimeError, match="can't be cast to the desired output type"):
            tensor.add_(other)
    else:
        assert tensor.add_(other).array.dtype == before


@law
@given(st.lists(tensors, min_size=1, max_size=3))
def test_joining_promotes_too(parts):
    parts = [part.reshape(-1) for part in parts]
    assert tg.cat(parts).array.dtype == expected_type(parts)
