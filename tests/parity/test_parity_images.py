# ruff: noqa: E501 - a layer is a line
"""Layers of convolution, pooling, normalisation and resampling in teachgrad and in PyTorch, under one seed."""

from __future__ import annotations

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn as our_nn
from teachgrad.tensor import wrap
from tests.parity.test_parity_nn import of

torch = pytest.importorskip("torch")

LAYERS = {
    (2, 4, 9): """Conv1d(4, 5, 3);Conv1d(4, 6, 3, stride=2, groups=2, bias=False);Conv1d(4, 2, 3, padding="same", dilation=2, padding_mode="circular")
        ConvTranspose1d(4, 3, 3, 2);BatchNorm1d(4);BatchNorm1d(4, affine=False);InstanceNorm1d(4);GroupNorm(2, 4);LayerNorm(9);LayerNorm((4, 9), bias=False)
        RMSNorm(9);RMSNorm((4, 9), 0.1);LocalResponseNorm(2);MaxPool1d(2);AvgPool1d(3, 2, 1);LPPool1d(2, 3);AdaptiveAvgPool1d(2);AdaptiveMaxPool1d(4)
        ZeroPad1d(1);ReflectionPad1d((1, 2));ReplicationPad1d(2);ConstantPad1d(1, 3.5);CircularPad1d(3);Upsample(scale_factor=2);Upsample(5, mode="linear")""",
    (2, 4, 6, 8): """Conv2d(4, 5, 3);Conv2d(4, 5, (2, 3), padding=(1, 2), stride=(2, 1));Conv2d(4, 8, 3, padding="valid", groups=4, dilation=2);Conv2d(4, 2, 1)
        Conv2d(4, 4, (3, 2), padding="same", groups=2, padding_mode="reflect");Conv2d(4, 4, 3, padding=1, padding_mode="replicate", stride=2)
        Conv2d(4, 4, 3, padding=(1, 2), padding_mode="circular", bias=False);Conv2d(4, 3, 5, padding=4);Conv2d(4, 3, 1, padding=2)
        ConvTranspose2d(4, 3, 4, 2, 1);ConvTranspose2d(4, 6, 3, stride=2, output_padding=1, groups=2);ConvTranspose2d(4, 1, (2, 3), dilation=2, bias=False)
        BatchNorm2d(4);BatchNorm2d(4, momentum=None);BatchNorm2d(4, track_running_stats=False);BatchNorm2d(4, bias=False, eps=0.1);BatchNorm2d(4).eval()
        InstanceNorm2d(4, affine=True, track_running_stats=True);InstanceNorm2d(4, track_running_stats=True).eval();GroupNorm(1, 4, affine=False)
        LayerNorm((6, 8));LayerNorm((4, 6, 8), elementwise_affine=False);LocalResponseNorm(3, 0.5, 0.3, 2)
        MaxPool2d(2);MaxPool2d((2, 3), stride=1, padding=1, ceil_mode=True);MaxPool2d(3, 2, dilation=2);AvgPool2d(2);AvgPool2d(3, 2, 1, True, False)
        LPPool2d(2, 3);AdaptiveAvgPool2d((1, None));AdaptiveAvgPool2d(1);AdaptiveAvgPool2d(4);AdaptiveMaxPool2d(3);AdaptiveMaxPool2d((6, 5))
        ZeroPad2d(1);ZeroPad2d((1, -1, 0, 2));ReflectionPad2d(1);ReplicationPad2d((1, 2, 3, 4));ConstantPad2d(1, -1);CircularPad2d(2)
        Upsample(size=(3, 4), mode="bilinear", align_corners=True);Upsample(scale_factor=1.5, mode="bicubic");UpsamplingNearest2d(scale_factor=2)
        UpsamplingBilinear2d(size=3);PixelShuffle(2);PixelUnshuffle(2);Unfold(3);Unfold((2, 3), 2, 1, 2)
        Sequential(nn.Conv2d(4, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 2))""",
    (2, 8, 6): "Fold((3, 4), 2);Fold((5, 4), 2, 2, 1, 2)",
    (2, 2, 3, 4, 4): """Conv3d(2, 3, 2);ConvTranspose3d(2, 2, 2, 2);BatchNorm3d(2);InstanceNorm3d(2);MaxPool3d((1, 2, 2));AvgPool3d((1, 2, 2), divisor_override=3)
        AdaptiveAvgPool3d(1);AdaptiveAvgPool3d((2, 1, 3));AdaptiveMaxPool3d(2);ZeroPad3d(1);ReflectionPad3d(1);ReplicationPad3d(1);CircularPad3d(1);ConstantPad3d(1, 2)""",
    (5, 3): "BatchNorm1d(3);BatchNorm1d(3, momentum=0.3);LayerNorm(3);RMSNorm(3)",
}  # fmt: skip
CALLS = [
    (f"nn.{call.strip()}", shape) for shape, calls in LAYERS.items() for call in calls.replace("\n", ";").split(";")
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("source", "shape"), CALLS, ids=str)
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_layers_agree(source, shape, dtype):
    arrays = [np.random.default_rng(0).normal(size=shape)]
    shown, state, out, grads, _ = of(tg, our_nn, lambda x: wrap(x.copy()), source, arrays, dtype)
    wanted = of(torch, torch.nn, torch.tensor, source, arrays, dtype)
    assert (shown, state) == wanted[:2]
    tolerance = {"rtol": 1e-4, "atol": 2e-5} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-10}
    assert str(out.dtype) == str(wanted[2].dtype)
    np.testing.assert_allclose(out.detach().numpy(), wanted[2].detach().numpy(), **tolerance)
    for got, want in zip(grads, wanted[3], strict=True):
        np.testing.assert_allclose(got, want, **tolerance)


@pytest.mark.parametrize(
    "kind", ["BatchNorm2d(3)", "BatchNorm2d(3, momentum=None)", "InstanceNorm2d(3, track_running_stats=True)"]
)
def test_running_statistics_agree_over_batches(kind):
    found = []
    for library, nn in ((tg, our_nn), (torch, torch.nn)):
        library.manual_seed(0)
        layer = eval(f"nn.{kind}", {"nn": nn})
        for _ in range(5):
            layer(library.randn(4, 3, 5, 5) * 3 + 1)
        evaluated = layer.eval()(library.ones(1, 3, 2, 2))
        found.append([*(tensor.tolist() for tensor in layer.state_dict().values()), evaluated.tolist()])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_a_small_network_trains_alike():
    losses = []
    for library, nn in ((tg, our_nn), (torch, torch.nn)):
        library.manual_seed(0)
        model = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 6, 3), nn.GroupNorm(2, 6), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(6 * 4, 3),
        )  # fmt: skip
        x, y = library.randn(12, 1, 12, 12), library.arange(12) % 3
        optimizer = library.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for _ in range(20):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    np.testing.assert_allclose(losses[:20], losses[20:], rtol=1e-3, atol=1e-4)
