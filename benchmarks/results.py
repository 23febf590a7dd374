"""What came out, as plain data: `results.json`, from which the table, the picture and the README's words are made.

Every time is a median over rounds. A ratio is that of two times of the same round; of its values in all rounds three
are kept: the middle, and the two between which the middle half lies.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.peers import Peer
from benchmarks.runner import Findings
from benchmarks.workloads import Workload

FILE = Path(__file__).with_name("results.json")

Results = dict[str, Any]


def summary(found: Findings, peers: Sequence[Peer], workloads: Sequence[Workload], load: float) -> Results:
    """The findings as data.

    "workloads" holds for each its title, its group and "peers": for each that knows it "seconds" a step (or a node),
    "ratio" over teachgrad's time as [lower, middle, upper], "live" and "peak" bytes; what was not measured is None.
    """
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": {**machine(), "load": round(load, 1)},
        "versions": found.versions,
        "absent": found.absent,
        "workloads": [
            {
                "name": workload.name,
                "title": workload.title,
                "group": workload.group,
                "rounds": max(len(times) for (_, name), times in found.seconds.items() if name == workload.name),
                "reference": found.reference[workload.name],
                "peers": {
                    peer.title: _entry(found, peer, workload.name)
                    for peer in peers
                    if (peer.title, workload.name) in found.seconds
                },
            }
            for workload in workloads
        ],
    }


def _entry(found: Findings, peer: Peer, name: str) -> dict[str, Any]:
    times = found.seconds[peer.title, name]
    others = [] if peer is peer.beside else found.seconds.get((peer.beside.title, name), [])
    memory = found.memory.get((peer.title, name), {})
    return {
        "seconds": _short(median(times)) if times else None,
        "ratio": _spread([a / b for a, b in zip(times, others, strict=True)]) if times and others else None,
        "live": memory.get("live"),
        "peak": memory.get("peak"),
    }


def _spread(ratios: list[float]) -> list[float]:
    """The first, second and third quartile."""
    return [_short(q) for q in (quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3)]


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def machine() -> dict[str, Any]:
    """What has to be known of a machine to read a time."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    """The processor's name; with family and model where Linux tells them."""
    try:
        told = dict(
            re.findall(r"^([\w ]+?)\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        )
        return f"{told['model name']}, family {told['cpu family']}, model {told['model']}"
    except (OSError, KeyError):
        return platform.processor()


def write(results: Results, path: Path = FILE) -> None:
    """As JSON in which each peer of a workload has a line, so that two versions can be compared."""
    text = json.dumps(results, indent=1, ensure_ascii=False)
    path.write_text(re.sub(r"\n {5,}|\n {4}(?=\})", " ", text) + "\n", encoding="utf-8")


def read(path: Path = FILE) -> Results:
    """The results of the last full run."""
    results: Results = json.loads(path.read_text(encoding="utf-8"))
    return results


def ratios(results: Results, peer: str, group: str = "networks") -> dict[str, float]:
    """For each workload of a group, how many times as long as teachgrad a peer took."""
    return {
        workload["title"]: workload["peers"][peer]["ratio"][1]
        for workload in results["workloads"]
        if workload["group"] == group and workload["peers"].get(peer, {}).get("ratio")
    }


def overhead(results: Results) -> float | None:
    """Seconds that teachgrad takes for a node, forward and backward, beyond NumPy's own time."""
    for workload in results["workloads"]:
        if workload["name"] == "nodes_1000":
            ours, numpy = (workload["peers"].get(title, {}).get("seconds") for title in ("teachgrad", "NumPy by hand"))
            return ours - numpy if ours and numpy else None
    return None
