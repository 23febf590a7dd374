"""Forward mode: the walk of `engine.py` the other way, along the same graph.

The backward pass asks: which inputs moved this one output? It starts at the output, and answers for all inputs at once.
Forward mode asks: if the inputs move along *this* direction, how does every output move? It starts at the inputs, and
answers for all outputs at once. Each value gets a *tangent*, the velocity at which it moves. Nodes are visited the
oldest first, so that the tangents of the inputs are known when a node is reached, and

    tangent of the result  =  sum over the inputs of   local derivative x tangent of the input

The op table has no formulas for this, and needs none. A gradient formula is a linear function of `g`: it multiplies by
the *transposed* Jacobian of the operation, g -> Jᵀ g.

- Where each element of the result depends on one element of each input, the Jacobian is a diagonal matrix, and that is
  its own transpose: the formula `g * cos(a)` of a sine, applied to a tangent, gives the tangent of the sine.
- Elsewhere the formula is differentiated itself, with respect to `g`: the gradient of g -> Jᵀ g is the transpose of Jᵀ,
  which is J. (J. Townsend, *A new trick for calculating Jacobian vector products*, 2017.)

Forward mode does not mind `no_grad`, which turns off the recording for `backward` only. So while it is on, operations
are recorded under `no_grad` as well, but shut to gradients (`_Movement`).

This module knows the graph and the formulas. What is offered to users stands in `forward_ad.py` and in `func`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

import numpy as np

from teachgrad.autograd.backward import COPY, FromTensors, gradients
from teachgrad.autograd.function import FunctionNode
from teachgrad.engine import leading_to, newest_first
from teachgrad.errors import explained
from teachgrad.grad_mode import FORWARD_ONLY, is_grad_enabled, mode
from teachgrad.graph import Formula, Node, Op, edge, reads, record
from teachgrad.ops import activation, corners, pointwise, shape
from teachgrad.ops.table import ROWS
from teachgrad.tensor import Tensor, wrap
from teachgrad.watching import Watcher, watchers

Tangents = MutableMapping[
    Node, Any
]  # a tensor, a tuple of them where the node stands for one, None where nothing moves

Transposes = dict[tuple[Node, tuple[int, ...]], "_Transpose"]  # by node, and which of its inputs move

SOURCE = Op("ViewBackward0", [lambda g: g], symbol="moves")
ONE_WAY = Op("ForwardOnly", [lambda g: None], symbol="forward only")  # gradients end here, tangents pass

# Ops whose Jacobian is diagonal (after broadcasting). One that is not named here costs time, never correctness.
ELEMENTWISE = {row.op for row in ROWS.values()} | {
    *(SOURCE, COPY, shape.CLONE, shape.CONVERT, shape.EXPAND),
    *(pointwise.POW, pointwise.RPOW, pointwise.LERP, pointwise.LERP_EACH, pointwise.ADDCMUL, pointwise.ADDCDIV),
    *(corners.CLAMP, corners.CLAMP_MIN, corners.CLAMP_MAX, corners.WHERE),
    *(activation.LEAKY_RELU, activation.ELU, activation.SILU, activation.SOFTPLUS, activation.GELU),
}


class _Movement(Watcher):
    """Knows which nodes move, and what to do with an operation that was recorded under `no_grad`."""

    def __init__(self) -> None:
        self._nodes: WeakSet[Node] = WeakSet()

    def recorded(self, node: Node, tensor: Tensor) -> None:
        moves = node.op is SOURCE or any(p in self._nodes or p.op is SOURCE for p in node.parents if p is not None)
        if moves:
            self._nodes.add(node)
        if mode.enabled is not FORWARD_ONLY or node.op is ONE_WAY:
            return
        if moves:
            record(ONE_WAY, tensor, (tensor,))
        else:  # it should not have been recorded at all
            tensor._grad_fn, tensor._requires_grad = None, False


_movement = _Movement()


@contextmanager
def forward_mode() -> Iterator[None]:
    """Inside, what depends on moving values is recorded, whatever the grad mode."""
    before = mode.enabled, mode.anyway
    first = _movement not in watchers
    if first:
        watchers.append(_movement)
    mode.anyway = FORWARD_ONLY
    mode.enabled = not mode.inference and (mode.enabled or FORWARD_ONLY)
    try:
        yield
    finally:
        mode.enabled, mode.anyway = before
        if first:
            watchers.remove(_movement)


def moving(x: Tensor) -> Tensor:
    """`x` under a node of its own, where a tangent can be put; the memory is shared, the history remains."""
    out = wrap(x.array)
    out.counter = x.counter
    if mode.enabled and x.requires_grad:
        record(SOURCE, out, (x,))
    else:
        record(SOURCE, out, (x.detach().requires_grad_(),))
        edge(out).parents = ()  # type: ignore[union-attr]  # nothing lies behind it
    return out


def not_moving(role: str, x: Tensor) -> ValueError:
    """The error for a value of whole numbers, or for such a tangent."""
    return explained(
        ValueError,
        f"Expected {role} to be floating point or complex, but got: {x.dtype}",
        why="between whole numbers nothing can move.",
        fix=f"make the {role} of real numbers, as in x.float().",
    )


def ends(roots: Iterable[Node]) -> set[Node]:
    """The nodes at which the paths that lead back from the roots end: leaves, and values that move."""
    found = set(roots)
    pending = list(found)
    last = set()
    for node in pending:  # the list grows while we walk along it
        if not node.parents:
            last.add(node)
        fresh = [parent for parent in node.parents if parent is not None and parent not in found]
        found.update(fresh)
        pending.extend(fresh)
    return last


def settled(tensor: Tensor, sources: Iterable[Node | None]) -> Tensor:
    """The tensor without its dependence on the sources, unless somebody else has an interest in its history."""
    node = edge(tensor)
    if node is None:
        return tensor
    return tensor if is_grad_enabled() and not ends([node]).issubset(sources) else tensor.detach()


class Pushforward:
    """The derivative of a computation that was recorded, as a function of how its inputs move.

    >>> import teachgrad as tg
    >>> x = moving(tg.tensor([1.0, 2.0]))
    >>> push = Pushforward([(x**2).sum()], [x])
    >>> push([tg.tensor([1.0, 0.0])]), push([tg.tensor([0.0, 1.0])])
    ([tensor(2.)], [tensor(4.)])
    """

    def __init__(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> None:
        self._outputs = list(outputs)
        self._roots = [edge(y) for y in outputs]
        self._sources: list[Node] = [edge(x) for x in inputs]  # type: ignore[misc]
        reached = {node for node in self._roots if node is not None}
        self._order = leading_to(self._sources, newest_first(reached))[::-1]
        self._ready: Transposes = {}
        # Does anything else move, or want a gradient? Then the tangents are recorded, to be differentiated in turn.
        self.recorded = is_grad_enabled() and not ends(reached).issubset(self._sources)

    def moves(self, place: int) -> bool:
        """Whether an output depends on the inputs at all."""
        return self._roots[place] in self._order

    def __call__(self, tangents: Sequence[Tensor | None]) -> list[Tensor]:
        """The tangents of the outputs, for tangents of the inputs; None for an input that stands still."""
        known: Tangents = {node: t for node, t in zip(self._sources, tangents) if t is not None}
        recorded = self.recorded or (is_grad_enabled() and any(t.requires_grad for t in known.values()))
        push(self._order, known, recorded, {} if recorded else self._ready)
        found = [None if root is None else known.get(root) for root in self._roots]
        return [wrap(np.zeros_like(y.array)) if t is None else t for y, t in zip(self._outputs, found)]

    def primals(self) -> list[Tensor]:
        """The outputs as values that do not move."""
        return [settled(y, self._sources) for y in self._outputs]

    def jacobian(self) -> list[list[Tensor]]:
        """For each output, and each input, d(output)/d(input): one walk for each input element gives one column."""
        columns: list[list[list[Tensor]]] = [[[] for _ in self._sources] for _ in self._outputs]
        for place, source in enumerate(self._sources):
            for element in range(math.prod(source.shape)):
                direction = np.zeros(source.shape, source.dtype)
                direction.flat[element] = 1
                moved = self([wrap(direction) if other is source else None for other in self._sources])
                for blocks, column in zip(columns, moved):
                    blocks[place].append(column)
        return [
            [_block(y, source, found) for source, found in zip(self._sources, blocks)]
            for y, blocks in zip(self._outputs, columns)
        ]


def _block(y: Tensor, source: Node, columns: list[Tensor]) -> Tensor:
    """The columns of a Jacobian in the shape of the output followed by that of the input."""
    whole = (*y.array.shape, *source.shape)
    return shape.stack(columns, -1).reshape(whole) if columns else wrap(np.zeros(whole, y.array.dtype))


def push(order: Iterable[Node], tangents: Tangents, recorded: bool, ready: Transposes) -> None:
    """Walk along nodes, the oldest first, and add the tangent of each to those that are known.

    `ready` holds what can be used again when the same nodes are walked along with other tangents.
    """
    with _recording(recorded):
        for node in order:
            if node not in tangents:
                given = [None if parent is None else tangents.get(parent) for parent in node.parents]
                tangents[node] = _tangent(node, given, recorded, ready)


@contextmanager
def _recording(wanted: bool) -> Iterator[None]:
    """`set_grad_enabled`, and not even forward mode records if it is not wanted."""
    before, mode.enabled = mode.enabled, wanted
    try:
        yield
    finally:
        mode.enabled = before


def _tangent(node: Node, given: list[Any], recorded: bool, ready: Transposes) -> Any:
    """The tangent of one result, from the tangents of its inputs."""
    first = next((t for t in given if t is not None), None)
    if first is None:
        return None
    if node.op is ONE_WAY:
        return first
    if isinstance(node, FunctionNode):
        return node.attributes[0].tangents(given)  # type: ignore[index]
    if isinstance(first, tuple):  # one of several results of a function of the user's own
        return first[node.attributes[0]]  # type: ignore[index]
    if node.op in ELEMENTWISE:
        return _by_diagonal(node, given, recorded)
    places = tuple(place for place, tangent in enumerate(given) if tangent is not None)
    transpose = ready.get((node, places)) or _Transpose(node, places, recorded)
    if not recorded:  # its doors stay closed, so it can be used again
        ready[node, places] = transpose
    return transpose([given[place] for place in places])


def _by_diagonal(node: Node, given: list[Any], recorded: bool) -> Tensor:
    """The gradient formulas themselves, applied to tangents."""
    total: Any = None
    for tangent, formula, source in zip(given, node.op.formulas, node.op.sources):
        if tangent is None:
            continue
        if recorded:  # the same formula, on tensors
            part = source(_stretched(tangent, node), *node.saved(reads(source), FromTensors.revive))
        else:
            part = formula(_stretched(tangent, node).array, node)
        total = part if total is None else total + part
    return FromTensors.cast(total, node.dtype) if recorded else wrap(np.asarray(total, node.dtype))


class _Transpose:
    """The gradient formulas of a node, each g -> Jᵀ g, as a recorded computation that can be differentiated by g.

    What the formulas read is kept apart from its history meanwhile (`doors` that are closed), so that each of these
    small backward passes ends here. If the tangent is recorded, the doors are opened afterwards, because it depends on
    those values too.
    """

    def __init__(self, node: Node, places: tuple[int, ...], recorded: bool) -> None:
        self._recorded = recorded
        self._doors: list[tuple[Node, tuple[Node | None, ...]]] = []
        self._g = wrap(np.zeros(node.shape, node.dtype)).requires_grad_()
        with _recording(True):
            self._pulled = [self._formula(node, node.op.sources[place]) for place in places]

    def __call__(self, tangents: list[Tensor]) -> Tensor:
        """J times the tangents: the gradient with respect to g, with the tangents as upstream gradients."""
        live = [(back, tangent) for back, tangent in zip(self._pulled, tangents) if back.requires_grad]
        if not live:
            return wrap(np.zeros_like(self._g.array))
        pulled = [back for back, _ in live]
        with _recording(True):
            seeds = [_stretched(tangent, edge(back)) for back, tangent in live]
        (moved,) = gradients(pulled, self._g, seeds, retain_graph=True, create_graph=self._recorded)
        for door, parents in self._doors:
            door.parents = parents
        return moved if self._recorded else wrap(moved)

    def _formula(self, node: Node, formula: Formula) -> Tensor:
        values = node.saved(reads(formula), FromTensors.revive)
        pulled: Tensor = formula(self._g, *map(self._apart, values))
        return pulled

    def _apart(self, value: Any) -> Any:
        """A value that a formula reads, behind a closed door if it has a history that matters."""
        if not isinstance(value, Tensor):
            return value
        if not (self._recorded and value.requires_grad):
            return value.detach()
        copy = moving(value)
        door: Node = copy._grad_fn  # type: ignore[assignment]
        self._doors.append((door, door.parents))
        door.parents = ()
        return copy


def _stretched(tangent: Tensor, node: Any) -> Tensor:
    """A tangent in the shape and type of what its value was broadcast and converted to."""
    tangent = FromTensors.cast(tangent, node.dtype)
    return tangent if tangent.array.shape == node.shape else tangent.expand(node.shape)
