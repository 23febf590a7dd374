"""explore_order: lines of a program to be moved, and left out, by hand; the page shows what each order leads to.

Every order is run beforehand, so the page answers at once and without a kernel. Knows curves; not what the lines do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from itertools import permutations

from teachgrad.viz import svg, text
from teachgrad.viz.curves import Curve, Plot, arranged
from teachgrad.viz.figure import HERE, Figure, script
from teachgrad.viz.scene import Scene

Outcome = tuple[str, Sequence[float]]
MOST = 5  # lines: 326 orders


def explore_order(lines: Sequence[str], run: Callable[[list[str]], Outcome]) -> Order:
    """Lines to be put into any order, or left out, with what comes of it below them.

    Args:
        lines: at most five, all different, in the order that is shown first.
        run: is called for every choice of lines in every order. It returns what happened in words, and the loss after
            each step; without words, the losses are told.

    Returns:
        A figure with ``.svg`` (of the first order), ``.html``, ``.alt``, ``.outcomes`` and ``.save(path)``.

    Raises:
        ValueError: if there are more than five lines, or two alike.

    There is nothing like it in PyTorch.

    >>> explore_order(["a", "b"], lambda lines: ("", [2.0, 1.0]) if "b" in lines else ("Nothing happens.", []))
    a; b. In this order: loss 2 to 1.
    """
    if not 1 <= len(lines) <= MOST or len(set(lines)) < len(lines):
        raise ValueError(f"explore_order takes 1 to {MOST} lines, all different, and was given {len(lines)}.")
    return Order(lines, run)


class Order(Figure):
    """The lines with their controls; shows itself in a notebook.

    Attributes:
        outcomes: for each order, as a tuple of places in ``lines``, what happened, in words.
    """

    sheets = ("figure.css", "order.css")

    def __init__(self, lines: Sequence[str], run: Callable[[list[str]], Outcome]) -> None:
        self.lines = [text.clean(line, 60) for line in lines]
        self.outcomes: dict[tuple[int, ...], str] = {}
        scenes: dict[tuple[int, ...], Scene] = {}
        for count in range(len(lines), -1, -1):
            for order in permutations(range(len(lines)), count):
                told, losses = run([lines[i] for i in order])
                curve = Curve("loss", range(1, len(losses) + 1), losses)
                scenes[order] = arranged([Plot([curve], "step", len(losses))], top=-28)  # no room for title and legend
                self.outcomes[order] = told or (f"In this order: {curve.told()}." if losses else "No loss is computed.")
        first = tuple(range(len(lines)))
        alt = f"{'; '.join(self.lines)}. {self.outcomes[first]}"
        super().__init__(scenes[first], alt, content=f"{alt} {sorted(self.outcomes.items())}")
        self._seen = {order: (told, svg.inline(scenes[order], told)) for order, told in self.outcomes.items()}

    def _live(self) -> str:
        """Above the picture the lines themselves; a script puts its list in their place."""
        lines = svg.ascii_only(escape("\n".join(self.lines)))
        return f'<div class="tg-alone"><pre>{lines}</pre><p>Run this cell to move the lines.</p></div>{super()._live()}'

    def _script(self) -> str:
        different = list(dict.fromkeys(self._seen.values()))  # most orders end in the same few ways
        data = {
            "lines": self.lines,
            "outcomes": [{"told": told, "picture": picture} for told, picture in different],
            "orders": {"".join(map(str, order)): different.index(seen) for order, seen in self._seen.items()},
        }
        return script(HERE / "order.js", self.fingerprint, data)
