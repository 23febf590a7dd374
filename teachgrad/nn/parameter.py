"""Parameters, the tensors of a module that training changes, and buffers, those that are kept with them."""

from __future__ import annotations

from typing import Any, Self

from teachgrad.errors import explained, not_differentiable
from teachgrad.tensor import Tensor, wrap


class Parameter(Tensor):
    """A tensor that a `Module` finds by itself when it is assigned as an attribute, as ``torch.nn.Parameter``.

    It shares memory with `data` but not its history: a parameter is always a leaf.

    Args:
        data: the numbers to start with; none by default.
        requires_grad: whether training is to change it.

    Raises:
        AttributeError: if `data` is no tensor.
        RuntimeError: for integers and booleans, unless `requires_grad` is False.

    >>> import teachgrad as tg
    >>> Parameter(tg.zeros(2))
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        """See the class."""
        if data is None:
            data = Tensor()
        if not isinstance(data, Tensor):
            raise explained(
                AttributeError,
                f"'{type(data).__name__}' object has no attribute 'detach'",
                why="a parameter is a tensor that training changes.",
                fix="make one first: nn.Parameter(torch.tensor(...)), with real numbers such as 1.0.",
            )
        if requires_grad and not data.dtype.is_floating_point:
            raise not_differentiable(data.dtype, "Only Tensors of floating point and complex dtype")
        parameter = wrap(data.array, cls)
        parameter.counter = data.counter
        return parameter.requires_grad_(requires_grad)  # type: ignore[return-value]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A parameter with memory of its own; its gradient and its attributes stay behind, as in PyTorch."""
        memo[id(self)] = twin = type(self)(self.data.clone(), self.requires_grad)
        return twin

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override] # mypy loses the name
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that a `Module` registers as a buffer when it is assigned as an attribute, as ``torch.nn.Buffer``.

    Args:
        data: the numbers; none by default. Memory is shared.
        persistent: whether the state of the module holds it.

    >>> import teachgrad as tg
    >>> from teachgrad import nn
    >>> module = nn.Module()
    >>> module.mean = nn.Buffer(tg.zeros(2))
    >>> list(module.state_dict())
    ['mean']
    """

    persistent: bool = True

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Self:
        """See the class."""
        source = Tensor() if data is None else data
        buffer = wrap(source.array, cls)
        buffer.counter = source.counter
        buffer.persistent = persistent  # type: ignore[attr-defined] # `wrap` returns the kind it is given
        return buffer.requires_grad_(source.requires_grad)  # type: ignore[return-value]
