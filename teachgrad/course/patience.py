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
from contextlib import suppress
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
        while not watch.ended:  # it may have come before the end was through, as may the next, AGAIN later
            with suppress(TimeLimitError):
                watch.end()
        raise


class _Watch:
    """A thread that looks at the clock.

    An exception can come between any two steps of Python, in the middle of `Event.set` as well, which would then never
    be left. So all that is waited for here is a lock: taking it and giving it back are one step each.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watched = threading.get_ident()
        self._on = threading.Lock()  # taken while somebody is watched
        self._turn = threading.RLock()  # the exception may come while it is being taken; it must not bar its own thread
        self.ended = False

    def begin(self) -> None:
        self._on.acquire()
        threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        with self._turn:
            if not self.ended:
                self.ended = True
                self._on.release()
        for _ in range(10):  # what was asked for before that, and has not appeared yet, appears here
            pass

    def _watch(self) -> None:
        wait = self._seconds
        while not self._on.acquire(timeout=wait):
            with self._turn:
                if not self.ended:
                    ask = ctypes.pythonapi.PyThreadState_SetAsyncExc
                    ask(ctypes.c_ulong(self._watched), ctypes.py_object(TimeLimitError))
            wait = AGAIN
