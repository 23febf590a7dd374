"""Operations of your own: a forward and a backward method, recorded like any row of the op table.

A `Function` becomes an op whose formulas call its `backward`. One call of `backward` answers for all inputs, and so it
is made once and remembered while the engine asks for one input after the other (`Context.gradient`). A `jvp` method,
if there is one, answers in forward mode (`Context.tangents`).

If a function returns several tensors, its node stands for the tuple of them. The gradient of a tuple is a tuple
(`Parts`), filled by a small node behind each output and added up like any other gradient.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from teachgrad import errors
from teachgrad.errors import brief, explained
from teachgrad.grad_mode import mode, no_grad
from teachgrad.graph import Node, Op, record
from teachgrad.tensor import Tensor, wrap


class Parts:
    """The gradient of a tuple: the gradients of those elements that were used."""

    shape = dtype = None  # as the node of the tuple has it, so that the engine finds nothing to fit
    base = "never written to in place"

    def __init__(self, parts: dict[int, Any]) -> None:
        self.parts = parts

    def __add__(self, other: Parts) -> Parts:
        total = dict(self.parts)
        for place, g in other.parts.items():
            total[place] = total[place] + g if place in total else g
        return Parts(total)


class Context:
    """What `forward` hands to `backward`, as PyTorch's ``ctx``. Attributes may be set freely.

    Attributes:
        needs_input_grad: for each argument of `apply`, whether its gradient is wanted.
    """

    needs_input_grad: tuple[bool, ...]

    def __init__(self, function: type[Function], args: tuple[Any, ...]) -> None:
        self.needs_input_grad = tuple(isinstance(arg, Tensor) and arg.requires_grad for arg in args)
        self._function = function
        self._places = [place for place, arg in enumerate(args) if isinstance(arg, Tensor)]
        self._inputs = [(arg.array.shape, arg.array.dtype) if isinstance(arg, Tensor) else None for arg in args]
        self._to_save: tuple[Tensor | None, ...] = ()
        self._to_save_for_jvp: tuple[Tensor | None, ...] = ()
        self._saved: list[_Saved | None] | None = []
        self._saved_for_jvp: list[_Saved | None] = []
        self._in_jvp = False
        self._dirty: tuple[Tensor, ...] = ()
        self._constant: tuple[Tensor, ...] = ()
        self._materialize = True
        self._outputs: list[tuple[tuple[int, ...], Any]] = []
        self._answer: tuple[Any, list[Any]] | None = None

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep inputs or outputs for `backward`; they are checked not to have been changed in place since."""
        self._to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep inputs or outputs for `jvp`, checked in the same way."""
        self._to_save_for_jvp = tensors

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What `save_for_backward` kept; in `jvp`, what `save_for_forward` kept.

        Raises:
            RuntimeError: if it was freed by an earlier pass, or changed in place.
        """
        if self._saved is None:
            raise errors.freed(f"{self._function.__name__}Backward")
        kept = self._saved_for_jvp if self._in_jvp and self._saved_for_jvp else self._saved
        return tuple([saved.tensor() if saved is not None else None for saved in kept])

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Say that `forward` changed these inputs in place; they have to be returned."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say that these outputs have no gradient, such as indices."""
        self._constant = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether gradients of unused outputs arrive as zeros (True, the default) or as None."""
        self._materialize = value

    def gradient(self, place: int, g: Any) -> Any:
        """The gradient for one input, from one call of `backward` for all."""
        if self._answer is None or self._answer[0] is not g:
            self._answer = (g, self._ask(g))
        return self._answer[1][place]

    def _ask(self, g: Any) -> list[Any]:
        parts = g.parts if isinstance(g, Parts) else {0: g}
        given = [self._given(parts.get(place), shape, dtype) for place, (shape, dtype) in enumerate(self._outputs)]
        answers = self._function.backward(self, *given)
        answers = answers if isinstance(answers, tuple) else (answers,)
        tensors = any(isinstance(part, Tensor) for part in parts.values())
        return [
            _checked(self._function, answer, place, self._inputs[place], tensors)
            for place, answer in self._fitting(answers)
        ]

    def tangents(self, given: Sequence[Tensor | None]) -> Any:
        """The tangent of the output, or a tuple of those of several, from the tangents of the tensors given."""
        moving = dict(zip(self._places, given))
        arguments = [self._given(moving.get(i), *kind) if kind else None for i, kind in enumerate(self._inputs)]
        self._in_jvp = True
        try:
            answers = self._function.jvp(self, *arguments)
        finally:
            self._in_jvp = False
        answers = answers if isinstance(answers, tuple) else (answers,)
        _check_tangents(self._function, answers, [shape for shape, _ in self._outputs])
        return answers if len(answers) > 1 else answers[0]

    def _given(self, g: Any, shape: tuple[int, ...], dtype: Any) -> Tensor | None:
        if g is None:
            return wrap(np.zeros(shape, dtype)) if self._materialize else None
        return g if isinstance(g, Tensor) else wrap(g)

    def _fitting(self, answers: tuple[Any, ...]) -> list[tuple[int, Any]]:
        """The answers for tensors, with their places, after a look at how many there are."""
        expected = len(self._inputs)
        if len(answers) < expected or any(extra is not None for extra in answers[expected:]):
            raise explained(
                RuntimeError,
                f"function {self._function.__name__}Backward returned an incorrect number of gradients (expected "
                f"{expected}, got {len(answers)})",
                why=f"apply() was given {expected} arguments, and backward() answers for each of them.",
                fix="return one gradient for each argument, None for those that have none.",
                lesson=16,
            )
        return [(place, answers[place]) for place in self._places]

    def _free(self) -> None:
        self._answer = None
        if self._saved:
            self._saved = None
        self._saved_for_jvp = []


def _checked(function: type[Function], answer: Any, place: int, kind: Any, tensors: bool) -> Any:
    """A gradient that `backward` returned, as the engine takes it."""
    if answer is None:
        return None
    if not isinstance(answer, Tensor):
        raise explained(
            RuntimeError,
            f"expected Variable or None (got {type(answer).__name__})",
            why=f"{function.__name__}.backward() answered {brief(answer)} for input {place}; a gradient is a tensor.",
            fix="return tensors, or None where no gradient is needed.",
            lesson=16,
        )
    shape, _ = kind
    try:
        compatible = np.broadcast_shapes(shape, answer.array.shape) == answer.array.shape
    except ValueError:
        compatible = False
    if not compatible:
        raise explained(
            RuntimeError,
            f"Function {function.__name__}Backward returned an invalid gradient at index {place} - got "
            f"{list(answer.shape)} but expected shape compatible with {list(shape)}",
            why="the gradient of an input has the input's shape.",
            fix="print g.shape and the shapes of the inputs in backward(); sum over what was broadcast.",
            lesson=16,
        )
    return answer if tensors else answer.array.view()  # a view: the engine writes to no array that is not its own


def _check_tangents(function: type[Function], answers: tuple[Any, ...], shapes: list[tuple[int, ...]]) -> None:
    """See that `jvp` returned one tangent of the right shape for each output."""
    name = function.__name__
    if len(answers) != len(shapes):
        raise explained(
            RuntimeError,
            f"Function's jvp returned an invalid number of forward gradients (expected {len(shapes)} but got "
            f"{len(answers)})",
            why=f"{name}.forward returned {len(shapes)} outputs, and jvp says of each how it moves.",
            fix="return one tangent for each output, None for those that do not move.",
        )
    for place, (answer, shape) in enumerate(zip(answers, shapes)):
        if answer is not None and not isinstance(answer, Tensor):
            raise explained(
                RuntimeError,
                f"expected Variable or None (got {type(answer).__name__}) for grad output {place}.",
                why=f"{name}.jvp returned {brief(answer)} as a tangent.",
                fix="return tensors, computed from the tangents that jvp is given.",
            )
        if answer is not None and answer.array.shape != shape:
            raise misfit_tangent(shape, answer.array.shape)


def misfit_tangent(primal: tuple[int, ...], tangent: tuple[int, ...]) -> RuntimeError:
    """A tangent of another shape than its value."""
    return explained(
        RuntimeError,
        "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
        f"supported. Tensor is of size {list(primal)} while the given forward gradient is of size {list(tangent)}.",
        why="a tangent says how fast each element of the value moves, so there is one number for each.",
        fix="give a tangent of the value's shape, such as torch.ones_like(x).",
    )


def _own(output: Any, args: tuple[Any, ...], context: Context) -> Any:
    """An output that may be given a history: an input that is returned unchanged gets a twin that shares its memory."""
    if not isinstance(output, Tensor) or not any(output is arg for arg in args):
        return output
    if any(output is dirty for dirty in context._dirty):
        return output
    return output.detach()


def _saved(tensor: Tensor | None, args: tuple[Any, ...], raw: Sequence[Any], outputs: Sequence[Any]) -> _Saved | None:
    """What the context keeps of a tensor: an output with the history it has by now, another as it is."""
    if tensor is None:
        return None
    if not any(tensor is arg for arg in args):
        for before, output in zip(raw, outputs):
            if tensor is before:
                return _Saved(output, is_output=True)
    return _Saved(tensor, is_output=False)


class _Saved:
    """A saved tensor. Of an output the node is held weakly, because the node holds the context that holds this."""

    def __init__(self, tensor: Tensor, is_output: bool) -> None:
        self._array, self._counter, self._version = tensor.array, tensor.counter, tensor.counter[0]
        self._input = None if is_output else tensor
        self._node = weakref.ref(tensor._grad_fn) if is_output and tensor._grad_fn is not None else None

    def tensor(self) -> Tensor:
        node = None if self._node is None else self._node()
        if self._counter[0] != self._version:
            raise errors.modified("a custom Function", self._array, node, self._counter[0], self._version)
        if self._input is not None:
            return self._input
        twin = wrap(self._array)
        twin.counter, twin._grad_fn, twin._requires_grad = self._counter, node, node is not None
        return twin


class FunctionNode(Node):
    """The node of a custom function; what was saved is in its context."""

    __slots__ = ()

    def free(self) -> None:
        """Drop what the context saved as well."""
        super().free()
        if self.attributes:
            self.attributes[0]._free()


def _formula(place: int) -> Callable[..., Any]:
    return lambda g, context: context.gradient(place, g)


class Function:
    """An operation with a gradient of your own, as ``torch.autograd.Function``.

    Subclass it with static methods `forward(ctx, *args)` and `backward(ctx, *grad_outputs)`, which returns one gradient
    for each argument of forward (None for those that have none). Call it by `apply`. `forward(*args)` together with
    `setup_context(ctx, inputs, output)` works as well.

    >>> import teachgrad as tg
    >>> class Square(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return g * 2 * x
    >>> x = tg.tensor(3.0, requires_grad=True)
    >>> Square.apply(x).backward()
    >>> x.grad
    tensor(6.)
    """

    _ops: dict[int, Op]  # by the number of tensors that it is given
    _part: Op  # the node behind one output of several

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._ops = {}
        part = [lambda g, place: Parts({place: g})]
        cls._part = Op(f"{cls.__name__}Backward", part, ("place",), f"{cls.__name__}[{{place}}]")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refused, as by PyTorch: a function is called by `apply`."""
        raise explained(
            RuntimeError,
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. "
            "(Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)",
            why="an instance was called; a Function has no instances.",
            fix=f"{type(self).__name__}.apply(...)",
            lesson=16,
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the result; nothing is recorded inside. To be overridden."""
        raise explained(
            NotImplementedError,
            "You must implement the forward function for custom autograd.Function.",
            why="forward() says what the operation computes, and the class has none.",
            fix="define it: @staticmethod, def forward(ctx, x): ... (check its spelling and its indentation).",
            lesson=16,
        )

    @staticmethod
    def setup_context(ctx: Context, inputs: tuple[Any, ...], output: Any) -> None:
        """Save for `backward` what a `forward` without ctx could not. To be overridden."""
        raise explained(
            NotImplementedError,
            "setup_context is not implemented.",
            why="a forward() without ctx leaves it to setup_context() to save what backward() needs.",
            fix="define it: @staticmethod, def setup_context(ctx, inputs, output): ... Or forward(ctx, ...).",
            lesson=16,
        )

    @staticmethod
    def backward(ctx: Context, *grad_outputs: Any) -> Any:
        """Turn the gradients of the outputs into those of the inputs. To be overridden."""
        raise explained(
            NotImplementedError,
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD.",
            why="backward() says how gradients pass, and the class has none.",
            fix="define it: @staticmethod, def backward(ctx, g): return ... with one gradient for each input.",
            lesson=16,
        )

    @staticmethod
    def jvp(ctx: Context, *grad_inputs: Any) -> Any:
        """Turn the tangents of the inputs into those of the outputs, for forward mode. To be overridden."""
        raise explained(
            NotImplementedError,
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD.",
            why="forward mode asks how the outputs move when the inputs move, and `backward` does not say.",
            fix="add a static method jvp(ctx, *tangents) that returns one tangent for each output.",
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`, and record it if a tensor among the arguments requires grad."""
        context = Context(cls, args)
        with no_grad():
            if cls.setup_context is Function.setup_context:
                out = cls.forward(context, *args, **kwargs)
            else:
                out = cls.forward(*args, **kwargs)
                cls.setup_context(context, args, out)
        several = isinstance(out, tuple)
        outputs = [_own(output, args, context) for output in (out if several else (out,))]
        for dirty in context._dirty:
            dirty.counter[0] += 1
        if mode.enabled and any(context.needs_input_grad):
            cls._record(context, [arg for arg in args if isinstance(arg, Tensor)], outputs)
        raw = out if several else (out,)
        context._saved = [_saved(tensor, args, raw, outputs) for tensor in context._to_save]
        context._saved_for_jvp = [_saved(tensor, args, raw, outputs) for tensor in context._to_save_for_jvp]
        context._to_save = context._to_save_for_jvp = context._dirty = context._constant = ()
        return tuple(outputs) if several else outputs[0]

    @classmethod
    def _record(cls, context: Context, inputs: list[Tensor], outputs: list[Any]) -> None:
        op = cls._ops.get(len(inputs)) or cls._make_op(len(inputs))
        tensors = [output for output in outputs if isinstance(output, Tensor)]
        live = [t for t in tensors if t.array.dtype.kind == "f" and not any(t is c for c in context._constant)]
        context._outputs = [(t.array.shape, t.array.dtype) if isinstance(t, Tensor) else ((), None) for t in outputs]
        if len(outputs) == 1:
            if live:
                record(op, live[0], tuple(inputs), (context,))
            return
        whole = wrap(np.zeros(0))
        record(op, whole, tuple(inputs), (context,))
        assert whole._grad_fn is not None
        whole._grad_fn.shape = whole._grad_fn.dtype = None  # type: ignore[assignment]  # a tuple has neither
        for tensor in live:
            record(cls._part, tensor, (whole,), (next(i for i, t in enumerate(outputs) if t is tensor),))

    @classmethod
    def _make_op(cls, inputs: int) -> Op:
        op = Op(f"{cls.__name__}Backward", [_formula(i) for i in range(inputs)], ("context",), cls.__name__)
        op.node_type = type(op.name, (FunctionNode,), {"__slots__": (), "op": op})
        cls._ops[inputs] = op
        return op


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a `backward` that works outside of the graph, as ``torch.autograd.function.once_differentiable``.

    Nothing is recorded inside; a derivative of its result raises instead of being silently 0.
    """

    @functools.wraps(backward)
    def once(context: Context, *grad_outputs: Any) -> Any:
        with no_grad():
            answers = backward(context, *grad_outputs)
        tracked = [g for g in grad_outputs if isinstance(g, Tensor) and g.requires_grad]
        if not mode.enabled or not tracked:
            return answers
        several = answers if isinstance(answers, tuple) else (answers,)
        for answer in several:
            if isinstance(answer, Tensor):
                record(_ONCE, answer, (tracked[0],))
        return answers

    return once


def _refuse_twice(g: Any) -> Any:
    raise explained(
        RuntimeError,
        "trying to differentiate twice a function that was marked with @once_differentiable",
        why="its backward works outside of the graph, so its result has no derivative that anyone knows.",
        fix="write backward with tensor operations, and take the decorator away.",
    )


_ONCE = Op("Error", [lambda g: _refuse_twice(g)])
