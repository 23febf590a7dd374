"""Writes notebooks/INDEX.md: every misconception that a lesson refutes, and every error message that is explained.

The misconceptions are read from the lessons' sources, the errors from tests/mistakes.toml, which holds the programs
that raise them. Each links to its lesson, a misconception to its heading there. This module must not know what any
lesson teaches.

    python -m notebooks.index
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from notebooks.build import NOTEBOOKS, read_source, source_path
from teachgrad.lessons import LESSONS, Lesson
from tests.mistakes import MISTAKES

INDEX = NOTEBOOKS / "INDEX.md"
PIECE = re.compile(r'^#+ (?P<heading>[^\n]+)$|\*\*Misconception: "(?P<claim>.+?)"\*\*', re.MULTILINE | re.DOTALL)
MARKUP = re.compile(r"[`*$]|\[(?P<text>[^]]*)\]\([^)]*\)")

HEAD = """\
# Index

What people believe, and what goes wrong: each with the lesson that treats it. `python -m notebooks.index` writes this
page, from the lessons and from the programs that test the error messages.
"""
CLAIMS = """
## What people believe

Each of these is refuted by a cell that you run; bet first.
"""
ERRORS = """
## What goes wrong

The words are PyTorch's, so that you can search for them. Below them, every message says why it came, and what to do.
"""
PLAIN = """
### Explained by the message alone
"""


class Misconception(NamedTuple):
    """A claim that a lesson refutes, and the heading under which it stands."""

    claim: str
    heading: str


def misconceptions(name: str) -> Iterator[Misconception]:
    """Those of a lesson, in order."""
    heading = ""
    words = "\n\n".join(cell.source for cell in read_source(name).cells if cell.cell_type == "markdown")
    for piece in PIECE.finditer(re.sub(r"^> ?", "", words, flags=re.MULTILINE)):
        if piece["heading"]:
            heading = MARKUP.sub(lambda found: found["text"] or "", piece["heading"])
        else:
            yield Misconception(" ".join(piece["claim"].split()), heading)


def page() -> str:
    """The index as Markdown."""
    return "".join([HEAD, CLAIMS, *_claims(), ERRORS, *_errors(), PLAIN, *_table(None)])


def _claims() -> Iterator[str]:
    for lesson in LESSONS:
        found = list(misconceptions(lesson.name)) if source_path(lesson.name).exists() else []
        if found:
            yield f"\n### {_linked(lesson)}\n\n"
        for claim, heading in found:
            yield f"- [{claim}]({lesson.name}.ipynb#{anchor(heading)})\n"


def _errors() -> Iterator[str]:
    for lesson in LESSONS:
        if any(mistake.lesson == lesson.number for mistake in MISTAKES):
            yield f"\n### {_linked(lesson)}\n"
            yield from _table(lesson.number)


def _linked(lesson: Lesson) -> str:
    """The number and the title of a lesson; a link, where the lesson exists."""
    title = f"{lesson.number:02} · {lesson.title.partition(':')[0]}"
    return f"[{title}]({lesson.name}.ipynb)" if source_path(lesson.name).exists() else title


def _table(lesson: int | None) -> Iterator[str]:
    """The errors that send readers to a lesson, or to none."""
    yield "\n| message | what was done |\n|---|---|\n"
    done: dict[str, list[str]] = {}
    for mistake in MISTAKES:
        if mistake.lesson == lesson:
            done.setdefault(" ".join(mistake.words.split()), []).append(mistake.name)
    for words in sorted(done, key=str.lower):
        yield f"| {_code(words)} | {'; '.join(done[words])} |\n"


def _code(words: str) -> str:
    """A message as code in a cell of a table, where a bar would end the cell."""
    escaped = words.replace("|", "\\|")
    return f"`` {escaped} ``" if "`" in words else f"`{escaped}`"


def anchor(heading: str) -> str:
    """Where a heading of a notebook is found: JupyterLab writes hyphens for its spaces."""
    return quote(heading.replace(" ", "-"), safe=":?!,;'+=@/")


if __name__ == "__main__":
    INDEX.write_text(page(), encoding="utf-8", newline="\n")
