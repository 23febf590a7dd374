"""Walks: what ``iter(loader)`` gives. This one fetches its batches itself; see `parallel.py` for the other."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from teachgrad.errors import explained
from teachgrad.utils.data.sampler import drawn_seed

if TYPE_CHECKING:
    from teachgrad.utils.data.loader import DataLoader


class Walk:
    """One way through a data set. After an error in one batch it can go on with the next, as PyTorch's can."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        self._sampler = loader._index_sampler
        self._places = iter(self._sampler)
        self._base_seed = drawn_seed(loader.generator)  # for workers; PyTorch draws it even where there are none
        self._given = 0
        self._promised = loader._promised

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        batch = self._next()
        self._given += 1
        if self._promised is not None and self._given > self._promised:
            warnings.warn(
                f"Length of IterableDataset was reported to be {self._promised} (when accessing len(dataloader)), but "
                f"{self._given} samples have been fetched. With workers, each has to walk through its share only: see "
                "get_worker_info.",
                stacklevel=2,
            )
        return batch

    def _next(self) -> Any:
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self._sampler)


class SingleWalk(Walk):
    """Fetches in this process."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        if loader.timeout:
            raise explained(
                AssertionError,
                "a loader without workers requires timeout == 0",
                why="this process cannot stop waiting for itself.",
                fix="leave timeout out, or add num_workers=1.",
            )
        super().__init__(loader)
        self._fetch: Callable[[Any], Any] = loader._recipe().begin()

    def _next(self) -> Any:
        return self._fetch(next(self._places))
