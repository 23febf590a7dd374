"""The gamma function's logarithm and its derivatives: factorials for all real numbers.

Gamma(n) is (n - 1)!. It soon leaves the range of floating-point numbers, so libraries offer its logarithm. The first
derivative of that is digamma, and each further one is the next polygamma, so that every formula here is one line.

Both are known by series that are exact to the last digits for large arguments; smaller ones are first shifted up, one
at a time: digamma(x) = digamma(x + 1) - 1/x, and likewise for the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops.table import method, not_a_tensor, result, unary
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "digamma",
    "lgamma",
    "mvlgamma",
    "polygamma",
]

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)  # B2, B4, ..., B16
LARGE = 10  # from here on the series is exact to rounding

# fmt: off

lgamma = unary("lgamma", lambda a: log_gamma(a), lambda g, a: g * derivative(0, a), domain=(0.3, 3),
               doc="The logarithm of |gamma(a)|; inf at 0, -1, -2, ...")
digamma = unary("digamma", lambda a: psi(a), lambda g, a: g * derivative(1, a), domain=(0.3, 3),
                doc="The derivative of lgamma.")

# fmt: on

POLYGAMMA = Op("PolygammaBackward0", [lambda g, a, n: g * derivative(n + 1, a)], ("n",))


def polygamma(n: int, input: Tensor) -> Tensor:
    """The derivative number `n` of `digamma`, as ``torch.polygamma``. Polygamma 0 is digamma itself.

    Raises:
        RuntimeError: if n is negative.

    >>> import teachgrad as tg
    >>> tg.polygamma(1, tg.tensor([1.0, 2.0]))
    tensor([1.6449, 0.6449])
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("polygamma", "input", 2, input)
    if n < 0:
        raise explained(
            RuntimeError,
            "polygamma(n, x) does not support negative n.",
            why=f"n says which derivative of digamma is meant, and it is {n}.",
            fix="give 0 or more.",
        )
    if n == 0:
        return digamma(input)
    x = input.array if input.array.dtype.kind == "f" else (input * 1.0).array
    return result(POLYGAMMA, _polygamma(n, np.asarray(x, order="C")), (input,), (n,))


@method("polygamma")
def of_order(input: Tensor, n: int) -> Tensor:
    """The derivative number `n` of `digamma`, as ``torch.Tensor.polygamma``."""
    return polygamma(n, input)


@method("mvlgamma")
def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the gamma function of p-by-p matrices, as ``torch.mvlgamma``.

    Raises:
        RuntimeError: if p is below 1.
    """
    if p < 1:
        raise explained(
            RuntimeError,
            "p has to be greater than or equal to 1",
            why=f"p is the number of rows of the matrices, and it is {p}.",
            fix="give 1 or more.",
        )
    steps = wrap(np.arange(p) / -2).to(input.dtype if input.is_floating_point() else None)
    return lgamma(input.unsqueeze(-1) + steps).sum(-1) + p * (p - 1) / 4 * math.log(math.pi)


def derivative(n: int, a: Any) -> Any:
    """Polygamma n of an array or a tensor."""
    if isinstance(a, Tensor):
        return polygamma(n, a)
    return psi(np.asarray(a)) if n == 0 else _polygamma(n, np.asarray(a))


def log_gamma(x: Array) -> Array:
    """log|gamma(x)|; NumPy has no such function, Python has it for single numbers."""
    return np.array([_log_gamma(number) for number in x.reshape(-1).tolist()], x.dtype).reshape(x.shape)


def _log_gamma(number: float) -> float:
    try:
        return math.lgamma(number)
    except (ValueError, OverflowError):  # at 0, -1, -2, ..., and where the result is too large
        return math.inf


def psi(x: Array) -> Array:
    """Digamma, by its series for large numbers (NIST Digital Library of Mathematical Functions, 5.11.2)."""
    y = x.astype(np.float64)
    mirrored = np.where(y <= 0, 1 - y, y)  # digamma(x) = digamma(1 - x) - pi / tan(pi x), DLMF 5.5.4
    total, z = _shifted_up(mirrored, LARGE, lambda z: -1 / z)
    total += np.log(z) - 0.5 / z
    for k, number in enumerate(BERNOULLI, 1):
        total -= number / (2 * k * z ** (2 * k))
    total -= np.where(y < 0, math.pi / np.tan(math.pi * (y - np.rint(y))), 0)
    total = np.where((y < 0) & (y == np.rint(y)), np.nan, total)
    return np.asarray(np.where(y == 0, np.copysign(np.inf, -y), total), x.dtype)


def _polygamma(n: int, x: Array) -> Array:
    """(-1)^(n+1) n! times the sum of 1 / (x + k)^(n+1) over k = 0, 1, 2, ... (DLMF 5.15.1 and 25.11.1).

    From some k on, the sum is an integral and a few corrections (Euler and Maclaurin; DLMF 2.10.1).
    """
    s, y = n + 1, x.astype(np.float64)
    pole = (y <= 0) & (y == np.floor(y))
    total, z = _shifted_up(np.where(pole, 1, y), LARGE + s, lambda z: z**-s)
    total += z ** (1 - s) / (s - 1) + 0.5 * z**-s
    term = s / 2 * z ** (-s - 1)
    for k, number in enumerate(BERNOULLI, 1):
        total += number * term
        term *= (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2)) / (z * z)
    return np.asarray((-1) ** (n + 1) * math.gamma(s) * np.where(pole, np.inf, total), x.dtype)


def _shifted_up(z: Array, least: float, term: Callable[[Array], Array]) -> tuple[Array, Array]:
    """The sum of term(z), term(z + 1), ... for all that are below `least`, and the first z + k that is not."""
    total = np.zeros_like(z)
    while (low := z < least).any():
        total += np.where(low, term(z), 0)
        z = np.where(low, z + 1, z)
    return total, z
