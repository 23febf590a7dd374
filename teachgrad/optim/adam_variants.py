"""Three relatives of Adam: another measure of size, another kind of momentum, another beginning."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachgrad.graph import Array
from teachgrad.optim.bench import Bench
from teachgrad.optim.optimizer import Parameters
from teachgrad.optim.rule import Rule, counted, require_betas, require_not_negative, scalar
from teachgrad.tensor import Tensor


class Adamax(Rule):
    """Adam with the largest gradient in place of the average square, as ``torch.optim.Adamax``.

    (Kingma and Ba, 2014, section 7.1.)

        m = beta1 * m + (1 - beta1) * g;  u = max(beta2 * u, |g| + eps);  w -= lr / (1 - beta1 ** t) * m / u

    Args:
        params: see `Optimizer`.
        lr: the size of a step.
        betas: how much of m and of u to keep.
        eps: keeps u from 0.
        weight_decay, maximize: see `Rule`.
        foreach: accepted; it names another way to the same step.
        differentiable, capturable: have to be False.

    Raises:
        ValueError: if a setting is out of its range.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        require_not_negative({"learning rate": lr, "epsilon value": eps})
        require_betas(betas)
        require_not_negative({"weight_decay value": weight_decay})
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        beta1, beta2 = group["betas"]
        memory = self.state[tensor] or self._begin(tensor, exp_avg=0, exp_inf=0)
        m, u = memory["exp_avg"].array, memory["exp_inf"].array

        t = counted(memory)
        bench.lerp(m, g, 1 - beta1)
        bench.scale(u, beta2)
        size = np.abs(g, bench.room)
        size += bench.number(group["eps"])
        np.maximum(u, size, out=u)
        bench.addcdiv(w, -float(group["lr"]) / (1 - beta1**t), m, u)


class NAdam(Rule):
    """Adam with Nesterov's momentum, as ``torch.optim.NAdam`` (Dozat, 2016).

    The share of momentum grows with the steps, mu(t) = beta1 * (1 - 0.96 ** (t * momentum_decay) / 2), and a step goes
    along the gradient and along the momentum of the *next* step:

        w -= lr * ((1 - mu(t)) / (1 - M) * g + mu(t + 1) / (1 - M * mu(t + 1)) * m) / (sqrt(v / (1 - beta2 ** t)) + eps)

    with m and v as in `Adam`, and M the product of all mu so far.

    Args:
        params: see `Optimizer`.
        lr: the size of a step.
        betas, eps: as of `Adam`.
        momentum_decay: how fast the share of momentum grows.
        weight_decay, decoupled_weight_decay, maximize: see `Rule`.
        foreach: accepted; it names another way to the same step.
        differentiable, capturable: have to be False.

    Raises:
        ValueError: if a setting is out of its range.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_not_negative({"learning rate": lr, "epsilon value": eps})
        require_betas(betas)
        require_not_negative({"weight_decay value": weight_decay, "momentum_decay value": momentum_decay})
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
            },
        )

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        lr, (beta1, beta2) = float(group["lr"]), group["betas"]
        memory = self.state[tensor] or self._begin(tensor, mu_product=scalar(1), exp_avg=0, exp_avg_sq=0)
        m, v = memory["exp_avg"].array, memory["exp_avg_sq"].array

        def mu(t: float) -> float:
            return float(beta1 * (1 - 0.5 * 0.96 ** (t * group["momentum_decay"])))

        t = counted(memory)
        memory["mu_product"].array *= mu(t)
        product = memory["mu_product"].array.item()
        bench.lerp(m, g, 1 - beta1)
        bench.scale(v, beta2)
        bench.addcmul(v, 1 - beta2, g, g)
        size = bench.root(v, group["eps"], math.sqrt(1 - beta2**t))
        bench.addcdiv(w, -lr * (1 - mu(t)) / (1 - product), g, size)
        bench.addcdiv(w, -lr * mu(t + 1) / (1 - product * mu(t + 1)), m, size)


class RAdam(Rule):
    """Adam that begins as momentum and trusts its scale only when it knows enough, as ``torch.optim.RAdam``.

    (Liu and others, 2019.) With m and v as in `Adam`, and rho(t) the number of gradients that v is worth:

        rho = 2 / (1 - beta2) - 1;  rho(t) = rho - 2 * t * beta2 ** t / (1 - beta2 ** t)
        w -= lr * m / (1 - beta1 ** t)                                          while rho(t) <= 5, and later
        w -= lr * m / (1 - beta1 ** t) * r * sqrt(1 - beta2 ** t) / (sqrt(v) + eps)
        r = sqrt((rho(t) - 4) * (rho(t) - 2) * rho / ((rho - 4) * (rho - 2) * rho(t)))

    Args:
        params: see `Optimizer`.
        lr: the size of a step.
        betas, eps: as of `Adam`.
        weight_decay, decoupled_weight_decay, maximize: see `Rule`.
        foreach: accepted; it names another way to the same step.
        differentiable, capturable: have to be False.

    Raises:
        ValueError: if a setting is out of its range.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_not_negative({"learning rate": lr, "epsilon value": eps})
        require_betas(betas)
        require_not_negative({"weight_decay value": weight_decay})
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        beta1, beta2 = group["betas"]
        memory = self.state[tensor] or self._begin(tensor, exp_avg=0, exp_avg_sq=0)
        m, v = memory["exp_avg"].array, memory["exp_avg_sq"].array

        t = counted(memory)
        bench.lerp(m, g, 1 - beta1)
        bench.scale(v, beta2)
        bench.addcmul(v, 1 - beta2, g, g)
        lr = float(group["lr"]) / (1 - beta1**t)
        rho = 2 / (1 - beta2) - 1
        rho_t = rho - 2 * t * beta2**t / (1 - beta2**t)
        if rho_t <= 5:
            bench.add(w, -lr, m)
            return
        r = math.sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t))
        bench.addcdiv(w, -lr * r * math.sqrt(1 - beta2**t), m, bench.root(v, group["eps"]))
