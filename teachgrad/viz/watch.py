"""watch_autograd: every operation as it is recorded, and the memory that the graph holds, from forward to backward.

A watcher counts what nodes save; weak references tell when a node is gone. Nothing is kept alive by watching.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np

from teachgrad.graph import Node, reads
from teachgrad.tensor import Tensor
from teachgrad.viz import text
from teachgrad.viz.axes import Panel
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Mark, Scene, Text, line
from teachgrad.viz.screen import in_a_notebook, still
from teachgrad.watching import Watcher, watchers

MOST_ROWS, MOST_STEPS = 12, 400
UNITS = ("B", "kB", "MB", "GB", "TB")


def watch_autograd() -> AutogradWatch:
    """A block whose recorded operations are watched: what each saves for the backward pass, and when it is let go.

    Counted is what the graph itself keeps: results and inputs that formulas will read, once each, but no leaves and no
    data, which are yours anyway. When the block ends in a notebook, its picture is shown there.

    Returns:
        A context manager. After the block it has ``.events``, ``.peak`` (bytes), ``.figure`` and ``.save(path)``, and
        shows itself.

    The nearest thing in PyTorch is ``torch.autograd.graph.saved_tensors_hooks``.

    >>> import teachgrad as tg
    >>> x = tg.ones(1000, requires_grad=True)
    >>> with watch_autograd() as seen:
    ...     x.exp().tanh().sum().backward()
    >>> seen
    3 operations recorded; the graph held 8.0 kB at most, and 0 B at the end. exp saved 4.0 kB; tanh saved 4.0 kB; Σ \
saved nothing.
    """
    return AutogradWatch()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the graph.

    Attributes:
        kind: an operation was recorded, or the backward pass has left it.
        name: of its node, such as ``MulBackward0``.
        symbol: as in pictures.
        shape: of its result, as text.
        saved: bytes that it was the first to save.
        held: bytes that the whole graph held then.
    """

    kind: Literal["recorded", "left"]
    name: str
    symbol: str
    shape: str
    saved: int
    held: int


class AutogradWatch(Watcher):
    """See `watch_autograd`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.held = 0
        self._uses: dict[int, list[int]] = {}  # by the identity of the memory: how many nodes hold it, and its bytes
        self._holds: dict[int, tuple[weakref.ref[Node], list[int]]] = {}  # by the identity of a node: what it holds
        self._leaving: tuple[weakref.ref[Node], Event] | None = None

    def __enter__(self) -> Self:
        watchers.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        watchers.remove(self)
        self._left()
        if kind is None and in_a_notebook():
            from IPython.display import display

            show: Any = display  # without types
            show(still(self.figure), raw=True)

    # What is seen

    def recorded(self, node: Node, tensor: Tensor) -> None:
        """An operation was recorded."""
        self._left()
        own = id(node)
        memory = {_identity(array): array for array in _saved(node)}
        fresh = 0
        for place, array in memory.items():
            if place not in self._uses:
                self._uses[place] = [0, array.nbytes]
                fresh += array.nbytes
            self._uses[place][0] += 1
        self._holds[own] = (weakref.ref(node, lambda _: self._release(own)), list(memory))
        self.held += fresh
        self.events.append(replace(_event("recorded", node, fresh), held=self.held))

    def sends(self, node: Node, g: Any, contributions: Sequence[Any], received: dict[Node, Any]) -> None:
        """The backward pass is at a node, which the engine frees after this call."""
        self._left()
        self._leaving = (weakref.ref(node), _event("left", node, 0))

    def _left(self) -> None:
        """The backward pass has gone on from the node that it was at last."""
        if self._leaving is None:
            return
        node, event = self._leaving[0](), self._leaving[1]
        self._leaving = None
        if node is not None and node.tensors is None and id(node) in self._holds:
            self._release(id(node))
        self.events.append(replace(event, held=self.held))

    def _release(self, own: int) -> None:
        for place in self._holds.pop(own, (None, []))[1]:
            uses = self._uses[place]
            uses[0] -= 1
            if uses[0] == 0:
                self.held -= uses[1]
                del self._uses[place]

    # What is told

    @property
    def peak(self) -> int:
        """The most that the graph held, in bytes."""
        return max((event.held for event in self.events), default=0)

    @property
    def figure(self) -> Figure:
        """The memory held, event by event, beside a table of the operations."""
        alt = _told(self)
        return Figure(_picture(self.events), alt, content=f"{alt} {[event.held for event in self.events]}")

    @property
    def html(self) -> str:
        """The picture as a piece of a web page."""
        return self.figure.html

    def save(self, path: Any) -> None:
        """Write the picture to a file, as `Figure.save`."""
        self.figure.save(path)

    def __repr__(self) -> str:
        return _told(self)

    def _repr_html_(self) -> str:
        return self.html


def _event(kind: Literal["recorded", "left"], node: Node, saved: int) -> Event:
    shape: tuple[int, ...] | None = node.shape  # None if a function of your own returns a tuple
    told = "several" if shape is None else text.shape(shape)
    return Event(kind, node.name(), text.clean(node.label(), 14), told, saved, held=0)


def _saved(node: Node) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays that a node keeps for its formulas, without leaves and data."""
    for tensor in node.tensors or ():
        if tensor is not None and tensor._grad_fn is not None:
            yield tensor.array
    wanted = [source for parent, source in zip(node.parents, node.op.sources, strict=False) if parent is not None]
    if isinstance(node.value, np.ndarray) and any("out" in reads(source) for source in wanted):
        yield node.value
    for attribute in node.attributes or ():
        yield from (part for part in (attribute if isinstance(attribute, tuple) else (attribute,)) if _is_array(part))


def _is_array(thing: Any) -> bool:
    return isinstance(thing, np.ndarray)


def _identity(array: np.ndarray[Any, Any]) -> int:
    """Of the memory that an array shows: views of one array are one."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return id(array)


def memory(size: float) -> str:
    """A number of bytes in the unit that fits.

    >>> memory(0), memory(640), memory(4000), memory(2_500_000)
    ('0 B', '640 B', '4.0 kB', '2.5 MB')
    """
    power = 0
    while size >= 1000 and power < len(UNITS) - 1:
        size, power = size / 1000, power + 1
    return f"{text.number(size, 3) if power else int(size)} {UNITS[power]}"


def _rows(events: Sequence[Event]) -> list[tuple[str, str, int]]:
    """What was recorded: each operation with its shape if there are few, else each kind with its number."""
    recorded = [event for event in events if event.kind == "recorded"]
    if len(recorded) <= MOST_ROWS:
        return [(event.symbol, event.shape, event.saved) for event in recorded]
    kinds: dict[str, list[int]] = {}
    for event in recorded:
        kinds.setdefault(event.symbol, []).append(event.saved)
    ranked = sorted(kinds.items(), key=lambda kind: -sum(kind[1]))
    rows = [(symbol, text.plural(len(saved), "time"), sum(saved)) for symbol, saved in ranked[:MOST_ROWS]]
    rest = [saved for _, kind in ranked[MOST_ROWS:] for saved in kind]
    return [*rows, ("others", text.plural(len(rest), "time"), sum(rest))] if rest else rows


def _told(watch: AutogradWatch) -> str:
    count = sum(event.kind == "recorded" for event in watch.events)
    if not count:
        return "Nothing was recorded: no operation had an input that requires grad, outside of no_grad()."
    parts = [f"{symbol} saved {memory(saved) if saved else 'nothing'}" for symbol, _, saved in _rows(watch.events)]
    return (
        f"{text.plural(count, 'operation')} recorded; the graph held {memory(watch.peak)} at most, and "
        f"{memory(watch.events[-1].held)} at the end. {'; '.join(parts)}."
    )


def _steps(events: Sequence[Event], start: int, stop: int) -> list[tuple[float, float]]:
    """The corners of a stair: the memory held from each event to the next; of a very long one, some of them."""
    before = events[start - 1].held if start else 0
    corners = [(float(start), float(before))]
    stride = max(1, (stop - start) // MOST_STEPS)
    for i in range(start, stop, stride):
        held = float(max(event.held for event in events[i : min(i + stride, stop)]))
        corners += [(i, held), (min(i + stride, stop), held)]
    return corners


def _picture(events: Sequence[Event]) -> Scene:
    """Left the memory over the events, right the table."""
    rows = _rows(events)
    height = max(300.0, 64 + 21.0 * len(rows))
    if not events:
        return Scene(560, 40, [Text("caption", 8, 24, "Nothing was recorded.")])
    peak = max(event.held for event in events)
    power = min(len(UNITS) - 1, max(0, (len(str(peak)) - 1) // 3))
    scale = 1000.0**power
    panel = Panel(64, 40, 400, height - 90, (0, len(events)), (0, 1.08 * peak / scale or 1.0))
    marks: list[Mark] = [
        *panel.axes("operations: recorded, then left by backward", f"held by the graph ({UNITS[power]})")
    ]
    forward = next((i for i, event in enumerate(events) if event.kind == "left"), len(events))
    marks += [line("line0", *(panel.place(x, y / scale) for x, y in _steps(events, 0, forward)))]
    if forward < len(events):
        marks += [line("line1", *(panel.place(x, y / scale) for x, y in _steps(events, forward, len(events))))]
    marks += [
        Text("title", 64, 22, f"The graph held {memory(peak)} at most"),
        line("line0", (330, 17), (354, 17)),
        Text("legend", 358, 21, "forward"),
        line("line1", (412, 17), (436, 17)),
        Text("legend", 440, 21, "backward"),
    ]
    left = 530.0
    marks += [Text("title", left, 22, "recorded"), Text("row", left + 300, 22, "saved for backward")]
    for i, (symbol, shape, saved) in enumerate(rows):
        base = 46 + 21.0 * i
        marks += [
            Text("name", left, base, symbol),
            Text("code", left + 120, base, shape),
            Text("value", left + 300, base, memory(saved) if saved else "–"),
        ]
    return Scene(left + 310, height, marks)
