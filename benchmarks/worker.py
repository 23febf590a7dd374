"""The process of one peer: it answers questions on standard input, one line of JSON each, and else sleeps.

So only one library computes at a time, in memory that it shares with no other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks import memory
from benchmarks.peers import PEERS, PYTORCH, Peer
from benchmarks.workloads import WORKLOADS, Array, Workload

SAMPLE = 0.004  # seconds of one measurement: short, so that most are over before another program interrupts
LONG = 0.5  # seconds of a step that is long enough to be measured without being tried before
SHOWN = 200  # elements of a gradient that are compared, spread evenly, besides its norm


class Bench:
    """A workload in a library, ready to run, with the result of its first steps."""

    def __init__(self, step: Callable[[], Any], read: Callable[[Any], list[Array]], workload: Workload) -> None:
        self.step = step
        self.per = workload.per
        self.count = 1
        start = perf_counter()
        self.result = fingerprint(read([step() for _ in range(workload.checked)][-1]))
        if perf_counter() - start < LONG:
            self.count = max(1, int(SAMPLE / min(self._seconds() for _ in range(3))))

    def _seconds(self) -> float:
        start = perf_counter()
        for _ in range(self.count):
            self.step()
        return (perf_counter() - start) / self.count

    def measured(self) -> float:
        """Seconds a step (or a node), on average over one sample."""
        return self._seconds() / self.per


class Importing:
    """The import of a package, each time in a process of its own, without the start of Python.

    Python keeps what it compiles, so that only the first import of all compiles the package: it is not counted.
    """

    def __init__(self, package: str) -> None:
        self.result: list[list[float]] = []
        now = "__import__('time').perf_counter()"
        self._command = [sys.executable, "-c", f"start = {now}; import {package}; print({now} - start)"]
        self._environment = {k: value for k, value in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.measured()

    def measured(self) -> float:
        """The seconds that one took."""
        return float(subprocess.run(self._command, capture_output=True, check=True, env=self._environment).stdout)


def fingerprint(arrays: Sequence[Any]) -> list[list[float]]:
    """Of each array its size, its norm, and some elements: enough to tell a wrong gradient."""
    found = []
    for array in arrays:
        flat = np.asarray(array, np.float64).reshape(-1)
        some = flat[:: max(1, flat.size // SHOWN)]
        found.append([float(flat.size), float(np.linalg.norm(flat)), *some.tolist()])
    return found


def answer(peer: Peer, benches: dict[str, Any], question: dict[str, str]) -> Any:
    """What the runner asks for: the version; or, of a workload, its result (None if the peer has no words for it),
    one more measurement, the memory it takes; or to forget it."""
    workload = next((w for w in WORKLOADS if w.name == question["workload"]), WORKLOADS[0])
    match question["ask"]:
        case "version":
            return peer.version()
        case "result":
            bench = _bench(peer, workload)
            if bench is not None:
                benches[workload.name] = bench
            return bench and bench.result
        case "seconds":
            return benches[workload.name].measured()
        case "end":
            del benches[workload.name]
            return None
        case "memory":
            return _memory(peer, workload)
    raise ValueError(question)


def _bench(peer: Peer, workload: Workload) -> Bench | Importing | None:
    if workload.name == "importing":
        return Importing(peer.package)
    prepared = peer.prepare(workload, workload.data())
    return prepared and Bench(*prepared, workload)


def _memory(peer: Peer, workload: Workload) -> dict[str, int]:
    def prepare() -> Callable[[], Any]:
        prepared = peer.prepare(workload, data)
        assert prepared is not None
        step: Callable[[], Any] = prepared[0]
        return step

    data = workload.data()
    if peer.package == PYTORCH.package:
        import torch

        return memory.reported(torch, prepare)
    return memory.traced(prepare)


def main() -> None:
    peer = next(peer for peer in PEERS if peer.title == sys.argv[1])
    benches: dict[str, Any] = {}
    for line in sys.stdin:
        print(json.dumps(answer(peer, benches, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
