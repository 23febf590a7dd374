"""Tensor: an array that knows where it came from.

A tensor holds a NumPy `array` and, if gradients are wanted, its history: the node of the graph that made it.
Leaves (tensors that you made) have no such node; their gradient ends up in `.grad`.

This module knows the graph. It knows no operation: those stand in `ops/`, and hang themselves onto `Operators`, the
base class of Tensor, as do `backward` and the hooks from `autograd/`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from teachgrad import dtypes, errors, inference
from teachgrad.dtypes import dtype
from teachgrad.graph import AccumulateGrad, Array, Node
from teachgrad.hooks import Hooks
from teachgrad.operators import Operators
from teachgrad.size import Size

if TYPE_CHECKING:
    import weakref

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
    _hooks: Hooks | None = None  # of a leaf; a tensor with history has them on its node
    _retains_grad = False

    def __new__(cls, data: Any = (), *sizes: int) -> Self:
        """See the class; `Tensor(2, 3)`, with sizes, is filled with zeros."""
        if isinstance(data, float | bool) or data is None:
            raise errors.not_a_sequence(data)
        shape_or_data = np.zeros((data, *sizes)) if isinstance(data, int) else getattr(data, "array", data)
        return wrap(np.array(shape_or_data, dtypes.get_default_dtype().numpy), cls)  # type: ignore[return-value]

    # What it is

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions, as ``torch.Tensor.shape``."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtype:
        """The type of the elements, as ``torch.Tensor.dtype``."""
        return dtypes.of(self.array)

    @property
    def ndim(self) -> int:
        """The number of dimensions, as ``torch.Tensor.ndim``."""
        return self.array.ndim

    def numel(self) -> int:
        """The number of elements, as ``torch.Tensor.numel``."""
        return self.array.size

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
            raise errors.not_differentiable(self.dtype)
        if not requires_grad and self.grad_fn is not None:
            raise errors.not_a_leaf(self.grad_fn.name())
        if requires_grad and self.is_inference() and not inference.is_inference_mode_enabled():
            raise errors.inference_forbids(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
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
        if self._grad is None and self._grad_fn is not None and not self._retains_grad:
            warnings.warn(errors.grad_of_computed(self._grad_fn.name()), stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, new: Tensor | None) -> None:
        if new is not None and not isinstance(new, Tensor):
            raise errors.grad_of_no_tensor(new)
        if new is self:
            raise errors.own_grad()
        if new is not None and (new.array.shape, new.array.dtype) != (self.array.shape, self.array.dtype):
            raise errors.misfit_grad(tuple(new.shape), new.dtype, tuple(self.shape), self.dtype)
        self._grad = new

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def _version(self) -> int:
        """How many in-place changes this memory has seen, as PyTorch's ``_version``."""
        if self.is_inference():
            raise errors.inference_forbids("Inference tensors do not track version counter.")
        return self.counter[0]

    @property
    def _base(self) -> Tensor | None:
        """The tensor whose memory this view shows, None if it has its own, as PyTorch's ``_base``."""
        return None if self._view is None else self._view.base

    def is_inference(self) -> bool:
        """Whether it was made under `inference_mode`, as ``torch.Tensor.is_inference``."""
        return type(self.counter) is inference.Uncounted

    # Leaving the graph

    def detach(self: Tensor) -> Tensor:
        """The same memory without the history, as ``torch.Tensor.detach``. Nothing is copied."""
        out = wrap(self.array)
        out.counter = self.counter
        return out

    def detach_(self) -> Self:
        """Forget the history, in place, as ``torch.Tensor.detach_``."""
        if self._view is not None:
            raise errors.detach_of_view()
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
            raise errors.data_of_no_tensor(new)
        self.array = new.array

    def __hash__(self) -> int:
        return id(self)  # == compares element by element; as a key of a dictionary a tensor stands for itself

    # NumPy's functions, called on tensors, find their row of the op table: that is how one gradient formula, written
    # with np.cos, serves arrays in a first derivative and tensors in a second one.

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        function = NUMPY_TWINS.get(ufunc)
        if function is None or method != "__call__" or kwargs:
            return NotImplemented
        return function(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        twin = NUMPY_TWINS.get(function)
        return NotImplemented if twin is None else twin(*args, **kwargs)


class Tensors(Protocol):
    """What the engine asks of tensors; `autograd/backward.py` answers."""

    def wrap(self, array: Any, /) -> Tensor:
        """A tensor without history round an array."""

    def revive(self, array: Array, node: Node, /) -> Tensor:
        """The tensor that `node` computed, with `node` as its history."""

    def cast(self, tensor: Tensor, dtype: np.dtype[Any], /) -> Tensor:
        """The tensor in another element type, recorded."""

    def copy(self, tensor: Tensor, /) -> Tensor:
        """A copy of the tensor, recorded."""


NUMPY_TWINS: dict[Any, Callable[..., Tensor]] = {}  # filled by the rows of the op table

_new = object.__new__
_inferring = inference.active  # a list that is empty nearly always
ndarray = np.ndarray


def wrap(array: Any, kind: type[Tensor] = Tensor) -> Tensor:
    """A tensor without history round an array; nothing is copied. NumPy's scalars become 0-d arrays again."""
    tensor = _new(kind)
    tensor.array = array if type(array) is ndarray else np.asarray(array)
    tensor.counter = inference.counter() if _inferring else [0]
    tensor._requires_grad = False
    tensor._grad_fn = tensor._grad = tensor._view = None
    return tensor
