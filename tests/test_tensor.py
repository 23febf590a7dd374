"""Tensors: what they are asked and what they refuse. Gradients are in test_engine.py, views in ops/test_views.py."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import teachgrad as tg


def test_a_leaf_and_a_computed_tensor():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    assert (x.is_leaf, x.grad_fn, x.requires_grad) == (True, None, True)
    assert (y.is_leaf, y.grad_fn.name(), y.requires_grad) == (False, "MulBackward0", True)


def test_metadata():
    x = tg.zeros(2, 3)
    assert (x.shape, x.size(), x.size(-1), x.ndim, x.dim(), x.numel()) == ((2, 3), (2, 3), 3, 2, 2, 6)
    assert (x.dtype, x.element_size(), x.stride(), x.is_contiguous()) == (tg.float32, 4, (3, 1), True)
    assert (x.T.stride(), x.T.is_contiguous()) == ((1, 3), False)
    assert (x.stride(0), x.T.stride(0), x.stride(-1)) == (3, 1, 1)
    assert repr(x.shape) == "torch.Size([2, 3])"
    with pytest.raises(IndexError, match=r"Dimension out of range \(expected to be in range of \[-2, 1\], but got 2\)"):
        x.size(2)
    for of_one in (tg.Tensor.size, tg.Tensor.stride):
        with pytest.raises(IndexError, match="Dimension specified as 0 but tensor has no dimensions"):
            of_one(tg.tensor(1.0), 0)


def test_only_real_numbers_have_gradients():
    with pytest.raises(RuntimeError, match=r"only Tensors of floating point(.|\n)*torch.int64(.|\n)*float"):
        tg.tensor([1, 2]).requires_grad_()
    x = tg.tensor([1.0])
    x.requires_grad = True
    assert x.requires_grad


def test_a_computed_tensor_does_not_forget_its_history_by_a_switch():
    y = tg.tensor([1.0], requires_grad=True) * 2
    with pytest.raises(RuntimeError, match=r"you can only change requires_grad flags of leaf variables(.|\n)*detach"):
        y.requires_grad = False
    assert y.detach_() is y
    assert (y.requires_grad, y.is_leaf) == (False, True)
    with pytest.raises(RuntimeError, match="Can't detach views in-place"):
        (tg.tensor([1.0], requires_grad=True) * 2)[0].detach_()


def test_grad_can_be_assigned_if_it_fits():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    x.grad = tg.ones(2)
    assert x.grad.tolist() == [1, 1]
    with pytest.raises(RuntimeError, match=r"a gradient of size '\[3\]' to a tensor of size '\[2\]'"):
        x.grad = tg.ones(3)
    with pytest.raises(RuntimeError, match="a gradient with dtype 'double' to a tensor with grad_dtype 'Float'"):
        x.grad = tg.ones(2, dtype=tg.float64)
    with pytest.raises(TypeError, match="assigned grad expected to be a Tensor or None but got grad of type int"):
        x.grad = 1
    with pytest.raises(RuntimeError, match="can't assign Variable as its own grad"):
        x.grad = x
    del x.grad
    assert x.grad is None


def test_one_element_becomes_a_number():
    x = tg.tensor([[2.5]])
    assert (x.item(), float(x), int(x), x.tolist(), bool(x)) == (2.5, 2.5, 2, [[2.5]], True)
    assert [10, 20, 30][tg.tensor(1)] == 20
    with pytest.raises(
        RuntimeError, match=r"a Tensor with 3 elements cannot be converted to Scalar(.|\n)*x.mean\(\).item\(\)"
    ):
        tg.zeros(3).item()
    with pytest.raises(RuntimeError, match="Boolean value of Tensor with more than one value is ambiguous"):
        bool(tg.zeros(3))
    with pytest.raises(RuntimeError, match="Boolean value of Tensor with no values is ambiguous"):
        bool(tg.zeros(0))
    with pytest.raises(TypeError, match="only integer tensors of a single element can be converted to an index"):
        [1, 2][tg.tensor(1.0)]


def test_numpy_shares_memory_and_refuses_to_lose_history():
    x = tg.zeros(3)
    x.numpy()[1] = 5
    assert x.tolist() == [0, 5, 0]
    tracked = x.clone().requires_grad_()
    with pytest.raises(
        RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad. Use tensor.detach\(\).numpy\(\)"
    ):
        tracked.numpy()
    with pytest.raises(RuntimeError, match="requires grad"):
        np.asarray(tracked)
    assert np.asarray(x).tolist() == [0, 5, 0]
    assert tracked.detach().numpy() is tracked.array


def test_numpys_functions_stay_in_the_graph_or_refuse():
    x = tg.tensor([0.0, 1.0], requires_grad=True)
    y = np.sin(x) * np.array([2.0, 2.0], np.float32) + np.float32(1)
    assert isinstance(y, tg.Tensor)
    np.sum(y).backward()
    np.testing.assert_allclose(x.grad.array, 2 * np.cos([0.0, 1.0]), rtol=1e-6)
    assert isinstance(np.array([1.0, 2.0], np.float32) * x, tg.Tensor)
    with pytest.raises(TypeError):
        np.frexp(x)
    with pytest.raises(TypeError):
        np.fft.fft(x)


def test_a_tensor_is_a_sequence_of_its_rows():
    x = tg.arange(6).reshape(2, 3)
    assert len(x) == 2
    assert [row.tolist() for row in x] == [[0, 1, 2], [3, 4, 5]]
    _, b = x
    assert b.tolist() == [3, 4, 5]
    for ask in (len, iter, list):
        with pytest.raises(TypeError, match="0-d tensor"):
            ask(tg.tensor(1.0))


def test_as_a_key_a_tensor_stands_for_itself():
    x, y = tg.zeros(2), tg.zeros(2)
    assert len({x: 1, y: 2}) == 2
    assert {x: 1}[x] == 1


def test_copies_are_leaves_with_memory_of_their_own():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    (x * 2).sum().backward()
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert twin.requires_grad
        assert twin.tolist() == x.tolist()
        assert not np.shares_memory(twin.array, x.array)
    assert copy.deepcopy(x).grad.tolist() == [2, 2]
    shared = copy.deepcopy([x, x])
    assert shared[0] is shared[1]
    with pytest.raises(RuntimeError, match="Only Tensors created explicitly by the user"):
        copy.deepcopy(x * 2)


def test_the_legacy_constructor_gives_the_default_type():
    assert repr(tg.Tensor([1, 2])) == "tensor([1., 2.])"
    assert tg.Tensor(2, 3).shape == (2, 3)


def test_attributes_can_be_attached():
    x = tg.zeros(1)
    x.note = "mine"
    assert x.note == "mine"


def test_broadcasting_errors_name_sizes_and_dimension():
    words = (
        r"The size of tensor a \(3\) must match the size of tensor b \(4\) at non-singleton dimension 1(.|\n)*\(2, 3\)"
    )
    with pytest.raises(RuntimeError, match=words):
        tg.zeros(2, 3) + tg.zeros(4)
    with pytest.raises(RuntimeError, match=words):
        tg.zeros(2, 3) < tg.zeros(4)  # noqa: B015


def test_operands_that_are_no_numbers_are_refused():
    with pytest.raises(TypeError, match=r"add\(\): argument 'other' \(position 2\) must be Tensor, not str"):
        tg.zeros(2) + "1"
    with pytest.raises(TypeError, match="real numbers"):
        tg.zeros(2) * 1j
    with pytest.raises(TypeError, match=r"exp\(\): argument 'input' \(position 1\) must be Tensor, not float"):
        tg.exp(1.0)


def test_shapes_of_products_are_checked():
    with pytest.raises(RuntimeError, match=r"mat1 and mat2 shapes cannot be multiplied \(2x3 and 4x5\)"):
        tg.zeros(2, 3) @ tg.zeros(4, 5)
    with pytest.raises(RuntimeError, match=r"size mismatch, got input \(2\), mat \(2x3\), vec \(4\)"):
        tg.zeros(2, 3) @ tg.zeros(4)
    with pytest.raises(RuntimeError, match="expected m1 and m2 to have the same dtype, but got: float != double"):
        tg.zeros(2, 3) @ tg.zeros(3, 2, dtype=tg.float64)
    with pytest.raises(RuntimeError, match="both arguments to matmul need to be at least 1D"):
        tg.zeros(2) @ tg.tensor(1.0)


def test_indices_are_checked():
    x = tg.zeros(2, 3)
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 0 with size 2"):
        x[5]
    with pytest.raises(IndexError, match="too many indices for tensor of dimension 2"):
        x[0, 0, 0]
    with pytest.raises(IndexError, match="tensors used as indices must be long, int, byte or bool tensors"):
        x[tg.tensor([0.0])]
    with pytest.raises(ValueError, match="step must be greater than zero"):
        x[::-1]


def test_shapes_are_checked():
    x = tg.zeros(2, 3)
    with pytest.raises(RuntimeError, match=r"shape '\[4, 2\]' is invalid for input of size 6"):
        x.reshape(4, 2)
    with pytest.raises(RuntimeError, match="only one dimension can be inferred"):
        x.reshape(-1, -1)
    with pytest.raises(RuntimeError, match=r"view size is not compatible with input tensor's size and stride"):
        x.T.view(6)
    with pytest.raises(RuntimeError, match="Sizes of tensors must match except in dimension 0"):
        tg.cat([x, tg.zeros(2, 4)])
    with pytest.raises(RuntimeError, match=r"stack expects each tensor to be equal size, but got \[2, 3\] at entry 0"):
        tg.stack([x, tg.zeros(2, 4)])
    with pytest.raises(RuntimeError, match="could not infer output dtype"):
        tg.tensor([1, 2]).mean()


def test_losses_check_their_targets():
    scores = tg.zeros(2, 3)
    cross_entropy = tg.nn.functional.cross_entropy
    with pytest.raises(IndexError, match=r"Target 3 is out of bounds.(.|\n)*0 to 2"):
        cross_entropy(scores, tg.tensor([0, 3]))
    with pytest.raises(RuntimeError, match="expected target dtype to be Long or Byte, but got Int"):
        cross_entropy(scores, tg.tensor([0, 1], dtype=tg.int32))
    with pytest.raises(ValueError, match=r"Expected input batch_size \(2\) to match target batch_size \(3\)"):
        cross_entropy(scores, tg.tensor([0, 1, 2]))
    with pytest.warns(UserWarning, match="Using a target size"):
        tg.nn.functional.mse_loss(tg.zeros(3, 1), tg.zeros(3))


def test_the_device_is_the_cpu():
    x = tg.zeros(2)
    assert x.to("cpu") is x
    assert (str(x.device), x.to(x.device) is x) == ("cpu", True)
    with pytest.raises(AssertionError, match=r"Torch not compiled with CUDA enabled(.|\n)*on the CPU"):
        x.to("cuda")


def test_infinite_and_undefined_results_come_without_a_word():
    code = "import numpy, teachgrad as tg; z = tg.zeros(2); print(1 / z, (z - 1).log(), (z + 1e30) * 1e30)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("tensor([inf, inf]) tensor([nan, nan]) tensor([inf, inf])\n", "")
    code = "import numpy, teachgrad; numpy.float32(1) / numpy.float32(0)"
    assert "RuntimeWarning" in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr
