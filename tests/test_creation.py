"""Created tensors are PyTorch's: type inference, shapes, steps to the bit, errors with the same words.

The outcomes in fixtures/creation.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CASES`.
"""

from __future__ import annotations

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.device import device, require_cpu
from tests.outcomes import outcome, recorded, same

CASES = """
torch.tensor(1)
torch.tensor(1.5)
torch.tensor(True)
torch.tensor([])
torch.tensor([[]])
torch.tensor([[], []])
torch.tensor([1, 2.5])
torch.tensor([True, 2])
torch.tensor([True, 2.5])
torch.tensor([[1, 2], (3, 4)])
torch.tensor(range(3))
torch.tensor(torch.Size([2, 3]))
torch.tensor([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])
torch.tensor([[1, 2], [3]])
torch.tensor([[1, 2, 3], [4, 5]])
torch.tensor([[[1, 2], [3, 4]], [[1, 2], [3]]])
torch.tensor([[1], []])
torch.tensor([[1, 2], 3])
torch.tensor([1, [2]])
torch.tensor([1.0, [2.0]])
torch.tensor("a")
torch.tensor(["a"])
torch.tensor(None)
torch.tensor([1, None])
torch.tensor({1, 2})
torch.tensor(object())
torch.tensor(np.float64(1.5))
torch.tensor([np.float64(1.5)])
torch.tensor([np.float32(1.5), 2.0])
torch.tensor([np.float32(1.5), np.float64(2)])
torch.tensor([np.int32(1), 2])
torch.tensor([np.int32(1)])
torch.tensor([np.int8(3), np.uint8(3)])
torch.tensor([np.float16(1), np.int64(2)])
torch.tensor(np.bool_(True))
torch.tensor(np.array([1, 2]))
torch.tensor(np.array(1.0))
torch.tensor(np.array([[1, 2], [3, 4]]).T)
torch.tensor(np.array([1.0, 2.0])[::-1])
torch.tensor(np.array([1.0, 2.0], dtype=">f4"))
torch.tensor([torch.tensor(1.0), torch.tensor(2.0)])
torch.tensor([torch.tensor(1), 2.5])
torch.tensor([[torch.tensor(1.0), 2], [3, 4]])
torch.tensor([torch.tensor(1.0, dtype=torch.float64)])
torch.tensor([torch.tensor([1]), torch.tensor([2])])
torch.tensor([torch.tensor([1, 2]), torch.tensor([3, 4])])
torch.tensor([torch.tensor([1.0, 2]), torch.tensor([3.0, 4])])
torch.tensor([torch.tensor(1.0, requires_grad=True)])
torch.tensor(torch.tensor([1.0, 2.0]))
torch.tensor([1, 2], dtype=torch.float64)
torch.tensor([1.9, -1.9], dtype=torch.int64)
torch.tensor([0, 2, -1], dtype=torch.bool)
torch.tensor([0.0, 0.5, nan], dtype=torch.bool)
torch.tensor(300, dtype=torch.uint8)
torch.tensor([-1, 255], dtype=torch.uint8)
torch.tensor([-256], dtype=torch.uint8)
torch.tensor([-1.5], dtype=torch.uint8)
torch.tensor([128], dtype=torch.int8)
torch.tensor(2**63)
torch.tensor([2**70])
torch.tensor([2**70], dtype=torch.float64)
torch.tensor(-(2**63))
torch.tensor(2**63 - 1)
torch.tensor([nan], dtype=torch.int64)
torch.tensor([inf], dtype=torch.int32)
torch.tensor([1e20], dtype=torch.int64)
torch.tensor([1e5, 1e40], dtype=torch.float16)
torch.tensor(1e40)
torch.tensor(np.array([300]), dtype=torch.uint8)
torch.tensor(1, dtype=float)
torch.tensor(1.0, dtype=int)
torch.tensor([1], dtype=bool)
torch.tensor(1, dtype="float32")
torch.tensor([1, 2], requires_grad=True)
torch.tensor([1.0, 2], requires_grad=True)
torch.tensor([1.0], device="cpu")
torch.tensor([1.0], device=torch.device("cpu"))
torch.tensor([1.0], device="cuda")
torch.tensor([1.0], device="nowhere")
torch.tensor([1.0], device=0)
torch.as_tensor([1, 2])
torch.as_tensor(np.array([1.0, 2.0]))
torch.as_tensor(np.array([1.0, 2.0]), dtype=torch.float32)
torch.as_tensor(torch.ones(2), dtype=torch.float64)
torch.as_tensor(3.5)
torch.from_numpy(np.array([1.0, 2.0]))
torch.from_numpy(np.array(1))
torch.from_numpy([1])
torch.from_numpy(np.array([1.0, 2.0])[::-1])
torch.zeros(2)
torch.zeros(2, 3)
torch.zeros((2, 3))
torch.zeros([2, 0])
torch.zeros(())
torch.zeros()
torch.zeros(size=(2,))
torch.zeros(torch.Size([2]))
torch.zeros(torch.tensor(2), np.int64(1))
torch.zeros(-1)
torch.zeros(1.5)
torch.zeros("a")
torch.zeros(True)
torch.zeros((2,), 3)
torch.zeros(2, dtype=torch.int64)
torch.zeros(2, dtype=bool)
torch.zeros(2, dtype=torch.int64, requires_grad=True)
torch.zeros(2, requires_grad=True)
torch.zeros(2, dtype="x")
torch.ones(2, 2)
torch.ones(2, dtype=torch.bool)
torch.ones(2, -1)
torch.empty((2, 3), dtype=torch.int64).shape
torch.empty(-1)
torch.full((2,), 3)
torch.full((2,), 3.0)
torch.full((2,), True)
torch.full((2, 2), 3, dtype=torch.float32)
torch.full((), 3)
torch.full(2, 3)
torch.full((2,), torch.tensor(3.0, dtype=torch.float64))
torch.full((2,), torch.tensor([3.0, 4.0]))
torch.full((2,), "a")
torch.full((2,), np.float64(2))
torch.full((2,), np.int32(2))
torch.full((2,), 300, dtype=torch.uint8)
torch.full((2,), -1, dtype=torch.uint8)
torch.full((2,), 3.7, dtype=torch.int64)
torch.full((2,), nan, dtype=torch.int64)
torch.full((2,), nan)
torch.full((2,), 1e40)
torch.full((2,), 2**63)
torch.full((2,), 7e4, dtype=torch.float16)
torch.full((2,), 3, requires_grad=True)
torch.full((2,), 3.0, requires_grad=True)
torch.eye(2)
torch.eye(2, 3)
torch.eye(n=2, m=1)
torch.eye(0)
torch.eye(-1)
torch.eye(2, -1)
torch.eye(2.0)
torch.eye(2, dtype=torch.bool)
torch.zeros_like(torch.ones(2, 3, requires_grad=True))
torch.ones_like(torch.ones(3, dtype=torch.int64))
torch.ones_like(torch.ones(3, dtype=torch.int64), dtype=torch.float64)
torch.full_like(torch.ones(2), 3)
torch.full_like(torch.ones(3, dtype=torch.int64), 3.7)
torch.full_like(torch.ones(3), 300, dtype=torch.uint8)
torch.zeros_like([1.0])
torch.zeros_like(torch.ones(2, 3).t()).stride()
torch.zeros_like(torch.ones(3, 4)[:, ::2]).stride()
torch.zeros_like(torch.ones(2, 3).expand(2, 2, 3)).stride()
torch.zeros_like(torch.ones(2, 3, 4).permute(2, 0, 1)).stride()
torch.arange(5)
torch.arange(5.0)
torch.arange(0)
torch.arange(1, 4)
torch.arange(1, 10, 3)
torch.arange(1, 4.5)
torch.arange(5, 0, -2)
torch.arange(0, 1, 0.1)
torch.arange(-3, 3, 0.1)
torch.arange(-3, 3, 0.1, dtype=torch.float64)
torch.arange(0.1, 7.3, 0.03, dtype=torch.float16)
torch.arange(0, 1, 0.001)
torch.arange(3.7, dtype=torch.int64)
torch.arange(0, 1, 0.1, dtype=torch.int32)
torch.arange(0, 5, 0)
torch.arange(5, 0)
torch.arange(inf)
torch.arange("a")
torch.arange(start=1, end=3)
torch.arange(1, end=3)
torch.arange(torch.tensor(3))
torch.arange(np.float32(3))
torch.arange(True)
torch.arange(3, dtype=torch.bool)
torch.arange(3, requires_grad=True)
torch.arange(3.0, requires_grad=True)
torch.arange(2**40, 2**40 + 2)
torch.linspace(0, 1, 5)
torch.linspace(0, 1, 1)
torch.linspace(0, 1, 0)
torch.linspace(0, 1, -1)
torch.linspace(-5, 5, 100)
torch.linspace(-0.3, 7.7, 1001)
torch.linspace(-0.3, 7.7, 1001, dtype=torch.float64)
torch.linspace(0.1, 7.3, 33, dtype=torch.float16)
torch.linspace(0, 10, 4, dtype=torch.int64)
torch.linspace(-2, 7, 5, dtype=torch.int32)
torch.linspace(1, 0, steps=3)
torch.linspace(torch.tensor(0.0), torch.tensor(1.0), 3)
torch.linspace(0, 300, 5, dtype=torch.uint8)
torch.linspace(0, 1, 3, dtype=torch.bool)
torch.linspace(0, 1, 3, requires_grad=True)
torch.logspace(0, 2, 3)
torch.logspace(0, 2, 3, base=2)
torch.logspace(0, 1, 1)
torch.logspace(0, 3, 4, dtype=torch.int64)
torch.device("cpu")
str(torch.device("cpu"))
torch.device("cuda", 1)
torch.device("cpu:0")
torch.device("cpu:0") == torch.device("cpu", 0)
torch.device("cpu") == "cpu"
torch.device("foo")
""".strip().splitlines()

RECORDED = recorded("creation")


@pytest.mark.parametrize("expression", CASES)
def test_outcome_is_pytorchs(expression: str) -> None:
    ours = outcome(expression, tg)
    assert same(ours, RECORDED[expression]), ours


def test_every_recorded_case_is_tested() -> None:
    assert list(RECORDED) == CASES


def test_powers_are_pytorchs_within_rounding() -> None:
    expected = [
        0.1,
        0.19306978583335876,
        0.3727593719959259,
        0.7196856737136841,
        1.3894954919815063,
        2.6826958656311035,
    ]
    np.testing.assert_allclose(tg.logspace(-1, 0.42857143, 6).numpy(), expected, rtol=3e-7)


def test_tensor_copies_and_from_numpy_shares() -> None:
    array = np.zeros(3)
    copied, shared, as_is = tg.tensor(array), tg.from_numpy(array), tg.as_tensor(array)
    array[1] = 7
    assert copied.tolist() == [0, 0, 0]
    assert shared.tolist() == as_is.tolist() == [0, 7, 0]


def test_as_tensor_returns_a_tensor_itself() -> None:
    x = tg.ones(2)
    assert tg.as_tensor(x) is x
    assert tg.as_tensor(x, dtype=tg.float32) is x


def test_as_tensor_keeps_the_history() -> None:
    x = tg.ones(2, requires_grad=True)
    tg.as_tensor(x, dtype=tg.float64).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1, 1]


def test_from_numpy_warns_of_memory_that_must_not_be_written() -> None:
    array = np.zeros(2)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="not writable"):
        tg.from_numpy(array)


def test_a_list_of_arrays_is_stacked() -> None:
    rows = [np.array([1, 2]), np.array([3, 4])]
    assert tg.tensor(rows).tolist() == [[1, 2], [3, 4]]
    assert tg.tensor(rows, dtype=tg.float16).dtype is tg.float16
    assert tg.tensor([np.array([1.0, 2.0], dtype=np.float32), [3, 4]]).dtype is tg.float32


def test_complex_numbers_are_refused_with_the_reason() -> None:
    with pytest.raises(TypeError, match="complex numbers are outside of its scope"):
        tg.tensor([1j])


def test_the_default_type_is_that_of_new_real_tensors() -> None:
    tg.set_default_dtype(tg.float64)
    try:
        assert {x.dtype for x in (tg.tensor(1.5), tg.zeros(1), tg.full((1,), 1.5), tg.arange(1.5), tg.eye(1))} == {
            tg.float64
        }
        assert tg.tensor([np.float32(1), 2.0]).dtype is tg.float64
    finally:
        tg.set_default_dtype(tg.float32)


@pytest.mark.parametrize(("name", "error"), [("cuda", AssertionError), ("mps", NotImplementedError), (1, RuntimeError)])
def test_devices_that_are_not_here_are_named_with_the_remedy(name: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"(?s)computes on the CPU.*cuda\.is_available"):
        tg.zeros(1, device=name)
    require_cpu("cpu:0")
    assert device("cuda").type == "cuda"
