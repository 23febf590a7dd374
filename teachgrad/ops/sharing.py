"""Memory that is shared with others: with whatever has a buffer, and with every library that speaks DLPack.

What is shared is changed on both sides at once, and nobody counts the changes that the other side makes. NumPy's
arrays have their own doors besides: `from_numpy` and `as_tensor` in `creation`, `numpy` in `python`.

DLPack: https://dmlc.github.io/dlpack/latest/python_spec.html
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.device import require_cpu
from teachgrad.errors import brief, c_name, explained
from teachgrad.ops.arguments import Where, checked_dtype, made
from teachgrad.ops.creation import as_tensor, checked_array, from_numpy
from teachgrad.ops.table import method
from teachgrad.tensor import Tensor, wrap

__all__ = ["asarray", "from_dlpack", "frombuffer", "to_dlpack"]  # what the face of the package offers

CPU = (1, 0)  # kind and number of the device, in DLPack's words


def asarray(
    obj: Any, *, dtype: Any = None, device: Where = None, copy: bool | None = None, requires_grad: bool | None = None
) -> Tensor:
    """Anything as a tensor, sharing its memory where it has some, as ``torch.asarray``.

    Args:
        obj: a tensor, an array, an object with DLPack or with a buffer (whose bytes are then read as `dtype`, by
            default as the default type), or numbers in sequences.
        dtype: the type of the elements.
        device: the CPU.
        copy: True always copies, False never does, None does where the memory cannot be shared.
        requires_grad: whether operations on the result are recorded; by default as on `obj`.

    Raises:
        ValueError: if `copy` is False and a copy cannot be avoided.
        As `tensor`, besides.

    >>> import array
    >>> import teachgrad as tg
    >>> numbers = array.array("f", [1.0, 2.0])
    >>> shared = tg.asarray(numbers)
    >>> numbers[0] = 5.0
    >>> shared
    tensor([5., 2.])
    """
    wanted = checked_dtype("asarray", dtype)
    require_cpu(device)
    out = _shared(obj, wanted)
    if out is None:
        if copy is False:
            raise _not_shared("arbitrary sequence", "a tensor", "numbers in Python's lists do not lie side by side.")
        out = as_tensor(obj, wanted)
    elif wanted is not None and wanted is not out.dtype:
        if copy is False:
            have, want = c_name(out.array.dtype), c_name(wanted.numpy)
            raise _not_shared(f"tensor with dtype '{have}'", f"dtype '{want}'", "its bytes would mean other numbers.")
        out = out.to(wanted)
    elif copy:
        out = out.clone()
    if requires_grad is None or requires_grad == out.requires_grad:
        return out
    return out.requires_grad_(requires_grad) if out.is_leaf else out.detach()


def _shared(obj: Any, wanted: dtypes.dtype | None) -> Tensor | None:
    """A tensor in the memory of `obj`, None if it has none to share."""
    if isinstance(obj, Tensor):
        return obj
    if isinstance(obj, np.ndarray | np.generic):
        return from_numpy(np.asarray(obj))
    if hasattr(obj, "__dlpack__"):
        return from_dlpack(obj)
    try:
        memoryview(obj)
    except TypeError:
        return None
    return frombuffer(obj, dtype=wanted or dtypes.get_default_dtype())


def _not_shared(source: str, target: str, why: str) -> ValueError:
    return explained(
        ValueError,
        f"can't alias {source} into {target}.",
        why,
        fix="leave copy=False out, and the numbers are copied where that is needed.",
    )


def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """The bytes of an object as a tensor of one dimension that shares them, as ``torch.frombuffer``.

    Args:
        buffer: an object with Python's buffer protocol: bytearray, array.array, mmap, memoryview.
        dtype: what the bytes mean.
        count: how many elements; below 0 all that are left.
        offset: how many bytes to leave out at the beginning.
        requires_grad: whether operations on the result are recorded.

    Raises:
        ValueError: if the bytes are not enough, or have a rest.

    >>> import teachgrad as tg
    >>> tg.frombuffer(bytearray([1, 0, 2, 0]), dtype=tg.int16)
    tensor([1, 2], dtype=torch.int16)
    """
    try:
        view = memoryview(buffer)
    except TypeError:
        raise explained(
            ValueError,
            "object does not implement Python buffer protocol.",
            why=f"{brief(buffer)} has no bytes to share.",
            fix="torch.tensor(...) makes a tensor of numbers and lists.",
        ) from None
    kind = checked_dtype("frombuffer", dtype)
    assert kind is not None
    words = _misfit(view.nbytes, kind.itemsize, count, offset)
    if words:
        why = f"there are {view.nbytes} bytes, and one element of {kind} takes {kind.itemsize}."
        raise explained(ValueError, words, why, fix="check dtype, count and offset (which is in bytes).")
    if view.readonly:
        warnings.warn(
            "The given buffer is not writable, and PyTorch does not support non-writable tensors. Writing to this one "
            "raises an error; copy the buffer, as in bytearray(buffer), to have memory of your own.",
            stacklevel=2,
        )
    return made(np.frombuffer(view, kind.numpy, max(count, -1), offset), requires_grad=requires_grad)


def _misfit(length: int, size: int, count: int, offset: int) -> str:
    """What is wrong with this many elements of this size in so many bytes; nothing if it is right."""
    if not length or not count:
        return f"both buffer length ({length}) and count ({count}) must not be 0"
    if not 0 <= offset < length:
        return (
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1"
        )
    if count > 0 and offset + count * size > length:
        return (
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    if count < 0 and (length - offset) % size:
        return (
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of element size "
            f"({size})"
        )
    return ""


# DLPack


@method("__dlpack__")
def _dlpack(
    self: Tensor,
    *,
    stream: int | None = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None,
    copy: bool | None = None,
) -> Any:
    """The memory in DLPack's words, for the other library's `from_dlpack`, as ``torch.Tensor.__dlpack__``.

    Raises:
        BufferError: if the tensor requires grad, because the other library would lose its history.
    """
    if self.requires_grad:
        raise explained(
            BufferError,
            "Can't export tensors that require gradient, use tensor.detach()",
            why="another library records nothing here, so what it computes would have no gradient.",
            fix="x.detach() says that you want the numbers only.",
        )
    if stream not in (None, -1):
        raise explained(
            AssertionError,
            "stream should be None on cpu.",
            why="streams order the work of a GPU, and this memory belongs to the CPU.",
            fix="leave stream out.",
        )
    asked: dict[str, Any] = {"max_version": max_version, "dl_device": dl_device, "copy": copy}
    return self.array.__dlpack__(**{name: value for name, value in asked.items() if value is not None})


@method("__dlpack_device__")
def _dlpack_device(self: Tensor) -> tuple[int, int]:
    """The CPU, in DLPack's words."""
    return CPU


def to_dlpack(tensor: Tensor) -> Any:
    """The memory of a tensor in DLPack's words, as ``torch.to_dlpack``; `from_dlpack` takes it, once."""
    return tensor.__dlpack__(max_version=(1, 0))


class _Capsule:
    """An object that hands out a capsule that is there already."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **asked: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return CPU


def from_dlpack(ext_tensor: Any, *, device: Where = None, copy: bool | None = None) -> Tensor:
    """A tensor in the memory of another library's, as ``torch.from_dlpack``.

    Args:
        ext_tensor: an array or tensor with ``__dlpack__``, or what `to_dlpack` returned.
        device: the CPU.
        copy: True gives memory of its own. Else memory that the other library calls read-only stays so.

    Raises:
        RuntimeError: if there is no memory in DLPack's words, or it was taken before.
        TypeError: if its type has no counterpart.
        BufferError: if the other library refuses.

    >>> import numpy as np
    >>> import teachgrad as tg
    >>> array = np.zeros(2)
    >>> tg.from_dlpack(array).fill_(7.0)
    tensor([7., 7.], dtype=torch.float64)
    >>> array
    array([7., 7.])
    """
    require_cpu(device)
    source = ext_tensor if hasattr(ext_tensor, "__dlpack__") else _Capsule(ext_tensor)
    try:
        array = np.from_dlpack(source)
    except (AttributeError, TypeError, ValueError):
        raise explained(
            RuntimeError,
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you "
            "might have already constructed a tensor from it once.",
            why=f"{ext_tensor!r:.60} offers no memory, or has given it away.",
            fix="give the array or tensor itself; torch.tensor(...) makes a tensor of numbers and lists.",
        ) from None
    return wrap(checked_array(array.copy() if copy else array))
