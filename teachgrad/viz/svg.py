"""Marks as SVG: the artist for browsers.

There are two stylesheets of the same looks. In a page the ink is `currentColor` and there is no paper, so that
the picture takes the page's theme; a file of its own brings black ink and white paper. Knows nothing of what a
picture shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from urllib.parse import quote

from teachgrad.viz.looks import BLACK, INK, LOOKS, WHITE, Look
from teachgrad.viz.scene import Circle, Group, Layer, Mark, Path, Rect, Scene, Segment, Text, Window, moved

CODE_FONT = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace"
PLAIN_FONT = "system-ui,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"
UNQUOTED = " !'()*+,/:;<=>?@[]{}|$"  # these may stand in an address that stands in double quotes
WIDE = 900.0  # pixels that a notebook shows without shrinking a picture


def document(scene: Scene, alt: str) -> str:
    """A file of its own, in ASCII: readable in every viewer and from every encoding."""
    style = f"<style>{stylesheet(scene.marks)}</style>"
    paper = f'<rect class="tg-paper" width="{num(scene.width)}" height="{num(scene.height)}" rx="6" fill="{WHITE}"/>'
    return ascii_only(_svg(scene, alt, ' xmlns="http://www.w3.org/2000/svg"', style + paper))


def address(document: str) -> str:
    """A document as an address that holds it, letter by letter where that is allowed."""
    letters = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), document)  # three bytes in the place of nine
    return f"data:image/svg+xml,{quote(letters.replace(chr(34), chr(39)), safe=UNQUOTED)}"


def inline(scene: Scene, alt: str) -> str:
    """For use inside of a page that has the themed stylesheet."""
    legible = f' style="min-width:{scene.width * 0.7:.0f}px"' if scene.width > WIDE else ""  # then it is scrolled
    return ascii_only(_svg(scene, alt, legible, ""))


def _svg(scene: Scene, alt: str, more: str, head: str) -> str:
    w, h = num(scene.width), num(scene.height)
    return (
        f'<svg{more} class="tg" role="img" aria-label="{escape(alt)}" width="{w}" height="{h}" viewBox="0 0 {w} {h}">'
        f"{head}{''.join(map(element, scene.marks))}</svg>"
    )


def ascii_only(markup: str) -> str:
    """The same markup with every other character as a reference."""
    return markup.encode("ascii", "xmlcharrefreplace").decode()


def num(value: float) -> str:
    """A number of pixels, to a tenth.

    >>> num(3.0), num(-0.04), num(2.25)
    ('3', '0', '2.2')
    """
    short = f"{value:.1f}"
    return "0" if short == "-0.0" else short.removesuffix(".0")


def element(mark: Mark) -> str:
    """One mark, with all that is in it."""
    match mark:
        case Group(kind, marks, title, key, (x, y)):
            told = f"<title>{escape(title)}</title>" if title else ""
            named = f' data-key="{key}"' if key else ""
            there = f' transform="translate({num(x)} {num(y)})"' if x or y else ""
            inner = moved(marks, -x, -y) if there else marks
            return f'<g class="tg-{kind}-group"{named}{there}>{told}{"".join(map(element, inner))}</g>'
        case Layer(marks, _, key):
            return f'<g data-key="{key}" opacity="{attributes(mark)["opacity"]}">{"".join(map(element, marks))}</g>'
        case Window(x, y, width, height, marks):
            box = f'x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}"'
            view = f'viewBox="{num(x)} {num(y)} {num(width)} {num(height)}"'
            return f"<svg {box} {view}>{''.join(map(element, marks))}</svg>"
        case _:
            tag = {Rect: "rect", Circle: "circle", Path: "path", Text: "text"}[type(mark)]
            written = "".join(f' {name}="{value}"' for name, value in attributes(mark).items())
            key = f' data-key="{mark.key}"' if mark.key else ""
            start = f'<{tag} class="tg-{mark.look}"{key}{written}'
            return f"{start}>{escape(mark.text)}</text>" if isinstance(mark, Text) else start + "/>"


def state(mark: Mark) -> dict[str, str]:
    """What may change about a mark from moment to moment: where it is, how it looks, and what it says, as `text`."""
    if isinstance(mark, Group | Window | Layer):
        return attributes(mark)
    said = {"text": mark.text} if isinstance(mark, Text) else {}
    return {**attributes(mark), "class": f"tg-{mark.look}", **said}


def attributes(mark: Mark) -> dict[str, str]:
    """Where a mark is, as SVG says it."""
    match mark:
        case Rect(_, x, y, width, height, radius):
            found = {"x": num(x), "y": num(y), "width": num(width), "height": num(height)}
            return {**found, "rx": num(radius)} if radius else found
        case Circle(_, x, y, radius, _):
            return {"cx": num(x), "cy": num(y), "r": num(radius)}
        case Path(_, segments, _, growing):
            return {"d": outline(segments, growing)}
        case Layer(_, shown, _):
            return {"opacity": "1" if shown else "0"}
        case Text(_, x, y, _, upwards, _, length):
            found = {"x": num(x), "y": num(y), **({"textLength": num(length)} if length else {})}
            return {**found, "transform": f"rotate(-90 {num(x)} {num(y)})"} if upwards else found
    raise TypeError(f"{type(mark).__name__} has no place of its own")


def outline(segments: Sequence[Segment], growing: bool = False) -> str:
    """The `d` of a path, each piece told from where the one before it ended, which takes fewer digits.

    A player cuts a growing path into pieces that stand alone: they are told in full.

    >>> corner = [("M", (100.0, 100.0)), ("L", (107.0, 100.0)), ("L", (107.0, 92.0))]
    >>> outline(corner), outline(corner, growing=True)
    ('M100 100l7 0 0-8', 'M100 100L107 100L107 92')
    """
    at, before = (0.0, 0.0), ""
    written = []
    for letter, numbers in segments:
        away = (0.0, 0.0) if growing or letter == "M" else at
        steps = [float(num(number - away[i % 2])) for i, number in enumerate(numbers)]
        if steps:
            at = (away[0] + steps[-2], away[1] + steps[-1])  # as rounded: no error adds up
        letter = letter if growing or letter in "MZ" else letter.lower()
        again = letter == before and letter in "lc"
        written.append((" " if again else letter) + " ".join(map(num, steps)))
        before = letter
    return "".join(written).replace(" -", "-")


def stylesheet(marks: Iterable[Mark], themed: bool = False) -> str:
    """Rules for the looks that occur; those of a page apply inside of its figures only."""
    used = {name: LOOKS[name] for name in sorted(set(_looks(marks)))}
    own = "".join(f".tg .tg-{name}{{{_rule(look, themed)}}}" for name, look in used.items())
    return f".tg{{stroke-linejoin:round;stroke-linecap:round}}{own}{_fonts(used, themed)}"


def _fonts(used: Mapping[str, Look], themed: bool) -> str:
    """One rule for all looks whose letters are those of code, and one for all others: families have long names."""
    rules = []
    for code, family in ((True, CODE_FONT), (False, PLAIN_FONT)):
        names = [name for name, look in used.items() if look.size and look.code == code]
        if themed:
            family = f"var(--jp-{'code' if code else 'ui'}-font-family,{family})"
        if names:
            rules.append(f"{','.join(f'.tg .tg-{name}' for name in names)}{{font-family:{family}}}")
    return "".join(rules)


def _looks(marks: Iterable[Mark]) -> Iterable[str]:
    for mark in marks:
        match mark:
            case Group(_, inner) | Window(_, _, _, _, inner) | Layer(inner):
                yield from _looks(inner)
            case _:
                yield mark.look


def _rule(look: Look, themed: bool) -> str:
    ink = "currentColor" if themed else BLACK
    fill, stroke = (ink if colour == INK else colour for colour in (look.fill, look.stroke))
    rules = [f"fill:{fill}"]
    if look.tint != 1:
        rules.append(f"fill-opacity:{look.tint:g}".replace("0.", "."))
    if look.width:
        rules.append(f"stroke:{stroke};stroke-width:{look.width}")
    if look.dash:
        rules.append(f"stroke-dasharray:{' '.join(map(str, look.dash))}")
    if look.fade != 1:
        rules.append(f"opacity:{look.fade:g}".replace("0.", "."))
    if look.size:
        if look.align != "start":
            rules.append(f"text-anchor:{look.align}")
        rules.append(f"font-size:{look.size}px")
        if look.bold:
            rules.append("font-weight:bold")
    return ";".join(rules)
