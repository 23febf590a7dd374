"""How much memory a workload takes: what lives between its steps, and what a step adds to it at its highest.

NumPy and Python report to `tracemalloc`, which counts everything. PyTorch's memory is its own; what its allocator
reports to its profiler are tensors, without the objects around them.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from itertools import accumulate
from typing import Any

SETTLING = 2  # steps after which an optimizer and the caches have all that they will need

Prepare = Callable[[], Callable[[], Any]]


def traced(prepare: Prepare) -> dict[str, int]:
    """Bytes of a library that works on NumPy: "live" between steps, and "peak", what a step needs besides."""
    prepare()()  # what is loaded and made once for a whole process
    gc.collect()
    tracemalloc.start()
    try:
        step = _settled(prepare)
        gc.collect()
        live, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        step()
        _, highest = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return {"live": live, "peak": highest - live}


def reported(torch: Any, prepare: Prepare) -> dict[str, int]:
    """The same of PyTorch."""

    def changes(run: Callable[[], Any]) -> tuple[Any, list[int]]:
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
            made = run()
        events = profile.profiler.kineto_results.events()
        return made, [event.nbytes() for event in events if event.name() == "[memory]"]

    step, before = changes(lambda: _settled(prepare))
    _, during = changes(step)
    return {"live": sum(before), "peak": max(accumulate(during), default=0)}


def _settled(prepare: Prepare) -> Callable[[], Any]:
    step = prepare()
    for _ in range(SETTLING):
        step()
    return step
