"""Jacobians, Hessians and their products with vectors, as ``torch.autograd.functional``.

All are made of `grad`. A backward pass multiplies the Jacobian by a vector from the left (`vjp`). Multiplying from the
right (`jvp`) takes two: the first result is linear in its vector, and its own gradient is the transposed product.

``strict=True`` refuses results that are zero because nothing depends on an input. ``vectorize=True`` makes PyTorch
compute all rows at once; here it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from teachgrad.autograd import functional_checks as checks
from teachgrad.autograd.backward import grad
from teachgrad.grad_mode import enable_grad
from teachgrad.ops.shape import stack
from teachgrad.tensor import Tensor, wrap

Tensors = Tensor | tuple[Tensor, ...]


def vjp(
    func: Callable[..., Any],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """The outputs, and `v` times the Jacobian: what `backward` computes. As ``torch.autograd.functional.vjp``.

    `v` has the shape of the outputs, and may be left out for a scalar.

    >>> import teachgrad as tg
    >>> vjp(lambda x: x**2, tg.tensor([1.0, 3.0]), tg.ones(2))
    (tensor([1., 9.]), tensor([2., 6.]))
    """
    with enable_grad():
        xs, ys, one_x, one_y = _run("vjp", func, inputs, create_graph, strict)
        seeds = _vectors("vjp", v, ys, "outputs", one_y)
        products = gradients_or_zeros(ys, xs, seeds, create_graph, checks.independent if strict else None)
    return _as(ys, one_y, create_graph), _as(products, one_x, create_graph)


def jvp(
    func: Callable[..., Any],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """The outputs, and the Jacobian times `v`: how they move when the inputs move along `v`.

    As ``torch.autograd.functional.jvp``; `v` has the shape of the inputs, and may be left out for a single number.

    >>> import teachgrad as tg
    >>> jvp(lambda x: x.sum(), tg.tensor([1.0, 3.0]), tg.tensor([1.0, 10.0]))
    (tensor(4.), tensor(11.))
    """
    with enable_grad():
        xs, ys, one_x, one_y = _run("jvp", func, inputs, create_graph, strict)
        directions = _vectors("jvp", v, xs, "inputs", one_x)
        weights = [wrap(np.zeros_like(y.array)).requires_grad_() for y in ys]
        transposed = gradients_or_zeros(ys, xs, weights, True, checks.independent if strict else None)
        products = gradients_or_zeros(transposed, weights, directions, create_graph)
    return _as(ys, one_y, create_graph), _as(products, one_y, create_graph)


def jacobian(
    func: Callable[..., Any],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """All slopes, d(output)/d(input) for each element of either, as ``torch.autograd.functional.jacobian``.

    The result has the shape of the output followed by that of the input; for several outputs or inputs it is a tuple
    (of tuples).

    Args:
        func: a function of tensors that returns a tensor or several.
        inputs: its arguments: a tensor or a tuple of them.
        create_graph: record what is computed, so that it can be differentiated.
        strict: refuse inputs that an output does not depend on.
        vectorize: without effect.
        strategy: "reverse-mode", one backward pass for each output element, or "forward-mode", one walk forward for
            each input element. The second goes with ``vectorize=True`` only, as in PyTorch.

    >>> import teachgrad as tg
    >>> jacobian(lambda x: x**2, tg.tensor([1.0, 3.0]))
    tensor([[2., 0.],
            [0., 6.]])
    """
    checks.require_possible(strategy, create_graph, strict, vectorize)
    if strategy == "forward-mode":
        return _jacobian_forward(func, inputs)
    with enable_grad():
        xs, ys, one_x, one_y = _run("jacobian", func, inputs, create_graph, strict)
        rows = []
        for place, y in enumerate(ys):
            refuse = (lambda x, y=place: checks.independent(x, y)) if strict else None
            row = jacobian_of(y, xs, create_graph, refuse)
            if strict and create_graph:
                _require_tracked(row, checks.constant_jacobian)
            rows.append(_as(row, one_x, create_graph))
    return rows[0] if one_y else tuple(rows)


def hessian(
    func: Callable[..., Any],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """All second derivatives of a scalar function, as ``torch.autograd.functional.hessian``.

    Arguments as those of `jacobian`; the strategy is that of the Jacobian of the gradient.

    >>> import teachgrad as tg
    >>> hessian(lambda x: x[0] ** 2 * x[1], tg.tensor([2.0, 3.0]))
    tensor([[6., 4.],
            [4., 0.]])
    """

    def gradient(*xs: Tensor) -> Any:
        ys, one = _outputs("hessian", func(*xs), strict)
        value = checks.scalar(ys, one, "hessian")
        gs = gradients_or_zeros([value], list(xs), [None], True, checks.constant_gradient if strict else None)
        if strict:
            _require_tracked(gs, checks.constant_gradient)
        return gs[0] if isinstance(inputs, Tensor) else tuple(gs)

    return jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def vhp(
    func: Callable[..., Any],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """The value of a scalar function, and `v` times its Hessian, as ``torch.autograd.functional.vhp``.

    The Hessian itself is never built: the gradient along `v` is a number, and its gradient is the product.
    """
    return _hessian_product("vhp", func, inputs, v, create_graph, strict)


def hvp(
    func: Callable[..., Any],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """The value of a scalar function, and its Hessian times `v`; the Hessian is symmetric, so this is `vhp`."""
    return _hessian_product("hvp", func, inputs, v, create_graph, strict)


def _hessian_product(
    name: str, func: Callable[..., Any], inputs: Tensors, v: Tensors | None, create_graph: bool, strict: bool
) -> tuple[Any, Any]:
    with enable_grad():
        xs, ys, one_x, one_y = _run(name, func, inputs, create_graph, strict)
        directions = _vectors(name, v, xs, "inputs", one_x)
        value = checks.scalar(ys, one_y, name)
        firsts = gradients_or_zeros([value], xs, [None], True, checks.independent if strict else None)
        if strict:
            _require_tracked(firsts, checks.constant_gradient)
        products = gradients_or_zeros(firsts, xs, directions, create_graph)
    return _as([value], True, create_graph), _as(products, one_x, create_graph)


def _run(
    name: str, func: Callable[..., Any], inputs: Tensors, create_graph: bool, strict: bool
) -> tuple[list[Tensor], list[Tensor], bool, bool]:
    """Inputs that require grad, outputs, and whether either was a single tensor."""
    xs = [_tracked(x, create_graph) for x in checks.tensors(inputs, "inputs", name)]
    ys, one_y = _outputs(name, func(*xs), strict)
    return xs, ys, isinstance(inputs, Tensor), one_y


def _outputs(name: str, out: Any, strict: bool) -> tuple[list[Tensor], bool]:
    ys = checks.tensors(out, "outputs of the user-provided function", name)
    if strict:
        checks.require_tracked(ys)
    return ys, isinstance(out, Tensor)


def _tracked(x: Tensor, create_graph: bool) -> Tensor:
    """The input as a tensor that gradients are asked for; with its history if the result is to be differentiated."""
    return x.clone() if create_graph and x.requires_grad else x.detach().requires_grad_()


def _vectors(name: str, v: Tensors | None, like: list[Tensor], of: str, one: bool) -> list[Any]:
    if v is None:
        if len(like) != 1 or like[0].array.size != 1:
            raise checks.no_vector(like, of)
        return [wrap(np.ones_like(like[0].array))]
    vectors = checks.tensors(v, "v", name)
    checks.require_fit(vectors, like, one)
    return vectors


def gradients_or_zeros(
    ys: Sequence[Tensor],
    xs: Sequence[Tensor],
    seeds: Sequence[Tensor | None],
    create_graph: bool,
    refuse: Callable[[int], Exception] | None = None,
) -> list[Tensor]:
    """Gradients, with zeros (or the error that `refuse` makes) where nothing depends on an input."""
    live = [(y, seed) for y, seed in zip(ys, seeds) if y.requires_grad]
    found: tuple[Tensor | None, ...] = (None,) * len(xs)
    if live:
        roots, weights = zip(*live)
        found = grad(roots, xs, weights, retain_graph=True, create_graph=create_graph, allow_unused=True)
    if refuse is not None and None in [None if g is None else 0 for g in found]:
        raise refuse(next(place for place, g in enumerate(found) if g is None))
    return [wrap(np.zeros_like(x.array)) if g is None else g for x, g in zip(xs, found)]


def jacobian_of(
    y: Tensor, xs: Sequence[Tensor], create_graph: bool, refuse: Callable[[int], Exception] | None = None
) -> list[Tensor]:
    """The Jacobian of one output with respect to each input: a backward pass for each output element gives a row."""
    rows: list[list[Tensor]] = [[] for _ in xs]
    for place in range(y.array.size):
        seed = np.zeros_like(y.array)
        seed.flat[place] = 1
        for row, g in zip(rows, gradients_or_zeros([y], xs, [wrap(seed)], create_graph, refuse)):
            row.append(g)
    return [
        (stack(row) if row else wrap(np.zeros((0, *x.array.shape), x.array.dtype))).reshape(
            *y.array.shape, *x.array.shape
        )
        for row, x in zip(rows, xs)
    ]


def _jacobian_forward(func: Callable[..., Any], inputs: Tensors) -> Any:
    """The Jacobian column by column."""
    from teachgrad.autograd.pushforward import Pushforward, forward_mode, moving  # needs the whole op table

    with forward_mode():
        xs = [moving(x) for x in checks.tensors(inputs, "inputs", "jacobian")]
        ys, one_y = _outputs("jacobian", func(*xs), strict=False)
    rows = [row[0] if isinstance(inputs, Tensor) else tuple(row) for row in Pushforward(ys, xs).jacobian()]
    return rows[0] if one_y else tuple(rows)


def _require_tracked(gs: list[Tensor], refuse: Callable[[int], Exception]) -> None:
    for place, g in enumerate(gs):
        if not g.requires_grad:
            raise refuse(place)


def _as(tensors: list[Tensor], one: bool, create_graph: bool) -> Any:
    kept = tensors if create_graph else [t.detach() for t in tensors]
    return kept[0] if one else tuple(kept)
