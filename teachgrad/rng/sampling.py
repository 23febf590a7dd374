"""Drawing among things: a shuffled order, and indices with given weights.

This module knows arrays and sources of random words, and nothing of tensors.
"""

from __future__ import annotations

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.rng.bounds import require
from teachgrad.rng.distributions import fill_exponential
from teachgrad.rng.source import Array, Source

PERMUTATION_LIMIT = (2**32 - 1) // 20


def permutation(n: int, source: Source) -> Array:
    """The numbers 0 to n-1 in random order, as int64: the shuffle of Fisher and Yates.

    Raises:
        RuntimeError: if n is beyond 214 million: there PyTorch takes two words a swap, and a Python loop minutes.
    """
    require(n < PERMUTATION_LIMIT, f"randperm: n must be below {PERMUTATION_LIMIT} here, got {n}")
    steps = np.arange(max(n - 1, 0))
    partners = steps + (source.words(len(steps)) % (n - steps).astype(np.uint64)).astype(np.int64)
    order = list(range(n))
    for i, j in enumerate(partners.tolist()):
        order[i], order[j] = order[j], order[i]
    return np.array(order, dtype=np.int64)


def choices(weights: Array, count: int, replacement: bool, source: Source) -> Array:
    """Indices into each row of `weights`, drawn with probabilities in proportion to the weights, as int64.

    Without replacement, categories of exactly equal luck (possible with float16 weights, or where fewer weights are
    positive than are drawn) come in the order of their indices; PyTorch leaves that order open.

    Shape: (categories,) gives (count,); (rows, categories) gives (rows, count).

    Raises:
        RuntimeError: if weights are no weights, or if there are fewer categories than draws without replacement.
    """
    _check(weights, count, replacement)
    if not weights.size:
        return np.empty((*weights.shape[:-1], count), np.int64)
    if not replacement or count == 1:
        return _race(weights, count, source)
    rows = np.atleast_2d(weights if weights.dtype != np.float16 else weights.astype(np.float32))
    drawn = np.stack([_look_up(row, count, source) for row in rows])
    return drawn.reshape(*weights.shape[:-1], count)


def _look_up(weights: Array, count: int, source: Source) -> Array:
    """With replacement: where a uniform number falls among the cumulated weights."""
    require(bool((weights >= 0).all()), "invalid multinomial distribution (encountering probability entry < 0)")
    require(
        bool(np.isfinite(weights).all()),
        "invalid multinomial distribution (encountering probability entry = infinity or NaN)",
    )
    cumulated = np.cumsum(weights, dtype=weights.dtype)
    require(bool(cumulated[-1] > 0), "invalid multinomial distribution (sum of probabilities <= 0)")
    cumulated /= cumulated[-1]
    return np.searchsorted(cumulated.astype(np.float64), source.doubles(count))


def _race(weights: Array, count: int, source: Source) -> Array:
    """Without replacement: the first to arrive, where times are exponential with the weights as rates."""
    valid = bool(((weights >= 0) & (weights < np.inf)).all())
    require(
        valid,
        "probability tensor contains either `inf`, `nan` or element < 0",
        why=f"a weight says how often its category is drawn, and the smallest is {weights.min():g}.",
        fix="give weights of 0 or more; scores become such by softmax or exp.",
    )
    some = bool((weights.sum(-1) != 0).all())
    require(some, "invalid multinomial distribution (sum of probabilities <= 0)")
    times = np.empty(weights.shape, weights.dtype)
    fill_exponential(times, 1.0, source)
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = weights / times
    return np.argsort(-speed, axis=-1, kind="stable")[..., :count]


def _check(weights: Array, count: int, replacement: bool) -> None:
    require(1 <= weights.ndim <= 2, "prob_dist must be 1 or 2 dim")
    require(
        weights.dtype.kind == "f",
        f"multinomial only supports floating-point dtypes for input, got: {c_name(weights.dtype)}",
    )
    require(count > 0, "cannot sample n_sample <= 0 samples")
    if not replacement and count > weights.shape[-1]:
        raise explained(
            RuntimeError,
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
            why=f"each of the {weights.shape[-1]} categories can be drawn once, but {count} draws were asked for.",
            fix="draw fewer, or pass replacement=True.",
        )
