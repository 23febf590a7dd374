"""Every sampled call in teachgrad and in PyTorch: value, type, node, first and second derivative."""

import zlib

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.tensor import wrap
from tests.samples import IN_BOTH

torch = pytest.importorskip("torch")

# Products of mixed dimensions: PyTorch folds them into matrices and ends with a reshape or a copy. Its rsub of two
# tensors is seldom met; the name here is that of `2 - a`.
NAMED_DIFFERENTLY = {"(2, 3) @ (5, 3, 4)", "(3,) @ (3, 4)", "(5, 2, 3) @ (3,)", "(3,) @ (5, 3, 4)", "rsub"}

# PyTorch computes with a constant of float32 (1/6, or 1/alpha) here, also in float64, or adds 1e-12 to be safe ...
# ... and its trigamma is right to nine digits only ...
ROUGH = ("hardsigmoid()", "celu(0.7,)", "F.binary_cross_entropy(", "lgamma", "digamma", "torch.poly", "torch.mvl")
# ... and has no second derivative here.
NOT_TWICE = (
    "hardsigmoid()",
    "F.multi_margin_loss",
    "F.multilabel_margin_loss",
    "F.embedding_bag",
    "F.scaled_dot_product_attention(a, b, c",
)


def both(sample, dtype):
    rng = np.random.default_rng(zlib.crc32(repr((sample.name, sample.shapes)).encode()))
    arrays = sample.arrays(rng, dtype)
    ours = [wrap(a.copy()).requires_grad_() for a in arrays]
    theirs = [torch.tensor(a).requires_grad_() for a in arrays]
    names = {"torch": torch, "F": torch.nn.functional, **dict(zip("abc", theirs, strict=False))}
    return ours, theirs, sample.function(*ours), eval(sample.torch, names), rng


@pytest.mark.filterwarnings("ignore:index_reduce")
@pytest.mark.parametrize("sample", IN_BOTH, ids=lambda s: f"{s.name} {s.shapes}".replace(" ", ""))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_and_derivatives_agree(sample, dtype):
    ours, theirs, out, expected, rng = both(sample, dtype)
    rough = dtype == np.float32 or sample.name.startswith(ROUGH)
    tolerance = {"rtol": 2e-5, "atol": 2e-6} if rough else {"rtol": 1e-10, "atol": 1e-12}
    assert tuple(out.shape) == tuple(expected.shape)
    assert str(out.dtype) == str(expected.dtype)
    np.testing.assert_allclose(out.array, expected.detach().numpy(), **tolerance)
    weights = rng.uniform(0.5, 1.5, out.shape).astype(dtype)
    firsts = tg.autograd.grad((out * wrap(weights)).sum(), ours, create_graph=True)
    wanted = torch.autograd.grad((expected * torch.tensor(weights)).sum(), theirs, create_graph=True)
    for got, want in zip(firsts, wanted, strict=True):
        np.testing.assert_allclose(got.array, want.numpy(force=True), **tolerance)
    directions = [rng.uniform(0.5, 1.5, x.shape).astype(dtype) for x in ours]
    slope = sum((g * wrap(d)).sum() for g, d in zip(firsts, directions, strict=True))
    wanted_slope = sum((g * torch.tensor(d)).sum() for g, d in zip(wanted, directions, strict=True))
    if not wanted_slope.requires_grad or sample.name.startswith(NOT_TWICE):
        return
    seconds = (
        tg.autograd.grad(slope, ours, materialize_grads=True)
        if slope.requires_grad
        else [wrap(x.array * 0) for x in ours]
    )
    for got, want in zip(seconds, torch.autograd.grad(wanted_slope, theirs, materialize_grads=True), strict=True):
        np.testing.assert_allclose(got.array, want.numpy(force=True), **tolerance)


@pytest.mark.parametrize(
    "sample", [s for s in IN_BOTH if s.named and s.name not in NAMED_DIFFERENTLY], ids=lambda s: f"{s.name} {s.shapes}"
)
def test_nodes_have_pytorchs_names(sample):
    _, _, out, expected, _ = both(sample, np.float32)
    assert out.grad_fn.name() == expected.grad_fn.name()
