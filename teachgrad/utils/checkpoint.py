"""Checkpointing: forget intermediate values, and compute them again when the backward pass asks for them.

Memory against time: a chain of n layers saves n values; checkpointed in pieces of k layers it saves n/k, and runs the
forward pass twice. The trick is a pair of saved tensor hooks: pack forgets, unpack runs the function again.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from teachgrad.autograd.graph import saved_tensors_hooks
from teachgrad.errors import explained
from teachgrad.grad_mode import enable_grad, mode
from teachgrad.random import fork_rng, get_rng_state, set_rng_state
from teachgrad.tensor import Tensor

__all__ = ["CheckpointError", "checkpoint", "checkpoint_sequential"]

Contexts = Callable[[], tuple[Any, Any]]


class CheckpointError(RuntimeError):
    """The second run differs from the first, as ``torch.utils.checkpoint.CheckpointError``."""


def _no_contexts() -> tuple[Any, Any]:
    return contextlib.nullcontext(), contextlib.nullcontext()


class _Forgotten:
    """The values that a call would have saved: counted when it runs first, collected when it runs again."""

    def __init__(self, call: Callable[[], Any], keep_rng: bool) -> None:
        self._call = call
        self._rng = get_rng_state() if keep_rng else None
        self._count = 0
        self._found: dict[int, Tensor] = {}

    def pack(self, _: Tensor) -> int:
        """Forget the value; remember only which one it was."""
        self._count += 1
        return self._count - 1

    def unpack(self, place: int) -> Tensor:
        """Find the value, by running the call again if need be. Each is handed out once, so that it can go."""
        if place not in self._found:
            self._run_again()
        return self._found.pop(place)

    def _run_again(self) -> None:
        found: list[Tensor] = []
        same_chance = fork_rng(enabled=self._rng is not None)
        with same_chance, enable_grad(), saved_tensors_hooks(lambda t: found.append(t.detach()), _never):
            if self._rng is not None:
                set_rng_state(self._rng)
            self._call()
        if len(found) != self._count:
            raise explained(
                CheckpointError,
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {self._count}\nNumber of tensors saved "
                f"during recomputation: {len(found)}.",
                why="the function did not do the same when it ran for the second time.",
                fix="let it depend on its arguments only, not on global state that changes between the two runs.",
            )
        self._found = dict(enumerate(found))


def _never(_: Any) -> Tensor:
    raise AssertionError("nothing runs backward through the second run")


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Contexts = _no_contexts,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)` without keeping its intermediate values, as ``torch.utils.checkpoint.checkpoint``.

    Args:
        function: what to run; it runs once more in each backward pass.
        *args: its arguments; these are kept.
        use_reentrant: which of PyTorch's two implementations; here there is one, and the results are the same.
        context_fn: makes two context managers, for the first run and for the second.
        determinism_check: accepted; the number of saved values is always compared.
        debug: accepted.
        early_stop: accepted; the second run always goes to its end.
        preserve_rng_state: let the second run draw the same random numbers.
        **kwargs: its arguments by name.

    >>> import teachgrad as tg
    >>> x = tg.tensor(0.5, requires_grad=True)
    >>> checkpoint(lambda t: t.sin().exp(), x, use_reentrant=False).backward()
    >>> x.grad
    tensor(1.4174)
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. use_reentrant=False is "
            "recommended.",
            stacklevel=2,
        )
    inputs = [value for value in (*args, *kwargs.values()) if isinstance(value, Tensor)]
    if use_reentrant is not False and not any(tensor.requires_grad for tensor in inputs) and mode.enabled:
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)
    first, second = context_fn()

    def again() -> Any:
        with second:
            return function(*args, **kwargs)

    forgotten = _Forgotten(again, preserve_rng_state)
    with first, saved_tensors_hooks(forgotten.pack, forgotten.unpack):
        return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Run a sequence of modules in `segments` pieces, all but the last checkpointed, as PyTorch's function.

    >>> import teachgrad as tg
    >>> model = tg.nn.Sequential(tg.nn.Linear(2, 3), tg.nn.Tanh(), tg.nn.Linear(3, 1))
    >>> checkpoint_sequential(model, 2, tg.ones(4, 2), use_reentrant=False).shape
    torch.Size([4, 1])
    """
    steps: Sequence[Callable[[Any], Any]] = list(functions)
    size = max(len(steps) // segments, 1)

    def piece(start: int, stop: int) -> Callable[[Any], Any]:
        def run(value: Any) -> Any:
            for step in steps[start:stop]:
                value = step(value)
            return value

        return run

    for start in range(0, size * (segments - 1), size):
        input = checkpoint(piece(start, start + size), input, use_reentrant=use_reentrant, **kwargs)
    return piece(size * (segments - 1), len(steps))(input)
