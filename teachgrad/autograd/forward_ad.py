"""Dual numbers, as ``torch.autograd.forward_ad``: a value, and how fast it moves.

    with dual_level():
        x = make_dual(primal, tangent)    # x moves along `tangent` ...
        y = unpack_dual(f(x))             # ... and so f(x) moves along y.tangent: the Jacobian times `tangent`

PyTorch carries tangents along with the program. Here the program is recorded, as for `backward`, and `unpack_dual`
walks along the graph (`pushforward.py`). That is why a few things differ from PyTorch:

- a dual number of a plain tensor says ``requires_grad=True`` and prints a ``grad_fn``, not its tangent;
- a value that a gradient formula reads must not be changed in place before `unpack_dual`, as for `backward`;
- while a level is open, `backward` and `grad` record what they do and keep the graph, since gradients may move, too.
"""

from __future__ import annotations

from contextlib import ContextDecorator
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from teachgrad.autograd.backward import open_levels
from teachgrad.autograd.function import misfit_tangent
from teachgrad.autograd.pushforward import ends, forward_mode, moving, not_moving, push
from teachgrad.engine import leading_to, newest_first
from teachgrad.errors import explained
from teachgrad.grad_mode import is_grad_enabled
from teachgrad.graph import Node, Op, edge, record
from teachgrad.tensor import Tensor

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]

PRIMAL = Op("Identity", [lambda g: g], symbol="primal")


class _Level:
    """What is known while a level is open. Nodes are held weakly: what the program forgets, the level forgets."""

    def __init__(self) -> None:
        self.tangents: WeakKeyDictionary[Node, Any] = WeakKeyDictionary()
        self.sources: WeakKeyDictionary[Node, bool] = (
            WeakKeyDictionary()
        )  # made by make_dual: does the tangent want a gradient?
        self.forward_mode = forward_mode()


class UnpackedDualTensor(NamedTuple):
    """What `unpack_dual` returns."""

    primal: Tensor
    tangent: Tensor | None


def enter_dual_level() -> int:
    """Open the level at which dual numbers live; returns its number, 0. See `dual_level`.

    Raises:
        RuntimeError: if it is open already. Forward mode of forward mode is done by `func.jvp`.
    """
    if open_levels:
        raise explained(
            RuntimeError,
            "Nested forward mode AD is not supported at the moment",
            why="a dual number has one tangent, and a level is open already.",
            fix="for higher derivatives call torch.func.jvp inside of torch.func.jvp.",
        )
    opened = _Level()
    opened.forward_mode.__enter__()
    open_levels.append(opened)
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Close the level: dual numbers lose their tangents, as ``torch.autograd.forward_ad.exit_dual_level``."""
    if not open_levels or level not in (0, None):
        words = "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        raise explained(
            RuntimeError,
            words if level not in (-1, None) else "Dual level must be a positive number.",
            why="no such level is open.",
            fix="use `with dual_level():`, which closes what it opened.",
        )
    open_levels.pop().forward_mode.__exit__(None, None, None)


class dual_level(ContextDecorator):  # noqa: N801 - PyTorch's own spelling
    """Dual numbers live inside of this block, as ``torch.autograd.forward_ad.dual_level``.

    >>> import teachgrad as tg
    >>> with dual_level():
    ...     x = make_dual(tg.tensor([1.0, 2.0]), tg.tensor([1.0, 10.0]))
    ...     unpack_dual((x * x).sum()).tangent
    tensor(42.)
    >>> unpack_dual(x).tangent is None
    True
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *_: object) -> None:
        exit_dual_level()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A tensor that moves along `tangent`, as ``torch.autograd.forward_ad.make_dual``. The memory is shared.

    Args:
        tensor: the value, of real numbers.
        tangent: how fast each of its elements moves; of the same shape.
        level: 0, or left out.

    Raises:
        RuntimeError: if no level is open, if the tensor moves already, or for a tangent of another shape.
        ValueError: for whole numbers.
    """
    if not open_levels or level not in (0, None):
        raise explained(
            RuntimeError,
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first.",
            why="tangents belong to a level, and are forgotten at its end.",
            fix="with torch.autograd.forward_ad.dual_level(): ...",
        )
    for role, given in (("primal", tensor), ("tangent", tangent)):
        if given.array.dtype.kind != "f":
            raise not_moving(role, given)
    if tensor.array.shape != tangent.array.shape:
        raise misfit_tangent(tensor.array.shape, tangent.array.shape)
    if unpack_dual(tensor).tangent is not None:
        raise explained(
            RuntimeError,
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not "
            "supported.",
            why="the value was computed from dual numbers, so it has a tangent.",
            fix="take unpack_dual(x).primal, or x.detach(), which stand still.",
        )
    dual = moving(tensor)
    node: Node = dual._grad_fn  # type: ignore[assignment]
    opened: _Level = open_levels[-1]
    opened.tangents[node] = tangent
    opened.sources[node] = tangent.requires_grad
    return dual


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """The value and the tangent of a dual number, as ``torch.autograd.forward_ad.unpack_dual``.

    The tangent is None for a tensor that does not depend on dual numbers, and after the end of the level. Both can be
    differentiated if what they were computed from requires grad.
    """
    if not isinstance(tensor, Tensor):
        raise explained(
            TypeError,
            f"_unpack_dual(): argument 'dual' (position 1) must be Tensor, not {type(tensor).__name__}",
            why="only tensors have tangents.",
            fix="wrap it: torch.tensor(...)",
        )
    node = edge(tensor)
    if not open_levels or node is None:
        return UnpackedDualTensor(tensor, None)
    opened: _Level = open_levels[-1]
    last = ends([node])
    recorded = is_grad_enabled() and any(opened.sources.get(end, True) for end in last)
    push(leading_to(opened.tangents, newest_first([node]))[::-1], opened.tangents, recorded, {})
    tangent = opened.tangents.get(node)
    if tangent is None:
        return UnpackedDualTensor(tensor, None)
    primal = tensor.detach()
    if is_grad_enabled() and not last.issubset(opened.sources):
        record(PRIMAL, primal, (tensor,))
        opened.tangents[primal._grad_fn] = None  # type: ignore[index]  # gradients pass here, tangents do not
    return UnpackedDualTensor(primal, tangent)
