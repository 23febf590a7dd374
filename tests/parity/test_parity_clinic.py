"""The clinic's patients are as ill in PyTorch, the mended ones as well; and the capstone has the same losses there."""

from __future__ import annotations

import pytest
import torch

import teachgrad as tg
from teachgrad.course import clinic
from teachgrad.course.clinic import PATIENTS, examined
from teachgrad.course.exercises import find
from teachgrad.datasets import digits


def nodes(result):
    """How many nodes of a graph a result of PyTorch keeps alive."""
    found, left = set(), [getattr(result, "grad_fn", None)]
    while left:
        node = left.pop()
        if node is not None and node not in found:
            found.add(node)
            left += [parent for parent, _ in node.next_functions]
    return len(found)


def torchs_world():
    """What a program finds, if the library that it is handed is PyTorch."""
    data = {
        name: torch.from_numpy(value.array.copy()) for name, value in OURS().items() if isinstance(value, tg.Tensor)
    }
    return {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "nodes": nodes, **data}


OURS = clinic._world


@pytest.mark.parametrize("mended", [False, True])
@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: patient.name)
def test_a_patient_is_as_ill_in_pytorch(patient, mended, monkeypatch):
    ours = examined(patient, patient.mended if mended else None)
    monkeypatch.setattr(clinic, "_world", torchs_world)
    program = (patient.mended if mended else patient.program) + "\n"  # not the one that is remembered
    theirs = examined(patient, program)
    assert theirs.ill == ours.ill == (not mended)
    assert theirs.error.partition(":")[0] == ours.error.partition(":")[0]
    assert len(theirs.losses) == len(ours.losses)
    assert ours.losses[:10] == pytest.approx(theirs.losses[:10], rel=1e-3, nan_ok=True)


def test_the_capstone_is_the_same_program_in_both():
    exercise = find("15-5")
    classify = exercise.made(exercise.wrong["too short"].source)
    data = digits()[0].tensors
    _, ours = classify(tg, *data)
    _, theirs = classify(torch, *(torch.from_numpy(part.array.copy()) for part in data))
    assert ours == pytest.approx(theirs, rel=1e-3)
