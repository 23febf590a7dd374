"""The times of the networks as bars: one row for each workload, one bar in it for each library.

The axis is in powers of ten, since a scalar neuron takes a thousandth of what images take. Knows results, not how they
were measured.
"""

from __future__ import annotations

from math import ceil, floor, log10
from pathlib import Path
from typing import Any

from benchmarks.results import Results
from teachgrad.viz import svg, text
from teachgrad.viz.scene import Mark, Rect, Scene, Text, line

FILE = Path(__file__).resolve().parent.parent / "notebooks" / "pictures" / "speed.svg"
LOOKS = {"teachgrad": "bar0", "NumPy by hand": "bar1", "PyTorch": "bar2", "MyGrad": "bar3", "HIPS autograd": "bar4"}
LEFT, WIDTH, RIGHT = 260.0, 500.0, 40.0  # pixels for the titles, for the axis, and for the amount at the longest bar
TOP, BOTTOM = 56.0, 70.0
BAR, GAP = 10.0, 9.0  # the height of a bar, and the space between two rows
LETTER = 7.0  # pixels that a letter of the legend takes, at most


def draw(results: Results) -> str:
    """The picture as SVG."""
    return svg.document(scene(results), describe(results))


def scene(results: Results) -> Scene:
    """The picture as marks."""
    rows = [workload for workload in results["workloads"] if workload["group"] == "networks"]
    times = [entry["seconds"] for row in rows for entry in _bars(row).values()]
    axis = floor(log10(min(times) / 2)), ceil(log10(max(times)))
    marks: list[Mark] = [*_legend(rows)]
    y = TOP
    bars: list[Mark] = []
    for row in rows:
        bars += _row(row, y, axis)
        y += BAR * len(_bars(row)) + GAP
    notes = [Text("amount", 10, y + 42 + 14 * i, words) for i, words in enumerate(_measured(results))]
    marks += [*_axis(axis, y), *bars, *notes]
    return Scene(LEFT + WIDTH + RIGHT, y + BOTTOM, marks)


def _bars(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The entries that get a bar, in the order of the legend."""
    return {peer: row["peers"][peer] for peer in LOOKS if row["peers"].get(peer, {}).get("seconds")}


def _place(seconds: float, axis: tuple[int, int]) -> float:
    return LEFT + WIDTH * (log10(seconds) - axis[0]) / (axis[1] - axis[0])


def _row(row: dict[str, Any], top: float, axis: tuple[int, int]) -> list[Mark]:
    bars = _bars(row)
    marks: list[Mark] = [Text("row", LEFT - 8, top + BAR * len(bars) / 2 + 4, row["title"])]
    for place, (peer, entry) in enumerate(bars.items()):
        y, end = top + BAR * place, _place(entry["seconds"], axis)
        amount = duration(entry["seconds"]) if entry["ratio"] is None else f"{entry['ratio'][1]:.2g}×"
        marks.append(Rect(LOOKS[peer], LEFT, y, end - LEFT, BAR - 1))
        marks.append(Text("amount", end + 4, y + BAR - 2, amount))
    return marks


def _axis(axis: tuple[int, int], bottom: float) -> list[Mark]:
    marks: list[Mark] = []
    for power in range(axis[0], axis[1] + 1):
        x = _place(10.0**power, axis)
        marks.append(line("grid", (x, TOP - 6), (x, bottom)))
        marks.append(Text("across", x, bottom + 16, duration(10.0**power)))
    return marks


def _legend(rows: list[dict[str, Any]]) -> list[Mark]:
    marks: list[Mark] = [Text("title", 10, 20, "A training step: less is faster")]
    x = 10.0
    for peer in (peer for peer in LOOKS if any(peer in row["peers"] for row in rows)):
        marks.append(Rect(LOOKS[peer], x, 31, 14, 9))
        marks.append(Text("legend", x + 19, 40, peer))
        x += 40 + LETTER * text.width(peer)
    return marks


def _measured(results: Results) -> tuple[str, str]:
    machine = results["machine"]
    versions = ", ".join(
        f"{name} {results['versions'][peer]}"
        for peer, name in {"NumPy by hand": "NumPy", "PyTorch": "PyTorch", "MyGrad": "MyGrad"}.items()
        if peer in results["versions"]
    )
    return (
        f"{results['date']}; {machine['processor']}, {machine['cores']} cores, one thread each",
        f"Python {machine['python']}, {versions}; ×: over teachgrad's time, round by round",
    )


def duration(seconds: float) -> str:
    """A time in two digits and a unit.

    >>> duration(1e-6), duration(0.000123), duration(0.0456)
    ('1 µs', '120 µs', '46 ms')
    """
    for unit, size in {"s": 1.0, "ms": 1e-3}.items():
        if seconds >= size * 0.9995:
            return f"{float(f'{seconds / size:.2g}'):g} {unit}"
    return f"{float(f'{seconds * 1e6:.2g}'):g} µs"


def describe(results: Results) -> str:
    """The picture in words."""
    told = []
    for row in results["workloads"]:
        if row["group"] == "networks":
            each = [f"{peer} {duration(entry['seconds'])}" for peer, entry in _bars(row).items() if entry["seconds"]]
            told.append(f"{row['title']}: {', '.join(each)}")
    return f"Bars of the time that a step takes. {'; '.join(told)}."
