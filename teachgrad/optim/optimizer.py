"""Optimizer: which tensors are to be changed, with which settings, and what is remembered about each.

This module knows no way of changing them: see `rule.py` and the modules that build on it.
"""

from __future__ import annotations

import functools
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from itertools import chain
from typing import Any

from teachgrad.autograd.hooks import RemovableHandle
from teachgrad.errors import explained
from teachgrad.grad_mode import enable_grad
from teachgrad.tensor import Tensor
from teachgrad.utils.tensors import clear_grad, typename

Parameters = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
Closure = Callable[[], Any]
Hook = Callable[..., Any]
MOMENTS = ("before step", "after step", "before saving", "after saving", "before loading", "after loading")


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
                lesson=13,
            )
        self.defaults = defaults
        self._prepare()
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        given: list[Any] = list(params)
        if not given:
            raise explained(
                ValueError,
                "optimizer got an empty parameter list",
                why="there is nothing to change: the model has no parameters, or an iterator was used up before.",
                fix="print(list(model.parameters())). Parts of a model have to be its attributes, not in a plain list.",
                lesson=11,
            )
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take more tensors in, with settings of their own, as ``torch.optim.Optimizer.add_param_group``."""
        if not isinstance(param_group, dict):
            raise explained(
                TypeError,
                f"param_group must be a dict, but got {type(param_group)}",
                why="a group is its tensors and their settings.",
                fix="{'params': [w], 'lr': 0.1}.",
                lesson=13,
            )
        group = param_group
        named = _listed(group["params"])
        group["params"] = [entry[1] if isinstance(entry, tuple) else entry for entry in named]
        names = [entry[0] for entry in named if isinstance(entry, tuple)]
        if names and len(names) < len(named):
            raise explained(
                ValueError,
                "all optimizer params should be with/without names. Some param names are missing",
                why=f"{len(names)} of {len(named)} parameters have a name.",
                fix="give model.named_parameters(), or model.parameters().",
                lesson=13,
            )
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
                explained(
                    UserWarning,
                    "optimizer contains a parameter group with duplicate parameters; in future, this will cause an "
                    "error; see github.com/pytorch/pytorch/issues/40967 for more information",
                    why="a step changes a tensor as often as it is listed.",
                    fix="list each tensor once; model.parameters() does, even where layers share one.",
                    lesson=13,
                ),
                stacklevel=5,
            )
        for other in self.param_groups:
            if ("param_names" in group) != ("param_names" in other):
                kind = "with names" if "param_names" in group else "without names"
                raise explained(
                    ValueError,
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {kind} to the optimizer",
                    why="the names of all groups are kept together.",
                    fix="give names in every group, or in none.",
                    lesson=13,
                )
            if not set(other["params"]).isdisjoint(group["params"]):
                raise explained(
                    ValueError,
                    "some parameters appear in more than one parameter group",
                    why="each would be changed twice in a step.",
                    fix="give every parameter to one group only.",
                    lesson=13,
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

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or set them to zero, as ``torch.optim.Optimizer.zero_grad``.

        Without it gradients of one step would be added to those of the next.
        """
        for group in self.param_groups:
            for tensor in group["params"]:
                if set_to_none:
                    tensor._grad = None
                else:
                    clear_grad(tensor, set_to_none=False)

    # Hooks: functions of the reader's own that are called at certain moments

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            cls.step = _with_hooks(cls.step)  # type: ignore[method-assign]

    def _prepare(self) -> None:
        """Make what copies and saved optimizers do not carry along."""
        self._hooks: dict[str, list[Hook]] = {moment: [] for moment in MOMENTS}
        self._steps = 0  # taken by this object
        self._steps_before: int | None = None  # how many were taken when the first scheduler came

    def watch(self) -> None:
        """Called by a scheduler that wants to know from now on whether there was a step."""
        if self._steps_before is None:
            self._steps_before = self._steps

    def has_stepped(self) -> bool:
        """Whether there was a step since the first scheduler came."""
        return self._steps != self._steps_before

    def _hang(self, moment: str, hook: Hook, prepend: bool = False) -> RemovableHandle:
        hooks = self._hooks[moment]
        handle = RemovableHandle(hooks, hook)
        if prepend:
            hooks.insert(0, hooks.pop())
        return handle

    def register_step_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before every step, as PyTorch's `register_step_pre_hook`.

        What `step` is called with, itself first, is in `args` and `kwargs`; a hook may return another pair of them.
        """
        return self._hang("before step", hook)

    def register_step_post_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after every step, as PyTorch's `register_step_post_hook`.

        >>> import teachgrad as tg
        >>> optimizer = tg.optim.SGD([tg.ones(1, requires_grad=True)])
        >>> handle = optimizer.register_step_post_hook(lambda optimizer, args, kwargs: print("a step"))
        >>> optimizer.step()
        a step
        """
        return self._hang("after step", hook)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` before `state_dict` collects anything."""
        return self._hang("before saving", hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` when `state_dict` is done; what it returns, if anything, is taken."""
        return self._hang("after saving", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before a state is loaded; what it returns, if anything, is loaded."""
        return self._hang("before loading", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` when a state has been loaded."""
        return self._hang("after loading", hook, prepend)

    # Saving and loading

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._prepare()
        self.__dict__.update(state)

    def state_dict(self) -> dict[str, Any]:
        """Settings and memory, with tensors replaced by their numbers, as ``torch.optim.Optimizer.state_dict``."""
        for hook in self._hooks["before saving"]:
            hook(self)
        numbers: dict[Any, int] = {}
        for tensor in chain.from_iterable(group["params"] for group in self.param_groups):
            numbers.setdefault(tensor, len(numbers))
        out = {
            "state": {numbers.get(tensor, tensor): memory for tensor, memory in self.state.items()},
            "param_groups": [
                {**{k: v for k, v in group.items() if k != "params"}, "params": [numbers[t] for t in group["params"]]}
                for group in self.param_groups
            ],
        }
        for hook in self._hooks["after saving"]:
            changed = hook(self, out)
            out = out if changed is None else changed
        return out

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where another optimizer stopped, as ``torch.optim.Optimizer.load_state_dict``.

        Args:
            state_dict: what `state_dict` of such an optimizer returned; tensors are matched by their order.

        Raises:
            ValueError: if the number of groups, or of tensors in one, differs.
        """
        state = dict(state_dict)
        for hook in self._hooks["before loading"]:
            changed = hook(self, state)
            state = state if changed is None else changed
        groups = deepcopy(state["param_groups"])
        self._require_same_sizes(groups)
        tensors = {
            number: tensor
            for group, other in zip(self.param_groups, groups, strict=True)
            for number, tensor in zip(other["params"], group["params"], strict=True)
        }
        self.state = defaultdict(dict)
        for number, memory in state["state"].items():
            owner = tensors.get(number, number)
            self.state[owner] = {key: _fitting(value, key, owner) for key, value in memory.items()}
        for group, other in zip(self.param_groups, groups, strict=True):
            other["params"] = group["params"]
            for setting in self.defaults.keys() | {"param_names"}:
                if setting in group:  # a state saved by an older version may lack some
                    other.setdefault(setting, group[setting])
        self.param_groups = groups
        for hook in self._hooks["after loading"]:
            hook(self)

    def _require_same_sizes(self, groups: list[dict[str, Any]]) -> None:
        if len(groups) != len(self.param_groups):
            raise explained(
                ValueError,
                "loaded state dict has a different number of parameter groups",
                why=f"it has {len(groups)}, and this optimizer {len(self.param_groups)}.",
                fix="make the optimizer with the same groups first.",
                lesson=13,
            )
        for group, other in zip(self.param_groups, groups, strict=True):
            if len(group["params"]) != len(other["params"]):
                raise explained(
                    ValueError,
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
                    why=f"it has {len(other['params'])} tensors where this optimizer has {len(group['params'])}.",
                    fix="make the optimizer for the same model first.",
                    lesson=13,
                )

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for number, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number}\n"
            text += "".join(f"    {setting}: {group[setting]}\n" for setting in sorted(group) if setting != "params")
        return text + ")"


def _with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """A `step` that calls the hooks before and after it, as the outermost one of its class."""

    @functools.wraps(step)
    def hooked(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        self._steps += 1
        before, after = self._hooks["before step"], self._hooks["after step"]
        if not (before or after) or type(self).step is not hooked:
            return step(self, *args, **kwargs)
        args = self, *args
        for hook in before:
            changed = hook(self, args, kwargs)
            if isinstance(changed, tuple) and len(changed) == 2:
                args, kwargs = changed
            elif changed is not None:
                raise explained(
                    RuntimeError,
                    f"{step.__qualname__} must return None or a tuple of (new_args, new_kwargs), but got {changed}.",
                    why="a hook that changes the arguments of a step returns all of them.",
                    fix="return (args, kwargs), or nothing.",
                    lesson=13,
                )
        out = step(*args, **kwargs)
        for hook in after:
            hook(self, args, kwargs)
        return out

    return hooked


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
            lesson=13,
        )
    return list(params)


def _require_leaf(tensor: Any) -> None:
    if not isinstance(tensor, Tensor):
        raise explained(
            TypeError,
            f"optimizer can only optimize Tensors, but one of the params is {typename(tensor)}",
            why="only tensors have gradients.",
            fix="give model.parameters(), or a list of tensors made with requires_grad=True.",
            lesson=13,
        )
    if not (tensor.is_leaf or tensor.retains_grad):
        raise explained(
            ValueError,
            "can't optimize a non-leaf Tensor",
            why="it was computed from others, so a change would last only until it is computed again.",
            fix="give the tensors that it was computed from, or make it a leaf: w = w.detach().requires_grad_().",
            lesson=13,
        )


def _fitting(value: Any, key: str, owner: Any) -> Any:
    """What was remembered, in the type of the tensor that it belongs to; counts of steps stay as they are."""
    if isinstance(value, Tensor):
        if key != "step" and isinstance(owner, Tensor) and owner.is_floating_point():
            return value.to(owner.dtype)
    elif isinstance(value, list | tuple):
        return type(value)(_fitting(entry, "", owner) for entry in value)
    return value
