# ruff: noqa: E501 - a layer is a line
"""Recurrent layers, attention and transformers in teachgrad and in PyTorch, under one seed: names, results, gradients."""

from __future__ import annotations

import numpy as np
import pytest

import teachgrad as tg

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.filterwarnings("ignore")

RECURRENT = [
    *(
        f"nn.{kind}(3, 4{more})"
        for kind in ("RNN", "LSTM", "GRU")
        for more in (
            "",
            ", bidirectional=True",
            ", num_layers=2, dropout=0.4",
            ", num_layers=2, bidirectional=True, bias=False, batch_first=True",
        )
    ),
    "nn.RNN(3, 4, nonlinearity='relu', batch_first=True)",
]
GIVEN = ("states", "nothing", "unbatched", "packed", "sorted")


def numbers(tensors):
    return [None if tensor is None else np.array(tensor.tolist()) for tensor in tensors]


def agree(ours, theirs, **tolerance):
    for place, (got, want) in enumerate(zip(ours, theirs, strict=True)):
        assert (got is None) is (want is None), place
        if got is not None:
            np.testing.assert_allclose(got, want, **tolerance, err_msg=str(place))


def recurrent(library, source, given, dtype):
    """A layer, its results, and first and second derivatives by everything."""
    library.manual_seed(3)
    layer = eval(source, {"nn": library.nn}).to(getattr(library, dtype))
    x = library.randn(5, 2, 3).to(getattr(library, dtype)).requires_grad_()
    count = layer.num_layers * (2 if layer.bidirectional else 1)
    states = [library.randn(count, 2, 4).to(x.dtype).requires_grad_() for _ in range(2)]
    sequence, first = x.transpose(0, 1) if layer.batch_first else x, list(states)
    if given == "unbatched":
        sequence, first = x[:, 0], [state[:, 0] for state in states]
    elif given != "nothing" and given != "states":
        lengths = [3, 5] if given == "packed" else [5, 2]
        sequence = library.nn.utils.rnn.pack_padded_sequence(sequence, lengths, layer.batch_first, given == "sorted")
    first = tuple(first) if "LSTM" in source else first[0]
    out, last = layer(sequence) if given == "nothing" else layer(sequence, first)
    last = last if isinstance(last, tuple) else (last,)
    node = None
    if isinstance(out, tuple):
        out = library.nn.utils.rnn.pad_packed_sequence(out, layer.batch_first)[0]
    else:
        node = out.grad_fn.name()
    inputs = [x, *states, *layer.parameters()]
    loss = (out * out).sum() + sum((state**3).sum() for state in last)
    firsts = library.autograd.grad(loss, inputs, create_graph=True, allow_unused=True)
    length = sum((g * g).sum() for g in firsts if g is not None)
    seconds = library.autograd.grad(length, inputs, allow_unused=True)
    shown = repr(layer), list(layer.state_dict()), node, [state.grad_fn.name() for state in last]
    return shown, numbers((out, *last, *firsts, *seconds))


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("source", RECURRENT)
def test_recurrent_layers_agree(source, given):
    shown, ours = recurrent(tg, source, given, "float64")
    wanted, theirs = recurrent(torch, source, given, "float64")
    if "LSTM" in source or "batch_first" in source:  # kernels and transposes in place have names of their own
        shown, wanted = shown[:2], wanted[:2]
    assert shown == wanted
    agree(ours, theirs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("source", RECURRENT)
def test_recurrent_layers_agree_in_single_precision(source):
    shown, ours = recurrent(tg, source, "states", "float32")
    wanted, theirs = recurrent(torch, source, "states", "float32")
    if "batch_first" not in source:
        assert shown == wanted
    agree(ours, theirs, rtol=2e-4, atol=3e-5)


ALONE = [
    *(f"layer(x, x, x{how})" for how in ("", ", need_weights=False", ", attn_mask=added", ", attn_mask=closed, need_weights=False", ", key_padding_mask=padding", ", key_padding_mask=padding, attn_mask=closed, need_weights=False", ", attn_mask=each, average_attn_weights=False", ", attn_mask=each, need_weights=False", ", attn_mask=causal, is_causal=True, need_weights=False")),
    "layer(x, y, y)", "layer(x, y, y, need_weights=False)", "layer(x[0], x[0], x[0])", "layer(x[0], y[0], y[0], need_weights=False)",
]  # fmt: skip
CALLS = [
    *((f"nn.MultiheadAttention(8, 2{more})", call) for more in (", 0.3", ", batch_first=True", ", 0.3, False, batch_first=True", ", add_bias_kv=True, add_zero_attn=True") for call in ALONE),
    ("nn.MultiheadAttention(8, 2, kdim=8, vdim=6)", "layer(x, x, x[..., :6])"),
    *(
        (f"nn.{make.format(more)}", f"[{call}]")
        for more in ("", "batch_first=True", "batch_first=True, norm_first=True", "activation='gelu', bias=False", "batch_first=True, activation=nn.GELU()", "activation=nn.functional.silu, dropout=0")
        for make, call in (
            ("TransformerEncoderLayer(8, 2, 16, {})", "layer(x, closed, padding)"),
            ("TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, {}), 2)", "layer(x, src_key_padding_mask=padding)"),
            ("TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, {}), 2, nn.LayerNorm(8))", "layer(x, causal)"),
            ("TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, {}), 2)", "layer(x, y, causal, tgt_key_padding_mask=padding.to(x.dtype))"),
            ("Transformer(8, 2, 1, 1, 16, {})", "layer(y, x, tgt_mask=causal)"),
        )
    ),
]  # fmt: skip


def attentive(library, source, call, dtype, training):
    """A layer, its results, the gradients of everything, and what the generator gives next."""
    library.manual_seed(1)
    layer = eval(source, {"nn": library.nn}).to(getattr(library, dtype)).train(training)
    first = "batch_first=True" in source
    x, y = (library.randn(*((3, n) if first else (n, 3)), 8).to(getattr(library, dtype)) for n in (5, 4))
    names = {
        "layer": layer, "x": x.requires_grad_(training), "y": y.requires_grad_(training),
        "added": library.randn(5, 5).to(x.dtype), "each": library.randn(6, 5, 5).to(x.dtype)[: 2 if "x[0]" in call else 6],
        "closed": (library.rand(5, 5) > 0.7) & ~library.eye(5).bool(),
        "padding": library.tensor([[False] * 5, [False] * 4 + [True], [False] * 3 + [True] * 2]),
        "causal": library.nn.Transformer.generate_square_subsequent_mask(5, dtype=x.dtype),
    }  # fmt: skip
    with library.set_grad_enabled(training):
        out = [part for part in eval(call, names) if part is not None]
    inputs = [x, y, *layer.parameters()]
    grads = library.autograd.grad(sum((part**3).sum() for part in out), inputs, allow_unused=True) if training else ()
    shown = repr(layer), list(layer.state_dict()), [tuple(part.shape) for part in out], library.rand(1).item()
    return shown, numbers((*out, *grads))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("source", "call"), CALLS)
def test_attention_and_transformers_agree(source, call, training):
    for dtype, tolerance in (("float64", {"rtol": 1e-8, "atol": 1e-10}), ("float32", {"rtol": 1e-3, "atol": 3e-4})):
        shown, ours = attentive(tg, source, call, dtype, training)
        wanted, theirs = attentive(torch, source, call, dtype, training)
        assert shown == wanted
        agree(ours, theirs, **tolerance)
