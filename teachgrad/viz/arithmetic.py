"""A title, a line of arithmetic with a caption under each number, and a few sentences: what is said beside a picture.

As marks, for files; a page is given the same as data, and lays it out by itself. Knows marks and looks, not what is
computed.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from teachgrad.viz import text
from teachgrad.viz.looks import INK, LOOKS, Look
from teachgrad.viz.scene import Mark, Rect, Text

LETTER, BOLD_LETTER, NOTE_LETTER, SMALL_LETTER = 7.9, 7.6, 7.2, 6.4  # pixels a letter: numbers, titles, notes, captions
LEFT, SIGN = 8.0, 26.0
TITLE, BOX, CAPTION, LINES, LINE = 21.0, 34.0, 76.0, 102.0, 19.0  # where things stand, and how high a line is
TALL = 26.0


@dataclass(frozen=True, slots=True)
class Term:
    """A number in a line of arithmetic.

    Attributes:
        look: of its box.
        text: the number.
        caption: what it is.
        sign: what stands before it.
    """

    look: str
    text: str
    caption: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said at one moment.

    Attributes:
        title: in short.
        terms: the arithmetic.
        formula: as code; empty if there is none.
        notes: sentences.
    """

    title: str
    terms: tuple[Term, ...] = ()
    formula: str = ""
    notes: tuple[str, ...] = ()

    def told(self) -> str:
        """All of it in a sentence or two."""
        parts = [f"{t.sign} {t.text}{f' ({t.caption})' if t.caption else ''}".strip() for t in self.terms]
        said = [self.title, " ".join(parts), self.formula]
        return " ".join([f"{part.rstrip('.')}." for part in said if part] + list(self.notes))

    def lines(self, width: float) -> list[str]:
        """The sentences, broken to fit."""
        return [line for note in self.notes for line in textwrap.wrap(note, int((width - 2 * LEFT) / NOTE_LETTER))]


def height(remarks: Sequence[Remark], width: float) -> float:
    """What the tallest of them needs."""
    return max(_first_line(remark) + LINE * (bool(remark.formula) + len(remark.lines(width))) for remark in remarks)


def _first_line(remark: Remark) -> float:
    """Where the first sentence stands."""
    return LINES if remark.terms else TITLE + LINE + 4


def needed(remarks: Sequence[Remark]) -> float:
    """The width of the longest title, line of arithmetic, or formula."""
    return 2 * LEFT + max(
        max(
            text.width(remark.title) * BOLD_LETTER,
            sum(_wide(term) + SIGN * bool(term.sign) for term in remark.terms),
            text.width(remark.formula) * LETTER,
        )
        for remark in remarks
    )


def marks(remark: Remark, width: float) -> list[Mark]:
    """A remark in a strip of that width."""
    found: list[Mark] = [Text("title", LEFT, TITLE, remark.title)]
    x = LEFT
    for term in remark.terms:
        x += SIGN * bool(term.sign)
        wide = _wide(term)
        found += [
            Text("operator", x - SIGN / 2, BOX + 19, term.sign),
            Rect(term.look, x, BOX, wide, TALL, 5),
            Text("number", x + wide / 2, BOX + 18, term.text),
            Text("under", x + wide / 2, CAPTION, term.caption),
        ]
        x += wide
    lines = [*([("formula", remark.formula)] if remark.formula else []), *(("caption", n) for n in remark.lines(width))]
    first = _first_line(remark)
    return found + [Text(look, LEFT, first + LINE * i, words) for i, (look, words) in enumerate(lines)]


def stylesheet(remarks: Sequence[Remark]) -> str:
    """Rules for the boxes of numbers in a page, which look as their marks do."""
    used = sorted({term.look for remark in remarks for term in remark.terms})
    return "".join(f".tg-remarks .tg-{name}{{{_rule(LOOKS[name])}}}" for name in used)


def _rule(look: Look) -> str:
    fill, stroke = ("currentColor" if colour == INK else colour for colour in (look.fill, look.stroke))
    tinted = f"color-mix(in srgb,{fill} {100 * look.tint:g}%,#0000)"
    return f"background:{tinted};border:{look.width}px solid {stroke}"


def _wide(term: Term) -> float:
    """An even number of pixels, so that no place in a movie needs a fraction."""
    return 2.0 * math.ceil(max(text.width(term.text) * LETTER, text.width(term.caption) * SMALL_LETTER) / 2) + 16
