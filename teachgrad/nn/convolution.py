"""Convolutional layers: kernels that slide over sequences, images and volumes, and the way back."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from teachgrad.dtypes import dtype
from teachgrad.errors import explained
from teachgrad.nn import functional, init
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.ops.creation import empty
from teachgrad.ops.windows import Sizes, Steps
from teachgrad.tensor import Tensor

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def each(size: Steps, dims: int) -> Sizes:
    """A number for each dimension, from one for all or one for each."""
    return (size,) * dims if isinstance(size, int) else tuple(size)


class Sliding(Module):
    """What all layers here share: sizes, steps, kernels and their starting values.

    Weight and bias start uniform between -1 / sqrt(n) and 1 / sqrt(n), where n is the number of elements that a kernel
    weighs: PyTorch's numbers under the same seed.
    """

    dims: ClassVar[int]
    function: ClassVar[Callable[..., Tensor]]
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        channels: tuple[int, int],
        weight: tuple[int, int],
        kernel_size: Steps,
        stride: Steps,
        padding: Steps | str,
        dilation: Steps,
        output_padding: Steps,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: dtype | None,
    ) -> None:
        super().__init__()
        _check(channels, groups, padding, stride, padding_mode)
        self.in_channels, self.out_channels = channels
        self.kernel_size = each(kernel_size, self.dims)
        self.stride = each(stride, self.dims)
        self.padding = padding if isinstance(padding, str) else each(padding, self.dims)
        self.dilation = each(dilation, self.dims)
        self.output_padding = each(output_padding, self.dims)
        self.groups = groups
        self.padding_mode = padding_mode
        self.weight = Parameter(empty(*weight, *self.kernel_size, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(self.out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        fan_in = init.fans(self.weight)[0]
        if self.bias is not None and fan_in:
            init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def extra_repr(self) -> str:
        """The sizes, and what is not as usual."""
        usual: Sizes = (0,) * self.dims
        parts = [
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}",
            f"padding={self.padding}" if self.padding != usual else "",
            f"dilation={self.dilation}" if max(self.dilation) > 1 else "",
            f"output_padding={self.output_padding}" if self.output_padding != usual else "",
            f"groups={self.groups}" if self.groups != 1 else "",
            "bias=False" if self.bias is None else "",
            f"padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else "",
        ]
        return ", ".join(filter(None, parts))


def _check(channels: tuple[int, int], groups: int, padding: Steps | str, stride: Steps, padding_mode: str) -> None:
    def refuse(words: str, why: str, fix: str) -> ValueError:
        return explained(ValueError, words, why, fix)

    if groups < 1:
        raise refuse("groups must be a positive integer", f"groups is {groups}.", "give 1 or more.")
    for name, count in zip(("in_channels", "out_channels"), channels):
        if count % groups:
            raise refuse(
                f"{name} must be divisible by groups",
                f"the {count} channels are parted evenly into {groups} groups.",
                "choose a number of channels that is a multiple of groups.",
            )
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise refuse(
                f"Invalid padding string {padding!r}, should be one of {{'same', 'valid'}}",
                "two words are known.",
                "write one of them, or a number.",
            )
        if padding == "same" and stride not in (1, (1,), (1, 1), (1, 1, 1)):
            raise refuse(
                "padding='same' is not supported for strided convolutions",
                f"with stride {stride} there are fewer positions than elements, whatever the padding.",
                "give the padding as a number, such as kernel_size // 2.",
            )
    if padding_mode not in PADDING_MODES:
        raise refuse(
            "padding_mode must be one of {'zeros', 'circular', 'replicate', 'reflect'}, but got "
            f"padding_mode={padding_mode!r}",
            "images can be continued in four ways.",
            "choose one of them.",
        )


class Convolution(Sliding):
    """What Conv1d, Conv2d and Conv3d share."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Steps,
        stride: Steps = 1,
        padding: Steps | str = 0,
        dilation: Steps = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        weight = (out_channels, in_channels // max(groups, 1))
        channels = (in_channels, out_channels)
        super().__init__(
            channels, weight, kernel_size, stride, padding, dilation, 0, groups, bias, padding_mode, device, dtype
        )

    def forward(self, input: Tensor) -> Tensor:
        """The results of all kernels at all positions."""
        padding: Steps | str = self.padding
        if self.padding_mode != "zeros":
            input = functional.pad(input, self._around(), mode=self.padding_mode)
            padding = 0
        function = type(self).function
        return function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _around(self) -> list[int]:
        """How many elements are put before and after, from the last dimension on."""
        sides = []
        for i in reversed(range(self.dims)):
            total = self.dilation[i] * (self.kernel_size[i] - 1) if self.padding == "same" else 0
            before, after = total // 2, total - total // 2
            if not isinstance(self.padding, str):
                before = after = self.padding[i]
            sides += [before, after]
        return sides


class Conv1d(Convolution):
    """Kernels slide over sequences (N, C, L) or (C, L), as ``torch.nn.Conv1d``. The arguments are those of `Conv2d`."""

    dims = 1
    function = functional.conv1d


class Conv2d(Convolution):
    """Kernels slide over images; each gives, at each position, the weighted sum of what it covers.

    As ``torch.nn.Conv2d``; `functional.conv2d` tells more.

    Args:
        in_channels: of the images.
        out_channels: how many kernels there are.
        kernel_size: height and width, or a number for both; so for the next three.
        stride: how far a kernel moves at a time.
        padding: how many elements are put around the images; "same" for results of their size, "valid" for none.
        dilation: how far apart the elements are that a kernel covers.
        groups: channels are parted into so many groups, each with its own kernels.
        bias: whether to add a number to each channel of the result.
        padding_mode: what is put around: "zeros", "reflect", "replicate" or "circular".
        device: the CPU, or nothing.
        dtype: of weight and bias.

    Attributes:
        weight: (out_channels, in_channels / groups, height, width).
        bias: (out_channels), or None.

    Raises:
        ValueError: if channels cannot be parted into groups, and for words that are not known.

    >>> import teachgrad as tg
    >>> layer = Conv2d(1, 8, 3, padding=1)
    >>> layer, layer(tg.ones(2, 1, 28, 28)).shape
    (Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1)), torch.Size([2, 8, 28, 28]))
    """

    dims = 2
    function = functional.conv2d


class Conv3d(Convolution):
    """Kernels slide through volumes (N, C, D, H, W), as ``torch.nn.Conv3d``. The arguments are those of `Conv2d`."""

    dims = 3
    function = functional.conv3d


class TransposedConvolution(Sliding):
    """What ConvTranspose1d, ConvTranspose2d and ConvTranspose3d share."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Steps,
        stride: Steps = 1,
        padding: Steps = 0,
        output_padding: Steps = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Steps = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        if padding_mode != "zeros":
            name = type(self).__name__
            raise explained(
                ValueError,
                f'Only "zeros" padding mode is supported for {name}',
                why="nothing is put around the input: padding says how much of the result is cut off.",
                fix="leave padding_mode out.",
            )
        super().__init__(
            (in_channels, out_channels),
            (in_channels, out_channels // max(groups, 1)),
            *(kernel_size, stride, padding, dilation, output_padding, groups, bias, padding_mode, device, dtype),
        )

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """The kernels, put where the input says; `output_size` chooses among the sizes that shrink to the input's."""
        more = self.output_padding if output_size is None else self._for_size(input, tuple(output_size))
        function = type(self).function
        return function(input, self.weight, self.bias, self.stride, self.padding, more, self.groups, self.dilation)

    def _for_size(self, input: Tensor, wanted: Sizes) -> Sizes:
        """The output padding that leads to a size."""
        shape = input.array.shape
        size = wanted[len(wanted) - self.dims :] if len(wanted) == len(shape) else wanted
        if len(size) != self.dims:
            raise explained(
                ValueError,
                f"{type(self).__name__.replace('d', 'D')}: for {len(shape)}D input, output_size must have {self.dims} "
                f"or {len(shape)} elements (got {len(wanted)})",
                why="there is one size for each dimension.",
                fix="give the size of the images that were made smaller: x.shape[2:].",
            )
        assert not isinstance(self.padding, str)
        sides = zip(shape[-self.dims :], self.kernel_size, self.stride, self.padding, self.dilation)
        least = tuple([(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, k, s, p, d in sides])
        most = tuple([n + s - 1 for n, s in zip(least, self.stride)])
        if not all(low <= n <= high for low, n, high in zip(least, size, most)):
            raise explained(
                ValueError,
                f"requested an output size of {size}, but valid sizes range from {list(least)} to {list(most)} (for an "
                f"input of {input.shape[2:]})",
                why="only images of these sizes shrink to the input's under this stride.",
                fix="give one of them.",
            )
        return tuple([n - low for n, low in zip(size, least)])


class ConvTranspose1d(TransposedConvolution):
    """The way back through `Conv1d`, as ``torch.nn.ConvTranspose1d``. The arguments are those of `ConvTranspose2d`."""

    dims = 1
    function = functional.conv_transpose1d


class ConvTranspose2d(TransposedConvolution):
    """From few positions to many: each element of the input puts a copy of the kernels into the result.

    As ``torch.nn.ConvTranspose2d``; `functional.conv_transpose2d` tells more.

    Args:
        in_channels: of the input.
        out_channels: of the result.
        kernel_size: height and width, or a number for both; so for the next three and for dilation.
        stride: how far copies are apart.
        padding: how many rows and columns of the result are cut off at each side.
        output_padding: how many are added at the end.
        groups: channels are parted into so many groups, each with its own kernels.
        bias: whether to add a number to each channel of the result.
        dilation: how far apart the elements of a kernel are put.
        padding_mode: "zeros".
        device: the CPU, or nothing.
        dtype: of weight and bias.

    Attributes:
        weight: (in_channels, out_channels / groups, height, width).
        bias: (out_channels), or None.

    >>> import teachgrad as tg
    >>> ConvTranspose2d(8, 1, 2, stride=2)(tg.ones(2, 8, 14, 14)).shape
    torch.Size([2, 1, 28, 28])
    """

    dims = 2
    function = functional.conv_transpose2d


class ConvTranspose3d(TransposedConvolution):
    """The way back through `Conv3d`, as ``torch.nn.ConvTranspose3d``. The arguments are those of `ConvTranspose2d`."""

    dims = 3
    function = functional.conv_transpose3d


class Unfold(Module):
    """What a kernel covers at each of its positions, as columns, as ``torch.nn.Unfold``; see `functional.unfold`."""

    def __init__(self, kernel_size: Steps, dilation: Steps = 1, padding: Steps = 0, stride: Steps = 1) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Images (N, C, H, W) as columns (N, C * h * w, positions)."""
        return functional.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        """The sizes and steps."""
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Unfold):
    """Columns, added up as patches of images, as ``torch.nn.Fold``; see `functional.fold`."""

    def __init__(
        self, output_size: Steps, kernel_size: Steps, dilation: Steps = 1, padding: Steps = 0, stride: Steps = 1
    ) -> None:
        super().__init__(kernel_size, dilation, padding, stride)
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Columns (N, C * h * w, positions) as images (N, C, H, W)."""
        size, steps = self.output_size, (self.kernel_size, self.dilation, self.padding, self.stride)
        return functional.fold(input, size, *steps)

    def extra_repr(self) -> str:
        """The sizes and steps."""
        return f"output_size={self.output_size}, {super().extra_repr()}"
