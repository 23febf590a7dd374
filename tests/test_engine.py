"""The graph and the backward pass: what is recorded, in which order it is walked, what is kept and what is freed."""

import gc
import threading
import tracemalloc
import weakref

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.engine import newest_first
from teachgrad.graph import AccumulateGrad
from teachgrad.tensor import wrap


def leaf(values, dtype=np.float32):
    return wrap(np.array(values, dtype)).requires_grad_()


# Order


def test_a_node_waits_for_all_its_contributions():
    # y reaches the loss by a short path and by a long one. Walked too early, y would pass on half of its gradient.
    x = leaf(3.0, np.float64)
    y = x * x
    loss = y + (y * 2 + y) * y
    loss.backward()
    assert x.grad.item() == pytest.approx(2 * 3 * (1 + 6 * 9))


def test_every_parent_is_older_than_its_child():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    order = newest_first([((x * w).sin() + x).sum().grad_fn])
    assert [node.seq for node in order] == sorted((node.seq for node in order), reverse=True)
    for node in order:
        assert all(parent.seq < node.seq for parent in node.parents if parent is not None)


def test_a_chain_of_a_million_ops_is_built_walked_and_freed():
    x = leaf(1.0)
    y = x
    for _ in range(1_000_000):
        y = -y
    y.backward()
    assert x.grad.item() == 1
    del y


# Contributions and ownership


def test_contributions_of_several_uses_are_added_up():
    x = leaf([1.0, 2.0])
    (x + x + x * 3).sum().backward()
    assert x.grad.tolist() == [5, 5]


def test_two_leaves_that_get_one_gradient_do_not_share_it():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + y).sum().backward()
    x.grad.add_(10)
    assert y.grad.tolist() == [1, 1]


def test_the_upstream_gradient_of_the_caller_stays_as_it_is():
    x, g = leaf([1.0, 2.0]), wrap(np.array([1.0, 1.0], np.float32))
    (x + x).backward(g)
    x.grad.add_(10)
    assert g.tolist() == [1, 1]


def test_gradients_accumulate_in_the_tensor_that_is_there():
    x = leaf([1.0, 2.0])
    (x * 2).sum().backward()
    kept = x.grad
    (x * 3).sum().backward()
    assert x.grad is kept
    assert kept.tolist() == [5, 5]


def test_broadcast_elements_get_the_sum_of_where_they_were_used():
    x, b = leaf(np.ones((4, 3))), leaf([1.0, 2.0, 3.0])
    (x + b).sum().backward()
    assert b.grad.tolist() == [4, 4, 4]


def test_mixed_types_meet_and_each_gets_a_gradient_of_its_own_type():
    a, b = leaf([1.0, 2.0], np.float32), leaf([3.0, 4.0], np.float64)
    out = (a * b).double().sum() + a.double().sum()
    out.backward()
    assert (a * b).dtype is tg.float64
    assert (a.grad.dtype, b.grad.dtype) == (tg.float32, tg.float64)
    assert a.grad.tolist() == [4, 5]


# Memory


def test_a_graph_is_freed_at_once_without_the_cyclic_collector():
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(100))
        y = (x * 2).exp()
        z = (y[3:] * y[:-3]).reshape(-1, 1).sum()
        z.backward(create_graph=True)
        seen = [weakref.ref(node) for node in newest_first([z.grad_fn])]
        x.grad = None
        del y, z
        assert [ref() for ref in seen if ref() is not None] == []
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_an_in_place_operation_makes_no_circle():
    gc.collect()
    gc.disable()
    try:
        w = leaf([1.0, 2.0])
        x = w * 1
        x *= w
        x[0] = w[1]
        x.exp_()
        x.sum().backward()
        del x
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_only_what_a_formula_names_is_saved():
    x, c = leaf(np.ones(1000)), wrap(np.ones(1000, np.float32))
    product = (x * c).grad_fn
    assert product.tensors == (None, c)  # d(x * c)/dx reads c; c wants no gradient, so x is not read
    total = (x + c).grad_fn
    assert (total.tensors, total.value) == ((None, None), None)
    assert x.exp().grad_fn.value.size == 1000


def test_after_backward_large_values_are_gone_and_small_ones_can_still_be_drawn():
    x, small = leaf(np.ones(1000)), leaf(np.ones(3))
    large_out, small_out = x.exp(), small.exp()
    (large_out.sum() + small_out.sum()).backward()
    assert large_out.grad_fn.value is None
    assert large_out.grad_fn.tensors is None
    assert small_out.grad_fn.value.tolist() == small_out.tolist()


def test_a_training_loop_does_not_grow():
    w = leaf(np.ones(10_000))

    def step():
        (w * w).sum().backward()
        w.grad = None

    step()
    tracemalloc.start()
    step()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(200):
        step()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < w.array.nbytes  # not even one array more


# A second pass


def test_a_second_backward_says_what_to_do():
    x = leaf(2.0)
    y = x**2
    y.backward()
    with pytest.raises(
        RuntimeError, match=r"Trying to backward through the graph a second time(.|\n)*retain_graph=True"
    ):
        y.backward()
    assert x.grad.item() == 4


def test_retain_graph_accumulates():
    x = leaf(2.0)
    y = x**2
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 8


def test_a_graph_that_saved_nothing_can_be_walked_again():
    x = leaf([1.0, 2.0])
    y = (x + 1).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [2, 2]


def test_an_error_on_the_way_leaves_the_graph_usable():
    x = leaf(2.0)
    y = x * 3
    z = y * y

    def fail(_):
        raise KeyError("hook")

    handle = y.register_hook(fail)
    with pytest.raises(KeyError):
        z.backward(retain_graph=True)
    handle.remove()
    assert x.grad is None
    z.backward()
    assert x.grad.item() == 36


# Where it starts


def test_a_root_must_be_a_scalar_or_have_a_gradient():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"grad can be implicitly created only for scalar outputs(.|\n)*\(2,\)"):
        (x * 2).backward()
    (x * 2).backward(wrap(np.array([1.0, 10.0], np.float32)))
    assert x.grad.tolist() == [2, 20]


def test_a_gradient_must_have_the_shape_of_the_root():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"Mismatch in shape: grad_output\[0\] has a shape of torch.Size\(\[3\]\)"):
        (x * 2).backward(wrap(np.ones(3, np.float32)))


def test_a_root_must_have_a_history():
    with pytest.raises(RuntimeError, match="element 0 of tensors does not require grad and does not have a grad_fn"):
        wrap(np.ones(())).backward()


def test_backward_from_a_leaf():
    x = leaf(2.0)
    x.backward()
    assert x.grad.item() == 1


def test_backward_of_several_roots_adds_up():
    x = leaf(2.0)
    tg.autograd.backward([x * 2, x * 3])
    assert x.grad.item() == 5


def test_backward_into_some_inputs_only():
    x, y = leaf(2.0), leaf(3.0)
    (x * y).backward(inputs=[x])
    assert (x.grad.item(), y.grad) == (3, None)


# autograd.grad


def test_grad_returns_gradients_and_accumulates_nothing():
    x = leaf(3.0)
    y = x * x
    of_y, of_x = tg.autograd.grad(y * 2, [y, x])
    assert (of_y.item(), of_x.item(), x.grad) == (2, 12, None)


def test_grad_visits_only_what_leads_to_the_inputs():
    x, other = leaf(3.0), leaf(4.0)
    elsewhere = other.exp()
    tg.autograd.grad(x * elsewhere, x)
    assert elsewhere.grad_fn.tensors is not None  # not visited, so not freed either


def test_a_wanted_node_is_not_freed():
    x = leaf(3.0)
    y = x.exp()
    assert tg.autograd.grad(y * 2, y)[0].item() == 2
    assert tg.autograd.grad(y, x)[0].item() == pytest.approx(np.exp(3))


def test_grad_of_an_unused_input():
    x, unused = leaf(3.0), leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        tg.autograd.grad(x * 2, [x, unused])
    assert tg.autograd.grad(x * 2, [x, unused], allow_unused=True)[1] is None
    assert tg.autograd.grad(x * 2, [x, unused], materialize_grads=True)[1].tolist() == [0, 0]


def test_derivatives_of_any_order():
    x = leaf(2.0, np.float64)
    y = x**5
    orders = []
    for _ in range(6):
        (y,) = (
            tg.autograd.grad(y, x, create_graph=True, materialize_grads=True)
            if y.requires_grad
            else (wrap(np.zeros(())),)
        )
        orders.append(y.item())
    assert orders == [80, 160, 240, 240, 120, 0]


def test_create_graph_makes_the_gradient_part_of_the_graph():
    x = leaf(3.0)
    (x**3).backward(create_graph=True)
    assert repr(x.grad) == "tensor(27., grad_fn=<CopyBackwards>)"
    assert tg.autograd.grad(x.grad, x)[0].item() == 18


# Saved values and versions


def test_a_saved_value_that_is_overwritten_is_noticed():
    x = leaf([1.0, 2.0])
    y = x.exp()
    z = y * y
    with tg.no_grad():
        y.add_(1)
    with pytest.raises(
        RuntimeError,
        match=r"modified by an inplace operation: \[torch.FloatTensor \[2\]\], which is output 0 of "
        r"Exp, is at version 1; expected version 0 instead(.|\n)*MulBackward0",
    ):
        z.sum().backward()


def test_what_no_formula_reads_may_be_overwritten():
    x = leaf([1.0, 2.0])
    y = x + 1
    z = y + 2
    with tg.no_grad():
        y.zero_()
    z.sum().backward()
    assert x.grad.tolist() == [1, 1]


# Hooks and kept gradients


def test_hooks_see_and_replace_gradients_in_their_order():
    x, seen = leaf(2.0), []
    y = x * 3
    y.register_hook(lambda g: seen.append(g.item()))
    y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: seen.append(g.item()))
    (y * 5).backward()
    assert (seen, x.grad.item()) == ([5, 50], 150)


def test_a_hook_on_a_leaf_outlives_the_graph():
    x, seen = leaf(2.0), []
    handle = x.register_hook(lambda g: seen.append(g.item()))
    (x * 2).backward()
    (x * 3).backward()
    handle.remove()
    (x * 4).backward()
    assert seen == [2, 3]


def test_retain_grad_keeps_the_gradient_of_a_computed_tensor():
    x = leaf(2.0)
    y = x * 3
    y.retain_grad()
    assert y.retains_grad
    (y * y).backward()
    assert (y.grad.item(), x.grad.item()) == (12, 36)


# The graph as PyTorch shows it


def test_the_graph_can_be_walked_by_hand():
    x, w = leaf(2.0), leaf(3.0)
    out = (x * w).sin()
    ((product, number),) = out.grad_fn.next_functions
    assert (out.grad_fn.name(), product.name(), number) == ("SinBackward0", "MulBackward0", 0)
    sinks = [node for node, _ in product.next_functions]
    assert all(isinstance(node, AccumulateGrad) for node in sinks)
    assert [node.variable for node in sinks] == [x, w]
    assert type(product).__name__ == "MulBackward0"
    assert repr(product).startswith("<MulBackward0 object at 0x")


# Threads


def test_threads_have_grad_modes_of_their_own_and_share_leaves():
    x = leaf(np.ones(1000), np.float64)
    recorded = []

    def work():
        recorded.append(tg.is_grad_enabled())
        for _ in range(50):
            assert tg.autograd.grad((x * 2).sum(), x)[0].array.sum() == 2000

    with tg.no_grad():
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not tg.is_grad_enabled()
    assert recorded == [True] * 4
