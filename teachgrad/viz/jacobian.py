"""jacobian: which output of a function depends on which input, and how strongly, as a heat map with a spotlight.

A row for each output, a column for each input; the page moves the spotlight (spotlight.js). The slopes are those
of `autograd.functional.jacobian`; this module knows how to show them, not how they are computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import ceil
from typing import Any

import numpy as np

from teachgrad import autograd, dtypes
from teachgrad.tensor import Tensor, wrap
from teachgrad.viz import text
from teachgrad.viz.figure import HERE, Figure, script
from teachgrad.viz.scene import Mark, Path, Rect, Scene, Segment, Text, line
from teachgrad.viz.walk import Floats, named

MOST = 32  # rows, and columns; of more, several share one
NUMBERED = (14, 10)  # rows and columns at most, for the numbers to be written
CELL, TALL = 58.0, 28.0  # a cell with a number in it
SIDE = 420  # pixels for all cells without numbers, at most
TINTS = 6
TOP, MARGIN, LETTER = 46.0, 8.0, 7.2


def jacobian(fn: Callable[..., Any], *inputs: Any) -> Jacobian:
    """The slopes of all outputs with respect to all inputs, as a heat map: who depends on whom.

    Blue is a positive slope, red a negative one, each with its sign; where an output does not depend on an input the
    cell is empty. In the page a spotlight, moved by the pointer or by two sliders, tells what a cell means.

    Args:
        fn: a function of tensors that returns a tensor or several.
        inputs: its arguments: tensors, or numbers and lists that are made into tensors.

    Returns:
        A figure with ``.slopes`` (a row for each output, a column for each input), ``.svg``, ``.html``, ``.alt`` and
        ``.save(path)``. Past 32 rows or columns, several share one, and their largest slope is seen.

    Raises:
        ValueError: if there are no inputs, or nothing comes out.

    It shows what ``torch.autograd.functional.jacobian`` computes.

    >>> import teachgrad as tg
    >>> jacobian(lambda x: x.cumsum(0), tg.tensor([1.0, 2.0, 3.0]))
    Jacobian, 3 outputs by 3 inputs; 6 of 9 slopes are not 0. y[0] depends on x[0]; y[1] on x[0] and x[1]; y[2] on \
x[0], x[1] and x[2].
    """
    if not inputs:
        raise ValueError("jacobian needs an input to differentiate by: jacobian(fn, x).")
    number = dtypes.get_default_dtype().numpy
    given = tuple(x if isinstance(x, Tensor) else wrap(np.asarray(x, number)) for x in inputs)
    outputs: list[Any] = []

    def kept(*arguments: Any) -> Any:
        result = fn(*arguments)
        outputs[:] = result if isinstance(result, tuple | list) else [result]
        return result

    found = autograd.functional.jacobian(kept, given)
    blocks = found if isinstance(found[0], tuple) else [found]
    rows = [
        np.concatenate(
            [block.array.reshape(y.array.size, x.array.size) for block, x in zip(row, given, strict=True)], 1
        )
        for row, y in zip(blocks, outputs, strict=True)
    ]
    slopes = np.concatenate(rows).astype(float) + 0.0  # no minus zero
    if not slopes.size:
        raise ValueError(f"there is nothing to show: {slopes.shape[0]} outputs, {slopes.shape[1]} inputs.")
    names = named(fn)
    names = names if len(names) == len(given) else ["x"] if len(given) == 1 else [f"x{k}" for k in range(len(given))]
    ends = ["y"] if len(outputs) == 1 else [f"y{k}" for k in range(len(outputs))]
    return Jacobian(slopes, Side.of(ends, outputs), Side.of(names, given))


@dataclass(frozen=True, slots=True)
class Side:
    """The entries of some tensors in a row: what each is called, its value, and where each tensor begins."""

    names: list[str]
    values: list[str]
    starts: list[int]

    @classmethod
    def of(cls, names: list[str], tensors: Any) -> Side:
        """The entries of these tensors."""
        called: list[str] = []
        starts: list[int] = []
        for name, tensor in zip(names, tensors, strict=True):
            starts.append(len(called))
            places = product(*map(range, tensor.array.shape))
            called += [text.clean(name) + (str(list(place)) if place else "") for place in places]
        return cls(called, [text.number(v, 3) for tensor in tensors for v in tensor.array.ravel().tolist()], starts)

    def shared(self) -> tuple[int, list[str]]:
        """How many entries share a row or column so that there are not too many, and what these are called."""
        size = ceil(len(self.names) / MOST)
        firsts, lasts = self.names[::size], [*self.names[size - 1 :: size], self.names[-1]]
        return size, [a if a == b else f"{a} to {b}" for a, b in zip(firsts, lasts, strict=False)]


class Jacobian(Figure):
    """The heat map; shows itself in a notebook.

    Attributes:
        slopes: a row for each output, a column for each input.
    """

    sheets = ("figure.css", "controls.css", "spotlight.css")

    def __init__(self, slopes: Floats, outputs: Side, inputs: Side) -> None:
        self.slopes = slopes
        (tall, self._outputs), (wide, self._inputs) = outputs.shared(), inputs.shared()
        self._shown = _largest(slopes, tall, wide)
        self._values = (outputs.values if tall == 1 else [], inputs.values if wide == 1 else [])
        parts = ([start / tall for start in outputs.starts[1:]], [start / wide for start in inputs.starts[1:]])
        self._map = Map(self._shown, self._outputs, self._inputs, parts)
        super().__init__(self._map.scene(), _alt(slopes, outputs.names, inputs.names), content=repr(slopes.tolist()))

    def _script(self) -> str:
        field = self._map
        data = {
            "outputs": self._outputs,
            "inputs": self._inputs,
            "values": self._values,
            "shared": self._shown.shape != self.slopes.shape,
            "start": [int(k) for k in np.unravel_index(np.argmax(np.abs(self._shown)), self._shown.shape)],
            "slopes": [[text.short(value) for value in row] for row in self._shown.tolist()],
            "place": [field.left, field.top, field.wide, field.tall],
        }
        return script(HERE / "spotlight.js", self.fingerprint, data)


def _largest(slopes: Floats, tall: int, wide: int) -> Floats:
    """The largest slope, with its sign, of each block of so many rows and columns."""
    rows = [slopes[i : i + tall] for i in range(0, slopes.shape[0], tall)]
    blocks = [[row[:, j : j + wide].ravel() for j in range(0, slopes.shape[1], wide)] for row in rows]
    return np.array([[block[np.argmax(np.abs(block))] for block in row] for row in blocks])


class Map:
    """Cells with their labels."""

    def __init__(
        self, slopes: Floats, outputs: list[str], inputs: list[str], parts: tuple[list[float], list[float]]
    ) -> None:
        self.slopes, self.outputs, self.inputs, self.parts = slopes, outputs, inputs, parts
        rows, columns = slopes.shape
        self.numbered = rows <= NUMBERED[0] and columns <= NUMBERED[1]
        size = float(min(CELL // 2, SIDE // max(rows, columns)))
        self.wide, self.tall = (CELL, TALL) if self.numbered else (size, size)
        if self.numbered:
            words = [*inputs, *(text.short(value) for value in slopes.ravel().tolist())]
            self.wide = max(CELL, max(map(text.width, words)) * LETTER + 10)
        self.left = MARGIN + max(text.width(name) for name in outputs) * LETTER + 12
        self.top = TOP + 24

    def scene(self) -> Scene:
        """The whole picture."""
        rows, columns = self.slopes.shape
        right, bottom = self.left + columns * self.wide, self.top + rows * self.tall
        head = "slope of each output (row) with respect to each input (column)"
        marks: list[Mark] = [Text("title", MARGIN, 20, "Jacobian"), Text("caption", MARGIN, 40, head)]
        largest = float(np.max(np.abs(self.slopes), initial=0.0, where=np.isfinite(self.slopes))) or 1.0
        marks += self._cells(largest)
        marks.append(Rect("frame", self.left, self.top, right - self.left, bottom - self.top))
        marks += [line("part", (self.left, y), (right, y)) for y in (self.top + k * self.tall for k in self.parts[0])]
        marks += [line("part", (x, self.top), (x, bottom)) for x in (self.left + k * self.wide for k in self.parts[1])]
        marks += self._labels(right)
        return Scene(max(right, 8 * len(head) * 0.85) + MARGIN, bottom + MARGIN, marks)

    def _cells(self, largest: float) -> list[Mark]:
        """All cells of one look as one path, which keeps the page light; then the numbers, or the minus signs."""
        tinted: dict[str, list[Segment]] = {}
        words: list[Mark] = []
        for (i, j), value in np.ndenumerate(self.slopes):
            x, y = self.left + j * self.wide, self.top + i * self.tall
            middle, base = x + self.wide / 2, y + self.tall / 2
            if value:
                part = min(abs(value) / largest, 1.0) if np.isfinite(value) else 1.0
                strong = min(int(part**0.5 * TINTS), TINTS - 1)  # the root, so that small ones are seen too
                look = f"{'minus' if value < 0 else 'plus'}{strong}"
                right, bottom = x + self.wide - 1, y + self.tall - 1
                corners = line("", (x + 1, y + 1), (right, y + 1), (right, bottom), (x + 1, bottom)).segments
                tinted.setdefault(look, []).extend([*corners, ("Z", ())])
            if self.numbered:
                words.append(Text("cell" if value else "zero", middle, base + 4.5, text.short(value)))
            elif value < 0:
                bar = line("", (middle - self.wide // 5, base), (middle + self.wide // 5, base)).segments
                tinted.setdefault("sign", []).extend(bar)
        return [*(Path(look, outlines) for look, outlines in sorted(tinted.items())), *words]

    def _labels(self, right: float) -> list[Mark]:
        """All names beside numbered cells, else the first and the last."""
        rows, columns = self.slopes.shape
        up = range(rows) if self.numbered else (0, rows - 1)
        marks: list[Mark] = [
            Text("row", self.left - 8, self.top + (i + 0.5) * self.tall + 4.5, self.outputs[i]) for i in up
        ]
        if self.numbered:
            across = [self.left + (j + 0.5) * self.wide for j in range(columns)]
            return marks + [Text("cell", x, self.top - 8, name) for x, name in zip(across, self.inputs, strict=True)]
        ends = [Text("legend", self.left, self.top - 8, self.inputs[0])]
        return [*marks, *ends, Text("row", right, self.top - 8, self.inputs[-1])]


def _alt(slopes: Floats, outputs: list[str], inputs: list[str]) -> str:
    """Who depends on whom: all of it if there is little, else the pattern."""
    rows, columns = slopes.shape
    there = slopes != 0
    sizes = f"{text.plural(rows, 'output')} by {text.plural(columns, 'input')}"
    start = f"Jacobian, {sizes}; {int(there.sum()):,} of {there.size:,} slopes are not 0."
    if rows > 8 or columns > 8:
        return f"{start}{_pattern(there)}"
    told: list[str] = []
    for name, row in zip(outputs, there.tolist(), strict=True):
        on = [inputs[j] for j, depends in enumerate(row) if depends]
        told.append(f"{name} {'' if told else 'depends '}on {text.listing(on, 8) if on else 'no input'}")
    return f"{start} {'; '.join(told)}."


def _pattern(there: np.ndarray[Any, Any]) -> str:
    if there.all():
        return " Every output depends on every input."
    if there.shape[0] == there.shape[1]:
        for told, pattern in (
            ("on the input at its own place only", np.eye(len(there), dtype=bool)),
            ("only on inputs up to its own place", np.tri(len(there), dtype=bool)),
            ("only on inputs from its own place on", np.tri(len(there), dtype=bool).T),
        ):
            if not there[~pattern].any():
                return f" Each output depends {told}."
    return f" An output depends on {there.sum(axis=1).min()} to {there.sum(axis=1).max()} inputs."
