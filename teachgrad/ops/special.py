"""Special functions: the area under the bell curve, its inverse, and formulas that need care at one point.

NumPy has no error function. The one here reads a table of it and goes the rest of the way by Taylor's series (see
`_erf`); 1 - erf, where that is tiny, measures an area in strips, which for this curve is exact to the last digits (see
`_tail`). No constant comes out of the blue.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from teachgrad.graph import Array, Op
from teachgrad.ops.table import as_operands, method, no_broadcast, promoted, result, unary
from teachgrad.tensor import Tensor

__all__ = [  # what the face of the package offers
    "erf",
    "erfc",
    "erfinv",
    "logit",
    "sinc",
    "xlogy",
]

SLOPE = 2 / math.sqrt(math.pi)  # of erf at 0
STRIP = 0.5
STRIPS = [(n * STRIP) ** 2 for n in range(1, 14)]  # exp of minus the 14th is below 1e-21
FEW, BLOCK = 500, 4096  # elements: see `_in_blocks`
TABLES = {"d": (1 / 64, 7), "f": (1 / 32, 3)}  # by type: the grid of the table, and the terms of the series
END = 6  # from here on, erf is 1 to rounding

# fmt: off

erf = unary("erf", lambda a: error_function(a), lambda g, a: g * (SLOPE * np.exp(-a * a)),
            doc="2/sqrt(pi) times the area under exp(-t * t) from 0 to a; from -1 to 1.")
erfc = unary("erfc", lambda a: one_minus_error_function(a), lambda g, a: -g * (SLOPE * np.exp(-a * a)),
             doc="1 - erf(a), exact also where that is tiny.")
erfinv = unary("erfinv", lambda a: inverse_error_function(a), lambda g, out: g * (np.exp(out * out) / SLOPE),
               domain=(-0.9, 0.9), doc="The number whose erf is a; infinite for -1 and 1, nan beyond.")
sinc = unary("sinc", lambda a: sine_over_angle(a), lambda g, a: g * slope_of_sinc(a),
             doc="sin(pi * a) / (pi * a), and 1 at 0.")

# fmt: on


def error_function(x: Array) -> Array:
    """The error function of an array, to the accuracy of its type."""
    return _in_blocks(x, math.erf, _erf)


def one_minus_error_function(x: Array) -> Array:
    """1 - erf of an array, to the accuracy of its type."""
    return _in_blocks(x, math.erfc, _erfc)


def _in_blocks(x: Array, one: Callable[[float], float], many: Callable[[Array], Array]) -> Array:
    """A function of each element. For a few, Python's own is fastest; many are taken in blocks that fit the cache."""
    flat = x.reshape(-1)
    if flat.size <= FEW:
        return np.array([one(number) for number in flat.tolist()], x.dtype).reshape(x.shape)
    out = np.empty_like(flat)
    for start in range(0, flat.size, BLOCK):
        out[start : start + BLOCK] = many(flat[start : start + BLOCK])
    return out.reshape(x.shape)


def _erf(x: Array) -> Array:
    """The error function: from the nearest point of a grid, where it is known, by Taylor's series."""
    kind = "d" if x.dtype == np.float64 else "f"
    step, terms = TABLES[kind]
    rest = np.abs(x.astype(kind, copy=False))
    np.minimum(rest, END, out=rest)
    rest *= 1 / step
    nearest = np.rint(rest)
    rest -= nearest
    rest *= step
    place = nearest.astype(np.intp)
    *lower, last = _series(step, terms, kind)
    total: Array = last.take(place, mode="clip")  # "clip": where x is nan any place will do, and is the fastest
    for coefficient in reversed(lower):
        total *= rest
        total += coefficient.take(place, mode="clip")
    np.copysign(total, x, total)
    return total


@cache
def _series(step: float, terms: int, kind: str) -> list[Array]:
    """For all points of a grid: erf, and its derivatives number n over n!.

    They are (-1)^(n-1) H_(n-1)(x) times the first one, with Hermite's polynomials H (NIST Digital Library of
    Mathematical Functions, 7.10.1), each of which follows from the two before it (18.9.1).
    """
    x = np.arange(0, END + step, step)
    slope = SLOPE * np.exp(-x * x)
    hermite = [np.ones_like(x), 2 * x]
    for n in range(2, terms):
        hermite.append(2 * x * hermite[-1] - 2 * (n - 1) * hermite[-2])
    derivatives = [(-1) ** n * h * slope / math.factorial(n + 1) for n, h in enumerate(hermite[:terms])]
    return [column.astype(kind) for column in (np.array([math.erf(point) for point in x.tolist()]), *derivatives)]


def _erfc(x: Array) -> Array:
    y = x.astype(np.float64, copy=False)
    far = y > 0.5
    out = 1 - _erf(y)
    out[far] = _tail(y[far])
    return out


def _tail(x: Array) -> Array:
    """1 - erf for positive x.

    erfc(x) = 2x/pi * exp(-x²) * (integral of exp(-t²) / (t² + x²) from 0 to infinity). The integral is the sum of the
    strips, first one halved, but for a correction that is known exactly: D. B. Hunter and T. Regan, "A note on the
    evaluation of the complementary error function", Mathematics of Computation 26 (1972), 539-541. With strips of 1/2
    the relative error is below exp(-(2 pi)²), a hundredth of what float64 resolves.
    """
    square = x * x
    total = 0.5 / square
    for t in STRIPS:
        total += math.exp(-t) / (t + square)
    high = x.astype(np.float32).astype(np.float64)  # its square is exact, and so exp(-x²) is right for large x too
    bell = np.exp(-high * high) * np.exp((high - x) * (high + x))
    correction = np.where(x < math.pi / STRIP, 2 / np.expm1(2 * math.pi / STRIP * np.minimum(x, 8)), 0)
    tail: Array = np.where(x < 28, 2 * STRIP / math.pi * x * bell * total - correction, 0)
    return tail


def inverse_error_function(y: Array) -> Array:
    """The x with erf(x) = y: a first guess, right to two digits, and two steps of Halley's, each of which triples them.

    The guess is that of S. Winitzki, "A handy approximation for the error function and its inverse" (2008).
    """
    size = np.abs(y.astype(np.float64))
    logarithm = np.log1p(-size * size)
    bend = 2 / (math.pi * 0.147) + logarithm / 2
    x = np.sqrt(np.sqrt(bend * bend - logarithm / 0.147) - bend)
    for _ in range(2):
        error = np.where(size < 0.5, error_function(x) - size, 1 - size - one_minus_error_function(x))
        error /= SLOPE * np.exp(-x * x)
        x -= error / (1 + x * error)
    return np.asarray(np.copysign(np.where(size == 1, np.inf, x), y), y.dtype)


def sine_over_angle(x: Array) -> Array:
    """sin(pi x) / (pi x); 1 at 0."""
    angle = np.where(x == 0, x.dtype.type(1), x) * x.dtype.type(math.pi)
    return np.asarray(np.where(x == 0, x.dtype.type(1), np.sin(angle) / angle))


def slope_of_sinc(a: Any) -> Any:
    """The derivative of sin(pi a) / (pi a); 0 at 0."""
    zero = a == 0
    b = np.where(zero, 1, a) * math.pi
    return np.where(zero, 0, (b * np.cos(b) - np.sin(b)) * (math.pi / (b * b)))


LOGIT = Op(
    "LogitBackward0",
    [lambda g, a, eps: np.where((a >= eps) & (a <= 1 - eps), g / (a * (1 - a)), math.nan if eps == 0 else 0)],
    ("eps",),
)


@method("logit")
def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """log(input / (1 - input)), the inverse of sigmoid, as ``torch.logit``.

    With `eps`, the input is first kept in [eps, 1 - eps].

    >>> import teachgrad as tg
    >>> tg.logit(tg.tensor([0.25, 0.5]))
    tensor([-1.0986,  0.0000])
    """
    x = input.array if input.array.dtype.kind == "f" else promoted(input.array, input.array, real=True)[0]
    p = x if eps is None else np.clip(x, eps, 1 - eps)
    return result(LOGIT, np.log(p / (1 - p)), (input,), (0 if eps is None else eps,))


XLOGY, XLOGY_OF_NUMBER, XLOGY_BY_NUMBER = (
    Op(
        f"XlogyBackward{n}",
        [lambda g, a, b: g * np.where((a == 0) & (b <= 0), 0, np.log(b)), lambda g, a, b: g * (a / b)],
        symbol="xlogy",
    )
    for n in range(3)
)


@method("xlogy")
def xlogy(input: Any, other: Any) -> Tensor:
    """`input * log(other)`, and 0 where `input` is 0 (unless `other` is nan), as ``torch.xlogy``.

    One of them may be a number.
    """
    op = XLOGY_OF_NUMBER if not isinstance(input, Tensor) else XLOGY if isinstance(other, Tensor) else XLOGY_BY_NUMBER
    input, other = as_operands("xlogy", input, other)
    x, y = promoted(input.array, other.array, real=True)
    try:
        array = np.where((x == 0) & ~np.isnan(y), x.dtype.type(0), x * np.log(y))
    except ValueError:
        raise no_broadcast(x.shape, y.shape) from None
    return result(op, array, (input, other))
