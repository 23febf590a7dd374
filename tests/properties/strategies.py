"""What is drawn: arrays, shapes that fit and that do not, dimensions, and indices of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.sampling import spaced

Shape = tuple[int, ...]
Index = tuple[Any, ...]

# The same examples in every run, nothing kept on the disk; a slow machine is no failure.
law = settings(
    derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)

generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
full_shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4)


def numbers(rng: np.random.Generator, shape: Shape, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    return np.asarray(spaced(rng, shape, low, high))


def dims(ndim: int, slack: int = 1) -> st.SearchStrategy[int]:
    """A dimension counted from either end, now and then one that is not there."""
    return st.integers(-ndim - slack, ndim - 1 + slack) if ndim + slack else st.just(0)


def pairs(count: int) -> st.SearchStrategy[tuple[Shape, ...]]:
    """Shapes that broadcast together, and some that need not."""
    fitting = hnp.mutually_broadcastable_shapes(num_shapes=count, max_dims=3, max_side=3).map(lambda s: s.input_shapes)
    return fitting | st.tuples(*[shapes] * count)


@st.composite
def places(draw: st.DrawFn, size: int, common: Shape, slack: int) -> np.ndarray:
    """An array of whole numbers to index a dimension with, of a shape that broadcasts to `common`."""
    shape = draw(hnp.broadcastable_shapes(common, max_dims=len(common), max_side=3))
    return draw(hnp.arrays(np.int64, shape, elements=st.integers(-size - slack, size - 1 + slack)))


@st.composite
def basic(draw: st.DrawFn, size: int, slack: int) -> Any:
    """A number or a slice of one dimension; PyTorch's slices go forward only."""
    if size + slack and draw(st.booleans()):
        return draw(st.integers(-size - slack, size - 1 + slack))
    edge = st.none() | st.integers(-size - 2, size + 2)
    return slice(draw(edge), draw(edge), draw(st.none() | st.integers(1, 3)))


@st.composite
def indices(draw: st.DrawFn, shape: Shape) -> Index:
    """An index as in `x[2, ..., None, [0, -1], mask, 1:]`: any mixture, a few of which are out of range."""
    slack = draw(st.sampled_from([0, 0, 0, 0, 1]))
    common = draw(hnp.array_shapes(min_dims=1, max_dims=2, max_side=3))
    items: list[Any] = []
    dim = 0
    while dim < len(shape):
        kind = draw(st.sampled_from(["basic", "basic", "places", "mask", "none", "rest"]))
        if kind == "none":
            items.append(None)
            if sum(item is None for item in items) < 3:
                continue
        elif kind == "rest" and not any(item is ... for item in items):
            items.append(...)
            dim = draw(st.integers(dim, len(shape)))
            continue
        if kind == "places" and shape[dim] + slack:
            items.append(draw(places(shape[dim], common, slack)))
        elif kind == "mask":
            covered = shape[dim : dim + draw(st.integers(1, 2))]
            items.append(draw(hnp.arrays(np.bool_, tuple(n + slack for n in covered))))
            dim += len(covered) - 1
        elif draw(st.integers(0, 4)):
            items.append(draw(basic(shape[dim], slack)))
        else:
            break  # the last dimensions need not be named
        dim += 1
    return tuple(items)
