"""module_tree: what a model is made of: its modules, the shapes of what they give, and where its parameters are.

Neighbours that are built alike are one row; in the page, rows with something inside are folded and unfolded. Knows
modules by what every `nn.Module` offers, so it reads a model of PyTorch as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Any

from teachgrad.grad_mode import no_grad
from teachgrad.viz import svg, text
from teachgrad.viz.figure import HERE, Figure, script
from teachgrad.viz.scene import Mark, Rect, Scene, Text, line

MOST = 40  # rows of the still picture
ROW, TOP, INDENT, LETTER, BAR = 24.0, 50.0, 18.0, 7.6, 90.0


@dataclass(frozen=True, slots=True)
class Branch:
    """One module, or several neighbours that are built alike.

    Attributes:
        name: in the module around it, as "0" or "0 to 5".
        kind: its class, with its settings.
        shape: of what it gave to the example; empty without one.
        own: the shapes of its own parameters, by name.
        count: how many numbers are learnt in it and in all that is inside, of all neighbours together.
        times: how many there are.
    """

    name: str
    kind: str
    shape: str
    own: tuple[tuple[str, str], ...]
    count: int
    inside: tuple[Branch, ...]
    times: int = 1

    @property
    def title(self) -> str:
        """What it is, in one line."""
        several = f"{self.times} × " if self.times > 1 else ""
        return f"{self.name + ': ' if self.name else ''}{several}{self.kind}"


def module_tree(model: Any, *inputs: Any) -> ModuleTree:
    """The modules of a model, one inside of the other, with their parameters; and, given an example, with shapes.

    Args:
        model: a module.
        inputs: what to call it with, once, in evaluation mode and without recording, to see the shape of each result.

    Returns:
        A figure with ``.tree`` (as data), ``.svg``, ``.html``, ``.alt`` and ``.save(path)``.

    PyTorch prints modules as text; torchsummary and torchinfo come nearest.

    >>> from teachgrad import nn, ones
    >>> module_tree(nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1)), ones(5, 2))
    Sequential, 33 parameters. 0: Linear, 24 parameters, gives (5, 8); 1: ReLU, gives (5, 8); 2: Linear, 9 parameters, \
gives (5, 1).
    """
    shapes: dict[int, str] = {}
    if inputs:
        with _watched(model, shapes), no_grad():
            model(*inputs)
    return ModuleTree(_branch("", model, shapes))


@contextmanager
def _watched(model: Any, shapes: dict[int, str]) -> Iterator[None]:
    """Inside, the model is in evaluation mode, and what each of its modules gives is noted."""
    modules = list(model.modules())
    training = [module.training for module in modules]

    def note(module: Any, inputs: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple | list) else output
        shapes[id(module)] = text.shape(tuple(first.shape)) if hasattr(first, "shape") else ""

    hooks = [module.register_forward_hook(note) for module in modules]
    model.eval()
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
        for module, before in zip(modules, training, strict=True):
            module.training = before


def _branch(name: str, module: Any, shapes: dict[int, str]) -> Branch:
    inside = [_branch(text.clean(key), child, shapes) for key, child in module.named_children()]
    own = {text.clean(key): text.shape(tuple(p.shape)) for key, p in module.named_parameters(recurse=False)}
    settings = module.extra_repr()
    kind = text.clean(f"{type(module).__name__}({settings})" if settings else type(module).__name__, 70)
    count = sum(parameter.numel() for parameter in module.parameters())
    return Branch(name, kind, shapes.get(id(module), ""), tuple(own.items()), count, tuple(_together(inside)))


def _together(branches: Sequence[Branch]) -> list[Branch]:
    """Neighbours that differ in nothing but their names as one branch."""
    found = []
    for _, alike in groupby(branches, key=lambda branch: replace(branch, name="")):
        first, *others = alike
        if others:
            name = f"{first.name} to {others[-1].name}"
            first = replace(first, name=name, times=1 + len(others), count=first.count * (1 + len(others)))
        found.append(first)
    return found


class ModuleTree(Figure):
    """The tree; shows itself in a notebook.

    Attributes:
        tree: the whole model as a `Branch`.
    """

    sheets = ("figure.css", "tree.css")

    def __init__(self, tree: Branch) -> None:
        self.tree = tree
        alt = f"{_kind(tree)}{_parameters(tree)}."
        told = [_told(branch) for branch in _outermost(tree)]
        more = f"; and {len(told) - 12} more" if len(told) > 12 else ""
        alt += f" {'; '.join(told[:12])}{more}." if told else ""
        super().__init__(_picture(tree), alt, content=repr(tree))

    def _live(self) -> str:
        """Rows that unfold; where styles are taken out, they stay hidden, and the image is seen."""
        head = '<div><b></b><span>gives</span><span>parameters</span><i style="--part:0"></i></div>'
        rows = _row(self.tree, self.tree.count, 0)
        markup = f'<div class="tg-tree" role="group" aria-label="Modules">{head}{rows}</div>'
        return f'<div class="tg-live" hidden="hidden">{svg.ascii_only(markup)}</div>'

    def _script(self) -> str:
        return script(HERE / "tree.js", self.fingerprint, {})


def _outermost(tree: Branch) -> list[Branch]:
    """What is inside; a single module is told with what is in it."""
    inside = list(tree.inside)
    return inside + _outermost(inside[0]) if len(inside) == 1 else inside


def _kind(branch: Branch) -> str:
    return branch.kind.partition("(")[0]


def _parameters(branch: Branch) -> str:
    return f", {text.plural(branch.count, 'parameter')}" if branch.count else ""


def _told(branch: Branch) -> str:
    several = f"{branch.times} × " if branch.times > 1 else ""
    shape = f", gives {branch.shape}" if branch.shape else ""
    return f"{branch.name}: {several}{_kind(branch)}{_parameters(branch)}{shape}"


def _row(branch: Branch, whole: int, depth: int) -> str:
    """A branch as HTML: what it is, what it gives, how much of all is learnt in it; what is inside, folded."""
    part = 100 * branch.count / whole if whole else 0
    words = (
        f"<code>{escape(branch.title)}</code><span>{branch.shape}</span>"
        f"<span>{f'{branch.count:,}' if branch.count else ''}</span>"
        f'<i style="--part:{part:.1f}%"></i>'
    )
    own = "".join(f"<div><code>{escape(name)}</code><span>{shape}</span></div>" for name, shape in branch.own)
    inside = own + "".join(_row(child, whole, depth + 1) for child in branch.inside)
    if not inside:
        return f"<div>{words}</div>"
    opened = " open" if depth == 0 else ""
    return f"<details{opened}><summary>{words}</summary>{inside}</details>"


def _picture(tree: Branch) -> Scene:
    """The tree as far as it fits: level by level, as long as there are rows left."""
    rows = [(0, tree)]
    for depth in range(1, 20):
        deeper = [(d, b) for d, branch in rows for d, b in _opened(d, branch, depth)]
        if len(deeper) > MOST or len(deeper) == len(rows):
            break
        rows = deeper
    shaped = any(branch.shape for _, branch in rows)
    widest = max(INDENT * depth + LETTER * text.width(branch.title) for depth, branch in rows)
    shape_at = 12 + widest + 24
    count_at = shape_at + (max(text.width(branch.shape) for _, branch in rows) * LETTER + 96 if shaped else 80)
    marks: list[Mark] = [Text("title", 8, 20, f"{_kind(tree)}{_parameters(tree)}")]
    marks.append(Text("row", count_at, TOP - 8, "parameters"))
    if shaped:
        marks.append(Text("legend", shape_at, TOP - 8, "gives"))
    for place, (depth, branch) in enumerate(rows):
        y = TOP + ROW * (place + 0.5)
        x = 12 + INDENT * depth
        marks += [line("grid", (x - 12, y), (x - 4, y))] if depth else []
        marks.append(Text("code", x, y + 4.5, branch.title))
        marks.append(Text("legend", shape_at, y + 4.5, branch.shape))
        if branch.count:
            marks.append(Text("row", count_at, y + 4.5, f"{branch.count:,}"))
            marks.append(Rect("bar0", count_at + 12, y - 5, max(BAR * branch.count / tree.count, 1.5), 10))
    return Scene(count_at + BAR + 22, TOP + ROW * len(rows) + 8, marks)


def _opened(depth: int, branch: Branch, level: int) -> list[tuple[int, Branch]]:
    """A row with what is inside, if it is of the level above."""
    inside = [(level, child) for child in branch.inside] if depth == level - 1 else []
    return [(depth, branch), *inside]
