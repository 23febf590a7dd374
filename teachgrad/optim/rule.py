"""Rule: an optimizer that changes one tensor after the other, each by the same formula.

This module walks through the groups; a formula stands in its subclass, one for each optimizer. Formulas work in place
on the arrays of parameters, and read nothing of a tensor but its array, its gradient's, and what they remember.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from teachgrad.dtypes import get_default_dtype
from teachgrad.errors import explained
from teachgrad.graph import Array
from teachgrad.optim.bench import Bench, Benches
from teachgrad.optim.optimizer import Closure, Optimizer, Parameters
from teachgrad.tensor import Tensor, wrap


class Rule(Optimizer):
    """The base class of optimizers with a formula for one tensor at a time; `_change` is that formula.

    What all of them know: settings `maximize` (climb: go with the gradient instead of against it) and `weight_decay`
    (add ``weight_decay * w`` to the gradient, which pulls towards 0; or, if `decoupled_weight_decay` is set, shrink w
    by ``1 - lr * weight_decay`` instead, as Loshchilov and Hutter, 2017).
    """

    def __init__(self, params: Parameters, defaults: dict[str, Any]) -> None:
        _require_a_plain_way(defaults)
        super().__init__(params, defaults)

    def _prepare(self) -> None:
        super()._prepare()
        self._benches = Benches()

    def step(self, closure: Closure | None = None) -> Any:
        """Change all parameters that have a gradient once, as ``torch.optim.Optimizer.step``.

        Args:
            closure: computes the loss and the gradients anew; its value is returned.
        """
        loss, benches, change = self._loss(closure), self._benches, self._change
        for group in self.param_groups:
            maximize, decay = group["maximize"], float(group.get("weight_decay", 0))
            decoupled = decay and group.get("decoupled_weight_decay", False)
            turned = maximize or (decay and not decoupled)
            for tensor in group["params"]:
                grad = tensor._grad
                if grad is None:
                    continue
                w, g = tensor.array, grad.array
                bench = benches[w.shape, w.dtype]
                tensor.counter[0] += 1  # a graph that saved its value must not use the new one
                if decoupled:
                    bench.scale(w, 1 - float(group["lr"]) * decay)
                if turned:
                    g = bench.turned(g, maximize, 0 if decoupled else decay, w)
                change(tensor, w, g, group, bench)
        return loss

    def _change(self, tensor: Tensor, w: Array, g: Array, group: dict[str, Any], bench: Bench) -> None:
        """Change `w`, the array of the tensor, going against `g`."""
        raise NotImplementedError

    def _begin(self, tensor: Tensor, **start: Tensor | float | None) -> dict[str, Tensor]:
        """Begin to remember: no steps so far, and by name a tensor, or an array full of a number; None is left out."""
        memory = self.state[tensor]
        memory["step"] = scalar(0)
        for name, value in start.items():
            if value is not None:
                memory[name] = value if isinstance(value, Tensor) else wrap(np.full_like(tensor.array, value))
        return memory


def scalar(value: float) -> Tensor:
    """A single number to remember: float32, or float64 if that is the default type."""
    return wrap(np.array(value, np.float64 if get_default_dtype().numpy == np.float64 else np.float32))


def counted(memory: Mapping[str, Tensor]) -> Any:
    """The number of this step, from 1."""
    steps = memory["step"].array
    step = steps[()] = steps.item() + 1
    return step


def _require_a_plain_way(defaults: Mapping[str, Any]) -> None:
    """Refuse what chooses a way of computing that is not here; `foreach` and `fused` name ways to the same step."""
    if defaults["differentiable"]:
        raise explained(
            NotImplementedError,
            "differentiable=True is not supported",
            why="a step changes the parameters in place, outside of the graph.",
            fix="write the step as an expression: w = w - lr * g, with g from autograd.grad(create_graph=True).",
        )
    if defaults.get("capturable"):
        raise explained(
            AssertionError,
            "If capturable=True, params and state_steps must be on supported devices",
            why="it is for steps that are recorded and replayed on a graphics processor, and this is the CPU.",
            fix="leave capturable out.",
        )
    if defaults["foreach"] and defaults.get("fused"):
        raise explained(
            RuntimeError,
            "`fused` and `foreach` cannot be `True` together.",
            why="they are two ways of computing the same step.",
            fix="leave both out.",
        )


def require_not_negative(settings: Mapping[str, Any]) -> None:
    """Refuse negative settings; the keys are PyTorch's words for them.

    Raises:
        ValueError: such as "Invalid learning rate: -1", or "Tensor lr must be 1-element".
    """
    for what, value in settings.items():
        if isinstance(value, Tensor) and value.numel() != 1:
            raise explained(
                ValueError,
                "Tensor lr must be 1-element",
                why=f"one learning rate serves a whole group, and this tensor has shape {tuple(value.shape)}.",
                fix="give each group its own: [{'params': [w], 'lr': 0.1}, {'params': [b], 'lr': 0.01}].",
            )
        fix = "to climb instead of descending, use maximize=True" if what == "learning rate" else ""
        require(value >= 0, what, value, "0 or more", fix)


def require_betas(betas: Any) -> None:
    """Refuse shares of a running average that are not below 1.

    Raises:
        ValueError: such as "Invalid beta parameter at index 0: 1.0".
    """
    for place, beta in enumerate(betas):
        fix = "the usual ones are betas=(0.9, 0.999)"
        require(0 <= beta < 1, f"beta parameter at index {place}", beta, "0 or more, and less than 1", fix)


def require(fits: Any, what: str, value: Any, limits: str, fix: str = "") -> None:
    """Refuse a setting that does not fit.

    Raises:
        ValueError: with PyTorch's words, "Invalid", what, and the value.
    """
    if not fits:
        raise explained(
            ValueError,
            f"Invalid {what}: {value}",
            why=f"it has to be {limits}.",
            fix=f"{fix or 'leave it out for the usual value'}.",
            lesson=13,
        )
