"""What is no tensor is refused wherever PyTorch refuses it, with the same type of error."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

import teachgrad

STRANGERS = ([1.0, 2.0], np.ones(2), 2, None, "a")
LENIENT = {  # they look at nothing, take NumPy's arrays as they are, or ask for `nearly anything` in PyTorch as well
    "conj", "conj_physical", "get_device", "is_complex", "is_conj", "is_neg", "ldexp", "logical_and", "logical_or",
    "logical_xor", "nanquantile", "nextafter", "pairwise_distance", "quantile", "real", "resolve_conj", "resolve_neg",
    "to_dlpack",
}  # fmt: skip


def functions():
    for name in sorted({*dir(teachgrad)} & {*dir(torch)} - LENIENT):
        function = getattr(teachgrad, name)
        if inspect.isfunction(function) and not name.startswith("_"):
            wanted = [
                p.annotation
                for p in inspect.signature(function).parameters.values()
                if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
            ]
            if any("Tensor" in str(kind) for kind in wanted):
                yield name, wanted


def outcome(library, name, wanted, place, stranger):
    def good(kind):
        return [library.ones(2)] if "Sequence" in str(kind) else library.ones(2) if kind == "Tensor" else 1

    try:
        getattr(library, name)(*[stranger if i == place else good(kind) for i, kind in enumerate(wanted)])
    except Exception as error:
        return type(error)
    return None


@pytest.mark.parametrize(("name", "wanted"), [*functions()], ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_no_tensor_is_refused_as_in_pytorch(name, wanted):
    for place, kind in enumerate(wanted):
        for stranger in STRANGERS if "Tensor" in str(kind) else ():
            theirs = outcome(torch, name, wanted, place, stranger)
            if theirs in (TypeError, RuntimeError):
                assert outcome(teachgrad, name, wanted, place, stranger) is theirs, (place, stranger)
