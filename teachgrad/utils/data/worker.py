"""What runs in a worker process of a `DataLoader`: it takes what the sampler says, and gives batches or errors.

Three threads share the work, so that neither side ever waits for the other's pipe: one listens for tasks (and ends the
process when the one that started it is gone), the main one fetches, and one delivers. Arrays travel as pickled bytes.
"""

from __future__ import annotations

import enum
import multiprocessing
import os
import pickle
import random
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.ops.random import manual_seed
from teachgrad.utils.data import info
from teachgrad.utils.data.dataset import IterableDataset
from teachgrad.utils.data.fetch import Recipe
from teachgrad.utils.data.info import WorkerInfo


class Signal(enum.Enum):
    """What is said besides tasks and batches."""

    RESTART = enum.auto()  # to a worker that stays for several walks; it answers with the same
    ENDED = enum.auto()  # a worker's answer when its iterable data set has run out


@dataclass(frozen=True)
class Job:
    """All that a worker needs to know, but which one it is."""

    recipe: Recipe
    init: Callable[[int], Any] | None
    workers: int
    base_seed: int


class Parcel:
    """Takes a job to another process. A fork needs no pickling; otherwise it is opened there, where errors are told."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def open(self) -> Job:
        """The job."""
        return self._job

    def __reduce__(self) -> tuple[Any, ...]:
        return _Sealed, (bytes(ForkingPickler.dumps(self._job)),)


class _Sealed:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def open(self) -> Job:
        try:
            job: Job = pickle.loads(self._content)
        except Exception as error:
            raise explained(
                RuntimeError,
                f"the worker process could not load the data set: {error}",
                why="it starts anew on this system and imports what it needs; what a notebook defines cannot be.",
                fix="put the data set's class and functions into a .py file and import it, or use num_workers=0.",
            ) from None
        return job


class Failure:
    """An exception on its way to the process of the loader, with its traceback as text, as PyTorch has it."""

    def __init__(self, error: BaseException, worker: int) -> None:
        self.kind: type[BaseException] = type(error)
        trace = "".join(traceback.format_exception(error))
        self.words = f"Caught {self.kind.__name__} in DataLoader worker process {worker}.\nOriginal {trace}"

    def throw(self) -> None:
        """Raise an exception of the same kind; one that takes other arguments than a text becomes a RuntimeError."""
        words = _Unquoted(self.words) if self.kind is KeyError else self.words
        try:
            error = self.kind(words)
        except Exception:
            raise RuntimeError(self.words) from None
        raise error


class _Unquoted(str):
    """A text that KeyError shows as it is, with its line breaks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def run(parcel: Parcel, worker: int, tasks: Connection, results: Connection) -> None:
    """The whole life of a worker.

    Args:
        parcel: what to do.
        worker: its number.
        tasks: brings what the sampler says, in a tuple; or RESTART; or None, the end.
        results: takes the answers, one for each task, in order.
    """
    _leave_signals_to_the_parent()
    inbox: SimpleQueue[Any] = SimpleQueue()
    outbox: SimpleQueue[Any] = SimpleQueue()
    leaving = threading.Event()
    for duty in (lambda: _listen(tasks, inbox, leaving), lambda: _deliver(outbox, results)):
        threading.Thread(target=duty, daemon=True).start()
    answer = _Worker(parcel, worker).answer
    while (task := inbox.get()) is not None and not leaving.is_set():
        outbox.put(_packed(answer(task), worker))


class _Worker:
    """Answers tasks; after an error in the beginning with that error."""

    def __init__(self, parcel: Parcel, worker: int) -> None:
        self._number = worker
        self._failure: Failure | None = None
        try:
            self._recipe = _prepared(parcel.open(), worker)
            self._fetch = self._recipe.begin()
        except Exception as error:
            self._failure = Failure(error, worker)

    def answer(self, task: Any) -> Any:
        """A batch, a `Failure` or a `Signal`."""
        if self._failure is not None:
            return self._failure
        try:
            if task is Signal.RESTART:
                self._fetch = self._recipe.begin()
                return task
            return self._fetch(task[0])
        except StopIteration as error:
            if isinstance(self._recipe.dataset, IterableDataset):
                return Signal.ENDED
            return Failure(error, self._number)
        except Exception as error:
            return Failure(error, self._number)


def _prepared(job: Job, worker: int) -> Recipe:
    """Seed random numbers as PyTorch does, say who we are, and do what the reader wants done first."""
    seed, recipe = job.base_seed + worker, job.recipe
    random.seed(seed)
    manual_seed(seed)
    words = [worker, job.base_seed & 0xFFFFFFFF, job.base_seed >> 32, 0]
    np.random.seed(np.random.SeedSequence(words).generate_state(4))  # noqa: NPY002 - it is others' that are seeded
    info.current = WorkerInfo(worker, job.workers, seed, recipe.dataset)
    if job.init is not None:
        job.init(worker)
    return recipe


def _leave_signals_to_the_parent() -> None:
    """An interrupt goes to all processes of a notebook; the parent decides what it means for its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _listen(tasks: Connection, inbox: SimpleQueue[Any], leaving: threading.Event) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    while not leaving.is_set():
        if tasks not in wait([tasks, parent.sentinel]):
            os._exit(1)  # nobody is left to work for
        try:
            task = tasks.recv()
        except (EOFError, OSError):
            os._exit(1)
        if task is None:
            leaving.set()
        inbox.put(task)


def _deliver(outbox: SimpleQueue[Any], results: Connection) -> None:
    while True:
        try:
            results.send_bytes(outbox.get())
        except OSError:
            os._exit(1)


def _packed(answer: Any, worker: int) -> Any:
    """The answer in bytes; one that cannot be written as bytes becomes the error that says so."""
    try:
        return ForkingPickler.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        if isinstance(answer, Failure):  # the kind of exception is known to this process only
            answer.kind = RuntimeError
            return ForkingPickler.dumps(answer)
        return _packed(Failure(error, worker), worker)
