"""The graph: what an operation leaves behind, so that its gradient can be computed later.

Read this file first, then `engine.py`, then one file of `ops/`: that is reverse-mode differentiation.

While your program runs forward, every operation on a tensor that requires grad leaves one `Node`:

    x ──▶ Mul ──▶ Sin ──▶ loss        the program computes values, left to right
    x ◀── Mul ◀── Sin ◀── loss        the nodes point back, right to left; gradients will flow here

A node knows which operation made it (its `Op`), which nodes its inputs came from (its `parents`), and
the few values that the gradient formulas will read. Nothing is differentiated here: that is `engine.py`.

This module does not know what any operation computes. Of a tensor it knows five slots: the `array`,
the version `counter`, `_requires_grad`, `_grad_fn` (the node it came from) and `_sink` (see `AccumulateGrad`).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from teachgrad import errors
from teachgrad.hooks import Hooks
from teachgrad.watching import watchers

if TYPE_CHECKING:
    from teachgrad.tensor import Tensor

Array = np.ndarray[Any, np.dtype[Any]]
ndarray = np.ndarray
Formula = Callable[..., Any]
Revive = Callable[[Array, "Node"], "Tensor"]

clock = count()  # numbers the nodes in the order in which the program made them
_new_node = object.__new__
SMALL = 64  # outputs up to this many elements stay in their node, so that pictures can show them


class Op:
    """An operation, as the graph sees it: a name, and one gradient formula for each input.

    A formula is a function of the upstream gradient `g` and of **whatever else it names**: inputs by the
    letters `a`, `b`, `c`, ..., the result as `out`, an attribute of the call by its own name. What a formula
    names is what the node has to save, nothing else. For a product of `a` and `b`:

    >>> mul = Op("MulBackward0", [lambda g, b: g * b, lambda g, a: g * a], symbol="×")
    >>> mul.node_type.__name__, mul.inputs
    ('MulBackward0', ('a', 'b'))
    """

    __slots__ = ("attributes", "formulas", "inputs", "name", "node_type", "plans", "sources", "symbol")

    def __init__(
        self, name: str, formulas: Sequence[Formula], attributes: tuple[str, ...] = (), symbol: str = ""
    ) -> None:
        self.name = name  # of its nodes: PyTorch's
        self.symbol = symbol or name.removesuffix("Backward0").lower()
        self.inputs = tuple("abcdef"[: len(formulas)]) + tuple(f"input{i}" for i in range(6, len(formulas)))
        self.attributes = attributes
        self.sources = tuple(formulas)  # as they stand in the table: pictures and tests read them
        self.formulas = tuple(_reading(formula, self.inputs) for formula in formulas)
        self.node_type: type[Node] = type(self.name, (Node,), {"__slots__": (), "op": self})
        self.plans = Plans(self)


class Plans(dict[tuple[bool, ...], tuple[bool, ...]]):
    """What to save, by which inputs want a gradient: the result? the first input? the second? ..."""

    def __init__(self, op: Op) -> None:
        self._op = op

    def __missing__(self, live: tuple[bool, ...]) -> tuple[bool, ...]:
        wanted = [formula for formula, on in zip(self._op.sources, live) if on]
        read = {name for formula in wanted for name in reads(formula)}
        self[live] = tuple(name in read for name in ("out", *self._op.inputs))
        return self[live]


def _holds_arrays(attribute: Any) -> bool:
    kind = type(attribute)  # a list is a path of views: PyTorch frees that as well
    return kind is ndarray or kind is list or (kind is tuple and ndarray in map(type, attribute))


def reads(formula: Formula) -> tuple[str, ...]:
    """The names that a formula reads besides the upstream gradient."""
    code = formula.__code__
    return code.co_varnames[1 : code.co_argcount]


def _reading(formula: Formula, inputs: tuple[str, ...]) -> Formula:
    """Let `lambda g, b: g * b` be called as `quick(g, node)`, to find what it names in the node by itself.

    The last line would do for all; the cases before it are most of the table, and spare the search. Where `g` is a
    NumPy scalar, values are made scalars too (`[()]`): between those, arithmetic is ten times faster than on arrays.
    """
    names = reads(formula)
    if not names:
        return lambda g, node: formula(g)
    if len(names) == 1 and names[0] in inputs:
        n = inputs.index(names[0])

        def read_one(g: Any, node: Node) -> Any:
            tensor = None if node.tensors is None else node.tensors[n]
            if tensor is None or tensor.counter[0] != node.versions[n]:
                tensor = node.input(n)  # says what is wrong
            return formula(g, tensor.array if type(g) is ndarray else tensor.array[()])

        return read_one
    if names == ("out",):
        return lambda g, node: formula(g, node.result() if type(g) is ndarray else node.result()[()])
    return lambda g, node: formula(g, *node.saved(names, scalars=type(g) is not ndarray))


class Node:
    """One recorded operation. PyTorch calls it `grad_fn` when a tensor holds it.

    Attributes:
        seq: its number in the order of creation. **Every parent has a smaller one.**
        op: the operation, with its gradient formulas.
        parents: for each input, the node that its gradient flows to; None where none is wanted.
        tensors, versions: each input that a formula reads, and its version at that time; tensors is None once freed.
        constants: for each input, the tensor if no gradient flows to it and it is small: pictures show it.
        attributes: further values that formulas name, such as the `shape` that was summed; None once freed.
        value, counter, version: the result, its version counter, and the version at which it was right.
        shape, dtype: of the result, and so of the gradient that arrives here.
        hooks: functions that are called when a gradient arrives here, if there are any.
    """

    __slots__ = (
        "__weakref__", "_notes", "attributes", "constants", "counter", "dtype", "hooks", "parents", "seq", "shape",
        "tensors", "value", "version", "versions",
    )  # fmt: skip

    op: ClassVar[Op]  # each op has a class of nodes
    seq: int
    parents: tuple[Node | None, ...]
    tensors: tuple[Tensor | None, ...] | None
    versions: tuple[int, ...]
    constants: tuple[Tensor | None, ...]
    attributes: tuple[Any, ...] | None
    value: Array | None
    counter: list[int]
    version: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    hooks: Hooks | None

    def name(self) -> str:
        """The name of the operation as PyTorch gives it, such as ``MulBackward0``."""
        return self.op.name

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that gradients flow to from here, as PyTorch's ``grad_fn.next_functions``."""
        return tuple((parent, 0) for parent in self.parents)

    def input(self, place: int) -> Tensor:
        """An input that was saved for the formulas.

        Raises:
            RuntimeError: if it was freed, or changed in place since the forward pass.
        """
        if self.tensors is None:
            raise errors.freed(self.name())
        tensor: Tensor = self.tensors[place]  # type: ignore[assignment]
        if tensor.counter[0] != self.versions[place]:
            raise errors.modified(self.name(), tensor.array, edge(tensor), tensor.counter[0], self.versions[place])
        return tensor

    def result(self) -> Array:
        """The result, for formulas that read it. Raises as `input` does."""
        if self.tensors is None:
            raise errors.freed(self.name())
        if self.counter[0] != self.version:
            raise errors.modified(self.name(), self.value, self, self.counter[0], self.version)
        value = self.value
        return value if type(value) is ndarray else value.array  # type: ignore[union-attr]  # see autograd/graph.py

    def saved(self, names: tuple[str, ...], revive: Revive | None = None, scalars: bool = False) -> list[Any]:
        """The values that a formula names: as arrays or, if the backward pass itself is recorded, as tensors.

        The result is kept as an array, because a tensor would hold the node that holds it; `revive` makes the tensor.
        """
        values: list[Any] = []
        for name in names:
            if name == "out":
                values.append(self.result() if revive is None else revive(self.result(), self))
            elif name in self.op.inputs:
                tensor = self.input(self.op.inputs.index(name))
                values.append(tensor.array if revive is None else tensor)
            elif self.attributes is None:
                raise errors.freed(self.name())
            else:
                if type(self.attributes) is not tuple:
                    self.attributes.check(self)  # type: ignore[attr-defined]  # an index or a mask: is it unchanged?
                values.append(self.attributes[self.op.attributes.index(name)])
        return [v[()] if type(v) is ndarray else v for v in values] if scalars else values

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dictionary for notes about this node, as PyTorch's ``Node.metadata``."""
        if not hasattr(self, "_notes"):
            self._notes: dict[Any, Any] = {}
        return self._notes

    def label(self) -> str:
        """The op's symbol for pictures, with the attributes it mentions filled in: ``**2``."""
        return self.op.symbol.format(**dict(zip(self.op.attributes, self.attributes or (), strict=False)))

    def free(self) -> None:
        """Drop what was saved for the formulas. The graph's shape, and small values, remain to be looked at."""
        self.tensors = None
        value = self.value
        if value is not None and value.size > SMALL:
            self.value = None
        if self.attributes and True in map(_holds_arrays, self.attributes):
            self.attributes = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"


class AccumulateGrad(Node):
    """The end of the line: the node that adds what arrives to the `.grad` of a leaf.

    The leaf is held, and the leaf in turn knows its sink by a weak reference only. So no circle of references
    arises, and a graph goes the moment that nobody holds it.
    """

    __slots__ = ("variable",)

    op = Op("torch::autograd::AccumulateGrad", [])
    parents = tensors = versions = constants = attributes = ()
    value = None

    def __init__(self, variable: Tensor) -> None:
        self.seq = next(clock)
        self.shape = variable.array.shape
        self.dtype = variable.array.dtype
        self.hooks = variable._hooks
        self.variable = variable

    def free(self) -> None:
        """There is nothing to drop."""


def edge(tensor: Tensor) -> Node | None:
    """The node that a gradient for `tensor` flows to: where it came from, or its sink; None if it wants none."""
    if tensor._view is not None:
        tensor._view.refresh(tensor)
    if tensor._grad_fn is not None or not tensor._requires_grad:
        return tensor._grad_fn
    sink = None if tensor._sink is None else tensor._sink()
    if sink is None:
        sink = AccumulateGrad(tensor)
        tensor._sink = weakref.ref(sink)
    return sink


def record(op: Op, out: Tensor, inputs: tuple[Tensor, ...], attributes: tuple[Any, ...] = ()) -> None:
    """Give `out`, just computed by `op` from `inputs`, its history: a new node that points back at theirs.

    The last of the three cases would do for all. The others say the same for one and for two inputs, without loops:
    in small networks recording is where the time goes.
    """
    parents: tuple[Node | None, ...]
    tensors: tuple[Tensor | None, ...]
    versions: tuple[int, ...]
    constants: tuple[Tensor | None, ...] = ()
    if len(inputs) == 1:
        (a,) = inputs
        to_a = a._grad_fn
        if to_a is None or a._view is not None:
            to_a = edge(a)
            if to_a is None:
                return
        parents = (to_a,)
        reads_out, reads_a = op.plans[True,]
        tensors = (a if reads_a else None,)
        versions = (a.counter[0] if reads_a else 0,)
    elif len(inputs) == 2:
        a, b = inputs
        to_a, to_b = a._grad_fn, b._grad_fn
        if to_a is None or a._view is not None:
            to_a = edge(a)
        if to_b is None or b._view is not None:
            to_b = edge(b)
        if to_a is to_b is None:
            return
        parents = (to_a, to_b)
        reads_out, reads_a, reads_b = op.plans[to_a is not None, to_b is not None]
        tensors = (a if reads_a else None, b if reads_b else None)
        versions = (a.counter[0] if reads_a else 0, b.counter[0] if reads_b else 0)
        if to_a is None:
            constants = (a if a.array.size <= SMALL else None, None)
        elif to_b is None:
            constants = (None, b if b.array.size <= SMALL else None)
    else:
        parents = tuple(map(edge, inputs))
        live = tuple([parent is not None for parent in parents])
        if True not in live:
            return
        reads_out, *read = op.plans[live]
        tensors = tuple([t if wanted else None for t, wanted in zip(inputs, read)])
        versions = tuple([t.counter[0] if wanted else 0 for t, wanted in zip(inputs, read)])
        if False in live:
            constants = tuple([None if on or t.array.size > SMALL else t for t, on in zip(inputs, live)])

    node = _new_node(op.node_type)
    node.seq = next(clock)  # the parents, new sinks among them, got theirs before
    node.parents = parents
    node.tensors = tensors
    node.versions = versions
    node.constants = constants
    node.attributes = attributes
    array = out.array
    node.value = array if reads_out or array.size <= SMALL else None
    node.counter = counter = out.counter
    node.version = counter[0]
    node.shape = array.shape
    node.dtype = array.dtype
    node.hooks = None
    out._requires_grad = True
    out._grad_fn = node
    if watchers:
        for watcher in watchers:
            watcher.recorded(node, out)
