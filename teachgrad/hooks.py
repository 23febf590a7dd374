"""Hooks: functions that somebody wants called when a gradient comes by a node.

Ground floor: knows neither nodes nor the backward pass. A hook is given tensors, gradients travel as arrays most of
the time; `wrap` makes the one of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from teachgrad.errors import brief, c_name, explained

Hook = Callable[..., Any]
Wrap = Callable[[Any], Any]


class Hooks:
    """The hooks of one node, in the order in which they were registered."""

    __slots__ = ("accumulated", "after", "before", "entering", "keep")

    def __init__(self) -> None:
        self.before: list[Hook] = []  # a tensor's: see the gradient that arrives for it, and may replace it
        self.keep: list[Hook] = []  # see what those made of it: `retain_grad`
        self.entering: list[Hook] = []  # the node's own: see it then, and may replace it
        self.after: list[Hook] = []  # see what the node sends to its parents, and may replace it
        self.accumulated: list[Hook] = []  # see a leaf whose `.grad` is complete

    def ask_before(self, g: Any, wrap: Wrap) -> Any:
        """The gradient that arrived, after each hook in turn has seen it and may have given another one."""
        shown = shown_to_hooks(g, wrap)
        for hook in [*self.before, *self.keep, *self.entering]:
            answer = hook(shown)
            if answer is not None:
                shown = _checked(hook, shown, answer)
        return shown.array if isinstance(g, np.generic | np.ndarray) else shown

    def ask_after(self, g: Any, contributions: Sequence[Any], wrap: Wrap) -> list[Any]:
        """The contributions of a node, after each hook in turn has seen them and may have given others."""
        if not self.after:
            return list(contributions)
        bare = isinstance(g, np.generic | np.ndarray)
        arrived = (shown_to_hooks(g, wrap),)
        shown = tuple([None if c is None else shown_to_hooks(c, wrap) for c in contributions])
        for hook in list(self.after):
            answer = hook(shown, arrived)
            if answer is not None:
                answers = answer if isinstance(answer, tuple) else (answer,)
                if len(answers) != len(shown):
                    raise explained(
                        RuntimeError,
                        f"hook {_name(hook)!r} has returned an incorrect number of values (got {len(answers)}, but "
                        f"expected {len(shown)})",
                        why="a hook that returns something replaces what flows to each input of the operation.",
                        fix="return a tuple with one gradient (or None) for each input, or nothing at all.",
                    )
                shown = tuple([_checked(hook, old, new) for old, new in zip(shown, answers)])
        return [c.array if bare and c is not None else c for c in shown]

    def tell_accumulated(self, leaf: Any, g: Any, wrap: Wrap) -> None:
        """A leaf's `.grad` has been updated."""
        for hook in list(self.accumulated):
            hook(leaf)
        for hook in list(self.after):
            hook((), (shown_to_hooks(g, wrap),))


def shown_to_hooks(g: Any, wrap: Wrap) -> Any:
    """A gradient as a tensor."""
    return wrap(g) if isinstance(g, np.generic | np.ndarray) else g


def _checked(hook: Hook, old: Any, new: Any) -> Any:
    """What a hook returned, if it can take the place of what the hook saw."""
    if new is None or old is None:
        return new
    if not hasattr(new, "array"):
        raise explained(
            TypeError,
            f"expected Variable, but hook returned '{type(new).__name__}'",
            why=f"{_name(hook)} returned {brief(new)}, which cannot take the place of a gradient.",
            fix="return a tensor of the gradient's shape, or nothing to leave the gradient as it is.",
        )
    if old.array.shape != new.array.shape:
        raise _changed(hook, "size", "", tuple(old.shape), tuple(new.shape))
    if old.array.dtype != new.array.dtype:
        types = f" (was torch.{c_name(old.array.dtype)}Tensor got torch.{c_name(new.array.dtype)}Tensor)"
        raise _changed(hook, "type", types, old.dtype, new.dtype)
    return new


def _changed(hook: Hook, what: str, types: str, before: Any, now: Any) -> RuntimeError:
    return explained(
        RuntimeError,
        f"hook {_name(hook)!r} has changed the {what} of value{types}",
        why=f"the hook saw a gradient of {what} {before} and returned one of {now}.",
        fix="return a gradient like the one that came in, or nothing.",
    )


def _name(hook: Hook) -> str:
    return getattr(hook, "__name__", type(hook).__name__)
