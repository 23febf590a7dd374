"""Error messages that teach: PyTorch's own words first, then the cause, then the remedy.

People search for the words PyTorch uses, so those come first and unchanged. This module is ground
floor: it knows nothing of tensors; callers put this case's names, shapes and numbers into the text.
"""

from __future__ import annotations

from typing import TypeVar

E = TypeVar("E", bound=Exception)


def explained(kind: type[E], words: str, why: str, fix: str) -> E:
    """An exception of PyTorch's ``kind`` and ``words``, followed by why it happened and what to do.

    >>> print(explained(RuntimeError, "grad can be implicitly created only for scalar outputs", "...", "..."))
    grad can be implicitly created only for scalar outputs
      Why: ...
      Fix: ...
    """
    return kind(f"{words}\n  Why: {why}\n  Fix: {fix}")
