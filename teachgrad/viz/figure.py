"""What every function of this package returns: a picture that shows itself and can be saved.

In a notebook a figure is one piece of HTML with two coats. An `<img>` with alternative text is all that remains
where scripts and SVG are taken out (an untrusted notebook, a code host); where they are not, a picture in the
colours of the page takes its place. A figure is marked by a fingerprint of its content, not of positions: executed
twice, a notebook gives the same marks, and a page may hold the same figure twice.

Knows marks and files; not what a picture is about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from teachgrad.viz import scene, svg
from teachgrad.viz.scene import Mark, Scene

HERE = Path(__file__).parent
TOLD = "told"  # the key of the text that is the read-out of a movie
Writers = dict[str, Callable[[Path], None]]


class Figure:
    """A still picture.

    Args:
        picture: what is drawn.
        alt: what it shows, in a sentence or two.
        content: what the fingerprint is made of: all that is told, and nothing of where it was put.
    """

    sheets: tuple[str, ...] = ("figure.css",)

    def __init__(self, picture: Scene, alt: str, content: str) -> None:
        self.picture = picture
        self.alt = alt
        self.fingerprint = hashlib.sha256(content.encode()).hexdigest()[:10]

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        return self.html

    @property
    def svg(self) -> str:
        """The picture as an SVG file of its own: black on white."""
        return svg.document(self.picture, self.alt)

    @property
    def html(self) -> str:
        """The picture as a piece of a web page that needs nothing from outside."""
        return self.piece(self._script())

    def piece(self, script: str) -> str:
        """The picture as a piece of a web page, with a script at its end."""
        focus = ' tabindex="0"' if self.picture.width > svg.WIDE else ""  # what scrolls must be reached by keys
        return (
            f'<figure class="tg" data-teachgrad="{self.fingerprint}"{focus}>'
            f"<style>{self._style()}</style>"
            f"{self._live()}{self._still()}{script}</figure>"
        )

    def _style(self) -> str:
        """The rules that the piece brings into its page."""
        return "".join(map(sheet, self.sheets)) + svg.stylesheet(self._marks(), themed=True)

    def _marks(self) -> Iterable[Mark]:
        """All that may be seen in the page."""
        return self.picture.marks

    def _live(self) -> str:
        """The picture in the colours of its page.

        Where SVG and styles are taken out, the words in the picture are left: `hidden` keeps them from being seen, and
        the stylesheet takes that back if there is a picture. (JupyterLab takes out attributes without a value.)
        """
        return f'<div class="tg-live" hidden="hidden">{svg.inline(self.picture, self.alt)}</div>'

    def _still(self) -> str:
        return svg.ascii_only(f'<img alt="{escape(self.alt)}" src="{svg.address(self._twin())}">')

    def _twin(self) -> str:
        """The picture as an image, where nothing can be pointed at."""
        return svg.document(scene.untitled(self.picture), self.alt)

    def _script(self) -> str:
        return ""

    def save(self, path: str | Path) -> None:
        """Write a file; its suffix says which kind.

        Raises:
            ValueError: if no file of that kind can be written.
            ImportError: if matplotlib, which draws all but `.svg` and `.html`, is missing.
        """
        path = Path(path)
        writers = self._writers()
        if path.suffix.lower() not in writers:
            raise ValueError(
                f"cannot save a picture as {path.name!r}; the name must end in one of: {', '.join(writers)}"
            )
        writers[path.suffix.lower()](path)

    def _writers(self) -> Writers:
        return {
            ".svg": lambda path: write_text(path, self.svg),
            ".html": lambda path: write_text(path, page(self.html, self.alt)),
            ".png": self._draw,
            ".pdf": self._draw,
        }

    def _draw(self, path: Path) -> None:
        from teachgrad.viz import raster

        raster.save(self.picture, path)


class Movie(Figure):
    """A picture that plays, steps and scrubs; where no script runs, it shows its last moment.

    All is computed beforehand: the page holds, for each mark that moves, a table of where it is when.

    Args:
        moments: one picture each. They differ in marks that have a key; a growing path is complete in the last.
        told: what the read-out says at each moment.
        seconds: how long it plays.
        alt, content: as for every figure.
    """

    sheets: tuple[str, ...] = ("figure.css", "player.css")
    programs: tuple[str, ...] = ("player.js",)
    entry = "player"  # the function in them that does the work

    def __init__(
        self, moments: Sequence[Scene], told: Sequence[str], alt: str, content: str, seconds: float = 4.5
    ) -> None:
        super().__init__(moments[-1], alt, content)
        self.moments = moments
        self.told = told
        self.seconds = seconds

    @property
    def pause(self) -> float:
        """Seconds from one moment to the next: half a second at most, for a short movie would drag."""
        return min(self.seconds / len(self.moments), 0.5)

    def _marks(self) -> Iterable[Mark]:
        return {id(mark): mark for moment in self.moments for mark in moment.marks}.values()

    def _live(self) -> str:
        return ""  # the player unpacks the image

    def data(self) -> dict[str, Any]:
        """What the player is given."""
        return {**tracks(self.moments), "told": list(self.told), "pause": round(self.pause * 1000)}

    def _script(self) -> str:
        return f"<script>{self.program()}</script>"

    def program(self) -> str:
        """The player at work on the data."""
        data = json.dumps(self.data(), separators=(",", ":")).replace("<", "\\u003c")  # no "</script>" in it
        program = "\n".join(code(name) for name in self.programs)
        return f"(()=>{{{program}\nteachgrad({json.dumps(self.fingerprint)},{data},{self.entry})}})()"

    def _writers(self) -> Writers:
        return {**super()._writers(), ".gif": self._film, ".mp4": self._film}

    def _film(self, path: Path) -> None:
        from teachgrad.viz import raster

        raster.film(self.moments, path, self.pause)


def tracks(moments: Sequence[Scene]) -> dict[str, Any]:
    """What the player needs to know about the marks that move.

    For each of them, the attributes that change, `text` among them: as a list over the moments or, where few of them
    bring a change, as a table of those; and which paths just grow.

    >>> from teachgrad.viz.scene import Circle
    >>> tracks([Scene(9, 9, [Circle("ball", x, 5, 2, key="ball")]) for x in (1, 2.5)])
    {'tracks': {'ball': {'cx': [1, 2.5]}}, 'grow': []}
    """
    seen = [scene.keyed(moment.marks) for moment in moments]
    moving: dict[str, dict[str, Any]] = {}
    for key, last in seen[-1].items():
        if isinstance(last, scene.Path) and last.growing:
            continue
        different = {id(marks[key]): marks[key] for marks in seen}
        states = {which: svg.state(mark) for which, mark in different.items()}
        for name in next(iter(states.values())) if len(states) > 1 else ():
            values = [states[id(marks[key])][name] for marks in seen]
            if len(set(values)) > 1 and (key, name) != (TOLD, "text"):
                bare: dict[str, Any] = {value: value if name == "text" else _bare(value) for value in set(values)}
                moving.setdefault(key, {})[name] = _brief([bare[value] for value in values])
    grow = [key for key, mark in seen[-1].items() if isinstance(mark, scene.Path) and mark.growing]
    return {"tracks": moving, "grow": grow}


def _brief(values: Sequence[Any]) -> Sequence[Any] | dict[int, Any]:
    """A list, or what changes when, whichever is shorter.

    >>> _brief([1, 2, 3]), _brief([0, 0, 0, 0, 7])
    ([1, 2, 3], {0: 0, 4: 7})
    """
    changes = {i: value for i, value in enumerate(values) if i == 0 or value != values[i - 1]}
    return changes if 2 * len(changes) < len(values) else values


def _bare(value: str) -> str | int | float:
    """A number without the quotes that JSON puts round a text."""
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return value


def page(figure: str, title: str) -> str:
    """A whole web page round a figure."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{svg.ascii_only(escape(title))}</title>'
        '<meta name="viewport" content="width=device-width">'
        "<style>:root{color-scheme:light dark}body{margin:1rem}</style>"
        f"<main>{figure}</main></html>\n"
    )


def sheet(name: str) -> str:
    """A stylesheet in this folder."""
    return (HERE / name).read_text("utf-8")


def code(name: str | Path) -> str:
    """A file of JavaScript in this folder, without its comments."""
    lines = (line.partition("// ")[0].strip() for line in (HERE / name).read_text("utf-8").splitlines())
    return "\n".join(filter(None, lines))


def script(path: Path, fingerprint: str, data: object) -> str:
    """A file of JavaScript at work on every copy of a figure that a page holds, once on each.

    The file has a function ``start(root, data)``; `data` is handed to it as JSON.
    """
    given = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")  # no "</script>" in a name ends it
    copies = f'figure[data-teachgrad="{fingerprint}"]:not([data-started])'
    each = f"const data={given};for(const root of document.querySelectorAll('{copies}'))"
    return f'<script>(()=>{{{code(path)}\n{each}{{root.dataset.started="";start(root,data)}}}})()</script>'


def write_text(path: Path, markup: str) -> None:
    """Write a text file that is the same on every system."""
    path.write_text(markup, encoding="utf-8", newline="\n")
