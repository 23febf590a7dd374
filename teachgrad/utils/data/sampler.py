"""Samplers: in which order the examples come, and which of them form a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np

from teachgrad.dtypes import float64
from teachgrad.errors import explained
from teachgrad.ops.creation import as_tensor
from teachgrad.ops.random import Generator, multinomial, randint, randperm
from teachgrad.tensor import wrap

T_co = TypeVar("T_co", covariant=True)


class Sampler(Generic[T_co]):
    """The base class of samplers, as ``torch.utils.data.Sampler``. Subclasses define ``__iter__``."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError


class SequentialSampler(Sampler[int]):
    """The indices in their order, as ``torch.utils.data.SequentialSampler``."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """The indices shuffled, or drawn again and again, as ``torch.utils.data.RandomSampler``.

    Args:
        data_source: anything that has a length.
        replacement: draw every index anew, so that some come twice and some never.
        num_samples: how many to draw; by default as many as there are.
        generator: the source of random numbers; by default one that is seeded by the common one.
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: Any = False,
        num_samples: Any = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise explained(
                TypeError,
                f"replacement should be a boolean value, but got replacement={replacement}",
                why="it says whether an example may be drawn twice.",
                fix="replacement=True or replacement=False.",
                lesson=12,
            )
        count: Any = self.num_samples
        if not isinstance(count, int) or count <= 0:
            raise explained(
                ValueError,
                f"num_samples should be a positive integer value, but got num_samples={count}",
                why="there is nothing to draw from, or nothing to draw.",
                fix="check that the data set is not empty: len(dataset).",
                lesson=12,
            )

    @property
    def num_samples(self) -> int:
        """How many indices come in one walk."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        size, generator = len(self.data_source), self.generator
        if generator is None:
            generator = Generator().manual_seed(drawn_seed(None))
        if self.replacement:
            for start in range(0, self.num_samples, 32):  # PyTorch draws 32 at a time
                count = min(32, self.num_samples - start)
                yield from randint(size, (count,), generator=generator).tolist()
            return
        for _ in range(self.num_samples // size):
            yield from randperm(size, generator=generator).tolist()
        yield from randperm(size, generator=generator).tolist()[: self.num_samples % size]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given indices, shuffled, as ``torch.utils.data.SubsetRandomSampler``."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for place in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[place]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices drawn with probabilities in proportion to weights, as ``torch.utils.data.WeightedRandomSampler``.

    Args:
        weights: one for each example; they need not add up to 1.
        num_samples: how many to draw.
        replacement: draw every index anew; otherwise none comes twice.
        generator: the source of random numbers; by default the common one.

    Raises:
        ValueError: if `num_samples` is no whole number from 1, or the weights are not in one row.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> list(WeightedRandomSampler([0.1, 0.9, 0.0], 5))
    [1, 1, 1, 1, 1]
    """

    def __init__(
        self, weights: Any, num_samples: Any, replacement: Any = True, generator: Generator | None = None
    ) -> None:
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples <= 0:
            raise explained(
                ValueError,
                f"num_samples should be a positive integer value, but got num_samples={num_samples}",
                why="it says how many indices come in one walk.",
                fix="len(dataset) gives as many as there are examples.",
            )
        if not isinstance(replacement, bool):
            raise explained(
                ValueError,
                f"replacement should be a boolean value, but got replacement={replacement}",
                why="an index either may come twice or not.",
                fix="replacement=True",
            )
        self.weights = as_tensor(weights, dtype=float64)
        if self.weights.ndim != 1:
            raise explained(
                ValueError,
                f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}",
                why="there is one weight for each example.",
                fix="weights.reshape(-1)",
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        yield from multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """The indices of another sampler in lists of `batch_size`, as ``torch.utils.data.BatchSampler``.

    Args:
        sampler: where the indices come from.
        batch_size: how many make a batch.
        drop_last: leave out a last batch that is not full.

    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Sampler[int] | Iterable[int], batch_size: Any, drop_last: bool) -> None:
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise explained(
                ValueError,
                f"batch_size should be a positive integer value, but got batch_size={batch_size}",
                why="a batch holds 1 example or more.",
                fix="batch_size=32, for example; batch_size=None in a loader gives single examples.",
                lesson=12,
            )
        if not isinstance(drop_last, bool):
            raise explained(
                ValueError,
                f"drop_last should be a boolean value, but got drop_last={drop_last}",
                why="it says whether a last batch that is not full is left out.",
                fix="drop_last=True or drop_last=False.",
                lesson=12,
            )
        self.sampler: Any = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield batch

    def __len__(self) -> int:
        return len(self.sampler) // self.batch_size if self.drop_last else -(-len(self.sampler) // self.batch_size)


def drawn_seed(generator: Generator | None) -> int:
    """A seed from a generator, by default the common one: PyTorch draws one for every walk."""
    seed = wrap(np.empty((), np.int64)).random_(generator=generator).item()
    assert isinstance(seed, int)
    return seed
