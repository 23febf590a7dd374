"""Which worker process of a `DataLoader` this is, if it is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """Which worker this is, as ``torch.utils.data.get_worker_info`` tells.

    Attributes:
        id: its number, from 0.
        num_workers: how many there are.
        seed: what random numbers began with here.
        dataset: this process's copy of the data set.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


current: WorkerInfo | None = None  # set where a worker begins


def get_worker_info() -> WorkerInfo | None:
    """Which worker process this is, None in the main process, as ``torch.utils.data.get_worker_info``.

    An iterable data set asks here which share of the examples is its own:

    >>> from itertools import islice
    >>> def share(examples):
    ...     info = get_worker_info()
    ...     return examples if info is None else islice(examples, info.id, None, info.num_workers)
    >>> list(share(range(3)))
    [0, 1, 2]
    """
    return current
