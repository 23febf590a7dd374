"""A picture of a Jacobian as it fills up: forward mode brings a column with each pass, backward mode a row.

It draws one moment, so that `course.explore` can put a slider over all of them. The numbers come from `func.jvp` and
`func.vjp`. Knows marks and functions of a vector; nothing of lessons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from teachgrad import func
from teachgrad.tensor import Tensor, wrap
from teachgrad.viz import text
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Mark, Rect, Scene, Text

Array = np.ndarray[Any, Any]
CELL, TALL, SPACE = 58.0, 28.0, 3.0  # pixels of a cell, of which so much stays free
LEFT, TOP = 48.0, 64.0  # beside and above all cells, for names
MOST = 8  # inputs, and outputs


def draw_passes(f: Callable[[Tensor], Tensor], x: Tensor, passes: int, backward: bool = False) -> Figure:
    """What is known of a Jacobian after some passes: columns, if they went forward, or rows, if backward.

    Args:
        f: from a vector to a vector.
        x: where; of at most eight elements, as has `f(x)`.
        passes: how many; more than are needed change nothing.
        backward: whether they begin at an output each (`func.vjp`), or at an input (`func.jvp`).

    Raises:
        ValueError: if there are too many inputs or outputs to be drawn.

    There is nothing like it in PyTorch.

    >>> import teachgrad as tg
    >>> draw_passes(lambda x: x[:2] ** 2, tg.tensor([1.0, 2.0, 3.0]), passes=1, backward=True)
    2 outputs, 3 inputs. After 1 of 2 passes backward: 3 of 6 slopes. Row y0: 2.0, 0.0, 0.0.
    """
    outputs, inputs = len(f(x)), len(x)
    if max(outputs, inputs) > MOST:
        raise ValueError(f"draw_passes shows at most {MOST} inputs and outputs, not {inputs} and {outputs}.")
    needed = outputs if backward else inputs
    done = min(passes, needed)
    known = (_rows if backward else _columns)(f, x, done)
    so_far = f"{done} of {needed} passes {'backward' if backward else 'forward'}: "
    so_far += f"{done * (inputs if backward else outputs)} of {outputs * inputs} slopes"
    listed = "".join(
        f" {'Row y' if backward else 'Column x'}{place}: {', '.join(map(text.number, line))}."
        for place, line in enumerate(np.round(known, 2).tolist())
    )
    alt = f"{text.plural(outputs, 'output')}, {text.plural(inputs, 'input')}. After {so_far}.{listed}"
    cells = _cells(known if backward else known.T, (outputs, inputs))
    width, height = LEFT + max(inputs * CELL, 300.0), TOP + outputs * TALL + 4
    return Figure(Scene(width, height, [Text("caption", LEFT, 22, so_far), *cells]), alt, content=alt)


def _columns(f: Callable[[Tensor], Tensor], x: Tensor, count: int) -> Array:
    """As many columns of the Jacobian, below each other."""
    directions = np.eye(len(x), dtype=x.array.dtype)[:count]
    found = [func.jvp(f, (x,), (wrap(direction),))[1].array for direction in directions]
    return np.array(found).reshape(count, len(f(x)))


def _rows(f: Callable[[Tensor], Tensor], x: Tensor, count: int) -> Array:
    """As many rows of the Jacobian: f runs once for all of them."""
    y, pull = func.vjp(f, x)
    seeds = np.eye(len(y), dtype=y.array.dtype)[:count]
    return np.array([pull(wrap(seed))[0].array for seed in seeds]).reshape(count, len(x))


def _cells(known: Array, shape: tuple[int, int]) -> list[Mark]:
    """A cell for each slope; those that are not known yet are empty and dashed."""
    marks: list[Mark] = [Text("across", LEFT + (x + 0.5) * CELL, TOP - 12, f"x{x}") for x in range(shape[1])]
    marks += [Text("row", LEFT - 12, TOP + y * TALL + 18, f"y{y}") for y in range(shape[0])]
    for y, x in np.ndindex(*shape):
        here = y < known.shape[0] and x < known.shape[1]
        left, top = LEFT + x * CELL, TOP + y * TALL
        marks.append(Rect("arrived" if here else "later", left, top, CELL - SPACE, TALL - SPACE, 3))
        if here:
            number = text.number(round(float(known[y, x]), 2))
            marks.append(Text("across", left + (CELL - SPACE) / 2, top + TALL / 2 + 3, number))
    return marks
