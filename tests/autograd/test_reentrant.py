"""A backward pass inside a backward pass, and graphs that are very deep."""

from __future__ import annotations

import gc
import weakref

import pytest

import teachgrad as tg
from teachgrad.autograd import Function


class Recomputed(Function):
    """x squared, whose backward pass computes the square again and differentiates that."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        with tg.enable_grad():
            inner = x.detach().requires_grad_()
            (inner * inner).sum().backward()
        return g * inner.grad


def test_a_function_may_go_backward_inside_its_own_backward_pass():
    x = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (Recomputed.apply(x) * 3).sum().backward()
    assert x.grad.tolist() == [6.0, 12.0, 18.0]


def test_functions_that_do_may_follow_each_other():
    x = tg.tensor(1.1, dtype=tg.float64, requires_grad=True)
    y = x
    for _ in range(5):
        y = Recomputed.apply(y)
    y.backward()
    assert x.grad.item() == pytest.approx(32 * 1.1**31)


def in_a_hook(y, work):
    """Do some work when the gradient of `y` comes by. Nothing is recorded then, unless one asks for it."""

    def hook(g):
        with tg.enable_grad():
            work()

    return y.register_hook(hook)


def test_a_pass_in_a_hook_adds_to_the_same_leaf():
    x = tg.tensor(2.0, requires_grad=True)
    y = x * 3
    in_a_hook(y, lambda: (x * 10).backward())
    y.backward()
    assert x.grad.item() == 13.0


def test_gradients_taken_in_a_hook_touch_nothing_else():
    x, seen = tg.tensor(2.0, requires_grad=True), []
    y = x * 3
    in_a_hook(y, lambda: seen.append(tg.autograd.grad(x**3, x)[0].item()))
    y.backward()
    assert (seen, x.grad.item()) == ([12.0], 3.0)


def test_a_pass_through_the_same_graph_from_within():
    x, seen = tg.tensor(2.0, requires_grad=True), []
    y = x * x
    z = y * 5
    z.register_hook(lambda g: seen.append(tg.autograd.grad(y, x, retain_graph=True)[0].item()))
    z.backward()
    assert (seen, x.grad.item()) == ([4.0], 20.0)


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_switch_is_as_before_after_a_pass_in_a_hook(create_graph):
    x, seen = tg.tensor(2.0, requires_grad=True), []
    y = x * x

    def hook(g):
        before = tg.is_grad_enabled()
        with tg.enable_grad():
            tg.autograd.grad(x.exp(), x)
        seen.append((before, tg.is_grad_enabled()))

    y.register_hook(hook)
    y.backward(create_graph=create_graph)
    assert seen == [(create_graph, create_graph)]
    assert tg.is_grad_enabled()
    assert (x.grad.grad_fn is not None) is create_graph
    x.grad = None


def test_forty_levels_of_passes():
    def level(x, n):
        y = x * 2
        if n:
            in_a_hook(y, lambda: level(x, n - 1))
        y.backward()

    x = tg.tensor(1.0, requires_grad=True)
    level(x, 40)
    assert x.grad.item() == 82.0


def test_an_error_in_an_inner_pass_ends_the_outer_one_and_leaves_no_trace():
    x = tg.tensor(2.0, requires_grad=True)
    y = x * 3

    def hook(g):
        (x.detach() * 2).backward()

    handle = y.register_hook(hook)
    with pytest.raises(RuntimeError, match="does not require grad and does not have a grad_fn"):
        y.backward(retain_graph=True)
    assert (x.grad, tg.is_grad_enabled()) == (None, True)
    handle.remove()
    y.backward()
    assert x.grad.item() == 3.0


def test_a_second_derivative_through_a_pass_in_a_hook():
    x = tg.tensor(2.0, requires_grad=True)
    y = x**3
    y.register_hook(lambda g: g * tg.autograd.grad(x**2, x, create_graph=True)[0])
    (first,) = tg.autograd.grad(y, x, create_graph=True)
    (second,) = tg.autograd.grad(first, x)
    assert (first.item(), second.item()) == (48.0, 72.0)  # 3x² · 2x = 6x³, and then 18x²


class Same(Function):
    """x, through a function of one's own."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * 1

    @staticmethod
    def backward(ctx, g):
        return g


STEPS = {
    "operation": lambda y: y * 1.0,
    "view": lambda y: y[:],
    "in place": lambda y: y.add_(1.0),
    "function": Same.apply,
    "parts": lambda y: tg.cat([y[:1], y[1:]]),
}


@pytest.fixture
def _by_counting_alone():
    """Nothing is freed here but what nobody holds any more."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_by_counting_alone")
@pytest.mark.parametrize("step", STEPS)
def test_a_chain_of_ten_thousand_is_differentiated_and_freed_without_recursion(step):
    x = tg.ones(2, requires_grad=True)
    y = x * 1.0
    first = weakref.ref(y.grad_fn)
    for _ in range(10_000):
        y = STEPS[step](y)
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    del y
    assert first() is None


@pytest.mark.usefixtures("_by_counting_alone")
def test_a_chain_of_a_hundred_thousand_that_was_never_differentiated_is_freed_at_once():
    y = tg.tensor(1.0, requires_grad=True) * 1.0
    first = weakref.ref(y.grad_fn)
    for _ in range(100_000):
        y = y.sin()
    del y
    assert first() is None


@pytest.mark.usefixtures("_by_counting_alone")
def test_a_deep_graph_of_gradients_is_differentiated_and_freed_as_well():
    x = tg.tensor(1.0, requires_grad=True)
    y = x * x
    first = weakref.ref(y.grad_fn)
    for _ in range(5000):
        y = y * 1.0
    (g,) = tg.autograd.grad(y, x, create_graph=True)
    (h,) = tg.autograd.grad(g, x)
    assert (g.item(), h.item()) == (2.0, 2.0)
    del y, g
    assert first() is None
