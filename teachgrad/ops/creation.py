"""New tensors: from numbers and arrays, or filled with one value.

Numbers in even steps are made in `steps`, random ones in `random`. What is created is a leaf.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.device import require_cpu
from teachgrad.dtypes import dtype as Dtype  # noqa: N812 - `dtype` is the argument's name
from teachgrad.errors import explained
from teachgrad.graph import Array
from teachgrad.ops.arguments import (
    Where,
    checked_dtype,
    element_type,
    empty_array_like,
    fitting,
    made,
    not_sizes,
    number,
    shape_of,
    whole_number,
)
from teachgrad.ops.nested import array_of
from teachgrad.ops.table import method, twin_of
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "as_tensor",
    "empty",
    "empty_like",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "ones",
    "ones_like",
    "scalar_tensor",
    "tensor",
    "zeros",
    "zeros_like",
]

# From data


def tensor(data: Any, *, dtype: Any = None, device: Where = None, requires_grad: bool = False) -> Tensor:
    """A new tensor with a copy of `data`, as ``torch.tensor``.

    Args:
        data: a number, sequences of numbers nested to any depth, a NumPy array, or a tensor.
        dtype: the type of the elements. By default that of an array; else float64 only for NumPy's float64 numbers,
            the default type for Python's floats, int64 for integers, bool for True and False.
        device: the CPU.
        requires_grad: whether operations on it are recorded.

    Raises:
        ValueError: if nested sequences have different lengths.
        RuntimeError: if integers are to require grad, or if a number does not fit the type.
        TypeError: if there are no numbers in `data`.

    >>> import teachgrad as tg
    >>> tg.tensor([[1, 2], [3, 4.5]])
    tensor([[1.0000, 2.0000],
            [3.0000, 4.5000]])
    >>> tg.tensor([1, 2]).dtype
    torch.int64
    """
    wanted = checked_dtype("tensor", dtype)
    if isinstance(data, Tensor):
        warnings.warn(
            explained(
                UserWarning,
                "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
                "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
                why="torch.tensor makes a leaf: the copy has the numbers of the tensor, and no history.",
                fix="x.clone() keeps the history, x.detach().clone() says that you do not want it.",
                lesson=8,
            ),
            stacklevel=2,
        )
        array = _copied(data.array, wanted)
    elif isinstance(data, np.ndarray):
        array = _copied(checked_array(data), wanted)
    else:
        array = array_of(data, wanted)
    return made(array, device, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Where = None) -> Tensor:
    """`data` as a tensor, copied only if it must be, as ``torch.as_tensor``.

    A tensor of the wanted type is returned itself; an array shares its memory.

    Raises:
        As `tensor`.

    >>> import numpy as np
    >>> import teachgrad as tg
    >>> array = np.zeros(2)
    >>> tg.as_tensor(array)[0] = 5
    >>> array
    array([5., 0.])
    """
    wanted = checked_dtype("as_tensor", dtype)
    require_cpu(device)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(wanted)
    if isinstance(data, np.ndarray):
        shared = from_numpy(data)
        return shared if wanted in (None, shared.dtype) else made(_copied(data, wanted))
    return made(array_of(data, wanted))


def from_numpy(array: Array, /) -> Tensor:
    """A tensor that shares the memory of a NumPy array, as ``torch.from_numpy``.

    Raises:
        TypeError: if it is no array, or its type has no counterpart.
        ValueError: if its memory is walked backwards, or is not in the processor's byte order.

    >>> import numpy as np
    >>> import teachgrad as tg
    >>> tg.from_numpy(np.array([1.0, 2.0]))
    tensor([1., 2.], dtype=torch.float64)
    """
    if not isinstance(array, np.ndarray):
        raise explained(
            TypeError,
            f"expected np.ndarray (got {type(array).__name__})",
            why="only an array has memory that a tensor can share.",
            fix="torch.tensor(...) makes a tensor of numbers and lists.",
        )
    if not array.flags.writeable:
        warnings.warn(
            explained(
                UserWarning,
                "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. You may "
                "want to copy the array to protect its data or make it writable before converting it to a tensor.",
                why="the tensor shares the memory of the array, which NumPy promised not to change.",
                fix="torch.from_numpy(array.copy()), or torch.tensor(array), has memory of its own.",
            ),
            stacklevel=2,
        )
    return wrap(checked_array(array))


# Filled with one value


def zeros(
    *sizes: Any, size: Any = None, dtype: Any = None, device: Where = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of zeros, as ``torch.zeros``. The sizes are given as integers or as one sequence.

    >>> import teachgrad as tg
    >>> tg.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return made(np.zeros(shape_of("zeros", sizes, size), element_type("zeros", dtype)), device, requires_grad)


def ones(*sizes: Any, size: Any = None, dtype: Any = None, device: Where = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones, as ``torch.ones``. The sizes are given as integers or as one sequence.

    >>> import teachgrad as tg
    >>> tg.ones((2,), dtype=tg.int64)
    tensor([1, 1])
    """
    return made(np.ones(shape_of("ones", sizes, size), element_type("ones", dtype)), device, requires_grad)


def empty(
    *sizes: Any, size: Any = None, dtype: Any = None, device: Where = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of whatever is in the memory, as ``torch.empty``. The sizes are given as integers or as one sequence.

    >>> import teachgrad as tg
    >>> tg.empty(2, 3).shape
    torch.Size([2, 3])
    """
    return made(np.empty(shape_of("empty", sizes, size), element_type("empty", dtype)), device, requires_grad)


def full(size: Any, fill_value: Any, *, dtype: Any = None, device: Where = None, requires_grad: bool = False) -> Tensor:
    """A tensor of one value, as ``torch.full``; the value decides the type if `dtype` does not.

    Raises:
        RuntimeError: if the type cannot hold the value.

    >>> import teachgrad as tg
    >>> tg.full((2, 2), 3.5)
    tensor([[3.5000, 3.5000],
            [3.5000, 3.5000]])
    """
    if isinstance(size, int):
        raise not_sizes("full", size)
    value = number("full", "fill_value", 2, fill_value)
    target = checked_dtype("full", dtype) or dtypes.of_value(value)
    assert target is not None
    return made(np.full(shape_of("full", (size,)), fitting(value, target), target.numpy), device, requires_grad)


@twin_of(np.zeros_like)
def zeros_like(input: Tensor, *, dtype: Any = None, device: Where = None, requires_grad: bool = False) -> Tensor:
    """Zeros in the shape and type of another tensor, as ``torch.zeros_like``.

    >>> import teachgrad as tg
    >>> tg.zeros_like(tg.tensor([1, 2]))
    tensor([0, 0])
    """
    array = empty_array_like("zeros_like", input, dtype)
    array.fill(0)
    return made(array, device, requires_grad)


def ones_like(input: Tensor, *, dtype: Any = None, device: Where = None, requires_grad: bool = False) -> Tensor:
    """Ones in the shape and type of another tensor, as ``torch.ones_like``.

    >>> import teachgrad as tg
    >>> tg.ones_like(tg.tensor([1, 2]), dtype=tg.float32)
    tensor([1., 1.])
    """
    array = empty_array_like("ones_like", input, dtype)
    array.fill(1)
    return made(array, device, requires_grad)


def empty_like(input: Tensor, *, dtype: Any = None, device: Where = None, requires_grad: bool = False) -> Tensor:
    """Whatever is in the memory, in the shape and type of another tensor, as ``torch.empty_like``.

    >>> import teachgrad as tg
    >>> tg.empty_like(tg.zeros(2, 3)).shape
    torch.Size([2, 3])
    """
    return made(empty_array_like("empty_like", input, dtype), device, requires_grad)


def full_like(
    input: Tensor, fill_value: Any, *, dtype: Any = None, device: Where = None, requires_grad: bool = False
) -> Tensor:
    """One value in the shape and type of another tensor, as ``torch.full_like``.

    >>> import teachgrad as tg
    >>> tg.full_like(tg.zeros(2), 7)
    tensor([7., 7.])
    """
    array = empty_array_like("full_like", input, dtype)
    array.fill(fitting(number("full_like", "fill_value", 2, fill_value), dtypes.of(array)))
    return made(array, device, requires_grad)


def eye(
    n: int, m: int | None = None, *, dtype: Any = None, device: Where = None, requires_grad: bool = False
) -> Tensor:
    """Ones on the diagonal, zeros elsewhere, of shape (n, m), as ``torch.eye``.

    >>> import teachgrad as tg
    >>> tg.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    sides = {"n": n, "m": n if m is None else m}
    for position, (name, side) in enumerate(sides.items(), 1):
        sides[name] = whole_number("eye", name, position, side)
        if sides[name] < 0:
            raise explained(
                RuntimeError,
                f"{name} must be greater or equal to 0, got {side}",
                why=f"{name} counts {'rows' if name == 'n' else 'columns'}.",
                fix="give 0 or more.",
            )
    return made(np.eye(sides["n"], sides["m"], dtype=element_type("eye", dtype)), device, requires_grad)


# Of the type of another tensor


def _new(name: str, fill: Any, words: str) -> None:
    def new(
        a: Tensor, *sizes: Any, size: Any = None, dtype: Any = None, device: Where = None, requires_grad: bool = False
    ) -> Tensor:
        kind = a.array.dtype if dtype is None else element_type(name, dtype)
        return made(fill(shape_of(name, sizes, size), kind), device, requires_grad)

    new.__name__ = new.__qualname__ = name
    new.__doc__ = f"A tensor of {words}, by default of the type of this one, as ``torch.Tensor.{name}``."
    method(name)(new)


for _name, _fill, _words in (
    ("new_zeros", np.zeros, "zeros"), ("new_ones", np.ones, "ones"), ("new_empty", np.empty, "whatever is in memory"),
):  # fmt: skip
    _new(_name, _fill, _words)


@method("new_full")
def new_full(
    a: Tensor, size: Any, fill_value: Any, *, dtype: Any = None, device: Where = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of one value, by default of the type of this one, as ``torch.Tensor.new_full``."""
    target = checked_dtype("new_full", dtype) or a.dtype
    return full(size, fill_value, dtype=target, device=device, requires_grad=requires_grad)


@method("new_tensor")
def new_tensor(a: Tensor, data: Any, *, dtype: Any = None, device: Where = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`, by default of the type of this one, as ``torch.Tensor.new_tensor``."""
    target = checked_dtype("new_tensor", dtype) or a.dtype
    return tensor(data, dtype=target, device=device, requires_grad=requires_grad)


def scalar_tensor(s: Any, *, dtype: Any = None, device: Where = None, requires_grad: bool = False) -> Tensor:
    """A number as a tensor without dimensions, of the default type, as ``torch.scalar_tensor``."""
    return full((), s, dtype=dtype or dtypes.get_default_dtype(), device=device, requires_grad=requires_grad)


def checked_array(array: Array) -> Array:
    """An array that a tensor can hold; an error says what stands against it."""
    if not array.dtype.isnative:
        raise explained(
            ValueError,
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
            "currently not supported.",
            why=f"its type is {array.dtype.str!r}.",
            fix="array.astype(array.dtype.newbyteorder('=')) converts it.",
        )
    dtypes.of(array)
    if any(step % array.itemsize for step in array.strides):
        raise explained(
            ValueError,
            "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate the "
            "memory.",
            why=f"from one element to the next it is {array.strides} bytes, and an element has {array.itemsize}.",
            fix="array.copy() has the same numbers side by side.",
        )
    if any(step < 0 for step in array.strides):
        raise explained(
            ValueError,
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) ",
            why="a slice such as array[::-1] walks the memory backwards.",
            fix="array[::-1].copy() has the same numbers in forward order.",
        )
    return array


def _copied(array: Array, wanted: Dtype | None) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        return array.astype(array.dtype if wanted is None else wanted.numpy)
