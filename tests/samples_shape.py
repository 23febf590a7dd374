# ruff: noqa: E501 - a sample is a line
"""Samples of views, parts and rearrangements; see `samples.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad.nn import functional
from teachgrad.tensor import wrap
from tests.sampling import Sample


def calls(shapes: tuple[tuple[int, ...], ...], sources: str, named: bool = True) -> list[Sample]:
    """Samples of calls that read the same here and in PyTorch, parted by semicolons."""

    def function(source: str) -> Any:
        names = {"torch": tg, "F": functional}
        return lambda *args: eval(source, names, dict(zip("abc", args, strict=False)))

    return [
        Sample(source, function(source), shapes, torch=source, named=named)
        for source in " ".join(sources.split()).split("; ")
    ]


COUNTS = np.array([2, 0, 1])

SHAPES = [
    *calls(((2, 3),), """
        a.view_as(a.reshape(6)); a.reshape_as(a.reshape(3, 2)); torch.ravel(a); torch.ravel(a.T); torch.unflatten(a, 1, (3, -1));
        torch.movedim(a, 0, 1); a.moveaxis((0, 1), (1, 0)); torch.swapdims(a, 0, 1); torch.adjoint(a); a.mT;
        torch.broadcast_to(a, (4, 2, 3)); torch.broadcast_tensors(a, a[0])[1]; torch.meshgrid(a[0], a[:, 1], indexing='ij')[0]; torch.meshgrid([a[0], a[0, 1], a[:, 1]], indexing='ij')[1];
        torch.meshgrid(a[0], a[:, 1], indexing='xy')[0]; torch.atleast_1d(a[0, 0]); torch.atleast_2d(a[0]);
        torch.atleast_3d(a); torch.atleast_3d(a[0]); a[None, :, None].squeeze((0, 2)); a.T.contiguous();
        a.repeat(2, 1, 3); a[0].repeat(2); a[0, 0].repeat(2); torch.tile(a, (2,)); a.tile(2, 1, 2); torch.repeat_interleave(a, 2);
        torch.repeat_interleave(a, 3, 0); a.repeat_interleave(2, dim=-1); torch.flip(a, (0, 1)); a.flip(1); torch.fliplr(a);
        torch.flipud(a); torch.roll(a, 2); torch.roll(a, 1, 0); a.roll((1, -1), (0, 1)); torch.rot90(a); torch.rot90(a, 2); torch.rot90(a, -1, (1, 0));
        torch.tril(a); torch.triu(a, 1); torch.tril(a, -1); torch.diag(a); torch.diag(a, 1); torch.diag(a, -1); torch.diag(a[0]); torch.diag(a[0], -2);
        torch.diag_embed(a); torch.diag_embed(a, 1); torch.diag_embed(a, -1, 0, 2); torch.diagonal(a); a.diagonal(1); torch.diagonal(a, -1, 1, 0);
        torch.narrow(a, 1, 1, 2); torch.narrow(a, 1, 0, 2); a.narrow(-1, -2, 1); torch.select(a, 1, -1); a.select(0, 1);
        torch.split(a, 2, 1)[0]; a.split(2, dim=1)[1]; torch.split(a, [1, 2], 1)[1]; torch.chunk(a, 2, 1)[1]; torch.unbind(a)[1]; a.unbind(-1)[0];
        torch.tensor_split(a, 2, 1)[1]; torch.tensor_split(a, (1,), 1)[0]; torch.hsplit(a, 3)[1]; torch.vsplit(a, 2)[0];
        a.unfold(1, 2, 1); a.unfold(0, 2, 1); a.unfold(1, 1, 2);
        F.pad(a, (1, 2)); F.pad(a, (1, 0, 0, 2), value=1.5); F.pad(a, (-1, 1)); F.pad(a, (1, 1), mode='reflect'); F.pad(a, (2, 0), mode='replicate');
        F.pad(a[None], (1, 2, 1, 0), mode='reflect'); F.pad(a[None, None], (0, 1, 2, 0), mode='replicate'); F.pad(a[None, None], (1, 1, 1, 0, 0, 0), mode='reflect');
        F.pad(a[None, None], (1, 1, 1, 0, 2, 0), mode='replicate'); F.pad(a, (-1, 1), mode='replicate')"""),
    *calls(((2, 3),), """F.pad(a, (2, 1), mode='circular'); F.pad(a[None], (2, 1, 1, 0), mode='circular');
        F.pad(a[None, None], (1, 1, 1, 0, 0, 1), mode='circular');
        torch.stack(torch.split(a, 1, 1)) * torch.stack(torch.unbind(a, 1))[..., None]""", named=False),
    *calls(((2, 3, 4),), """a.movedim((0, 2), (1, 0)); a.swapaxes(0, 2); a.repeat(1, 2, 1); torch.flip(a, (0, -1)); torch.tril(a);
        torch.diagonal(a, 1, 0, 2); torch.diagonal(a, 0, -1, -2); a.unfold(2, 3, 1); a.unfold(1, 2, 2); torch.rot90(a, 1, (1, 2));
        torch.unflatten(a, -1, (2, 2)); torch.unbind(a, 1)[2]; F.pad(a, (1, -1, 0, 1)); a.broadcast_to((2, 2, 3, 4)); torch.roll(a, (1, 2), (0, 2))"""),
    *calls(((2, 3), (2, 3)), """torch.hstack([a, b]); torch.hstack([a[0], b[1]]); torch.vstack([a, b]); torch.vstack([a[0], b]); torch.dstack([a, b]);
        torch.column_stack([a[0], b[0]]); torch.concat([a, b], 1); torch.row_stack([a, b]);
        torch.concatenate([a, b])"""),
    *calls(((3,), (2,)), "torch.meshgrid(a, b, indexing='xy')[0] * torch.meshgrid(a, b, indexing='xy')[1]"),
    *calls(((0, 3),), "a.repeat(2, 1); torch.flip(a, (0,)); torch.roll(a, 1, 0); a.T.diagonal(); F.pad(a, (1, 1)); torch.split(a, 2)[0]; torch.tril(a)"),
    *calls(((),), "a.repeat(3); torch.atleast_3d(a); torch.flip(a, ()); a.unfold(0, 1, 1); torch.roll(a, 1); torch.ravel(a)"),
    Sample("repeat_interleave by a tensor", lambda a: tg.repeat_interleave(a, wrap(COUNTS), 1), ((2, 3),), torch="torch.repeat_interleave(a, torch.tensor([2, 0, 1]), 1)"),
]  # fmt: skip
