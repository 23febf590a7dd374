"""Pictures below each other in one, each with a title: to be compared line by line.

Knows marks and figures; not what they show.
"""

from __future__ import annotations

from collections.abc import Mapping

from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Mark, Scene, Text, moved

TITLE, GAP, MARGIN = 28.0, 14.0, 8.0  # pixels: for a title, between two pictures, at the left


def stacked(figures: Mapping[str, Figure], told: str = "") -> Figure:
    """Several figures as one, each below its title.

    Args:
        figures: by title, from top to bottom.
        told: what is to be seen in them together; it comes first in the alternative text.

    >>> from teachgrad.viz import draw_curves
    >>> stacked({name: draw_curves({"": {"loss": [2.0, last]}}) for name, last in (("A", 1.0), ("B", 3.0))}, "Two.")
    Two. A: Curves over steps. loss 2 to 1. B: Curves over steps. loss 2 to 3.
    """
    marks: list[Mark] = []
    top = 0.0
    for title, figure in figures.items():
        marks.append(Text("title", MARGIN, top + 18, title))
        marks += moved(figure.picture.marks, 0, top + TITLE)
        top += TITLE + figure.picture.height + GAP
    alt = " ".join([told, *(f"{title}: {figure.alt}" for title, figure in figures.items())]).strip()
    width = max(figure.picture.width for figure in figures.values())
    return Figure(Scene(width, top - GAP, marks), alt, content=alt)
