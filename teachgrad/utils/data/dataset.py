"""Data sets: where examples come from. One is asked for by its index, or they come one after another.

This module does not know of batches; see `loader`.
"""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Generic, TypeVar

import numpy as np

from teachgrad.errors import explained
from teachgrad.ops.random import Generator, randperm
from teachgrad.tensor import Tensor, wrap

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """The base class of data sets whose examples have an index, as ``torch.utils.data.Dataset``.

    Subclasses define ``__getitem__(index)`` and, so that they can be shuffled, ``__len__()``. They may also define
    ``__getitems__(indices)``, which returns the examples of a batch at once.
    """

    def __getitem__(self, index: Any) -> T_co:
        raise explained(
            NotImplementedError,
            "Subclasses of Dataset should implement __getitem__.",
            why=f"the class {type(self).__name__} does not say what its examples are.",
            fix="define it: def __getitem__(self, index): return ... (check its spelling and its indentation).",
            lesson=12,
        )

    def __add__(self, other: Dataset[T_co]) -> ConcatDataset[T_co]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co], Iterable[T_co]):
    """The base class of data sets that can only be walked through, as ``torch.utils.data.IterableDataset``.

    Subclasses define ``__iter__``. Where worker processes load it, each walks through all of it, unless ``__iter__``
    asks `get_worker_info` for its share.
    """

    def __add__(self, other: Dataset[T_co]) -> ChainDataset[T_co]:  # type: ignore[override] # as PyTorch
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors side by side: example i is the i-th element of each, as ``torch.utils.data.TensorDataset``.

    Raises:
        AssertionError: if the tensors differ in the size of their first dimension.

    >>> import teachgrad as tg
    >>> data = TensorDataset(tg.tensor([[1.0], [2.0]]), tg.tensor([10, 20]))
    >>> data[1]
    (tensor([2.]), tensor(20))
    """

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: Tensor) -> None:
        lengths = [tensor.size(0) for tensor in tensors]
        if len(set(lengths)) > 1:
            raise explained(
                AssertionError,
                "Size mismatch between tensors",
                why=f"the tensors have {', '.join(map(str, lengths))} examples.",
                fix="there has to be one target for each input.",
                lesson=12,
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple([tensor[index] for tensor in self.tensors])

    def batch(self, indices: Sequence[int]) -> list[Tensor]:
        """The examples at these indices, stacked: what collating them one by one would give, in one step."""
        places = np.array(indices, np.int64)
        return [
            tensor[wrap(places)] if tensor.requires_grad else wrap(tensor.array.take(places, 0))
            for tensor in self.tensors
        ]

    def __len__(self) -> int:
        return len(self.tensors[0])


class ConcatDataset(Dataset[T_co]):
    """Data sets one after another, as ``torch.utils.data.ConcatDataset``."""

    datasets: list[Dataset[T_co]]
    cumulative_sizes: list[int]

    def __init__(self, datasets: Iterable[Dataset[T_co]]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise explained(
                AssertionError,
                "datasets should not be an empty iterable",
                why="there is nothing to put one after another.",
                fix="give at least one data set.",
                lesson=12,
            )
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise explained(
                AssertionError,
                "ConcatDataset does not support IterableDataset",
                why="examples are found by their number, and an IterableDataset only knows the next one.",
                fix="chain iterables with ChainDataset.",
                lesson=12,
            )
        self.cumulative_sizes = list(accumulate(size_of(dataset) for dataset in self.datasets))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> T_co:
        if index < 0:
            if -index > len(self):
                raise explained(
                    ValueError,
                    "absolute value of index should not exceed dataset length",
                    why=f"the index is {index}, and there are {len(self)} examples.",
                    fix="count from 0 to len(dataset) - 1, or from -1 at the end.",
                    lesson=12,
                )
            index += len(self)
        place = bisect_right(self.cumulative_sizes, index)
        return self.datasets[place][index - (self.cumulative_sizes[place - 1] if place else 0)]


class ChainDataset(IterableDataset[T_co]):
    """Iterable data sets one after another, as ``torch.utils.data.ChainDataset``.

    >>> class Countdown(IterableDataset):
    ...     def __iter__(self):
    ...         return iter([3, 2, 1])
    >>> list(Countdown() + Countdown())
    [3, 2, 1, 3, 2, 1]
    """

    datasets: Iterable[Dataset[T_co]]

    def __init__(self, datasets: Iterable[Dataset[T_co]]) -> None:
        self.datasets = datasets

    def _checked(self) -> Iterator[IterableDataset[T_co]]:
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise explained(
                    AssertionError,
                    "ChainDataset only supports IterableDataset",
                    why=f"a {type(dataset).__name__} is asked for its examples by their index.",
                    fix="ConcatDataset joins data sets with an index.",
                )
            yield dataset

    def __iter__(self) -> Iterator[T_co]:
        for dataset in self._checked():
            yield from dataset

    def __len__(self) -> int:
        return sum(size_of(dataset) for dataset in self._checked())


class StackDataset(Dataset[Any]):
    """Data sets side by side, as ``torch.utils.data.StackDataset``: example i is a tuple, or a dictionary, of theirs.

    Raises:
        ValueError: if there is none, they differ in size, or some are given by name and some are not.

    >>> StackDataset([10, 20], "ab")[1], StackDataset(number=[10, 20], letter="ab")[1]
    ((20, 'b'), {'number': 20, 'letter': 'b'})
    """

    datasets: tuple[Any, ...] | dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and kwargs:
            raise _not_stackable(
                "Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both "
                "types are given."
            )
        self.datasets = args or kwargs
        sizes = {size_of(dataset) for dataset in self._parts()}
        if not sizes:
            raise _not_stackable("At least one dataset should be passed")
        if len(sizes) > 1:
            raise _not_stackable("Size mismatch between datasets")
        (self._length,) = sizes

    def _parts(self) -> Iterable[Any]:
        return self.datasets.values() if isinstance(self.datasets, dict) else self.datasets

    def _joined(self, entries: Iterable[Any]) -> Any:
        """One example of one entry from each data set."""
        return dict(zip(self.datasets, entries, strict=True)) if isinstance(self.datasets, dict) else tuple(entries)

    def __getitem__(self, index: Any) -> Any:
        return self._joined(dataset[index] for dataset in self._parts())

    def __getitems__(self, indices: list[Any]) -> list[Any]:
        columns = [examples_at(dataset, indices) for dataset in self._parts()]
        for column in columns:
            if len(column) != len(indices):
                raise explained(
                    ValueError,
                    f"Nested dataset's output size mismatch. Expected {len(indices)}, got {len(column)}",
                    why="__getitems__ returns one example for each index.",
                    fix="look into the __getitems__ of the data sets.",
                )
        return [self._joined(entries) for entries in zip(*columns, strict=True)]

    def __len__(self) -> int:
        return self._length


def _not_stackable(words: str) -> ValueError:
    return explained(
        ValueError,
        words,
        why="example i of the whole is made of example i of each.",
        fix="StackDataset(images, labels) or StackDataset(image=images, label=labels), of the same size.",
    )


class Subset(Dataset[T_co]):
    """The examples of a data set that are at certain indices, as ``torch.utils.data.Subset``."""

    dataset: Dataset[T_co]
    indices: Sequence[int]

    def __init__(self, dataset: Dataset[T_co], indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices
        kind = type(self)
        if kind.__getitem__ is not Subset.__getitem__ and kind.__getitems__ is Subset.__getitems__:
            raise explained(
                NotImplementedError,
                f"{kind.__name__} overrides __getitem__ but not __getitems__.",
                why="a loader asks for the examples of a batch at once, by __getitems__.",
                fix="def __getitems__(self, indices): return [self[index] for index in indices]",
            )

    def __getitem__(self, index: Any) -> T_co:
        if isinstance(index, list):
            return self.dataset[self.mapped(index)]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: list[int]) -> list[T_co]:
        examples: list[T_co] = examples_at(self.dataset, self.mapped(indices))
        return examples

    def mapped(self, indices: Sequence[int]) -> list[int]:
        """Indices into this subset as indices into the whole."""
        return [self.indices[index] for index in indices]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset: Any, lengths: Sequence[float], generator: Generator | None = None) -> list[Subset[Any]]:
    """Deal the examples out at random, as ``torch.utils.data.random_split``.

    Args:
        dataset: what to split.
        lengths: how many examples for each part; or fractions that add up to 1.
        generator: the source of random numbers; by default the common one.

    Raises:
        ValueError: if the lengths do not add up to all examples, or a fraction is not between 0 and 1.
        TypeError: if they are neither whole numbers nor fractions that add up to 1.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> [list(part) for part in random_split(range(6), [4, 2])]
    [[2, 5, 3, 0], [1, 4]]
    """
    total = size_of(dataset)
    sizes = _sizes(lengths, total) if sum(lengths) <= 1 and math.isclose(sum(lengths), 1) else list(lengths)
    if sum(sizes) != total:
        raise explained(
            ValueError,
            "Sum of input lengths does not equal the length of the input dataset!",
            why=f"the lengths {list(lengths)} add up to {sum(lengths)}, and there are {total} examples.",
            fix="fractions such as [0.8, 0.2] fit every data set.",
            lesson=12,
        )
    if not all(isinstance(size, int) for size in sizes):
        raise explained(
            TypeError,
            f"random_split(): lengths must be ints, or fractions that add up to 1, not {list(lengths)}",
            why="there are no parts of examples.",
            fix="give whole numbers: int(0.8 * len(dataset)).",
        )
    order = randperm(total, generator=generator).tolist()
    return [Subset(dataset, order[end - size : end]) for end, size in zip(accumulate(sizes), sizes, strict=True)]


def _sizes(fractions: Sequence[float], total: int) -> list[int]:
    """Whole numbers in proportion to the fractions; what is left after rounding down goes to the first parts."""
    for place, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise explained(
                ValueError,
                f"Fraction at index {place} is not between 0 and 1",
                why=f"it is {fraction}, and each part holds between nothing and all of the examples.",
                fix="fractions such as [0.8, 0.2] add up to 1.",
                lesson=12,
            )
    sizes = [math.floor(total * fraction) for fraction in fractions]
    for place in range(total - sum(sizes)):
        sizes[place % len(sizes)] += 1
    for place, size in enumerate(sizes):
        if size == 0:
            warnings.warn(
                explained(
                    UserWarning,
                    f"Length of split at index {place} is 0. This might result in an empty dataset.",
                    why=f"{fractions[place]} of {total} examples, rounded down, is none.",
                    fix="take a larger fraction, or give the numbers of examples.",
                    lesson=12,
                ),
                stacklevel=3,
            )
    return sizes


def examples_at(dataset: Any, indices: list[Any]) -> Any:
    """The examples at these indices: at once where the data set offers that, otherwise one by one."""
    if getattr(dataset, "__getitems__", None):
        return dataset.__getitems__(indices)
    return [dataset[index] for index in indices]


def size_of(dataset: Any) -> int:
    """The number of examples; not every data set has one, so the base class does not promise `__len__`."""
    return len(dataset)
