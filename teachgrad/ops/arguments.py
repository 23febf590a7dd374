"""The arguments that creating functions share: sizes, types, devices, numbers. Each is checked in one place, here."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.device import device as Device  # noqa: N812 - `device` is the argument's name
from teachgrad.device import require_cpu
from teachgrad.dtypes import dtype as Dtype  # noqa: N812 - `dtype` is the argument's name
from teachgrad.errors import brief, explained, not_differentiable
from teachgrad.graph import Array
from teachgrad.ops.nested import converted, no_room
from teachgrad.tensor import Tensor, wrap

Where = Device | str | None
OVERLOADED = ("rand", "randn")  # what PyTorch says of a missing size depends on whether a function has several forms
C_TYPES = {
    "float16": "c10::Half",
    "float32": "float",
    "float64": "double",
    "int8": "int8_t",
    "int16": "int16_t",
    "int32": "int",
    "int64": "int64_t",
    "uint8": "uint8_t",
}  # what PyTorch calls the types where it refuses a value
PYTHON_TYPES = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool_}


def made(array: Array, device: Where = None, requires_grad: bool = False) -> Tensor:
    """A leaf around an array, checked: the device is the CPU, and what requires grad is real."""
    require_cpu(device)
    out = wrap(array)
    if requires_grad:
        if array.dtype.kind != "f":
            raise not_differentiable(out.dtype, "Only Tensors of floating point and complex dtype")
        out.requires_grad_()
    return out


def shape_of(function: str, sizes: tuple[Any, ...], size: Any = None) -> tuple[int, ...]:
    """The shape that is meant by ``(2, 3)``, ``((2, 3),)`` or ``size=(2, 3)``.

    Raises:
        TypeError: if no sizes are given, or something else than integers.
        RuntimeError: if a size is negative.
    """
    if size is not None:
        sizes = (*sizes, size)
    if not sizes:
        raise explained(
            TypeError,
            f"{function}() received an invalid combination of arguments - got ()"
            if function in OVERLOADED
            else f'{function}() missing 1 required positional arguments: "size"',
            why="without sizes there is no shape.",
            fix=f"{function}(2, 3) has 2 rows and 3 columns, {function}(()) is one number.",
        )
    if isinstance(sizes[0], tuple | list):
        if len(sizes) > 1:
            raise explained(
                TypeError,
                f"{function}() received an invalid combination of arguments - got (tuple, int)"
                if function in OVERLOADED
                else f"{function}() takes 1 positional argument but {len(sizes)} were given",
                why="the sizes are given as integers or as one sequence, not as both.",
                fix=f"{function}(2, 3) or {function}((2, 3)).",
            )
        sizes = tuple(sizes[0])
    shape = tuple(_size(function, i, entry) for i, entry in enumerate(sizes, 1))
    if any(entry < 0 for entry in shape):
        raise explained(
            RuntimeError,
            "zeros: Dimension size must be non-negative."
            if function == "zeros"
            else f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}",
            why="a size counts elements.",
            fix="give 0 or more; -1 for 'what is left' is known to reshape only.",
        )
    return shape


def element_type(function: str, dtype: Any) -> np.dtype[Any]:
    """NumPy's type for a `dtype` argument; None stands for the default type."""
    return (checked_dtype(function, dtype) or dtypes.get_default_dtype()).numpy


def empty_array_like(function: str, input: Tensor, dtype: Any) -> Array:
    """An array in the shape of a tensor, its dimensions in the same order in memory, of its type or of `dtype`."""
    if not isinstance(input, Tensor):
        raise explained(
            TypeError,
            f"{function}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}",
            why="shape and type are taken from a tensor.",
            fix="wrap it: torch.tensor(...)",
        )
    model = input.array
    expanded = any(step == 0 and size > 1 for step, size in zip(model.strides, model.shape, strict=True))
    wanted = checked_dtype(function, dtype)
    return np.empty_like(model, model.dtype if wanted is None else wanted.numpy, order="C" if expanded else "K")


def number(function: str, argument: str, position: int, value: Any) -> Any:
    """A Python number, from a number or a tensor without dimensions.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(value, Tensor) and value.array.ndim == 0:
        value = value.array.item()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, complex):
        raise dtypes.unsupported(np.dtype(complex))
    if not isinstance(value, int | float):
        raise explained(
            TypeError,
            f"{function}(): argument '{argument}' (position {position}) must be Number, not {type(value).__name__}",
            why=f"{brief(value)} is no single number.",
            fix="give a number; .item() makes one of a tensor with one element.",
        )
    return value


def whole_number(function: str, argument: str, position: int, value: Any) -> int:
    """An integer argument.

    Raises:
        TypeError: if it is none.
    """
    try:
        return operator.index(value)
    except TypeError:
        raise explained(
            TypeError,
            f"{function}(): argument '{argument}' (position {position}) must be int, not {type(value).__name__}",
            why=f"{brief(value)} counts nothing.",
            fix="give a whole number, for example int(...) of a quotient.",
        ) from None


def checked_dtype(function: str, dtype: Any) -> Dtype | None:
    """A `dtype` argument: one of torch's types, Python's float, int or bool, or None.

    Raises:
        TypeError: for anything else.
    """
    if dtype is None or isinstance(dtype, Dtype):
        return dtype
    if isinstance(dtype, type) and dtype in PYTHON_TYPES:
        return PYTHON_TYPES[dtype]
    raise explained(
        TypeError,
        f"{function}(): argument 'dtype' must be torch.dtype, not {type(dtype).__name__}",
        why=f"{brief(dtype)} names no type of elements.",
        fix="write dtype=torch.float32, or another of torch's types.",
    )


def _size(function: str, position: int, entry: Any) -> int:
    if isinstance(entry, bool):
        raise not_sizes(function, entry)
    try:
        return operator.index(entry)
    except TypeError:
        raise not_sizes(function, entry, position) from None


def not_sizes(function: str, entry: Any, position: int = 1) -> TypeError:
    """The error for a size that is no integer."""
    return explained(
        TypeError,
        f"{function}(): argument 'size' (position {position}) must be tuple of ints, not {type(entry).__name__}",
        why=f"a size counts elements along a dimension, and {brief(entry)} is none.",
        fix="give whole numbers, or one tuple of them.",
    )


def fitting(value: Any, target: Dtype) -> Any:
    """A value that the type can hold."""
    if target.is_floating_point:
        largest = float(np.finfo(target.numpy).max)
        if math.isfinite(value) and abs(value) > largest:
            raise no_room(value, target, C_TYPES[target.name])
        return value
    if target is not dtypes.bool_ and not _in_range(value, target):
        raise no_room(value, target, C_TYPES[target.name])
    return converted([value], target)[0]


def _in_range(value: Any, target: Dtype) -> bool:
    limits = np.iinfo(target.numpy)
    lowest = -int(limits.max) if not target.is_signed and isinstance(value, int) else int(limits.min)
    return bool(lowest <= value <= int(limits.max))
