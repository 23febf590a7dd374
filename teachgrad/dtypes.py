"""Element types: PyTorch's names for NumPy's types, the default type, and promotion.

This module is ground floor. It knows NumPy and nothing of tensors, graphs or operations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.errors import explained

__all__ = [  # what the face of the package offers; `bool`, `int` and `float` it adds itself
    "double",
    "dtype",
    "float16",
    "float32",
    "float64",
    "get_default_dtype",
    "half",
    "int8",
    "int16",
    "int32",
    "int64",
    "long",
    "promote_types",
    "set_default_dtype",
    "short",
    "uint8",
]


class dtype:  # noqa: N801 - PyTorch's own spelling
    """The type of a tensor's elements, as ``torch.dtype``.

    Attributes:
        numpy: the NumPy dtype that stores the elements.
        rank: 0 for bool, 1 for integers, 2 for floating point; promotion compares ranks first.

    >>> float32, float32.is_floating_point, float32.itemsize
    (torch.float32, True, 4)
    """

    __slots__ = ("is_floating_point", "is_signed", "itemsize", "name", "numpy", "rank")

    is_complex = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy: np.dtype[Any] = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = self.numpy.kind == "f"
        self.is_signed = self.numpy.kind in "fi"
        self.rank = {"b": 0, "i": 1, "u": 1, "f": 2}[self.numpy.kind]

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return {"bool": "bool_"}.get(self.name, self.name)


float16, float32, float64 = dtype("float16"), dtype("float32"), dtype("float64")
int8, int16, int32, int64 = dtype("int8"), dtype("int16"), dtype("int32"), dtype("int64")
uint8, bool_ = dtype("uint8"), dtype("bool")
half, double, short, long = float16, float64, int16, int64

ALL = (float16, float32, float64, int8, int16, int32, int64, uint8, bool_)
_BY_NUMPY = {d.numpy: d for d in ALL}
_default = float32


def of(array: np.ndarray[Any, Any]) -> dtype:
    """The teachgrad dtype of a NumPy array."""
    return of_numpy(array.dtype)


def of_numpy(numpy_dtype: np.dtype[Any]) -> dtype:
    """The teachgrad dtype of a NumPy dtype."""
    found = _BY_NUMPY.get(numpy_dtype)
    if found is None:
        raise unsupported(numpy_dtype)
    return found


def unsupported(numpy_dtype: np.dtype[Any]) -> TypeError:
    """The error for element types that no tensor has."""
    name = "numpy." + numpy_dtype.type.__name__
    if numpy_dtype.kind == "c":
        why = "teachgrad computes with real numbers; complex numbers are outside of its scope."
        fix = "take z.real and z.imag apart, as two tensors."
    elif numpy_dtype.kind in "SUO":
        why, fix = f"{name} is no number, and tensors hold numbers.", "number the words, or convert: .astype('float32')"
    else:
        why, fix = f"no type of tensors is like {numpy_dtype}.", "convert the array first: .astype('float32')"
    supported = ", ".join(d.name for d in ALL)
    return explained(
        TypeError, f"can't convert np.ndarray of type {name}. The only supported types are: {supported}.", why, fix
    )


def get_default_dtype() -> dtype:
    """The type of new floating-point tensors, as ``torch.get_default_dtype``.

    >>> get_default_dtype()
    torch.float32
    """
    return _default


def set_default_dtype(d: dtype) -> None:
    """Set the type of new floating-point tensors, as ``torch.set_default_dtype``.

    Raises:
        TypeError: if ``d`` is not a floating-point dtype.
    """
    global _default
    if not getattr(d, "is_floating_point", False):
        raise explained(
            TypeError,
            "only floating-point types are supported as the default type",
            why=f"{d!r} cannot hold fractions, and so no gradients.",
            fix="use torch.float32 or torch.float64.",
        )
    _default = d


def of_value(value: object) -> dtype | None:
    """The dtype that PyTorch gives a Python number; None if ``value`` is no number."""
    if isinstance(value, np.generic):
        return _BY_NUMPY.get(value.dtype)
    if isinstance(value, bool):
        return bool_
    if isinstance(value, int):
        return int64
    return _default if isinstance(value, float) else None


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest type that both convert to, as ``torch.promote_types``.

    >>> promote_types(int64, float32), promote_types(uint8, int8)
    (torch.float32, torch.int16)
    """
    if type1.rank != type2.rank:  # PyTorch: any float outranks any integer, whatever the sizes
        return type1 if type1.rank > type2.rank else type2
    return _BY_NUMPY[np.promote_types(type1.numpy, type2.numpy)]


def promote_operands(a: dtype, a_weight: int, b: dtype, b_weight: int) -> dtype:
    """The type in which two operands meet, as ``torch.result_type``.

    A weight is 2 for a tensor with dimensions, 1 for a tensor without, 0 for a Python number. The
    heavier operand decides the type, unless the lighter one is of a higher rank (float > int > bool).
    """
    if a_weight == b_weight:
        return promote_types(a, b)
    heavy, light = (a, b) if a_weight > b_weight else (b, a)
    if heavy.rank >= light.rank:
        return heavy
    lighter_is_number = min(a_weight, b_weight) == 0
    return _default if lighter_is_number and light.rank == 2 else light
