"""Stochastic gradient descent: a step against the gradient, with momentum if wanted."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array
from teachgrad.optim.optimizer import Closure, Optimizer, Parameters, refuse_differentiable, require_not_negative
from teachgrad.tensor import Tensor, wrap


class SGD(Optimizer):
    """w -= lr * g, as ``torch.optim.SGD``; with momentum m:  v = m * v + (1 - dampening) * g;  w -= lr * v.

    Args:
        params: see `Optimizer`.
        lr: the learning rate: how far to go.
        momentum: how much of the last step's direction to keep.
        dampening: how much less of the gradient to add to it.
        weight_decay: adds ``weight_decay * w`` to the gradient, which pulls towards 0.
        nesterov: take the gradient's own step on top of the momentum's.
        maximize: climb instead of descending.
        foreach, fused: accepted; they choose between PyTorch's ways of computing the same step.
        differentiable: has to be False: steps are not recorded.

    Raises:
        ValueError: if a setting is negative, or does not go with `nesterov`.

    >>> import teachgrad as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000, 1.6000], requires_grad=True)
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        refuse_differentiable(differentiable)
        require_not_negative("learning rate", lr)
        require_not_negative("momentum value", momentum)
        require_not_negative("weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise explained(
                ValueError,
                "Nesterov momentum requires a momentum and zero dampening",
                why=f"momentum is {momentum}, dampening {dampening}.",
                fix="SGD(..., momentum=0.9, nesterov=True)",
            )
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
                "foreach": foreach,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

    def step(self, closure: Closure | None = None) -> Any:
        """Change all parameters once; see `Optimizer.step`."""
        loss = self._loss(closure)
        for group in self.param_groups:
            lr, momentum, decay = float(group["lr"]), group["momentum"], group["weight_decay"]
            for tensor, w, g in self._moving(group):
                if decay:
                    g = g + decay * w
                if momentum:
                    g = self._with_momentum(tensor, g, group)
                w -= np.multiply(g, lr, out=self._room(w))
        return loss

    def _with_momentum(self, tensor: Tensor, g: Array, group: dict[str, Any]) -> Array:
        """The direction of this step: what is kept of the last one's, and the gradient."""
        memory, momentum = self.state[tensor], group["momentum"]
        if "momentum_buffer" not in memory:
            memory["momentum_buffer"] = wrap(g.copy())
            v = memory["momentum_buffer"].array
        else:
            v = memory["momentum_buffer"].array
            v *= momentum
            v += g if group["dampening"] == 0 else np.multiply(g, 1 - group["dampening"], out=self._room(g))
        direction: Array = g + momentum * v if group["nesterov"] else v
        return direction
