"""Recurrent layers and their cells, packed sequences, attention, transformers: shapes, states, gradients, mistakes."""

# mypy: ignore-errors

import warnings

import torch
from torch import nn
from torch.nn.utils import rnn

warnings.simplefilter("ignore")


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition('  Why')[0].rstrip()}")


F = nn.functional
torch.manual_seed(0)
x = torch.randn(5, 2, 3)

# Layers
for layer in (
    nn.RNN(3, 4),
    nn.RNN(3, 4, 2, "relu", batch_first=True),
    nn.GRU(3, 4, bias=False),
    nn.LSTM(3, 4, bidirectional=True),
):
    out, last = layer(x)
    print(layer, [name for name, _ in layer.named_parameters()], out.shape, out[-1].detach())
    print([tuple(state.shape) for state in (last if isinstance(last, tuple) else (last,))])
    (out**2).mean().backward()
    print(layer.weight_hh_l0.grad.norm(), layer.weight_ih_l0.grad.sum(1)[:3])
print(out[0], last[0])
single, state = nn.GRU(3, 4)(x[:, 0], torch.ones(1, 4))
print(single.shape, state)
deep = nn.GRU(3, 4, 2, dropout=0.5)
print(deep(x)[0][-1], deep.eval()(x)[0][-1])
attempt(lambda: nn.RNN(3, 4, nonlinearity="sin"))
attempt(lambda: nn.RNN(3, 0))
attempt(lambda: nn.GRU(3, 4.0))
attempt(lambda: nn.GRU(3, 4, dropout=2))
attempt(lambda: layer(x[0, 0]))
attempt(lambda: layer(x[..., :2]))
attempt(lambda: layer(x.double()))
attempt(lambda: layer(x, torch.zeros(1, 2, 4)))
attempt(lambda: layer(x, (torch.zeros(2, 2, 4), torch.zeros(2, 2, 5))))
attempt(lambda: deep(x, torch.zeros(2, 4)))
attempt(lambda: deep(x, torch.zeros(1, 2, 4)))
attempt(lambda: deep(x[:0]))

# Cells
for cell in (nn.RNNCell(3, 4, nonlinearity="relu"), nn.GRUCell(3, 4), nn.LSTMCell(3, 4, bias=False)):
    state = None
    for step in x:
        state = cell(step, state)
    print(cell, state)
attempt(lambda: nn.GRUCell(3, 4)(x))
attempt(lambda: nn.GRUCell(3, 4)(x[0, :, :2]))
attempt(lambda: nn.GRUCell(3, 4)(x[0], torch.zeros(3, 4)))
attempt(lambda: nn.LSTMCell(3, 4)(x[0], (torch.zeros(2, 4), torch.zeros(2, 5))))

# Packed sequences
sequences = [torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0, 5.0]), torch.tensor([6.0])]
print(rnn.pad_sequence(sequences), rnn.pad_sequence(sequences, batch_first=True, padding_value=-1, padding_side="left"))
packed = rnn.pack_sequence(sequences, enforce_sorted=False)
print(packed, rnn.pad_packed_sequence(packed, batch_first=True, total_length=4), rnn.unpack_sequence(packed))
packed = rnn.pack_padded_sequence(x, [3, 5], enforce_sorted=False)
out, (hidden, cell) = layer(packed)
print(out.batch_sizes, rnn.pad_packed_sequence(out)[0][3], hidden, cell)
attempt(lambda: rnn.pack_padded_sequence(x, [3, 5]))
attempt(lambda: rnn.pack_padded_sequence(x, [5, 0]))
attempt(lambda: rnn.pack_padded_sequence(x, [5]))
attempt(lambda: rnn.pad_packed_sequence(out, total_length=2))
attempt(lambda: rnn.pad_sequence([]))
attempt(lambda: rnn.pad_sequence(sequences, padding_side="top"))

# Attention
q, k, v = torch.randn(3, 1, 2, 4, 6)
print(F.scaled_dot_product_attention(q, k, v), F.scaled_dot_product_attention(q, k, v, is_causal=True)[0, 0])
allowed = torch.tensor([[True, False, False, True]] * 3 + [[False] * 4])
print(
    F.scaled_dot_product_attention(q, k, v, allowed)[0, 1], F.scaled_dot_product_attention(q, k, v, dropout_p=0.5).sum()
)
attempt(lambda: F.scaled_dot_product_attention(q, k.double(), v))
attempt(lambda: F.scaled_dot_product_attention(q, k, v, torch.ones(4, 4, dtype=torch.long)))
attempt(lambda: F.scaled_dot_product_attention(q, k, v, torch.ones(3, 3)))
attempt(lambda: F.scaled_dot_product_attention(q, k[..., :3], v))
attention = nn.MultiheadAttention(6, 2, batch_first=True)
sequence = torch.randn(2, 4, 6)
padding = torch.tensor([[False, False, False, True], [False, False, True, True]])
found, weights = attention(sequence, sequence, sequence, key_padding_mask=padding)
print(attention, found, weights, list(attention.state_dict()))
found.sum().backward()
print(attention.in_proj_weight.grad.norm(), attention.out_proj.bias.grad)
print(attention(sequence, sequence, sequence, need_weights=False, attn_mask=~allowed | torch.eye(4).bool())[1])
attempt(lambda: nn.MultiheadAttention(6, 4))
attempt(lambda: nn.MultiheadAttention(0, 4))
attempt(lambda: attention(sequence[..., :5], sequence, sequence))
attempt(lambda: attention(sequence, sequence[0], sequence))
attempt(lambda: attention(sequence, sequence, sequence[:, :3]))
attempt(lambda: attention(sequence, sequence, sequence, attn_mask=torch.zeros(3, 3)))
attempt(lambda: attention(sequence, sequence, sequence, key_padding_mask=padding[:1]))
attempt(lambda: attention(sequence, sequence, sequence, key_padding_mask=padding.long()))
attempt(lambda: attention(sequence, sequence, sequence, is_causal=True))

# Transformers
layer = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True, activation=nn.GELU())
encoder = nn.TransformerEncoder(layer, 2)
print(encoder, encoder(sequence)[0])
with torch.no_grad():
    print(encoder.eval()(sequence, src_key_padding_mask=padding)[1])
model = nn.Transformer(6, 2, 1, 1, 8, dropout=0.0, norm_first=True)
causal = nn.Transformer.generate_square_subsequent_mask(4)
out = model(sequence.transpose(0, 1), sequence.transpose(0, 1), tgt_mask=causal)
out.sum().backward()
print(causal, out[:, 0], sum(p.grad.abs().sum() for p in model.parameters()), len(list(model.parameters())))
attempt(lambda: model(sequence, sequence[:, :3]))
attempt(lambda: model(sequence[..., :5], sequence[..., :5]))
attempt(lambda: nn.TransformerEncoderLayer(6, 2, activation="tanh"))
