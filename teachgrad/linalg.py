"""Linear algebra, as ``torch.linalg``: the names. The work is done in `ops/`."""

from __future__ import annotations

import math

from teachgrad.errors import explained
from teachgrad.ops import einsum as _products
from teachgrad.ops.combinatorics import linalg_vander as vander  # noqa: F401
from teachgrad.ops.decompositions import LinAlgError as LinAlgError
from teachgrad.ops.decompositions import cholesky as cholesky
from teachgrad.ops.decompositions import det as det
from teachgrad.ops.decompositions import eigh as eigh
from teachgrad.ops.decompositions import eigvalsh as eigvalsh
from teachgrad.ops.decompositions import from_lower as _from_lower
from teachgrad.ops.decompositions import inv as inv
from teachgrad.ops.decompositions import linalg_qr as qr  # noqa: F401
from teachgrad.ops.decompositions import linalg_slogdet as slogdet  # noqa: F401
from teachgrad.ops.decompositions import linalg_svd as svd  # noqa: F401
from teachgrad.ops.decompositions import lstsq as lstsq
from teachgrad.ops.decompositions import matrix_power as matrix_power
from teachgrad.ops.decompositions import matrix_rank as matrix_rank
from teachgrad.ops.decompositions import pinverse as _pinverse
from teachgrad.ops.decompositions import relative_cut as _relative_cut
from teachgrad.ops.decompositions import solve as solve
from teachgrad.ops.decompositions import solve_triangular as solve_triangular
from teachgrad.ops.decompositions import svdvals as svdvals
from teachgrad.ops.linalg import matmul as matmul
from teachgrad.ops.lu import cholesky_ex as cholesky_ex
from teachgrad.ops.lu import inv_ex as inv_ex
from teachgrad.ops.lu import linalg_lu as lu  # noqa: F401
from teachgrad.ops.lu import linalg_lu_solve as lu_solve  # noqa: F401
from teachgrad.ops.lu import lu_factor as lu_factor
from teachgrad.ops.lu import lu_factor_ex as lu_factor_ex
from teachgrad.ops.lu import solve_ex as solve_ex
from teachgrad.ops.matrix_functions import eig as eig
from teachgrad.ops.matrix_functions import eigvals as eigvals
from teachgrad.ops.matrix_functions import matrix_exp as matrix_exp
from teachgrad.ops.norms import cond as cond
from teachgrad.ops.norms import linalg_norm as norm  # noqa: F401
from teachgrad.ops.norms import matrix_norm as matrix_norm
from teachgrad.ops.norms import vector_norm as vector_norm
from teachgrad.ops.strangers import answering as _answering
from teachgrad.tensor import Tensor


def pinv(
    A: Tensor,  # noqa: N803 - PyTorch's name
    *,
    atol: float | None = None,
    rtol: float | None = None,
    hermitian: bool = False,
) -> Tensor:
    """The pseudo-inverse, as ``torch.linalg.pinv``; see `torch.pinverse`.

    Singular values up to `atol`, or to `rtol` times the largest one, count as 0. Of a `hermitian` matrix only the
    lower triangle is read.
    """
    symmetric = _from_lower(A) if hermitian else A
    cut = _relative_cut(A.array, atol, rtol)
    if atol:
        largest = float(svdvals(symmetric.detach()).array.max(initial=0.0))
        cut = max(cut, atol / largest) if largest else cut
    return _pinverse(symmetric, cut)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:  # noqa: N803 - PyTorch's name
    """The diagonals of stacked matrices, as ``torch.linalg.diagonal``; see `torch.diagonal`."""
    return A.diagonal(offset, dim1, dim2)


def tensorinv(A: Tensor, ind: int = 2) -> Tensor:  # noqa: N803 - PyTorch's name
    """The inverse of the map that sums over the last dims of `A`, all but the first `ind`: ``torch.linalg.tensorinv``.

    Raises:
        RuntimeError: if the first `ind` dims do not have as many elements as the others.
    """
    if ind <= 0:
        raise explained(
            RuntimeError,
            f"Expected a strictly positive integer for 'ind', but got {ind}",
            why=f"ind says how many dimensions come first, and it is {ind}.",
            fix="give 1 or more.",
        )
    before, after = A.shape[:ind], A.shape[ind:]
    if math.prod(before) != math.prod(after):
        raise explained(
            RuntimeError,
            f"Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{math.prod(after)} != {math.prod(before)}",
            why=f"only a square matrix has an inverse, and this one is {math.prod(before)} by {math.prod(after)}.",
            fix="choose ind so that the sizes on both sides have the same product.",
        )
    return inv(A.reshape(math.prod(before), -1)).reshape(*after, *before)


def tensorsolve(A: Tensor, B: Tensor, dims: tuple[int, ...] | None = None) -> Tensor:  # noqa: N803 - PyTorch's names
    """The X for which the sum over the last dims of A times X is B, as ``torch.linalg.tensorsolve``.

    Dims in `dims` are first moved to the end.
    """
    moved = A if dims is None else A.movedim(dims, tuple(range(A.ndim - len(dims), A.ndim)))
    sizes = moved.shape[B.ndim :]
    if math.prod(sizes) != B.numel():
        raise explained(
            RuntimeError,
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), "
            f"but got {math.prod(sizes)} != {B.numel()}",
            why=f"there are {B.numel()} equations for {math.prod(sizes)} unknowns.",
            fix="check both shapes; torch.linalg.lstsq takes more equations than unknowns.",
        )
    return solve(moved.reshape(B.numel(), -1), B.reshape(-1)).reshape(*sizes)


def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of three elements along `dim`, as ``torch.linalg.cross``."""
    return _products.cross(input, other, dim)


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The dot product of vectors along `dim`, batches broadcast, as ``torch.linalg.vecdot``."""
    return (x * y).sum(dim)


def multi_dot(tensors: list[Tensor]) -> Tensor:
    """The product of several matrices (the first and the last may be vectors), as ``torch.linalg.multi_dot``.

    From left to right, which is not always the order with the fewest multiplications.
    """
    if len(tensors) < 2:
        raise explained(
            RuntimeError,
            f"multi_dot(): expected at least 2 tensors but got {len(tensors)}",
            why="a product has two factors or more.",
            fix="give a list of at least two tensors.",
        )
    product = tensors[0]
    for tensor in tensors[1:]:
        product = product @ tensor
    return product


globals().update(_answering(globals(), prefix="linalg_"))
