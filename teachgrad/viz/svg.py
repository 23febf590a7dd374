"""Marks as SVG: the artist for browsers.

There are two stylesheets of the same looks. In a page the ink is `currentColor` and there is no paper, so that
the picture takes the page's theme; a file of its own brings black ink and white paper. Knows nothing of what a
picture shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from teachgrad.viz.looks import BLACK, INK, LOOKS, WHITE, Look
from teachgrad.viz.scene import Circle, Group, Layer, Mark, Path, Rect, Scene, Segment, Text, Window

CODE_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
PLAIN_FONT = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"
WIDE = 900.0  # pixels that a notebook shows without shrinking a picture


def document(scene: Scene, alt: str) -> str:
    """A file of its own, in ASCII: readable in every viewer and from every encoding."""
    style = f"<style>{stylesheet(scene.marks)}</style>"
    paper = f'<rect class="tg-paper" width="{num(scene.width)}" height="{num(scene.height)}" rx="6" fill="{WHITE}"/>'
    return ascii_only(_svg(scene, alt, ' xmlns="http://www.w3.org/2000/svg"', style + paper))


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
        case Group(kind, marks, title, key):
            told = f"<title>{escape(title)}</title>" if title else ""
            named = f' data-key="{key}"' if key else ""
            return f'<g class="tg-{kind}-group"{named}>{told}{"".join(map(element, marks))}</g>'
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
        case Path(_, segments):
            return {"d": outline(segments)}
        case Layer(_, shown, _):
            return {"opacity": "1" if shown else "0"}
        case Text(_, x, y, _, upwards, _, length):
            found = {"x": num(x), "y": num(y), **({"textLength": num(length)} if length else {})}
            return {**found, "transform": f"rotate(-90 {num(x)} {num(y)})"} if upwards else found
    raise TypeError(f"{type(mark).__name__} has no place of its own")


def outline(segments: Sequence[Segment]) -> str:
    """The `d` of a path."""
    return "".join(letter + " ".join(map(num, numbers)) for letter, numbers in segments)


def stylesheet(marks: Iterable[Mark], themed: bool = False) -> str:
    """Rules for the looks that occur; those of a page apply inside of its figures only."""
    used = {name: LOOKS[name] for name in sorted(set(_looks(marks)))}
    return "".join(f".tg .tg-{name}{{{_rule(look, themed)}}}" for name, look in used.items())


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
        rules.append(f"fill-opacity:{look.tint}")
    if look.width:
        rules.append(f"stroke:{stroke};stroke-width:{look.width};stroke-linejoin:round;stroke-linecap:round")
    if look.dash:
        rules.append(f"stroke-dasharray:{' '.join(map(str, look.dash))}")
    if look.fade != 1:
        rules.append(f"opacity:{look.fade}")
    if look.size:
        family = CODE_FONT if look.code else PLAIN_FONT
        if themed:
            family = f"var(--jp-{'code' if look.code else 'ui'}-font-family,{family})"
        if look.align != "start":
            rules.append(f"text-anchor:{look.align}")
        rules.append(f"font:{'bold ' if look.bold else ''}{look.size}px {family}")
    return ";".join(rules)
