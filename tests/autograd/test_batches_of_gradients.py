"""`grad` with is_grads_batched: several walks in one call."""

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.autograd import grad


@pytest.fixture
def x():
    return tg.tensor([1.0, 2.0, 3.0], requires_grad=True)


def test_each_entry_is_a_walk_of_its_own(x):
    weight = tg.ones(2, requires_grad=True)
    y, z = x**2, x.sum() * weight
    seeds = (tg.eye(3)[:2], tg.tensor([[1.0, 0.0], [2.0, 3.0]]))
    by_x, by_weight = grad((y, z), (x, weight), seeds, is_grads_batched=True, retain_graph=True)
    for entry in range(2):
        one_x, one_weight = grad((y, z), (x, weight), [seed[entry] for seed in seeds], retain_graph=True)
        np.testing.assert_array_equal(by_x[entry].array, one_x.array)
        np.testing.assert_array_equal(by_weight[entry].array, one_weight.array)


def test_the_graph_is_kept_or_freed_as_asked(x):
    y = x**2
    (rows,) = grad(y, x, tg.eye(3), is_grads_batched=True)
    assert rows.tolist() == [[2, 0, 0], [0, 4, 0], [0, 0, 6]]
    with pytest.raises(RuntimeError, match="a second time"):
        grad(y, x, tg.eye(3), is_grads_batched=True)


def test_the_walks_can_be_differentiated(x):
    (rows,) = grad(x**3, x, tg.eye(3), is_grads_batched=True, create_graph=True)
    assert grad(rows.sum(), x)[0].tolist() == [6, 12, 18]


def test_inputs_that_take_no_part(x):
    other, y = tg.ones(2, requires_grad=True), x**2
    options = {"is_grads_batched": True, "retain_graph": True}
    assert grad(y, (x, other), tg.eye(3), allow_unused=True, **options)[1] is None
    assert grad(y, (x, other), tg.eye(3), materialize_grads=True, **options)[1].tolist() == [0, 0]
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        grad(y, (x, other), tg.eye(3), **options)


def test_batches_must_fit(x):
    y = x**2
    for seeds in (tg.ones(3), tg.ones(2, 2)):
        with pytest.raises(RuntimeError, match="If `is_grads_batched=True`, we interpret the first dimension"):
            grad(y, x, seeds, is_grads_batched=True)
    for seeds in ((tg.ones(2, 3), tg.ones(3, 3)), (tg.ones(2, 3),), None):
        with pytest.raises(ValueError, match="Expected all tensors to have the same size in the mapped dimension"):
            grad((y, y), x, seeds, is_grads_batched=True)
