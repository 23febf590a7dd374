"""Optimizer: which tensors are to be changed, with which settings, and what is remembered about each.

This module knows no rule for changing them; those are in the modules beside it. They work in place on the arrays of
the parameters and on those of their gradients, and read nothing else of a tensor.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np

from teachgrad.errors import explained
from teachgrad.grad_mode import enable_grad
from teachgrad.graph import Array
from teachgrad.tensor import Tensor
from teachgrad.utils.tensors import clear_grad, typename

Parameters = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
Closure = Callable[[], Any]


class Optimizer:
    """The base class of optimizers, as ``torch.optim.Optimizer``.

    Args:
        params: the tensors to change, usually ``model.parameters()``, or dictionaries of groups: each with its
            "params" and with settings that are to differ from the defaults.
        defaults: the settings of groups that do not have their own.

    Attributes:
        param_groups: the groups, each a dictionary with "params" and all settings. Settings may be changed at any time.
        state: for each tensor, what the rule remembers of earlier steps.

    Raises:
        ValueError: if there are no parameters, one is not a leaf, or one is in two groups.
        TypeError: if something else than tensors is given.
    """

    def __init__(self, params: Parameters, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise explained(
                TypeError,
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"{typename(params)}",
                why="an optimizer works on several tensors.",
                fix="put the one in a list: [w].",
            )
        self.defaults = defaults
        self._rooms: dict[Any, Array] = {}
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        given: list[Any] = list(params)
        if not given:
            raise explained(
                ValueError,
                "optimizer got an empty parameter list",
                why="there is nothing to change: the model has no parameters, or an iterator was used up before.",
                fix="print(list(model.parameters())). Parts of a model have to be its attributes, not in a plain list.",
            )
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take more tensors in, with settings of their own, as ``torch.optim.Optimizer.add_param_group``."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        group = param_group
        named = _listed(group["params"])
        group["params"] = [entry[1] if isinstance(entry, tuple) else entry for entry in named]
        names = [entry[0] for entry in named if isinstance(entry, tuple)]
        if names and len(names) < len(named):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        if names:
            group["param_names"] = names
        for tensor in group["params"]:
            _require_leaf(tensor)
        for setting, value in self.defaults.items():
            group.setdefault(setting, value)
        self._require_no_doubles(group)
        self.param_groups.append(group)

    def _require_no_doubles(self, group: dict[str, Any]) -> None:
        if len(set(group["params"])) < len(group["params"]):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=5,
            )
        for other in self.param_groups:
            if ("param_names" in group) != ("param_names" in other):
                kind = "with names" if "param_names" in group else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {kind} to the optimizer"
                )
            if not set(other["params"]).isdisjoint(group["params"]):
                raise explained(
                    ValueError,
                    "some parameters appear in more than one parameter group",
                    why="each would be changed twice in a step.",
                    fix="give every parameter to one group only.",
                )

    def step(self, closure: Closure | None = None) -> Any:
        """Change all parameters once, as ``torch.optim.Optimizer.step``.

        Args:
            closure: computes the loss and the gradients anew; its value is returned.
        """
        raise NotImplementedError

    def _loss(self, closure: Closure | None) -> Any:
        """The value of the closure, which records even where the step does not."""
        if closure is None:
            return None
        with enable_grad():
            return closure()

    def _moving(self, group: dict[str, Any]) -> Iterator[tuple[Tensor, Array, Array]]:
        """The tensors of a group that have a gradient: each with its array, to be changed, and what to go against.

        That is the gradient or, where the loss is to be maximised, its opposite.
        """
        maximize = group["maximize"]
        for tensor in group["params"]:
            if tensor._grad is not None:
                tensor.counter[0] += 1  # a graph that saved its value must not use the new one
                g = tensor._grad.array
                yield tensor, tensor.array, -g if maximize else g

    def _room(self, array: Array) -> Array:
        """Memory for an intermediate result of this shape and type. The same at every call: fresh memory is slow."""
        key = array.shape, array.dtype
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = np.empty_like(array)
        return room

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or set them to zero, as ``torch.optim.Optimizer.zero_grad``.

        Without it gradients of one step would be added to those of the next.
        """
        for group in self.param_groups:
            for tensor in group["params"]:
                clear_grad(tensor, set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """Settings and memory, with tensors replaced by their numbers, as ``torch.optim.Optimizer.state_dict``."""
        numbers: dict[Any, int] = {}
        for tensor in chain.from_iterable(group["params"] for group in self.param_groups):
            numbers.setdefault(tensor, len(numbers))
        return {
            "state": {numbers.get(tensor, tensor): memory for tensor, memory in self.state.items()},
            "param_groups": [
                {**{k: v for k, v in group.items() if k != "params"}, "params": [numbers[t] for t in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where another optimizer stopped, as ``torch.optim.Optimizer.load_state_dict``.

        Args:
            state_dict: what `state_dict` of such an optimizer returned; tensors are matched by their order.

        Raises:
            ValueError: if the number of groups, or of tensors in one, differs.
        """
        saved = deepcopy(state_dict["param_groups"])
        if len(saved) != len(self.param_groups):
            raise explained(
                ValueError,
                "loaded state dict has a different number of parameter groups",
                why=f"it has {len(saved)}, and this optimizer {len(self.param_groups)}.",
                fix="make the optimizer with the same groups first.",
            )
        for group, other in zip(self.param_groups, saved, strict=True):
            if len(group["params"]) != len(other["params"]):
                raise explained(
                    ValueError,
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
                    why=f"it has {len(other['params'])} tensors where this optimizer has {len(group['params'])}.",
                    fix="make the optimizer for the same model first.",
                )
        tensors = {
            number: tensor
            for group, other in zip(self.param_groups, saved, strict=True)
            for number, tensor in zip(other["params"], group["params"], strict=True)
        }
        self.state = defaultdict(dict)
        for number, memory in state_dict["state"].items():
            owner = tensors.get(number, number)
            self.state[owner] = {key: _fitting(value, key, owner) for key, value in memory.items()}
        self.param_groups = [
            {**{k: v for k, v in group.items() if k == "param_names"}, **other, "params": group["params"]}
            for group, other in zip(self.param_groups, saved, strict=True)
        ]

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for number, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number}\n"
            text += "".join(f"    {setting}: {group[setting]}\n" for setting in sorted(group) if setting != "params")
        return text + ")"


def require_not_negative(what: str, value: Any) -> None:
    """Refuse a negative setting.

    Raises:
        ValueError: with PyTorch's words, such as "Invalid learning rate: -1".
    """
    if not value >= 0:
        raise explained(
            ValueError,
            f"Invalid {what}: {value}",
            why="it has to be 0 or more.",
            fix="to climb instead of descending, use maximize=True.",
        )


def refuse_differentiable(wanted: bool) -> None:
    """Refuse the wish to differentiate through a step.

    Raises:
        NotImplementedError: if it is wished.
    """
    if wanted:
        raise explained(
            NotImplementedError,
            "differentiable=True is not supported",
            why="a step changes the parameters in place, outside of the graph.",
            fix="write the step as an expression: w = w - lr * g, with g from autograd.grad(create_graph=True).",
        )


def _listed(params: Any) -> list[Any]:
    if isinstance(params, Tensor):
        return [params]
    if isinstance(params, set):
        raise explained(
            TypeError,
            "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
            "will change between runs. Please use a list instead.",
            why="a saved state is matched with the tensors by their order.",
            fix="[w, b] instead of {w, b}.",
        )
    return list(params)


def _require_leaf(tensor: Any) -> None:
    if not isinstance(tensor, Tensor):
        raise explained(
            TypeError,
            f"optimizer can only optimize Tensors, but one of the params is {typename(tensor)}",
            why="only tensors have gradients.",
            fix="give model.parameters(), or a list of tensors made with requires_grad=True.",
        )
    if not (tensor.is_leaf or tensor.retains_grad):
        raise explained(
            ValueError,
            "can't optimize a non-leaf Tensor",
            why="it was computed from others, so a change would last only until it is computed again.",
            fix="give the tensors that it was computed from, or make it a leaf: w = w.detach().requires_grad_().",
        )


def _fitting(value: Any, key: str, owner: Any) -> Any:
    """A remembered tensor in the type of the tensor that it belongs to; counts of steps stay as they are."""
    if isinstance(value, Tensor) and key != "step" and isinstance(owner, Tensor) and owner.is_floating_point():
        return value.to(owner.dtype)
    return value
