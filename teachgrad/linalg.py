"""Linear algebra, as ``torch.linalg``: the names. The work is done in `ops/`."""

from __future__ import annotations

from teachgrad.ops import einsum as _products
from teachgrad.ops.decompositions import LinAlgError as LinAlgError
from teachgrad.ops.decompositions import cholesky as cholesky
from teachgrad.ops.decompositions import det as det
from teachgrad.ops.decompositions import eigh as eigh
from teachgrad.ops.decompositions import eigvalsh as eigvalsh
from teachgrad.ops.decompositions import inv as inv
from teachgrad.ops.decompositions import linalg_qr as qr  # noqa: F401
from teachgrad.ops.decompositions import linalg_slogdet as slogdet  # noqa: F401
from teachgrad.ops.decompositions import linalg_svd as svd  # noqa: F401
from teachgrad.ops.decompositions import lstsq as lstsq
from teachgrad.ops.decompositions import matrix_power as matrix_power
from teachgrad.ops.decompositions import matrix_rank as matrix_rank
from teachgrad.ops.decompositions import pinverse as _pinverse
from teachgrad.ops.decompositions import solve as solve
from teachgrad.ops.decompositions import solve_triangular as solve_triangular
from teachgrad.ops.decompositions import svdvals as svdvals
from teachgrad.ops.linalg import matmul as matmul
from teachgrad.ops.norms import cond as cond
from teachgrad.ops.norms import linalg_norm as norm  # noqa: F401
from teachgrad.ops.norms import matrix_norm as matrix_norm
from teachgrad.ops.norms import vector_norm as vector_norm
from teachgrad.tensor import Tensor


def pinv(A: Tensor, *, rtol: float | None = None, hermitian: bool = False) -> Tensor:  # noqa: N803 - PyTorch's name
    """The pseudo-inverse, as ``torch.linalg.pinv``; see `torch.pinverse`."""
    return _pinverse(A, rtol)


def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of three elements along `dim`, as ``torch.linalg.cross``."""
    return _products.cross(input, other, dim)


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The dot product of vectors along `dim`, batches broadcast, as ``torch.linalg.vecdot``."""
    return (x * y).sum(dim)


def multi_dot(tensors: list[Tensor]) -> Tensor:
    """The product of several matrices, from left to right, as ``torch.linalg.multi_dot``."""
    product = tensors[0]
    for tensor in tensors[1:]:
        product = product @ tensor
    return product
