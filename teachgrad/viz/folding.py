"""What of a large graph is shown whole, and what is folded into one box: modules, repetitions, the distant past.

Operations in the order of their creation are cut into runs. A run is contiguous, so folding makes no circles. Knows
nodes by their order, labels and owners; not what they look like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from teachgrad.graph import Node

LONGEST_PERIOD = 64  # operations that may make up what is repeated
AT_LEAST = 3  # times something must occur to count as repeated
IN_FULL = 6  # operations of a repetition, the last ones, that are shown, or one whole round if that is more


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """Operations that follow each other: one to be shown or, with a title, any number to be folded into one box."""

    nodes: tuple[Node, ...]
    title: str = ""


Size = Callable[[Sequence[Run]], int]


def folded(line: Sequence[Node], owners: Mapping[Node, str], size: Size, most: int) -> list[Run]:
    """Runs whose picture has at most `most` items if modules and repetitions can bring that about.

    Args:
        line: operations, the oldest first.
        owners: the modules of those that read parameters, such as `model.layers.0`.
        size: how many items a picture of some runs has.
        most: how many it should have.
    """
    runs = [Run((node,)) for node in line]
    if size(runs) <= most:
        return runs
    paths = _filled(line, owners)
    for depth in range(max(map(len, paths), default=0), 0, -1):
        runs = _by_module(line, paths, depth)
        if size(runs) <= most:
            return runs
    while size(runs) > most:
        shorter = _by_repetition(runs)
        if len(shorter) == len(runs):
            break
        runs = shorter
    return runs


# Modules


def _filled(line: Sequence[Node], owners: Mapping[Node, str]) -> list[tuple[str, ...]]:
    """For each operation the path of its module. What reads no parameter belongs where both its neighbours belong."""
    known = [tuple(owners[node].split(".")) if node in owners else None for node in line]
    after: list[tuple[str, ...]] = [()] * len(line)
    for i in range(len(line) - 2, -1, -1):
        after[i] = known[i + 1] or after[i + 1]
    paths: list[tuple[str, ...]] = []
    before: tuple[str, ...] = ()
    for path, later in zip(known, after, strict=True):
        before = path or before
        paths.append(path if path is not None else _shared(before, later))
    return paths


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The modules that two paths have in common, from the outermost."""
    return tuple(part for part, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _by_module(line: Sequence[Node], paths: Sequence[tuple[str, ...]], depth: int) -> list[Run]:
    """What is inside of one module at this depth is folded; what stands between modules is not."""
    runs: list[Run] = []
    start = 0
    for i in range(1, len(line) + 1):
        here = paths[start][:depth]
        if i < len(line) and len(here) == depth and paths[i][:depth] == here:
            continue
        runs.append(Run(tuple(line[start:i]), ".".join(here) if i - start > 1 else ""))
        start = i
    return runs


# Repetitions


def _by_repetition(runs: Sequence[Run]) -> list[Run]:
    """The repetition that most runs are part of, folded up to its last rounds."""
    names = [_label(run) for run in runs]
    numbers = {name: i for i, name in enumerate(dict.fromkeys(names))}
    labels = np.array([numbers[name] for name in names])
    best: tuple[int, int, int] = (0, 0, 0)  # how many runs repeat, the period negative, where they start
    for period in range(1, min(LONGEST_PERIOD, len(runs) // AT_LEAST) + 1):
        start, length = _longest(labels[period:] == labels[:-period])
        rounds = length // period + 1
        if rounds >= max(AT_LEAST, _in_full(period) + 1):
            best = max(best, (rounds * period, -period, start))
    repeated, period, start = best[0], -best[1], best[2]
    if not repeated:
        return list(runs)
    stop = start + repeated - _in_full(period) * period
    what = ", ".join(names[start : start + period]) if period <= 4 else f"{period} operations"
    nodes = tuple(node for run in runs[start:stop] for node in run.nodes)
    return [*runs[:start], Run(nodes, f"{(stop - start) // period:,} × ({what})"), *runs[stop:]]


def _in_full(period: int) -> int:
    return max(1, IN_FULL // period)


def _label(run: Run) -> str:
    """What makes two runs alike: the same operation, or the same module but for its number."""
    return re.sub(r"\d+", "#", run.title) if run.title else label(run.nodes[0])


def label(node: Node) -> str:
    """The node's own, without a search for attributes in it where there are none: there may be very many nodes."""
    return node.label() if "{" in node.op.symbol else node.op.symbol


def _longest(same: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, int]:
    """Where the longest stretch of True starts, and its length."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    if not edges.size:
        return 0, 0
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    i = int(lengths.argmax())
    return int(starts[i]), int(lengths[i])
