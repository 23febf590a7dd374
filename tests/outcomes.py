"""What an expression gives, in teachgrad or in PyTorch, written down so that the two can be compared.

Recorded outcomes of PyTorch lie in fixtures/; parity/record_outcomes.py makes them.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

FIXTURES = Path(__file__).parent / "fixtures"
FOR_DEVELOPERS = ("  (Could this", " - got (", "  Target sizes", "  If you were attempting")  # in PyTorch's words
FEW = 40  # values are written out up to this many; beyond it, exact ones as a hash


def again(value: Any) -> Any:
    """The value after a journey through pickle."""
    return pickle.loads(pickle.dumps(value))


def hung(tensor: Any) -> Any:
    """The tensor with an attribute and, if it wants one, a gradient hung onto it."""
    tensor.note = ["hung on"]
    if tensor.requires_grad:
        tensor.sum().backward()
    return tensor


NAMES = {"np": np, "inf": math.inf, "nan": math.nan, "copy": copy, "again": again, "hung": hung}


def recorded(name: str) -> dict[str, Any]:
    """PyTorch's outcomes for the cases of one test module."""
    path = FIXTURES / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def outcome(
    expression: str, torch: Any, *, exact: bool = True, stock: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The value of an expression with `torch` bound to one of the libraries, or the error that it raises.

    `stock` names further values, as expressions. The seed is 0. Of an error the first line counts, of many exact
    numbers their hash.
    """
    torch.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"teachgrad\.")  # as the package does
        try:
            names = {"torch": torch, **NAMES}
            names |= {name: eval(source, dict(names)) for name, source in (stock or {}).items()}
            value = eval(expression, names)
        except Exception as error:
            words = str(error).partition("\n")[0]
            for listing in FOR_DEVELOPERS:
                words = words.partition(listing)[0]
            return {"error": type(error).__name__, "words": words}
    out = {"type": type(value).__name__} | (
        described(value, exact) if hasattr(value, "detach") else {"text": repr(value)}
    )
    return out | ({"warned": [warning.category.__name__ for warning in caught]} if caught else {})


def described(tensor: Any, exact: bool) -> dict[str, Any]:
    """Type, shape and numbers of a tensor."""
    array = np.asarray(tensor.detach().numpy())
    about = {"dtype": str(array.dtype), "shape": list(array.shape), "requires_grad": tensor.requires_grad}
    if array.size <= FEW or not exact:
        return about | {"values": array.tolist()}
    return about | {"sha256": hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}


def same(ours: Any, theirs: Any, tolerance: float = 0.0) -> bool:
    """Whether two outcomes agree: to the bit, or within a relative tolerance; errors if PyTorch's words come first."""
    if isinstance(theirs, dict):
        if "words" in theirs:
            return bool(ours.get("error") == theirs["error"] and ours["words"].startswith(theirs["words"]))
        return (
            isinstance(ours, dict)
            and ours.keys() == theirs.keys()
            and all(same(ours[k], theirs[k], tolerance) for k in theirs)
        )
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(lambda a, b: same(a, b, tolerance), ours, theirs))
    if isinstance(theirs, float) and isinstance(ours, float):
        equal = repr(ours) == repr(theirs)  # tells -0.0 from 0.0, and nan is nan
        return equal or (tolerance > 0 and math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance))
    return type(ours) is type(theirs) and bool(ours == theirs)


def listed(families: Mapping[str, str]) -> dict[str, list[str]]:
    """Calls that stand in a text for each family, parted by semicolons and ends of lines."""
    return {
        family: [call for line in calls.split("\n") for call in line.strip().split("; ") if call]
        for family, calls in families.items()
    }


def differing(
    calls: list[str], torch: Any, pytorchs: Mapping[str, dict[str, Any]], stock: Mapping[str, str]
) -> list[str]:
    """The calls whose outcome differs from what was recorded from PyTorch, and how; empty if all agree.

    Warnings do not count: PyTorch warns of what it is about to give up. Of an error in many words, the beginning does.
    """
    found = []
    for call in calls:
        ours, theirs = outcome(call, torch, exact=False, stock=stock), dict(pytorchs[call])
        for warned in (ours, theirs):
            warned.pop("warned", None)
        if "words" in theirs and len(ours.get("words", "")) > 20:
            theirs["words"] = theirs["words"][: len(ours["words"])]
        if not same(ours, theirs, 2e-5):
            found.append(f"{call}\n    ours:      {ours}\n    PyTorch's: {theirs}")
    return found
