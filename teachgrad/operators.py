"""Where the rows of the op table hang the methods they give to tensors.

The class is empty here on purpose: `__add__`, `exp`, `sum` and all the others are put onto it by their rows in
`ops/`, so that an operation stands in one place. The stub beside this file, `operators.pyi`, lists them for
editors and type checkers; it is generated, and a test keeps it current.
"""


class Operators:
    """Base class of Tensor; see the module's text."""

    __slots__ = ()
