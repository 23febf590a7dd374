"""Loading a state into a module: matching names and shapes, and saying precisely what does not match.

This module knows that modules have parameters, buffers and children, not what any of them computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.nn.parameter import Parameter
from teachgrad.tensor import Tensor

if TYPE_CHECKING:
    from teachgrad.nn.module import Module


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


def load(module: Module, state: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Copy a state into a module and all below it; see `Module.load_state_dict`."""
    missing: list[str] = []
    unexpected: list[str] = []
    problems: list[str] = []
    for path, part in module.named_modules(remove_duplicate=False):
        prefix = f"{path}." if path else ""
        own = dict(own_state(part))
        for name, tensor in own.items():
            if prefix + name in state:
                problems += _load_one(part, name, tensor, prefix + name, state[prefix + name], assign)
            else:
                missing.append(prefix + name)
        for key in state:
            if key.startswith(prefix):
                head, dot, _ = key[len(prefix) :].partition(".")
                if head not in (part._modules if dot else own):
                    unexpected.append(key)
    if strict and unexpected:
        problems.insert(0, f"Unexpected key(s) in state_dict: {_listed(unexpected)}. ")
    if strict and missing:
        problems.insert(0, f"Missing key(s) in state_dict: {_listed(missing)}. ")
    if problems:
        raise explained(
            RuntimeError,
            f"Error(s) in loading state_dict for {type(module).__name__}:\n\t" + "\n\t".join(problems),
            why="a state holds one tensor for each parameter and buffer, under the same name and with the same shape.",
            fix="build the module as it was when the state was taken; strict=False skips names that do not match.",
        )
    return IncompatibleKeys(missing, unexpected)


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
        setattr(module, name, Parameter(source, tensor.requires_grad))
    else:
        setattr(module, name, source)
    return []


def _listed(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
