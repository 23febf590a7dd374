"""Functions with corners and jumps: the larger one, limits, rounding, remainders, choices.

Between its corners such a function is straight: one input passes its gradient on, the others get 0. At a corner there
are two slopes, and the formulas follow PyTorch in which one counts. At a jump there is no slope at all; rounding has
the slope 0 everywhere, which is why a network cannot learn through it.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.pointwise import division_by_zero, whole_quotient
from teachgrad.ops.table import (
    Forward,
    as_operands,
    binary,
    fitted_together,
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
    "ceil",
    "clamp",
    "clamp_max",
    "clamp_min",
    "clip",
    "copysign",
    "fix",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "frac",
    "heaviside",
    "maximum",
    "minimum",
    "nan_to_num",
    "remainder",
    "round",
    "trunc",
    "where",
]

# fmt: off

# The larger or smaller of two: the winner gets the gradient, equal ones share it
maximum = binary("maximum", np.maximum, lambda g, a, b: won(g, a < b, a == b), lambda g, a, b: won(g, b < a, a == b),
                 symbol="max", numbers=False, inplace=False, doc="The larger of a and b; nan if one of them is.")
minimum = binary("minimum", np.minimum, lambda g, a, b: won(g, a > b, a == b), lambda g, a, b: won(g, b > a, a == b),
                 symbol="min", numbers=False, inplace=False, doc="The smaller of a and b; nan if one of them is.")
fmax = binary("fmax", np.fmax, lambda g, a, b: np.where((a >= b) | (b != b), g, 0),
              lambda g, a, b: np.where((a >= b) | (b != b), 0, g),
              numbers=False, inplace=False, doc="The larger of a and b; if one of them is nan, the other.")
fmin = binary("fmin", np.fmin, lambda g, a, b: np.where((a <= b) | (b != b), g, 0),
              lambda g, a, b: np.where((a <= b) | (b != b), 0, g),
              numbers=False, inplace=False, doc="The smaller of a and b; if one of them is nan, the other.")

# Rounding: flat between the jumps
floor = unary("floor", lambda a: whole("floor", a), lambda g: np.zeros_like(g), real=False,
              doc="The next whole number down.")
ceil = unary("ceil", lambda a: whole("ceil", a), lambda g: np.zeros_like(g), real=False,
             doc="The next whole number up.")
trunc = unary("trunc", lambda a: whole("trunc", a), lambda g: np.zeros_like(g), real=False,
              doc="Without what follows the point.")
frac = unary("frac", reals_only(lambda a: a - np.trunc(a)), lambda g: g, real=False,
             doc="What follows the point: a - trunc(a).")

# fmt: on

fix = method("fix")(trunc)


def won(g: Any, lost: Any, tie: Any) -> Any:
    """The gradient for one of two competitors. Where one is nan, nobody lost."""
    return np.where(tie, g / 2, np.where(lost, 0, g))


def whole(name: str, x: Array) -> Array:
    """A rounding function of NumPy's; whole numbers are round already."""
    if x.dtype.kind == "b":
        raise no_kernel(f"{name}_vml_cpu", x)
    return np.asarray(getattr(np, name)(x)) if x.dtype.kind == "f" else x.copy()


ROUND, ROUND_DECIMALS = (Op(f"RoundBackward{n}", [lambda g: np.zeros_like(g)], symbol="round") for n in (0, 1))


@method("round")
def round(input: Tensor, *, decimals: int = 0) -> Tensor:
    """To the nearest whole number, or to so many decimals, as ``torch.round``. Halves go to the even neighbour.

    >>> import teachgrad as tg
    >>> tg.round(tg.tensor([0.5, 1.5, -1.7])), tg.round(tg.tensor(3.14159), decimals=2)
    (tensor([ 0.,  2., -2.]), tensor(3.1400))
    """
    x = input.array
    if x.dtype.kind != "f" or decimals == 0:
        return result(ROUND, whole("round", x), (input,))
    scale = x.dtype.type(10.0 ** abs(decimals))
    rounded = np.rint(x * scale) / scale if decimals > 0 else np.rint(x / scale) * scale
    return result(ROUND_DECIMALS, rounded, (input,))


# Limits

CLAMP = Op("ClampBackward1", [lambda g, a, low, high: np.where((a >= low) & (a <= high), g, 0)], ("low", "high"))
CLAMP_MIN = Op("ClampMinBackward0", [lambda g, a, low: np.where(a >= low, g, 0)], ("low",))
CLAMP_MAX = Op("ClampMaxBackward0", [lambda g, a, high: np.where(a <= high, g, 0)], ("high",))
CLAMP_TENSORS = Op(
    "ClampBackward0",
    [
        lambda g, a, b, c: np.where((a >= b) & (a <= c), g, 0),
        lambda g, a, b, c: np.where((a < b) & (b < c), g, 0),
        lambda g, a, b, c: np.where((a > c) | (c < b), g, 0),
    ],
    symbol="clamp",
)
CLAMP_MIN_TENSOR = Op(
    "ClampMinBackward1",
    [lambda g, a, b: np.where(a >= b, g, 0), lambda g, a, b: np.where(a < b, g, 0)],
    symbol="clamp min",
)
CLAMP_MAX_TENSOR = Op(
    "ClampMaxBackward1",
    [lambda g, a, b: np.where(a <= b, g, 0), lambda g, a, b: np.where(a > b, g, 0)],
    symbol="clamp max",
)


@method("clamp", "clip")
@twin_of(np.clip)
def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Kept between `min` and `max`, as ``torch.clamp``. Where `min` is above `max`, the result is `max`.

    Args:
        input: any shape.
        min: a number, or a tensor that broadcasts against a; None for no limit.
        max: likewise.

    Raises:
        RuntimeError: if both limits are None.

    >>> import teachgrad as tg
    >>> tg.clamp(tg.tensor([-2.0, 0.5, 7.0]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    if min is None and max is None:
        raise explained(
            RuntimeError,
            "torch.clamp: At least one of 'min' or 'max' must not be None",
            why="without a limit there is nothing to do.",
            fix="give one, as in x.clamp(min=0).",
        )
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        kind = input.array.dtype
        low, high = (
            limit
            if isinstance(limit, Tensor)
            else wrap(np.asarray(_edge(kind, sign) if limit is None else limit, kind))
            for limit, sign in ((min, -1), (max, 1))
        )
        x, lowest, highest = fitted_together(input.array, low.array, high.array)
        return result(CLAMP_TENSORS, np.minimum(np.maximum(x, lowest), highest), (input, low, high))
    x = _meeting(input.array, min, max)
    low = _edge(x.dtype, -1) if min is None else min
    high = _edge(x.dtype, 1) if max is None else max
    return result(CLAMP, np.minimum(np.maximum(x, x.dtype.type(low)), x.dtype.type(high)), (input,), (low, high))


clip = clamp


@method("clamp_min")
def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Not below `min`, a number or a tensor, as ``torch.clamp_min``."""
    if isinstance(min, Tensor):
        return result(CLAMP_MIN_TENSOR, np.maximum(*fitted_together(input.array, min.array)), (input, min))
    x = _meeting(input.array, min)
    return result(CLAMP_MIN, np.maximum(x, x.dtype.type(min)), (input,), (min,))


@method("clamp_max")
def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Not above `max`, a number or a tensor, as ``torch.clamp_max``."""
    if isinstance(max, Tensor):
        return result(CLAMP_MAX_TENSOR, np.minimum(*fitted_together(input.array, max.array)), (input, max))
    x = _meeting(input.array, max)
    return result(CLAMP_MAX, np.minimum(x, x.dtype.type(max)), (input,), (max,))


def _edge(kind: np.dtype[Any], sign: int) -> Any:
    """The outermost number of a type: a limit that limits nothing."""
    if kind.kind == "f":
        return sign * math.inf
    if kind.kind == "b":
        return sign > 0
    return np.iinfo(kind).max if sign > 0 else np.iinfo(kind).min


def _meeting(x: Array, *limits: Any) -> Array:
    """The array in the type in which it meets numbers."""
    if x.dtype.kind == "f":
        return x
    for limit in limits:
        if limit is not None:
            x = promoted(x, operand("clamp", limit, x).array)[0]
    return x


NAN_TO_NUM = Op("NanToNumBackward0", [lambda g, a: np.where(np.isfinite(a), g, 0)], symbol="nan to num")


@method("nan_to_num")
def nan_to_num(input: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """With numbers for nan and the infinities, as ``torch.nan_to_num``.

    Args:
        input: any shape.
        nan: for nan.
        posinf: for inf; by default the largest number of the type.
        neginf: for -inf; by default the lowest number of the type.
    """
    x = input.array
    array = np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf) if x.dtype.kind == "f" else x.copy()
    return result(NAN_TO_NUM, array, (input,))


# Remainders: a minus so many times b, so that for a the slope is 1 and for b it is minus "so many"

REMAINDER = Op("RemainderBackward1", [lambda g: g, lambda g, quotient: -g * quotient], ("quotient",), "mod")
REMAINDER_BY_NUMBER = Op("RemainderBackward0", [lambda g: g], symbol="mod")
FMOD = Op("FmodBackward1", [lambda g: g, lambda g, quotient: -g * quotient], ("quotient",), "fmod")
FMOD_BY_NUMBER = Op("FmodBackward0", [lambda g: g], symbol="fmod")


@method("remainder", "__mod__")
@twin_of(np.remainder)
def remainder(input: Any, other: Any) -> Tensor:
    """What is left of `input` after taking `other` away as often as possible, as ``torch.remainder``.

    It has the sign of `other`, as Python's ``%``.

    Raises:
        RuntimeError: for whole numbers, if `other` is 0.

    >>> import teachgrad as tg
    >>> tg.remainder(tg.tensor([-3.0, 3.0]), 2)
    tensor([1., 1.])
    """
    return _remainder("remainder", np.remainder, "floor", (REMAINDER, REMAINDER_BY_NUMBER), input, other)


@method("fmod")
@twin_of(np.fmod)
def fmod(input: Tensor, other: Any) -> Tensor:
    """What is left of `input` after taking `other` away as often as possible, with its own sign, as ``torch.fmod``.

    Raises:
        RuntimeError: for whole numbers, if `other` is 0.
    """
    return _remainder("fmod", np.fmod, "trunc", (FMOD, FMOD_BY_NUMBER), input, other)


def _remainder(name: str, forward: Forward, rounding: str, ops: tuple[Op, Op], a: Any, b: Any) -> Tensor:
    by_number = not isinstance(b, Tensor)
    a, b = as_operands(name, a, b)
    x, y = promoted(a.array, b.array)
    if x.dtype.kind == "b":
        raise no_kernel(f"{name}_cpu", x)
    if x.dtype.kind != "f" and not y.all():
        raise division_by_zero()
    try:
        left = forward(x, y)
    except ValueError:
        raise no_broadcast(x.shape, y.shape) from None
    if by_number:
        return result(ops[1], left, (a,))
    return result(ops[0], left, (a, b), (whole_quotient(rounding, x, y) if b.requires_grad else None,))


@method("__rmod__")
def _rmod(a: Tensor, b: Any) -> Tensor:
    return remainder(b, a)


@method("floor_divide", "__floordiv__")
@twin_of(np.floor_divide)
def floor_divide(input: Any, other: Any) -> Tensor:
    """How often `other` can be taken away from `input`, as ``torch.floor_divide`` and ``//``. It has no derivative.

    Raises:
        RuntimeError: for whole numbers, if `other` is 0; in a backward pass.

    >>> import teachgrad as tg
    >>> tg.tensor([-3.0, 3.0]) // 2
    tensor([-2.,  1.])
    """
    input, other = as_operands("floor_divide", input, other)
    return result(without_derivative("floor_divide"), whole_quotient("floor", input.array, other.array), (input, other))


@method("__rfloordiv__")
def _rfloordiv(a: Tensor, b: Any) -> Tensor:
    return floor_divide(b, a)


@method("heaviside")
def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """The step from 0 to 1, with `values` where `input` is 0, as ``torch.heaviside``. It has no derivative.

    Raises:
        RuntimeError: if the types differ; in a backward pass.
    """
    input, values = as_operands("heaviside", input, values, numbers=False)
    if input.array.dtype != values.array.dtype:
        raise explained(
            RuntimeError,
            "heaviside is not yet implemented for tensors with different dtypes.",
            why=f"the tensors hold {input.dtype} and {values.dtype}.",
            fix=f"convert one of them: values.to({input.dtype})",
        )
    x, y = fitted_together(input.array, values.array)
    return result(without_derivative("heaviside"), np.where(x == 0, y, (x > 0).astype(x.dtype)), (input, values))


@cache
def without_derivative(name: str, inputs: int = 2) -> Op:
    """An op that PyTorch has no derivative for: it computes, and says so when it is asked to go backward."""

    def refuse(g: Any) -> Any:
        raise explained(
            RuntimeError,
            f"derivative for aten::{name} is not implemented",
            why="the function is flat between jumps: its slope is 0 or infinite, and nothing can be learnt from that.",
            fix="leave the gradient out, with x.detach(), or choose a function with a slope.",
        )

    return Op("torch::autograd::NotImplemented", [refuse] * inputs, symbol=name)


COPYSIGN = Op(
    "CopysignBackward0",
    [lambda g, a, out: np.where(a == 0, 0, g * (out / np.where(a == 0, 1, a))), lambda g: np.zeros_like(g)],
    symbol="copysign",
)
COPYSIGN_OF_NUMBER = Op("CopysignBackward1", COPYSIGN.sources[:1], symbol="copysign")


@method("copysign")
def copysign(input: Tensor, other: Any) -> Tensor:
    """The size of `input` with the sign of `other`, a tensor or a number, as ``torch.copysign``."""
    by_number = not isinstance(other, Tensor)
    input, other = as_operands("copysign", input, other)
    x, y = promoted(input.array, other.array, real=True)
    try:
        signed = np.copysign(x, y)
    except ValueError:
        raise no_broadcast(x.shape, y.shape) from None
    return result(COPYSIGN_OF_NUMBER, signed, (input,)) if by_number else result(COPYSIGN, signed, (input, other))


# Choosing between two values

WHERE = Op(
    "WhereBackward0",
    [lambda g, condition: np.where(condition, g, 0), lambda g, condition: np.where(condition, 0, g)],
    ("condition",),
)


@twin_of(np.where)
def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """`input` where `condition` is true, else `other`, with broadcasting, as ``torch.where``.

    The condition has no gradient. Alone, it gives the indices of what is true (not 0), a tensor for each dimension.

    Raises:
        RuntimeError: if the condition does not hold truth values.

    >>> import teachgrad as tg
    >>> x = tg.tensor([-1.0, 2.0])
    >>> tg.where(x > 0, x, 0.0), tg.where(x > 0)
    (tensor([0., 2.]), (tensor([1]),))
    """
    if not isinstance(condition, Tensor | np.ndarray | np.bool):  # NumPy asks here too, for its own arrays
        raise not_a_tensor("where", "condition", 1, condition)
    mask = condition.array if isinstance(condition, Tensor) else np.asarray(condition)
    if input is None and other is None:
        return tuple([wrap(indices) for indices in np.nonzero(np.atleast_1d(mask))])
    if mask.dtype.kind != "b":
        raise explained(
            RuntimeError,
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {c_name(mask.dtype)}",
            why="it has to be said for each element whether it is true.",
            fix="ask a question, such as x > 0 or x != 0.",
        )
    if not isinstance(input, Tensor) and not isinstance(other, Tensor):
        input = wrap(np.asarray(input, (dtypes.of_value(input) or dtypes.get_default_dtype()).numpy))
    input, other = as_operands("where", input, other)
    try:
        return result(WHERE, np.where(mask, *promoted(input.array, other.array)), (input, other), (mask,), (condition,))
    except ValueError:
        fits = mask.shape
        for shape in (input.array.shape, other.array.shape):
            try:
                fits = np.broadcast_shapes(fits, shape)
            except ValueError:
                raise no_broadcast(fits, shape) from None
        raise


@method("where")
def _where(a: Tensor, condition: Tensor, other: Any) -> Tensor:
    """The tensor's own elements where `condition` is true, else `other`, as ``torch.Tensor.where``."""
    chosen: Tensor = where(condition, a, other)
    return chosen
