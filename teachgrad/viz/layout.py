"""Where the boxes of a graph go, and how the arrows run: to the right, or downwards if that would be too wide.

Boxes have fixed sizes, so a layout made once holds while the texts inside change. Three engines are tried in turn:
the `dot` program of Graphviz, Graphviz inside of pygraphviz, and one of our own. The first that answers is used;
one that fails is passed over. This module knows sizes and edges, not what is in the boxes.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

Size = tuple[float, float]
Point = tuple[float, float]
Edge = tuple[int, int]

GAP, RANK_GAP = 16.0, 38.0  # pixels between boxes: side by side, and along the flow
WIDEST = 920.0  # what a notebook shows without shrinking it
ARROW = 8.0  # room for the tip of an arrow
SECONDS = 5  # what the dot program may take


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions in pixels, y downwards.

    Attributes:
        width, height: of the whole picture.
        centres: of each box.
        routes: for each edge, the points of a Bezier curve: a start, then two control points and an end for each piece.
        engine: who made it.
    """

    width: float
    height: float
    centres: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    engine: str


def lay_out(sizes: Sequence[Size], edges: Sequence[Edge]) -> Layout:
    """Positions for boxes of the given (width, height), numbered in topological order; all but the last are used.

    From left to right, as formulas are read, if that is no wider than a notebook; else downwards, as notebooks are.
    """
    across = _by_first_engine(sizes, edges, down=False)
    if across.width <= WIDEST:
        return _on_pixels(across)
    return _on_pixels(min(across, _by_first_engine(sizes, edges, down=True), key=lambda plan: plan.width))


def _on_pixels(plan: Layout) -> Layout:
    """The same on whole pixels, which nobody sees, and which are told in fewer digits."""

    def whole(points: Iterable[Point]) -> tuple[Point, ...]:
        return tuple((round(x), round(y)) for x, y in points)

    width, height = math.ceil(plan.width), math.ceil(plan.height)
    return Layout(width, height, whole(plan.centres), tuple(map(whole, plan.routes)), plan.engine)


def _by_first_engine(sizes: Sequence[Size], edges: Sequence[Edge], down: bool) -> Layout:
    for engine in ENGINES:
        found = engine(sizes, edges, down)
        if found is not None:
            return found
    return built_in(sizes, edges, down)


# Graphviz ------------------------------------------------------------------------------------------------------------


def dot_program(sizes: Sequence[Size], edges: Sequence[Edge], down: bool = False) -> Layout | None:
    """By the `dot` program, where there is one on PATH that works."""
    program = shutil.which("dot")
    if program is None:
        return None
    try:
        question = _question(sizes, edges, down)
        done = subprocess.run(
            [program, "-Tplain"], input=question, capture_output=True, text=True, timeout=SECONDS, check=True
        )
        return _answer(done.stdout, len(sizes), edges, "dot")
    except (OSError, subprocess.SubprocessError, ValueError, LookupError):
        return None


def pygraphviz(sizes: Sequence[Size], edges: Sequence[Edge], down: bool = False) -> Layout | None:
    """By the Graphviz that the wheels of pygraphviz 2 carry along."""
    try:
        with warnings.catch_warnings(action="ignore"):
            import pygraphviz as library

        if int(library.__version__.split(".")[0]) < 2:  # it would call the program that is not there
            return None
        with _no_chatter():
            plain = library.AGraph(string=_question(sizes, edges, down)).draw(format="plain", prog="dot")
        return _answer(plain.decode() if isinstance(plain, bytes) else plain, len(sizes), edges, "pygraphviz")
    except Exception:  # whatever goes wrong in there, a picture is still drawn
        return None


def _question(sizes: Sequence[Size], edges: Sequence[Edge], down: bool) -> str:
    """Boxes without text, in inches of 72 pixels; only numbers, so there is nothing to escape.

    Inputs keep their order, even at the price of a crossing: in a picture of a - b, the a comes first.
    """
    boxes = (f"{i} [width={w / 72:.4f} height={h / 72:.4f}]" for i, (w, h) in enumerate(sizes))
    wires = (f"{tail} -> {head}" for tail, head in edges)
    return "\n".join([
        "digraph {",
        f"ordering=in rankdir={'TB' if down else 'LR'} nodesep={GAP / 72:.4f} ranksep={RANK_GAP / 72:.4f}",
        'node [shape=box fixedsize=true label=""] edge [arrowhead=none]',
        *boxes,
        *wires,
        "}",
    ])  # fmt: skip


def _answer(plain: str, boxes: int, edges: Sequence[Edge], engine: str) -> Layout:
    """Read Graphviz's plain format: `node name x y ...` and `edge tail head n x1 y1 ... xn yn ...`, y upwards."""
    lines = [line.split() for line in plain.splitlines()]
    width, height = map(float, {line[0]: line for line in lines}["graph"][2:4])
    centres = {int(line[1]): _pixels(line[2:4], height)[0] for line in lines if line[0] == "node"}
    routes: dict[Edge, list[tuple[Point, ...]]] = {}
    for line in lines:
        if line[0] == "edge":
            points = _pixels(line[4 : 4 + 2 * int(line[3])], height)
            routes.setdefault((int(line[1]), int(line[2])), []).append(tuple(points))
    in_order = tuple(routes[edge].pop(0) for edge in edges)
    return Layout(width * 72, height * 72, tuple(centres[i] for i in range(boxes)), in_order, engine)


def _pixels(numbers: Sequence[str], height: float) -> list[Point]:
    xs, ys = map(float, numbers[::2]), map(float, numbers[1::2])
    return [(x * 72, (height - y) * 72) for x, y in zip(xs, ys, strict=True)]


@contextmanager
def _no_chatter() -> Iterator[None]:
    """Keep what the C library prints (a line about fonts, on its first drawing) out of the notebook."""
    sys.stderr.flush()
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


ENGINES: tuple[Callable[[Sequence[Size], Sequence[Edge], bool], Layout | None], ...] = (dot_program, pygraphviz)


# Our own: columns, few crossings, then heights; turned by a quarter if it is to go downwards -------------------------


def built_in(sizes: Sequence[Size], edges: Sequence[Edge], down: bool = False) -> Layout:
    """A layered layout after Sugiyama. An edge over several columns passes through a thin box in each of them."""
    if down:
        plan = built_in([(h, w) for w, h in sizes], edges)
        routes = tuple(tuple((y, x) for x, y in route) for route in plan.routes)
        return Layout(plan.height, plan.width, tuple((y, x) for x, y in plan.centres), routes, plan.engine)
    column = _columns(len(sizes), edges)
    heights = [height for _, height in sizes]
    chains: list[list[int]] = []  # each edge as the boxes it visits
    for tail, head in edges:
        steps = range(column[tail] + 1, column[head])
        chains.append([tail, *range(len(column), len(column) + len(steps)), head])
        column.extend(steps)
        heights.extend(4.0 for _ in steps)
    ties = [tie for chain in chains for tie in pairwise(chain)]
    columns = _without_crossings(column, ties)
    ys = _heights(columns, heights, ties)
    widths = [max([sizes[box][0] for box in boxes if box < len(sizes)], default=0.0) for boxes in columns]
    lefts = [sum(widths[:c]) + RANK_GAP * c for c in range(len(columns))]
    centres = [(lefts[column[box]] + widths[column[box]] / 2, ys[box]) for box in range(len(sizes))]
    arrivals = _arrivals(chains, ys, [height for _, height in sizes])
    routes = tuple(
        _route(
            (centres[tail][0] + sizes[tail][0] / 2, centres[tail][1]),
            [(lefts[column[box]], lefts[column[box]] + widths[column[box]], ys[box]) for box in chain[:-1]],
            (centres[head][0] - sizes[head][0] / 2, arrivals[k]),
            lefts[column[head]],
        )
        for k, ((tail, head), chain) in enumerate(zip(edges, chains, strict=True))
    )
    bottom = max(y + height / 2 for y, height in zip(ys, heights, strict=True))
    return Layout(lefts[-1] + widths[-1], bottom, tuple(centres), routes, "built-in")


def _columns(boxes: int, edges: Sequence[Edge]) -> list[int]:
    """Each box as far right as its uses allow: a weight stands beside the operation that it enters."""
    from_right = [0] * boxes
    for tail, head in sorted(edges, key=lambda edge: -edge[0]):  # by then, all that the tail leads to is settled
        from_right[tail] = max(from_right[tail], from_right[head] + 1)
    return [max(from_right) - back for back in from_right]


def _without_crossings(column: Sequence[int], ties: Sequence[Edge]) -> list[list[int]]:
    """Order the boxes of each column by the mean place of their neighbours, to and fro; keep the best order seen."""
    columns: list[list[int]] = [[] for _ in range(max(column) + 1)]
    for box in _as_written(len(column), ties):
        columns[column[box]].append(box)
    best, fewest = [list(boxes) for boxes in columns], _crossings(columns, ties)
    for sweep in range(8):
        forward = sweep % 2 == 0
        neighbours: dict[int, list[int]] = {}
        for tail, head in ties:
            neighbours.setdefault(head if forward else tail, []).append(tail if forward else head)
        place = {box: i for boxes in columns for i, box in enumerate(boxes)}
        for boxes in columns if forward else reversed(columns):
            wanted = {box: fmean([place[n] for n in neighbours.get(box, [box])]) for box in boxes}
            boxes.sort(key=wanted.__getitem__)
            place.update({box: i for i, box in enumerate(boxes)})
        crossings = _crossings(columns, ties)
        if crossings < fewest:
            best, fewest = [list(boxes) for boxes in columns], crossings
    return best


def _as_written(boxes: int, ties: Sequence[Edge]) -> list[int]:
    """The boxes as a formula reads: the first input of an operation, and all behind it, above the second."""
    inputs: dict[int, list[int]] = {}
    for tail, head in ties:
        inputs.setdefault(head, []).append(tail)
    tails = {tail for tail, _ in ties}
    order: dict[int, None] = {}
    waiting = [box for box in range(boxes) if box not in tails]
    while waiting:
        box = waiting.pop()
        if box not in order:
            order[box] = None
            waiting.extend(reversed(inputs.get(box, [])))
    return list(order)


def _crossings(columns: Sequence[Sequence[int]], ties: Sequence[Edge]) -> int:
    place = {box: i for boxes in columns for i, box in enumerate(boxes)}
    leaving: dict[int, list[int]] = {}
    for tail, head in ties:
        leaving.setdefault(tail, []).append(place[head])
    crossings = 0
    for boxes in columns:
        passed: list[int] = []
        for box in boxes:
            ends = leaving.get(box, [])
            crossings += sum(end < other for end in ends for other in passed)
            passed += ends
    return crossings


def _heights(columns: Sequence[Sequence[int]], heights: Sequence[float], ties: Sequence[Edge]) -> list[float]:
    """Pull each box to the mean height of its neighbours, as far as the others in its column let it."""
    inputs: list[list[int]] = [[] for _ in heights]
    uses: list[list[int]] = [[] for _ in heights]
    for tail, head in ties:
        uses[tail].append(head)
        inputs[head].append(tail)
    ys = [0.0] * len(heights)
    for sweep in range(13):
        for boxes in columns if sweep % 2 == 0 else reversed(columns):
            near = [
                inputs[box] + (uses[box] if sweep < 12 else []) for box in boxes
            ]  # at last, chains are drawn straight
            wanted = [fmean([ys[n] for n in them]) if them else ys[box] for box, them in zip(boxes, near, strict=True)]
            for box, y in zip(boxes, _apart(wanted, [heights[box] for box in boxes]), strict=True):
                ys[box] = y
    top = min(y - height / 2 for y, height in zip(ys, heights, strict=True))
    return [y - top for y in ys]


def _apart(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """The heights nearest to those wanted (least squares) at which boxes in this order do not touch.

    Take the room that the boxes need off the wanted heights; then the rest must not decrease. That is isotonic
    regression, solved by pooling neighbours that stand in the wrong order.
    """
    room = [0.0]
    for above, below in pairwise(heights):
        room.append(room[-1] + above / 2 + GAP + below / 2)
    pools: list[list[float]] = []
    for want, need in zip(wanted, room, strict=True):
        pools.append([want - need])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    level = [fmean(pool) for pool in pools for _ in pool]
    return [low + need for low, need in zip(level, room, strict=True)]


def _arrivals(chains: Sequence[Sequence[int]], ys: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Where each edge meets its head: side by side, in the order in which they come."""
    found = [0.0] * len(chains)
    for head in {chain[-1] for chain in chains}:
        coming = sorted((k for k, chain in enumerate(chains) if chain[-1] == head), key=lambda k: ys[chains[k][-2]])
        apart = min(9.0, (heights[head] - 10) / len(coming))
        for i, k in enumerate(coming):
            found[k] = ys[head] + (i - (len(coming) - 1) / 2) * apart
    return found


def _route(
    start: Point, spans: Sequence[tuple[float, float, float]], end: Point, last_left: float
) -> tuple[Point, ...]:
    """Straight across the columns that are passed (left, right, y), bending only between them: no box is crossed."""
    corners = [start, (spans[0][1], start[1])]
    for left, right, y in spans[1:]:
        corners += [(left, y), (right, y)]
    if end[0] - last_left > ARROW:
        corners.append((last_left, end[1]))
    corners.append(end)
    # What is level is one line, however many columns it passes.
    level = [a[1] == b[1] == c[1] for a, b, c in zip(corners, corners[1:], corners[2:])]
    corners = [start, *[corner for corner, on in zip(corners[1:], level) if not on], end]
    route = [start]
    for (x0, y0), (x1, y1) in pairwise(corners):
        if x1 > x0:  # a box as wide as its column needs no lead
            route += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
    return tuple(route)
