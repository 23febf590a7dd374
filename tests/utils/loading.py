"""Data sets for worker processes, and walks through them: test_workers.py compares with PyTorch's own walks.

They stand in a module of their own, because processes that do not fork have to import them.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

RECORD = Path(__file__).parents[1] / "fixtures" / "loading.json"


class Numbers:
    """Examples 0, 1, 2, ..."""

    def __init__(self, size: int = 8) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> Any:
        return index


class Pids(Numbers):
    """Who loads them."""

    def __getitem__(self, index: int) -> int:
        return os.getpid()


class Meeting(Numbers):
    """Can only be loaded by two at the same time."""

    def __init__(self, barrier: Any) -> None:
        super().__init__(4)
        self.barrier = barrier

    def __getitem__(self, index: int) -> int:
        self.barrier.wait(4)
        return index


class LateFirst(Numbers):
    """Example 0 comes only when it is allowed to."""

    def __init__(self, allowed: Any) -> None:
        super().__init__(6)
        self.allowed = allowed

    def __getitem__(self, index: int) -> int:
        if index == 0:
            self.allowed.wait(4)
        return index


class Trouble(Numbers):
    """Something happens at example 2."""

    def __init__(self, what: str, size: int = 8) -> None:
        super().__init__(size)
        self.what = what

    def __getitem__(self, index: int) -> Any:
        if index == 2:
            getattr(self, self.what)()
        return index

    def error(self) -> None:
        raise ValueError("number two is bad")

    def missing_key(self) -> None:
        raise KeyError("two")

    def own_error(self) -> None:
        raise PickyError(1, 2)

    def exit(self) -> None:
        os._exit(3)

    def killed(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def endless(self) -> None:
        while True:
            time.sleep(0.01)


class PickyError(Exception):
    """Cannot be made of a text."""

    def __init__(self, a: int, b: int) -> None:
        super().__init__(a, b)


def lock_of(examples: Any) -> Any:
    """A batch that cannot be taken to another process."""
    return lambda: examples


def refuse(worker: int) -> None:
    raise LookupError(f"worker {worker} does not begin")


def mark(worker: int) -> None:
    os.environ["TEACHGRAD_TEST_MARK"] = f"{worker} was here"


class Marks(Numbers):
    def __getitem__(self, index: int) -> str:
        return os.environ.get("TEACHGRAD_TEST_MARK", "nobody was here")


class Chances(Numbers):
    """What random numbers begin with in the process that loads it: the common one, NumPy's, Python's, and the seed."""

    def __init__(self, library: Any) -> None:
        super().__init__(4)
        self.library = library.__name__

    def __getitem__(self, index: int) -> list[float]:
        library = __import__(self.library)
        data = __import__(f"{self.library}.utils.data", fromlist=["data"])
        info = data.get_worker_info()
        assert type(info.dataset) is Chances
        return [
            library.rand(1).item(),
            np.random.rand(),  # noqa: NPY002 - as data sets do it
            random.random(),
            float(info.seed % 2**50),
            float(info.id),
            float(info.num_workers),
        ]


def walks(library: Any) -> dict[str, Any]:
    """What loaders with two workers give, under a seed."""
    data = __import__(f"{library.__name__}.utils.data", fromlist=["data"])
    library.manual_seed(3)

    class Stream(data.IterableDataset):  # type: ignore[misc, name-defined]
        def __init__(self, *sizes: int) -> None:
            self.sizes = sizes

        def __iter__(self) -> Any:
            worker = data.get_worker_info().id
            return iter(range(100 * worker, 100 * worker + self.sizes[worker]))

    def walk(dataset: Any, **settings: Any) -> list[Any]:
        loader = data.DataLoader(dataset, num_workers=2, **settings)
        return [batch.tolist() if hasattr(batch, "tolist") else batch for batch in loader]

    out: dict[str, Any] = {
        "shuffled": [walk(Numbers(), batch_size=3, shuffle=True) for _ in range(2)],
        "weighted": walk(Numbers(), batch_size=4, sampler=data.WeightedRandomSampler([1, 2, 3, 4, 0, 0, 0, 9], 10)),
        "drawn with replacement": walk(Numbers(), sampler=data.RandomSampler(Numbers(), True, 5)),
        "single": walk(Numbers(3), batch_size=None),
        "streams": sorted(walk(Stream(5, 3), batch_size=2)),  # PyTorch's order depends on who is first to end
        "streams, full batches": sorted(walk(Stream(5, 3), batch_size=2, drop_last=True)),
        "streams of one length": walk(Stream(4, 4), batch_size=2, prefetch_factor=1),
        "single streams": walk(Stream(2, 2), batch_size=None),
        "chances": [walk(Chances(library), batch_size=None, collate_fn=np.array) for _ in range(2)],
        "chances of its own": walk(
            Chances(library), batch_size=None, collate_fn=np.array, generator=library.Generator().manual_seed(5)
        ),
    }
    staying = data.DataLoader(Numbers(4), shuffle=True, num_workers=2, persistent_workers=True)
    out["staying"] = [[batch.tolist() for batch in staying] for _ in range(3)]
    out["afterwards"] = library.rand(2).tolist()
    return out


def recorded() -> dict[str, Any]:
    """What PyTorch 2.13.0 gives."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))
