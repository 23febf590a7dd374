"""Attention in several heads: each looks for something else, in vectors that are learned projections of the inputs."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import explained
from teachgrad.nn import functional, init
from teachgrad.nn.linear import Linear
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.ops.attention import How, apart, beside, packed_attention
from teachgrad.ops.creation import empty, zeros
from teachgrad.ops.linalg import matmul
from teachgrad.ops.shape import cat
from teachgrad.tensor import Tensor, wrap


class NonDynamicallyQuantizableLinear(Linear):
    """A `Linear`, under the name that PyTorch prints for the last step of attention."""


class MultiheadAttention(Module):
    """Attention in several heads, as ``torch.nn.MultiheadAttention``.

    Queries, keys and values are projected, each head gets its part of every vector, and what the heads find is put side
    by side and projected once more.

    Args:
        embed_dim: the size E of the vectors.
        num_heads: how many heads share it; it divides E.
        dropout: the probability with which a weight is dropped.
        bias: whether the projections have biases.
        add_bias_kv: whether a learned key and value is put behind the others.
        add_zero_attn: whether a key and value of zeros is put behind the others.
        kdim: the size of the keys, by default E.
        vdim: the size of the values, by default E.
        batch_first: whether sequences are (N, L, E), not (L, N, E).
        device: the CPU, or nothing.
        dtype: of the parameters.

    Raises:
        ValueError: if a size is not positive.
        AssertionError: if the heads cannot share E evenly.

    >>> import teachgrad as tg
    >>> layer = MultiheadAttention(8, 2, batch_first=True)
    >>> x = tg.ones(3, 5, 8)
    >>> out, weights = layer(x, x, x)
    >>> out.shape, weights.shape
    (torch.Size([3, 5, 8]), torch.Size([3, 5, 5]))
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        _check_heads(embed_dim, num_heads)
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim == self.vdim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        together = self._qkv_same_embed_dim
        for name, shape, wanted in (
            ("q_proj_weight", (embed_dim, embed_dim), not together),
            ("k_proj_weight", (embed_dim, self.kdim), not together),
            ("v_proj_weight", (embed_dim, self.vdim), not together),
            ("in_proj_weight", (3 * embed_dim, embed_dim), together),
            ("in_proj_bias", (3 * embed_dim,), bias),
        ):
            parameter = Parameter(empty(*shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, parameter)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, device, dtype)
        for name in ("bias_k", "bias_v"):
            extra = Parameter(empty(1, 1, embed_dim, device=device, dtype=dtype)) if add_bias_kv else None
            self.register_parameter(name, extra)
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None and self.out_proj.bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """What each query finds, and where.

        Args:
            query: (L, N, E), (N, L, E) with `batch_first`, or (L, E).
            key: likewise, with S and `kdim`.
            value: likewise, with S and `vdim`.
            key_padding_mask: (N, S) or (S): True for keys that are padding, or numbers to add to the scores.
            need_weights: whether to return the weights; without, it is faster.
            attn_mask: (L, S) or (N * heads, L, S): True where a query may **not** look, or numbers to add.
            average_attn_weights: whether the weights are those of all heads on average, or of each.
            is_causal: says that `attn_mask` lets queries look only at keys up to their own place.

        Returns:
            The result, laid out as `query`; the weights (N, L, S) or (N, heads, L, S), or None.

        Raises:
            AssertionError: if shapes or types do not fit.
            RuntimeError: if the mask has another shape, or there is none though `is_causal`.
        """
        _check_ranks(query, key, value, key_padding_mask)
        if is_causal and attn_mask is None:
            raise explained(
                RuntimeError,
                "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
                "`generate_square_subsequent_mask` to create this mask.",
                why="is_causal only says what kind of mask it is.",
                fix="give the mask as well, or use F.scaled_dot_product_attention(..., is_causal=True).",
            )
        padding = as_numbers(key_padding_mask, "key_padding_mask", query, attn_mask, "attn_mask")
        mask = as_numbers(attn_mask, "attn_mask", query)
        batched = query.array.ndim == 3
        alone = query is key is value
        if not batched or self.batch_first:  # what follows is for (L, N, E)
            turned = [
                x.transpose(0, 1) if batched else x.unsqueeze(1) for x in ((query,) if alone else (query, key, value))
            ]
            query, key, value = turned * 3 if alone else turned
            padding = padding if batched or padding is None else padding.unsqueeze(0)
        out, weights = self._attend(query, key, value, padding, mask, need_weights, is_causal)
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)
        if not batched:
            return out.squeeze(1), None if weights is None else weights.squeeze(0)
        return out.transpose(0, 1) if self.batch_first else out, weights

    def _attend(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        padding: Tensor | None,
        mask: Tensor | None,
        need_weights: bool,
        is_causal: bool,
    ) -> tuple[Tensor, Tensor | None]:
        """The result and the weights of each head, for a batch."""
        self._check_sizes(query, key, value)
        causal = is_causal and padding is None and not need_weights
        bias = None if causal else self._added(mask, padding, query, key)
        p = self.dropout if self.training else 0.0
        alone = query is key is value and self.bias_k is None and not self.add_zero_attn
        weight = self.in_proj_weight
        if alone and weight is not None and not (need_weights or (bias is not None and bias.requires_grad)):
            projected = functional.linear(query, weight, self.in_proj_bias)
            how = How(1 / math.sqrt(self.head_dim), ~np.tri(len(query.array), dtype=bool) if causal else None)
            array = None if bias is None else bias.array
            return self.out_proj(packed_attention(projected, self.num_heads, array, how, p)), None
        q, k, v = self._heads(query, key, value)
        if need_weights:
            scores = matmul(q * math.sqrt(1 / self.head_dim), k.transpose(-1, -2))
            weights = functional.softmax(scores if bias is None else scores + bias, -1)
            weights = functional.dropout(weights, p) if p > 0 else weights
            found = matmul(weights, v)
        else:
            weights = None
            found = functional.scaled_dot_product_attention(q, k, v, bias, p, causal)
        return self.out_proj(beside(found)), weights

    def _heads(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, ...]:
        """Queries, keys and values, projected and parted: (N, heads, L or S, E / heads)."""
        size = self.embed_dim
        if self.in_proj_weight is not None:
            weights = [self.in_proj_weight[start : start + size] for start in (0, size, 2 * size)]
        else:
            weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]  # type: ignore[list-item]
        biases: list[Any] = [None] * 3
        if self.in_proj_bias is not None:
            biases = [self.in_proj_bias[start : start + size] for start in (0, size, 2 * size)]
        projected = [functional.linear(*part) for part in zip((query, key, value), weights, biases, strict=True)]
        for place, extra in ((1, self.bias_k), (2, self.bias_v)):
            behind = [projected[place]]
            if extra is not None:
                behind.append(extra.expand(1, query.array.shape[1], size))
            if self.add_zero_attn:
                behind.append(zeros(1, query.array.shape[1], size, dtype=query.dtype))
            projected[place] = cat(behind) if len(behind) > 1 else behind[0]
        return tuple(apart(x, self.num_heads) for x in projected)

    def _added(self, mask: Tensor | None, padding: Tensor | None, query: Tensor, key: Tensor) -> Tensor | None:
        """What both masks add to the scores, in a shape that broadcasts to (N, heads, L, S)."""
        length, count = query.array.shape[:2]
        keys = len(key.array)
        more = (self.bias_k is not None) + self.add_zero_attn  # keys that nobody is kept from
        if mask is not None:
            wanted = (length, keys) if mask.array.ndim == 2 else (count * self.num_heads, length, keys)
            if mask.array.ndim not in (2, 3):
                raise _bad_mask(f"attn_mask's dimension {mask.array.ndim} is not supported", wanted)
            if mask.array.shape != wanted:
                words = f"The shape of the {len(wanted)}D attn_mask is {mask.shape}, but should be {wanted}."
                raise _bad_mask(words, wanted)
            if len(wanted) == 3:
                mask = mask.reshape(count, self.num_heads, length, keys)
            mask = functional.pad(mask, (0, more)) if more else mask
        if padding is None:
            return mask
        for place, size in enumerate((count, keys)):
            if padding.array.shape[place] != size:
                raise explained(
                    AssertionError,
                    f"Expected key_padded_mask.shape[{place}] to be {size}, but got {padding.array.shape[place]}",
                    why=f"it says of each key whether it is padding: {(count, keys)}.",
                    fix="print its shape; it is (N, S) in either layout.",
                )
        padding = functional.pad(padding, (0, more)) if more else padding
        padding = padding.reshape(count, 1, 1, keys + more)
        return padding if mask is None else mask + padding

    def _check_sizes(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        if query.array.shape[-1] != self.embed_dim:
            raise _misfit(
                f"was expecting embedding dimension of {self.embed_dim}, but got {query.array.shape[-1]}",
                f"the layer was made for vectors of {self.embed_dim} numbers.",
            )
        if self.in_proj_weight is None and key.array.shape[:2] != value.array.shape[:2]:
            raise _misfit(
                f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}",
                "each key has a value.",
            )
        if self.in_proj_weight is not None and key.array.shape != value.array.shape:
            raise _misfit(f"key shape {key.shape} does not match value shape {value.shape}", "each key has a value.")


def as_numbers(
    mask: Tensor | None, name: str, like: Tensor, other: Tensor | None = None, other_name: str = ""
) -> Tensor | None:
    """A mask as what is added to the scores: -inf where it is True."""
    if mask is None:
        return None
    if mask.array.dtype.kind not in "fb":
        raise explained(
            AssertionError,
            f"only bool and floating types of {name} are supported",
            why=f"the mask holds {mask.dtype}: a mask says where not to look, or what to add to the scores.",
            fix="convert it: mask.bool(), if 1 means that nobody may look there.",
        )
    if other is not None and other.array.dtype != mask.array.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
            stacklevel=4,
        )
    if mask.array.dtype.kind == "f":
        return mask
    closed = np.zeros(mask.array.shape, like.array.dtype)
    closed[mask.array] = -np.inf
    return wrap(closed)


def _check_heads(embed_dim: int, num_heads: int) -> None:
    if embed_dim <= 0 or num_heads <= 0:
        raise explained(
            ValueError,
            "embed_dim and num_heads must be greater than 0, got "
            f"embed_dim={embed_dim} and num_heads={num_heads} instead",
            why="there is at least one head, and a number for each.",
            fix="check the order of the arguments: MultiheadAttention(embed_dim, num_heads).",
        )
    if embed_dim % num_heads:
        raise explained(
            AssertionError,
            "embed_dim must be divisible by num_heads",
            why=f"{num_heads} heads cannot share {embed_dim} numbers evenly.",
            fix="choose a number of heads that divides embed_dim.",
        )


def _check_ranks(query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None) -> None:
    q, k, v = query.array.ndim, key.array.ndim, value.array.ndim
    batched = {3: "batched (3-D)", 2: "unbatched (2-D)"}
    if q not in batched:
        raise _misfit(
            f"query should be unbatched 2D or batched 3D tensor but received {q}-D query tensor",
            f"the query has shape {tuple(query.shape)}.",
        )
    if not q == k == v:
        raise _misfit(
            f"For {batched[q]} `query`, expected `key` and `value` to be {q}-D but found {k}-D and {v}-D tensors "
            "respectively",
            "all three are batches, or none is.",
        )
    if padding is not None and padding.array.ndim != q - 1:
        raise _misfit(
            f"For {batched[q]} `query`, expected `key_padding_mask` to be `None` or {q - 1}-D but found "
            f"{padding.array.ndim}-D tensor instead",
            "it says of each key whether it is padding.",
        )


def _misfit(words: str, why: str) -> AssertionError:
    fix = "print the shapes of query, key and value: (L, N, E), or (N, L, E) with batch_first=True."
    return explained(AssertionError, words, why, fix)


def _bad_mask(words: str, wanted: tuple[int, ...]) -> RuntimeError:
    return explained(
        RuntimeError,
        words,
        why="it has a place for each pair of a query and a key.",
        fix=f"make one of shape {wanted}, or (L, S) for all examples and heads alike.",
    )
