# ruff: noqa: E501 - a sample is a line
"""Samples of reductions, orderings, running totals, and choosing by index; see `samples.py`."""

from __future__ import annotations

from tests.sampling import Sample, written

ZERO = "a * torch.tensor([1., 0., 1.])"  # a product with zeros in it cannot be divided by its factors
TWO_ZEROS = "a * torch.tensor([0., 1., 0.])"
INDEX = "torch.tensor([[0, 1, 1], [1, 0, 0]])"
SHORT = "torch.tensor([[1, 0]])"
ROWS = "torch.tensor([1, 0, 1])"
MASK = "torch.tensor([[True, False, True], [False, False, True]])"
INF = "float('inf')"

REDUCTIONS: list[Sample] = [
    *(
        written(f"a.{name}({arguments})", shape)
        for name in ("amax", "amin", "var", "std", "nansum", "logsumexp")
        for shape, arguments in (((2, 3), "dim=0"), ((2, 3, 4), "dim=(0, -1)"), ((2, 3), "dim=1, keepdim=True"))
    ),
    *(written(f"a.{name}()", (2, 3)) for name in ("amax", "amin", "var", "std", "nansum", "prod", "median", "nanmedian")),
    *(written(f"a.{name}()", ()) for name in ("amax", "amin", "nansum", "prod", "median", "nanmedian")),
    written("a.var(correction=0)", (2, 3)),
    written("a.std(1, False)", (2, 3)),
    written("a.std(dim=0, correction=0.5, keepdim=True)", (3, 2)),
    *(written(f"torch.{name}(a, 1)[{n}]", (2, 3)) for name in ("var_mean", "std_mean") for n in (0, 1)),
    *(written(f"torch.{name}(a)[{n}]", (2, 3)) for name in ("var_mean", "std_mean") for n in (0, 1)),
    *(written(f"a.aminmax({arguments}).{end}", (2, 3)) for arguments in ("", "dim=1, keepdim=True") for end in ("min", "max")),
    *(written(f"a.prod({arguments})", (2, 3)) for arguments in ("0", "-1, keepdim=True")),
    *(written(f"({a}).prod({arguments})", (2, 3)) for a in (ZERO, TWO_ZEROS) for arguments in ("", "1", "0, keepdim=True")),
    written("a.nanmean(0)", (2, 3)),
    written("a.logsumexp(0)", ()),
    written("(300 * a).logsumexp((0, 1))", (2, 3)),
    written("a.max(b)", (2, 3), (3,)),
    written("torch.min(a, b)", (2, 3), (3,)),
    # lengths
    *(
        written(f"a.norm(p={p}{more})", (2, 3))
        for p in ("2", "1", "3", "1.5", "0.5", INF, f"-{INF}")
        for more in ("", ", dim=1", ", dim=0, keepdim=True")
    ),
    written("a.norm()", (2, 3)),
    written("a.norm(dim=(0, 2))", (2, 3, 2)),
    *(written(f"torch.dist(a, b, {p})", (2, 3), (3,)) for p in ("2", "1", "3", INF)),
    written("torch.cosine_similarity(a, b)", (2, 3), (2, 3)),
    written("F.cosine_similarity(a, b, dim=0)", (3,), (3,)),
    # running totals
    *(
        written(f"a.{name}({dim})", shape)
        for name in ("cumsum", "cumprod", "logcumsumexp")
        for shape, dim in (((2, 3), 0), ((2, 3), -1), ((2, 3, 2), 1), ((), 0))
    ),
    *(written(f"({a}).cumprod({dim})", (2, 3)) for a in (ZERO, TWO_ZEROS) for dim in (0, 1)),
    *(written(f"a.{name}({dim}).values", shape) for name in ("cummax", "cummin") for shape, dim in (((2, 3), 0), ((2, 4, 2), 1), ((), 0))),
    # orders
    *(
        written(f"a.{call}.values", shape)
        for call in (
            "sort(0)", "sort(-1, descending=True)", "sort(dim=1, stable=True)", "topk(2)", "topk(1, dim=0, largest=False)", "kthvalue(2)",
            "kthvalue(1, 0, keepdim=True)", "median(1)", "median(0, keepdim=True)", "nanmedian(1)", "mode()", "mode(0, keepdim=True)",
        )
        for shape in ((2, 3), (2, 3, 2))
    ),
    *(written(f"a.{call}.values", ()) for call in ("sort()", "topk(1)", "kthvalue(1)", "median(0)", "mode()")),
    written("torch.msort(a)", (3, 2)),
    *(
        written(f"a.quantile({call})", (5, 3), named=False)
        for call in (
            "0.3", "0.5, dim=0", "0.4, dim=1, keepdim=True", "torch.tensor([0.2, 0.7], dtype=a.dtype)", "torch.tensor([0.2, 0.7], dtype=a.dtype), dim=1",
            "0.3, interpolation='lower'", "0.3, interpolation='higher'", "0.3, interpolation='midpoint'", "0.3, interpolation='nearest'",
            "0.3, keepdim=True",
        )
    ),
    # choosing and placing by index
    written(f"a.gather(0, {INDEX})", (2, 3)),
    written(f"a.gather(1, {INDEX})", (2, 3)),
    written(f"a.gather(1, {SHORT})", (2, 3)),
    written(f"a.gather(1, {INDEX}) ** 2", (2, 3)),
    written("a.gather(0, torch.tensor([2, 2]))", (3,)),
    written("a.gather(0, torch.tensor(0))", ()),
    written(f"a.take_along_dim({INDEX}, 1)", (2, 3)),
    written("torch.take_along_dim(a, torch.tensor([[1]]), 1)", (2, 3)),
    written("a.take_along_dim(torch.tensor([0, 5, 5]))", (2, 3)),
    written("a.scatter(1, torch.tensor([[2, 0], [1, 2]]), b)", (2, 3), (2, 2)),
    written("a.scatter(0, torch.tensor([[0, 1, 0]]), b)", (2, 3), (1, 3)),
    written(f"a.scatter(1, {SHORT}, 2.0)", (2, 3)),
    written(f"torch.scatter(a, 1, {SHORT}, value=2.0)", (2, 3)),
    written(f"a.scatter_add(0, {INDEX}, b)", (2, 3), (2, 3)),
    written(f"a.scatter_add(1, {INDEX}, b) ** 2", (2, 3), (2, 3)),
    written(f"a.index_select(0, {ROWS})", (2, 3)),
    written(f"a.index_select(-1, {ROWS})", (2, 3)),
    written(f"a.index_add(0, {ROWS}, b)", (2, 3), (3, 3)),
    written(f"a.index_add(1, {ROWS}, b, alpha=2)", (2, 3), (2, 3)),
    written("a.index_copy(0, torch.tensor([2, 0]), b)", (3, 2), (2, 2)),
    written("a.index_fill(1, torch.tensor([2, 0]), 5.0)", (2, 3)),
    written("a.index_fill(1, torch.tensor([2, 0]), b)", (2, 3), ()),
    written("a.take(torch.tensor([[0, -1], [4, 0]]))", (2, 3)),
    written("a.take(torch.tensor([0, 0]))", ()),
    written(f"a.masked_fill({MASK}, 7.0)", (2, 3)),
    written(f"a.masked_fill({MASK}, b)", (2, 3), ()),
    written("a.masked_fill(torch.tensor([True, False, False]), -1)", (2, 3)),
    written(f"a.masked_select({MASK})", (2, 3)),
    written(f"a.masked_select({MASK})", (3,)),
    written(f"a.masked_scatter({MASK}, b)", (2, 3), (5,)),
    written(f"a.masked_scatter({MASK}, b) ** 2", (2, 3), (2, 3)),
]  # fmt: skip
