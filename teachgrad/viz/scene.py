"""Marks: what a picture is made of, before anyone decides how it is drawn.

A picture is a tree of marks in pixels, each with a *look* given by name. Two artists draw the same marks: `svg.py` for
browsers, `raster.py` for other files. Nothing here knows what a picture is about.

A mark with a `key` may differ from one moment of an animation to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

Segment = tuple[str, tuple[float, ...]]  # as in SVG: M with a point, L with some, C with three, Z with none


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle from its upper left corner; `radius` rounds its corners."""

    look: str
    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle round its centre."""

    look: str
    x: float
    y: float
    radius: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """Lines and curves. A `growing` path shows, at moment `i`, its first `i + 1` segments."""

    look: str
    segments: Sequence[Segment]
    key: str = ""
    growing: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Text on a baseline; its look says which end of it stands at x. With a `length`, it takes that many pixels."""

    look: str
    x: float
    y: float
    text: str
    upwards: bool = False
    key: str = ""
    length: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that belong together; `title` is what a browser tells when pointed at.

    A group with a `corner` holds rectangles and texts alone, and in a movie they stay where they are: a browser may be
    told where they stand from there, in fewer digits.
    """

    kind: str
    marks: Sequence[Mark]
    title: str = ""
    key: str = ""
    corner: tuple[float, float] = (0, 0)


@dataclass(frozen=True, slots=True)
class Window:
    """Marks seen through a rectangle: what lies outside of it is cut off."""

    x: float
    y: float
    width: float
    height: float
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Layer:
    """Marks that come and go together: all of them are seen, or none."""

    marks: Sequence[Mark]
    shown: bool
    key: str


Mark = Rect | Circle | Path | Text | Group | Window | Layer


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole picture: its size, and its marks, later ones above."""

    width: float
    height: float
    marks: Sequence[Mark] = field(default_factory=tuple)


def line(look: str, *points: tuple[float, float], key: str = "", growing: bool = False) -> Path:
    """A line through points."""
    letters = ["M"] + ["L"] * (len(points) - 1)
    return Path(look, [(letter, point) for letter, point in zip(letters, points, strict=True)], key, growing)


def keyed(marks: Iterable[Mark]) -> dict[str, Mark]:
    """The marks that may move, by key."""
    found: dict[str, Mark] = {}
    for mark in marks:
        if isinstance(mark, Group | Window | Layer):
            found.update(keyed(mark.marks))
            if isinstance(mark, Layer):
                found[mark.key] = mark
        elif mark.key:
            found[mark.key] = mark
    return found


def split(marks: Iterable[Mark]) -> tuple[list[Mark], list[Mark]]:
    """The marks that stay, and those that may move, each still in its window."""
    stay: list[Mark] = []
    move: list[Mark] = []
    for mark in marks:
        if isinstance(mark, Group | Window):
            still, moving = split(mark.marks)
            stay.append(replace(mark, marks=still))
            move.append(replace(mark, marks=moving))
        else:
            (move if mark.key else stay).append(mark)
    return stay, move


def moved(marks: Iterable[Mark], right: float, down: float) -> list[Mark]:
    """The same marks at another place.

    >>> moved([Circle("ball", 1, 2, 3)], 10, 20)
    [Circle(look='ball', x=11, y=22, radius=3, key='')]
    """
    return [_moved(mark, right, down) for mark in marks]


def _moved(mark: Mark, right: float, down: float) -> Mark:
    match mark:
        case Rect() | Circle() | Text():
            return replace(mark, x=mark.x + right, y=mark.y + down)
        case Path():
            segments = [
                (letter, tuple(at + (down if i % 2 else right) for i, at in enumerate(numbers)))
                for letter, numbers in mark.segments
            ]
            return replace(mark, segments=segments)
        case Group() | Layer():
            return replace(mark, marks=moved(mark.marks, right, down))
        case Window():
            return replace(mark, x=mark.x + right, y=mark.y + down, marks=moved(mark.marks, right, down))


def untitled(picture: Scene) -> Scene:
    """The same to look at, without groups: for an image, where nothing can be pointed at."""
    return replace(picture, marks=list(_flat(picture.marks)))


def _flat(marks: Iterable[Mark]) -> Iterator[Mark]:
    for mark in marks:
        if isinstance(mark, Group):
            yield from _flat(mark.marks)
        elif isinstance(mark, Layer):
            yield replace(mark, marks=list(_flat(mark.marks)))
        else:
            yield mark
