"""gradient_ledger: what each line of a training loop does to parameters and to their `.grad`, entry by entry.

The loop runs line by line under a trace; after each line its parameters are compared with what they were. Knows code
listings and marks; not how gradients come about.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import numpy as np

from teachgrad.graph import Array
from teachgrad.nn import Module
from teachgrad.tensor import Tensor
from teachgrad.viz import text
from teachgrad.viz.drawing import Words
from teachgrad.viz.figure import Movie
from teachgrad.viz.scene import Layer, Mark, Rect, Scene, Text, line
from teachgrad.viz.trace import Listing, Span, code_of, source_of
from teachgrad.watching import Watcher, watching

LETTER = 7.9  # pixels that a letter of 13 pixels takes
MOST_ROWS, MOST_PARAMETERS, LONGEST = 24, 4, 34  # entries, columns, letters of a line
ROW, HEAD, LEFT, GAP = 26.0, 34.0, 12.0, 18.0


def gradient_ledger(loop: Callable[[], object]) -> Ledger | Words:
    """A ledger of a training loop: which line added to `.grad`, which cleared it, and which moved a parameter.

    The loop runs once. Parameters are the leaves that require grad among the variables at the place of the call, and
    among those of the loop; and those of modules there.

    Args:
        loop: a function without arguments, written in Python, such as `train` after `def train(): ...`.

    Returns:
        A figure with `.svg` (the whole ledger), `.html`, `.alt`, `.entries` (the changes as data) and `.save(path)` for
        svg, html, png, pdf and gif, and for mp4 where ffmpeg is. If nothing changed, it says so in words.

    Raises:
        TypeError: if `loop` is no function written in Python.

    There is nothing like it in PyTorch.

    >>> import teachgrad as tg
    >>> w = tg.tensor(1.0, requires_grad=True)
    >>> def train():
    ...     for x in (2.0, 3.0):
    ...         (w * x).backward()
    >>> gradient_ledger(train)
    Gradient ledger of 2 changes. (w * x).backward(): w.grad None → 2.0; w.grad 2.0 + 3.0 = 5.0.
    """
    code = code_of(loop)
    if code is None:
        raise TypeError(f"gradient_ledger follows the lines of a Python function, and {loop!r:.60} has none to follow.")
    caller = sys._getframe(1)
    clerk = _Clerk(code, {**caller.f_globals, **caller.f_locals})
    with _followed(clerk), watching(clerk):
        loop()
    if not clerk.entries:
        return Words("Nothing to enter: no line of the loop changed a parameter or its gradient.")
    return Ledger(clerk.entries, source_of(loop))


@dataclass(frozen=True, slots=True)
class Change:
    """What a line did to one parameter: its gradient and its value, before and after; `added` if by a backward pass."""

    grad_before: Array | None
    grad: Array | None
    before: Array
    after: Array
    added: bool

    def of_grad(self) -> str:
        """What became of the gradient; empty if nothing."""
        before, after = text.gradient(self.grad_before), text.gradient(self.grad)
        if _same(self.grad_before, self.grad):
            return ""
        if self.added and self.grad is not None and self.grad_before is not None:
            part = text.gradient(self.grad - self.grad_before)
            return f"{before} − {part[1:]} = {after}" if part.startswith("−") else f"{before} + {part} = {after}"
        return f"{before} → {after}"

    def look(self) -> str:
        """Of a gradient: whether it has arrived, or is gone."""
        return "awaited" if self.grad is None or not self.grad.any() else "arrived"

    def of_value(self) -> str:
        """What became of the value; empty if nothing."""
        same = _same(self.before, self.after)
        return "" if same else f"{text.gradient(self.before)} → {text.gradient(self.after)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that changed something.

    Attributes:
        line: its number in the source.
        round: how often the loop had come round, from 1.
        changes: by the names of the parameters.
    """

    line: int
    round: int
    changes: Mapping[str, Change]


class _Clerk(Watcher):
    """Compares parameters with what they were, after each line."""

    def __init__(self, code: CodeType, around: Mapping[str, Any]) -> None:
        self.code = code
        self._around = {name: thing for name, thing in around.items() if isinstance(thing, Tensor | Module)}
        self.entries: list[Entry] = []
        self._known: dict[str, tuple[Tensor, Array, Array | None]] = {}
        self._line = 0
        self._swept = False

    def sends(self, node: Any, g: Any, contributions: Sequence[Any], received: dict[Any, Any]) -> None:
        self._swept = True

    def follow(self, frame: FrameType, event: str, _: Any) -> Any:
        """Python calls this before each line, and at the end."""
        if frame.f_code is not self.code:
            return None
        self._compare(frame)
        self._line = frame.f_lineno
        return self.follow

    def _compare(self, frame: FrameType) -> None:
        inside = {name: frame.f_globals[name] for name in self.code.co_names if name in frame.f_globals}
        own = frame.f_locals  # first in order, and last to be hidden by a name outside
        found = _parameters({**own, **inside, **self._around, **own})
        changes = {}
        for name, tensor in found.items():
            grad = None if tensor._grad is None else tensor._grad.array
            known = self._known.get(name)
            if known is not None and known[0] is tensor:
                _, before, grad_before = known
                if _same(before, tensor.array) and _same(grad_before, grad):
                    continue
                kept = None if grad is None else grad.copy()
                changes[name] = Change(grad_before, kept, before, tensor.array.copy(), self._swept)
            self._known[name] = (tensor, tensor.array.copy(), None if grad is None else grad.copy())
        self._swept = False
        if changes:
            last = self.entries[-1] if self.entries else None
            count = 1 if last is None else last.round + (self._line <= last.line)
            self.entries.append(Entry(self._line, count, changes))


def _parameters(variables: Mapping[str, Any]) -> dict[str, Tensor]:
    """The leaves that want gradients, by the first name that each has."""
    found: dict[int, tuple[str, Tensor]] = {}
    for name, thing in variables.items():
        named = thing.named_parameters(name) if isinstance(thing, Module) else [(name, thing)]
        for inner, tensor in named:
            if isinstance(tensor, Tensor) and tensor._requires_grad and tensor._grad_fn is None:
                found.setdefault(id(tensor), (text.clean(inner, 24), tensor))
    return dict(found.values())


def _same(a: Array | None, b: Array | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=True)


@contextmanager
def _followed(clerk: _Clerk) -> Any:
    before = sys.gettrace()
    sys.settrace(clerk.follow)
    try:
        yield
    finally:
        sys.settrace(before)


# The picture ---------------------------------------------------------------------------------------------------------


class Ledger(Movie):
    """The ledger; shows itself in a notebook.

    Attributes:
        entries: what each line changed, in order.
        told: what is said at each moment.
    """

    pause = 1.2

    def __init__(self, entries: Sequence[Entry], source: Mapping[int, str]) -> None:
        self.entries = list(entries)
        shown = list(entries[:MOST_ROWS])
        listing = Listing(source, [None, *(_line_span(source, entry.line) for entry in shown)])
        lines = {number: source.get(number, f"line {number}").strip() for number in {entry.line for entry in shown}}
        told = ["Before the first line that changes anything."]
        told += [f"Round {entry.round}. {text.clean(lines[entry.line], 60)}: {_changes(entry)}." for entry in shown]
        alt = _alt(entries, lines)
        super().__init__(_scenes(shown, listing, lines, len(entries)), told, alt, content=f"{alt} {told}")

    def data(self) -> dict[str, Any]:
        """What the page is given."""
        return {**super().data(), "start": len(self.told) - 1, "above": True}


def _line_span(source: Mapping[int, str], number: int) -> Span | None:
    code = source.get(number)
    if code is None:
        return None
    letters = code.encode()
    return Span(number, number, len(letters) - len(letters.lstrip()), len(letters))


def _changes(entry: Entry) -> str:
    parts = []
    for name, change in entry.changes.items():
        grad, value = change.of_grad(), change.of_value()
        parts += [f"{name}.grad {grad}"] if grad else []
        parts += [f"{name} {value}"] if value else []
    return ", ".join(parts)


def _alt(entries: Sequence[Entry], lines: Mapping[int, str]) -> str:
    """What changed, line by line; of a long ledger, the beginning."""
    told: list[str] = []
    for i, entry in enumerate(entries[:8]):
        again = i > 0 and entries[i - 1].line == entry.line
        told.append(_changes(entry) if again else f"{text.clean(lines[entry.line], 60)}: {_changes(entry)}")
    more = [f"{len(entries) - 8} more"] if len(entries) > 8 else []
    return f"Gradient ledger of {text.plural(len(entries), 'change')}. {'; '.join(told + more)}."


def _scenes(shown: Sequence[Entry], listing: Listing, lines: Mapping[int, str], whole: int) -> list[Scene]:
    """One picture before the first entry, and one after each; each row comes with its line."""
    names = list(dict.fromkeys(name for entry in shown for name in entry.changes))[:MOST_PARAMETERS]
    columns = [Column("line", [text.clean(lines[entry.line], LONGEST) for entry in shown])]
    for name in names:
        changes = [entry.changes.get(name) for entry in shown]
        looks = [change.look() if change else "" for change in changes]
        columns.append(Column(f"{name}.grad", [change.of_grad() if change else "" for change in changes], looks))
        moves = [change.of_value() if change else "" for change in changes]
        columns.append(Column(name, moves, ["moved"] * len(moves)))
    columns = [column for column in columns if any(column.cells)]
    lefts = [LEFT + 50 + sum(column.width + GAP for column in columns[:i]) for i in range(len(columns))]
    width = max(lefts[-1] + columns[-1].width + LEFT, listing.width(), 480.0)
    top = listing.height + HEAD
    head = [Text("title", x, top - 10, column.title) for x, column in zip(lefts, columns, strict=True)]
    head.append(Text("word", LEFT, top - 10, "round"))
    rows = [_row(i, entry, columns, lefts, top, width, shown[i - 1] if i else None) for i, entry in enumerate(shown)]
    height = top + ROW * len(shown) + 12
    foot: list[Mark] = []
    if whole > len(shown):
        foot = [Text("caption", LEFT, height + 10, f"… and {whole - len(shown):,} changes more")]
        height += 22
    scenes = []
    for moment in range(len(shown) + 1):
        marks: list[Mark] = [*listing.marks(moment), *head, line("frame", (LEFT, top), (width - LEFT, top))]
        y = top + ROW * (moment - 1)
        now = Rect("running" if moment else "unseen", LEFT - 4, y + 1, width - 2 * LEFT + 8, ROW - 2, 4, "now")
        layers = [Layer(row, i < moment, f"row{i}") for i, row in enumerate(rows)]
        scenes.append(Scene(width, height, [*marks, now, *layers, *foot]))
    return scenes


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the ledger: its title, and for each row a text and the look of what lies behind it."""

    title: str
    cells: Sequence[str]
    looks: Sequence[str] = ()

    @property
    def width(self) -> float:
        """Room for the longest text."""
        return max(text.width(self.title) + 1, *map(text.width, self.cells)) * LETTER + 8


def _row(
    i: int,
    entry: Entry,
    columns: Sequence[Column],
    lefts: Sequence[float],
    top: float,
    width: float,
    before: Entry | None,
) -> list[Mark]:
    """The marks of one entry; a line above it where the loop comes round."""
    y = top + ROW * i
    marks: list[Mark] = []
    if before is None or entry.round != before.round:
        marks.append(Text("number", LEFT + 16, y + 18, str(entry.round)))
        if before is not None:
            marks.append(line("grid", (LEFT, y), (width - LEFT, y)))
    for x, column in zip(lefts, columns, strict=True):
        cell = column.cells[i]
        if cell and column.looks:
            marks.append(Rect(column.looks[i], x - 5, y + 3, text.width(cell) * LETTER + 10, ROW - 6, 4))
        marks.append(Text("code", x, y + 18, cell))
    return marks
