"""What ``torch.random`` offers: seed and state of the default generator, and a block that leaves them as they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from teachgrad.ops.random import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[None]:
    """Draw inside without moving the default generator outside, as ``torch.random.fork_rng``.

    Args:
        devices: which GPUs to treat likewise; there are none.
        enabled: False makes the block do nothing.

    >>> import teachgrad as tg
    >>> _ = manual_seed(0)
    >>> with fork_rng():
    ...     _ = tg.rand(100)
    >>> tg.rand(1)
    tensor([0.4963])
    """
    before = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(before)
