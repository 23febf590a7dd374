"""Reductions over one dimension, several, all of them; kept or dropped; of nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import teachgrad as tg
from tests.properties.judging import agree
from tests.properties.strategies import dims, full_shapes, generators, law, numbers, shapes


def logsumexp(x, axis=None, keepdims=False):
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


SEVERAL = {  # take several dimensions
    "sum": np.sum, "mean": np.mean, "amax": np.max, "amin": np.min, "logsumexp": logsumexp, "nansum": np.nansum,
    "nanmean": np.nanmean,
}  # fmt: skip
NEEDS_DIM = {"logsumexp"}
RUNNING = {"cumsum": np.cumsum, "cumprod": np.cumprod, "logcumsumexp": np.logaddexp.accumulate}
CHOOSING = {"argmax": np.argmax, "argmin": np.argmin, "all": np.all, "any": np.any, "count_nonzero": np.count_nonzero}


@st.composite
def reductions(draw, of=shapes):
    shape = draw(of)
    one = dims(len(shape))
    return shape, draw(one | st.lists(one, min_size=1, max_size=3).map(tuple)), draw(st.booleans())


def numpys(function, axis, keep, ndim):
    """NumPy's function; a single number has, for PyTorch, one dimension to reduce over."""
    if ndim == 0 and axis in (0, -1, (0,), (-1,)):
        return lambda x: function(x, axis=None, keepdims=False)
    return lambda x: function(x, axis=axis, keepdims=keep)


@law
@given(st.sampled_from(sorted(SEVERAL)), reductions(), generators)
def test_over_one_or_several_dimensions(name, case, rng):
    shape, dim, keep = case
    agree(
        lambda x: getattr(x, name)(dim, keepdim=keep),
        numpys(SEVERAL[name], dim, keep, len(shape)),
        [numbers(rng, shape)],
        rng,
    )


@law
@given(st.sampled_from(sorted(SEVERAL.keys() - NEEDS_DIM)), shapes, generators)
def test_over_everything(name, shape, rng):
    agree(getattr(tg, name), SEVERAL[name], [numbers(rng, shape)], rng)


@law
@given(reductions(full_shapes), st.integers(0, 2), generators)
def test_spread(case, correction, rng):
    shape, dim, keep = case
    axes = dim if isinstance(dim, tuple) else (dim,)
    count = np.prod([shape[d] for d in axes if -len(shape) <= d < len(shape)], dtype=int)
    assume(count > max(correction, 1))  # the spread of one number has no slope
    for name, function in (("var", np.var), ("std", np.std)):
        agree(
            lambda x, name=name: getattr(x, name)(dim, correction=correction, keepdim=keep),
            lambda x, function=function: function(x, axis=dim, ddof=correction, keepdims=keep),
            [numbers(rng, shape)],
            rng,
        )


@law
@given(reductions(full_shapes), st.sampled_from([1, 2, 3, float("inf"), float("-inf")]), generators)
def test_norms(case, order, rng):
    shape, dim, keep = case

    def norm(x, axis=None, keepdims=False):
        size = np.abs(x)
        if np.isinf(order):
            return (np.max if order > 0 else np.min)(size, axis=axis, keepdims=keepdims)
        return np.sum(size**order, axis=axis, keepdims=keepdims) ** (1 / order)

    agree(
        lambda x: tg.linalg.vector_norm(x, order, dim, keep),
        numpys(norm, dim, keep, len(shape)),
        [numbers(rng, shape, 0.5, 2) * rng.choice([-1, 1], shape)],
        rng,
    )


@law
@given(shapes.flatmap(lambda shape: st.tuples(st.just(shape), dims(len(shape)))), st.booleans(), generators)
def test_products(case, keep, rng):
    shape, dim = case
    array = numbers(rng, shape)
    if array.size and rng.random() < 0.5:
        array.flat[rng.integers(array.size)] = 0.0  # where a quotient would be no formula
    agree(lambda x: x.prod(dim, keep), numpys(np.prod, dim, keep, len(shape)), [array], rng)


@law
@given(st.sampled_from(sorted(RUNNING)), shapes.flatmap(lambda s: st.tuples(st.just(s), dims(len(s)))), generators)
def test_running_ones(name, case, rng):
    shape, dim = case

    def running(x, axis=0, keepdims=False):
        return RUNNING[name](x.reshape(1) if not shape else x, axis=axis or 0).reshape(shape)

    agree(lambda x: getattr(x, name)(dim), numpys(running, dim, False, len(shape)), [numbers(rng, shape)], rng)


@law
@given(st.sampled_from(sorted(CHOOSING)), shapes.flatmap(lambda s: st.tuples(st.just(s), dims(len(s)))), generators)
def test_those_that_choose(name, case, rng):
    shape, dim = case
    agree(
        lambda x: getattr(tg, name)(x, dim),
        numpys(CHOOSING[name], dim, False, len(shape)),
        [np.where(rng.random(shape) < 0.4, 0.0, numbers(rng, shape))],
        rng,
        slopes=False,
    )
