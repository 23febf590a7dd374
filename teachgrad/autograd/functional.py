"""Jacobians, Hessians and their products with vectors, as ``torch.autograd.functional``.

All are made of `grad`. A backward pass multiplies the Jacobian by a vector from the left (`vjp`). Multiplying from the
right (`jvp`) takes two: the first result is linear in its vector, and its own gradient is the transposed product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from teachgrad.autograd.backward import grad, several
from teachgrad.errors import explained
from teachgrad.grad_mode import enable_grad
from teachgrad.ops.shape import stack
from teachgrad.tensor import Tensor, wrap

Tensors = Tensor | Sequence[Tensor]


def vjp(
    func: Callable[..., Any], inputs: Tensors, v: Tensors | None = None, create_graph: bool = False
) -> tuple[Any, Any]:
    """The outputs, and `v` times the Jacobian: what `backward` computes. As ``torch.autograd.functional.vjp``.

    `v` has the shape of the outputs, and may be left out for a scalar.

    >>> import teachgrad as tg
    >>> vjp(lambda x: x**2, tg.tensor([1.0, 3.0]), tg.ones(2))
    (tensor([1., 9.]), tensor([2., 6.]))
    """
    with enable_grad():
        xs, ys, one_x, one_y = _run(func, inputs, create_graph)
        seeds = _vectors(v, ys, "outputs")
        products = _gradients(ys, xs, seeds, create_graph)
    return _as(ys, one_y, create_graph), _as(products, one_x, create_graph)


def jvp(
    func: Callable[..., Any], inputs: Tensors, v: Tensors | None = None, create_graph: bool = False
) -> tuple[Any, Any]:
    """The outputs, and the Jacobian times `v`: how they move when the inputs move along `v`.

    As ``torch.autograd.functional.jvp``; `v` has the shape of the inputs, and may be left out for a single number.

    >>> import teachgrad as tg
    >>> jvp(lambda x: x.sum(), tg.tensor([1.0, 3.0]), tg.tensor([1.0, 10.0]))
    (tensor(4.), tensor(11.))
    """
    with enable_grad():
        xs, ys, _, one_y = _run(func, inputs, create_graph)
        directions = _vectors(v, xs, "inputs")
        weights = [wrap(np.zeros_like(y.array)).requires_grad_() for y in ys]
        transposed = _gradients(ys, xs, weights, create_graph=True)
        products = _gradients(transposed, weights, directions, create_graph)
    return _as(ys, one_y, create_graph), _as(products, one_y, create_graph)


def jacobian(func: Callable[..., Any], inputs: Tensors, create_graph: bool = False) -> Any:
    """All slopes, d(output)/d(input) for each element of either; one backward pass for each output element.

    As ``torch.autograd.functional.jacobian``. The result has the shape of the output followed by that of the input; for
    several outputs or inputs it is a tuple (of tuples).

    >>> import teachgrad as tg
    >>> jacobian(lambda x: x**2, tg.tensor([1.0, 3.0]))
    tensor([[2., 0.],
            [0., 6.]])
    """
    with enable_grad():
        xs, ys, one_x, one_y = _run(func, inputs, create_graph)
        rows = [_as(_jacobian_of(y, xs, create_graph), one_x, create_graph) for y in ys]
    return rows[0] if one_y else tuple(rows)


def hessian(func: Callable[..., Any], inputs: Tensors, create_graph: bool = False) -> Any:
    """All second derivatives of a scalar function, as ``torch.autograd.functional.hessian``.

    >>> import teachgrad as tg
    >>> hessian(lambda x: x[0] ** 2 * x[1], tg.tensor([2.0, 3.0]))
    tensor([[6., 4.],
            [4., 0.]])
    """

    def gradient(*xs: Tensor) -> Any:
        gs = _gradients([_scalar(func(*xs))], list(xs), [None], create_graph=True)
        return gs[0] if isinstance(inputs, Tensor) else tuple(gs)

    return jacobian(gradient, inputs, create_graph)


def vhp(
    func: Callable[..., Any], inputs: Tensors, v: Tensors | None = None, create_graph: bool = False
) -> tuple[Any, Any]:
    """The value of a scalar function, and `v` times its Hessian, as ``torch.autograd.functional.vhp``.

    The Hessian itself is never built: the gradient along `v` is a number, and its gradient is the product.
    """
    with enable_grad():
        xs, ys, one_x, _ = _run(func, inputs, create_graph)
        directions = _vectors(v, xs, "inputs")
        value = _scalar(ys[0])
        firsts = _gradients([value], xs, [None], create_graph=True)
        products = _gradients(firsts, xs, directions, create_graph)
    return _as([value], True, create_graph), _as(products, one_x, create_graph)


def hvp(
    func: Callable[..., Any], inputs: Tensors, v: Tensors | None = None, create_graph: bool = False
) -> tuple[Any, Any]:
    """The value of a scalar function, and its Hessian times `v`; the Hessian is symmetric, so this is `vhp`."""
    return vhp(func, inputs, v, create_graph)


def _run(
    func: Callable[..., Any], inputs: Tensors, create_graph: bool
) -> tuple[list[Tensor], list[Tensor], bool, bool]:
    """Inputs that require grad, outputs, and whether either was a single tensor."""
    one_x = isinstance(inputs, Tensor)
    xs = [_tracked(x, create_graph) for x in several(inputs)]
    out = func(*xs)
    one_y = isinstance(out, Tensor)
    return xs, several(out), one_x, one_y


def _tracked(x: Tensor, create_graph: bool) -> Tensor:
    """The input as a tensor that gradients are asked for; with its history if the result is to be differentiated."""
    return x.clone() if create_graph and x.requires_grad else x.detach().requires_grad_()


def _vectors(v: Tensors | None, like: list[Tensor], of: str) -> list[Any]:
    if v is None:
        if len(like) != 1 or like[0].array.size != 1:
            source = (
                "the user-provided function returns"
                if of == "outputs"
                else "the input to the user-provided function is"
            )
            raise explained(
                RuntimeError,
                f"The vector v can only be None if {source} a single Tensor with a single element.",
                why=f"there are {sum(t.array.size for t in like)} elements among the {of}, each with its own weight.",
                fix=f"give v: a tensor (or tuple of tensors) of the shape of the {of}.",
            )
        return [wrap(np.ones_like(like[0].array))]
    vectors = several(v)
    for vector, tensor in zip(vectors, like):
        if vector.array.shape != tensor.array.shape:
            raise RuntimeError(
                f"v has invalid size: should be {tensor.shape} but got {vector.shape}.",
            )
    return vectors


def _gradients(ys: list[Tensor], xs: list[Tensor], seeds: list[Any], create_graph: bool) -> list[Tensor]:
    """Gradients with zeros where nothing depends on an input."""
    live = [(y, seed) for y, seed in zip(ys, seeds) if y.requires_grad]
    if not live:
        return [wrap(np.zeros_like(x.array)) for x in xs]
    roots, weights = zip(*live)
    found = grad(roots, xs, list(weights), retain_graph=True, create_graph=create_graph, materialize_grads=True)
    return list(found)


def _jacobian_of(y: Tensor, xs: list[Tensor], create_graph: bool) -> list[Tensor]:
    rows: list[list[Tensor]] = [[] for _ in xs]
    for place in range(y.array.size):
        seed = np.zeros_like(y.array)
        seed.flat[place] = 1
        for row, g in zip(rows, _gradients([y], xs, [wrap(seed)], create_graph)):
            row.append(g)
    return [
        (stack(row) if row else wrap(np.zeros((0, *x.array.shape), x.array.dtype))).reshape(
            *y.array.shape, *x.array.shape
        )
        for row, x in zip(rows, xs)
    ]


def _scalar(y: Any) -> Tensor:
    if not isinstance(y, Tensor) or y.array.size != 1:
        raise explained(
            RuntimeError,
            "The Tensor returned by the function given to hessian should contain a single element",
            why="a Hessian holds the second derivatives of one number.",
            fix="return a scalar, or take the jacobian of the gradient of each output.",
        )
    return y.reshape(())


def _as(tensors: list[Tensor], one: bool, create_graph: bool) -> Any:
    kept = tensors if create_graph else [t.detach() for t in tensors]
    return kept[0] if one else tuple(kept)
