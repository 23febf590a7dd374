"""Numbers nested in lists, as an array: PyTorch's rules for the shape, the type, and what is refused.

NumPy's rules differ: there ``[[1, 2], [3]]`` has another message, ``[1.5]`` is float64, and 300 may wrap into uint8.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import reduce
from itertools import chain
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.dtypes import dtype
from teachgrad.errors import brief, explained
from teachgrad.graph import Array
from teachgrad.tensor import Tensor

PLAIN = frozenset((float, int, bool))


def array_of(data: Any, wanted: dtype | None) -> Array:
    """A new array of a number, or of sequences of numbers nested to any depth. Tensors of one element count as numbers.

    Raises:
        ValueError: if sequences at the same depth have different lengths, or if an integer needs more than 64 bits.
        TypeError: if numbers and sequences stand at the same depth.
        RuntimeError: if something else than a number is found, or if a number does not fit the wanted type.

    >>> array_of([[1, 2.5], [True, 4]], None)
    array([[1. , 2.5],
           [1. , 4. ]], dtype=float32)
    """
    if wanted is None and type(data) is float and abs(data) < 65504:  # the most frequent case: nothing can go wrong
        return np.array(data, dtypes.get_default_dtype().numpy)
    shape = _shape(data)
    if 0 in shape:
        return np.empty(shape, (wanted or dtypes.get_default_dtype()).numpy)
    if len(shape) > 1 and all(isinstance(part, np.ndarray) and part.shape == data[0].shape for part in data):
        target = wanted or reduce(dtypes.promote_types, map(dtypes.of, data))
        return np.stack(data).astype(target.numpy)
    leaves = _leaves(data, shape)
    if shape and isinstance(leaves[0], str | bytes):
        raise explained(
            ValueError,
            f"too many dimensions '{type(leaves[0]).__name__}'",
            why=f"{brief(leaves[0])} is text, and tensors hold numbers.",
            fix="convert the text first, for example with float(...), or number the words.",
        )
    target = wanted or _common_type(leaves)
    if not PLAIN.issuperset(map(type, leaves)):
        leaves = [_number(leaf, target) for leaf in leaves]
    return converted(leaves, target).reshape(shape)


def converted(numbers: list[Any], target: dtype) -> Array:
    """A flat array of numbers in the target type.

    Raises:
        ValueError: if an integer needs more than 64 bits.
        RuntimeError: if a number does not fit the type.

    >>> converted([1, -1, 2.9], dtypes.uint8)
    Traceback (most recent call last):
    RuntimeError: value cannot be converted to type uint8 without overflow
      Why: -1.0 is outside of what torch.uint8 holds.
      Fix: choose a type that holds it, for example dtype=torch.float32 or dtype=torch.int64.
    """
    if target.is_floating_point:
        return rounded(np.array(numbers, np.float64), target)
    found = np.array(numbers)
    if found.dtype.kind not in "bif":
        raise explained(
            ValueError,
            "Overflow when unpacking long long",
            why="an integer needs more than the 64 bits of torch.int64.",
            fix="use a floating-point type, for example dtype=torch.float64.",
        )
    if target is not dtypes.bool_:
        _refuse_overflow(found, target)
    return found.astype(target.numpy)


def rounded(values: Array, target: dtype) -> Array:
    """float64 values in a floating-point type; too large ones become infinite. On the way to float16 lies float32."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32 if target is dtypes.float16 else target.numpy).astype(target.numpy)


def _refuse_overflow(found: Array, target: dtype) -> None:
    limits = np.iinfo(target.numpy)
    lowest = (
        -int(limits.max) if not target.is_signed and found.dtype.kind != "f" else int(limits.min)
    )  # -1 wraps to 255
    fits = (found >= lowest) & (found <= limits.max)
    if found.dtype.kind == "f" and target.itemsize == 8:
        fits &= found < 2.0**63  # as a float, the largest int64 rounds up to this
    if not fits.all():
        raise no_room(found[~fits][0], target, target.name)


def no_room(value: Any, target: dtype, name: str) -> RuntimeError:
    """The error for a number that its type cannot hold."""
    return explained(
        RuntimeError,
        f"value cannot be converted to type {name} without overflow",
        why=f"{value} is outside of what {target} holds.",
        fix="choose a type that holds it, for example dtype=torch.float32 or dtype=torch.int64.",
    )


def _is_sequence(data: Any) -> bool:
    if isinstance(data, list | tuple):
        return True
    if isinstance(data, str | bytes | dict | Tensor | np.generic) or (isinstance(data, np.ndarray) and data.ndim == 0):
        return False
    return hasattr(type(data), "__getitem__") and hasattr(type(data), "__len__")


def _shape(data: Any) -> tuple[int, ...]:
    """The lengths along the first elements: the others will have to agree."""
    shape = []
    while _is_sequence(data):
        shape.append(len(data))
        if not len(data):
            break
        data = data[0]
    return tuple(shape)


def _leaves(data: Any, shape: tuple[int, ...]) -> list[Any]:
    """The numbers in order, checked to be nested regularly."""
    level: Sequence[Any] = [data]
    for dim, size in enumerate(shape):
        for part in level:
            if not _is_sequence(part):
                raise explained(
                    TypeError,
                    "not a sequence",
                    why=f"at dim {dim} there is {brief(part)}, where the first entry is a sequence of {size}.",
                    fix="nest all numbers equally deep.",
                )
            if len(part) != size:
                raise explained(
                    ValueError,
                    f"expected sequence of length {size} at dim {dim} (got {len(part)})",
                    why="a tensor is a regular grid, and these sequences have different lengths.",
                    fix="make all of one length, for example by padding with zeros, or keep a list of tensors.",
                    lesson=7,
                )
        level = list(chain.from_iterable(level))
    return list(level)


def _common_type(leaves: list[Any]) -> dtype:
    examples = dict(zip(map(type, leaves), leaves, strict=True))  # numbers of one Python type are of one dtype, ...
    typed = any(issubclass(kind, Tensor | np.ndarray) for kind in examples)  # ... but tensors bring their own
    return reduce(dtypes.promote_types, map(_type_of, leaves if typed else examples.values()))


def _type_of(leaf: Any) -> dtype:
    if isinstance(leaf, Tensor):
        return leaf.dtype
    if isinstance(leaf, np.generic | np.ndarray) and not isinstance(leaf, str | bytes):
        return dtypes.of_numpy(leaf.dtype)
    if isinstance(leaf, complex):
        raise dtypes.unsupported(np.dtype(complex))
    found = dtypes.of_value(leaf)
    if found is not None:
        return found
    if _is_sequence(leaf):
        return _common_type(list(leaf)) if len(leaf) else dtypes.get_default_dtype()
    text = isinstance(leaf, str | bytes)
    raise explained(
        TypeError if text else RuntimeError,
        f"new(): invalid data type '{type(leaf).__name__}'"
        if text
        else f"Could not infer dtype of {type(leaf).__name__}",
        why=f"{brief(leaf)} is no number.",
        fix="give numbers, True or False, or sequences of them.",
    )


def _number(leaf: Any, target: dtype) -> Any:
    """A leaf as a number that NumPy converts, or the error that says why it is none."""
    if isinstance(leaf, Tensor):
        return _item(leaf)
    narrow = isinstance(leaf, np.floating) and not isinstance(
        leaf, float
    )  # PyTorch cuts off 1.5, but not np.float32(1.5)
    if isinstance(leaf, int | float | np.generic | np.ndarray) and not (narrow and not target.is_floating_point):
        return leaf
    kind = type(leaf)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    raise explained(
        TypeError,
        f"must be real number, not {name}"
        if target.is_floating_point
        else f"'{name}' object cannot be interpreted as an integer",
        why=f"{brief(leaf)} cannot become {target} here.",
        fix="nest all numbers equally deep, and convert what is no Python number first.",
    )


def _item(leaf: Tensor) -> Any:
    if leaf.array.size != 1:
        real = leaf.dtype.is_floating_point
        raise explained(
            ValueError if real else TypeError,
            "only one element tensors can be converted to Python scalars"
            if real
            else "only integer tensors of a single element can be converted to an index",
            why=f"the list holds a tensor of shape {tuple(leaf.shape)}.",
            fix="join tensors with torch.stack(...), which also keeps their history.",
        )
    if leaf.requires_grad:
        warnings.warn(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
            "Consider using tensor.detach() first. (The new tensor has no history; torch.stack(...) keeps it.)",
            stacklevel=6,
        )
    return leaf.array.item()
