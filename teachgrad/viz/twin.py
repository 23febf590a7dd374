"""A graph's picture as an image of few characters: what is left of a figure where scripts are taken out.

Whole pixels; the arrows of a look are one path; boxes that are alike are told once and used again, each with its own
words. A page can unfold that to a picture whose marks move. Knows that boxes lie apart, so that their order does not
matter; nothing else of graphs.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import chain

from teachgrad.viz import svg
from teachgrad.viz.looks import BLACK
from teachgrad.viz.scene import Group, Layer, Mark, Path, Rect, Scene, Text, moved

SHARED = ("badge", "symbol", "word")  # looks of what boxes have in common: a badge, what stands on it, "grad"
Simple = Path | Rect | Text
Frame = tuple[float, float, float, float]  # left, top, width, height


def twin(picture: Scene, beside: Sequence[Mark] = (), frame: Frame | None = None) -> str:
    """The picture as an SVG document, black on white, without a name: the image that shows it has one.

    Marks `beside` the picture come last, in a group; with them, the image shows what is in the frame.

    >>> twin(Scene(20, 9, [Rect("badge", 1.2, 2, 9, 5), Text("cell", 6, 7.1, "<")])).partition("white")[2]
    '"/><rect class="badge" x="1" y="2" width="9" height="5"/><text class="cell" x="6" y="7">&lt;</text></svg>'
    """
    x, y, width, height = map(_near, frame or (0.0, 0.0, picture.width, picture.height))
    marks, others = list(_seen(picture.marks)), list(_seen(beside))
    last = f"<g>{_drawn(others)}</g>" if others else ""
    at = f' x="{x}" y="{y}"' if x or y else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{x} {y} {width} {height}">'
        f"<style>{_style([*marks, *others])}</style>"
        f'<rect{at} width="{width}" height="{height}" fill="white"/>{_drawn(marks)}{last}</svg>'
    )


def places(picture: Scene) -> tuple[dict[str, int], list[list[int]]]:
    """By key, the place of each mark in the unfolded twin and, after all marks, of each layer; what is in the layers.

    >>> places(Scene(20, 9, [Text("cell", 6, 7.1, "<", key="word"), Layer([Rect("badge", 1, 2, 9, 5)], True, "layer")]))
    ({'word': 1, 'layer': 2}, [[0]])
    """
    below, boxes, words = _sorted(_seen(picture.marks))
    parts = [part for box in boxes for part in (*_frame(box), *_inside(box))]
    keys = [mark.key.partition(" ") for mark in (*chain(*_rows(below)), *parts, *chain(*_rows(words)))]
    layers: dict[str, list[int]] = {}
    for place, (_, _, layer) in enumerate(keys):
        if layer:
            layers.setdefault(layer, []).append(place)
    found = {key: place for place, key in enumerate([*(key for key, _, _ in keys), *layers]) if key}
    return found, list(layers.values())


def _style(marks: Iterable[Mark]) -> str:
    """The rules of a page under short names, as nothing else is in an image; what is usual is told of all together."""
    rules = svg.stylesheet(marks).replace(".tg .tg-", ".").replace(".tg", "svg")
    for usual in (f"fill:{BLACK}", "font-size:13px"):
        rules = "svg{" + usual + ";" + re.sub(f"{usual};?", "", rules).removeprefix("svg{")
    return rules


def _drawn(marks: Sequence[Mark]) -> str:
    below, boxes, words = _sorted(marks)
    return _by_look(below) + _used(boxes) + _by_look(words)


def _seen(marks: Iterable[Mark], layer: str = "") -> Iterator[Mark]:
    """The marks that leave something on the paper, or may do so when they move; out of layers, whose keys they get."""
    for mark in marks:
        if isinstance(mark, Layer):
            yield from _seen(mark.marks, f" {mark.key}") if mark.shown else ()
        elif isinstance(mark, Group):
            yield replace(mark, marks=list(_seen(mark.marks, layer)))
        elif isinstance(mark, Path | Rect | Text) and (mark.key or not _blank(mark)):
            yield replace(mark, key=mark.key + layer) if layer else mark


def _blank(mark: Simple) -> bool:
    return mark.look == "unseen" or (isinstance(mark, Text) and not mark.text)


def _sorted(marks: Iterable[Mark]) -> tuple[list[Simple], list[Group], list[Simple]]:
    """What lies below the boxes, the boxes, and all that is to be read but for what boxes have in common."""
    marks = list(marks)
    boxes = [mark for mark in marks if isinstance(mark, Group)]
    below: list[Simple] = [mark for mark in marks if isinstance(mark, Path)]
    below += [mark for mark in marks if isinstance(mark, Rect)]
    own = [mark for box in boxes for mark in box.marks if isinstance(mark, Text) and mark.look not in SHARED]
    return below, boxes, [*own, *(mark for mark in marks if isinstance(mark, Text))]


def _frame(box: Group) -> list[Simple]:
    """What may be the same in other boxes that are as wide."""
    return [mark for mark in box.marks if isinstance(mark, Rect) and mark.look not in SHARED]


def _inside(box: Group) -> list[Simple]:
    """What may be the same in other boxes, however wide."""
    return [mark for mark in box.marks if isinstance(mark, Rect | Text) and mark.look in SHARED]


def _used(boxes: Sequence[Group]) -> str:
    """Boxes as drawings that are used; so are frames, and what is in them, that several of these drawings share."""
    drawings: dict[str, int] = {}

    def use(drawing: str, at: str = "") -> str:
        return f'<use href="#b{drawings.setdefault(drawing, len(drawings))}"{at}/>'

    pairs = [_frame_and_inside(box) for box in boxes]
    shared = Counter(chain(*set(pairs)))
    used = []
    for box, pair in zip(boxes, pairs, strict=True):
        x, y = map(_near, box.corner)
        drawing = "".join(use(part) if part and shared[part] > 1 else part for part in pair)
        used.append(use(drawing, f' x="{x}" y="{y}"'))
    told = "".join(f'<g id="b{i}">{drawing}</g>' for drawing, i in drawings.items())
    return (f"<defs>{told}</defs>" if told else "") + "".join(used)


def _frame_and_inside(box: Group) -> tuple[str, str]:
    """As they are drawn in the upper left corner of a picture."""
    x, y = map(_near, box.corner)
    there = replace(box, marks=moved(box.marks, -x, -y))
    frame, inside = ("".join(_alike([mark]) for mark in marks) for marks in (_frame(there), _inside(there)))
    return frame, inside


def _rows(marks: Iterable[Simple]) -> Iterable[list[Simple]]:
    """Marks by their looks, in the order in which the looks come."""
    rows: dict[str, list[Simple]] = {}
    for mark in marks:
        rows.setdefault(mark.look, []).append(mark)
    return rows.values()


def _by_look(marks: Iterable[Simple]) -> str:
    return "".join(map(_alike, _rows(marks)))


def _alike(marks: Sequence[Simple]) -> str:
    """Marks of one look: paths as one, others one by one."""
    look = f' class="{marks[0].look}"'
    paths = "".join(svg.outline(mark.segments) for mark in map(_on_pixels, marks) if isinstance(mark, Path))
    if paths:
        return f'<path{look} d="{paths}"/>'
    if len(marks) == 1:
        return _element(marks[0], look)
    return f"<g{look}>{''.join(map(_element, marks))}</g>"


def _element(mark: Simple, told: str = "") -> str:
    """A rectangle or a text on whole pixels."""
    told += "".join(f' {name}="{value}"' for name, value in svg.attributes(_on_pixels(mark)).items() if value != "0")
    return f"<text{told}>{escape(mark.text)}</text>" if isinstance(mark, Text) else f"<rect{told}/>"


def _on_pixels(mark: Simple) -> Simple:
    """Moved a little; but the tip of an arrow is too small for that."""
    match mark:
        case Rect(_, x, y, width, height):
            return replace(mark, x=_near(x), y=_near(y), width=_near(width), height=_near(height))
        case Text(_, x, y):
            return replace(mark, x=_near(x), y=_near(y))
        case Path(_, segments) if any(letter == "C" for letter, _ in segments):
            return replace(mark, segments=[(letter, tuple(map(_near, numbers))) for letter, numbers in segments])
    return mark


def _near(value: float) -> int:
    """The nearest whole number; of two, the larger one, so that a box and its words are moved alike."""
    return math.floor(value + 0.5)
