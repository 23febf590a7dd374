"""Draws the pictures of the README into notebooks/pictures: a graph, a descent, and for each lesson a small picture.

`make pictures` runs it. A lesson's picture is cut out of a figure that the built notebook shows, so that it promises
nothing else; what the whole figure says of itself becomes the picture's alternative text, there and in the README.
This module must not know what the lessons teach, only which of their figures to take.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import nbformat

import teachgrad as torch
from notebooks import build
from teachgrad import viz
from teachgrad.viz import svg
from teachgrad.viz.looks import LOOKS

PICTURES = build.NOTEBOOKS / "pictures"
README = build.NOTEBOOKS.parent / "README.md"
SMALL = 200.0, 120.0  # pixels of a lesson's picture
LEGIBLE = 5.0  # pixels; what would be set smaller is left out
MOST_SAID = 200  # characters of its alternative text, if the first sentence is no longer
SVG = "http://www.w3.org/2000/svg"
EDGE = {"fill": "none", "stroke": "#8c959f"}  # a grey that is seen on white paper and on a dark page

_FIGURE = re.compile(r'<img[^>]*? alt="([^"]*)"[^>]*? src="data:image/svg\+xml;base64,([^"]*)"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a lesson's picture is cut out: the figure whose alternative text has `words`; the corner; the width."""

    words: str
    left: float
    top: float
    width: float

    @property
    def height(self) -> float:
        """All pictures have one shape."""
        return self.width * SMALL[1] / SMALL[0]


CUTS = {
    "00_start_here": Cut("Training, 400 of 400", 64, 66, 300),
    "01_slope": Cut("Nudged ahead by 0.1", 66, 83, 300),
    "02_gradient": Cut("A map with a point at x = 0.5", 134, 214, 250),
    "03_graphs": Cut("Computation graph of z", 0, -46, 365.5),
    "04_chain_rule": Cut("2 paths from x to out", 0, -14, 305.3),
    "05_backward": Cut("Computation graph of z", 0, -46, 365.5),
    "06_build_it": Cut("points; the model", 144, 28, 300),
    "07_tensors": Cut("Jacobian, 12 outputs by 3 inputs", 0, 48, 260),
    "08_bookkeeping": Cut("Gradient ledger of 5", 54, 142, 290),
    "09_descent": Cut("overshoots 32 times", 64, 104, 276),
    "10_training_loop": Cut("Training, 60 of 60", 64, 88, 220),
    "11_modules": Cut("linear of bias", 0, -32, 390),
    "12_data": Cut("Batches of 1", 64, 56, 250),
    "13_optimizers": Cut("Race from x = −1.5", 64, 104, 276),
    "14_depth": Cut("Bars in powers of ten, a layer each. signal", 394, 50, 292),
    "15_clinic": Cut("Curves over steps. A", 40, 15, 860),
    "16_beyond": Cut("Newton on a saddle", 64, 86, 250),
}


def graph() -> None:
    """One neuron and its loss, as the README's first program computes them."""
    x = torch.tensor(2.0)
    w = torch.tensor(-0.5, requires_grad=True)
    b = torch.tensor(1.5, requires_grad=True)
    y = torch.tanh(x * w + b)
    loss = (y - 1) ** 2
    loss.backward()
    viz.draw_graph(loss, names={"x": x, "w": w, "b": b, "y": y, "loss": loss}).save(PICTURES / "graph.svg")


def descent() -> None:
    """Momentum in a ravine: across it the ball swings, along it it gathers speed."""
    viz.animate_descent(
        lambda x, y: x**2 / 20 + y**2,
        start=(-9.0, 2.5),
        optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.15, momentum=0.8),
        steps=60,
    ).save(PICTURES / "descent.svg")


def figure(lesson: str) -> tuple[str, str]:
    """The alternative text and the SVG of the figure of which a lesson's picture is a part."""
    notebook = nbformat.read(build.notebook_path(lesson), as_version=4)  # type: ignore[no-untyped-call]
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    for output in outputs:
        for alt, image in _FIGURE.findall(output.get("data", {}).get("text/html", "")):
            if CUTS[lesson].words in unescape(alt):
                return unescape(alt), base64.b64decode(image).decode()
    raise LookupError(f"{lesson} shows no figure that says “{CUTS[lesson].words}”: choose another in CUTS")


def small(lesson: str) -> str:
    """A lesson's picture, as the file that `make pictures` writes."""
    alt, whole = figure(lesson)
    cut = CUTS[lesson]
    ElementTree.register_namespace("", SVG)
    picture = ElementTree.fromstring(whole)
    _leave_out(picture, cut)
    window = {"x": svg.num(cut.left), "y": svg.num(cut.top), "width": svg.num(cut.width), "height": svg.num(cut.height)}
    picture.attrib |= {"width": svg.num(SMALL[0]), "height": svg.num(SMALL[1]), "viewBox": " ".join(window.values())}
    picture.attrib["aria-label"] = said(alt)
    paper = picture.find(f"{{{SVG}}}rect[@class='tg-paper']")
    assert paper is not None, "every figure brings its paper"
    paper.attrib |= window
    ElementTree.SubElement(picture, "rect", {**window, **EDGE, "stroke-width": svg.num(2 * cut.width / SMALL[0])})
    return ElementTree.tostring(picture).decode() + "\n"


def _leave_out(parent: ElementTree.Element, cut: Cut) -> None:
    """Take out the marks that lie outside of a cut: a file ten times as large as what it shows helps nobody."""
    for mark in list(parent):
        _leave_out(mark, cut)
        if not _may_be_seen(mark, cut):
            parent.remove(mark)


def _may_be_seen(mark: ElementTree.Element, cut: Cut) -> bool:
    """Whether some part of a path, a circle, or the place of a legible text lies in a cut; of all else, yes."""
    numbers = [float(number) for number in _NUMBER.findall(mark.get("d", ""))]
    across, up = numbers[::2], numbers[1::2]
    if "cx" in mark.attrib:
        across, up = [float(mark.attrib["cx"])], [float(mark.attrib["cy"])]
    if mark.tag.endswith("text"):
        size = LOOKS[mark.attrib["class"].removeprefix("tg-")].size
        if size * SMALL[0] / cut.width < LEGIBLE:
            return False
        across, up = [float(mark.attrib["x"])], [float(mark.attrib["y"])]
    return not across or (
        max(across) > cut.left
        and min(across) < cut.left + cut.width
        and max(up) > cut.top
        and min(up) < cut.top + cut.height
    )


def said(alt: str) -> str:
    """As many sentences of an alternative text as do not tire a listener, but at least one.

    >>> said("A graph of two leaves. It has 3.5 edges.")
    'A graph of two leaves. It has 3.5 edges.'
    >>> said("A graph. It has edges. " + "They go on" * 20)
    'A graph. It has edges.'
    """
    sentences = re.split(r"(?<=\.) ", alt)
    starts = (" ".join(sentences[:count]) for count in range(len(sentences), 1, -1))
    return next((start for start in starts if len(start) <= MOST_SAID), sentences[0])


def main() -> None:
    """Draw all pictures, and write into the README what those of the lessons show."""
    PICTURES.mkdir(exist_ok=True)
    graph()
    descent()
    readme = README.read_text(encoding="utf-8")
    for lesson in CUTS:
        (PICTURES / f"{lesson}.svg").write_text(small(lesson), encoding="utf-8", newline="\n")
        place = rf"!\[[^\n]*?\](?=\(notebooks/pictures/{lesson}\.svg\))"
        text = f"![{said(figure(lesson)[0])}]"
        readme = re.sub(place, lambda _, text=text: text, readme)  # type: ignore[misc]
    README.write_text(readme, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
