"""draw_paths: every path from one value to another through a graph, with the slopes along it, multiplied and added.

What it draws is a table of slopes: for each value what it was computed from, and how steeply it rises with each of
those. That table is all that the chain rule needs; `local_slopes` reads it off a tensor's graph.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from teachgrad.tensor import Tensor
from teachgrad.viz import layout, model, text
from teachgrad.viz.drawing import LETTER, MARGIN, PAD, ROW, arrow
from teachgrad.viz.figure import Movie
from teachgrad.viz.scene import Mark, Path, Rect, Scene, Segment, Text
from teachgrad.viz.steps import backward_pass, called

Slopes = Mapping[str, Sequence[tuple[str, float]]]
Trail = tuple[int, ...]  # the numbers of its arrows, from the start to the end

MOST = 8  # paths in one picture
PILL = 20.0  # the height of a slope
STEP, LINE = 5.0, 22.0  # pixels between the lines of two paths, and between two rows of text
PAUSE = 2.0  # seconds for each path: there is a line to be read


def local_slopes(result: Tensor, names: Mapping[str, object] | None = None) -> dict[str, list[tuple[str, float]]]:
    """For each value behind a result, what it was computed from, and its slope along each of those.

    Args:
        result: a single number with a graph.
        names: what to call tensors, as for `draw_graph`; what has no name is called by its operation's symbol.

    Returns:
        A list of pairs for each name, inputs before those who use them; a leaf has an empty list. Constants are left
        out: nobody asks how the result moves with them.

    Raises:
        ValueError: if the result is not a single number with a graph, or if it has more than sixty nodes.

    PyTorch has nothing like it.

    >>> import teachgrad as tg
    >>> x = tg.tensor(2.0, requires_grad=True)
    >>> a = x**2
    >>> local_slopes(a * x)
    {'x': [], 'a': [('x', 4.0)], '×': [('a', 2.0), ('x', 4.0)]}
    """
    known = model.Names.seen_from(sys._getframe(1)) if names is None else model.Names(names)
    return _slopes(result, known)


def _slopes(result: object, names: model.Names) -> dict[str, list[tuple[str, float]]]:
    if not isinstance(result, Tensor) or not result.requires_grad or result.numel() != 1:
        raise ValueError("slopes are read off a tensor of one element that requires grad: a loss, say.")
    told = backward_pass(result, None, names, fill=False)
    graph = told.graph
    if any(item.kind == "folded" for item in graph.items):
        raise ValueError(f"the graph has more than {model.MOST} nodes: too many to follow by eye.")
    sends = [step for step in told.steps if step.kind == "send"]
    part = {told.steps[0].item, *(end for step in sends for end in (step.item, step.to))}
    words = {item: called(graph, item) for item in sorted(part)}
    unique: dict[int, str] = {}
    for item, word in words.items():
        same = sum(words[earlier] == word for earlier in unique)
        unique[item] = f"{word} {same + 1}" if same else word
    slopes: dict[str, list[tuple[str, float]]] = {name: [] for name in unique.values()}
    for step in sends:
        slopes[unique[step.item]].append((unique[step.to], float(step.local)))
    return slopes


def draw_paths(slopes: Slopes | Tensor, start: str, end: str = "") -> Paths:
    """The paths from one value to another through a graph: one after the other, each with the product of its slopes.

    A number in a pill is the slope along its arrow. The figure plays or is stepped, a path at a time; at last all are
    there, and their products are added.

    Args:
        slopes: for each value the values it was computed from, with its slope along each, as
            ``{"x": [], "a": [("x", 4.0)], "out": [("a", 6.0), ("x", 1.0)]}``; or a tensor of one element, whose graph
            has them. A tensor is called as the variable is at the place of the call.
        start: where the paths begin: usually a leaf.
        end: where they end; without it, the value that no other uses.

    Raises:
        ValueError: if a name is unknown, if the graph has a circle, or if there are more than eight paths.

    PyTorch has nothing like it.

    >>> draw_paths({"x": [], "a": [("x", 4.0)], "out": [("a", 6.0), ("x", 1.0)]}, "x")
    2 paths from x to out. x → a → out: 4 × 6 = 24. x → out: 1. Together: 24 + 1 = 25.
    """
    if isinstance(slopes, Tensor):
        slopes = _slopes(slopes, model.Names.seen_from(sys._getframe(1)))
    return Paths(slopes, start, end)


class Paths(Movie):
    """The paths, as a figure that shows itself in a notebook.

    Attributes:
        paths: for each its slopes, from the start on.
        slope: the sum of their products: how steeply the end rises with the start.
    """

    def __init__(self, slopes: Slopes, start: str, end: str = "") -> None:
        self._plan = _Plan(slopes)
        end = end or self._plan.names[-1]
        for name in (start, end):
            if name not in self._plan.names:
                raise ValueError(f"there is no {name!r} in the graph; there are {text.listing(self._plan.names)}.")
        found = self._plan.paths(start, end)
        self.paths = [[self._plan.arrows[k][2] for k in path] for path in found]
        self.slope = float(sum(map(math.prod, self.paths)))
        rows = [self._row(start, path) for path in found]
        products = [text.short(math.prod(path), 4) for path in self.paths]
        total = f"Together: {_joined(products, ' + ')} = {text.short(self.slope, 4)}" if len(rows) > 1 else ""
        count = (
            f"{text.plural(len(found), 'path')} from {start} to {end}" if found else f"No path from {start} to {end}"
        )
        alt = ". ".join([count, *rows, *([total] if total else [])]) + "."
        told = [f"{count}.", *(f"{k} of {len(rows)}: {row}" for k, row in enumerate(rows, 1)), total or alt]
        scenes = [
            self._plan.scene(found, rows, total, (start, end), now) for now in (None, *range(len(found)), len(found))
        ]
        super().__init__(scenes, told, alt, content=f"{alt} {dict(slopes)}")

    @property
    def pause(self) -> float:
        """Seconds for each path."""
        return PAUSE

    def _row(self, start: str, path: Trail) -> str:
        """A path in words: where it leads through, and its product."""
        arrows = [self._plan.arrows[k] for k in path]
        values = [text.short(slope, 4) for _, _, slope in arrows]
        through = " → ".join([start, *(head for _, head, _ in arrows)])
        product = text.short(math.prod(slope for _, _, slope in arrows), 4)
        return f"{through}: {_joined(values, ' × ')}" + (f" = {product}" if len(values) > 1 else "")


class _Plan:
    """Where names, slopes and arrows go; a slope is a box of its own between two arrows, so that it finds room."""

    def __init__(self, slopes: Slopes) -> None:
        self.names = _in_order(slopes)
        self.arrows = [(tail, head, float(slope)) for head in self.names for tail, slope in slopes.get(head, ())]
        places: dict[str, int] = {}
        self.boxes: list[tuple[str, int]] = []  # a name with −1, or a slope with the number of its arrow
        ends: list[tuple[int, int]] = []
        for head in self.names:
            pills = [k for k, (_, to, _) in enumerate(self.arrows) if to == head]
            places[head] = len(self.boxes) + len(pills)
            for k in pills:
                ends += [(places[self.arrows[k][0]], len(self.boxes)), (len(self.boxes), places[head])]
                self.boxes.append((text.short(self.arrows[k][2], 4), k))
            self.boxes.append((head, -1))
        self.sizes = [
            (text.width(word) * LETTER + (2 * PAD if k < 0 else 14), ROW if k < 0 else PILL) for word, k in self.boxes
        ]
        self.layout = layout.lay_out(self.sizes, ends)
        self.routes = [[(x + MARGIN, y + MARGIN) for x, y in route] for route in self.layout.routes]

    def paths(self, start: str, end: str) -> list[Trail]:
        """All paths, found from the end backwards.

        Raises:
            ValueError: if they are too many to be drawn.
        """
        found: list[Trail] = []
        waiting: list[tuple[str, Trail]] = [(end, ())]
        while waiting:
            at, path = waiting.pop()
            if at == start:
                found.append(path)
            else:
                back = [(tail, (k, *path)) for k, (tail, head, _) in enumerate(self.arrows) if head == at]
                waiting.extend(reversed(back))
            if len(found) > MOST:
                raise ValueError(f"more than {MOST} paths lead from {start} to {end}: too many for one picture.")
        return found

    def scene(
        self, paths: Sequence[Trail], rows: Sequence[str], total: str, ends: tuple[str, str], now: int | None
    ) -> Scene:
        """One moment: before the first path, at one of them, or, beyond the last, all together."""
        marks: list[Mark] = []
        for before, after in zip(self.routes[::2], self.routes[1::2], strict=True):
            marks += [Path("edge", [("M", before[0]), *_curves(before)]), *arrow(after, "edge")]
        everything = now == len(paths)
        for i in range(len(paths)):
            whole = self._along(paths, i, apart=everything)
            marks.append(Path(f"line{i % 5}", whole if everything or now == i else whole[:1], key=f"w{i}"))
        for (word, k), (x, y), (w, h) in zip(self.boxes, self.layout.centres, self.sizes, strict=True):
            marks += self._box(word, k, x + MARGIN, y + MARGIN, w, h, ends)
        top = self.layout.height + 2 * MARGIN + LINE / 2
        for i, row in enumerate(rows):
            visible = everything or (now is not None and i <= now)
            place = top + i * LINE
            sample: list[Segment] = [("M", (MARGIN, place)), ("L", (MARGIN + 34, place))]
            marks.append(Path(f"line{i % 5}", sample if visible else sample[:1], key=f"s{i}"))
            marks.append(Text("caption", MARGIN + 44, place + 4.5, row if visible else "", key=f"r{i}"))
        place = top + len(rows) * LINE + 4.5
        marks.append(Text("title", MARGIN + 44, place, total if everything else "", key="total"))
        width = max([self.layout.width, *(44 + len(row) * LETTER for row in (*rows, total))]) + 2 * MARGIN
        return Scene(width, place + MARGIN, marks)

    def _box(self, word: str, k: int, x: float, y: float, w: float, h: float, ends: tuple[str, str]) -> list[Mark]:
        """A name in a box, blue where the paths start and bold where they end; or a slope in a pill."""
        if k >= 0:
            return [Rect("start", x - w / 2, y - h / 2, w, h, h / 2), Text("symbol", x, y + 4.5, word)]
        look = {ends[0]: "leaf", ends[1]: "result"}.get(word, "operation")
        return [Rect(look, x - w / 2, y - h / 2, w, h, 6), Text("lone", x, y + 4.5, word)]

    def _along(self, paths: Sequence[Trail], i: int, apart: bool) -> list[Segment]:
        """The line of a path, interrupted where names stand; if `apart`, beside those of others on the same arrow."""
        segments: list[Segment] = []
        for k in paths[i]:
            users = [other for other, path in enumerate(paths) if k in path]
            aside = (users.index(i) - (len(users) - 1) / 2) * STEP if apart else 0.0
            first, second = ([(x, y + aside) for x, y in route] for route in self.routes[2 * k : 2 * k + 2])
            segments += [("M", first[0]), *_curves(first), ("L", second[0]), *_curves(second)]
        return segments or [("M", (0.0, 0.0))]


def _curves(route: Sequence[tuple[float, float]]) -> list[Segment]:
    return [("C", (*route[i], *route[i + 1], *route[i + 2])) for i in range(1, len(route), 3)]


def _in_order(slopes: Slopes) -> list[str]:
    """All names, each after what it was computed from, the result last.

    Raises:
        ValueError: if there is none, or a circle.
    """
    used = {tail for inputs in slopes.values() for tail, _ in inputs}
    sorter = TopologicalSorter({head: [tail for tail, _ in inputs] for head, inputs in slopes.items()})
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        raise ValueError(f"a value cannot be computed from itself: {' → '.join(error.args[1])}.") from None
    if not order:
        raise ValueError("there is no graph to draw: give at least one value.")
    return sorted(order, key=lambda name: name not in used)  # stable: results go last


def _joined(words: Sequence[str], sign: str) -> str:
    """Numbers with a sign between them; a negative one that comes after it stands in parentheses."""
    return sign.join([*words[:1], *(f"({word})" if word[0] == "−" else word for word in words[1:])])
