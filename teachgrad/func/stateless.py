"""Modules as functions of their parameters: `functional_call`, and `stack_module_state` for ensembles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from teachgrad.errors import explained
from teachgrad.nn.module import Module
from teachgrad.ops.shape import stack
from teachgrad.tensor import Tensor


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: dict[str, Tensor] | Sequence[dict[str, Tensor]],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other tensors in the place of its parameters and buffers, as ``torch.func.functional_call``.

    Args:
        module: the module; it is unchanged afterwards.
        parameter_and_buffer_dicts: tensors by the names of `named_parameters` and `named_buffers`, or several such
            dictionaries. What is not named stays. A buffer that the call replaces is replaced in the dictionary.
        args: the argument of the call, or a tuple of them.
        kwargs: arguments by keyword.
        tie_weights: a tensor that the module has under several names is replaced under all of them.
        strict: refuse names that the module has not, and names left out.

    Raises:
        RuntimeError: for such names, with `strict`.
        ValueError: if a name occurs in two dictionaries, or if tied names get different tensors.

    >>> import teachgrad as tg
    >>> layer = tg.nn.Linear(2, 1)
    >>> new = {"weight": tg.tensor([[1.0, 10.0]]), "bias": tg.tensor([100.0])}
    >>> functional_call(layer, new, tg.tensor([1.0, 2.0]))
    tensor([121.])
    """
    given = _merged(parameter_and_buffer_dicts)
    everything = _tied(module, given) if tie_weights else given
    if strict:
        _require_all(module, everything)
    positional = () if args is None else args if isinstance(args, tuple) else (args,)
    with _replaced(module, everything, given):
        return module(*positional, **(kwargs or {}))


def _merged(dicts: Any) -> dict[str, Tensor]:
    """One dictionary of several; a single one as it is."""
    if isinstance(dicts, dict):
        return dicts
    if not isinstance(dicts, Sequence) or not all(isinstance(part, dict) for part in dicts):
        raise explained(
            ValueError,
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}",
            why="they map the names of parameters and buffers to tensors.",
            fix="give dict(model.named_parameters()), or a tuple of such dictionaries.",
        )
    names = [name for part in dicts for name in part]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise explained(
            ValueError,
            f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous",
            why="each name can stand for one tensor only.",
            fix="leave it out of all but one of the dictionaries.",
        )
    return {name: tensor for part in dicts for name, tensor in part.items()}


def _members(module: Module) -> dict[str, Tensor]:
    """All parameters and buffers by name; those that are shared under each of their names."""
    return dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))


def _tied(module: Module, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors given, each under all names under which the module has the one that it replaces."""
    members = _members(module)
    names_of: dict[int, list[str]] = {}
    for name, member in members.items():
        names_of.setdefault(id(member), []).append(name)
    everything = dict(given)
    for names in names_of.values():
        tensors = {id(given[name]): given[name] for name in names if name in given}
        if len(tensors) > 1:
            raise explained(
                ValueError,
                f"functional_call got multiple values for keys {sorted(names)}, which are tied. Consider using "
                "tie_weights=False",
                why="in the module these names stand for one and the same tensor.",
                fix="give one of them, or the same tensor for all.",
            )
        for tensor in tensors.values():
            everything.update(dict.fromkeys(names, tensor))
    return everything


def _require_all(module: Module, given: Mapping[str, Tensor]) -> None:
    members = _members(module)
    unexpected = [repr(name) for name in given if name not in members]
    missing = [repr(name) for name in members if name not in given]
    lines = [
        f"\n\t{what} key(s): {', '.join(names)}."
        for what, names in (("Unexpected", unexpected), ("Missing", missing))
        if names
    ]
    if lines:
        raise explained(
            RuntimeError,
            f"Error(s) in reparametrizing for {type(module).__name__}:{''.join(lines)}",
            why="with strict=True the names have to be exactly those of the module's parameters and buffers.",
            fix="dict(module.named_parameters()) shows the names; strict=False leaves the others as they are.",
        )


@contextmanager
def _replaced(module: Module, tensors: Mapping[str, Tensor], given: dict[str, Tensor]) -> Iterator[None]:
    """Put the tensors in their places in the module, and afterwards what was there before."""
    places = {name: _place(module, name) for name in tensors}
    before = [(register, leaf, register.get(leaf)) for register, leaf in places.values()]
    try:
        for name, tensor in tensors.items():
            if not isinstance(tensor, Tensor):
                raise explained(
                    TypeError,
                    f"{tensor!r} is not an instance of torch.Tensor",
                    why="it is to stand in for a parameter.",
                    fix="give a tensor.",
                )
            register, leaf = places[name]
            register[leaf] = tensor
        yield
    finally:
        given.update({name: places[name][0][places[name][1]] for name in given if name in places})
        for register, leaf, old in before:
            if old is None:
                register.pop(leaf, None)
            else:
                register[leaf] = old


def _place(module: Module, path: str) -> tuple[dict[str, Any], str]:
    """Where a module keeps what has this name: the register, and the name within it."""
    *owners, name = path.split(".")
    for owner in owners:
        child = module._modules.get(owner)
        if child is None:
            raise explained(
                AttributeError,
                f"{type(module).__name__} has no attribute `{owner}`",
                why="the path leads to nothing.",
                fix="model.named_parameters() lists the paths.",
            )
        module = child
    registers: tuple[dict[str, Any], ...] = (module._parameters, module._buffers)
    return next((register for register in registers if name in register), vars(module)), name


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters and the buffers of modules of one kind, stacked by name: the state of an ensemble for `vmap`.

    As ``torch.func.stack_module_state``. The stacked parameters are leaves of their own.

    >>> import teachgrad as tg
    >>> parameters, buffers = stack_module_state([tg.nn.Linear(3, 2) for _ in range(4)])
    >>> parameters["weight"].shape, parameters["weight"].is_leaf, buffers
    (torch.Size([4, 2, 3]), True, {})

    Raises:
        RuntimeError: if there is no module, or if they are of different kinds or in different modes.
    """
    if not len(models):
        raise explained(
            RuntimeError,
            "stack_module_state: Expected at least one model, got 0.",
            why="there is nothing to stack.",
            fix="give a list of models.",
        )
    if len({model.training for model in models}) > 1:
        raise explained(
            RuntimeError,
            "stack_module_state: Expected all models to have the same training/eval mode.",
            why="one call runs all of them, in one mode.",
            fix="call model.eval(), or model.train(), on each of them.",
        )
    if len({type(model) for model in models}) > 1:
        raise explained(
            RuntimeError,
            "stack_module_state: Expected all models to be of the same class.",
            why="one call runs all of them, with one forward().",
            fix="stack models of one class and one size.",
        )
    return (
        _stacked([dict(model.named_parameters()) for model in models]),
        _stacked([dict(model.named_buffers()) for model in models]),
    )


def _stacked(states: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
    stacked = {}
    for name in states[0]:
        tensors = [state[name] for state in states]
        tracked = {tensor.requires_grad for tensor in tensors}
        if len(tracked) > 1:
            raise explained(
                RuntimeError,
                f"Expected {name} from each model to have the same .requires_grad",
                why="they become one tensor, which requires grad or does not.",
                fix="model.requires_grad_() on each of them makes it the same.",
            )
        whole = stack(tensors)
        stacked[name] = whole.detach().requires_grad_() if True in tracked else whole
    return stacked
