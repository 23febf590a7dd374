"""Copies of tensors, modules, optimizers and generators: by ``copy``, by ``copy.deepcopy`` and by ``pickle``.

The outcomes in fixtures/copying.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CASES`.
"""

from __future__ import annotations

import copy

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn, optim
from tests.outcomes import again, outcome, recorded, same

CASES = """
copy.deepcopy(torch.ones(2, requires_grad=True))
copy.deepcopy(torch.ones(2, requires_grad=True) * 2)
copy.deepcopy((torch.ones(2, requires_grad=True) * 2).detach())
copy.deepcopy(torch.nn.Parameter(torch.ones(2)))
copy.deepcopy(torch.nn.Parameter(torch.ones(2), requires_grad=False)).requires_grad
copy.deepcopy(torch.arange(6).reshape(2, 3).T).stride()
copy.deepcopy(torch.ones(1).expand(3)).stride()
copy.deepcopy(torch.ones(1).expand(3)).add_(1)
copy.deepcopy(torch.arange(4)[1:])._base
copy.deepcopy(hung(torch.ones(2, requires_grad=True))).grad
copy.deepcopy(hung(torch.ones(2))).note
copy.deepcopy(hung(torch.nn.Parameter(torch.ones(2)))).grad
vars(copy.deepcopy(hung(torch.nn.Parameter(torch.ones(2)))))
(lambda pair: pair[0].grad is pair[1])(copy.deepcopy((lambda x: (x, x.grad))(hung(torch.ones(2, requires_grad=True)))))
(lambda a, b: [a.add_(1).tolist(), b.tolist()])(*copy.deepcopy((lambda x: (x, x[1:]))(torch.zeros(3))))
(lambda a, b: [a.add_(1).tolist(), b.tolist()])(*copy.deepcopy((lambda x: (x[1:], x.detach()))(torch.zeros(3))))
(lambda a, b: a is b)(*copy.deepcopy((lambda x: (x, x))(torch.zeros(3))))
copy.copy(torch.ones(2, requires_grad=True))
copy.copy(torch.ones(2, requires_grad=True) * 2)
copy.copy(torch.nn.Parameter(torch.ones(2)))
copy.copy(hung(torch.ones(2, requires_grad=True))).grad
copy.copy(hung(torch.ones(2))).note
(lambda x: [copy.copy(x).add_(1).tolist(), x.tolist()])(torch.ones(2))
again(torch.ones(2, requires_grad=True))
again(torch.ones(2, requires_grad=True) * 2)
again(torch.nn.Parameter(torch.ones(2)))
again(torch.nn.Parameter(torch.tensor([1]), requires_grad=False))
again(torch.tensor([True]))
again(torch.arange(6).reshape(2, 3).T).stride()
again(hung(torch.ones(2, requires_grad=True))).grad
again(hung(torch.ones(2))).note
again(hung(torch.nn.Parameter(torch.ones(2)))).note
(lambda a, b: [a.add_(1).tolist(), b.tolist()])(*again((lambda x: (x, x.detach()))(torch.zeros(3))))
(lambda a, b: a is b)(*again((lambda x: (x, x))(torch.zeros(3))))
again([torch.Size([1, 2]), torch.Size([])])
again([torch.float32, torch.bool])
again(torch.device("cpu"))
again(torch.exp) is torch.exp
again(torch.sum) is torch.sum
again(torch.nn.functional.relu) is torch.nn.functional.relu
torch.rand(3, generator=again(torch.Generator().manual_seed(3)))
torch.rand(3, generator=copy.deepcopy(torch.Generator().manual_seed(3)))
torch.rand(3, generator=torch.Generator().manual_seed(3).clone_state())
(lambda g: torch.equal(torch.rand(2, generator=again(g)), torch.rand(2, generator=g)))(torch.Generator())
(lambda s: [torch.randn(5), torch.set_rng_state(s), torch.randn(5)])((torch.randn(3), torch.get_rng_state())[1])
torch.Generator().set_state(torch.ones(3))
torch.Generator().set_state([1])
torch.set_rng_state(torch.ones(3, dtype=torch.uint8))
""".strip().splitlines()

RECORDED = recorded("copying")


@pytest.mark.parametrize("expression", CASES)
def test_as_pytorch(expression):
    ours = outcome(expression, tg)
    assert same(ours, RECORDED[expression]), f"{ours}\n{RECORDED[expression]}"


def test_every_recorded_case_is_tested():
    assert list(RECORDED) == CASES


WAYS = pytest.mark.parametrize("way", [copy.deepcopy, again], ids=["deepcopy", "pickle"])


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0)[1:, :, 0],
        lambda: np.array(3.0),
        lambda: np.zeros((0, 3)),
        lambda: np.asfortranarray(np.arange(6).reshape(2, 3))[:, 1:],
        lambda: np.arange(10)[2:9:3],
        lambda: np.frombuffer(bytearray(range(8)), np.int16)[1:],
        lambda: np.arange(4)[4:],
    ],
    ids=["transposed part", "number", "empty", "by columns", "every third", "from bytes", "empty part"],
)
def test_a_deep_copy_of_a_view_shows_the_same_part_of_other_memory(make):
    array = make()
    twin = copy.deepcopy(tg.from_numpy(array)).numpy()
    assert (twin.tolist(), twin.dtype, twin.shape, twin.strides) == (
        array.tolist(),
        array.dtype,
        array.shape,
        array.strides,
    )
    twin[...] = 99
    assert 99 not in array


def test_copies_that_share_memory_share_the_count_of_its_changes():
    x = tg.zeros(3)
    y, part = copy.deepcopy((x, x[1:]))
    w = tg.ones(2, requires_grad=True)
    product = (part * w).sum()
    y.add_(1)
    assert part._version == 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.backward()


@WAYS
@pytest.mark.parametrize(
    "rule", [lambda p: optim.SGD(p, 0.1, momentum=0.9), lambda p: optim.Adam(p, 0.1)], ids=["SGD", "Adam"]
)
def test_model_and_optimizer_go_together_and_train_on(way, rule):
    def train(model, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            model(tg.ones(1, 2)).square().sum().backward()
            optimizer.step()
        return [parameter.tolist() for parameter in model.parameters()]

    tg.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    pair = model, rule(model.parameters())
    train(*pair, 3)
    twin = way(pair)
    assert twin[1].param_groups[0]["params"][0] is twin[0][0].weight
    assert next(iter(twin[1].state)) is twin[0][0].weight
    before = [parameter.tolist() for parameter in model.parameters()]
    after = train(*twin, 3)
    assert [parameter.tolist() for parameter in model.parameters()] == before
    assert train(*pair, 3) == after


@WAYS
def test_tied_weights_stay_tied(way):
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    second.weight = first.weight
    twin = way(nn.ModuleList([first, second]))
    assert twin[0].weight is twin[1].weight
    assert len(list(twin.parameters())) == 3


@WAYS
def test_gradients_stay_behind(way):
    model = nn.Linear(2, 1)
    model(tg.ones(1, 2)).sum().backward()
    assert [parameter.grad for parameter in way(model).parameters()] == [None, None]


def test_the_best_state_is_kept_by_a_deep_copy():
    model = nn.Linear(2, 1)
    best = copy.deepcopy(model.state_dict())
    before = model.weight.tolist()
    with tg.no_grad():
        model.weight.zero_()
    assert best["weight"].tolist() == before
    model.load_state_dict(best)
    assert model.weight.tolist() == before


def test_a_module_that_caches_a_computed_tensor_says_why_it_cannot_be_copied():
    model = nn.Linear(1, 1)
    model.cache = model.weight * 2
    with pytest.raises(RuntimeError, match=r"(?s)Only Tensors created explicitly by the user.*Fix: .*detach\(\)"):
        copy.deepcopy(model)
