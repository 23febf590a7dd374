"""Pooling layers: one number for each window of an image, its largest element, its average or its norm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from teachgrad.nn import functional
from teachgrad.nn.convolution import each
from teachgrad.nn.module import Module
from teachgrad.ops.windows import Sizes, Steps
from teachgrad.tensor import Tensor


class MaxPooling(Module):
    """What MaxPool1d, MaxPool2d and MaxPool3d share."""

    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Steps,
        stride: Steps | None = None,
        padding: Steps = 0,
        dilation: Steps = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        """The largest elements and, with `return_indices`, their places."""
        steps = (self.kernel_size, self.stride, self.padding, self.dilation)
        return type(self).function(input, *steps, self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        """The sizes and steps."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(MaxPooling):
    """The largest element of each window of sequences (N, C, L), as ``torch.nn.MaxPool1d``; see `MaxPool2d`."""

    function = functional.max_pool1d


class MaxPool2d(MaxPooling):
    """The largest element of each window of images, as ``torch.nn.MaxPool2d``; see `functional.max_pool2d`.

    Args:
        kernel_size: the size of the windows; for this and the next three, a number or one for each dimension.
        stride: how far a window is from the next; by default they lie side by side.
        padding: how far windows may reach over the edges.
        dilation: how far apart the elements of a window are.
        return_indices: whether to say also where the largest elements are, for `MaxUnpool2d`.
        ceil_mode: whether windows that reach even further over the right and lower edge count.

    >>> import teachgrad as tg
    >>> MaxPool2d(2)(tg.arange(16.0).reshape(1, 4, 4))
    tensor([[[ 5.,  7.],
             [13., 15.]]])
    """

    function = functional.max_pool2d


class MaxPool3d(MaxPooling):
    """The largest element of each window of volumes (N, C, D, H, W), as ``torch.nn.MaxPool3d``; see `MaxPool2d`."""

    function = functional.max_pool3d


class MaxUnpooling(Module):
    """What MaxUnpool1d, MaxUnpool2d and MaxUnpool3d share."""

    dims: ClassVar[int]
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, kernel_size: Steps, stride: Steps | None = None, padding: Steps = 0) -> None:
        super().__init__()
        self.kernel_size = each(kernel_size, self.dims)
        self.stride = each(kernel_size if stride is None else stride, self.dims)
        self.padding = each(padding, self.dims)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """The elements at their places, and zeros."""
        return type(self).function(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        """The sizes and steps."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(MaxUnpooling):
    """The way back through `MaxPool1d`, as ``torch.nn.MaxUnpool1d``."""

    dims = 1
    function = functional.max_unpool1d


class MaxUnpool2d(MaxUnpooling):
    """The way back through `MaxPool2d`, as ``torch.nn.MaxUnpool2d``; see `functional.max_unpool2d`."""

    dims = 2
    function = functional.max_unpool2d


class MaxUnpool3d(MaxUnpooling):
    """The way back through `MaxPool3d`, as ``torch.nn.MaxUnpool3d``."""

    dims = 3
    function = functional.max_unpool3d


class AvgPool1d(Module):
    """The average of each window of sequences (N, C, L), as ``torch.nn.AvgPool1d``; see `AvgPool2d`."""

    def __init__(
        self,
        kernel_size: Steps,
        stride: Steps | None = None,
        padding: Steps = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = each(kernel_size, 1)
        self.stride = each(kernel_size if stride is None else stride, 1)
        self.padding = each(padding, 1)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """The averages."""
        steps = (self.kernel_size, self.stride, self.padding)
        return functional.avg_pool1d(input, *steps, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        """The sizes and steps."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPooling(Module):
    """What AvgPool2d and AvgPool3d share."""

    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        kernel_size: Steps,
        stride: Steps | None = None,
        padding: Steps = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """The averages."""
        steps = (self.kernel_size, self.stride, self.padding)
        return type(self).function(input, *steps, self.ceil_mode, self.count_include_pad, self.divisor_override)

    def extra_repr(self) -> str:
        """The sizes and steps."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(AvgPooling):
    """The average of each window of images, as ``torch.nn.AvgPool2d``; see `functional.avg_pool2d`.

    Args:
        kernel_size: the size of the windows; for this and the next two, a number or one for each dimension.
        stride: how far a window is from the next; by default they lie side by side.
        padding: how far windows may reach over the edges, where all is 0.
        ceil_mode: whether windows that reach even further over the right and lower edge count.
        count_include_pad: whether the padding counts as part of a window.
        divisor_override: what sums are divided by instead.

    >>> import teachgrad as tg
    >>> AvgPool2d(2)(tg.arange(16.0).reshape(1, 4, 4))
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """

    function = functional.avg_pool2d


class AvgPool3d(AvgPooling):
    """The average of each window of volumes (N, C, D, H, W), as ``torch.nn.AvgPool3d``; see `AvgPool2d`."""

    function = functional.avg_pool3d


class LPPooling(Module):
    """What LPPool1d and LPPool2d share."""

    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self, norm_type: float, kernel_size: Steps, stride: Steps | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """The norms."""
        return type(self).function(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        """The exponent, the sizes and steps."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(LPPooling):
    """The norm of each window of sequences (N, C, L), as ``torch.nn.LPPool1d``."""

    function = functional.lp_pool1d


class LPPool2d(LPPooling):
    """The norm of each window of images (N, C, H, W), as ``torch.nn.LPPool2d``; see `functional.lp_pool2d`."""

    function = functional.lp_pool2d


class AdaptiveAvgPooling(Module):
    """What the adaptive layers share: so many windows, whatever the size of the image."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """The averages."""
        averages: Tensor = type(self).function(input, self.output_size)
        return averages

    def extra_repr(self) -> str:
        """How many windows there are."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptiveAvgPooling):
    """The averages of as many windows as are asked for, as ``torch.nn.AdaptiveAvgPool1d``."""

    function = functional.adaptive_avg_pool1d


class AdaptiveAvgPool2d(AdaptiveAvgPooling):
    """The averages of as many windows as are asked for, as ``torch.nn.AdaptiveAvgPool2d``.

    >>> import teachgrad as tg
    >>> AdaptiveAvgPool2d(1)(tg.ones(2, 8, 7, 7)).shape
    torch.Size([2, 8, 1, 1])
    """

    function = functional.adaptive_avg_pool2d


class AdaptiveAvgPool3d(AdaptiveAvgPooling):
    """The averages of as many windows as are asked for, as ``torch.nn.AdaptiveAvgPool3d``."""

    function = functional.adaptive_avg_pool3d


class AdaptiveMaxPooling(AdaptiveAvgPooling):
    """The same, with the largest elements."""

    def __init__(self, output_size: int | Sizes, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        """The largest elements and, with `return_indices`, their places."""
        return type(self).function(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(AdaptiveMaxPooling):
    """The largest elements of as many windows as are asked for, as ``torch.nn.AdaptiveMaxPool1d``."""

    function = functional.adaptive_max_pool1d


class AdaptiveMaxPool2d(AdaptiveMaxPooling):
    """The largest elements of as many windows as are asked for, as ``torch.nn.AdaptiveMaxPool2d``."""

    function = functional.adaptive_max_pool2d


class AdaptiveMaxPool3d(AdaptiveMaxPooling):
    """The largest elements of as many windows as are asked for, as ``torch.nn.AdaptiveMaxPool3d``."""

    function = functional.adaptive_max_pool3d
