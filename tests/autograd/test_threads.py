"""Several threads at once: each records and differentiates for itself, and the leaves that they share lose nothing."""

from __future__ import annotations

import sys
import threading

import pytest

import teachgrad as tg
from teachgrad import nn

THREADS = 4


@pytest.fixture(autouse=True)
def _restless():
    """Let Python change threads as often as it can, so that what may go wrong does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work):
    """Run `work(number)` in every thread at the same time; the first error is raised here."""
    start, errors = threading.Barrier(THREADS), []

    def run(number):
        start.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.parametrize(("size", "times"), [(1, 200), (20_000, 40)], ids=["small", "large"])
def test_gradients_of_shared_leaves_add_up(size, times):
    w, b = tg.ones(size, requires_grad=True), tg.ones(size, requires_grad=True)

    def work(number):
        for _ in range(times):
            (w * (number + 1) + b * b).sum().backward()

    in_threads(work)
    assert w.grad.tolist() == [times * sum(range(1, THREADS + 1))] * size
    assert b.grad.tolist() == [2.0 * times * THREADS] * size


def test_the_first_gradient_of_a_leaf_is_not_lost():
    for _ in range(30):
        leaves = [tg.ones(2, requires_grad=True) for _ in range(5)]
        in_threads(lambda number, leaves=leaves: tg.stack(leaves).sum().backward())
        assert [leaf.grad.tolist() for leaf in leaves] == [[THREADS, THREADS]] * 5


def test_a_graph_that_threads_share_is_walked_by_each():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    shared = (x * x).exp()
    expected = (2 * x * shared).tolist()

    def work(number):
        for _ in range(20):
            (g,) = tg.autograd.grad(shared.sum(), x, retain_graph=True)
            assert g.tolist() == expected

    in_threads(work)


def test_threads_that_train_models_of_their_own_do_not_meet():
    tg.manual_seed(0)
    data, target = tg.randn(8, 3), tg.randn(8, 1)
    models = [nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)) for _ in range(THREADS)]
    for model in models[1:]:
        model.load_state_dict(models[0].state_dict())

    def work(number):
        optimizer = tg.optim.SGD(models[number].parameters(), lr=0.1)
        for _ in range(20):
            optimizer.zero_grad()
            nn.functional.mse_loss(models[number](data), target).backward()
            optimizer.step()

    in_threads(work)
    first, *others = [[p.tolist() for p in model.parameters()] for model in models]
    assert others == [first] * (THREADS - 1)


def test_each_thread_has_its_own_grad_mode():
    w = tg.ones(1, requires_grad=True)
    steps = threading.Barrier(THREADS)

    def work(number):
        for _ in range(20):
            steps.wait()
            with tg.set_grad_enabled(number % 2 == 0):
                steps.wait()
                recorded = (w * 2).requires_grad
                steps.wait()
            assert recorded is (number % 2 == 0)
            assert tg.is_grad_enabled()

    in_threads(work)


def test_a_new_thread_records_although_the_one_that_started_it_does_not():
    seen = []
    with tg.no_grad():
        thread = threading.Thread(target=lambda: seen.append(tg.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_hooks_run_in_the_thread_that_goes_backward():
    w = tg.ones(2, requires_grad=True)
    seen = set()
    w.register_hook(lambda g: seen.add(threading.get_ident()))

    def work(number):
        w.mul(2).sum().backward()
        assert threading.get_ident() in seen

    in_threads(work)
    assert len(seen) == THREADS


def test_an_error_in_one_thread_leaves_the_others_alone():
    w = tg.ones(2, requires_grad=True)

    def work(number):
        for _ in range(20):
            y = (w * w).sum()
            y.backward()
            if number == 0:
                with pytest.raises(RuntimeError, match="backward through the graph a second time"):
                    y.backward()
            assert tg.is_grad_enabled()

    in_threads(work)
    assert w.grad.tolist() == [2.0 * 20 * THREADS] * 2
