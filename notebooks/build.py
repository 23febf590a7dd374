"""Builds the lessons and the gallery: runs notebooks/src/NAME.py and writes what it shows to notebooks/NAME.ipynb.

People edit the source, which is plain text with ``# %%`` between its cells; learners open the notebook. The same
source gives the same notebook byte for byte, so that a notebook changes in git only when what it shows has changed.
A notebook carries a fingerprint of its cells: one that a learner has worked in is told from one that is as built.
This module must not know what any lesson teaches.

    python -m notebooks.build [NAME ...]
    python -m notebooks.build --solutions [NAME ...]    # for teachers: solved, into artefacts/solutions
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from notebooks.kernel import Kernel
from teachgrad.course.exercises import exercises

NOTEBOOKS = Path(__file__).resolve().parent
SOLUTIONS = NOTEBOOKS.parent / "artefacts" / "solutions"  # git does not keep it, and no learner meets it by accident
SECONDS_PER_CELL = 300
WORKED_IN = "somebody has worked in this notebook; `git checkout notebooks` brings back the built one"
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3", "file_extension": ".py"},
}
CELL_METADATA = {"jupyter", "nbgrader", "slideshow", "tags"}

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
_CELL_FILE = re.compile(r"(?<!\S)\S*[/\\]ipykernel_\d+[/\\]\d+\.py")  # a word is looked through once: figures are long


def lessons() -> list[str]:
    """The names of all lessons, in order; after them what has no number: the character models and the gallery."""
    return sorted(source.stem for source in (NOTEBOOKS / "src").glob("*.py"))


def source_path(name: str) -> Path:
    """Where people edit a lesson."""
    return NOTEBOOKS / "src" / f"{name}.py"


def notebook_path(name: str) -> Path:
    """Where learners open a lesson."""
    return NOTEBOOKS / f"{name}.ipynb"


def read_source(name: str) -> NotebookNode:
    """A lesson's cells as its source states them, not yet run."""
    notebook: NotebookNode = jupytext.read(source_path(name), fmt="py:percent")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(KERNEL)  # type: ignore[no-untyped-call]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{name}-{number:03d}"[:64]
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in CELL_METADATA}
        if "hide-input" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}  # JupyterLab obeys this and not the tag
    return notebook


def solved(name: str) -> NotebookNode:
    """A lesson's cells with the solution of every exercise in the place of its stub, not yet run."""
    notebook = read_source(name)
    for exercise in exercises(int(name[:2])) if name[:2].isdigit() else ():
        for cell in notebook.cells:
            if f'check("{exercise.id}"' in cell.source:
                cell.source = cell.source.replace(exercise.stub.strip(), exercise.solution.strip())
    return notebook


def client(notebook: NotebookNode, folder: Path, seconds: float = SECONDS_PER_CELL) -> NotebookClient:
    """What runs a notebook's cells in ``folder``; the tests run them with the same."""
    return NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=Kernel,
        timeout=seconds,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )


def environment() -> dict[str, str]:
    """What a lesson's kernel is started with: nothing of what somebody has done in the course, and nothing kept."""
    return {**os.environ, "TEACHGRAD_PROGRESS": ""}


def without_addresses(text: str) -> str:
    """``text`` without what differs from run to run: addresses and the names of temporary files."""
    return _CELL_FILE.sub("<cell>", _ADDRESS.sub("at 0x...", text))


def normalise(output: NotebookNode) -> NotebookNode:
    """``output`` with everything dropped that depends on the run or on the machine.

    Raises:
        ValueError: for a widget without a static picture: nothing would be left for a reader without a kernel.
    """
    data: dict[str, Any] = output.get("data", {})
    if data.pop(WIDGET, None) and set(data) == {"text/plain"}:
        raise ValueError(f"the widget {data['text/plain'][:60]}... shows no static picture: give it a text/html twin")
    for mime in {"text/html", "text/markdown", "text/plain"} & set(data):
        data[mime] = without_addresses(data[mime])
    if "text" in output:
        output.text = without_addresses(output.text)
    if output.output_type == "error":
        output.evalue = without_addresses(output.evalue)
        output.traceback = [f"{output.ename}: {output.evalue}"]  # the frames name files of this machine
    return output


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """``outputs`` with neighbouring pieces of printed text joined: where a stream is cut is chance."""
    whole: list[NotebookNode] = []
    for output in outputs:
        if whole and output.output_type == "stream" and whole[-1].get("name") == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def fingerprint(notebook: NotebookNode) -> str:
    """What tells these cells and outputs from any others."""
    return hashlib.sha256(json.dumps(notebook.cells, sort_keys=True).encode()).hexdigest()[:16]


def belongs_to_a_learner(notebook: NotebookNode) -> bool:
    """Whether somebody has worked in this notebook since it was built; where changes are checked, nobody has."""
    built = notebook.metadata.get("teachgrad", {}).get("built")
    return built is not None and built != fingerprint(notebook) and "CI" not in os.environ


def build(name: str, notebook: NotebookNode | None = None) -> str:
    """Run the lesson ``name``, or that form of it, and return its notebook as text."""
    notebook = notebook or read_source(name)
    client(notebook, NOTEBOOKS).execute(env=environment())
    for number, cell in enumerate(notebook.cells):
        try:
            if cell.cell_type == "code":
                cell.outputs = [normalise(output) for output in joined(cell.outputs)]
        except ValueError as problem:
            raise ValueError(f"{name}, cell {number}: {problem}") from None
    metadata = KERNEL | {"teachgrad": {"built": fingerprint(notebook)}}
    notebook.metadata = nbformat.from_dict(metadata)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    return nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n"  # type: ignore[no-untyped-call,no-any-return]


def main(arguments: list[str]) -> None:
    """Build the named lessons, or all of them; their solutions if asked for."""
    names = [argument for argument in arguments if argument != "--solutions"]
    unknown = set(names) - set(lessons())
    if unknown:
        sys.exit(f"no such lesson: {', '.join(sorted(unknown))}; there are {', '.join(lessons())}")
    for name in names or lessons():
        if "--solutions" in arguments:
            SOLUTIONS.mkdir(parents=True, exist_ok=True)
            path, text = SOLUTIONS / f"{name}.ipynb", build(name, solved(name))
        else:
            path, text = notebook_path(name), build(name)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path.relative_to(NOTEBOOKS.parent))


if __name__ == "__main__":
    main(sys.argv[1:])
