"""`vmap`: a function of one example becomes a function of a batch. Here it is a loop.

PyTorch rewrites each operation inside the function to work on all examples at once. This `vmap` calls the function
once for each example and stacks the results: the same numbers, at the price of a loop in Python. What PyTorch's cannot
do for that reason works here: `.item()`, and `if` on a tensor. Random numbers are drawn example by example; a function
that draws twice gets them in another order than in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from teachgrad.errors import brief, explained
from teachgrad.func import trees
from teachgrad.ops.random import get_rng_state, set_rng_state
from teachgrad.ops.shape import stack
from teachgrad.tensor import Tensor, wrap

Dims = int | None | tuple[Any, ...]


def vmap(
    func: Callable[..., Any],
    in_dims: Dims = 0,
    out_dims: Dims = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Let `func` work on a batch: it is called for each example, and the results are stacked. As ``torch.func.vmap``.

    Args:
        func: takes one example of each argument. Arguments and results may be trees of tensors.
        in_dims: along which dimension of the arguments the examples lie; None for an argument that all examples share.
            One number for all, or a tuple with one for each argument, which may be nested as the argument is.
        out_dims: along which dimension of the results they are to lie; nested likewise. None for a result that is the
            same for all examples.
        randomness: what random operations inside of `func` do: "error" refuses them, "different" draws anew for each
            example, "same" draws the same numbers for all.
        chunk_size: without effect; PyTorch's way to save memory.

    Raises:
        ValueError: if dimensions do not fit the arguments, or if these hold different numbers of examples.
        RuntimeError: if random numbers were drawn with ``randomness="error"``.

    >>> import teachgrad as tg
    >>> from teachgrad import func
    >>> def loss(w, x):
    ...     return (w * x).sum() ** 2
    >>> func.vmap(func.grad(loss), in_dims=(None, 0))(tg.ones(2), tg.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[ 6., 12.],
            [42., 56.]])
    """
    name = getattr(func, "__name__", repr(func))
    if randomness not in ("error", "different", "same"):
        raise explained(
            RuntimeError,
            f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}",
            why="it says what random operations inside of the function do.",
            fix="randomness='different' draws anew for each example.",
        )
    if chunk_size is not None and chunk_size <= 0:
        raise explained(
            ValueError,
            f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})",
            why="it says how many examples are computed at once.",
            fix="leave it out, or give 1 or more.",
        )

    @wraps(func)
    def batched(*args: Any, **kwargs: Any) -> Any:
        dims = _in_dims(name, in_dims, args)
        count = _count(name, in_dims, trees.leaves(args), dims)
        results = []
        state = get_rng_state()
        for number in range(max(count, 1)):  # of an empty batch one example of zeros, to find out shapes and types
            example = [_example(x, dim, number, count) for x, dim in zip(trees.leaves(args), dims)]
            results.append(func(*trees.grown(args, example), **kwargs))
            if randomness == "error" and not state.equal(get_rng_state()):
                raise _random()
            if randomness == "same" and number + 1 < count:
                set_rng_state(state)
        return _stacked(name, results, out_dims, count)

    return batched


def _in_dims(name: str, in_dims: Dims, args: tuple[Any, ...]) -> list[int | None]:
    """The dimension of each leaf of the arguments along which the examples lie."""
    words = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    if not isinstance(in_dims, int | tuple):
        words += (
            "expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, got: "
            f"{type(in_dims)}."
        )
    elif not args:
        words = (
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    elif (dims := trees.spread(in_dims, args)) is not None:
        return dims
    else:
        words += (
            f"in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{trees.structure(in_dims)} but inputs has structure {trees.structure(args)}."
        )
    raise explained(
        ValueError,
        words,
        why=f"the function got {len(args)} positional arguments, and in_dims says of each where its examples lie.",
        fix="in_dims=0 for all arguments, or one entry for each, as in in_dims=(0, None).",
    )


def _count(name: str, in_dims: Dims, values: list[Any], dims: list[int | None]) -> int:
    """How many examples there are."""
    sizes = []
    for value, dim in zip(values, dims):
        if dim is None:
            continue
        words = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim} for "
        if not isinstance(value, Tensor):
            raise explained(
                ValueError,
                f"{words}an input but the input is of type {type(value)}. We cannot vmap over non-Tensor arguments, "
                "please use None as the respective in_dim",
                why=f"{brief(value)} does not hold several examples.",
                fix="in_dims=(0, None) shares the second argument among all examples.",
            )
        ndim = value.array.ndim
        if not -ndim <= dim < ndim:
            raise explained(
                ValueError,
                f"{words}some input, but that input is a Tensor of dimensionality {ndim} so expected in_dim to satisfy "
                f"-{ndim} <= in_dim < {ndim}.",
                why=f"its shape is {tuple(value.shape)}, and examples lie along one of its dimensions.",
                fix="choose a dimension that is there, or None for an argument that all examples share.",
            )
        sizes.append(value.array.shape[dim])
    if len(set(sizes)) == 1:
        return int(sizes[0])
    raise explained(
        ValueError,
        "vmap: Expected at least one Tensor to vmap over"
        if not sizes
        else "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
        f"{sizes} for the mapped dimension",
        why="the function is called once for each example.",
        fix="check in_dims and the shapes of the arguments.",
    )


def _example(value: Any, dim: int | None, number: int, count: int) -> Any:
    """One example of an argument."""
    if dim is None:
        return value
    return (
        value.select(dim, number) if count else wrap(np.zeros_like(value.array).sum(axis=dim, dtype=value.array.dtype))
    )


def _stacked(name: str, results: list[Any], out_dims: Dims, count: int) -> Any:
    """The results of all examples, along the dimensions asked for."""
    first = results[0]
    dims = trees.spread(out_dims, first)
    if dims is None:
        raise explained(
            ValueError,
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {trees.structure(out_dims)} but outputs has structure "
            f"{trees.structure(first)}.",
            why="out_dims says of each result along which dimension the examples are to lie.",
            fix="out_dims=0 for all results, or one entry for each.",
        )
    found = []
    for parts, dim in zip(zip(*map(trees.leaves, results)), dims):
        if dim is None:
            found.append(parts[0])
            continue
        if not isinstance(parts[0], Tensor):
            raise explained(
                ValueError,
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(parts[0])}. Did you mean to set "
                "out_dims= to None for output?",
                why=f"{brief(parts[0])} cannot be stacked.",
                fix="return torch.tensor(...), or the tensor that it was computed from.",
            )
        whole = stack(parts, dim)
        found.append(whole if count else whole.narrow(dim, 0, 0))
    return trees.grown(first, found)


def _random() -> RuntimeError:
    return explained(
        RuntimeError,
        "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
        "randomness flags on vmap or perform the randomness operation out of vmap",
        why="it is not clear whether all examples should get the same random numbers.",
        fix="vmap(f, randomness='different') draws anew for each example.",
    )
