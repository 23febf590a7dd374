"""Whether two outcomes agree, and the shortest program on which they do not.

Numbers may differ by what rounding does to a program of a few steps, and by no more; everything else must be the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tests.generated.running import Outcome

# Relative and absolute, by the bytes of the coarsest numbers that a program computes with.
TOLERANCES = {2: (2e-2, 2e-2), 4: (3e-4, 3e-5), 8: (1e-9, 1e-10)}

# Where a node has another name than PyTorch's, and why: (ours, PyTorch's), as patterns.
NAMES = {
    # A product of mixed dimensions is folded into one of matrices by PyTorch, and ends with whatever unfolds it.
    "UnsafeViewBackward0|SqueezeBackward4": "(Transpose|Clone|View|UnsafeView)Backward0|SqueezeBackward[14]",
    # Its view of a base that was written to says how its memory lies; ours which view it is.
    ".*": "AsStridedBackward0",
    # These two say where in C++ they are defined.
    "Copy(Slices|Backwards)": r"torch::autograd::Copy\w+",
    # A mask without dimensions is one number more for PyTorch, and the assignment a view's.
    "IndexPutBackward0": "torch::autograd::CopySlices",
    # Its reshape of a view of a view names the memory.
    "ViewBackward0": "ReshapeAliasBackward0",
}
# Where a product is refused in other words, since PyTorch computes it by another of its functions: (ours, PyTorch's).
WORDS = {
    "Expected size for first two dimensions": "mat1 and mat2 shapes cannot|size mismatch, got|The size of tensor a",
    "inconsistent tensor size": "dot : expected both vectors to have same dtype",
    "expected m1 and m2 to have the same dtype": "mat1 and mat2 must have the same dtype|addmv input tensors must",
}

# What PyTorch's messages add about how it works inside: suggestions for its own features, names of kernels.
MACHINERY = re.compile(
    r"  \(Could this|(?<=expand\()CPU| - got \(|  Target sizes| Hint: | If you are using Distributed"
    r"|(?<=operation: )\[torch| Please ensure|, got \d-D|, but got dim|(?<=output type )[a-z]"
    r"|(?<=source\.size\(dim\)):|(?<=both arguments to )linear"
)


def same_name(ours: str, theirs: str) -> bool:
    """Whether two names of nodes stand for the same operation."""
    return ours == theirs or any(re.fullmatch(o, ours) and re.fullmatch(t, theirs) for o, t in NAMES.items())


def close(ours: Any, theirs: Any, bytes_: int, share: float = 1.0) -> bool:
    """Whether two arrays hold the same numbers, to a share of what rounding may do."""
    if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        return False
    if theirs.dtype.kind != "f":
        return bool((ours == theirs).all())
    relative, absolute = TOLERANCES[bytes_]
    return bool((np.abs(ours - theirs) <= share * (absolute + relative * np.abs(theirs))).all())


def difference(ours: Outcome, theirs: Outcome) -> str:
    """The first thing in which two outcomes differ, in words; "" if there is none."""
    if (ours.error, ours.line) != (theirs.error, theirs.line):
        return f"ours: {told(ours)}\nPyTorch: {told(theirs)}"
    if not same_words(ours.words, theirs.words):
        return f"our words: {ours.words}\nPyTorch's: {theirs.words}"
    return differing(ours.left, theirs.left, theirs.bytes_, "")


def same_words(ours: str, theirs: str) -> bool:
    """Whether our message starts with the words of PyTorch's that are not about its own machinery."""
    folded = any(ours.startswith(o) and re.match(t, theirs) for o, t in WORDS.items())
    return folded or ours.startswith(MACHINERY.split(theirs)[0])


def told(outcome: Outcome) -> str:
    """How a program ended."""
    return f"{outcome.error} in line {outcome.line + 1}: {outcome.words}" if outcome.error else "no error"


def differing(ours: Any, theirs: Any, bytes_: int, where: str) -> str:
    """The first place where two descriptions differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        pairs = [(ours[key], theirs[key], f"{where} {key}") for key in theirs]
        return next((found for a, b, place in pairs if (found := differing(a, b, bytes_, place))), "")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs) > 0:
        pairs = [(a, b, f"{where}[{n}]") for n, (a, b) in enumerate(zip(ours, theirs))]
        return next((found for a, b, place in pairs if (found := differing(a, b, bytes_, place))), "")
    if isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray):
        same = close(ours, theirs, bytes_)
    elif isinstance(ours, float) and isinstance(theirs, float):
        same = close(np.asarray(ours), np.asarray(theirs), bytes_)
    elif isinstance(ours, str) and isinstance(theirs, str):
        same = same_name(ours, theirs)
    elif where.endswith(" stride") and not theirs:
        same = True  # other results than views may lie as they like, unless PyTorch's lie row by row
    else:
        same = type(ours) is type(theirs) and ours == theirs
    return "" if same else f"{where.strip()}\n  ours: {ours!r}\n  PyTorch: {theirs!r}"


def shortened(program: Sequence[str], differs: Callable[[Sequence[str]], str]) -> list[str]:
    """The program without the statements that the disagreement does not need: dropped one by one, the last first."""
    kept = list(program)
    for place in reversed(range(len(kept))):
        shorter = kept[:place] + kept[place + 1 :]
        if differs(shorter):
            kept = shorter
    return kept
