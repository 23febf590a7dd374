"""Rearranging: every function of shape is linear, moves each number somewhere, and takes each gradient back."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import teachgrad as tg
from teachgrad.nn import functional
from teachgrad.tensor import wrap
from tests.properties.judging import agree
from tests.properties.strategies import dims, full_shapes, generators, law, numbers, shapes

sizes = st.integers(-1, 6)
with_dim = shapes.flatmap(lambda shape: st.tuples(st.just(shape), dims(len(shape))))
solid = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4)
solid_with_dim = solid.flatmap(lambda shape: st.tuples(st.just(shape), dims(len(shape))))


@st.composite
def reshapes(draw):
    """A shape and another: the same factors in other groups, or anything at all."""
    shape = draw(shapes)
    if draw(st.integers(0, 3)) == 0:
        return shape, tuple(draw(st.lists(sizes, max_size=3)))
    factors = draw(st.permutations([f for n in shape for f in ((2, 2) if n == 4 else (n,))]))
    cut = draw(st.integers(0, len(factors)))
    target = [int(np.prod(factors[:cut])), int(np.prod(factors[cut:]))]
    if draw(st.booleans()):
        target[draw(st.integers(0, 1))] = -1
    return shape, tuple(target)


@law
@given(reshapes(), generators)
def test_reshape(case, rng):
    shape, target = case
    agree(lambda x: x.reshape(target), lambda x: x.reshape(target), [numbers(rng, shape)], rng)


@law
@given(shapes.flatmap(lambda s: st.tuples(st.just(s), st.lists(dims(len(s)), max_size=len(s)))), generators)
def test_permute(case, rng):
    shape, order = case
    agree(lambda x: x.permute(order), lambda x: np.transpose(x, order), [numbers(rng, shape)], rng)
    for fitting in (tuple(rng.permutation(len(shape)).tolist()), tuple(range(-len(shape), 0))):
        agree(lambda x, o=fitting: x.permute(o), lambda x, o=fitting: np.transpose(x, o), [numbers(rng, shape)], rng)


@law
@given(solid.flatmap(lambda s: st.tuples(st.just(s), dims(len(s)), dims(len(s)))), generators)
def test_exchange_and_move(case, rng):
    shape, here, there = case
    arrays = [numbers(rng, shape)]
    agree(lambda x: x.transpose(here, there), lambda x: np.swapaxes(x, here, there), arrays, rng)
    agree(lambda x: x.movedim(here, there), lambda x: np.moveaxis(x, here, there), arrays, rng)
    assume(here % len(shape) != there % len(shape))
    agree(lambda x: x.diagonal(1, here, there), lambda x: np.diagonal(x, 1, here, there), arrays, rng)
    turns = int(rng.integers(-4, 5))
    agree(lambda x: x.rot90(turns, (here, there)), lambda x: np.rot90(x, turns, (here, there)), arrays, rng)


@law
@given(shapes.flatmap(lambda s: st.tuples(st.just(s), dims(len(s) + 1))), generators)
def test_a_dimension_of_one_comes_and_goes(case, rng):
    shape, dim = case
    array = numbers(rng, shape)
    agree(lambda x: x.unsqueeze(dim), lambda x: np.expand_dims(x, dim), [array], rng)
    if -len(shape) <= dim < len(shape):  # PyTorch leaves a dimension that is not of size 1 as it is
        gone = shape[dim] == 1
        agree(lambda x: x.squeeze(dim), lambda x: np.squeeze(x, dim) if gone else x.copy(), [array], rng)
    agree(lambda x: x.squeeze(), np.squeeze, [array], rng)


@law
@given(solid.flatmap(lambda s: st.tuples(st.just(s), st.lists(dims(len(s)), max_size=3).map(tuple))), generators)
def test_flip_and_roll(case, rng):
    shape, axes = case
    agree(lambda x: x.flip(axes), lambda x: np.flip(x, axes), [numbers(rng, shape)], rng)
    assume(axes)
    by = tuple(rng.integers(-5, 6, len(axes)).tolist())
    agree(lambda x: x.roll(by, axes), lambda x: np.roll(x, by, axes), [numbers(rng, shape)], rng)


@law
@given(solid_with_dim, st.lists(st.integers(0, 3), min_size=1, max_size=3), st.booleans(), generators)
def test_cat(case, lengths, misfit, rng):
    shape, dim = case
    parts = []
    for length in lengths:
        other = list(shape)
        if -len(shape) <= dim < len(shape):
            other[dim] = length
        parts.append(numbers(rng, (*other, *([2] if misfit and len(parts) else []))))
    assume(all(part.shape != (0,) for part in parts))  # PyTorch passes over these, whatever the others are
    agree(lambda *xs: tg.cat(xs, dim), lambda *xs: np.concatenate(xs, dim), parts, rng)


@law
@given(with_dim, st.integers(1, 3), st.booleans(), generators)
def test_stack(case, count, misfit, rng):
    shape, dim = case
    parts = [numbers(rng, shape) for _ in range(count)]
    if misfit:
        parts.append(numbers(rng, (*shape, 1)))
    agree(lambda *xs: tg.stack(xs, dim), lambda *xs: np.stack(xs, dim), parts, rng)


@law
@given(solid_with_dim, st.lists(st.integers(0, 4), max_size=3), st.integers(1, 5), generators)
def test_split(case, cuts, length, rng):
    shape, dim = case
    array = numbers(rng, shape)
    agree(lambda x: tg.tensor_split(x, sorted(cuts), dim), lambda x: np.split(x, sorted(cuts), dim), [array], rng)
    agree(lambda x: tg.tensor_split(x, length, dim), lambda x: np.array_split(x, length, dim), [array], rng)

    def numpys(x):
        n = x.shape[dim]
        return np.split(x, range(length, n, length), dim)

    agree(lambda x: x.split(length, dim), numpys, [array], rng)
    if -len(shape) <= dim < len(shape):
        lengths = np.diff([0, *np.minimum(sorted(cuts), shape[dim]), shape[dim]]).tolist()
        agree(lambda x: x.split(lengths, dim), lambda x: np.split(x, np.cumsum(lengths)[:-1], dim), [array], rng)


@law
@given(full_shapes, st.lists(st.integers(0, 3), max_size=4), generators)
def test_repetition(shape, times, rng):
    array = numbers(rng, shape)
    agree(lambda x: tg.tile(x, tuple(times)), lambda x: np.tile(x, times), [array], rng)
    assume(shape)
    counts = rng.integers(0, 3, shape[-1])
    agree(lambda x: x.repeat_interleave(wrap(counts), -1), lambda x: np.repeat(x, counts, -1), [array], rng)


@law
@given(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4), st.data(), generators)
def test_padding(shape, data, rng):
    count = data.draw(st.integers(1, len(shape)))
    widths = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=count, max_size=count))
    flat = [n for pair in widths for n in pair]
    outwards = [(0, 0)] * (len(shape) - count) + widths[::-1]  # PyTorch names the last dimension first
    array = numbers(rng, shape)
    agree(
        lambda x: functional.pad(x, flat, value=0.5),
        lambda x: np.pad(x, outwards, constant_values=0.5),
        [array],
        rng,
    )
    assume(len(shape) in (2, 3) and count == len(shape) - 1)
    limits = {"reflect": -1, "replicate": 3, "circular": 0}
    for (mode, more), known in zip(limits.items(), ("reflect", "edge", "wrap"), strict=True):
        if all(max(pair) <= n + more for pair, n in zip(outwards, shape, strict=True)):
            agree(
                lambda x, mode=mode: functional.pad(x, flat, mode),
                lambda x, known=known: np.pad(x, outwards, known),
                [array],
                rng,
            )


@law
@given(hnp.array_shapes(min_dims=2, max_dims=3, min_side=0, max_side=4), st.integers(-4, 4), generators)
def test_triangles(shape, offset, rng):
    array = numbers(rng, shape)
    agree(lambda x: x.tril(offset), lambda x: np.tril(x, offset), [array], rng)
    agree(lambda x: x.triu(offset), lambda x: np.triu(x, offset), [array], rng)
    agree(lambda x: x.trace(), np.trace, [numbers(rng, shape[-2:])], rng)


@law
@given(solid_with_dim, st.integers(1, 4), st.integers(1, 3), generators)
def test_windows(case, size, step, rng):
    shape, dim = case
    assume(-len(shape) <= dim < len(shape) and shape[dim])

    def numpys(x):
        every = np.lib.stride_tricks.sliding_window_view(x, size, dim)
        return every[(slice(None),) * (dim % len(shape)) + (slice(None, None, step),)]

    agree(lambda x: x.unfold(dim, size, step), numpys, [numbers(rng, shape)], rng)


@law
@given(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4), st.data(), generators)
def test_gathering_along_a_dimension(shape, data, rng):
    dim = data.draw(dims(len(shape), slack=0))
    wanted = [n if d != dim % len(shape) else data.draw(st.integers(0, 5)) for d, n in enumerate(shape)]
    index = rng.integers(0, shape[dim], wanted)
    arrays = [numbers(rng, shape)]
    agree(lambda x: x.gather(dim, wrap(index)), lambda x: np.take_along_axis(x, index, dim), arrays, rng)
    agree(lambda x: tg.take_along_dim(x, wrap(index), dim), lambda x: np.take_along_axis(x, index, dim), arrays, rng)
