"""Who takes part. A peer that is not installed stays in the list, so that the table can say so."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
from dataclasses import dataclass
from typing import Any

from benchmarks.workloads import Data, Workload

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


@dataclass(frozen=True)
class Peer:
    """A library, and how to run a workload in it.

    Attributes:
        title: what the table calls it.
        package: what has to be installed.
        words: the module of `benchmarks` that says the workloads in its words; empty if none does yet.
        one_thread: whether it is held to one; else it takes as many as it likes, and large workloads only.
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

    @property
    def beside(self) -> Peer:
        """The teachgrad that it is compared with: the one that has as many threads."""
        return TEACHGRAD if self.one_thread else TEACHGRAD_FREE

    def takes(self, workload: Workload) -> bool:
        """Whether it is asked for this workload."""
        return self.one_thread or workload.large

    def version(self) -> str:
        """The library's version, asked in its process."""
        module = importlib.import_module(self.package)
        return str(getattr(module, "__version__", None) or importlib.metadata.version(self.package))

    def prepare(self, workload: Workload, data: Data) -> tuple[Any, Any] | None:
        """A step to be timed, and how to read its result; None if it cannot be said in the peer's words."""
        if not self.words:
            return None
        function = getattr(importlib.import_module(f"benchmarks.{self.words}"), workload.function, None)
        prepared: tuple[Any, Any] | None = function and function(importlib.import_module(self.package), data)
        return prepared


TEACHGRAD = Peer("teachgrad", "teachgrad", "tensors")
BY_HAND = Peer("NumPy by hand", "numpy", "arrays")
PYTORCH = Peer("PyTorch", "torch", "tensors")
TEACHGRAD_FREE = Peer("teachgrad, all threads", "teachgrad", "tensors", one_thread=False)
PEERS = (
    TEACHGRAD,
    BY_HAND,
    PYTORCH,
    Peer("MyGrad", "mygrad", "losses"),
    Peer("HIPS autograd", "autograd", "losses"),
    Peer("micrograd", "micrograd", ""),
    TEACHGRAD_FREE,
    Peer("PyTorch, all threads", "torch", "tensors", one_thread=False),
)
