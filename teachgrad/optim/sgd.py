"""Stochastic gradient descent: a step against the gradient, with momentum or with averaging if wanted."""

from __future__ import annotations

from typing import Any

from teachgrad.errors import explained
from teachgrad.graph import Array
from teachgrad.optim.bench import Bench
from teachgrad.optim.optimizer import Parameters
from teachgrad.optim.rule import Rule, counted, require_not_negative, scalar
from teachgrad.tensor import Tensor, wrap


class SGD(Rule):
    """w -= lr * g, as ``torch.optim.SGD``; with momentum m:  v = m * v + (1 - dampening) * g;  w -= lr * v.

    The first v is the first g (Sutskever and others, 2013, with the learning rate outside of v).

    Args:
        params: see `Optimizer`.
        lr: the learning rate: how far to go.
        momentum: how much of the last step's direction to keep.
        dampening: how much less of the gradient to add to it.
        nesterov: take the gradient's own step on top of the momentum's.
        weight_decay, maximize: see `Rule`.
        foreach, fused: accepted; they name other ways to the same step.
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
        require_not_negative({"learning rate": lr, "momentum value": momentum, "weight_decay value": weight_decay})
        if nesterov and (momentum <= 0 or dampening != 0):
            raise explained(
                ValueError,
                "Nesterov momentum requires a momentum and zero dampening",
                why=f"momentum is {momentum}, dampening {dampening}.",
                fix="SGD(..., momentum=0.9, nesterov=True)",
                lesson=13,
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

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        lr, momentum = float(group["lr"]), group["momentum"]
        if not momentum:
            bench.add(w, -lr, g)
            return
        memory = self.state[tensor]
        if memory.get("momentum_buffer") is None:
            memory["momentum_buffer"] = wrap(g.astype(w.dtype))
            v = memory["momentum_buffer"].array
        else:
            v = memory["momentum_buffer"].array
            bench.scale(v, momentum)
            bench.add(v, 1 - group["dampening"], g)
        bench.add(w, -lr, bench.sum(g, momentum, v, bench.second) if group["nesterov"] else v)


class ASGD(Rule):
    """SGD with a learning rate that falls, and the average of its path, as ``torch.optim.ASGD``.

    (Polyak and Juditsky, 1992.)

        eta = lr / (1 + lambd * lr * t) ** alpha;  w = (1 - lambd * eta) * w - eta * g;  ax += (w - ax) / max(1, t - t0)

    The average is in ``optimizer.state[w]["ax"]``.

    Args:
        params: see `Optimizer`.
        lr: the learning rate at the start.
        lambd: how fast it falls, and how strongly w is pulled towards 0.
        alpha: the power with which it falls.
        t0: the step at which averaging begins; before it `ax` is w itself.
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
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        require_not_negative({"learning rate": lr, "weight_decay value": weight_decay})
        super().__init__(
            params,
            {
                "lr": lr,
                "lambd": lambd,
                "alpha": alpha,
                "t0": t0,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        lr, lambd = float(group["lr"]), group["lambd"]
        memory = self.state[tensor] or self._begin(tensor, eta=scalar(lr), mu=scalar(1), ax=0)
        ax, eta, mu = memory["ax"].array, memory["eta"].array, memory["mu"].array

        t = counted(memory)
        bench.scale(w, 1 - lambd * eta.item())
        bench.add(w, -eta.item(), g)
        if mu == 1:
            ax[...] = w
        else:
            bench.lerp(ax, w, mu.item())
        eta[()] = lr / (1 + lambd * lr * t) ** group["alpha"]
        mu[()] = 1 / max(1, t - group["t0"])
