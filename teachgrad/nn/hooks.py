"""What happens when a module is called: its `forward`, and the hooks round it, on the way there and back.

A hook is a function of yours that looks at what goes into a module or comes out of it, and may replace it. Forward
hooks see tensors. Backward hooks see gradients: for them, inputs and outputs are sent through a `BackwardHookFunction`,
which changes nothing and tells of the gradients that come back.

This module knows that modules compute something in `forward`, not what they are made of.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from teachgrad.autograd.function import Context, Function
from teachgrad.autograd.hooks import RemovableHandle
from teachgrad.errors import explained
from teachgrad.grad_mode import mode
from teachgrad.tensor import Tensor

H = TypeVar("H")


class Hook(NamedTuple):
    """A function to be called; whether it wants to see keyword arguments; whether it is called after errors as well."""

    function: Callable[..., Any]
    with_kwargs: bool = False
    always: bool = False


def hung(hooks: list[H], hook: H, first: bool = False) -> RemovableHandle:
    """Add a hook to a list, at the end or in front."""
    handle = RemovableHandle(hooks, hook)
    if first:
        hooks.insert(0, hooks.pop())
    return handle


def _forward_unimplemented(self: Hooked, *args: Any, **kwargs: Any) -> Any:
    name = type(self).__name__
    raise explained(
        NotImplementedError,
        f'Module [{name}] is missing the required "forward" function',
        why="calling a module calls its forward(), which says what the module computes.",
        fix=f"define it in class {name}: def forward(self, x): ... (check its spelling and its indentation).",
        lesson=11,
    )


class Hooked:
    """What can be called, and has hooks round its `forward`. `Module` adds what it is made of."""

    _forward_pre_hooks: list[Hook]
    _forward_hooks: list[Hook]
    _backward_pre_hooks: list[Hook]
    _backward_hooks: list[Hook]

    forward: Callable[..., Any] = _forward_unimplemented

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What `forward` returns, seen by the hooks."""
        if self._forward_hooks or self._forward_pre_hooks or self._backward_hooks or self._backward_pre_hooks:
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result, waiting = None, list(self._forward_hooks)
        try:
            for hook in list(self._forward_pre_hooks):
                args, kwargs = _before(hook, self, args, kwargs)
            crossing = None
            if self._backward_hooks or self._backward_pre_hooks:
                crossing = Passage(self, len(args))
                args = crossing.enter(args)
            result = self.forward(*args, **kwargs)
            while waiting:
                hook = waiting.pop(0)
                answer = hook.function(self, *((args, kwargs) if hook.with_kwargs else (args,)), result)
                result = result if answer is None else answer
            return result if crossing is None else crossing.leave(result)
        except Exception:
            for hook in waiting:
                if hook.always:
                    _after_error(hook, self, args, kwargs, result)
            raise

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before every `forward`, as ``torch.nn.Module.register_forward_pre_hook``.

        A hook that returns something other than None replaces the arguments.

        Args:
            hook: the function.
            prepend: put it before the hooks that are there already.
            with_kwargs: call ``hook(module, args, kwargs)`` instead, which may return a pair ``(args, kwargs)``.
        """
        return hung(self._forward_pre_hooks, Hook(hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every `forward`, as ``torch.nn.Module.register_forward_hook``.

        A hook that returns something other than None replaces the output.

        Args:
            hook: the function.
            prepend: put it before the hooks that are there already.
            with_kwargs: call ``hook(module, args, kwargs, output)`` instead.
            always_call: call it also when there was an error; the output may then be None.

        >>> import teachgrad as tg
        >>> from teachgrad import nn
        >>> layer = nn.ReLU()
        >>> handle = layer.register_forward_hook(lambda module, args, output: print("output", output))
        >>> y = layer(tg.ones(2))
        output tensor([1., 1.])
        >>> handle.remove()
        """
        return hung(self._forward_hooks, Hook(hook, with_kwargs, always_call), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` in the backward pass.

        As ``torch.nn.Module.register_full_backward_hook``. It is called when the gradients of the inputs are known:
        `grad_input` holds those of the positional arguments, `grad_output` those of the outputs, as tuples with None
        for what has none. A hook that returns a tuple of tensors replaces `grad_input`.

        >>> import teachgrad as tg
        >>> from teachgrad import nn
        >>> layer = nn.Tanh()
        >>> handle = layer.register_full_backward_hook(lambda module, grad_in, grad_out: print(grad_in, grad_out))
        >>> layer(tg.zeros(1, requires_grad=True)).backward()
        (tensor([1.]),) (tensor([1.]),)
        """
        return hung(self._backward_hooks, Hook(hook), prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` in the backward pass, when the gradients of the outputs are known.

        As ``torch.nn.Module.register_full_backward_pre_hook``. A hook that returns a tuple of tensors replaces
        `grad_output`.
        """
        return hung(self._backward_pre_hooks, Hook(hook), prepend)


def _before(hook: Hook, module: Hooked, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """The arguments after a forward pre-hook has seen them."""
    if not hook.with_kwargs:
        answer = hook.function(module, args)
        if answer is not None:
            args = answer if isinstance(answer, tuple) else (answer,)
        return args, kwargs
    answer = hook.function(module, args, kwargs)
    if answer is None:
        return args, kwargs
    if isinstance(answer, tuple) and len(answer) == 2:
        return answer
    raise explained(
        RuntimeError,
        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {answer}.",
        why="a hook that sees keyword arguments replaces them together with the others.",
        fix="return (args, kwargs).",
    )


def _after_error(hook: Hook, module: Hooked, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
    """Call a hook that is called in any case; an error of its own does not take the place of the first one."""
    try:
        hook.function(module, *((args, kwargs) if hook.with_kwargs else (args,)), result)
    except Exception as error:  # the first one is about to be raised again
        warnings.warn(
            "module forward hook with ``always_call=True`` raised an exception that was silenced as another error was "
            f"raised in forward: {error}",
            stacklevel=4,
        )


class BackwardHookFunction(Function):
    """A crossing, by PyTorch's name: hands tensors on unchanged, and shows `told` their gradients on the way back."""

    @staticmethod
    def forward(ctx: Context, told: Callable[..., tuple[Any, ...]], *tensors: Tensor) -> tuple[Tensor, ...]:
        """The tensors."""
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*[tensor for tensor in tensors if not tensor.requires_grad])
        ctx.told = told  # type: ignore[attr-defined] # a context takes any attribute
        return tensors

    @staticmethod
    def backward(ctx: Context, *grads: Tensor | None) -> tuple[Any, ...]:
        """The gradients, or what `told` has put in their place."""
        return None, *ctx.told(grads)  # type: ignore[attr-defined]


class Passage:
    """One call of a module whose backward hooks are to see its gradients."""

    def __init__(self, module: Hooked, arguments: int) -> None:
        self.module = module
        self.grad_output: tuple[Any, ...] | None = None
        self.tracked = False  # whether a gradient will come out on the other side
        self.arguments = arguments

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The positional arguments, sent through a crossing."""
        crossed = _crossed(args, self.leaving)
        self.tracked = crossed is not args
        return crossed

    def leave(self, result: Any) -> Any:
        """The result, sent through a crossing."""
        if isinstance(result, tuple):
            return _crossed(result, self.arriving)
        return _crossed((result,), self.arriving)[0]

    def arriving(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients of the outputs are here."""
        for hook in list(self.module._backward_pre_hooks):
            grads = _answered(hook.function(self.module, grads), grads, "pre hook", "grad_output")
        self.grad_output = grads
        if not self.tracked and self.module._backward_hooks:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs since no "
                "inputs require gradients.",
                stacklevel=2,
            )
            self.leaving((None,) * self.arguments)
        return grads

    def leaving(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients of the inputs are here."""
        if self.grad_output is None:  # nothing came through the outputs: the input was used past the module
            return grads
        for hook in list(self.module._backward_hooks):
            grads = _answered(hook.function(self.module, grads, self.grad_output), grads, "hook", "grad_input")
        self.grad_output = None
        return grads


def _crossed(values: tuple[Any, ...], told: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Values, the tensors among them sent through a crossing; `told` is shown a gradient or None for each value."""
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor)]
    if not mode.enabled or not any(values[place].requires_grad for place in places):
        return values

    def of_tensors(grads: tuple[Any, ...]) -> tuple[Any, ...]:
        answer = told(tuple(grads[places.index(place)] if place in places else None for place in range(len(values))))
        return tuple(answer[place] for place in places)

    crossed = list(values)
    for place, tensor in zip(places, BackwardHookFunction.apply(of_tensors, *(values[place] for place in places))):
        crossed[place] = tensor
    return tuple(crossed)


def _answered(answer: Any, grads: tuple[Any, ...], hook: str, what: str) -> tuple[Any, ...]:
    """What a backward hook made of gradients."""
    if answer is None:
        return grads
    given: tuple[Any, ...] = answer if isinstance(answer, tuple) else (answer,)
    if len(given) != len(grads):
        raise explained(
            RuntimeError,
            f"Backward {hook} returned an invalid number of {what}, got {len(given)}, but expected {len(grads)}",
            why=f"a hook that replaces {what} gives one gradient for each, None where there is none.",
            fix="return a tuple of the same length, or None to leave the gradients as they are.",
        )
    return given
