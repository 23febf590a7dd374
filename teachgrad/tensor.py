"""Tensor: an array that knows where it came from.

A tensor holds a NumPy `array` and, if gradients are wanted, its history: the node of the graph that made it.
Leaves (tensors that you made) have no such node; their gradient ends up in `.grad`.

This module knows the graph and the engine. It knows no operation: those stand in `ops/`, and hang themselves
onto `Operators`, the base class of Tensor.
"""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable, Iterator, Sequence
from types import NotImplementedType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from teachgrad import dtypes, engine, printing
from teachgrad.dtypes import dtype
from teachgrad.errors import explained
from teachgrad.graph import AccumulateGrad, Array, Hook, Node, edge
from teachgrad.operators import Operators
from teachgrad.size import Size

if TYPE_CHECKING:
    from teachgrad.ops.views import View


class Tensor(Operators):
    """A multi-dimensional array with automatic differentiation, as ``torch.Tensor``.

    Make one with `teachgrad.tensor`; this constructor, like PyTorch's, always gives the default type.

    >>> import teachgrad as tg
    >>> x = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ("__dict__", "__weakref__", "_grad", "_grad_fn", "_requires_grad", "_view", "array", "counter")

    array: Array  # the numbers; shared with views, with .detach() and with .numpy()
    counter: list[int]  # [n]: n in-place changes so far. A list, because all that share the memory share the count
    _grad: Tensor | None
    _grad_fn: Node | None
    _requires_grad: bool
    _view: View | None
    _sink: weakref.ref[AccumulateGrad] | None = None  # of a leaf that is part of a graph
    _hooks: list[Hook] | None = None  # of a leaf; a tensor with history has them on its node

    def __init__(self, data: Any = (), *sizes: int) -> None:
        if isinstance(data, int):
            start(self, np.zeros((data, *sizes), dtypes.get_default_dtype().numpy))
        else:
            start(self, np.array(getattr(data, "array", data), dtypes.get_default_dtype().numpy))

    # What it is

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions, as ``torch.Tensor.shape``."""
        return Size(self.array.shape)

    def size(self, dim: int | None = None) -> Any:
        """All sizes, or that of one dimension, as ``torch.Tensor.size``."""
        return self.shape if dim is None else self.shape[checked_dim(dim, self.array.ndim)]

    @property
    def dtype(self) -> dtype:
        """The type of the elements, as ``torch.Tensor.dtype``."""
        return dtypes.of(self.array)

    @property
    def ndim(self) -> int:
        """The number of dimensions, as ``torch.Tensor.ndim``."""
        return self.array.ndim

    def dim(self) -> int:
        """The number of dimensions, as ``torch.Tensor.dim``."""
        return self.array.ndim

    def numel(self) -> int:
        """The number of elements, as ``torch.Tensor.numel``."""
        return self.array.size

    def element_size(self) -> int:
        """Bytes of one element, as ``torch.Tensor.element_size``."""
        return self.array.itemsize

    def is_floating_point(self) -> bool:
        """Whether the elements are floating-point numbers, as ``torch.Tensor.is_floating_point``."""
        return self.array.dtype.kind == "f"

    def is_contiguous(self) -> bool:
        """Whether the elements lie in memory row by row, as ``torch.Tensor.is_contiguous``."""
        return self.array.flags.c_contiguous

    def stride(self) -> tuple[int, ...]:
        """For each dimension, how many elements apart neighbours lie, as ``torch.Tensor.stride``."""
        return tuple(step // self.array.itemsize for step in self.array.strides)

    def data_ptr(self) -> int:
        """The address of the first element, as ``torch.Tensor.data_ptr``; equal addresses mean shared memory."""
        return int(self.array.__array_interface__["data"][0])

    # Its place in the graph

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded, as ``torch.Tensor.requires_grad``."""
        if self._view is not None:
            self._view.refresh(self)
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        self.requires_grad_(wanted)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for gradients, or no longer, as ``torch.Tensor.requires_grad_``.

        Raises:
            RuntimeError: for integers and booleans, and for switching off a tensor that has a history.
        """
        if requires_grad and self.array.dtype.kind != "f":
            raise explained(
                RuntimeError,
                "only Tensors of floating point dtype can require gradients",
                why=f"this tensor holds {self.dtype}; between whole numbers there is nothing to slide along, so no slope.",
                fix="make it of real numbers: tensor([1., 2.]) or x.float().",
            )
        if not requires_grad and self.grad_fn is not None:
            raise explained(
                RuntimeError,
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
                "subgraph that doesn't require differentiation use var_no_grad = var.detach().",
                why=f"this tensor was computed (by {self.grad_fn.name()}), so its history decides.",
                fix="x = x.detach() gives a tensor that shares the numbers but not the history.",
            )
        self._requires_grad = requires_grad
        return self

    @property
    def grad_fn(self) -> Node | None:
        """The node that computed this tensor, None for a leaf, as ``torch.Tensor.grad_fn``."""
        if self._view is not None:
            self._view.refresh(self)
        return self._grad_fn

    @property
    def is_leaf(self) -> bool:
        """True for tensors that no recorded operation computed, as ``torch.Tensor.is_leaf``."""
        return self.grad_fn is None

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward` accumulated here, None before, as ``torch.Tensor.grad``."""
        return self._grad

    @grad.setter
    def grad(self, new: Tensor | None) -> None:
        if new is not None:
            if not isinstance(new, Tensor):
                raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(new).__name__!r}")
            if new is self:
                raise RuntimeError("can't assign Variable as its own grad")
            if new.array.shape != self.array.shape or new.array.dtype != self.array.dtype:
                raise explained(
                    RuntimeError,
                    f"assigned grad has data of a different size or type: {tuple(new.shape)} {new.dtype} "
                    f"for a tensor of {tuple(self.shape)} {self.dtype}",
                    why="there is one slope for each element, of the element's type.",
                    fix="assign a tensor of the same shape and dtype, or None to clear the gradient.",
                )
        self._grad = new

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was called, as ``torch.Tensor.retains_grad``."""
        return bool(self.__dict__.get("_retains_grad")) and not self.is_leaf

    @property
    def _version(self) -> int:
        """How many in-place changes this memory has seen, as PyTorch's ``_version``."""
        return self.counter[0]

    @property
    def _base(self) -> Tensor | None:
        """The tensor whose memory this view shows, None if it has its own, as PyTorch's ``_base``."""
        return None if self._view is None else self._view.base

    # Gradients

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add d(self)/d(leaf) to the `.grad` of every leaf that self depends on, as ``torch.Tensor.backward``.

        Args:
            gradient: the gradient of something else with respect to self, of self's shape: where the walk starts.
                May be left out if self has one element; it is 1 then.
            retain_graph: keep the saved values, so that backward can go through this graph again.
                By default as `create_graph`.
            create_graph: record the backward pass as well, so that gradients can be differentiated.
            inputs: accumulate into these tensors only.

        Raises:
            RuntimeError: if self has no history, is not a scalar and no gradient is given, if the graph was
                freed by an earlier pass, or if a saved value was changed in place.

        >>> import teachgrad as tg
        >>> x = tg.tensor(2.0, requires_grad=True)
        >>> (x**2).backward()
        >>> x.grad
        tensor(4.)
        """
        backward([self], [gradient], retain_graph, create_graph, inputs)

    def retain_grad(self) -> None:
        """Keep the gradient of a tensor that is not a leaf in its `.grad` too, as ``torch.Tensor.retain_grad``."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.is_leaf or self.retains_grad:
            return
        self.__dict__["_retains_grad"] = True
        me = weakref.ref(self)

        def keep(g: Tensor) -> None:
            tensor = me()
            if tensor is not None:
                tensor._grad = g.clone() if tensor._grad is None else tensor._grad + g

        self.register_hook(keep)

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(grad)` whenever a gradient for this tensor is computed, as ``torch.Tensor.register_hook``.

        A hook that returns a tensor replaces the gradient.
        """
        node = edge(self)
        if node is None:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if node.hooks is None:
            node.hooks = []
        if isinstance(node, AccumulateGrad):
            self._hooks = node.hooks  # the sink of a leaf may be gone before the next pass; the leaf stays
        node.hooks.append(hook)
        return RemovableHandle(node.hooks, hook)

    def detach(self) -> Tensor:
        """The same memory without the history, as ``torch.Tensor.detach``. Nothing is copied."""
        out = wrap(self.array)
        out.counter = self.counter
        return out

    def detach_(self) -> Self:
        """Forget the history, in place, as ``torch.Tensor.detach_``."""
        if self._view is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
                "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
                "detach_() cannot be called on these gradients."
            )
        self._grad_fn, self._requires_grad = None, False
        return self

    @property
    def data(self) -> Tensor:
        """The same memory without history, **and unseen by the checks on saved values**, as ``torch.Tensor.data``.

        Prefer `detach()`: changing `x.data` in place before `backward` gives wrong gradients without a word.
        """
        return wrap(self.array)

    @data.setter
    def data(self, new: Tensor) -> None:
        if not isinstance(new, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(new).__name__}")
        self.array = new.array

    # Out of the world of tensors

    def item(self) -> Any:
        """The one element as a Python number, as ``torch.Tensor.item``.

        Raises:
            RuntimeError: if there is not exactly one element.
        """
        if self.array.size != 1:
            raise explained(
                RuntimeError,
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar",
                why=f"its shape is {tuple(self.shape)}, and a Python number is a single value.",
                fix="reduce it first, as in x.mean().item(), pick one, as in x[0].item(), or use x.tolist().",
            )
        return self.array.item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers, as ``torch.Tensor.tolist``."""
        return self.array.tolist()

    def numpy(self, *, force: bool = False) -> Array:
        """The array itself, sharing memory, as ``torch.Tensor.numpy``.

        Raises:
            RuntimeError: if the tensor requires grad, because NumPy would lose its history.
        """
        if force:
            return self.array
        if self.requires_grad:
            raise explained(
                RuntimeError,
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
                why="NumPy records nothing, so what you compute from the array would have no gradient.",
                fix="x.detach().numpy() says that you want the numbers only.",
            )
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    # Python's own questions

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        node = self.grad_fn
        return printing.tensor_text(
            self.array, requires_grad=self._requires_grad, grad_fn_name=None if node is None else node.name()
        )

    def __format__(self, spec: str) -> str:
        if self.array.ndim and not spec:
            return repr(self)
        return printing.format_item(None if self.array.ndim else self.array.item(), spec)

    def __len__(self) -> int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Tensor]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter([self[i] for i in range(len(self.array))])

    def __bool__(self) -> bool:
        if self.array.size != 1:
            words = "no values" if self.array.size == 0 else "more than one value"
            raise explained(
                RuntimeError,
                f"Boolean value of Tensor with {words} is ambiguous",
                why=f"`if` and `and` need one answer, and this tensor of shape {tuple(self.shape)} holds {self.array.size}.",
                fix="ask for one: (x > 0).all() or (x > 0).any(); combine element by element with & and |.",
            )
        return bool(self.array.item())

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.array.size != 1 or self.array.dtype.kind == "f":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __hash__(self) -> int:
        return id(self)  # == compares element by element; as a key of a dictionary a tensor stands for itself

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise explained(
                RuntimeError,
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.",
                why="a copy of a computed tensor would need a copy of its whole history.",
                fix="copy.deepcopy(x.detach()) copies the numbers; x.clone() is a copy that stays in the graph.",
            )
        twin = wrap(self.array.copy(), type(self))
        memo[id(self)] = twin
        twin._requires_grad = self._requires_grad
        twin._grad = copy.deepcopy(self._grad, memo)
        return twin

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not self.is_leaf:
            raise RuntimeError("only leaf tensors can be pickled: use x.detach()")
        return _rebuilt, (type(self), self.array, self._requires_grad)

    # NumPy's functions, called on tensors, find their row of the op table: that is how one gradient formula,
    # written with np.cos, serves arrays in a first derivative and tensors in a second one.

    __array_priority__ = 1000

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Tensor | NotImplementedType:
        function = NUMPY_TWINS.get(ufunc)
        if function is None or method != "__call__" or kwargs:
            return NotImplemented
        return function(*inputs)  # type: ignore[no-any-return]

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        twin = NUMPY_TWINS.get(function)
        return NotImplemented if twin is None else twin(*args, **kwargs)


NUMPY_TWINS: dict[Any, Callable[..., Any]] = {}  # filled by the rows of the op table

_new = Tensor.__new__
ndarray = np.ndarray


def start(tensor: Tensor, array: Array) -> None:
    """Fill the slots of a new tensor."""
    tensor.array = array
    tensor.counter = [0]
    tensor._requires_grad = False
    tensor._grad_fn = tensor._grad = tensor._view = None


def wrap(array: Any, kind: type[Tensor] = Tensor) -> Tensor:
    """A tensor without history round an array; nothing is copied. (NumPy's scalars become 0-d arrays again.)"""
    tensor = _new(kind)
    tensor.array = array if type(array) is ndarray else np.asarray(array)
    tensor.counter = [0]
    tensor._requires_grad = False
    tensor._grad_fn = tensor._grad = tensor._view = None
    return tensor


def _rebuilt(kind: type[Tensor], array: Array, requires_grad: bool) -> Tensor:
    tensor = wrap(array, kind)
    tensor._requires_grad = requires_grad
    return tensor


def checked_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front, from one that may be counted from the back.

    Raises:
        IndexError: if there is no such dimension.
    """
    limit = max(ndim, 1)
    if not -limit <= dim < limit:
        raise explained(
            IndexError,
            f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dim})",
            why=f"the tensor has {ndim} dimensions, counted from 0, or from -1 at the end.",
            fix="choose a dim in that range; x.shape shows the dimensions.",
        )
    return dim % limit


class RemovableHandle:
    """What `register_hook` returns: `.remove()` takes the hook away, as does leaving a `with` block."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self._hooks[:] = [hook for hook in self._hooks if hook is not self._hook]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class _ForEngine:
    """What the engine asks of tensors, see `engine.Tensors`."""

    wrap = staticmethod(wrap)

    @staticmethod
    def revive(array: Array, node: Node) -> Tensor:
        tensor = wrap(array)
        tensor.counter, tensor._requires_grad, tensor._grad_fn = node.counter, True, node
        return tensor

    @staticmethod
    def cast(tensor: Tensor, dtype: np.dtype[Any]) -> Tensor:
        return tensor if tensor.array.dtype == dtype else tensor.to(dtypes.of_numpy(dtype))

    @staticmethod
    def clone(tensor: Tensor) -> Tensor:
        return tensor.clone()


def backward(
    roots: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Accumulate the gradients of one or several roots; see `Tensor.backward`."""
    retain = create_graph if retain_graph is None else retain_graph
    seeds = seeded(roots, gradients, create_graph)
    if inputs is None:
        engine.run(seeds, _ForEngine, retain_graph=retain, create_graph=create_graph)
        return
    targets = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    for target, g in zip(targets, gradients_at(targets, seeds, retain, create_graph), strict=True):
        if g is not None:
            engine.accumulate(target, g, False, _ForEngine)


def gradients_at(targets: Sequence[Tensor], seeds: dict[Node, Any], retain: bool, create: bool) -> list[Any]:
    """The gradients that arrive at the targets, None where none does. Nothing is accumulated."""
    nodes = [edge(target) for target in targets]
    if not targets or None in nodes:
        raise explained(
            RuntimeError,
            "One of the differentiated Tensors does not require grad" if targets else "inputs argument cannot be empty.",
            why="a gradient was asked for with respect to something that no graph leads to.",
            fix="give the tensor requires_grad=True before the forward pass.",
        )
    wanted = [node for node in nodes if node is not None]
    arrived = engine.run(seeds, _ForEngine, retain_graph=retain, create_graph=create, wanted=wanted)
    return [arrived.get(node) for node in wanted]


def seeded(roots: Sequence[Tensor], gradients: Sequence[Tensor | None], create_graph: bool) -> dict[Node, Any]:
    """Where the backward pass starts: for each root's node, the gradient that arrives there."""
    seeds: dict[Node, Any] = {}
    for position, (root, gradient) in enumerate(zip(roots, gradients, strict=True)):
        node = edge(root)
        if node is None:
            raise explained(
                RuntimeError,
                f"element {position} of tensors does not require grad and does not have a grad_fn",
                why="nothing that it was computed from requires grad, or it was computed under no_grad or after detach.",
                fix="make the inputs with requires_grad=True, and compute the result outside of no_grad.",
            )
        seed = _seed(position, root, gradient)
        g: Any = seed if create_graph else seed.array
        seeds[node] = seeds[node] + g if node in seeds else g
    return seeds


def _seed(position: int, root: Tensor, gradient: Tensor | None) -> Tensor:
    """The gradient to start from at one root: the one given, or 1 for a scalar."""
    if gradient is None:
        if root.array.size != 1:
            raise explained(
                RuntimeError,
                "grad can be implicitly created only for scalar outputs",
                why=f"this tensor has shape {tuple(root.shape)}: {root.array.size} outputs, each with a gradient of its own.",
                fix="reduce it to one number (x.sum(), x.mean()), or weigh the outputs with backward(gradient=...).",
            )
        return wrap(np.ones_like(root.array))
    if not isinstance(gradient, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if gradient.array.shape != root.array.shape:
        raise explained(
            RuntimeError,
            f"Mismatch in shape: grad_output[{position}] has a shape of {gradient.shape} and output[{position}] has a shape "
            f"of {root.shape}.",
            why="the gradient holds one weight for each output element.",
            fix="give a gradient of the output's shape.",
        )
    return gradient
