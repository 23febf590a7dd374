"""`doctor()`: is everything in order, and if not, what is the one thing to do?

What it finds differs from machine to machine, and yet a lesson must show the same everywhere: its cells are compared
with what they showed when it was built. So the report has two sides. Versions stand in the *widget*, which is never
saved and never compared; that the reader sees it is at the same time the proof that widgets display. The *still page*
beside it is saved and compared: it says whether something is missing, in words that are the same wherever nothing is.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib import metadata
from typing import Any

from teachgrad.tensor import Tensor
from teachgrad.version import __version__
from teachgrad.viz import layout

Version = tuple[int, ...]

WIDGET = "application/vnd.jupyter.widget-view+json"
NEEDED: dict[str, Version] = {"numpy": (2,), "matplotlib": (3, 8), "ipywidgets": (8, 1), "anywidget": (0, 9)}
ENGINES = {
    "dot": "the dot program",
    "pygraphviz": "Graphviz inside of pygraphviz",
    "built-in": "our own: no Graphviz here, and none needed",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; with `missing`, the requirement that would mend it."""

    subject: str
    found: str
    missing: str = ""


class Report:
    """What the doctor found; `print(doctor())` shows it as text."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)

    @property
    def healthy(self) -> bool:
        """Whether nothing is missing."""
        return not any(finding.missing for finding in self.findings)

    @property
    def remedy(self) -> str:
        """The one thing to do; empty if there is nothing to do."""
        missing = " ".join(f'"{finding.missing}"' for finding in self.findings if finding.missing)
        return missing and f"%pip install --upgrade {missing}"

    def __str__(self) -> str:
        widest = max(len(finding.subject) for finding in self.findings)
        lines = [f"{finding.subject:<{widest}}  {finding.found}" for finding in self.findings]
        return "\n".join([*lines, "", f"To do: {self.remedy}" if self.remedy else "Everything is in order."])

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": "doctor()", "text/html": self.still}
        with suppress(ImportError):  # without ipywidgets, the still page is what there is, and says so
            bundle[WIDGET] = self.widget._repr_mimebundle_()[WIDGET]
        return bundle

    @cached_property
    def widget(self) -> Any:
        """The table of versions, an ipywidgets widget."""
        import ipywidgets

        rows = [*self.findings, Finding("widgets", "displayed: you are looking at one")]
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(row.subject)}</th>'
            f'<td style="text-align:left">{escape(row.found)}</td></tr>'
            for row in rows
        )
        verdict = self.trouble or "<p><strong>Everything is in order.</strong></p>"
        return ipywidgets.HTML(f"{verdict}<table>{cells}</table>")

    @property
    def still(self) -> str:
        """HTML without versions. It is all that is seen where widgets do not display, and in a notebook not run yet."""
        return self.trouble or (
            "<p><strong>When this cell last ran, all was in order.</strong> Run it: a table of versions takes the "
            "place of these lines. If they stay, your page cannot display widgets. The one thing to do: install "
            "<code>jupyterlab_widgets</code> where JupyterLab itself is installed, start it again, and reload the "
            "page. Until then, pictures change only when their cell has finished.</p>"
        )

    @property
    def trouble(self) -> str:
        """What is missing and the one thing to do, as HTML; empty if there is nothing to do."""
        wrong = "; ".join(f"{finding.subject} {finding.found}" for finding in self.findings if finding.missing)
        return wrong and (
            f"<p><strong>Not in order: {escape(wrong)}.</strong> The one thing to do: run "
            f"<code>{escape(self.remedy)}</code> in a cell, then choose Restart Kernel in the Kernel menu.</p>"
        )


def doctor() -> Report:
    """Look at what the lessons need: Python, packages, the engine that lays out graphs, one derivative, the widgets.

    >>> doctor().healthy
    True
    """
    return Report([
        Finding("Python", platform.python_version()),
        Finding("teachgrad", f"{__version__}: the slope of x² at 2 is {_slope()}"),
        *(_package(name, least) for name, least in NEEDED.items()),
        Finding("graphs laid out by", _engine()),
        Finding("PyTorch", _installed("torch") or "not installed: not needed, the lessons do without"),
    ])  # fmt: skip


def _package(name: str, least: Version) -> Finding:
    """Whether a package is there, and new enough."""
    requirement = f"{name}>={'.'.join(map(str, least))}"
    found = _installed(name)
    if found is None:
        return Finding(name, "is not installed", requirement)
    if _numbers(found) < least:
        return Finding(name, f"{found} is too old", requirement)
    return Finding(name, found)


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> Version:
    """A version as numbers, because as texts "10.0" comes before "9.0".

    >>> _numbers("10.0"), _numbers("8.1.0rc2"), _numbers("2.13.0+cpu")
    ((10, 0), (8, 1, 0), (2, 13, 0))
    """
    leading = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, leading[0].split("."))) if leading else ()


def _engine() -> str:
    """Who answers when a graph is to be laid out."""
    engine = layout.lay_out([(10.0, 10.0), (10.0, 10.0)], [(0, 1)]).engine
    return ENGINES.get(engine, engine)


def _slope() -> float:
    x = Tensor([2.0]).requires_grad_()
    (x * x).sum().backward()
    assert x.grad is not None
    return float(x.grad.item())
