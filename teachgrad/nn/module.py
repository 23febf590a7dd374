"""Module: a part of a network, which knows its parameters and the parts that it is made of.

Assigning does it: `self.weight = Parameter(...)` and `self.hidden = Linear(...)` enter the value in a register of the
module under that name. Everything else follows from these registers: iterating over all parameters below, moving
them to another type, printing the network, saving and loading its state.

This module knows no layer and no operation.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from teachgrad import dtypes
from teachgrad.autograd.hooks import RemovableHandle
from teachgrad.device import require_cpu
from teachgrad.errors import brief, explained
from teachgrad.nn import state
from teachgrad.nn.hooks import Hooked, hung
from teachgrad.nn.parameter import Buffer, Parameter
from teachgrad.nn.state import IncompatibleKeys
from teachgrad.scope import missing
from teachgrad.tensor import Tensor
from teachgrad.utils.tensors import clear_grad, typename

REGISTERS = ("_parameters", "_buffers", "_modules")


class Module(Hooked):
    """The base class of networks and their layers, as ``torch.nn.Module``.

    Subclasses call ``super().__init__()`` first, assign parameters and other modules as attributes, and define
    ``forward``. They are used by calling them.

    Attributes:
        training: True after `train()`, False after `eval()`; a few layers behave differently.

    >>> import teachgrad as tg
    >>> from teachgrad import nn
    >>> class Doubled(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.linear = nn.Linear(3, 2)
    ...
    ...     def forward(self, x):
    ...         return 2 * self.linear(x)
    >>> model = Doubled()
    >>> model
    Doubled(
      (linear): Linear(in_features=3, out_features=2, bias=True)
    )
    >>> [name for name, parameter in model.named_parameters()]
    ['linear.weight', 'linear.bias']
    """

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _non_persistent_buffers: set[str]
    _state_hooks: dict[str, list[Callable[..., Any]]]

    def __init__(self) -> None:
        vars(self).update(
            training=True,
            _parameters={},
            _buffers={},
            _modules={},
            _non_persistent_buffers=set(),
            _forward_pre_hooks=[],
            _forward_hooks=[],
            _backward_pre_hooks=[],
            _backward_hooks=[],
            _state_hooks={},
        )

    # The registers

    def __setattr__(self, name: str, value: Any) -> None:
        registers = vars(self)
        if isinstance(value, Parameter):
            self._require_registers("parameters")
            self._forget(name, but="_parameters")
            self.register_parameter(name, value)
        elif name in registers.get("_parameters", ()):
            if value is not None:
                raise _not_to_be_assigned(value, "parameter", name, "torch.nn.Parameter")
            self._parameters[name] = None
        elif isinstance(value, Module):
            self._require_registers("module")
            self._forget(name, but="_modules")
            self._modules[name] = value
        elif name in registers.get("_modules", ()):
            if value is not None:
                raise _not_to_be_assigned(value, "child module", name, "torch.nn.Module")
            self._modules[name] = None
        elif isinstance(value, Buffer):
            self._require_registers("buffer")
            self._forget(name, but="_buffers")
            self.register_buffer(name, value, value.persistent)
        elif name in registers.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise _not_to_be_assigned(value, "buffer", name, "torch.nn.Buffer, torch.Tensor")
            self._buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        # Python asks here for what it does not find in the usual places.
        registers = self.__dict__
        for register in REGISTERS:
            if register in registers and name in registers[register]:
                return registers[register][name]
        owner = type(self).__name__
        make = f"make it in {owner}.__init__: self.{name} = ..."
        raise missing(f"{owner!r} object", name, self.__dir__, make)

    def __delattr__(self, name: str) -> None:
        for register in REGISTERS:
            if name in getattr(self, register):
                del getattr(self, register)[name]
                self._non_persistent_buffers.discard(name)
                return
        object.__delattr__(self, name)

    def _forget(self, name: str, but: str) -> None:
        """Make a name free, whatever it stood for, except in one register."""
        vars(self).pop(name, None)
        for register in REGISTERS:
            if register != but:
                getattr(self, register).pop(name, None)

    def _require_registers(self, what: str) -> None:
        if "_parameters" not in vars(self):
            name = type(self).__name__
            raise explained(
                AttributeError,
                f"cannot assign {what} before Module.__init__() call",
                why=f"{name}.__init__ has not called its base class, which makes the registers.",
                fix=f"begin {name}.__init__ with super().__init__()",
                lesson=11,
            )

    def _knows(self, name: str) -> bool:
        """Whether there is such an attribute; `hasattr` would look for similar names, for an error nobody sees."""
        places = [vars(self), *map(vars, type(self).__mro__), *(vars(self).get(register, {}) for register in REGISTERS)]
        return any(name in place for place in places)

    def _check_name(self, what: str, name: Any, register: dict[str, Any]) -> None:
        if not isinstance(name, str):
            raise explained(
                TypeError,
                f"{what} name should be a string. Got {typename(name)}",
                why="a name becomes an attribute of the module and a key of its state.",
                fix="give a string: 'weight'.",
                lesson=11,
            )
        if name not in register and self._knows(name):
            raise explained(
                KeyError,
                f"attribute '{name}' already exists",
                why=f"self.{name} is taken by something that is no {what}.",
                fix="choose another name.",
                lesson=11,
            )
        if "." in name:
            raise explained(
                KeyError,
                f'{what} name can\'t contain "."' + (f", got: {name}" if what == "module" else ""),
                why="in the keys of a state, dots separate a module from what is in it.",
                fix="use _ instead.",
                lesson=11,
            )
        if not name:
            raise explained(
                KeyError,
                f'{what} name can\'t be empty string ""',
                why="a name becomes an attribute of the module and a key of its state.",
                fix="give it a name.",
                lesson=11,
            )

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Enter a parameter under a name, as ``torch.nn.Module.register_parameter``; None keeps the name free for one.

        Raises:
            TypeError: if it is no Parameter.
            KeyError: if the name is empty, has a dot in it, or is taken.
        """
        self._require_registers("parameter")
        self._check_name("parameter", name, self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise explained(
                TypeError,
                f"cannot assign '{typename(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)",
                why="training changes the parameters of a module, and a parameter says that it is one.",
                fix=f"wrap it: self.{name} = nn.Parameter(tensor). What is not trained: self.register_buffer.",
                lesson=11,
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Enter a tensor that belongs to the state but is not trained, as ``torch.nn.Module.register_buffer``.

        Args:
            name: where to find it, as an attribute.
            tensor: the tensor; None keeps the name free for one.
            persistent: whether `state_dict` is to hold it.
        """
        self._require_registers("buffer")
        self._check_name("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise explained(
                TypeError,
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)",
                why="a buffer is a tensor that is saved and moved together with the parameters.",
                fix=f"wrap it: torch.tensor(...), or assign it as a plain attribute: self.{name} = ...",
                lesson=11,
            )
        self._buffers[name] = tensor
        (self._non_persistent_buffers.discard if persistent else self._non_persistent_buffers.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Enter a child under a name, as ``torch.nn.Module.add_module``."""
        if module is not None and not isinstance(module, Module):
            raise not_a_module(module)
        self._require_registers("module")
        self._check_name("module", name, self._modules)
        self._modules[name] = module

    register_module = add_module

    # What is in it

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all below it, each with its path, as ``torch.nn.Module.named_modules``."""
        seen = set() if memo is None else memo
        if self in seen:
            return
        if remove_duplicate:
            seen.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(seen, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all below it, as ``torch.nn.Module.modules``."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules right below this one, each with its name, as ``torch.nn.Module.named_children``."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules right below this one, as ``torch.nn.Module.children``."""
        for _, module in self.named_children():
            yield module

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their paths, as ``torch.nn.Module.named_parameters``; a shared one comes once."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters: what an optimizer is given, as ``torch.nn.Module.parameters``."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers with their paths, as ``torch.nn.Module.named_buffers``."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers, as ``torch.nn.Module.buffers``."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def _named_members(self, register: str, prefix: str, recurse: bool, once: bool) -> Iterator[tuple[str, Any]]:
        seen = set()
        parts = self.named_modules(prefix=prefix, remove_duplicate=once) if recurse else [(prefix, self)]
        for path, module in parts:
            for name, member in getattr(module, register).items():
                if member is None or member in seen:
                    continue
                if once:
                    seen.add(member)
                yield (f"{path}.{name}" if path else name), member

    def get_submodule(self, target: str) -> Module:
        """The module at a path such as ``"encoder.0"``, as ``torch.nn.Module.get_submodule``."""
        module = self
        for name in target.split(".") if target else ():
            module = module._existing(name)
            if not isinstance(module, Module):
                raise explained(
                    AttributeError,
                    f"`{name}` is not an nn.Module",
                    why=f"{target!r} leads to something else.",
                    fix="print(model) shows the paths of the modules.",
                    lesson=11,
                )
        return module

    def set_submodule(self, target: str, module: Module) -> None:
        """Put a module at a path such as ``"encoder.0"``, as ``torch.nn.Module.set_submodule``."""
        if not target:
            raise explained(
                ValueError,
                "Cannot set the submodule without a target name!",
                why="the empty path is the module itself.",
                fix="give the path of a part of it.",
            )
        path, _, name = target.rpartition(".")
        setattr(self.get_submodule(path), name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as ``"encoder.0.weight"``, as ``torch.nn.Module.get_parameter``."""
        path, _, name = target.rpartition(".")
        parameter = self.get_submodule(path)._existing(name)
        if not isinstance(parameter, Parameter):
            raise explained(
                AttributeError,
                f"`{name}` is not an nn.Parameter",
                why=f"{target!r} leads to something else.",
                fix="model.named_parameters() lists the paths.",
                lesson=11,
            )
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path, as ``torch.nn.Module.get_buffer``."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        buffer = module._existing(name)
        if name not in module._buffers:
            raise explained(
                AttributeError,
                f"`{name}` is not a buffer",
                why=f"{target!r} leads to something else.",
                fix="model.named_buffers() lists the paths.",
                lesson=11,
            )
        return buffer  # type: ignore[no-any-return]

    def _existing(self, name: str) -> Any:
        if not hasattr(self, name):
            raise explained(
                AttributeError,
                f"{self._get_name()} has no attribute `{name}`",
                why="the path leads to nothing.",
                fix="print(model) shows the paths of the modules.",
                lesson=11,
            )
        return getattr(self, name)

    # Acting on everything in it

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call ``fn(module)`` for every module below and then for this one, as ``torch.nn.Module.apply``."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Switch this module and all below to training, as ``torch.nn.Module.train``."""
        if not isinstance(mode, bool):
            raise explained(
                ValueError,
                "training mode is expected to be boolean",
                why=f"{brief(mode)} is neither True (training) nor False (evaluation).",
                fix="model.train() or model.eval().",
            )
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Switch this module and all below to evaluation, as ``torch.nn.Module.eval``."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for the gradients of all parameters, or freeze them, as ``torch.nn.Module.requires_grad_``."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero, as ``torch.nn.Module.zero_grad``."""
        for parameter in self.parameters():
            clear_grad(parameter, set_to_none)

    def to(self, *args: Any, dtype: dtypes.dtype | None = None, device: Any = None, non_blocking: bool = False) -> Self:
        """Convert all real-valued parameters and buffers in place, as ``torch.nn.Module.to``.

        Args:
            args: a dtype, a device or a tensor whose type to take.
            dtype: a floating-point type.
            device: the CPU, or nothing.
            non_blocking: accepted and without effect: there is no other device to copy to.
        """
        for arg in args:
            if isinstance(arg, dtypes.dtype):
                dtype = arg
            elif isinstance(arg, Tensor):
                dtype = arg.dtype
            elif not isinstance(arg, bool):
                device = arg
        require_cpu(device)
        if dtype is None:
            return self
        if not dtype.is_floating_point:
            raise explained(
                TypeError,
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}",
                why="parameters need gradients, and whole numbers have none.",
                fix="use model.float(), model.double() or model.half().",
            )
        target = dtype
        return self._apply(lambda tensor: tensor.to(target) if tensor.is_floating_point() else tensor)

    def type(self, dst_type: dtypes.dtype) -> Self:
        """Convert all parameters and buffers to a type, as ``torch.nn.Module.type``."""
        return self._apply(lambda tensor: tensor.to(dst_type))

    def float(self) -> Self:
        """Convert to float32, as ``torch.nn.Module.float``."""
        return self.to(dtypes.float32)

    def double(self) -> Self:
        """Convert to float64, as ``torch.nn.Module.double``."""
        return self.to(dtypes.float64)

    def half(self) -> Self:
        """Convert to float16, as ``torch.nn.Module.half``."""
        return self.to(dtypes.float16)

    def cpu(self) -> Self:
        """Itself: it is on the CPU already, as ``torch.nn.Module.cpu``."""
        return self

    def share_memory(self) -> Self:
        """Itself: threads share memory anyway, as ``torch.nn.Module.share_memory``."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Raises AssertionError, as ``torch.nn.Module.cuda`` does where there is no CUDA."""
        return self.to("cuda")

    def _apply(self, fn: Callable[[Tensor], Tensor]) -> Self:
        """Replace the data of all parameters (with their gradients) and all buffers by ``fn(data)``."""
        for module in self.modules():
            for parameter in module._parameters.values():
                if parameter is not None:
                    parameter.data = fn(parameter.data)
                    if parameter.grad is not None:
                        parameter.grad.data = fn(parameter.grad.data)
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    module._buffers[name] = fn(buffer)
        return self

    # Its state

    def state_dict(
        self, *, destination: dict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """All parameters and persistent buffers by their paths, as ``torch.nn.Module.state_dict``.

        The tensors share memory with the module: copy them (``copy.deepcopy``) to keep a state while training goes on.

        Args:
            destination: a dictionary to fill; a new one by default.
            prefix: to put before every path.
            keep_vars: give the parameters themselves instead of detached tensors.
        """
        entries: dict[str, Any] = OrderedDict() if destination is None else destination
        state.take(self, entries, prefix, keep_vars)
        return entries

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy a state into the parameters and buffers, as ``torch.nn.Module.load_state_dict``.

        Args:
            state_dict: what `state_dict` of such a module returned.
            strict: whether every name has to match.
            assign: take over the tensors themselves, with their type, instead of copying their numbers.

        Returns:
            The names that did not match: a pair `missing_keys`, `unexpected_keys`.

        Raises:
            RuntimeError: if names (unless `strict` is False) or shapes do not match.
        """
        if not isinstance(state_dict, Mapping):
            raise explained(
                TypeError,
                f"Expected state_dict to be dict-like, got {type(state_dict)}.",
                why="a state maps names to tensors.",
                fix="model.load_state_dict(other.state_dict()), with the parentheses.",
                lesson=11,
            )
        return state.load(self, state_dict, strict, assign)

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        """Enter the state of this module alone; to be overridden by those who keep something else, as in PyTorch."""
        state.take_own(self, destination, prefix, keep_vars)

    def _load_from_state_dict(
        self,
        state_dict: Mapping[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Load the state of this module alone; the counterpart of `_save_to_state_dict`."""
        assign = local_metadata.get("assign_to_params_buffers", False)
        state.load_own(self, state_dict, prefix, assign, missing_keys, unexpected_keys, error_msgs)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before the state is taken.

        As ``torch.nn.Module.register_state_dict_pre_hook``.
        """
        return hung(self._state_hooks.setdefault("before taking", []), hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` after the state was taken; it may change it.

        As ``torch.nn.Module.register_state_dict_post_hook``.
        """
        return hung(self._state_hooks.setdefault("after taking", []), hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call a hook before loading: to rename the keys of old states, for example.

        As ``torch.nn.Module.register_load_state_dict_pre_hook``: ``hook(module, state_dict, prefix, local_metadata,
        strict, missing_keys, unexpected_keys, error_msgs)``.
        """
        return hung(self._state_hooks.setdefault("before loading", []), hook)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` after loading; it may change the two lists.

        As ``torch.nn.Module.register_load_state_dict_post_hook``.
        """
        return hung(self._state_hooks.setdefault("after loading", []), hook)

    # How it is shown

    def extra_repr(self) -> str:
        """What stands between the parentheses of `repr`; layers override it, as in PyTorch."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        own = self.extra_repr()
        lines = own.split("\n") if own else []
        if len(lines) == 1 and not self._modules:
            return f"{self._get_name()}({own})"
        lines += [f"({name}): {module!r}".replace("\n", "\n  ") for name, module in self._modules.items()]
        inside = "".join(f"\n  {line}" for line in lines)
        return f"{self._get_name()}({inside}\n)" if lines else f"{self._get_name()}()"

    def __dir__(self) -> list[str]:
        names = [*dir(type(self)), *vars(self), *self._parameters, *self._buffers, *self._modules]
        return sorted(name for name in names if not name[0].isdigit())


def _not_to_be_assigned(value: object, role: str, name: str, wanted: str) -> TypeError:
    return explained(
        TypeError,
        f"cannot assign '{typename(value)}' as {role} '{name}' ({wanted} or None expected)",
        why=f"{name!r} is entered as a {role} of this module, and only something of that kind can take its place.",
        fix=f"to change its numbers: with torch.no_grad(): module.{name}.copy_(...). Else choose another name.",
        lesson=11,
    )


def not_a_module(value: object) -> TypeError:
    """The error for something else where a module is needed."""
    return explained(
        TypeError,
        f"{typename(value)} is not a Module subclass",
        why="only a module can be part of a module; functions and tensors are used in forward().",
        fix="give an object such as nn.ReLU() (with its parentheses), not the class or the function.",
        lesson=11,
    )
