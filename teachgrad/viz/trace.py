"""trace_forward: a function's code at work, and the graph that grows with it, operation by operation.

While the function runs, a watcher notes which expression of its source each recorded operation came from. Puts code and
graph side by side on the graph's final layout.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import CodeType, FrameType
from typing import Any

from teachgrad.graph import Node
from teachgrad.nn import Module
from teachgrad.tensor import Tensor
from teachgrad.viz import drawing, layout, text
from teachgrad.viz.arithmetic import Remark
from teachgrad.viz.drawing import MARGIN, Words, nothing_to_draw
from teachgrad.viz.model import Graph, Names, read_with_places
from teachgrad.viz.scene import Group, Layer, Mark, Rect, Scene, Text
from teachgrad.viz.stepper import Walk, card, computation
from teachgrad.viz.steps import called, known_values
from teachgrad.watching import Watcher, watching

LETTER, LINE = 7.83, 19.0  # pixels of a letter of code and of a line
MOST_LINES = 24


def trace_forward(
    function: Callable[..., Tensor], *inputs: Any, names: Mapping[str, object] | None = None
) -> Walk | Words:
    """A function's code, and the graph that appears with it, operation by operation, on its final layout.

    The expression at work is marked in the source. The function runs once.

    Args:
        function: returns a tensor; such as `lambda: (x * w + b).tanh()`.
        inputs: what it is called with.
        names: what to call tensors, as for `draw_graph`. Variables of the function have their names there.

    Returns:
        A figure with `.svg` (its last moment), `.html`, `.alt`, `.told` (what is said at each moment), `.graph`,
        `.widget()` and `.save(path)` for svg, html, png, pdf and gif, and for mp4 where ffmpeg is. If nothing was
        recorded, it says so in words.

    There is nothing like it in PyTorch.

    >>> import teachgrad as tg
    >>> x, w = tg.tensor(2.0), tg.tensor(-3.0, requires_grad=True)
    >>> shown = trace_forward(lambda: (x * w).tanh())
    >>> shown
    Forward pass in 2 operations: × = −6.0; tanh = −1.0.
    >>> shown.told[1]
    '1 of 2: × is recorded. 2.0 (x) × −3.0 (w) = −6.0 (×). MulBackward0.'
    """
    listener = _Listener(code_of(function))
    with watching(listener):
        out = function(*inputs)
    caller = sys._getframe(1)
    known = {**caller.f_locals, **caller.f_globals, **caller.f_locals} if names is None else names
    table = {name: thing for name, thing in {**known, **listener.variables}.items() if not name.startswith("_")}
    problem = nothing_to_draw(out, Names(table), "trace_forward follows a function that returns a tensor")
    return Words(problem) if problem else _traced(out, Names(table), listener, source_of(function))


def code_of(function: Callable[..., Any]) -> CodeType | None:
    """The code whose lines are shown."""
    plain = inspect.unwrap(type(function).forward if isinstance(function, Module) else function)
    return getattr(plain, "__code__", None)


def source_of(function: Callable[..., Any]) -> dict[int, str]:
    """The lines of a function by their numbers; nothing where the source is out of reach."""
    code = code_of(function)
    if code is None:
        return {}
    try:
        lines, first = inspect.getsourcelines(code)
    except (OSError, TypeError):
        return {}
    return dict(enumerate((line.rstrip("\n") for line in lines), first))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of source: from a column of one line to a column of another one."""

    first: int
    last: int
    start: int
    end: int


class _Listener(Watcher):
    """Notes for each operation where in the code it was recorded, and what the variables are called there."""

    def __init__(self, code: CodeType | None) -> None:
        self._code = code
        self.spans: dict[Node, Span] = {}
        self.variables: dict[str, Tensor] = {}

    def recorded(self, node: Node, tensor: Tensor) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code is not self._code:
            frame = frame.f_back
        if frame is None:
            return
        self.variables.update((name, thing) for name, thing in frame.f_locals.items() if isinstance(thing, Tensor))
        place = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
        first, last, start, end = place
        if first is not None and last is not None and start is not None and end is not None:
            self.spans[node] = Span(first, last, start, end)


# Marks ---------------------------------------------------------------------------------------------------------------


def _traced(out: Tensor, names: Names, listener: _Listener, source: dict[int, str]) -> Walk:
    graph, places = read_with_places(out, names)
    order = [i for i, item in enumerate(graph.items) if item.kind == "operation"]
    spans = {places.items[node]: span for node, span in listener.spans.items() if node in places.items}
    remarks = [Remark("Before: nothing is recorded yet.")]
    for count, i in enumerate(order, 1):
        title = f"{count} of {len(order)}: {called(graph, i)} is recorded."
        kind = graph.items[i].detail.partition("\n")[0]
        remarks.append(Remark(title, computation(graph, i), notes=(f"{kind}.",)))
    scenes = _scenes(graph, order, Listing(source, [None, *(spans.get(i) for i in order)]))
    results = [f"{called(graph, i)}{drawing.being(graph.items[i])}" for i in order]
    told = text.listing(results) if len(results) > 12 else "; ".join(results)
    alt = f"Forward pass in {text.plural(graph.operations, 'operation')}: {told}."
    values = known_values(graph, places)
    since = {i: count for count, i in enumerate(order, 1)}
    cards = [card(graph, i, values.get(i), since.get(i, 0)) for i in range(len(graph.items))]
    return Walk(graph, scenes, remarks, alt, len(remarks) - 1, cards)


class Listing:
    """Lines of source, and at each moment a mark on the expression at work.

    Of more than `MOST_LINES` those are left that recorded something.
    """

    def __init__(self, source: Mapping[int, str], spans: Sequence[Span | None]) -> None:
        at_work = {line for span in spans if span for line in range(span.first, span.last + 1)}
        numbers = [line for line in source if len(source) <= MOST_LINES or line in at_work][:MOST_LINES]
        whole = textwrap.dedent("\n".join(source[number] or " " for number in numbers)).split("\n")
        self._lines = dict(zip(numbers, whole, strict=False))
        self._indent = len(source[numbers[0]]) - len(whole[0]) if numbers else 0
        self._source, self._spans = source, spans
        self.height = MARGIN + LINE * len(self._lines)

    def width(self) -> float:
        """Of the longest line."""
        return 2 * MARGIN + max((text.width(line) for line in self._lines.values()), default=0.0) * LETTER

    def marks(self, moment: int) -> list[Mark]:
        """The lines, below them the mark."""
        left, places = MARGIN + 4, {number: MARGIN + LINE * i for i, number in enumerate(self._lines)}
        span = self._spans[moment]
        mark = Rect("unseen", left, MARGIN, 0, LINE, 3, "running")
        if span is not None and span.first in places and span.last in places:
            start, end = self._columns(span)
            top, bottom = places[span.first], places[span.last] + LINE
            mark = Rect(
                "running", left + start * LETTER - 1, top, (end - start) * LETTER + 2, bottom - top, 3, "running"
            )
        return [mark, *(_line(left, places[number] + 14, line) for number, line in self._lines.items() if line.strip())]

    def _columns(self, span: Span) -> tuple[float, float]:
        """Where the mark starts and ends, in letters. Python counts columns in bytes."""
        if span.first < span.last:
            rows = [self._lines[number] for number in range(span.first, span.last + 1) if number in self._lines]
            return 0.0, max(map(text.width, rows))
        line = self._source[span.first].encode()
        start, end = (
            text.width(line[:column].decode(errors="ignore")) - self._indent for column in (span.start, span.end)
        )
        return start, end


def _line(left: float, base: float, line: str) -> Text:
    """A line of code, without the spaces at its start, which SVG would drop; as long as the mark takes it to be."""
    bare = line.lstrip()
    return Text("code", left + (len(line) - len(bare)) * LETTER, base, bare, length=text.width(bare) * LETTER)


def _scenes(graph: Graph, order: Sequence[int], listing: Listing) -> list[Scene]:
    """One picture before the first operation, and one after each."""
    items = [replace(item, grad="") for item in graph.items]
    sizes = [drawing.size(item) for item in items]
    plan = layout.lay_out(sizes, graph.edges)
    width, top = max(plan.width + 2 * MARGIN, listing.width()), listing.height + MARGIN
    since = _appearance(graph, order)
    threads = [
        drawing.thread([(x + MARGIN, y + top) for x, y in route], "cut" if edge in graph.cuts else "edge", f"e{k}")
        for k, (edge, route) in enumerate(zip(graph.edges, plan.routes, strict=True))
    ]
    scenes = []
    for moment in range(len(order) + 1):
        arrows = [
            thread if since[head] <= moment else replace(thread, look="unseen")
            for thread, (_, head) in zip(threads, graph.edges, strict=True)
        ]
        boxes = []
        for i, ((x, y), (w, h)) in enumerate(zip(plan.centres, sizes, strict=True)):
            now = i in order and since[i] == moment
            outline = "now" if now else "result" if i == order[-1] else items[i].kind
            corner = (x + MARGIN - w / 2, y + top - h / 2)
            box = Group(items[i].kind, drawing.box(items[i], *corner, w, h, outline, key=f"n{i}"), corner=corner)
            boxes.append(Layer([box], since[i] <= moment, f"i{i}"))
        scenes.append(Scene(width, top + plan.height + MARGIN, [*listing.marks(moment), *arrows, *boxes]))
    return scenes


def _appearance(graph: Graph, order: Sequence[int]) -> dict[int, int]:
    """The moment at which each item appears: operations in order, inputs with a name at once, others when used."""
    since = {i: moment for moment, i in enumerate(order, 1)}
    for i, item in enumerate(graph.items):
        if i not in since:
            uses = [since[head] for tail, head in graph.edges if tail == i and head in since]
            since[i] = 0 if item.name or not uses else min(uses)
    return since
