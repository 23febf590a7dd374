"""Types and places: converting a tensor, and asking what it is. There is one place, the CPU."""

from __future__ import annotations

from typing import Any

from teachgrad import dtypes, errors
from teachgrad.errors import c_name, explained
from teachgrad.ops.shape import to
from teachgrad.ops.table import method, not_a_tensor, tensor_for
from teachgrad.tensor import Tensor

__all__ = [  # what the face of the package offers
    "can_cast",
    "get_device",
    "is_complex",
    "is_nonzero",
    "is_same_size",
    "is_signed",
    "result_type",
]

LEGACY = {f"torch.{c_name(dtype.numpy)}Tensor": dtype for dtype in dtypes.ALL}  # torch.FloatTensor and its family


@method("type")
def type_of(a: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of the kind of tensor, or a tensor converted to another one, as ``torch.Tensor.type``.

    Args:
        a: any tensor.
        dtype: a dtype, or its old name, such as "torch.DoubleTensor"; without it, the name is returned.
        non_blocking: has no meaning on the CPU.

    Raises:
        ValueError: for a name that there is not.

    >>> import teachgrad as tg
    >>> tg.tensor([1.5]).type(), tg.tensor([1.5]).type("torch.LongTensor")
    ('torch.FloatTensor', tensor([1]))
    """
    if dtype is None:
        return f"torch.{c_name(a.array.dtype)}Tensor"
    target = dtype if isinstance(dtype, dtypes.dtype) else LEGACY.get(dtype)
    if target is None:
        raise explained(
            ValueError,
            f"invalid type: '{getattr(dtype, '__name__', dtype)}'",
            why="it names no kind of tensors.",
            fix="give a dtype, such as torch.float64; x.to(dtype) does the same.",
        )
    return to(a, target)


@method("type_as")
def type_as(a: Tensor, other: Tensor) -> Tensor:
    """Converted to the type of another tensor, as ``torch.Tensor.type_as``."""
    return to(a, other.dtype)


@method("get_device")
def get_device(input: Tensor) -> int:
    """The number of the graphics card that holds the tensor, as ``torch.Tensor.get_device``; -1, for there is none."""
    tensor_for("get_device", input)
    return -1


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """The type in which two tensors or numbers meet, as ``torch.result_type``.

    >>> import teachgrad as tg
    >>> result_type(tg.tensor([1, 2]), 1.0), result_type(tg.tensor([1.0]), tg.tensor([1.0], dtype=tg.float64))
    (torch.float32, torch.float64)
    """
    (first, first_weight), (second, second_weight) = _weighed(tensor1, 1), _weighed(tensor2, 2)
    return dtypes.promote_operands(first, first_weight, second, second_weight)


def _weighed(value: Any, position: int) -> tuple[dtypes.dtype, int]:
    if isinstance(value, Tensor):
        return value.dtype, 2 if value.array.ndim else 1
    dtype = dtypes.of_value(value)
    if dtype is None:
        raise not_a_tensor("result_type", "tensor" if position == 1 else "other", position, value)
    return dtype, 0


def can_cast(from_: dtypes.dtype, to: dtypes.dtype) -> bool:
    """Whether numbers of one type may be written into memory of another, as ``torch.can_cast``.

    Real numbers may not become whole ones, and no numbers may become truth values.

    >>> import teachgrad as tg
    >>> tg.can_cast(tg.float64, tg.float32), tg.can_cast(tg.float32, tg.int64)
    (True, False)
    """
    return from_.rank <= to.rank


@method("is_complex")
def is_complex(input: Tensor) -> bool:
    """Whether the elements are complex, as ``torch.is_complex``: never."""
    return input.array.dtype.kind == "c"


@method("is_signed")
def is_signed(input: Tensor) -> bool:
    """Whether the type has negative numbers, as ``torch.is_signed``."""
    return bool(input.dtype.is_signed)


@method("is_nonzero")
def is_nonzero(input: Tensor) -> bool:
    """Whether the one element is not 0, as ``torch.is_nonzero``.

    Raises:
        RuntimeError: if there is not exactly one element.
    """
    if input.array.size != 1:
        raise errors.ambiguous_truth(input.array.shape)
    return bool(input.array.item())


@method("is_same_size")
def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape, as ``torch.is_same_size``."""
    same: bool = input.array.shape == other.array.shape
    return same


@method("is_set_to")
def is_set_to(a: Tensor, tensor: Tensor) -> bool:
    """Whether two tensors show the same memory in the same way, as ``torch.Tensor.is_set_to``."""
    return bool(a.array.__array_interface__ == tensor.array.__array_interface__)


@method("is_shared", "is_pinned")
def is_shared(a: Tensor) -> bool:
    """Whether the memory is shared with other processes or pinned for a graphics card: never."""
    return False


def _always(name: str, value: bool) -> None:
    def answer(a: Tensor) -> bool:
        return value

    answer.__doc__ = f"{value}, as ``torch.Tensor.{name}`` is on the CPU."
    method(name)(property(answer))


for _name in ("is_cpu", "is_cuda", "is_meta", "is_mps", "is_quantized", "is_sparse", "is_xpu"):
    _always(_name, _name == "is_cpu")


def _itemsize(a: Tensor) -> int:
    """Bytes of one element, as ``torch.Tensor.itemsize``."""
    return a.array.itemsize


def _nbytes(a: Tensor) -> int:
    """Bytes of all elements, as ``torch.Tensor.nbytes``."""
    return a.array.nbytes


method("itemsize")(property(_itemsize))
method("nbytes")(property(_nbytes))
method("nelement")(Tensor.numel)
