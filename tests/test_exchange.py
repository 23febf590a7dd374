"""Memory shared with NumPy, with buffers and by DLPack, as PyTorch shares it.

The outcomes in fixtures/exchange.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CASES`.
"""

from __future__ import annotations

import array

import numpy as np
import pytest

import teachgrad as tg
from tests.outcomes import outcome, recorded, same

CASES = """
torch.ones(2, requires_grad=True).numpy()
torch.ones(2, requires_grad=True).numpy(force=True)
(torch.ones(2, requires_grad=True) * 2).numpy(force=True)
torch.no_grad()(torch.ones(2, requires_grad=True).numpy)()
np.asarray(torch.ones(2, requires_grad=True))
np.asarray(torch.ones(2, requires_grad=True) * 2)
np.asarray(torch.nn.Parameter(torch.ones(2)))
np.asarray(torch.arange(3), dtype=np.float32)
np.asarray(torch.arange(6).reshape(2, 3).T).strides
np.array([torch.tensor(1.0), torch.tensor(2.0)])
np.float32(torch.tensor(1.5))
torch.from_numpy([1])
torch.from_numpy(np.arange(3)[::-1])
torch.from_numpy(np.arange(3, dtype=">i4"))
torch.from_numpy(np.zeros(3, [("a", "f4"), ("b", "i2")])["a"])
torch.from_numpy(np.array(3.0))
torch.from_numpy(np.zeros((2, 3), "f4").T).stride()
torch.as_tensor(np.arange(3)[::-1])
torch.as_tensor(bytearray(b"abc"))
torch.as_tensor(b"abc")
torch.as_tensor(torch.ones(2, requires_grad=True), dtype=torch.float64).requires_grad
torch.asarray(3)
torch.asarray(3.5)
torch.asarray(True)
torch.asarray([1, 2.0])
torch.asarray([[1, 2], [3, 4]], dtype=torch.float64)
torch.asarray([torch.tensor(1.0), torch.tensor(2.0)])
torch.asarray([1, 2], copy=False)
torch.asarray([1.0], requires_grad=True)
torch.asarray([1.0], device="cuda")
torch.asarray(None)
torch.asarray("ab")
torch.asarray(np.float64(2))
torch.asarray(np.ones(2), dtype=torch.int64)
torch.asarray(np.ones(2), dtype=torch.int64, copy=False)
torch.asarray(np.arange(3)[::-1])
torch.asarray(torch.ones(2), dtype=torch.float64, copy=False)
torch.asarray(torch.ones(2), requires_grad=True)
torch.asarray(torch.ones(2), dtype=torch.float64, requires_grad=True)
torch.asarray(torch.ones(2), copy=True, requires_grad=True)
torch.asarray(torch.ones(2, requires_grad=True), requires_grad=False)
torch.asarray(torch.ones(2, requires_grad=True), requires_grad=False, copy=True)
torch.asarray(torch.ones(2, requires_grad=True) * 2, requires_grad=False)
torch.asarray(torch.ones(2, requires_grad=True) * 2, requires_grad=True).is_leaf
torch.asarray(torch.ones(2, requires_grad=True), dtype=torch.float64, requires_grad=True).is_leaf
torch.asarray(bytearray(b"abcd"))
torch.asarray(bytearray(b"abcd"), dtype=torch.int32)
torch.frombuffer(bytearray(range(16)), dtype=torch.int32)
torch.frombuffer(bytearray(range(16)), dtype=torch.int8, count=3, offset=2)
torch.frombuffer(bytearray(range(16)), dtype=torch.int32, offset=1, count=2)
torch.frombuffer(bytearray(range(16)), dtype=torch.int32, count=-2)
torch.frombuffer(bytearray(8), dtype=torch.float32, requires_grad=True)
torch.frombuffer(bytearray(8), dtype=torch.int32, requires_grad=True)
torch.frombuffer(bytearray(7), dtype=torch.int32, count=1)
torch.frombuffer(np.ones(2), dtype=torch.float64)
torch.frombuffer(bytearray(16), dtype=torch.int32, offset=16)
torch.frombuffer(bytearray(16), dtype=torch.int32, offset=-1)
torch.frombuffer(bytearray(16), dtype=torch.int32, offset=2)
torch.frombuffer(bytearray(16), dtype=torch.int32, count=0)
torch.frombuffer(bytearray(16), dtype=torch.int32, count=5)
torch.frombuffer(bytearray(7), dtype=torch.int32)
torch.frombuffer(bytearray(), dtype=torch.int32)
torch.frombuffer([1], dtype=torch.int32)
np.from_dlpack(torch.ones(2, requires_grad=True))
np.from_dlpack(torch.ones(2, requires_grad=True) * 2)
np.from_dlpack(torch.tensor([True, False]))
np.from_dlpack(torch.ones(1).expand(3))
[int(n) for n in torch.ones(2, requires_grad=True).__dlpack_device__()]
torch.ones(2).__dlpack__(stream=1)
torch.from_dlpack(torch.ones(2, requires_grad=True))
torch.from_dlpack(np.array(3.0))
torch.from_dlpack(np.arange(6)[::2])
torch.from_dlpack(np.arange(6).reshape(2, 3).T).stride()
torch.from_dlpack(np.ones(2), device="cpu")
torch.from_dlpack(np.ones(2), device="cuda")
torch.from_dlpack([1])
torch.from_dlpack(3)
torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(torch.arange(3.0)))
(lambda capsule: [torch.from_dlpack(capsule), torch.from_dlpack(capsule)])(torch.to_dlpack(torch.ones(2)))
[str(torch.from_dlpack(torch.ones(1, dtype=getattr(torch, name))).dtype) for name in ("bool", "uint8", "float16")]
""".strip().splitlines()

RECORDED = recorded("exchange")


@pytest.mark.parametrize("expression", CASES)
def test_as_pytorch(expression):
    ours = outcome(expression, tg)
    assert same(ours, RECORDED[expression]), f"{ours}\n{RECORDED[expression]}"


def test_every_recorded_case_is_tested():
    assert list(RECORDED) == CASES


class Speaker:
    """An object of some other library: it speaks DLPack, and is no array."""

    def __init__(self, array):
        self.__dlpack__, self.__dlpack_device__ = array.__dlpack__, array.__dlpack_device__


SHARING = {
    "asarray of another library's": lambda a: tg.asarray(Speaker(a)),
    "numpy": lambda a: tg.from_numpy(a).numpy(),
    "NumPy's asarray": lambda a: np.asarray(tg.from_numpy(a)),
    "as_tensor": tg.as_tensor,
    "asarray": tg.asarray,
    "asarray of a tensor": lambda a: tg.asarray(tg.from_numpy(a)),
    "frombuffer": lambda a: tg.frombuffer(a, dtype=tg.float64),
    "from_dlpack": tg.from_dlpack,
    "from_dlpack of a tensor": lambda a: tg.from_dlpack(tg.from_numpy(a)),
    "NumPy's from_dlpack": lambda a: np.from_dlpack(tg.from_numpy(a)),
    "a capsule": lambda a: tg.from_dlpack(tg.to_dlpack(tg.from_numpy(a))),
    "detach": lambda a: tg.from_numpy(a).detach(),
}
COPYING = {
    "NumPy's array": lambda a: np.array(tg.from_numpy(a)),
    "tensor": tg.tensor,
    "asarray with copy": lambda a: tg.asarray(a, copy=True),
    "from_dlpack with copy": lambda a: tg.from_dlpack(a, copy=True),
    "another type": lambda a: tg.asarray(a, dtype=tg.float32),
}


@pytest.mark.parametrize("way", SHARING)
def test_memory_is_shared_in_both_directions(way):
    memory = np.zeros(2)
    other = SHARING[way](memory)
    memory[0] = 5.0
    other[1] = 7.0
    assert (other.tolist(), memory.tolist()) == ([5.0, 7.0], [5.0, 7.0])


@pytest.mark.parametrize("way", COPYING)
def test_memory_is_not_shared(way):
    memory = np.zeros(2)
    other = COPYING[way](memory)
    memory[0] = 5.0
    assert other.tolist() == [0.0, 0.0]


def test_numpy_may_forbid_a_copy():
    x = tg.zeros(2)
    np.array(x, copy=False)[0] = 5.0
    assert x.tolist() == [5.0, 0.0]
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        np.array(x, dtype=np.int64, copy=False)


def test_arrays_of_python_share_their_memory():
    numbers = array.array("f", [1.0, 2.0])
    shared = tg.asarray(numbers, dtype=tg.float32)
    numbers[0] = 5.0
    assert shared.tolist() == [5.0, 2.0]
    assert tg.asarray(shared, dtype=tg.float32) is shared


def test_the_memory_lives_as_long_as_the_tensor():
    shared = tg.frombuffer(bytearray(range(8)), dtype=tg.uint8)
    other = tg.from_dlpack(np.arange(1000.0))
    np.zeros(1000)
    assert (shared.tolist(), other.sum().item()) == (list(range(8)), 499500.0)


def test_read_only_memory_is_not_written_to():
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    with pytest.warns(UserWarning, match="array is not writable"):
        from_array = tg.from_numpy(frozen)
    with pytest.warns(UserWarning, match="buffer is not writable"):
        from_bytes = tg.frombuffer(bytes(16), dtype=tg.float64)
    for shared in (from_array, from_bytes, tg.from_dlpack(frozen)):
        with pytest.raises(RuntimeError, match=r"more than one element|read-only"):
            shared.add_(1.0)
        assert shared.tolist() == [0.0, 0.0]


def test_computing_on_shared_memory_is_recorded_from_there_on():
    memory = np.array([1.0, 2.0])
    x = tg.from_dlpack(memory).requires_grad_()
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_numpy_never_takes_a_history_away_unasked():
    x = tg.ones(2, requires_grad=True)
    numbers = np.ones(2, np.float32)
    assert (numbers * x).grad_fn is not None
    assert np.exp(x).grad_fn is not None
    for attempt in (lambda: numbers.__iadd__(x), lambda: np.add(numbers, x, out=numbers), lambda: np.asarray(x)):
        with pytest.raises((TypeError, RuntimeError)):
            attempt()
    assert numbers.tolist() == [1.0, 1.0]


def test_errors_name_the_remedy():
    with pytest.raises(BufferError, match=r"(?s)Why: .*Fix: x\.detach\(\)"):
        np.from_dlpack(tg.ones(1, requires_grad=True))
    with pytest.raises(ValueError, match=r"(?s)there are 7 bytes, .* takes 4.*Fix: "):
        tg.frombuffer(bytearray(7), dtype=tg.float32)
