"""Indexing and assignment by index are NumPy's; but numbers choose before arrays do, as PyTorch has it."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import teachgrad as tg
from teachgrad.tensor import wrap
from tests.properties.judging import agree, refuses
from tests.properties.strategies import Index, full_shapes, generators, indices, law, numbers, places, shapes


def steps(index: Index) -> tuple[Index, Index]:
    """An index as two of NumPy's: first the numbers and slices, then the arrays.

    NumPy itself takes a number beside an array for an array, which moves dimensions: `x[0, :, [1, 2]]`. In PyTorch a
    number chooses before the arrays do.
    """
    numbers_and_slices: list[Any] = []
    arrays: list[Any] = []
    for item in (*index, *(() if any(item is ... for item in index) else (...,))):
        if isinstance(item, np.ndarray) and item.shape:
            numbers_and_slices += [slice(None)] * (item.ndim if item.dtype == bool else 1)
            arrays.append(item)
        else:
            numbers_and_slices.append(item if item is None or isinstance(item, slice) or item is ... else int(item))
            arrays += [item] if item is ... else [slice(None)] * (item is None or isinstance(item, slice))
    return tuple(numbers_and_slices), tuple(arrays)


def ours(index: Index) -> Index:
    """The same index with tensors for arrays."""
    return tuple(tg.tensor(item) if isinstance(item, np.ndarray) else item for item in index)


def picked(array: np.ndarray, index: Index) -> np.ndarray:
    first, second = steps(index)
    return array[first][second]


@st.composite
def indexed(draw, of=shapes):
    shape = draw(of)
    return shape, draw(indices(shape))


@law
@given(indexed(), generators)
def test_an_index_picks_what_numpy_picks(case, rng):
    shape, index = case
    agree(lambda x: x[ours(index)], lambda x: picked(x, index), [numbers(rng, shape)], rng)


@law
@given(indexed(full_shapes), st.data(), generators)
def test_an_assignment_writes_where_numpy_writes(case, data, rng):
    shape, index = case
    first, second = steps(index)
    every = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    try:
        chosen = every[first][second]
    except IndexError:
        refuses(lambda x: x.__setitem__(ours(index), 0.0), wrap(numbers(rng, shape)))
        return
    assume(np.unique(chosen).size == chosen.size)  # written twice, one of the two is lost: which is not said
    value_shape = data.draw(hnp.broadcastable_shapes(chosen.shape, min_side=0, max_dims=chosen.ndim) | shapes)

    def assign(x, value):
        x = x.clone()
        x[ours(index)] = value
        return x

    def numpys(x, value):
        x = x.copy()
        x[first][second] = value
        return x

    agree(assign, numpys, [numbers(rng, shape), numbers(rng, value_shape)], rng)


@law
@given(st.data(), hnp.array_shapes(min_dims=1, max_dims=3, max_side=4), st.integers(0, 1), generators)
def test_accumulating_adds_at_every_mention_of_a_place(data, shape, slack, rng):
    index = tuple(data.draw(places(n, (2, 3), slack)) for n in shape[: data.draw(st.integers(1, len(shape)))])
    chosen = np.broadcast_shapes(*(item.shape for item in index)) + shape[len(index) :]

    def numpys(x, value):
        x = x.copy()
        np.add.at(x, index, value)
        return x

    agree(
        lambda x, value: x.index_put(ours(index), value, accumulate=True),
        numpys,
        [numbers(rng, shape), numbers(rng, chosen)],
        rng,
    )


@law
@given(indexed(full_shapes), generators)
def test_a_list_picks_what_its_tensor_picks(case, rng):
    shape, index = case
    lists = ours(tuple(i.tolist() if isinstance(i, np.ndarray) and i.size else i for i in index))
    x = wrap(numbers(rng, shape))
    try:
        expected = x[ours(index)]
    except IndexError:
        refuses(lambda: x[lists])
        return
    np.testing.assert_array_equal(x[lists].array, expected.array)


@st.composite
def chains(draw):
    """A shape, and views taken of views: indices, exchanged dimensions, other shapes."""
    shape = draw(full_shapes)
    seen, chain = np.zeros(shape), []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["index", "permute", "reshape"]))
        if kind == "index":
            argument = tuple(i for i in draw(indices(seen.shape)) if not isinstance(i, np.ndarray))
        elif kind == "permute":
            argument = tuple(draw(st.permutations(range(seen.ndim))))
        else:
            argument = (-1,) if seen.flags.c_contiguous else seen.shape
        try:
            seen = viewed(seen, argument, kind)
        except IndexError:
            continue
        chain.append((kind, argument))
    return shape, chain


def viewed(x: Any, argument: Any, kind: str) -> Any:
    if kind == "index":
        return x[(*argument, ...)] if ... not in argument else x[argument]
    if kind == "permute":
        return np.transpose(x, argument) if isinstance(x, np.ndarray) else x.permute(argument)
    return x.reshape(argument)


@law
@given(chains(), generators)
def test_writing_through_views_changes_the_base_as_numpy_does(case, rng):
    shape, chain = case

    def write(x, factor):
        base = np.array(x) if isinstance(x, np.ndarray) else x * 1.0
        view = base
        for kind, argument in chain:
            view = viewed(view, argument, kind)
        view *= factor
        return base, view * view

    agree(write, write, [numbers(rng, shape), numbers(rng, ())], rng)
