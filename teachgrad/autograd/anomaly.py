"""Anomaly mode: the backward pass looks for nan, and names the line of the forward pass that it came from.

A watcher (`watching.py`) does it: it notes where each operation was recorded, and looks at what each node sends.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Node
from teachgrad.tensor import Tensor
from teachgrad.watching import Watcher, watchers

__all__ = ["is_anomaly_check_nan_enabled", "is_anomaly_enabled"]  # what the face of the package offers

PACKAGE = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - pathlib is slow to import


class _Detective(Watcher):
    """Remembers who recorded what, and stops at the first nan."""

    check_nan = True

    def recorded(self, node: Node, tensor: Tensor) -> None:
        from traceback import extract_stack  # here, because importing teachgrad is to be cheap

        frames = extract_stack()
        while frames and frames[-1].filename.startswith(PACKAGE):
            frames.pop()  # the reader's own lines, not ours
        node.metadata["traceback_"] = frames

    def sends(self, node: Node, g: Any, contributions: Sequence[Any], received: dict[Node, Any]) -> None:
        for place, contribution in enumerate(contributions):
            if self.check_nan and contribution is not None:
                array = contribution.array if isinstance(contribution, Tensor) else contribution
                if np.isnan(array).any():
                    raise self._found(node, place, g)

    def _found(self, node: Node, place: int, g: Any) -> RuntimeError:
        frames = node.metadata.get("traceback_")
        where = ""
        if frames:
            file = frames[-1].filename.rpartition(os.sep)[2]
            where = f" It was recorded at {file}, line {frames[-1].lineno}: {frames[-1].line}"
        arrived = np.asarray(g.array if isinstance(g, Tensor) else g).ravel()
        return explained(
            RuntimeError,
            f"Function '{node.name()}' returned nan values in its {place}th output.",
            why=f"the gradient that arrived there was fine ({arrived[:3]}), its derivative is not a number.{where}",
            fix="look at the values that go into that line: 0/0, sqrt(0), log(0) and inf - inf have no slope.",
            lesson=15,
        )

    def fails(self, node: Node, error: Exception) -> None:
        frames = node.metadata.get("traceback_")
        if frames:
            from traceback import format_list

            text = "Traceback of forward call that caused the error:\n" + "".join(format_list(frames))
        else:
            text = (
                "No forward pass information available. Enable detect anomaly during forward pass for more information."
            )
        warnings.warn(f"Error detected in {node.name()}. {text}", stacklevel=4)


_detective = _Detective()


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on, as ``torch.is_anomaly_enabled``."""
    return _detective in watchers


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode looks for nan, as ``torch.is_anomaly_check_nan_enabled``."""
    return _detective.check_nan


class set_detect_anomaly:  # noqa: N801 - PyTorch's own spelling
    """Turn anomaly mode on or off: at once, or for a block, as ``torch.autograd.set_detect_anomaly``."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = is_anomaly_enabled(), _detective.check_nan
        _set(mode, check_nan)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _set(*self._before)


class detect_anomaly(set_detect_anomaly):  # noqa: N801
    """Look for nan in every backward pass of the block, as ``torch.autograd.detect_anomaly``.

    The error names the operation and the line of the forward pass that recorded it. It makes everything slower: it is
    for the search only.

    >>> import teachgrad as tg
    >>> x = tg.tensor(0.0, requires_grad=True)
    >>> with warnings.catch_warnings(action="ignore"), detect_anomaly():
    ...     (x.sqrt() * 0).backward()
    Traceback (most recent call last):
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.
    ...
    """

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )
        super().__init__(True, check_nan)


def _set(mode: bool, check_nan: bool) -> None:
    _detective.check_nan = check_nan
    if is_anomaly_enabled():
        watchers.remove(_detective)
    if mode:
        watchers.append(_detective)
