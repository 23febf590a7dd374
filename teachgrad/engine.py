"""The backward pass: one loop. This is the file the course is about.

`loss.backward()` asks: if `loss` moves a little, which inputs moved it, and how much each? The graph
(`graph.py`) already holds all that is needed. The answer takes three steps:

1. **Collect** every node that `loss` depends on.
2. **Order** them, the newest first. A node may pass its gradient on only when it has received every part of it, one
   from each place where its result was used. Those places were computed later: newest first, none comes too late.
3. **Walk**: for each node, and each input of it,

       contribution  =  upstream gradient  x  local derivative         (the op's formula does both)

   and the contribution is *added* to what the input's own node has received so far.

That is all: reverse-mode differentiation is the chain rule, in an order in which each node is visited once.

This module knows arrays and nodes. It does not know which operations exist, and of tensors only what is
handed to it (`Tensors`), for the time when gradients themselves are to be differentiable.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from teachgrad.grad_mode import mode
from teachgrad.graph import AccumulateGrad, Array, Node, reads

if TYPE_CHECKING:
    from teachgrad.tensor import Tensor


class Tensors(Protocol):
    """What the engine asks of the floor above it."""

    def wrap(self, array: Any) -> Tensor:
        """A tensor without history round an array."""

    def revive(self, array: Array, node: Node) -> Tensor:
        """The tensor that `node` computed, with `node` as its history."""

    def cast(self, tensor: Tensor, dtype: np.dtype[Any]) -> Tensor:
        """The tensor in another element type, recorded."""

    def copy(self, tensor: Tensor) -> Tensor:
        """A copy of the tensor, recorded."""


_age = attrgetter("seq")


def newest_first(roots: Iterable[Node]) -> list[Node]:
    """Every node that the roots depend on, the newest first. No recursion: a graph may be a million nodes deep."""
    found = set(roots)
    order = list(found)
    for node in order:  # the list grows while we walk along it
        for parent in node.parents:
            if parent is not None and parent not in found:
                found.add(parent)
                order.append(parent)
    order.sort(key=_age, reverse=True)
    return order


def leading_to(wanted: Iterable[Node], order: list[Node]) -> list[Node]:
    """The nodes of `order` from which a wanted node can be reached: gradients sent to others would be wasted."""
    useful = set(wanted)
    for node in reversed(order):  # parents first
        if not useful.isdisjoint(node.parents):
            useful.add(node)
    return [node for node in order if node in useful]


def run(
    seeds: dict[Node, Any],
    tensors: Tensors,
    *,
    retain_graph: bool = False,
    create_graph: bool = False,
    wanted: Iterable[Node] | None = None,
) -> dict[Node, Any]:
    """Send the seeds, gradients at the roots, backwards through the graph.

    Without `wanted`, leaves add what arrives to their `.grad`. With it, nothing is accumulated: the gradients that
    arrive at the wanted nodes are returned, and only nodes that lead there are visited.

    Gradients are arrays. Under `create_graph` they are tensors, the formulas are the same, and so this whole pass is
    recorded like any other computation: that is how second derivatives come about.
    """
    order = newest_first(seeds)
    if wanted is not None:
        wanted = set(wanted)
        order = leading_to(wanted, order)
    received: dict[Node, Any] = dict.fromkeys(order)
    received.update(seeds)
    arrived: dict[Node, Any] = {}
    ours: set[Node] = set()  # nodes whose gradient lies in memory that nobody else holds: we may add to it in place
    recording_before, mode.enabled = mode.enabled, create_graph
    try:
        for node in order:
            g = received.pop(node)
            if g is None:
                continue
            if node.hooks is not None:
                g = _ask_hooks(node, g, tensors)
                ours.discard(node)
            if wanted is not None:
                if node in wanted:
                    arrived[node] = g
                if received.keys().isdisjoint(node.parents):  # nothing wanted lies behind it
                    continue
            elif isinstance(node, AccumulateGrad):
                accumulate(node.variable, g, node in ours, create_graph, tensors)
                continue

            for parent, formula, source in zip(node.parents, node.op.formulas, node.op.sources):
                if parent not in received:  # None, or not on a way to a wanted node
                    continue
                if create_graph:  # the same formula, on tensors
                    contribution = source(g, *node.saved(reads(source), tensors.revive))
                else:
                    contribution = formula(g, node)
                if contribution is None:  # a function of your own may have none to give
                    continue
                if contribution.shape != parent.shape or contribution.dtype is not parent.dtype:
                    contribution = _fitted(contribution, parent, tensors)
                so_far = received[parent]
                if so_far is None:
                    received[parent] = contribution
                    if not create_graph and contribution is not g and contribution.base is None:
                        ours.add(parent)  # a new array: formulas return g, a view of it, or something new
                elif parent in ours:
                    so_far += contribution
                    received[parent] = so_far
                else:
                    received[parent] = so_far + contribution
                    if not create_graph:
                        ours.add(parent)
            if not retain_graph:
                node.free()
    finally:
        mode.enabled = recording_before
    return arrived


def accumulate(leaf: Tensor, g: Any, ours: bool, create_graph: bool, tensors: Tensors) -> None:
    """`leaf.grad += g`: into the memory it has, or, where the gradient is to be differentiable, as a new tensor."""
    if create_graph:
        leaf._grad = tensors.copy(g) if leaf._grad is None else leaf._grad + g
    elif leaf._grad is None:
        leaf._grad = tensors.wrap(g if ours or type(g) is not np.ndarray else g.copy())
    else:
        leaf._grad.array += g
        leaf._grad.counter[0] += 1


def _fitted(contribution: Any, node: Node, tensors: Tensors) -> Any:
    """Give a contribution the shape and type of the value it belongs to.

    Broadcasting used one element in many places; what flows back to it is the sum over those places.
    """
    shape = node.shape
    if contribution.shape != shape:
        extra = contribution.ndim - len(shape)
        if extra:
            contribution = contribution.sum(axis=tuple(range(extra)))
        stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 != contribution.shape[axis])
        if stretched:
            contribution = contribution.sum(axis=stretched, keepdims=True)
    if isinstance(contribution, np.generic | np.ndarray):
        return contribution.astype(node.dtype, copy=False)
    return tensors.cast(contribution, node.dtype)


def _ask_hooks(node: Node, g: Any, tensors: Tensors) -> Any:
    """Show the gradient to each hook in turn; one that returns a tensor replaces it."""
    assert node.hooks is not None
    bare = isinstance(g, np.generic | np.ndarray)
    shown = tensors.wrap(g) if bare else g
    for hook in list(node.hooks):
        answer = hook(shown)
        shown = shown if answer is None else answer
    return shown.array if bare else shown
