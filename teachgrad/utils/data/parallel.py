"""CrewWalk: a walk whose batches worker processes make."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from teachgrad.errors import explained
from teachgrad.utils.data.crew import Crew, context_for
from teachgrad.utils.data.walk import Walk
from teachgrad.utils.data.worker import Failure, Job, Signal

if TYPE_CHECKING:
    from teachgrad.utils.data.loader import DataLoader


class CrewWalk(Walk):
    """Lets workers fetch, each some batches ahead, and gives the batches in the order of the sampler.

    Tasks go to the workers in turns. A worker answers in the order of its tasks, so the next batch is the next answer
    of the worker whose turn it is.
    """

    def __init__(self, loader: DataLoader[Any]) -> None:
        super().__init__(loader)
        self._count, self._ahead = loader.num_workers, loader.prefetch_factor or 0
        self._in_order, self._timeout, self._stays = loader.in_order, loader.timeout, loader.persistent_workers
        if self._ahead == 0:
            raise explained(
                AssertionError,
                "prefetch_factor must be greater than 0",
                why="it is how many batches each worker has to do at a time.",
                fix="leave prefetch_factor out; it is 2 then.",
            )
        job = Job(loader._recipe(), loader.worker_init_fn, self._count, self._base_seed)
        self._crew = Crew(job, context_for(loader.multiprocessing_context))
        self._begin()

    def _begin(self) -> None:
        self._owed: list[int] = []  # the workers that have a task, once for each, in the order of the tasks
        self._working = set(range(self._count))
        self._turns = cycle(range(self._count))
        for _ in range(self._ahead * self._count):
            self._give()

    def restart(self, loader: DataLoader[Any]) -> None:
        """Begin anew with the same workers; what they still had to do for the last walk is thrown away."""
        self._places = iter(self._sampler)
        self._given, self._promised = 0, loader._promised
        waiting = set(range(self._count))
        try:
            for worker in waiting:
                self._crew.give(worker, Signal.RESTART)
            while waiting:
                worker, answer = self._crew.take(waiting, self._timeout)
                if answer is Signal.RESTART:
                    waiting.remove(worker)
        except BaseException:
            self._crew.stop()
            raise
        self._begin()

    @property
    def can_restart(self) -> bool:
        """Whether the workers are still there."""
        return bool(self._crew.stop.alive)

    def _give(self) -> None:
        """Send the next task, if there is one, to the worker whose turn it is."""
        try:
            place = next(self._places)
        except StopIteration:
            return
        limit = self._ahead * self._count // max(1, len(self._working))
        for _ in range(self._count):
            worker = next(self._turns)
            if worker in self._working and (self._in_order or self._owed.count(worker) < limit):
                self._crew.give(worker, (place,))
                self._owed.append(worker)
                return

    def _next(self) -> Any:
        while self._owed:
            try:
                worker, answer = self._crew.take(self._owed[:1] if self._in_order else self._owed, self._timeout)
                self._owed.remove(worker)
                if answer is Signal.ENDED:
                    self._working.remove(worker)
                    self._owed = [other for other in self._owed if other != worker]
                self._give()
            except BaseException:  # an interrupt, a lost worker, too long a wait: this walk is over
                self._owed.clear()
                self._crew.stop()
                raise
            if isinstance(answer, Failure):
                answer.throw()
            if answer is not Signal.ENDED:
                return answer
        if not self._stays:
            self._crew.stop()
        raise StopIteration
