"""Fetching: from what a sampler says to a batch. A loader fetches in its own process, or workers do it in theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from teachgrad.utils.data.collate import default_collate
from teachgrad.utils.data.dataset import IterableDataset, Subset, TensorDataset, examples_at


@dataclass(frozen=True)
class Recipe:
    """How batches are made.

    Attributes:
        dataset: where examples come from.
        collate_fn: makes a batch of a list of examples.
        batched: whether there are batches at all, or single examples.
        drop_last: whether a last batch that is not full is left out.
    """

    dataset: Any
    collate_fn: Callable[[Any], Any]
    batched: bool
    drop_last: bool

    def begin(self) -> Callable[[Any], Any]:
        """A function that gives the batch for what the sampler says; StopIteration when examples have run out."""
        return self._streamed() if isinstance(self.dataset, IterableDataset) else self._indexed

    def _indexed(self, index: Any) -> Any:
        if not self.batched:
            return self.collate_fn(self.dataset[index])
        dataset, indices = self.dataset, index
        if self.collate_fn is default_collate:  # tensors side by side are indexed with the whole batch, in one step
            while type(dataset) is Subset:
                indices = dataset.mapped(indices)
                dataset = dataset.dataset
            if type(dataset) is TensorDataset:
                return dataset.batch(indices)
        return self.collate_fn(examples_at(dataset, indices))

    def _streamed(self) -> Callable[[Any], Any]:
        examples = iter(self.dataset)

        def fetch(places: Any) -> Any:
            """What the sampler says does not matter here; only how many examples it asks for."""
            if not self.batched:
                return self.collate_fn(next(examples))
            batch = list(islice(examples, len(places)))
            if not batch or (self.drop_last and len(batch) < len(places)):
                raise StopIteration
            return self.collate_fn(batch)

        return fetch
