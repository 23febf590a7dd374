"""Products of vectors and matrices.

For C = A @ B a short calculation with indices, C_ij = sum_k A_ik B_kj, shows that what flows back to A is G @ Bᵀ, and
what flows back to B is Aᵀ @ G. The shapes alone almost force it: there is no other way to build A's shape from G and B.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Op
from teachgrad.ops.shape import reshape, squeeze, unsqueeze
from teachgrad.ops.table import method, not_a_tensor, result, twin_of
from teachgrad.tensor import Tensor

__all__ = [  # what the face of the package offers
    "dot",
    "matmul",
    "mm",
    "mv",
]

MM = Op("MmBackward0", [lambda g, b: np.dot(g, b.T), lambda g, a: np.dot(a.T, g)], symbol="@")
MV = Op("MvBackward0", [lambda g, b: g[:, None] * b, lambda g, a: np.dot(a.T, g)], symbol="@")
DOT = Op("DotBackward0", [lambda g, b: g * b, lambda g, a: g * a], symbol="·")
BMM = Op(
    "UnsafeViewBackward0",
    [lambda g, b: np.matmul(g, b.swapaxes(-1, -2)), lambda g, a: np.matmul(a.swapaxes(-1, -2), g)],
    symbol="@",
)
# x @ Wᵀ + bias in one step. PyTorch's node is the same but for the transpose, which it records apart.
LINEAR = Op(
    "AddmmBackward0",
    [lambda g: g, lambda g, c: np.dot(g, c), lambda g, b: np.dot(g.T, b)],
    symbol="linear",
)


@method("matmul", "__matmul__")
@twin_of(np.matmul, np.dot)
def matmul(a: Tensor, b: Tensor) -> Tensor:
    """The matrix product, as ``torch.matmul`` and the operator ``@``.

    Vectors: the dot product. Matrices: (n, k) @ (k, m) -> (n, m). More dimensions: a product for each position
    of the leading ones, which are broadcast. A vector counts as a row on the left, as a column on the right.

    Raises:
        RuntimeError: if the inner sizes or the dtypes differ.

    >>> import teachgrad as tg
    >>> tg.ones(2, 3) @ tg.ones(3)
    tensor([3., 3.])
    """
    x, y = _pair("matmul", a, b)
    match x.ndim, y.ndim:
        case 2, 2:
            return result(MM, np.dot(x, y), (a, b))
        case 1, 1:
            return result(DOT, np.dot(x, y), (a, b))
        case 2, 1:
            return result(MV, np.dot(x, y), (a, b))
        case 1, _:
            return squeeze(matmul(unsqueeze(a, 0), b), -2)
        case _, 1:
            return squeeze(matmul(a, unsqueeze(b, 1)), -1)
    try:
        return result(BMM, np.matmul(x, y), (a, b))
    except ValueError:
        raise _misfit(a, b) from None


@method("__rmatmul__")
def _rmatmul(b: Tensor, a: Any) -> Tensor:
    return matmul(a, b)


@method("mm")
def mm(a: Tensor, b: Tensor) -> Tensor:
    """The product of two matrices, as ``torch.mm``."""
    if a.array.ndim != 2 or b.array.ndim != 2:
        raise RuntimeError(f"{'self' if a.array.ndim != 2 else 'mat2'} must be a matrix")
    return matmul(a, b)


@method("mv")
def mv(a: Tensor, b: Tensor) -> Tensor:
    """The product of a matrix and a vector, as ``torch.mv``."""
    return matmul(a, b)


@method("dot")
def dot(a: Tensor, b: Tensor) -> Tensor:
    """The dot product of two vectors, as ``torch.dot``."""
    if a.array.ndim != 1 or b.array.ndim != 1:
        raise explained(
            RuntimeError,
            f"1D tensors expected, but got {a.array.ndim}D and {b.array.ndim}D tensors",
            why="dot is for vectors; unlike NumPy's it does not multiply matrices.",
            fix="use a @ b",
        )
    return matmul(a, b)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """The layer x @ weight.T + bias, as ``torch.nn.functional.linear``.

    Shapes: x (..., in), weight (out, in), bias (out), result (..., out).

    >>> import teachgrad as tg
    >>> linear(tg.ones(1, 2), tg.tensor([[1.0, 2.0]]), tg.tensor([10.0]))
    tensor([[13.]])
    """
    if not isinstance(x, Tensor):
        raise not_a_tensor("linear", "input", 1, x)
    if bias is None:
        return matmul(x, weight.t())
    if x.array.dtype is not weight.array.dtype and x.array.dtype != weight.array.dtype:
        raise explained(
            RuntimeError,
            f"mat1 and mat2 must have the same dtype, but got {c_name(x.array.dtype)} and {c_name(weight.array.dtype)}",
            why=f"the input holds {x.dtype}, the weight {weight.dtype}, and a matrix product converts neither.",
            fix="convert the input: x.float(); or the layers: model.double().",
        )
    if x.array.ndim != 2:
        rows = linear(reshape(x, -1, x.array.shape[-1]), weight, bias)
        return reshape(rows, *x.array.shape[:-1], rows.array.shape[1])
    try:
        out = np.dot(x.array, weight.array.T)
    except ValueError:
        raise _misfit(x, weight.t()) from None
    out += bias.array
    return result(LINEAR, out, (bias, x, weight))


def _pair(name: str, a: Any, b: Any) -> tuple[Any, Any]:
    """The arrays of two factors that fit each other."""
    for place, factor in enumerate((a, b), 1):
        if not isinstance(factor, Tensor):
            raise explained(
                TypeError,
                f"{name}(): argument '{('input', 'other')[place - 1]}' (position {place}) must be Tensor, "
                f"not {type(factor).__name__}",
                why="matrices are multiplied with matrices; a number has no rows and columns.",
                fix="for numbers use *, for arrays torch.from_numpy(array).",
            )
    x, y = a.array, b.array
    if x.ndim == 0 or y.ndim == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {x.ndim}D and {y.ndim}D")
    if x.shape[-1] != y.shape[-2 if y.ndim > 1 else 0]:
        raise _misfit(a, b)
    if x.dtype is not y.dtype:
        raise explained(
            RuntimeError,
            f"expected m1 and m2 to have the same dtype, but got: {_c_name(a)} != {_c_name(b)}",
            why="a matrix product does not convert its factors by itself.",
            fix="convert one: a.float() or b.double()",
        )
    return x, y


def _c_name(a: Tensor) -> str:
    return {"float32": "float", "float64": "double", "int64": "long long", "int32": "int"}.get(
        a.dtype.name, a.dtype.name
    )


def _misfit(a: Tensor, b: Tensor) -> RuntimeError:
    m, n = tuple(a.shape), tuple(b.shape)
    match len(m), len(n):
        case 1, 1:
            words = f"inconsistent tensor size, expected tensor {list(m)} and src {list(n)} to match"
        case 2, 1:
            words = f"size mismatch, got input ({m[0]}), mat ({m[0]}x{m[1]}), vec ({n[0]})"
        case 2, 2:
            words = f"mat1 and mat2 shapes cannot be multiplied ({m[0]}x{m[1]} and {n[0]}x{n[1]})"
        case _:
            words = f"mat1 and mat2 shapes cannot be multiplied: the inner or the batch sizes of {m} and {n} differ"
    return explained(
        RuntimeError,
        words,
        why=f"in {m} @ {n} the last size of the left factor has to equal the last but one of the right factor.",
        fix="print both shapes; often one factor has to be transposed: a @ b.T",
    )
