"""The judge of a property: NumPy computes the same call, and its finite differences give the slopes.

Teachgrad's formulas go backwards (J^T v), finite differences go forwards (J u). For any u and v, <J u, v> equals
<u, J^T v>: one number for each side, whatever the shapes, and both numbers use every element.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.tensor import wrap

REFUSALS = (IndexError, TypeError, ValueError)  # NumPy's; an axis out of range is an IndexError
OURS = (IndexError, RuntimeError, TypeError, ValueError)
EPS = 1e-5


def as_tuple(out: Any) -> tuple[Any, ...]:
    return tuple(out) if isinstance(out, tuple | list) else (out,)


def told(call: Callable[..., Any], *args: Any) -> tuple[Any, ...]:
    """What NumPy makes of it, without its warnings about means of nothing."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        return tuple(np.asarray(out) for out in as_tuple(call(*args)))


def refuses(call: Callable[..., Any], *args: Any) -> None:
    """The call is an error, and the error says why."""
    with pytest.raises(OURS) as caught:
        call(*args)
    told_more = [str(caught.value), *getattr(caught.value, "__notes__", [])]
    assert any("Why:" in text for text in told_more), f"{caught.value!r} explains nothing"


def agree(
    ours: Callable[..., Any],
    numpys: Callable[..., Any],
    arrays: Sequence[np.ndarray],
    rng: np.random.Generator,
    slopes: bool = True,
) -> None:
    """Same values as NumPy, slopes that are adjoint to those of NumPy's function; or an error in both."""
    try:
        expected = told(numpys, *arrays)
    except REFUSALS:
        refuses(ours, *map(wrap, arrays))
        return
    inputs = [wrap(a.copy()).requires_grad_(slopes) for a in arrays]
    outputs = as_tuple(ours(*inputs))
    assert [out.shape for out in outputs] == [out.shape for out in expected]
    for got, want in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(got.array, want, rtol=1e-9, atol=1e-12)
    if slopes and all(np.isfinite(want).all() for want in expected):  # the mean of nothing has no slope
        are_adjoint(inputs, outputs, numpys, arrays, rng)


def are_adjoint(
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    numpys: Callable[..., Any],
    arrays: Sequence[np.ndarray],
    rng: np.random.Generator,
) -> None:
    """<J u, v> == <u, J^T v>, with J u from differences of NumPy's function and J^T v from the graph."""
    u = [rng.uniform(-1, 1, a.shape) for a in arrays]
    v = [rng.uniform(-1, 1, out.shape) for out in outputs]
    gradients = tg.autograd.grad(outputs, inputs, [wrap(w) for w in v], materialize_grads=True)
    assert [g.shape for g in gradients] == [a.shape for a in arrays]
    up, down = (told(numpys, *(np.asarray(a + s * d) for a, d in zip(arrays, u, strict=True))) for s in (EPS, -EPS))
    forwards = sum(float(((a - b) / (2 * EPS) * w).sum()) for a, b, w in zip(up, down, v, strict=True))
    backwards = sum(float((g.array * d).sum()) for g, d in zip(gradients, u, strict=True))
    np.testing.assert_allclose(backwards, forwards, rtol=1e-6, atol=1e-6)
