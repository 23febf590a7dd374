"""Matrices as wholes: inverses, systems of equations, determinants, and factors (Cholesky, QR, eigenvalues, SVD).

NumPy computes them (LAPACK inside). A gradient formula follows from an equation that holds before and after a small
change: from A⁻¹ A = 1, for example, d(A⁻¹) = −A⁻¹ dA A⁻¹. Whatever stands in front of the matrices counts a batch.

Functions with several results have one op for each of them. Its formula reads all of them: from the forward pass or, if
the backward pass is itself recorded, computed again from the input, so that second derivatives are right.
Eigenvectors and singular vectors are differentiable where the values are distinct; where two meet, their directions
jump and the gradients are infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from teachgrad import return_types
from teachgrad.errors import brief, c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.corners import where
from teachgrad.ops.reduction import each_left_out
from teachgrad.ops.shape import cat
from teachgrad.ops.table import method, result, twin_of
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers; the rest is `teachgrad.linalg`
    "cholesky",
    "cholesky_solve",
    "det",
    "inverse",
    "logdet",
    "matrix_power",
    "pinverse",
    "qr",
    "slogdet",
    "svd",
]


class _LinAlgError(RuntimeError):
    """A matrix for which there is no such result, as ``torch.linalg.LinAlgError``."""


LinAlgError = _LinAlgError

INV = Op("LinalgInvExBackward0", [lambda g, out: -(out.mT @ g @ out.mT)], symbol="A⁻¹")
PINV = Op("LinalgPinvBackward0", [lambda g, a, out: slope_of_pinv(g.mT, a, out)], symbol="A⁺")
SOLVE = Op(
    "LinalgSolveExBackward0",
    [lambda g, a, out: -(np.linalg.solve(a.mT, g) @ out.mT), lambda g, a: np.linalg.solve(a.mT, g)],
    symbol="A⁻¹B",
)
DET = Op("LinalgDetBackward0", [lambda g, a, out: g[..., None, None] * cofactors(a, out)], symbol="det")
LOGABSDET = Op("LinalgSlogdetBackward0", [lambda g, a: g[..., None, None] * np.linalg.inv(a).mT], symbol="log|det|")
CHOLESKY = Op("LinalgCholeskyExBackward0", [lambda g, out: slope_of_cholesky(out.mT @ g, out)], symbol="cholesky")
QR_Q = Op("LinalgQrBackward0", [lambda g, a, parts: slope_of_q(g, *again(a, parts, thin_qr))], ("parts",), "Q")
QR_R = Op("LinalgQrBackward0", [lambda g, a, parts: slope_of_r(g, *again(a, parts, thin_qr))], ("parts",), "R")
EIGENVALUES = Op(
    "LinalgEighBackward0",
    [lambda g, a, parts, uplo: slope_of_eigenvalues(g, *again(a, parts, eigh, uplo))],
    ("parts", "uplo"),
    "λ",
)
EIGENVECTORS = Op(
    "LinalgEighBackward0",
    [lambda g, a, parts, uplo: slope_of_eigenvectors(g, *again(a, parts, eigh, uplo))],
    ("parts", "uplo"),
    "V",
)
SVD_U, SVD_S, SVD_VH = (
    Op("LinalgSvdBackward0", [formula], ("parts",), name)
    for name, formula in {
        "U": lambda g, a, parts: slope_of_u(g, *again(a, parts, thin_svd)),
        "S": lambda g, a, parts: slope_of_s(g, *again(a, parts, thin_svd)),
        "Vᵀ": lambda g, a, parts: slope_of_vh(g, *again(a, parts, thin_svd)),
    }.items()
)


# Formulas


def again(a: Any, parts: Any, function: Callable[..., Any], *args: Any) -> Any:
    """All results of a decomposition: as arrays they are known; as tensors, with their history, they are made anew."""
    return function(a, *args) if isinstance(a, Tensor) else parts


def from_lower(m: Any) -> Any:
    """The symmetric matrix that has this lower triangle."""
    n = m.shape[-1]
    return m * np.tri(n, dtype=bool) + (m * np.tri(n, k=-1, dtype=bool)).mT


def gaps(values: Any) -> Any:
    """How far each value is from each other, v[j] - v[i]; 1 on the diagonal, so that one can divide by them."""
    return values[..., None, :] - values[..., :, None] + np.eye(values.shape[-1], dtype=bool)


def slope_of_pinv(gt: Any, a: Any, p: Any) -> Any:
    """By the change of P = A⁺: −P dA P + P Pᵀ dAᵀ (1 − A P) + (1 − P A) dAᵀ Pᵀ P. `gt` is gᵀ."""
    left, right = gt @ p @ p.mT, p.mT @ p @ gt
    return -(p @ gt @ p).mT + left - a @ (p @ left) + right - (right @ p) @ a


def slope_of_cholesky(m: Any, out: Any) -> Any:
    """From A = L Lᵀ; `m` is Lᵀ g, of which only the lower triangle counts."""
    half = np.linalg.solve(out.mT, from_lower(m))
    return np.linalg.solve(out.mT, half.mT).mT / 2


def slope_of_q(g: Any, q: Any, r: Any) -> Any:
    """From A = Q R and Qᵀ Q = 1; see `slope_of_r`."""
    return np.linalg.solve(r, (g - q @ from_lower(g.mT @ q)).mT).mT


def slope_of_r(g: Any, q: Any, r: Any) -> Any:
    """From A = Q R, in which Q can only turn: a skew-symmetric change that makes up for all below R's diagonal."""
    return np.linalg.solve(r, (q @ from_lower(r @ g.mT)).mT).mT


def slope_of_eigenvalues(g: Any, values: Any, vectors: Any) -> Any:
    """A change of A shifts each eigenvalue by what it does along its eigenvector."""
    return (vectors * g[..., None, :]) @ vectors.mT


def slope_of_eigenvectors(g: Any, values: Any, vectors: Any) -> Any:
    """A change of A turns eigenvectors into each other, the more the closer their values are."""
    others = ~np.eye(values.shape[-1], dtype=bool)
    return vectors @ ((vectors.mT @ g) * others / gaps(values)) @ vectors.mT


def slope_of_s(g: Any, u: Any, s: Any, vh: Any) -> Any:
    """A change of A shifts each singular value by what it does along its two vectors."""
    return (u * g[..., None, :]) @ vh


def slope_of_u(g: Any, u: Any, s: Any, vh: Any) -> Any:
    """Left singular vectors turn into each other and, if U is tall, into what they do not span."""
    g = g[..., : s.shape[-1]]
    m = u.mT @ g
    slope = u @ ((m - m.mT) / gaps(s * s) * s[..., None, :]) @ vh
    return slope if u.shape[-2] == u.shape[-1] else slope + ((g - u @ m) / s[..., None, :]) @ vh


def slope_of_vh(g: Any, u: Any, s: Any, vh: Any) -> Any:
    """Right singular vectors turn likewise."""
    g = g[..., : s.shape[-1], :]
    m = vh @ g.mT
    slope = u @ (s[..., :, None] * ((m - m.mT) / gaps(s * s))) @ vh
    return slope if vh.shape[-2] == vh.shape[-1] else slope + (u / s[..., None, :]) @ (g - m.mT @ vh)


def cofactors(a: Any, out: Any) -> Any:
    """How far each element moves the determinant: det A (A⁻¹)ᵀ or, for a singular A, the same by its SVD."""
    if (out.array if isinstance(out, Tensor) else np.asarray(out)).all():
        return out[..., None, None] * np.linalg.inv(a).mT
    u, s, vh = thin_svd(a)
    turns = u @ vh
    sign = np.linalg.det(turns.array if isinstance(turns, Tensor) else turns)  # 1 or -1
    return sign[..., None, None] * ((u * np.prod(each_left_out(s), axis=-1)[..., None, :]) @ vh)


# Checks, and errors of LAPACK in PyTorch's words


def checked_matrices(name: str, a: Tensor, square: bool = True) -> Array:
    """The array of a tensor that has to hold matrices of real numbers, square ones unless it is said otherwise."""
    x = a.array
    if x.ndim < 2:
        raise explained(
            RuntimeError,
            f"{name}: The input tensor A must have at least 2 dimensions.",
            why=f"it has shape {x.shape}, and is no matrix.",
            fix="x.unsqueeze(0) makes a vector a row, x.unsqueeze(1) a column.",
        )
    if square and x.shape[-1] != x.shape[-2]:
        raise explained(
            RuntimeError,
            f"{name}: A must be batches of square matrices, but they are {x.shape[-2]} by {x.shape[-1]} matrices",
            why="only square matrices have this.",
            fix="for others there are torch.linalg.pinv, lstsq, qr and svd.",
        )
    if x.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"{name}: Expected a floating point or complex tensor as input. Got {c_name(x.dtype)}",
            why="the result is seldom whole.",
            fix="convert first: A.float()",
        )
    return x


def _failed(
    name: str, x: Array, fails: Callable[[Array], bool], words: Callable[[Array], str], why: str, fix: str
) -> _LinAlgError:
    """The error for the first matrix of a batch that fails."""
    matrices = x.reshape(-1, *x.shape[-2:])
    place = next((i for i, matrix in enumerate(matrices) if fails(matrix)), 0)
    batch = f"(Batch element {place}): " if x.ndim > 2 else ""
    return explained(_LinAlgError, f"{name}: {batch}{words(matrices[place])}", why=why, fix=fix)


def _fails(function: Callable[[Array], Any]) -> Callable[[Array], bool]:
    def fails(matrix: Array) -> bool:
        try:
            function(matrix)
        except np.linalg.LinAlgError:
            return True
        return False

    return fails


def _zero_pivot(matrix: Array) -> int:
    """Which diagonal element elimination finds to be 0, counted from 1."""
    m = matrix.astype(np.float64)
    for k in range(len(m)):
        largest = k + int(np.argmax(np.abs(m[k:, k])))
        if m[largest, k] == 0:
            return k + 1
        m[[k, largest]] = m[[largest, k]]
        m[k + 1 :] -= np.outer(m[k + 1 :, k] / m[k, k], m[k])
    return len(m)


def _singular(x: Array) -> _LinAlgError:
    return _failed(
        "linalg.inv",
        x,
        _fails(np.linalg.inv),
        lambda m: (
            f"The diagonal element {_zero_pivot(m)} is zero, the inversion could not be completed because the input "
            "matrix is singular."
        ),
        why="its rows depend on each other, so different vectors are sent to the same one, and there is no way back.",
        fix="check how it was made; adding a little to the diagonal (A + 1e-6 * torch.eye(n)) helps, or use pinv.",
    )


# Inverses and systems of equations


@method("inverse")
@twin_of(np.linalg.inv)
def inverse(A: Tensor) -> Tensor:  # noqa: N803 - PyTorch's name
    """The inverse of square matrices, as ``torch.linalg.inv``.

    Raises:
        RuntimeError: if A is singular (`torch.linalg.LinAlgError`), not square or not real.

    >>> import teachgrad as tg
    >>> tg.inverse(tg.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    x = checked_matrices("linalg.inv", A)
    try:
        return result(INV, np.linalg.inv(x), (A,))
    except np.linalg.LinAlgError:
        raise _singular(x) from None


inv = inverse


@twin_of(np.linalg.solve)
def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:  # noqa: N803 - PyTorch's names
    """The X with A X = B (or X A = B, if not `left`), as ``torch.linalg.solve``: better than ``inv(A) @ B``.

    Shapes: A (..., n, n), B (..., n, k) or, for vectors, (n) or (..., n); the result has that of B, with batches
    broadcast.

    Raises:
        RuntimeError: if A is singular (`torch.linalg.LinAlgError`), or the shapes do not fit.

    >>> import teachgrad as tg
    >>> solve(tg.tensor([[2.0, 0.0], [0.0, 4.0]]), tg.tensor([2.0, 2.0]))
    tensor([1.0000, 0.5000])
    """
    x = checked_matrices("linalg.solve", A)
    shape = B.array.shape
    if x.dtype != B.array.dtype:
        raise explained(
            RuntimeError,
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {c_name(x.dtype)} and B of "
            f"type {c_name(B.array.dtype)} instead",
            why="one is not converted to the other.",
            fix="convert one: B.to(A.dtype)",
        )
    if len(shape) == 1 or shape == x.shape[:-1]:
        column = solve(A, B.unsqueeze(-1) if left else B.unsqueeze(-2), left=left)
        return column.squeeze(-1 if left else -2)
    if shape[-2 if left else -1] != x.shape[-1]:
        raise explained(
            RuntimeError,
            f"linalg.solve: Incompatible shapes of A and B for the equation {'AX' if left else 'XA'} = B "
            f"({x.shape[-2]}x{x.shape[-1]} and {shape[-2]}x{shape[-1]})",
            why="B has to have as many rows (columns, if not left) as A.",
            fix="print both shapes.",
        )
    if not left:
        return solve(A.mT, B.mT).mT
    try:
        return result(SOLVE, np.linalg.solve(x, B.array), (A, B))
    except np.linalg.LinAlgError:
        raise _failed(
            "torch.linalg.solve",
            x,
            _fails(np.linalg.inv),
            lambda m: "The solver failed because the input matrix is singular.",
            why="its rows depend on each other, so there is no solution, or there are many.",
            fix="torch.linalg.lstsq finds the solution that comes closest.",
        ) from None


def solve_triangular(
    A: Tensor,  # noqa: N803 - PyTorch's names
    B: Tensor,  # noqa: N803
    *,
    upper: bool,
    left: bool = True,
    unitriangular: bool = False,
) -> Tensor:
    """`solve` for the upper (or lower) triangle of A, as ``torch.linalg.solve_triangular``; the rest is not read.

    With `unitriangular` the diagonal counts as 1.
    """
    x = checked_matrices("linalg.solve_triangular", A)
    n = x.shape[-1]
    inside = np.tri(n, k=-1 if unitriangular else 0, dtype=bool)
    triangle = A * (inside.T if upper else inside)
    return solve(triangle + np.eye(n, dtype=x.dtype) if unitriangular else triangle, B, left=left)


@method("cholesky_solve")
def cholesky_solve(B: Tensor, L: Tensor, upper: bool = False) -> Tensor:  # noqa: N803 - PyTorch's names
    """The X with L Lᵀ X = B, as ``torch.cholesky_solve``: `solve` for a matrix whose Cholesky factor is known."""
    inside = np.tri(L.array.shape[-1], dtype=bool)
    factor = (L * inside.T).mT if upper else L * inside
    return solve(factor @ factor.mT, B)


@method("pinverse")
def pinverse(input: Tensor, rcond: float | None = None) -> Tensor:
    """The pseudo-inverse: what comes closest to an inverse for matrices that have none, as ``torch.linalg.pinv``.

    Singular values below `rcond` times the largest count as 0. Differentiable where the rank does not change.
    """
    x = checked_matrices("linalg.pinv", input, square=False)
    cut = max(x.shape[-2:]) * float(np.finfo(x.dtype).eps) if rcond is None else rcond
    return result(PINV, np.linalg.pinv(x, rcond=cut), (input,))


def lstsq(A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Any:  # noqa: N803
    """The X for which A X comes closest to B, as ``torch.linalg.lstsq``; by the pseudo-inverse, whatever the `driver`.

    The driver says which of the further results there are: the squared distances that remain ("gels", "gelsd",
    "gelss", and only if the columns of A do not depend on each other), the rank (all but "gels"), the singular values
    ("gelsd", "gelss"). The others are empty.

    >>> import teachgrad as tg
    >>> points, values = tg.tensor([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]), tg.tensor([[1.0], [3.0], [5.0]])
    >>> lstsq(points, values).solution.round(decimals=4)
    tensor([[2.],
            [1.]])
    """
    nothing, name = wrap(np.zeros(0, A.array.dtype)), driver or "gelsy"
    solution, rank = pinverse(A, rcond) @ B, matrix_rank(A)
    rows, columns = A.array.shape[-2:]
    tall = name != "gelsy" and rows > columns and bool((rank.array == columns).all())
    distances = ((A @ solution - B) ** 2).sum(-2) if tall else nothing
    values = svdvals(A) if name in ("gelsd", "gelss") else nothing
    return return_types.linalg_lstsq(
        (solution, distances, wrap(np.zeros(0, np.int64)) if name == "gels" else rank, values)
    )


@method("matrix_power")
def matrix_power(A: Tensor, n: int) -> Tensor:  # noqa: N803 - PyTorch's name
    """A multiplied by itself n times, for negative n its inverse, as ``torch.linalg.matrix_power``."""
    x = checked_matrices("linalg.matrix_power", A)
    if not isinstance(n, int):
        raise explained(
            TypeError,
            f"linalg_matrix_power(): argument 'n' (position 2) must be int, not {type(n).__name__}",
            why=f"the matrix is multiplied by itself n times, and {brief(n)} is no count.",
            fix="give a whole number; negative ones take the inverse.",
        )
    if n == 0:
        return wrap(np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape).copy())
    if n < 0:
        return matrix_power(inverse(A), -n)
    if n == 1:
        return A.clone()
    half = A if n < 4 else matrix_power(A, n // 2)
    square: Tensor = half @ half
    return square @ A if n % 2 else square


# Determinants


@method("det")
@twin_of(np.linalg.det)
def det(A: Tensor) -> Tensor:  # noqa: N803 - PyTorch's name
    """The determinant of square matrices, as ``torch.linalg.det``: how much they enlarge volumes.

    >>> import teachgrad as tg
    >>> tg.det(tg.tensor([[2.0, 1.0], [0.0, 3.0]]))
    tensor(6.)
    """
    return result(DET, np.linalg.det(checked_matrices("linalg.det", A)), (A,))


def _sign_and_size(A: Tensor) -> tuple[Tensor, Tensor]:  # noqa: N803
    sign, size = np.linalg.slogdet(checked_matrices("linalg.slogdet", A))
    return wrap(np.asarray(sign)), result(LOGABSDET, np.asarray(size), (A,))


def linalg_slogdet(A: Tensor) -> Any:  # noqa: N803 - PyTorch's name
    """The sign of the determinant, and the logarithm of its absolute value, as ``torch.linalg.slogdet``.

    The determinant itself soon leaves the range of floating-point numbers; its logarithm does not. The sign has no
    gradient.
    """
    return return_types.linalg_slogdet(_sign_and_size(A))


@method("slogdet")
def slogdet(A: Tensor) -> Any:  # noqa: N803 - PyTorch's name
    """The sign of the determinant, and the logarithm of its absolute value, as ``torch.slogdet``."""
    return return_types.slogdet(_sign_and_size(A))


@method("logdet")
def logdet(A: Tensor) -> Tensor:  # noqa: N803 - PyTorch's name
    """The logarithm of the determinant, nan if it is negative, as ``torch.logdet``."""
    sign, size = _sign_and_size(A)
    logarithm: Tensor = where(sign < 0, math.nan, size)
    return logarithm


# Factors


@method("cholesky")
def cholesky(A: Tensor, upper: bool = False) -> Tensor:  # noqa: N803 - PyTorch's name
    """The lower triangular L with A = L Lᵀ (or its transpose, if `upper`), as ``torch.linalg.cholesky``.

    A is symmetric and positive definite; only its lower triangle is read.

    Raises:
        RuntimeError: if A is not positive definite (`torch.linalg.LinAlgError`).

    >>> import teachgrad as tg
    >>> tg.cholesky(tg.tensor([[4.0, 2.0], [2.0, 10.0]]))
    tensor([[2., 0.],
            [1., 3.]])
    """
    x = checked_matrices("linalg.cholesky", A)
    try:
        factor = result(CHOLESKY, np.linalg.cholesky(x), (A,))
    except np.linalg.LinAlgError:
        fails = _fails(np.linalg.cholesky)
        raise _failed(
            "linalg.cholesky",
            x,
            fails,
            lambda m: (
                "The factorization could not be completed because the input is not positive-definite (the leading "
                f"minor of order {next(k for k in range(1, len(m) + 1) if fails(m[:k, :k]))} is not positive-definite)."
            ),
            why="some direction v has v · A v that is not above 0, or the matrix is not symmetric.",
            fix="A covariance needs more samples than dimensions; adding to the diagonal (A + 1e-6 * I) helps.",
        ) from None
    return factor.mT if upper else factor


def thin_qr(a: Tensor) -> tuple[Tensor, Tensor]:
    """Q and R, with as many columns of Q as are needed."""
    x = a.array
    rows, columns = x.shape[-2:]
    if rows < columns:  # the rest of R follows from its square part
        q, square = thin_qr(a[..., :rows])
        return q, cat([square, q.mT @ a[..., rows:]], -1)
    q_array, r_array = parts = tuple(np.linalg.qr(x))
    return result(QR_Q, q_array, (a,), (parts,)), result(QR_R, r_array, (a,), (parts,))


def _qr(A: Tensor, mode: str) -> tuple[Tensor, Tensor]:  # noqa: N803
    x = checked_matrices("linalg.qr", A, square=False)
    match mode:
        case "reduced":
            return thin_qr(A)
        case "r":
            return wrap(np.zeros(0, x.dtype)), thin_qr(A)[1]
        case "complete" if x.shape[-2] <= x.shape[-1]:
            return thin_qr(A)
        case "complete":
            q, r = np.linalg.qr(x, "complete")
            return result(QR_COMPLETE, q, (A,)), result(QR_COMPLETE, r, (A,))
    raise explained(
        RuntimeError,
        f"qr received unrecognized mode {mode!r} but expected one of 'reduced' (default), 'r', or 'complete'",
        why="there is no such mode.",
        fix="leave it out for the reduced one.",
    )


def _refused(g: Any) -> Any:
    raise explained(
        RuntimeError,
        "The QR decomposition is not differentiable when mode='complete' and nrows > ncols.",
        why="the columns of Q beyond those of A could be chosen otherwise.",
        fix="use mode='reduced'.",
    )


QR_COMPLETE = Op("LinalgQrBackward0", [lambda g: _refused(g)], symbol="QR")


def linalg_qr(A: Tensor, mode: str = "reduced") -> Any:  # noqa: N803 - PyTorch's name
    """A as Q R, Q with upright columns of length 1, R upper triangular, as ``torch.linalg.qr``.

    Differentiable twice; with ``mode="complete"`` only if A has no more rows than columns.
    """
    return return_types.linalg_qr(_qr(A, mode))


@method("qr")
def qr(input: Tensor, some: bool = True) -> Any:
    """As `torch.linalg.qr`, with ``some=False`` for ``mode="complete"``."""
    return return_types.qr(_qr(input, "reduced" if some else "complete"))


def eigh(A: Tensor, UPLO: str = "L") -> Any:  # noqa: N803 - PyTorch's names
    """Eigenvalues, ascending, and eigenvectors (columns) of symmetric matrices, as ``torch.linalg.eigh``.

    Only the lower triangle is read, with ``UPLO="U"`` the upper one. The sign of a vector is not determined, and
    vectors are differentiable only where the eigenvalues are distinct; the values always are.

    >>> import teachgrad as tg
    >>> eigh(tg.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    tensor([1., 2.])
    """
    x = checked_matrices("linalg.eigh", A)
    if UPLO.upper() not in ("L", "U"):
        raise explained(
            RuntimeError,
            f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}",
            why="it names the triangle that is read.",
            fix="leave it out for the lower one.",
        )
    lapack: Any = np.linalg.eigh
    values, vectors = parts = converged("linalg.eigh", x, lambda m: tuple(lapack(m, UPLO.upper())))
    return return_types.linalg_eigh(
        (result(EIGENVALUES, values, (A,), (parts, UPLO)), result(EIGENVECTORS, vectors, (A,), (parts, UPLO)))
    )


def eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:  # noqa: N803 - PyTorch's names
    """The eigenvalues of symmetric matrices, ascending, as ``torch.linalg.eigvalsh``. Always differentiable."""
    values: Tensor = eigh(A, UPLO).eigenvalues
    return values


def thin_svd(a: Any) -> Any:
    """U, S and Vᵀ, with as many vectors as there are singular values; of an array, arrays."""
    return _svd(a, False) if isinstance(a, Tensor) else tuple(np.linalg.svd(a, full_matrices=False))


def _svd(a: Tensor, full: bool) -> tuple[Tensor, Tensor, Tensor]:
    x = checked_matrices("linalg.svd", a, square=False)
    parts = converged("linalg.svd", x, thin_svd)
    u, s, vh = np.linalg.svd(x) if full else parts
    return (
        result(SVD_U, u, (a,), (parts,)), result(SVD_S, s, (a,), (parts,)), result(SVD_VH, vh, (a,), (parts,)),
    )  # fmt: skip


def converged(name: str, x: Array, function: Callable[[Array], Any]) -> Any:
    """What LAPACK finds; its failure in PyTorch's words."""
    try:
        return function(x)
    except np.linalg.LinAlgError:
        raise _failed(
            name,
            x,
            lambda m: not np.isfinite(m).all(),
            lambda m: "The algorithm failed to converge because the input matrix contained non-finite values.",
            why="there is an inf or nan in it.",
            fix="find where it comes from: torch.autograd.set_detect_anomaly(True), or x.isfinite().all() on the way.",
        ) from None


def linalg_svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None) -> Any:  # noqa: N803
    """A as U diag(S) Vh with singular values S, descending, as ``torch.linalg.svd``.

    S is always differentiable. U and Vh are where the singular values are distinct and, if there are more rows than
    columns or the reverse, not 0; of full matrices, only the first min(m, n) vectors count. Signs are not determined.
    """
    return return_types.linalg_svd(_svd(A, full_matrices))


@method("svd")
def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> Any:
    """As `torch.linalg.svd`, but V, not its transpose, and by default the reduced form, as ``torch.svd``."""
    u, s, vh = _svd(input, not some)
    return return_types.svd((u, s, vh.mT))


def svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:  # noqa: N803 - PyTorch's name
    """The singular values, descending, as ``torch.linalg.svdvals``. Always differentiable.

    >>> import teachgrad as tg
    >>> svdvals(tg.tensor([[3.0, 0.0], [0.0, -4.0]]))
    tensor([4., 3.])
    """
    return _svd(A, False)[1]


def matrix_rank(
    A: Tensor,  # noqa: N803 - PyTorch's name
    tol: float | None = None,
    hermitian: bool = False,
    *,
    atol: float | None = None,
    rtol: float | None = None,
) -> Tensor:
    """How many singular values are not 0, int64, as ``torch.linalg.matrix_rank``.

    Those count as 0 that are not above `atol` (or `tol`), nor above `rtol` times the largest one; by default, what
    rounding may leave.
    """
    x = checked_matrices("linalg.matrix_rank", A, square=hermitian)
    values = np.abs(np.linalg.eigvalsh(x)) if hermitian else np.linalg.svd(x, compute_uv=False)
    least = relative_cut(x, atol if tol is None else tol, rtol) * values.max(-1, keepdims=True, initial=0)
    return wrap(np.count_nonzero(values > np.maximum(least, tol or atol or 0), axis=-1))


def relative_cut(x: Array, atol: float | None, rtol: float | None) -> float:
    """Which part of the largest singular value counts as 0, if it is not said and there is no absolute limit either."""
    if rtol is not None:
        return rtol
    return 0.0 if atol else max(x.shape[-2:]) * float(np.finfo(x.dtype).eps)
