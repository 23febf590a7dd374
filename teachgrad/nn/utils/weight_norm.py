"""Weight normalisation: a weight as its length, g, times its direction, v / |v|, both learnt (Salimans, 2016)."""

from __future__ import annotations

import warnings
from typing import Any

from teachgrad.errors import explained
from teachgrad.nn.hooks import Hook
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.ops.norms import vector_norm
from teachgrad.tensor import Tensor


def lengths(weight: Tensor, dim: int | None) -> Tensor:
    """The lengths of the parts of a weight, one for each index of `dim`; of the whole weight for None or -1."""
    if dim in (None, -1):
        return vector_norm(weight)
    others = [axis for axis in range(weight.array.ndim) if axis != dim]
    return vector_norm(weight, 2, others, True)


def normed(v: Tensor, g: Tensor, dim: int | None) -> Tensor:
    """The weight of direction v and length g."""
    return v * (g / lengths(v, dim))


class WeightNorm:
    """The hook that computes the weight before each `forward`, as ``torch.nn.utils.weight_norm.WeightNorm``."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = dim

    def compute_weight(self, module: Module) -> Tensor:
        """The weight by its parts."""
        return normed(getattr(module, f"{self.name}_v"), getattr(module, f"{self.name}_g"), self.dim)

    def __call__(self, module: Module, inputs: Any) -> None:
        """Before each `forward`."""
        setattr(module, self.name, self.compute_weight(module))


def _hook(module: Module, name: str) -> Hook | None:
    for hook in module._forward_pre_hooks:
        if isinstance(hook.function, WeightNorm) and hook.function.name == name:
            return hook
    return None


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Let the weight of a module be g * v / |v|, with `name_g` and `name_v` as parameters; returns the module.

    As ``torch.nn.utils.weight_norm``, which is deprecated: `parametrizations.weight_norm` does the same as a
    parametrization.

    Args:
        module: what has the weight.
        name: of the weight.
        dim: a length for each index of this dimension; None for one length.

    Raises:
        RuntimeError: if it is normed already.
    """
    warnings.warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    if _hook(module, name) is not None:
        raise explained(
            RuntimeError,
            f"Cannot register two weight_norm hooks on the same parameter {name}",
            why="it is computed from a length and a direction already.",
            fix="nn.utils.remove_weight_norm(module) undoes the first.",
        )
    hook = WeightNorm(name, dim)
    weight = getattr(module, name)
    del module._parameters[name]
    module.register_parameter(f"{name}_g", Parameter(lengths(weight, dim).detach()))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    hook(module, ())
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Let the weight be an ordinary parameter again; returns the module. As ``torch.nn.utils.remove_weight_norm``.

    Raises:
        ValueError: if it is not normed.
    """
    hook = _hook(module, name)
    if hook is None:
        raise explained(
            ValueError,
            f"weight_norm of '{name}' not found in {module}",
            why="the weight of this module is not normed by weight_norm.",
            fix="for parametrizations there is parametrize.remove_parametrizations.",
        )
    weight = hook.function.compute_weight(module)  # type: ignore[attr-defined] # `_hook` looks for this kind
    module._forward_pre_hooks.remove(hook)
    delattr(module, name)
    del module._parameters[f"{name}_g"], module._parameters[f"{name}_v"]
    setattr(module, name, Parameter(weight.detach()))
    return module
