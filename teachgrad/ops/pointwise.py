"""Pointwise operations: each output element depends on one element of each input.

Read a row from left to right: PyTorch's name, the forward pass, the gradient formulas. In a formula, `g` is the
upstream gradient, `a` and `b` are the inputs, `out` is the result. So

    mul = binary("mul", np.multiply, lambda g, b: g * b, lambda g, a: g * a, ...)

says: d(loss)/da = d(loss)/d(out) * b, because d(a * b)/da = b; and for `b` likewise.

What every operation needs (checking saved values, summing over broadcast dimensions, adding up contributions) is not
here: the engine does it once for all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import explained
from teachgrad.graph import Op
from teachgrad.ops.table import as_operands, binary, method, no_broadcast, operand, promoted, result, twin_of, unary
from teachgrad.ops.views import install_in_place_twins
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "abs",
    "absolute",
    "add",
    "allclose",
    "bitwise_and",
    "bitwise_not",
    "bitwise_or",
    "bitwise_xor",
    "cos",
    "div",
    "divide",
    "eq",
    "equal",
    "exp",
    "ge",
    "gt",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "log",
    "lt",
    "mul",
    "multiply",
    "ne",
    "neg",
    "negative",
    "pow",
    "reciprocal",
    "relu",
    "rsub",
    "sigmoid",
    "sign",
    "sin",
    "sqrt",
    "square",
    "sub",
    "subtract",
    "tanh",
    "true_divide",
    "where",
]

# fmt: off

# Arithmetic
plus = binary("add", np.add, lambda g: g, lambda g: g, symbol="+", doc="a + b.")
minus = binary("sub", np.subtract, lambda g: g, lambda g: -g, symbol="−", doc="a - b.")
rsub = binary("rsub", lambda a, b: b - a, lambda g: -g, lambda g: g, node="RsubBackward1", symbol="−", doc="b - a.")
mul = binary("mul", np.multiply, lambda g, b: g * b, lambda g, a: g * a, symbol="×", doc="a * b.")
div = binary("div", np.true_divide, lambda g, b: g / b, lambda g, b, out: -g * out / b,
             symbol="÷", real=True, domain=(0.5, 2), doc="a / b.")
neg = unary("neg", np.negative, lambda g: -g, symbol="−", real=False, doc="-a.")
reciprocal = unary("reciprocal", np.reciprocal, lambda g, out: -g * (out * out), symbol="1/x", domain=(0.5, 2),
                   doc="1 / a.")
abs = unary("abs", np.abs, lambda g, a: g * np.sign(a), symbol="|x|", real=False,
            doc="The absolute value; its slope at 0 is taken as 0.")
sign = unary("sign", np.sign, lambda g: g * 0, real=False, doc="-1, 0 or 1.")

# Powers, exponentials, logarithms
exp = unary("exp", np.exp, lambda g, out: g * out, doc="e to the power of a.")
log = unary("log", np.log, lambda g, a: g / a, domain=(0.2, 3), doc="The natural logarithm; -inf at 0, nan below.")
sqrt = unary("sqrt", np.sqrt, lambda g, out: g / (2 * out), symbol="√", domain=(0.2, 3),
             doc="The square root; its slope at 0 is infinite.")
power = binary("pow", np.power, lambda g, a, b: g * slope_of_power(a, b), lambda g, a, out: g * out * log_of_base(a),
               node="PowBackward1", symbol="**", domain=(0.5, 2), doc="a to the power of b.")

# Waves and S-shapes
sin = unary("sin", np.sin, lambda g, a: g * np.cos(a), doc="The sine; a in radians.")
cos = unary("cos", np.cos, lambda g, a: -g * np.sin(a), doc="The cosine; a in radians.")
tanh = unary("tanh", np.tanh, lambda g, out: g * (1 - out * out), doc="The hyperbolic tangent, from -1 to 1.")
sigmoid = unary("sigmoid", lambda a: logistic(a), lambda g, out: g * (out * (1 - out)), symbol="σ",
                doc="1 / (1 + exp(-a)), from 0 to 1.")
relu = unary("relu", lambda a: np.maximum(a, a.dtype.type(0)), lambda g, out: g * (out > 0), real=False,
             doc="a where it is positive, else 0; its slope at 0 is taken as 0.")

# fmt: on


def logistic(a: Any) -> Any:
    """1 / (1 + exp(-a)); for a far below 0 the exponential is inf and the result 0, as it should be."""
    e = np.negative(a)
    e = np.exp(e, out=e) if isinstance(e, np.ndarray) else np.exp(e)
    e += 1
    return np.reciprocal(e)


def slope_of_power(a: Any, b: Any) -> Any:
    """B * a ** (b - 1), with 0 where b is 0 also at a = 0."""
    return np.where(b == 0, 0 * a, b * a ** np.where(b == 0, 1 + 0 * b, b - 1))


def log_of_base(a: Any) -> Any:
    """log(a), with 0 where a is 0: there, 0 ** b does not depend on b."""
    return np.where(a == 0, 0 * a, np.log(np.where(a == 0, 1 + 0 * a, a)))


POW = Op("PowBackward0", [lambda g, a, exponent: _power_slope(g, a, exponent)], ("exponent",), "**{exponent}")


def _power_slope(g: Any, a: Any, exponent: float) -> Any:
    """d(a ** n)/da = n * a ** (n - 1), times g. Squares are by far the most frequent, and a product is faster."""
    if exponent == 0:
        return g * 0
    return g * (2 * a) if exponent == 2 else g * (exponent * a ** (exponent - 1))


@method("pow", "__pow__")
def pow(a: Any, exponent: Any) -> Tensor:
    """A to the power of `exponent`, element by element; one of them may be a number. As ``torch.pow``.

    Raises:
        RuntimeError: for integers to a negative integer power.

    >>> import teachgrad as tg
    >>> tg.pow(tg.tensor([1.0, 2.0, 3.0]), 2)
    tensor([1., 4., 9.])
    """
    if not isinstance(a, Tensor):
        return rpow(exponent, a)
    if not isinstance(exponent, int | float):
        return power(a, exponent)
    x = a.array
    if x.dtype.kind != "f":
        if isinstance(exponent, float):
            x = x.astype(dtypes.get_default_dtype().numpy)
        elif exponent < 0:
            raise explained(
                RuntimeError,
                "Integers to negative integer powers are not allowed.",
                why=f"1 / x**{-exponent} is seldom whole, and this tensor holds {a.dtype}.",
                fix="convert first: x.float()",
            )
    return result(POW, np.square(x) if exponent == 2 else x**exponent, (a,), (exponent,))


@method("square")
def square(a: Tensor) -> Tensor:
    """A * a, element by element, as ``torch.square``."""
    return pow(a, 2)


RPOW = Op("PowBackward2", [lambda g, out, base: g * (out * np.log(base))], ("base",), "{base}**")


@method("__rpow__")
def rpow(a: Tensor, base: Any) -> Tensor:
    """`base ** a` for a number as base: what Python calls for ``2 ** x``."""
    number = operand("pow", base, a.array)
    x, y = promoted(number.array, a.array)
    return result(RPOW, x**y, (a,), (base,))


@method("add")
def add(a: Any, b: Any, *, alpha: float = 1) -> Tensor:
    """A + alpha * b, with broadcasting, as ``torch.add``.

    >>> import teachgrad as tg
    >>> tg.add(tg.tensor([1.0, 2.0]), 1)
    tensor([2., 3.])
    """
    return plus(a, b) if alpha == 1 else plus(a, mul(b, alpha))


@method("sub", "subtract")
def sub(a: Any, b: Any, *, alpha: float = 1) -> Tensor:
    """A - alpha * b, with broadcasting, as ``torch.sub``."""
    return minus(a, b) if alpha == 1 else minus(a, mul(b, alpha))


@method("__rtruediv__")
def _rdiv(a: Tensor, b: Any) -> Tensor:
    return mul(reciprocal(a), b)  # as PyTorch computes it, to the last digit


method("__add__", "__radd__")(plus)
method("__sub__")(minus)
method("__rsub__")(rsub)
method("__mul__", "__rmul__", "multiply")(mul)
method("__truediv__", "divide", "true_divide")(div)
method("__neg__", "negative")(neg)
method("__abs__", "absolute")(abs)
absolute, negative, subtract, multiply, divide, true_divide = abs, neg, sub, mul, div, div


# Choosing between two values

WHERE = Op(
    "WhereBackward0",
    [lambda g, condition: np.where(condition, g, 0), lambda g, condition: np.where(condition, 0, g)],
    ("condition",),
)


@twin_of(np.where)
def where(condition: Any, a: Any, b: Any) -> Tensor:
    """A where `condition` is true, else b, with broadcasting, as ``torch.where``. The condition itself has no gradient.

    >>> import teachgrad as tg
    >>> x = tg.tensor([-1.0, 2.0])
    >>> tg.where(x > 0, x, 0.0)
    tensor([0., 2.])
    """
    mask = condition.array if isinstance(condition, Tensor) else np.asarray(condition)
    if not isinstance(a, Tensor) and not isinstance(b, Tensor):
        a = wrap(np.asarray(a, (dtypes.of_value(a) or dtypes.get_default_dtype()).numpy))
    a, b = as_operands("where", a, b)
    return result(WHERE, np.where(mask, *promoted(a.array, b.array)), (a, b), (mask,))


# Comparisons: their results are truth values, without a gradient


def _comparison(name: str, forward: Any, *operators: str) -> Any:
    def compare(a: Any, b: Any) -> Tensor:
        a, b = as_operands(name, a, b)
        x, y = a.array, b.array
        if x.dtype is not y.dtype:
            x, y = promoted(x, y)
        try:
            return wrap(forward(x, y))
        except ValueError:
            raise no_broadcast(x.shape, y.shape) from None

    compare.__name__ = compare.__qualname__ = name
    compare.__doc__ = f"Compare element by element, with broadcasting; bool, no gradient. As ``torch.{name}``."
    return twin_of(forward)(method(name, *operators)(compare))


eq = _comparison("eq", np.equal, "__eq__")
ne = _comparison("ne", np.not_equal, "__ne__")
lt = _comparison("lt", np.less, "__lt__")
le = _comparison("le", np.less_equal, "__le__")
gt = _comparison("gt", np.greater, "__gt__")
ge = _comparison("ge", np.greater_equal, "__ge__")


def _logic(name: str, forward: Any, *operators: str) -> Any:
    def combine(a: Any, b: Any) -> Tensor:
        a, b = as_operands(name, a, b)
        return wrap(forward(*promoted(a.array, b.array)))

    combine.__name__ = combine.__qualname__ = name
    combine.__doc__ = f"Combine truth values (or the bits of integers), element by element, as ``torch.{name}``."
    return method(name, *operators)(combine)


bitwise_and = _logic("bitwise_and", np.bitwise_and, "__and__", "__rand__")
bitwise_or = _logic("bitwise_or", np.bitwise_or, "__or__", "__ror__")
bitwise_xor = _logic("bitwise_xor", np.bitwise_xor, "__xor__", "__rxor__")


@method("__invert__", "bitwise_not")
def bitwise_not(a: Tensor) -> Tensor:
    """Not, element by element (for integers: every bit), as ``torch.bitwise_not``."""
    return wrap(np.invert(a.array))


def _test(name: str, forward: Any, doc: str) -> Any:
    def test(a: Tensor) -> Tensor:
        return wrap(forward(a.array))

    test.__name__ = test.__qualname__ = name
    test.__doc__ = f"{doc} Element by element; bool, no gradient. As ``torch.{name}``."
    return method(name)(test)


isnan = _test("isnan", np.isnan, "Whether it is not a number.")
isinf = _test("isinf", np.isinf, "Whether it is infinite.")
isfinite = _test("isfinite", np.isfinite, "Whether it is neither infinite nor nan.")


@method("allclose")
def allclose(a: Tensor, b: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements agree to within `atol + rtol * |b|`, as ``torch.allclose``."""
    return bool(np.allclose(a.array, b.array, rtol, atol, equal_nan))


@method("equal")
def equal(a: Tensor, b: Tensor) -> bool:
    """Whether shape and all elements are the same, as ``torch.equal``."""
    return bool(np.array_equal(a.array, b.array))


install_in_place_twins()
