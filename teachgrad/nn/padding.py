"""Layers that put elements around their input, or bring it to another size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from teachgrad.nn import functional
from teachgrad.nn.module import Module
from teachgrad.ops.windows import Sizes
from teachgrad.tensor import Tensor


class Padding(Module):
    """What all of them share.

    Args:
        padding: how many elements before and after, in pairs from the last dimension on; or one number for all.
    """

    dims: ClassVar[int]
    mode: ClassVar[str] = "constant"
    value: float | None = None
    padding: Sizes

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__()
        self.padding = (padding,) * (2 * self.dims) if isinstance(padding, int) else tuple(padding)

    def forward(self, input: Tensor) -> Tensor:
        """The input with more around it."""
        return functional.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        """How many elements are put where."""
        return f"{self.padding}"


class ConstantPadding(Padding):
    """The same, with a value of your own around the input."""

    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        """How many elements are put where, and which."""
        return f"padding={self.padding}, value={self.value}"


def _family(base: type[Padding], name: str, mode: str, text: str) -> Any:
    """The layers of a kind for one, two and three dimensions."""
    return [
        type(
            f"{name}{dims}d",
            (base,),
            {"__doc__": f"{text}, as ``torch.nn.{name}{dims}d``.", "__module__": __name__, "dims": dims, "mode": mode},
        )
        for dims in (1, 2, 3)
    ]


ZeroPad1d, ZeroPad2d, ZeroPad3d = _family(Padding, "ZeroPad", "constant", "Zeros around the input")
ConstantPad1d, ConstantPad2d, ConstantPad3d = _family(
    ConstantPadding, "ConstantPad", "constant", "A value around the input"
)
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = _family(
    Padding, "ReflectionPad", "reflect", "The input mirrored at its edges"
)
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = _family(
    Padding, "ReplicationPad", "replicate", "The edges of the input again and again"
)
CircularPad1d, CircularPad2d, CircularPad3d = _family(
    Padding, "CircularPad", "circular", "The other end of the input at each edge"
)


class Upsample(Module):
    """Images in another size, as ``torch.nn.Upsample``; see `functional.interpolate`.

    >>> import teachgrad as tg
    >>> Upsample(scale_factor=2)(tg.tensor([[[1.0, 2.0]]]))
    tensor([[[1., 1., 2., 2.]]])
    """

    size: Any
    scale_factor: Any

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.size = size
        if scale_factor is not None:
            single = isinstance(scale_factor, int | float)
            scale_factor = float(scale_factor) if single else tuple(map(float, scale_factor))  # type: ignore[arg-type]
        self.scale_factor = scale_factor
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        """The images in their new size."""
        how = (self.mode, self.align_corners, self.recompute_scale_factor)
        return functional.interpolate(input, self.size, self.scale_factor, *how)

    def extra_repr(self) -> str:
        """The size and the mode."""
        size = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{size}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` in mode "nearest", as ``torch.nn.UpsamplingNearest2d``."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """`Upsample` in mode "bilinear" with aligned corners, as ``torch.nn.UpsamplingBilinear2d``."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)


class PixelShuffle(Module):
    """Images made larger by what stood in more channels, as ``torch.nn.PixelShuffle``."""

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """(*, C * r * r, H, W) to (*, C, H * r, W * r)."""
        return functional.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        """The factor."""
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """The opposite of `PixelShuffle`, as ``torch.nn.PixelUnshuffle``."""

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """(*, C, H * r, W * r) to (*, C * r * r, H, W)."""
        return functional.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        """The factor."""
        return f"downscale_factor={self.downscale_factor}"
