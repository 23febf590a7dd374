"""Inference mode: like `no_grad`, and with a promise that the results will never be differentiated.

Ground floor: knows grad mode, and of tensors only their version counter. A tensor made inside gets a counter that
refuses to count: whoever saves its value for a backward pass, or changes it in place outside, asks the counter and is
told why not.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Self

from teachgrad.decorating import decorated
from teachgrad.errors import explained
from teachgrad.grad_mode import mode

__all__ = ["inference_mode", "is_inference_mode_enabled"]

active: list[None] = []  # an entry for each block that runs, in any thread: nearly always empty


class Uncounted(list[int]):
    """The version counter of a tensor made in inference mode."""

    def __getitem__(self, place: Any) -> Any:
        if is_inference_mode_enabled():
            return 0
        raise explained(
            RuntimeError,
            "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
            "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use "
            "it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`.",
            why="it was made under inference_mode, so its changes are not counted, and nobody could check it.",
            fix="use x.clone(), or make it under torch.no_grad().",
        )

    def __setitem__(self, place: Any, value: Any) -> None:
        """Nothing is counted."""


def counter() -> list[int]:
    """A version counter for a tensor that is made now."""
    return Uncounted([0]) if is_inference_mode_enabled() else [0]


def is_inference_mode_enabled() -> bool:
    """Whether the calling thread is in inference mode, as ``torch.is_inference_mode_enabled``."""
    return mode.inference


class inference_mode:  # noqa: N801 - PyTorch's own spelling
    """Record nothing inside, and count no changes, as ``torch.inference_mode``: context manager and decorator.

    >>> import teachgrad as tg
    >>> w = tg.tensor(3.0, requires_grad=True)
    >>> with inference_mode():
    ...     y = w * 2
    >>> y.requires_grad, y.is_inference()
    (False, True)
    """

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        """A block, or, given a function, that function in inference mode: the decorator works without parentheses."""
        return cls()(mode) if callable(mode) else super().__new__(cls)

    def __init__(self, mode: bool = True) -> None:
        self._on = mode
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> Self:
        """Enter the mode; blocks may be nested."""
        self._before.append((mode.enabled, mode.inference))
        if self._on:
            mode.enabled, mode.inference = False, True
        elif mode.inference:
            mode.enabled, mode.inference = True, False
        active.append(None)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it."""
        mode.enabled, mode.inference = self._before.pop()
        active.pop()

    def __call__(self, function: Callable[..., Any]) -> Any:
        """`function`, run in inference mode."""
        return decorated(function, functools.partial(inference_mode, self._on))
