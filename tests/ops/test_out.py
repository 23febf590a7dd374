"""`out=`: where it writes, and when it is refused; in-place changes of shape; functions that write over their input."""

import inspect

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.ops.inplace import ON_THE_FACE
from teachgrad.ops.out import OFFERED
from teachgrad.ops.table import ROWS
from teachgrad.tensor import wrap

x = tg.tensor([[1.0, 2.0], [3.0, 4.0]])


CALLS = """exp(x, out=out); mul(x, 2, out=out); add(x, x, alpha=2, out=out); matmul(x, x, out=out); mm(x, x, out=out)
cat([x[:1], x[1:]], 0, out=out); clamp(x, 2, 3, out=out); cumsum(x, dim=1, out=out); mean(x, 0, keepdim=True, out=out)
sum(x, out=out); arange(4, out=out); eq(x, 2, out=out)"""


@pytest.mark.parametrize("call", CALLS.replace("\n", "; ").split("; "))
def test_the_result_is_written_into_the_memory_of_out(call):
    expected = eval(call, {**vars(tg), "x": x, "out": None})
    out = tg.zeros(expected.shape)
    memory = out.array
    assert eval(call, {**vars(tg), "x": x, "out": out}) is out
    assert out.array is memory
    assert out._version == 1
    np.testing.assert_array_equal(memory, expected.array)


def test_several_results_are_written_into_several_tensors():
    values, indices = tg.empty(0), tg.empty(0, dtype=tg.int64)
    found = tg.sort(x, descending=True, out=(values, indices))
    assert found.values is values
    assert values.tolist() == [[2, 1], [4, 3]]
    assert indices.tolist() == [[1, 0], [1, 0]]


def test_out_is_resized_silently_if_it_is_empty_and_with_a_warning_if_not():
    assert tg.exp(x, out=tg.empty(0)).shape == (2, 2)
    with pytest.warns(UserWarning, match=r"resized since it had shape \[3\], which does not match .* \[2, 2\]"):
        tg.exp(x, out=tg.zeros(3))


@pytest.mark.parametrize("name", ["sin", "sum", "add", "cumsum", "matmul"])
def test_out_is_refused_where_gradients_are_wanted(name):
    function, more = getattr(tg, name), {"add": (x,), "cumsum": (0,), "matmul": (x,)}.get(name, ())
    wanted, out = x.clone().requires_grad_(), tg.zeros(2, 2)
    words = rf"{name}\(\): functions with out=... arguments don't support automatic differentiation"
    with pytest.raises(RuntimeError, match=words):
        function(wanted, *more, out=out)
    with pytest.raises(RuntimeError, match=words):
        function(x, *more, out=out.clone().requires_grad_())
    with tg.no_grad():
        assert function(wanted, *more, out=tg.empty(0)).grad_fn is None


def test_out_has_to_be_a_tensor_that_can_hold_the_result():
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type Long"):
        tg.exp(x, out=tg.zeros(2, 2, dtype=tg.int64))
    with pytest.raises(TypeError, match=r"exp\(\): argument 'out' must be Tensor, not int"):
        tg.exp(x, out=3)
    assert tg.exp(x, out=tg.zeros(2, 2, dtype=tg.float64)).dtype == tg.float64


def test_names_of_the_face_are_there():
    for name in OFFERED.split():
        assert name not in ROWS or name in ("div", "pow"), f"{name} takes out= already"
        assert callable(getattr(tg, name))
    for name in ON_THE_FACE.split():
        assert inspect.unwrap(getattr(tg, name)) is getattr(tg.Tensor, name)


CHANGES = {
    "t_()": (3, 2), "transpose_(0, 1)": (3, 2), "unsqueeze_(1)": (2, 1, 3), "unsqueeze_(0).squeeze_(0)": (2, 3),
    "swapdims_(0, -1)": (3, 2),
}  # fmt: skip


@pytest.mark.parametrize(("change", "shape"), CHANGES.items())
def test_a_change_of_shape_in_place_keeps_memory_and_history(change, shape):
    leaf = tg.arange(6.0).reshape(2, 3).requires_grad_()
    y = leaf * 2
    memory = y.array
    assert eval(f"y.{change}") is y
    assert y.shape == shape
    assert np.shares_memory(y.array, memory)
    weights = wrap(np.arange(6.0, dtype=np.float32).reshape(shape))
    (y * weights).sum().backward()
    same = leaf.detach().clone().requires_grad_()
    (eval(f"(same * 2).{change.replace('_(', '(')}") * weights).sum().backward()
    np.testing.assert_array_equal(leaf.grad.array, same.grad.array)
    assert leaf.grad.array.sum() == 30


def test_a_view_whose_shape_was_changed_in_place_still_writes_to_its_base():
    base = tg.zeros(2, 3)
    view = base[0]
    view.unsqueeze_(1).add_(1)
    assert view.shape == (3, 1)
    assert base.tolist() == [[1, 1, 1], [0, 0, 0]]
    leaf = tg.ones(2, 3, requires_grad=True)
    base = leaf * 1
    view = base[0]
    view.unsqueeze_(1).mul_(5)
    base.sum().backward()
    assert leaf.grad.tolist() == [[5, 5, 5], [1, 1, 1]]


def test_a_leaf_that_requires_grad_does_not_change_its_shape():
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        tg.ones(2, 3, requires_grad=True).t_()


def test_a_strided_view_sends_gradients_to_its_own_tensor_only():
    base = tg.ones(2, 3, requires_grad=True)
    row = base[1] * 1
    row.as_strided((2, 2), (1, 1)).sum().backward()  # the middle element is seen twice
    assert base.grad.tolist() == [[0, 0, 0], [1, 2, 1]]
    base.grad = None
    base[1].as_strided((3,), (2,), 0).sum().backward()  # of elements 0, 2 and 4, the row holds number 4; as PyTorch
    assert base.grad.tolist() == [[0, 0, 0], [0, 1, 0]]
