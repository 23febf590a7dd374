"""The graph behind a tensor, as plain data: texts and numbers, ready to be laid out and drawn.

This file reads the engine's nodes; others that touch them watch them at work (`steps.py`, `trace.py`). What it hands
on is a snapshot: nothing in it changes when a later `backward()` fills a gradient. It knows nothing of positions,
colours or formats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal

import numpy as np

from teachgrad.engine import newest_first
from teachgrad.graph import AccumulateGrad, Array, Node, edge
from teachgrad.nn import Module
from teachgrad.tensor import Tensor
from teachgrad.viz import text

MOST = 60  # items in one picture; of more, readers complain
FEW = 30  # items that are left of a graph too large for one

Kind = Literal["leaf", "constant", "operation", "folded"]


@dataclass(frozen=True, slots=True)
class Item:
    """One node of the picture.

    Attributes:
        kind: a leaf that collects a gradient, a constant, an operation, or what was folded away.
        name: the variable's name; empty if unknown.
        symbol: of an operation, such as `×`.
        value: the result in short, or its shape.
        grad: the gradient in short, `None` before backward; empty where none is kept.
        detail: everything known about it, one fact a line.
    """

    kind: Kind
    name: str = ""
    symbol: str = ""
    value: str = ""
    grad: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Items in topological order, inputs first; edges as (from, to), in the order of each operation's inputs.

    `operations` and `leaves` count the whole graph, whatever was folded away. `cuts` are those edges that values have
    crossed and no gradient will.
    """

    items: tuple[Item, ...]
    edges: tuple[tuple[int, int], ...]
    operations: int
    leaves: int
    cuts: tuple[tuple[int, int], ...] = ()

    def inputs(self, item: int) -> list[int]:
        """The items that feed this one, in order."""
        return [tail for tail, head in self.edges if head == item]


class Names:
    """Which tensor is called what.

    Args:
        table: names to tensors. The first name of a tensor counts. Modules in it lend their parameters' names.
        cuts: pairs of a tensor and what was computed from it without a record.

    Entries that are neither are passed over, so that a table of variables can be given as it is.
    """

    def __init__(self, table: Mapping[str, object], cuts: Iterable[tuple[Tensor, Tensor]] = ()) -> None:
        self.cuts = {id(after): (before, after) for before, after in cuts}
        self._leaves: dict[int, str] = {}
        self._memory: dict[
            int, tuple[str, Tensor]
        ] = {}  # that require grad, by the counter that all share who share it
        self._results: dict[Node, tuple[str, Tensor]] = {}
        for name, thing in table.items():
            if isinstance(thing, Tensor):
                self._add(name, thing)
        for name, thing in table.items():
            if isinstance(thing, Module):
                for inner, parameter in thing.named_parameters():
                    self._add(f"{name}.{inner}", parameter)

    @classmethod
    def seen_from(cls, frame: FrameType, cuts: Iterable[tuple[Tensor, Tensor]] = ()) -> Names:
        """The variables at a place of the program: local ones first, and not hidden."""
        variables = {**frame.f_locals, **frame.f_globals, **frame.f_locals}
        return cls({name: thing for name, thing in variables.items() if not name.startswith("_")}, cuts)

    def _add(self, name: str, tensor: Tensor) -> None:
        node = tensor.grad_fn
        if tensor.requires_grad:
            self._memory.setdefault(id(tensor.counter), (text.clean(name), tensor))
        if node is None:
            self._leaves.setdefault(id(tensor), text.clean(name))
        else:
            self._results.setdefault(node, (text.clean(name), tensor))

    def leaf(self, tensor: Tensor) -> str:
        """The name of a tensor that no operation made."""
        return self._leaves.get(id(tensor), "")

    def detached_from(self, tensor: Tensor) -> tuple[str, Tensor | None]:
        """A tensor that requires grad and has the same memory and shape as this one, which does not; its name first."""
        name, origin = self._memory.get(id(tensor.counter), ("", None))
        same = origin is not None and origin.array.shape == tensor.array.shape
        return (name, origin) if same else ("", None)

    def result(self, node: Node) -> tuple[str, Tensor | None]:
        """The name of the tensor that `node` made, and that tensor itself."""
        return self._results.get(node, ("", None))


@dataclass(frozen=True, slots=True)
class Places:
    """Where the engine's nodes are in a picture.

    Attributes:
        items: for each node, the number of the item that shows it; hidden nodes are in the item that stands for them.
        edges: for each input of a node, as (node, place), the number of the edge that stands for it.
    """

    items: Mapping[Node, int]
    edges: Mapping[tuple[Node, int], int]


def read(root: Tensor, names: Names) -> Graph:
    """The graph that computed `root`, which must have one or be a leaf that requires grad.

    Of more than `MOST` items only about `FEW` are kept, those computed last; one more stands for everything
    earlier. The time taken grows with the number of nodes, not faster.
    """
    return read_with_places(root, names)[0]


def read_with_places(root: Tensor, names: Names) -> tuple[Graph, Places]:
    """The graph as `read` gives it, and where the engine's nodes are in it."""
    before = [tensor for tensor, _ in names.cuts.values()]
    nodes = newest_first(node for node in map(edge, [root, *before]) if node is not None)
    operations = [node for node in nodes if not isinstance(node, AccumulateGrad)]
    leaves = len(nodes) - len(operations)
    kept, shown = _choose(operations, names, MOST)
    if len(kept) < len(operations):
        kept, shown = _choose(operations, names, FEW)
    items: dict[Hashable, Item] = {}
    wires: list[tuple[Hashable, Hashable]] = []
    wire_of: dict[tuple[Node, int], int] = {}
    hidden: set[Hashable] = set()
    detached: list[tuple[Hashable, Hashable]] = []
    for node in reversed(kept):
        folded_wire = -1
        for place, source in _as_written(node, names):
            if source in shown:
                if source not in items:
                    items[source] = _source(node, place, names)
                    detached += _detached(node, place, source, names)
                wires.append((source, node))
                wire_of[node, place] = len(wires) - 1
            else:
                hidden.add(source)
                if folded_wire < 0:
                    wires.append((FOLD, node))
                    folded_wire = len(wires) - 1
                wire_of[node, place] = folded_wire
        items[node] = _operation(node, names)
    if hidden:
        hidden_leaves = leaves - sum(item.kind == "leaf" for item in items.values())
        constants = sum(not isinstance(source, Node) for source in hidden)
        items = {FOLD: _folded(operations[len(kept) :], hidden_leaves, constants), **items}
    alone = {node: _leaf(node.variable, names) for node in nodes if isinstance(node, AccumulateGrad) and not hidden}
    items = {**{node: item for node, item in alone.items() if node not in items}, **items}
    if root.grad_fn is None and not root.requires_grad:
        items[id(root)] = _leaf(root, names)
    cuts: list[tuple[Hashable, Hashable]] = [(edge(tensor), id(after)) for tensor, after in names.cuts.values()]
    cuts = [(tail, head) for tail, head in [*cuts, *detached] if tail in items and head in items]
    places = {key: i for i, key in enumerate(items)}
    cuts = [(tail, head) for tail, head in dict.fromkeys(cuts) if places[tail] < places[head]]
    edges, cut = (tuple((places[tail], places[head]) for tail, head in pairs) for pairs in (wires + cuts, cuts))
    found = Places({node: places[node if node in places else FOLD] for node in nodes}, wire_of)
    return Graph(tuple(items.values()), edges, len(operations), leaves, cut), found


FOLD = "everything earlier"


def _sources(node: Node, names: Names) -> list[Hashable]:
    """For each input of an operation, what it came from: a node, or what tells a constant from others."""
    return [parent or _constant_key(node, place, names) for place, parent in enumerate(node.parents)]


def _as_written(node: Node, names: Names) -> list[tuple[int, Hashable]]:
    """The sources with their places, in the order of a formula: PyTorch records 1 - x as an operation of x and 1."""
    numbered = list(enumerate(_sources(node, names)))
    return numbered[::-1] if node.name() == "RsubBackward1" else numbered


def constant(node: Node, place: int) -> Tensor | None:
    """An input that wants no gradient, if it is still known: small ones are, and saved ones until backward."""
    small = node.constants[place] if node.constants else None
    return node.tensors[place] if small is None and node.tensors else small


def _constant_key(node: Node, place: int, names: Names) -> Hashable:
    """A tensor with a name is drawn once, however often it is used; the 2 in x**2 and the 2 in 2*x are two."""
    tensor = constant(node, place)
    known = tensor is not None and (names.leaf(tensor) or id(tensor) in names.cuts)
    return id(tensor) if known else (node, place)


def _detached(node: Node, place: int, key: Hashable, names: Names) -> list[tuple[Hashable, Hashable]]:
    """The edge from a tensor to what was detached from it and is now an input here, if it is that."""
    tensor = constant(node, place) if node.parents[place] is None else None
    _, origin = (None, None) if tensor is None else names.detached_from(tensor)
    return [] if origin is None else [(edge(origin), key)]


def _choose(operations: list[Node], names: Names, most: int) -> tuple[list[Node], set[Hashable]]:
    """The newest operations with their leaves and constants, as many as fit; and all that is shown."""
    kept: list[Node] = []
    shown: set[Hashable] = set()
    for node in operations:
        ends = [s for s in _sources(node, names) if not isinstance(s, Node) or isinstance(s, AccumulateGrad)]
        new = [end for end in dict.fromkeys(ends) if end not in shown]
        if kept and len(shown) + len(new) >= most:
            break
        kept.append(node)
        shown.update((node, *new[:FEW]))  # a stack of a thousand leaves is one operation
    return kept, shown


def _source(node: Node, place: int, names: Names) -> Item:
    """The leaf or the constant at one input of an operation."""
    parent = node.parents[place]
    if isinstance(parent, AccumulateGrad):
        return _leaf(parent.variable, names)
    tensor = constant(node, place)
    if tensor is None:
        return Item("constant", value="constant", detail="a constant: no gradient flows to it")
    origin, _ = names.detached_from(tensor)
    return Item(
        "constant",
        names.leaf(tensor) or (origin and f"{origin}.detach()"),
        value=text.array(tensor.array),
        detail=_detail("constant: no gradient flows to it", tensor.array.shape, tensor.array.dtype, tensor.array, None),
    )


def _leaf(tensor: Tensor, names: Names) -> Item:
    array = tensor.array
    grad = None if tensor.grad is None else tensor.grad.array
    kind = "leaf: collects its gradient in .grad" if tensor.requires_grad else "a tensor without a graph"
    return Item(
        "leaf" if tensor.requires_grad else "constant",
        names.leaf(tensor),
        value=text.array(array),
        grad=text.gradient(grad) if tensor.requires_grad else "",
        detail=_detail(kind, array.shape, array.dtype, array, grad),
    )


def _operation(node: Node, names: Names) -> Item:
    name, tensor = names.result(node)
    grad = tensor.grad.array if tensor is not None and tensor.retains_grad and tensor.grad is not None else None
    several = node.shape is None  # so it is if a function of your own returns a tuple
    value = "several" if several else text.shape(node.shape) if node.value is None else text.array(node.value)
    settings = zip(node.op.attributes, node.attributes or (), strict=False)
    kind = "\n".join([node.name(), *(text.clean(f"{key} = {setting}") for key, setting in settings)])
    detail = _detail(kind, node.shape, node.dtype, node.value, grad)
    return Item("operation", name, _symbol(node), value, "" if grad is None else text.gradient(grad), detail)


def _symbol(node: Node) -> str:
    """The operation's sign, short enough for its badge."""
    return text.clean(node.label(), longest=14)


def _folded(hidden: list[Node], leaves: int, constants: int) -> Item:
    """One item for everything that is not shown, with the operations that there are most of."""
    counts = {"operation": len(hidden), "leaf": leaves, "constant": constants}
    parts = text.listing([text.plural(count, noun) for noun, count in counts.items() if count])
    census = Counter(_symbol(node) for node in hidden).most_common(3)
    most = ", ".join(f"{count:,} {symbol}" for symbol, count in census)
    return Item("folded", name=f"… {parts}", value=most, detail=f"Not shown: {parts}")


def _detail(
    kind: str, shape: tuple[int, ...] | None, dtype: np.dtype[Any], value: Array | None, grad: Array | None
) -> str:
    """All that is known, one fact a line; long arrays shortened as NumPy does."""
    lines = [kind, "several tensors" if shape is None else f"shape {text.shape(shape)}, {dtype}"]
    for word, array in (("value", value), ("grad", grad)):
        if array is not None:
            lines.append(f"{word} " + np.array2string(array, precision=4, threshold=16, edgeitems=2))
    return "\n".join(lines)
