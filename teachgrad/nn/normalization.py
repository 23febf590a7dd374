"""Normalising layers: numbers shifted and scaled to mean 0 and variance 1, then as is learned."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

from teachgrad import dtypes
from teachgrad.errors import explained
from teachgrad.nn import functional, init
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.ops.creation import empty, ones, tensor, zeros
from teachgrad.ops.windows import Sizes
from teachgrad.tensor import Tensor


class Learned(Module):
    """What all of them share: a weight that starts at 1 and a bias that starts at 0, or neither."""

    weight: Parameter | None
    bias: Parameter | None

    def _learn(self, shape: Sizes, weight: bool, bias: bool, device: Any, dtype: dtypes.dtype | None) -> None:
        for name, wanted in {"weight": weight, "bias": bias}.items():
            parameter = Parameter(empty(*shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, parameter)

    def reset_parameters(self) -> None:
        """Set the weight to 1 and the bias to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class Tracking(Learned):
    """What batch and instance normalisation share: channels, and running statistics of them."""

    dims: ClassVar[tuple[int, ...]]  # how many dimensions the input may have
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self._learn((num_features,), affine, affine and bias, device, dtype)
        kept = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, device=device, dtype=dtype) if kept else None)
        self.register_buffer("running_var", ones(num_features, device=device, dtype=dtype) if kept else None)
        self.register_buffer("num_batches_tracked", tensor(0, device=device) if kept else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Set the running mean to 0, the running variance to 1, and the count of batches to 0."""
        if self.track_running_stats:
            assert self.running_mean is not None
            assert self.running_var is not None
            assert self.num_batches_tracked is not None
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Set weight, bias and running statistics to what they start with."""
        self.reset_running_stats()
        super().reset_parameters()

    def _check_dims(self, input: Tensor) -> None:
        if input.array.ndim not in self.dims:
            expected = " or ".join(f"{n}D" for n in self.dims)
            raise explained(
                ValueError,
                f"expected {expected} input (got {input.array.ndim}D input)",
                why=f"the input has shape {input.array.shape}; its dimensions are (batch, channels, ...).",
                fix=f"{type(self).__name__[:-2]}1d, 2d and 3d are for sequences, images and volumes.",
            )

    def extra_repr(self) -> str:
        """The number of channels and the settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm(Tracking):
    """What BatchNorm1d, BatchNorm2d and BatchNorm3d share."""

    def forward(self, input: Tensor) -> Tensor:
        """The input normalised: by its own statistics in training, by the running ones after `eval()`."""
        self._check_dims(input)
        momentum = self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if momentum is None:  # the average over all batches so far
                momentum = 1 / int(self.num_batches_tracked)
        own = self.training or self.running_mean is None
        kept = not self.training or self.track_running_stats
        return functional.batch_norm(
            input,
            self.running_mean if kept else None,
            self.running_var if kept else None,
            self.weight,
            self.bias,
            own,
            momentum or 0.0,
            self.eps,
        )


class BatchNorm1d(BatchNorm):
    """Each channel of (N, C) or (N, C, L) normalised over the batch, as ``torch.nn.BatchNorm1d``; see `BatchNorm2d`."""

    dims = (2, 3)


class BatchNorm2d(BatchNorm):
    """Each channel of images (N, C, H, W) normalised over the batch, as ``torch.nn.BatchNorm2d``.

    In training, mean and variance are those of the batch, and running ones move towards them. After `eval()` the
    running ones are used, and no example depends on the others.

    Args:
        num_features: the number of channels C.
        eps: what is added to the variance, so that it is not 0.
        momentum: how far the running statistics move at each batch; None for the average over all batches.
        affine: whether each channel gets a weight and a bias that are learned.
        track_running_stats: whether there are running statistics; without them, those of the batch are always used.
        device: the CPU, or nothing.
        dtype: of weight, bias and statistics.
        bias: whether there is a bias, if affine.

    Attributes:
        weight, bias: (C), or None.
        running_mean, running_var: (C), or None.
        num_batches_tracked: how many batches the running statistics have seen.

    Raises:
        ValueError: for another number of dimensions; in training, if there is only one number for each channel.

    >>> import teachgrad as tg
    >>> layer = BatchNorm2d(3)
    >>> y = layer(tg.randn(8, 3, 4, 4))
    >>> y.mean().abs() < 1e-6, layer.num_batches_tracked
    (tensor(True), tensor(1))
    """

    dims = (4,)


class BatchNorm3d(BatchNorm):
    """Each channel of volumes (N, C, D, H, W) normalised, as ``torch.nn.BatchNorm3d``; see `BatchNorm2d`."""

    dims = (5,)


class InstanceNorm(Tracking):
    """What InstanceNorm1d, InstanceNorm2d and InstanceNorm3d share."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """The input normalised; without a batch, (C, *), it is one of one example."""
        self._check_dims(input)
        batched = input.array.ndim == self.dims[1]
        channels = input.array.shape[batched]
        if channels != self.num_features:
            self._misfit(channels)
        out = self._normalised(input if batched else input.unsqueeze(0))
        return out if batched else out.squeeze(0)

    def _normalised(self, input: Tensor) -> Tensor:
        own = self.training or not self.track_running_stats
        return functional.instance_norm(
            input, self.running_mean, self.running_var, self.weight, self.bias, own, self.momentum or 0.0, self.eps
        )

    def _misfit(self, channels: int) -> None:
        words = f"expected input's size at dim=1 to match num_features ({self.num_features}), but got: {channels}."
        if self.affine:
            raise explained(
                ValueError,
                words,
                why="each channel has its own weight and bias.",
                fix=f"give the layer num_features={channels}, or check the shape of the input.",
            )
        warnings.warn(
            explained(
                UserWarning,
                "input's size at dim=1 does not match num_features. You can silence this warning by not passing in "
                "num_features, which is not used because affine=False",
                why=f"the layer was made for {self.num_features} channels, and the input has {channels}.",
                fix=f"give the layer num_features={channels}, or check the shape of the input.",
            ),
            stacklevel=4,
        )


class InstanceNorm1d(InstanceNorm):
    """Each channel of each sequence (N, C, L) or (C, L) normalised by itself, as ``torch.nn.InstanceNorm1d``."""

    dims = (2, 3)


class InstanceNorm2d(InstanceNorm):
    """Each channel of each image (N, C, H, W) or (C, H, W) normalised by itself, as ``torch.nn.InstanceNorm2d``."""

    dims = (3, 4)


class InstanceNorm3d(InstanceNorm):
    """Each channel of each volume normalised by itself, as ``torch.nn.InstanceNorm3d``."""

    dims = (4, 5)


def _shape(normalized_shape: int | Sequence[int]) -> Sizes:
    return (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)


class LayerNorm(Learned):
    """Each example's last dimensions normalised together, as ``torch.nn.LayerNorm``.

    Args:
        normalized_shape: the sizes of the last dimensions, or that of the last one.
        eps: what is added to the variance, so that it is not 0.
        elementwise_affine: whether each element gets a weight and a bias that are learned.
        bias: whether there is a bias.
        device: the CPU, or nothing.
        dtype: of weight and bias.

    >>> import teachgrad as tg
    >>> LayerNorm(2)(tg.tensor([[1.0, 3.0]])).detach()
    tensor([[-1.0000,  1.0000]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._learn(self.normalized_shape, elementwise_affine, elementwise_affine and bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """The input normalised."""
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The shape and the settings."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """Each example's last dimensions, divided by the root of their mean square; as ``torch.nn.RMSNorm``.

    Args:
        normalized_shape: the sizes of the last dimensions, or that of the last one.
        eps: what is added to the mean square; by default the spacing of numbers at 1.
        elementwise_affine: whether each element gets a weight that is learned.
        device: the CPU, or nothing.
        dtype: of the weight.

    >>> import teachgrad as tg
    >>> RMSNorm(2)(tg.tensor([1.0, 7.0])).detach()
    tensor([0.2000, 1.4000])
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        weight = Parameter(empty(*self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None
        self.register_parameter("weight", weight)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Tensor) -> Tensor:
        """The input normalised."""
        return functional.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The shape and the settings."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Learned):
    """The channels of each example normalised in groups, as ``torch.nn.GroupNorm``.

    Args:
        num_groups: into how many groups the channels are parted.
        num_channels: how many channels there are.
        eps: what is added to the variance, so that it is not 0.
        affine: whether each channel gets a weight and a bias that are learned.
        device: the CPU, or nothing.
        dtype: of weight and bias.
        bias: whether there is a bias, if affine.

    Raises:
        ValueError: if the channels cannot be parted evenly.

    >>> import teachgrad as tg
    >>> GroupNorm(2, 4)(tg.tensor([[1.0, 3.0, 10.0, 30.0]])).detach()
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise explained(
                ValueError,
                f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})",
                why="the channels are parted evenly.",
                fix="choose a number of groups that divides the number of channels.",
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._learn((num_channels,), affine, affine and bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """The input normalised."""
        return functional.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The groups and the settings."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    """Each element divided by how strong its neighbours in other channels are, as ``torch.nn.LocalResponseNorm``."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        """The input normalised."""
        return functional.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """How many neighbours count, and how."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
