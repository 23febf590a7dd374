"""Where the rows of the op table hang the methods they give to tensors.

The class is empty here on purpose: `__add__`, `exp`, `sum` and all the others are put onto it by their rows in
`ops/`, so that an operation stands in one place. The stub beside this file, `operators.pyi`, lists them for
editors and type checkers; it is generated, and a test keeps it current.
"""

from __future__ import annotations

from typing import Any

from teachgrad.scope import missing


class Operators:
    """Base class of Tensor; see the module's text."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        # Python asks here for what it does not find in the usual places.
        raise missing(f"{type(self).__name__!r} object", name, self.__dir__)
