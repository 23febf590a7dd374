"""A graph's picture as an image of few characters: what is left of a figure where scripts are taken out.

Whole pixels; the arrows of a look are one path; boxes that are alike are told once and used again, each with its own
words. Knows that boxes lie apart, so that their order does not matter; nothing else of graphs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape

from teachgrad.viz import svg
from teachgrad.viz.scene import Group, Layer, Mark, Path, Rect, Scene, Segment, Text, moved

SHARED = ("symbol", "word")  # looks of texts that boxes have in common: what stands on a badge, "grad"


def twin(picture: Scene) -> str:
    """The picture as an SVG document, black on white, without a name: the image that shows it has one.

    >>> twin(Scene(20, 9, [Rect("badge", 1.2, 2, 9, 5), Text("cell", 6, 7.1, "<")])).partition("white")[2]
    '"/><rect class="badge" x="1" y="2" width="9" height="5"/><text class="cell" x="6" y="7">&lt;</text></svg>'
    """
    width, height = (svg.num(round(side)) for side in (picture.width, picture.height))
    marks = list(_seen(picture.marks))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<style>{svg.stylesheet(marks).replace('.tg .tg-', '.').replace('.tg', 'svg')}</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _by_look(mark for mark in marks if isinstance(mark, Path)),
        _by_look(mark for mark in _whole(marks) if isinstance(mark, Rect)),
        _boxes([mark for mark in marks if isinstance(mark, Group)]),
        _by_look(mark for mark in _whole(marks) if isinstance(mark, Text)),
    ]
    return "".join(parts) + "</svg>"


def _seen(marks: Iterable[Mark]) -> Iterator[Mark]:
    """The marks that leave something on the paper, out of their layers."""
    for mark in marks:
        if isinstance(mark, Layer):
            yield from _seen(mark.marks) if mark.shown else ()
        elif isinstance(mark, Group):
            yield replace(mark, marks=list(_seen(mark.marks)))
        elif getattr(mark, "look", "") != "unseen" and getattr(mark, "text", "-"):
            yield mark


def _by_look(marks: Iterable[Mark]) -> str:
    """Marks in groups of one look, in the order in which the looks come."""
    groups: dict[str, list[Mark]] = {}
    for mark in marks:
        if isinstance(mark, Path | Rect | Text):
            groups.setdefault(mark.look, []).append(mark)
    return "".join(_alike(look, marks) for look, marks in groups.items())


def _alike(look: str, marks: Sequence[Mark]) -> str:
    """Marks of one look: paths as one, others one by one."""
    paths = "".join(svg.outline(_near(mark.segments)) for mark in marks if isinstance(mark, Path))
    if paths:
        return f'<path class="{look}" d="{paths}"/>'
    if len(marks) == 1:
        return _element(marks[0], f' class="{look}"')
    return f'<g class="{look}">{"".join(map(_element, marks))}</g>'


def _near(segments: Sequence[Segment]) -> Sequence[Segment]:
    """A curve on whole pixels; the tip of an arrow is too small for that."""
    if not any(letter == "C" for letter, _ in segments):
        return segments
    return [(letter, tuple(map(round, numbers))) for letter, numbers in segments]


def _element(mark: Mark, told: str = "") -> str:
    told += "".join(f' {name}="{value}"' for name, value in svg.attributes(mark).items() if value != "0")
    return f"<text{told}>{escape(mark.text)}</text>" if isinstance(mark, Text) else f"<rect{told}/>"


def _boxes(boxes: Sequence[Group]) -> str:
    """Boxes: what they have in common as drawings to be used, then their own words."""
    kinds: dict[str, int] = {}
    used, words = [], []
    for box in boxes:
        x, y = map(round, box.corner)
        common = [mark for mark in box.marks if isinstance(mark, Rect) or getattr(mark, "look", "") in SHARED]
        drawing = "".join(_by_look([mark]) for mark in _whole(moved(common, -x, -y)))
        kind = kinds.setdefault(drawing, len(kinds))
        used.append(f'<use href="#b{kind}" x="{x}" y="{y}"/>')
        words += [mark for mark in _whole(box.marks) if isinstance(mark, Text) and mark.look not in SHARED]
    drawings = "".join(f'<g id="b{kind}">{drawing}</g>' for drawing, kind in kinds.items())
    return (f"<defs>{drawings}</defs>" if drawings else "") + "".join(used) + _by_look(words)


def _whole(marks: Iterable[Mark]) -> Iterator[Rect | Text]:
    """Rectangles and texts on whole pixels."""
    for mark in marks:
        if isinstance(mark, Rect):
            width, height = round(mark.width), round(mark.height)
            yield replace(mark, x=round(mark.x), y=round(mark.y), width=width, height=height)
        elif isinstance(mark, Text):
            yield replace(mark, x=round(mark.x), y=round(mark.y))
