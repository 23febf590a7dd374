"""Pooling: one number for each window of an image, its largest element or its average.

A window is a square, and what is asked of it can be asked of its rows first and of the row results then: k + k steps
instead of k * k. Each step looks at all windows at once, at one of their elements; `Pool.taps` are these looks.

Backward, the gradient of a maximum goes to the element that won (of equal ones the first), that of an average is spread
evenly. Both are written for any number of dimensions; shapes are (..., *size).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.grad_mode import mode
from teachgrad.graph import Array, Op
from teachgrad.ops.activation import reals
from teachgrad.ops.indexing import placed
from teachgrad.ops.pointwise import abs, pow, relu, sign
from teachgrad.ops.table import not_a_tensor, result
from teachgrad.ops.windows import Sizes, Steps, fixed, steps_through
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what ``nn.functional`` offers
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "lp_pool1d",
    "lp_pool2d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
]

# One op for each number of dimensions. PyTorch pools one dimension as if it were two, and squeezes the result.
MAX_POOL = tuple(
    Op(
        name,
        [lambda g, winners, pool: added_at(g, pool.places(winners), pool.size, pool.overlapping)],
        ("winners", "pool"),
        "max pool",
    )
    for name in ("SqueezeBackward1", "MaxPool2DWithIndicesBackward0", "MaxPool3DWithIndicesBackward0")
)
ADAPTIVE_MAX_POOL = tuple(
    Op(name, [lambda g, places, size: added_at(g, places, size)], ("places", "size"), "max pool")
    for name in ("SqueezeBackward1", "AdaptiveMaxPool2DBackward0", "AdaptiveMaxPool3DBackward0")
)
MAX_UNPOOL = tuple(
    Op(name, [lambda g, places: g.reshape(-1)[places]], ("places",), "unpool")
    for name in ("SqueezeBackward1", "MaxUnpool2DBackward0", "MaxUnpool3DBackward0")
)
AVG_POOL = tuple(
    Op(name, [lambda g, pool: evenly(g, pool)], ("pool",), "mean pool")
    for name in ("SqueezeBackward1", "AvgPool2DBackward0", "AvgPool3DBackward0")
)
EVENLY = Op("AvgPoolBackwardBackward0", [lambda g, pool: averages(g, pool)], ("pool",), "mean poolᵀ")


@dataclass(frozen=True)
class Pool:
    """The windows of a pooling.

    Attributes:
        size: of the images, along each dimension; so are the others.
        kernel: size of the windows.
        stride: how far a window is from the next.
        padding: how many places before and behind the image windows may reach.
        dilation: how far apart the elements of a window are.
        ceil_mode: whether windows that reach even further behind the image count.
        count_padding: whether an average is divided by the size of a window, or by how much of the image is in it.
        divisor: what it is divided by instead.
    """

    size: Sizes
    kernel: Sizes
    stride: Sizes
    padding: Sizes
    dilation: Sizes
    ceil_mode: bool = False
    count_padding: bool = True
    divisor: int | None = None

    @cached_property
    def out(self) -> Sizes:
        """How many windows there are along each dimension."""
        return tuple(map(self._windows, *self._sides()))

    def _sides(self) -> tuple[Sizes, ...]:
        return self.size, self.kernel, self.stride, self.padding, self.dilation

    def _windows(self, n: int, k: int, s: int, p: int, d: int) -> int:
        room = n + 2 * p - d * (k - 1) - 1
        count = -(-room // s) + 1 if self.ceil_mode else room // s + 1
        return count - 1 if self.ceil_mode and (count - 1) * s >= n + p else count  # it would be all padding

    @cached_property
    def behind(self) -> Sizes:
        """How far windows reach behind the image along each dimension."""
        sides = zip(self.out, *self._sides())
        return tuple([max((m - 1) * s + d * (k - 1) + 1 - n - p, 0) for m, n, k, s, p, d in sides])

    @cached_property
    def padded(self) -> Sizes:
        """The size of the image with what is around it."""
        return tuple([p + n + more for p, n, more in zip(self.padding, self.size, self.behind)])

    @cached_property
    def inside(self) -> tuple[Any, ...]:
        """The index of the image in the padded one."""
        return (..., *[slice(p, p + n) for p, n in zip(self.padding, self.size)])

    @cached_property
    def looks(self) -> list[list[tuple[Any, ...]]]:
        """For each dimension, the indices at which all windows see their first element, their second, ..."""
        ends = [(slice(None),) * n for n in reversed(range(len(self.size)))]
        return [
            [(..., slice(i * d, i * d + (m - 1) * s + 1, s), *end) for i in range(k)]
            for m, k, s, d, end in zip(self.out, self.kernel, self.stride, self.dilation, ends)
        ]

    @cached_property
    def overlapping(self) -> bool:
        """Whether an element can be in two windows."""
        return any(s < d * (k - 1) + 1 for k, s, d in zip(self.kernel, self.stride, self.dilation))

    @cached_property
    def _elements(self) -> Array:
        """How many elements further in the image each element of a window is than its first one."""
        steps = [d * step for d, step in zip(self.dilation, steps_through(self.size))]
        return _sums([np.arange(k) * step for k, step in zip(self.kernel, steps)]).reshape(-1)

    @cached_property
    def _firsts(self) -> Array:
        """Which element of the image is the first one of each window."""
        sides = zip(self.out, self.stride, self.padding, steps_through(self.size))
        return _sums([(np.arange(m) * s - p) * step for m, s, p, step in sides])

    def places(self, winners: Array) -> Array:
        """Which element of its image each winner is, from which element of its window it is."""
        places: Array = np.take(self._elements, winners, mode="clip")  # twice as fast as self._elements[winners]
        places += self._firsts
        if any(self.padding):
            np.clip(places, 0, math.prod(self.size) - 1, out=places)  # where all are -inf, one around the image may win
        return places

    @cached_property
    def counts(self) -> Any:
        """What the sum over each window is divided by."""
        if self.divisor is not None:
            return self.divisor
        if not any(self.padding) and not any(self.behind):
            return math.prod(self.kernel)
        lengths = []
        for m, n, k, s, p in zip(self.out, self.size, self.kernel, self.stride, self.padding):
            low = np.arange(m) * s - p
            high = np.minimum(low + k, n + p)
            lengths.append(high - low if self.count_padding else np.minimum(high, n) - np.maximum(low, 0))
        return reduce(np.multiply.outer, lengths)

    def surrounded(self, x: Array, value: Any) -> Array:
        """The image with `value` all around, as far as windows reach."""
        if self.padded == self.size:
            return x
        full = np.full((*x.shape[: -len(self.size)], *self.padded), value, x.dtype)
        full[self.inside] = x
        return full


def _sums(lines: list[Array]) -> Array:
    """Every sum of one element from each line."""
    total: Array = reduce(np.add.outer, lines)
    return total


@lru_cache(maxsize=512)  # a network asks for the same few in every step
def _pool(
    name: str,
    shape: Sizes,
    dims: int,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    count_padding: bool = True,
    divisor: int | None = None,
) -> Pool:
    """The windows of a pooling, from its arguments; everything is checked."""
    if len(shape) not in (dims + 1, dims + 2) or 0 in shape[-dims - 1 :]:
        raise explained(
            RuntimeError,
            f"non-empty {dims + 1}D or {dims + 2}D (batch mode) tensor expected for input",
            why=f"the input has shape {shape}; its dimensions are (batch, channels, ...), or (channels, ...).",
            fix="insert what is missing: images of one channel, (N, H, W), need x.unsqueeze(1).",
        )
    named = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    kernel, steps, around, spread = (_each_dim(name, key, value, dims) for key, value in named.items())
    _check(kernel, steps, around, spread)
    pool = Pool(shape[-dims:], kernel, steps, around, spread, ceil_mode, count_padding, divisor)
    if min(pool.out) < 1:
        before, after = ("x".join(map(str, (shape[-dims - 1], *size))) for size in (pool.size, pool.out))
        raise explained(
            RuntimeError,
            f"Given input size: ({before}). Calculated output size: ({after}). Output size is too small",
            why=f"a window of size {kernel} does not fit into an image of size {pool.size}.",
            fix="use larger images, or fewer layers that shrink them.",
        )
    return pool


def _each_dim(name: str, argument: str, value: Any, dims: int) -> Sizes:
    sizes: Sizes = (value,) * dims if isinstance(value, int) else value
    if len(sizes) == 1:
        sizes *= dims
    if len(sizes) != dims:
        raise explained(
            RuntimeError,
            f"{name}: {argument} must either be a single int, or a tuple of {('one', 'two', 'three')[dims - 1]} ints",
            why=f"{sizes} has {len(sizes)}, and windows have {dims} dimensions.",
            fix="give one number for all of them, or one for each.",
        )
    return sizes


def _check(kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> None:
    def refuse(words: str, fix: str) -> RuntimeError:
        why = f"kernel_size is {kernel}, stride {stride}, padding {padding}, dilation {dilation}."
        return explained(RuntimeError, words, why, fix)

    if min(stride) < 1:
        raise refuse("stride should not be zero", "give 1 or more; without a stride, it is the kernel_size.")
    if min(kernel) < 1:
        raise refuse("kernel size should be greater than zero", "give 1 or more.")
    if min(dilation) < 1:
        raise refuse("dilation should be greater than zero", "give 1 or more.")
    for k, p, d in zip(kernel, padding, dilation):
        if p < 0:
            raise refuse(f"pad must be non-negative, but got pad: {p}", "give 0 or more.")
        if p > (d * (k - 1) + 1) // 2:
            raise refuse(
                "pad should be at most half of effective kernel size, but got "
                f"pad={p}, kernel_size={k} and dilation={d}",
                "give less: a window must not lie outside of the image.",
            )


# The largest


def contest(x: Array, pool: Pool, who: bool, nans: bool = False) -> tuple[Array, Array]:
    """The largest element of each window and, if `who` is asked, which element of the window it is.

    The last dimension comes first: so, of equal elements, the first one in reading order wins. `nans` tells that nan is
    among the elements; the last one of a window wins.
    """
    best = pool.surrounded(x, -math.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
    numbers: Any = np.min_scalar_type(math.prod(pool.kernel)).type(0)
    weight = 1
    for axis in reversed(range(len(pool.size))):
        values, winners = best, numbers
        for i, look in enumerate(pool.looks[axis]):
            number = winners[look] if winners.ndim else winners
            if i == 0:
                best, numbers = values[look], number
                continue
            challenger = values[look]
            if who:
                better = challenger > best
                if nans:
                    better |= np.isnan(challenger)
                numbers = numbers + better * (number + number.dtype.type(i * weight) - numbers)
            best = np.maximum(best, challenger)
        weight *= pool.kernel[axis]
    return best if best.base is None else best.copy(), np.broadcast_to(numbers, best.shape)


def max_pool1d(
    input: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    dilation: Steps = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool2d` with one dimension less, as ``torch.nn.functional.max_pool1d``."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    dilation: Steps = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window, as ``torch.nn.functional.max_pool2d``.

    Args:
        input: images (N, C, H, W), or one (C, H, W).
        kernel_size: the size of the windows; for this and the next three, a number or one for each dimension.
        stride: how far a window is from the next; by default they lie side by side.
        padding: how far windows may reach over the edges, where nothing is ever the largest.
        dilation: how far apart the elements of a window are.
        ceil_mode: whether windows that reach even further over the right and lower edge count.
        return_indices: whether to say also where the largest elements are, counted through each image.

    Returns:
        (N, C, H', W'), or this and int64 indices of the same shape.

    Raises:
        RuntimeError: if the windows do not fit.

    >>> import teachgrad as tg
    >>> max_pool2d(tg.tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 0.0, 0.0, 0.0]]]), 2)
    tensor([[[5., 4.]]])
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    dilation: Steps = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool2d` with one dimension more, as ``torch.nn.functional.max_pool3d``."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _max_pool(
    dims: int,
    input: Tensor,
    kernel_size: Steps,
    stride: Steps | None,
    padding: Steps,
    dilation: Steps,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    name = f"max_pool{dims}d"
    pool = _pool(name, _shape(name, input), dims, *_fixed(kernel_size, stride, padding, dilation), ceil_mode)
    x = input.array
    who = return_indices or (mode.enabled and input.requires_grad)
    best, winners = contest(x, pool, who)
    if who and x.size and np.isnan(best.min()):
        winners = contest(x, pool, who=True, nans=True)[1]
    out = result(MAX_POOL[dims - 1], best, (input,), (winners, pool))
    return (out, wrap(pool.places(winners))) if return_indices else out


def _shape(name: str, input: Any) -> Sizes:
    if not isinstance(input, Tensor):
        raise not_a_tensor(name, "input", 1, input)
    shape: Sizes = input.array.shape
    return shape


def _fixed(kernel_size: Steps, stride: Steps | None, padding: Steps, dilation: Steps = 1) -> tuple[Any, ...]:
    return fixed(kernel_size), fixed(stride or kernel_size if stride != 0 else 0), fixed(padding), fixed(dilation)


def numbered(places: Array, size: Sizes) -> Array:
    """Places, counted through each image, as places counted through all images: one line of numbers."""
    lead = places.shape[: -len(size)]
    images = np.arange(math.prod(lead)) * math.prod(size)
    line: Array = (places + images.reshape(*lead, *(1,) * len(size))).reshape(-1)
    return line


def added_at(g: Any, places: Array, size: Sizes, overlapping: bool = True) -> Any:
    """Images of zeros with `g` added at its places."""
    shape = (*places.shape[: -len(size)], *size)
    line = numbered(places, size)
    if isinstance(g, Tensor):
        return placed(g.reshape(-1), (line,), (math.prod(shape),)).reshape(shape)
    images: Array = np.zeros(shape, g.dtype)
    if overlapping:
        np.add.at(images.reshape(-1), line, g.reshape(-1))
    else:
        images.reshape(-1)[line] = g.reshape(-1)
    return images


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool2d` with one dimension less, as ``torch.nn.functional.adaptive_max_pool1d``."""
    return _adaptive_max_pool(1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest elements of as many windows as are asked for, as ``torch.nn.functional.adaptive_max_pool2d``.

    Args:
        input: images (N, C, H, W), or one (C, H, W).
        output_size: H' and W', or a number for both; None for that of the image. The windows cover all of the image;
            where its size is no multiple of theirs, they overlap.
        return_indices: whether to say also where the largest elements are, counted through each image.

    Returns:
        (N, C, H', W'), or this and int64 indices of the same shape.

    >>> import teachgrad as tg
    >>> adaptive_max_pool2d(tg.arange(12.0).reshape(1, 3, 4), (2, 1))
    tensor([[[ 7.],
             [11.]]])
    """
    return _adaptive_max_pool(2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool2d` with one dimension more, as ``torch.nn.functional.adaptive_max_pool3d``."""
    return _adaptive_max_pool(3, input, output_size, return_indices)


def _adaptive_max_pool(dims: int, input: Tensor, output_size: Any, return_indices: bool) -> Any:
    name = f"adaptive_max_pool{dims}d"
    shape = _shape(name, input)
    out = adaptive_sizes(name, shape, output_size, dims)
    size = shape[-dims:]
    members = [_members(n, m) for n, m in zip(size, out)]  # (out, longest) along each dimension
    elements = np.ix_(*[line.reshape(-1) for line in members])
    split = [length for line in members for length in line.shape]
    order = (*range(0, 2 * dims, 2), *range(1, 2 * dims, 2))  # windows first, their elements last
    numbers = np.arange(math.prod(size)).reshape(size)[elements].reshape(split).transpose(order).reshape(*out, -1)
    x = input.array.reshape(*shape[:-dims], -1)[..., numbers]
    winners, best = x.argmax(-1), x.max(-1)
    lost = np.isnan(best)
    if lost.any():  # the last nan of a window wins
        winners[lost] = x.shape[-1] - 1 - np.isnan(x[lost])[:, ::-1].argmax(-1)
    places = np.take_along_axis(np.broadcast_to(numbers, x.shape), winners[..., None], -1)[..., 0]
    pooled = result(ADAPTIVE_MAX_POOL[dims - 1], best, (input,), (places, size))
    return (pooled, wrap(places)) if return_indices else pooled


def _members(n: int, windows: int) -> Array:
    """Which of n elements are in each of so many windows; shorter ones name their last element again."""
    low, high = adaptive_bounds(n, windows)
    return np.asarray(np.minimum(low[:, None] + np.arange((high - low).max()), high[:, None] - 1))


def adaptive_bounds(n: int, windows: int) -> tuple[Array, Array]:
    """Where each of so many windows over n elements begins and ends."""
    numbers = np.arange(windows)
    return numbers * n // windows, -(-(numbers + 1) * n // windows)


def adaptive_sizes(name: str, shape: Sizes, output_size: Any, dims: int) -> Sizes:
    """The size that an adaptive pooling is asked for, along each dimension."""
    if len(shape) not in (dims + 1, dims + 2):
        raise explained(
            RuntimeError,
            f"{name}(): Expected {dims + 1}D or {dims + 2}D tensor, but got {list(shape)}",
            why="the dimensions are (batch, channels, ...), or the latter alone.",
            fix="insert what is missing: images of one channel, (N, H, W), need x.unsqueeze(1).",
        )
    sizes = (output_size,) * dims if output_size is None or isinstance(output_size, int) else tuple(output_size)
    if len(sizes) != dims:
        raise explained(
            RuntimeError,
            f"{name}: output_size must be {dims}",
            why=f"{sizes} has {len(sizes)} numbers, and windows have {dims} dimensions.",
            fix="give one number for all of them, or one for each.",
        )
    return tuple([n if size is None else size for size, n in zip(sizes, shape[-dims:])])


# The way back from the largest elements


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """`max_unpool2d` with one dimension less, as ``torch.nn.functional.max_unpool1d``."""
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """The elements, put back where `max_pool2d` found them, and zeros; as ``torch.nn.functional.max_unpool2d``.

    Args:
        input: (N, C, H, W), or (C, H, W).
        indices: where to put them: the second result of `max_pool2d`.
        kernel_size: of the pooling that is undone; so are the next two.
        stride: how far a window was from the next.
        padding: how far windows reached over the edges.
        output_size: the size of the images, if several shrink to that of the input.

    Raises:
        RuntimeError: if an index lies outside of the images.
        ValueError: for an output size that does not shrink to that of the input.

    >>> import teachgrad as tg
    >>> max_unpool2d(*max_pool2d(tg.tensor([[[1.0, 2.0], [4.0, 3.0]]]), 2, return_indices=True), 2)
    tensor([[[0., 0.],
             [4., 0.]]])
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """`max_unpool2d` with one dimension more, as ``torch.nn.functional.max_unpool3d``."""
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


def _max_unpool(
    dims: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Steps,
    stride: Steps | None,
    padding: Steps,
    output_size: Sequence[int] | None,
) -> Tensor:
    name = f"max_unpool{dims}d"
    given = zip(("kernel_size", "stride", "padding"), _fixed(kernel_size, stride, padding))
    kernel, steps, cut = (_each_dim(name, argument, value, dims) for argument, value in given)
    x, places = input.array, indices.array
    usual = tuple([(m - 1) * s + k - 2 * p for m, k, s, p in zip(x.shape[-dims:], kernel, steps, cut)])
    size = usual if output_size is None else tuple(output_size)[-dims:]
    for dim, (n, expected, s) in enumerate(zip(size, usual, steps)):
        if not expected - s < n < expected + s:
            raise explained(
                ValueError,
                f'invalid output_size "{size}" (dim {dim} must be between {expected - s} and {expected + s})',
                why="images of that size do not shrink to the input's when they are pooled.",
                fix="give the size of the images that were pooled.",
            )
    if places.shape != x.shape:
        raise explained(
            RuntimeError,
            f"Expected shape of indices to be same as that of the input tensor ({list(x.shape)}) but got indices "
            f"tensor with shape: {list(places.shape)}",
            why="each element has its own place.",
            fix="give what max_pool returned with return_indices=True.",
        )
    wrong = places[(places < 0) | (places >= math.prod(size))]
    if wrong.size:
        raise explained(
            RuntimeError,
            f"Found an invalid max index: {wrong[0]} (output volumes are of size {'x'.join(map(str, size))})",
            why=f"an image of size {size} has elements 0 to {math.prod(size) - 1}.",
            fix="give the kernel_size, stride and output_size of the pooling that the indices come from.",
        )
    line: Array = numbered(places, size)
    images: Array = np.zeros((*x.shape[:-dims], *size), x.dtype)
    images.reshape(-1)[line] = x.reshape(-1)
    return result(MAX_UNPOOL[dims - 1], images, (input,), (line.reshape(x.shape),))


# The average


def averages(x: Any, pool: Pool) -> Any:
    """The average of each window."""
    if isinstance(x, Tensor):
        return result(AVG_POOL[len(pool.size) - 1], averages(x.array, pool), (x,), (pool,))
    total = pool.surrounded(x, 0)
    for axis in reversed(range(len(pool.size))):
        values = total
        total, *others = (values[look] for look in pool.looks[axis])
        for other in others:
            total = total + other
    return np.asarray(np.divide(total, pool.counts, dtype=x.dtype))


def evenly(g: Any, pool: Pool) -> Any:
    """What flows back from averages: the same to each element of a window."""
    if isinstance(g, Tensor):
        return result(EVENLY, evenly(g.array, pool), (g,), (pool,))
    part = np.divide(g, pool.counts, dtype=g.dtype)
    shape = list(g.shape)
    for axis, n in enumerate(pool.padded):
        shape[axis - len(pool.size)] = n
        full = np.zeros(shape, g.dtype)
        for look in pool.looks[axis]:
            full[look] += part
        part = full
    return part if pool.padded == pool.size else part[pool.inside]


def avg_pool1d(
    input: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """`avg_pool2d` with one dimension less, as ``torch.nn.functional.avg_pool1d``."""
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The average of each window, as ``torch.nn.functional.avg_pool2d``.

    Args:
        input: images (N, C, H, W), or one (C, H, W).
        kernel_size: the size of the windows; for this and the next two, a number or one for each dimension.
        stride: how far a window is from the next; by default they lie side by side.
        padding: how far windows may reach over the edges, where all is 0.
        ceil_mode: whether windows that reach even further over the right and lower edge count.
        count_include_pad: whether the padding counts as part of a window, or only what lies in the image.
        divisor_override: what sums are divided by instead.

    Returns:
        (N, C, H', W').

    Raises:
        RuntimeError: if the windows do not fit.

    >>> import teachgrad as tg
    >>> avg_pool2d(tg.tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 0.0, 0.0, 1.0]]]), 2)
    tensor([[[2., 2.]]])
    """
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input: Tensor,
    kernel_size: Steps,
    stride: Steps | None = None,
    padding: Steps = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """`avg_pool2d` with one dimension more, as ``torch.nn.functional.avg_pool3d``."""
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _avg_pool(
    dims: int,
    input: Tensor,
    kernel_size: Steps,
    stride: Steps | None,
    padding: Steps,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    name = f"avg_pool{dims}d"
    if divisor_override == 0:
        raise explained(
            RuntimeError, "divisor must be not zero", why="sums are divided by it.", fix="give a number, or None."
        )
    sizes = _fixed(kernel_size, stride, padding)
    pool = _pool(name, _shape(name, input), dims, *sizes, ceil_mode, count_include_pad, divisor_override)
    return result(AVG_POOL[dims - 1], averages(reals(name, input), pool), (input,), (pool,))


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: Steps, stride: Steps | None = None, ceil_mode: bool = False
) -> Tensor:
    """`lp_pool2d` with one dimension less, as ``torch.nn.functional.lp_pool1d``."""
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Steps, stride: Steps | None = None, ceil_mode: bool = False
) -> Tensor:
    """The norm of each window, (sum of x ** p) ** (1 / p), as ``torch.nn.functional.lp_pool2d``.

    >>> import teachgrad as tg
    >>> lp_pool2d(tg.tensor([[[3.0, 4.0]]]), 2, (1, 2))
    tensor([[[5.]]])
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def _lp_pool(
    dims: int, input: Tensor, norm_type: float, kernel_size: Steps, stride: Steps | None, ceil_mode: bool
) -> Tensor:
    elements = math.prod(_each_dim(f"lp_pool{dims}d", "kernel_size", fixed(kernel_size), dims))
    means = _avg_pool(dims, pow(input, norm_type), kernel_size, stride, 0, ceil_mode, True, None)
    return pow(sign(means) * relu(abs(means)) * elements, 1.0 / norm_type)
