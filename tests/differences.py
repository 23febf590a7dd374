"""Derivatives by finite differences: the yardstick that knows nothing of any formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Arrays = Sequence[np.ndarray]


def central_difference(f: Callable[[Arrays], float], arrays: Arrays, eps: float = 1e-6) -> list[np.ndarray]:
    """d f / d arrays by (f(x + eps) - f(x - eps)) / (2 eps), element by element; for float64."""
    gradients = []
    for place, array in enumerate(arrays):
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            up, down = ([a.copy() for a in arrays] for _ in range(2))
            up[place][index] += eps
            down[place][index] -= eps
            gradient[index] = (f(up) - f(down)) / (2 * eps)
        gradients.append(gradient)
    return gradients
