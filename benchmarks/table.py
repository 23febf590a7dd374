"""Results as text for a terminal. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log
from typing import Any

from benchmarks.peers import TEACHGRAD
from benchmarks.results import Results, overhead, ratios

GROUPS = {
    "networks": "microseconds a step",
    "others": "microseconds a step",
    "nodes": "microseconds a node",
}
Cell = Callable[[dict[str, Any]], str]


def text(results: Results) -> str:
    """The tables, with what has to be known to read them."""
    lines = _about(results)
    for group, unit in GROUPS.items():
        workloads = [workload for workload in results["workloads"] if workload["group"] == group]
        if workloads:
            lines += ["", *_table(unit, workloads, _time)]
            lines += ["", *_table("times as long as teachgrad", workloads, _ratio)]
            if group == "networks":
                lines += [_means(results)]
    measured = [w for w in results["workloads"] if any(entry["live"] is not None for entry in w["peers"].values())]
    if measured:
        lines += ["", *_table("kilobytes: lasting + a step's", measured, _memory)]
    beyond = overhead(results)
    if beyond is not None:
        lines += ["", f"A node of two elements, forward and backward, beyond NumPy's own time: {beyond * 1e6:.2f} µs."]
    return "\n".join([*lines, *_missing(results)])


def _about(results: Results) -> list[str]:
    machine = results["machine"]
    return [
        f"{', '.join(f'{title} {version}' for title, version in results['versions'].items())}.",
        f"{results['date']}; Python {machine['python']}, {machine['system']}, {machine['processor']}.",
        f"{machine['cores']} cores, load {machine['load']} when it began.",
        "One thread for each peer, unless it says otherwise; a process for each; medians of interleaved rounds.",
        "Ratios are taken round by round: the middle one, and between which two the middle half lies. With all threads",
        "they are over the time of teachgrad with all threads. Memory: what lives between steps + what a step adds.",
        "Wherever a time stands, the loss and the gradients agreed with PyTorch's, or with those worked out by hand.",
    ]


def _time(entry: dict[str, Any]) -> str:
    seconds = entry["seconds"]
    return "-" if seconds is None else f"{seconds * 1e6:,.{1 if seconds < 1e-4 else 0}f}"


def _ratio(entry: dict[str, Any]) -> str:
    if entry["ratio"] is None:
        return "-"
    low, middle, high = entry["ratio"]
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _memory(entry: dict[str, Any]) -> str:
    return "-" if entry["live"] is None else f"{entry['live'] / 1e3:,.1f} + {entry['peak'] / 1e3:,.1f}"


def _table(unit: str, workloads: Sequence[dict[str, Any]], cell: Cell) -> list[str]:
    """A line for each workload, a column for each peer that has something to show."""
    peers = list(dict.fromkeys(peer for workload in workloads for peer in workload["peers"]))
    rows = [[cell(w["peers"][peer]) if peer in w["peers"] else "-" for peer in peers] for w in workloads]
    shown = [i for i, peer in enumerate(peers) if any(row[i] != "-" for row in rows)]
    named = [[w["title"], *(row[i] for i in shown)] for w, row in zip(workloads, rows, strict=True)]
    return _aligned([[unit, *(peers[i] for i in shown)], *named])


def _means(results: Results) -> str:
    """The geometric means over the networks of those who have a time for each."""
    count = sum(workload["group"] == "networks" for workload in results["workloads"])
    means = {peer: list(ratios(results, peer).values()) for peer in results["versions"] if peer != TEACHGRAD.title}
    told = [f"{peer} {geometric_mean(values):.2f}" for peer, values in means.items() if len(values) == count]
    return f"geometric mean of these: {', '.join(told) or '-'}"


def geometric_mean(values: Sequence[float]) -> float:
    """The number that, in the place of each of them, gives the same product."""
    return exp(sum(map(log, values)) / len(values))


def _missing(results: Results) -> list[str]:
    lines = [f"Not installed, so not measured: {', '.join(results['absent'])}."] if results["absent"] else []
    for workload in results["workloads"]:
        for peer, entry in workload["peers"].items():
            if entry["seconds"] is None:
                lines.append(f"DIFFERENT RESULT, so no time: {peer}, {workload['name']}.")
    return lines


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    first, *others = ([len(cell) for cell in column] for column in zip(*rows, strict=True))
    layout = f"{{:<{max(first)}}}" + "".join(f"  {{:>{max(widths)}}}" for widths in others)
    return [layout.format(*row).rstrip() for row in rows]
