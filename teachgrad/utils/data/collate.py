"""Collating: a list of examples becomes a batch, with one more dimension at the front of every tensor in it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.errors import explained
from teachgrad.ops.creation import as_tensor, tensor
from teachgrad.ops.shape import stack
from teachgrad.tensor import Tensor


def default_collate(batch: Sequence[Any]) -> Any:
    """Stack the examples of a batch, as ``torch.utils.data.default_collate``.

    Tensors, arrays and numbers become tensors; tuples, lists and dictionaries of them are collated entry by entry;
    text stays as it is.

    Raises:
        TypeError: for examples of any other kind.
        RuntimeError: if tensors, or the lengths of sequences, do not fit each other.

    >>> default_collate([(0, 1.5), (2, 3.5)])
    [tensor([0, 2]), tensor([1.5000, 3.5000], dtype=torch.float64)]
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch))
    if isinstance(first, np.ndarray) and first.dtype.kind not in "SUO":
        return stack([as_tensor(array) for array in batch])
    if isinstance(first, np.bool_ | np.number):
        return as_tensor(np.array(batch))
    if isinstance(first, float):
        return tensor(list(batch), dtype=dtypes.float64)
    if isinstance(first, int):
        return tensor(list(batch))
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return _like(first, {key: default_collate([example[key] for example in batch]) for key in first})
    if isinstance(first, Sequence):
        if any(len(example) != len(first) for example in batch):
            raise explained(
                RuntimeError,
                "each element in list of batch should be of equal size",
                why=f"the examples of a batch have {sorted({len(example) for example in batch})} entries.",
                fix="return as many entries for every example, or give the loader a collate_fn.",
                lesson=12,
            )
        entries = [default_collate(column) for column in zip(*batch, strict=True)]
        return _like(first, entries)
    found = first.dtype if isinstance(first, np.ndarray) else type(first)
    raise explained(
        TypeError,
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {found}",
        why="there is no way known to put such examples into one tensor.",
        fix="return tensors from the data set, or give the loader a collate_fn.",
        lesson=12,
    )


def default_convert(data: Any) -> Any:
    """Arrays to tensors, and everything else as it is, as ``torch.utils.data.default_convert``."""
    if isinstance(data, Tensor | str | bytes):
        return data
    if isinstance(data, np.ndarray | np.generic):
        return data if data.dtype.kind in "SUO" else as_tensor(data)
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence):
        return _like(data, [default_convert(value) for value in data])
    return data


def _like(model: Any, entries: Any) -> Any:
    """The entries in a container of the model's kind; for a plain tuple, as in PyTorch, in a list."""
    try:
        if isinstance(model, tuple):
            return type(model)(*entries) if hasattr(model, "_fields") else entries
        if isinstance(model, MutableMapping | MutableSequence):
            filled: Any = copy.copy(model)
            for key, entry in entries.items() if isinstance(entries, dict) else enumerate(entries):
                filled[key] = entry
            return filled
        return type(model)(entries)
    except TypeError:  # a container that is made in another way
        return entries
