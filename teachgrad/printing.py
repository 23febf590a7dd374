"""How a tensor looks when it is printed: exactly as PyTorch prints it.

The rules, in the order in which they apply:

1. More than `threshold` elements: only `edgeitems` at either end of each dimension are shown.
2. The numbers that are shown decide together how each is written: whole numbers as ``3.``, else with
   `precision` digits after the point, and all in scientific notation if they span more than three orders
   of magnitude or are very large or very small.
3. All are padded to one width; a row breaks when it reaches `linewidth`.
4. After the numbers comes what they do not show: shape of an empty tensor, dtype, history.

This module works on arrays. It knows nothing of tensors, graphs or operations.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import explained

Array = np.ndarray[Any, np.dtype[Any]]


PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}

OPTIONS = SimpleNamespace(**PROFILES["default"], sci_mode=None)  # what `set_printoptions` sets


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors are printed, as ``torch.set_printoptions``.

    What is not named stays as it is, except `sci_mode`, which every call sets (PyTorch's way).

    Args:
        precision: digits after the point.
        threshold: a tensor with more elements than this is shown in part.
        edgeitems: how many items such a tensor shows at each end of a dimension.
        linewidth: characters in a line.
        profile: 'default', 'short' or 'full' (never shown in part); the other arguments refine it.
        sci_mode: True or False forces or forbids scientific notation; None lets the numbers decide.

    >>> import teachgrad as torch
    >>> torch.set_printoptions(precision=2)
    >>> torch.tensor([3.14159])
    tensor([3.14])
    >>> torch.set_printoptions(profile="default")
    """
    chosen = dict(PROFILES.get(profile, {})) if profile is not None else {}
    named = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    chosen.update({name: value for name, value in named.items() if value is not None})
    for name, value in chosen.items():
        setattr(OPTIONS, name, value)
    OPTIONS.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The options in force, as keyword arguments of `set_printoptions`."""
    return dict(vars(OPTIONS))


@contextlib.contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Print with other options inside a ``with`` block, as ``torch._tensor_str.printoptions``."""
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


def tensor_text(
    array: Array, *, requires_grad: bool = False, grad_fn_name: str | None = None, prefix: str = "tensor("
) -> str:
    """The text of a tensor that holds `array`, as ``repr`` of a ``torch.Tensor``.

    Args:
        array: the elements, of any shape and of one of the dtypes in `dtypes.ALL`.
        requires_grad: whether to say so (a leaf); a tensor with history says its `grad_fn_name` instead.
        grad_fn_name: name of the backward function, such as "MulBackward0".
        prefix: what stands before the numbers; lines that follow are indented by its length.

    >>> tensor_text(np.array([[1.0, 2.5]], dtype=np.float32), grad_fn_name="MulBackward0")
    'tensor([[1.0000, 2.5000]], grad_fn=<MulBackward0>)'
    """
    indent = len(prefix)
    text = prefix + (_numbers(array, indent) if array.size else "[]")
    return _with_suffixes(text, _suffixes(array, requires_grad, grad_fn_name), indent)


def format_item(value: float | None, spec: str, type_name: str = "Tensor") -> str:
    """The text of ``f"{t:spec}"`` where `value` is the item of a 0-d tensor, or None for any other tensor.

    Raises:
        TypeError: if a tensor with dimensions (`value` None) is given a format.

    >>> format_item(3.14159, ".2f")
    '3.14'
    """
    if value is None:
        raise explained(
            TypeError,
            f"unsupported format string passed to {type_name}.__format__",
            f"the format {spec!r} is for one number; only a 0-d tensor holds exactly one.",
            "format its elements (t[0].item()), or leave the format away to print the whole tensor.",
        )
    return format(value, spec)


def _numbers(array: Array, indent: int) -> str:
    """All rows, in nested brackets."""
    summarize = array.size > OPTIONS.threshold
    write, width = _number_format(_summary(array) if summarize else array)
    return _block(array, indent, summarize, write, width)


def _summary(array: Array) -> Array:
    """The elements that a tensor shown in part does show: they decide the format."""
    for axis, size in enumerate(array.shape):
        if size > 2 * OPTIONS.edgeitems:
            shown = np.r_[0 : OPTIONS.edgeitems, size - OPTIONS.edgeitems : size].astype(np.intp)
            array = np.take(array, shown, axis)
    return array


def _number_format(shown: Array) -> tuple[Callable[[Any], str], int]:
    """How to write one number, and the common width, for the numbers in `shown`."""
    if shown.dtype.kind != "f":
        width = max((len(str(v)) for v in shown.ravel().tolist()), default=1)
        return lambda value: str(value).rjust(width), width
    shown = shown.ravel()
    plain: Callable[[Any], str] = _whole
    finite = shown[np.isfinite(shown) & (shown != 0)]  # zeros, infinities and nan have no say
    if finite.size == 0:
        return plain, 1
    if _is_scientific(finite):
        plain = f"{{:.{OPTIONS.precision}e}}".format
        width = max(len(plain(v)) for v in finite.tolist())
    elif bool((finite == np.ceil(finite)).all()):
        width = max(len(f"{v:.0f}") for v in finite.tolist()) + 1  # one for the point
    else:
        plain = f"{{:.{OPTIONS.precision}f}}".format
        width = max(len(plain(v)) for v in finite.tolist())
    return lambda value: plain(value).rjust(width), width


def _is_scientific(finite: Array) -> bool:
    if OPTIONS.sci_mode is not None:
        return bool(OPTIONS.sci_mode)
    magnitudes = np.abs(finite)
    low, high = float(magnitudes.min()), float(magnitudes.max())
    return high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4


def _whole(value: float) -> str:
    """A whole number with the point that marks a float: '3.'; 'inf' and 'nan' as they are."""
    return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"


def _block(array: Array, indent: int, summarize: bool, write: Callable[[Any], str], width: int) -> str:
    """The text of a sub-array: a number, a row, or blocks between brackets."""
    if array.ndim == 0:
        return write(array.item())
    if array.ndim == 1:
        return _row(array, indent, summarize, write, width)
    edge = OPTIONS.edgeitems
    in_part = summarize and len(array) > 2 * edge
    picked = [*range(edge), *range(len(array) - edge, len(array))] if in_part else range(len(array))
    parts = [_block(array[i], indent + 1, summarize, write, width) for i in picked]
    if in_part:
        parts.insert(edge, "...")
    between = "," + "\n" * (array.ndim - 1) + " " * (indent + 1)
    return "[" + between.join(parts) + "]"


def _row(row: Array, indent: int, summarize: bool, write: Callable[[Any], str], width: int) -> str:
    """One row of numbers, broken into lines."""
    edge = OPTIONS.edgeitems
    if summarize and not edge:
        items = ["..."]
    elif summarize and len(row) > 2 * edge:
        items = [*map(write, row[:edge].tolist()), " ...", *map(write, row[-edge:].tolist())]
    else:
        items = [write(value) for value in row.tolist()]
    per_line = max(1, (OPTIONS.linewidth - indent) // (width + 2))  # a comma and a space after each
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _suffixes(array: Array, requires_grad: bool, grad_fn_name: str | None) -> list[str]:
    """What the numbers do not show."""
    dtype, default = dtypes.of(array), dtypes.get_default_dtype()
    found = []
    if array.size == 0:
        if array.ndim != 1:
            found.append(f"size={array.shape}")
        dtype_is_plain = dtype is default  # no element shows that the type is int64 or bool
    else:
        if not OPTIONS.edgeitems:
            found.append(f"size={array.shape}")
        dtype_is_plain = dtype in (default, dtypes.int64, dtypes.bool_)
    if not dtype_is_plain:
        found.append(f"dtype={dtype}")
    if grad_fn_name is not None:
        found.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        found.append("requires_grad=True")
    return found


def _with_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    """`text` and the suffixes, each on the last line if there is room, else on a line of its own."""
    used = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if used + len(suffix) + 2 > OPTIONS.linewidth:
            text += ",\n" + " " * indent + suffix
            used = indent + len(suffix)
        else:
            text += ", " + suffix
            used += len(suffix) + 2
    return text + ")"
