"""Functions of matrices as wholes: the exponential, and eigenvalues of matrices that are not symmetric."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad import return_types
from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops.decompositions import again, checked_matrices, converged, gaps
from teachgrad.ops.table import method, result
from teachgrad.tensor import Tensor

__all__ = ["matrix_exp"]  # what the face of the package offers; the rest is `teachgrad.linalg`

TERMS = 18  # of the power series, for matrices whose norm is at most 1: the next one is below rounding

MATRIX_EXP = Op("LinalgMatrixExpBackward0", [lambda g, a: slope_of_exponential(g, a.mT)], symbol="exp A")
EIG_VALUES = Op("LinalgEigBackward0", [lambda g, a, parts: slope_of_values(g, *again(a, parts, eig))], ("parts",), "λ")
EIG_VECTORS = Op(
    "LinalgEigBackward0", [lambda g, a, parts: slope_of_vectors(g, *again(a, parts, eig))], ("parts",), "V"
)


def slope_of_exponential(g: Any, t: Any) -> Any:
    """How far exp(t) moves if t moves by g: the upper right block of exp([[t, g], [0, t]]).

    N. J. Higham, "Functions of Matrices: Theory and Computation" (SIAM, 2008), theorem 3.6.
    """
    n = t.shape[-1]
    upper = np.concatenate([t, g], -1)
    lower = np.concatenate([0 * g, t], -1)
    block: Any = np.concatenate([upper, lower], -2)
    return (matrix_exp(block) if isinstance(block, Tensor) else exponential(block))[..., :n, n:]


def slope_of_values(g: Any, values: Any, vectors: Any) -> Any:
    """A change of A shifts each eigenvalue by what it does along its eigenvector, seen by the inverse of V."""
    return np.linalg.solve(vectors.mT, g[..., :, None] * vectors.mT)


def slope_of_vectors(g: Any, values: Any, vectors: Any) -> Any:
    """A change of A turns eigenvectors into each other, and their length is kept at 1."""
    turns = vectors.mT @ g
    own = turns * np.eye(values.shape[-1], dtype=bool)
    inner = (turns - (vectors.mT @ vectors) @ own) * ~np.eye(values.shape[-1], dtype=bool) / gaps(values)
    return np.linalg.solve(vectors.mT, inner @ vectors.mT)


def exponential(a: Array) -> Array:
    """The power series 1 + A + A²/2 + ..., for A halved until it is small; the result is then squared as often."""
    size = np.abs(a).sum(axis=-2).max(initial=0.0)
    halvings = max(0, math.ceil(math.log2(size))) if 0 < size < math.inf else 0
    small = a / a.dtype.type(2.0**halvings)
    term = total = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    for k in range(1, TERMS + 1):
        term = term @ small / a.dtype.type(k)
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total


@method("matrix_exp")
def matrix_exp(A: Tensor) -> Tensor:  # noqa: N803 - PyTorch's name
    """The exponential of square matrices, 1 + A + A²/2 + A³/6 + ..., as ``torch.linalg.matrix_exp``.

    Shapes: A (..., n, n), and so the result. It solves linear differential equations: x(t) = exp(A t) x(0).

    Raises:
        RuntimeError: if A is not square or not real.

    >>> import teachgrad as tg
    >>> matrix_exp(tg.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor([[1., 1.],
            [0., 1.]])
    """
    return result(MATRIX_EXP, exponential(checked_matrices("linalg.matrix_exp", A)), (A,))


def eig(A: Tensor) -> Any:  # noqa: N803 - PyTorch's name
    """Eigenvalues and eigenvectors (columns, of length 1) of square matrices, as ``torch.linalg.eig``.

    Only for matrices whose eigenvalues are real; the results are then real numbers, where PyTorch's type is complex.
    Differentiable where the eigenvalues are distinct. For symmetric matrices use `eigh`: it is faster and exact.

    Raises:
        RuntimeError: if an eigenvalue is not real, or A is not square.

    >>> import teachgrad as tg
    >>> eig(tg.tensor([[2.0, 1.0], [0.0, 3.0]])).eigenvalues
    tensor([2., 3.])
    """
    x = checked_matrices("linalg.eig", A)
    values, vectors = converged("linalg.eig", x, lambda m: tuple(np.linalg.eig(m)))
    turning = values[values.imag != 0]
    if turning.size:
        raise explained(
            RuntimeError,
            "linalg.eig: the eigenvalues of this matrix are complex",
            why=f"one of them is {turning[0]:.4g}: the matrix turns vectors, and teachgrad computes with real numbers.",
            fix="numpy.linalg.eig(A.detach().numpy()) has them; symmetric matrices have real ones: torch.linalg.eigh.",
        )
    parts = values, vectors = values.real.copy(), vectors.real.copy()  # NumPy's type may be complex all the same
    return return_types.linalg_eig(
        (result(EIG_VALUES, values, (A,), (parts,)), result(EIG_VECTORS, vectors, (A,), (parts,)))
    )


def eigvals(A: Tensor) -> Tensor:  # noqa: N803 - PyTorch's name
    """The eigenvalues of square matrices, as ``torch.linalg.eigvals``; see `eig`."""
    values: Tensor = eig(A).eigenvalues
    return values
