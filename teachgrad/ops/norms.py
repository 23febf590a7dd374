"""Lengths and distances: norms of vectors, distances between them, the angle as a cosine.

The p-norm is (sum of |x|^p)^(1/p): 2 is the length that a ruler measures, 1 the way along the streets, infinity the
largest element. A norm of matrices says how much one stretches vectors, measured in one of these.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.corners import where
from teachgrad.ops.decompositions import inverse, svdvals
from teachgrad.ops.reduction import Dims, reduced
from teachgrad.ops.table import method, result
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "cdist",
    "cosine_similarity",
    "dist",
    "norm",
    "pairwise_distance",
    "pdist",
    "renorm",
]

VECTOR_NORM = Op(
    "LinalgVectorNormBackward0",
    [lambda g, a, out, p, axes, kept: slope_of_norm(g.reshape(kept), a, out.reshape(kept), p, axes)],
    ("p", "axes", "kept"),
    "‖x‖",
)
DIST = Op(
    "DistBackward0",
    [
        lambda g, a, b, out, p: slope_of_norm(g, a - b, out, p, None),
        lambda g, a, b, out, p: slope_of_norm(g, b - a, out, p, None),
    ],
    ("p",),
    "‖a−b‖",
)


def slope_of_norm(g: Any, a: Any, out: Any, p: float, axes: tuple[int, ...] | None) -> Any:
    """d(norm)/da = sign(a) (|a| / norm)^(p - 1): in the direction of a for p = 2. Where the norm is 0, taken as 0."""
    if p == 0:
        return 0 * a * g
    if p == 1:
        return g * np.sign(a)
    if p == 2:
        return a * np.where(out == 0, 0, g / out)
    if math.isinf(p):
        largest = np.abs(a) == out
        return g * np.sign(a) * largest / largest.sum(axis=axes, keepdims=axes is not None)
    share = np.where(a == 0, 0, np.abs(a) / np.where(out == 0, 1, out))
    return g * np.sign(a) * (share ** (p - 1) if p > 1 else np.where(a == 0, 0, np.where(a == 0, 1, share) ** (p - 1)))


def vector_norm(
    x: Tensor, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The p-norm of all elements or along `dim`, for p = `ord`, as ``torch.linalg.vector_norm``.

    inf and -inf give the largest and the smallest absolute value, 0 the number of elements that are not 0.

    Raises:
        RuntimeError: for integers and booleans.

    >>> import teachgrad as tg
    >>> vector_norm(tg.tensor([3.0, 4.0]))
    tensor(5.)
    """
    if x.array.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {c_name(x.array.dtype)}",
            why="a length is seldom whole.",
            fix="convert first: x.float()",
        )
    if dtype is not None:
        x = x.to(dtype)
    axes, kept = reduced(x, dim)
    if math.isinf(ord) and 0 in [x.array.shape[axis] for axis in axes]:
        raise explained(
            RuntimeError,
            f"linalg.vector_norm cannot compute the {ord} norm on an empty tensor because the operation does not have "
            "an identity",
            why=f"in shape {tuple(x.shape)} there is nothing to choose from.",
            fix="check how it came to be empty.",
        )
    length = _norm(x.array, ord, axes, keepdim)
    return wrap(length) if ord == 0 else result(VECTOR_NORM, length, (x,), (ord, axes, kept))


def _norm(x: Array, p: float, axes: tuple[int, ...], keepdim: bool) -> Any:
    size = np.abs(x)
    if p == 0:
        return (size != 0).sum(axes, keepdims=keepdim).astype(x.dtype)
    if math.isinf(p):
        return (size.max if p > 0 else size.min)(axes, keepdims=keepdim)
    if p == 1:
        return size.sum(axes, keepdims=keepdim)
    if p == 2:
        return np.sqrt(np.square(x).sum(axes, keepdims=keepdim))
    return (size**p).sum(axes, keepdims=keepdim) ** (1 / p)


@method("dist")
def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of `input - other`, as ``torch.dist``.

    >>> import teachgrad as tg
    >>> tg.dist(tg.tensor([0.0, 0.0]), tg.tensor([3.0, 4.0]))
    tensor(5.)
    """
    difference = (input.detach() - other.detach()).array
    return result(DIST, _norm(difference, p, tuple(range(difference.ndim)), False), (input, other), (p,))


def linalg_norm(
    A: Tensor,  # noqa: N803 - PyTorch's name
    ord: Any = None,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """The norm of a vector or matrix, as ``torch.linalg.norm``; without `ord` the 2-norm of all elements.

    >>> import teachgrad as tg
    >>> linalg_norm(tg.tensor([[3.0, 0.0], [0.0, 4.0]])), linalg_norm(tg.tensor([[3.0, 0.0], [0.0, 4.0]]), 2)
    (tensor(5.), tensor(4.))
    """
    ndim = A.array.ndim
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if dim is None and ndim not in (1, 2):
        raise explained(
            RuntimeError,
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {ndim}D.",
            why="a vector's norm is meant, or a matrix's, and which dimensions are these?",
            fix="give dim: one for vectors, two for matrices.",
        )
    if ndim == 1 or isinstance(dim, int) or (dim is not None and len(dim) == 1):
        return vector_norm(A, ord, dim, keepdim, dtype=dtype)
    return matrix_norm(A, ord, (0, 1) if dim is None else dim, keepdim, dtype=dtype)


def matrix_norm(
    A: Tensor,  # noqa: N803 - PyTorch's name
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """How much a matrix stretches vectors, as ``torch.linalg.matrix_norm``.

    2 and -2 are the largest and the smallest singular value, "nuc" their sum, "fro" the root of the sum of squares;
    1 and inf (-1, -inf) the largest (smallest) sum of absolute values of a column or a row.

    >>> import teachgrad as tg
    >>> matrix_norm(tg.tensor([[3.0, 0.0], [4.0, 0.0]]), 1)
    tensor(7.)
    """
    ndim = A.array.ndim
    if ndim < 2:
        raise explained(
            RuntimeError,
            "linalg.matrix_norm: The input tensor A must have at least 2 dimensions.",
            why=f"it has shape {tuple(A.shape)}, and is no matrix.",
            fix="for vectors there is torch.linalg.vector_norm.",
        )
    if dtype is not None:
        A = A.to(dtype)  # noqa: N806
    rows, columns = (checked_dim(d, ndim) for d in dim)
    if ord == "fro":
        return vector_norm(A, 2, (rows, columns), keepdim)
    if ord in ("nuc", 2, -2):
        rest = [d for d in range(ndim) if d not in (rows, columns)]
        values = svdvals(A.permute(*rest, rows, columns))
        length = values.sum(-1) if ord == "nuc" else values.amax(-1) if ord == 2 else values.amin(-1)
        return length.reshape([1 if d in (rows, columns) else n for d, n in enumerate(A.shape)]) if keepdim else length
    if ord in (1, -1, math.inf, -math.inf):
        along, across = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = A.abs().sum(along, keepdim=True)
        extreme = sums.amax(across, keepdim=True) if ord > 0 else sums.amin(across, keepdim=True)
        return extreme if keepdim else extreme.squeeze((rows, columns))
    raise explained(
        RuntimeError,
        f"linalg.matrix_norm: Order {ord} not supported.",
        why="a matrix has the norms 'fro', 'nuc', 1, 2, inf and those of -1, -2, -inf.",
        fix="for the p-norm of all elements: torch.linalg.vector_norm(A, p).",
    )


def cond(A: Tensor, p: Any = None) -> Tensor:  # noqa: N803 - PyTorch's name
    """How much relative errors may grow in solving A x = b: norm(A) * norm(inv(A)), as ``torch.linalg.cond``."""
    if p in (None, 2, -2):
        values = svdvals(A)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    return matrix_norm(A, p) * matrix_norm(inverse(A), p)


@method("norm")
def norm(
    input: Tensor, p: Any = "fro", dim: Dims = None, keepdim: bool = False, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The length of a tensor, or of its parts along `dim`, as ``torch.norm``: the p-norm, by default p = 2.

    "fro" means 2 as well, "nuc" the sum of the singular values of a matrix.

    >>> import teachgrad as tg
    >>> tg.tensor([[3.0, 4.0], [6.0, 8.0]]).norm(dim=1)
    tensor([ 5., 10.])
    """
    if p == "fro" or p is None:
        p = 2
    if isinstance(p, str):
        return matrix_norm(input, p, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    return vector_norm(input, p, dim, keepdim, dtype=dtype)


@method("renorm")
def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Each slice along `dim` made shorter where its p-norm is above `maxnorm`, as ``torch.renorm``.

    Raises:
        RuntimeError: for fewer than two dimensions, a p that is not positive, or a negative limit.

    >>> import teachgrad as tg
    >>> tg.renorm(tg.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    ndim = input.array.ndim
    if ndim < 2:
        raise explained(
            RuntimeError,
            f"renorm: input needs at least 2 dimensions, got {ndim} dimensions",
            why="a norm is taken of each slice, and slices of a vector are numbers.",
            fix="x.unsqueeze(0) makes a vector one slice.",
        )
    if p <= 0:
        raise explained(
            RuntimeError,
            "renorm: non-positive-norm not supported",
            why=f"p is the power in the norm, and it is {p}.",
            fix="choose 2 for lengths, 1 for sums of absolute values, or another number above 0.",
        )
    if maxnorm < 0:
        raise explained(
            RuntimeError,
            f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}",
            why="no slice has a norm below 0.",
            fix="give 0 or more.",
        )
    axis = checked_dim(dim, ndim)
    lengths = vector_norm(input, p, [d for d in range(ndim) if d != axis], True)
    shortened: Tensor = where(lengths > maxnorm, maxnorm / (lengths + 1e-7), 1.0)
    return input * shortened


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """The p-norm distance between every row of x1 and every row of x2, as ``torch.cdist``.

    Shapes: x1 (..., P, M), x2 (..., R, M), result (..., P, R). All differences are formed, whatever `compute_mode`
    says: there is no cancellation, and P R M numbers of memory are needed. Differentiable twice, unlike PyTorch's.

    >>> import teachgrad as tg
    >>> tg.cdist(tg.tensor([[0.0, 0.0]]), tg.tensor([[3.0, 4.0], [0.0, 1.0]]))
    tensor([[5., 1.]])
    """
    for place, x in enumerate((x1, x2), 1):
        if x.array.ndim < 2:
            raise explained(
                RuntimeError,
                f"cdist only supports at least 2D tensors, X{place} got: {x.array.ndim}D",
                why="distances are measured between rows.",
                fix="a single vector is one row: x.unsqueeze(0)",
            )
    if x1.array.shape[-1] != x2.array.shape[-1]:
        raise explained(
            RuntimeError,
            f"X1 and X2 must have the same number of columns. X1: {x1.array.shape[-1]} X2: {x2.array.shape[-1]}",
            why="only vectors of the same length have a distance.",
            fix="check both shapes.",
        )
    return vector_norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, -1)


def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The p-norm distances between all pairs of rows, as ``torch.nn.functional.pdist``.

    Shapes: (N, M), result (N (N - 1) / 2): the upper triangle of `cdist` of the tensor with itself, row by row.
    """
    if input.array.ndim != 2:
        raise explained(
            RuntimeError,
            f"pdist only supports 2D tensors, got: {input.array.ndim}D",
            why="distances are measured between rows.",
            fix="x.reshape(n, -1)",
        )
    first, second = np.triu_indices(input.array.shape[0], 1)
    return vector_norm(input[first] - input[second], p, -1)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along `dim`, from -1 to 1, as ``torch.cosine_similarity``.

    Lengths below `eps` count as `eps`, so that the cosine with a zero vector is 0.

    >>> import teachgrad as tg
    >>> cosine_similarity(tg.tensor([[1.0, 0.0]]), tg.tensor([[1.0, 1.0]]))
    tensor([0.7071])
    """
    lengths = [vector_norm(x, 2, dim, True).clamp_min(eps) for x in (x1, x2)]
    return ((x1 / lengths[0]) * (x2 / lengths[1])).sum(dim)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 - x2 + eps along the last dimension, as ``torch.pairwise_distance``.

    `eps` gives the distance of equal vectors a slope.

    >>> import teachgrad as tg
    >>> pairwise_distance(tg.tensor([[0.0, 0.0]]), tg.tensor([[3.0, 4.0]]))
    tensor([5.0000])
    """
    return vector_norm(x1 - x2 + eps, p, -1, keepdim)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """Vectors along `dim` divided by their p-norm, as ``torch.nn.functional.normalize``; norms below `eps` count as it.

    >>> import teachgrad as tg
    >>> normalize(tg.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    return input / vector_norm(input, p, dim, True).clamp_min(eps)
