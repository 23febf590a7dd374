"""Images in another size: interpolation, adaptive averages, pixels shuffled between channels and positions.

Each row of a smaller or larger image is a weighted mean of rows of the original, and so with columns. The weights form
a matrix for each dimension; a mean over a window, the nearest element or a line between two are matrices of that kind.
Backward, what flows to an element comes from wherever it was used, with the same weights: the transposed matrices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops.activation import reals
from teachgrad.ops.pooling import adaptive_bounds, adaptive_sizes
from teachgrad.ops.reduction import mean
from teachgrad.ops.table import result
from teachgrad.ops.windows import Sizes
from teachgrad.tensor import Tensor

__all__ = [  # what ``nn.functional`` offers
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "interpolate",
    "pixel_shuffle",
    "pixel_unshuffle",
    "upsample",
]

Matrices = tuple[Array, ...]


def _resampling(name: str) -> Op:
    return Op(name, [lambda g, matrices: weighed(g, transposed(matrices))], ("matrices",), "resize")


ADAPTIVE_AVG_POOL = tuple(
    _resampling(name) for name in ("SqueezeBackward1", "AdaptiveAvgPool2DBackward0", "AdaptiveAvgPool3DBackward0")
)
NEAREST = tuple(_resampling(f"UpsampleNearest{n}DBackward0") for n in (1, 2, 3))
NEAREST_EXACT = tuple(_resampling(f"UpsampleNearestExact{n}DBackward0") for n in (1, 2, 3))
LINEAR = tuple(_resampling(f"Upsample{name}Backward0") for name in ("Linear1D", "Bilinear2D", "Trilinear3D"))
BICUBIC = _resampling("UpsampleBicubic2DBackward0")
BACK = _resampling("UpsampleBackwardBackward0")


def weighed(x: Any, matrices: Matrices) -> Any:
    """Each of the last dimensions multiplied by its matrix (new size, size)."""
    if isinstance(x, Tensor):
        return result(BACK, weighed(x.array, matrices), (x,), (matrices,))
    for axis, matrix in enumerate(matrices, -len(matrices)):
        shape = (*x.shape[:axis], len(matrix), *x.shape[axis:][1:])
        if axis == -1:
            x = np.dot(x.reshape(-1, x.shape[-1]), matrix.T).reshape(shape)
        else:
            rows = x.reshape(math.prod(x.shape[:axis]), x.shape[axis], math.prod(x.shape[axis + 1 :]))
            x = np.matmul(matrix, rows).reshape(shape)
    return x


def transposed(matrices: Matrices) -> Matrices:
    """The matrices of the way back."""
    return tuple([matrix.T for matrix in matrices])


# Adaptive averages


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """`adaptive_avg_pool2d` with one dimension less, as ``torch.nn.functional.adaptive_avg_pool1d``."""
    return _adaptive_avg_pool(1, input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The averages of as many windows as are asked for, as ``torch.nn.functional.adaptive_avg_pool2d``.

    Args:
        input: images (N, C, H, W), or one (C, H, W).
        output_size: H' and W', or a number for both; None for that of the image. The windows cover all of the image;
            where its size is no multiple of theirs, they overlap.

    Returns:
        (N, C, H', W').

    >>> import teachgrad as tg
    >>> adaptive_avg_pool2d(tg.arange(12.0).reshape(1, 3, 4), (2, 1))
    tensor([[[3.5000],
             [7.5000]]])
    """
    return _adaptive_avg_pool(2, input, output_size)


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """`adaptive_avg_pool2d` with one dimension more, as ``torch.nn.functional.adaptive_avg_pool3d``."""
    return _adaptive_avg_pool(3, input, output_size)


def _adaptive_avg_pool(dims: int, input: Tensor, output_size: Any) -> Tensor:
    name = f"adaptive_avg_pool{dims}d"
    x = reals(name, input)
    out = adaptive_sizes(name, x.shape, output_size, dims)
    if dims > 1 and math.prod(out) == 1:
        return mean(input, tuple(range(-dims, 0)), keepdim=True)
    matrices = tuple([_averaging(n, m, x.dtype) for n, m in zip(x.shape[-dims:], out)])
    return result(ADAPTIVE_AVG_POOL[dims - 1], weighed(x, matrices), (input,), (matrices,))


@lru_cache(maxsize=256)
def _averaging(n: int, windows: int, dtype: np.dtype[Any]) -> Array:
    """The matrix that averages over windows."""
    low, high = adaptive_bounds(n, windows)
    places = np.arange(n)
    inside = (places >= low[:, None]) & (places < high[:, None])
    return np.asarray(inside / (high - low)[:, None], dtype)


# Interpolation


def interpolate(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Images in another size, as ``torch.nn.functional.interpolate``.

    Args:
        input: (N, C, W), (N, C, H, W) or (N, C, D, H, W).
        size: the new size, a number or one for each dimension.
        scale_factor: how many times larger, instead of the size.
        mode: "nearest" and "nearest-exact", the nearest element (the former is as OpenCV has it, half an element off);
            "linear", "bilinear" or "trilinear", lines between two elements, for 1, 2 and 3 dimensions;
            "bicubic", curves through four; "area", the average over a window.
        align_corners: whether the first and last elements keep their places, or the outer edges of their squares.
        recompute_scale_factor: whether to use the scale that the new size comes to, instead of `scale_factor`.
        antialias: not offered.

    Raises:
        ValueError: if not exactly one of size and scale_factor is given, or not one number for each dimension.
        NotImplementedError: for a mode that does not go with the number of dimensions.

    >>> import teachgrad as tg
    >>> x = tg.tensor([[[1.0, 2.0]]])
    >>> interpolate(x, scale_factor=2), interpolate(x, size=3, mode="linear", align_corners=True)
    (tensor([[[1., 1., 2., 2.]]]), tensor([[[1.0000, 1.5000, 2.0000]]]))
    """
    x = reals("interpolate", input)
    old = x.shape[2:]
    new, scales = _new_size(old, size, scale_factor)
    _check_mode(len(old), mode, align_corners)
    if antialias:
        raise explained(
            ValueError,
            "Anti-alias option is not offered",
            why="only images that were blurred before can be made smaller without jagged edges, and this is no lesson.",
            fix="average first, with avg_pool2d, or leave antialias out.",
        )
    if mode == "area":
        return _adaptive_avg_pool(len(old), input, new)
    if recompute_scale_factor:
        scales = (None,) * len(old)
    dims = len(old) - 1
    matrices = tuple(
        [_matrix(mode, n, m, bool(align_corners), scale, x.dtype) for n, m, scale in zip(old, new, scales)]
    )
    op = {"nearest": NEAREST[dims], "nearest-exact": NEAREST_EXACT[dims], "bicubic": BICUBIC}.get(mode, LINEAR[dims])
    if mode.startswith("nearest"):  # copies: a product with zeros would turn inf into nan
        copied = x[..., *np.ix_(*[matrix.argmax(1) for matrix in matrices])]
        return result(op, copied, (input,), (matrices,))
    return result(op, weighed(x, matrices), (input,), (matrices,))


def upsample(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """`interpolate` under its old name, as ``torch.nn.functional.upsample``."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def _new_size(
    old: Sizes, size: int | Sequence[int] | None, scale_factor: float | Sequence[float] | None
) -> tuple[Sizes, tuple[float | None, ...]]:
    """The new size, and by how much it was asked to be larger."""
    if (size is None) is (scale_factor is None):
        raise explained(
            ValueError,
            "either size or scale_factor should be defined"
            if size is None
            else "only one of size or scale_factor should be defined",
            why="one follows from the other.",
            fix="give one of them.",
        )
    if size is not None:
        sizes = (size,) * len(old) if isinstance(size, int) else tuple(size)
        _check_dims(old, sizes, "output size of", "output size in (o1, o2, ...,oK) format")
        return sizes, (None,) * len(old)
    assert scale_factor is not None
    factors = (scale_factor,) * len(old) if isinstance(scale_factor, int | float) else tuple(scale_factor)
    _check_dims(old, factors, "scale_factor of shape", "scale_factor in (s1, s2, ...,sK) format")
    return tuple([math.floor(n * factor) for n, factor in zip(old, factors)]), factors


def _check_dims(old: Sizes, given: tuple[Any, ...], what: str, remedy: str) -> None:
    if len(given) != len(old):
        raise explained(
            ValueError,
            f"Input and {'output' if 'size' in what else 'scale_factor'} must have the same number of spatial "
            f"dimensions, but got input with spatial dimensions of {list(old)} and {what} {given}. Please provide "
            f"input tensor in (N, C, d1, d2, ...,dK) format and {remedy}.",
            why="the first two dimensions are examples and channels, and stay as they are.",
            fix=f"give {len(old)} numbers, or one for all.",
        )


MODES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}  # and how many dimensions they need


def _check_mode(dims: int, mode: str, align_corners: bool | None) -> None:
    if align_corners is not None and mode not in MODES:
        raise explained(
            ValueError,
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | "
            "trilinear",
            why=f"mode {mode!r} does not draw lines from one element to the next.",
            fix="leave align_corners out.",
        )
    if mode in MODES and MODES[mode] != dims:
        raise explained(
            NotImplementedError,
            f"Got {dims + 2}D input, but {mode} mode needs {MODES[mode] + 2}D input",
            why="two dimensions are examples and channels; the others are resized.",
            fix=f"use mode={('linear', 'bilinear', 'trilinear')[min(dims, 3) - 1]!r}, or insert dimensions.",
        )
    if mode not in (*MODES, "nearest", "nearest-exact", "area") or not 1 <= dims <= 3:
        raise explained(
            NotImplementedError,
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {dims + 2}D) for the modes: nearest | "
            f"linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})",
            why="the dimensions are (batch, channels, ...).",
            fix="choose one of these modes (lanczos is not offered), and unsqueeze what is missing.",
        )


@lru_cache(maxsize=256)
def _matrix(mode: str, n: int, new: int, align_corners: bool, factor: float | None, dtype: np.dtype[Any]) -> Array:
    """The weights (new size, size) of the old elements for each new one."""
    places = np.arange(new)
    if mode.startswith("nearest"):
        step = np.float32(n / new if factor is None else 1 / factor)
        half = np.float32(0.5 if mode == "nearest-exact" else 0)
        return _weights(n, [(np.floor((places.astype(np.float32) + half) * step).astype(int), np.ones(new))], dtype)
    if align_corners:
        positions = places * ((n - 1) / (new - 1) if new > 1 else 0.0)
    else:
        positions = (places + 0.5) * (n / new if factor is None else 1 / factor) - 0.5
    if mode != "bicubic":
        positions = np.maximum(positions, 0)
    first = np.floor(positions).astype(int)
    beyond = positions - first
    if mode != "bicubic":
        return _weights(n, [(first, 1 - beyond), (first + 1, beyond)], dtype)
    return _weights(n, [(first + i, _cubic(np.abs(beyond - i))) for i in (-1, 0, 1, 2)], dtype)


def _weights(n: int, terms: list[tuple[Array, Array]], dtype: np.dtype[Any]) -> Array:
    """A matrix, from places and weights; places beyond the edge stand for those at the edge."""
    matrix = np.zeros((len(terms[0][0]), n))
    for places, weights in terms:
        np.add.at(matrix, (np.arange(len(places)), np.clip(places, 0, n - 1)), weights)
    return matrix.astype(dtype)


def _cubic(distance: Array, a: float = -0.75) -> Array:
    """The weight of an element at some distance, in bicubic interpolation (Keys, 1981)."""
    near = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far = a * (((distance - 5) * distance + 8) * distance - 4)
    return np.where(distance <= 1, near, far)


# Pixels between channels and positions

PIXEL_SHUFFLE = Op("PixelShuffleBackward0", [lambda g, factor: unshuffled(g, factor)], ("factor",), "shuffle")
PIXEL_UNSHUFFLE = Op("PixelUnshuffleBackward0", [lambda g, factor: shuffled(g, factor)], ("factor",), "unshuffle")


def shuffled(x: Any, factor: int) -> Any:
    """(*, C * factor * factor, H, W) to (*, C, H * factor, W * factor)."""
    *lead, channels, height, width = x.shape
    parts = x.reshape(math.prod(lead), channels // factor**2, factor, factor, height, width)
    return np.transpose(parts, (0, 1, 4, 2, 5, 3)).reshape(*lead, -1, height * factor, width * factor)


def unshuffled(x: Any, factor: int) -> Any:
    """The opposite."""
    *lead, channels, height, width = x.shape
    parts = x.reshape(math.prod(lead), channels, height // factor, factor, width // factor, factor)
    return np.transpose(parts, (0, 1, 3, 5, 2, 4)).reshape(*lead, -1, height // factor, width // factor)


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Images made larger by what stood in more channels, as ``torch.nn.functional.pixel_shuffle``.

    Args:
        input: (*, C * r * r, H, W).
        upscale_factor: r.

    Returns:
        (*, C, H * r, W * r).

    Raises:
        RuntimeError: if the number of channels is no multiple of r * r.

    >>> import teachgrad as tg
    >>> pixel_shuffle(tg.arange(4).reshape(4, 1, 1), 2)
    tensor([[[0, 1],
             [2, 3]]])
    """
    shape = _with_channels("pixel_shuffle", input)
    if shape[-3] % upscale_factor**2:
        raise explained(
            RuntimeError,
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={shape[-3]} is not divisible by {upscale_factor**2}",
            why="each square of the result takes its elements from as many channels.",
            fix=f"give the layer before {upscale_factor**2} times as many channels as images are to have.",
        )
    return result(PIXEL_SHUFFLE, shuffled(input.array, upscale_factor), (input,), (upscale_factor,))


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """The opposite of `pixel_shuffle`, as ``torch.nn.functional.pixel_unshuffle``.

    Raises:
        RuntimeError: if height or width is no multiple of the factor.
    """
    shape = _with_channels("pixel_unshuffle", input)
    for name, dim in {"height": -2, "width": -1}.items():
        if shape[dim] % downscale_factor:
            raise explained(
                RuntimeError,
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({dim})="
                f"{shape[dim]} is not divisible by {downscale_factor}",
                why="the image is cut into squares of that size.",
                fix="choose a factor that divides height and width, or pad the image.",
            )
    return result(PIXEL_UNSHUFFLE, unshuffled(input.array, downscale_factor), (input,), (downscale_factor,))


def _with_channels(name: str, input: Tensor) -> Sizes:
    shape: Sizes = input.array.shape
    if len(shape) < 3:
        raise explained(
            RuntimeError,
            f"{name} expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)",
            why="the last three are channels, height and width.",
            fix="insert what is missing with x.unsqueeze(0).",
        )
    return shape
