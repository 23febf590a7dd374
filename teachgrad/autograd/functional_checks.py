"""What `functional.py` refuses: things that are no tensors, vectors that do not fit, and what strict mode forbids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from teachgrad.errors import brief, explained
from teachgrad.tensor import Tensor

NOT_STRICT = "This is not allowed in strict mode"


def tensors(value: Any, role: str, function: str) -> list[Tensor]:
    """One tensor or a tuple of them as a list.

    Raises:
        TypeError: for anything else.
    """
    found = list(value) if isinstance(value, tuple) else [value]
    for place, each in enumerate(found):
        if not isinstance(each, Tensor):
            where = f"value at index {place}" if isinstance(value, tuple) else f"given {role}"
            raise explained(
                TypeError,
                f"The {role} given to {function} must be either a Tensor or a tuple of Tensors but the {where} has "
                f"type {type(each)}.",
                why=f"{brief(each)} has no derivative.",
                fix="wrap numbers: torch.tensor(...); bind what is no tensor beforehand: lambda x: f(x, n).",
            )
    return found


def require_fit(vectors: list[Tensor], like: list[Tensor], one: bool) -> None:
    """See that there is a vector of the right shape for each tensor."""
    if len(vectors) != len(like):
        raise explained(
            RuntimeError,
            "The given v should contain a single Tensor."
            if one
            else f"v is a tuple of invalid length: should be {len(like)} but got {len(vectors)}.",
            why=f"v holds one tensor for each of {len(like)}.",
            fix="torch.ones_like(t) for each tensor t is a vector that fits.",
        )
    for place, (vector, tensor) in enumerate(zip(vectors, like)):
        if vector.array.shape != tensor.array.shape:
            entry = "" if one else f"Entry {place} in "
            raise explained(
                RuntimeError,
                f"{entry}v has invalid size: should be {tensor.shape} but got {vector.shape}.",
                why="v holds one number for each element.",
                fix="torch.ones_like(t) is a vector that fits.",
            )


def no_vector(like: list[Tensor], of: str) -> RuntimeError:
    """The error for a vector that was left out though there is more than one number."""
    source = "the user-provided function returns" if of == "outputs" else "the input to the user-provided function is"
    return explained(
        RuntimeError,
        f"The vector v can only be None if {source} a single Tensor with a single element.",
        why=f"there are {sum(t.array.size for t in like)} elements among the {of}, each with its own weight.",
        fix=f"give v: a tensor (or tuple of tensors) of the shape of the {of}.",
    )


def scalar(ys: list[Tensor], one: bool, function: str) -> Tensor:
    """The one number that a function returned.

    Raises:
        RuntimeError: if there are several.
    """
    if one and ys[0].array.size == 1:
        return ys[0].reshape(())
    raise explained(
        RuntimeError,
        f"The Tensor returned by the function given to {function} should contain a single element"
        if one
        else f"The function given to {function} should return a single Tensor",
        why="a Hessian holds the second derivatives of one number.",
        fix="return a scalar, or take the jacobian of the gradient of each output.",
    )


def require_tracked(ys: Sequence[Tensor]) -> None:
    """Refuse outputs that have no history."""
    for place, y in enumerate(ys):
        if not y.requires_grad:
            raise _strict(
                f"Output {place} of the user-provided function does not require gradients. The outputs must be "
                "computed in a differentiable manner from the input when running in strict mode."
            )


def independent(place: int, output: int | None = None) -> RuntimeError:
    """The error for an input that an output (or all of them) does not depend on."""
    what = "The output" if output is None else f"Output {output}"
    return _strict(f"{what} of the user-provided function is independent of input {place}. {NOT_STRICT}.")


def constant_jacobian(place: int) -> RuntimeError:
    """The error for a Jacobian that is to be differentiated, and is constant."""
    return _strict(
        f"The jacobian of the user-provided function is independent of input {place}. {NOT_STRICT} when "
        "create_graph=True."
    )


def constant_gradient(place: int) -> RuntimeError:
    """The error for a gradient that is constant, so that the Hessian is zero."""
    return _strict(
        f"While computing the hessian, found that the jacobian of the user-provided function with respect to input "
        f"{place} is independent of the input. {NOT_STRICT}. You should ensure that your function is twice "
        "differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for "
        "example)."
    )


def _strict(words: str) -> RuntimeError:
    return explained(
        RuntimeError,
        words,
        why="no path in the graph leads there, so the derivative is zero: often a slip, such as a detach too many.",
        fix="compute it from the input with tensor operations; or leave strict out, and get zeros.",
    )


def require_possible(strategy: str, create_graph: bool, strict: bool, vectorize: bool) -> None:
    """See that the ways to compute a Jacobian that were asked for go together; PyTorch has not all of them."""
    function = "torch.autograd.functional.jacobian:"
    kind: type[Exception] = RuntimeError
    if strategy not in ("forward-mode", "reverse-mode"):
        kind = AssertionError
        words = (
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    elif strategy == "forward-mode" and create_graph:
        kind = NotImplementedError
        words = (
            f'{function} `create_graph=True` and `strategy="forward-mode"` are not supported together (yet). Please '
            'either set `create_graph=False` or `strategy="reverse-mode"`.'
        )
    elif strategy == "forward-mode" and strict:
        words = (
            f'{function} `strict=True` and `strategy="forward-mode"` are not supported together (yet). Please either '
            'set `strict=False` or `strategy="reverse-mode"`.'
        )
    elif strategy == "forward-mode" and not vectorize:
        kind = NotImplementedError
        words = (
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
            "`vectorize=True`."
        )
    elif vectorize and strict:
        words = (
            f"{function} `strict=True` and `vectorized=True` are not supported together. Please either set "
            "`strict=False` or `vectorize=False`."
        )
    else:
        return
    raise explained(
        kind,
        words,
        why=f"{strategy=}, {create_graph=}, {strict=} and {vectorize=} were given.",
        fix="torch.func.jacfwd and torch.func.jacrev can be nested in any order.",
    )
