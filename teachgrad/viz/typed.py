"""Formulas that a learner types: read, checked against a short list of what is allowed, and never run as Python.

The text is parsed by `ast`; every node of the tree is looked up in tables here, and what is in none of them is
answered with what is allowed. Knows the library's functions by name; no widgets, no pictures.
"""

from __future__ import annotations

import ast
import inspect
import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import teachgrad

FUNCTIONS = (
    *("abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "exp", "floor", "log", "log10", "log1p", "log2"),
    *("relu", "sigmoid", "sign", "sin", "sinc", "sinh", "sqrt", "square", "tan", "tanh"),
)
OF_TWO = ("maximum", "minimum")
CONSTANTS = {"pi": math.pi, "e": math.e}
LIBRARY = ("tg", "torch", "teachgrad")  # as in torch.sin(x)
LONGEST = 200  # characters
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
ALLOWED = (
    "numbers, + - * / **, brackets, pi, e, and the functions "
    f"{', '.join((*FUNCTIONS, *OF_TWO))}, as in sin(x), x.sin() or torch.sin(x)"
)
Values = dict[str, Any]
Step = Callable[[Values], Any] | float  # a part of a formula: what computes it, or its value


class FormulaError(ValueError):
    """A text that is no formula: says what is wrong, and what is allowed."""


class Formula:
    """A function that was typed; called as any other function, with a tensor for each of its names.

    Attributes:
        text: as it was typed.
        names: the variables in it, in their order; the first allowed one if there is none.
    """

    def __init__(self, text: str, names: Sequence[str], step: Step) -> None:
        self.text, self.names, self._step = text, tuple(names), step
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])

    def __call__(self, *arguments: Any) -> Any:
        """The value for these arguments."""
        if callable(self._step):
            return self._step(dict(zip(self.names, arguments, strict=True)))
        return arguments[0] * 0 + self._step

    def __repr__(self) -> str:
        return f"formula({self.text!r})"


def formula(text: str, names: Sequence[str] = ("x", "y"), all_of_them: bool = False) -> Formula:
    """A function of tensors from its text, without running anything of the text as Python.

    Args:
        text: an expression such as ``"x**2 + sin(3*x)"``.
        names: the variables that it may have.
        all_of_them: it is called with all of these, also with those that are not in it.

    Raises:
        FormulaError: with what is allowed, if the text is anything else; a ValueError.

    >>> import teachgrad as tg
    >>> f = formula("x**2 + sin(pi*x)")
    >>> f.names, f(tg.tensor(0.5))
    (('x',), tensor(1.2500))
    >>> formula("open('x')")
    Traceback (most recent call last):
        ...
    teachgrad.viz.typed.FormulaError: open is not among the functions here. Allowed are x, y, numbers, + - * / **, ...
    """
    reader = _Reader(names)
    step = reader.read(_parsed(text, reader.allowed))
    used = names if all_of_them else [name for name in names if name in reader.used] or names[:1]
    return Formula(text.strip(), used, step)


def _parsed(text: str, allowed: str) -> ast.expr:
    if len(text) > LONGEST:
        raise FormulaError(f"This has {len(text)} characters; a formula has at most {LONGEST}.")
    if not text.strip():
        raise FormulaError(f"There is no formula yet. {allowed}")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        at = getattr(problem, "offset", None)
        where = f" at character {at}" if at else ""
        hint = " A product needs its sign: 2*x." if re.search(r"\d\s*[a-zA-Z(]", text) else ""
        hint += " A power is written x**2." if re.search("[⁰-⁹²³]", text) else ""
        raise FormulaError(f"This cannot be read{where}.{hint} {allowed}") from None


class _Reader:
    """Turns a tree into what computes it; collects the variables that it meets."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.used = set(names), set[str]()
        self.allowed = f"Allowed are {', '.join(names)}, {ALLOWED}."

    def read(self, node: ast.AST) -> Step:
        """The part of the formula at one node."""
        match node:
            case ast.Constant(int() | float() as value) if not isinstance(value, bool):
                return self._number(value)
            case ast.Name(name) if name in self.names:
                self.used.add(name)
                return lambda values: values[name]
            case ast.Name(name) if name in CONSTANTS:
                return CONSTANTS[name]
            case ast.UnaryOp(sign, operand) if type(sign) in OPERATORS:
                return _applied(OPERATORS[type(sign)], [self.read(operand)])
            case ast.BinOp(left, sign, right) if type(sign) in OPERATORS:
                return _applied(OPERATORS[type(sign)], [self.read(left), self.read(right)])
            case ast.Call(called, arguments, []) if not any(isinstance(one, ast.Starred) for one in arguments):
                return self._call(called, arguments)
        raise self._refused(node)

    def _number(self, value: float) -> float:
        try:
            return float(value)
        except OverflowError:
            raise FormulaError("This number is too large.") from None

    def _call(self, called: ast.expr, arguments: list[ast.expr]) -> Step:
        """A function of the list: bare, of the library, or as a method."""
        match called:
            case ast.Name(name):
                pass
            case ast.Attribute(ast.Name(module), name) if module in LIBRARY:
                pass
            case ast.Attribute(value, name):
                arguments = [value, *arguments]
            case _:
                raise self._refused(called)
        if name not in FUNCTIONS and name not in OF_TWO:
            raise FormulaError(f"{name} is not among the functions here. {self.allowed}")
        wanted = 2 if name in OF_TWO else 1
        if len(arguments) != wanted:
            raise FormulaError(f"{name} takes {wanted} in its brackets, and this gives it {len(arguments)}.")
        return _applied(getattr(teachgrad, name), [self.read(argument) for argument in arguments], on_tensors=True)

    def _refused(self, node: ast.AST) -> FormulaError:
        match node:
            case ast.Name(name) if name in FUNCTIONS or name in OF_TWO:
                return FormulaError(f"{name} is a function and needs brackets: {name}(x).")
            case ast.Name(name):
                return FormulaError(f"{name} is not known here. {self.allowed}")
            case ast.BinOp(_, ast.BitXor(), _):
                return FormulaError("In Python ^ is no power: write x**2.")
        return FormulaError(f"“{ast.unparse(node)[:40]}” is not allowed here. {self.allowed}")


def _applied(function: Callable[..., Any], parts: list[Step], on_tensors: bool = False) -> Step:
    """A function of parts: computed now if all of them are numbers, for each call otherwise."""
    steps = [part if callable(part) else None for part in parts]
    if any(steps):
        return lambda values: function(
            *(part(values) if callable(part) else _given(part, on_tensors) for part in parts)
        )
    with np.errstate(all="ignore"):  # what has no value is nan, what is too large is inf: no number is complex
        if on_tensors:
            return float(function(*(teachgrad.tensor(part, dtype=teachgrad.float64) for part in parts)).item())
        return float(function(*(np.float64(part) for part in parts if not callable(part))))


def _given(number: float, on_tensors: bool) -> Any:
    return teachgrad.tensor(number) if on_tensors else number
