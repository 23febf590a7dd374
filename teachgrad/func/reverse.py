"""Transformations that go backward: `grad`, `grad_and_value`, `vjp`, `jacrev`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from teachgrad.autograd.functional import gradients_or_zeros, jacobian_of
from teachgrad.autograd.pushforward import ends, moving
from teachgrad.errors import brief, explained
from teachgrad.func import trees
from teachgrad.func.arguments import Argnums, check_chunk_size, output_and_aux, run, tensors_of, without
from teachgrad.grad_mode import enable_grad, is_grad_enabled, mode
from teachgrad.graph import edge
from teachgrad.tensor import Tensor

VJP = "vjp(f, *primals): expected f(*primals)"


def grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that computes the gradient of `func`, as ``torch.func.grad``.

    Args:
        func: returns a scalar tensor (or, with `has_aux`, that and something else). Its arguments may be tensors in
            tuples, lists and dictionaries, nested to any depth.
        argnums: the number of the positional argument to differentiate with respect to, or a tuple of several.
        has_aux: `func` returns ``(output, aux)``, and the new function ``(gradient, aux)``.

    Raises:
        RuntimeError: if `func` returns anything else than a scalar tensor.

    >>> import teachgrad as tg
    >>> def f(x):
    ...     return x**3
    >>> x = tg.tensor(2.0)
    >>> grad(f)(x), grad(grad(f))(x)
    (tensor(12.), tensor(12.))
    """
    both = grad_and_value(func, argnums, has_aux)

    @wraps(func)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that computes the gradient of `func` and its value, as ``torch.func.grad_and_value``.

    Arguments as those of `grad`; with `has_aux` it returns ``(gradient, (value, aux))``.

    >>> import teachgrad as tg
    >>> grad_and_value(lambda x: x**3)(tg.tensor(2.0))
    (tensor(12.), tensor(8.))
    """

    @wraps(func)
    def gradient_and_value(*args: Any, **kwargs: Any) -> Any:
        stand_ins, result = run(func, args, kwargs, argnums, tracked, enable_grad)
        output, aux = output_and_aux(result, has_aux, "grad_and_value(f)(*args)")
        _require_scalar(output)
        xs = trees.leaves(stand_ins)
        found = trees.grown(stand_ins, _pulled_back([output], xs, [None]))
        value = without(output, xs)
        return found, (value, without(aux, xs)) if has_aux else value

    return gradient_and_value


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of ``func(*primals)``, and the function that multiplies a vector by the Jacobian from the left.

    As ``torch.func.vjp``. That function takes cotangents, of the structure and shapes of the value, and returns a tuple
    of gradients, one for each of the primals; it may be called again and again.

    >>> import teachgrad as tg
    >>> value, pull = vjp(lambda x: x**2, tg.tensor([1.0, 3.0]))
    >>> value, pull(tg.tensor([1.0, 10.0]))
    (tensor([1., 9.]), (tensor([ 2., 60.]),))
    """
    stand_ins, result = run(func, primals, {}, None, tracked, enable_grad)
    output, aux = output_and_aux(result, has_aux, "vjp(f, *primals)")
    ys, xs = tensors_of(output, VJP), trees.leaves(stand_ins)
    for y in ys:
        _require_real(y)

    def pull(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        if trees.structure(cotangents) != trees.structure(output):
            raise explained(
                RuntimeError,
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {trees.structure(cotangents)}, primal output: {trees.structure(output)}",
                why="there is one cotangent for each output.",
                fix="nest the cotangents as the function nests its outputs.",
            )
        return trees.grown(stand_ins, _pulled_back(ys, xs, trees.leaves(cotangents)))

    value = without(output, xs)
    return (value, pull, without(aux, xs)) if has_aux else (value, pull)


def jacrev(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """The function that computes the Jacobian of `func` row by row, as ``torch.func.jacrev``.

    One backward pass for each output element: right for functions with few outputs and many inputs. The result has the
    structure of the output, with the structure of the argument in the place of each leaf; a leaf has the shape of the
    output followed by that of the input. Arguments as those of `grad`.

    >>> import teachgrad as tg
    >>> jacrev(tg.sin)(tg.zeros(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    check_chunk_size(chunk_size, "jacrev")

    @wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        stand_ins, result = run(func, args, kwargs, argnums, tracked, enable_grad)
        output, aux = output_and_aux(result, has_aux, "vjp(f, *primals)")
        ys, xs = tensors_of(output, VJP), trees.leaves(stand_ins)
        rows = []
        for y in ys:
            _require_real(y)
            rows.append(trees.grown(stand_ins, jacobian_of(y, xs, _others_differentiate([y], xs))))
        found = trees.grown(output, rows)
        return (found, without(aux, xs)) if has_aux else found

    return jacobian


def tracked(x: Any) -> Tensor:
    """A stand-in for an argument that gradients are asked for; with its history, if somebody else may ask for them."""
    if not isinstance(x, Tensor):
        raise explained(
            ValueError,
            f"Thing passed to transform API must be Tensor, got {type(x)}",
            why=f"{brief(x)} was given where a derivative is asked for.",
            fix="wrap it: torch.tensor(...); arguments that argnums does not name may be anything.",
        )
    return moving(x) if mode.enabled and x.requires_grad else x.detach().requires_grad_()


def _others_differentiate(roots: Sequence[Tensor], xs: Sequence[Tensor]) -> bool:
    """Whether somebody outside could ask for gradients of what is computed here: then it has to be recorded."""
    nodes = [node for node in map(edge, roots) if node is not None]
    return is_grad_enabled() and not ends(nodes).issubset(map(edge, xs))


def _pulled_back(ys: list[Tensor], xs: list[Tensor], seeds: list[Any]) -> list[Tensor]:
    given = [seed for seed in seeds if isinstance(seed, Tensor)]
    return gradients_or_zeros(ys, xs, seeds, _others_differentiate([*ys, *given], xs))


def _require_scalar(output: Any) -> None:
    words, why = "", f"the function returned {type(output).__name__}."
    if not isinstance(output, Tensor):
        words = f"to return a Tensor, got {type(output)}"
    elif output.array.ndim:
        words = (
            f"to return a scalar Tensor, got tensor with {output.array.ndim} dims. Maybe you wanted to use the vjp or "
            "jacrev APIs instead?"
        )
        why = f"the function returned a tensor of shape {tuple(output.shape)}; a gradient belongs to a single number."
    if words:
        raise explained(
            RuntimeError,
            f"grad_and_value(f)(*args): Expected f(*args) {words}",
            why=why,
            fix="reduce it to one number, as in y.sum(), or take jacrev(f) for the derivatives of each output.",
        )


def _require_real(y: Tensor) -> None:
    if y.array.dtype.kind != "f":
        raise explained(
            RuntimeError,
            f"vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype {y.dtype}",
            why="whole numbers and truth values do not change smoothly, so they have no derivative.",
            fix="hand them out with has_aux=True.",
        )
