"""LU: what elimination leaves behind. A = P L U: rows in another order, multipliers below the diagonal, and a triangle.

NumPy has it inside `solve` and does not hand it out, so elimination is written down here, one column at a time for a
whole batch of matrices.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from teachgrad import return_types
from teachgrad.errors import explained
from teachgrad.graph import Array, Op
from teachgrad.ops.arrange import tril, triu
from teachgrad.ops.corners import where
from teachgrad.ops.decompositions import again, checked_matrices, cholesky, inverse, solve, solve_triangular
from teachgrad.ops.shape import cat
from teachgrad.ops.table import method, result
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers; the rest is `teachgrad.linalg`
    "cholesky_inverse",
    "lu",
    "lu_solve",
    "lu_unpack",
    "triangular_solve",
]

# Of square matrices whose rows are in the right order already; both results have one op
LU_L, LU_U = (
    Op("LinalgLuBackward0", [formula], ("parts",), symbol)
    for symbol, formula in {
        "L": lambda g, a, parts: slope_of_l(g, *again(a, parts, in_order)),
        "U": lambda g, a, parts: slope_of_u(g, *again(a, parts, in_order)),
    }.items()
)


def slope_of_l(g: Any, l: Any, u: Any) -> Any:  # noqa: E741 - the names of the factors
    """From dA = dL U + L dU: the part of L⁻¹ dA U⁻¹ below the diagonal is L⁻¹ dL, the rest dU U⁻¹."""
    return between(np.tril(l.mT @ g, -1), l, u)


def slope_of_u(g: Any, l: Any, u: Any) -> Any:  # noqa: E741
    """From the same equation."""
    return between(np.triu(g @ u.mT), l, u)


def between(m: Any, l: Any, u: Any) -> Any:  # noqa: E741
    """(Lᵀ)⁻¹ m (Uᵀ)⁻¹."""
    return np.linalg.solve(u, np.linalg.solve(l.mT, m).mT).mT


def eliminated(x: Array) -> tuple[Array, Array, Array]:
    """L and U in one matrix, which row was exchanged for each (from 1 on), and how many steps found a pivot.

    In each column the largest element on or below the diagonal comes to the diagonal, and multiples of its row are
    taken away from those below.
    """
    m = x.reshape(-1, *x.shape[-2:]).copy()
    batch, steps = np.arange(len(m)), min(m.shape[1:])
    pivots = np.empty((len(m), steps), np.int32)
    zero_at = np.zeros(len(m), np.int32)
    for k in range(steps):
        largest = k + np.abs(m[:, k:, k]).argmax(axis=1)
        pivots[:, k] = largest + 1
        m[batch, k], m[batch, largest] = m[batch, largest], m[batch, k]
        pivot = m[:, k, k]
        zero_at = np.where((pivot == 0) & (zero_at == 0), k + 1, zero_at)
        m[:, k + 1 :, k] /= np.where(pivot == 0, 1, pivot)[:, None]
        m[:, k + 1 :, k + 1 :] -= m[:, k + 1 :, k, None] * m[:, k, None, k + 1 :]
    lead = x.shape[:-2]
    return m.reshape(x.shape), pivots.reshape(*lead, steps), zero_at.reshape(lead)


def permutation(pivots: Array, rows: int) -> Array:
    """The matrix P of all exchanges: A = P L U."""
    order = np.broadcast_to(np.arange(rows), (*pivots.shape[:-1], rows)).copy().reshape(-1, rows)
    batch = np.arange(len(order))
    for k, exchanged in enumerate(pivots.reshape(-1, pivots.shape[-1]).T - 1):
        order[batch, k], order[batch, exchanged] = order[batch, exchanged], order[batch, k]
    matrices: Array = np.eye(rows, dtype=bool)[order].swapaxes(-1, -2)
    return matrices.reshape(*pivots.shape[:-1], rows, rows)


def _split(m: Array) -> tuple[Array, Array]:
    """L, with its ones, and U, out of one matrix."""
    rows, columns = m.shape[-2:]
    steps = min(rows, columns)
    lower = np.tril(m[..., :steps], -1) + np.eye(rows, steps, dtype=m.dtype)
    return lower, np.triu(m[..., :steps, :])


def in_order(a: Tensor, parts: tuple[Array, Array] | None = None) -> tuple[Tensor, Tensor]:
    """L and U of square matrices that need no exchange of rows; `parts`, if these are known."""
    parts = parts or _split(eliminated(a.array)[0])
    return result(LU_L, parts[0], (a,), (parts,)), result(LU_U, parts[1], (a,), (parts,))


def _factored(a: Tensor, p: Array, l: Array, u: Array) -> tuple[Tensor, Tensor]:  # noqa: E741
    """L and U of matrices that need not be square: what is left over of either follows from the square part."""
    rows, columns = a.array.shape[-2:]
    b = wrap(np.ascontiguousarray(p.swapaxes(-1, -2))) @ a  # in the order of L U
    n = min(rows, columns)
    if rows == columns:
        return in_order(b, (l, u))
    lower, upper = in_order(b[..., :n, :n], (l[..., :n, :], u[..., :n]))
    if rows > n:
        singular = not u.diagonal(0, -2, -1).all()  # then the rest does not follow, but it is known without derivative
        known = singular and not b.requires_grad
        below = wrap(l[..., n:, :]) if known else solve_triangular(upper, b[..., n:, :], upper=True, left=False)
        return cat([lower, below], -2), upper
    rest = solve_triangular(lower, b[..., n:], upper=False, unitriangular=True)
    return lower, cat([upper, rest], -1)


def linalg_lu(A: Tensor, *, pivot: bool = True) -> Any:  # noqa: N803 - PyTorch's name
    """The P, L and U with A = P L U, as ``torch.linalg.lu``: a permutation and two triangles.

    Shapes: A (..., m, n), P (..., m, m), L (..., m, k), U (..., k, n), with k = min(m, n). Differentiable as often as
    one likes where the pivots are not 0.

    >>> import teachgrad as tg
    >>> linalg_lu(tg.tensor([[1.0, 2.0], [2.0, 2.0]])).U
    tensor([[2., 2.],
            [0., 1.]])
    """
    packed, pivots, _ = eliminated(_checked("linalg.lu", A, pivot))
    p = permutation(pivots, A.array.shape[-2]).astype(A.array.dtype)
    return return_types.linalg_lu((wrap(p), *_factored(A, p, *_split(packed))))


def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> Any:  # noqa: N803
    """`lu_factor` that does not raise: `info` says which pivot is 0, the first counting 1; 0 means that none is.

    As ``torch.linalg.lu_factor_ex``.
    """
    packed, pivots, zero_at = eliminated(_checked("linalg.lu_factor_ex", A, pivot))
    p = permutation(pivots, A.array.shape[-2]).astype(A.array.dtype)
    lower, upper = _factored(A, p, *_split(packed))
    return return_types.linalg_lu_factor_ex((_packed(lower, upper), wrap(pivots), wrap(zero_at)))


def _packed(lower: Tensor, upper: Tensor) -> Tensor:
    """L without its ones below U, in one matrix."""
    below, above = tril(lower, -1), triu(upper)
    rows, columns = lower.array.shape[-2], upper.array.shape[-1]
    if rows < columns:
        below = cat([below, wrap(np.zeros((*below.array.shape[:-1], columns - rows), below.array.dtype))], -1)
    if rows > columns:
        above = cat([above, wrap(np.zeros((*above.array.shape[:-2], rows - columns, columns), above.array.dtype))], -2)
    return below + above


def lu_factor(A: Tensor, *, pivot: bool = True) -> Any:  # noqa: N803 - PyTorch's name
    """L and U in one matrix, and the exchanges of rows, as ``torch.linalg.lu_factor``: what `lu_solve` reads.

    Raises:
        RuntimeError: if a pivot is 0, so that the system could not be solved.
    """
    factored = lu_factor_ex(A, pivot=pivot)
    places = factored.info.array
    if places.any():
        k = int(places[places > 0].flat[0])
        raise explained(
            RuntimeError,
            f"torch.linalg.lu_factor: U[{k},{k}] is zero and using it on lu_solve would result in a division by zero. "
            "If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
            "linalg.lu_factor_ex(A, pivot)",
            why="its rows depend on each other.",
            fix="check how the matrix was made; torch.linalg.lstsq also solves singular systems, as well as can be.",
        )
    return return_types.linalg_lu_factor(factored[:2])


@method("lu")
def lu(input: Tensor, *, pivot: bool = True, get_infos: bool = False) -> Any:
    """As `torch.linalg.lu_factor`, without an error for singular matrices; with `get_infos` also which pivot is 0."""
    factored = lu_factor_ex(input, pivot=pivot)
    return tuple(factored) if get_infos else tuple(factored[:2])


def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True) -> Any:  # noqa: N803
    """P, L and U out of what `lu_factor` returned, as ``torch.lu_unpack``; what is not asked for is empty."""
    rows, columns = LU_data.array.shape[-2:]
    steps = min(rows, columns)
    nothing = wrap(np.zeros(0, LU_data.array.dtype))
    p = wrap(permutation(LU_pivots.array, rows).astype(LU_data.array.dtype)) if unpack_pivots else nothing
    if not unpack_data:
        return return_types.lu_unpack((p, nothing, nothing))
    lower = tril(LU_data[..., :steps], -1) + np.eye(rows, steps, dtype=LU_data.array.dtype)
    return return_types.lu_unpack((p, lower, triu(LU_data[..., :steps, :])))


def linalg_lu_solve(
    LU: Tensor,  # noqa: N803 - PyTorch's names
    pivots: Tensor,
    B: Tensor,  # noqa: N803
    *,
    left: bool = True,
    adjoint: bool = False,
) -> Tensor:
    """The X with A X = B for an A that `lu_factor` has factored, as ``torch.linalg.lu_solve``.

    With `adjoint` A is transposed, without `left` the equation is X A = B.
    """
    if not left:
        return linalg_lu_solve(LU, pivots, B.mT, adjoint=not adjoint).mT
    n = LU.array.shape[-1]
    p = wrap(permutation(pivots.array, n).astype(LU.array.dtype))
    lower, upper = tril(LU, -1) + np.eye(n, dtype=LU.array.dtype), triu(LU)
    if adjoint:
        return p @ solve(lower.mT, solve(upper.mT, B))
    return solve(upper, solve(lower, p.mT @ B))


@method("lu_solve")
def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:  # noqa: N803 - PyTorch's names
    """As `torch.linalg.lu_solve`, with the right-hand side first."""
    return linalg_lu_solve(LU_data, LU_pivots, b)


def _checked(name: str, a: Tensor, pivot: bool) -> Array:
    if not pivot:
        raise explained(
            RuntimeError,
            "linalg.lu_factor: LU without pivoting is not implemented on the CPU",
            why="a pivot that is 0 or small would spoil the result.",
            fix="leave pivot out.",
        )
    return checked_matrices(name, a, square=False)


# Solvers with triangles


@method("triangular_solve")
def triangular_solve(
    b: Tensor,
    A: Tensor,  # noqa: N803 - PyTorch's name
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
) -> Any:
    """As `torch.linalg.solve_triangular`, with the right-hand side first; returns the solution and a copy of A."""
    matrix, above = (A.mT, not upper) if transpose else (A, upper)
    solution = solve_triangular(matrix, b, upper=above, unitriangular=unitriangular)
    return return_types.triangular_solve((solution, A.clone()))


@method("cholesky_inverse")
def cholesky_inverse(L: Tensor, upper: bool = False) -> Tensor:  # noqa: N803 - PyTorch's name
    """The inverse of L Lᵀ (Lᵀ L, if `upper`), whose Cholesky factor is known, as ``torch.cholesky_inverse``."""
    checked_matrices("cholesky_inverse", L)
    factor = triu(L).mT if upper else tril(L)
    return inverse(factor @ factor.mT)


# Inverses and solutions that do not raise


def inv_ex(A: Tensor, *, check_errors: bool = False) -> Any:  # noqa: N803 - PyTorch's name
    """The inverse, nan for singular matrices, and for each which pivot is 0 (0 for none): ``torch.linalg.inv_ex``.

    Raises:
        RuntimeError: for singular matrices, with `check_errors`.
    """
    x = checked_matrices("linalg.inv", A)
    zero_at = eliminated(x)[2]
    if check_errors or not zero_at.any():
        return return_types.linalg_inv_ex((inverse(A), wrap(zero_at)))
    return return_types.linalg_inv_ex((_where_regular(zero_at, A, inverse), wrap(zero_at)))


def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> Any:  # noqa: N803
    """The solution of A X = B, and for each A which pivot is 0 (0 for none), as ``torch.linalg.solve_ex``.

    nan for singular ones; see `inv_ex`.
    """
    zero_at = eliminated(checked_matrices("linalg.solve", A))[2]
    if check_errors or not zero_at.any():
        return return_types.linalg_solve_ex((solve(A, B, left=left), wrap(zero_at)))
    found = _where_regular(zero_at, A, lambda regular: solve(regular, B, left=left))
    return return_types.linalg_solve_ex((found, wrap(zero_at)))


def cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False) -> Any:  # noqa: N803
    """The Cholesky factor, and for each matrix the first leading part that is not positive-definite (0 for none).

    As ``torch.linalg.cholesky_ex``; nan for such matrices. See `inv_ex` for `check_errors`.
    """
    x = checked_matrices("linalg.cholesky_ex", A)
    matrices = x.reshape(-1, *x.shape[-2:])
    failed_at = np.array([_first_failing(m) for m in matrices], np.int32).reshape(x.shape[:-2])
    if check_errors or not failed_at.any():
        return return_types.linalg_cholesky_ex((cholesky(A, upper), wrap(failed_at)))
    factor = _where_regular(failed_at, A, lambda regular: cholesky(regular, upper))
    return return_types.linalg_cholesky_ex((factor, wrap(failed_at)))


def _where_regular(fails: Array, a: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """A function of matrices; those that fail are exchanged for 1 before it and for nan after it."""
    bad = wrap((fails != 0)[..., None, None])
    one = wrap(np.eye(a.array.shape[-1], dtype=a.array.dtype))
    found: Tensor = where(bad, math.nan, function(where(bad, one, a)))
    return found


def _first_failing(m: Array) -> int:
    """The order of the first leading part that is not positive-definite, 0 if there is none."""
    for k in range(1, len(m) + 1):
        try:
            np.linalg.cholesky(m[:k, :k])
        except np.linalg.LinAlgError:
            return k
    return 0
