"""L-BFGS: Newton's direction from what the last gradients tell about the curvature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.grad_mode import enable_grad
from teachgrad.graph import Array
from teachgrad.optim.optimizer import Closure, Optimizer, Parameters
from teachgrad.optim.rule import require_not_negative
from teachgrad.optim.wolfe import Point, search
from teachgrad.tensor import Tensor, wrap

FLAT = 1e-10  # a pair of changes with a smaller product says nothing about the curvature


class LBFGS(Optimizer):
    """Steps in the direction of Newton's method, with a memory of few gradients, as ``torch.optim.LBFGS``.

    (Nocedal, 1980; Nocedal and Wright, algorithm 7.5.) It needs the loss at several places, so `step` is given a
    closure. It works on all of a data set at once: gradients of random batches do not fit together.

    Args:
        params: the tensors to change; there can be one group only.
        lr: the length of a step, relative to Newton's; the first step is at most 1 long, times `lr`.
        max_iter: how many iterations make a step.
        max_eval: how often the loss may be computed in a step, by default 1.25 times `max_iter`.
        tolerance_grad: end where no slope is steeper.
        tolerance_change: end where loss or parameters change less.
        history_size: how many changes of the gradient to remember.
        line_search_fn: "strong_wolfe" searches for a good length of each step; None takes `lr`.

    Raises:
        ValueError: if there are several groups, or the learning rate is negative.

    >>> import teachgrad as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((w - tg.tensor([3.0, 4.0])) ** 2 * tg.tensor([1.0, 10.0])).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure)
    tensor(44., grad_fn=<SumBackward0>)
    >>> tg.allclose(w, tg.tensor([3.0, 4.0]))
    True
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        require_not_negative({"learning rate": lr})
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )
        if len(self.param_groups) != 1:
            raise explained(
                ValueError,
                "LBFGS doesn't support per-parameter options (parameter groups)",
                why="it looks at all parameters as one vector, and takes one step along it.",
                fix="give all tensors in one list.",
            )

    def step(self, closure: Closure) -> Any:  # type: ignore[override] # here a closure is needed
        """Take up to `max_iter` steps downhill, as ``torch.optim.LBFGS.step``.

        Args:
            closure: clears the gradients, computes the loss and, by `backward`, the gradients anew.

        Returns:
            what the closure returned first.
        """
        group, params = self.param_groups[0], self.param_groups[0]["params"]
        closure = enable_grad()(closure)
        memory = self.state[params[0]]  # PyTorch keeps it there, although it belongs to all
        before = memory.setdefault("func_evals", 0)
        memory.setdefault("n_iter", 0)
        first = closure()
        memory["func_evals"] += 1
        loss, g = float(first), _gradient(params)
        if abs(g).max() <= group["tolerance_grad"]:
            return first
        history = _History(memory, group["history_size"])
        for iteration in range(1, group["max_iter"] + 1):
            memory["n_iter"] += 1
            history.look_at(g, loss)
            slope = g.dot(history.d)
            history.t = float(group["lr"])
            if memory["n_iter"] == 1:
                history.t = min(1.0, 1.0 / abs(g).sum()) * history.t
            if slope > -group["tolerance_change"]:
                break
            tries = memory["func_evals"] - before
            is_last = iteration == group["max_iter"]
            loss, g, tries = self._advance(closure, history, Point(0, loss, g, slope), tries, is_last)
            memory["func_evals"] += tries
            if is_last or memory["func_evals"] - before >= group["max_eval"] or history.rests(g, loss, group):
                break
        memory |= history.saved()
        return first

    def _advance(
        self, closure: Closure, history: _History, start: Point, tries: int, is_last: bool
    ) -> tuple[float, Array, int]:
        """Move the parameters; the loss and the gradient there, and how many times they were computed."""
        group, params, d = self.param_groups[0], self.param_groups[0]["params"], history.d
        if group["line_search_fn"] is None:
            _move(params, history.t, d)
            if is_last:  # nobody will look at the gradient
                return start.loss, start.gradient, 0
            return float(closure()), _gradient(params), 1
        if group["line_search_fn"] != "strong_wolfe":
            raise explained(
                RuntimeError,
                "only 'strong_wolfe' is supported",
                why=f"line_search_fn is {group['line_search_fn']!r}.",
                fix="line_search_fn='strong_wolfe', or None.",
            )
        origin = [tensor.array.copy() for tensor in params]

        def visit(t: Any) -> Point:
            _move(params, t, d)
            loss = float(closure())
            g = _gradient(params)
            for tensor, array in zip(params, origin, strict=True):
                _store(tensor, array)
            return Point(t, loss, g, g.dot(d))

        found, visited = search(visit, start, history.t, abs(d).max(), group["max_eval"] - tries)
        history.t = found.t
        _move(params, found.t, d)
        return found.loss, found.gradient, visited


class _History:
    """What LBFGS remembers: the last steps s, the changes y of the gradient along them, and the last direction."""

    def __init__(self, memory: dict[str, Any], size: int) -> None:
        self.size = size
        self.d, self.t, self.g = (_bare(memory.get(key)) for key in ("d", "t", "prev_flat_grad"))
        self.loss: float = memory.get("prev_loss", math.inf)
        self.changes, self.steps, self.ro = (_bare(memory.get(key, [])) for key in ("old_dirs", "old_stps", "ro"))
        self.scale = _bare(memory.get("H_diag", 1))
        self.shares: list[Any] | None = _bare(memory.get("al"))

    def look_at(self, g: Array, loss: float) -> None:
        """Learn from the gradient where the last step led, and choose the next direction."""
        if self.g is not None:
            y, s = g - self.g, self.d * self.t
            if y.dot(s) > FLAT:
                self._remember(y, s)
            self.d = self._direction(g)
        else:
            self.d = -g
        self.g, self.loss = g.copy(), loss

    def _remember(self, y: Array, s: Array) -> None:
        if len(self.steps) == self.size:
            for past in (self.changes, self.steps, self.ro):
                past.pop(0)
        self.changes.append(y)
        self.steps.append(s)
        self.ro.append(1.0 / y.dot(s))
        self.scale = y.dot(s) / y.dot(y)

    def _direction(self, g: Array) -> Array:
        """-H g, where H is the inverse of the curvature as far as it is known: two loops over what is remembered."""
        self.shares = self.shares or [None] * self.size
        q = -g
        for i in reversed(range(len(self.steps))):
            self.shares[i] = self.steps[i].dot(q) * self.ro[i]
            q -= self.shares[i] * self.changes[i]
        d: Array = q * self.scale
        for i in range(len(self.steps)):
            d += (self.shares[i] - self.changes[i].dot(d) * self.ro[i]) * self.steps[i]
        return d

    def rests(self, g: Array, loss: float, group: dict[str, Any]) -> bool:
        """Whether there is nothing left to gain: no slope, no movement, or no change of the loss."""
        return bool(
            abs(g).max() <= group["tolerance_grad"]
            or abs(self.d * self.t).max() <= group["tolerance_change"]
            or abs(loss - self.loss) < group["tolerance_change"]
        )

    def saved(self) -> dict[str, Any]:
        """The entries of the optimizer's state."""
        out = {} if self.shares is None else {"al": _kept(self.shares)}
        out |= {"d": _kept(self.d), "t": _kept(self.t)}
        out |= {"old_dirs": _kept(self.changes), "old_stps": _kept(self.steps), "ro": _kept(self.ro)}
        return out | {"H_diag": _kept(self.scale), "prev_flat_grad": _kept(self.g), "prev_loss": self.loss}


def _bare(value: Any) -> Any:
    """Tensors as arrays, numbers as NumPy's."""
    if isinstance(value, list):
        return [_bare(entry) for entry in value]
    return value.array[()] if isinstance(value, Tensor) else value


def _kept(value: Any) -> Any:
    """Arrays and NumPy's numbers as tensors."""
    if isinstance(value, list):
        return [_kept(entry) for entry in value]
    return wrap(value) if isinstance(value, np.ndarray | np.floating) else value


def _gradient(params: Sequence[Tensor]) -> Array:
    """All gradients as one vector; zeros where there is none."""
    return np.concatenate([(np.zeros_like(p.array) if p._grad is None else p._grad.array).reshape(-1) for p in params])


def _move(params: Sequence[Tensor], t: Any, d: Array) -> None:
    """Add t * d to the parameters."""
    ends = np.cumsum([tensor.array.size for tensor in params])
    for tensor, part in zip(params, np.split(d, ends[:-1]), strict=True):
        w = tensor.array
        _store(tensor, w + part.reshape(w.shape) * t)


def _store(tensor: Tensor, value: Array) -> None:
    tensor.counter[0] += 1  # a graph that saved its value must not use the new one
    tensor.array[...] = value
