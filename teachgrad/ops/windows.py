"""Windows: how a kernel slides over a batch of images, and where in memory each of its steps finds its elements.

A convolution is a matrix product, once the elements under each position of the kernel stand in a column. Most of its
time goes into writing these columns, so their memory is laid out with care:

- The images are copied, channel by channel, into one long line of numbers. Between two rows, and between two images,
  lie as many zeros as the padding asks for; a row's right padding is the next row's left padding.
- With stride 1, a step of the kernel to the next position is a step to the next number of that line, also at the end
  of a row. What one element of the kernel sees on its way over an image is then the line itself, from some number on:
  *one* copy of a stretch of memory, not one for each row. At a few positions the kernel stands half in one row and half
  in the next; what is computed there is never read.

Memory that is needed during a call only is kept for the next one (`scratch`): the first touch of fresh memory costs
more than the arithmetic on it.

This module knows arrays. It knows neither tensors nor gradients.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from teachgrad.graph import Array

Sizes = tuple[int, ...]
Steps = int | Sequence[int]  # as users give them: one for all dimensions, or one for each

LARGEST = 1 << 22  # how many numbers columns may have that are written at a time, unless a single image needs more

_kept = threading.local()


def fixed(steps: Any) -> Any:
    """Steps as something that a cache can look up."""
    return tuple(steps) if isinstance(steps, list) else steps


def scratch(role: str, size: int, dtype: np.dtype[Any]) -> Array:
    """A line of memory with arbitrary contents, yours until this thread asks for the same role again."""
    needed = size * dtype.itemsize
    block: Array | None = getattr(_kept, role, None)
    if block is None or block.nbytes < needed:
        block = np.empty(needed, np.uint8)
        if size <= LARGEST:
            setattr(_kept, role, block)
    return block[:needed].view(dtype)


def seen(memory: Array, shape: Sizes, steps: Sizes, start: int = 0) -> Array:
    """A line of memory as an array of that shape, with so many elements from one index to the next."""
    width = memory.itemsize
    return np.ndarray(shape, memory.dtype, memory, start * width, tuple([step * width for step in steps]))


def steps_through(shape: Sequence[int]) -> Sizes:
    """How far apart neighbours are along each dimension of an array without gaps.

    >>> steps_through((2, 3, 4))
    (12, 4, 1)
    """
    return tuple(accumulate(reversed(shape[1:]), lambda step, size: step * size, initial=1))[::-1]


@dataclass(frozen=True)
class Windows:
    """A kernel's way over a batch of images of any number of dimensions.

    Attributes:
        batch, channels, size: the images are of shape (batch, channels, *size).
        kernel: how many elements the kernel has along each dimension.
        stride: how far it moves at a time.
        dilation: how far its elements are apart.
        before, after: how many zeros are put around the images.
        groups: into how many groups the channels are divided that have nothing to do with each other.
        out: at how many positions it stands along each dimension.
    """

    batch: int
    channels: int
    size: Sizes
    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    before: Sizes
    after: Sizes
    groups: int = 1

    @cached_property
    def out(self) -> Sizes:
        """See the class."""
        sides = zip(self.size, self.kernel, self.stride, self.dilation, self.before, self.after)
        return tuple([(n + low + high - d * (k - 1) - 1) // s + 1 for n, k, s, d, low, high in sides])

    # Where things lie, counted in elements

    @cached_property
    def dense(self) -> bool:
        """Whether the next position is the next number of the line."""
        return max(self.stride) == 1

    @cached_property
    def pitch(self) -> Sizes:
        """How many numbers a row takes in the line: its elements and the zeros behind it; likewise for columns."""
        gaps = [n + max(low, high) for n, low, high in zip(self.size, self.before, self.after)]
        return tuple(map(max, gaps, self.out)) if self.dense else tuple(gaps)

    @cached_property
    def steps(self) -> Sizes:
        """From an image to the next, from a row to the next, ..., from an element to the next."""
        return steps_through((self.batch, *self.pitch))

    @cached_property
    def line(self) -> int:
        """The numbers of one channel of all images."""
        return self.batch * self.steps[0]

    @cached_property
    def run(self) -> int:
        """The positions that are computed for an image: from the first to the last, or those alone that count."""
        if self.dense:
            return 1 + _dot([n - 1 for n in self.out], self.steps[1:])
        return math.prod(self.out)

    @cached_property
    def count(self) -> int:
        """The positions that are computed for one channel of all images."""
        return self.batch * self.run

    @cached_property
    def start(self) -> int:
        """Where the first image begins: before it are zeros."""
        return _dot(self.before, self.steps[1:])

    @cached_property
    def memory(self) -> int:
        """How many numbers the line has, zeros at both ends included."""
        reach = _dot([d * (k - 1) for d, k in zip(self.dilation, self.kernel)], self.steps[1:])
        return self.channels * self.line + max(self.start, reach)

    @cached_property
    def pieces(self) -> list[tuple[slice, Windows]]:
        """Parts of the batch whose columns have a reasonable size, each with its windows."""
        width = max(self.run * self.channels * math.prod(self.kernel), 1)
        most = max(LARGEST // width, 1)
        if self.batch <= most:
            return [(slice(None), self)]
        starts = range(0, self.batch, most)
        return [(slice(i, i + most), replace(self, batch=min(most, self.batch - i))) for i in starts]

    # The same as arrays

    def pixels(self, line: Array) -> Array:
        """Where the images lie in the line: (channels, batch, *size)."""
        return seen(line, (self.channels, self.batch, *self.size), (self.line, *self.steps), self.start)

    def runs(self, line: Array) -> Array:
        """What each element of the kernel sees at each position: (channels, *kernel, batch, ...run)."""
        inside = [d * step for d, step in zip(self.dilation, self.steps[1:])]
        between = [1] if self.dense else [s * step for s, step in zip(self.stride, self.steps[1:])]
        shape = (self.channels, *self.kernel, self.batch, *([self.run] if self.dense else self.out))
        return seen(line, shape, (self.line, *inside, self.steps[0], *between))

    def results(self, sums: Array, channels: int) -> Array:
        """The results that count, among all computed positions: (channels, batch, *out)."""
        steps = self.steps[1:] if self.dense else steps_through(self.out)
        return seen(sums, (channels, self.batch, *self.out), (self.count, self.run, *steps))


def _dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum([m * n for m, n in zip(a, b)])


# From images to columns and back. What is returned lies in scratch memory, unless it is an image.


def lined_up(x: Array, w: Windows) -> Array:
    """The images (batch, channels, *size) in one line, with zeros between rows."""
    line = scratch("line", w.memory, x.dtype)
    line.fill(0)
    w.pixels(line)[...] = x.swapaxes(0, 1)
    return line


def columns(x: Array, w: Windows) -> Array:
    """What lies under the kernel at each position, as a column: (groups, elements of the kernel, count)."""
    line = lined_up(x, w)
    if math.prod(w.kernel) == 1 and w.count == w.line:  # a kernel of one element sees the line as it is
        return line[: w.channels * w.count].reshape(w.groups, -1, w.count)
    made = empty_columns(w, x.dtype)
    runs = w.runs(line)
    made.reshape(runs.shape)[...] = runs
    return made


def empty_columns(w: Windows, dtype: np.dtype[Any]) -> Array:
    """Memory for columns."""
    elements = w.channels // w.groups * math.prod(w.kernel)
    return scratch("columns", w.groups * elements * w.count, dtype).reshape(w.groups, elements, w.count)


def add_up(made: Array, w: Windows, images: Array) -> None:
    """The opposite of `columns`: each column adds its numbers to the elements of `images` that it would be copied from.

    The images (batch, channels, *size) are written over.
    """
    line = scratch("line", w.memory, made.dtype)
    line.fill(0)
    runs = w.runs(line)
    made = made.reshape(runs.shape)
    for tap in np.ndindex(w.kernel):
        seen_by_it = runs[:, *tap]
        seen_by_it += made[:, *tap]
    images.swapaxes(0, 1)[...] = w.pixels(line)


def empty_results(w: Windows, channels: int, dtype: np.dtype[Any]) -> Array:
    """Memory for what is computed at all positions: (groups, channels / groups, count)."""
    return scratch("results", channels * w.count, dtype).reshape(w.groups, channels // w.groups, w.count)


def in_place(y: Array, w: Windows) -> Array:
    """Results (batch, channels, *out) at their positions, zeros at the others: (groups, channels / groups, count)."""
    channels = y.shape[1]
    results = empty_results(w, channels, y.dtype)
    if w.dense:
        results.fill(0)
    w.results(results, channels)[...] = y.swapaxes(0, 1)
    return results
