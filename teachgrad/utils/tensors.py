"""Small things that modules and optimizers both need of tensors: what messages call them, and forgetting gradients."""

from __future__ import annotations

from teachgrad.errors import c_name
from teachgrad.tensor import Tensor


def typename(value: object) -> str:
    """The type of a value as PyTorch's messages name it, as ``torch.typename``.

    >>> import teachgrad as tg
    >>> typename(tg.ones(2)), typename(3)
    ('torch.FloatTensor', 'int')
    """
    if isinstance(value, Tensor):
        return f"torch.{c_name(value.array.dtype)}Tensor"
    kind = value if isinstance(value, type) else type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def clear_grad(tensor: Tensor, set_to_none: bool) -> None:
    """Forget the gradient of a tensor, or set it to zero in the memory that it has."""
    grad = tensor._grad
    if set_to_none or grad is None:
        tensor._grad = None
        return
    if grad.grad_fn is not None:
        grad.detach_()
    else:
        grad.requires_grad_(False)
    grad.zero_()
