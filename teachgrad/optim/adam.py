"""Adam and AdamW: steps of about equal size for every parameter, whatever the size of its gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array
from teachgrad.optim.optimizer import Closure, Optimizer, Parameters, refuse_differentiable, require_not_negative
from teachgrad.tensor import Tensor, wrap


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2014), as ``torch.optim.Adam``.

    Averages of the gradient and of its square, each over about 1 / (1 - beta) steps, give the direction and the scale:

        m = beta1 * m + (1 - beta1) * g;  v = beta2 * v + (1 - beta2) * g * g;  w -= lr * m / (sqrt(v) + eps)

    with m and v divided by 1 - beta ** step, because both start at 0.

    Args:
        params: see `Optimizer`.
        lr: the size of a step.
        betas: how much of the two averages to keep.
        eps: keeps the division from going wrong where gradients vanish.
        weight_decay: adds ``weight_decay * w`` to the gradient, which pulls towards 0.
        amsgrad: divide by the largest v so far.
        maximize: climb instead of descending.
        decoupled_weight_decay: shrink w by ``1 - lr * weight_decay`` instead of changing the gradient; as `AdamW`.
        foreach, fused, capturable: accepted; they choose between PyTorch's ways of computing the same step.
        differentiable: has to be False: steps are not recorded.

    Raises:
        ValueError: if a setting is out of its range.

    >>> import teachgrad as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = Adam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 1.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        refuse_differentiable(differentiable)
        require_not_negative("learning rate", lr)
        require_not_negative("epsilon value", eps)
        for place, beta in enumerate(betas):
            if not 0 <= beta < 1:
                raise explained(
                    ValueError,
                    f"Invalid beta parameter at index {place}: {beta}",
                    why="it says how much of an average is kept, and has to be from 0 up to, not including, 1.",
                    fix="the usual ones are betas=(0.9, 0.999).",
                )
        if not all(isinstance(beta, float) for beta in betas):
            raise ValueError("betas must be either both floats or both Tensors")
        require_not_negative("weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
                "fused": fused,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def step(self, closure: Closure | None = None) -> Any:
        """Change all parameters once; see `Optimizer.step`."""
        loss = self._loss(closure)
        for group in self.param_groups:
            lr, decay = float(group["lr"]), group["weight_decay"]
            for tensor, w, g in self._moving(group):
                if decay and group["decoupled_weight_decay"]:
                    w *= 1 - lr * decay
                elif decay:
                    g = g + decay * w
                w -= self._way(self._memory(tensor, group["amsgrad"]), g, lr, group)
        return loss

    def _memory(self, tensor: Tensor, amsgrad: bool) -> dict[str, Tensor]:
        memory = self.state[tensor]
        if not memory:
            memory["step"] = wrap(np.zeros((), np.float32))
            for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")[: 3 if amsgrad else 2]:
                memory[name] = wrap(np.zeros_like(tensor.array))
        return memory

    def _way(self, memory: dict[str, Tensor], g: Array, lr: float, group: dict[str, Any]) -> Array:
        """How far to go, and bring the memory up to date."""
        beta1, beta2 = group["betas"]
        m, v, room = memory["exp_avg"].array, memory["exp_avg_sq"].array, self._room(g)
        memory["step"].array += 1
        step = memory["step"].item()

        np.subtract(g, m, out=room)
        room *= 1 - beta1
        m += room
        np.multiply(g, g, out=room)
        room *= 1 - beta2
        v *= beta2
        v += room
        if group["amsgrad"]:
            largest = memory["max_exp_avg_sq"].array
            v = np.maximum(largest, v, out=largest)

        np.sqrt(v, out=room)
        room /= math.sqrt(1 - beta2**step)
        room += group["eps"]
        np.divide(m, room, out=room)
        room *= lr / (1 - beta1**step)
        return room


class AdamW(Adam):
    """Adam whose weight decay does not pass through the averages, as ``torch.optim.AdamW``.

    (Loshchilov and Hutter, 2017.)

    Arguments as those of `Adam`.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, decoupled_weight_decay=True, **options)
