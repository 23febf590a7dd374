# ruff: noqa: E501 - a case is a line
"""Corner cases of products and decompositions: shapes that do not fit, singular matrices, batches. They are PyTorch's.

The outcomes in fixtures/linalg.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CASES`.
Values and gradients of ordinary cases are tested by samples, in ops/ and parity/.
"""

from __future__ import annotations

import numpy as np
import pytest

import teachgrad as tg
from tests.outcomes import outcome, recorded, same

CASES = [line.format(a="torch.arange(6.).reshape(2, 3)") for line in """
torch.bmm({a}, {a})
torch.bmm(torch.ones(2, 2, 3), torch.ones(2, 2, 3))
torch.bmm(torch.ones(2, 2, 3), torch.ones(3, 3, 2))
torch.mm({a}, {a})
torch.mv({a}, {a})
torch.mv({a}, torch.tensor([1., 2.]))
torch.outer({a}, {a})
torch.outer(torch.tensor([1., 2.]), torch.tensor([1, 2]))
torch.inner({a}, torch.tensor([1., 2.]))
torch.inner(torch.tensor(2.), {a})
torch.inner({a}, {a})
torch.vdot({a}, {a})
torch.addmm({a}, {a}, {a})
torch.addmm({a}[0], {a}, torch.ones(3, 3))
torch.addmm(torch.tensor(1.), {a}, torch.ones(3, 3), beta=2, alpha=3)
torch.addmm(torch.tensor(nan), {a}, torch.ones(3, 3), beta=0)
torch.addmv({a}[:, 0], {a}, {a}[0])
torch.baddbmm({a}, torch.ones(2, 2, 3), torch.ones(2, 2, 3))
torch.zeros(2, 2).addmm_({a}, {a}.T)
torch.ones(5, 2, 3) @ torch.ones(4, 2)
torch.ones(5, 2, 3) @ torch.ones(5, 4, 2)
torch.ones(2, 3) @ torch.ones(5, 4, 2)
torch.ones(3) @ torch.ones(5, 4, 2)
torch.ones(5, 2, 3) @ torch.ones(4, 3, 2)
torch.ones(5, 2, 3) @ torch.ones(2)
torch.ones(2, 3) @ torch.ones(4)
torch.ones(2, 0, 3) @ torch.ones(3, 4)
torch.ones(2, 3, 0) @ torch.ones(0, 4)
torch.arange(24).reshape(2, 3, 4) @ torch.arange(8).reshape(4, 2)
torch.einsum('ij,jk', {a}, {a}.T)
torch.einsum('ij,jk->ik', {a}, {a})
torch.einsum('ij->k', {a})
torch.einsum('ijk->i', {a})
torch.einsum('i,j', {a})
torch.einsum('i', {a}[0], {a}[0])
torch.einsum('...ij,...jk', torch.ones(4, 2, 3), torch.ones(3, 2))
torch.einsum('...ij->...', torch.ones(4, 2, 3))
torch.einsum('...ijk->...', {a})
torch.einsum('ii', torch.ones(3, 3))
torch.einsum('ii->i', {a})
torch.einsum('b a, a -> b', {a}, {a}[0])
torch.einsum('ba', {a})
torch.einsum('bA', {a})
torch.einsum('i1->i', {a})
torch.einsum('ij->ii', {a})
torch.einsum('ij,ij', {a}, {a}.long())
torch.einsum({a}, [0, 1], {a}, [0, 1], [0])
torch.einsum({a}, [0, 1], {a}, [0, 1])
torch.einsum({a}, [Ellipsis, 1], [Ellipsis])
torch.einsum('...->', {a})
torch.einsum('i...->...', {a})
torch.einsum('...i,...i', torch.ones(2, 1, 3), torch.ones(4, 3))
torch.einsum('ij,jk->ik', {a}.long(), {a}.long().T)
torch.tensordot({a}, {a}, 2)
torch.tensordot({a}, {a}, dims=([0], [0]))
torch.tensordot({a}, {a}, 1)
torch.tensordot({a}, {a}, dims=([0, 1], [0]))
torch.cross({a}, {a} + 1, dim=1)
torch.cross({a}, {a}, dim=0)
torch.linalg.cross(torch.ones(3, 3), torch.ones(3))
torch.linalg.inv({a})
torch.linalg.inv(torch.ones(2, 2).long())
torch.linalg.inv({a}[0])
torch.linalg.inv(torch.zeros(2, 2))
torch.linalg.inv(torch.tensor([[1., 2.], [2., 4.]]))
torch.linalg.inv(torch.stack([torch.eye(2), torch.zeros(2, 2)]))
torch.linalg.solve(torch.zeros(2, 2), torch.ones(2))
torch.linalg.solve(torch.zeros(3, 2, 2), torch.ones(3, 2))
torch.linalg.solve(torch.eye(2), {a}[0])
torch.linalg.solve(torch.eye(2), {a})
torch.linalg.solve(torch.eye(2)[None], torch.ones(1, 2)).shape
torch.linalg.solve(torch.eye(2).expand(3, 2, 2), torch.ones(3, 2)).shape
torch.linalg.solve(torch.eye(2).expand(3, 2, 2), torch.ones(2, 5)).shape
torch.linalg.solve(torch.eye(2), {a}, left=False)
torch.linalg.solve(torch.eye(3), {a}, left=False)
torch.linalg.solve(torch.eye(2).double(), torch.ones(2))
torch.linalg.det({a})
torch.linalg.slogdet(torch.eye(2))
torch.linalg.slogdet(torch.zeros(2, 2))
torch.slogdet(torch.eye(2))
torch.logdet(-torch.eye(3))
torch.linalg.cholesky(torch.eye(2), upper=True)
torch.linalg.cholesky({a})
torch.linalg.cholesky(-torch.eye(2))
torch.linalg.cholesky(torch.tensor([[4., 2.], [2., 1.]]))
torch.linalg.cholesky(torch.stack([torch.eye(2), -torch.eye(2)]))
torch.linalg.qr({a}, mode='x')
torch.linalg.qr({a}, mode='complete').R
torch.linalg.qr({a}, mode='r').Q
torch.linalg.qr(torch.ones(3, 2), mode='complete').Q.shape
torch.linalg.qr(torch.ones(3, 2, requires_grad=True), mode='complete')[1].sum().backward()
torch.linalg.eigh(torch.tensor([[1., 9.], [2., 3.]]), 'U').eigenvalues
torch.linalg.eigh(torch.tensor([[1., 9.], [2., 3.]])).eigenvalues
torch.linalg.eigh({a})
torch.linalg.eigh(torch.eye(2), UPLO='X')
torch.linalg.svd(torch.ones(3, 2)).U.shape
torch.linalg.svd(torch.ones(3, 2), full_matrices=False).U.shape
torch.linalg.svd({a}[0])
torch.svd(torch.ones(3, 2)).V.shape
torch.linalg.svdvals({a})
torch.linalg.svdvals(torch.tensor([[1., nan], [0., 1.]]))
torch.linalg.matrix_power({a}, 2)
torch.linalg.matrix_power(torch.eye(2), 1.5)
torch.linalg.matrix_power(torch.ones(2, 2), 0)
torch.linalg.matrix_power(torch.ones(2, 2), 10)
torch.linalg.pinv({a})
torch.linalg.pinv(torch.ones(2, 2))
torch.trace({a}[0])
torch.trace({a}.long())
torch.kron({a}[0], {a})
torch.linalg.solve_triangular(torch.tensor([[2., 9.], [1., 4.]]), {a}, upper=False)
torch.linalg.matrix_rank({a})
torch.linalg.matrix_rank(torch.ones(2, 3, 3))
torch.linalg.lstsq({a}.T, {a}.T).rank
torch.linalg.multi_dot([{a}, {a}.T, {a}])
torch.linalg.matrix_norm({a}, 'nuc')
torch.linalg.matrix_norm({a}, -1)
torch.linalg.matrix_norm({a}, 3)
torch.linalg.matrix_norm({a}[0])
torch.linalg.matrix_norm(torch.ones(2, 3, 4), dim=(0, 2), keepdim=True)
torch.linalg.norm(torch.ones(2, 2, 2), 'fro')
torch.linalg.norm({a}, 'abc')
torch.linalg.norm({a}[0], 1)
torch.linalg.norm({a}.long())
torch.linalg.vector_norm(torch.zeros(0), inf)
torch.linalg.cond(torch.eye(2))
torch.linalg.cond(torch.eye(2), 'fro')
{a}.norm(p='inf')
(lambda x: torch.autograd.grad(x.det(), x)[0])(torch.zeros(3, 3, requires_grad=True))
(lambda x: torch.autograd.grad(torch.linalg.svd(x).U.sum() * 0 + torch.linalg.svd(x).S.sum(), x)[0])(torch.tensor([[1., 2.], [3., 4.], [5., 7.]], requires_grad=True))
""".strip().splitlines()]  # fmt: skip
RECORDED = recorded("linalg")


@pytest.mark.parametrize("expression", CASES)
def test_outcomes_are_pytorchs(expression: str) -> None:
    ours = outcome(expression, tg)
    assert same(ours, RECORDED[expression], 2e-6), ours


def test_every_recorded_case_is_tested() -> None:
    assert list(RECORDED) == CASES


def test_a_singular_matrix_is_an_error_that_can_be_caught_by_its_name() -> None:
    with pytest.raises(tg.linalg.LinAlgError, match=r"(?s)singular.*Why: .*Fix: "):
        tg.linalg.inv(tg.zeros(2, 2))


@pytest.mark.parametrize("values", [[[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0], [0.0, 0.0]]])
def test_the_determinant_of_a_singular_matrix_has_both_derivatives(values: list[list[float]]) -> None:
    x = tg.tensor(values, dtype=tg.float64, requires_grad=True)  # PyTorch's slope is 0 here; the true one is not
    (slope,) = tg.autograd.grad(tg.det(x), x, create_graph=True)
    (a, b), (c, d) = values
    np.testing.assert_allclose(slope.detach().array, [[d, -c], [-b, a]], atol=1e-12)
    assert tg.autograd.gradgradcheck(tg.det, (x,))


def test_condition_numbers_have_gradients() -> None:
    x = tg.tensor([[3.0, 1.0], [0.5, 2.0]], dtype=tg.float64, requires_grad=True)
    for p in (None, -2, "fro", 1):
        assert tg.autograd.gradcheck(lambda t, p=p: tg.linalg.cond(t, p), (x,))


def test_einsum_leaves_the_values_of_its_inputs_alone() -> None:
    x = tg.ones(2, 2, requires_grad=True)
    out = tg.einsum("ij->ji", x)
    assert not np.shares_memory(out.array, x.array)
    assert np.einsum("ij,jk->ik", x, x).grad_fn is not None
