"""The transformer: layers of attention, and of a small network for each place of a sequence by itself.

(Vaswani and others, *Attention is all you need*, 2017.) Around each part leads a short cut, x + part(x), and a layer
norm keeps the sizes of the numbers: after the sum, as in the paper, or before the part (`norm_first`), which is easier
to train when there are many layers.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import explained
from teachgrad.grad_mode import is_grad_enabled
from teachgrad.nn import functional, init
from teachgrad.nn.activation import GELU, ReLU
from teachgrad.nn.attention import MultiheadAttention, as_numbers
from teachgrad.nn.container import ModuleList
from teachgrad.nn.dropout import Dropout
from teachgrad.nn.linear import Linear
from teachgrad.nn.module import Module
from teachgrad.nn.normalization import LayerNorm
from teachgrad.ops.arrange import triu
from teachgrad.ops.creation import full
from teachgrad.tensor import Tensor, wrap

Activation = Callable[[Tensor], Tensor]


class Layer(Module):
    """What encoder and decoder layers share: the network for each place by itself."""

    linear1: Linear
    linear2: Linear
    dropout: Dropout
    norm_first: bool

    def _set_activation(self, activation: str | Activation) -> None:
        if isinstance(activation, str):
            if activation not in ("relu", "gelu"):
                raise explained(
                    RuntimeError,
                    f"activation should be relu/gelu, not {activation}",
                    why="only these two are known by name.",
                    fix="give a function: activation=torch.nn.functional.silu.",
                )
            activation = functional.relu if activation == "relu" else functional.gelu
        self.activation = activation

    def _feed_forward(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))  # type: ignore[no-any-return]

    def _past(self, x: Tensor, part: Callable[[Tensor], Tensor], norm: Module) -> Tensor:
        """The short cut around a part, with the norm before the part or after the sum."""
        if self.norm_first:
            return x + part(norm(x))
        return norm(x + part(x))  # type: ignore[no-any-return]


class TransformerEncoderLayer(Layer):
    """Attention of a sequence to itself, then a network for each place, as ``torch.nn.TransformerEncoderLayer``.

    Args:
        d_model: the size E of the vectors.
        nhead: how many heads attention has; it divides E.
        dim_feedforward: how many units the network for each place has.
        dropout: the probability with which weights and units are dropped.
        activation: "relu", "gelu" or a function.
        layer_norm_eps: what the norms add to a variance, so that it is not 0.
        batch_first: whether sequences are (N, T, E), not (T, N, E).
        norm_first: whether norms come before the parts, not after the sums.
        bias: whether linear layers and norms have biases.
        device: the CPU, or nothing.
        dtype: of the parameters.

    >>> import teachgrad as tg
    >>> layer = TransformerEncoderLayer(8, nhead=2, dim_feedforward=16, batch_first=True)
    >>> layer(tg.ones(3, 5, 8)).shape
    torch.Size([3, 5, 8])
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = functional.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, device=device, dtype=dtype
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, device, dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, device, dtype)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self._set_activation(activation)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """The sequence, each place enriched by what it finds in the others.

        Args:
            src: (T, N, E), (N, T, E) with `batch_first`, or (T, E).
            src_mask: where places may not look; see `MultiheadAttention`, as for the rest.
            src_key_padding_mask: which places are padding.
            is_causal: says that `src_mask` lets places look only at those before them.
        """
        padding = as_numbers(src_key_padding_mask, "src_key_padding_mask", src, src_mask, "src_mask")
        mask = as_numbers(src_mask, "src_mask", src)

        def attention(x: Tensor) -> Tensor:
            found = self.self_attn(
                x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False, is_causal=is_causal
            )[0]
            return self.dropout1(found)  # type: ignore[no-any-return]

        x = self._past(src, attention, self.norm1)
        return self._past(x, lambda x: self.dropout2(self._feed_forward(x)), self.norm2)


class TransformerDecoderLayer(Layer):
    """Attention to itself, to another sequence, then a network for each place; ``torch.nn.TransformerDecoderLayer``.

    Arguments are those of `TransformerEncoderLayer`.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = functional.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, device=device, dtype=dtype
        )
        self.multihead_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, device=device, dtype=dtype
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, device, dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, device, dtype)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.dropout3 = Dropout(dropout)
        self._set_activation(activation)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The sequence `tgt`, each place enriched by what it finds in the others and in `memory`.

        Args:
            tgt: (T, N, E), (N, T, E) with `batch_first`, or (T, E).
            memory: what an encoder made of another sequence; likewise.
            tgt_mask: where places may not look; see `MultiheadAttention`, as for the rest.
            memory_mask: where they may not look in `memory`.
            tgt_key_padding_mask: which places are padding.
            memory_key_padding_mask: which places of `memory` are padding.
            tgt_is_causal: says that `tgt_mask` lets places look only at those before them.
            memory_is_causal: likewise of `memory_mask`.
        """

        def attention(x: Tensor) -> Tensor:
            found = self.self_attn(
                x, x, x, tgt_key_padding_mask, need_weights=False, attn_mask=tgt_mask, is_causal=tgt_is_causal
            )[0]
            return self.dropout1(found)  # type: ignore[no-any-return]

        def attention_to_memory(x: Tensor) -> Tensor:
            found = self.multihead_attn(
                x, memory, memory, memory_key_padding_mask, need_weights=False, attn_mask=memory_mask,
                is_causal=memory_is_causal,
            )[0]  # fmt: skip
            return self.dropout2(found)  # type: ignore[no-any-return]

        x = self._past(tgt, attention, self.norm1)
        x = self._past(x, attention_to_memory, self.norm2)
        return self._past(x, lambda x: self.dropout3(self._feed_forward(x)), self.norm3)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy of a layer whose activation is a module, such as nn.GELU(), computes with relu: so it does in PyTorch,
        # where a decoder that is given such a layer is a decoder with relu. Functions and names are kept.
        vars(self).update({"activation": functional.relu} | state)


class TransformerEncoder(Module):
    """Several encoder layers, one after the other, as ``torch.nn.TransformerEncoder``.

    Args:
        encoder_layer: the layer; each is a copy of it.
        num_layers: how many there are.
        norm: what comes after the last one, if anything.
        enable_nested_tensor: whether outside of training, where nothing is recorded, padding comes out as 0.
        mask_check: accepted and without effect.

    >>> import teachgrad as tg
    >>> layer = TransformerEncoderLayer(8, nhead=2, dim_feedforward=16, batch_first=True)
    >>> TransformerEncoder(layer, num_layers=2)(tg.ones(3, 5, 8)).shape
    torch.Size([3, 5, 8])
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = copies(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = self.use_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check
        reason = _not_nested(encoder_layer)
        if enable_nested_tensor and reason:
            self.use_nested_tensor = False
            warnings.warn(
                explained(
                    UserWarning,
                    f"enable_nested_tensor is True, but self.use_nested_tensor is False because {reason}",
                    why="PyTorch computes faster outside of training for some layers, and these are none of them.",
                    fix="nothing is wrong; enable_nested_tensor=False says that you know.",
                ),
                stacklevel=2,
            )

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """The sequence after all layers; arguments as for `TransformerEncoderLayer`."""
        padding = as_numbers(src_key_padding_mask, "src_key_padding_mask", src, mask, "mask")
        mask = as_numbers(mask, "mask", src)
        out = src
        for layer in self.layers:
            out = layer(out, src_mask=mask, src_key_padding_mask=padding, is_causal=is_causal is True)
        if padding is not None and mask is None and self._leaves_padding_out(src, padding):
            out = out.masked_fill(wrap(np.isneginf(padding.array)[..., None]), 0)
        return out if self.norm is None else self.norm(out)

    def _leaves_padding_out(self, src: Tensor, padding: Tensor) -> bool:
        """Whether PyTorch would compute without the padding: not while training, and only if it comes at the end."""
        closed = np.isneginf(padding.array)
        at_the_end = bool((closed[:, 1:] >= closed[:, :-1]).all()) if closed.ndim == 2 else False
        recorded = is_grad_enabled() and (src.requires_grad or any(p.requires_grad for p in self.layers.parameters()))
        return (
            self.use_nested_tensor
            and not self.layers[0].training
            and src.array.ndim == 3
            and at_the_end
            and not recorded
        )


class TransformerDecoder(Module):
    """Several decoder layers, one after the other, as ``torch.nn.TransformerDecoder``.

    Args:
        decoder_layer: the layer; each is a copy of it.
        num_layers: how many there are.
        norm: what comes after the last one, if anything.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = copies(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The sequence after all layers; arguments as for `TransformerDecoderLayer`."""
        out = tgt
        for layer in self.layers:
            out = layer(
                out, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
                tgt_is_causal is True, memory_is_causal,
            )  # fmt: skip
        return out if self.norm is None else self.norm(out)


class Transformer(Module):
    """An encoder for one sequence and a decoder for another, as ``torch.nn.Transformer``.

    Args:
        d_model: the size E of the vectors.
        nhead: how many heads attention has; it divides E.
        num_encoder_layers: how many layers the encoder has.
        num_decoder_layers: how many layers the decoder has.
        dim_feedforward: how many units the network for each place has.
        dropout: the probability with which weights and units are dropped.
        activation: "relu", "gelu" or a function.
        custom_encoder: an encoder of your own.
        custom_decoder: a decoder of your own.
        layer_norm_eps: what the norms add to a variance, so that it is not 0.
        batch_first: whether sequences are (N, T, E), not (T, N, E).
        norm_first: whether norms come before the parts, not after the sums.
        bias: whether linear layers and norms have biases.
        device: the CPU, or nothing.
        dtype: of the parameters.

    >>> import teachgrad as tg
    >>> sizes = {"num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 16}
    >>> model = Transformer(8, nhead=2, batch_first=True, **sizes)
    >>> model(tg.ones(3, 5, 8), tg.ones(3, 4, 8)).shape
    torch.Size([3, 4, 8])
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = functional.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()

        def layer(kind: type[Any]) -> Any:
            return kind(
                d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias,
                device, dtype,
            )  # fmt: skip

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)

        self.encoder: Module = custom_encoder or TransformerEncoder(
            layer(TransformerEncoderLayer), num_encoder_layers, norm()
        )
        self.decoder: Module = custom_decoder or TransformerDecoder(
            layer(TransformerDecoderLayer), num_decoder_layers, norm()
        )
        for parameter in self.parameters():
            if parameter.array.ndim > 1:
                init.xavier_uniform_(parameter)
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """What the decoder makes of `tgt`, looking at what the encoder makes of `src`.

        Args:
            src: (S, N, E), (N, S, E) with `batch_first`, or (S, E).
            tgt: likewise, with T.
            src_mask: see `TransformerEncoderLayer`.
            tgt_mask: see `TransformerDecoderLayer`, as for the rest.
            memory_mask: likewise.
            src_key_padding_mask: see `TransformerEncoderLayer`.
            tgt_key_padding_mask: see `TransformerDecoderLayer`.
            memory_key_padding_mask: likewise.
            src_is_causal: see `TransformerEncoderLayer`.
            tgt_is_causal: see `TransformerDecoderLayer`.
            memory_is_causal: likewise.

        Raises:
            RuntimeError: if the batches or the sizes of the vectors differ.
        """
        batch = 0 if self.batch_first else 1
        if src.array.ndim == 3 and src.array.shape[batch] != tgt.array.shape[batch]:
            raise _unequal("the batch number of src and tgt must be equal", src, tgt)
        if not src.array.shape[-1] == self.d_model == tgt.array.shape[-1]:
            raise _unequal("the feature number of src and tgt must be equal to d_model", src, tgt)
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(  # type: ignore[no-any-return]
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: dtypes.dtype | None = None) -> Tensor:
        """A mask that lets each place look only at those up to itself: -inf above the diagonal, else 0.

        >>> Transformer.generate_square_subsequent_mask(2)
        tensor([[0., -inf],
                [0., 0.]])
        """
        return triu(full((sz, sz), -np.inf, dtype=dtype, device=device), 1)


def copies(layer: Module, count: int) -> ModuleList:
    """Layers with the same starting values and parameters of their own."""
    return ModuleList([copy.deepcopy(layer) for _ in range(count)])


def _not_nested(layer: Module) -> str:
    """Why PyTorch would not compute without padding, in its words; nothing if it would."""
    if not isinstance(layer, TransformerEncoderLayer):
        return "encoder_layer was not TransformerEncoderLayer"
    attention = layer.self_attn
    reasons = {
        "encoder_layer.norm_first was True": layer.norm_first,
        "encoder_layer.self_attn.batch_first was not True(use batch_first for better inference performance)": (
            not attention.batch_first
        ),
        "encoder_layer.self_attn was passed bias=False": attention.in_proj_bias is None,
        "encoder_layer.activation_relu_or_gelu was not True": not (
            layer.activation in (functional.relu, functional.gelu) or isinstance(layer.activation, ReLU | GELU)
        ),
        "encoder_layer.norm1.eps was not equal to encoder_layer.norm2.eps": layer.norm1.eps != layer.norm2.eps,
        "encoder_layer.self_attn.num_heads is odd": attention.num_heads % 2 == 1,
    }
    return next((words for words, holds in reasons.items() if holds), "")


def _unequal(words: str, src: Tensor, tgt: Tensor) -> RuntimeError:
    return explained(
        RuntimeError,
        words,
        why=f"src has shape {tuple(src.shape)}, tgt {tuple(tgt.shape)}.",
        fix="they are (S, N, E) and (T, N, E); with batch_first=True, (N, S, E) and (N, T, E).",
    )
