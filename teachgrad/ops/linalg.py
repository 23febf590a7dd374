"""Products of vectors and matrices.

For C = A @ B a short calculation with indices, C_ij = sum_k A_ik B_kj, shows that what flows back to A is G @ Bᵀ, and
what flows back to B is Aᵀ @ G. The shapes alone almost force it: there is no other way to build A's shape from G and B.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained, scalar_name
from teachgrad.graph import Array, Op
from teachgrad.ops.out import written
from teachgrad.ops.pointwise import mul
from teachgrad.ops.shape import expand, reshape, unsqueeze
from teachgrad.ops.table import method, no_broadcast, no_kernel, not_a_tensor, result, twin_of
from teachgrad.ops.views import in_place_twin
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "addbmm",
    "addmm",
    "addmv",
    "addr",
    "baddbmm",
    "bmm",
    "chain_matmul",
    "dot",
    "ger",
    "inner",
    "matmul",
    "mm",
    "mv",
    "outer",
    "vdot",
]

MM = Op("MmBackward0", [lambda g, b: np.dot(g, b.T), lambda g, a: np.dot(a.T, g)], symbol="@")
MV = Op("MvBackward0", [lambda g, b: g[:, None] * b, lambda g, a: np.dot(a.T, g)], symbol="@")
DOT = Op("DotBackward0", [lambda g, b: g * b, lambda g, a: g * a], symbol="·")
VDOT = Op("VdotBackward0", DOT.sources, symbol="·")
MATMUL = Op(
    "UnsafeViewBackward0",
    [lambda g, b: np.matmul(g, b.swapaxes(-1, -2)), lambda g, a: np.matmul(a.swapaxes(-1, -2), g)],
    symbol="@",
)
BMM = Op("BmmBackward0", MATMUL.sources, symbol="@")
# Many matrices times one: all their rows, times the one.
FOLDED = Op(
    "UnsafeViewBackward0",
    [lambda g, b: folded(g, b.T), lambda g, a: np.dot(rows_of(a).T, rows_of(g))],
    symbol="@",
)
# beta * input + alpha * product, in the names of PyTorch
ADDMM = Op(
    "AddmmBackward0",
    [lambda g, beta: beta * g, lambda g, c, alpha: alpha * np.dot(g, c.T), lambda g, b, alpha: alpha * np.dot(b.T, g)],
    ("beta", "alpha"),
    "+ @",
)
ADDMV = Op(
    "AddmvBackward0",
    [
        lambda g, beta: beta * g,
        lambda g, c, alpha: alpha * g[:, None] * c,
        lambda g, b, alpha: alpha * np.dot(b.T, g),
    ],
    ("beta", "alpha"),
    "+ @",
)
ADDR = Op(
    "AddrBackward0",
    [lambda g, beta: beta * g, lambda g, c, alpha: alpha * np.dot(g, c), lambda g, b, alpha: alpha * np.dot(b, g)],
    ("beta", "alpha"),
    "+ ⊗",
)
BADDBMM, ADDBMM = (
    Op(
        f"{name}Backward0",
        [
            lambda g, beta: beta * g,
            lambda g, c, alpha: alpha * np.matmul(g, c.swapaxes(-1, -2)),
            lambda g, b, alpha: alpha * np.matmul(b.swapaxes(-1, -2), g),
        ],
        ("beta", "alpha"),
        "+ @",
    )
    for name in ("Baddbmm", "Addbmm")
)
# x @ Wᵀ + bias in one step. PyTorch's node is the same but for the transpose, which it records apart.
SQUEEZED = Op("SqueezeBackward4", [lambda g, shape: g.reshape(shape)], ("shape",), "squeeze")
LINEAR = Op(
    "AddmmBackward0",
    [lambda g: g, lambda g, c: np.dot(g, c), lambda g, b: np.dot(g.T, b)],
    symbol="linear",
)


@method("matmul", "__matmul__")
@twin_of(np.matmul, np.dot)
def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The matrix product, as ``torch.matmul`` and the operator ``@``.

    Vectors: the dot product. Matrices: (n, k) @ (k, m) -> (n, m). More dimensions: a product for each position
    of the leading ones, which are broadcast. A vector counts as a row on the left, as a column on the right.

    Raises:
        RuntimeError: if the inner sizes or the dtypes differ.

    >>> import teachgrad as tg
    >>> tg.ones(2, 3) @ tg.ones(3)
    tensor([3., 3.])
    """
    if out is not None:
        return written("matmul", matmul(input, other), out)  # type: ignore[no-any-return]
    x, y = _pair("matmul", input, other)
    if x.ndim == y.ndim == 2:  # by far the most frequent
        return result(MM, np.dot(x, y), (input, other))
    match x.ndim, y.ndim:
        case 1, 1:
            return result(DOT, np.dot(x, y), (input, other))
        case 2, 1:
            return result(MV, np.dot(x, y), (input, other))
        case 1, _:
            return _without(-2, matmul(unsqueeze(input, 0), other))
        case _, 1:
            return _without(-1, matmul(input, unsqueeze(other, 1)))
        case _, 2:
            return result(FOLDED, folded(x, y), (input, other))
    try:
        return result(MATMUL, np.matmul(x, y), (input, other))
    except ValueError:
        raise no_broadcast(x.shape[:-2], y.shape[:-2]) from None


def _without(axis: int, product: Tensor) -> Tensor:
    """A product without the dimension that a vector was given for it. No view: nobody else sees the product."""
    return result(SQUEEZED, product.array.squeeze(axis), (product,), (product.array.shape,))


def rows_of(x: Any) -> Any:
    """All rows of all matrices, as one matrix."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def folded(x: Any, matrix: Any) -> Any:
    """Many matrices times one: a single large product is faster than many small ones."""
    return np.dot(rows_of(x), matrix).reshape(*x.shape[:-1], matrix.shape[-1])


@method("__rmatmul__")
def _rmatmul(b: Tensor, a: Any) -> Tensor:
    return matmul(a, b)


@method("mm")
def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices, as ``torch.mm``."""
    if input.array.ndim != 2 or mat2.array.ndim != 2:
        raise explained(
            RuntimeError,
            f"{'self' if input.array.ndim != 2 else 'mat2'} must be a matrix",
            why=f"mm multiplies two matrices, and the shapes are {input.array.shape} and {mat2.array.shape}.",
            fix="a @ b multiplies vectors and stacks of matrices as well.",
            lesson=7,
        )
    return matmul(input, mat2)


@method("mv")
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix and a vector, as ``torch.mv``."""
    if input.array.ndim == 0:
        raise explained(
            IndexError,
            "Dimension specified as 0 but tensor has no dimensions",
            why="mv multiplies a matrix and a vector, and the first tensor is a single number.",
            fix="a * b multiplies by a number.",
            lesson=7,
        )
    if input.array.ndim != 2 or vec.array.ndim != 1:
        raise explained(
            RuntimeError,
            f"vector + matrix @ vector expected, got 1, {input.array.ndim}, {vec.array.ndim}",
            why=f"mv multiplies a matrix and a vector, and the shapes are {input.array.shape} and {vec.array.shape}.",
            fix="a @ b takes both as they come.",
            lesson=7,
        )
    return matmul(input, vec)


@method("bmm")
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """A product of matrices for each position of a batch, as ``torch.bmm``: (B, n, k), (B, k, m) -> (B, n, m).

    >>> import teachgrad as tg
    >>> tg.bmm(tg.ones(4, 2, 3), tg.ones(4, 3, 5)).shape
    torch.Size([4, 2, 5])
    """
    return result(BMM, np.matmul(*_batches(input, mat2)), (input, mat2))


def _batches(a: Tensor, b: Tensor) -> tuple[Array, Array]:
    """The arrays of two batches of matrices that fit each other."""
    for place, factor in enumerate((a, b), 1):
        if factor.array.ndim != 3:
            raise explained(
                RuntimeError,
                f"batch{place} must be a 3D tensor",
                why=f"it has shape {tuple(factor.shape)}, and a batch of matrices has three dimensions.",
                fix="a @ b takes any number of dimensions.",
            )
    expected = [a.array.shape[0], a.array.shape[2]]
    if list(b.array.shape[:2]) != expected:
        raise explained(
            RuntimeError,
            f"Expected size for first two dimensions of batch2 tensor to be: {expected} but got: "
            f"{list(b.array.shape[:2])}.",
            why=f"each of the matrices in {tuple(a.shape)} meets one of those in {tuple(b.shape)}.",
            fix="print both shapes; often one has to be transposed: b.transpose(1, 2).",
        )
    x, y = _pair("bmm", a, b)
    return x, y


@method("outer", "ger")
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Every element of one vector times every element of another, as ``torch.outer``.

    >>> import teachgrad as tg
    >>> tg.outer(tg.tensor([1.0, 2.0]), tg.tensor([3.0, 4.0]))
    tensor([[3., 4.],
            [6., 8.]])
    """
    for name, factor in {"self": input, "vec2": vec2}.items():
        if factor.array.ndim != 1:
            raise explained(
                RuntimeError,
                f"outer: Expected 1-D argument {name}, but got {factor.array.ndim}-D",
                why="it multiplies two vectors.",
                fix="flatten it: x.flatten()",
            )
    return mul(unsqueeze(input, 1), vec2)


ger = outer


@method("inner")
def inner(input: Tensor, other: Tensor) -> Tensor:
    """Products summed over the last dims, of all pairs of vectors, as ``torch.inner``; for two vectors, `dot`."""
    if input.array.ndim == 0 or other.array.ndim == 0:
        return mul(input, other)
    if input.array.shape[-1] != other.array.shape[-1]:
        raise explained(
            RuntimeError,
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}",
            why="the products are summed along the last dimensions.",
            fix="print both shapes; a @ b sums along the last one of a and the last but one of b.",
        )
    rows = matmul(reshape(input, -1, input.array.shape[-1]), reshape(other, -1, other.array.shape[-1]).t())
    return reshape(rows, *input.array.shape[:-1], *other.array.shape[:-1])


@method("dot")
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The dot product of two vectors, as ``torch.dot``."""
    if input.array.ndim != 1 or tensor.array.ndim != 1:
        raise explained(
            RuntimeError,
            f"1D tensors expected, but got {input.array.ndim}D and {tensor.array.ndim}D tensors",
            why=f"the shapes are {input.array.shape} and {tensor.array.shape}; unlike NumPy's, it is for vectors only.",
            fix="a @ b multiplies matrices.",
            lesson=7,
        )
    return matmul(input, tensor)


@method("vdot")
def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The dot product of two vectors, as ``torch.vdot``: for real numbers the same as `dot`."""
    return result(VDOT, dot(input.detach(), other.detach()).array, (input, other))


@method("addmm")
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Beta * input + alpha * (mat1 @ mat2), as ``torch.addmm``; `input` is broadcast.

    >>> import teachgrad as tg
    >>> tg.addmm(tg.tensor([1.0, 2.0]), tg.ones(1, 3), tg.ones(3, 2))
    tensor([[4., 5.]])
    """
    return _added(ADDMM, input, mm(mat1.detach(), mat2.detach()), (mat1, mat2), beta, alpha)


@method("addmv")
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Beta * input + alpha * (mat @ vec), as ``torch.addmv``; `input` is broadcast."""
    return _added(ADDMV, input, mv(mat.detach(), vec.detach()), (mat, vec), beta, alpha)


@method("addr")
def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Beta * input + alpha * outer(vec1, vec2), as ``torch.addr``; `input` is broadcast."""
    return _added(ADDR, input, outer(vec1.detach(), vec2.detach()), (vec1, vec2), beta, alpha)


@method("baddbmm")
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Beta * input + alpha * bmm(batch1, batch2), as ``torch.baddbmm``; `input` is broadcast."""
    return _added(BADDBMM, input, bmm(batch1.detach(), batch2.detach()), (batch1, batch2), beta, alpha)


@method("addbmm")
def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Beta * input + alpha * (the sum over the batch of bmm(batch1, batch2)), as ``torch.addbmm``."""
    product = wrap(np.matmul(*_batches(batch1, batch2)).sum(0))
    return _added(ADDBMM, input, product, (batch1, batch2), beta, alpha)


def chain_matmul(*matrices: Tensor) -> Tensor:
    """The product of several matrices, from left to right, as ``torch.chain_matmul``; see `torch.linalg.multi_dot`."""
    product = matrices[0].clone() if len(matrices) == 1 else matrices[0]
    for matrix in matrices[1:]:
        product = mm(product, matrix)
    return product


def _added(op: Op, input: Tensor, product: Tensor, factors: tuple[Tensor, Tensor], beta: Any, alpha: Any) -> Tensor:
    """The end of all of these. With beta 0 the input is ignored, even nan."""
    total = product.array if alpha == 1 else np.multiply(product.array, alpha, dtype=product.array.dtype)
    start = expand(input.detach(), total.shape).array
    if beta != 0:
        total = total + (start if beta == 1 else np.multiply(start, beta, dtype=start.dtype))
    return result(op, total, (input, *factors), (beta, alpha))


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """The layer input @ weight.T + bias, as ``torch.nn.functional.linear``.

    Shapes: input (..., in), weight (out, in), bias (out), result (..., out).

    >>> import teachgrad as tg
    >>> linear(tg.ones(1, 2), tg.tensor([[1.0, 2.0]]), tg.tensor([10.0]))
    tensor([[13.]])
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("linear", "input", 1, input)
    if bias is None:
        return matmul(input, weight.t())
    x, w = input.array, weight.array
    if x.dtype is not w.dtype and x.dtype != w.dtype:
        raise explained(
            RuntimeError,
            f"mat1 and mat2 must have the same dtype, but got {c_name(x.dtype)} and {c_name(w.dtype)}",
            why=f"the input holds {input.dtype}, the weight {weight.dtype}, and a matrix product converts neither.",
            fix="convert the input: x.float(); or the layers: model.double().",
        )
    if x.ndim != 2:
        rows = linear(reshape(input, -1, x.shape[-1]), weight, bias)
        return reshape(rows, *x.shape[:-1], rows.array.shape[1])
    try:
        out = np.dot(x, w.T)
    except ValueError:
        raise _misfit(input, weight.t()) from None
    out += bias.array
    return result(LINEAR, out, (bias, input, weight))


def _pair(name: str, a: Any, b: Any) -> tuple[Any, Any]:
    """The arrays of two factors that fit each other."""
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        argument, place, factor = ("other", 2, b) if isinstance(a, Tensor) else ("input", 1, a)
        raise explained(
            TypeError,
            f"{name}(): argument '{argument}' (position {place}) must be Tensor, not {type(factor).__name__}",
            why="matrices are multiplied with matrices; a number has no rows and columns.",
            fix="for numbers use *, for arrays torch.from_numpy(array).",
        )
    x, y = a.array, b.array
    if x.ndim == 0 or y.ndim == 0:
        raise explained(
            RuntimeError,
            f"both arguments to matmul need to be at least 1D, but they are {x.ndim}D and {y.ndim}D",
            why=f"the shapes are {x.shape} and {y.shape}, and a single number has no rows or columns.",
            fix="for numbers use *.",
            lesson=7,
        )
    if x.shape[-1] != y.shape[-2 if y.ndim > 1 else 0]:
        raise _misfit(a, b)
    if x.dtype is not y.dtype:
        raise explained(
            RuntimeError,
            f"dot : expected both vectors to have same dtype, but found {c_name(x.dtype)} and {c_name(y.dtype)}"
            if x.ndim == y.ndim == 1
            else "expected m1 and m2 to have the same dtype, but got: "
            f"{scalar_name(x.dtype)} != {scalar_name(y.dtype)}",
            why=f"the factors hold {a.dtype} and {b.dtype}, and a matrix product converts neither.",
            fix="convert one: a.float() or b.double()",
        )
    if x.dtype.kind == "b":
        vectors = {(1, 1): "dot", (2, 1): "addmv_impl_cpu", (3, 3): "bmm"}
        raise no_kernel(vectors.get((x.ndim, y.ndim), "addmm_impl_cpu_"), x)
    return x, y


def _misfit(a: Tensor, b: Tensor) -> RuntimeError:
    m, n = tuple(a.shape), tuple(b.shape)
    match len(m), len(n):
        case 1, 1:
            words = f"inconsistent tensor size, expected tensor {list(m)} and src {list(n)} to have the same number of "
            words += f"elements, but got {m[0]} and {n[0]} elements respectively"
        case _, 1:
            count = math.prod(m[:-1])
            words = f"size mismatch, got input ({count}), mat ({count}x{m[-1]}), vec ({n[0]})"
        case 2, 2:
            words = f"mat1 and mat2 shapes cannot be multiplied ({m[0]}x{m[1]} and {n[0]}x{n[1]})"
        case _, 2:
            words = f"mat1 and mat2 shapes cannot be multiplied ({math.prod(m[:-1])}x{m[-1]} and {n[0]}x{n[1]})"
        case _:
            count = math.prod(n[:-2])
            words = f"Expected size for first two dimensions of batch2 tensor to be: [{count}, {m[-1]}] but got: "
            words += f"[{count}, {n[-2]}]."
    return explained(
        RuntimeError,
        words,
        why=f"in {m} @ {n} the last size of the left factor has to equal the last but one of the right factor.",
        fix="print both shapes; often one factor has to be transposed: a @ b.T",
        lesson=7,
    )


for _function in (addmm, addmv, addr, baddbmm, addbmm):
    in_place_twin(_function.__name__, _function)
