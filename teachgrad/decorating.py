"""A context manager as a decorator: functions run inside it, and generators run each of their pieces inside it.

Ground floor: knows nothing of what the context manager turns.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any


def decorated(function: Callable[..., Any], fresh: Callable[[], AbstractContextManager[Any]]) -> Callable[..., Any]:
    """`function`, run inside a context manager that `fresh` makes anew each time, since threads may call at once."""

    @functools.wraps(function)
    def switched(*args: Any, **kwargs: Any) -> Any:
        with fresh():
            return function(*args, **kwargs)

    @functools.wraps(function)
    def switched_generator(*args: Any, **kwargs: Any) -> Any:
        # It runs in pieces: the switch is set while a piece runs, not while the caller works.
        generator = function(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(next, generator)
        while True:
            try:
                with fresh():
                    item = resume()
            except StopIteration as stop:
                return stop.value
            try:
                resume = functools.partial(generator.send, (yield item))
            except GeneratorExit:
                with fresh():
                    generator.close()
                raise
            except BaseException as error:
                resume = functools.partial(generator.throw, error)

    return switched_generator if inspect.isgeneratorfunction(function) else switched
