"""What is said of an argument that should be a tensor and is none: a list, a number, a NumPy array.

Operations read what they are given as tensors, without a look, because looking costs time in every call. Where that
fails, the arguments are looked at afterwards. Rows of the table look beforehand, and need none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from teachgrad.errors import brief, explained
from teachgrad.ops.table import ROWS, kind_of, not_a_tensor
from teachgrad.tensor import Tensor

ONE, SEVERAL = "Tensor", "Sequence[Tensor]"  # as the annotations say it
KINDS = frozenset((ONE, "Tensor | None", SEVERAL))


def answering(names: Mapping[str, Any], methods: bool = False, prefix: str = "") -> dict[str, Callable[..., Any]]:
    """Of the functions among `names` those that take tensors, each so that it explains what was wrong with them.

    Of `methods`, only those that take a tensor besides the one they are called on. Others are from now on those of the
    module that `names` are from, where `pickle` finds them again. Messages call them by their name behind `prefix`.
    """
    home = None if methods else names["__name__"]
    return {
        name: _answering(function, methods, home, name if prefix else function.__name__, prefix)
        for name, function in names.items()
        if type(function) is FunctionType
        and not name.startswith("_")
        and (prefix or name not in ROWS)
        and _takes_tensors(function, methods)
    }


def _takes_tensors(function: FunctionType, methods: bool) -> bool:
    """Whether there is something to explain: `out` is looked at where it is written to."""
    kinds = {**function.__annotations__}
    kinds.pop("out", None)
    return not KINDS.isdisjoint(list(kinds.values())[methods:-1])


def _answering(
    function: Callable[..., Any], method: bool, home: str | None, name: str, prefix: str
) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if isinstance(error, TypeError) and "\n  Why: " in str(error):  # it knows better
                raise
            stranger = found(function, args, kwargs, method, prefix + name)
            if stranger is None:
                raise
            raise stranger from None

    call.__name__ = call.__qualname__ = name
    call.__doc__ = function.__doc__
    call.__module__, call.__annotations__ = home or function.__module__, function.__annotations__
    call.__wrapped__ = function  # type: ignore[attr-defined]  # where `inspect` finds the signature
    return call


def found(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], method: bool, called: str
) -> TypeError | None:
    """The error for the first argument that should be a tensor, or several, and is not; methods do not count self."""
    from inspect import signature as signature_of  # here, because importing teachgrad is to be cheap

    signature = signature_of(function)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:  # too many arguments or too few
        return None
    for place, (name, parameter) in enumerate(signature.parameters.items(), 0 if method else 1):
        kind, value = parameter.annotation, given.get(name)
        if kind == ONE and parameter.kind is parameter.VAR_POSITIONAL:  # *tensors, which may also be one list of them
            kind = SEVERAL
            value = value[0] if value and len(value) == 1 and isinstance(value[0], list | tuple) else value
        if name not in given or isinstance(value, Tensor) or kind not in KINDS:
            continue
        if kind != SEVERAL and (kind == ONE or value is not None):
            return not_a_tensor(called, "input" if name == "self" else name, place, value)
        if kind == SEVERAL and not isinstance(value, list | tuple):
            return explained(
                TypeError,
                f"{called}(): argument '{name}' (position {place}) must be tuple of Tensors, not {kind_of(value)}",
                why=f"it takes several tensors, and {brief(value)} is no list or tuple of them.",
                fix="put them into a list: [x, y].",
            )
        for position, element in enumerate(value or ()):
            if not isinstance(element, Tensor):
                return explained(
                    TypeError,
                    f"expected Tensor as element {position} in argument {place - 1}, but got {kind_of(element)}",
                    why=f"{brief(element)} stands among the tensors given to {called}.",
                    fix="wrap it: torch.tensor(...)",
                )
    return None
