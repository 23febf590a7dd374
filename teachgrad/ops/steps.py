"""New tensors of numbers in even steps: arange, linspace, logspace.

The numbers are PyTorch's to the last bit (logspace: nearly), which needs its order of calculation; see `_float_steps`
and `_even`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.dtypes import dtype as Dtype  # noqa: N812 - `dtype` is the argument's name
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array
from teachgrad.ops.arguments import Where, checked_dtype, fitting, made, number, whole_number
from teachgrad.ops.nested import rounded
from teachgrad.rounding import fma
from teachgrad.tensor import Tensor

__all__ = [  # what the face of the package offers
    "arange",
    "linspace",
    "logspace",
]

LANES = {2: 16, 4: 8, 8: 4}  # numbers that the processor handles at once, by the bytes of a number


def arange(
    *bounds: Any,
    start: Any = None,
    end: Any = None,
    step: Any = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from `start` in steps of `step` up to, not including, `end`, as ``torch.arange``.

    Called as ``arange(end)``, ``arange(start, end)`` or ``arange(start, end, step)``. int64 if all are integers, else
    the default type. Beyond 32768 elements PyTorch divides the work among threads, and its last bit may differ.

    Raises:
        RuntimeError: if the step is 0 or leads away from `end`.

    >>> import teachgrad as tg
    >>> tg.arange(5), tg.arange(1, 2, 0.25)
    (tensor([0, 1, 2, 3, 4]), tensor([1.0000, 1.2500, 1.5000, 1.7500]))
    """
    given = _range_arguments(bounds, start, end, step)
    place = {"start": 1, "end": min(max(len(bounds), 1), 2), "step": 3}
    first, last, by = (number("arange", name, place[name], value) for name, value in given.items())
    integral = all(isinstance(value, int) for value in (first, last, by))
    target = checked_dtype("arange", dtype) or (dtypes.int64 if integral else dtypes.get_default_dtype())
    if target is dtypes.bool_:
        raise _no_kernel("arange_cpu", target)
    _check_steps(first, last, by)
    if target is dtypes.int64:
        first, last, by = int(first), int(last), int(by)
        if by == 0:
            raise explained(
                ValueError, "step must be nonzero", why="as int64, the step is 0.", fix="choose a real dtype."
            )
    count = -(-(last - first) // by) if target is dtypes.int64 else math.ceil((last - first) / by)
    if target.is_floating_point:
        return made(_float_steps(first, by, count, target), device, requires_grad)
    return made((int(first) + int(by) * np.arange(count)).astype(target.numpy), device, requires_grad)


def linspace(
    start: Any, end: Any, steps: int, *, dtype: Any = None, device: Where = None, requires_grad: bool = False
) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, at equal distances, as ``torch.linspace``.

    Raises:
        RuntimeError: if `steps` is negative.

    >>> import teachgrad as tg
    >>> tg.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    target = checked_dtype("linspace", dtype) or dtypes.get_default_dtype()
    if target is dtypes.bool_ and steps > 1:
        raise _no_kernel("linspace_cpu", target)
    first = fitting(number("linspace", "start", 1, start), target)
    last = fitting(number("linspace", "end", 2, end), target)
    array = _even(first, last, _checked_steps("linspace", steps), target)
    return made(array.astype(target.numpy), device, requires_grad)


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """`base` to the powers of ``linspace(start, end, steps)``, as ``torch.logspace``.

    >>> import teachgrad as tg
    >>> tg.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    target = checked_dtype("logspace", dtype) or dtypes.get_default_dtype()
    if target is dtypes.bool_:
        raise _no_kernel("logspace_cpu", target)
    first, last = number("logspace", "start", 1, start), number("logspace", "end", 2, end)
    powers = _even(first, last, _checked_steps("logspace", steps), target)
    with np.errstate(over="ignore"):
        array = np.power(np.float64(base), powers.astype(np.float64)).astype(target.numpy)
    return made(array, device, requires_grad)


def _range_arguments(bounds: tuple[Any, ...], start: Any, end: Any, step: Any) -> dict[str, Any]:
    """Start, end and step, however they were given."""
    if len(bounds) == 1 and end is None:
        bounds = (0 if start is None else start, *bounds)
        start = None
    given = dict(zip(("start", "end", "step"), bounds, strict=False))
    given = (
        {"start": 0, "step": 1}
        | given
        | {k: v for k, v in {"start": start, "end": end, "step": step}.items() if v is not None}
    )
    if "end" not in given or len(bounds) > 3:
        raise explained(
            TypeError,
            "arange() received an invalid combination of arguments",
            why="it needs at least where to end, and at most start, end and step.",
            fix="arange(end), arange(start, end) or arange(start, end, step).",
        )
    return {name: given[name] for name in ("start", "end", "step")}


def _check_steps(first: Any, last: Any, by: Any) -> None:
    if by == 0:
        raise explained(
            RuntimeError, "step must be nonzero", why="no step leads anywhere.", fix="give a step such as 1."
        )
    if not (math.isfinite(first) and math.isfinite(last)):
        raise explained(
            RuntimeError,
            f"unsupported range: {first} -> {last}",
            why="there is no end to the numbers.",
            fix="give finite bounds.",
        )
    if (last - first) * by < 0:
        raise explained(
            RuntimeError,
            "upper bound and lower bound inconsistent with step sign",
            why=f"from {first}, steps of {by} lead away from {last}.",
            fix="exchange the bounds, or the sign of the step.",
        )


def _float_steps(first: float, by: float, count: int, target: Dtype) -> Array:
    """first, first + by, ...: rounded as the processor's vector instructions do it, several numbers from one base."""
    wide = np.float32 if target is dtypes.float16 else np.float64
    index = np.arange(count)
    exact = fma(index.astype(wide), by, first)
    array = rounded(exact.astype(np.float64), target)
    lanes = LANES[target.itemsize]
    whole = count - count % (2 * lanes)
    if not whole:
        return array
    bases = array[:whole:lanes].astype(wide)
    for lane in range(1, lanes):
        array[lane:whole:lanes] = fma(np.full(bases.shape, lane, wide), by, bases)
    return array


def _even(first: Any, last: Any, steps: int, target: Dtype) -> Array:
    """Evenly spaced numbers, the first half counted from the start, the second from the end, so that both are met."""
    kind = target.numpy if target.is_floating_point else np.dtype(np.float64)
    start, end = kind.type(first), kind.type(last)
    if steps < 2:
        return np.full(steps, start)
    by = (end - start) / kind.type(steps - 1)
    index = np.arange(steps)
    half = steps // 2
    up, down = index[:half].astype(kind), index[: steps - half][::-1].astype(kind)
    if kind == np.float16:
        return np.concatenate([start + by * up, end - by * down])
    return np.concatenate([fma(up, by, start), fma(down, -by, end)])


def _checked_steps(function: str, steps: Any) -> int:
    count = whole_number(function, "steps", 3, steps)
    if count < 0:
        raise explained(
            RuntimeError, "number of steps must be non-negative", why=f"steps is {count}.", fix="give 0 or more."
        )
    return count


def _no_kernel(kernel: str, target: Dtype) -> NotImplementedError:
    return explained(
        NotImplementedError,
        f"\"{kernel}\" not implemented for '{c_name(target)}'",
        why="True and False are no numbers to count with.",
        fix="choose another dtype.",
    )
