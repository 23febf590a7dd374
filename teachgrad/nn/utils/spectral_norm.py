"""Spectral normalisation: a weight divided by its largest singular value, so that no input grows (Miyato, 2018).

The singular value is u @ W @ v for the right pair of unit vectors. Power iteration finds them: v is the direction of
W.T @ u, u that of W @ v, and again. Weights change little between steps, so one round for each is enough.
"""

from __future__ import annotations

from typing import Any

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.nn.hooks import Hook
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.ops.creation import empty
from teachgrad.ops.norms import normalize
from teachgrad.tensor import Tensor


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """A weight with dimension `dim` as rows and all others as columns."""
    if dim:
        weight = weight.permute(dim, *[axis for axis in range(weight.array.ndim) if axis != dim])
    return weight.reshape(weight.array.shape[0], -1)


def drawn_unit(like: Tensor, size: int, eps: float) -> Tensor:
    """A random unit vector."""
    return normalize(empty(size, dtype=like.dtype).normal_(0, 1), dim=0, eps=eps)


def iterated(matrix: Tensor, u: Tensor, v: Tensor, rounds: int, eps: float, u_first: bool) -> None:
    """Rounds of power iteration, in place."""
    with no_grad():
        for _ in range(rounds):
            if u_first:
                u.copy_(normalize(matrix.mv(v), dim=0, eps=eps))
            v.copy_(normalize(matrix.t().mv(u), dim=0, eps=eps))
            if not u_first:
                u.copy_(normalize(matrix.mv(v), dim=0, eps=eps))


def default_dim(module: Module) -> int:
    """The dimension of the outputs in the weight of a module: 1 for transposed convolutions, else 0."""
    return int(type(module).__name__.removeprefix("Parametrized").startswith("ConvTranspose"))


class SpectralNorm:
    """The hook that computes the weight before each `forward`, as ``torch.nn.utils.spectral_norm.SpectralNorm``."""

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float) -> None:
        self.name = name
        self.n_power_iterations = n_power_iterations
        self.dim = dim
        self.eps = eps

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """The weight divided by its largest singular value."""
        weight, u, v = (getattr(module, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            iterated(matrix, u, v, self.n_power_iterations, self.eps, u_first=False)
            u, v = u.clone(), v.clone()  # the buffers go on changing, and the gradient needs them as they are
        return weight / u.dot(matrix.mv(v))  # type: ignore[no-any-return]

    def __call__(self, module: Module, inputs: Any) -> None:
        """Before each `forward`."""
        setattr(module, self.name, self.compute_weight(module, module.training))


def _hook(module: Module, name: str) -> Hook | None:
    for hook in module._forward_pre_hooks:
        if isinstance(hook.function, SpectralNorm) and hook.function.name == name:
            return hook
    return None


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide the weight of a module by its largest singular value before each use; returns the module.

    As ``torch.nn.utils.spectral_norm``: the parameter is kept as `name_orig`, the vectors as the buffers `name_u` and
    `name_v`. `parametrizations.spectral_norm` does the same as a parametrization.

    Args:
        module: what has the weight.
        name: of the weight.
        n_power_iterations: rounds of power iteration before each use, in training.
        eps: the shortest that a vector counts, so that nothing is divided by 0.
        dim: of the outputs in the weight; by default 1 for transposed convolutions, else 0.

    Raises:
        RuntimeError: if it is normed already.
    """
    if _hook(module, name) is not None:
        raise explained(
            RuntimeError,
            f"Cannot register two spectral_norm hooks on the same parameter {name}",
            why="it is computed from another parameter already.",
            fix="nn.utils.remove_spectral_norm(module) undoes the first.",
        )
    if n_power_iterations <= 0:
        raise explained(
            ValueError,
            f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}",
            why="each iteration brings the estimate of the largest singular value closer.",
            fix="1 is usual.",
        )
    hook = SpectralNorm(name, n_power_iterations, default_dim(module) if dim is None else dim, eps)
    weight: Tensor = module._parameters[name]  # type: ignore[assignment] # who has no weight gets a KeyError
    matrix = as_matrix(weight.detach(), hook.dim)
    u, v = (drawn_unit(matrix, size, eps) for size in matrix.array.shape)
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)  # type: ignore[arg-type] # it was one
    setattr(module, name, weight.detach())
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Let the weight be an ordinary parameter again; returns the module. As ``torch.nn.utils.remove_spectral_norm``.

    Raises:
        ValueError: if it is not normed.
    """
    hook = _hook(module, name)
    if hook is None:
        raise explained(
            ValueError,
            f"spectral_norm of '{name}' not found in {module}",
            why="the weight of this module is not normed by spectral_norm.",
            fix="for parametrizations there is parametrize.remove_parametrizations.",
        )
    with no_grad():
        weight = hook.function.compute_weight(module, False)  # type: ignore[attr-defined] # `_hook` looks for this kind
    module._forward_pre_hooks.remove(hook)
    for part in (name, f"{name}_u", f"{name}_v", f"{name}_orig"):
        delattr(module, part)
    module.register_parameter(name, Parameter(weight.detach()))
    return module
