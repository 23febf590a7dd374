"""Attention: each query looks at all keys, and takes from their values in proportion to how well they fit.

    weights = softmax(Q Kᵀ / √E)        a row for each query: positive, and their sum is 1
    result  = weights V

(Vaswani and others, *Attention is all you need*, 2017.) Backward, with P the weights and O the result, every step is a
formula known from products and from softmax:

    dV = Pᵀ g        dP = g Vᵀ        dS = P (dP - sum(g O))        dQ = dS K / √E        dK = dSᵀ Q / √E

The sum in dS, that of dP times P along a row, is g times O along a row, because O is made of the same weights
(T. Dao and others, *FlashAttention*, 2022). dS serves two inputs, so the gradients are made together.

Whatever stands in front of the last two dimensions counts a batch, such as the examples and the heads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained, scalar_name
from teachgrad.graph import Array, Op
from teachgrad.ops.arrange import repeat_interleave
from teachgrad.ops.corners import where
from teachgrad.ops.linalg import matmul
from teachgrad.ops.noise import dropout
from teachgrad.ops.softmax import softmax
from teachgrad.ops.table import no_broadcast, result
from teachgrad.ops.together import Together
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what ``nn.functional`` offers
    "scaled_dot_product_attention",
]

TAME = 20  # scores of this size need not be shifted before exp, which is spared the search for each row's largest
FLASH = "ScaledDotProductFlashAttentionForCpuBackward0"
_ALONE = [
    lambda g, a, b, c, out, weights, together: together.answer(0, g, a, b, c, None, out, weights),
    lambda g, a, b, c, out, weights, together: together.answer(1, g, a, b, c, None, out, weights),
    lambda g, a, b, c, out, weights, together: together.answer(2, g, a, b, c, None, out, weights),
]
_MASKED = [
    lambda g, a, b, c, d, out, weights, together: together.answer(0, g, a, b, c, d, out, weights),
    lambda g, a, b, c, d, out, weights, together: together.answer(1, g, a, b, c, d, out, weights),
    lambda g, a, b, c, d, out, weights, together: together.answer(2, g, a, b, c, d, out, weights),
    lambda g, a, b, c, d, out, weights, together: together.answer(3, g, a, b, c, d, out, weights),
]
# PyTorch has a kernel for four dimensions, without dropout and slopes of a mask, else single steps that end in a view.
ATTENTION, STEPWISE = (
    tuple(Op(name, formulas, ("weights", "together"), "attention") for formulas in (_ALONE, _MASKED))
    for name in (FLASH, "UnsafeViewBackward0")
)
# Queries, keys and values that lie side by side in one matrix, as a layer's single product leaves them.
PACKED, PACKED_STEPWISE = (
    Op(
        name,
        [lambda g, a, out, weights, how, heads: packed_gradient(g, a, out, weights, how, heads)],
        ("weights", "how", "heads"),
        "attention",
    )
    for name in (FLASH, "ViewBackward0")
)


@dataclass(frozen=True)
class How:
    """What is the same for all places.

    Attributes:
        scale: what the products of queries and keys are multiplied by.
        closed: True where a query may not look; None if it may look everywhere.
        noise: of dropout, what the weights are multiplied by, if there is any.
    """

    scale: float
    closed: Array | None = None
    noise: Array | None = None


def weights_of(q: Any, k: Any, mask: Any, how: How) -> Any:
    """How much each query takes from each value. Queries that may look nowhere take nothing, rather than nan."""
    scores = np.matmul(q * how.scale, k.swapaxes(-1, -2))
    if mask is not None:
        scores = scores + mask
    if isinstance(scores, Tensor):
        if how.closed is not None:
            scores = where(wrap(how.closed), wrap(np.array(-np.inf, scores.array.dtype)), scores)
        nowhere = np.isneginf(scores.array).all(-1, keepdims=True)
        return softmax(scores.masked_fill(wrap(nowhere), 0), -1).masked_fill(wrap(nowhere), 0)
    tame = scores.itemsize > 2 and scores.min(initial=0) > -TAME and scores.max(initial=0) < TAME
    if how.closed is not None:
        np.copyto(scores, -np.inf, where=how.closed)
    if not tame:
        top = scores.max(-1, keepdims=True)
        top[top == -np.inf] = 0
        scores -= top
    np.exp(scores, out=scores)
    total = np.dot(scores.reshape(-1, scores.shape[-1]), np.ones(scores.shape[-1], scores.dtype))
    total[total == 0] = 1
    scores /= total.reshape(*scores.shape[:-1], 1)
    return scores


def gradients(
    how: How, g: Any, q: Any, k: Any, v: Any, mask: Any, out: Any, weights: Any, into: Sequence[Any] = (None,) * 3
) -> list[Any]:
    """What flows back to queries, keys, values, and to the scores: see the module. Arrays may be given to write `into`.

    Tensors, whose gradient is itself to be differentiated, make the weights again, this time recorded.
    """
    if isinstance(g, Tensor):
        weights = weights_of(q, k, mask, how)
    used, to_weights = weights, np.matmul(g, v.swapaxes(-1, -2))
    if how.noise is not None:
        used, to_weights = weights * how.noise, to_weights * how.noise
    to_weights -= np.einsum("...ij,...ij->...i", g, out)[..., None]
    to_scores = to_weights * weights
    scaled = to_scores * how.scale
    return [
        product(scaled, k, into[0]),
        product(scaled.swapaxes(-1, -2), q, into[1]),
        product(used.swapaxes(-1, -2), g, into[2]),
        to_scores,
    ]


def product(x: Any, y: Any, into: Any) -> Any:
    """The product x @ y, as a new array or tensor, or written into an array."""
    return np.matmul(x, y) if into is None else np.matmul(x, y, out=into)


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Values weighed by how well their keys fit the queries, as ``torch.nn.functional.scaled_dot_product_attention``.

    Args:
        query: (..., L, E).
        key: (..., S, E).
        value: (..., S, V).
        attn_mask: of a shape that broadcasts to (..., L, S): True where a query may look, or numbers to add to the
            scores; -inf closes a place.
        dropout_p: the probability with which a weight is dropped.
        is_causal: whether a query may look only at keys up to its own place.
        scale: what the products are multiplied by; by default 1 / √E.
        enable_gqa: whether several heads of queries, dimension -3, share one of keys and values.

    Returns:
        (..., L, V).

    Raises:
        RuntimeError: if shapes or types do not fit.

    >>> import teachgrad as tg
    >>> query, key = tg.tensor([[0.0, 0.0]]), tg.eye(2)
    >>> scaled_dot_product_attention(query, key, tg.tensor([[1.0], [3.0]]))
    tensor([[2.]])
    """
    _check(query, key, value, attn_mask)
    if enable_gqa:
        key, value = _shared(query, key, "key"), _shared(query, value, "value")
    q, k, v = query.array, key.array, value.array
    bias, closed = opened(attn_mask, (q.shape[-2], k.shape[-2]) if is_causal else None)
    how = How(1 / math.sqrt(q.shape[-1]) if scale is None else scale, closed)
    try:
        weights = weights_of(q, k, None if bias is None else bias.array.astype(q.dtype, copy=False), how)
        used, how = dropped(weights, dropout_p, how)
        out = np.matmul(used, v)
    except ValueError:
        raise _misfit(query, key, value, attn_mask) from None
    whole = q.ndim == 4 and out.shape == q.shape and not dropout_p and (bias is None or not bias.requires_grad)
    rows = ATTENTION if whole else STEPWISE
    inputs = (query, key, value) if bias is None else (query, key, value, bias)
    return result(rows[len(inputs) - 3], out, inputs, (weights, Together(partial(gradients, how))))


def opened(mask: Tensor | None, causal: tuple[int, int] | None) -> tuple[Tensor | None, Array | None]:
    """What a mask adds to the scores, and where it closes them."""
    closed = None if causal is None else ~np.tri(*causal, dtype=bool)
    if mask is None or mask.array.dtype != bool:
        return mask, closed
    return None, ~mask.array if closed is None else ~mask.array | closed


def dropped(weights: Array, p: float, how: How) -> tuple[Array, How]:
    """The weights after dropout, and what it did to them."""
    if not p:
        return weights, how
    noise = dropout(wrap(np.ones_like(weights)), p).array
    return weights * noise, How(how.scale, how.closed, noise)


def _shared(query: Tensor, tensor: Tensor, name: str) -> Tensor:
    heads, shared = query.array.shape[-3], tensor.array.shape[-3]
    if heads % shared:
        raise explained(
            RuntimeError,
            "Number of heads in key and value must divide the number of heads in query",
            why=f"{shared} heads of the {name} cannot be shared evenly by {heads} heads of queries.",
            fix="choose a number of heads that divides the other.",
        )
    return repeat_interleave(tensor, heads // shared, -3)


# Queries, keys and values in one matrix


def packed_attention(projected: Tensor, heads: int, mask: Array | None, how: How, dropout_p: float) -> Tensor:
    """Attention of a sequence to itself, in several heads, from queries, keys and values side by side.

    Args:
        projected: (T, N, 3 * E); in each E the heads lie side by side.
        heads: how many there are; it divides E.
        mask: what to add to the scores (N, heads, T, T), if anything.
        how: scale, and where the scores are closed.
        dropout_p: the probability with which a weight is dropped.

    Returns:
        (T, N, E).
    """
    q, k, v = thirds(projected.array, heads)
    weights = weights_of(q, k, mask, how)
    used, how = dropped(weights, dropout_p, how)
    out = beside(np.matmul(used, v))
    return result(PACKED_STEPWISE if dropout_p else PACKED, out, (projected,), (weights, (how, mask), heads))


def apart(x: Any, heads: int) -> Any:
    """Heads that lie side by side, (T, N, E), as a dimension of their own: (N, heads, T, E / heads)."""
    return np.transpose(x.reshape(*x.shape[:2], heads, -1), (1, 2, 0, 3))


def beside(x: Any) -> Any:
    """The way back from `apart`."""
    laid = np.transpose(x, (2, 0, 1, 3))
    return laid.reshape(*laid.shape[:2], -1)


def thirds(x: Any, heads: int) -> list[Any]:
    """Queries, keys and values, (N, heads, T, E / heads)."""
    size = x.shape[-1] // 3
    return [apart(x[..., start : start + size], heads) for start in (0, size, 2 * size)]


def packed_gradient(g: Any, a: Any, out: Any, weights: Any, how: tuple[How, Any], heads: int) -> Any:
    """What flows back to queries, keys and values, side by side again."""
    same, mask = how
    q, k, v = thirds(a, heads)
    saved = (apart(g, heads), q, k, v, mask, apart(out, heads), weights)
    if isinstance(g, Tensor):
        return np.concatenate([beside(part) for part in gradients(same, *saved)[:3]], -1)
    made = np.empty(a.shape, a.dtype)
    gradients(same, *saved, into=thirds(made, heads))
    return made


# Errors


def _check(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> None:
    named = {"query": query, "key": key, "value": value}
    q, k, v = (scalar_name(tensor.array.dtype) for tensor in named.values())
    if not q == k == v:
        raise _unfit(
            "Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{q} key.dtype: {k} and value.dtype: {v} instead.",
            named.values(),
        )
    dims = [tensor.array.ndim for tensor in named.values()]
    if min(dims) < 2:
        raise _unfit(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{dims[0]} key.dim: {dims[1]} and value.dim: {dims[2]} instead.",
            named.values(),
        )
    if query.array.dtype.kind != "f":
        raise _unfit(f"expected scalar type Float but found {c_name(query.array.dtype)}", named.values())
    if mask is not None and mask.array.dtype.kind not in "fb":
        raise explained(
            RuntimeError,
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{scalar_name(mask.array.dtype)} and  query.dtype: {q} instead.",
            why="a mask says where to look (True), or what to add to the scores (numbers).",
            fix="convert it: mask.bool(), if 1 means that a query may look there.",
        )


def _unfit(words: str, given: Sequence[Tensor] | Any) -> RuntimeError:
    shapes = ", ".join(f"{tuple(tensor.shape)} of {tensor.dtype}" for tensor in given)
    return explained(
        RuntimeError,
        words,
        why=f"queries, keys and values are (..., L, E), (..., S, E) and (..., S, V), of one real type; here {shapes}.",
        fix="print the shapes and types; x.float() converts.",
    )


def _misfit(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Exception:
    """The error of the first of the single steps that fails."""
    try:
        scores = matmul(query, key.transpose(-1, -2))
        if mask is not None:
            try:
                np.broadcast(scores.array, mask.array)
            except ValueError:
                return no_broadcast(scores.array.shape, mask.array.shape)
        matmul(scores, value)
    except RuntimeError as error:
        return error
    return no_broadcast(scores.array.shape, () if mask is None else mask.array.shape)
