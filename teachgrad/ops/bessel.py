"""Modified Bessel functions of the first kind, i0 and i1: what exp(x cos t) is on average over a circle.

i0 normalises the bell curve that is wound round a circle (von Mises); its derivative is i1, and that of i1 is
i0 - i1 / x, so the two are each other's formulas.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad.graph import Array, Op
from teachgrad.ops.table import result, unary
from teachgrad.tensor import Tensor

__all__ = ["i0"]  # what the face of the package offers; the rest is `teachgrad.special`

FAR = 20  # up to here the power series, beyond it the one in 1/x

# fmt: off

i0 = unary("i0", lambda a: _bessel(0, a), lambda g, a: g * of_order_one(a), inplace=False,
           doc="The modified Bessel function of the first kind of order 0.")

# fmt: on

I1 = Op("SpecialI1Backward0", [lambda g, a: g * slope_of_i1(a)])


def i1(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 1, as ``torch.special.i1``."""
    return result(I1, _bessel(1, input.array), (input,))


def of_order_one(a: Any) -> Any:
    """i1 of an array or a tensor."""
    return i1(a) if isinstance(a, Tensor) else _bessel(1, np.asarray(a))


def slope_of_i1(a: Any) -> Any:
    """i0(a) - i1(a) / a; 1/2 at 0."""
    middle = i0(a) if isinstance(a, Tensor) else _bessel(0, np.asarray(a))
    return np.where(a == 0, 0.5, middle - of_order_one(a) / np.where(a == 0, 1, a))


def _bessel(order: int, x: Array) -> Array:
    """I0 or I1: NIST Digital Library of Mathematical Functions, 10.25.2 near 0 and 10.40.1 far from it."""
    y = np.abs(x.astype(np.float64))
    square = np.minimum(y, FAR) ** 2 / 4
    term = near = np.minimum(y, FAR) / 2 if order else np.ones_like(y)
    for k in range(1, 50):
        term = term * square / (k * (k + order))
        near = near + term
    z = np.maximum(y, FAR)
    term = far = np.ones_like(y)
    for k in range(1, 30):
        term = term * ((2 * k - 1) ** 2 - 4 * order) / (8 * k * z)
        far = far + term
    value = np.where(y <= FAR, near, np.exp(z - np.log(2 * math.pi * z) / 2) * far)
    return np.asarray(np.copysign(value, x) if order else value, x.dtype)
