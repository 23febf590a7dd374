"""How pytest checks the lessons: nbval collects and compares their cells, nbclient runs them.

nbval alone does not do what JupyterLab does with Output widgets, ``clear_output``, updated displays and a trailing
semicolon; nbclient does, and it also built the notebooks. nbclient alone overlooks an exception that a widget has
swallowed, and nbval accepts a cell whose outputs were stripped; here both are failures.

Pictures are compared by the words in them, since their coordinates depend on the layout engine at hand.
"""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Generator, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile, coalesce_streams

from notebooks.build import WORKED_IN, belongs_to_a_learner, client, environment, without_addresses

collect_ignore = ["src"]  # lessons are checked as notebooks


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, list[Any], list[Any]]:
    """Hand the notebooks that nbval collects to the classes below."""
    collected = yield
    return [Lesson.from_parent(parent, path=file_path) if isinstance(c, IPyNbFile) else c for c in collected]


class Lesson(IPyNbFile):  # type: ignore[misc]
    """A notebook: one kernel, started before its first cell and stopped after its last."""

    def setup(self) -> None:
        seconds = self.config.option.nbval_cell_timeout
        self.client = client(copy.deepcopy(self.nb), self.path.parent, seconds)
        self.client.allow_errors = True  # an exception is an output; LessonCell judges it
        self.client.create_kernel_manager()
        self.client.start_new_kernel(env=environment())
        self.client.start_new_kernel_client()

    def collect(self) -> Iterator[IPyNbCell]:
        cells = list(super().collect())
        if belongs_to_a_learner(self.nb):
            pytest.skip(WORKED_IN)
        numbers = [number for number, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        for cell, number in zip(cells, numbers, strict=True):
            yield LessonCell.from_parent(self, name=cell.name, cell_num=number, cell=cell.cell, options=cell.options)

    def teardown(self) -> None:
        self.client._cleanup_kernel()


class LessonCell(IPyNbCell):  # type: ignore[misc]
    """A code cell: passes when it runs without error and shows what the notebook says it shows."""

    def setup(self) -> None:
        """Leave out what nbval would do after a cell that never ended: to expect failures."""

    def runtest(self) -> None:
        if self.options["skip"]:
            pytest.skip("tagged nbval-skip")
        lesson = self.parent.client
        if self.parent.timed_out:
            pytest.fail("a cell above it never ended", pytrace=False)
        try:
            lesson.execute_cell(lesson.nb.cells[self.cell_num], self.cell_num)
        except CellTimeoutError:
            self.parent.timed_out = True
            raise
        self.test_outputs = lesson.nb.cells[self.cell_num].outputs
        hidden = [output for widget in lesson.widget_state.values() for output in widget.pop("outputs", [])]
        for output in self.test_outputs + hidden:
            if output["output_type"] == "error" and not self.options["check_exception"]:
                self.raise_cell_error("Cell execution caused an exception", "\n".join(output["traceback"]))
        if self.options["check"] and not self.compare_outputs(self.test_outputs, self.cell.outputs):
            self.raise_cell_error("Cell outputs differ", "\n".join(self.comparison_traceback))

    def compare_outputs(self, test: list[NotebookNode], ref: list[NotebookNode], skip_compare: Any = None) -> bool:
        test, ref = ([comparable(output) for output in coalesce_streams(outputs)] for outputs in (test, ref))
        same: bool = super().compare_outputs(test, ref, skip_compare)
        return same


def comparable(output: NotebookNode) -> NotebookNode:
    """``output`` without what may differ between two machines that are both right."""
    output = copy.deepcopy(output)
    data = output.get("data", {})
    if "image/svg+xml" in data:
        data["image/svg+xml"] = words(data["image/svg+xml"])
    if "text/html" in data:
        data["text/html"] = words(data["text/html"])
    for holder, key in ((output, "text"), (output, "evalue"), (data, "text/plain"), (data, "text/markdown")):
        if key in holder:
            holder[key] = without_addresses(holder[key])
    return output


def words(html: str) -> str:
    """What a reader is told by a page: its text, the alternative texts of its pictures, and the text inside them."""
    page = _Words(convert_charrefs=True)
    page.feed(without_addresses(html))
    page.close()
    return " ".join(" ".join(page.found).split())


class _Words(HTMLParser):
    SILENT = ("metadata", "script", "style")
    SPOKEN = ("alt", "aria-label", "title")
    EMBEDDED = re.compile(r"data:image/svg\+xml;base64,(.*)", re.DOTALL)

    def __init__(self, **options: bool) -> None:
        super().__init__(**options)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in self.SILENT
        for name, value in attrs:
            if name in self.SPOKEN and value:
                self.found.append(value)
            elif name == "src" and (picture := self.EMBEDDED.match(value or "")):
                self.found.append(words(base64.b64decode(picture[1]).decode()))

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in self.SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)
