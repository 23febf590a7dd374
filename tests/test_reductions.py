# ruff: noqa: E501 - a case is a line
"""Corner cases of reductions, orders and choices by index: ties, nan, nothing, wrong shapes. They are PyTorch's.

The outcomes in fixtures/reductions.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CASES`.
Values and gradients of ordinary cases are tested by samples, in ops/ and parity/.
"""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.nn import functional
from tests.outcomes import outcome, recorded, same

A = "torch.arange(6.).reshape(2, 3)"
FIVE = "torch.tensor([[0, 5]])"
GRADIENTS = [  # ties, zeros and nan: who gets the gradient?
    f"(lambda x: torch.autograd.grad({call}, x)[0])(torch.tensor({values}, requires_grad=True))"
    for call, values in (
        *((f"x.{name}()", "[2., 1., 2.]") for name in ("max", "amax", "median", "nanmedian")),
        *((f"x.{name}(0).values", "[2., 1., 2.]") for name in ("max", "min", "median", "cummax", "cummin", "mode", "sort")),
        *((f"x.{name}()", "[1., nan, 3.]") for name in ("median", "nanmedian", "nansum", "nanmean", "sum")),
        *((f"x.{name}(0).values", "[1., nan, 3.]") for name in ("median", "nanmedian", "max")),
        ("x.amax(0)", "[2., 2., 2.]"), ("x.amax()", "[1., nan]"), ("x.std()", "[3., 3.]"), ("x.norm()", "[0., 0.]"), ("x.norm(1)", "[0., 2.]"),
        ("x.norm(inf)", "[2., -2., 0.]"), ("x.norm(3)", "[0., 2.]"), ("x.norm(0.5)", "[0., 2.]"),
        ("x.norm(1.5)", "[0., 0.]"), ("x.prod()", "[0., 2., 3.]"), ("x.prod()", "[0., 0., 3.]"), ("x.logsumexp(0)", "[-inf, 0.]"),
        ("x.dist(x.detach())", "[1., 2.]"),
    )
]  # fmt: skip
CASES = [
    *(line.format(a=A, five=FIVE) for line in """
{a}.gather(0, {five})
{a}.gather(0, {five} - 1)
{a}.gather(0, {a})
{a}.gather(0, torch.tensor([0, 1]))
{a}.gather(0, torch.zeros(2, 4).long())
{a}.gather(2, {five})
{a}.gather(0, torch.zeros(0, 3).long())
{a}.gather(1, torch.tensor([[2], [0]]).int())
{a}.scatter(0, {five}, {a})
{a}.scatter(0, {five}, 1.)
{a}.scatter(0, {a}, 1.)
{a}.scatter(1, torch.tensor([[0]]), {a}.long())
{a}.scatter(1, torch.zeros(3, 2).long(), {a})
{a}.scatter_add(1, torch.zeros(2, 4).long(), {a})
{a}.scatter(1, torch.zeros(2, 2).long(), {a}, reduce='mul')
{a}.scatter(1, torch.zeros(2, 2).long(), 2., reduce='multiply')
{a}.scatter(1, torch.zeros(2, 2).long(), {a}, reduce='multiply')
{a}.scatter(1, torch.zeros(2, 2).long(), 2., reduce='add')
{a}.scatter(1, torch.tensor([[2, 2], [0, 1]]), {a}, reduce='add')
torch.zeros(2, 3).scatter_(1, torch.tensor([[2], [0]]), 1)
torch.zeros(2, 3).scatter_(1, torch.tensor([[2], [0]]), {a})
torch.zeros(2, 3).scatter_add_(0, torch.tensor([[0, 0, 1]]), {a})
torch.zeros(3, dtype=torch.long).scatter_add_(0, torch.tensor([0, 0, 2]), torch.tensor([1, 2, 3]))
torch.zeros(2, 3).index_add_(1, torch.tensor([0, 0]), torch.ones(2, 2))
torch.zeros(2, 3).index_copy_(0, torch.tensor([1]), torch.ones(1, 3))
torch.zeros(2, 3).index_fill_(1, torch.tensor([1]), 4)
torch.zeros(2, 3).masked_fill_(torch.tensor([True, False, True]), 4)
{a}.index_select(0, torch.tensor([0, 5]))
{a}.index_select(0, torch.tensor([-1]))
{a}.index_select(0, {five})
{a}.index_select(0, torch.tensor([1.]))
{a}.index_select(0, torch.tensor(1))
torch.tensor(3.).index_select(0, torch.tensor([0]))
{a}.index_add(0, torch.tensor([0, 5]), {a})
{a}.index_add(0, torch.tensor([0, 1]), {a}.long())
{a}.index_copy(0, torch.tensor([0, 5]), {a})
{a}.index_fill(0, torch.tensor([5]), 1.)
{a}.index_fill(0, torch.tensor([-1]), 1.)
{a}.index_fill(0, torch.tensor([0]), {a})
{a}.take(torch.tensor([6]))
{a}.take(torch.tensor([-1, 0]))
{a}.take({a})
{a}.masked_fill({a}, 1.)
{a}.masked_fill({a} > 2, {a})
{a}.masked_fill(torch.tensor([True, False]), 1.)
{a}.long().masked_fill({a} > 2, 1.5)
{a}.masked_select({a})
{a}.masked_select({a} > 9)
{a}.masked_scatter({a} > 1, torch.tensor([1.]))
{a}.nonzero()
{a}.nonzero(as_tuple=True)
torch.nonzero(torch.tensor([0, 3, 0, 4]), as_tuple=True)
torch.tensor(3.).nonzero()
torch.tensor(0.).nonzero()
torch.argwhere({a} > 3)
torch.nn.functional.embedding(torch.tensor([0, 5]), {a})
torch.nn.functional.embedding({a}, {a})
torch.nn.functional.embedding(torch.tensor([0]), {a}, padding_idx=5)
torch.nn.functional.embedding(torch.tensor([[1], [0]]), {a})
torch.isin({a}, torch.tensor([1., 2.]))
torch.isin({a}, 1)
torch.isin({a}, torch.tensor([1., 2.]), invert=True)
torch.searchsorted(torch.tensor([1., 2., 3.]), torch.tensor([0., 2., nan, 5.]))
torch.searchsorted(torch.tensor([1., 2., 3.]), 2., right=True)
torch.searchsorted(torch.tensor([1., 2., 3.]), torch.tensor([2.]), side='right', out_int32=True)
torch.searchsorted(torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([[2.], [2.]]))
torch.searchsorted(torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([2.]))
torch.bucketize(torch.tensor([0., 2., nan, 5.]), torch.tensor([1., 2., 3.]))
torch.bucketize(torch.tensor([0., 2., nan, 5.]), torch.tensor([1., 2., 3.]), right=True)
torch.tensor([1., nan, 3.]).median()
torch.tensor([1., nan, 3.]).median(0)
torch.tensor([4., 1., 3., 2.]).median(0)
torch.tensor([1., 2., 1., 2.]).mode()
torch.tensor([1., 2., 2., 1., 2., nan]).mode()
torch.tensor([nan, nan, 1.]).mode()
torch.tensor([2, 1, 1, 2, 1]).mode()
{a}.mode(0)
torch.tensor([]).median()
torch.zeros(0, 3).median(0)
torch.zeros(0, 3).amax(0)
torch.zeros(0, 3).amax()
torch.zeros(0, 3).amax(1)
torch.zeros(0, 3).max(0)
torch.zeros(0, 3).argmax(0)
torch.zeros(0).prod()
torch.zeros(0).var()
torch.zeros(1).var()
torch.zeros(1).std(correction=2)
torch.ones(2, 3).var(0, correction=2)
torch.tensor([1., 3.]).var(correction=5)
torch.var_mean(torch.tensor([1., 3.]), correction=0)
torch.std_mean({a}, dim=1, keepdim=True)
{a}.long().var()
{a}.var(0, False)
{a}.var(0, unbiased=False, keepdim=True)
{a}.var(False)
{a}.var([0, 1])
{a}.std((0,), True, True)
torch.std({a}, 1)
{a}.long().prod()
({a} > 1).prod()
{a}.prod(0, dtype=torch.float64)
{a}.long().cumsum(0)
({a} > 1).cumsum(0)
{a}.int().cumprod(0)
{a}.cumsum(0, dtype=torch.float64)
torch.tensor([1., nan, 3., 0.]).cummax(0)
torch.tensor([1., 1., 0., 1.]).cummax(0)
torch.tensor([1, 1, 0, 1]).cummin(0)
torch.zeros(0).cummax(0)
torch.tensor(2.).cummax(0)
torch.tensor([-inf, -inf, 0.]).logcumsumexp(0)
torch.tensor([nan, 2., 1.]).sort()
torch.tensor([nan, 2., 1., 2.]).sort(descending=True)
torch.tensor([1, 1, 0]).argsort(descending=True, stable=True)
torch.tensor([True, False]).sort()
torch.tensor(3.).sort()
torch.tensor([nan, 2., 1., 3.]).topk(2)
torch.tensor([3, 1, 2]).topk(2, largest=False)
{a}.topk(4)
{a}.topk(0)
torch.tensor(3.).topk(1)
{a}.kthvalue(0)
{a}.kthvalue(4)
torch.tensor([nan, 2., 1.]).kthvalue(3)
{a}.unique()
torch.tensor([3, 1, 3, 2]).unique(return_inverse=True, return_counts=True)
torch.tensor([3., nan, nan]).unique(return_counts=True)
torch.tensor([[1, 2], [1, 2], [0, 1]]).unique(dim=0, return_inverse=True)
torch.tensor([[1, 2], [2, 1]]).unique(return_inverse=True)
torch.unique_consecutive(torch.tensor([1, 1, 2, 2, 1]), return_inverse=True, return_counts=True)
torch.unique_consecutive(torch.tensor([[1, 1, 2], [1, 1, 2]]), dim=1)
torch.unique_consecutive(torch.tensor([], dtype=torch.long))
{a}.histc(5)
{a}.histc(4, 1, 3)
{a}.histc(4, 3, 1)
torch.ones(3).histc(2)
{a}.long().histc(3)
torch.tensor([nan]).histc(3)
torch.histogram({a}, 3)
torch.histogram({a}, 3, range=(0., 4.), density=True)
torch.histogram({a}, torch.tensor([0., 1., 5.]))
torch.tensor([0, 1, 1, 3]).bincount()
torch.tensor([0, 1, 1, 3]).bincount(weights=torch.tensor([1., 2., 3., 4.]), minlength=6)
torch.tensor([0, 1]).bincount(weights=torch.tensor([1, 2]))
torch.tensor([], dtype=torch.long).bincount()
torch.tensor([0, -1]).bincount()
{a}.bincount()
torch.tensor([[1]]).bincount()
{a}.norm(p=1, dim=1, keepdim=True)
{a}.long().norm()
{a}.norm(p=inf)
{a}.norm(p=0)
torch.zeros(0).norm()
torch.norm({a}, p='fro', dim=0)
{a}.norm(2, 0, True)
{a}.norm(dim=(0, 1), dtype=torch.float64)
torch.tensor([-inf, -inf]).logsumexp(0)
torch.tensor([inf, 0.]).logsumexp(0)
torch.tensor([1, 2]).logsumexp(0)
{a}.count_nonzero()
{a}.count_nonzero(dim=(0, 1))
{a}.count_nonzero(0)
{a}.to(torch.uint8).all()
{a}.to(torch.uint8).any(0)
{a}.all(dim=(0, 1))
{a}.any(dim=(0, 1), keepdim=True)
{a}.argmax(keepdim=True)
{a}.argmin(dim=1, keepdim=True)
torch.tensor(2.).argmax(dim=0)
torch.tensor([1., nan, nan, 2.]).argmax()
torch.tensor([1., nan, nan, 2.]).max(0)
torch.tensor([1., 2., 2.]).max(0)
torch.max(torch.tensor([1., nan]), torch.tensor([2., 2.]))
torch.min({a}, torch.tensor(2))
torch.max({a}, other=torch.tensor([[1.], [4.]]))
{a}.max(dim=0, keepdim=True)
{a}.quantile(1.5)
{a}.long().quantile(0.5)
torch.tensor([1., nan]).quantile(0.5)
torch.tensor(4.).quantile(0.5)
torch.tensor([1., nan, 3.]).nanmedian()
torch.tensor([1., nan, 3.]).nanmedian(0)
torch.tensor([nan, nan]).nanmedian(0)
torch.tensor([1., nan]).nansum()
torch.tensor([1, 2]).nansum()
torch.tensor([1., nan]).nanmean()
torch.tensor([nan]).nanmean()
torch.tensor([1, 2]).nanmean()
{a}.aminmax()
{a}.aminmax(dim=0)
torch.zeros(0).aminmax()
{a}.amax((0, 0))
{a}.sum(dim=5)
torch.cdist({a}, {a}[:, :2])
torch.cdist({a}[0], {a})
torch.cdist({a}, {a}, p=1)
torch.cdist({a}, {a} + 1, p=0)
torch.cdist({a}, {a} + 1)
torch.cosine_similarity({a}, {a} * 0)
""".strip().splitlines()),
    *GRADIENTS,
]  # fmt: skip
RECORDED = recorded("reductions")


@pytest.mark.parametrize("expression", CASES)
def test_outcomes_are_pytorchs(expression: str) -> None:
    ours = outcome(expression, tg)
    assert same(ours, RECORDED[expression], 1e-6), ours


def test_every_recorded_case_is_tested() -> None:
    assert list(RECORDED) == CASES


def test_results_with_names_can_be_unpacked_copied_and_pickled() -> None:
    found = tg.tensor([3.0, 1.0]).sort()
    values, indices = found
    assert values is found.values is found[0]
    assert indices is found.indices
    assert isinstance(found, tg.return_types.sort)
    for twin in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert type(twin) is type(found)
        assert twin.values.tolist() == [1, 3]


def test_a_padding_row_gets_no_gradient() -> None:
    table = tg.ones(4, 2, requires_grad=True)
    functional.embedding(tg.tensor([[0, 2], [2, 1]]), table, padding_idx=-2).sum().backward()
    assert table.grad is not None
    assert table.grad.tolist() == [[1, 1], [1, 1], [0, 0], [0, 0]]


def test_gradients_reach_only_the_part_of_the_source_that_was_scattered() -> None:
    source = tg.ones(2, 3, requires_grad=True)
    for scatter in (tg.Tensor.scatter, tg.Tensor.scatter_add):
        (grad,) = tg.autograd.grad(scatter(tg.zeros(2, 3), 1, tg.tensor([[1, 0]]), source).sum(), source)
        assert grad.tolist() == [[1, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("index", [[0, 2, 2, -1], np.array([1, 0], np.uint8), (slice(None), [1, 1]), ([0, 0], [1, 1])])
def test_gradients_add_up_where_an_element_is_chosen_twice(index: Any) -> None:
    x = tg.zeros(3, 2, requires_grad=True)
    part = x[index]
    part.backward(tg.arange(1.0, part.numel() + 1).reshape(part.shape))
    expected = np.zeros((3, 2), np.float32)
    np.add.at(expected, index, np.arange(1.0, part.numel() + 1).reshape(part.shape))
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.array, expected)


def test_an_index_that_was_freed_says_so() -> None:
    x = tg.ones(3, requires_grad=True)
    out = x.gather(0, tg.tensor([0, 0])).sum()
    out.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        out.backward()


def test_distances_have_second_derivatives() -> None:
    x, y = (tg.tensor(rows, dtype=tg.float64) for rows in ([[0.0, 0.0], [3.0, 4.0]], [[1.0, 1.0], [4.0, 6.0]]))
    x.requires_grad_()
    assert tg.autograd.gradgradcheck(lambda t: tg.cdist(t, y), (x,))
    assert tg.autograd.gradcheck(lambda t: tg.cdist(t, y, 1.5), (x,))
