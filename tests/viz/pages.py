"""What becomes of a figure on its way to the reader, for the tests of this folder."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def words(markup: str) -> list[str]:
    """The texts that an SVG file shows."""
    return [element.text or "" for element in ElementTree.fromstring(markup).iter(f"{SVG}text")]


def pictured(twin: str) -> list[str]:
    """The texts that a graph's image shows, sorted: those of a drawing as often as it is used."""
    root = ElementTree.fromstring(twin)
    (drawings,) = root.findall(f"{SVG}defs")
    root.remove(drawings)
    by_address = {f"#{drawing.get('id')}": drawing for drawing in drawings}

    def texts(element: ElementTree.Element) -> list[str]:
        used = [text for use in element.iter(f"{SVG}use") for text in texts(by_address[use.attrib["href"]])]
        return [*used, *(text.text or "" for text in element.iter(f"{SVG}text"))]

    return sorted(texts(root))


class Page(HTMLParser):
    """The tags of a page, its images, and the text of its SVG."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.text: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data):
        if self.tags[-1] == "text":
            self.text.append(data)


def still(markup: str) -> str:
    """The SVG in the image of a figure."""
    (image,) = Page(markup).images
    assert image["src"] is not None
    head, _, data = image["src"].partition(",")
    assert head == "data:image/svg+xml"
    return unquote(data)


class Sanitizer(HTMLParser):
    """JupyterLab's treatment of a notebook that is not trusted.

    Unknown tags go, **but the text in them stays**; scripts and styles go with all that is in them; of the attributes
    a few stay, if they have a value. (Seen in JupyterLab 4.6.)
    """

    TAGS = frozenset({"figure", "div", "p", "img", "button", "input"})
    GONE = frozenset({"script", "style"})
    ATTRIBUTES = frozenset({"class", "hidden", "alt", "src"})

    def __init__(self) -> None:
        super().__init__()
        self.left: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag, attrs):
        if tag in self.GONE:
            self.inside = tag
        if tag in self.TAGS:
            kept = "".join(f' {name}="{escape(value)}"' for name, value in attrs if name in self.ATTRIBUTES and value)
            self.left.append(f"<{tag}{kept}>")

    def handle_endtag(self, tag):
        if tag == self.inside:
            self.inside = ""
        if tag in self.TAGS:
            self.left.append(f"</{tag}>")

    def handle_data(self, data):
        if not self.inside:
            self.left.append(escape(data))


def untrusted(markup: str) -> str:
    """What JupyterLab shows of a figure if the notebook is not trusted."""
    sanitizer = Sanitizer()
    sanitizer.feed(markup)
    return "".join(sanitizer.left)
