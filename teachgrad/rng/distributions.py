"""Distributions: how random words become uniform, normal and other numbers, as PyTorch's CPU kernels do it.

Each `fill_*` function writes an array in place. The order of the draws is that of the elements in memory, so a
transposed view gets the numbers of the matrix that it shows, as in PyTorch.

What equals PyTorch to the last bit: everything made of words alone (uniform, integers, coins, permutations), and
float32 normal numbers. What passes through the logarithm, sine or cosine of float64 may differ in that type's last
bit, as mathematical libraries do; float32 and float16 numbers made that way are the same but for a rare rounding.
"PyTorch" means its usual build, for x86 processors with AVX2; on others it rounds a little differently itself, while
the numbers made here are the same on every machine.

This module knows arrays and sources of random words, and nothing of tensors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.rng.bounds import (
    check_interval,
    integer_range,
    largest_count,
    not_implemented,
    require,
    require_continuous,
    require_real,
)
from teachgrad.rng.boxmuller import BLOCK, box_muller32, box_muller64
from teachgrad.rng.source import Array, Source
from teachgrad.rounding import fma

MANY = 2**28  # from this many possible integers on, a draw takes two words
CHANCE = ("a chance lies between never (0) and always (1).", "turn scores into chances with torch.sigmoid(x).")
PIECE = 2**14  # large arrays are filled in pieces that stay in the processor's cache


def fill_uniform(array: Array, low: float, high: float, source: Source) -> None:
    """Fill with numbers of [low, high).

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if low > high, or if the type cannot hold a bound.
    """
    require_real(array, "check_uniform_bounds")
    if (low, high) != (0, 1):
        check_interval(array.dtype, low, high)
    _fill(array, lambda n: _uniform(n, low, high, array.dtype, source))


def _uniform(n: int, low: float, high: float, dtype: np.dtype[Any], source: Source) -> Array:
    unit = source.doubles(n) if dtype == np.float64 else source.floats(n)
    if (low, high) == (0, 1) and dtype != np.float16:
        return unit
    bottom, top = unit.dtype.type(low), unit.dtype.type(high)
    values = fma(unit, top - bottom, bottom).astype(dtype, copy=False)
    values[values == dtype.type(high)] = low  # rounding may reach the end that does not belong to the range
    return values


def fill_normal(array: Array, mean: float, std: float, source: Source) -> None:
    """Fill with normal numbers.

    PyTorch has two ways. An array of 16 or more elements in one piece is made in blocks of 16 from as many uniform
    numbers, and an incomplete block at the end by making the last 16 again. Any other array is made in pairs, in
    float64; the second number of a pair waits in the source for the next call.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if std is negative.
    """
    if std < 0:
        raise explained(
            RuntimeError,
            f"normal expects std >= 0.0, but found std {std:g}",
            why="the standard deviation measures a width.",
            fix="give 0 or more; of a variance take the square root first.",
        )
    require_real(array, "normal_kernel_cpu")
    if array.size >= BLOCK and array.flags.c_contiguous:
        _normal_blocks(array.reshape(-1), mean, std, source)
    else:
        _fill(array, lambda n: _scaled(normal_pairs(n, source), mean, std))


def _normal_blocks(flat: Array, mean: float, std: float, source: Source) -> None:
    whole, rest = divmod(flat.size, BLOCK)
    draw, transform = (source.doubles, _blocks64) if flat.dtype == np.float64 else (source.floats, box_muller32)
    drawn = whole * BLOCK if flat.dtype == np.float16 else flat.size  # 16-bit numbers are drawn block by block
    uniform = draw(drawn)[: whole * BLOCK].reshape(whole, BLOCK)
    flat[: whole * BLOCK] = transform(uniform, mean, std).reshape(-1)
    if rest:
        flat[-BLOCK:] = transform(draw(BLOCK).reshape(1, BLOCK), mean, std)[0]


def _blocks64(uniform: Array, mean: float, std: float) -> Array:
    half = BLOCK // 2
    return _scaled(np.concatenate(box_muller64(uniform[:, :half], uniform[:, half:]), axis=1), mean, std)


def normal_pairs(n: int, source: Source) -> Array:
    """`n` standard normal float64 numbers, made in pairs; an odd one waits in the source for the next call."""
    waiting = [] if source.spare is None or n == 0 else [source.spare]
    pairs = -(-(n - len(waiting)) // 2)
    u = source.doubles(2 * pairs)
    radius = np.sqrt(-2.0 * np.log1p(-u[1::2]))
    angle = 2.0 * np.pi * u[0::2]
    made = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)
    if n:
        source.spare = float(made[-1]) if len(waiting) + made.size > n else None
    return np.concatenate([waiting, made])[:n]


def fill_exponential(array: Array, rate: float, source: Source) -> None:
    """Fill with the waiting times of a process with this rate.

    Raises:
        RuntimeError: if the rate is not positive, or for integers.
    """
    require(rate > 0, f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    require_continuous(array, "Exponential")
    _fill(array, lambda n: -1.0 / rate * np.log1p(-source.doubles(n)))


def fill_cauchy(array: Array, median: float, sigma: float, source: Source) -> None:
    """Fill with numbers of the Cauchy distribution.

    Raises:
        RuntimeError: if sigma is not positive, or for integers.
    """
    require(sigma > 0, f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    require_continuous(array, "Cauchy")
    _fill(array, lambda n: median + sigma * np.tan(np.pi * (source.doubles(n) - 0.5)))


def fill_log_normal(array: Array, mean: float, std: float, source: Source) -> None:
    """Fill with numbers whose logarithm is normal.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if std is not positive.
    """
    require(std > 0, f"log_normal_ expects std > 0.0, but found std={std:g}")
    require_real(array, "log_normal_cpu")
    _fill(array, lambda n: np.exp(_scaled(normal_pairs(n, source), mean, std)))


def fill_geometric(array: Array, p: float, source: Source) -> None:
    """Fill with the number of trials until the first success of probability p.

    Raises:
        NotImplementedError: for booleans.
        RuntimeError: if p is not inside (0, 1).
    """
    require(0 < p < 1, f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if array.dtype == np.bool_:
        raise not_implemented("geometric_cpu", array)
    with np.errstate(divide="ignore"):
        _fill(array, lambda n: np.ceil(np.log(source.doubles(n)) / math.log1p(-p)))


def fill_bernoulli(array: Array, p: float | Array, source: Source) -> None:
    """Fill with 1 where a coin of probability p shows heads, else 0. An array p gives each element its own coin.

    Raises:
        NotImplementedError: if p is an array of integers.
        RuntimeError: if a p is outside [0, 1].
        ValueError: if p does not broadcast to the array's shape.
    """
    if not isinstance(p, np.ndarray):
        require(0 <= p <= 1, f"bernoulli_ expects p to be in [0, 1], but got p={p:g}", *CHANCE)
        _fill(array, lambda n: source.doubles(n) < p)
        return
    require_real(p, "bernoulli_tensor_cpu_p_")
    chances = in_memory_order(array, np.broadcast_to(p, array.shape)).reshape(-1)
    valid = bool(((chances >= 0) & (chances <= 1)).all())
    require(valid, "Expected p_in >= 0 && p_in <= 1 to be true, but got false.", *CHANCE)
    draw = source.doubles if p.dtype == np.float64 else source.floats
    _write(array, draw(array.size) < chances)


def fill_integers(array: Array, low: int, high: int | None, source: Source) -> None:
    """Fill with whole numbers from low up to, not including, high; None stands for all that the type can count to.

    Raises:
        RuntimeError: if there is no such number, or the type cannot hold a bound.
    """
    if high is None and low == -(2**63):
        _fill_all_64_bits(array, source)
        return
    low, high = integer_range(low, high, array.dtype)
    count = np.uint64(high - low)
    draw = source.double_words if count >= MANY else source.words
    _fill(array, lambda n: (draw(n) % count).astype(np.int64) + low)


def _fill_all_64_bits(array: Array, source: Source) -> None:
    if array.dtype == np.float16:
        raise not_implemented("random_full_64_bits_range_kernel_cpu", array)
    handled = array.dtype in (np.int64, np.float64, np.float32)
    require(handled, "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16")
    _fill(array, lambda n: source.double_words(n).astype(np.int64))


def fill_counting(array: Array, source: Source) -> None:
    """Fill with whole numbers from 0 to the largest that the type can count to: ``random_()`` without arguments."""
    draw = source.double_words if array.dtype in (np.int64, np.float64) else source.words
    count = np.uint64(largest_count(array.dtype) + 1)
    _fill(array, lambda n: draw(n) % count)


def in_memory_order(array: Array, other: Array) -> Array:
    """`other`, its dimensions arranged as those of `array` lie in memory: the ones with the longest steps first."""
    if array.flags.c_contiguous:
        return other
    return other.transpose(sorted(range(array.ndim), key=lambda dim: -array.strides[dim]))


def _fill(array: Array, draw: Callable[[int], Array]) -> None:
    """Write the numbers that `draw(n)` gives, piece by piece if the array is large."""
    if array.size <= PIECE or not array.flags.c_contiguous:
        _write(array, draw(array.size))
        return
    flat = array.reshape(-1)
    for start in range(0, flat.size, PIECE):
        piece = flat[start : start + PIECE]
        _write(piece, draw(piece.size))


def _write(array: Array, values: Array) -> None:
    """Write a flat array of values in the order of memory, converted to the array's type."""
    if array.dtype == np.float16 and values.dtype == np.float64:
        values = values.astype(np.float32)  # PyTorch rounds twice on the way to 16 bits
    if array.flags.c_contiguous:
        array.reshape(-1)[:] = values
        return
    if any(step == 0 and size > 1 for step, size in zip(array.strides, array.shape, strict=True)):
        raise explained(
            RuntimeError,
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation.",
            why="an expanded tensor shows one number in many places, which cannot become different ones.",
            fix="x.clone() gives every element a place of its own.",
        )
    view = in_memory_order(array, array)
    view[...] = values.reshape(view.shape)


def _scaled(values: Array, mean: float, std: float) -> Array:
    return values if (mean, std) == (0, 1) else fma(values, std, mean)
