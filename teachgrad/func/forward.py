"""Transformations that go forward: `jvp`, `linearize`, `jacfwd`; and `hessian`, which goes both ways."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from teachgrad.autograd.function import misfit_tangent
from teachgrad.autograd.pushforward import Pushforward, forward_mode, moving, not_moving
from teachgrad.errors import brief, explained
from teachgrad.func import trees
from teachgrad.func.arguments import Argnums, check_chunk_size, output_and_aux, run, tensors_of, without
from teachgrad.func.reverse import jacrev
from teachgrad.tensor import Tensor

JVP = "jvp(f, primals, tangents)"


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> tuple[Any, ...]:
    """The value of ``func(*primals)``, and how it moves when the primals move along the tangents.

    As ``torch.func.jvp``: forward mode, the Jacobian times a vector, in one pass however many outputs there are.

    Args:
        func: returns tensors, in tuples, lists and dictionaries, nested to any depth.
        primals: a tuple of the arguments, each a tensor or a tree of tensors.
        tangents: of the structure and shapes of the primals.
        strict: refuse outputs that do not depend on the primals; otherwise their tangent is 0.
        has_aux: `func` returns ``(output, aux)``, and aux is returned as the third result.

    Raises:
        RuntimeError: if structures or shapes do not fit.

    >>> import teachgrad as tg
    >>> jvp(tg.exp, (tg.tensor([0.0, 1.0]),), (tg.tensor([10.0, 0.0]),))
    (tensor([1.0000, 2.7183]), tensor([10.,  0.]))
    """
    _check_tangents(primals, tangents)
    call = _Call(func, primals, {}, None, has_aux)
    if strict:
        call.require_dependence()
    value, moved = call.primals(), call.tangents(trees.leaves(tangents))
    return (value, moved, call.aux) if has_aux else (value, moved)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of ``func(*primals)``, and its derivative there as a function of tangents, as ``torch.func.linearize``.

    `func` runs once; the linear function may be called again and again.

    >>> import teachgrad as tg
    >>> value, push = linearize(lambda x: x**2, tg.tensor([1.0, 3.0]))
    >>> push(tg.tensor([1.0, 0.0])), push(tg.tensor([0.0, 1.0]))
    (tensor([2., 0.]), tensor([0., 6.]))
    """
    call = _Call(func, primals, {}, None, has_aux=False)

    def linear(*tangents: Any) -> Any:
        _check_linear(primals, tangents)
        return call.tangents(trees.leaves(tangents))

    return call.primals(), linear


def jacfwd(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    chunk_size: int | None = None,
    randomness: str = "error",
) -> Callable[..., Any]:
    """The function that computes the Jacobian of `func` column by column, as ``torch.func.jacfwd``.

    `func` runs once; then one walk along its graph for each input element: right for functions with few inputs and many
    outputs. Arguments and result as those of `jacrev`; `randomness` has no effect, because of the one run.

    >>> import teachgrad as tg
    >>> jacfwd(tg.cumsum, randomness="different")(tg.ones(2), 0)
    tensor([[1., 0.],
            [1., 1.]])
    """
    check_chunk_size(chunk_size, "jacfwd")

    @wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        call = _Call(func, args, kwargs, argnums, has_aux)
        found = trees.grown(call.output, [trees.grown(call.stand_ins, row) for row in call.push.jacobian()])
        return (found, call.aux) if has_aux else found

    return jacobian


def hessian(func: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that computes all second derivatives of `func`, as ``torch.func.hessian``: jacfwd of jacrev.

    >>> import teachgrad as tg
    >>> hessian(lambda x: x[0] ** 2 * x[1])(tg.tensor([2.0, 3.0]))
    tensor([[6., 4.],
            [4., 0.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


class _Call:
    """A call of a function that was recorded with arguments that move."""

    def __init__(
        self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any], argnums: Argnums | None, has_aux: bool
    ) -> None:
        self.stand_ins, result = run(func, args, kwargs, argnums, _moving, forward_mode)
        self.output, aux = output_and_aux(result, has_aux, JVP)
        xs = trees.leaves(self.stand_ins)
        self.push = Pushforward(tensors_of(self.output, f"{JVP}: expected f(*args)"), xs)
        self.aux = without(aux, xs)

    def primals(self) -> Any:
        """What the function returned."""
        return trees.grown(self.output, self.push.primals())

    def tangents(self, given: list[Tensor]) -> Any:
        """How that moves, in the same structure."""
        return trees.grown(self.output, self.push(given))

    def require_dependence(self) -> None:
        """Refuse outputs that do not depend on the arguments."""
        for place in range(len(trees.leaves(self.output))):
            if not self.push.moves(place):
                raise explained(
                    RuntimeError,
                    "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not "
                    "allowed with strict=True.",
                    why=f"no path in the graph leads from a primal to output {place}.",
                    fix="compute it from the arguments of f; without strict, its tangent is 0.",
                )


def _moving(x: Any) -> Tensor:
    """A stand-in for an argument that moves."""
    if not isinstance(x, Tensor):
        raise _not_a_tensor("primals", x)
    if x.array.dtype.kind != "f":
        raise not_moving("primal", x)
    return moving(x)


def _check_tangents(primals: Any, tangents: Any) -> None:
    """See that there is a tangent for each primal."""
    if not isinstance(primals, tuple):
        raise explained(
            RuntimeError,
            f"{JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).",
            why=f"primals are {type(primals).__name__}.",
            fix="for a single argument: jvp(f, (x,), (v,)).",
        )
    if trees.structure(primals) != trees.structure(tangents):
        raise explained(
            RuntimeError,
            f"{JVP}: Expected primals and tangents to have the same python structure. For example, if primals is a "
            f"tuple of 3 tensors, tangents also must be. Got primals with structure {trees.structure(primals)} and "
            f"tangents with structure {trees.structure(tangents)}",
            why="each tensor among the primals moves along a tangent of its own.",
            fix="nest the tangents as the primals; zeros for those that stand still.",
        )
    if not trees.leaves(primals):
        raise explained(
            RuntimeError,
            f"{JVP}: Expected primals to contain at least one Tensor.",
            why="the primals are empty, so nothing can move.",
            fix="give the arguments of f.",
        )
    for primal, tangent in zip(trees.leaves(primals), trees.leaves(tangents)):
        if not isinstance(tangent, Tensor):
            raise _not_a_tensor("tangents", tangent)
        if isinstance(primal, Tensor) and primal.array.shape != tangent.array.shape:
            raise misfit_tangent(primal.array.shape, tangent.array.shape)


def _check_linear(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> None:
    """See that tangents are like the primals that a function was linearized at."""
    if trees.structure(primals) != trees.structure(tangents):
        raise explained(
            RuntimeError,
            f"Expected the tangents {trees.structure(tangents)} to have the same argspec as the primals "
            f"{trees.structure(primals)}",
            why="each tensor among the primals moves along a tangent of its own.",
            fix="call it with as many arguments as the function that was linearized, nested in the same way.",
        )
    for place, (primal, tangent) in enumerate(zip(trees.leaves(primals), trees.leaves(tangents))):
        for what in ("shape", "dtype"):
            if getattr(primal, what) != getattr(tangent, what):
                raise explained(
                    RuntimeError,
                    f"tangent:{place} with {what} {getattr(tangent, what)} in flattened pytree doesn't match the "
                    f"{what} {getattr(primal, what)} of the corresponding primal.",
                    why="a tangent says how fast each element of a primal moves.",
                    fix="torch.zeros_like(x) is a tangent that fits.",
                )


def _not_a_tensor(role: str, value: Any) -> RuntimeError:
    return explained(
        RuntimeError,
        f"{JVP}: Expected {role} to only contain Tensors, got {type(value)}",
        why=f"{brief(value)} is no tensor.",
        fix="wrap it: torch.tensor(...)",
    )
