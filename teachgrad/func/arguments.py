"""What all transformations do with what a function takes and returns: choose arguments, check, take results apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from teachgrad.autograd.pushforward import settled
from teachgrad.errors import brief, explained
from teachgrad.func import trees
from teachgrad.graph import edge
from teachgrad.tensor import Tensor

Argnums = int | tuple[int, ...]


def run(
    func: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    argnums: Argnums | None,
    stand_in: Callable[[Any], Tensor],
    recording: Callable[[], AbstractContextManager[Any]],
) -> tuple[Any, Any]:
    """Call `func` with stand-ins for the arguments of these numbers (None: all); the stand-ins, and what it returned.

    Each call has stand-ins of its own. So, when calls are nested, it stays clear who differentiates what.
    """
    places = _places(argnums, len(args))
    stand_ins = {place: trees.mapped(stand_in, args[place]) for place in places}
    with recording():
        result = func(*(stand_ins.get(place, arg) for place, arg in enumerate(args)), **kwargs)
    return stand_ins[places[0]] if isinstance(argnums, int) else tuple(stand_ins.values()), result


def _places(argnums: Argnums | None, count: int) -> list[int]:
    if argnums is None:
        return list(range(count))
    if not isinstance(argnums, int | tuple):
        raise explained(
            RuntimeError,
            f"argnums must be int or Tuple[int, ...], got: {type(argnums)}",
            why="argnums counts the positional arguments, from 0.",
            fix="argnums=0 for the first argument, argnums=(0, 1) for the first two.",
        )
    numbers = (argnums,) if isinstance(argnums, int) else argnums
    if not numbers or len(set(numbers)) != len(numbers):
        raise explained(
            RuntimeError,
            f"argnums elements must be unique, got {argnums}" if numbers else "argnums must be non-empty",
            why="the result holds one derivative for each of the arguments that argnums names.",
            fix="name each argument once, as in argnums=(0, 1).",
        )
    for number in numbers:
        if not -count <= number < count:
            raise explained(
                RuntimeError,
                f"Got argnum={number}, but only {count} positional inputs",
                why="argnums counts the positional arguments of the call, from 0, or from -1 at the end.",
                fix="choose one that is there; arguments given by keyword are not differentiated.",
            )
    return [number % count for number in numbers]


def output_and_aux(result: Any, has_aux: bool, api: str) -> tuple[Any, Any]:
    """What is differentiated of a result, and what else the function wanted to hand out."""
    if not has_aux:
        return result, None
    if not isinstance(result, tuple) or len(result) != 2:
        raise explained(
            RuntimeError,
            f"{api}: output of function f should be a tuple: (output, aux) if has_aux is True",
            why=f"the function returned {type(result).__name__}.",
            fix="return two things, the one to differentiate first; or leave has_aux out.",
        )
    return result


def tensors_of(result: Any, api: str) -> list[Tensor]:
    """The leaves of a result, checked to be tensors."""
    found = trees.leaves(result)
    for leaf in found:
        if not isinstance(leaf, Tensor):
            raise explained(
                RuntimeError,
                f"{api} to return only tensors, got unsupported type {type(leaf)}",
                why=f"{brief(leaf)} has no derivative.",
                fix="return tensors; what else is to be handed out can go along with has_aux=True.",
            )
    return found


def without(tree: Any, xs: Sequence[Tensor]) -> Any:
    """Results without their dependence on the stand-ins."""
    sources = [edge(x) for x in xs]
    return trees.mapped(lambda leaf: settled(leaf, sources) if isinstance(leaf, Tensor) else leaf, tree)


def check_chunk_size(chunk_size: int | None, api: str) -> None:
    """Chunks save memory in PyTorch, which computes all entries at once; here they come one by one anyway."""
    if chunk_size is not None and chunk_size <= 0:
        raise explained(
            ValueError,
            f"{api}: `chunk_size` should be greater than 0.",
            why="it says how many entries are computed at once.",
            fix="leave it out: here entries are computed one by one.",
        )
