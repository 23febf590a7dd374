"""Numbers and names as short texts: what pictures, read-outs and alternative texts print.

Knows NumPy arrays, not tensors. Minus signs are U+2212: as wide as a digit, and read aloud as "minus".
"""

from __future__ import annotations

import math
import unicodedata
from typing import Any

import numpy as np

WIDEST_ARRAY = 24  # characters; a longer array is shown by its shape
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # Unicode's controls, directions, surrogates, line ends, ...


def number(value: float, digits: int = 4) -> str:
    """A number as Python prints it, with at most `digits` significant digits.

    >>> number(6.0), number(-0.70710678), number(3), number(1e-7), number(1234567.0), number(float("-inf"))
    ('6.0', '−0.7071', '3', '1e−07', '1.235e+06', '−inf')
    """
    if isinstance(value, bool | int | np.bool_ | np.integer):
        short = str(value)
    elif not math.isfinite(value):
        short = str(float(value))
    else:
        short = f"{float(value):.{digits}g}"
        if "e" not in short and "." not in short:
            short += ".0"
    return short.replace("-", "−")


def short(value: float, digits: int = 3) -> str:
    """A number without needless zeros.

    >>> short(4.0), short(-0.25), short(12.345, digits=4)
    ('4', '−0.25', '12.35')
    """
    return number(value, digits).removesuffix(".0")


def array(values: np.ndarray[Any, Any]) -> str:
    """The elements of a small array, with the bare points that tensors are printed with; else its shape.

    >>> array(np.array(2.5)), array(np.array([1.0, -2.5])), array(np.zeros((64, 10))), array(np.zeros(0))
    ('2.5', '[1., −2.5]', '(64, 10)', '[]')
    """
    if values.ndim == 0:
        return number(values.item())
    if values.size <= WIDEST_ARRAY // 4:
        written = _nested(values.tolist())
        if len(written) <= WIDEST_ARRAY:
            return written
    return shape(values.shape)


def _nested(values: Any) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_nested(entry) for entry in values) + "]"
    written = number(values, digits=3)
    return written[:-1] if written.endswith(".0") else written


def shape(sizes: tuple[int, ...]) -> str:
    """A shape as a tuple.

    >>> shape((64, 10)), shape((3,)), shape(())
    ('(64, 10)', '(3,)', '()')
    """
    return str(tuple(int(size) for size in sizes))


def gradient(values: np.ndarray[Any, Any] | None) -> str:
    """A gradient in a few characters: None before backward, the elements if they fit, else the length of the vector.

    >>> gradient(None), gradient(np.array([3.0, 4.0])), gradient(np.ones((2, 50)))
    ('None', '[3., 4.]', 'norm 10.0')
    """
    if values is None:
        return "None"
    short = array(values)
    if values.ndim == 0 or short.startswith("["):
        return short
    with np.errstate(all="ignore"):
        return "norm " + number(float(np.linalg.norm(values.astype(np.float64))), digits=3)


def clean(text: str, longest: int = 40) -> str:
    """A text that can stand in any picture: on one line, not too long, nothing in it that is no visible character.

    >>> clean("w" + chr(0) + "1"), clean("a" * 50, longest=8)
    ('w�1', 'aaaaaaa…')
    """
    allowed = "".join("�" if unicodedata.category(c) in INVISIBLE else c for c in text[: longest + 1])
    return allowed if len(text) <= longest else allowed[: longest - 1] + "…"


def width(text: str) -> float:
    """How many columns a text takes in a monospaced font: East Asian wide characters take two.

    >>> width("grad"), width("梯度")
    (4.0, 4.0)
    """
    return float(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c)))


def listing(things: list[str], most: int = 6) -> str:
    """Things in a sentence, cut off after `most`.

    >>> listing(["w", "x", "b"]), listing(list("abcdefgh"), most=3)
    ('w, x and b', 'a, b, c and 5 more')
    """
    if len(things) > most:
        things = [*things[:most], f"{len(things) - most} more"]
    return things[0] if len(things) == 1 else ", ".join(things[:-1]) + " and " + things[-1] if things else ""


def plural(count: int, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "leaf"), plural(1200, "operation"), plural(2, "leaf")
    ('1 leaf', '1,200 operations', '2 leaves')
    """
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} " + (noun[:-1] + "ves" if noun.endswith("f") else noun + "s")
