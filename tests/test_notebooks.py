"""The lessons as files: built from their sources, run from top to bottom, and of a length that can be finished.

That their cells still show what they show is nbval's part, in notebooks/conftest.py.
"""

import copy
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from notebooks import build

ROOT = Path(__file__).parent.parent
LESSONS = build.lessons()
MOST_WORDS = 900
CELLS = range(20, 36)


def read(name):
    return nbformat.read(build.notebook_path(name), as_version=4)


def markdown(notebook):
    """The text of the Markdown cells, without code blocks."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def prose(notebook):
    """The words a learner reads: no formulas, no tags, no addresses of links."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$|<[^>]*>|\]\([^)]*\)", " ", markdown(notebook), flags=re.DOTALL)
    return re.findall(r"[^\W\d_][\w'’-]*", text)


def differences_from_source(name, notebook):
    source = build.read_source(name)
    if len(source.cells) != len(notebook.cells):
        return [f"{len(notebook.cells)} cells, but {len(source.cells)} in the source: run `make notebooks`"]
    keys = ("cell_type", "id", "metadata", "source")
    return [
        f"cell {number} has another {key} than the source: run `make notebooks`"
        for number, (ours, theirs) in enumerate(zip(notebook.cells, source.cells, strict=True))
        for key in keys
        if ours[key] != theirs[key]
    ]


def signs_of_a_partial_run(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        yield f"execution counts are {counts}, not 1 to {len(code)}: run `make notebooks`"
    for cell in code:
        promised = "raises-exception" in cell.metadata.get("tags", [])
        if promised != any(output.output_type == "error" for output in cell.outputs):
            yield f"cell {cell.id} " + ("raises nothing, as its tag says it does" if promised else "shows an error")
        if any(output.get("name") == "stderr" for output in cell.outputs):
            yield f"cell {cell.id} prints to standard error"


def signs_of_a_machine(notebook):
    text = nbformat.writes(notebook)
    for place in (str(ROOT), str(Path.home()), "site-packages", "ipykernel_", build.WIDGET):
        if place in text and len(place) > 1:
            yield f"{place} appears in it"
    if notebook.metadata.get("kernelspec") != build.KERNEL["kernelspec"]:
        yield "it asks for another kernel than python3"


def signs_of_another_hand(notebook):
    if notebook.metadata.get("teachgrad") != {"built": build.fingerprint(notebook)}:
        yield "it was changed after it was built: edit the source and run `make notebooks`"


def flaws_of_form(notebook):
    levels = [len(marks) for marks in re.findall(r"^(#+) ", markdown(notebook), re.MULTILINE)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "it needs one heading of the first level, before all others"
    if any(lower > upper + 1 for upper, lower in pairwise(levels)):
        yield f"its headings skip a level: {levels}"
    for alternative, target in re.findall(r"(!?\[[^\]]*\])\(([^)\s]+)\)", markdown(notebook)):
        if alternative == "![]":
            yield f"the picture {target} has no alternative text"
        if not re.match(r"[a-z]+:|#", target) and not (build.NOTEBOOKS / target.split("#")[0]).exists():
            yield f"it links to {target}, which does not exist"
    for mention in re.findall(r"\b[Ll]essons? \d\d\b", re.sub(r"\[[^\]]*\]\([^)]*\)", "", markdown(notebook))):
        yield f"it names {mention} without a link"


def neighbours(name):
    """Where the last cell of a lesson leads as "Before" and as "Next": what the links say, and to which lessons."""
    text = build.read_source(name).cells[-1].source
    links = re.findall(r"(Before|Next):\s+\[([^\]]+)\]\((\w+)\.ipynb\)", text)
    return {where: (title, target) for where, title, target in links}


def flaws_of_length(notebook):
    if len(prose(notebook)) > MOST_WORDS:
        yield f"{len(prose(notebook))} words of prose, at most {MOST_WORDS}"
    if len(notebook.cells) not in CELLS:
        yield f"{len(notebook.cells)} cells, not {CELLS.start} to {CELLS.stop - 1}"


def problems(name, notebook):
    """Everything that is wrong with a lesson, in words."""
    found = [
        *differences_from_source(name, notebook),
        *signs_of_a_partial_run(notebook),
        *signs_of_a_machine(notebook),
        *signs_of_another_hand(notebook),
        *flaws_of_form(notebook),
    ]
    return [*found, *flaws_of_length(notebook)] if name[:2].isdigit() and name[:2] != "00" else found


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_whole(name):
    notebook = read(name)
    if build.belongs_to_a_learner(notebook):
        pytest.skip(build.WORKED_IN)
    assert problems(name, notebook) == []


@pytest.mark.parametrize(("before", "after"), list(pairwise(name for name in LESSONS if name[:2].isdigit())))
def test_neighbours_lead_to_each_other(before, after):
    for name, where, other in ((before, "Next", after), (after, "Before", before)):
        title, target = neighbours(name)[where]
        heading = build.read_source(other).cells[0].source.removeprefix("# ")
        assert (target, heading.startswith(title)) == (other, True)


def test_every_notebook_has_a_source():
    assert sorted(path.stem for path in build.NOTEBOOKS.glob("*.ipynb")) == LESSONS


# --- the builder and the rules above, on a lesson made for the purpose ------------------------------------------

SOURCE = """\
# %% [markdown]
# # A lesson
# Some $x^2$ words, and a [link](01_lesson.ipynb).
#
# ## A part

# %% tags=["hide-input"]
from IPython.display import HTML, display
import ipywidgets as widgets

class Picture(widgets.IntSlider):
    def _repr_mimebundle_(self, **options):
        return {**super()._repr_mimebundle_(**options), "text/html": "<img alt='a slider'>"}

# %%
print("a", object())
display(HTML("<b>between</b>"))
print("b", flush=True)
print("c")
Picture(value=3)

# %% tags=["raises-exception"]
raise ValueError(f"no {object()}")
"""


def empty_folder(path, monkeypatch):
    (path / "src").mkdir()
    monkeypatch.setattr(build, "NOTEBOOKS", path)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of notebooks."""
    return empty_folder(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """The lesson's notebook as text."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        empty_folder(tmp_path_factory.mktemp("notebooks"), monkeypatch)
        build.source_path("01_lesson").write_text(SOURCE, encoding="utf-8")
        return build.build("01_lesson")


@pytest.fixture
def built(folder, text):
    """A folder with the lesson, built."""
    build.source_path("01_lesson").write_text(SOURCE, encoding="utf-8")
    build.notebook_path("01_lesson").write_text(text, encoding="utf-8")
    return folder


def test_a_lesson_built_again_is_the_same_byte_for_byte(built, text):
    build.main(["01_lesson"])
    assert (built / "01_lesson.ipynb").read_bytes() == text.encode()


def test_a_built_lesson_shows_what_ran_and_nothing_of_the_machine(built):
    code = [cell for cell in read("01_lesson").cells if cell.cell_type == "code"]
    assert code[0].metadata["jupyter"] == {"source_hidden": True}
    printed, between, rest, slider = code[1].outputs
    assert printed.text == "a <object object at 0x...>\n"
    assert between.data["text/html"] == "<b>between</b>"
    assert rest.text == "b\nc\n"
    assert slider.data == {"text/html": "<img alt='a slider'>", "text/plain": "Picture(value=3)"}
    assert code[2].outputs == [
        new_output(
            "error",
            ename="ValueError",
            evalue="no <object object at 0x...>",
            traceback=["ValueError: no <object object at 0x...>"],
        )
    ]


def test_a_widget_without_a_picture_is_refused(folder):
    build.source_path("01_lesson").write_text("# %%\nimport ipywidgets\nipywidgets.IntSlider()\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"01_lesson, cell 0: .*no static picture"):
        build.build("01_lesson")


def test_an_unknown_lesson_is_named(folder):
    with pytest.raises(SystemExit, match="no such lesson: 99_none"):
        build.main(["99_none"])


def test_solutions_go_where_no_learner_meets_them(folder, monkeypatch, capsys):
    monkeypatch.setattr(build, "SOLUTIONS", folder.parent / "artefacts" / "solutions")
    monkeypatch.setattr(build, "build", lambda name, notebook: notebook.cells[0].source)
    text = '# %%\nreason = ...\n\ncheck("05-5")\n'
    build.source_path("05_lesson").write_text(text, encoding="utf-8")
    build.main(["--solutions", "05_lesson"])
    assert (build.SOLUTIONS / "05_lesson.ipynb").read_text(encoding="utf-8") == 'reason = "b"\n\ncheck("05-5")'
    assert not build.notebook_path("05_lesson").exists()
    assert capsys.readouterr().out == "artefacts/solutions/05_lesson.ipynb\n"


def broken(notebook, number, **changes):
    notebook = copy.deepcopy(notebook)
    notebook.cells[number].update(changes)
    return notebook


def test_what_is_wrong_with_a_lesson_is_said(built):
    good = read("01_lesson")
    assert problems("01_lesson", good) == ["4 cells, not 20 to 35"]

    def said(number, **changes):
        return "\n".join(problems("00_lesson", broken(good, number, **changes)))

    build.source_path("00_lesson").write_text(SOURCE, encoding="utf-8")
    stderr = new_output("stream", name="stderr", text="careful")
    assert "cell 2 has another source than the source" in said(2, source="1 + 1")
    assert "cell 3 has another metadata" in said(3, metadata={})
    assert "changed after it was built" in said(2, source="1 + 1")
    assert "not 1 to 3" in said(2, execution_count=None)
    assert "raises nothing, as its tag says" in said(3, outputs=[])
    assert "shows an error" in said(2, outputs=good.cells[3].outputs)
    assert "prints to standard error" in said(2, outputs=[stderr])
    assert "appears in it" in said(2, outputs=[new_output("stream", text=str(ROOT))])
    assert "one heading of the first level" in said(0, source="## A lesson")
    assert "one heading of the first level" in said(0, source="# A lesson\n# Another")
    assert "skip a level: [1, 3]" in said(0, source="# A lesson\n### A part")
    assert "has no alternative text" in said(0, source="# A lesson\n![](01_lesson.ipynb)")
    assert "links to gone.ipynb" in said(0, source="# A lesson\n[here](gone.ipynb#part)")
    assert "names lesson 07 without a link" in said(
        0, source="# A lesson\nas in lesson 07; [lesson 01](01_lesson.ipynb)"
    )
    assert "905 words of prose" in "\n".join(
        flaws_of_length(broken(good, 0, source="it's a $long$ text " * 301 + "x y"))
    )


def test_cells_may_be_removed_only_in_the_source(built):
    notebook = read("01_lesson")
    del notebook.cells[-1]
    assert "3 cells, but 4 in the source: run `make notebooks`" in problems("01_lesson", notebook)


def test_a_notebook_that_a_learner_worked_in_is_left_alone_but_not_where_changes_are_checked(built, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    opened = read("01_lesson")
    opened.metadata["language_info"]["version"] = "3.14.0"  # as JupyterLab does when it opens a notebook
    answered = broken(opened, 2, source="my answer")
    assert [build.belongs_to_a_learner(notebook) for notebook in (opened, answered)] == [False, True]
    monkeypatch.setenv("CI", "true")
    assert not build.belongs_to_a_learner(answered)
