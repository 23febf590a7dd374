"""How a row of the op table is written, and what becomes of it.

A row is a line such as

    exp = unary("exp", np.exp, lambda g, out: g * out)

It says the forward pass as a NumPy function and the backward pass as one formula per input. From it come: the
function `teachgrad.exp`, the method `x.exp()`, its in-place twin `x.exp_()`, what `np.exp` does to a tensor, the node
`ExpBackward0`, the label in pictures, and the tests (`tests/test_table.py` goes through `ROWS`).

A formula works on arrays and on tensors alike, because it uses only what both understand: operators, methods
of the same name, and NumPy's functions. `g` is the upstream gradient; see `graph.Op` for the other names. A formula
returns `g`, a view of it, or a new array, never a saved array: whoever receives a new array may write to it.

This module knows how operations are run and recorded, and none of them in particular.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, reduce
from itertools import combinations
from typing import Any, NamedTuple, TypeVar

import numpy as np

from teachgrad import dtypes, errors
from teachgrad.errors import brief, c_name, explained
from teachgrad.grad_mode import mode
from teachgrad.graph import Array, Formula, Node, Op, record
from teachgrad.operators import Operators
from teachgrad.ops.out import written
from teachgrad.tensor import NUMPY_TWINS, Tensor, wrap

Forward = Callable[..., Any]
Function = Callable[..., Tensor]


class Row(NamedTuple):
    """One line of the table, for those who go through it: tests, documentation, pictures."""

    name: str
    function: Function
    op: Op
    inputs: int
    forward: Forward
    domain: tuple[float, float]  # where tests may draw inputs: defined, differentiable, away from kinks
    inplace: bool


ROWS: dict[str, Row] = {}


def unary(
    name: str,
    forward: Forward,
    formula: Formula,
    *,
    doc: str,
    node: str = "",
    symbol: str = "",
    domain: tuple[float, float] = (-2.0, 2.0),
    real: bool = True,
    inplace: bool = True,
) -> Function:
    """A row for a function of one tensor, element by element (or at least keeping the shape).

    `real` says that integers are converted to the default floating-point type first, as for exp and unlike for neg.
    """
    op = Op(node or node_name(name), [formula], symbol=symbol or name)

    def apply(input: Tensor, *, out: Tensor | None = None) -> Tensor:
        if not isinstance(input, Tensor):
            raise not_a_tensor(name, "input", 1, input)
        x = input.array
        if real and x.dtype.kind != "f":
            x = x.astype(dtypes.get_default_dtype().numpy)
        try:
            made = wrap(forward(x))
        except TypeError:
            raise no_kernel(f"{name}_cpu", x, NOT_FOR_BOOL.get(name, "")) from None
        if (input._requires_grad or input._view is not None) and mode.enabled:
            record(op, made, (input,))
        return made if out is None else written(name, made, out)

    return _enter(name, apply, Row(name, apply, op, 1, forward, domain, inplace), doc)


def binary(
    name: str,
    forward: Forward,
    formula_a: Formula,
    formula_b: Formula,
    *,
    doc: str,
    node: str = "",
    symbol: str = "",
    domain: tuple[float, float] = (-2.0, 2.0),
    real: bool = False,
    numbers: bool = True,
    inplace: bool = True,
) -> Function:
    """A row for a function of two operands, element by element, with broadcasting and type promotion.

    Either operand may be a Python number or a NumPy array, unless `numbers` is False. `real` says that integers are
    converted to the default floating-point type first, as for division.
    """
    op = Op(node or node_name(name), [formula_a, formula_b], symbol=symbol or name)

    def apply(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
        if not isinstance(input, Tensor) or not isinstance(other, Tensor):
            input, other = as_operands(name, input, other, numbers)
        x, y = input.array, other.array
        if x.dtype is not y.dtype or (real and x.dtype.kind != "f"):
            if name in ("sub", "rsub") and "b" in (x.dtype.kind, y.dtype.kind):
                raise bool_difference()
            x, y = promoted(x, y, real)
        try:
            made = wrap(forward(x, y))
        except ValueError:
            raise no_broadcast(x.shape, y.shape) from None
        except TypeError:
            raise no_kernel(f"{name}_cpu", x, NOT_FOR_BOOL.get(name, "")) from None
        wanted = input._requires_grad or other._requires_grad or input._view is not None or other._view is not None
        if wanted and mode.enabled:
            record(op, made, (input, other))
        return made if out is None else written(name, made, out)

    return _enter(name, apply, Row(name, apply, op, 2, forward, domain, inplace), doc)


def node_name(name: str) -> str:
    """PyTorch's name for the node of an operation.

    >>> node_name("log_softmax")
    'LogSoftmaxBackward0'
    """
    return name.title().replace("_", "") + "Backward0"


class Guarded(tuple[Any, ...]):
    """Attributes among which are an index or a mask: shared with tensors that must not change until they are read."""

    tensors: list[tuple[Tensor, int]]

    def check(self, node: Node) -> None:
        """Raise if one of the tensors was changed in place since."""
        for tensor, version in self.tensors:
            if tensor.counter[0] != version:
                raise errors.modified(node.name(), tensor.array, None, tensor.counter[0], version)


def result(
    op: Op, array: Any, inputs: tuple[Tensor, ...], attributes: tuple[Any, ...] = (), shared: Iterable[Any] = ()
) -> Tensor:
    """The tensor that `op` computed, recorded if it has to be: the end of every op that is written as a function.

    `shared` are tensors whose memory stands among the attributes, such as an index; what else is in it does not count.
    """
    out = wrap(array)
    if mode.enabled and out.array.dtype.kind == "f":
        record(op, out, inputs, attributes)
        if shared and out._grad_fn is not None:
            out._grad_fn.attributes = guarded = Guarded(attributes)
            guarded.tensors = [(t, t.counter[0]) for t in shared if isinstance(t, Tensor)]
    return out


def _enter(name: str, apply: Function, row: Row, doc: str) -> Function:
    """Give a function its name and its places: in the table, on tensors, and behind NumPy's function."""
    apply.__name__ = apply.__qualname__ = name
    apply.__module__ = "teachgrad"  # where pickle finds it again
    names = "a is `input`" + (", b is `other`" if row.inputs == 2 else "")
    apply.__doc__ = f"{doc} Element by element, as ``torch.{name}``; {names}."
    ROWS[name] = row
    method(name)(apply)
    if isinstance(row.forward, np.ufunc):
        NUMPY_TWINS.setdefault(row.forward, apply)
    return apply


FLAT = Op("FlatBackward0", [lambda g: g, lambda g: np.zeros_like(g)], symbol="flat")


def flat_in(x: Any, slope: Any) -> Any:
    """A slope that changes with `x` by jumps alone: in a second derivative `x` has a part in it, and that part is 0."""
    return result(FLAT, slope.array, (slope, x)) if isinstance(slope, Tensor) else slope


F = TypeVar("F")


def method(*names: str) -> Callable[[F], F]:
    """Hang a function (or property) onto tensors under these names; `__add__` and the like included."""

    def hang(function: F) -> F:
        for name in names:
            setattr(Operators, name, function)
        return function

    return hang


def twin_of(*numpy_functions: Any) -> Callable[[F], F]:
    """Let these NumPy functions call this one when they are given tensors."""

    def register(function: F) -> F:
        NUMPY_TWINS.update(dict.fromkeys(numpy_functions, function))
        return function

    return register


# Operands that are not tensors yet, or not of one type


def as_operands(name: str, a: Any, b: Any, numbers: bool = True) -> tuple[Tensor, Tensor]:
    """Two operands as tensors; one of them may be a number (if `numbers` are welcome) or an array."""
    if not numbers:
        for position, (argument, value) in enumerate({"input": a, "other": b}.items(), 1):
            if not isinstance(value, Tensor | np.ndarray):
                raise not_a_tensor(name, argument, position, value)
    if isinstance(a, Tensor):
        return a, b if isinstance(b, Tensor) else operand(name, b, a.array)
    if isinstance(b, Tensor):
        return operand(name, a, b.array), b
    raise not_a_tensor(name, "input", 1, a)


def operand(name: str, value: Any, other: Array) -> Tensor:
    """A number or an array as a tensor that meets `other`; a number takes the other's type where it can."""
    if (type(value) is float or type(value) is int) and value and other.dtype.kind == "f":  # by far the most frequent
        return _constant(value, other.dtype)
    if isinstance(value, np.ndarray):
        dtypes.of(value)
        return wrap(value)
    own = dtypes.of_value(value)
    if own is None:
        if isinstance(value, complex):
            raise dtypes.unsupported(np.dtype(complex))
        raise not_an_operand(name, value)
    theirs = dtypes.of(other)
    target = dtypes.promote_operands(theirs, 2 if other.ndim else 1, own, 0)
    if value == 0:  # 0.0 and -0.0 are equal, so a cache would take one for the other
        return wrap(np.asarray(value, target.numpy))
    return _constant(value, target.numpy)


@lru_cache(maxsize=512, typed=True)
def _constant(value: Any, dtype: np.dtype[Any]) -> Tensor:
    """Numbers in formulas come again in every step of a loop, and making an array costs as much as multiplying it."""
    constant = wrap(np.asarray(value, dtype))
    constant.counter = [0]  # it outlives an inference mode in which it may be made
    return constant


def promoted(x: Array, y: Array, real: bool = False) -> tuple[Array, Array]:
    """Two arrays in the type in which PyTorch would compute with them."""
    target = dtypes.promote_operands(dtypes.of(x), 2 if x.ndim else 1, dtypes.of(y), 2 if y.ndim else 1)
    if real and not target.is_floating_point:
        target = dtypes.get_default_dtype()
    return x.astype(target.numpy, copy=False), y.astype(target.numpy, copy=False)


def fitted_together(*arrays: Array) -> list[Array]:
    """Any number of arrays in the type in which they meet, and checked to broadcast.

    Those with dimensions decide the type, unless one without is of a higher rank.
    """
    by_weight = [
        reduce(dtypes.promote_types, kinds)
        for weight in (False, True)
        if (kinds := [dtypes.of(x) for x in arrays if (x.ndim > 0) is weight])
    ]
    for first, second in combinations(arrays, 2):
        try:
            np.broadcast(first, second)
        except ValueError:
            raise no_broadcast(first.shape, second.shape) from None
    light, heavy = by_weight[0], by_weight[-1]
    target = heavy if heavy.rank >= light.rank else light
    return [x.astype(target.numpy, copy=False) for x in arrays]


def reals_only(forward: Forward) -> Forward:
    """A forward pass that PyTorch has for real numbers only, though NumPy has it for whole ones too."""

    def checked(*arrays: Array) -> Any:
        if arrays[0].dtype.kind != "f":
            raise TypeError
        return forward(*arrays)

    return checked


def tensor_for(function: str, input: Any) -> Tensor:
    """The first argument of a function that hands it on, or asks nothing of it: not looked at, anything would pass."""
    if not isinstance(input, Tensor):
        raise not_a_tensor(function, "input", 1, input)
    return input


def not_a_tensor(function: str, argument: str, position: int, value: Any) -> TypeError:
    """The error for an operand that is neither tensor nor number."""
    return explained(
        TypeError,
        f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {kind_of(value)}",
        why=f"the operation works on tensors, and {brief(value)} is none.",
        fix="wrap it: torch.tensor(...)",
    )


def kind_of(value: Any) -> str:
    """The name of a value's type as C code gives it: that of NumPy's types with their home."""
    name = type(value).__name__
    return f"numpy.{name}" if type(value).__module__ == "numpy" else name


SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "floor_divide": "//", "remainder": "%", "pow": "** or pow()",
    "bitwise_and": "&", "bitwise_or": "|", "bitwise_xor": "^",
}  # fmt: skip


def not_an_operand(function: str, value: Any) -> TypeError:
    """The error for something that cannot be computed with: PyTorch's words for the operator, if there is one."""
    if function not in SIGNS:
        return not_a_tensor(function, "other", 2, value)
    words = f"unsupported operand type(s) for {SIGNS[function]}: 'Tensor' and '{type(value).__name__}'"
    if value is None:
        why = f"{function} needs a tensor or a number. None is, for example, the .grad of a tensor before backward()."
        fix = "call backward() first, on a loss that depends on the tensor."
        return explained(TypeError, words, why, fix, lesson=5)
    why = f"{function}(): argument 'other' (position 2) must be Tensor, not {type(value).__name__}: {brief(value)}."
    return explained(TypeError, words, why, fix="make a tensor of it: torch.tensor(...), of numbers.")


NOT_FOR_BOOL = {
    "neg": "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
    "`~` or `logical_not()` operator instead.",
    "sub": "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
    "operator instead.",
}


def bool_difference() -> RuntimeError:
    """The error for a difference of truth values and numbers."""
    return explained(
        RuntimeError,
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use "
        "the `~` or `logical_not()` operator instead.",
        why="True and False are no numbers to subtract; 1 - mask is meant to be ~mask.",
        fix="~mask inverts a mask; mask.float() makes numbers of it.",
    )


def no_kernel(kernel: str, x: Array, words_for_bool: str = "") -> Exception:
    """The error for elements of a type that an operation is not defined for."""
    words = words_for_bool if x.dtype.kind == "b" else ""
    return explained(
        RuntimeError if words else NotImplementedError,
        words or f"\"{kernel}\" not implemented for '{c_name(x.dtype)}'",
        why=f"the operation is not defined for elements of type {dtypes.of(x)}.",
        fix="convert first, as in x.float().",
    )


def no_expansion(x: Array, wanted: tuple[int, ...]) -> RuntimeError:
    """The error for a shape that an array cannot be stretched to."""
    shape = x.shape
    if len(wanted) < len(shape):
        words = f"expand(torch.{c_name(x.dtype)}Tensor{{{list(shape)}}}, size={list(wanted)}): the number of sizes "
        words += f"provided ({len(wanted)}) must be greater or equal to the number of dimensions in the tensor "
        words += f"({len(shape)})"
    elif -1 in wanted[: len(wanted) - len(shape)]:
        words = "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension "
        words += f"{wanted.index(-1)}"
    else:
        new = len(wanted) - len(shape)
        dim = next(d for d in reversed(range(new, len(wanted))) if shape[d - new] not in (1, wanted[d]))
        words = f"The expanded size of the tensor ({wanted[dim]}) must match the existing size ({shape[dim - new]}) at "
        words += f"non-singleton dimension {dim}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(shape)}"
    return explained(
        RuntimeError,
        words,
        why=f"shape {shape} is to become {wanted}; only sizes of 1 can be stretched, compared from the right.",
        fix="check both shapes; x.unsqueeze(dim) inserts a dimension of size 1.",
        lesson=7,
    )


def no_broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> RuntimeError:
    """The error for two shapes that do not fit each other."""
    longest = max(len(a), len(b))
    for dim in reversed(range(longest)):
        m, n = (shape[dim - longest] if dim >= longest - len(shape) else 1 for shape in (a, b))
        if m != n and 1 not in (m, n):
            break
    return explained(
        RuntimeError,
        f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension {dim}",
        why=f"shapes {a} and {b} are compared from the right; sizes must be equal, or one of them 1.",
        fix="check both shapes; x.unsqueeze(dim) or x.reshape(...) can insert a dimension of size 1.",
        lesson=7,
    )
