"""Error functions of many elements go by tables and strips: they agree with Python's own, which is right to the bit."""

from __future__ import annotations

import math

import numpy as np
import pytest

import teachgrad as tg

MANY = np.concatenate([np.linspace(-7, 7, 2001), np.linspace(7, 30, 500), [0.0, -0.0, np.inf, -np.inf]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_many_elements_are_as_exact_as_few(name, dtype):
    x = MANY.astype(dtype)
    found = getattr(tg, name)(tg.from_numpy(x)).numpy()
    expected = np.array([getattr(math, name)(number) for number in x.tolist()])
    few = np.concatenate([getattr(tg, name)(tg.from_numpy(part)).numpy() for part in np.array_split(x, 10)])
    tiny = np.finfo(dtype).tiny
    np.testing.assert_allclose(found, expected, rtol=8 * np.finfo(dtype).eps, atol=tiny)
    np.testing.assert_allclose(few, expected, rtol=np.finfo(dtype).eps, atol=tiny)
    assert math.isnan(getattr(tg, name)(tg.full((600,), math.nan))[0].item())


def test_the_inverse_leads_back():
    y = np.concatenate([np.linspace(-1, 1, 2001), [1 - 1e-12, -1 + 1e-15, 1e-300]])
    x = tg.erfinv(tg.from_numpy(y)).numpy()
    assert [x[0], x[2000]] == [-np.inf, np.inf]
    np.testing.assert_allclose([math.erf(number) for number in x.tolist()], y, rtol=1e-14, atol=1e-16)
