"""Parameters: the tensors of a module that training changes."""

from __future__ import annotations

from typing import Any, Self

from teachgrad.errors import explained
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
        parameter = wrap(data.array, cls)
        parameter.counter = data.counter
        return parameter.requires_grad_(requires_grad)  # type: ignore[return-value]

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override] # mypy loses the name
        return f"Parameter containing:\n{super().__repr__()}"
