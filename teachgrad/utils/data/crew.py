"""Crew: the worker processes of a walk through a `DataLoader`, seen from the process that started them.

Each worker has a pipe for tasks and one for results. Nothing is shared, so a worker that dies takes nothing with it:
the system reports its end, and that is what a waiting loader wakes up for. This module knows processes, not data.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import time
import warnings
import weakref
from collections.abc import Collection, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from teachgrad.errors import explained
from teachgrad.utils.data.worker import Job, Parcel, run

GRACE = 0.5  # seconds that a worker has to finish what it is doing before it is ended


class Crew:
    """A number of worker processes. They end when the crew is stopped, or when nobody holds it any more.

    Args:
        job: what all of them do.
        context: how processes are made: a context of ``multiprocessing``.

    Raises:
        TypeError, AttributeError, PicklingError: if the job cannot be taken to another process.
    """

    def __init__(self, job: Job, context: Any) -> None:
        self.processes: list[Any] = []
        self._tasks: list[Connection] = []
        self._results: list[Connection] = []
        self.stop = weakref.finalize(self, _end, os.getpid(), self.processes, [self._tasks, self._results])
        try:
            for worker in range(job.workers):
                self._start(Parcel(job), worker, context)
        except BaseException:
            self.stop()
            raise

    def _start(self, parcel: Parcel, worker: int, context: Any) -> None:
        inbox, tasks = context.Pipe(duplex=False)
        results, outbox = context.Pipe(duplex=False)
        self._tasks.append(tasks)
        self._results.append(results)
        process = context.Process(target=run, args=(parcel, worker, inbox, outbox), daemon=True)
        try:
            with _undisturbed():
                process.start()
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            raise explained(
                type(error),
                str(error),
                why="worker processes start anew on this system, so the data set, collate_fn and worker_init_fn are "
                "pickled; functions without a name and open files cannot be.",
                fix="define them at the top of a .py file and import it, or use num_workers=0.",
            ) from error
        finally:
            inbox.close()  # so that the worker alone holds its ends, and they close when it ends
            outbox.close()
        self.processes.append(process)

    def give(self, worker: int, task: Any) -> None:
        """Send a task to a worker."""
        try:
            self._tasks[worker].send(task)
        except OSError:
            raise self._lost() from None

    def take(self, workers: Collection[int], timeout: float = 0) -> tuple[int, Any]:
        """The next answer of any of these workers, and whose it is. Waits for it; 0 seconds mean without end.

        Raises:
            RuntimeError: if a worker has ended, or it takes too long.
        """
        sources = {self._results[worker]: worker for worker in workers}
        ready = wait([*sources, *(process.sentinel for process in self.processes)], timeout or None)
        if not ready:
            raise explained(
                RuntimeError,
                f"DataLoader timed out after {timeout} seconds",
                why="no worker had a batch ready in that time.",
                fix="allow more time, use more workers, or see with num_workers=0 what takes so long.",
            )
        for source, worker in sources.items():
            if source in ready:
                try:
                    answer = source.recv_bytes()
                except (EOFError, OSError):
                    break
                return worker, pickle.loads(answer)
        raise self._lost()

    def _lost(self) -> RuntimeError:
        """The error that tells which workers are gone, and as far as that is known why."""
        ended = wait([process.sentinel for process in self.processes], GRACE)  # pipes close a moment earlier
        gone = [process for process in self.processes if process.sentinel in ended]
        for process in gone:
            process.join(GRACE)
        reasons = sorted({_reason(process.exitcode) for process in gone})
        return explained(
            RuntimeError,
            f"DataLoader worker (pid(s) {', '.join(str(process.pid) for process in gone)}) exited unexpectedly",
            why=f"a worker process {' or '.join(reasons)}; what it prints last may tell more.",
            fix="use num_workers=0: then the error happens in this process, where it can be seen.",
        )


def context_for(wanted: Any) -> Any:
    """How to make processes: as wanted; otherwise by a fork where that is safe, because notebooks need it.

    What a notebook defines can be taken along by a fork only. Python from 3.14 on has another default on Linux, so the
    fork is asked for by name, unless the program has chosen to spawn.

    Raises:
        ValueError: if there is no such way on this system.
        TypeError: if it is neither a context nor the name of one.
    """
    methods = multiprocessing.get_all_start_methods()
    if wanted is None:
        forks = sys.platform == "linux" and multiprocessing.get_start_method(allow_none=True) != "spawn"
        return multiprocessing.get_context("fork" if forks else None)
    if isinstance(wanted, str):
        if wanted not in methods:
            raise explained(
                ValueError,
                f"multiprocessing_context option should specify a valid start method in {methods!r}, but got "
                f"multiprocessing_context={wanted!r}",
                why="processes are started in one of these ways on this system.",
                fix=f"multiprocessing_context={methods[0]!r}, or leave it out.",
            )
        return multiprocessing.get_context(wanted)
    if not isinstance(wanted, multiprocessing.context.BaseContext):
        raise explained(
            TypeError,
            "multiprocessing_context option should be a valid context object or a string specifying the start method, "
            f"but got multiprocessing_context={wanted}",
            why="it makes the worker processes.",
            fix=f"multiprocessing_context={methods[0]!r}, or leave it out.",
        )
    return wanted


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Start a process: an interrupt must not hit it before it has learnt to ignore interrupts.

    Python warns of forks of processes with several threads, such as a notebook's kernel. A worker touches nothing that
    those threads may have locked: it listens to its own pipes, and loads data.
    """
    masks = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else set()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
            yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(owner: int, processes: list[Any], pipes: list[list[Connection]]) -> None:
    """End all workers: kindly, then firmly. A fork that has inherited the crew leaves it alone."""
    if os.getpid() != owner:
        return
    for tasks in pipes[0]:
        with contextlib.suppress(OSError):
            tasks.send(None)
    for end in (lambda process: None, lambda process: process.terminate(), lambda process: process.kill()):
        for process in processes:
            if process.is_alive():
                end(process)
        _join(processes, GRACE)
    for connection in (*pipes[0], *pipes[1]):
        connection.close()


def _join(processes: list[Any], seconds: float) -> None:
    """Wait until all have ended, but not longer than that."""
    deadline = time.monotonic() + seconds
    while alive := [process.sentinel for process in processes if process.is_alive()]:
        if not wait(alive, max(0, deadline - time.monotonic())):
            return


def _reason(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name if -exitcode in set(signal.Signals) else f"signal {-exitcode}"
        return f"was killed by {name}, by somebody or, where memory ran out, by the system"
    return f"ended with exit code {exitcode}"
