"""Layers that find out the size of their input when they first see one."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from teachgrad import dtypes
from teachgrad.device import require_cpu
from teachgrad.nn.linear import Linear
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.tensor import Tensor, wrap


class UninitializedParameter(Parameter):
    """A parameter whose shape is not known yet, as ``torch.nn.UninitializedParameter``."""

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: dtypes.dtype | None = None) -> Self:
        """See the class."""
        require_cpu(device)
        kind = (dtype or dtypes.get_default_dtype()).numpy
        return wrap(np.empty(0, kind), cls).requires_grad_(requires_grad)  # type: ignore[return-value]

    def materialize(self, shape: tuple[int, ...]) -> None:
        """Become an ordinary parameter of a shape, with numbers that are not set."""
        self.array = np.empty(shape, self.array.dtype)
        self.__class__ = Parameter  # type: ignore[assignment] # the same object, so that those who hold it keep it

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override] # mypy loses the name
        return "<UninitializedParameter>"


class LazyLinear(Linear):
    """`Linear` that takes `in_features` from its first input, and is a `Linear` from then on.

    As ``torch.nn.LazyLinear``. Run one batch through the network before its parameters are given to an optimizer.

    Args:
        out_features: the size of the last dimension of the output.
        bias: whether to add one.
        device: the CPU, or nothing.
        dtype: of weight and bias.

    >>> import teachgrad as tg
    >>> layer = LazyLinear(2)
    >>> layer(tg.ones(5, 3)).shape, layer
    (torch.Size([5, 2]), Linear(in_features=3, out_features=2, bias=True))
    """

    def __init__(
        self, out_features: int, bias: bool = True, device: Any = None, dtype: dtypes.dtype | None = None
    ) -> None:
        Module.__init__(self)
        self.in_features = 0
        self.out_features = out_features
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)
        else:
            self.register_parameter("bias", None)
        self._first = self.register_forward_pre_hook(_meet)


def _meet(layer: LazyLinear, args: tuple[Tensor, ...]) -> None:
    """Before the first `forward`: settle the sizes, and draw weight and bias."""
    layer._first.remove()
    del layer._first
    layer.in_features = args[0].array.shape[-1]
    for parameter, shape in (
        (layer.weight, (layer.out_features, layer.in_features)),
        (layer.bias, (layer.out_features,)),
    ):
        if isinstance(parameter, UninitializedParameter):
            parameter.materialize(shape)
    layer.__class__ = Linear  # type: ignore[assignment] # nothing is lazy any more
    layer.reset_parameters()
