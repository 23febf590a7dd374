"""Arrays as tables of numbers: several side by side, and two that are stretched to a common shape and added.

Knows marks and small arrays. What broadcasting gives forward and backward, the engine computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from teachgrad.tensor import Tensor, wrap
from teachgrad.viz import text
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Mark, Rect, Scene, Text

Array = np.ndarray[Any, Any]
Shape = Sequence[int]
WIDTH, HEIGHT, SPACE = 40.0, 23.0, 3.0  # of a cell, of which so much stays free
GAP, TITLE, ACROSS = 34.0, 24.0, 4  # between tables; above one, for its name; how many stand in a row
MARGIN, LINE = 4.0, 19.0  # around a picture; from one line of words to the next
BESIDE = 140.0  # pixels that the shapes take, left of what is made of them


def draw_tables(tables: Mapping[str, Any]) -> Figure:
    """Small arrays as tables of numbers, each with its name above.

    Positive entries have a blue outline, negative ones are filled, zeros are pale.

    Args:
        tables: for each name an array, a tensor or a list, of two axes at most.

    Returns:
        A figure with ``.svg``, ``.html``, ``.alt`` and ``.save(path)``.

    Raises:
        ValueError: if one has more than two axes.

    There is nothing like it in PyTorch.

    >>> draw_tables({"A": [[1, 0], [0, -2]], "B": [3]})
    2 tables. A, 2 by 2: 1, 0; 0, −2. B, 1 by 1: 3.
    """
    arrays = {name: _table(name, values) for name, values in tables.items()}
    marks: list[Mark] = []
    x, y, right, lowest = MARGIN, 0.0, 0.0, 0.0
    for number, (name, values) in enumerate(arrays.items()):
        if number and number % ACROSS == 0:
            x, y = MARGIN, lowest + GAP / 2
        marks.append(Text("title", x, y + 16, name))
        marks += _cells(values, x, y + TITLE, _sign)
        x += values.shape[1] * WIDTH + GAP
        right, lowest = max(right, x - GAP), max(lowest, y + TITLE + values.shape[0] * HEIGHT)
    told = [f"{name}, {rows(values)}" for name, values in arrays.items()]
    alt = f"{text.plural(len(arrays), 'table')}. {'. '.join(told)}."
    return Figure(Scene(right + MARGIN, lowest + MARGIN, marks), alt, content=alt)


def rows(values: Array) -> str:
    """A table in words: its size, and its rows.

    >>> rows(np.array([[1.0, -0.25], [0.0, 3.0]]))
    '2 by 2: 1, −0.25; 0, 3'
    """
    told = (", ".join(text.short(float(value)) for value in row) for row in values)
    return f"{values.shape[0]} by {values.shape[1]}: " + "; ".join(told)


def draw_broadcast(a: Shape, b: Shape) -> Figure:
    """What becomes of two shapes in ``a + b``: forward, entries that are used again; backward, sums.

    Above, each entry in a blue frame, with its copies in dashed ones. Below, what comes back to all of them, and the
    sums that are left as gradients. The numbers are computed by the engine.

    Args:
        a: a shape of two axes at most.
        b: another one.

    Returns:
        A figure with ``.svg``, ``.html``, ``.alt`` and ``.save(path)``. If the shapes do not fit, it says where.

    Raises:
        ValueError: if one has more than two axes.

    There is nothing like it in PyTorch.

    >>> draw_broadcast((2, 1), (2,))
    a (2, 1) + b (2,) = (2, 2). a is copied along axis 1; a.grad, 2 by 1: 3; 7, is g added over axis 1. \
b is copied along axis 0; b.grad, 1 by 2: 4, 6, is g added over axis 0.
    """
    a, b = tuple(a), tuple(b)
    if max(len(a), len(b)) > 2:
        raise ValueError(f"draw_broadcast shows shapes of two axes at most, and not {max(a, b, key=len)}.")
    try:
        shape = np.broadcast_shapes(a, b)
    except ValueError:
        return _misfit(a, b)
    parts = [_Part("a", numbered(a).requires_grad_(), shape), _Part("b", (10 * numbered(b)).requires_grad_(), shape)]
    total, g = parts[0].own + parts[1].own, numbered(shape)
    total.backward(g)
    high, wide = flat(g.array).shape
    across, backward = (wide + 1) * WIDTH + 2 * GAP, 2 * TITLE + high * HEIGHT + GAP
    marks = _aligned(a, b, shape)
    for part, left in zip(parts, (BESIDE, BESIDE + across), strict=True):
        marks += [*part.forward(left), *part.backward(g, left, backward)]
    left = BESIDE + 2 * across
    marks += [
        *(
            Text("title", x - 0.7 * GAP, TITLE + high * HEIGHT / 2 + 4, sign)
            for x, sign in ((left - across, "+"), (left, "="))
        ),
        Text("title", left, 16, f"a + b {text.shape(shape)}"),
        *_cells(flat(total.array), left, TITLE, lambda *_: "operation"),
        Text("title", MARGIN, backward - 8, "backward"),
        Text("title", left, backward - 8, "g, upstream"),
        *_cells(flat(g.array), left, backward, lambda *_: "operation"),
    ]
    alt = f"a {text.shape(a)} + b {text.shape(b)} = {text.shape(shape)}. {' '.join(part.told() for part in parts)}"
    lowest = backward + (high + 1) * HEIGHT + LINE + 2 * MARGIN
    return Figure(Scene(left + max(wide * WIDTH, 130.0) + MARGIN, lowest, marks), alt, content=alt)


@dataclass(frozen=True, slots=True)
class _Part:
    """One of two tensors that are added."""

    name: str
    own: Tensor
    shape: tuple[int, ...]  # to which it is stretched

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes of the result along which it is copied."""
        missing = len(self.shape) - self.own.ndim
        sizes = (0,) * missing + tuple(self.own.shape)
        return tuple(
            axis
            for axis, (size, wide) in enumerate(zip(sizes, self.shape, strict=True))
            if size < wide or axis < missing
        )

    @property
    def grad(self) -> Array:
        """What the engine left, as a table."""
        assert self.own.grad is not None
        return flat(self.own.grad.array)

    def told(self) -> str:
        """Forward and backward, in words."""
        copied = f"copied along {self._along()}" if self.axes else "as large as the result"
        return f"{self.name} is {copied}; {self.name}.grad, {rows(self.grad)}, is g{self._added()}."

    def _along(self) -> str:
        return f"ax{'i' if len(self.axes) == 1 else 'e'}s {text.listing(list(map(str, self.axes)))}"

    def _added(self) -> str:
        return f" added over {self._along()}" if self.axes else ""

    def forward(self, left: float) -> list[Mark]:
        """Its entries and their copies."""
        down, right = (
            grad < all_of_it for grad, all_of_it in zip(self.grad.shape, flat_shape(self.shape), strict=True)
        )
        stretched = flat(np.broadcast_to(self.own.array, self.shape))

        def look(row: int, column: int, _: float) -> str:
            return "constant" if (down and row) or (right and column) else "leaf"

        return [
            Text("title", left, 16, f"{self.name} {text.shape(self.own.shape)}"),
            *_cells(stretched, left, TITLE, look),
        ]

    def backward(self, g: Tensor, left: float, top: float) -> list[Mark]:
        """What comes back to the copies, and the sums: below a column, beside a row, or in the corner."""
        (high, wide), (rows_left, columns_left) = flat(g.array).shape, self.grad.shape
        x = left if columns_left == wide else left + wide * WIDTH + 6
        y = top if rows_left == high else top + high * HEIGHT + 6
        return [
            Text("title", left, top - 8, f"{self.name}.grad {text.shape(self.own.shape)}"),
            *(_cells(flat(g.array), left, top, lambda *_: "operation") if self.axes else []),
            *_cells(self.grad, x, y, lambda *_: "arrived"),
            Text(
                "caption",
                left,
                top + (high + 1) * HEIGHT + LINE + 2,
                f"g{self._added()}" if self.axes else "g as it comes",
            ),
        ]


def numbered(shape: tuple[int, ...]) -> Tensor:
    """1, 2, 3 and so on, in a shape.

    >>> numbered((2, 2))
    tensor([[1., 2.],
            [3., 4.]])
    """
    return wrap(np.arange(1, prod(shape) + 1, dtype=np.float32).reshape(shape))


def flat(values: Array) -> Array:
    """An array of two axes at most as a table: a number is a table of one cell, a vector a row."""
    return values.reshape(flat_shape(values.shape))


def flat_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """The size of that table.

    >>> flat_shape(()), flat_shape((3,)), flat_shape((3, 1))
    ((1, 1), (1, 3), (3, 1))
    """
    rows, columns = (1, 1, *shape)[-2:]
    return rows, columns


def _aligned(a: tuple[int, ...], b: tuple[int, ...], result: tuple[int, ...] | None) -> list[Mark]:
    """Shapes below each other, their last axes in one column: that is how they are compared."""
    marks: list[Mark] = [Text("title", MARGIN, 16, "shapes")]
    for number, (name, shape) in enumerate((("a", a), ("b", b), *([("a + b", result)] if result is not None else []))):
        y = TITLE + 16 + number * LINE
        marks.append(Text("word", MARGIN, y, name))
        marks += [Text("grad", MARGIN + 98 - 24 * place, y, str(size)) for place, size in enumerate(reversed(shape))]
    return marks


def _misfit(a: tuple[int, ...], b: tuple[int, ...]) -> Figure:
    """Two shapes that cannot be stretched to one, in words."""
    left, right = next((x, y) for x, y in zip(reversed(a), reversed(b), strict=False) if x != y and 1 not in (x, y))
    why = f"{left} and {right} stand in one column and differ, and neither is 1: nothing can be stretched."
    alt = f"a {text.shape(a)} + b {text.shape(b)} is an error. {why}"
    marks = [
        *_aligned(a, b, None),
        Text("caption", BESIDE, TITLE + 16, "An error:"),
        Text("caption", BESIDE, TITLE + 35, why),
    ]
    return Figure(Scene(BESIDE + 7.2 * len(why), TITLE + 3 * LINE, marks), alt, content=alt)


def _table(name: str, values: Any) -> Array:
    array = np.asarray(values.detach() if hasattr(values, "detach") else values)
    if array.ndim > 2:
        raise ValueError(f"{name} has shape {array.shape}; a table has two axes at most. Choose a part, or reshape it.")
    return flat(array)


def _cells(values: Array, left: float, top: float, look: Callable[[int, int, float], str]) -> list[Mark]:
    """A table with its upper left corner at a place; `look` is asked for each cell."""
    marks: list[Mark] = []
    for (row, column), value in np.ndenumerate(values):
        x, y = left + column * WIDTH, top + row * HEIGHT
        marks.append(Rect(look(row, column, float(value)), x, y, WIDTH - SPACE, HEIGHT - SPACE, 3))
        marks.append(Text("across", x + (WIDTH - SPACE) / 2, y + HEIGHT / 2 + 2.5, text.short(float(value))))
    return marks


def _sign(_row: int, _column: int, value: float) -> str:
    return "leaf" if value > 0 else "arrived" if value < 0 else "awaited"
