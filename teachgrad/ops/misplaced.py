"""What is wrong with an index, or with a value assigned to one: PyTorch's words for what NumPy found, and the remedy.

This module knows arrays and the steps of an index, and nothing of tensors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.errors import brief, c_name, explained
from teachgrad.graph import Array


def misplaced(x: Array, steps: tuple[Any, ...], numpy_words: str) -> IndexError:
    """The error for an index that names nothing: PyTorch's words for what NumPy found."""
    words, why = numpy_words.replace("axis", "dimension"), f"the tensor has shape {x.shape}, and indices start at 0."
    fix = "x.shape shows what there is; negative indices count from the end."
    if words.startswith("shape mismatch: indexing arrays"):
        shapes = ", ".join(str(list(step.shape)) for step in steps if isinstance(step, np.ndarray))
        words = f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        why, fix = "lists in one index are taken side by side.", "give lists of one length."
    odd = next((s for s in steps if not isinstance(s, int | slice | np.ndarray | type(None) | type(...))), None)
    if odd is not None:
        words = "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
        words += f"(got {type(odd).__name__})"
        why, fix = f"{brief(odd)} is no place in a tensor.", "count with whole numbers: n // 2 instead of n / 2."
    elif words.startswith("too many indices"):
        words = f"too many indices for tensor of dimension {x.ndim}"
        if x.ndim == 0 and steps and type(steps[0]) is int:
            words = "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
            words += "convert a 0-dim tensor to a number"
            fix = "x.item() is the number."
    elif words.startswith("boolean index"):
        words, why = _mask_of_another_shape(x, steps)
        fix = "a mask says yes or no for each element: make it from the tensor itself, as in x[x > 0]."
    return explained(IndexError, words, why, fix)


def _mask_of_another_shape(x: Array, steps: tuple[Any, ...]) -> tuple[str, str]:
    """Which mask does not fit, and where, counted through the dimensions of x."""
    axis = 0
    for step in steps:
        mask = isinstance(step, np.ndarray) and step.dtype.kind == "b"
        for place in range(step.ndim if mask else 0):
            if axis + place >= x.ndim or step.shape[place] != x.shape[axis + place]:
                words = f"The shape of the mask {list(step.shape)} at index {place} does not match the shape of the "
                words += f"indexed tensor {list(x.shape)} at index {axis + place}"
                return words, f"the tensor has shape {x.shape}, the mask {step.shape}."
        axis += step.ndim if mask else step is not None
    return "The shape of the mask does not match the shape of the indexed tensor", f"the tensor has shape {x.shape}."


def not_assignable(value: Any, target: Array) -> TypeError:
    """The error for a value that is no number, array or tensor."""
    kind = type(value).__name__
    return explained(
        TypeError,
        f"can't assign a {kind} to a torch.{c_name(target.dtype)}Tensor",
        why=f"{brief(value)} is a {kind}, and the tensor holds numbers.",
        fix="assign a number, an array or a tensor: x[i] = torch.tensor(...).",
    )


def no_room(value: Array, part: Array) -> RuntimeError:
    """The error for values that do not fit where an index with lists or masks points to."""
    return explained(
        RuntimeError,
        f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result of shape "
        f"{list(part.shape)}",
        why=f"the index chooses elements of shape {part.shape}, and {value.shape} does not stretch to that.",
        fix="print x[index].shape; give one number, or a tensor of that shape.",
        lesson=7,
    )
