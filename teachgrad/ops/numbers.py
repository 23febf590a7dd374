"""Numbers as they are made: common divisors of whole ones, mantissa and exponent of real ones.

And what programs ask of numbers that may be complex: these are real, so a conjugate is the number itself.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad import return_types
from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops.table import (
    as_operands,
    fitted_together,
    method,
    no_kernel,
    not_a_tensor,
    promoted,
    result,
    tensor_for,
)
from teachgrad.ops.views import in_place_twin
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "angle",
    "conj",
    "conj_physical",
    "frexp",
    "gcd",
    "imag",
    "is_conj",
    "is_neg",
    "lcm",
    "ldexp",
    "nextafter",
    "real",
    "resolve_conj",
    "resolve_neg",
]

LDEXP = Op("LdexpBackward0", [lambda g, b: g * 2.0**b, lambda g, out: g * (out * math.log(2))], symbol="ldexp")
NEXTAFTER = Op(
    "NextafterBackward0", [lambda g, a, b: np.where(a == b, 0, g), lambda g: np.zeros_like(g)], symbol="next after"
)
FREXP = Op("FrexpBackward0", [lambda g, exponent: g / 2.0**exponent], ("exponent",), "mantissa")
ANGLE = Op("AngleBackward0", [lambda g: np.zeros_like(g)])


def _of_whole_numbers(name: str, ufunc: np.ufunc, doc: str) -> Any:
    def combine(input: Tensor, other: Tensor) -> Tensor:
        a, b = as_operands(name, input, other, numbers=False)
        x, y = fitted_together(a.array, b.array)
        if x.dtype.kind not in "iu":
            raise no_kernel(f"{name}_cpu", x)
        return wrap(ufunc(x, y))

    combine.__name__ = combine.__qualname__ = name
    combine.__doc__ = f"{doc} Element by element, as ``torch.{name}``."
    return method(name)(combine)


gcd = _of_whole_numbers("gcd", np.gcd, "The greatest common divisor of whole numbers.")
lcm = _of_whole_numbers("lcm", np.lcm, "The least common multiple of whole numbers.")


@method("ldexp")
def ldexp(input: Tensor, other: Tensor) -> Tensor:
    """`input * 2 ** other`, element by element, as ``torch.ldexp``.

    >>> import teachgrad as tg
    >>> tg.ldexp(tg.tensor([1.0, 3.0]), tg.tensor([2, -1]))
    tensor([4.0000, 1.5000])
    """
    input, other = as_operands("ldexp", input, other, numbers=False)
    x, y = promoted(input.array, other.array, real=True)
    return result(LDEXP, x * np.exp2(y), (input, other))


@method("frexp")
def frexp(input: Tensor) -> Any:
    """Mantissa and exponent: the m and e with input = m * 2 ** e and m from 0.5 to 1, as ``torch.frexp``.

    Raises:
        RuntimeError: for whole numbers.

    >>> import teachgrad as tg
    >>> tg.frexp(tg.tensor([3.0, 10.0])).exponent
    tensor([2, 4], dtype=torch.int32)
    """
    if input.array.dtype.kind != "f":
        raise explained(
            RuntimeError,
            "torch.frexp() only supports floating-point dtypes",
            why=f"this tensor holds {input.dtype}, and a mantissa is a fraction.",
            fix="convert first: x.float()",
        )
    mantissa, exponent = np.frexp(input.array)
    return return_types.frexp((result(FREXP, mantissa, (input,), (exponent,)), wrap(np.asarray(exponent, np.int32))))


@method("nextafter")
def nextafter(input: Tensor, other: Tensor) -> Tensor:
    """The next floating-point number after `input` towards `other`, as ``torch.nextafter``."""
    input, other = as_operands("nextafter", input, other, numbers=False)
    x, y = fitted_together(input.array, other.array)
    if x.dtype.kind != "f":
        raise no_kernel("nextafter_cpu", x)
    return result(NEXTAFTER, np.nextafter(x, y), (input, other))


# What complex numbers have


@method("angle")
def angle(input: Tensor) -> Tensor:
    """The angle in the plane of complex numbers: 0 for positive numbers, pi for negative ones, as ``torch.angle``."""
    if not isinstance(input, Tensor):
        raise not_a_tensor("angle", "input", 1, input)
    x: Array = input.array if input.array.dtype.kind == "f" else promoted(input.array, input.array, real=True)[0]
    return result(ANGLE, np.where(np.isnan(x), x, np.where(x < 0, x.dtype.type(math.pi), x.dtype.type(0))), (input,))


def _itself(name: str) -> Any:
    def itself(input: Tensor) -> Tensor:
        return tensor_for(name, input)

    itself.__name__ = itself.__qualname__ = name
    itself.__doc__ = f"The tensor itself, for its numbers are real, as ``torch.{name}``."
    return method(name)(itself)


real, conj, conj_physical, resolve_conj, resolve_neg = map(
    _itself, ("real", "conj", "conj_physical", "resolve_conj", "resolve_neg")
)
method("real")(property(real))


@method("is_conj")
def is_conj(input: Tensor) -> bool:
    """Whether a conjugation is still to be done, as ``torch.is_conj``: never."""
    tensor_for("is_conj", input)
    return False


@method("is_neg")
def is_neg(input: Tensor) -> bool:
    """Whether a change of sign is still to be done, as ``torch.is_neg``: never."""
    tensor_for("is_neg", input)
    return False


def imag(input: Tensor) -> Tensor:
    """Refused, as ``torch.imag`` is for real numbers.

    Raises:
        RuntimeError: always.
    """
    raise explained(
        RuntimeError,
        "imag is not implemented for tensors with non-complex dtypes.",
        why=f"this tensor holds {input.dtype}: its numbers have no imaginary part.",
        fix="torch.zeros_like(x) is what it would be.",
    )


method("imag")(property(imag))
for _function in (gcd, lcm, ldexp, nextafter):
    in_place_twin(_function.__name__, _function)
