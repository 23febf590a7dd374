"""Grad mode: whether operations are recorded. One switch per thread, and four ways to turn it.

Ground floor: knows nothing of tensors or graphs. Each thread has its own switch, because JupyterLab
runs a widget's callback in another thread while a cell is busy, and a `no_grad` there must not stop
the recording here.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])


class Mode(threading.local):
    """The calling thread's switch."""

    enabled = True


mode = Mode()


def is_grad_enabled() -> bool:
    """Whether operations are recorded now, as ``torch.is_grad_enabled``.

    >>> with no_grad():
    ...     is_grad_enabled()
    False
    """
    return mode.enabled


class _Switch:
    """A context manager, re-entrant and reusable, that is a decorator as well."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._before: list[bool] = []

    def __enter__(self) -> Self:
        self._before.append(mode.enabled)
        mode.enabled = self._enabled
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        mode.enabled = self._before.pop()

    def __call__(self, function: F) -> F:
        enabled = self._enabled
        if inspect.isgeneratorfunction(function):
            return _switched_generator(function, enabled)  # type: ignore[return-value]

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with _Switch(enabled):
                return function(*args, **kwargs)

        return switched  # type: ignore[return-value]


def _switched_generator(function: Callable[..., Any], enabled: bool) -> Callable[..., Iterator[Any]]:
    """A generator runs in pieces: the switch is set while a piece runs, not while the caller works."""

    @functools.wraps(function)
    def switched(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        step, payload = generator.send, None
        while True:
            try:
                with _Switch(enabled):
                    item = step(payload)
            except StopIteration as stop:
                return stop.value
            try:
                step, payload = generator.send, (yield item)
            except GeneratorExit:
                with _Switch(enabled):
                    generator.close()
                raise
            except BaseException as error:
                step, payload = generator.throw, error

    return switched


class _ModeManager(_Switch):
    """`no_grad` and `enable_grad` decorate with or without parentheses."""

    enabled_inside: bool

    @overload
    def __new__(cls) -> Self: ...
    @overload
    def __new__(cls, function: F) -> F: ...
    def __new__(cls, function: Any = None) -> Any:
        self = super().__new__(cls)
        if function is None:
            return self
        self.__init__()  # type: ignore[misc]
        return self(function)

    def __init__(self) -> None:
        super().__init__(self.enabled_inside)


class no_grad(_ModeManager):  # noqa: N801 - PyTorch's own spelling
    """Record nothing inside, as ``torch.no_grad``: results have ``requires_grad=False`` and no graph.

    >>> import teachgrad as tg
    >>> w = tg.tensor(3.0, requires_grad=True)
    >>> with no_grad():
    ...     print(w * 2)
    tensor(6.)
    """

    enabled_inside = False


class enable_grad(_ModeManager):  # noqa: N801
    """Record again inside a `no_grad` block, as ``torch.enable_grad``."""

    enabled_inside = True


class set_grad_enabled(_Switch):  # noqa: N801
    """Set the switch by a value, at once as a function or for a block, as ``torch.set_grad_enabled``."""

    def __init__(self, mode_: bool) -> None:
        super().__init__(bool(mode_))
        self._before.append(mode.enabled)
        mode.enabled = self._enabled

    def __enter__(self) -> Self:
        if not self._before:  # entered a second time; the first time, the value was kept when the object was made
            self._before.append(mode.enabled)
        mode.enabled = self._enabled
        return self

    def __call__(self, function: F) -> F:
        mode.enabled = self._before.pop()  # as a decorator it must not act until the function runs
        return super().__call__(function)
