"""Statistics: variances, standard deviations, counts in bins."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from teachgrad import return_types
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.corners import without_derivative
from teachgrad.ops.reduction import Dims, mean, reduced
from teachgrad.ops.table import method, result, twin_of
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "bincount",
    "corrcoef",
    "cov",
    "histc",
    "histogram",
    "std",
    "std_mean",
    "var",
    "var_mean",
]

# An element moves the variance by twice its distance from the mean; that it moves the mean, too, cancels out.
VAR, VAR_MEAN = (
    Op(
        f"{name}Backward0",
        [lambda g, a, axes, kept, count, freedom: 2 / freedom * g.reshape(kept) * distance(a, axes, count)],
        ("axes", "kept", "count", "freedom"),
        "var",
    )
    for name in ("Var", "VarMean")
)
STD, STD_MEAN = (
    Op(
        f"{name}Backward0",
        [
            lambda g, a, out, axes, kept, count, freedom: (
                slope_of_root(g, out).reshape(kept) / freedom * distance(a, axes, count)
            )
        ],
        ("axes", "kept", "count", "freedom"),
        "std",
    )
    for name in ("Std", "StdMean")
)
MEAN_OF_VAR, MEAN_OF_STD = (
    Op(
        f"{name}Backward0",
        [lambda g, a, axes, kept, count: g.reshape(kept) / count + 0 * a],
        ("axes", "kept", "count"),
        "mean",
    )
    for name in ("VarMean", "StdMean")
)


def distance(a: Any, axes: tuple[int, ...], count: int) -> Any:
    """How far each element is from the mean."""
    return a - a.sum(axis=axes, keepdims=True) / count


def slope_of_root(g: Any, out: Any) -> Any:
    """Half of this is the slope of the root of a variance; 0, not infinite, where all elements are equal."""
    return np.where(out == 0, 0, g / out)


@method("var")
@twin_of(np.var)
def var(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    axis: Dims = None,
    keepdims: bool = False,
) -> Tensor:
    """The mean squared distance from the mean, of all elements or along `dim`, as ``torch.var``.

    It divides by n - 1, not by n, unless ``correction=0`` (or ``unbiased=False``) is given: the mean was computed from
    the same elements, which makes distances from it too small.

    Raises:
        RuntimeError: for integers and booleans.

    >>> import teachgrad as tg
    >>> x = tg.tensor([1.0, 3.0])
    >>> tg.var(x), tg.var(x, correction=0)
    (tensor(2.), tensor(1.))
    """
    return _spread_out(
        "var", VAR, input, *_settled(axis if dim is None else dim, unbiased, correction), keepdim or keepdims
    )


@method("std")
@twin_of(np.std)
def std(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    axis: Dims = None,
    keepdims: bool = False,
) -> Tensor:
    """The square root of `var`, with the same arguments, as ``torch.std``. Its slope where it is 0 is taken as 0."""
    return _spread_out(
        "std", STD, input, *_settled(axis if dim is None else dim, unbiased, correction), keepdim or keepdims
    )


def var_mean(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """`var` and `mean` at once, as ``torch.var_mean``.

    >>> import teachgrad as tg
    >>> tg.var_mean(tg.tensor([1.0, 3.0]))
    (tensor(2.), tensor(2.))
    """
    dims, correction = _settled(dim, unbiased, correction)
    return _spread_out("var_mean", VAR_MEAN, input, dims, correction, keepdim), _mean(MEAN_OF_VAR, input, dims, keepdim)


def std_mean(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """`std` and `mean` at once, as ``torch.std_mean``."""
    dims, correction = _settled(dim, unbiased, correction)
    return _spread_out("std_mean", STD_MEAN, input, dims, correction, keepdim), _mean(MEAN_OF_STD, input, dims, keepdim)


def _settled(dim: Dims | bool, unbiased: bool, correction: float | None) -> tuple[Dims, float]:
    """The dim and the correction; PyTorch also takes `unbiased` in the place of the dim."""
    if isinstance(dim, bool):
        return None, float(dim)
    return dim, float(unbiased) if correction is None else correction


def _spread_out(name: str, op: Op, a: Tensor, dim: Dims, correction: float, keepdim: bool) -> Tensor:
    x = a.array
    if x.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"{name}(): expected input to have floating point or complex dtype"
            if "mean" in name
            else "std and var only support floating point and complex dtypes",
            why=f"this tensor holds {a.dtype}, and the result is seldom whole.",
            fix=f"convert first: x.float().{name}()",
        )
    axes, kept = reduced(a, dim)
    count = math.prod([x.shape[axis] for axis in axes])
    freedom = max(count - correction, 0)
    if freedom <= 0:
        warnings.warn(
            explained(
                UserWarning,
                f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
                "(input numel divided by output numel).",
                why=f"{count} elements less a correction of {correction} leave nothing to divide by, and give nan.",
                fix=f"x.{name}(correction=0) divides by the number of elements.",
            ),
            stacklevel=3,
        )
    mean = x.sum(axes, keepdims=True) / x.dtype.type(count)
    out = np.square(x - mean).sum(axes, keepdims=keepdim) / x.dtype.type(freedom)
    return result(op, np.sqrt(out) if name.startswith("std") else out, (a,), (axes, kept, count, freedom or math.nan))


def _mean(op: Op, a: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    axes, kept = reduced(a, dim)
    count = math.prod([a.array.shape[axis] for axis in axes])
    return result(op, mean(a.detach(), dim, keepdim).array, (a,), (axes, kept, count))


# How variables vary together


@method("cov")
def cov(
    input: Tensor, *, correction: float = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """How far each two variables are from their means at the same time, on average, as ``torch.cov``.

    Args:
        input: a row for each variable, a column for each observation; one row may be a vector.
        correction: what is taken from the number of observations before it divides; see `var`.
        fweights: how often each observation was made, integers.
        aweights: how much each observation counts.

    Returns:
        the matrix of covariances, with the variances on its diagonal.

    >>> import teachgrad as tg
    >>> tg.cov(tg.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input.array.ndim > 2:
        raise explained(
            RuntimeError,
            "cov(): expected input to have two or fewer dimensions but got an input with "
            f"{input.array.ndim} dimensions",
            why="there is a row for each variable and a column for each observation.",
            fix="x.reshape(x.shape[0], -1)",
        )
    rows = input.reshape(1, -1) if input.array.ndim < 2 else input
    _check_weights("fweights", fweights, rows.array.shape[1], "iu", "integral")
    _check_weights("aweights", aweights, rows.array.shape[1], "f", "floating point")
    given = [weights for weights in (fweights, aweights) if weights is not None]
    weights = math.prod(given[1:], start=given[0]) if given else None
    count = rows.array.shape[1] if weights is None else weights.sum()
    weighed = rows if weights is None else rows * weights
    freedom = count - correction
    if aweights is not None and weights is not None and correction != 0:
        freedom = count - correction * (weights * aweights).sum() / count
    if freedom <= 0:
        warnings.warn("cov(): degrees of freedom is <= 0", stacklevel=2)
        freedom = 0
    means = (weighed.sum(1) / count).unsqueeze(1)
    apart = rows - means
    return ((apart @ (apart if weights is None else apart * weights).t()) / freedom).squeeze()


def _check_weights(name: str, weights: Tensor | None, count: int, kinds: str, words: str) -> None:
    if weights is None:
        return
    if weights.array.ndim > 1 or weights.array.size != count:
        raise explained(
            RuntimeError,
            f"cov(): expected {name} to have the same numel as there are observations in the input but got "
            f"{weights.array.size} != {count}"
            if weights.array.ndim < 2
            else f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.array.ndim} "
            "dimensions",
            why="each observation, a column of the input, has one weight.",
            fix="check both shapes.",
        )
    if weights.array.dtype.kind not in kinds:
        raise explained(
            RuntimeError,
            f"cov(): expected {name} to have {words} dtype but got {name} with {c_name(weights.array.dtype)} dtype",
            why="fweights count how often, aweights say how much.",
            fix="give the other one, or convert: weights.long(), weights.float().",
        )


@method("corrcoef")
def corrcoef(input: Tensor) -> Tensor:
    """How much each two variables vary together, from -1 to 1 (Pearson's correlation), as ``torch.corrcoef``.

    >>> import teachgrad as tg
    >>> tg.corrcoef(tg.tensor([[0.0, 1.0, 2.0], [4.0, 2.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input.array.ndim > 2:
        raise explained(
            RuntimeError,
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{input.array.ndim} dimensions",
            why=f"each row is a variable and each column an observation; the shape is {input.array.shape}.",
            fix="reshape it to (variables, observations).",
        )
    covariances = cov(input)
    if covariances.array.ndim == 0:
        return covariances / covariances
    spread = covariances.diagonal().sqrt()
    return (covariances / spread.reshape(-1, 1) / spread).clamp(-1, 1)


# Counts, without a gradient


@method("histc")
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements fall into each of `bins` equal intervals from `min` to `max`, as ``torch.histc``.

    By default the intervals reach from the smallest to the largest element. Those outside of them are not counted.

    >>> import teachgrad as tg
    >>> tg.histc(tg.tensor([1.0, 2.0, 1.0]), bins=3, min=0, max=3)
    tensor([0., 2., 1.])
    """
    x = input.array
    if x.dtype.kind != "f":
        raise _no_kernel("histogram_cpu", x)
    if bins < 1:
        raise explained(
            RuntimeError,
            f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0",
            why="elements are counted in so many intervals.",
            fix="give 1 or more.",
        )
    low, high = float(min), float(max)
    if low == high and x.size:
        low, high = float(x.min()), float(x.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise explained(
            RuntimeError,
            f"torch.histc: range of [{low:g}, {high:g}] is not finite",
            why="there are no equal intervals up to it.",
            fix="give min and max, or leave out what is not finite: x[x.isfinite()].",
        )
    if low > high:
        raise explained(
            RuntimeError,
            "torch.histc: max must be larger than min",
            why=f"min is {low:g}, max is {high:g}.",
            fix="exchange them.",
        )
    if low == high:
        low, high = low - 1, high + 1
    return wrap(np.histogram(x, bins, (low, high))[0].astype(x.dtype))


@method("histogram")
def histogram(
    input: Tensor,
    bins: Any,
    *,
    range: tuple[float, float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> Any:
    """How many elements fall into each bin, and the edges of the bins, as ``torch.histogram``.

    `bins` is a number of equal ones or a tensor of edges; `density` scales to a total area of 1.

    >>> import teachgrad as tg
    >>> tg.histogram(tg.tensor([1.0, 2.0, 1.0]), 3, range=(0.0, 3.0)).hist
    tensor([0., 2., 1.])
    """
    x = input.array
    if x.dtype.kind != "f":
        raise _no_kernel("histogramdd", x)
    given = bins.array if isinstance(bins, Tensor) else bins
    weights = None if weight is None else weight.array
    counts, edges = np.histogram(x, given, range, density=density, weights=weights)
    op = without_derivative("histogram", 1)
    return return_types.histogram([result(op, part.astype(x.dtype), (input,)) for part in (counts, edges)])


@method("bincount")
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of 0, 1, 2, ... occurs in a vector (or the sum of its weights), as ``torch.bincount``.

    >>> import teachgrad as tg
    >>> tg.bincount(tg.tensor([0, 1, 1, 3]))
    tensor([1, 2, 0, 1])
    """
    x = input.array
    if x.dtype.kind not in "iu":
        raise _no_kernel("bincount_cpu", x)
    if x.ndim != 1 or (x.size and x.min() < 0):
        raise explained(
            RuntimeError,
            "bincount only supports 1-d non-negative integral inputs.",
            why=f"the shape is {x.shape}" + (f", the smallest element {x.min()}." if x.size else "."),
            fix="flatten it: x.flatten(); for other values see unique(return_counts=True).",
        )
    if weights is None:
        return wrap(np.bincount(x, minlength=minlength))
    if weights.array.shape != x.shape:
        raise explained(
            RuntimeError,
            "weights should be 1-d and have the same length as input",
            why=f"there are {x.size} elements, and weights of shape {weights.array.shape}.",
            fix="give one weight for each element.",
        )
    kind = weights.array.dtype if weights.array.dtype == np.float32 else np.dtype(np.float64)
    counts = np.bincount(x, weights.array, minlength).astype(kind)
    return result(without_derivative("bincount", 1), counts, (weights,))


def _no_kernel(kernel: str, x: Array) -> NotImplementedError:
    return explained(
        NotImplementedError,
        f"\"{kernel}\" not implemented for '{c_name(x.dtype)}'",
        why=f"the elements are {wrap(x).dtype}; histograms are for real numbers, bincount is for whole ones.",
        fix="convert first: x.float() or x.long()",
    )
