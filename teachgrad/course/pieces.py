"""Layers that count how many of their results are held in memory, and how often they run: what checkpointing costs.

Counted, not measured: the numbers are the same on every machine. Knows tensors and curves; nothing of lessons.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence

import numpy as np

from teachgrad.ops.creation import full
from teachgrad.tensor import Tensor
from teachgrad.utils.checkpoint import checkpoint
from teachgrad.viz import text
from teachgrad.viz.curves import draw_curves
from teachgrad.viz.figure import Figure

SIZE = 1000  # small results are kept anyway, for pictures
Layer = Callable[[Tensor], Tensor]


class Counter:
    """Makes layers, and knows of all of them together how many results live and how often a layer ran.

    Attributes:
        runs: how often a layer ran, backward passes included.
        held: how many results lived, after each birth and each death.

    >>> import teachgrad as tg
    >>> counter = Counter()
    >>> y = through(counter.layers(3), tg.ones(1000, requires_grad=True)).sum()
    >>> y.backward()
    >>> counter.held, counter.runs
    ([0, 1, 2, 3, 2, 1, 0], 3)
    """

    def __init__(self) -> None:
        self.runs = 0
        self.held = [0]

    def layers(self, count: int) -> list[Layer]:
        """Functions from a tensor to one of its shape; no two are alike."""
        return [self._layer(weight) for weight in np.linspace(0.9, 1.1, count).tolist()]

    def _layer(self, weight: float) -> Layer:
        def layer(x: Tensor) -> Tensor:
            y = x.sin() * weight  # the next layer's sin saves y, for its cosine
            self.runs += 1
            self._now(+1)
            weakref.finalize(y.array, self._now, -1)
            return y

        return layer

    def _now(self, more: int) -> None:
        self.held.append(self.held[-1] + more)


def through(layers: Sequence[Layer], x: Tensor) -> Tensor:
    """What comes out of one layer after the other."""
    for layer in layers:
        x = layer(x)
    return x


def walked(piece: int, count: int) -> Counter:
    """What it takes to walk there and back through so many layers, checkpointed in pieces; 0: not at all."""
    counter = Counter()
    layers, x = counter.layers(count), full((SIZE,), 0.5, requires_grad=True)
    if piece:
        for start in range(0, count, piece):
            x = checkpoint(through, layers[start : start + piece], x, use_reentrant=False)
    else:
        x = through(layers, x)
    x.sum().backward()
    return counter


def draw_pieces(piece: int, count: int = 64) -> Figure:
    """The results of layers that are held in memory, from forward to backward: all kept, and checkpointed in pieces.

    Args:
        piece: how many layers make a piece, of which only the input is kept.
        count: how many layers there are.

    Raises:
        ValueError: if a piece is empty.

    There is nothing like it in PyTorch.

    >>> draw_pieces(8)
    Curves over events. at most 16 results held, 128 layers run: without pieces held 0 to 0, at its highest 64; \
pieces of 8 held 0 to 0, at its highest 16.
    """
    if piece < 1:
        raise ValueError(f"draw_pieces needs a layer or more in a piece, not {piece}.")
    kept, pieces = walked(0, count), walked(piece, count)
    title = f"at most {text.plural(max(pieces.held), 'result')} held, {text.plural(pieces.runs, 'layer')} run"
    curves = {"without pieces held": kept.held, f"pieces of {piece} held": pieces.held}
    return draw_curves({title: curves}, unit="event")
