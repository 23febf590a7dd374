"""The graph behind a tensor, as plain data: texts and numbers, ready to be laid out and drawn.

This file reads the engine's nodes; others that touch them watch them at work (`steps.py`, `trace.py`). What it hands
on is a snapshot: nothing in it changes when a later `backward()` fills a gradient. It knows nothing of positions,
colours or formats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal

import numpy as np

from teachgrad.engine import newest_first
from teachgrad.graph import AccumulateGrad, Array, Node, edge
from teachgrad.nn import Module
from teachgrad.tensor import Tensor
from teachgrad.viz import text
from teachgrad.viz.folding import Run, folded, label

MOST = 60  # items in one picture; of more, readers complain
FEW = 30  # items that are left of a graph too large for one
RECENT = 5000  # operations that are looked at for modules and repetitions; of a larger graph, the newest are shown

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
        self._owners: dict[int, str] = {}
        self._results: dict[Node, tuple[str, Tensor]] = {}
        for name, thing in table.items():
            if isinstance(thing, Tensor):
                self._add(name, thing)
        for name, thing in table.items():
            if isinstance(thing, Module):
                for inner, parameter in thing.named_parameters():
                    self._add(f"{name}.{inner}", parameter)
                    self._owners.setdefault(id(parameter), text.clean(f"{name}.{inner}".rpartition(".")[0]))

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

    def owner(self, end: Hashable) -> str:
        """The module that a leaf is a parameter of; empty if it is none."""
        return self._owners.get(id(end.variable), "") if isinstance(end, AccumulateGrad) else ""

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

    Of more than `MOST` items, modules are folded into one item each, and what is repeated up to its last rounds. If
    that is not enough, only about `FEW` are kept, those computed last, and one more stands for everything earlier. The
    time taken grows with the number of nodes, not faster.
    """
    return read_with_places(root, names)[0]


def read_with_places(root: Tensor, names: Names) -> tuple[Graph, Places]:
    """The graph as `read` gives it, and where the engine's nodes are in it."""
    before = [tensor for tensor, _ in names.cuts.values()]
    nodes = newest_first(node for node in map(edge, [root, *before]) if node is not None)
    whole = [node for node in reversed(nodes) if not isinstance(node, AccumulateGrad)]
    line = whole[-RECENT:]
    sources = {node: _sources(node, names) for node in line}
    homes = _homes(line, sources, names, whole=len(line) == len(whole))
    if len(line) < len(whole):
        homes.update((node, FOLD) for node in nodes if node not in homes)
    residents: dict[Hashable, list[Hashable]] = {}
    for key, home in homes.items():
        if home is not key:
            residents.setdefault(home, []).append(key)
    items: dict[Hashable, Item] = {}
    if FOLD in residents:
        items[FOLD] = _folded(FOLD, residents[FOLD])
    wires: dict[Hashable, tuple[Hashable, Hashable]] = {}
    wire_of: dict[tuple[Node, int], Hashable] = {}
    detached: list[tuple[Hashable, Hashable]] = []
    for node in line:
        head = homes[node]
        for place, source in _as_written(node, sources[node]):
            tail = homes[source]
            if tail is source and tail not in items:
                items[tail] = _source(node, place, names)
                detached += _detached(node, place, source, names)
            if tail is not head and head is not FOLD:
                wire: Hashable = (node, place) if tail is source and head is node else (tail, head)
                wires[wire], wire_of[node, place] = (tail, head), wire
        if head is node:
            items[node] = _operation(node, names)
        elif isinstance(head, Run) and node is head.nodes[-1]:
            items[head] = _folded(head.title, residents[head])
    loose = [node for node in nodes if isinstance(node, AccumulateGrad) and node not in homes]
    items = {**{node: _leaf(node.variable, names) for node in loose}, **items}
    if root.grad_fn is None and not root.requires_grad:
        items[id(root)] = _leaf(root, names)
    cuts: list[tuple[Hashable, Hashable]] = [(edge(tensor), id(after)) for tensor, after in names.cuts.values()]
    cuts = [(tail, head) for tail, head in [*cuts, *detached] if tail in items and head in items]
    places = {key: i for i, key in enumerate(items)}
    cuts = [(tail, head) for tail, head in dict.fromkeys(cuts) if places[tail] < places[head]]
    pairs = [*wires.values(), *cuts]
    edges, cut = (tuple((places[tail], places[head]) for tail, head in some) for some in (pairs, cuts))
    number = {wire: i for i, wire in enumerate(wires)}
    found = Places(
        {node: places[homes.get(node, node)] for node in nodes},
        {where: number[wire] for where, wire in wire_of.items()},
    )
    return Graph(tuple(items.values()), edges, len(whole), len(nodes) - len(whole), cut), found


def _homes(
    line: list[Node], sources: Mapping[Node, list[Hashable]], names: Names, whole: bool
) -> dict[Hashable, Hashable]:
    """For each operation and each of its ends (leaves and constants) what shows it: itself, a run, or `FOLD`.

    Runs are looked for if this is the `whole` graph.
    """
    ends = {
        node: [s for s in of if not isinstance(s, Node) or isinstance(s, AccumulateGrad)]
        for node, of in sources.items()
    }
    owners = {node: owner for node in line for end in ends[node] if (owner := names.owner(end))}

    def settled(runs: Sequence[Run]) -> dict[Hashable, Hashable]:
        homes: dict[Hashable, Hashable] = {node: run if run.title else node for run in runs for node in run.nodes}
        for run in runs:
            for node in run.nodes:
                for end in ends[node]:
                    home = homes[node] if run.title else end
                    homes[end] = home if homes.setdefault(end, home) is home else end  # what two use stands by itself
        return homes

    def size(runs: Sequence[Run]) -> int:
        return len(runs) if len(runs) > MOST else len(set(settled(runs).values()))

    runs = folded(line, owners, size, MOST) if whole else [Run((node,)) for node in line]
    homes = settled(runs)
    most = MOST if len(set(homes.values())) <= MOST else FEW
    shown: set[Hashable] = set()
    for run in reversed(runs):
        mine = dict.fromkeys(homes[end] for node in run.nodes for end in ends[node])
        new = [home for home in mine if home not in shown and not isinstance(home, Run)]
        if shown and len(shown) + len(new) >= most:
            break
        shown.update((homes[run.nodes[0]], *new[:FEW]))  # a stack of a thousand leaves is one operation
    return {key: home if home in shown else FOLD for key, home in homes.items()}


FOLD = "everything earlier"


def _sources(node: Node, names: Names) -> list[Hashable]:
    """For each input of an operation, what it came from: a node, or what tells a constant from others."""
    return [parent or _constant_key(node, place, names) for place, parent in enumerate(node.parents)]


def _as_written(node: Node, sources: list[Hashable]) -> list[tuple[int, Hashable]]:
    """The sources with their places, in the order of a formula: PyTorch records 1 - x as an operation of x and 1."""
    numbered = list(enumerate(sources))
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


def _folded(title: str, hidden: Sequence[Hashable]) -> Item:
    """One item for what is not shown by itself: by its title, and the operations that there are most of."""
    operations = [key for key in hidden if isinstance(key, Node) and not isinstance(key, AccumulateGrad)]
    leaves = sum(isinstance(key, AccumulateGrad) for key in hidden)
    counts = {"operation": len(operations), "leaf": leaves, "constant": len(hidden) - len(operations) - leaves}
    parts = text.listing([text.plural(count, noun) for noun, count in counts.items() if count])
    census = Counter(map(label, operations)).most_common(3)
    most = ", ".join(f"{count:,} {text.clean(symbol, 14)}" for symbol, count in census)
    if title == FOLD:
        return Item("folded", name=f"… {parts}", value=most, detail=f"{FOLD}: {parts}")
    repeated = " × (" in title
    name, value = (f"… {parts}", title) if repeated else (f"… {title}", parts)
    return Item("folded", name=name, value=text.clean(value, 48), detail=f"{title}: {parts}; {most}")


def _detail(
    kind: str, shape: tuple[int, ...] | None, dtype: np.dtype[Any], value: Array | None, grad: Array | None
) -> str:
    """All that is known, one fact a line; long arrays shortened as NumPy does."""
    lines = [kind, "several tensors" if shape is None else f"shape {text.shape(shape)}, {dtype}"]
    for word, array in (("value", value), ("grad", grad)):
        if array is not None:
            lines.append(f"{word} " + np.array2string(array, precision=4, threshold=16, edgeitems=2))
    return "\n".join(lines)
