"""Pointwise operations: each output element depends on one element of each input.

Read a row from left to right: PyTorch's name, the forward pass, the gradient formulas. In a formula, `g` is the
upstream gradient, `a` and `b` are the inputs, `out` is the result. So

    mul = binary("mul", np.multiply, lambda g, b: g * b, lambda g, a: g * a, ...)

says: d(loss)/da = d(loss)/d(out) * b, because d(a * b)/da = b; and for `b` likewise.

What every operation needs (checking saved values, summing over broadcast dimensions, adding up contributions) is not
here: the engine does it once for all.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.graph import Array, Op
from teachgrad.ops.arguments import C_TYPES
from teachgrad.ops.out import written
from teachgrad.ops.shape import to
from teachgrad.ops.table import (
    as_operands,
    binary,
    fitted_together,
    flat_in,
    method,
    no_broadcast,
    no_kernel,
    not_a_tensor,
    operand,
    promoted,
    reals_only,
    result,
    twin_of,
    unary,
)
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "abs",
    "absolute",
    "acos",
    "acosh",
    "add",
    "addcdiv",
    "addcmul",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cos",
    "cosh",
    "deg2rad",
    "div",
    "divide",
    "exp",
    "exp2",
    "expm1",
    "float_power",
    "hypot",
    "lerp",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "mul",
    "multiply",
    "neg",
    "negative",
    "positive",
    "pow",
    "rad2deg",
    "reciprocal",
    "relu",
    "rsqrt",
    "rsub",
    "sgn",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "sub",
    "subtract",
    "tan",
    "tanh",
    "true_divide",
]

# fmt: off

# Arithmetic
plus = binary("add", np.add, lambda g: g, lambda g: g, symbol="+", doc="a + b.")
minus = binary("sub", np.subtract, lambda g: g, lambda g: -g, symbol="−", doc="a - b.")
rsub = binary("rsub", lambda a, b: b - a, lambda g: -g, lambda g: g, node="RsubBackward1", symbol="−", inplace=False,
              doc="b - a.")
mul = binary("mul", np.multiply, lambda g, b: g * b, lambda g, a: g * a, symbol="×", doc="a * b.")
quotient = binary("div", np.true_divide, lambda g, b: g / b, lambda g, a, b: -g * (a / b / b),
                  symbol="÷", real=True, domain=(0.5, 2), doc="a / b.")
neg = unary("neg", np.negative, lambda g: -g, symbol="−", real=False, doc="-a.")
reciprocal = unary("reciprocal", np.reciprocal, lambda g, out: -g * (out * out), symbol="1/x", domain=(0.5, 2),
                   doc="1 / a.")
abs = unary("abs", lambda a: magnitude(a), lambda g, a: g * direction(a), symbol="|x|", real=False,
            doc="The absolute value; its slope at 0 is taken as 0.")
sign = unary("sign", lambda a: direction(a), lambda g: np.zeros_like(g), real=False, doc="-1, 0 or 1; 0 for nan.")
sgn = unary("sgn", lambda a: direction(a), lambda g: np.zeros_like(g), real=False, doc="-1, 0 or 1, as `sign`.")
hypot = binary("hypot", reals_only(np.hypot), lambda g, a, out: g * (a / out), lambda g, b, out: g * (b / out),
               domain=(0.5, 2), numbers=False, doc="sqrt(a * a + b * b), without overflow on the way.")
deg2rad = unary("deg2rad", np.deg2rad, lambda g: g * (math.pi / 180), doc="Degrees to radians.")
rad2deg = unary("rad2deg", np.rad2deg, lambda g: g * (180 / math.pi), doc="Radians to degrees.")

# Powers, exponentials, logarithms
exp = unary("exp", np.exp, lambda g, out: g * out, doc="e to the power of a.")
log = unary("log", np.log, lambda g, a: g / a, domain=(0.2, 3), doc="The natural logarithm; -inf at 0, nan below.")
exp2 = unary("exp2", np.exp2, lambda g, out: g * (out * math.log(2)), doc="2 to the power of a.")
expm1 = unary("expm1", np.expm1, lambda g, out: g * (out + 1), doc="exp(a) - 1, exact also for tiny a.")
log2 = unary("log2", np.log2, lambda g, a: g / (a * math.log(2)), domain=(0.2, 3), doc="The logarithm to base 2.")
log10 = unary("log10", np.log10, lambda g, a: g / (a * math.log(10)), domain=(0.2, 3), doc="The logarithm to base 10.")
log1p = unary("log1p", np.log1p, lambda g, a: g / (a + 1), domain=(-0.5, 2), doc="log(1 + a), exact also for tiny a.")
logaddexp = binary("logaddexp", reals_only(np.logaddexp), lambda g, a, b: g / (1 + np.exp(b - a)),
                   lambda g, a, b: g / (1 + np.exp(a - b)), numbers=False, inplace=False,
                   doc="log(exp(a) + exp(b)), no overflow.")
logaddexp2 = binary("logaddexp2", reals_only(np.logaddexp2), lambda g, a, b: g / (1 + np.exp2(b - a)),
                    lambda g, a, b: g / (1 + np.exp2(a - b)), numbers=False, inplace=False,
                    doc="log2(2**a + 2**b), no overflow.")
sqrt = unary("sqrt", np.sqrt, lambda g, out: g / (2 * out), symbol="√", domain=(0.2, 3),
             doc="The square root; its slope at 0 is infinite.")
rsqrt = unary("rsqrt", lambda a: np.reciprocal(np.sqrt(a)), lambda g, out: g * (-0.5 * (out * out * out)), symbol="1/√",
              domain=(0.2, 3), doc="1 / sqrt(a).")
power = binary("pow", lambda a, b: power_of(a, b), lambda g, a, b: g * slope_of_power(a, b),
               lambda g, a, out: g * out * log_of_base(a), node="PowBackward1", symbol="**", domain=(0.5, 2),
               doc="a to the power of b.")

# Waves, hyperbolas and S-shapes
sin = unary("sin", np.sin, lambda g, a: g * np.cos(a), doc="The sine; a in radians.")
cos = unary("cos", np.cos, lambda g, a: -g * np.sin(a), doc="The cosine; a in radians.")
tan = unary("tan", np.tan, lambda g, out: g * (1 + out * out), domain=(-1, 1), doc="The tangent; a in radians.")
asin = unary("asin", np.arcsin, lambda g, a: g / np.sqrt(1 - a * a), domain=(-0.9, 0.9),
             doc="The angle whose sine is a.")
acos = unary("acos", np.arccos, lambda g, a: -g / np.sqrt(1 - a * a), domain=(-0.9, 0.9),
             doc="The angle whose cosine is a.")
atan = unary("atan", np.arctan, lambda g, a: g / (a * a + 1), doc="The angle whose tangent is a.")
atan2 = binary("atan2", np.arctan2, lambda g, a, b: g * b / squared(a, b), lambda g, a, b: -g * a / squared(a, b),
               domain=(0.5, 2), real=True, numbers=False, doc="The angle of the point (b, a), from -pi to pi.")
sinh = unary("sinh", np.sinh, lambda g, a: g * np.cosh(a), doc="The hyperbolic sine.")
cosh = unary("cosh", np.cosh, lambda g, a: g * np.sinh(a), doc="The hyperbolic cosine.")
asinh = unary("asinh", np.arcsinh, lambda g, a: g / np.sqrt(a * a + 1), doc="The number whose hyperbolic sine is a.")
acosh = unary("acosh", np.arccosh, lambda g, a: g / np.sqrt(a * a - 1), domain=(1.2, 3),
              doc="The number from 0 up whose hyperbolic cosine is a.")
atanh = unary("atanh", np.arctanh, lambda g, a: g / (1 - a * a), domain=(-0.9, 0.9),
              doc="The number whose hyperbolic tangent is a.")
tanh = unary("tanh", np.tanh, lambda g, out: g * (1 - out * out), doc="The hyperbolic tangent, from -1 to 1.")
sigmoid = unary("sigmoid", lambda a: logistic(a), lambda g, out: g * (out * (1 - out)), symbol="σ",
                doc="1 / (1 + exp(-a)), from 0 to 1.")
# Where relu is off, the upstream gradient is multiplied by 0, so that nan and inf stay nan; PyTorch gives 0 there too.
relu = unary("relu", lambda a: np.maximum(a, a.dtype.type(0)), lambda g, out: flat_in(out, g * (out > 0)), real=False,
             doc="a where it is positive, else 0; its slope at 0 is taken as 0.")

# fmt: on

twin_of(np.abs)(abs)
twin_of(np.sign)(sign)


def magnitude(x: Array) -> Array:
    """|x|, for numbers: True and False have none."""
    if x.dtype.kind == "b":
        raise TypeError
    return np.abs(x)


def direction(a: Any) -> Any:
    """-1, 0 or 1, and 0 for nan, where np.sign says nan."""
    if isinstance(a, Tensor):
        return sign(a)
    if a.dtype.kind in "bu":
        return (a > 0).astype(a.dtype)
    return np.subtract(a > 0, a < 0, dtype=a.dtype)


twin_of(np.power)(power)


def power_of(a: Array, b: Array) -> Array:
    """`a ** b`; among whole numbers, 1 / a ** n is 0 unless a is 1 or -1."""
    if b.dtype.kind != "i" or not (b < 0).any():
        return np.power(a, b)
    inverse = np.where(a == -1, 1 - 2 * (b % 2), a == 1)
    return np.where(b < 0, inverse, np.power(a, np.maximum(b, 0))).astype(a.dtype)


def squared(a: Any, b: Any) -> Any:
    """The squared distance of the point (b, a) from 0; 1 at 0, where the angle has no slope and 0 / 1 stands for it."""
    distance = a * a + b * b
    return np.where(distance == 0, 1, distance)


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
        return np.zeros_like(g)
    return g * (a + a) if exponent == 2 else g * (exponent * a ** (exponent - 1))


@method("pow", "__pow__")
def pow(input: Any, exponent: Any) -> Tensor:
    """`input` to the power of `exponent`, element by element; one of them may be a number. As ``torch.pow``.

    Raises:
        RuntimeError: for integers to a negative integer power.

    >>> import teachgrad as tg
    >>> tg.pow(tg.tensor([1.0, 2.0, 3.0]), 2)
    tensor([1., 4., 9.])
    """
    if not isinstance(input, Tensor):
        if not isinstance(exponent, Tensor):
            raise not_a_tensor("pow", "input", 1, input)
        return rpow(exponent, input)
    if not isinstance(exponent, (int, float)):
        return power(input, exponent)
    x = input.array
    if x.dtype.kind != "f":
        if isinstance(exponent, float):
            x = x.astype(dtypes.get_default_dtype().numpy)
        elif x.dtype.kind == "b":
            x = x.astype(np.int64)
        elif exponent < 0:
            raise explained(
                RuntimeError,
                "Integers to negative integer powers are not allowed.",
                why=f"1 / x**{-exponent} is seldom whole, and this tensor holds {input.dtype}.",
                fix="convert first: x.float()",
            )
    return result(POW, np.square(x) if exponent == 2 else x**exponent, (input,), (exponent,))


@method("square")
def square(input: Tensor) -> Tensor:
    """`input * input`, element by element, as ``torch.square``."""
    return pow(input, 2)


RPOW = Op("PowBackward2", [lambda g, out, base: g * (out * np.log(base))], ("base",), "{base}**")


@method("__rpow__")
def rpow(a: Tensor, base: Any) -> Tensor:
    """`base ** a` for a number as base: what Python calls for ``2 ** x``."""
    number = operand("pow", base, a.array)
    x, y = promoted(number.array, a.array)
    return result(RPOW, x**y, (a,), (base,))


@method("add")
def add(input: Any, other: Any, *, alpha: float = 1, out: Tensor | None = None) -> Tensor:
    """`input + alpha * other`, with broadcasting, as ``torch.add``.

    >>> import teachgrad as tg
    >>> tg.add(tg.tensor([1.0, 2.0]), 1)
    tensor([2., 3.])
    """
    total = plus(input, other) if alpha == 1 else _scaled(ADD_SCALED, plus, input, other, alpha)
    return total if out is None else written("add", total, out)


@method("sub", "subtract")
def sub(input: Any, other: Any, *, alpha: float = 1, out: Tensor | None = None) -> Tensor:
    """`input - alpha * other`, with broadcasting, as ``torch.sub``."""
    difference = minus(input, other) if alpha == 1 else _scaled(SUB_SCALED, minus, input, other, alpha)
    return difference if out is None else written("sub", difference, out)


ADD_SCALED = Op("AddBackward0", [lambda g: g, lambda g, alpha: g * alpha], ("alpha",), "+")
SUB_SCALED = Op("SubBackward0", [lambda g: g, lambda g, alpha: -g * alpha], ("alpha",), "−")


def _scaled(op: Op, row: Any, a: Any, b: Any, alpha: float) -> Tensor:
    """A row of the table with its second operand scaled, as one step."""
    a, b = as_operands(row.__name__, a, b)
    if row is minus and "b" in (a.array.dtype.kind, b.array.dtype.kind):
        return row(a, b)  # which is refused
    _, y = promoted(a.array, b.array)
    if y.dtype.kind != "f" and isinstance(alpha, float):
        raise explained(
            RuntimeError,
            "For integral input tensors, argument alpha must not be a floating point number.",
            why=f"the result holds {dtypes.of(y)}, which {alpha} would not fit into.",
            fix="convert first: x.float()",
        )
    with no_grad():
        out = row(a, wrap(y * y.dtype.type(alpha)))
    return result(op, out.array, (a, b), (alpha,))


@method("__rtruediv__")
def _rdiv(a: Tensor, b: Any) -> Tensor:
    return mul(reciprocal(a), b)  # as PyTorch computes it, to the last digit


DIV_ROUNDED = Op("DivBackward2", [lambda g: np.zeros_like(g), lambda g: np.zeros_like(g)], symbol="÷")


@method("div", "divide")
def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """`input / other`, with broadcasting, as ``torch.div``.

    Args:
        input: a tensor, or a number if b is a tensor.
        other: a tensor or a number.
        rounding_mode: None for the exact quotient, "trunc" to round towards 0, "floor" to round down.

    >>> import teachgrad as tg
    >>> tg.div(tg.tensor([-3, 3]), 2), tg.div(tg.tensor([-3, 3]), 2, rounding_mode="floor")
    (tensor([-1.5000,  1.5000]), tensor([-2,  1]))
    """
    if rounding_mode is None:
        return quotient(input, other)
    if rounding_mode not in ("trunc", "floor"):
        raise explained(
            RuntimeError,
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'",
            why="a quotient is left as it is (None), rounded towards 0 (trunc) or down (floor).",
            fix="choose one of the three.",
        )
    input, other = as_operands("div", input, other)
    return result(DIV_ROUNDED, whole_quotient(rounding_mode, input.array, other.array), (input, other))


def whole_quotient(rounding: str, a: Array, b: Array) -> Array:
    """A / b rounded down ("floor") or towards 0 ("trunc"), in the type in which they meet."""
    x, y = promoted(a, b)
    if x.dtype.kind == "b":
        raise no_kernel(f"div_{rounding}_cpu", x)
    if x.dtype.kind != "f" and not y.all():
        raise division_by_zero()
    try:
        down: Array = np.floor_divide(x, y)
        if rounding == "floor":
            return down
        return np.trunc(x / y) if x.dtype.kind == "f" else (x - np.fmod(x, y)) // y
    except ValueError:
        raise no_broadcast(a.shape, b.shape) from None


def division_by_zero() -> RuntimeError:
    """The error for whole numbers divided by 0."""
    return explained(
        RuntimeError,
        "ZeroDivisionError",
        why="among whole numbers there is neither inf nor nan to stand for a division by 0.",
        fix="check the divisor, or divide real numbers: x.float()",
    )


@method("positive", "__pos__")
def positive(input: Tensor) -> Tensor:
    """The tensor itself, as ``torch.positive``."""
    if input.array.dtype.kind == "b":
        raise explained(
            RuntimeError,
            "The `+` operator, on a bool tensor is not supported.",
            why="True and False have no sign.",
            fix="convert first: x.int()",
        )
    return input


method("__add__", "__radd__")(plus)
method("__sub__")(minus)
method("__rsub__")(rsub)
method("__mul__", "__rmul__", "multiply")(mul)
method("__truediv__", "true_divide")(quotient)
method("__neg__", "negative")(neg)
method("__abs__", "absolute")(abs)
absolute, negative, subtract, multiply, divide, true_divide = abs, neg, sub, mul, div, quotient

arcsin, arccos, arctan, arctan2, arcsinh, arccosh, arctanh = asin, acos, atan, atan2, asinh, acosh, atanh
for _function in (asin, acos, atan, atan2, asinh, acosh, atanh):
    method(f"arc{_function.__name__[1:]}")(_function)


# Blends of three tensors

LERP = Op("LerpBackward0", [lambda g, weight: g * (1 - weight), lambda g, weight: g * weight], ("weight",), "lerp")
LERP_EACH = Op(
    "LerpBackward1", [lambda g, c: g * (1 - c), lambda g, c: g * c, lambda g, a, b: g * (b - a)], symbol="lerp"
)
ADDCMUL = Op(
    "AddcmulBackward0",
    [lambda g: g, lambda g, c, value: g * (c * value), lambda g, b, value: g * (b * value)],
    ("value",),
)
ADDCDIV = Op(
    "AddcdivBackward0",
    [lambda g: g, lambda g, c, value: g * (value / c), lambda g, b, c, value: -g * (value * b / (c * c))],
    ("value",),
)


@method("lerp")
def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """Between two tensors: `input` for a weight of 0, `end` for 1, straight on in between. As ``torch.lerp``.

    Args:
        input: where to start.
        end: where to end, of the same type.
        weight: a number, or a tensor of the same type.

    Raises:
        RuntimeError: if the types differ.

    >>> import teachgrad as tg
    >>> tg.lerp(tg.tensor([0.0, 10.0]), tg.tensor([4.0, 20.0]), 0.25)
    tensor([ 1.0000, 12.5000])
    """
    weighed = isinstance(weight, Tensor)
    for name, other in (("end", end), ("weight", weight if weighed else end)):
        if other.array.dtype != input.array.dtype:
            raise explained(
                RuntimeError,
                f"expected dtype {c_type(input)} for `{name}` but got dtype {c_type(other)}",
                why="a blend mixes tensors of one type.",
                fix=f"convert it: {name}.to({input.dtype})",
            )
    if input.array.dtype.kind != "f":
        raise no_kernel("lerp_kernel_scalar", input.array)
    part = weight.array if weighed else input.array.dtype.type(weight)
    start, stop, part = fitted_together(input.array, end.array, part)
    way = stop - start
    blend = np.where(np.abs(part) < 0.5, start + part * way, stop - way * (1 - part))  # exact at both ends
    return result(LERP_EACH, blend, (input, end, weight)) if weighed else result(LERP, blend, (input, end), (weight,))


@method("addcmul")
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """`input + value * tensor1 * tensor2`, with broadcasting, as ``torch.addcmul``."""
    base, x, y = fitted_together(*_three("addcmul", input, tensor1, tensor2))
    return result(ADDCMUL, base + base.dtype.type(value) * x * y, (input, tensor1, tensor2), (value,))


@method("addcdiv")
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """`input + value * tensor1 / tensor2`, with broadcasting, as ``torch.addcdiv``.

    Raises:
        RuntimeError: if both `tensor1` and `tensor2` hold whole numbers.
    """
    base, x, y = fitted_together(*_three("addcdiv", input, tensor1, tensor2))
    if tensor1.array.dtype.kind != "f" and tensor2.array.dtype.kind != "f":
        raise explained(
            RuntimeError,
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2.",
            why="a quotient of whole numbers is seldom whole.",
            fix="convert one of them first: tensor1.float()",
        )
    return result(ADDCDIV, base + base.dtype.type(value) * x / y, (input, tensor1, tensor2), (value,))


def c_type(tensor: Tensor) -> str:
    """The name of the element type in C, as PyTorch's messages give it here."""
    return {"int64": "long int"}.get(tensor.dtype.name) or C_TYPES[tensor.dtype.name]


def _three(name: str, *tensors: Tensor) -> list[Array]:
    for position, (argument, tensor) in enumerate(zip(("input", "tensor1", "tensor2"), tensors), 1):
        if not isinstance(tensor, Tensor):
            raise not_a_tensor(name, argument, position, tensor)
    return [tensor.array for tensor in tensors]


@method("float_power")
def float_power(input: Any, exponent: Any) -> Tensor:
    """`input` to the power of `exponent`, computed in float64, as ``torch.float_power``."""
    if not isinstance(input, Tensor) and not isinstance(exponent, Tensor):
        raise not_a_tensor("float_power", "input", 1, input)
    input, exponent = (to(t, dtypes.float64) if isinstance(t, Tensor) else float(t) for t in (input, exponent))
    return pow(input, exponent)
