"""Parametrizations that are ready to use, as ``torch.nn.utils.parametrizations``."""

from __future__ import annotations

from typing import Any

from teachgrad.errors import explained
from teachgrad.nn.module import Module
from teachgrad.nn.utils.parametrize import register_parametrization
from teachgrad.nn.utils.spectral_norm import as_matrix, default_dim, drawn_unit, iterated
from teachgrad.nn.utils.weight_norm import lengths, normed
from teachgrad.ops.norms import normalize
from teachgrad.tensor import Tensor


class _WeightNorm(Module):
    """A weight by its length and its direction."""

    def __init__(self, dim: int | None) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """The weight of this length and direction."""
        return normed(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """The length and the direction of a weight."""
        return lengths(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Let the weight of a module be its length times its direction, both learnt; returns the module.

    As ``torch.nn.utils.parametrizations.weight_norm``. The length is kept as ``parametrizations.weight.original0``, a
    vector of the direction as ``original1``.

    Args:
        module: what has the weight.
        name: of the weight.
        dim: a length for each index of this dimension; None for one length.
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(module: Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
        """States of `nn.utils.weight_norm` have other names."""
        for old, new in ((f"{name}_g", "original0"), (f"{name}_v", "original1")):
            if prefix + old in state:
                state[f"{prefix}parametrizations.{name}.{new}"] = state.pop(prefix + old)

    module.register_load_state_dict_pre_hook(rename)
    return module


class _SpectralNorm(Module):
    """A weight divided by its largest singular value."""

    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__()
        ndim = weight.array.ndim
        if not -ndim <= dim < ndim:
            raise explained(
                IndexError,
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})",
                why=f"the weight has shape {weight.array.shape}.",
                fix="choose a dim in that range.",
            )
        if n_power_iterations <= 0:
            raise explained(
                ValueError,
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}",
                why="each iteration brings the estimate of the largest singular value closer.",
                fix="1 is usual.",
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight, self.dim)
            self.register_buffer("_u", drawn_unit(matrix, matrix.array.shape[0], eps))
            self.register_buffer("_v", drawn_unit(matrix, matrix.array.shape[1], eps))
            iterated(matrix, self._u, self._v, 15, eps, u_first=True)

    def forward(self, weight: Tensor) -> Tensor:
        """The weight divided by its largest singular value; of a vector, by its length."""
        if weight.array.ndim == 1:
            return normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            iterated(matrix.detach(), self._u, self._v, self.n_power_iterations, self.eps, u_first=True)
        u, v = self._u.clone(), self._v.clone()  # the buffers go on changing, and the gradient needs them as they are
        return weight / u.dot(matrix.mv(v))

    def right_inverse(self, value: Tensor) -> Tensor:
        """The value: what is learnt is divided anyway."""
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide the weight of a module by its largest singular value; returns the module.

    As ``torch.nn.utils.parametrizations.spectral_norm``.

    Args:
        module: what has the weight.
        name: of the weight.
        n_power_iterations: rounds of power iteration before each use, in training.
        eps: the shortest that a vector counts, so that nothing is divided by 0.
        dim: of the outputs in the weight; by default 1 for transposed convolutions, else 0.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise explained(
            ValueError,
            f"Module '{module}' has no parameter or buffer with name '{name}'",
            why=f"its parameters are {[key for key, _ in module.named_parameters(recurse=False)]}.",
            fix="name one of them.",
        )
    dim = default_dim(module) if dim is None else dim
    return register_parametrization(module, name, _SpectralNorm(weight.detach(), n_power_iterations, dim, eps))
