"""Views and in-place operations: two tensors, one memory, and a history that stays true.

A view (`x[0]`, `x.T`, `x.reshape(...)`) shows the memory of another tensor, its base. An in-place operation (`x += 1`,
`x.zero_()`) writes into memory. Each is simple alone. Together they raise three questions:

1. *A formula saved a value, and now it is overwritten.* Base, views and detached twins share one version counter;
   every in-place operation adds one to it, and a formula that reads a value checks that its version is still the same.
2. *A view is written to.* Its base has changed, so the base gets a new history: "what I was before, with this part
   replaced" (`COPY_SLICES`).
3. *The base is written to.* Each of its views shows something else now, so when a view is next asked for its history it
   finds that the counter has moved on and takes its view of the base again (`View.refresh`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from teachgrad import errors
from teachgrad.errors import c_name, explained
from teachgrad.grad_mode import enable_grad, is_grad_enabled, mode, no_grad
from teachgrad.graph import Array, Op, record
from teachgrad.inference import is_inference_mode_enabled
from teachgrad.ops.table import Function, method, no_broadcast, result
from teachgrad.tensor import Tensor, wrap

Take = Callable[[Tensor], Tensor]


class View:
    """What a view remembers: the tensor it was taken of, and how to take it again."""

    __slots__ = ("one_of_several", "recorded", "source", "take", "version")

    def __init__(self, source: Tensor, take: Take, one_of_several: str = "") -> None:
        self.source = source
        self.take = take
        self.recorded = mode.enabled and not source.is_inference()
        self.version = source.counter[0] if self.recorded else 0  # at which the view's history is right
        self.one_of_several = one_of_several  # "Output 0 of ...", if one function returned several views

    @property
    def base(self) -> Tensor:
        """The tensor that owns the memory: views of views lead back to it."""
        source = self.source
        while source._view is not None:
            source = source._view.source
        return source

    def path(self) -> list[Take]:
        """The steps that lead from the base to this view."""
        takes, view = [self.take], self.source._view
        while view is not None:
            takes.append(view.take)
            view = view.source._view
        return takes[::-1]

    def refresh(self, view: Tensor) -> None:
        """Bring the history of `view` up to date, if the memory was written to since."""
        if self.version == view.counter[0] or not self.recorded:
            return
        base = self.base
        if self.one_of_several and base._requires_grad:
            raise self.not_alone("its base or another view of its base has been", view)
        self.version = view.counter[0]
        if base._requires_grad:
            with enable_grad():
                again = followed(self.path(), base)
            view._grad_fn, view._requires_grad = again._grad_fn, True

    def not_alone(self, what: str, view: Tensor) -> RuntimeError:
        """The error for one of several views that a function returned together, when `what` was written to."""
        happened = f"{self.one_of_several.removesuffix('Backward0')} is a view and {what} modified inplace."
        if view._grad_fn is None:
            happened = f"A view was created in no_grad mode and {what} modified inplace with grad mode enabled."
        return explained(
            RuntimeError,
            f"{happened} This view is the output of a function that returns multiple views. Such functions do not "
            "allow the output views to be modified inplace. You should replace the inplace operation by an "
            "out-of-place one.",
            why="the function has one node for all its results, so that one of them cannot be changed alone.",
            fix="make a new tensor, as in part = part * 2, or take the part by index, as in x[:2].",
            lesson=8,
        )


def followed(path: list[Take], base: Tensor) -> Tensor:
    """The view that a path leads to."""
    for take in path:
        base = take(base)
    return base


def view(op: Op, array: Array, a: Tensor, attributes: tuple[Any, ...], take: Take, one_of_several: str = "") -> Tensor:
    """The end of every row that returns a view: `result`, with the memory shared."""
    out = wrap(array)
    out.counter = a.counter
    if (a._requires_grad or a._view is not None) and mode.enabled:
        record(op, out, (a,), attributes)
    if a._view is not None and a._view.one_of_several:
        one_of_several = one_of_several or f"Output 0 of {op.name}"
    out._view = View(a, take, one_of_several)
    return out


def outside(g: Any, path: list[Take]) -> Any:
    """The gradient for what a base was before: nothing flows to the part that was replaced."""
    rest = g.clone() if isinstance(g, Tensor) else wrap(g.copy())
    followed(path, rest).zero_()
    return rest if isinstance(g, Tensor) else rest.array


def inside(g: Any, path: list[Take]) -> Any:
    """The gradient for the part that was written."""
    if isinstance(g, Tensor):
        return followed(path, g).clone()
    with no_grad():
        return followed(path, wrap(g)).array


COPY_SLICES = Op("CopySlices", [lambda g, path: outside(g, path), lambda g, path: inside(g, path)], ("path",), "put")


def in_place(function: Function, target: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Run `function(target, ...)`, write what it returns into the memory of `target`, and mend the histories.

    Raises:
        RuntimeError: for a leaf that requires grad (or a view of one), while operations are recorded; for results
            of another shape, or of a type that cannot be stored without loss.
    """
    if is_grad_enabled():
        refuse_leaf(target)
    if target.is_inference() and not is_inference_mode_enabled():
        raise errors.inference_forbids(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a "
            "normal tensor before doing inplace update."
        )
    before = wrap(target.array)  # the old value, with the old history: a tensor of its own, so that no circle arises
    if mode.enabled:
        before._grad_fn, before._requires_grad = target.grad_fn, target.requires_grad
    after = function(before, *args, **kwargs)
    for arg in (*args, *kwargs.values()):
        if isinstance(arg, Tensor) and arg.counter is target.counter:
            refuse_overlap(target.array, arg.array)
    _refuse_misfit(target, after)
    if after._requires_grad and target._view is not None and target._view.one_of_several:
        raise target._view.not_alone("is being", target)
    if after._requires_grad:
        before.array = target.array.copy()  # a formula may have saved it
    target.array[...] = after.array
    target.counter[0] += 1
    if after._requires_grad:
        _adopt(target, after)
    return target


def _adopt(target: Tensor, after: Tensor) -> None:
    """Give `target` the history of `after`, whose value it holds now."""
    node = after._grad_fn
    assert node is not None
    node.dtype = target.array.dtype  # a result of a finer type was rounded to it
    if node.value is not None:  # the result lives in the target's memory from now on
        node.value, node.counter, node.version = target.array, target.counter, target.counter[0]
    if target._view is None:
        target._grad_fn, target._requires_grad = node, True
        return
    base = target._view.base
    base_before = wrap(base.array)
    base_before._grad_fn, base_before._requires_grad = base._grad_fn, base._requires_grad
    record(COPY_SLICES, base, (base_before, after), (target._view.path(),))
    target._view.refresh(target)


def refuse_leaf(target: Tensor) -> None:
    """Refuse to write where a history would become untrue: into a leaf, or a view that cannot tell its base."""
    base = target if target._view is None else target._view.base
    if target._view is not None and target._view.one_of_several and base._requires_grad:
        raise target._view.not_alone("is being", target)
    leaf = target
    while not (leaf._requires_grad and leaf._grad_fn is None) and leaf._view is not None:
        leaf = leaf._view.source
    if leaf._requires_grad and leaf._grad_fn is None:
        what = "a view of a leaf Variable that requires grad" if target._view else "a leaf Variable that requires grad"
        raise explained(
            RuntimeError,
            f"{what} is being used in an in-place operation.",
            why=f"a gradient belongs to the value that this leaf, of shape {base.array.shape}, had; it would be lost.",
            fix="for an update step: with torch.no_grad(): w -= lr * w.grad. Else make a new tensor: w = w - ...",
            lesson=8,
        )
    if target._view is not None and not target._view.recorded and base._requires_grad:
        raise explained(
            RuntimeError,
            "A view was created in no_grad mode and is being modified inplace with grad mode enabled.",
            why="the view has no history, so the change could not be recorded in its base.",
            fix="take the view outside of no_grad, or make the change inside it.",
            lesson=8,
        )


def refuse_overlap(target: Array, source: Array, itself: bool = True) -> None:
    """Refuse to read numbers from memory that is written to; `itself` allows each to be read where it is written."""
    (low, high), (start, end) = (np.lib.array_utils.byte_bounds(x) for x in (target, source))
    if itself and target.shape == source.shape and target.strides == source.strides and low == start:
        return
    if low < end and start < high and _in_one_piece(target) and _in_one_piece(source):
        raise explained(
            RuntimeError,
            "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
            "memory location. Please clone() the tensor before performing the operation.",
            why="the value to compute with is a part of the tensor that is written to, and changes on the way.",
            fix="x += x[0].clone() reads from a copy; x = x + x[0] makes a new tensor.",
        )


def _in_one_piece(x: Array) -> bool:
    """Whether the elements, in some order of the dimensions, lie in memory without gaps: PyTorch checks no others."""
    room = x.itemsize
    for step, size in sorted(zip(x.strides, x.shape)):
        if size > 1:
            if step != room:
                return False
            room *= size
    return x.size > 0


def _refuse_misfit(target: Tensor, after: Tensor) -> None:
    if not target.array.flags.writeable:
        raise explained(
            RuntimeError,
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation.",
            why="it was expanded (or shares memory that is read-only), so writing one element would change others.",
            fix="x = x.clone() gives each element memory of its own.",
            lesson=8,
        )
    if after.array.shape != target.array.shape:
        raise _no_room(target.array.shape, after.array.shape)
    if after.dtype.rank > target.dtype.rank:
        raise explained(
            RuntimeError,
            f"result type {c_name(after.dtype)} can't be cast to the desired output type {c_name(target.dtype)}",
            why=f"the result is {after.dtype}, and the memory holds {target.dtype}: fractions would be lost.",
            fix="use the operation that makes a new tensor, or convert first: x = x.float().",
            lesson=8,
        )


def _no_room(target: tuple[int, ...], value: tuple[int, ...]) -> RuntimeError:
    """The error for a value that does not fit into the memory it is to be written to."""
    try:
        wide = np.broadcast_shapes(target, value)
    except ValueError:
        return no_broadcast(target, value)
    return explained(
        RuntimeError,
        f"output with shape {list(target)} doesn't match the broadcast shape {list(wide)}",
        why="an in-place operation writes into memory that is already there, and cannot make it larger.",
        fix="use the operation that makes a new tensor: x = x + y instead of x += y.",
        lesson=8,
    )


def in_place_twin(name: str, function: Function) -> Function:
    """The in-place variant of a function: `x.exp_()` for `x.exp()`."""

    def twin(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return in_place(function, self, *args, **kwargs)

    twin.__name__ = twin.__qualname__ = f"{name}_"
    twin.__doc__ = f"`{name}`, written into the tensor itself, as ``torch.Tensor.{name}_``."
    return method(f"{name}_")(twin)


@method("zero_")
def zero_(input: Tensor) -> Tensor:
    """Set every element to 0, in place, as ``torch.Tensor.zero_``."""
    return in_place(lambda old: result(_ZERO, np.zeros_like(old.array), (old,)), input)


@method("fill_")
def fill_(input: Tensor, value: Any) -> Tensor:
    """Set every element to `value`, in place, as ``torch.Tensor.fill_``."""
    if not isinstance(value, Tensor):
        return in_place(lambda old: result(_FILL, np.full_like(old.array, value), (old,)), input)
    if value.array.ndim:
        raise explained(
            RuntimeError,
            f"fill_ only supports 0-dimension value tensor but got tensor with {value.array.ndim} dimensions.",
            why=f"one number is written everywhere, and this tensor has shape {value.array.shape}.",
            fix="x.copy_(values) writes many.",
        )
    return in_place(lambda old: result(_FILL_FROM, np.full_like(old.array, value.array), (old, value)), input)


@method("copy_")
def copy_(a: Tensor, source: Tensor) -> Tensor:
    """Write the elements of `source`, broadcast and converted if need be, into `a`, as ``torch.Tensor.copy_``."""

    def copied(old: Tensor) -> Tensor:
        try:
            array = np.broadcast_to(source.array, old.array.shape)
        except ValueError:
            raise _no_room(old.array.shape, source.array.shape) from None
        return result(_COPY, array.astype(old.array.dtype), (old, source))

    if source.counter is a.counter:
        refuse_overlap(a.array, source.array)
    return in_place(copied, a)


_ZERO, _FILL = (Op(f"{name}", [lambda g: np.zeros_like(g)]) for name in ("ZeroBackward0", "FillBackward2"))
_FILL_FROM = Op("FillBackward3", [lambda g: np.zeros_like(g), lambda g: g], symbol="fill")
_COPY = Op("CopyBackwards", [lambda g: np.zeros_like(g), lambda g: g], symbol="copy")
