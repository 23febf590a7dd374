"""The state of a module: taking it, and loading it, saying precisely what does not match.

Of each module below, in turn, the parameters and persistent buffers are taken or loaded; hooks and extra state let a
module have a say in that.

This module knows that modules have parameters, buffers and children, not what any of them computes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.nn.parameter import Parameter
from teachgrad.tensor import Tensor

if TYPE_CHECKING:
    from teachgrad.nn.module import Module

EXTRA = "_extra_state"  # the name under which `get_extra_state` is kept
METADATA = {"version": 1}  # what hooks are told of the format, as in PyTorch


class IncompatibleKeys(NamedTuple):
    """What `Module.load_state_dict` returns: names that the state lacks, and names that the module lacks."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def own_state(module: Module) -> Iterator[tuple[str, Tensor]]:
    """A module's parameters and persistent buffers, without those of its children."""
    for name, parameter in module._parameters.items():
        if parameter is not None:
            yield name, parameter
    for name, buffer in module._buffers.items():
        if buffer is not None and name not in module._non_persistent_buffers:
            yield name, buffer


def take(module: Module, entries: dict[str, Any], prefix: str, keep_vars: bool) -> None:
    """Enter the state of a module and of all below it; see `Module.state_dict`."""
    for hook in module._state_hooks.get("before taking", ()):
        hook(module, prefix, keep_vars)
    module._save_to_state_dict(entries, prefix, keep_vars)
    for name, child in module._modules.items():
        if child is not None:
            child.state_dict(destination=entries, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
    for hook in module._state_hooks.get("after taking", ()):
        hook(module, entries, prefix, dict(METADATA))


def load(module: Module, state: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Copy a state into a module and all below it; see `Module.load_state_dict`."""
    keys = IncompatibleKeys([], [])
    problems: list[str] = []
    _load_below(module, OrderedDict(state), "", strict, assign, keys, problems)
    if strict and keys.unexpected_keys:
        problems.insert(0, f"Unexpected key(s) in state_dict: {_listed(keys.unexpected_keys)}. ")
    if strict and keys.missing_keys:
        problems.insert(0, f"Missing key(s) in state_dict: {_listed(keys.missing_keys)}. ")
    if problems:
        raise explained(
            RuntimeError,
            f"Error(s) in loading state_dict for {type(module).__name__}:\n\t" + "\n\t".join(problems),
            why="a state holds one tensor for each parameter and buffer, under the same name and with the same shape.",
            fix="build the module as it was when the state was taken; strict=False skips names that do not match.",
            lesson=11,
        )
    return keys


def _load_below(
    module: Module,
    state: dict[str, Any],
    prefix: str,
    strict: bool,
    assign: bool,
    keys: IncompatibleKeys,
    problems: list[str],
) -> None:
    metadata = METADATA | ({"assign_to_params_buffers": True} if assign else {})
    hooks = module._state_hooks
    for hook in hooks.get("before loading", ()):
        hook(module, state, prefix, metadata, strict, *keys, problems)
    module._load_from_state_dict(state, prefix, metadata, strict, *keys, problems)
    for name, child in module._modules.items():
        if child is not None:
            inside = f"{prefix}{name}."
            part = OrderedDict((key, value) for key, value in state.items() if key.startswith(inside))
            _load_below(child, part, inside, strict, assign, keys, problems)
    for hook in hooks.get("after loading", ()):
        if hook(module, keys) is not None:
            raise explained(
                AssertionError,
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, "
                "if incompatible_keys need to be modified, it should be done inplace.",
                why="the hook is given the lists of names that do not match, and a list can be changed.",
                fix="change them, as in incompatible_keys.missing_keys.clear(), and return nothing.",
            )


def take_own(module: Module, entries: dict[str, Any], prefix: str, keep_vars: bool) -> None:
    """Enter the state of one module, without those below it."""
    for name, tensor in own_state(module):
        entries[prefix + name] = tensor if keep_vars else tensor.detach()
    if has_extra_state(module):
        entries[prefix + EXTRA] = module.get_extra_state()


def load_own(
    module: Module,
    state: Mapping[str, Any],
    prefix: str,
    assign: bool,
    missing: list[str],
    unexpected: list[str],
    problems: list[str],
) -> None:
    """Load one module, without those below it; add to the lists what does not match."""
    own = dict(own_state(module))
    for name, tensor in own.items():
        key = prefix + name
        if key in state:
            problems += _load_one(module, name, tensor, key, state[key], assign)
        else:
            missing.append(key)
    has_extra = has_extra_state(module)
    if has_extra and prefix + EXTRA in state:
        module.set_extra_state(state[prefix + EXTRA])
    elif has_extra:
        missing.append(prefix + EXTRA)
    for key in state:
        if key.startswith(prefix):
            head, dot, _ = key[len(prefix) :].partition(".")
            known = module._modules if dot else {*own, EXTRA} if has_extra else own
            if head not in known:
                unexpected.append(key)


def has_extra_state(module: Module) -> bool:
    """Whether a class of modules defines `get_extra_state` (and `set_extra_state`): more to its state than tensors."""
    return hasattr(type(module), "get_extra_state")


def _load_one(module: Module, name: str, tensor: Tensor, key: str, source: Any, assign: bool) -> list[str]:
    """Take over one tensor, or say why not."""
    if not isinstance(source, Tensor):
        problem = (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint '
            f"but received {type(source)}"
        )
        return [problem]
    if source.shape != tensor.shape:
        problem = (
            f"size mismatch for {key}: copying a param with shape {source.shape} from checkpoint, the shape in current "
            f"model is {tensor.shape}."
        )
        return [problem]
    if not assign:
        with no_grad():
            tensor.copy_(source)
    elif isinstance(tensor, Parameter):
        taken = source if isinstance(source, Parameter) else Parameter(source, tensor.requires_grad)
        setattr(module, name, taken.requires_grad_(tensor.requires_grad))
    else:
        setattr(module, name, source)
    return []


def _listed(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
