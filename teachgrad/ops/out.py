"""`out=`: results written into a tensor that is already there. It saves memory, and it ends the history.

Rows of the table and the most frequent functions take it themselves. The others, listed in `OFFERED`, get it on the
face of the package, where it costs a step more; as methods, none has it, as in PyTorch.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.grad_mode import mode
from teachgrad.tensor import Tensor

OFFERED = (
    "addbmm addcdiv addcmul addmm addmv addr all amax amin aminmax any arange argmax argmin baddbmm bitwise_and "
    "bitwise_not bitwise_or bitwise_xor bmm bucketize cat clamp clamp_max clamp_min clip copysign cummax cummin "
    "cumprod cumsum diag diff div divide dot dstack empty eq eye float_power floor_divide fmod full gather ge gt "
    "hstack index_add index_copy index_select inner isin kron kthvalue ldexp le lerp linspace logcumsumexp "
    "logical_and logical_not logical_or logical_xor logspace logsumexp lt masked_select matrix_power max median "
    "min mm msort multiply mv nan_to_num nanmean nanquantile nansum ne nonzero norm normal ones outer polygamma "
    "pow prod quantile rand randint randn randperm remainder renorm roll round scatter scatter_add searchsorted "
    "sort stack std subtract take take_along_dim tensordot topk tril triu true_divide var vdot vstack where xlogy "
    "zeros"
)


def takes_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with an argument `out`: a tensor or, where there are several results, a tuple of tensors."""

    @wraps(function)
    def with_out(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        value = function(*args, **kwargs)
        return value if out is None else written(function.__name__, value, out)

    return with_out


def written(name: str, value: Any, out: Any) -> Any:
    """A result written into `out`, which is returned.

    Raises:
        TypeError: if `out` is no tensor.
        RuntimeError: where gradients are wanted, and if the result does not fit the type of `out`.
    """
    if isinstance(value, tuple):
        return type(value)([written(name, part, target) for part, target in zip(value, out, strict=True)])
    if not isinstance(out, Tensor):
        raise explained(
            TypeError,
            f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}",
            why="the result is written into a tensor.",
            fix="make one first, with torch.empty(...), or leave out= away.",
        )
    if mode.enabled and (value.requires_grad or out.requires_grad):
        raise explained(
            RuntimeError,
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad.",
            why="the memory of `out` belongs to another tensor, so the result has no history.",
            fix="leave out= away; or compute under torch.no_grad() if no gradient is needed.",
        )
    if value.dtype.rank > out.dtype.rank:
        raise explained(
            RuntimeError,
            f"result type {c_name(value.array.dtype)} can't be cast to the desired output type "
            f"{c_name(out.array.dtype)}",
            why=f"the result is {value.dtype}, and `out` holds {out.dtype}: something would be lost.",
            fix=f"give a tensor of {value.dtype}.",
        )
    if value.array.shape != out.array.shape:
        _resize(out, value.array.shape)
    out.array[...] = value.array
    out.counter[0] += 1
    return out


def _resize(out: Tensor, shape: tuple[int, ...]) -> None:
    if out.array.size:
        warnings.warn(
            f"An output with one or more elements was resized since it had shape {list(out.shape)}, which does not "
            f"match the required output shape {list(shape)}. This behavior is deprecated, and in a future PyTorch "
            "release outputs will not be resized unless they have zero elements.",
            stacklevel=4,
        )
    out.array = np.empty(shape, out.array.dtype)
