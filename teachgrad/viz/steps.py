"""The backward pass as data: the chain rule, one contribution at a time.

The engine itself makes the pass, and a watcher notes what each node got and sent; nothing is computed in another way
here. The learner's graph is retained, and no `.grad` changes unless that is asked for. Knows nothing of pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from teachgrad.autograd.backward import FromTensors, gradients
from teachgrad.engine import accumulate, newest_first
from teachgrad.graph import AccumulateGrad, Array, Node, edge, reads
from teachgrad.tensor import Tensor
from teachgrad.viz import formulas, text
from teachgrad.viz.model import Graph, Names, Places, constant, read_with_places
from teachgrad.watching import Watcher, watching

Kind = Literal["start", "send", "hook", "keep", "store", "folded"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the backward pass. Items and edges are numbered as in the graph.

    Attributes:
        kind: the pass starts; a node sends a contribution; a hook looks at what arrived; a tensor keeps it that is no
            leaf; a leaf stores it; or what is folded away sends.
        item, to: whose turn it is, and who receives.
        along: the edge that the contribution takes; None if there is none in the picture.
        upstream, local, contribution: with upstream × local = contribution, where there is a local derivative.
        before, after: what the receiver had, None for nothing, and has now.
        formula, filled: of the op table; with this step's numbers in the place of the names, if they are single ones.
        notes: what else happens, in sentences.
    """

    kind: Kind
    item: int
    to: int
    along: int | None = None
    upstream: Any = None
    local: Any = None
    contribution: Any = None
    before: Any = None
    after: Any = None
    formula: str = ""
    filled: str = ""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Pass:
    """A whole backward pass.

    Attributes:
        graph: what it goes through.
        steps: in the order in which the engine takes them.
        values: for each item, its array, where it is still known.
        cuts: for each edge along which nothing flows back, why.
        hidden: how many leaves get a gradient that are folded away.
    """

    graph: Graph
    steps: list[Step] = field(default_factory=list)
    values: dict[int, Array] = field(default_factory=dict)
    cuts: dict[int, str] = field(default_factory=dict)
    hidden: int = 0


class _Witness(Watcher):
    """Notes what each of the nodes got, after its hooks, and what it sent."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = frozenset(nodes)
        self.seen: dict[Node, tuple[Any, tuple[Any, ...]]] = {}

    def sends(self, node: Node, g: Any, contributions: Sequence[Any], received: dict[Node, Any]) -> None:
        if node in self._nodes:
            self.seen[node] = (g, tuple(contributions))


def backward_pass(root: Tensor, seed: Tensor | None, names: Names, fill: bool) -> Pass:
    """Make a backward pass from `root`, and tell it step by step.

    `fill` says that leaves, and tensors that retain their gradient, are to get it, as by `backward()`.
    """
    graph, places = read_with_places(root, names)
    sink = edge(root)
    assert sink is not None, "a tensor without a graph"
    nodes = newest_first([sink])
    witness = _Witness(nodes)
    sinks = [node for node in nodes if isinstance(node, AccumulateGrad)]
    with watching(witness), _nothing_kept(() if fill else nodes):
        arrived = gradients(root, [leaf.variable for leaf in sinks], seed, retain_graph=True, create_graph=False)
    seen: dict[Node, tuple[Any, tuple[Any, ...]]] = dict(witness.seen)
    seen.update((leaf, (g, ())) for leaf, g in zip(sinks, arrived, strict=True) if g is not None)
    start = np.ones(root.array.shape, root.array.dtype) if seed is None else seed.array
    story = _Story(Pass(graph, values=known_values(graph, places)), places.items, places.edges, names)
    story.begins(sink, start)
    for node in nodes:
        if node in seen:
            story.visits(node, *seen[node])
    story.turns_from(-1)
    for leaf, g in zip(sinks, arrived, strict=True) if fill else ():
        if g is not None:
            accumulate(leaf.variable, g, False, False, FromTensors)
            if leaf.hooks is not None:
                leaf.hooks.tell_accumulated(leaf.variable, g, FromTensors.wrap)
    return story.told


@contextmanager
def _nothing_kept(nodes: Sequence[Node]) -> Iterator[None]:
    """Let no tensor behind these nodes keep its gradient, for the time of the block."""
    asked = [(node.hooks.keep, list(node.hooks.keep)) for node in nodes if node.hooks is not None]
    for keep, _ in asked:
        keep.clear()
    try:
        yield
    finally:
        for keep, hooks in asked:
            keep[:] = hooks


class _Story:
    """Tells what the witness saw, with what each receiver has so far."""

    def __init__(self, told: Pass, items: Any, edges: Any, names: Names) -> None:
        self.told = told
        self._items, self._edges, self._names = items, edges, names
        self._so_far: dict[Node, Any] = {}
        self._folded_at: int | None = None
        self._sent: dict[
            int, tuple[int | None, Any]
        ] = {}  # by what is folded away there: to whom, along which edge, what
        self._in_fold: set[int] = {i for i, item in enumerate(told.graph.items) if item.kind == "folded"}

    def begins(self, node: Node, seed: Array) -> None:
        """The root gets the seed."""
        self._so_far[node] = seed
        item = self._items[node]
        self.told.steps.append(Step("start", item, item, contribution=seed, after=seed))

    def visits(self, node: Node, g: Any, contributions: tuple[Any, ...]) -> None:
        """It is the turn of a node, which got `g` when its hooks had seen it."""
        item = self._items[node]
        self.turns_from(item)
        if item not in self._in_fold:
            self._hooks(node, item, g)
        if isinstance(node, AccumulateGrad):
            self._stores(node, item, g)
            return
        live = [place for place, contribution in enumerate(contributions) if contribution is not None]
        closing = self._closing(node) if item not in self._in_fold else []
        for place in live:
            self._sends(node, place, g, contributions[place], closing if place == live[-1] else [])

    def _hooks(self, node: Node, item: int, g: Any) -> None:
        """What the hooks of a node made of the gradient that arrived there."""
        if node.hooks is None:
            return
        notes = []
        if node.hooks.before or node.hooks.entering:
            called = text.listing([_called(hook) for hook in (*node.hooks.before, *node.hooks.entering)])
            before = self._so_far.get(node)
            changed = not np.array_equal(_array(before), _array(g), equal_nan=True)
            notes.append(f"{called} {'puts another gradient in its place' if changed else 'leaves it as it is'}.")
            self.told.steps.append(Step("hook", item, item, before=before, after=g, notes=tuple(notes)))
        if node.hooks.keep:
            kept = f"retain_grad() was called: backward() keeps this gradient in {self._name(item)}.grad as well."
            self.told.steps.append(Step("keep", item, item, contribution=g, after=g, notes=(kept,)))
        self._so_far[node] = g

    def _stores(self, node: AccumulateGrad, item: int, g: Any) -> None:
        if item in self._in_fold:
            self.told.hidden += 1
            return
        old = node.variable.grad
        before = None if old is None else old.array.copy()
        notes = ("It had a gradient from before, and gradients add up.",) if old is not None else ()
        after = g if before is None else before + g
        self.told.steps.append(Step("store", item, item, contribution=g, before=before, after=after, notes=notes))

    def _sends(self, node: Node, place: int, g: Any, contribution: Any, closing: list[str]) -> None:
        parent = node.parents[place]
        assert parent is not None
        before = self._so_far.get(parent)
        after = contribution if before is None else before + contribution
        self._so_far[parent] = after
        item, to = self._items[node], self._items[parent]
        if item in self._in_fold:
            self._folded_at = item
            if to != item:
                self._sent[to] = (self._edges.get((node, place)), after)
            return
        formula = node.op.sources[place]
        raw = node.op.formulas[place](g, node)
        notes = [*_fitting(raw, parent), *_changed_by_hooks(node, raw, contribution), *closing]
        self.told.steps.append(
            Step(
                "send",
                item,
                to,
                self._edges.get((node, place)),
                upstream=g,
                local=_local(node, place, g, raw),
                contribution=contribution,
                before=before,
                after=after,
                formula=formulas.written(formula),
                filled=formulas.with_numbers(formula, {"g": g, **_saved(node, place)}),
                notes=tuple(notes),
            )
        )

    def turns_from(self, item: int) -> None:
        """What is folded away has had its turn, if somebody else's comes now: all that it sent, in one step each."""
        if self._folded_at in (None, item):
            return
        at, self._folded_at = self._folded_at, None
        self.told.steps += [Step("folded", at, to, along, after=after) for to, (along, after) in self._sent.items()]
        self._sent = {}

    def _closing(self, node: Node) -> list[str]:
        """What is to be said when a node has sent everything: what gets nothing and why, and what is freed."""
        notes = []
        for place, parent in enumerate(node.parents):
            along = self._edges.get((node, place))
            if parent is None and along is not None:
                source = self.told.graph.edges[along][0]
                why = self._why_cut(node, place)
                self.told.cuts[along] = why
                notes.append(f"Nothing goes to {self._name(source)}: {why}.")
        freed = [name for name in ("out", *node.op.inputs) if name in _needs(node)]
        if freed:
            notes.append(f"Done: what it saved for its formulas ({', '.join(freed)}) is freed by backward().")
        return notes

    def _why_cut(self, node: Node, place: int) -> str:
        tensor = constant(node, place)
        if tensor is None:
            return "it did not require grad"
        origin, _ = self._names.detached_from(tensor)
        if origin:
            return f"it has the numbers of {origin} without its history"
        if tensor.array.dtype.kind != "f":
            return f"{tensor.dtype} has no slope".replace("torch.", "")
        if tensor.array.ndim == 0 and not self._names.leaf(tensor):
            return "a number is a constant"
        return "it does not require grad: data, or computed under no_grad()"

    def _name(self, item: int) -> str:
        return called(self.told.graph, item)


def known_values(graph: Graph, places: Places) -> dict[int, Array]:
    """The arrays of those items whose values are still known: small ones are, and saved ones until backward."""
    values: dict[int, Array] = {}
    for node, item in places.items.items():
        value = node.variable.array if isinstance(node, AccumulateGrad) else node.value
        if isinstance(value, np.ndarray) and graph.items[item].kind != "folded":
            values[item] = value
    for (node, place), along in places.edges.items():
        saved, item = constant(node, place), graph.edges[along][0]
        if saved is not None and graph.items[item].kind != "folded":
            values.setdefault(item, saved.array)
    return values


def called(graph: Graph, item: int) -> str:
    """What an item is called in a sentence: by its name, else by its symbol or its value."""
    shown = graph.items[item]
    if shown.kind == "folded":
        return shown.detail.partition(":")[0]
    return shown.name or shown.symbol or ("the leaf" if shown.kind == "leaf" else shown.value)


def _called(hook: Any) -> str:
    name = getattr(hook, "__name__", type(hook).__name__)
    return "a hook" if name == "<lambda>" else f"the hook {text.clean(name)}()"


def _array(g: Any) -> Any:
    return getattr(g, "array", g)


def _needs(node: Node) -> set[str]:
    """The names that the formulas of a node read, as far as a gradient is wanted."""
    wanted = [source for parent, source in zip(node.parents, node.op.sources, strict=False) if parent is not None]
    return {name for source in wanted for name in reads(source)}


def _saved(node: Node, place: int) -> dict[str, Any]:
    names = reads(node.op.sources[place])
    return dict(zip(names, node.saved(names), strict=True))


def _local(node: Node, place: int, g: Any, contribution: Any) -> Any:
    """The local derivative as numbers, where it is one for each element: the contribution for g = 1.

    None where elements mix, as in a product of matrices: there the formula does more than multiply by it.
    """
    if not isinstance(g, np.generic | np.ndarray) or not isinstance(contribution, np.generic | np.ndarray):
        return None
    local = node.op.formulas[place](np.ones_like(g)[()] if isinstance(g, np.generic) else np.ones_like(g), node)
    with np.errstate(all="ignore"):
        same = g.shape in ((), local.shape) and np.allclose(g * local, contribution, rtol=1e-3, equal_nan=True)
    return local if same else None


def _fitting(raw: Any, parent: Node) -> list[str]:
    """What the engine did to a contribution so that it fits its receiver."""
    have, want = getattr(raw, "shape", None), parent.shape
    if have is None or want is None:
        return []
    notes = []
    if have != want:
        extra = len(have) - len(want)
        axes = [*range(extra), *(extra + i for i, n in enumerate(want) if n == 1 != have[extra + i])]
        along = f"{'axis' if len(axes) == 1 else 'axes'} {text.listing([str(axis) for axis in axes])}"
        notes.append(
            f"Broadcasting had stretched {text.shape(want)} to {text.shape(have)}: the contribution is summed over "
            f"{along}."
        )
    if raw.dtype != parent.dtype:
        notes.append(f"It is converted from {raw.dtype} to {parent.dtype}.")
    return notes


def _changed_by_hooks(node: Node, raw: Any, contribution: Any) -> list[str]:
    if node.hooks is None or not node.hooks.after:
        return []
    names = text.listing([_called(hook) for hook in node.hooks.after])
    before, after = (text.gradient(np.asarray(_array(g))) for g in (raw, contribution))
    return [f"On the way out {names} saw it" + (f": {before} became {after}." if before != after else ".")]
