"""Indexing: choosing elements, and putting gradients back where the elements were chosen.

Choosing and placing are each other's gradient: `x[i]` takes a part out, and what flows back is placed into zeros at
the same `i`, added up where an element was chosen twice.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.misplaced import misplaced, no_room, not_assignable
from teachgrad.ops.table import method, no_expansion, operand, result
from teachgrad.ops.views import copy_, fill_, in_place, refuse_overlap, view
from teachgrad.tensor import Tensor

# PyTorch names the node by the last step of the index: a number selects, a slice slices, None unsqueezes.
SELECT, SLICE, UNSQUEEZE, ALIAS, INDEX = (
    Op(f"{name}Backward0", [lambda g, index, shape: placed(g, index, shape)], ("index", "shape"), "[ ]")
    for name in ("Select", "Slice", "Unsqueeze", "Alias", "Index")
)
PLACE = Op("PlaceBackward0", [lambda g, index: g[index]], ("index", "shape"), "place")
INDEX_PUT = Op("IndexPutBackward0", [lambda g, index: emptied(g, index), lambda g, index: g[index]], ("index",), "[ ]=")


def placed(g: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of that shape with `g` placed at `index`, added up where the index names an element twice."""
    if isinstance(g, Tensor):
        return result(PLACE, placed(g.array, index, shape), (g,), (index, shape))
    full = np.zeros(shape, g.dtype)
    if any(isinstance(step, np.ndarray) and step.dtype.kind != "b" for step in index):
        np.add.at(full.reshape(-1), _numbers(index, shape), g.reshape(-1))  # far faster than np.add.at(full, index, g)
    else:  # slices and masks choose no element twice
        full[index] = g
    return full


def _numbers(index: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
    """For each chosen element its number, counted through the whole tensor."""
    if len(index) == 1:  # whole rows
        width = math.prod(shape[1:])
        rows = index[0].astype(np.intp, copy=False) % max(shape[0], 1)
        numbers: Array = rows.reshape(-1, 1) * width + np.arange(width)
    else:
        numbers = np.arange(math.prod(shape)).reshape(shape)[index]
    return numbers.reshape(-1)


def emptied(g: Any, index: Any) -> Any:
    """A copy of `g` with zeros at `index`: no gradient flows to what was overwritten."""
    keep = np.ones(g.shape, bool)
    keep[index] = False
    return g * keep


@method("__getitem__")
def getitem(a: Tensor, index: Any) -> Tensor:
    """`x[index]`: numbers, slices, `...` and `None` give a view; lists, integer tensors and masks give a copy.

    Raises:
        IndexError: if an index is out of range or there are too many of them.
    """
    steps = as_steps(index)
    if not _is_basic(steps):
        basic, chosen = _parted(steps)
        if basic:
            return getitem(getitem(a, basic), chosen)
        shared = index if isinstance(index, tuple) else (index,)
        return result(INDEX, _chosen(a.array, steps), (a,), (steps, a.array.shape), shared)
    whole = steps if Ellipsis in steps else (*steps, Ellipsis)  # with it, NumPy returns a view also of one element
    op, shape = _named(steps, a.array.shape), a.array.shape
    return view(op, _chosen(a.array, whole), a, (whole, shape), lambda t: getitem(t, index))


def sliced(a: Tensor, axis: int, cut: slice) -> Tensor:
    """A slice along one axis, be it all of it."""
    index: tuple[Any, ...] = (*(slice(None),) * axis, cut, ...)
    return view(SLICE, a.array[index], a, (index, a.array.shape), lambda t: sliced(t, axis, cut))


@method("__setitem__")
def setitem(a: Tensor, index: Any, value: Any) -> None:
    """`x[index] = value`: write into the memory of x, and into its history."""
    source = value if isinstance(value, Tensor) else _number(value, a.array)
    steps = as_steps(index)
    if _is_basic(steps):
        part = a if _take_all(steps, a.array.shape) else getitem(a, index)
        while source.array.ndim > part.array.ndim and source.array.shape[0] == 1:  # such dimensions do not count
            source = getitem(source, 0)
        if source.counter is a.counter and source.array.shape != part.array.shape:
            source = source.expand(part.array.shape)  # a part of itself, spread over it
        _require_room(source.array, part.array)
        (copy_ if source.array.ndim or not part.array.ndim else fill_)(part, source)
        return

    basic, chosen = _parted(steps)
    if basic:
        setitem(getitem(a, basic), chosen, source)
        return

    if isinstance(value, Tensor) and value.dtype is not a.dtype and not _is_masked_fill(value, steps):
        raise explained(
            RuntimeError,
            f"Index put requires the source and destination dtypes match, got {c_name(a.array.dtype)} for the "
            f"destination and {c_name(value.array.dtype)} for the source.",
            why=f"x[index] = values converts nothing where the index holds lists; x holds {a.dtype}.",
            fix="convert the values: x[index] = values.to(x.dtype).",
        )

    def put(old: Tensor) -> Tensor:
        new = old.array.copy()
        if source.counter is a.counter:
            refuse_overlap(a.array, source.array, itself=False)
        # one mask alone takes NumPy a shorter way, which refuses values of several dimensions: `...` bars it
        spread = (*steps, ...) if source.array.ndim > 1 and len(steps) == 1 else steps
        try:
            new[spread] = source.array
        except ValueError:
            raise no_room(source.array, _chosen(new, steps)) from None
        except IndexError as error:
            sizes = itertools.zip_longest(new.shape, steps, fillvalue=slice(None))
            if not any(size == 0 for size, step in sizes if isinstance(step, slice)):  # then nothing is written
                raise misplaced(new, steps, str(error)) from None
        return result(INDEX_PUT, new, (old, source), (steps,), index if isinstance(index, tuple) else (index,))

    in_place(put, a)


def _number(value: Any, target: Array) -> Tensor:
    """What is assigned, as a tensor of the target's type where it can."""
    try:
        return operand("setitem", value, target)
    except TypeError:
        raise not_assignable(value, target) from None


def _require_room(value: Array, part: Array) -> None:
    if value.ndim and value.shape != part.shape:
        try:
            np.broadcast_to(value, part.shape)
        except ValueError:
            raise no_expansion(value, part.shape) from None


def as_steps(index: Any) -> tuple[Any, ...]:
    """The steps of an index; tensors and lists in it become arrays."""
    return tuple([_plain(step) for step in (index if isinstance(index, tuple) else (index,))])


def _plain(step: Any) -> Any:
    if isinstance(step, Tensor):
        if step.array.dtype.kind == "f" or step.array.dtype in (np.int8, np.int16):
            raise explained(
                IndexError,
                "tensors used as indices must be long, int, byte or bool tensors",
                why=f"an index counts elements, and this one holds {step.dtype}.",
                fix="convert it: index.long()",
            )
        return step.array if step.array.ndim or step.array.dtype.kind == "b" else int(step.array)
    if isinstance(step, list | range):
        return np.asarray([int(i) if isinstance(i, Tensor) else i for i in step] or np.zeros(0, np.int64))
    if isinstance(step, slice):
        bounds = [None if bound is None else int(bound.__index__()) for bound in (step.start, step.stop, step.step)]
        if bounds[2] is not None and bounds[2] <= 0:
            raise explained(
                ValueError,
                "step must be greater than zero",
                why=f"the step is {bounds[2]}, and a view walks through memory forwards only.",
                fix="torch.flip(x, [0]) gives the elements in reverse order, as a copy.",
            )
        return slice(*bounds)
    return step


def _is_basic(steps: tuple[Any, ...]) -> bool:
    return not any(isinstance(step, np.ndarray | bool) for step in steps)


def _parted(steps: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """An index in two: numbers, slices and None, which give a view, and what lists and masks choose of that view.

    To NumPy a number beside a list is a list as well, which moves the chosen dimension; to PyTorch it comes first. The
    first of the two is empty if it would take all.
    """
    basic: list[Any] = []
    chosen: list[Any] = []
    for step in steps:
        if isinstance(step, np.ndarray | bool):
            chosen.append(step)
            basic += [slice(None)] * (int(not isinstance(step, bool)) if not _is_mask(step) else np.ndim(step))
        else:
            basic.append(step)
            if step is Ellipsis:
                chosen.append(step)
            elif not isinstance(step, int):
                chosen.append(slice(None))
    whole = all(step is Ellipsis or (isinstance(step, slice) and step == slice(None)) for step in basic)
    return () if whole else tuple(basic), tuple(chosen)


def _is_masked_fill(value: Tensor, steps: tuple[Any, ...]) -> bool:
    """Whether one number is written wherever a mask says so."""
    return value.array.size == 1 and all(_is_mask(step) for step in steps if isinstance(step, np.ndarray))


def _is_mask(step: Any) -> bool:
    return isinstance(step, np.ndarray) and step.dtype.kind == "b"


def _named(steps: tuple[Any, ...], shape: tuple[int, ...]) -> Op:
    if len(steps) == 1 and isinstance(steps[0], slice):
        return SLICE
    for place in reversed(range(len(steps))):
        step = steps[place]
        if step is None:
            return UNSQUEEZE
        if isinstance(step, slice):
            if _cuts(steps, place, shape):
                return SLICE
        elif step is not Ellipsis:
            return SELECT
    return ALIAS


def _take_all(steps: tuple[Any, ...], shape: tuple[int, ...]) -> bool:
    """Whether an index takes all there is, as it stands."""
    return all(
        step is Ellipsis or (isinstance(step, slice) and place < len(shape) and not _cuts(steps, place, shape))
        for place, step in enumerate(steps)
    )


def _cuts(steps: tuple[Any, ...], place: int, shape: tuple[int, ...]) -> bool:
    """Whether a slice among others is a step for PyTorch: one that takes all from 0 on is none."""
    start, stop, by = steps[place].start, steps[place].stop, steps[place].step
    if start or by not in (None, 1):
        return True
    if stop is None:
        return False
    if Ellipsis in steps[:place]:
        return bool(stop < shape[-sum(step is not None for step in steps[place:])])
    return bool(stop < shape[sum(step is not None for step in steps[:place])])


def _chosen(x: Array, steps: tuple[Any, ...]) -> Array:
    try:
        chosen: Array = x[steps]
    except IndexError as error:
        raise misplaced(x, steps, str(error)) from None
    return chosen
