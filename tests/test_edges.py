# ruff: noqa: E501 - calls are listed, as many to a line as it takes
"""Calls at the edge of what is allowed: PyTorch's refusals with its exception types and words, and what it still does.

The outcomes in fixtures/edges.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CLOSE_CASES`
and `STOCK`. Ordinary calls are in test_calls.py.
"""

from __future__ import annotations

import re

import pytest

import teachgrad as tg
from tests.outcomes import NAMES, differing, listed, recorded
from tests.test_calls import STOCK

CALLS = {
    "arrangement": """
        torch.fliplr(v); torch.flipud(s); torch.roll(s, 1, 0); torch.roll(x, (1, 2), 0); torch.rot90(x, 1, [0]); torch.rot90(v)
        torch.rot90(x, 1, [0, 0]); x.repeat(-1, 2); torch.repeat_interleave(v, -1); torch.repeat_interleave(v, torch.tensor([1, -1, 0, 0]))
        torch.repeat_interleave(v, torch.tensor([1, 2])); torch.repeat_interleave(torch.tensor([2, 0, 1])); torch.tril(v); torch.triu(s)
        torch.diag_embed(s); torch.diag_embed(x, 0, 1, 1); torch.diag(x[None]); F.pad(x, (1,)); F.pad(v, (1, 1, 1, 1)); F.pad(x, (1, 1), 'nope')
        F.pad(x, (1, 1), 'reflect', 2.); F.pad(v, (1, 1), 'reflect'); F.pad(v, (-3, -3)); F.pad(x, (3, 3), 'reflect'); F.pad(x, (4, 4), 'circular')
        torch.meshgrid(); torch.meshgrid(v, indexing='yx'); torch.meshgrid(x, v)""",
    "shapes": """
        x.view(-2, 3); x.reshape(()); x[:, :1].view(torch.float64); x.T.view(torch.int16); x.unflatten(1, ()); x.unflatten(1, (2, 2)); x.unflatten(1, (-1, 2))
        torch.movedim(x, (0, 1), (0,)); torch.movedim(x, (0, 0), (0, 1)); torch.movedim(x, (0, 1), (1, 1)); v.mT; x[None].H
        torch.broadcast_tensors(x, v); torch.cat([torch.zeros(0), x]); torch.cat([torch.zeros(0), x, i], 1); x.is_cuda; x.cuda()
        torch.tensor_split(v, 0); torch.hsplit(s, 2); torch.narrow(x, 0, 0, -1); torch.narrow(x, 0, 3, 1); x.T.as_strided((2,), (1,), 2)
        torch.dstack([]); torch.vstack([]); torch.unbind(s); x.expand(2, -3); x.expand(-1, 2, 3); torch.swapaxes(x, 0, 2); torch.stack([x, v])
        torch.squeeze(x, 2); torch.flatten(x, 1, 0)""",
    "numbers": """
        torch.floor(b); torch.ceil(b); torch.clamp(x); torch.clamp(i, max=i[0]); torch.clamp(i, min=i[0]); torch.clamp(u, min=u[0])
        torch.clamp(x, max=x[0]); torch.remainder(b, b); torch.fmod(b, b); torch.remainder(x, v); 2.5 % x; 7 // x; torch.heaviside(x, i)
        torch.heaviside(i, i); torch.copysign(x, v); torch.where(b, v, x); x.where(b, 0); torch.abs(b); torch.pow(i, torch.tensor(-1))
        i ** torch.tensor([-1, 2, -2]); torch.pow(torch.tensor([1, -1, 2, 0]), torch.tensor([-1, -3, -1, 2])); torch.sub(b, b, alpha=2)
        torch.add(i, i, alpha=0.5); torch.div(x, x, rounding_mode='up'); torch.div(b, b, rounding_mode='floor')
        torch.div(x, v, rounding_mode='floor'); torch.positive(b); torch.positive(x); +b; torch.lerp(x, x.double(), 0.5); torch.lerp(x, x, x.double())
        torch.lerp(i, i, 0.5); torch.addcdiv(i, i, i); torch.addcmul(1, x, x); torch.addcmul(x, 2, x); torch.gcd(x, x); torch.lcm(b, b)
        torch.frexp(i); torch.nextafter(i, i); torch.angle(2); torch.is_neg(x); x.is_neg(); torch.polygamma(1, 2); torch.polygamma(-1, x)
        torch.mvlgamma(x.abs() + 9, 0); torch.mvlgamma(x, 2); torch.lgamma(torch.tensor([0., -1., -2., 1e38])); torch.xlogy(x, v); torch.isclose(x, i)
        torch.isclose(x, x, rtol=-1); torch.isclose(x, x, atol=-1); torch.isclose(x, v); torch.isclose(gaps, gaps, equal_nan=True)
        torch.isclose(2, x); torch.isnan(2); torch.isinf(None); torch.logical_and(x, v); torch.maximum(x, v); torch.bitwise_and(i, v.long()); b << 1
        torch.bitwise_left_shift(b, b); x == None; x != 'a'; b - b; b - 1; 1 - b; torch.rsub(b, 1); torch.sub(b, i); torch.atan2(2, x)
        torch.atan2(2, 3); torch.hypot(x, 2); torch.hypot(i, i); torch.maximum(x, 2); torch.float_power(b, 2); torch.signbit(b); torch.square(b)
        torch.nan_to_num(b); -b; torch.neg(b); torch.exp(3); torch.add(3, x)""",
    "comparisons and sums": """
        torch.vander(x); torch.vander(v, -1); torch.vander(v, 0); torch.linalg.vander(v, N=1); torch.combinations(v, -1); torch.combinations(x)
        torch.combinations(v, 0); torch.cartesian_prod(x, v); torch.tril_indices(-1, 2); torch.triu_indices(2, -3)
        torch.tril_indices(2, 2, dtype=torch.float32); torch.triu_indices(2, 3, dtype=torch.int32); torch.cov(v[:1]); torch.histogram(i, 3)
        torch.bincount(i[0], v); torch.histc(x, 0); torch.norm(x, 0, 1); torch.linalg.matrix_norm(x, dtype=torch.float64); torch.linalg.matrix_norm(v)
        F.pdist(v); torch.cumsum(x); torch.cumsum(x, axis=1); torch.sort(b); torch.mode(b); torch.median(b); torch.kthvalue(b, 1)
        torch.quantile(x, 2.); torch.gradient(v, spacing=2., dim=1); torch.trapezoid(v, v, dx=2); torch.trapezoid(v, v); torch.diff(s)
        torch.searchsorted(v, x.double()); torch.bucketize(x, x); bool(x); bool(e); x.is_nonzero(); torch.is_nonzero(s); torch.is_nonzero(x); float(x)
        int(e); x.item(); x.type('torch.DoubleTensor'); x.type('nonsense'); x.type(); torch.result_type(1, 2.); torch.result_type(i, 2.)
        torch.result_type(b, s); torch.arange(0, 5, 0); torch.arange(0, 5, 0.); torch.arange(5, 0); torch.arange(0, 1, 2, 3)
        torch.logspace(0, 1, 3, dtype=torch.bool); torch.linspace(0, 1, -1); torch.set_printoptions(profile='none')""",
    "where elements stand": """
        x[[0, 1], [0, 1, 2]]; x[torch.tensor([0, 1]), torch.tensor([0, 1, 2])]; x[torch.tensor([True, False, True])]
        x[torch.ones(2, 2, dtype=torch.bool)]; x[torch.ones(2, 3, 1, dtype=torch.bool)]; x[0, 0, 0]; x[5]; x[0.5]; x[::-1]
        x.clone().__setitem__(0, i[0]); x.clone().__setitem__(b, torch.tensor(5.)); x.clone().__setitem__(b, torch.tensor(5))
        x.clone().__setitem__(0, v); x.clone().__setitem__(slice(0, 0), v); torch.scatter_reduce(x, 1, idx, x, 'median')
        torch.scatter_reduce(x, 1, idx, i, 'sum'); torch.index_reduce(x, 0, torch.tensor([0, 1]), x, 'sum')
        torch.index_reduce(x, 0, torch.tensor([0, 1]), i, 'prod'); torch.index_reduce(x, 0, torch.tensor([0, 1]), x, 'median')
        x.index_add(0, torch.tensor([0, 1]), i); x.index_add(0, torch.tensor([0., 1.]), x); x.index_copy(0, torch.tensor([0, 1]), x[:, :2])
        x.index_copy(0, torch.tensor([0., 1.]), x); torch.take_along_dim(x, torch.tensor([[0, 1, 2], [0, 1, 2], [0, 1, 2]]), 1)
        torch.gather(x, 1, torch.tensor([[5]])); F.one_hot(torch.tensor([], dtype=torch.long)); F.one_hot(torch.tensor([0]), 0)
        F.one_hot(torch.tensor([-1])); F.one_hot(torch.tensor([3]), 2); F.one_hot(x)
        F.embedding_bag(idx, torch.ones(3, 2), per_sample_weights=torch.ones(2, 3), mode='max')
        F.embedding_bag(idx, torch.ones(3, 2), per_sample_weights=torch.ones(2, 2), mode='sum'); F.embedding_bag(idx[None], torch.ones(3, 2))
        F.embedding_bag(idx, torch.ones(3, 2), mode='nope'); F.embedding(x, x); F.embedding(idx, x)""",
    "matrices": """
        torch.mv(s, v); torch.mv(x, v); torch.chain_matmul(x); torch.chain_matmul(x, x.T, x); torch.mm(b, b.T); torch.dot(b[0], b[0])
        torch.mv(b, b[0]); torch.bmm(b[None], b.T[None]); torch.mm(x, x.T.double()); torch.einsum('ij,k->ijk', x, i[0])
        torch.einsum('ij,jk->ik', x, i.T); torch.tensordot(x, x, torch.tensor(2)); torch.linalg.qr(m); m.qr(); m.qr(some=False); torch.qr(x.T)
        torch.linalg.matrix_power(m, 1); torch.linalg.matrix_power(m, 0); torch.linalg.matrix_power(x, 2); torch.linalg.lu(x.T)[2]
        torch.linalg.lu(torch.ones(3, 2)); torch.lu_unpack(*torch.linalg.lu_factor(x.T)); m.lu(); m.lu(get_infos=True); (m * 0).lu(get_infos=True)
        torch.lu_unpack(*m.lu(), unpack_data=False); torch.lu_unpack(*m.lu(), unpack_pivots=False); torch.lu_solve(m, *m.lu()); m.lu_solve(*m.lu())
        torch.triangular_solve(m, m); torch.triangular_solve(m, m, upper=False, transpose=True, unitriangular=True)
        torch.linalg.solve_ex(m * 0, m).info; torch.linalg.solve_ex(torch.stack([m, m * 0]), torch.stack([m, m])).info
        torch.linalg.solve_ex(torch.stack([m, m * 0]), torch.stack([m, m])).result[0]; torch.linalg.det(torch.ones(2, 2)); torch.linalg.det(x)
        torch.linalg.tensorinv(torch.eye(6).reshape(2, 3, 3, 2), 0); torch.linalg.tensorinv(torch.eye(6).reshape(2, 3, 3, 2), 1)
        torch.linalg.tensorsolve(torch.eye(6).reshape(2, 3, 6), v); torch.linalg.tensorsolve(torch.eye(6).reshape(2, 3, 6), x, dims=(0,))
        torch.linalg.inv(v); torch.linalg.cholesky(x); torch.linalg.solve(m, x); torch.linalg.norm(x, 'no'); torch.linalg.matrix_norm(x, 'no')
        torch.trace(v); torch.outer(x, v)""",
    "layers as functions": """
        F.hardsigmoid(x.clone(), inplace=True); F.hardswish(x.clone(), inplace=True); F.silu(x.clone(), inplace=True); F.mish(x.clone(), inplace=True)
        F.relu6(x.clone(), True); F.elu(x.clone(), 0.5, True); F.selu(x.clone(), True); F.threshold(x.clone(), 0., 1., True); F.relu('a')
        F.hardtanh(x, 1., -1.); F.softshrink(x, -1.); F.prelu(x, torch.ones(2)); F.celu(x, 0.); F.glu(s); F.glu(x); F.gelu(x, approximate='no')
        F.gelu(i); F.softplus(i); F.max_pool2d(v, 2); F.max_pool2d(torch.ones(1, 4, 4), 0); F.max_pool2d(torch.ones(1, 4, 4), 2, dilation=0)
        F.avg_pool2d(torch.ones(1, 4, 4), 0); F.avg_pool1d(x, 2); F.max_pool1d(2, 2); F.avg_pool2d(None, 2); F.adaptive_avg_pool1d(2, 2)
        F.upsample(x[None], 6); F.dropout3d(x); F.dropout2d(x); F.dropout1d(x[None, None]); F.gumbel_softmax(x, eps=1e-3, hard=True).sum()
        F.scaled_dot_product_attention(v, v, v); F.scaled_dot_product_attention(x, x[:, :2], x)
        F.scaled_dot_product_attention(x, x, torch.ones(3, 3)); F.scaled_dot_product_attention(x, x, x, torch.ones(5, 5))
        F.scaled_dot_product_attention(torch.ones(1, 3, 2, 4), torch.ones(1, 2, 2, 4), torch.ones(1, 2, 2, 4), enable_gqa=True)
        F.scaled_dot_product_attention(torch.ones(2, 1, 2, 4), torch.ones(3, 1, 2, 4), torch.ones(3, 1, 2, 4)); F.nll_loss(x, x)
        F.cross_entropy(x, torch.tensor([0])); F.cross_entropy(x, torch.tensor([0, 9])); F.binary_cross_entropy(x, x)
        F.mse_loss(x, x, reduction='no'); F.kl_div(x, x, reduction='no'); F.layer_norm(x, (2,)); F.normalize(x, dim=5); F.linear(x, v)
        F.pixel_shuffle(x, 2); F.max_pool2d(v, 2); F.max_pool3d(v, 2); F.avg_pool3d(v, 2); F.max_pool3d(torch.ones(1, 4, 4, 4), 0)
        F.max_pool3d(torch.ones(1, 4, 4, 4), 0, 1); F.max_pool2d(torch.ones(1, 4, 4), 0, 1); F.avg_pool2d(torch.ones(1, 4, 4), 0, 1)
        F.avg_pool3d(torch.ones(1, 4, 4, 4), 0, 1); F.avg_pool1d(x, 0, 1); F.max_pool3d(torch.ones(1, 4, 4, 4), 2, dilation=0)
        torch.autograd.grad(v.clone().requires_grad_().sum(), ()); torch.dist(x, x, 0)
        (lambda a: torch.autograd.grad(torch.dist(a, x * 2, 3), a))(x.clone().requires_grad_())
        F.embedding_bag(idx.flatten(), torch.ones(3, 2), torch.tensor([1])); F.embedding_bag(idx.flatten(), torch.ones(3, 2))
        F.embedding_bag(idx.flatten(), torch.ones(3, 2), torch.tensor([[0]])); torch.zeros(2, 3, dtype=torch.float64).bernoulli_(v / 9)
        torch.zeros(2).bernoulli_(x)""",
    "random numbers": """
        torch.bernoulli(2); torch.bernoulli(x); torch.multinomial(2, 1); torch.multinomial(x, 1); torch.multinomial(v, 9)
        torch.multinomial(torch.zeros(2, 0), 1); torch.multinomial(torch.zeros(0, 3), 1); torch.zeros(2, 3).bernoulli_(v / 9)
        torch.zeros(2, 3).bernoulli_(2.); torch.zeros(3, dtype=torch.bool).geometric_(0.5); torch.zeros(3).geometric_(2.)
        torch.zeros(3, dtype=torch.int64).random_(-2**63, None); torch.zeros(2, dtype=torch.float64).random_(-2**63, None)
        torch.zeros(2, dtype=torch.float16).random_(-2**63, None); torch.zeros(2, dtype=torch.int8).random_(-2**63, None)
        torch.zeros(2, dtype=torch.int64).random_(3, to=9); torch.zeros(2, dtype=torch.int64).random_(9, 3); torch.normal(x, -1.); torch.normal(x, x)
        torch.randint(3, 3, (2,)); torch.randperm(-1); torch.zeros(2).normal_(0, -1); torch.zeros(2).uniform_(2, 1); torch.zeros(2).exponential_(-1)
        torch.zeros(2).cauchy_(0, -1); torch.zeros(2).log_normal_(0, -1)""",
    "gradients": """
        torch.zeros(2).requires_grad_().clone().backward(); torch.zeros(1).backward(); torch.zeros(1).requires_grad_().clone().backward(inputs=[])
        torch.autograd.grad(x.clone().requires_grad_().sum(), []); torch.autograd.backward([torch.zeros(2)], [torch.zeros(3)])
        torch.autograd.backward(torch.zeros(2).requires_grad_() * 2, torch.zeros(3)); setattr(x.clone(), 'data', 2); setattr(x.clone(), 'grad', v)
        setattr(x.clone(), 'grad', 2); setattr(x.clone(), 'grad', x.double()); torch.autograd.functional.vjp(lambda t: t.sum(), s)
        torch.autograd.functional.hvp(lambda t: t ** 3, s); torch.autograd.functional.vhp(lambda t: (t ** 3).sum(), torch.tensor([2.]))
        torch.autograd.functional.jvp(lambda t: t ** 3, s); torch.autograd.functional.jvp(lambda t: t ** 3, v)
        torch.autograd.functional.vjp(lambda t: t ** 3, v)
        torch.autograd.gradgradcheck(lambda t: t ** 3, (v.double().requires_grad_(),), (v.double().requires_grad_(),))
        torch.ones(2, dtype=torch.int64, requires_grad=True); i.requires_grad_(); v.requires_grad_().numpy(); torch.func.grad(lambda t: t)(v)
        torch.func.vmap(lambda t: t.sum(), in_dims={'a': 0})({'b': v}); hash(torch.device('cpu')) == hash(torch.device('cpu'))
        torch.device('nonsense'); torch.zeros(2, device='cuda'); torch.from_numpy([1]); torch.tensor([[1, 2], [3]]); torch.tensor(['a'])
        torch.tensor(None); torch.cuda.current_device(); torch.cuda.get_device_name(); torch.cuda.synchronize(); torch.zeros(2).to('cuda')
        torch.nn.utils.clip_grad_norm([torch.nn.Parameter(v)], 1.)""",
}
FAMILIES = listed(CALLS)
CLOSE_CASES = [call for calls in FAMILIES.values() for call in calls]
PYTORCHS = recorded("edges")


@pytest.mark.parametrize("family", FAMILIES)
def test_edges_are_where_they_are_in_pytorch(family):
    found = differing(FAMILIES[family], tg, PYTORCHS, STOCK)
    assert not found, "\n".join(found)


def refusal(call, kind=Exception):
    names = {"torch": tg, **NAMES}
    names |= {name: eval(source, dict(names)) for name, source in STOCK.items()}
    with pytest.raises(kind) as error:
        eval(call, names)
    return "\n".join([str(error.value), *getattr(error.value, "__notes__", ())])


@pytest.mark.parametrize("family", FAMILIES)
def test_every_refusal_says_why_and_what_to_do(family):
    messages = {call: refusal(call) for call in FAMILIES[family] if "error" in PYTORCHS[call]}
    assert [(call, said) for call, said in messages.items() if "Why: " not in said or "Fix: " not in said] == []


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        ("torch.full((2,), 1j)", TypeError, "can't convert np.ndarray of type numpy.complex128"),
        ("torch.linalg.eig(torch.tensor([[0., 1.], [-1., 0.]]))", RuntimeError, "eigenvalues .* are complex"),
        ("torch.from_numpy(np.zeros(2, 'm8[s]'))", TypeError, "can't convert np.ndarray of type numpy.timedelta64"),
        ("F.interpolate(x[None], 3, mode='linear', antialias=True)", ValueError, "Anti-alias option"),
        ("F.conv_transpose1d(x[None], torch.ones(2, 1, 1), padding=2)", RuntimeError, "Output size is too small"),
        ("F.embedding_bag(idx, torch.ones(3, 2), i[0])", ValueError, "if input is 2D, then offsets has to be None"),
        ("F.scaled_dot_product_attention(i, i, i)", RuntimeError, "expected scalar type Float but found Long"),
        ("torch.zeros(2, device=2.5)", TypeError, "argument 'device' must be torch.device, not float"),
        ("torch.nn.MultiheadAttention(2, 1)(m, m, m, attn_mask=v > 1)", RuntimeError, "dimension 1 is not supported"),
        ("torch.nn.LSTM(2, 3, proj_size=1)", NotImplementedError, "proj_size=1 is not supported"),
        ("torch.nn.ModuleList().insert(0, 2)", TypeError, "int is not a Module subclass"),
        ("torch.nn.Unflatten(1.5, (2, 2))", TypeError, "invalid argument type for dim parameter"),
        ("torch.where(b, x, 'no')", TypeError, "argument 'other' .* must be Tensor, not str"),
        ("torch.mul(2, 3)", TypeError, "argument 'input' .* must be Tensor, not int"),
        ("torch.result_type('a', x)", TypeError, "argument 'tensor' .* must be Tensor, not str"),
        ("F.conv1d(x[None], 2)", TypeError, "argument 'weight' .* must be Tensor, not int"),
        ("[1., 2.] @ x", TypeError, "argument 'input' .* must be Tensor, not list"),
    ],
)
def test_what_pytorch_can_do_or_tells_otherwise(call, kind, words):
    said = refusal(call, kind)
    assert re.match(rf".*{words}", said.partition("\n")[0])
    assert "Why: " in said
    assert "Fix: " in said
