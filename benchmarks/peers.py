"""Who takes part. A peer that is not installed stays in the list, so that the table can say so."""

from __future__ import annotations

import importlib
import importlib.util
import os
from dataclasses import dataclass
from typing import Any

from benchmarks.workloads import Data

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


@dataclass(frozen=True)
class Peer:
    """A library, and how to run a workload in it.

    Attributes:
        title: what the table calls it.
        package: what has to be installed.
        words: the module of `benchmarks` that says the workloads in its words.
        one_thread: whether it is held to one; else it takes as many as it likes.
    """

    title: str
    package: str
    words: str
    one_thread: bool = True

    @property
    def installed(self) -> bool:
        """Whether it can take part."""
        return importlib.util.find_spec(self.package) is not None

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of its process."""
        others = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
        return others | ONE_THREAD if self.one_thread else others

    def version(self) -> str:
        """The library's version, asked in its process."""
        return str(importlib.import_module(self.package).__version__)

    def prepare(self, workload: str, data: Data) -> tuple[Any, Any] | None:
        """A step to be timed, and how to read its result; None if it cannot be said in the peer's words."""
        function = getattr(importlib.import_module(f"benchmarks.{self.words}"), workload, None)
        return function(importlib.import_module(self.package), data) if function else None


TEACHGRAD = Peer("teachgrad", "teachgrad", "tensors")
BY_HAND = Peer("NumPy by hand", "numpy", "arrays")
PEERS = (
    TEACHGRAD,
    BY_HAND,
    Peer("PyTorch", "torch", "tensors"),
    Peer("PyTorch, all threads", "torch", "tensors", one_thread=False),
)
