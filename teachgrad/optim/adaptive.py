"""Optimizers that divide the gradient by its own size, each measured in another way."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.graph import Array
from teachgrad.optim.bench import Bench
from teachgrad.optim.optimizer import Parameters
from teachgrad.optim.rule import Rule, counted, require, require_not_negative
from teachgrad.tensor import Tensor


class RMSprop(Rule):
    """The gradient divided by the root of its average square, as ``torch.optim.RMSprop`` (Hinton, 2012, lecture 6).

        v = alpha * v + (1 - alpha) * g * g;  w -= lr * g / (sqrt(v) + eps)

    Args:
        params: see `Optimizer`.
        lr: the size of a step.
        alpha: how much of v to keep.
        eps: keeps the division from going wrong where gradients vanish.
        momentum: go along b = momentum * b + g / (sqrt(v) + eps).
        centered: divide by the spread of the gradient: by the root of v - a * a, where a is the average gradient.
        weight_decay, maximize: see `Rule`.
        foreach: accepted; it names another way to the same step.
        differentiable, capturable: have to be False.

    Raises:
        ValueError: if a setting is negative.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_not_negative({"learning rate": lr, "epsilon value": eps, "momentum value": momentum})
        require_not_negative({"weight_decay value": weight_decay, "alpha value": alpha})
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "capturable": capturable,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
            },
        )

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        alpha, momentum, centered = group["alpha"], group["momentum"], group["centered"]
        memory = self.state[tensor] or self._begin(
            tensor, square_avg=0, momentum_buffer=0 if momentum else None, grad_avg=0 if centered else None
        )
        v = memory["square_avg"].array

        counted(memory)
        bench.scale(v, alpha)
        bench.addcmul(v, 1 - alpha, g, g)
        if centered:
            a = memory["grad_avg"].array
            bench.lerp(a, g, 1 - alpha)
            v = np.subtract(v, np.multiply(a, a, bench.room), bench.room)
        size = bench.root(v, group["eps"])
        if momentum:
            b = memory["momentum_buffer"].array
            bench.scale(b, momentum)
            b += np.divide(g, size, bench.room)
            bench.add(w, -float(group["lr"]), b)
        else:
            bench.addcdiv(w, -float(group["lr"]), g, size)


class Adagrad(Rule):
    """The gradient divided by the root of all squares so far, as ``torch.optim.Adagrad`` (Duchi and others, 2011).

        s += g * g;  w -= lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Args:
        params: see `Optimizer`.
        lr: the size of the first steps.
        lr_decay: how fast the learning rate falls besides.
        initial_accumulator_value: where s starts.
        eps: keeps the division from going wrong where gradients vanish.
        weight_decay, maximize: see `Rule`.
        foreach, fused: accepted; they name other ways to the same step.
        differentiable: has to be False.

    Raises:
        ValueError: if a setting is negative.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        require_not_negative(
            {
                "learning rate": lr,
                "lr_decay value": lr_decay,
                "weight_decay value": weight_decay,
                "initial_accumulator_value value": initial_accumulator_value,
                "epsilon value": eps,
            }
        )
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "fused": fused,
            },
        )
        for group in self.param_groups:
            for tensor in group["params"]:
                self._begin(tensor, sum=initial_accumulator_value)

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        memory = self.state[tensor] or self._begin(tensor, sum=group["initial_accumulator_value"])
        s = memory["sum"].array

        t = counted(memory)
        bench.addcmul(s, 1, g, g)
        lr = float(group["lr"]) / (1 + (t - 1) * group["lr_decay"])
        bench.addcdiv(w, -lr, g, bench.root(s, group["eps"]))


class Adadelta(Rule):
    """A step as long as steps were so far, relative to gradients so far, as ``torch.optim.Adadelta`` (Zeiler, 2012).

        v = rho * v + (1 - rho) * g * g;  d = g * sqrt(u + eps) / sqrt(v + eps);  u = rho * u + (1 - rho) * d * d
        w -= lr * d

    Args:
        params: see `Optimizer`.
        lr: what to multiply the steps by.
        rho: how much of v and u to keep.
        eps: lets the first steps begin.
        weight_decay, maximize: see `Rule`.
        foreach: accepted; it names another way to the same step.
        differentiable, capturable: have to be False.

    Raises:
        ValueError: if a setting is out of its range.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_not_negative({"learning rate": lr})
        require(0 <= rho <= 1, "rho value", rho, "from 0 to 1")
        require_not_negative({"epsilon value": eps, "weight_decay value": weight_decay})
        super().__init__(
            params,
            {
                "lr": lr,
                "rho": rho,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "capturable": capturable,
                "foreach": foreach,
                "differentiable": differentiable,
            },
        )

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        rho = group["rho"]
        memory = self.state[tensor] or self._begin(tensor, square_avg=0, acc_delta=0)
        v, u = memory["square_avg"].array, memory["acc_delta"].array

        counted(memory)
        bench.scale(v, rho)
        bench.addcmul(v, 1 - rho, g, g)
        eps = bench.number(group["eps"])
        size, d = np.add(v, eps, bench.room), np.add(u, eps, bench.second)
        d /= size
        np.sqrt(d, d)
        d *= g
        bench.scale(u, rho)
        bench.addcmul(u, 1 - rho, d, d)
        bench.add(w, -float(group["lr"]), d)


class Rprop(Rule):
    """Resilient backpropagation: only the sign of the gradient counts, as ``torch.optim.Rprop``.

    (Riedmiller and Braun, 1993.) Every number has a step size of its own, which grows by etas[1] while the gradient
    keeps its sign, and shrinks by etas[0] when it turns; after a turn the number rests for one step.

        w -= step_size * sign(g)

    Args:
        params: see `Optimizer`.
        lr: the step sizes at the start.
        etas: what to shrink and what to grow by.
        step_sizes: the smallest and the largest.
        maximize: see `Rule`.
        foreach: accepted; it names another way to the same step.
        differentiable, capturable: have to be False.

    Raises:
        ValueError: if a setting is out of its range.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_not_negative({"learning rate": lr})
        require(0 < etas[0] < 1 < etas[1], "eta values", f"{etas[0]}, {etas[1]}", "one below 1 and one above")
        super().__init__(
            params,
            {
                "lr": lr,
                "etas": etas,
                "step_sizes": step_sizes,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        (shrink, grow), (smallest, largest) = group["etas"], group["step_sizes"]
        memory = self.state[tensor] or self._begin(tensor, prev=0, step_size=float(group["lr"]))
        before, size = memory["prev"].array, memory["step_size"].array

        counted(memory)
        agreement = np.multiply(g, before, bench.room)
        turned = agreement < 0
        size[turned] *= shrink
        size[agreement > 0] *= grow
        np.clip(size, smallest, largest, out=size)
        before[...] = g
        before[turned] = 0
        bench.addcmul(w, -1, np.sign(before, bench.second), size)
