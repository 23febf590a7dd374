"""Switches at the top of programs are remembered; the device stays the CPU."""

import pytest

import teachgrad as tg


def test_what_was_set_is_what_is_told():
    tg.set_num_threads(3)
    tg.set_num_interop_threads(2)
    tg.use_deterministic_algorithms(True, warn_only=True)
    tg.set_float32_matmul_precision("medium")
    assert (tg.get_num_threads(), tg.get_num_interop_threads()) == (3, 2)
    assert tg.are_deterministic_algorithms_enabled()
    assert tg.get_float32_matmul_precision() == "medium"
    tg.use_deterministic_algorithms(False)
    assert not tg.are_deterministic_algorithms_enabled()
    assert tg.set_flush_denormal(True) is False


def test_the_device_is_the_cpu():
    tg.set_default_device("cpu")
    assert str(tg.get_default_device()) == "cpu"
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        tg.set_default_device("cuda")


def test_what_cannot_be_set_is_refused():
    for threads, words in ((0, "expects a positive integer"), ("a", "expects an int, but got str")):
        with pytest.raises(RuntimeError, match=f"set_num_threads {words}"):
            tg.set_num_threads(threads)
    tg.set_float32_matmul_precision("high")
    with pytest.warns(UserWarning, match="best is not one of 'highest', 'high', or 'medium'"):
        tg.set_float32_matmul_precision("best")
    assert tg.get_float32_matmul_precision() == "high"
