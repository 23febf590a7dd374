# ruff: noqa: E501 - a sample is a line
"""Samples of convolutions, pooling, normalisation and resampling; see `samples.py`."""

from __future__ import annotations

from tests.sampling import written

IMAGE, PLANE, LINE, VOLUME = (1, 2, 3, 4), (1, 1, 3, 3), (2, 2, 4), (1, 1, 2, 3, 2)
GIVEN = "torch.tensor([0.3, -1], dtype=a.dtype), torch.tensor([0.5, 2], dtype=a.dtype)"  # running mean and variance

CONVOLUTIONS = [
    written("F.conv1d(a, b, c)", LINE, (2, 2, 2), (2,)),
    written("F.conv1d(a, b, stride=2, padding=1)", LINE, (2, 2, 3)),
    written("F.conv2d(a, b, c)", IMAGE, (2, 2, 2, 2), (2,)),
    written("F.conv2d(a, b)", (0, 1, 3, 3), (1, 1, 2, 2)),
    written("F.conv2d(a, b)", (2, 3, 3), (1, 2, 2, 2), named=False),
    *(
        written(f"F.conv2d(a, b, {how})", PLANE, (2, 1, 2, 3))
        for how in ("padding=(1, 2)", "stride=2, padding=1", "stride=(1, 2), padding=2, dilation=(2, 1)", "padding=2, dilation=(3, 2)", "padding='valid'")
    ),
    written("F.conv2d(a, b)", PLANE, (2, 1, 1, 1)),
    written("F.conv2d(a, b, padding='same', dilation=(1, 2))", PLANE, (2, 1, 1, 2)),
    written("F.conv2d(a, b, c, padding=1, groups=2)", (1, 4, 2, 2), (2, 2, 2, 2), (2,)),
    written("F.conv2d(a, b, stride=2, padding=1, groups=2)", (1, 2, 3, 3), (4, 1, 3, 3)),
    written("F.conv3d(a, b, c)", VOLUME, (1, 1, 2, 2, 1), (1,)),
    written("F.conv_transpose1d(a, b, c)", LINE, (2, 1, 2), (1,)),
    *(
        written(f"F.conv_transpose2d(a, b{how})", (1, 2, 2, 2), (2, 1, 3, 2))
        for how in ("", ", stride=2", ", stride=2, padding=1, output_padding=1", ", padding=1, dilation=2", ", dilation=2, output_padding=1")
    ),
    written("F.conv_transpose2d(a, b, c, stride=(2, 1), groups=2)", (1, 2, 2, 2), (2, 2, 2, 2), (4,)),
    written("F.conv_transpose3d(a, b)", VOLUME, (1, 1, 1, 2, 2)),
    written("F.unfold(a, 2)", IMAGE),
    written("F.unfold(a, (3, 2), dilation=(1, 2), padding=1, stride=2)", PLANE),
    written("F.unfold(a, 2)", (1, 3, 3), named=False),
    written("F.fold(a, (3, 4), 2)", (1, 8, 6)),
    written("F.fold(a, 3, 2, padding=1, stride=2)", (1, 4, 4)),
    # products of three: what flows back is itself used once more
    written("F.conv2d(a * a, b)", PLANE, (1, 1, 2, 2)),
    written("F.conv2d(F.conv2d(a, b, padding=1) ** 2, b)", PLANE, (1, 1, 2, 2)),
]  # fmt: skip

POOLING = [
    written("F.max_pool2d(a, 2)", (1, 2, 4, 5)),
    *(
        written(f"F.max_pool2d(a, {how})", (1, 1, 4, 5))
        for how in ("(2, 1)", "3, stride=1, padding=1", "3, 2, 1, ceil_mode=True", "2, stride=1, dilation=2", "1, 2")
    ),
    written("F.max_pool2d(a, 2, return_indices=True)[0]", (1, 4, 4)),
    written("F.max_pool1d(a, 2) ** 2", LINE),
    written("F.max_pool3d(a, (1, 2, 2))", VOLUME),
    written("F.avg_pool2d(a, 2)", (1, 2, 4, 5)),
    *(
        written(f"F.avg_pool2d(a, {how})", (1, 1, 4, 5))
        for how in ("3, stride=2, padding=1", "3, 2, 1, ceil_mode=True", "3, 2, 1, ceil_mode=True, count_include_pad=False", "2, divisor_override=3", "(1, 2), 1", "1")
    ),
    written("F.avg_pool1d(a, 2)", LINE),
    written("F.avg_pool3d(a, (1, 2, 2))", VOLUME),
    written("F.lp_pool2d(a, 2, 2)", PLANE, domain=(0.5, 2)),
    written("F.lp_pool1d(a, 3, 2)", LINE, domain=(0.5, 2)),
    *(written(f"F.adaptive_{kind}_pool2d(a, {size})", (1, 2, 4, 5)) for kind in ("avg", "max") for size in ("(2, 3)", "(1, None)", "1")),
    *(written(f"F.adaptive_{kind}_pool1d(a, 3)", LINE) for kind in ("avg", "max")),
    *(written(f"F.adaptive_{kind}_pool3d(a, (1, 2, 1))", VOLUME) for kind in ("avg", "max")),
    written("F.max_unpool2d(a, torch.tensor([[[[1, 4], [8, 15]]]]), 2)", (1, 1, 2, 2)),
    written("F.max_unpool1d(a, torch.tensor([[[1, 3]]]), 2)", (1, 1, 2)),
    written("F.max_unpool3d(a, torch.tensor([[[[[1, 4]]]]]), (1, 1, 4))", (1, 1, 1, 1, 2)),
]  # fmt: skip

NORMALISATION = [
    *(written(f"F.batch_norm(a, None, None, {rest}training=True)", *shapes) for rest, *shapes in (("", (3, 2)), ("b, ", (2, 2, 3), (2,)), ("b, c, ", (2, 2, 2, 2), (2,), (2,)))),
    written(f"F.batch_norm(a, {GIVEN})", (3, 2)),
    written(f"F.batch_norm(a, {GIVEN}, b)", (2, 2, 3), (2,)),
    written(f"F.batch_norm(a, {GIVEN}, b, c)", (2, 2, 3), (2,), (2,)),
    written("F.layer_norm(a, (3,))", (4, 3)),
    written("F.layer_norm(a, (2, 3), b)", (2, 2, 3), (2, 3)),
    written("F.layer_norm(a, (3,), b, c)", (2, 2, 3), (3,), (3,)),
    written("F.group_norm(a, 2)", (2, 4, 2)),
    written("F.group_norm(a, 1, b, c)", (2, 2, 3), (2,), (2,)),
    written("F.group_norm(a, 2, b)", (2, 4), (4,)),
    written("F.instance_norm(a)", (2, 2, 3)),
    written("F.instance_norm(a, weight=b, bias=c)", (2, 2, 3), (2,), (2,)),
    written(f"F.instance_norm(a, {GIVEN}, use_input_stats=False)", (2, 2, 3), named=False),
    written("F.rms_norm(a, (3,))", (4, 3)),
    written("F.rms_norm(a, (2, 3), b, eps=0.1)", (2, 2, 3), (2, 3)),
    written("F.local_response_norm(a, 2, alpha=0.5)", (1, 3, 2)),
    written("F.local_response_norm(a, 3, alpha=2, beta=0.5, k=2)", (1, 3, 1, 2)),
]  # fmt: skip

RESAMPLING = [
    *(written(f"F.interpolate(a, {size}, mode='nearest')", LINE) for size in ("size=3", "scale_factor=1.7")),
    *(
        written(f"F.interpolate(a, {size}, mode={mode!r})", PLANE)
        for size in ("size=(2, 5)", "scale_factor=2")
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic", "area")
    ),
    *(written(f"F.interpolate(a, size=(5, 2), mode={mode!r}, align_corners=True)", PLANE) for mode in ("bilinear", "bicubic")),
    written("F.interpolate(a, scale_factor=1.7, mode='linear', recompute_scale_factor=True)", LINE),
    *(written(f"F.interpolate(a, size=3, mode={mode!r})", VOLUME) for mode in ("nearest", "nearest-exact", "trilinear")),
    *(written(f"F.interpolate(a, size=3, mode={mode!r})", LINE) for mode in ("nearest-exact", "linear")),
    written("F.interpolate(a, size=(4, 2), mode='bilinear') ** 2", PLANE),
    written("F.pixel_shuffle(a, 2)", (1, 4, 1, 2)),
    written("F.pixel_unshuffle(a, 2)", (1, 2, 4)),
]  # fmt: skip

IMAGES = CONVOLUTIONS + POOLING + NORMALISATION + RESAMPLING
