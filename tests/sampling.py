"""What a sample is: a call of one function on arrays that are drawn anew each time. `samples.py` lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import teachgrad
from teachgrad.nn import functional


@dataclass(frozen=True)
class Sample:
    """A function of tensors, the shapes of its arguments, and the domain that their elements are drawn from."""

    name: str
    function: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    domain: tuple[float, float] = (-2.0, 2.0)
    torch: str = ""  # the same call in PyTorch, as source over `torch`, `F` and the arguments `a`, `b`, `c`
    named: bool = True  # whether the last node has PyTorch's name: composites may end in another step

    def arrays(self, rng: np.random.Generator, dtype: Any = np.float64) -> list[np.ndarray]:
        return [spaced(rng, shape, *self.domain).astype(dtype) for shape in self.shapes]


def spaced(rng: np.random.Generator, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
    """Random numbers of a domain, no two closer than a finite difference can see: so that no maximum is a tie."""
    size = int(np.prod(shape))
    steps = (np.arange(size) + rng.uniform(0.2, 0.8, size)) / max(size, 1)
    return rng.permutation(low + (high - low) * steps).reshape(shape)


def written(
    source: str,
    *shapes: tuple[int, ...],
    domain: tuple[float, float] = (-2.0, 2.0),
    named: bool = True,
) -> Sample:
    """A sample whose source runs in both libraries: over `torch`, `F` and the arguments `a`, `b`, `c`."""
    code = compile(source, source, "eval")

    def function(*tensors: Any) -> Any:
        return eval(code, {"torch": teachgrad, "F": functional, **dict(zip("abc", tensors, strict=False))})

    return Sample(source, function, shapes, domain, source, named)
