"""step_backward: the passes through a graph, forward and backward, to be played, stepped and scrubbed.

Each moment shows whose turn it is, the arithmetic (upstream gradient × local derivative = contribution) and what each
node has received so far. Puts a pass (data) on the layout of its graph (marks); knows no engine.
"""

from __future__ import annotations

import base64
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from teachgrad.tensor import Tensor
from teachgrad.viz import arithmetic, drawing, heat, layout, svg, text
from teachgrad.viz.arithmetic import Remark, Term
from teachgrad.viz.drawing import MARGIN, Words, nothing_to_draw
from teachgrad.viz.figure import Movie, code, sheet, tracks
from teachgrad.viz.looks import CIVIDIS
from teachgrad.viz.model import Graph, Item, Names
from teachgrad.viz.scene import Group, Layer, Mark, Scene, moved
from teachgrad.viz.steps import Pass, Step, backward_pass, called
from teachgrad.viz.twin import places, twin

Card = dict[str, Any]
NARROWEST = 660.0  # pixels: sentences need some room
INFIX = frozenset("+−×/÷@·")


def step_backward(
    tensor: Tensor,
    gradient: Tensor | None = None,
    names: Mapping[str, object] | None = None,
    cuts: Iterable[tuple[Tensor, Tensor]] = (),
    *,
    fill: bool = False,
) -> Stepper | Words:
    """The backward pass from a tensor, one contribution at a time: to be played, stepped and scrubbed.

    Each step names a node, and one of its inputs: upstream gradient × local derivative = contribution, with the formula
    of the op table; what the contribution is added to; over which axes it is summed after broadcasting; what hooks do;
    what is freed. Steps back from the start lead through the forward pass. Pointing at a node shows its array.

    The engine makes the pass and retains the graph, so `backward()` can still be called. Hooks are called as in any
    pass.

    Args:
        tensor: any shape and dtype; usually a loss.
        gradient: where the pass starts, as for `backward`; may be left out if `tensor` has one element.
        names: what to call tensors, as for `draw_graph`.
        cuts: pairs of tensors joined by a dashed arrow, as for `draw_graph`.
        fill: let leaves, and tensors that retain it, get their `.grad`, as by `backward(retain_graph=True)`.

    Returns:
        A figure with `.svg` (its last moment), `.html`, `.alt`, `.told` (what is said at each moment), `.steps` (the
        pass as data), `.widget()` and `.save(path)` for svg, html, png, pdf and gif, and for mp4 where ffmpeg is. If
        there is nothing to step through, it says so in words.

    Raises:
        RuntimeError: as `backward` does: if an earlier pass has freed the graph, if a saved value was changed in place,
            or if `tensor` has several elements and no gradient is given.

    There is nothing like it in PyTorch.

    >>> import teachgrad as tg
    >>> x = tg.tensor(3.0, requires_grad=True)
    >>> shown = step_backward(x * x)
    >>> shown
    Backward pass from × = 9.0 in 4 steps: x gets 6.0.
    >>> print(shown.told[4])
    Backward, 3 of 4: × sends to x. 1.0 (upstream gradient) × 3.0 (local derivative) = 3.0 (contribution) + 3.0 (there \
already) = 6.0. Formula of the op table: g * a = 1.0 * 3.0. Done: what it saved for its formulas (a, b) is freed by \
backward().
    """
    known = Names.seen_from(sys._getframe(1), cuts) if names is None else Names(names, cuts)
    problem = nothing_to_draw(tensor, known, "step_backward goes through the graph of a tensor")
    return Words(problem) if problem else Stepper(backward_pass(tensor, gradient, known, fill))


class Walk(Movie):
    """A graph that is gone through, moment by moment, whose nodes can be pointed at.

    Attributes:
        graph: what is gone through, as data.
        told: what is said at each moment.
        start: the moment that it opens at.
    """

    sheets = ("player.css", "stepper.css")
    programs = ("player.js", "unfold.js", "stepper.js")
    entry = "stepper"
    pause = 1.5  # seconds for reading a moment

    def __init__(
        self, graph: Graph, scenes: Sequence[Scene], remarks: Sequence[Remark], alt: str, start: int, cards: list[Card]
    ) -> None:
        told = [remark.told() for remark in remarks]
        super().__init__(scenes, told, alt, content=f"{alt} {told}")
        self.graph = graph
        self.start = start
        self._remarks = remarks
        self._cards = cards
        self._width = max(scenes[-1].width, NARROWEST, min(arithmetic.needed(remarks), layout.WIDEST))
        self._top = arithmetic.height(remarks, self._width)
        self._left = round((self._width - scenes[-1].width) / 2)
        self.picture = self._whole(-1)

    def _whole(self, moment: int) -> Scene:
        """A moment as it is seen in a file: arrows with their tips, and above them the remark."""
        scene = self.moments[moment]
        said = Layer(arithmetic.marks(self._remarks[moment], self._width), True, "said")
        marks = [said, *moved(drawing.with_tips(scene.marks), self._left, self._top)]
        return Scene(self._width, self._top + scene.height, marks)

    def _film(self, path: FilePath) -> None:
        from teachgrad.viz import raster

        raster.film([self._whole(i) for i in range(len(self.moments))], path, self.pause)

    def data(self) -> dict[str, Any]:
        """What the page is given. It unfolds the picture out of its image, and puts the remarks into words."""
        last = self.moments[-1]
        found, layers = places(last)
        looks = svg.stylesheet(self._marks(), themed=True) + arithmetic.stylesheet(self._remarks)
        return {
            "size": (last.width, last.height),
            "style": "".join(map(sheet, self.sheets)) + looks,
            "layers": layers,
            "changes": changes(tracks(self.moments)["tracks"], found),
            "grow": [],
            "remarks": [astuple(remark) for remark in self._remarks],
            "pause": round(self.pause * 1000),
            "start": self.start,
            "above": True,
            "cards": self._cards,
            "colours": CIVIDIS,
        }

    def _style(self) -> str:
        """Of the image alone: the other rules come with the program."""
        return sheet("figure.css")

    def _twin(self) -> str:
        last, left = self.moments[-1], self._left
        top = arithmetic.height(self._remarks[-1:], self._width)
        said = moved(arithmetic.marks(self._remarks[-1], self._width), -left, -top)
        picture = replace(last, marks=drawing.with_tips(last.marks))
        return twin(picture, said, (-left, -top, self._width, top + last.height))

    def _script(self) -> str:
        """As of any movie, compressed: a graph has many marks, and most moments change few of them."""
        packed = base64.b64encode(_deflated(self.program())).decode()
        return f'<script>(()=>{{{code("packed.js")}\nrun("{packed}")}})()</script>'

    def widget(self) -> Any:
        """The same as a widget that Python can drive and read, by its traits `step` and `selected`.

        `step` is the moment that is shown, counted as in `told`; `selected` the number of the item in `graph.items`
        that is looked at, -1 for none.

        Raises:
            ImportError: if anywidget is missing.
        """
        from teachgrad.viz.widget import stepper_widget

        return stepper_widget(self, self.start, len(self.graph.items))


def changes(moving: Mapping[str, Any], places: Mapping[str, int]) -> list[list[Any]]:
    """Tracks in few characters: marks that go through the same values are told together.

    For each attribute, its values but the last, which the picture has; the places of the marks, and the moments of
    their first change, of their second one, and so on: each number as the difference from the one before.

    >>> moving = {"a": {"class": {0: "x", 3: "y"}}, "b": {"class": ["x", "x", "y"]}, "c": {"class": ["p", "q", "r"]}}
    >>> changes(moving, {"a": 5, "b": 7, "c": 8})
    [['class', ('x',), [5, 2], [3, -1]], ['class', ('p', 'q'), [8], [1], [2]]]
    """
    alike: dict[tuple[str, Any], list[list[int]]] = {}
    for key, track in moving.items():
        for name, values in track.items():
            table = values if isinstance(values, dict) else dict(enumerate(values))
            first, *later = (i for i in table if i == 0 or table[i] != table.get(i - 1))
            early = tuple(table[i] for i in (first, *later[:-1]))
            alike.setdefault((name, early), []).append([places[key], *later])
    return [[name, values, *map(_steps, zip(*sorted(rows), strict=True))] for (name, values), rows in alike.items()]


def _steps(numbers: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise((0, *numbers))]


def _deflated(text: str) -> bytes:
    """Compressed in short blocks, which suit a text whose parts differ much: some three percent are saved."""
    press = zlib.compressobj(level=9, memLevel=6)
    return press.compress(text.encode()) + press.flush()


class Stepper(Walk):
    """The passes through a graph; shows itself in a notebook.

    Attributes:
        graph: what is gone through, as data.
        steps: the backward pass as data.
        told: what is said at each moment.
        start: the moment that it opens at, where the backward pass starts.
    """

    def __init__(self, walked: Pass) -> None:
        self.steps = walked.steps
        moments = [*_forward(walked), *_backward(walked), _end(walked)]
        remarks = [moment.remark for moment in moments]
        start = len(moments) - len(walked.steps) - 1
        super().__init__(walked.graph, _scenes(walked, moments), remarks, _alt(walked), start, _cards(walked))


# What is seen at each moment -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """What may change about an item: whether its value is known yet, its gradient, and the looks of box and strip."""

    known: bool
    grad: str
    outline: str
    strip: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture of the graph, with a remark. `flows` are the edges along which a gradient has come, or comes now."""

    remark: Remark
    boxes: tuple[Box, ...]
    flows: Mapping[int, str]


def shown(g: Any) -> str:
    """A gradient in a few characters, with its shape if the numbers are too many."""
    array = getattr(g, "array", g)
    if not isinstance(array, np.ndarray | np.generic):
        return "several"
    short = text.gradient(np.asarray(array))
    return f"{text.shape(array.shape)} {short}" if short.startswith("norm") else short


def _at_rest(walked: Pass) -> list[Box]:
    """All items before the backward pass."""
    last = len(walked.graph.items) - 1
    return [
        Box(True, (item.grad or "None") if item.kind in ("leaf", "operation") else "", _outline(item, i == last), "")
        for i, item in enumerate(walked.graph.items)
    ]


def _outline(item: Item, last: bool) -> str:
    return "result" if last and item.kind == "operation" else item.kind


def _forward(walked: Pass) -> list[Moment]:
    """One moment for each operation, and one before all of them."""
    items, rest = walked.graph.items, _at_rest(walked)
    operations = [i for i, item in enumerate(items) if item.kind == "operation"]
    boxes = [replace(box, known=False, outline="later") if i in operations else box for i, box in enumerate(rest)]
    moments = [Moment(Remark("Forward: the inputs are known."), tuple(boxes), {})] if operations else []
    for count, i in enumerate(operations, 1):
        boxes[i] = replace(rest[i], outline="now")
        title = f"Forward, {count} of {len(operations)}: {called(walked.graph, i)} is computed."
        moments.append(Moment(Remark(title, computation(walked.graph, i)), tuple(boxes), {}))
        boxes[i] = rest[i]
    return moments


def computation(graph: Graph, i: int) -> tuple[Term, ...]:
    """An operation on its inputs, as arithmetic."""
    item, operands = graph.items[i], []
    for j in graph.inputs(i):
        source = graph.items[j]
        value = "…" if source.kind == "folded" else source.value or "…"
        operands.append(
            Term("total", value, called(graph, j) if source.kind == "folded" else source.name or source.symbol)
        )
    result = Term("local", item.value, item.name or item.symbol, "=")
    if len(operands) == 2 and item.symbol in INFIX:
        return operands[0], replace(operands[1], sign=item.symbol), result
    return (
        Term("total", item.symbol, "operation"),
        *(replace(operand, sign="of" if j == 0 else ",") for j, operand in enumerate(operands[:4])),
        result,
    )


def _backward(walked: Pass) -> list[Moment]:
    boxes, flows = _at_rest(walked), dict[int, str]()
    moments = []
    for number, step in enumerate(walked.steps, 1):
        sender, receiver = boxes[step.item], boxes[step.to]
        if step.after is not None:
            receiver = replace(receiver, grad=text.gradient(step.after) if _plain(step.after) else "several")
        boxes[step.item] = replace(sender, outline="now")
        boxes[step.to] = replace(receiver, strip="arriving", outline=boxes[step.to].outline)
        if step.along is not None:
            flows[step.along] = "flow"
        title = f"Backward, {number} of {len(walked.steps)}: {_title(walked.graph, step)}"
        moments.append(Moment(_remark(title, step, called(walked.graph, step.item)), tuple(boxes), dict(flows)))
        boxes[step.item] = replace(boxes[step.item], outline=sender.outline)
        boxes[step.to] = replace(receiver, strip="arrived" if _over(walked, number, step) else "pending")
        if step.along is not None:
            flows[step.along] = "flowed"
        if step.item != step.to and not any(later.item == step.item for later in walked.steps[number:]):
            boxes[step.item] = replace(boxes[step.item], strip="spent")
    return moments


def _plain(g: Any) -> bool:
    return isinstance(g, np.ndarray | np.generic)


def _over(walked: Pass, number: int, step: Step) -> bool:
    """Whether nothing more arrives there."""
    return step.kind == "store" or all(later.to != step.to for later in walked.steps[number:])


def _title(graph: Graph, step: Step) -> str:
    item, to = called(graph, step.item), called(graph, step.to)
    return {
        "start": f"{item} begins: it moves itself one to one.",
        "send": f"{item} sends to {to}.",
        "hook": f"a gradient passes {item}, and is looked at.",
        "keep": f"a gradient passes {item}, and is kept.",
        "store": f"all has arrived at {item}.",
        "folded": f"{item} sends to {to}.",
    }[step.kind]


def _remark(title: str, step: Step, item: str) -> Remark:
    formula = (
        f"Formula of the op table: {' = '.join(filter(None, (step.formula, step.filled)))}" if step.formula else ""
    )
    terms: list[Term] = []
    if step.kind == "send":
        terms.append(Term("upstream", shown(step.upstream), "upstream gradient"))
        if step.local is None:
            terms.append(Term("local", step.formula if len(step.formula) < 40 else "formula", "formula", "→"))
        else:
            terms.append(Term("local", shown(step.local), "local derivative", "×"))
        summed = step.local is not None and np.shape(step.local) != np.shape(step.contribution)
        caption = "contribution, summed" if summed else "contribution"
        terms.append(Term("contribution", shown(step.contribution), caption, "="))
        if step.before is not None:
            terms += [
                Term("total", shown(step.before), "there already", "+"),
                Term("total", shown(step.after), "", "="),
            ]
    elif step.kind == "folded":
        terms.append(Term("contribution", shown(step.after), "all that arrived"))
    elif step.kind in ("start", "keep"):
        terms.append(Term("contribution", shown(step.after), "seed" if step.kind == "start" else f"{item}.grad"))
    elif step.kind == "hook":
        terms.append(Term("upstream", shown(step.before), "arrived"))
        terms.append(Term("contribution", shown(step.after), "goes on", "→"))
    elif step.kind == "store":
        if step.before is not None:
            terms.append(Term("total", shown(step.before), ".grad before"))
        terms.append(Term("contribution", shown(step.contribution), "arrived", "+" if terms else ""))
        if step.before is not None:
            terms.append(Term("total", shown(step.after), ".grad", "="))
        return Remark(title, tuple(terms), notes=(*step.notes, f"backward() leaves it in {item}.grad."))
    return Remark(title, tuple(terms), formula, step.notes)


def _end(walked: Pass) -> Moment:
    """When all is over: what the leaves have got."""
    last = _backward(walked)[-1]
    boxes = [replace(box, outline=rest.outline) for box, rest in zip(last.boxes, _at_rest(walked), strict=True)]
    ends = {step.to for step in walked.steps if step.kind == "store"}
    boxes = [replace(box, strip="arrived") if i in ends else box for i, box in enumerate(boxes)]
    return Moment(Remark("Done.", notes=(_summary(walked),)), tuple(boxes), dict.fromkeys(last.flows, "flowed"))


def _alt(walked: Pass) -> str:
    """What is seen, in a sentence."""
    first = walked.steps[0].item
    root = walked.graph.items[first]
    value = f" of shape {root.value}" if root.value.startswith("(") else f" = {root.value}"
    steps = text.plural(len(walked.steps), "step")
    return f"Backward pass from {called(walked.graph, first)}{value} in {steps}: {_summary(walked)}"


def _summary(walked: Pass) -> str:
    got = [f"{called(walked.graph, step.to)} gets {shown(step.after)}" for step in walked.steps if step.kind == "store"]
    if walked.hidden:
        theirs = "its gradient" if walked.hidden == 1 else "their gradients"
        verb = "gets" if walked.hidden == 1 else "get"
        got.append(f"{text.plural(walked.hidden, 'leaf')} folded away {verb} {theirs}")
    return f"{text.listing(got)}." if got else "no leaf gets a gradient."


# Marks ---------------------------------------------------------------------------------------------------------------


def _scenes(walked: Pass, moments: Sequence[Moment]) -> list[Scene]:
    """All moments on one layout, with room for the longest that each box will hold."""
    graph = walked.graph
    longest = [
        replace(item, grad=max({moment.boxes[i].grad for moment in moments}, key=text.width))
        for i, item in enumerate(graph.items)
    ]
    sizes = [drawing.size(item) for item in longest]
    plan = layout.lay_out(sizes, graph.edges)
    edges = _Edges(walked, [[(x + MARGIN, y + MARGIN) for x, y in route] for route in plan.routes])
    corners = [
        (x + MARGIN - w / 2, y + MARGIN - h / 2, w, h) for (x, y), (w, h) in zip(plan.centres, sizes, strict=True)
    ]
    boxes = _Boxes(graph, corners)
    width, height = plan.width + 2 * MARGIN, plan.height + 2 * MARGIN
    return [Scene(width, height, [*edges.marks(moment), *boxes.marks(moment)]) for moment in moments]


class _Boxes:
    """The boxes of a graph. What does not change from one moment to the next is the same mark."""

    def __init__(self, graph: Graph, corners: Sequence[tuple[float, float, float, float]]) -> None:
        self._items, self._corners = graph.items, corners
        self._made: dict[tuple[int, Box], list[Mark]] = {}

    def marks(self, moment: Moment) -> list[Mark]:
        return [mark for i, box in enumerate(moment.boxes) for mark in self._box(i, box)]

    def _box(self, i: int, box: Box) -> list[Mark]:
        if (i, box) not in self._made:
            item = self._items[i]
            item = replace(item, value=item.value if box.known else "", grad=box.grad)
            marks = drawing.box(item, *self._corners[i], box.outline, box.strip, f"n{i}")
            self._made[i, box] = [Group(item.kind, marks, corner=self._corners[i][:2])]
        return self._made[i, box]


class _Edges:
    """The arrows of a graph: as values flow, and against that, where gradients have flowed."""

    def __init__(self, walked: Pass, routes: Sequence[list[tuple[float, float]]]) -> None:
        cuts = walked.graph.cuts
        self._rest = [
            drawing.thread(route, "cut" if edge in cuts else "blocked" if i in walked.cuts else "edge", f"e{i}")
            for i, (edge, route) in enumerate(zip(walked.graph.edges, routes, strict=True))
        ]
        self._flowing = {
            (i, flow): replace(self._rest[i], look=flow)
            for i in {step.along for step in walked.steps if step.along is not None}
            for flow in ("flow", "flowed")
        }

    def marks(self, moment: Moment) -> list[Mark]:
        """The same marks at each moment at which they look the same."""
        flows = moment.flows
        return [self._flowing[i, flows[i]] if i in flows else rest for i, rest in enumerate(self._rest)]


# What is shown of a node that is pointed at --------------------------------------------------------------------------


def card(graph: Graph, i: int, value: Any, since: int = 0) -> Card:
    """What is told of an item that is pointed at; its value from a moment on."""
    item = graph.items[i]
    told: Card = {"name": f"{called(graph, i)}: {item.detail.partition(chr(10))[0]}"}
    if item.value and item.kind != "folded":
        told["value"] = (item.value, since) if value is None else _facts(value, since)
    return told


def _facts(values: Any, since: int) -> tuple[Any, ...]:
    """Numbers in words, the moment that they are there from and, of several, a heat map."""
    rows = heat.heat_map(values)
    return (heat.facts(values), since, rows) if rows else (heat.facts(values), since)


def _cards(walked: Pass) -> list[Card]:
    """For each item, what it is called, and its value and its gradient as numbers and as a heat map."""
    forward = sum(item.kind == "operation" for item in walked.graph.items)
    offset = forward + 1 if forward else 0
    grads: dict[int, tuple[int, Any]] = {}
    for number, step in enumerate(walked.steps):
        if _plain(step.after):
            grads[step.to] = (number + offset, step.after)
    cards = []
    computed = 0
    for i, item in enumerate(walked.graph.items):
        computed += item.kind == "operation"
        told = card(walked.graph, i, walked.values.get(i), since=computed if item.kind == "operation" else 0)
        if i in grads:
            since, g = grads[i]
            told["gradient"] = _facts(np.asarray(g), since)
        cards.append(told)
    return cards
