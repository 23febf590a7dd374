"""draw_graph: the computation graph of a tensor as a picture.

Leaves and constants, the operations with their results, the tensor that was asked for, in the direction in
which values flow. Puts a model (what) on a layout (where) as marks (how); knows no engine and no file format.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import ceil, hypot
from pathlib import Path as FilePath

from teachgrad.tensor import Tensor
from teachgrad.viz import dot, layout, model, text
from teachgrad.viz.figure import Figure, Writers, write_text
from teachgrad.viz.model import Graph, Item
from teachgrad.viz.scene import Group, Mark, Path, Rect, Scene, Text, line
from teachgrad.viz.twin import twin

LETTER, SMALL_LETTER = 7.9, 6.7  # pixels that letters of 13 and 11 pixels take in the widest of the usual fonts
SYMBOL_LETTER = 9.0  # the same for the bold letters in a badge
ROW, STRIP, PAD = 28.0, 20.0, 9.0  # the height of a box, of the strip for its gradient; what is left free inside
BADGE = 22.0  # the height of an operation's badge, and its least width
MARGIN = 8.0
TIP, WING = 7.0, 3.6 / 7  # the length of the tip of an arrow, and half of its width as a part of that
BACKWARDS = ("flow", "flowed")  # looks of arrows that point to where their line starts

Place = tuple[float, float]


def draw_graph(
    tensor: Tensor, names: Mapping[str, object] | None = None, cuts: Iterable[tuple[Tensor, Tensor]] = ()
) -> Figure:
    """The graph that computed a tensor, as a picture that shows itself in JupyterLab.

    Leaves have a blue outline and a line for their gradient: `grad None` until `backward` filled it. Operations have
    a badge with their symbol, and the value that flows out. What gets no gradient has a dashed outline. Arrows
    point forward, as values flow. The picture is a snapshot: it does not change when the tensors do. Of a graph of more
    than sixty nodes, modules are folded into one box each, and what is repeated up to its last rounds; if that is not
    enough, the nodes computed last are shown, and one box counts the rest.

    Args:
        tensor: any shape and dtype; usually a loss.
        names: what to call tensors, as `{"w": w}`; a module in it lends the names of its parameters. By default
            tensors are called as the variables are at the place of the call. `names={}` names nothing.
        cuts: pairs of tensors such as `(a, c)` after `c = a.detach()`: what a tensor was computed from without a
            record. A dashed arrow joins them: values have crossed it, and no gradient will. What was detached from a
            tensor with a name is joined to it anyway.

    Returns:
        A figure with `.svg`, `.html`, `.dot`, `.alt` and `.save(path)` for svg, html, png, pdf and dot. If there is
        nothing to draw, it says so in words.

    PyTorch has nothing like it; torchviz's `make_dot` comes nearest.

    >>> import teachgrad as tg
    >>> x = tg.tensor(2.0, requires_grad=True)
    >>> draw_graph(3 * x)
    Computation graph of a result = 6.0: leaf x = 2.0 (grad None); × of x and 3.0 = 6.0.
    >>> c = x.detach()
    >>> draw_graph(x * c, cuts=[(x, c)])
    Computation graph of a result = 4.0: leaf x = 2.0 (grad None); × of x and c = 4.0; cut between x and c.
    """
    known = model.Names.seen_from(sys._getframe(1), cuts) if names is None else model.Names(names, cuts)
    problem = (
        ""
        if known.cuts and isinstance(tensor, Tensor)
        else nothing_to_draw(tensor, known, "draw_graph draws the graph of a tensor")
    )
    return Words(problem) if problem else Drawing(model.read(tensor, known))


def nothing_to_draw(thing: object, names: model.Names, purpose: str) -> str:
    """Why there is nothing to draw; empty if there is something."""
    if not isinstance(thing, Tensor):
        return f"Nothing to draw: {purpose}, and this is a {type(thing).__name__}."
    if not thing.requires_grad:
        return (
            f"Nothing to draw: {names.leaf(thing) or 'this tensor'} has no graph. Operations are recorded only if "
            "one of their inputs has requires_grad=True, and not inside of no_grad()."
        )
    return ""


class Drawing(Figure):
    """The picture of a graph; shows itself in a notebook.

    Attributes:
        graph: what is drawn, as data.
        svg, html, dot: the picture as SVG, as a piece of a web page, and as Graphviz source.
        alt: what it shows, in words.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        super().__init__(picture(graph), describe(graph), content=repr(graph))

    def _twin(self) -> str:
        return twin(self.picture)

    @property
    def dot(self) -> str:
        """Graphviz source, for taking the graph elsewhere."""
        return dot.source(self.graph)

    def _writers(self) -> Writers:
        return {**super()._writers(), ".dot": self._write_dot}

    def _write_dot(self, path: FilePath) -> None:
        write_text(path, self.dot)


class Words(Figure):
    """A sentence in the place of a picture."""

    def __init__(self, sentence: str) -> None:
        lines = textwrap.wrap(text.clean(sentence, longest=400), 90)
        marks = [Text("caption", MARGIN, 21 + 20 * i, words) for i, words in enumerate(lines)]
        size = (max(map(len, lines)) * LETTER + 2 * MARGIN, 20 * len(lines) + 14)
        super().__init__(Scene(*size, marks), sentence, content=sentence)


def describe(graph: Graph) -> str:
    """The picture in words: everything for a small graph, the counts for a large one."""
    items = graph.items
    leaves = [f"{_called(item)}{being(item)} (grad {item.grad})" for item in items if item.kind == "leaf"]
    listed = f"{'leaf' if len(leaves) == 1 else 'leaves'} {text.listing(leaves)}"
    start = f"Computation graph of {items[-1].name or 'a result'}{being(items[-1])}: "
    if graph.operations > 12:
        census = f"{text.plural(graph.operations, 'operation')}, {text.plural(graph.leaves, 'leaf')}"
        boxes = [item.detail.partition(":")[0] for item in items if item.kind == "folded"]
        census += f"; in one box each {text.listing(boxes)}" if boxes else ""
        return f"{start}{census}; {listed}." if leaves else f"{start}{census}."
    told = [listed] if leaves else []
    for i, item in enumerate(items):
        if item.kind == "operation":
            inputs = text.listing([_called(items[j]) for j in graph.inputs(i)])
            told.append(f"{item.name + ' = ' if item.name else ''}{item.symbol} of {inputs}{being(item)}")
    told += [f"cut between {_called(items[tail])} and {_called(items[head])}" for tail, head in graph.cuts]
    return start + "; ".join(told) + "."


def being(item: Item) -> str:
    """What follows its name in a sentence."""
    return f" of shape {item.value}" if item.value.startswith("(") else f" = {item.value}"


def _called(item: Item) -> str:
    return item.name or item.symbol or ("without a name" if item.kind == "leaf" else item.value)


def picture(graph: Graph) -> Scene:
    """Marks for the whole graph: arrows below, boxes above."""
    sizes = [size(item) for item in graph.items]
    plan = layout.lay_out(sizes, graph.edges)
    arrows = [
        mark
        for edge, route in zip(graph.edges, plan.routes, strict=True)
        for mark in arrow([(x + MARGIN, y + MARGIN) for x, y in route], "cut" if edge in graph.cuts else "edge")
    ]
    boxes = [
        Group(
            item.kind,
            box(item, x + MARGIN - w / 2, y + MARGIN - h / 2, w, h, "result" if i == len(sizes) - 1 else item.kind),
            item.detail,
            f"n{i}",
            (x + MARGIN - w / 2, y + MARGIN - h / 2),
        )
        for i, (item, (x, y), (w, h)) in enumerate(zip(graph.items, plan.centres, sizes, strict=True))
    ]
    return Scene(plan.width + 2 * MARGIN, plan.height + 2 * MARGIN, [*arrows, *boxes])


def size(item: Item) -> tuple[float, float]:
    """Room for the longest text that a box will ever hold: after backward, boxes are where they were before."""
    head = text.width(_heading(item)) + (text.width(item.value) + 1 if item.value else 0)
    high = ROW + (STRIP if item.grad else 0)
    if item.kind == "folded":
        return max(text.width(item.name) * LETTER, text.width(item.value) * SMALL_LETTER) + 2 * PAD, ROW + STRIP
    if item.kind == "operation":
        line = _badge(item) + head * LETTER
        return _even(2 * PAD + max(line, _longest_grad(item) * SMALL_LETTER + PAD)), high
    return _even(2 * PAD + max(head * LETTER, _longest_grad(item) * SMALL_LETTER + PAD)), high


def _even(width: float) -> float:
    """One of few widths: boxes in a column that are nearly as wide look the same."""
    return 8.0 * ceil(width / 8)


def _longest_grad(item: Item) -> float:
    if not item.grad:
        return 0
    usual = 10 if item.value.startswith("(") else max(7, text.width(item.value))  # "norm 0.123"; as long as the value
    return 5 + max(usual, text.width(item.grad))


def _badge(item: Item) -> float:
    return max(BADGE, text.width(item.symbol) * SYMBOL_LETTER + 10)


def _heading(item: Item) -> str:
    return item.name or ("leaf" if item.kind == "leaf" else "")


def box(item: Item, x: float, y: float, w: float, h: float, outline: str, strip: str = "", key: str = "") -> list[Mark]:
    """One item with its upper left corner at (x, y).

    `outline` and `strip` are the looks of the box and of the line for its gradient. With a `key`, what may change from
    moment to moment can be found by it: the outline as `key`, the value, the strip and the gradient with v, s and g
    after it.
    """
    v, s, g = (key and key + part for part in "vsg")
    base, right = y + ROW / 2 + 4.5, x + w - PAD
    if item.kind == "folded":
        words = [Text("name", x + PAD, base, item.name), Text("word", x + PAD, base + STRIP - 2, item.value)]
        return [Rect(outline, x, y, w, h, 6, key), *words]
    left = x + PAD
    if item.kind == "operation":
        badge = _badge(item)
        marks: list[Mark] = [
            Rect(outline, x, y, w, h, ROW / 2, key),
            Rect("badge", x + 3, y + 3, badge, BADGE, BADGE / 2),
            Text("symbol", x + 3 + badge / 2, base, item.symbol),
        ]
        left += badge
        right -= 2
    else:
        marks = [Rect(outline, x, y, w, h, 5, key)]
    if _heading(item):
        marks.append(Text("name" if item.name else "word", left, base, _heading(item)))
    alone = item.kind == "constant" and not item.name
    place = ("lone", x + w / 2) if alone else ("value", right)
    marks.append(Text(*place, base, item.value, key=v))
    if item.grad:
        low = y + ROW - 1
        marks += [
            Rect(strip or ("awaited" if item.grad == "None" else "arrived"), x + 4, low, w - 8, STRIP - 3, 3, s),
            Text("word", x + PAD, low + 12.5, "grad"),
            Text("grad", x + w - PAD, low + 12.5, item.grad, key=g),
        ]
    return marks


def arrow(route: list[Place], look: str) -> list[Path]:
    """A curve with its tip at the end; the line stops short of the tip."""
    neck, end = tip("tip", route[-2], route[-1])
    return [_curve(look, [*route[:-1], neck]), end]


def thread(route: list[Place], look: str, key: str) -> Path:
    """An arrow without its tip, which may come at either end: the line reaches half under both, being thinner."""
    start, end = (_short_of(TIP / 2, *ends) for ends in ((route[1], route[0]), (route[-2], route[-1])))
    return _curve(look, [(round(start[0]), round(start[1])), *route[1:-1], (round(end[0]), round(end[1]))], key)


def with_tips(marks: Iterable[Mark]) -> list[Mark]:
    """The same, each thread that is seen with its tip: at its end or, if gradients have come along it, at its start."""
    found: list[Mark] = []
    for mark in marks:
        found.append(mark)
        if isinstance(mark, Path) and mark.look != "unseen":
            back = mark.look in BACKWARDS
            places = [place for _, numbers in mark.segments for place in zip(numbers[::2], numbers[1::2], strict=True)]
            before, end = places[1::-1] if back else places[-2:]
            _, point = tip("flowtip" if back else "tip", before, _short_of(-TIP / 2, before, end))
            found.append(replace(point, key=mark.key + "t"))
    return found


def _curve(look: str, route: list[Place], key: str = "") -> Path:
    curves = [("C", (*route[i], *route[i + 1], *route[i + 2])) for i in range(1, len(route), 3)]
    return Path(look, [("M", route[0]), *curves], key)


def tip(look: str, start: Place, end: Place) -> tuple[Place, Path]:
    """The tip of an arrow that comes from `start` and ends at `end`, and the place where its line should stop."""
    neck = _short_of(TIP, start, end)
    along, across = (end[0] - neck[0]) * WING, (end[1] - neck[1]) * WING
    return neck, line(look, end, (neck[0] - across, neck[1] + along), (neck[0] + across, neck[1] - along))


def _short_of(pixels: float, start: Place, end: Place) -> Place:
    """The place so many pixels before the end of the way from `start` to `end`."""
    (x0, y0), (x1, y1) = start, end
    part = pixels / (hypot(x1 - x0, y1 - y0) or 1.0)
    return x1 - part * (x1 - x0), y1 - part * (y1 - y0)
