"""Measure and print: ``python -m benchmarks``, or with the names of some workloads.

A run of all workloads beside PyTorch also replaces `results.json`, the picture, and the README's words about speed.
"""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks import readme, results, runner, table
from benchmarks.peers import PEERS, PYTORCH
from benchmarks.workloads import WORKLOADS


def main() -> int:
    """The exit status is 1 if a result was wrong; then no file is written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="teachgrad beside its peers")
    parser.add_argument("names", nargs="*", metavar="WORKLOAD", help=", ".join(w.name for w in WORKLOADS))
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    unknown = set(options.names) - {workload.name for workload in WORKLOADS}
    if unknown:
        parser.error(f"no such workload: {', '.join(sorted(unknown))}")
    workloads = [workload for workload in WORKLOADS if not options.names or workload.name in options.names]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    found = runner.measure(PEERS, workloads, options.rounds)
    made = results.summary(found, PEERS, workloads, load)
    print(table.text(made))
    if any(not times for times in found.seconds.values()):
        return 1
    if not options.names and PYTORCH.installed:
        results.write(made)
        readme.update(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
