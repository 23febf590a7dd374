"""Arithmetic in place for the rules of the optimizers, under the names of PyTorch's in-place methods.

A step on small arrays costs what its NumPy calls cost, and three things make those slow: fresh memory for every
result, a Python number as an operand (twice the time of a 0-d array), and the wrong element type of either. So each
shape and type gets one `Bench` with memory to work on, and the formulas below are written once.

This module knows arrays; it knows no optimizer and no tensor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from teachgrad.graph import Array

CACHED = 65_536  # so many elements of all arrays that a rule works on stay in a processor's cache


class Bench:
    """Memory for intermediate results of one shape and element type. Each method says as a formula what it does.

    float16 is worked on in float32, as in PyTorch, and rounded when a result is stored.

    >>> w = np.array([1.0, 2.0])
    >>> Bench(w.shape, w.dtype).add(w, 10, np.array([3.0, 4.0]))
    >>> w
    array([31., 42.])
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self._shape, self._dtype = shape, np.dtype(np.float32) if dtype == np.float16 else dtype
        self._number = np.empty((), self._dtype)
        self._parts = Benches()

    @cached_property
    def room(self) -> Array:
        """For the result of the method at work."""
        return np.empty(self._shape, self._dtype)

    @cached_property
    def second(self) -> Array:
        """For a result of a rule that has to last longer."""
        return np.empty(self._shape, self._dtype)

    @cached_property
    def direction(self) -> Array:
        """For a gradient that differs from the one in `.grad`."""
        return np.empty(self._shape, self._dtype)

    def pieces(self, *arrays: Array) -> Iterator[tuple[Any, ...]]:
        """This bench and the arrays or, if they are large, a smaller bench and some rows of each at a time.

        A rule goes through its arrays a dozen times. If they are large, all but the first time costs little only for
        as many numbers as a processor's cache holds.
        """
        size = math.prod(self._shape)
        if size <= CACHED:
            yield self, *arrays
            return
        count, *others = self._shape
        rows = max(1, CACHED * count // size)
        for start in range(0, count, rows):
            shape = (min(rows, count - start), *others)
            yield self._parts[shape, self._dtype], *[array[start : start + rows] for array in arrays]

    def number(self, value: float) -> Array:
        """The number as an operand; good until the next one."""
        self._number[()] = value
        return self._number

    def scale(self, x: Array, factor: float) -> None:
        """``x *= factor``."""
        np.multiply(x, self.number(factor), x)

    def sum(self, x: Array, factor: float, y: Array, out: Array) -> Array:
        """``x + factor * y``, in `out`."""
        np.multiply(y, self.number(factor), self.room)
        return np.add(x, self.room, out)

    def add(self, x: Array, factor: float, y: Array) -> None:
        """``x += factor * y``."""
        if factor != 1:
            y = np.multiply(y, self.number(factor), self.room)
        np.add(x, y, x)

    def addcmul(self, x: Array, factor: float, y: Array, z: Array) -> None:
        """``x += factor * y * z``."""
        room = self.room
        np.multiply(y, self.number(factor), room)  # this first, as in PyTorch, so that results are rounded alike
        np.multiply(room, z, room)
        np.add(x, room, x)

    def addcdiv(self, x: Array, factor: float, y: Array, z: Array) -> None:
        """``x += factor * y / z``."""
        room = self.room
        np.multiply(y, self.number(factor), room)
        np.divide(room, z, room)
        np.add(x, room, x)

    def lerp(self, x: Array, y: Array, weight: float) -> None:
        """``x += weight * (y - x)``: a step from x towards y, which makes x a running average."""
        room = self.room
        np.subtract(y, x, room)
        np.multiply(room, self.number(weight), room)
        np.add(x, room, x)

    def root(self, x: Array, eps: float, scale: float = 1) -> Array:
        """``sqrt(x) / scale + eps``, to divide by; it is in `second`."""
        second = self.second
        np.sqrt(x, second)
        if scale != 1:
            np.divide(second, self.number(scale), second)
        np.add(second, self.number(eps), second)
        return second

    def turned(self, g: Array, maximize: bool, decay: float, w: Array) -> Array:
        """``g + decay * w`` or, to climb, ``-g + decay * w``."""
        if maximize:
            g = np.negative(g, self.direction)
        return self.sum(g, decay, w, self.direction) if decay else g


class Benches(dict[tuple[tuple[int, ...], np.dtype[Any]], Bench]):
    """Benches by shape and element type, made when first asked for."""

    def __missing__(self, key: tuple[tuple[int, ...], np.dtype[Any]]) -> Bench:
        bench = self[key] = Bench(*key)
        return bench
