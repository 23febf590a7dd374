"""What came out, as text. Nothing is measured here."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence

from benchmarks.peers import BY_HAND, TEACHGRAD, Peer
from benchmarks.runner import Findings
from benchmarks.workloads import Workload


def text(found: Findings, peers: Sequence[Peer], workloads: Sequence[Workload], load: float, rounds: int) -> str:
    """The table, with what has to be known to read it."""
    present = [peer for peer in peers if peer.title in found.versions]
    head = ["microseconds a step", *(peer.title for peer in present)]
    rows = [[workload.title, *(_cell(found, peer, workload) for peer in present)] for workload in workloads]
    means = ["geometric mean", *(_mean(found, peer, workloads) for peer in present)]
    lines = [*_about(found, load, rounds), "", *_aligned([head, *rows, means])]
    if found.absent:
        lines.append(f"Not installed, so not measured: {', '.join(found.absent)}.")
    for title, name in found.differing:
        lines.append(f"DIFFERENT RESULT, so no time: {title}, {name}.")
    return "\n".join(lines)


def _about(found: Findings, load: float, rounds: int) -> list[str]:
    versions = ", ".join(f"{title} {version}" for title, version in found.versions.items())
    cores = f"{os.cpu_count()} cores, load {load:.1f} when it began"
    return [
        f"{versions}.",
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores}.",
        "One thread for each peer, unless it says otherwise; a process for each.",
        f"Medians of {rounds} interleaved rounds; in brackets the time over {TEACHGRAD.title}'s, round by round.",
        f"Losses and gradients of 5 steps agree with those of {BY_HAND.title} to 1e-5 wherever a time stands.",
    ]


def _cell(found: Findings, peer: Peer, workload: Workload) -> str:
    seconds = found.time(peer.title, workload.name)
    if seconds is None:
        return "-"
    digits = 1 if seconds < 1e-4 else 0
    ratio = found.ratio(peer.title, TEACHGRAD.title, workload.name)
    return f"{seconds * 1e6:,.{digits}f}" + ("" if ratio is None or peer is TEACHGRAD else f" ({ratio:.2f})")


def _mean(found: Findings, peer: Peer, workloads: Sequence[Workload]) -> str:
    """The geometric mean of a peer's ratios, if it has one for every workload."""
    ratios = [found.ratio(peer.title, TEACHGRAD.title, workload.name) for workload in workloads]
    logs = [math.log(ratio) for ratio in ratios if ratio is not None]
    if peer is TEACHGRAD or len(logs) < len(ratios):
        return ""
    return f"({math.exp(sum(logs) / len(logs)):.2f})"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    first, *others = ([len(cell) for cell in column] for column in zip(*rows, strict=True))
    layout = f"{{:<{max(first)}}}" + "".join(f"  {{:>{max(widths)}}}" for widths in others)
    return [layout.format(*row).rstrip() for row in rows]
