"""All parameters of a network as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from teachgrad.errors import explained
from teachgrad.ops.shape import cat
from teachgrad.tensor import Tensor
from teachgrad.utils.tensors import typename


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The elements of all parameters, one after the other, as ``torch.nn.utils.parameters_to_vector``.

    Gradients flow through it.

    >>> from teachgrad import nn
    >>> parameters_to_vector(nn.Linear(3, 2).parameters()).shape
    torch.Size([8])
    """
    return cat([parameter.view(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let parameters show the elements of a vector from now on, as ``torch.nn.utils.vector_to_parameters``.

    They share memory with it, and nothing is recorded.

    Raises:
        TypeError: if `vec` is no tensor.
        RuntimeError: if it has too few elements.
    """
    if not isinstance(vec, Tensor):
        raise explained(
            TypeError,
            f"expected torch.Tensor, but got: {typename(vec)}",
            why="the numbers of all parameters come in one vector.",
            fix="nn.utils.parameters_to_vector(parameters) makes one.",
        )
    start = 0
    for parameter in parameters:
        shape, count = parameter.array.shape, parameter.array.size
        part = vec.array[start : start + count]
        if part.size < count:
            raise explained(
                RuntimeError,
                f"shape '{list(shape)}' is invalid for input of size {part.size}",
                why=f"the vector has {vec.array.size} elements, and the parameters need more.",
                fix="sum(p.numel() for p in parameters) tells how many.",
            )
        parameter.data = vec.detach()[start : start + count].view(*shape)
        start += count
