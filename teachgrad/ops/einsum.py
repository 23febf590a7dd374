"""Einstein's summation: products of tensors, written with a letter for each dimension.

In ``einsum("ij,jk->ik", a, b)`` letters that several tensors share run together, and those that the result does not
name are summed over. That covers matrix products, transposes, traces, outer products and their batched forms. The
gradient is an einsum again: what flows back to `a` is the gradient of the result with `b`, in the letters of `a`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.pointwise import mul
from teachgrad.ops.table import method, result, twin_of
from teachgrad.size import checked_dim
from teachgrad.tensor import Tensor

__all__ = [  # what the face of the package offers
    "cross",
    "einsum",
    "kron",
    "tensordot",
    "trace",
]

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  # as in `string`, which takes a while to import

# PyTorch composes einsum of permutations and bmm; here it is one node for each pair.
EINSUM = Op(
    "EinsumBackward0",
    [
        lambda g, b, ours, theirs, to: contracted(g, to, b, theirs, ours),
        lambda g, a, ours, theirs, to: contracted(a, ours, g, to, theirs),
    ],
    ("ours", "theirs", "to"),
    "einsum {ours},{theirs}→{to}",
)
EINSUM_OF_ONE = Op(
    "EinsumBackward1",
    [lambda g, ours, to, shape: laid_out(g, ours, to, shape)],
    ("ours", "to", "shape"),
    "einsum {ours}→{to}",
)
LAID_OUT = Op("EinsumBackward2", [lambda g, ours, to: rearranged(g, ours, to)], ("ours", "to", "shape"), "lay out")
TRACE = Op("TraceBackward0", [lambda g, shape: g * np.eye(*shape, dtype=np.bool)], ("shape",), "trace")
CROSS = Op(
    "LinalgCrossBackward0",
    [lambda g, b, axis: turned(b, g, axis), lambda g, a, axis: turned(g, a, axis)],
    ("axis",),
    "×",
)


def rearranged(a: Any, ours: str, out: str) -> Any:
    """One tensor with its dims in another order: letters that are not in `out` are summed, repeated ones a diagonal."""
    if isinstance(a, Tensor):
        return result(EINSUM_OF_ONE, rearranged(a.array, ours, out), (a,), (ours, out, a.array.shape))
    return np.array(np.einsum(f"{ours}->{out}", a))


def laid_out(g: Any, ours: str, out: str, shape: tuple[int, ...]) -> Any:
    """The way back: over summed dims repeated, on the diagonal of repeated ones, elsewhere 0."""
    if isinstance(g, Tensor):
        return result(LAID_OUT, laid_out(g.array, ours, out, shape), (g,), (ours, out, shape))
    full = np.zeros(shape, g.dtype)
    once = "".join(dict.fromkeys(ours))
    np.einsum(f"{ours}->{once}", full)[...] = _aligned(g, out, once)
    return full


def contracted(a: Any, ours: str, b: Any, theirs: str, out: str) -> Any:
    """Two tensors multiplied along the letters they share, and summed over those that are not in `out`.

    No letter is repeated within a tensor, and each is in two of the three. So it is a product of matrices: letters in
    all three count the matrices, those in both tensors are summed, the others are rows and columns.
    """
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        return result(EINSUM, contracted(a.array, ours, b.array, theirs, out), (a, b), (ours, theirs, out))
    summed = [c for c in ours if c in theirs and c not in out]
    if not summed:
        return np.asarray(_aligned(a, ours, out) * _aligned(b, theirs, out))
    batch = [c for c in ours if c in theirs and c in out]
    rows, columns = ([c for c in letters if c in out and c not in batch] for letters in (ours, theirs))
    size = dict(zip(ours + theirs, a.shape + b.shape))
    counts = [math.prod([size[c] for c in group]) for group in (batch, rows, summed, columns)]
    left = _aligned(a, ours, "".join(batch + rows + summed)).reshape(counts[0], counts[1], counts[2])
    right = _aligned(b, theirs, "".join(batch + summed + columns)).reshape(counts[0], counts[2], counts[3])
    product = np.matmul(left, right) if batch else np.dot(left[0], right[0])
    found = "".join(batch + rows + columns)
    return _aligned(product.reshape([size[c] for c in found]), found, out)


def _aligned(x: Array, letters: str, target: str) -> Array:
    """The dims in the order of `target`, with size 1 where `x` has no such letter."""
    ordered = x.transpose([letters.index(c) for c in target if c in letters])
    return ordered[tuple(slice(None) if c in letters else None for c in target)]


@twin_of(np.einsum)
def einsum(*args: Any) -> Tensor:
    """Products and sums along dims that are named by letters, as ``torch.einsum``.

    Called with an equation and the tensors, or with each tensor followed by a list of numbers for its dims. ``...``
    stands for any further dims, which are broadcast. Without ``->`` the result has the letters that come once, in
    alphabetical order.

    Raises:
        RuntimeError: if the equation does not fit the tensors.

    >>> import teachgrad as tg
    >>> a, b = tg.ones(2, 3), tg.ones(3, 4)
    >>> tg.einsum("ij,jk->ik", a, b).shape, tg.einsum("ij->", a)
    (torch.Size([2, 4]), tensor(6.))
    """
    equation, tensors = _equation(args)
    terms, out = _letters(equation, tensors)
    stretched = {c for term, t in zip(terms, tensors) for c, size in zip(term, t.array.shape) if size == 1}
    tensors = _stretched(terms, tensors)
    a, ours = tensors[0], terms[0]
    for place in range(1, len(tensors)):
        b, theirs = tensors[place], terms[place]
        needed = set(out).union(*terms[place + 1 :])
        a, ours = _reduced(a, ours, needed.union(theirs))
        b, theirs = _reduced(b, theirs, needed.union(ours))
        if a.array.dtype != b.array.dtype and not set(ours).intersection(theirs) - needed - stretched:
            common = dtypes.promote_types(a.dtype, b.dtype)  # nothing is contracted: elements are multiplied one by one
            a, b = a.to(common), b.to(common)
        if a.array.dtype != b.array.dtype:
            raise explained(
                RuntimeError,
                f"expected scalar type {c_name(a.array.dtype)} but found {c_name(b.array.dtype)}",
                why="einsum does not convert its tensors by itself.",
                fix="convert one: a.float() or b.double()",
            )
        last = place == len(tensors) - 1
        both = out if last else "".join(c for c in dict.fromkeys(ours + theirs) if c in needed)
        a, ours = contracted(a, ours, b, theirs, both), both
    return a if ours == out and len(tensors) > 1 else _rearranged(a, ours, out)


def _rearranged(a: Tensor, ours: str, out: str) -> Tensor:
    arranged: Tensor = rearranged(a, ours, out)
    return arranged


def _reduced(a: Tensor, ours: str, needed: set[str]) -> tuple[Tensor, str]:
    """Without repeated letters and without those that nobody else names."""
    kept = "".join(c for c in dict.fromkeys(ours) if c in needed)
    return (a, ours) if kept == ours else (_rearranged(a, ours, kept), kept)


def _equation(args: tuple[Any, ...]) -> tuple[str, list[Tensor]]:
    """Equation and tensors, however they were given."""
    if len(args) < 2:
        raise explained(
            ValueError,
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list",
            why=f"{len(args)} argument{'s were' if len(args) != 1 else ' was'} given.",
            fix='write torch.einsum("ij,jk->ik", a, b).',
        )
    if isinstance(args[0], str):
        tensors = args[1:]
        if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
            tensors = tuple(tensors[0])
        return args[0].replace(" ", ""), list(tensors)
    terms = ["".join("..." if d is Ellipsis else LETTERS[d] for d in dims) for dims in args[1::2]]
    equation = ",".join(terms)
    if len(args) % 2:
        last = "".join("..." if d is Ellipsis else LETTERS[d] for d in args[-1])
        return f"{equation}->{last}", list(args[0:-1:2])
    return equation, list(args[0::2])


def _letters(equation: str, tensors: Sequence[Tensor]) -> tuple[list[str], str]:
    """The letters of each tensor and of the result, with letters of their own for the dims behind ``...``."""
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(tensors):
        many = "fewer" if len(tensors) < len(terms) else "more"
        raise _bad(f"{many} operands were provided than specified in the equation", equation, tensors)
    for place, c in enumerate(equation.replace("...", "   ")):
        if c not in LETTERS + " ," and not (arrow and len(left) <= place < len(left) + 2):
            raise _bad(
                f"invalid subscript given at index {place} in the equation string, subscripts must be in [a-zA-Z]",
                equation,
                tensors,
            )
    spare = [c for c in LETTERS[::-1] if c not in equation]
    hidden = ""
    for place, (term, tensor) in enumerate(zip(terms, tensors)):
        ndim, named = tensor.array.ndim, len(term.replace("...", ""))
        if named > ndim or (named < ndim and "..." not in term):
            rest = "" if "..." in term else " and no ellipsis was given"
            does = "is more than" if "..." in term else "does not match"
            raise _bad(
                f"the number of subscripts in the equation ({named}) {does} the number of dimensions ({ndim}) for "
                f"operand {place}{rest}",
                equation,
                tensors,
            )
        further = "".join(spare[: ndim - named][::-1])  # aligned on the right, as always when broadcasting
        hidden = max(hidden, further, key=len)
        terms[place] = term.replace("...", further)
    if not arrow:
        letters = "".join(terms)
        return terms, hidden + "".join(sorted(c for c in set(letters) - set(hidden) if letters.count(c) == 1))
    out = right.replace("...", hidden)
    for c in out:
        if out.count(c) > 1:
            raise _bad(f"output subscript {c} appears more than once in the output", equation, tensors)
        if not any(c in term for term in terms):
            raise _bad(f"output subscript {c} does not appear in the equation for any input operand", equation, tensors)
    return terms, out


def _stretched(terms: list[str], tensors: list[Tensor]) -> list[Tensor]:
    """The tensors with dims of size 1 stretched to what the same letter has elsewhere."""
    sizes: dict[str, int] = {}
    for place, (term, tensor) in enumerate(zip(terms, tensors)):
        own: dict[str, int] = {}
        for c, size in zip(term, tensor.array.shape):
            if own.setdefault(c, size) != size:
                words = f"subscript {c} is repeated for operand {place} but the sizes don't match, {size} != {own[c]}"
                raise _bad(words, ",".join(terms), tensors)
            if size != 1 and sizes.get(c, 1) not in (1, size):
                words = (
                    f"subscript {c} has size {size} for operand {place} which does not broadcast with previously seen "
                    f"size {sizes[c]}"
                )
                raise _bad(words, ",".join(terms), tensors)
            sizes[c] = max(size, sizes.get(c, 1)) if size else 0
    full = [tuple(sizes[c] for c in term) for term in terms]
    return [t if t.array.shape == shape else t.expand(shape) for t, shape in zip(tensors, full)]


def _bad(words: str, equation: str, tensors: Sequence[Tensor]) -> RuntimeError:
    return explained(
        RuntimeError,
        f"einsum(): {words}",
        why=f"the equation is {equation!r}, the shapes are {', '.join(str(tuple(t.shape)) for t in tensors)}.",
        fix="give each dimension a letter, and the same letter to dimensions that run together.",
    )


@twin_of(np.tensordot)
def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """Products summed over several dims at once, as ``torch.tensordot``.

    `dims` says how many: the last ones of `a` with the first ones of `b`; or which, as two lists.

    >>> import teachgrad as tg
    >>> tg.tensordot(tg.ones(2, 3, 4), tg.ones(3, 4, 5), dims=2).shape
    torch.Size([2, 5])
    """
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        dims = (range(a.array.ndim - dims, a.array.ndim), range(dims))
    first, second = ([d] if isinstance(d, int) else list(d) for d in dims)
    if len(first) != len(second):
        raise explained(
            RuntimeError,
            "both dimension lists should have same length",
            why=f"dimensions {first} are to be summed together with {second}.",
            fix="name as many dimensions of the one tensor as of the other.",
        )
    ours = list(LETTERS[: a.array.ndim])
    theirs = list(LETTERS[::-1][: b.array.ndim])
    for d, e in zip(first, second):
        m, n = a.array.shape[checked_dim(d, a.array.ndim)], b.array.shape[checked_dim(e, b.array.ndim)]
        if m != n:
            raise explained(
                RuntimeError,
                f"contracted dimensions need to match, but first has size {m} in dim {d - a.array.ndim} and second has "
                f"size {n} in dim {e}",
                why=f"dim {d} of {tuple(a.shape)} and dim {e} of {tuple(b.shape)} are to be summed together.",
                fix="choose other dims, or print both shapes.",
            )
        theirs[e] = ours[d]
    out = [c for c in ours if c not in theirs] + [c for c in theirs if c not in ours]
    return einsum(f"{''.join(ours)},{''.join(theirs)}->{''.join(out)}", a, b)


@method("trace")
@twin_of(np.trace)
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix, as ``torch.trace``.

    >>> import teachgrad as tg
    >>> tg.trace(tg.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor(5.)
    """
    x = input.array
    if x.ndim != 2:
        raise explained(
            RuntimeError,
            f"trace: expected a matrix, but got tensor with dim {x.ndim}",
            why=f"the shape is {x.shape}, and only matrices have a trace.",
            fix="for a batch of matrices: torch.einsum('...ii->...', x)",
        )
    return result(TRACE, np.trace(x, dtype=None if x.dtype.kind == "f" else np.int64), (input,), (x.shape,))


@method("kron")
def kron(input: Tensor, other: Tensor) -> Tensor:
    """Every element of `input` times the whole of `other`, laid out block by block, as ``torch.kron``.

    >>> import teachgrad as tg
    >>> tg.kron(tg.tensor([1.0, 10.0]), tg.tensor([1.0, 2.0]))
    tensor([ 1.,  2., 10., 20.])
    """
    ndim = max(input.array.ndim, other.array.ndim)
    m, n = ((1,) * (ndim - t.array.ndim) + t.array.shape for t in (input, other))
    rows, columns = [s for size in m for s in (size, 1)], [s for size in n for s in (1, size)]
    return mul(input.reshape(rows), other.reshape(columns)).reshape([p * q for p, q in zip(m, n)])


def turned(a: Any, b: Any, axis: int) -> Any:
    """The vector that stands upright on two others, as long as the area between them."""
    first, second = ((*(slice(None),) * axis, order) for order in ([1, 2, 0], [2, 0, 1]))
    return a[first] * b[second] - a[second] * b[first]


@method("cross")
def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross product of vectors of three elements along `dim`, as ``torch.cross``.

    Without `dim` it takes the first one of size 3, as PyTorch still does; `torch.linalg.cross` takes the last.

    >>> import teachgrad as tg
    >>> tg.cross(tg.tensor([1.0, 0.0, 0.0]), tg.tensor([0.0, 1.0, 0.0]), dim=0)
    tensor([0., 0., 1.])
    """
    shape, others = input.array.shape, other.array.shape
    if len(shape) != len(others):
        raise explained(
            RuntimeError,
            "linalg.cross: inputs must have the same number of dimensions.",
            why=f"the shapes are {shape} and {others}.",
            fix="x.unsqueeze(dim) inserts a dimension of size 1, which is broadcast.",
        )
    axis = shape.index(3) if dim is None and 3 in shape else checked_dim(-1 if dim is None else dim, len(shape))
    if shape[axis] != 3 or others[axis] != 3:
        raise explained(
            RuntimeError,
            f"linalg.cross: inputs dimension {axis} must have length 3. Got {shape[axis]} and {others[axis]}",
            why="only in three dimensions a single direction is upright on two others.",
            fix="choose the dim that holds the three coordinates.",
        )
    return result(CROSS, turned(input.array, other.array, axis), (input, other), (axis,))


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """For each output k the sum over i and j of input1[i] weight[k, i, j] input2[j], plus bias[k].

    As ``torch.nn.functional.bilinear``.

    Shapes: inputs (*, I) and (*, J), weight (K, I, J), bias (K), result (*, K).

    Raises:
        RuntimeError: if the sizes do not fit.

    >>> import teachgrad as tg
    >>> bilinear(tg.tensor([1.0, 2.0]), tg.tensor([3.0]), tg.ones(1, 2, 1))
    tensor([9.])
    """
    for place, input in enumerate((input1, input2), 1):
        have, want = input.array.shape[-1], weight.array.shape[place]
        if have != want:
            raise explained(
                RuntimeError,
                f"bilinear(): input{place} size does not match weight size: got {have} but expected {want}",
                why=f"the weight has shape {tuple(weight.shape)}: (outputs, size of input1, size of input2).",
                fix="check the last dimension of both inputs.",
            )
    out = einsum("...i,kij,...j->...k", input1, weight, input2)
    return out if bias is None else out + bias
