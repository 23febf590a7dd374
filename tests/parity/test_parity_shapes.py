# ruff: noqa: E501 - calls are listed, as many to a line as it takes
"""Shapes as PyTorch has them, also for whole numbers; and what PyTorch refuses, in the same words."""

import warnings

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.nn import functional
from teachgrad.tensor import wrap

torch = pytest.importorskip("torch")

ARRAYS = {
    "a": np.arange(6).reshape(2, 3),
    "v": np.arange(4),
    "n": np.array(5),
    "m": np.array([[True], [False]]),
    "e": np.zeros((0, 3)),
}

CALLS = """a.repeat(2, 1, 1);torch.tile(v, (2, 2));torch.repeat_interleave(v);torch.repeat_interleave(a, torch.tensor([1, 2, 0]), 1);m.repeat(1, 3)
torch.hstack([v, n]);torch.hstack([n, n]);torch.vstack([v, v]);torch.dstack([v, v]);torch.dstack([n, n]);torch.column_stack([v, n.reshape(1).expand(4)])
torch.split(v, 3);torch.split(v, [1, 3]);torch.split(e, 0);torch.chunk(v, 3);torch.chunk(torch.arange(6), 4);torch.chunk(e, 2);torch.unbind(a, 1);torch.tensor_split(v, 3)
torch.tensor_split(v, (1, 3));torch.tensor_split(v, (-1,));torch.hsplit(v, 2);torch.hsplit(a, (1,));torch.vsplit(a, 2);a.unfold(1, 2, 1);a.unfold(1, 0, 1);n.unfold(0, 1, 1);n.unfold(0, 0, 1)
torch.flip(a, [0]);torch.flip(a, ());torch.roll(v, 5);torch.roll(a, -1, 1);torch.rot90(a, 5);torch.rot90(a, -2);torch.tril(m);torch.triu(a, -1)
torch.diag(v, 1);torch.diag(a, 5);torch.diagonal(a, 5);torch.diagonal(a, -1);torch.diag_embed(a, 0, 0, 2);torch.diag_embed(m);torch.narrow(a, 1, -1, 1);torch.narrow(v, 0, 4, 0);torch.select(a, -1, -1)
torch.meshgrid(v, n, indexing='ij');torch.meshgrid(v, v[:2], v, indexing='xy');torch.meshgrid([v, n], indexing='ij');torch.atleast_1d(n, v);torch.atleast_2d((n, v));torch.atleast_3d(a);torch.broadcast_tensors(v, n, v[:, None])
torch.squeeze(a[None], (0, 1));torch.movedim(a[None], (0, 2), (2, 0));torch.unflatten(v, 0, (2, -1));v.unflatten(0, (-1, 4));F.pad(v, (1, 2), value=9);F.pad(m, (1, 1));F.pad(a, (-1, -1));F.pad(a, (1, -2, -1, 0))
F.pad(a, (2, 1), mode='circular');F.pad(a, (3, 3), mode='circular');F.pad(a, (-1, 2), mode='circular');F.pad(a, (4, 0), mode='replicate');F.pad(a[None], (2, 2, 1, 1), mode='reflect');torch.ravel(a.T);a.T.contiguous().stride();torch.diagonal(a).stride()
a.unfold(1, 2, 1).stride();torch.numel(a);torch.is_tensor(a);torch.is_tensor([1]);a.broadcast_to((2, 2, 3));torch.concat([v, v]);a.expand(-1, 3).is_contiguous();v.diag();torch.cat([v, v.float()]);torch.cat([v.double(), v.float()]);torch.cat([m[0], v]);torch.stack([n, n.half()]);torch.stack([m[0, 0], n]);v.diag_embed(1);a.adjoint()"""


def same(ours, theirs):
    if isinstance(theirs, tuple | list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other)
    elif isinstance(theirs, torch.Tensor):
        assert str(ours.dtype) == str(theirs.dtype)
        np.testing.assert_array_equal(ours.array, theirs.numpy())
    else:
        assert ours == theirs


def ours(source):
    return eval(source, {"torch": tg, "F": functional, **{k: wrap(v.copy()) for k, v in ARRAYS.items()}})


def theirs(source):
    with warnings.catch_warnings(action="ignore"):
        return eval(
            source, {"torch": torch, "F": torch.nn.functional, **{k: torch.tensor(v) for k, v in ARRAYS.items()}}
        )


@pytest.mark.parametrize("source", CALLS.replace("\n", ";").split(";"))
def test_results_are_the_same(source):
    same(ours(source), theirs(source))


REFUSED = """a.unflatten(1, (2, 2));a.unflatten(1, ());torch.unflatten(a, 1, (2, -1));torch.movedim(a, (0, 1), (1, 1));torch.movedim(a, (0, 0), (1, 0))
torch.movedim(a, (0,), (1, 0));torch.movedim(a, 2, 0);torch.broadcast_tensors(a, a[:, :2]);a.repeat(2);a.repeat(2, -1);torch.repeat_interleave(a, -1)
torch.repeat_interleave(a, torch.tensor([1, 2, 3]), 0);torch.hstack([]);torch.split(a, 0, 1);torch.split(a, -1, 1);torch.split(a, [1, 1], 1);torch.split(n, 1)
torch.chunk(a, 0);torch.chunk(n, 1);torch.tensor_split(a, 0, 1);torch.tensor_split(n, 1);torch.unbind(n);torch.unbind(a, 2);torch.flip(a, (0, 0));torch.flip(a, (2,));torch.fliplr(v)
torch.flipud(n);torch.roll(a, (1, 2), 0);torch.roll(a, 0, (0, 1));torch.narrow(a, 1, 2, 2);torch.narrow(a, 1, 0, -1);torch.narrow(a, 1, 4, 0);torch.narrow(n, 0, 0, 1)
torch.select(a, 1, 3);torch.select(n, 0, 0);torch.diagonal(a, 0, 0, 0);torch.diagonal(v);torch.diag(a[None]);torch.diag(n);torch.diag_embed(n);torch.diag_embed(a, 0, 1, 1);torch.tril(v);torch.triu(n)
a.unfold(1, 4, 1);a.unfold(1, 2, 0);a.unfold(2, 1, 1);a.unfold(1, -1, 1);F.pad(a, (1,));F.pad(a, (1, 1, 1, 1, 1, 1));F.pad(a, (-2, -2));F.pad(a, (3, 3), mode='reflect');F.pad(a, (1, 1, 1, 1), mode='reflect')
F.pad(v, (1, 1), mode='reflect');F.pad(a, (1, 1), mode='x');F.pad(a, (1, 1), mode='reflect', value=1);F.pad(a, (4, 4), mode='circular');torch.meshgrid(v, a);torch.meshgrid(v, v, indexing='x')
torch.meshgrid();torch.rot90(a, 1, (0, 0));torch.rot90(a, 1, (0,));torch.rot90(v);torch.squeeze(a, (0, 0));a.view_as(v);a.reshape_as(v);torch.cat([]);torch.stack([]);torch.cat([n, n]);torch.cat([v, a]);torch.cat([a, a], 2);torch.stack([a, v]);torch.vstack([v, v[:2]]);torch.hstack([a, a[:1]])"""


@pytest.mark.parametrize("source", REFUSED.replace("\n", ";").split(";"))
def test_what_pytorch_refuses_is_refused_with_the_same_words(source):
    with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever it is
        theirs(source)
    with pytest.raises(expected.type) as error:
        ours(source)
    assert str(error.value).splitlines()[0] in str(expected.value)
