"""Adam and AdamW: steps of about equal size for every parameter, whatever the size of its gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array
from teachgrad.optim.bench import Bench
from teachgrad.optim.optimizer import Parameters
from teachgrad.optim.rule import Rule, counted, require_betas, require_not_negative
from teachgrad.tensor import Tensor


class Adam(Rule):
    """Adam (Kingma and Ba, 2014), as ``torch.optim.Adam``.

    Averages of the gradient and of its square, each over about 1 / (1 - beta) steps, give the direction and the scale:

        m = beta1 * m + (1 - beta1) * g;  v = beta2 * v + (1 - beta2) * g * g;  w -= lr * m / (sqrt(v) + eps)

    with m and v divided by 1 - beta ** step, because both start at 0.

    Args:
        params: see `Optimizer`.
        lr: the size of a step.
        betas: how much of the two averages to keep.
        eps: keeps the division from going wrong where gradients vanish.
        amsgrad: divide by the largest v so far (Reddi, Kale and Kumar, 2018).
        weight_decay, decoupled_weight_decay, maximize: see `Rule`; `AdamW` decouples by default.
        foreach, fused: accepted; they name other ways to the same step.
        differentiable, capturable: have to be False: steps are not recorded.

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
        require_not_negative({"learning rate": lr, "epsilon value": eps})
        require_betas(betas)
        require_not_negative({"weight_decay value": weight_decay})
        if not (all(isinstance(beta, float) for beta in betas) or all(isinstance(beta, Tensor) for beta in betas)):
            raise explained(
                ValueError,
                "betas must be either both floats or both Tensors",
                why=f"they are {betas}.",
                fix="betas=(0.9, 0.999).",
                lesson=13,
            )
        betas = float(betas[0]), float(betas[1])
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

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        (beta1, beta2), amsgrad = group["betas"], group["amsgrad"]
        memory = self.state[tensor] or self._begin(
            tensor, exp_avg=0, exp_avg_sq=0, max_exp_avg_sq=0 if amsgrad else None
        )
        averages = memory["exp_avg"].array, memory["exp_avg_sq"].array
        arrays = (w, g, *averages, memory["max_exp_avg_sq"].array if amsgrad else averages[1])

        t = counted(memory)
        rate, correction = float(group["lr"]) / (1 - beta1**t), math.sqrt(1 - beta2**t)
        for part, w, g, m, v, largest in bench.pieces(*arrays):
            part.lerp(m, g, 1 - beta1)
            part.scale(v, beta2)
            part.addcmul(v, 1 - beta2, g, g)
            if amsgrad:
                np.maximum(largest, v, out=largest)
            part.addcdiv(w, -rate, m, part.root(largest, group["eps"], correction))


class AdamW(Adam):
    """Adam whose weight decay does not pass through the averages, as ``torch.optim.AdamW``.

    (Loshchilov and Hutter, 2017.) Arguments as those of `Adam`.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )
