"""Draws the pictures of the README into notebooks/pictures: a graph, a descent, and for each lesson a small picture.

`make pictures` runs it. A lesson's picture is cut out of a figure that the built notebook shows, so that it promises
nothing else; what the whole figure says of itself becomes the picture's alternative text, there and in the README.
This module must not know what the lessons teach, only which of their figures to take.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.request import urlopen
from xml.etree import ElementTree

import nbformat
from nbformat import NotebookNode

import teachgrad as torch
from notebooks import build
from teachgrad import viz
from teachgrad.viz import svg
from teachgrad.viz.looks import WHITE

PICTURES = build.NOTEBOOKS / "pictures"
README = build.NOTEBOOKS.parent / "README.md"
SMALL = 200.0, 120.0  # pixels of a lesson's picture
MOST_SAID = 200  # characters of its alternative text, if the first sentence is no longer
SVG = "http://www.w3.org/2000/svg"
EDGE = {"fill": "none", "stroke": "#8c959f"}  # a grey that is seen on white paper and on a dark page

_FIGURE = re.compile(r'<img[^>]*? alt="([^"]*)"[^>]*? src="(data:image/svg[^"]*)"')
_PIECE = re.compile(r"([A-Za-z])([^A-Za-z]*)")
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
    "03_graphs": Cut("Computation graph of z", -3, -48, 374),
    "04_chain_rule": Cut("2 paths from x to out", 0, -14, 305.3),
    "05_backward": Cut("Computation graph of z", -3, -48, 374),
    "06_build_it": Cut("points; the model", 144, 28, 300),
    "07_tensors": Cut("Jacobian, 12 outputs by 3 inputs", 0, 48, 260),
    "08_bookkeeping": Cut("Gradient ledger of 5", 54, 142, 290),
    "09_descent": Cut("overshoots 32 times", 64, 104, 276),
    "10_training_loop": Cut("Training, 60 of 60", 64, 88, 220),
    "11_modules": Cut("linear of bias", 0, -32, 390),
    "12_data": Cut("Batches of 1", 64, 56, 250),
    "13_optimizers": Cut("Race from x = −1.5", 64, 104, 276),
    "14_depth": Cut("Bars in powers of ten, a layer each. signal", 394, 50, 292),
    "15_clinic": Cut("Curves over steps. A", -6, 309, 308),
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


def read(lesson: str) -> NotebookNode:
    """A lesson's notebook, as it was built."""
    notebook: NotebookNode = nbformat.read(build.notebook_path(lesson), as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def figure(lesson: str) -> tuple[str, str]:
    """The alternative text and the SVG of the figure of which a lesson's picture is a part."""
    outputs = [output for cell in read(lesson).cells for output in cell.get("outputs", ())]
    for output in outputs:
        for alt, image in _FIGURE.findall(output.get("data", {}).get("text/html", "")):
            if CUTS[lesson].words in unescape(alt):
                with urlopen(unescape(image)) as data:
                    return unescape(alt), data.read().decode()
    raise LookupError(f"{lesson} shows no figure that says “{CUTS[lesson].words}”: choose another in CUTS")


def small(lesson: str) -> str:
    """A lesson's picture, as the file that `make pictures` writes."""
    alt, whole = figure(lesson)
    cut = CUTS[lesson]
    ElementTree.register_namespace("", SVG)
    picture = ElementTree.fromstring(whole)
    for window in picture.iter(f"{{{SVG}}}svg"):
        for mark in list(window):
            if not _may_be_seen(_outline(mark), cut):
                window.remove(mark)  # a file twice as large as what it shows helps nobody
    box = {"x": svg.num(cut.left), "y": svg.num(cut.top), "width": svg.num(cut.width), "height": svg.num(cut.height)}
    picture.attrib |= {"width": svg.num(SMALL[0]), "height": svg.num(SMALL[1]), "viewBox": " ".join(box.values())}
    picture.attrib |= {"role": "img", "aria-label": said(alt)}
    picture.insert(0, ElementTree.Element("rect", {**box, "fill": WHITE}))
    ElementTree.SubElement(picture, "rect", {**box, **EDGE, "stroke-width": svg.num(2 * cut.width / SMALL[0])})
    return ElementTree.tostring(picture).decode() + "\n"


def _outline(mark: ElementTree.Element) -> str:
    """A path, or as one the place of a circle or a text; of all else nothing."""
    if mark.tag.endswith("circle"):
        return f"M{mark.get('cx')} {mark.get('cy')}"
    return f"M{mark.get('x')} {mark.get('y')}" if mark.tag.endswith("text") else mark.get("d", "")


def _may_be_seen(outline: str, cut: Cut) -> bool:
    """Whether the box round a path overlaps a cut; no path, yes. Small letters tell where to go from the place before.

    >>> cut = Cut("", left=0, top=0, width=100)
    >>> _may_be_seen("M90 10L120 10", cut), _may_be_seen("M190 10l30 0", cut), _may_be_seen("M190 10l-50 5-50 5", cut)
    (True, False, True)
    """
    if not outline:
        return True
    at, across, up = (0.0, 0.0), [], []
    for letter, told in _PIECE.findall(outline):
        numbers = [float(number) for number in _NUMBER.findall(told)]
        for count, (x, y) in enumerate(zip(numbers[::2], numbers[1::2], strict=True), 1):
            start = at if letter.islower() else (0.0, 0.0)
            across.append(start[0] + x)
            up.append(start[1] + y)
            if letter not in "Cc" or count % 3 == 0:  # a curve has two points beside its way
                at = across[-1], up[-1]
    beside = max(across) < cut.left or min(across) > cut.left + cut.width
    return not (beside or max(up) < cut.top or min(up) > cut.top + cut.height)


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
