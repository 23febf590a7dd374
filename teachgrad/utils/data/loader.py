"""DataLoader: a data set, batch by batch.

A sampler says which examples form the next batch, the data set gives them, and a function collates them. For a
`TensorDataset` the last two are one step: the tensors are indexed with the whole batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

from teachgrad.errors import explained
from teachgrad.ops.random import Generator
from teachgrad.utils.data.collate import default_collate, default_convert
from teachgrad.utils.data.dataset import IterableDataset, Subset, TensorDataset, size_of
from teachgrad.utils.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, drawn_seed

T_co = TypeVar("T_co", covariant=True)
FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset")


class DataLoader(Generic[T_co]):
    """Walks through a data set in batches, as ``torch.utils.data.DataLoader``. Every ``for`` begins a new walk.

    Args:
        dataset: anything with ``__getitem__`` and ``__len__``, or an `IterableDataset`.
        batch_size: how many examples make a batch; None gives the examples one by one, without a batch dimension.
        shuffle: walk in another random order each time: PyTorch's order under the same seed.
        sampler: gives the indices in an order of your own.
        batch_sampler: gives lists of indices, one for each batch.
        num_workers: has to be 0: examples are loaded in this process.
        collate_fn: makes a batch of a list of examples; `default_collate` if not given.
        pin_memory: accepted and without effect: there is no other device to copy to.
        drop_last: leave out a last batch that is not full.
        generator: the source of random numbers; by default the common one.

    Raises:
        ValueError: for arguments that do not go together.
        NotImplementedError: for worker processes.

    >>> import teachgrad as tg
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
        *,
        generator: Generator | None = None,
    ) -> None:
        _require_no_workers(num_workers)
        if isinstance(dataset, IterableDataset):
            _require_nothing_to_choose(shuffle, sampler, batch_sampler)
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
        elif batch_size is not None:
            batch_sampler = BatchSampler(() if sampler is None else sampler, batch_size, drop_last)
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
            generator=generator,
        )

    dataset: Any
    batch_size: int | None
    sampler: Any
    batch_sampler: Any
    num_workers: int
    collate_fn: Callable[[Any], Any]
    pin_memory: bool
    drop_last: bool
    generator: Generator | None

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED:
            raise explained(
                ValueError,
                f"{name} attribute should not be set after {type(self).__name__} is initialized",
                why="the samplers were made from it.",
                fix="make a new loader.",
            )
        object.__setattr__(self, name, value)

    def __iter__(self) -> Iterator[Any]:
        drawn_seed(self.generator)  # PyTorch draws one for its workers at the start of each walk, used or not
        return self._streamed() if isinstance(self.dataset, IterableDataset) else self._indexed()

    def _indexed(self) -> Iterator[Any]:
        if self.batch_sampler is None:
            for index in self.sampler:
                yield self.collate_fn(self.dataset[index])
            return
        for indices in self.batch_sampler:
            yield self._batch(indices)

    def _batch(self, indices: list[Any]) -> Any:
        dataset: Any = self.dataset
        if self.collate_fn is default_collate:
            while type(dataset) is Subset:
                indices = dataset.mapped(indices)
                dataset = dataset.dataset
            if type(dataset) is TensorDataset:
                return dataset.batch(indices)
        if hasattr(dataset, "__getitems__"):
            return self.collate_fn(dataset.__getitems__(indices))
        return self.collate_fn([dataset[index] for index in indices])

    def _streamed(self) -> Iterator[Any]:
        examples = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn, examples)
            return
        while batch := list(islice(examples, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield self.collate_fn(batch)

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        size = size_of(self.dataset)
        if self.batch_size is None:
            return size
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)


def _require_no_workers(num_workers: int) -> None:
    if num_workers < 0:
        raise explained(
            ValueError,
            "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.",
            why=f"num_workers={num_workers} counts processes.",
            fix="num_workers=0 loads in this process.",
            lesson=12,
        )
    if num_workers:
        raise explained(
            NotImplementedError,
            f"num_workers={num_workers} is not supported",
            why="examples are loaded in this process; there are no worker processes.",
            fix="leave num_workers out: the batches are the same.",
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
