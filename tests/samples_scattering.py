"""Samples of writing by indices and to parts; see `samples.py`."""

from __future__ import annotations

from tests.sampling import Sample, written

INDEX = "torch.tensor([[0, 1, 0], [1, 1, 0]])"
ROWS = "torch.tensor([0, 1, 1])"
ZERO = "a * torch.tensor([[1.0, 0.0, 1.0], [1.0, 1.0, 1.0]], dtype=a.dtype)"
B_ZERO = "b * torch.tensor([[1.0, 0.0, 1.0], [1.0, 1.0, 1.0]], dtype=a.dtype)"

SCATTERING: list[Sample] = [
    *(
        written(f"a.scatter_reduce({dim}, {INDEX}, b, '{how}'{more})", (2, 3), (2, 3))
        for how in ("sum", "prod", "mean", "amax", "amin")
        for dim in (0, 1)
        for more in ("", ", include_self=False")
    ),
    written(f"torch.scatter_reduce({ZERO}, 0, {INDEX}, b, 'prod')", (2, 3), (2, 3)),
    written("a.scatter_reduce(0, torch.tensor([0, 0]), b, reduce='mean')", (3,), (2,)),
    written("a.scatter_reduce(1, torch.tensor([[0]]), b, 'sum')", (2, 3), (1, 1)),
    *(
        written(f"a.index_reduce({dim}, {rows}, b, '{how}'{more})", (2, 3), shape)
        for how in ("prod", "mean", "amax", "amin")
        for dim, rows, shape in ((0, ROWS, (3, 3)), (1, "torch.tensor([2, 2])", (2, 2)))
        for more in ("", ", include_self=False")
    ),
    written("a.index_put((torch.tensor([0, 1]), torch.tensor([2, 0])), b)", (2, 3), (2,)),
    written("a.index_put((torch.tensor([0, 0]),), b, accumulate=True)", (2, 3), (2, 3)),
    written("a.index_put((torch.tensor([True, False]),), b, True)", (2, 3), (3,)),
    written("torch.put(a, torch.tensor([[0, -1], [4, 1]]), b)", (2, 3), (2, 2)),
    written("a.put(torch.tensor([0, 0, 5]), b, accumulate=True)", (2, 3), (3,)),
    # parts
    written("torch.select_scatter(a, b, 1, -1)", (2, 3), (2,)),
    written("a.slice_scatter(b, 1, 0, 3, 2)", (2, 3), (2, 2)),
    written("torch.slice_scatter(a, b, start=1)", (2, 3), (1, 3)),
    written("torch.diagonal_scatter(a, b, 1)", (2, 3), (2,)),
    written("torch.as_strided(a, (2, 2), (1, 3), 1)", (2, 3)),
    written("a.as_strided((2, 3), (1, 1))", (4,)),
    written("a[1].as_strided((2,), (2,))", (2, 3)),
    written("a.T.as_strided((2, 2), (1, 2), 1)", (2, 3)),
    written("torch.fill(a, 3.0)", (2, 3)),
    written("torch.fill(a, b)", (2, 3), ()),
    written("a.clone().fill_(2.0) + 0 * a", (2, 3), named=False),
    written("a.clone().fill_(b)", (2, 3), (), named=False),
    written("a.clone().zero_() + 0 * a", (2, 3), named=False),
    written("a.clone().fill_diagonal_(2.0)", (2, 3), named=False),
    written("a.clone().fill_diagonal_(2.0, wrap=True)", (5, 2), named=False),
    written("torch.block_diag(a, b, c)", (2, 3), (2,), (), named=False),
]
