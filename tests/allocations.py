"""Counts of what a program does, which are the same on every machine and at every load.

NumPy lets a program bring its own memory (NEP 49). Here NumPy keeps its own, and every request for it is counted on the
way: each is an array that an operation made. Calls are counted by Python's profiling hook, bytes by `tracemalloc`.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

SET_HANDLER, GET_HANDLER = 304, 305  # places in the table of NumPy's C functions, which NumPy promises to keep
NAME = b"mem_handler"
MALLOC = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
CALLOC = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t)


class Handler(ctypes.Structure):
    """NumPy's PyDataMem_Handler."""

    _fields_ = (
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", ctypes.c_void_p),
        ("malloc", MALLOC),
        ("calloc", CALLOC),
        ("realloc", ctypes.c_void_p),
        ("free", ctypes.c_void_p),
    )


@dataclass
class Arrays:
    """How many arrays got memory, and how many bytes together."""

    count: int = 0
    size: int = 0

    def add(self, size: int) -> None:
        self.count += 1
        self.size += size


def _handlers() -> tuple[Any, Any]:
    """NumPy's two functions that change and tell who is asked for memory."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    table = (ctypes.c_void_p * (GET_HANDLER + 1)).from_address(pointer(_multiarray_umath._ARRAY_API, None))
    change = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(table[SET_HANDLER] or 0)
    tell = ctypes.PYFUNCTYPE(ctypes.py_object)(table[GET_HANDLER] or 0)
    return change, tell


def _counting() -> tuple[Any, Arrays]:
    """A handler that counts, in a capsule, and the count. Made once: arrays keep the handler that they came from."""
    found = Arrays()
    address = ctypes.pythonapi.PyCapsule_GetPointer(_handlers()[1](), NAME)
    usual = Handler.from_address(address)

    def malloc(context: Any, size: int) -> Any:
        found.add(size)
        return usual.malloc(context, size)

    def calloc(context: Any, count: int, size: int) -> Any:
        found.add(count * size)
        return usual.calloc(context, count, size)

    handler = Handler(b"counting", 1, usual.context, MALLOC(malloc), CALLOC(calloc), usual.realloc, usual.free)
    KEPT.append(handler)
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return new(ctypes.addressof(handler), NAME, None), found


KEPT: list[Any] = []  # memory that NumPy points to as long as an array lives
COUNTING, FOUND = _counting()


@contextmanager
def counted() -> Iterator[Arrays]:
    """The arrays that get memory inside of the block."""
    change, _ = _handlers()
    FOUND.count = FOUND.size = 0
    usual = change(COUNTING)
    try:
        yield FOUND
    finally:
        change(usual)


def arrays_made(step: Callable[[], Any]) -> Arrays:
    """What one step asks of NumPy."""
    with counted() as found:
        step()
    return Arrays(found.count, found.size)


def calls_made(step: Callable[[], Any]) -> int:
    """Calls of functions in one step: Python's own and C's. (NumPy's operations on arrays are no calls to Python.)"""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        step()
    finally:
        sys.setprofile(None)
    return count - 1  # of setprofile itself


def memory_traced(step: Callable[[], Any], steps: int) -> tuple[int, int]:
    """Bytes that a step needs at its highest, and bytes by which so many steps make the program grow."""
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(3):  # what was made before tracing began is replaced
            step()
        gc.collect()  # empties Python's stores of used tuples and numbers as well, which are no growth
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        step()
        _, highest = tracemalloc.get_traced_memory()
        for _ in range(steps - 1):
            step()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return highest - before, after - before
