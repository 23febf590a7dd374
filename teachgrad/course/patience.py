"""A limit to how long somebody else's code may run, so that an endless loop in it is a message and not a dead page.

A watching thread asks the interpreter to raise an exception in the thread that entered; it appears at that thread's
next step. This works in any thread and on Linux, macOS and Windows alike, and leaves signals (the Stop button) alone.
It cannot end a call that does not come back to Python, such as a long `sleep`: that ends by itself or by Stop.

Knows nothing of exercises.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
AGAIN = 0.5  # seconds until it is said once more, to code that catches everything


class TimeLimitError(BaseException):
    """The time is over. No Exception: the code that is to be ended may catch those."""


def within(seconds: float, function: Callable[[], T]) -> T:
    """What a function returns, if it does so in time.

    Raises:
        TimeLimitError: if it does not.

    >>> def endless():
    ...     while True:
    ...         pass
    >>> try:
    ...     within(0.05, endless)
    ... except TimeLimitError:
    ...     print("over")
    over
    """
    watch = _Watch(seconds)
    try:
        try:
            watch.begin()
            return function()
        finally:
            watch.end()
    except TimeLimitError:
        watch.end()  # it may have come before the first end was through; the next is AGAIN away
        raise


class _Watch:
    """A thread that looks at the clock."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watched = threading.get_ident()
        self._left = threading.Event()
        self._turn = threading.RLock()  # the exception may come while it is being taken; it must not bar its own thread

    def begin(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        with self._turn:
            self._left.set()
        for _ in range(10):  # what was asked for before that, and has not appeared yet, appears here
            pass

    def _watch(self) -> None:
        wait = self._seconds
        while not self._left.wait(wait):
            with self._turn:
                if not self._left.is_set():
                    ask = ctypes.pythonapi.PyThreadState_SetAsyncExc
                    ask(ctypes.c_ulong(self._watched), ctypes.py_object(TimeLimitError))
            wait = AGAIN
