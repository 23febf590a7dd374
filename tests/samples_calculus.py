# ruff: noqa: E501 - a sample is a line
"""Samples of differences and areas, combinations, covariances, and of numbers as they are made; see `samples.py`."""

from __future__ import annotations

from tests.sampling import Sample, written

CALCULUS: list[Sample] = [
    *(written(f"torch.diff(a{more})", (3, 4), named=False) for more in ("", ", dim=0", ", 2", ", 0", ", 9")),
    written("a.diff(1, -1, b, a)", (2, 3), (2, 1), named=False),
    *(
        written(f"torch.gradient(a{more})[{n}]", (3, 4), named=False)
        for more in (
            "",
            ", edge_order=2",
            ", spacing=0.5",
            ", spacing=(2.0, 0.3)",
            ", spacing=(torch.tensor([0.0, 1.0, 3.0], dtype=a.dtype), torch.tensor([0.0, 2.0, 3.0, 3.5], dtype=a.dtype)), edge_order=2",
        )
        for n in (0, 1)
    ),
    written("torch.gradient(a, dim=0)[0]", (2, 3), named=False),
    *(
        written(f"torch.{name}(a{more})", (3, 4), named=False)
        for name in ("trapezoid", "cumulative_trapezoid")
        for more in ("", ", dx=2, dim=0", ", torch.tensor([0.0, 1.0, 3.0, 3.5], dtype=a.dtype)")
    ),
    written("torch.trapezoid(a, b)", (2, 3), (2, 3), named=False),
    written("torch.trapezoid(a, b, dim=0)", (3, 2), (3,), named=False),
    # combinations
    written("torch.cartesian_prod(a, b)", (2,), (3,), named=False),
    written("torch.combinations(a)", (4,), named=False),
    written("torch.combinations(a, 3, with_replacement=True)", (3,), named=False),
    written("torch.linalg.vander(a, N=4)", (2, 3), named=False),
    written("torch.diagflat(a, 1)", (2, 2), named=False),
    # statistics
    written("torch.cov(a)", (2, 4), named=False),
    written("torch.cov(a, correction=0)", (5,), named=False),
    written("a.cov(fweights=torch.tensor([1, 3, 2, 1]))", (2, 4), named=False),
    written("a.cov(fweights=torch.tensor([1, 3, 2, 1]), aweights=b)", (2, 4), (4,), domain=(0.5, 2.0), named=False),
    written("torch.corrcoef(a)[0, 1:]", (3, 4), named=False),
    written("torch.renorm(a, 2, 0, 1.5)", (3, 4), named=False),
    written("a.renorm(1, -1, 2.0)", (2, 3, 2), named=False),
    written("F.normalize(a)", (3, 4), named=False),
    written("F.normalize(a, p=1, dim=0)", (3, 4), named=False),
    # how numbers are made
    written("torch.ldexp(a, torch.tensor([1, 0, 3]))", (2, 3)),
    written("torch.ldexp(a, b)", (2, 3), (3,)),
    written("torch.frexp(a).mantissa", (2, 3)),
    written("torch.angle(a)", (2, 3)),
    written("torch.nextafter(a, b)", (2, 3), (3,)),
    written("torch.gradient(a, spacing=(b,), edge_order=2)[0]", (4,), (4,), named=False),
    written("a.sum_to_size(1, 3)", (2, 3)),
    written("a.clone().gt_(0.3)", (2, 3), named=False),
]
