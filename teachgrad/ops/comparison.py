"""Comparisons, tests and logic: questions to each element, answered by True or False. An answer has no gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array
from teachgrad.ops.table import as_operands, method, no_broadcast, no_kernel, not_a_tensor, promoted, twin_of
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "allclose",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "eq",
    "equal",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "le",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "ne",
    "not_equal",
    "signbit",
]

# Comparing two


def _comparison(forward: Any, name: str, alias: str) -> Any:
    def compare(input: Any, other: Any) -> Tensor:
        input, other = as_operands(name, input, other)
        x, y = input.array, other.array
        if x.dtype is not y.dtype:
            x, y = promoted(x, y)
        try:
            return wrap(forward(x, y))
        except ValueError:
            raise no_broadcast(x.shape, y.shape) from None

    def operate(a: Tensor, b: Any) -> Tensor:
        if isinstance(b, Tensor | np.ndarray) or dtypes.of_value(b) is not None:
            return compare(a, b)
        return NotImplemented  # type: ignore[no-any-return] # so that `x == None` is False

    compare.__name__ = compare.__qualname__ = name
    compare.__doc__ = f"Compare element by element, with broadcasting; bool, no gradient. As ``torch.{name}``."
    method(f"__{name}__")(operate)
    return twin_of(forward)(method(name, alias)(compare))


eq = _comparison(np.equal, "eq", "eq")
ne = not_equal = _comparison(np.not_equal, "ne", "not_equal")
lt = less = _comparison(np.less, "lt", "less")
le = less_equal = _comparison(np.less_equal, "le", "less_equal")
gt = greater = _comparison(np.greater, "gt", "greater")
ge = greater_equal = _comparison(np.greater_equal, "ge", "greater_equal")


@method("isclose")
def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Whether elements agree to within `atol + rtol * |other|`, as ``torch.isclose``.

    nan is close to nan if `equal_nan`.

    Raises:
        RuntimeError: if the types differ, or a tolerance is negative.

    >>> import teachgrad as tg
    >>> tg.isclose(tg.tensor([1.0, 1.0]), tg.tensor([1.000001, 1.1]))
    tensor([ True, False])
    """
    for position, (argument, value) in enumerate({"input": input, "other": other}.items(), 1):
        if not isinstance(value, Tensor):
            raise not_a_tensor("isclose", argument, position, value)
    x, y = input.array, other.array
    if x.dtype != y.dtype:
        raise explained(
            RuntimeError,
            f"{c_name(x.dtype)} did not match {c_name(y.dtype)}",
            why=f"the tensors hold {input.dtype} and {other.dtype}; how close is close depends on the type.",
            fix=f"convert one of them: b.to({input.dtype})",
        )
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise explained(
                RuntimeError,
                f"{name} must be greater than or equal to zero, but got {tolerance}",
                why="a tolerance is a distance, and distances are not below 0.",
                fix=f"give {name} as 0 or more.",
            )
    try:
        close = x == y
    except ValueError:
        raise no_broadcast(x.shape, y.shape) from None
    if equal_nan:
        close |= (x != x) & (y != y)
    difference = np.abs(np.subtract(x, y, dtype=x.dtype if x.dtype.kind == "f" else np.float64))
    return wrap(close | (np.isfinite(difference) & (difference <= atol + np.abs(rtol * y))))


@method("allclose")
def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements agree to within `atol + rtol * |other|`, as ``torch.allclose``. Raises as `isclose` does."""
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


@method("equal")
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether shape and all elements are the same, as ``torch.equal``."""
    return bool(np.array_equal(input.array, other.array))


# Tests of one


def _test(name: str, forward: Any, doc: str) -> Any:
    def test(input: Tensor) -> Tensor:
        if not isinstance(input, Tensor):
            raise not_a_tensor(name, "input", 1, input)
        return wrap(forward(input.array))

    test.__name__ = test.__qualname__ = name
    test.__doc__ = f"{doc} Element by element; bool, no gradient. As ``torch.{name}``."
    return twin_of(*[forward] if isinstance(forward, np.ufunc) else [])(method(name)(test))


isnan = _test("isnan", np.isnan, "Whether it is not a number.")
isinf = _test("isinf", np.isinf, "Whether it is infinite.")
isposinf = _test("isposinf", lambda x: x == np.inf, "Whether it is plus infinity.")
isneginf = _test("isneginf", lambda x: x == -np.inf, "Whether it is minus infinity.")
isfinite = _test("isfinite", np.isfinite, "Whether it is neither infinite nor nan.")
isreal = _test("isreal", np.isreal, "Whether it is a real number: here, every one is.")
signbit = _test(
    "signbit", lambda x: np.signbit(x) if x.dtype.kind == "f" else x < 0, "Whether it has a minus sign, as -0.0 has."
)
logical_not = _test("logical_not", np.logical_not, "Whether it is 0 (false).")


# Logic, and its sister on bits


def _logic(name: str, forward: Any) -> Any:
    def combine(input: Tensor, other: Tensor) -> Tensor:
        a, b = as_operands(name, input, other, numbers=False)
        try:
            return wrap(forward(a.array, b.array))
        except ValueError:
            raise no_broadcast(a.array.shape, b.array.shape) from None

    combine.__name__ = combine.__qualname__ = name
    combine.__doc__ = f"Combine truth values (true is what is not 0), element by element, as ``torch.{name}``."
    return method(name)(combine)


logical_and = _logic("logical_and", np.logical_and)
logical_or = _logic("logical_or", np.logical_or)
logical_xor = _logic("logical_xor", np.logical_xor)


def _bits(name: str, forward: Any, *operators: str, kernel: str = "") -> Any:
    def combine(input: Any, other: Any) -> Tensor:
        a, b = as_operands(name, input, other)
        x, y = promoted(a.array, b.array)
        try:
            return wrap(forward(x, y))
        except ValueError:
            raise no_broadcast(x.shape, y.shape) from None
        except TypeError:
            raise no_kernel(f"{kernel or name}_cpu", x) from None

    combine.__name__ = combine.__qualname__ = name
    combine.__doc__ = f"On the bits of integers, or on truth values, element by element, as ``torch.{name}``."
    return method(name, *operators)(combine)


def _shifted(forward: Any) -> Any:
    def shift(x: Array, y: Array) -> Any:
        if x.dtype.kind == "b":
            raise TypeError
        return forward(x, y)

    return shift


bitwise_and = _bits("bitwise_and", np.bitwise_and, "__and__", "__rand__")
bitwise_or = _bits("bitwise_or", np.bitwise_or, "__or__", "__ror__")
bitwise_xor = _bits("bitwise_xor", np.bitwise_xor, "__xor__", "__rxor__")
bitwise_left_shift = _bits("bitwise_left_shift", _shifted(np.left_shift), "__lshift__", kernel="lshift")
bitwise_right_shift = _bits("bitwise_right_shift", _shifted(np.right_shift), "__rshift__", kernel="rshift")


@method("__rlshift__")
def _rlshift(a: Tensor, b: Any) -> Tensor:
    shifted: Tensor = bitwise_left_shift(b, a)
    return shifted


@method("__rrshift__")
def _rrshift(a: Tensor, b: Any) -> Tensor:
    shifted: Tensor = bitwise_right_shift(b, a)
    return shifted


@method("__invert__", "bitwise_not")
def bitwise_not(input: Tensor) -> Tensor:
    """Not, element by element (for integers: every bit), as ``torch.bitwise_not``.

    Raises:
        TypeError: for floating-point numbers.
    """
    if input.array.dtype.kind == "f":
        raise explained(
            TypeError,
            "~ (operator.invert) is only implemented on integer and Boolean-type tensors",
            why=f"it turns over truth values or bits, and this tensor holds {input.dtype}.",
            fix="ask a question first, as in ~(x > 0), or use torch.logical_not(x).",
        )
    return wrap(np.invert(input.array))
