"""The fused multiply-add: a * b + c with one rounding at the end.

Processors have an instruction for it, NumPy has no function. PyTorch's kernels use it without telling, so numbers
that are to be theirs to the last bit need it too.

Ground floor. This module knows arrays of float32 and float64 numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def fma(x: Array, factor: Any, summand: Any) -> Array:
    """``x * factor + summand``, element by element, rounded once; `x` decides the type, float32 or float64.

    >>> x, third = np.array([3.0]), 1 / 3
    >>> (x * third - 1.0).item(), fma(x, third, -1.0).item()
    (0.0, -5.551115123125783e-17)
    """
    if x.dtype == np.float32:  # the product is exact in float64
        exact = x.astype(np.float64) * np.float64(np.float32(factor))
        exact += np.asarray(summand, np.float32)
        return exact.astype(np.float32)
    return _fma64(x, float(factor), summand)


def _fma64(x: Array, factor: float, summand: Any) -> Array:
    # Product and sum are split into their float64 value and the exact rest (Dekker, Knuth); the rests are added last.
    product = x * factor
    x_high, factor_high = _upper_half(x), _upper_half(factor)
    x_low, factor_low = x - x_high, factor - factor_high
    rest = x_low * factor_low - (product - x_high * factor_high - x_low * factor_high - x_high * factor_low)
    total = product + summand
    added = total - product
    fused: Array = total + (rest + ((product - (total - added)) + (summand - added)))
    return fused


def _upper_half(x: Any) -> Any:
    """The upper 26 bits of float64 numbers."""
    shifted = x * (2.0**27 + 1)
    return shifted - (shifted - x)
