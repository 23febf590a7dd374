"""The formulas of the op table as text: what stands there, and the same with this step's numbers put in.

The table is the one source: a formula is read from the very line that the engine runs. Knows ops and arrays, not
pictures.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from teachgrad.graph import Formula, reads
from teachgrad.viz import text


def written(formula: Formula) -> str:
    """A formula as its source states it: the body of a lambda; of a function its name with what it reads.

    >>> from teachgrad.ops.table import ROWS
    >>> [written(formula) for formula in ROWS["mul"].op.sources], written(ROWS["tanh"].op.sources[0])
    (['g * b', 'g * a'], 'g * (1 - out * out)')
    """
    body = _body(formula)
    return ast.unparse(body) if body is not None else f"{formula.__name__}({', '.join(('g', *reads(formula)))})"


def with_numbers(formula: Formula, values: Mapping[str, Any]) -> str:
    """The formula with each name replaced by its number; empty if one of them is no single number.

    >>> with_numbers(lambda g, b: g * b, {"g": np.float32(2), "b": np.float32(-3)})
    '2.0 * (−3.0)'
    """
    body = _body(formula)
    numbers = {name: _number(value) for name, value in values.items()}
    if body is None or "" in numbers.values():
        return ""
    filled = ast.unparse(_Filled(numbers).visit(ast.parse(ast.unparse(body), mode="eval")))
    return filled.strip("()") if isinstance(body, ast.Name) else filled


class _Filled(ast.NodeTransformer):
    """Puts numbers, as pictures print them, where their names stand. As names of their own, they need no quotes."""

    def __init__(self, numbers: Mapping[str, str]) -> None:
        self._numbers = numbers

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._numbers.get(node.id, node.id))


def _number(value: Any) -> str:
    value = getattr(value, "array", value)
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, int | float):
        return ""
    number = text.number(value)
    return f"({number})" if number.startswith("−") else number


@lru_cache(maxsize=512)
def _body(formula: Formula) -> ast.expr | None:
    """The expression of a lambda, found by the place of its code in its file; None if that cannot be read."""
    code = formula.__code__
    places = set(code.co_positions())
    for place, body in _lambdas(code.co_filename) if code.co_name == "<lambda>" else ():
        if place in places:
            return body
    return None


@lru_cache(maxsize=32)
def _lambdas(filename: str) -> list[tuple[tuple[int | None, ...], ast.expr]]:
    """The lambdas of a file: where each body stands, and the body."""
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except SyntaxError:  # a cell of a notebook may hold more than Python
        return []
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return [((body.lineno, body.end_lineno, body.col_offset, body.end_col_offset), body) for body in bodies]
