"""Where the rows of the op table hang the methods they give to tensors.

The class is empty here on purpose: `__add__`, `exp`, `sum` and all the others are put onto it by their rows in
`ops/`, so that an operation stands in one place. The stub beside this file, `operators.pyi`, lists them for
editors and type checkers; it is generated, and a test keeps it current.

What PyTorch's tensors have and these have not explains itself. That takes a property for each name: with a
`__getattr__` for all of them, Python would read every attribute of every tensor more slowly.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from teachgrad.scope import LEFT_OUT, missing


class Operators:
    """Base class of Tensor; see the module's text."""

    __slots__ = ()


def _refuse(name: str, tensor: Any) -> Any:
    raise missing(f"{type(tensor).__name__!r} object", name, list)


for _name in LEFT_OUT:
    setattr(Operators, _name, property(partial(_refuse, _name)))
