# ruff: noqa: E501 - views are listed, as many to a line as it takes
"""Views and in-place operations: what is shared, what is noticed, and where gradients go."""

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.tensor import wrap


def leaf(values, dtype=np.float32):
    return wrap(np.array(values, dtype)).requires_grad_()


VIEWS = {
    "select": lambda t: t[0], "slice": lambda t: t[:, 1:], "element": lambda t: t[1, 2], "all": lambda t: t[...],
    "none": lambda t: t[:, None], "reshape": lambda t: t.reshape(3, 2), "view": lambda t: t.view(6),
    "t": lambda t: t.t(), "T": lambda t: t.T, "transpose": lambda t: t.transpose(0, 1),
    "permute": lambda t: t.permute(1, 0), "unsqueeze": lambda t: t.unsqueeze(0), "squeeze": lambda t: t.squeeze(),
    "flatten": lambda t: t.flatten(), "view of a view": lambda t: t.T[1:][0], "squeeze dims": lambda t: t[None].squeeze((0, 1)),
    "narrow": lambda t: t.narrow(1, 1, 2), "select of dim": lambda t: t.select(1, -1), "diagonal": lambda t: t.diagonal(),
    "diagonal above": lambda t: t.diagonal(1), "unfold": lambda t: t.unfold(1, 2, 2), "unflatten": lambda t: t.unflatten(1, (3, 1)),
    "movedim": lambda t: t.movedim(0, 1), "view_as": lambda t: t.view_as(t.clone().view(3, 2)), "mT": lambda t: t.mT,
    "tensor_split": lambda t: t.tensor_split(2, 1)[0], "diagonal of a narrow": lambda t: t.narrow(1, 1, 2).diagonal(),
    "atleast_3d": lambda t: tg.atleast_3d(t),
}  # fmt: skip


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_shares_memory_and_version(view):
    base = wrap(np.zeros((2, 3), np.float32))
    part = view(base)
    part.fill_(7)
    assert np.shares_memory(part.array, base.array)
    assert base.array.max() == 7
    assert base._version == part._version == 1
    assert part._base is base


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_writing_to_a_view_rewrites_the_history_of_its_base(view):
    x, w = leaf(np.arange(6).reshape(2, 3), np.float64), leaf(3.0, np.float64)
    base = x * 1
    view(base).mul_(w)
    (base * base).sum().backward()
    touched = np.zeros((2, 3))
    view(wrap(touched)).fill_(1)
    expected = np.where(touched, 9, 1) * 2 * x.array
    np.testing.assert_allclose(x.grad.array, expected)
    assert w.grad.item() == pytest.approx((touched * 2 * 3 * x.array**2).sum())


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_writing_to_a_base_renews_the_history_of_its_views(view):
    x = leaf(np.arange(6).reshape(2, 3), np.float64)
    base = x * 1
    part = view(base)
    base.mul_(5)
    assert part.grad_fn is not None
    part.sum().backward()
    touched = np.zeros((2, 3))
    view(wrap(touched)).fill_(1)
    np.testing.assert_allclose(x.grad.array, 5 * touched)


SEVERAL = {"split": lambda t: t.split(1), "chunk": lambda t: t.chunk(2, 1), "unbind": lambda t: t.unbind(1)}


@pytest.mark.parametrize("parts", SEVERAL.values(), ids=SEVERAL)
def test_one_of_several_views_is_neither_written_to_alone_nor_used_when_its_base_was(parts):
    plain = wrap(np.zeros((2, 3), np.float32))
    parts(plain)[1].fill_(7)  # without gradients nothing is in the way
    assert plain.array.max() == 7
    assert parts(plain)[1]._base is plain
    x = leaf(np.arange(6).reshape(2, 3), np.float64)
    base = x * 1
    part = parts(base)[1]
    with pytest.raises(RuntimeError, match=r"Output 1 of \w+ is a view and is being modified inplace(.|\n)*Fix"):
        part.mul_(2)
    base.mul_(5)
    with pytest.raises(RuntimeError, match="its base or another view of its base has been modified inplace"):
        part.sum()
    assert repr(part).endswith("grad_fn=<Invalid>)")
    parts(base)[1].sum().backward()
    touched = np.zeros((2, 3))
    parts(wrap(touched))[1].fill_(1)
    np.testing.assert_allclose(x.grad.array, 5 * touched)


def test_windows_that_overlap_are_written_to_and_read_as_one_memory():
    x = wrap(np.arange(5.0))
    windows = x.unfold(0, 3, 1)
    assert windows.tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    windows.fill_(7)
    assert x.tolist() == [7, 7, 7, 7, 7]


def test_a_base_without_history_gets_one_from_what_is_written_into_it():
    out, w = wrap(np.zeros(3)), leaf([2.0, 3.0], np.float64)
    part = out[1:]
    out[0] = w[0] * 10
    out[1:] = w
    assert out.requires_grad
    assert part.requires_grad
    out.sum().backward()
    assert w.grad.tolist() == [11, 1]


def test_assignment_with_lists_masks_and_tensors():
    x, v = leaf(np.arange(6).reshape(2, 3), np.float64), leaf([10.0, 20.0], np.float64)
    y = x * 1
    y[[0, 1], [2, 0]] = v
    mask = wrap(np.array([[True, False, False], [False, False, True]]))
    y[mask] = 0.0
    assert y.tolist() == [[0, 1, 10], [20, 4, 0]]
    y.sum().backward()
    assert x.grad.tolist() == [[0, 1, 0], [0, 1, 0]]
    assert v.grad.tolist() == [1, 1]


def test_assignment_through_two_derivatives():
    x = leaf([1.0, 2.0, 3.0], np.float64)
    y = x * 1
    y[1:] = (x[:2]) ** 2
    (first,) = tg.autograd.grad((y * y).sum(), x, create_graph=True)
    assert first.tolist() == [2 + 4 * 1, 4 * 8, 0]
    assert tg.autograd.grad(first.sum(), x)[0].tolist() == [2 + 12, 12 * 4, 0]


def test_a_leaf_that_requires_grad_is_not_written_to():
    x = leaf([1.0, 2.0])
    with pytest.raises(
        RuntimeError, match=r"a leaf Variable that requires grad is being used in an in-place operation(.|\n)*no_grad"
    ):
        x += 1
    with pytest.raises(
        RuntimeError, match="a view of a leaf Variable that requires grad is being used in an in-place operation"
    ):
        x[0] = 5.0
    with pytest.raises(RuntimeError, match="a view of a leaf Variable"):
        x[:1].zero_()
    with tg.no_grad():
        x += 1
        x[0] = 5.0
    assert x.tolist() == [5, 3]
    assert x.is_leaf
    assert x.requires_grad


def test_a_view_made_under_no_grad_is_not_written_to_unnoticed():
    y = leaf([1.0, 2.0]) * 1
    with tg.no_grad():
        part = y[0]
    assert not part.requires_grad
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode and is being modified inplace"):
        part.mul_(2)


def test_in_place_results_must_fit():
    x = wrap(np.ones(2, np.float32))
    with pytest.raises(RuntimeError, match=r"output with shape \[2\] doesn't match the broadcast shape \[3, 2\]"):
        x += wrap(np.ones((3, 2), np.float32))
    whole = wrap(np.ones(2, np.int64))
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type Long"):
        whole += 0.5
    assert whole.tolist() == [1, 1]


def test_in_place_operations_on_computed_tensors_are_differentiated():
    x, w = leaf([1.0, 2.0], np.float64), leaf([3.0, 4.0], np.float64)
    y = x * 2
    y += w
    y *= w
    y -= 1
    y /= 2
    y **= 2
    y.sum().backward()
    a, b = x.array, w.array
    inner = ((2 * a + b) * b - 1) / 2
    np.testing.assert_allclose(x.grad.array, 2 * inner * b)
    np.testing.assert_allclose(w.grad.array, inner * (2 * a + 2 * b))


def test_an_in_place_result_that_is_overwritten_is_noticed():
    x = leaf([1.0, 2.0])
    y = (x * 1).exp_()
    z = y.sum()
    with tg.no_grad():
        y.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


def test_detached_twins_share_memory_and_version_but_no_history():
    x = leaf([1.0, 2.0])
    y = x.exp()
    twin = y.detach()
    assert not twin.requires_grad
    assert twin.data_ptr() == y.data_ptr()
    twin.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_data_is_the_same_memory_unseen_by_the_checks():
    x = leaf([1.0, 2.0])
    x.data.mul_(10)
    x.data -= 1
    assert x.tolist() == [9, 19]
    assert x._version == 0
    x.data = wrap(np.zeros(2, np.float32))
    assert x.tolist() == [0, 0]
    assert x.requires_grad


def test_copy_converts_and_broadcasts():
    x = wrap(np.zeros((2, 2), np.float32))
    source = leaf([1.0, 2.0], np.float64)
    x.copy_(source)
    x.sum().backward()
    assert source.grad.tolist() == [2, 2]
    assert x.dtype is tg.float32
    with pytest.raises(RuntimeError, match="must match the size of tensor b"):
        x.copy_(wrap(np.zeros(3, np.float32)))


def test_views_of_a_leaf_that_was_updated_lead_back_to_it():
    w = leaf([1.0, 2.0])
    part = w[1:]
    with tg.no_grad():
        w -= 1
    (part * 3).sum().backward()
    assert w.grad.tolist() == [0, 3]


def test_expanded_memory_is_not_written_to():
    x = wrap(np.zeros((1, 2), np.float32)).expand(3, 2)
    with pytest.raises(
        RuntimeError, match="more than one element of the written-to tensor refers to a single memory location"
    ):
        x += 1
