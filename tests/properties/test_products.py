"""Products of vectors, matrices and batches of them, and whatever einsum can say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import teachgrad as tg
from tests.properties.judging import agree
from tests.properties.strategies import generators, law, numbers, shapes

SIZES = dict(zip("abcd", (2, 3, 1, 4), strict=True))
factors = hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, min_side=0, max_side=3).map(
    lambda drawn: drawn.input_shapes
) | st.tuples(shapes, shapes)


@law
@given(factors, generators)
def test_matmul(both, rng):
    agree(tg.matmul, np.matmul, [numbers(rng, shape) for shape in both], rng)


@law
@given(shapes, shapes, generators)
def test_kron(one, other, rng):
    agree(tg.kron, np.kron, [numbers(rng, one), numbers(rng, other)], rng)


@law
@given(st.permutations(range(3)), st.integers(0, 3), st.integers(0, 1), generators)
def test_tensordot(order, count, more, rng):
    one, other = (2, 3, 4), tuple((2, 3, 4)[d] for d in order)
    places = [order.index(d) for d in range(count)]
    mine = list(range(count + more)) if count + more <= 3 else list(range(count))
    agree(
        lambda a, b: tg.tensordot(a, b, (mine, places)),
        lambda a, b: np.tensordot(a, b, (mine, places)),
        [numbers(rng, one), numbers(rng, other)],
        rng,
    )


@st.composite
def equations(draw):
    """An einsum and the shapes of its operands: repeated letters, ellipses, an output that is named or not."""
    words = draw(st.lists(st.text("abcd", min_size=1, max_size=3), min_size=1, max_size=3))
    dotted = draw(st.booleans())
    used = sorted(set("".join(words)))
    result = draw(st.none() | st.lists(st.sampled_from([*used, "d"]), max_size=3, unique=True).map("".join))
    batches = draw(hnp.mutually_broadcastable_shapes(num_shapes=len(words), max_dims=2, max_side=2)).input_shapes
    shapes = [
        (*(batch if dotted else ()), *(SIZES[letter] for letter in word))
        for word, batch in zip(words, batches, strict=True)
    ]
    dots = "..." if dotted else ""
    equation = ",".join(dots + word for word in words)
    return equation + ("" if result is None else f"->{dots}{result}"), shapes


@law
@given(equations(), generators)
def test_einsum(case, rng):
    equation, shapes = case
    arrays = [numbers(rng, shape, 0.5, 2) for shape in shapes]
    agree(lambda *xs: tg.einsum(equation, *xs), lambda *xs: np.einsum(equation, *xs), arrays, rng)
