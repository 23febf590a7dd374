"""Gradients that come out of one calculation, for rows of the table whose formulas would all begin with the same.

The engine asks a row's formulas one after the other, one for each input. Where most of the work serves all of them, the
first that is asked does it, and the others find their answers ready.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


class Together:
    """The answers of one node's formulas: an attribute of the node, which hands each out once.

    Args:
        calculate: gives the gradients of all inputs, for the upstream gradient and whatever else `answer` is given.
    """

    __slots__ = ("_calculate", "_g", "_ready")

    def __init__(self, calculate: Callable[..., Sequence[Any]]) -> None:
        self._calculate = calculate
        self._g: Any = None
        self._ready: dict[int, Any] = {}

    def answer(self, place: int, g: Any, *saved: Any) -> Any:
        """The gradient of the input at this place, for the upstream gradient `g`."""
        if self._g is not g or place not in self._ready:
            self._g = g
            self._ready = dict(enumerate(self._calculate(g, *saved)))
        return self._ready.pop(place)
