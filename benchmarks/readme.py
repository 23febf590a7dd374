"""What the README says and shows about speed: made from the results, and so nothing that was not measured."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks import picture
from benchmarks.picture import duration
from benchmarks.results import Results, overhead, ratios
from benchmarks.table import geometric_mean
from teachgrad.viz.text import listing

FILE = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- written by make bench -->", "<!-- to here -->"


def update(results: Results) -> None:
    """Replace the picture, and the words between the two marks."""
    picture.FILE.write_text(picture.draw(results), encoding="utf-8")
    before, rest = FILE.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    FILE.write_text(f"{before}{BEGIN}\n{words(results)}\n{END}{after}", encoding="utf-8")


def words(results: Results) -> str:
    """The results in a few sentences, and all of the networks in a table."""
    machine, versions = results["machine"], results["versions"]
    lines = [
        f"Measured by `make bench` on {results['date']}: {machine['processor']}, {machine['cores']} cores, one",
        f"thread each; Python {machine['python']}, NumPy {versions['NumPy by hand']}, PyTorch {versions['PyTorch']}.",
        "Every result was compared with PyTorch's before its time was taken.",
        *_disturbed(machine),
        "",
        *_comparison(results),
        "",
        "| a step of | teachgrad | NumPy by hand | PyTorch |",
        "|---|---|---|---|",
    ]
    for workload in results["workloads"]:
        if workload["group"] == "networks":
            entries = [workload["peers"][peer] for peer in ("teachgrad", "NumPy by hand", "PyTorch")]
            lines.append(f"| {workload['title']} | {' | '.join(duration(entry['seconds']) for entry in entries)} |")
    return "\n".join(lines)


def _disturbed(machine: dict[str, Any]) -> list[str]:
    """A warning, if the machine had more to do than this."""
    if machine["load"] <= machine["cores"] / 2:
        return []
    return [
        f"Other programs were running as well (a load of {machine['load']}), so times are longer than they need be."
    ]


def _comparison(results: Results) -> list[str]:
    pytorch = ratios(results, "PyTorch")
    faster = [title for title, ratio in pytorch.items() if ratio > 1]
    slower = [title for title, ratio in pytorch.items() if ratio <= 1]
    lines = [
        f"teachgrad was faster than PyTorch eager on {len(faster)} of these {len(pytorch)} programs"
        + (f", and not on {_listed(slower)}." if slower else "."),
        f"PyTorch took {geometric_mean(list(pytorch.values())):.1f} times as long in the geometric mean"
        + "".join(
            f", {peer} {geometric_mean(list(found.values())):.1f} times{_of(len(found), len(pytorch))}"
            for peer in ("MyGrad", "HIPS autograd")
            if (found := ratios(results, peer))
        )
        + ".",
    ]
    threaded = ratios(results, "PyTorch, all threads")
    if threaded:
        times = listing([f"{ratio:.1f}" for ratio in threaded.values()], most=len(threaded))
        lines.append(
            f"With all threads, which both take by default, PyTorch took {times} times as long on {_listed(threaded)}."
        )
    beyond = overhead(results)
    if beyond is not None:
        lines.append(
            f"An operation on two numbers, forward and backward, costs {beyond * 1e6:.1f} µs beyond NumPy's own time."
        )
    return lines


def _of(count: int, all_of_them: int) -> str:
    return "" if count == all_of_them else f" (on {count} of them)"


def _listed(titles: Iterable[str]) -> str:
    quoted = [f"“{title}”" for title in titles]
    return listing(quoted, most=len(quoted))
