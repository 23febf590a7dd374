# ruff: noqa: E501 - a case is a line
"""Corner cases of convolutions, pooling, normalisation and resampling: what does not fit, ties, nan, edges, states.

The outcomes in fixtures/images.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CASES`.
Values and gradients of ordinary cases are tested by samples, in ops/ and parity/, layers in parity/.
"""

from __future__ import annotations

import copy
import pickle
import threading

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn
from teachgrad.nn import functional
from teachgrad.ops import convolution, windows
from tests.outcomes import outcome, recorded, same

X, W = "torch.arange(144.).reshape(2, 3, 6, 4)", "torch.ones(4, 3, 3, 3)"  # images and kernels
T = "torch.tensor([[[[3., 1., 3.], [nan, 3., 0.], [-1., nan, 2.]]]])"  # ties and nan
LINE = "torch.arange(24.).reshape(2, 3, 4)"

CASES = [line.replace("{x}", X).replace("{w}", W).replace("{t}", T).replace("{s}", LINE).replace("F.", "torch.nn.functional.") for line in """
F.conv2d({x}, {w}).shape
F.conv2d({x}, torch.ones(4, 2, 3, 3))
F.conv2d({x}[:, :2], {w})
F.conv2d({x}, {w}, groups=2)
F.conv2d({x}, {w}, groups=3)
F.conv2d({x}, {w}, groups=0)
F.conv2d({x}, torch.ones(1, 3, 3, 3), groups=2)
F.conv2d({x}[0, 0], {w})
F.conv2d({x}[None], {w})
F.conv2d({x}[0], {w}).shape
F.conv1d({s}, {w})
F.conv2d({x}[..., :2], {w})
F.conv2d({x}, {w}, dilation=3)
F.conv2d({x}, {w}, padding=-1)
F.conv2d({x}, {w}, stride=0)
F.conv2d({x}, {w}, dilation=0)
F.conv2d({x}, {w}, torch.ones(3))
F.conv2d({x}, {w}, torch.ones(4, 1))
F.conv2d({x}.double(), {w})
F.conv2d({x}.double(), {w}, torch.ones(4))
F.conv2d({x}, {w}, torch.ones(4).double())
F.conv2d({x}.long(), {w})
F.conv2d({x}.long(), {w}.long())[0, 0]
F.conv2d({x}, {w}, padding='same', stride=2)
F.conv2d({x}, {w}, padding='around')
F.conv2d({x}, {w}, padding=(1, 2, 3))
F.conv2d({x}, {w}, stride=(1, 2, 3))
F.conv2d({x}, {w}, stride=[2], padding=[1, 0]).shape
F.conv2d({x}[:0], {w}).shape
F.conv2d({x}.requires_grad_(), {w}).requires_grad
F.conv1d({s}, torch.ones(2, 3, 2))
F.conv1d({s}, torch.ones(2, 3, 5))
F.conv3d({x}, torch.ones(2, 3, 2, 2, 2))
F.conv_transpose2d({x}, torch.ones(4, 3, 3, 3))
F.conv_transpose2d({x}, torch.ones(3, 4, 3, 3), output_padding=1)
F.conv_transpose2d({x}, torch.ones(3, 4, 3, 3), torch.ones(3))
F.conv_transpose2d({x}, torch.ones(3, 4, 3, 3), stride=2, output_padding=1).shape
F.conv_transpose2d({x}, torch.ones(3, 4, 3, 3), dilation=2, output_padding=1).shape
F.conv_transpose2d({x}[0], torch.ones(3, 4, 3, 3), stride=(2, 3)).shape
F.conv_transpose2d({x}, torch.ones(3, 4, 2, 2), stride=2, groups=3).shape
F.conv_transpose1d({s}[:, :, :2], torch.ones(3, 1, 2), stride=2)
F.unfold({x}, 7)
F.unfold({x}, (6, 2), stride=2)[0]
F.unfold({x}[0], 2).shape
F.fold(torch.ones(2, 12, 15), (6, 4), 2)[0, 0]
F.fold(torch.ones(2, 12, 14), (6, 4), 2)
F.fold(torch.ones(2, 13, 15), (6, 4), 2)
F.max_pool2d({t}, 2, 1, return_indices=True)
F.max_pool2d({t}, 2, 1, 1, return_indices=True)
F.max_pool2d({t}, 3, return_indices=True)
F.max_pool2d(torch.zeros(1, 4, 4), 2, return_indices=True)
F.max_pool1d({t}[0, 0], 2, return_indices=True)
F.max_pool2d({x}, (2, 1), return_indices=True)[1][0, 0]
F.max_pool2d({x}, 3, 2, 1, ceil_mode=True)[0, 0]
F.max_pool2d({x}, 2, 1, dilation=(3, 1))[0, 0]
F.max_pool2d({x}.long(), 2)[0]
F.max_pool2d({x}.half(), 2)[0]
F.max_pool2d({x}, 7)
F.max_pool2d({x}, 3, padding=2)
F.max_pool2d({x}, 3, padding=-1)
F.max_pool2d({x}, 2, stride=0)
F.max_pool2d({x}, (2, 2, 2))
F.max_pool2d({x}[:0], 2).shape
F.max_pool2d({x}, 2, ceil_mode=True, stride=4).shape
F.max_pool3d({x}, 2)[:, 0]
F.adaptive_max_pool2d({t}, 2, return_indices=True)[1]
F.adaptive_max_pool2d({x}, (5, 3), return_indices=True)[1][0, 0]
F.adaptive_max_pool1d({s}, 3)
F.adaptive_avg_pool2d({x}, (None, 1))[0]
F.adaptive_avg_pool2d({x}[0, 0], 2)
F.adaptive_avg_pool2d({x}, (1, 2, 3))
F.avg_pool2d({x}, 7)
F.avg_pool2d({x}, 2, padding=2)
F.avg_pool2d({x}, 2, divisor_override=0)
F.avg_pool2d({x}, 2, divisor_override=2)[0, 0]
F.avg_pool2d({x}, 3, 2, 1, True, False)[0, 0]
F.max_unpool2d(torch.ones(1, 1, 2), torch.tensor([[[1, 5]]]), (1, 2), output_size=(1, 7))
F.max_unpool2d(torch.ones(1, 1, 2), torch.tensor([[[1, 3]]]), (1, 2), output_size=(1, 5))
F.max_unpool2d(torch.ones(1, 1, 2), torch.tensor([[[1]]]), (1, 2))
F.max_unpool2d(torch.ones(1, 1, 2), torch.tensor([[[1, -1]]]), (1, 2))
F.max_unpool1d(torch.ones(1, 2), torch.tensor([[1, 3]]), 2)
F.interpolate({x})
F.interpolate({x}, size=3, scale_factor=2)
F.interpolate({x}, size=(3,))
F.interpolate({x}, scale_factor=(1.5,))
F.interpolate({x}, size=3, mode='nearest', align_corners=True)
F.interpolate({x}, size=3, mode='around')
F.interpolate({x}, size=3, mode='linear')
F.interpolate({s}, size=3, mode='bilinear')
F.interpolate({s}, scale_factor=1.6)[0]
F.interpolate(torch.tensor([[[inf, nan, 1.]]]), size=5)
F.interpolate({s}, size=2, mode='area')[0]
F.pixel_shuffle({x}, 2)
F.pixel_unshuffle({x}, 4)
F.pixel_shuffle(torch.ones(4, 2), 2)
F.pixel_shuffle(torch.arange(8).reshape(8, 1, 1), 2)
F.batch_norm({x}, None, None)
F.batch_norm({x}, torch.zeros(4), torch.ones(4), training=True)
F.batch_norm({x}, torch.zeros(3), torch.ones(3), torch.ones(4))
F.batch_norm({x}.long(), None, None, training=True)
F.batch_norm(torch.ones(1, 3), None, None, training=True)
F.batch_norm(torch.ones(3), None, None, training=True)
F.batch_norm(torch.ones(1, 3), torch.zeros(3), torch.ones(3), eps=0)
F.layer_norm({x}, 4)
F.layer_norm({x}, (6,))
F.layer_norm({x}, (4,), torch.ones(3))
F.layer_norm({x}, (4,), torch.ones(4), torch.ones(3))
F.layer_norm({x}, ())
F.layer_norm({x}.long(), (4,))
F.group_norm({x}, 2)
F.group_norm({x}, 1, torch.ones(4))
F.group_norm({x}[0, 0, 0], 1)
F.group_norm(torch.ones(1, 3), 3)
F.instance_norm(torch.ones(1, 3, 1))
F.rms_norm({x}, (6,))
F.local_response_norm({x}[0, 0], 2)
torch.nn.Conv2d(3, 4, 3)(torch.ones(2, 4, 8, 8))
torch.nn.Conv2d(3, 4, 3, groups=2)
torch.nn.Conv2d(4, 3, 3, groups=2)
torch.nn.Conv2d(4, 3, 3, groups=0)
torch.nn.Conv2d(4, 3, 3, padding='same', stride=2)
torch.nn.ConvTranspose2d(4, 3, 3, padding_mode='reflect')
torch.nn.ConvTranspose2d(3, 4, 3, stride=2)({x}, output_size=(14, 10)).shape
torch.nn.ConvTranspose2d(3, 4, 3, stride=2)({x}, output_size=(2, 4, 13, 10)).shape
torch.nn.ConvTranspose2d(3, 4, 3, stride=2)({x}, output_size=(15, 10))
torch.nn.ConvTranspose2d(3, 4, 3, stride=2)({x}, output_size=(15,))
torch.nn.BatchNorm2d(3)({s})
torch.nn.BatchNorm1d(3)({x})
torch.nn.BatchNorm2d(4)({x})
torch.nn.GroupNorm(2, 3)
torch.nn.InstanceNorm2d(4, affine=True)({x})
torch.nn.InstanceNorm2d(4)({x}).shape
torch.nn.InstanceNorm1d(3)({s}[0]).shape
torch.nn.Conv2d(2, 2, 2).weight
torch.nn.Conv1d(2, 2, 2).bias
torch.nn.ConvTranspose2d(2, 1, 2).weight
list(torch.nn.BatchNorm2d(2).state_dict())
torch.nn.BatchNorm2d(2).state_dict()['num_batches_tracked']
list(torch.nn.BatchNorm2d(2, affine=False, track_running_stats=False).state_dict())
[torch.nn.Conv2d(2, 2, 2, bias=False), torch.nn.AvgPool1d(3, 2), torch.nn.LPPool2d(2, 3), torch.nn.ZeroPad2d(1), torch.nn.Upsample(scale_factor=2)]
""".strip().splitlines()]  # fmt: skip

CLOSE_CASES = [line.replace("{x}", X).replace("{s}", LINE).replace("F.", "torch.nn.functional.") for line in """
F.batch_norm({x}, None, None, torch.tensor([1., 2., 3.]), torch.tensor([0., 1., 2.]), True)[0, :, 0]
F.layer_norm({s}, (4,), bias=torch.tensor([0., 1., 2., 3.]))
F.layer_norm(torch.ones(2, 3), (3,))
F.rms_norm(torch.zeros(2, 3), (3,))
F.interpolate({s}, size=7, mode='linear')[0]
(lambda m: [m({s}), m.running_mean][1])(torch.nn.BatchNorm1d(3))
(lambda m: [m({s}), m({s} * 2), m.running_var][2])(torch.nn.BatchNorm1d(3, momentum=None))
(lambda m: [m({s}), m.running_var][1])(torch.nn.InstanceNorm1d(3, track_running_stats=True))
(lambda m: [m({s}), m.eval(), m({s})][2].detach())(torch.nn.BatchNorm1d(3))
""".strip().splitlines()]  # fmt: skip

OUTCOMES = recorded("images")


@pytest.mark.parametrize("expression", CASES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_outcomes_are_pytorchs(expression):
    ours = outcome(expression, tg)
    assert same(ours, OUTCOMES[expression]), f"{ours}\nbut PyTorch: {OUTCOMES[expression]}"


@pytest.mark.parametrize("expression", CLOSE_CASES)
def test_outcomes_are_close_to_pytorchs(expression):
    ours = outcome(expression, tg, exact=False)
    assert same(ours, OUTCOMES[expression], 1e-5), f"{ours}\nbut PyTorch: {OUTCOMES[expression]}"


@pytest.mark.parametrize("dilation", [1, 3])
def test_padding_to_the_same_size_puts_the_odd_one_after(dilation):
    x, w = tg.randn(1, 2, 5, 6), tg.randn(3, 2, 2, 4)
    total = (3 * dilation, dilation)
    around = [n for size in total for n in (size // 2, size - size // 2)]
    expected = functional.conv2d(functional.pad(x, around), w, dilation=dilation)
    y = functional.conv2d(x, w, padding="same", dilation=dilation)
    assert y.shape == (1, 3, 5, 6)
    np.testing.assert_allclose(y.numpy(), expected.numpy(), rtol=1e-5, atol=1e-5)


def test_numbers_far_from_0_are_normalised_as_well():
    y = functional.batch_norm(tg.tensor([[10001.0], [10002.0]]), None, None, training=True)
    np.testing.assert_allclose(y.numpy(), [[-0.99998], [0.99998]], rtol=1e-6)


def test_parts_of_a_large_batch_give_what_the_whole_gives(monkeypatch):
    rng = np.random.default_rng(0)
    x, w, b = (tg.tensor(rng.normal(size=s), requires_grad=True) for s in ((7, 4, 5, 6), (6, 2, 3, 3), (6,)))

    def everything():
        y = functional.conv2d(x, w, b, padding=1, groups=2)
        columns = functional.unfold(x, 3)
        back = functional.fold(columns * columns, (5, 6), 3)
        return [y, columns, back, *tg.autograd.grad((y * y).sum() + (back * back).sum(), [x, w, b])]

    whole = everything()
    monkeypatch.setattr(windows, "LARGEST", 1000)  # numbers: less than one image needs, and than two
    convolution._windows.cache_clear()
    for part, expected in zip(everything(), whole, strict=True):
        np.testing.assert_allclose(part.detach().numpy(), expected.detach().numpy(), rtol=1e-12, atol=1e-12)
    convolution._windows.cache_clear()


def test_results_keep_their_numbers_when_memory_is_used_again():
    rng = np.random.default_rng(0)
    x, w = tg.tensor(rng.normal(size=(2, 3, 6, 6))), tg.tensor(rng.normal(size=(4, 3, 3, 3)), requires_grad=True)
    first = functional.conv2d(x, w)
    kept = first.detach().numpy().copy()
    functional.conv2d(x * 0, w)
    np.testing.assert_array_equal(first.detach().numpy(), kept)


def test_threads_do_not_share_memory_in_use():
    rng = np.random.default_rng(0)
    images = [tg.tensor(rng.normal(size=(4, 3, 12, 12))) for _ in range(4)]
    w = tg.tensor(rng.normal(size=(5, 3, 3, 3)))
    expected = [functional.conv2d(x, w).numpy() for x in images]
    wrong = []

    def work(x, result):
        wrong.extend(i for i in range(30) if not np.array_equal(functional.conv2d(x, w).numpy(), result))

    threads = [threading.Thread(target=work, args=pair) for pair in zip(images, expected, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_result_is_laid_out_as_view_expects():
    y = functional.max_pool2d(functional.conv2d(tg.ones(2, 1, 5, 5), tg.ones(3, 1, 2, 2), padding=1), 2)
    assert y.is_contiguous()
    assert y.view(2, -1).shape == (2, 27)


def test_no_gradient_is_computed_for_images_that_want_none(monkeypatch):
    x, w = tg.ones(1, 1, 4, 4), tg.ones(1, 1, 2, 2, requires_grad=True)
    monkeypatch.setattr(convolution, "spread_back", None)  # calling it would raise
    functional.conv2d(x, w).sum().backward()
    assert w.grad.tolist() == [[[[9.0, 9.0], [9.0, 9.0]]]]


def test_an_activation_may_write_over_what_was_normalised():
    layer = nn.Sequential(nn.BatchNorm1d(2), nn.ReLU(inplace=True))
    layer(tg.tensor([[1.0, 5.0], [3.0, 1.0]])).sum().backward()
    np.testing.assert_allclose(layer[0].weight.grad.numpy(), [1, 1], atol=1e-4)


def test_what_a_convolution_saved_may_not_change():
    x, w = tg.ones(1, 1, 4, 4), tg.ones(1, 1, 2, 2, requires_grad=True)
    y = functional.conv2d(x, w)
    x.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_layers_can_be_copied_and_pickled(again):
    layer = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReflectionPad2d(1), nn.MaxPool2d(2)).eval()
    x = tg.randn(1, 1, 6, 6)
    assert repr(again(layer)) == repr(layer)
    assert again(layer)(x).tolist() == layer(x).tolist()


@pytest.mark.parametrize(
    ("act", "remedy"),
    [
        (lambda: nn.Conv2d(1, 8, 3)(tg.ones(64, 28, 28, 1)), r"x\.permute\(0, 3, 1, 2\)"),
        (lambda: nn.Conv2d(1, 8, 3)(tg.ones(28, 28)), r"x\.unsqueeze\(1\)"),
        (lambda: nn.Conv2d(1, 8, 3)(tg.ones(1, 1, 28, 28, dtype=tg.float64)), r"x\.float\(\)"),
        (lambda: nn.Conv2d(1, 8, 3, padding="around"), "or a number"),
        (lambda: nn.Conv2d(1, 8, 3, padding_mode="around"), "one of them"),
        (lambda: functional.unfold(tg.ones(3, 4), 2), r"x\.unsqueeze\(1\) for images"),
        (lambda: nn.MaxPool2d(2)(tg.ones(1, 1, 1, 1)), "larger images"),
        (lambda: nn.BatchNorm1d(3)(tg.ones(1, 3)), "drop_last=True"),
        (lambda: nn.BatchNorm2d(3)(tg.ones(5, 3)), "1d, 2d and 3d"),
        (lambda: nn.LayerNorm(3)(tg.ones(5, 4)), "last dimensions"),
    ],
)
def test_errors_name_the_remedy(act, remedy):
    with pytest.raises((RuntimeError, ValueError), match=rf"(?s)Why: .*Fix: .*{remedy}"):
        act()
