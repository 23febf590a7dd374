"""Optimizers take PyTorch's steps, in place, and leave traces where a graph has to notice them."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import teachgrad as tg
from tests.optim.descents import RULES, descend, recorded


@pytest.mark.parametrize("rule", RULES)
def test_fifty_steps_are_pytorchs(rule):
    np.testing.assert_allclose(descend(tg, rule), recorded()[rule], rtol=1e-6, atol=1e-6)


def quadratic(kind, **settings):
    w = tg.tensor([1.0, -2.0], requires_grad=True)
    return w, getattr(tg.optim, kind)([w], **settings)


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_a_step_writes_into_the_parameters_own_memory(kind):
    w, optimizer = quadratic(kind, lr=0.1)
    view, memory = w.detach(), w.array
    (w * w).sum().backward()
    gradient = w.grad.clone()
    optimizer.step()
    assert w.array is memory
    assert view.tolist() == w.tolist() != [1.0, -2.0]
    assert w.grad.tolist() == gradient.tolist()
    assert w.is_leaf
    assert w.requires_grad


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_a_graph_that_saved_the_old_value_is_refused(kind):
    w, optimizer = quadratic(kind, lr=0.1)
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    optimizer.step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_step_without_gradients_changes_nothing():
    w, optimizer = quadratic("Adam", lr=0.1)
    optimizer.step()
    assert w.tolist() == [1.0, -2.0]
    assert w._version == 0
    assert not optimizer.state


def test_momentum_does_not_share_memory_with_the_gradient():
    w, optimizer = quadratic("SGD", lr=0.1, momentum=0.9)
    (w * w).sum().backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    assert optimizer.state[w]["momentum_buffer"].tolist() == [2.0, -4.0]


def test_what_is_remembered_of_a_half_is_a_half():
    w = tg.ones(2, dtype=tg.float16, requires_grad=True)
    for kind, settings in (("SGD", {"momentum": 0.9, "weight_decay": 0.1}), ("Adam", {"maximize": True})):
        optimizer = getattr(tg.optim, kind)([w], **settings)
        w.grad = tg.ones_like(w)
        optimizer.step()
        assert {memory.dtype for name, memory in optimizer.state[w].items() if name != "step"} == {tg.float16}


def test_two_parameters_of_one_shape_do_not_disturb_each_other():
    def path(count):
        ws = [tg.tensor([1.0 + i, -2.0], requires_grad=True) for i in range(count)]
        optimizer = tg.optim.Adam(ws, lr=0.1, amsgrad=True)
        for _ in range(5):
            optimizer.zero_grad()
            sum((w**4).sum() for w in ws).backward()
            optimizer.step()
        return [w.tolist() for w in ws]

    assert path(3)[:1] == path(1)


def test_a_parameter_that_is_a_transposed_view_of_memory_is_updated():
    w = tg.tensor(np.arange(6.0).reshape(2, 3).T, requires_grad=True)
    optimizer = tg.optim.Adam([w], lr=1.0)
    (w * 3).sum().backward()
    optimizer.step()
    np.testing.assert_allclose(w.detach().numpy(), np.arange(6.0).reshape(2, 3).T - 1, atol=1e-6)


def test_a_state_can_be_taken_over_in_another_type():
    w, optimizer = quadratic("Adam", lr=0.1)
    (w * w).sum().backward()
    optimizer.step()
    v = w.detach().double().requires_grad_()
    other = tg.optim.Adam([v], lr=0.5)
    other.load_state_dict(optimizer.state_dict())
    assert other.state[v]["exp_avg"].dtype is tg.float64
    assert other.state[v]["step"].dtype is tg.float32
    assert other.param_groups[0]["lr"] == 0.1


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_optimizer_and_model_are_copied_together(again):
    model = tg.nn.Linear(2, 1)
    optimizer = tg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(tg.ones(1, 2)).sum().backward()
    optimizer.step()
    model2, optimizer2 = again((model, optimizer))
    before = model.weight.tolist()
    model2(tg.ones(1, 2)).sum().backward()
    optimizer2.step()
    assert model.weight.tolist() == before
    assert model2.weight.tolist() != before
    assert optimizer2.param_groups[0]["params"][0] is model2.weight


def test_a_hook_before_a_step_may_change_its_arguments_and_nothing_else():
    optimizer = quadratic("SGD", lr=0.1)[1]
    optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of \(new_args, new_kwargs\), but got 3"):
        optimizer.step()


def test_hooks_run_once_where_a_step_calls_the_one_of_its_base():
    class Counting(tg.optim.SGD):
        def step(self, closure=None):
            return super().step(closure)

    calls = []
    optimizer = Counting([tg.ones(1, requires_grad=True)])
    optimizer.register_step_post_hook(lambda o, args, kwargs: calls.append(1))
    optimizer.step()
    assert calls == [1]


def test_a_group_may_have_doubles_but_not_in_silence():
    w = tg.ones(1, requires_grad=True)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        tg.optim.SGD([w, w], lr=0.1)


def test_steps_that_are_to_be_differentiated_are_refused_with_a_remedy():
    w = tg.ones(1, requires_grad=True)
    with pytest.raises(NotImplementedError, match="differentiable=True") as error:
        tg.optim.Adam([w], differentiable=True)
    assert "create_graph=True" in str(error.value)


def test_steps_for_a_graphics_processor_are_refused():
    with pytest.raises(AssertionError, match="If capturable=True, params and state_steps must be on supported devices"):
        tg.optim.Adam([tg.ones(1, requires_grad=True)], capturable=True)


@pytest.mark.parametrize(
    ("make", "remedy"),
    [
        (lambda w: tg.optim.SGD([], lr=0.1), "attributes"),
        (lambda w: tg.optim.SGD([w * 2], lr=0.1), "detach"),
        (lambda w: tg.optim.SGD(w, lr=0.1), r"\[w\]"),
        (lambda w: tg.optim.SGD([w], lr=-0.1), "maximize"),
    ],
)
def test_errors_name_the_remedy(make, remedy):
    with pytest.raises((ValueError, TypeError), match=rf"(?s)Why: .*Fix: .*{remedy}"):
        make(tg.ones(1, requires_grad=True))
