"""Runs the peers, each in a process of its own, and asks them in turn.

Rounds are interleaved: in each, every peer is measured once for every workload. What disturbs the machine for a while
disturbs all of them, and the ratio of two peers is taken round by round. Times are kept only of peers whose results
agree with those worked out by hand.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers import BY_HAND, Peer
from benchmarks.workloads import Workload

TOLERANCE = 1e-5


@dataclass
class Findings:
    """What came out.

    Attributes:
        versions: of the peers that took part.
        absent: the titles of those that are not installed.
        seconds: for each peer and workload that it knows, a time for each round; none where the results differ.
    """

    versions: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    seconds: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def time(self, peer: str, workload: str) -> float | None:
        """The median of a peer's times."""
        times = self.seconds.get((peer, workload))
        return median(times) if times else None

    def ratio(self, peer: str, other: str, workload: str) -> float | None:
        """How many times as long one peer takes as another: the median over the rounds."""
        times, others = (self.seconds.get((p, workload)) for p in (peer, other))
        return median(a / b for a, b in zip(times, others, strict=True)) if times and others else None

    @property
    def differing(self) -> list[tuple[str, str]]:
        """The peers and workloads whose results are not the right ones."""
        return [pair for pair, times in self.seconds.items() if not times]


class Process:
    """A running worker."""

    def __init__(self, pipe: subprocess.Popen[str]) -> None:
        self._pipe = pipe

    def ask(self, what: str, workload: str = "") -> Any:
        """The worker's answer."""
        assert self._pipe.stdin is not None
        assert self._pipe.stdout is not None
        self._pipe.stdin.write(json.dumps({"ask": what, "workload": workload}) + "\n")
        self._pipe.stdin.flush()
        line = self._pipe.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended while it was asked for the {what} of {workload}")
        return json.loads(line)


@contextmanager
def running(peer: Peer) -> Iterator[Process]:
    """A worker, ended with the block."""
    command = [sys.executable, "-m", "benchmarks.worker", peer.title]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=peer.environment
    ) as pipe:
        yield Process(pipe)
        assert pipe.stdin is not None
        pipe.stdin.close()


def measure(peers: Sequence[Peer], workloads: Sequence[Workload], rounds: int) -> Findings:
    """Compare the results of all peers, then measure those that agree."""
    found = Findings(absent=[peer.title for peer in peers if not peer.installed])
    with ExitStack() as stack:
        processes = {peer.title: stack.enter_context(running(peer)) for peer in peers if peer.installed}
        found.versions = {title: process.ask("version") for title, process in processes.items()}
        agreeing = []
        for workload in workloads:
            results = {title: process.ask("result", workload.name) for title, process in processes.items()}
            for title, result in results.items():
                if result is not None:
                    found.seconds[title, workload.name] = []
                    if agree(result, results[BY_HAND.title]):
                        agreeing.append((title, workload.name))
        for _ in range(rounds):
            for title, name in agreeing:
                found.seconds[title, name].append(processes[title].ask("seconds", name))
    return found


def agree(result: Sequence[float], expected: Sequence[float]) -> bool:
    """Whether a loss and its gradients are the expected ones."""
    return len(result) == len(expected) and np.allclose(result, expected, rtol=TOLERANCE, atol=TOLERANCE)
