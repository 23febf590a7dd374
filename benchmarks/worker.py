"""The process of one peer: it answers questions on standard input, one line of JSON each, and else sleeps.

So only one library computes at a time, in memory that it shares with no other.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from benchmarks.peers import PEERS, Peer
from benchmarks.workloads import WORKLOADS

CHECKED_STEPS = 5
SAMPLE = 0.004  # seconds of one measurement: short, so that most are over before another program interrupts


class Bench:
    """A workload in a library, ready to run, with the result of its first steps."""

    def __init__(self, step: Callable[[], Any], read: Callable[[Any], list[float]]) -> None:
        self.step = step
        self.result = read([step() for _ in range(CHECKED_STEPS)][-1])
        self.count = max(1, int(SAMPLE / min(self._seconds(1) for _ in range(3))))

    def _seconds(self, count: int) -> float:
        start = perf_counter()
        for _ in range(count):
            self.step()
        return (perf_counter() - start) / count

    def measured(self) -> float:
        """Seconds a step, on average over one sample."""
        return self._seconds(self.count)


def answer(peer: Peer, benches: dict[str, Bench], question: dict[str, str]) -> Any:
    """What the runner asks: the version, a workload's result (None if it has none), or one more measurement of it."""
    match question:
        case {"ask": "version"}:
            return peer.version()
        case {"ask": "result", "workload": name}:
            prepared = peer.prepare(name, next(w for w in WORKLOADS if w.name == name).data())
            if prepared is None:
                return None
            benches[name] = Bench(*prepared)
            return benches[name].result
        case {"ask": "seconds", "workload": name}:
            return benches[name].measured()
    raise ValueError(question)


def main() -> None:
    peer = next(peer for peer in PEERS if peer.title == sys.argv[1])
    benches: dict[str, Bench] = {}
    for line in sys.stdin:
        print(json.dumps(answer(peer, benches, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
