"""Grad mode: whether operations are recorded. One switch per thread, and three ways to turn it.

Ground floor: knows nothing of tensors or graphs. Each thread has its own switch, because JupyterLab runs a widget's
callback in another thread while a cell is busy, and a `no_grad` there must not stop the recording here.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, Self

from teachgrad.decorating import decorated

__all__ = ["enable_grad", "is_grad_enabled", "no_grad", "set_grad_enabled"]


class Mode(threading.local):
    """The calling thread's switch."""

    enabled: Any = True  # or FORWARD_ONLY
    anyway: Any = False  # FORWARD_ONLY while forward mode is on: `no_grad` does not turn that off
    inference = False  # turned by `inference.py`: inside, `enable_grad` does not help


mode = Mode()
FORWARD_ONLY = "forward only"  # what `enabled` says then under `no_grad`: see `autograd/pushforward.py`


def is_grad_enabled() -> bool:
    """Whether operations are recorded now, as ``torch.is_grad_enabled``.

    >>> with no_grad():
    ...     is_grad_enabled()
    False
    """
    return bool(mode.enabled is True)


class _Switch:
    """A context manager that can be entered again and again, and is a decorator as well."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._before: list[Any] = []

    def __enter__(self) -> Self:
        self._before.append(mode.enabled)
        mode.enabled = not mode.inference and (self._enabled or mode.anyway)
        return self

    def __exit__(self, *_: object) -> None:
        mode.enabled = self._before.pop()

    def __call__(self, function: Callable[..., Any]) -> Any:
        return decorated(function, functools.partial(_Switch, self._enabled))


class _NamedSwitch(_Switch):
    """A switch whose name says its position; as a decorator it works with and without parentheses."""

    position: bool

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        return super().__new__(cls) if function is None else _Switch(cls.position)(function)

    def __init__(self) -> None:
        super().__init__(self.position)


class no_grad(_NamedSwitch):  # noqa: N801 - PyTorch's own spelling
    """Record nothing inside, as ``torch.no_grad``: results have ``requires_grad=False`` and no graph.

    >>> import teachgrad as tg
    >>> w = tg.tensor(3.0, requires_grad=True)
    >>> with no_grad():
    ...     print(w * 2)
    tensor(6.)
    """

    position = False


class enable_grad(_NamedSwitch):  # noqa: N801
    """Record again inside a `no_grad` block, as ``torch.enable_grad``."""

    position = True


class set_grad_enabled(_Switch):  # noqa: N801
    """Set the switch by a value: at once as a function, or for a block, as ``torch.set_grad_enabled``."""

    def __init__(self, mode: bool) -> None:
        super().__init__(bool(mode))
        self.__enter__()

    def __enter__(self) -> Self:
        if not self._before:  # in `with set_grad_enabled(...)` the constructor has entered already
            super().__enter__()
        return self

    def __call__(self, function: Callable[..., Any]) -> Any:  # noqa: D102
        self.__exit__()  # as a decorator it must not act until the function runs
        return super().__call__(function)
