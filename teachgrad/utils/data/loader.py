"""DataLoader: a data set, batch by batch.

A sampler says which examples form the next batch, the data set gives them, and a function collates them. Here stands
what can be chosen; how a walk goes is in `walk.py` and `fetch.py` and, for worker processes, in `parallel.py`,
`crew.py` and `worker.py`.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from teachgrad.errors import explained
from teachgrad.ops.random import Generator
from teachgrad.utils.data.collate import default_collate, default_convert
from teachgrad.utils.data.dataset import IterableDataset, size_of
from teachgrad.utils.data.fetch import Recipe
from teachgrad.utils.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler
from teachgrad.utils.data.walk import SingleWalk, Walk

if TYPE_CHECKING:
    from teachgrad.utils.data.parallel import CrewWalk

T_co = TypeVar("T_co", covariant=True)
FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader(Generic[T_co]):
    """Walks through a data set in batches, as ``torch.utils.data.DataLoader``. Every ``for`` begins a new walk.

    Args:
        dataset: anything with ``__getitem__`` and ``__len__``, or an `IterableDataset`.
        batch_size: how many examples make a batch; None gives the examples one by one, without a batch dimension.
        shuffle: walk in another random order each time: PyTorch's order under the same seed.
        sampler: gives the indices in an order of your own.
        batch_sampler: gives lists of indices, one for each batch.
        num_workers: how many processes load batches ahead, at the same time; 0 loads in this process, when asked.
        collate_fn: makes a batch of a list of examples; `default_collate` if not given.
        pin_memory: accepted and without effect: there is no other device to copy to.
        drop_last: leave out a last batch that is not full.
        timeout: how many seconds to wait for a batch of a worker; 0 waits as long as it takes.
        worker_init_fn: called in each worker with its number before anything is loaded.
        multiprocessing_context: how workers are made: "fork", "spawn", "forkserver" or a context of multiprocessing.
        generator: the source of random numbers; by default the common one.
        prefetch_factor: how many batches each worker loads ahead, by default 2.
        persistent_workers: keep the workers for the next walk.
        in_order: give the batches in the order of the sampler; otherwise each as soon as it is ready.

    Workers have copies of the data set. An interrupt ends them, as does the end of a walk, and of this process. Where a
    system has no fork (Windows, macOS), what workers use has to be importable: put it into a file, not a notebook.

    Raises:
        ValueError: for arguments that do not go together.

    Walking raises what the data set raises. From a worker that is an exception of the same type, with the worker's
    traceback in its message; a worker that is killed, or takes too long, is a RuntimeError.

    >>> import teachgrad as tg
    >>> from teachgrad.utils.data import TensorDataset
    >>> data = TensorDataset(tg.arange(5), tg.arange(5) * 10)
    >>> for x, y in DataLoader(data, batch_size=2):
    ...     print(x, y)
    tensor([0, 1]) tensor([ 0, 10])
    tensor([2, 3]) tensor([20, 30])
    tensor([4]) tensor([40])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler[Any] | Iterable[Any] | None = None,
        batch_sampler: Sampler[list[Any]] | Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _require_sound(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        if num_workers and prefetch_factor is None:
            prefetch_factor = 2
        if isinstance(dataset, IterableDataset):
            _require_nothing_to_choose(shuffle, sampler, batch_sampler)
            sampler = repeat(None)  # says nothing, without end
        elif sampler is None and batch_sampler is None:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        elif batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise _clash("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
        elif shuffle:
            raise _clash("sampler option is mutually exclusive with shuffle")
        if batch_size is None and drop_last:
            raise _clash("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None and sampler is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        vars(self).update(
            dataset=dataset,
            batch_size=batch_size,
            sampler=sampler,
            batch_sampler=batch_sampler,
            num_workers=num_workers,
            collate_fn=collate_fn,
            pin_memory=pin_memory,
            drop_last=drop_last,
            timeout=timeout,
            worker_init_fn=worker_init_fn,
            multiprocessing_context=multiprocessing_context,
            generator=generator,
            prefetch_factor=prefetch_factor,
            persistent_workers=persistent_workers,
            pin_memory_device=pin_memory_device,
            in_order=in_order,
        )

    dataset: Any
    batch_size: int | None
    sampler: Any
    batch_sampler: Any
    num_workers: int
    collate_fn: Callable[[Any], Any]
    pin_memory: bool
    drop_last: bool
    timeout: float
    worker_init_fn: Callable[[int], Any] | None
    multiprocessing_context: Any
    generator: Generator | None
    prefetch_factor: int | None
    persistent_workers: bool
    pin_memory_device: str
    in_order: bool
    _iterator: CrewWalk | None = None  # of persistent workers
    _promised: int | None = None  # what `len` said of an iterable data set: a walk that gives more warns

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED:
            raise explained(
                ValueError,
                f"{name} attribute should not be set after {type(self).__name__} is initialized",
                why="the samplers were made from it.",
                fix="make a new loader.",
            )
        object.__setattr__(self, name, value)

    def __iter__(self) -> Walk:
        if self.num_workers == 0:
            return SingleWalk(self)
        from teachgrad.utils.data.parallel import CrewWalk  # most programs never need multiprocessing

        if not self.persistent_workers:
            return CrewWalk(self)
        if self._iterator is None or not self._iterator.can_restart:
            self._iterator = CrewWalk(self)
        else:
            self._iterator.restart(self)
        return self._iterator

    @property
    def _index_sampler(self) -> Any:
        """What says which examples come next: a list of indices for a batch, or one index."""
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def _recipe(self) -> Recipe:
        return Recipe(self.dataset, self.collate_fn, self.batch_sampler is not None, self.drop_last)

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self._index_sampler)
        size = size_of(self.dataset)
        if self.batch_size is not None:
            size = size // self.batch_size if self.drop_last else -(-size // self.batch_size)
        self._promised = size
        return size


def _require_sound(num_workers: int, timeout: float, prefetch_factor: Any, persistent: bool, context: Any) -> None:
    """Refuse settings for worker processes that make no sense."""
    if num_workers < 0:
        raise explained(
            ValueError,
            "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.",
            why=f"num_workers={num_workers} counts processes.",
            fix="num_workers=0 loads in this process.",
            lesson=12,
        )
    if timeout < 0:
        raise _needs_workers("timeout option should be non-negative")
    if prefetch_factor is not None and (num_workers == 0 or prefetch_factor < 0):
        raise _needs_workers(
            "prefetch_factor option could only be specified in multiprocessing."
            "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
            if num_workers == 0
            else "prefetch_factor option should be non-negative"
        )
    if persistent and num_workers == 0:
        raise _needs_workers("persistent_workers option needs num_workers > 0")
    if context is not None:
        if num_workers == 0:
            raise _needs_workers(
                "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
                f"num_workers={num_workers}"
            )
        from teachgrad.utils.data.crew import context_for

        context_for(context)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if num_workers > cores:
        warnings.warn(
            f"This DataLoader will create {num_workers} worker processes in total. Our suggested max number of worker "
            f"in current system is {cores}, which is smaller than what this DataLoader is going to create.",
            stacklevel=3,
        )


def _needs_workers(words: str) -> ValueError:
    return explained(
        ValueError,
        words,
        why="it says how worker processes are waited for, or fed; without them there is nothing to say.",
        fix="leave it out, or add num_workers=2.",
        lesson=12,
    )


def _require_nothing_to_choose(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
    """The examples of an iterable data set come as they come."""
    for name, value in {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}.items():
        if value is not None:
            raise _clash(f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}")


def _clash(words: str) -> ValueError:
    return explained(
        ValueError,
        words,
        why="both would decide which examples come, or in which order.",
        fix="give one of them only.",
    )
