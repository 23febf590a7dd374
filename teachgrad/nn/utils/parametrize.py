"""Parametrizations: a weight that is computed, at every use, from something else that is learnt.

``register_parametrization(layer, "weight", Symmetric())`` puts the parameter away as
``layer.parametrizations.weight.original`` and lets ``layer.weight`` be ``Symmetric()(original)``. That is a property of
the layer's class; so the layer gets a class of its own, for this purpose.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.nn.container import ModuleDict, ModuleList
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.tensor import Tensor

_cache: dict[tuple[int, str], Tensor] | None = None  # filled inside of `cached`


@contextmanager
def cached() -> Iterator[None]:
    """Inside, each parametrized tensor is computed once, as ``torch.nn.utils.parametrize.cached``."""
    global _cache
    outer = _cache
    _cache = {} if outer is None else outer
    try:
        yield
    finally:
        _cache = outer


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, in order, and what they start from.

    As ``torch.nn.utils.parametrize.ParametrizationList``.

    Attributes:
        original: what the first one is given; `original0`, `original1`, ... if it takes several tensors.
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise explained(
                ValueError,
                "ParametrizationList requires one or more modules.",
                why="something has to compute the tensor.",
                fix="give at least one module.",
            )
        super().__init__(modules)
        self.unsafe = unsafe
        with no_grad():
            start = self._inverted(original)
        self.is_tensor = isinstance(start, Tensor)
        if isinstance(start, Tensor):
            self.ntensors = 1
            _register(self, "original", original, start)
        else:
            self.ntensors = len(start)
            for place, part in enumerate(start):
                _register(self, f"original{place}", original, part)
        if not unsafe:
            with no_grad():
                _check_same("the result of the parametrization", self(), original)

    def _inverted(self, value: Any) -> Any:
        """What the parametrizations turn into `value`, where they know (`right_inverse`); else `value` itself."""
        for module in reversed(list(self)):
            inverse = getattr(module, "right_inverse", None)
            if inverse is not None:
                value = inverse(value)
        parts = value if isinstance(value, Sequence) else [value]
        bad = next((place for place, part in enumerate(parts) if not isinstance(part, Tensor)), None)
        if bad is not None:
            element = f"element {bad} of the sequence with type " * isinstance(value, Sequence)
            raise explained(
                ValueError,
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got "
                f"{element}{type(parts[bad]).__name__}.",
                why="what it returns becomes the parameter that is trained.",
                fix="return the tensor (or tensors) that forward() turns into the value.",
            )
        return value

    def right_inverse(self, value: Tensor) -> None:
        """Set the originals so that the parametrized tensor becomes `value`, as far as it can."""
        with no_grad():
            start = self._inverted(value)
            for name, part in zip(self._names(), [start] if self.is_tensor else start, strict=True):
                getattr(self, name).data = part.detach()

    def _names(self) -> list[str]:
        return ["original"] if self.is_tensor else [f"original{place}" for place in range(self.ntensors)]

    def forward(self) -> Tensor:
        """The parametrized tensor."""
        value: Any = [getattr(self, name) for name in self._names()]
        for module in self:
            value = [module(*value)]
        return value[0]  # type: ignore[no-any-return]


def _register(holder: Module, name: str, model: Tensor, value: Tensor) -> None:
    """Keep a tensor as `model` was kept: as a parameter or as a buffer."""
    if isinstance(model, Parameter):
        taken = model if value is model else Parameter(value, model.requires_grad)
        if value is not model and name == "original":
            model.data = value.detach()  # the same object, so that an optimizer that has it keeps it
            taken = model
        holder.register_parameter(name, taken)
    else:
        holder.register_buffer(name, value)


def _check_same(what: str, got: Any, wanted: Tensor) -> None:
    if not isinstance(got, Tensor):
        raise explained(
            ValueError,
            f"A parametrization must return a tensor. Got {type(got).__name__}.",
            why="what it returns takes the place of the parameter.",
            fix="let its forward(x) return a tensor like x.",
        )
    for property_, mine, theirs in (("dtype", got.dtype, wanted.dtype), ("shape", got.shape, wanted.shape)):
        if mine != theirs:
            raise explained(
                ValueError,
                f"Registering a parametrization may not change the {property_} of the tensor, unless `unsafe` flag "
                "is enabled.",
                why=f"the {property_} was {theirs}, and {what} has {mine}.",
                fix="keep it in forward() and right_inverse(), or register with unsafe=True.",
            )


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Compute a parameter (or buffer) of a module by another module from now on; returns the module.

    As ``torch.nn.utils.parametrize.register_parametrization``. Several follow each other. A method `right_inverse` of
    the parametrization, if there is one, says where to start, so that the tensor is at first what it was, and allows
    assigning to it.

    Args:
        module: what has the tensor.
        tensor_name: its name, such as "weight".
        parametrization: a module whose `forward` turns what is learnt into the tensor.
        unsafe: whether shape and dtype may change.

    Raises:
        ValueError: if there is no such tensor; if shape or dtype change.

    >>> import teachgrad as tg
    >>> from teachgrad import nn
    >>> class Symmetric(nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    >>> tg.equal(layer.weight, layer.weight.T), [name for name, _ in layer.named_parameters()]
    (True, ['bias', 'parametrizations.weight.original'])
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        entries: ParametrizationList = module.parametrizations[tensor_name]
        if not unsafe:
            with no_grad():
                now = getattr(module, tensor_name)
                _check_same("the result of the parametrization", parametrization(now), now)
        entries.append(parametrization)
        entries.unsafe |= unsafe
        return module
    if tensor_name not in module._buffers and tensor_name not in module._parameters:
        raise explained(
            ValueError,
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
            f"'{tensor_name}'",
            why="only what the module has can be computed from something else.",
            fix="list what there is: [name for name, _ in module.named_parameters()].",
        )
    entries = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        kind = type(module)
        own = {"__getstate__": _refuse_to_be_pickled, "__deepcopy__": _copied}
        module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), own)
        module.parametrizations = ModuleDict()
    setattr(type(module), tensor_name, _property(tensor_name))
    module.parametrizations[tensor_name] = entries
    return module


def _property(name: str) -> property:
    def get(self: Module) -> Tensor:
        if _cache is None:
            return self.parametrizations[name]()  # type: ignore[no-any-return]
        key = (id(self), name)
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def set_to(self: Module, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(get, set_to)


def _refuse_to_be_pickled(self: Module) -> Any:
    raise explained(
        RuntimeError,
        "Serialization of parametrized modules is only supported through state_dict().",
        why="the class of the module was made while the program ran, and pickle could not find it.",
        fix="save model.state_dict(), and parametrize the new module before you load it.",
    )


def _copied(self: Module, memo: dict[int, Any]) -> Module:
    """A copy has a class of its own as well, so that taking its parametrizations away leaves the original alone."""
    kind = type(self)
    twin: Module = object.__new__(type(kind.__name__, kind.__bases__, dict(kind.__dict__)))
    memo[id(self)] = twin
    vars(twin).update(copy.deepcopy(vars(self), memo))
    return twin


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module, or one tensor of it, is parametrized, as ``torch.nn.utils.parametrize.is_parametrized``."""
    parametrizations = module._modules.get("parametrizations")
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Let a tensor be an ordinary parameter (or buffer) again; returns the module.

    As ``torch.nn.utils.parametrize.remove_parametrizations``.

    Args:
        module: what has the tensor.
        tensor_name: its name.
        leave_parametrized: whether it keeps its present value; otherwise it gets that of the original.

    Raises:
        ValueError: if it is not parametrized, or if there is no one original to go back to.
    """
    if not is_parametrized(module, tensor_name):
        raise explained(
            ValueError,
            f"Module {module} does not have a parametrization on {tensor_name}",
            why="nothing was registered for it.",
            fix="parametrize.is_parametrized(module, name) asks first.",
        )
    entries: ParametrizationList = module.parametrizations[tensor_name]
    if not entries.is_tensor and not leave_parametrized:
        raise explained(
            ValueError,
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
            "sequence of tensors.",
            why="there are several originals.",
            fix="leave out leave_parametrized.",
        )
    present: Tensor = getattr(module, tensor_name)
    if entries.is_tensor:
        kept = entries.original
        if leave_parametrized:
            kept.data = present.detach()
    else:
        kept = Parameter(present) if present.requires_grad else present
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    if isinstance(kept, Parameter):
        module.register_parameter(tensor_name, kept)
    else:
        module.register_buffer(tensor_name, kept)
    return module


def type_before_parametrizations(module: Module) -> type[Module]:
    """The class that a module had, as ``torch.nn.utils.parametrize.type_before_parametrizations``."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)
