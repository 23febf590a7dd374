"""Normal numbers from uniform ones (Box and Muller, 1958), to the last bit as PyTorch computes them.

    radius = sqrt(-2 log(1 - u1))      angle = 2 pi u2      normal numbers: radius cos(angle), radius sin(angle)

Every library computes log, cos and sin a little differently in the last bit. PyTorch's float32 numbers come from
short polynomials (Cephes, by Stephen Moshier) that are evaluated here step by step, so that the same seed gives
the same bits on every machine. A fused multiply-add, which the processor rounds once, is a float64 calculation
rounded to float32 here.

This module knows arrays of uniform numbers, and nothing of where they come from.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

BLOCK = 16  # PyTorch works on 16 numbers at once: 8 values of u1, then 8 values of u2
CHUNK = 1024  # blocks that are computed together: small enough to stay in the processor's cache


def _floats(*values: float) -> tuple[float, ...]:
    """float32 constants, as Python floats: float64 arithmetic then stays float64."""
    return tuple(float(np.float32(value)) for value in values)


TWO_PI, FOUR_OVER_PI, ROOT_HALF = _floats(2 * np.pi, 4 / np.pi, 0.5**0.5)
LOG = _floats(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
LOG_2 = _floats(-2.12194440e-4, 0.693359375)  # log 2 in two pieces, small one first
HALF_PI = _floats(1.5703125, 4.837512969970703125e-4, 7.54978995489188216e-8)  # pi / 2 in three pieces
SIN = _floats(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
COS = _floats(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
RIGHT_ANGLES = np.array([[0.0, 1.0, 0.0, -1.0, 0.0], [1.0, 0.0, -1.0, 0.0, 1.0]])  # sine and cosine of 0 to 4 of them


def box_muller32(uniform: Array, mean: float, std: float) -> Array:
    """Normal numbers from float32 uniform ones of [0, 1), both of shape (blocks, 16)."""
    normal = np.empty_like(uniform)
    mean, std = _floats(mean, std)
    for start in range(0, len(uniform), CHUNK):
        u = uniform[start : start + CHUNK].astype(np.float64)
        radius = _rounded(np.sqrt(_rounded(-2.0 * _log(1.0 - u[:, :8]))))
        sin, cos = _sin_cos(_rounded(TWO_PI * u[:, 8:]))
        out = normal[start : start + CHUNK]
        out[:, :8] = _rounded(radius * cos) * std + mean
        out[:, 8:] = _rounded(radius * sin) * std + mean
    return normal


def box_muller64(u1: Array, u2: Array) -> tuple[Array, Array]:
    """Normal numbers from float64 uniform ones: the cosines, the sines."""
    radius = np.sqrt(-2.0 * np.log(1.0 - u1))
    angle = 2.0 * np.pi * u2
    return radius * np.cos(angle), radius * np.sin(angle)


def _rounded(x: Array) -> Array:
    """Rounded to float32, kept in float64."""
    return x.astype(np.float32).astype(np.float64)


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """A polynomial times x, by Horner's rule."""
    y = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        y = _rounded(y * x + c)
    return _rounded(y * x)


def _log(x: Array) -> Array:
    """The natural logarithm: log(m 2**e) = log(m) + e log(2), with m close to 1."""
    m, exponent = np.frexp(x)
    below = (m < ROOT_HALF).astype(np.float64)
    m, e = m * (1.0 + below) - 1.0, exponent - below
    square = _rounded(m * m)
    y = _rounded(_polynomial(LOG, m) * square + _rounded(e * LOG_2[0]))
    y = _rounded(y - 0.5 * square)
    return _rounded(_rounded(m + y) + e * LOG_2[1])


def _sin_cos(x: Array) -> tuple[Array, Array]:
    """Sine and cosine: of the distance to the nearest multiple of pi / 2, then turned by that many right angles."""
    turns = np.floor(0.5 * np.floor(_rounded(x * FOUR_OVER_PI)) + 0.5)
    for piece in HALF_PI:
        x = _rounded(x - turns * piece)
    square = _rounded(x * x)
    cos = _rounded(_rounded(_polynomial(COS, square) * square - 0.5 * square) + 1.0)
    sin = _rounded(_polynomial(SIN, square) * x + x)
    quarter = turns.astype(np.intp)
    sin_turn, cos_turn = RIGHT_ANGLES[0].take(quarter), RIGHT_ANGLES[1].take(quarter)
    return sin * cos_turn + cos * sin_turn, cos * cos_turn - sin * sin_turn
