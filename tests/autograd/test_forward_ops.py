"""Forward mode of every op: what it says must agree with backward, u · (J v) = (Jᵀ u) · v for any u and v.

Backward itself is held against finite differences in `ops/test_table.py`.
"""

import zlib

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.autograd.pushforward import Pushforward, moving
from teachgrad.tensor import wrap
from tests.samples import SAMPLES

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.name} {s.shapes}".replace(" ", ""))


def product(tensors, others):
    return sum(float((a.array * b.array).sum()) for a, b in zip(tensors, others, strict=True))


@every_sample
def test_forward_and_backward_are_each_others_transpose(sample):
    rng = np.random.default_rng(zlib.crc32(repr((sample.name, sample.shapes)).encode()))
    xs = [moving(wrap(a)) for a in sample.arrays(rng)]
    y = sample.function(*xs)
    vs = [wrap(rng.uniform(0.5, 1.5, x.shape)) for x in xs]
    u = wrap(rng.uniform(0.5, 1.5, y.shape))
    (moved,) = Pushforward([y], xs)(vs)
    assert (moved.shape, moved.dtype, moved.requires_grad) == (y.shape, y.dtype, False)
    pulled = tg.autograd.grad(y, xs, u, materialize_grads=True)
    np.testing.assert_allclose(product([u], [moved]), product(pulled, vs), rtol=1e-9, atol=1e-10)
