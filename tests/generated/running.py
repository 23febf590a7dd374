"""Running a generated program, and writing down all that it leaves behind, in the same words for either library.

This module knows what tensors can be asked. It does not know which library it is given.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

Names = dict[str, Any]


@dataclass
class Outcome:
    """What a program left behind: its names, described, and the error that ended it, if one did."""

    left: dict[str, Any] = field(default_factory=dict)
    bytes_: int = 8  # of the coarsest real numbers that it computed with
    error: str = ""  # the exception's type
    words: str = ""  # the first line of its message
    line: int = -1  # the statement that raised it, counted from 0


@lru_cache(maxsize=4096)
def _compiled(statement: str) -> CodeType:
    return compile(statement, statement, "exec")


def start(torch: Any) -> Names:
    """The names that every program may use."""
    return {"torch": torch, "F": torch.nn.functional}


def step(statement: str, names: Names) -> None:
    """Run one statement."""
    exec(_compiled(statement), names)


def run(program: Sequence[str], torch: Any) -> Outcome:
    """Run the statements, up to the first that is refused, and describe what there is then."""
    names = start(torch)
    outcome = Outcome()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for line, statement in enumerate(program):
            try:
                step(statement, names)
            except Exception as error:
                outcome.error, outcome.words = type(error).__name__, str(error).partition("\n")[0]
                outcome.line = line
                break
        for name, value in names.items():
            if name not in ("torch", "F") and not name.startswith("__"):
                outcome.left[name] = described(value, gradients=not outcome.error)
    sizes = [array.itemsize for array in arrays(outcome.left) if array.dtype.kind == "f"]
    coarse = [4] if any("float" in statement.replace("float64", "") for statement in program) else []
    outcome.bytes_ = min([8, *coarse, *sizes])
    forget(program, outcome.left)
    return outcome


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor, of either library; asking the tensor itself might be refused."""
    return hasattr(type(value), "grad_fn")


def arrays(left: Any) -> Iterator[np.ndarray]:
    """All arrays in a description."""
    if isinstance(left, np.ndarray):
        yield left
    elif isinstance(left, dict | list):
        for part in left.values() if isinstance(left, dict) else left:
            yield from arrays(part)


def described(value: Any, gradients: bool = True) -> Any:
    """All that can be asked of a value: for a tensor its numbers, kind and place in the graph."""
    if isinstance(value, tuple | list):
        return [described(item, gradients) for item in value]
    if not is_tensor(value):
        return value if isinstance(value, bool | int | float | str | None) else type(value).__name__
    try:
        node = value.grad_fn
    except RuntimeError as error:  # one of several views, whose base was written to
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    about = {
        "dtype": str(value.dtype),
        "shape": list(value.shape),
        "requires_grad": value.requires_grad,
        "is_leaf": value.is_leaf,
        "grad_fn": None if node is None else node.name(),
        "version": value._version,
        "stride": layout(value),
        "values": np.array(value.detach().numpy(force=True)),
    }
    if gradients and (value.is_leaf or value.retains_grad):
        grad = value.grad
        about["grad"] = None if grad is None else np.array(grad.detach().numpy(force=True))
        about["grad requires_grad"] = grad is not None and grad.requires_grad
    return about


def layout(tensor: Any) -> list[int]:
    """How the elements lie in memory, where they lie row by row, or are seen in a view of such."""
    memory = tensor if tensor._base is None else tensor._base
    if not memory.is_contiguous() or not tensor.numel():
        return []
    return [step for step, n in zip(tensor.stride(), tensor.shape) if n > 1]


# What is each library's own business, by the statement that a name was given in.
GRADIENT, SEVERAL_STEPS, PRODUCT, CHOICE = (
    re.compile(rf"^(?:with torch.no_grad\(\): )?(?P<name>\w)(?:,| =).*(?:{words})")
    for words in (r"torch\.autograd\.grad", r"\(lambda |logdet", r"@|matmul|linear", r"\w\[.*(?:\[|torch\.tensor)")
)

WORD = re.compile(r"\b\w\b")


def forget(program: Sequence[str], left: dict[str, Any]) -> None:
    """Leave out what is not compared.

    Of gradients: how the derivative is put together, which shows in its node, its version, and how it lies in memory;
    of those of gradients, and of empty ones, also whether there is a history: PyTorch has one for d(2x)/dx, where 2x is
    the slope of x**2, and sometimes none where there are no elements.
    Of results of samples, the node: it may be the last of several steps, and has a test of its own. Of products, the
    version: PyTorch squeezes the dimension of a vector in place. Of choices by lists: how they lie in memory.
    """
    gradients, several, products, choices = (
        {found["name"] for statement in program if (found := pattern.match(statement))}
        for pattern in (GRADIENT, SEVERAL_STEPS, PRODUCT, CHOICE)
    )
    derived: set[str] = set()
    for line in program:
        names, equals, source = line.partition(" = ")
        if equals and (gradients | products | choices | derived) & set(WORD.findall(source)):
            derived.update(WORD.findall(names))
    later = [found["name"] for statement in program if (found := GRADIENT.match(statement))][1:]
    for name, value in left.items():
        for about in value if isinstance(value, list) else [value]:
            if not isinstance(about, dict):
                continue
            if name in gradients | several:
                about["grad_fn"] = about["grad_fn"] is not None
            if not about["values"].size:
                about.pop("grad requires_grad", None)
            if name in later or (name in gradients and not about["values"].size):
                for key in ("grad_fn", "requires_grad", "is_leaf", "grad", "grad requires_grad"):
                    about.pop(key, None)
            if name in gradients | products | derived:
                del about["version"]
            if name in gradients | choices | derived:
                del about["stride"]
