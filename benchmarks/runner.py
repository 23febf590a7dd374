"""Runs the peers, each in a process of its own, and asks them in turn.

Rounds are interleaved: in each, every peer is measured once. What disturbs the machine for a while disturbs all of
them, and the ratio of two peers is taken round by round. Times are kept only of peers whose results agree with
PyTorch's or, where PyTorch is not installed, with those worked out by hand.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import IO, Any

from benchmarks.peers import BY_HAND, PYTORCH, TEACHGRAD, Peer
from benchmarks.workloads import Workload

TOLERANCE = 1e-4  # of the largest element of a gradient: float32, after five steps
FEWEST, PATIENCE = 2, 4.0  # rounds that are always made; seconds after which no further round begins
SHORT = 0.5  # seconds a step up to which memory is traced, which makes a step several times as long

Result = list[list[float]]
Key = tuple[str, str]  # a peer's title and a workload's name


@dataclass
class Findings:
    """What came out.

    Attributes:
        versions: of the peers that took part.
        absent: the titles of those that are not installed.
        seconds: for each peer and workload that it knows, a time for each round; none where the results differ.
        memory: for each peer and workload, the bytes that live between steps, and those that a step needs besides.
        reference: for each workload, the peer whose result is taken to be right.
    """

    versions: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    seconds: dict[Key, list[float]] = field(default_factory=dict)
    memory: dict[Key, dict[str, int]] = field(default_factory=dict)
    reference: dict[str, str] = field(default_factory=dict)


class Process:
    """A running worker."""

    def __init__(self, pipe: subprocess.Popen[str], errors: IO[str]) -> None:
        self._pipe = pipe
        self._errors = errors

    def ask(self, what: str, workload: str = "") -> Any:
        """The worker's answer."""
        assert self._pipe.stdin is not None
        assert self._pipe.stdout is not None
        self._pipe.stdin.write(json.dumps({"ask": what, "workload": workload}) + "\n")
        self._pipe.stdin.flush()
        line = self._pipe.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"the process ended when asked for the {what} of {workload}:\n{self._errors.read()}")
        return json.loads(line)


@contextmanager
def running(peer: Peer) -> Iterator[Process]:
    """A worker, ended with the block."""
    command = [sys.executable, "-m", "benchmarks.worker", peer.title]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=peer.environment
        ) as pipe,
    ):
        yield Process(pipe, errors)
        assert pipe.stdin is not None
        pipe.stdin.close()


def measure(peers: Sequence[Peer], workloads: Sequence[Workload], rounds: int) -> Findings:
    """Compare the results of all peers, then measure those that agree: first their times, at the end their memory."""
    found = Findings(absent=[peer.title for peer in peers if not peer.installed])
    present = [peer for peer in peers if peer.installed]
    with ExitStack() as stack:
        processes = {peer.title: stack.enter_context(running(peer)) for peer in present}
        found.versions = {title: process.ask("version") for title, process in processes.items()}
        for workload in workloads:
            asked = {peer.title: processes[peer.title] for peer in present if peer.takes(workload)}
            _time(found, asked, workload.name, rounds)
        for workload in workloads:
            for peer in present:
                if _traceable(found, peer, workload):
                    answer = processes[peer.title].ask("memory", workload.name)
                    found.memory[peer.title, workload.name] = answer
    return found


def _time(found: Findings, processes: dict[str, Process], name: str, rounds: int) -> None:
    results = {title: process.ask("result", name) for title, process in processes.items()}
    known = {title: result for title, result in results.items() if result is not None}
    found.reference[name] = next(title for title in (PYTORCH.title, BY_HAND.title, TEACHGRAD.title) if title in known)
    agreeing = [title for title, result in known.items() if agree(result, known[found.reference[name]])]
    times: dict[str, list[float]] = {title: [] for title in known}
    start = perf_counter()
    for done in range(rounds):
        if done >= FEWEST and perf_counter() - start > PATIENCE:
            break
        for title in agreeing:
            times[title].append(processes[title].ask("seconds", name))
    for title in known:
        processes[title].ask("end", name)
    found.seconds.update({(title, name): measured for title, measured in times.items()})


def _traceable(found: Findings, peer: Peer, workload: Workload) -> bool:
    """Whether memory is measured: of programs in one thread that computed the right thing in a short time."""
    times = found.seconds.get((peer.title, workload.name))
    return bool(times and workload.memory and peer.one_thread and min(times) * workload.per < SHORT)


def agree(result: Result, expected: Result) -> bool:
    """Whether a loss and its gradients are the expected ones: up to a part of the largest element of each."""
    if [len(part) for part in result] != [len(part) for part in expected]:
        return False
    for (size, norm, *some), (right_size, right_norm, *right) in zip(result, expected, strict=True):
        scale = max(map(abs, right), default=0.0)
        differences = [abs(a - b) for a, b in zip(some, right, strict=True)]
        if size != right_size or abs(norm - right_norm) > TOLERANCE * right_norm:
            return False
        if not max(differences, default=0.0) <= TOLERANCE * scale:
            return False
    return True
