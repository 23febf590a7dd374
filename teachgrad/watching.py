"""Watchers: who wants to see every operation as it is recorded, and every step of every backward pass.

Ground floor. Pictures, profiles and the search for nan are watchers; while there are none, watching costs nothing.

>>> import teachgrad as tg
>>> class Teller(Watcher):
...     def recorded(self, node, tensor):
...         print("recorded", node.name())
...
...     def sends(self, node, g, contributions, received):
...         print(node.name(), "got", g, "sends", *contributions)
>>> with watching(Teller()):
...     x = tg.tensor(3.0, requires_grad=True)
...     (x * 2).backward()
recorded MulBackward0
MulBackward0 got 1.0 sends 2.0 None
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from teachgrad.graph import Node
    from teachgrad.tensor import Tensor


class Watcher:
    """To be subclassed: override what you want to see."""

    def recorded(self, node: Node, tensor: Tensor) -> None:
        """An operation was recorded: `node` is the history of `tensor`."""

    def sends(self, node: Node, g: Any, contributions: Sequence[Any], received: dict[Node, Any]) -> None:
        """`node` got `g` and sends the contributions to its parents, which have received so much so far."""

    def fails(self, node: Node, error: Exception) -> None:
        """`node`, or one of its hooks, raised an error."""


watchers: list[Watcher] = []


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Let `watcher` see what happens inside the block, in all threads."""
    watchers.append(watcher)
    try:
        yield
    finally:
        watchers.remove(watcher)
