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

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from teachgrad.grad_mode import mode
from teachgrad.graph import AccumulateGrad, Formula, Node, reads
from teachgrad.watching import watchers

if TYPE_CHECKING:
    from teachgrad.tensor import Tensor, Tensors

_age = attrgetter("seq")
NOBODY: Any = object()
_ones = lru_cache(maxsize=32)(np.ones)  # times ones is a sum, up to four times faster than `.sum(axis=0)` for few rows
FEW = 4096  # rows; sums of more are left to NumPy, which rounds less
_one_at_a_time = Lock()  # threads may share leaves


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
    wanted: set[Node] | None = None,
) -> dict[Node, Any]:
    """Send the seeds, gradients at the roots, backwards through the graph.

    Without `wanted`, leaves add what arrives to their `.grad`. With it, nothing is accumulated: the gradients that
    arrive at the wanted nodes are returned, and only nodes that lead there are visited.

    Gradients are arrays. Under `create_graph` they are tensors, the formulas are the same, and so this whole pass is
    recorded like any other computation: that is how second derivatives come about.
    """
    order = newest_first(seeds)
    if wanted is not None:
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
            hooks = node.hooks
            if hooks is not None:
                g = hooks.ask_before(g, tensors.wrap)
                ours.discard(node)
            if type(node) is AccumulateGrad and wanted is None:
                accumulate(node.variable, g, node in ours, create_graph, tensors)
                if hooks is not None:
                    hooks.tell_accumulated(node.variable, g, tensors.wrap)
                continue
            if wanted is not None:
                if node in wanted:
                    arrived[node] = g
                if received.keys().isdisjoint(node.parents):  # nothing wanted lies behind it
                    continue

            formulas: Sequence[Formula] = node.op.formulas
            if seen := create_graph or watchers or hooks is not None:
                formulas = answered(node, g, received, create_graph, tensors)
            for parent, formula in zip(node.parents, formulas):
                if parent is None or (so_far := received.get(parent, NOBODY)) is NOBODY:
                    continue  # no gradient is wanted there, or it is not on a way to a wanted node
                if (contribution := formula(g, node)) is None:  # a function of your own may have none to give
                    continue
                if contribution.shape != parent.shape or contribution.dtype is not parent.dtype:
                    contribution = _fitted(contribution, parent, tensors)
                if so_far is None:
                    received[parent] = contribution
                    if contribution is not g and not seen and contribution.base is None:
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
    except Exception as error:
        for watcher in watchers:
            watcher.fails(node, error)
        raise
    finally:
        mode.enabled = recording_before
    return arrived


def answered(node: Node, g: Any, received: dict[Node, Any], create_graph: bool, tensors: Tensors) -> list[Formula]:
    """The formulas of a node with their answers known, because somebody wants to see them, or wants them as tensors."""
    contributions: list[Any] = []
    for parent, formula, source in zip(node.parents, node.op.formulas, node.op.sources):
        contribution = None
        if parent is not None and parent in received:
            contribution = source(g, *node.saved(reads(source), tensors.revive)) if create_graph else formula(g, node)
            if contribution is not None:
                contribution = _fitted(contribution, parent, tensors)
        contributions.append(contribution)
    if node.hooks is not None:
        contributions = node.hooks.ask_after(g, contributions, tensors.wrap)
    for watcher in watchers:
        watcher.sends(node, g, contributions, received)
    return [partial(_known, contribution) for contribution in contributions]


def _known(answer: Any, g: Any, node: Node) -> Any:
    return answer


def accumulate(leaf: Tensor, g: Any, ours: bool, create_graph: bool, tensors: Tensors) -> None:
    """`leaf.grad += g`: into the memory it has, or, where the gradient is to be differentiable, as a new tensor."""
    if not leaf._requires_grad:  # any longer
        return
    with _one_at_a_time:
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
        few = type(contribution) is np.ndarray and 0 < contribution.ndim <= 2 and len(contribution) <= FEW
        if few and contribution.shape[1:] == shape:  # such as the bias of a layer
            contribution = np.dot(_ones(len(contribution), contribution.dtype), contribution)
        else:
            extra = contribution.ndim - len(shape)
            stretched = [extra + i for i, size in enumerate(shape) if size == 1 != contribution.shape[extra + i]]
            contribution = contribution.sum((*range(extra), *stretched)).reshape(shape)
    if contribution.dtype is node.dtype or contribution.dtype == node.dtype:
        return contribution
    if isinstance(contribution, np.generic | np.ndarray):
        return contribution.astype(node.dtype)
    return tensors.cast(contribution, node.dtype)
