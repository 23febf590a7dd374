# ruff: noqa: E501 - calls are listed, as many to a line as it takes
"""Layers: how they print, what they start with and give, and which arguments and inputs they refuse.

The outcomes in fixtures/layers.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CLOSE_CASES`
and `STOCK`. Gradients of layers are compared in parity/.
"""

from __future__ import annotations

import pytest

import teachgrad as tg
from tests import test_calls
from tests.outcomes import differing, listed, recorded

STOCK = test_calls.STOCK | {
    "nn": "torch.nn",
    "rnn": "torch.nn.utils.rnn",
    "p": "torch.linspace(-2, 2, 64).reshape(1, 4, 4, 4)",
    "t4": "torch.linspace(-1, 1, 24).reshape(3, 2, 4)",
}
CALLS = {
    "padding and size": """
        nn.ConstantPad1d(1, 2.5); nn.ConstantPad1d(1, 2.5)(x[None]); nn.ConstantPad2d((1, 0, 2, 0), 7.)(p); nn.ConstantPad3d(1, 3.)
        nn.ReflectionPad1d(1)(x[None]); nn.ReplicationPad2d(1)(p); nn.CircularPad1d((1, 2))(x[None]); nn.ZeroPad2d((0, 1, 0, -1))(p)
        nn.Upsample(size=(2, 3))(p); nn.Upsample(6); nn.Upsample(scale_factor=(2., 1.5))
        nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)(p); nn.UpsamplingNearest2d(scale_factor=2)(p); nn.UpsamplingNearest2d(size=3)
        nn.UpsamplingBilinear2d(size=3)(p); nn.UpsamplingBilinear2d(scale_factor=2); nn.PixelShuffle(2)(p); nn.PixelShuffle(2)
        nn.PixelUnshuffle(2)(p); nn.PixelUnshuffle(2); nn.Fold((4, 4), 2, stride=2)(torch.arange(16.).reshape(1, 4, 4))
        nn.Fold((4, 5), (2, 1), dilation=2, padding=1); nn.Unfold(2, stride=2)(p); nn.Unfold((2, 3), 1, (1, 0), 2); nn.Flatten(0, 1)(p)
        nn.Unflatten(1, (2, 2))(p).shape; nn.Unflatten(1, (2, 2))""",
    "convolutions": """
        nn.Conv2d(4, 1, 3, padding=1, padding_mode='reflect')(p); nn.Conv2d(4, 1, 3, padding='same', padding_mode='circular', dilation=1)(p)
        nn.Conv2d(4, 1, (2, 3), padding='same', padding_mode='replicate')(p).shape
        nn.Conv1d(2, 1, 2, padding='valid', padding_mode='reflect')(x[None]); nn.Conv1d(2, 3, 3, stride=2, padding=(1,), padding_mode='zeros')
        nn.Conv2d(2, 3, 3, padding='same', stride=1); nn.Conv2d(2, 3, (3, 5), dilation=2, groups=1, bias=False, padding_mode='circular')
        nn.ConvTranspose1d(2, 3, 3, output_padding=1, stride=2)""",
    "pooling": """
        (lambda pool: nn.MaxUnpool2d(2)(*pool(p)))(nn.MaxPool2d(2, return_indices=True))
        (lambda pool: nn.MaxUnpool1d(2, 2)(*pool(p[0]), output_size=(1, 4, 5)))(nn.MaxPool1d(2, return_indices=True)).shape; nn.MaxUnpool2d(2)
        nn.MaxUnpool3d((2, 1, 1), 2, 1); nn.AvgPool1d(2, 1)(x[None]); nn.AvgPool1d(2, 1, ceil_mode=True, count_include_pad=False)
        nn.AvgPool2d(2, 1, 1, False, True, 3)(p); nn.AvgPool2d((2, 1)); nn.AvgPool3d(2); nn.LPPool1d(2, 2)(x[None]); nn.LPPool2d(3, 2, 1, True)(p)
        nn.LPPool2d(3., (2, 1), ceil_mode=True); nn.AdaptiveAvgPool1d(2)(x[None]); nn.AdaptiveAvgPool2d((None, 2))(p); nn.AdaptiveAvgPool2d((None, 2))
        nn.AdaptiveMaxPool1d(2)(x[None]); nn.AdaptiveMaxPool2d((2, 1), return_indices=True)(p); nn.AdaptiveMaxPool3d(1)(p)
        nn.AdaptiveMaxPool3d((1, None, 2))""",
    "normalisation": """
        nn.LayerNorm((4, 4), elementwise_affine=False)(p); nn.LayerNorm(3, bias=False)(x); nn.LayerNorm(3, 1e-3); nn.GroupNorm(2, 4)(p)
        nn.GroupNorm(2, 4, affine=False); nn.LocalResponseNorm(2)(p); nn.LocalResponseNorm(2, k=2.); nn.RMSNorm(3, elementwise_affine=False)(x)
        nn.RMSNorm(3); nn.BatchNorm1d(3, track_running_stats=False)(x); nn.InstanceNorm1d(2)(x[None]); nn.InstanceNorm2d(4, affine=True, momentum=0.2)""",
    "activations": """
        nn.ReLU6()(8 * x); nn.ReLU6(True); nn.Softshrink(0.3)(x); nn.Softshrink(); nn.Hardshrink(0.3); nn.Hardsigmoid(True)(x.clone())
        nn.Hardswish(True)(x.clone()); nn.SiLU(True)(x.clone()); nn.Mish(True)(x.clone()); nn.CELU(0.5, True)(x.clone()); nn.Threshold(0.1, 20)(x)
        nn.Threshold(0.1, 20, True); nn.Softmax(1)(x); nn.Softmax(1); nn.LogSoftmax(1); nn.Softmin(0)(x); nn.Softmax2d()(p)[0, :, 0, 0]
        nn.Softmax2d()(v); nn.GLU(0)(x); nn.PReLU(2); nn.RReLU(0.1, 0.3).eval()(x); nn.RReLU(0.3, 0.1); nn.Tanhshrink()(x); nn.LogSigmoid()(x)
        nn.Softplus(2, 1); nn.GELU('tanh'); nn.LeakyReLU(0.3, True); nn.ELU(0.5); nn.Hardtanh(-2, 2); nn.Dropout(0.3, True); nn.Dropout(1.5)
        nn.AlphaDropout(0.3); nn.Dropout3d(0.5).eval()(p).shape""",
    "linear, tables, distances": """
        nn.Bilinear(3, 3, 2, bias=False)(x, x); nn.Bilinear(3, 3, 2); nn.Bilinear(0, 3, 2); nn.Linear(3, 2, False)
        nn.Linear(3, 2, dtype=torch.float64).weight.dtype; nn.Identity(1, 2, a=3)(x) is x; nn.Embedding(5, 3, 1, 2., scale_grad_by_freq=True)
        nn.Embedding(5, 3, padding_idx=9); nn.EmbeddingBag(5, 3, mode='sum', include_last_offset=True); nn.EmbeddingBag(5, 3, mode='median')
        nn.PairwiseDistance(1., keepdim=True)(x, -x); nn.PairwiseDistance(1.); nn.CosineSimilarity(1)(x, x); nn.CosineSimilarity(1, 1e-3)
        nn.Parameter(); nn.Parameter(None, False); nn.Parameter(i); nn.init.xavier_uniform_(torch.zeros(0, 3)); nn.init.orthogonal_(torch.zeros(0, 3))
        nn.init.orthogonal_(v); nn.init.kaiming_uniform_(torch.zeros(0, 3))""",
    "attention and transformers": """
        nn.MultiheadAttention(4, 2, kdim=3, vdim=2); nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True)(t4, t4, t4)
        nn.MultiheadAttention(4, 2, kdim=3, vdim=2)(t4, t4[..., :3], t4[..., :2])
        nn.MultiheadAttention(4, 2, kdim=3, vdim=2)(t4, t4[..., :3], t4[:1, :, :2]); nn.MultiheadAttention(4, 2)(t4, t4, t4[:1])
        nn.MultiheadAttention(4, 2)(t4[:, 0], t4[:, 0], t4[:, 0]); nn.MultiheadAttention(4, 2)(t4[:, 0], t4[:, 0], t4[:, 0], need_weights=False)
        nn.MultiheadAttention(4, 2)(t4, t4, t4, average_attn_weights=False)[1].shape
        nn.MultiheadAttention(4, 2)(t4, t4, t4, attn_mask=torch.zeros(4, 3, 3, dtype=torch.bool))[0].shape
        nn.MultiheadAttention(4, 2)(t4, t4, t4, attn_mask=torch.zeros(2, 3, dtype=torch.bool))
        nn.MultiheadAttention(4, 2)(t4, t4, t4, attn_mask=torch.zeros(3, 3, dtype=torch.int64))
        nn.MultiheadAttention(4, 2)(t4, t4, t4, is_causal=True); nn.MultiheadAttention(4, 2)(t4, t4, t4, torch.zeros(3, dtype=torch.bool))
        nn.MultiheadAttention(4, 2)(t4, t4, t4, torch.zeros(3, 3, dtype=torch.bool))
        nn.MultiheadAttention(4, 2)(t4, t4, t4, torch.zeros(2, 3), attn_mask=torch.zeros(3, 3, dtype=torch.bool))[0].shape
        nn.MultiheadAttention(4, 2)(v, v, v); nn.MultiheadAttention(4, 2)(t4, t4[:, 0], t4); nn.MultiheadAttention(4, 2)(t4[..., :3], t4, t4)
        nn.MultiheadAttention(5, 2); nn.MultiheadAttention(4, 2).in_proj_weight.shape; nn.Transformer.generate_square_subsequent_mask(3)
        nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 2).num_layers; nn.TransformerEncoder(nn.Identity(), 1).num_layers
        nn.TransformerEncoderLayer(4, 2, 8, activation='tanh')""",
    "recurrent": """
        nn.RNN(2, 3, dropout=0.5); nn.RNN(2, 3, dropout=2.); nn.LSTM(2, 3, num_layers=0); nn.RNN(2, 3, nonlinearity='sigmoid')
        nn.RNNCell(2, 3, nonlinearity='sigmoid')(torch.zeros(1, 2)); [[w.shape for w in ws] for ws in nn.GRU(2, 3, 2, bidirectional=True).all_weights]
        nn.LSTM(2, 3)(torch.zeros(4)); nn.LSTM(2, 3)(torch.zeros(4, 5)); nn.LSTM(2, 3)(torch.zeros(4, 5, 2), (torch.zeros(1, 3), torch.zeros(1, 3)))
        nn.LSTM(2, 3)(torch.zeros(4, 2), (torch.zeros(1, 5, 3), torch.zeros(1, 5, 3)))
        nn.LSTM(2, 3)(torch.zeros(4, 5, 2), (torch.zeros(1, 4, 3), torch.zeros(1, 4, 3))); nn.GRU(2, 3)(torch.zeros(4, 5, 2), torch.zeros(5, 3))
        nn.GRU(2, 3)(torch.zeros(4, 2), torch.zeros(1, 5, 3)); nn.GRU(2, 3)(torch.zeros(4, 2))[0].shape; nn.GRUCell(2, 3)(torch.zeros(1, 2, 2))
        nn.LSTMCell(2, 3)(torch.zeros(1, 2), (torch.zeros(2, 3), torch.zeros(2, 3)))""",
    "packed sequences": """
        rnn.pack_padded_sequence(torch.ones(3, 2), torch.tensor([[1]])); rnn.pack_padded_sequence(torch.ones(3, 2), [3, 9])
        rnn.pack_padded_sequence(torch.ones(3, 2), [3]); rnn.pack_padded_sequence(torch.ones(3, 2), [3, 0])
        rnn.pack_padded_sequence(torch.ones(3, 2), [2, 3]); rnn.pack_sequence([v, v[:2]]).double(); rnn.pack_sequence([v, v[:2]]).float() is None
        (lambda s: s.to(torch.float32) is s)(rnn.pack_sequence([v, v[:2]])); (lambda s: s.cpu() is s)(rnn.pack_sequence([v, v[:2]]))
        rnn.pack_sequence([v, v[:2]]).is_cuda; rnn.PackedSequence((v[:3], torch.tensor([2, 1])))
        rnn.pad_packed_sequence(rnn.pack_sequence([v, v[:2]]))
        rnn.pad_packed_sequence(rnn.pack_sequence([v[:2], v], enforce_sorted=False), batch_first=True, padding_value=9., total_length=5)
        rnn.pad_packed_sequence(rnn.pack_sequence([v, v[:2]]), total_length=1); rnn.pad_sequence([v, v[:2]], padding_side='left', padding_value=-1.)
        rnn.pad_sequence(2); rnn.pad_sequence([]); rnn.pad_sequence([v], padding_side='top'); rnn.unpack_sequence(rnn.pack_sequence([v, v[:2]]))
        (lambda m: m(rnn.pack_sequence([torch.ones(2, 2), torch.ones(3, 2)], enforce_sorted=False), torch.arange(6.).reshape(1, 2, 3))[1])(nn.GRU(2, 3))""",
    "containers": """
        nn.Sequential(nn.Tanh()).insert(5, nn.ReLU()); nn.ModuleList([nn.Tanh()]).append(2); nn.ModuleList(); nn.ModuleDict()
        (lambda d: [d.clear(), len(d)])(nn.ModuleDict({'a': nn.Tanh()})); list(nn.ModuleDict({'a': nn.Tanh()}).items())
        nn.ModuleDict({'a': nn.Tanh()}).pop('a'); nn.ParameterDict(); list((nn.ParameterDict({'b': v}) | {'a': s}).keys())
        list(({'a': s} | nn.ParameterDict({'b': v})).keys()); list((lambda d: d.__ior__({'a': s}))(nn.ParameterDict({'b': v})).values())
        (lambda d: [d.setdefault('a', 2), d.setdefault('a', 3)])(nn.ParameterDict()); nn.ParameterDict({'a': s}).keys(); nn.Tanh().cpu().to(x)
        nn.Linear(2, 1).to(x.double()).weight.dtype; nn.Linear(2, 1).to(torch.float64, non_blocking=True).weight.dtype
        nn.Linear(2, 1).to('cpu').weight.dtype; nn.Linear(2, 1).to(torch.int64); nn.Linear(2, 1).__setattr__('weight', 2)
        (lambda m: [m.__setattr__('bias', None), m.bias])(nn.Linear(2, 1)); nn.Linear(2, 1).register_buffer('a.b', v)
        nn.Linear(2, 1).register_parameter('weight', v); nn.Linear(2, 1).register_module('a', 2); nn.Linear(2, 1).get_parameter('a')
        nn.Linear(2, 1).get_submodule('a.b'); nn.Module()(v)
        nn.utils.parametrize.register_parametrization(nn.Linear(2, 1), 'weight', nn.Tanh()).weight.shape
        nn.utils.parametrize.register_parametrization(nn.Linear(2, 1), 'nothing', nn.Tanh())
        nn.utils.parametrize.remove_parametrizations(nn.Linear(2, 1), 'weight'); nn.utils.parametrize.ParametrizationList([], v)
        nn.utils.parametrize.is_parametrized(nn.Linear(2, 1), 'weight'); nn.utils.clip_grad_norm_([], 1.)""",
}
FAMILIES = listed(CALLS)
CLOSE_CASES = [call for calls in FAMILIES.values() for call in calls]
PYTORCHS = recorded("layers")


@pytest.mark.parametrize("family", FAMILIES)
def test_layers_are_as_in_pytorch(family):
    found = differing(FAMILIES[family], tg, PYTORCHS, STOCK)
    assert not found, "\n".join(found)
