"""Hooks: functions that look at a gradient on its way, and may replace it."""

from __future__ import annotations

import weakref
from typing import Any, Self

from teachgrad.graph import AccumulateGrad, Hook, edge
from teachgrad.ops.table import method
from teachgrad.tensor import Tensor


class RemovableHandle:
    """What `register_hook` returns: `.remove()` takes the hook away, as does leaving a `with` block."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self._hooks[:] = [hook for hook in self._hooks if hook is not self._hook]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


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
    node = edge(self)
    if node is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if node.hooks is None:
        node.hooks = []
    if isinstance(node, AccumulateGrad):
        self._hooks = node.hooks  # the sink of a leaf may be gone before the next pass; the leaf stays
    node.hooks.append(hook)
    return RemovableHandle(node.hooks, hook)


def _retains_grad(self: Tensor) -> bool:
    """Whether `retain_grad` was called, as ``torch.Tensor.retains_grad``."""
    return self._retains_grad and not self.is_leaf


method("retains_grad")(property(_retains_grad))


@method("retain_grad")
def retain_grad(self: Tensor) -> None:
    """Keep the gradient of a tensor that is not a leaf in its `.grad` as well, as ``torch.Tensor.retain_grad``."""
    if not self.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if self.is_leaf or self._retains_grad:
        return
    self._retains_grad = True
    me = weakref.ref(self)  # the node must not hold the tensor that holds it

    def keep(g: Tensor) -> None:
        tensor = me()
        if tensor is not None:
            tensor._grad = g.clone() if tensor._grad is None else tensor._grad + g

    register_hook(self, keep)
