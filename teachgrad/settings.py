"""Switches that programs set at their top: threads, determinism, precision, the default device.

teachgrad is deterministic, computes in full precision and on the CPU, and leaves threads to NumPy's libraries; so the
switches are remembered, for those who ask, and change nothing. Ground floor.

>>> set_float32_matmul_precision("high")
>>> get_float32_matmul_precision()
'high'
"""

from __future__ import annotations

import os
import warnings
from typing import Any

from teachgrad.device import CPU, device, require_cpu
from teachgrad.errors import brief, explained

__all__ = [  # what the face of the package offers
    "are_deterministic_algorithms_enabled",
    "get_default_device",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "get_num_threads",
    "set_default_device",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_num_interop_threads",
    "set_num_threads",
    "use_deterministic_algorithms",
]

_PRECISIONS = ("highest", "high", "medium")
_set: dict[str, Any] = {
    "threads": os.cpu_count(),
    "interop": os.cpu_count(),
    "deterministic": False,
    "precision": "highest",
}


def set_num_threads(threads: int) -> None:
    """Remembered, as ``torch.set_num_threads``. NumPy's threads are set from outside: ``OMP_NUM_THREADS=1``.

    Raises:
        RuntimeError: if it is no positive integer.
    """
    _set["threads"] = _count("set_num_threads", threads)


def get_num_threads() -> int:
    """The number set, or that of the processors, as ``torch.get_num_threads``."""
    return int(_set["threads"])


def set_num_interop_threads(threads: int) -> None:
    """Remembered, as ``torch.set_num_interop_threads``. Raises as `set_num_threads` does."""
    _set["interop"] = _count("set_num_interop_threads", threads)


def get_num_interop_threads() -> int:
    """The number set, or that of the processors, as ``torch.get_num_interop_threads``."""
    return int(_set["interop"])


def _count(name: str, threads: Any) -> int:
    if not isinstance(threads, int) or threads <= 0:
        wanted = "a positive integer" if isinstance(threads, int) else f"an int, but got {type(threads).__name__}"
        raise explained(
            RuntimeError,
            f"{name} expects {wanted}",
            why=f"{brief(threads)} is no number of threads.",
            fix="give 1 or more.",
        )
    return threads


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Remembered, as ``torch.use_deterministic_algorithms``: every operation here gives the same numbers each time."""
    _set["deterministic"] = bool(mode)


def are_deterministic_algorithms_enabled() -> bool:
    """What was set, as ``torch.are_deterministic_algorithms_enabled``."""
    return bool(_set["deterministic"])


def set_float32_matmul_precision(precision: str) -> None:
    """Remembered, as ``torch.set_float32_matmul_precision``: products are always computed in full precision."""
    if precision not in _PRECISIONS:
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current setFloat32MatmulPrecision call has "
            "no effect.",
            stacklevel=2,
        )
        return
    _set["precision"] = precision


def get_float32_matmul_precision() -> str:
    """What was set, as ``torch.get_float32_matmul_precision``."""
    return str(_set["precision"])


def set_flush_denormal(mode: bool) -> bool:
    """Whether tiny numbers can be made 0, as ``torch.set_flush_denormal``: not here."""
    return False


def set_default_device(device: Any) -> None:
    """Where new tensors go, as ``torch.set_default_device``: to the CPU.

    Raises:
        AssertionError: for "cuda", NotImplementedError for others that PyTorch knows.
    """
    require_cpu(device)


def get_default_device() -> device:
    """Where new tensors go, as ``torch.get_default_device``: to the CPU."""
    return CPU
