"""Hooks on tensors and on nodes: functions that look at a gradient on its way, and may replace it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Self

from teachgrad.errors import explained, nothing_recorded
from teachgrad.graph import AccumulateGrad, Node, edge
from teachgrad.hooks import Hook, Hooks
from teachgrad.ops.table import method
from teachgrad.tensor import Tensor


class RemovableHandle:
    """What registering a hook returns: `.remove()` takes the hook away, as does leaving a `with` block."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook
        hooks.append(hook)

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self._hooks[:] = [hook for hook in self._hooks if hook is not self._hook]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def hooks_of(node: Node) -> Hooks:
    """The hooks of a node, to be added to."""
    if node.hooks is None:
        node.hooks = Hooks()
        if isinstance(node, AccumulateGrad):
            node.variable._hooks = node.hooks  # the sink of a leaf may be gone before the next pass; the leaf stays
    return node.hooks


def _tracked(tensor: Tensor) -> Node:
    node = edge(tensor)
    if node is None:
        raise explained(
            RuntimeError,
            "cannot register a hook on a tensor that doesn't require gradient",
            why="no gradient will ever be computed for it, so the hook would never be called.",
            fix="make it with requires_grad=True before it is used.",
            lesson=5,
        )
    return node


@method("register_hook")
def register_hook(self: Tensor, hook: Hook) -> RemovableHandle:
    """Call `hook(grad)` whenever a gradient for this tensor is computed, as ``torch.Tensor.register_hook``.

    A hook that returns a tensor replaces the gradient.

    >>> import teachgrad as tg
    >>> x = tg.tensor(2.0, requires_grad=True)
    >>> y = x * 3
    >>> handle = y.register_hook(lambda g: g * 10)
    >>> y.backward()
    >>> x.grad
    tensor(30.)
    """
    return RemovableHandle(hooks_of(_tracked(self)).before, hook)


@method("register_post_accumulate_grad_hook")
def register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], None]) -> RemovableHandle:
    """Call `hook(tensor)` when `.grad` has been updated, as ``torch.Tensor.register_post_accumulate_grad_hook``.

    Only leaves accumulate. An optimizer may take its step here, and drop the gradient at once.

    >>> import teachgrad as tg
    >>> w = tg.tensor(2.0, requires_grad=True)
    >>> handle = w.register_post_accumulate_grad_hook(lambda leaf: print("complete:", leaf.grad))
    >>> (w * 3).backward()
    complete: tensor(3.)
    """
    node = _tracked(self)
    if not isinstance(node, AccumulateGrad):
        raise explained(
            RuntimeError,
            "post accumulate grad hooks cannot be registered on non-leaf tensors",
            why=f"this tensor was computed by {node.name()}; gradients pass through it and are not accumulated there.",
            fix="x.register_hook(...) sees the gradient of any tensor.",
        )
    return RemovableHandle(hooks_of(node).accumulated, hook)


def _retains_grad(self: Tensor) -> bool:
    """Whether `retain_grad` was called, as ``torch.Tensor.retains_grad``."""
    return self._retains_grad and not self.is_leaf


method("retains_grad")(property(_retains_grad))


@method("retain_grad")
def retain_grad(self: Tensor) -> None:
    """Keep the gradient of a tensor that is not a leaf in its `.grad` as well, as ``torch.Tensor.retain_grad``.

    What is kept is the gradient that all hooks have made of it.
    """
    if not self.requires_grad:
        raise nothing_recorded("can't retain_grad on Tensor that has requires_grad=False")
    if self.is_leaf or self._retains_grad:
        return
    self._retains_grad = True
    me = weakref.ref(self)  # the node must not hold the tensor that holds it

    def keep(g: Tensor) -> None:
        tensor = me()
        if tensor is not None:
            tensor._grad = g.clone() if tensor._grad is None else tensor._grad + g

    hooks_of(_tracked(self)).keep.append(keep)


# Nodes


def _register_hook(self: Node, hook: Hook) -> RemovableHandle:
    """Call `hook(grad_inputs, grad_outputs)` when this node has done its part, as ``Node.register_hook``.

    `grad_outputs` is what arrived here, `grad_inputs` what flows on, one for each input; a tuple that the hook returns
    takes their place.
    """
    return RemovableHandle(hooks_of(self).after, hook)


def _register_prehook(self: Node, hook: Hook) -> RemovableHandle:
    """Call `hook(grad_outputs)` before this node does its part, as ``Node.register_prehook``."""

    def before(g: Tensor) -> Tensor | None:
        answer: tuple[Tensor] | Tensor | None = hook((g,))
        return answer[0] if isinstance(answer, tuple) else answer

    return RemovableHandle(hooks_of(self).entering, before)


Node.register_hook = _register_hook  # type: ignore[attr-defined]
Node.register_prehook = _register_prehook  # type: ignore[attr-defined]
