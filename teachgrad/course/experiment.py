"""`explore(function)`: a figure with boxes and sliders for the arguments of the function that draws it.

Every picture is made beforehand, so the page answers at once, without a kernel, and also when the notebook is opened
again. Pictures of one function are much alike: the page holds each piece of markup once, and a picture is a list of
places among them. Knows figures; not what they show.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from teachgrad.viz import svg, text
from teachgrad.viz.field import Again, Asking
from teachgrad.viz.figure import Figure, script
from teachgrad.viz.typed import Formula, formula

HERE = Path(__file__).parent
MOST = 200  # pictures
PIECE = re.compile(r"<[^>]*>|[^<]+")  # a tag, or the text up to the next


class Experiment(Asking, Figure):
    """A figure with controls; see `explore`.

    Attributes:
        choices: for each argument, the values it can take.
        start: for each argument, the place of its default among them.
    """

    sheets = ("figure.css", "controls.css", str(HERE / "experiment.css"))

    def __init__(self, function: Callable[..., Figure], choices: dict[str, list[Any]], start: list[int]) -> None:
        figures = [
            function(**dict(zip(choices, values, strict=True))) for values in product(*choices.values())
        ]  # the last argument changes fastest
        self.choices, self.start = choices, start
        values = [f"{name}={choices[name][at]!r}" for name, at in zip(choices, start, strict=True)]
        self.call = f"{function.__name__}({', '.join(values)})"
        first = figures[_place(start, choices)]
        super().__init__(first.picture, first.alt, content=self.call + "".join(figure.alt for figure in figures))
        self._drawn = [mark for figure in figures for mark in figure.picture.marks]
        self._pages = [svg.inline(figure.picture, figure.alt) for figure in figures]

    def _live(self) -> str:
        """The first picture, and the looks of what occurs only in later ones."""
        return f"<style>{svg.stylesheet(self._drawn, themed=True)}</style>{super()._live()}"

    def _still(self) -> str:
        """Where no script runs, the first picture, and how to get the others."""
        return (
            f"{super()._still()}<p>Run this cell to get controls, or call <code>{svg.ascii_only(self.call)}</code>.</p>"
        )

    def _script(self) -> str:
        controls = [
            (name, values, at)
            for (name, values), at in zip(self.choices.items(), self.start, strict=True)
            if not isinstance(values[0], Formula)
        ]
        arguments = [
            {"name": name, "values": [_word(value) for value in values], "box": values == [False, True]}
            for name, values, _ in controls
        ]
        start = [at for _, _, at in controls]
        different, pages = packed(self._pages)
        data = {"arguments": arguments, "start": start, "pieces": different, "pages": pages}
        return script(HERE / "experiment.js", self.fingerprint, data)


def explore(function: Callable[..., Figure], **choices: Iterable[Any]) -> Experiment:
    """Show the figure that a function draws, with a control for each of its arguments, beginning at their defaults.

    Args:
        function: called once for every choice of arguments; returns a figure, such as that of `viz.draw_graph`.
        **choices: the values that an argument can take, in order. An argument that is True or False needs none, nor
            does a `viz.formula`: in a notebook, another formula of its names can be typed beneath the figure.

    Raises:
        ValueError: if an argument has no choices or no default among them, or if there are too many pictures to draw.

    >>> from teachgrad import Tensor, viz
    >>> def square(x=2, record=True):
    ...     x = Tensor([x]).requires_grad_(record)
    ...     return viz.draw_graph(x * x, names={"x": x})
    >>> explore(square, x=range(4)).call
    'square(x=2, record=True)'
    """
    return _explored(function, choices, {})


def _explored(
    function: Callable[..., Figure], choices: dict[str, Iterable[Any]], typed: dict[str, Formula]
) -> Experiment:
    """The experiment with formulas that were `typed` in the place of those that the function names."""
    found: dict[str, list[Any]] = {}
    start: list[int] = []
    for name, parameter in inspect.signature(function).parameters.items():
        default = typed.get(name, parameter.default)
        free = [False, True] if isinstance(default, bool) else [default] if isinstance(default, Formula) else []
        found[name] = list(choices.get(name, free))
        if default not in found[name]:
            raise ValueError(
                f"explore: {name} needs a default, and choices that contain it.\n"
                f"Write def {function.__name__}({name}=0) and explore({function.__name__}, {name}=range(-3, 4))."
            )
        start.append(found[name].index(default))
    if prod(map(len, found.values())) > MOST:
        raise ValueError(
            f"explore: {prod(map(len, found.values()))} pictures are too many; at most {MOST}. Give fewer choices."
        )
    made = Experiment(function, found, start)
    for name, values in found.items():
        if isinstance(values[0], Formula):
            made.typed, made.again = values[0].text, _retyping(function, choices, name, values[0].names)
    return made


def _retyping(
    function: Callable[..., Figure], choices: dict[str, Iterable[Any]], name: str, of: tuple[str, ...]
) -> Again:
    """What draws the experiment anew from a formula of the same names."""
    return lambda text: _explored(function, choices, {name: formula(text, of, all_of_them=True)})


def packed(pages: Iterable[str]) -> tuple[list[str], list[list[int]]]:
    """All different tags and texts of some pages, and each page as places among them.

    >>> packed(["<b>x</b>", "<b>y</b>"])
    (['<b>', 'x', '</b>', 'y'], [[0, 1, 2], [0, 3, 2]])
    """
    places: dict[str, int] = {}
    numbered = [[places.setdefault(piece, len(places)) for piece in PIECE.findall(page)] for page in pages]
    return list(places), numbered


def _place(at: list[int], choices: dict[str, list[Any]]) -> int:
    place = 0
    for i, values in zip(at, choices.values(), strict=True):
        place = place * len(values) + i
    return place


def _word(value: Any) -> str:
    return text.number(value) if isinstance(value, int | float) else str(value)
