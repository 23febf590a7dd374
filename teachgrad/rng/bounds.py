"""What a distribution may be asked for: types that can hold it, bounds that a type can hold, ranges not empty.

The words are PyTorch's. This module knows arrays and numbers, and draws nothing.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained

Array = np.ndarray[Any, np.dtype[Any]]

C_TYPES = {  # what PyTorch's messages about bounds call the types
    "float16": "c10::Half",
    "float32": "float",
    "float64": "double",
    "int8": "signed char",
    "int16": "short",
    "int32": "int",
    "int64": "long",
    "uint8": "unsigned char",
    "bool": "bool",
}


def require(condition: bool, words: str, why: str = "", fix: str = "") -> None:
    """Raise a RuntimeError with these words unless the condition holds."""
    if not condition:
        raise explained(
            RuntimeError,
            words,
            why=why or "there are no such random numbers, or the type cannot hold them.",
            fix=fix or "change what the message names, or choose a type that holds more, such as torch.float64.",
        )


def require_real(array: Array, kernel: str) -> None:
    """Raise NotImplementedError, naming PyTorch's kernel, unless the array holds floating-point numbers."""
    if array.dtype.kind != "f":
        raise not_implemented(kernel, array)


def not_implemented(kernel: str, array: Array) -> NotImplementedError:
    """The error for a distribution that the array's type cannot hold."""
    return explained(
        NotImplementedError,
        f"\"{kernel}\" not implemented for '{c_name(array.dtype)}'",
        why=f"this distribution gives numbers that {array.dtype} cannot hold.",
        fix="use a floating-point type, for example dtype=torch.float32.",
    )


def require_continuous(array: Array, distribution: str) -> None:
    """Raise a RuntimeError, naming the distribution, unless the array holds floating-point numbers."""
    if array.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"{distribution} distribution is a continuous probability distribution. dtype must be a floating point but "
            f"you specified {c_name(array.dtype)}",
            why="whole numbers cannot hold what it gives.",
            fix="use a floating-point type, for example dtype=torch.float32.",
        )


def check_interval(dtype: np.dtype[Any], low: float, high: float) -> None:
    """The bounds of a uniform distribution."""
    largest = float(np.finfo(dtype).max)
    for name, bound in [("from", low), ("to", high)]:
        require(-largest <= bound <= largest, f"{name} is out of bounds for {C_TYPES[dtype.name]}")
    if low > high:
        raise explained(
            RuntimeError,
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}",
            why="the numbers lie between the two bounds, the lower one first.",
            fix="exchange the bounds.",
        )
    require(
        high - low <= largest,
        f"uniform_ expects to-from <= std::numeric_limits<{c_name(dtype)}>::max(), but found to={high:g} and "
        f"from={low:g} which result in to-from to exceed the limit",
    )


def largest_count(dtype: np.dtype[Any]) -> int:
    """The largest whole number up to which a type can hold all of them."""
    if dtype == np.bool_:
        return 1
    return int(2 ** (np.finfo(dtype).nmant + 1)) if dtype.kind == "f" else int(np.iinfo(dtype).max)


def integer_range(low: int, high: int | None, dtype: np.dtype[Any]) -> tuple[int, int]:
    """The range [low, high) as the type can hold it; high None stands for all that the type can count to."""
    if high is None:
        low, high = _counting_from(low, dtype)
    else:
        low, high = _between(low, high, dtype)
    _check_integers(dtype, low, high - 1)
    return low, high


def _counting_from(low: int, dtype: np.dtype[Any]) -> tuple[int, int]:
    largest = largest_count(dtype)
    if dtype.kind == "f":
        low = _representable(low, dtype, upwards=True)
        require(
            low < largest,
            "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, "
            f"but got from={low} > to_inc={largest}",
        )
    return low, largest + 1


def _between(low: int, high: int, dtype: np.dtype[Any]) -> tuple[int, int]:
    if low >= high:
        raise explained(
            RuntimeError,
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}",
            why="the numbers go from low up to, not including, high; here there is none.",
            fix=f"choose high above {low}.",
        )
    if dtype.kind == "f":
        low, high = _representable(low, dtype, upwards=True), _representable(high, dtype, upwards=False)
        require(
            low < high,
            "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, "
            f"but got from={low} >= to={high}",
        )
    return low, high


def _representable(bound: int, dtype: np.dtype[Any], upwards: bool) -> int:
    """A bound moved inwards until the numbers next to it, rounded to the type, do not leave the range."""
    inside = bound + 1 if upwards else bound - 1
    with np.errstate(over="ignore"):
        rounded = float(dtype.type(inside))
    if math.isinf(rounded) or (rounded >= bound if upwards else rounded < bound):
        return bound
    step = 1 << (abs(inside).bit_length() - 1 - int(np.finfo(dtype).nmant))
    return int(rounded) + (step if upwards else -step)


def _check_integers(dtype: np.dtype[Any], low: int, last: int) -> None:
    kind = C_TYPES[dtype.name]
    if dtype.kind == "f":
        smallest, largest, digits = float(np.finfo(dtype).min), float(np.finfo(dtype).max), np.finfo(dtype).nmant + 1
    elif dtype == np.bool_:
        smallest, largest, digits = 0, 1, 64
    else:
        smallest, largest, digits = np.iinfo(dtype).min, np.iinfo(dtype).max, 64
    for name, bound in [("from", low), ("to - 1", last)]:
        require(smallest <= bound <= largest, f"{name} is out of bounds for {kind}")
        if abs(bound) > 2**digits:
            warnings.warn(
                f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations {kind} can support "
                "discrete uniform distribution only within this range.",
                stacklevel=5,
            )
