# ruff: noqa: E501 - a sample is a line
"""Samples of products, decompositions and norms of matrices; see `samples.py`."""

from __future__ import annotations

from tests.sampling import Sample, written

SYMMETRIC = "(a + a.mT)"
POSITIVE = "(a @ a.mT + torch.eye(a.shape[-1], dtype=a.dtype))"
REGULAR = "(a + 4 * torch.eye(a.shape[-1], dtype=a.dtype))"  # away from singular ones, where differences are useless
NEXT = "(a @ a.mT + 2 * torch.eye(a.shape[-1], dtype=a.dtype))"

LINALG: list[Sample] = [
    # products
    written("a.bmm(b)", (4, 2, 3), (4, 3, 2)),
    written("torch.bmm(a, b)", (0, 2, 3), (0, 3, 2)),
    written("torch.outer(a, b)", (3,), (2,)),
    written("torch.inner(a, b)", (2, 3), (4, 3), named=False),
    written("torch.inner(a, b)", (3,), (3,), named=False),
    written("torch.vdot(a, b)", (3,), (3,)),
    written("torch.mv(a, b)", (2, 3), (3,)),
    written("torch.addmm(a, b, c)", (2, 4), (2, 3), (3, 4)),
    written("torch.addmm(a, b, c, beta=2, alpha=0.5)", (4,), (2, 3), (3, 4)),
    written("a.addmv(b, c, beta=2, alpha=0.5)", (2,), (2, 3), (3,)),
    written("a.addr(b, c, beta=2, alpha=0.5)", (2, 3), (2,), (3,)),
    written("a.baddbmm(b, c, beta=2, alpha=0.5)", (5, 2, 4), (5, 2, 3), (5, 3, 4)),
    written("a.baddbmm(b, c)", (4,), (5, 2, 3), (5, 3, 4)),
    written("a.addbmm(b, c, beta=2, alpha=0.5)", (2, 4), (5, 2, 3), (5, 3, 4)),
    written("a @ b", (2, 5, 2, 3), (3, 4)),
    written("a @ b", (5, 0, 3), (3, 4)),
    # sums over letters
    *(
        written(f"torch.einsum({equation!r}, {', '.join('abc'[: len(shapes)])})", *shapes, named=False)
        for equation, shapes in (
            ("ij->ji", ((2, 3),)), ("ij->", ((2, 3),)), ("ij->j", ((2, 3),)), ("ii", ((3, 3),)), ("ii->i", ((3, 3),)), ("iji->j", ((2, 3, 2),)), ("ba", ((2, 3),)),
            ("...ij->...", ((4, 2, 3),)), ("i...->...", ((4, 2, 3),)), ("ij,jk", ((2, 3), (3, 4))), ("ij,jk->ki", ((2, 3), (3, 4))), ("i,j->ij", ((2,), (3,))),
            ("ij,ij->ij", ((2, 3), (2, 3))), ("ij,ij->", ((2, 3), (2, 3))), ("ij,kj->", ((2, 3), (4, 3))), ("ij,k->k", ((2, 3), (4,))), ("ii,ij->j", ((3, 3), (3, 2))),
            ("bij,bjk->bik", ((5, 2, 3), (5, 3, 4))), ("bhqd,bhkd->bhqk", ((2, 2, 3, 4), (2, 2, 2, 4))), ("...ij,...jk->...ik", ((5, 2, 3), (3, 4))),
            ("ij,ij->ij", ((2, 1), (1, 3))), ("ij,jk->ik", ((2, 1), (3, 4))), ("b i, j b -> b", ((2, 3), (4, 2))), ("ij,jk,kl->il", ((2, 3), (3, 4), (4, 2))),
            ("i,i,i->i", ((3,), (3,), (3,))), ("bn,anm,bm->ba", ((2, 3), (4, 3, 2), (2, 2))), ("Ab->bA", ((2, 3),)), ("ij,j->i", ((0, 3), (3,))),
        )
    ),
    written("torch.einsum(a, [0, 1], b, [1, 2], [0, 2])", (2, 3), (3, 4), named=False),
    written("torch.einsum('ij,jk->ik', [a, b])", (2, 3), (3, 4), named=False),
    written("torch.einsum('ij->i', a) ** 2", (2, 3)),
    written("torch.tensordot(a, b, 2)", (2, 3, 4), (3, 4, 2), named=False),
    written("torch.tensordot(a, b, dims=([1, 0], [0, 2]))", (2, 3, 4), (3, 4, 2), named=False),
    written("torch.tensordot(a, b, 0)", (2, 3), (2,), named=False),
    written("a.trace()", (3, 3)),
    written("a.trace()", (2, 4)),
    written("torch.kron(a, b)", (2, 3), (3, 2), named=False),
    written("torch.kron(a, b)", (3,), (2, 2), named=False),
    written("torch.cross(a, b, dim=0)", (3, 2), (3, 2)),
    written("torch.linalg.cross(a, b)", (2, 3), (1, 3)),
    written("torch.linalg.vecdot(a, b)", (2, 3), (2, 3)),
    written("torch.linalg.multi_dot([a, b, c])", (2, 3), (3, 4), (4, 2), named=False),
    # inverses and systems of equations
    *(
        written(source.replace("A", REGULAR), shape, *more, domain=(-1.0, 1.0), named=named)
        for source, more, named in (
            ("torch.linalg.inv(A)", (), True), ("A.inverse()", (), True), ("torch.linalg.det(A)", (), True), ("A.det()", (), True),
            ("torch.linalg.slogdet(A).logabsdet", (), True), ("A.logdet()", (), False), ("torch.linalg.matrix_power(A, 3)", (), False),
            ("torch.linalg.matrix_power(A, 5)", (), False), ("A.matrix_power(-2)", (), False),
        )
        for shape in ((3, 3), (2, 2, 2))
    ),
    *(
        written(source.replace("A", REGULAR), *shapes, domain=(-1.0, 1.0), named=False)
        for source, shapes in (
            ("torch.linalg.solve(A, b)", ((3, 3), (3, 2))), ("torch.linalg.solve(A, b)", ((3, 3), (3,))), ("torch.linalg.solve(A, b)", ((4, 2, 2), (4, 2))),
            ("torch.linalg.solve(A, b)", ((4, 2, 2), (2, 3))), ("torch.linalg.solve(A, b, left=False)", ((3, 3), (2, 3))),
            ("torch.linalg.solve_triangular(A, b, upper=True)", ((3, 3), (3, 2))), ("torch.linalg.solve_triangular(A, b, upper=False)", ((3, 3), (3, 2))),
            ("torch.linalg.solve_triangular(A, b, upper=False, left=False)", ((3, 3), (2, 3))),
            ("torch.linalg.solve_triangular(A, b, upper=True, unitriangular=True)", ((3, 3), (3, 2))),
            ("torch.cholesky_solve(b, torch.tril(A))", ((3, 3), (3, 2))), ("torch.linalg.lstsq(b, A).solution", ((3, 3), (3, 2))),
        )
    ),
    written("torch.linalg.solve(a @ a.mT + torch.eye(3, dtype=a.dtype), b)", (3, 3), (3, 2)),
    written("torch.linalg.pinv(a + 3 * torch.eye(2, 3, dtype=a.dtype))", (2, 3)),
    written("torch.linalg.pinv(a + 3 * torch.eye(4, 2, dtype=a.dtype))", (4, 2)),
    # factors; signs of vectors are not determined, so functions that do not see them
    written(f"torch.linalg.cholesky({POSITIVE})", (3, 3)),
    written(f"torch.linalg.cholesky({NEXT}, upper=True)", (2, 2, 2), named=False),
    *(written(f"torch.linalg.qr(a).{part}", shape) for part in "QR" for shape in ((3, 2), (3, 3))),
    *(written(f"torch.linalg.qr(a).{part}", (2, 3), named=False) for part in "QR"),
    *(written(f"torch.linalg.qr({REGULAR}).{part}", (2, 2, 2)) for part in "QR"),
    written("(lambda f: f.Q @ f.R)(torch.linalg.qr(a))", (3, 2)),
    written(f"torch.linalg.eigh({SYMMETRIC}).eigenvalues", (3, 3)),
    written(f"torch.linalg.eigvalsh({SYMMETRIC}, 'U')", (2, 2, 2)),
    written(f"torch.linalg.eigh({SYMMETRIC}).eigenvectors ** 2", (3, 3)),
    written(f"(lambda f: (f.eigenvectors * f.eigenvalues ** 2) @ f.eigenvectors.mT)(torch.linalg.eigh({SYMMETRIC}))", (3, 3), domain=(-0.5, 0.5)),
    *(written(f"torch.linalg.{call}", shape) for call in ("svdvals(a)", "svd(a).S", "svd(a, full_matrices=False).U ** 2", "svd(a, full_matrices=False).Vh ** 2") for shape in ((3, 2), (2, 3), (2, 2, 2))),
    written("(lambda f: (f.U / f.S) @ f.V.mT)(a.svd())", (3, 2)),
    # elimination, exponentials, eigenvalues that need not be real
    *(written(f"torch.linalg.lu({REGULAR}).{part}", (3, 3)) for part in "LU"),
    *(written(f"torch.linalg.lu(a).{part}", shape, domain=(0.5, 2.0), named=False) for part in "LU" for shape in ((3, 2), (2, 3), (2, 2, 2))),
    written("(lambda f: f.P @ f.L @ f.U)(torch.linalg.lu(a))", (3, 3)),
    written(f"torch.linalg.lu_factor({REGULAR}).LU", (2, 2, 2), named=False),
    written(f"torch.lu_unpack(*torch.linalg.lu_factor({REGULAR})).U", (3, 3), named=False),
    written(f"torch.linalg.lu_solve(*torch.linalg.lu_factor({REGULAR}), b)", (3, 3), (3, 2), domain=(-1.0, 1.0), named=False),
    written(f"torch.linalg.lu_solve(*torch.linalg.lu_factor({REGULAR}), b, left=False, adjoint=True)", (3, 3), (2, 3), domain=(-1.0, 1.0), named=False),
    written(f"torch.cholesky_inverse(torch.linalg.cholesky({POSITIVE}))", (3, 3), domain=(-1.0, 1.0), named=False),
    written("torch.matrix_exp(a)", (3, 3), domain=(-1.0, 1.0)),
    written("torch.linalg.matrix_exp(a)", (2, 2, 2)),
    written("torch.linalg.eigvals(torch.triu(a, 1) + torch.diag(torch.arange(3, dtype=a.dtype)) + 0.01 * a).real.sort().values", (3, 3), named=False),
    written("torch.linalg.eig(torch.triu(a, 1) + torch.diag(torch.arange(3, dtype=a.dtype))).eigenvectors.real ** 2", (3, 3), named=False),
    written(f"torch.linalg.tensorinv({REGULAR}.reshape(2, 2, 4), 2)", (4, 4), domain=(-1.0, 1.0), named=False),
    written(f"torch.linalg.tensorsolve({REGULAR}.reshape(2, 2, 4), b)", (4, 4), (2, 2), domain=(-1.0, 1.0), named=False),
    written("torch.linalg.diagonal(a, offset=1)", (2, 3, 3)),
    # norms
    *(written(f"torch.linalg.matrix_norm(a, {order})", (2, 3), named=False) for order in ("'fro'", "'nuc'", "2", "-2", "1", "-1", "float('inf')", "-float('inf')")),
    *(written(f"torch.linalg.matrix_norm(a, {order}, dim=(0, 2), keepdim=True)", (2, 2, 3), named=False) for order in ("'fro'", "'nuc'", "2", "1")),
    written("torch.linalg.norm(a)", (2, 3)),
    written("torch.linalg.norm(a, 1)", (2, 3), named=False),
    written("torch.linalg.norm(a, 3, dim=1)", (2, 3)),
    written("torch.linalg.vector_norm(a, 3)", (2, 3)),
    written("a.norm('nuc')", (2, 3), named=False),
    written("torch.linalg.cond(a)", (2, 3), named=False),
]  # fmt: skip
