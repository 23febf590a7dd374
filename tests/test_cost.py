"""What a training step costs, counted instead of timed: the same on every machine, however busy it is.

The limits are what was counted when they were written (NumPy 2.4, Python 3.11), calls with a tenth to spare, and bytes
needed at a time with what the larger objects of Python 3.14 take. A step that gets cheaper is welcome to a lower limit;
one that gets dearer has to say why.
"""

from __future__ import annotations

import numpy as np
import pytest

import teachgrad
from benchmarks import tensors
from benchmarks.workloads import WORKLOADS
from tests.allocations import arrays_made, calls_made, memory_traced

# For each workload: arrays that NumPy makes, bytes of them together, calls of functions, bytes needed at a time.
LIMITS = {
    "neuron": (14, 56, 149, 5_500),
    "small_mlp": (34, 80_204, 320, 39_500),
    "cnn": (107, 18_014_730, 893, 5_400_000),
}


@pytest.fixture(params=LIMITS)
def workload(request):
    found = next(workload for workload in WORKLOADS if workload.name == request.param)
    step, _ = getattr(tensors, found.function)(teachgrad, found.data())
    for _ in range(3):
        step()
    return step, LIMITS[found.name]


def test_a_step_makes_no_more_arrays(workload):
    step, (count, size, _, _) = workload
    made = arrays_made(step)
    assert made.count <= count
    assert made.size <= size


def test_a_step_makes_no_more_calls(workload):
    step, (_, _, calls, _) = workload
    assert calls_made(step) <= 1.1 * calls


def test_a_step_needs_no_more_memory_and_keeps_none(workload):
    step, (_, _, _, peak) = workload
    needed, growth = memory_traced(step, steps=8)
    assert needed <= peak
    assert growth < 500


def test_all_arrays_are_counted():
    x = np.ones(100)
    made = arrays_made(lambda: np.add(x * x, np.zeros(100), out=x))
    assert (made.count, made.size) == (2, 1600)  # the product and the zeros
    assert arrays_made(lambda: x.reshape(10, 10)).count == 0


def test_all_calls_are_counted():
    def inner():
        return len("two")

    assert calls_made(inner) == 2
