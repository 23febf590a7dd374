# ruff: noqa: E501 - calls are listed, as many to a line as it takes
"""Over a thousand calls in all forms that PyTorch's documentation gives them: positions, keywords, defaults, types, ties, nan, empty.

The outcomes in fixtures/calls.json were recorded from PyTorch by parity/record_outcomes.py, which reads `CLOSE_CASES`
and `STOCK`.
"""

from __future__ import annotations

import pytest

import teachgrad as tg
from tests.outcomes import differing, listed, recorded

STOCK = {
    "F": "torch.nn.functional",
    "x": "torch.tensor([[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]])",
    "i": "torch.tensor([[3, 1, 2], [1, 2, 2]])",
    "b": "torch.tensor([[True, False, True], [False, False, True]])",
    "e": "torch.zeros(0, 3)",
    "gaps": "torch.tensor([[1.0, nan, 3.0], [nan, 2.0, 0.0]])",
    "ends": "torch.tensor([[inf, -inf, 0.0], [-inf, -inf, nan]])",
    "t": "torch.tensor([[1.0, 1.0, 0.0], [1.0, 2.0, 2.0]])",
    "s": "torch.tensor(2.0)",
    "u": "torch.tensor([[1, 200, 3], [0, 5, 255]], dtype=torch.uint8)",
    "v": "torch.tensor([0.0, 1.0, 2.0, 4.0])",
    "idx": "torch.tensor([[0, 1, 0], [2, 2, 1]])",
    "m": "torch.tensor([[2.0, 1.0], [0.5, 3.0]])",
}
CALLS = {
    "reductions": """
        x.sum(); x.sum(0); x.sum(dim=1, keepdim=True); x.sum((0, 1)); i.sum(); b.sum(); i.sum(dtype=torch.float32); torch.sum(x, dim=(0,), keepdim=True)
        torch.sum(input=x, dim=0); e.sum(); e.sum(0); x.sum(axis=1); x.sum(-3); torch.sum(x, 0, dtype=torch.float64); x.mean(); x.mean(1); x.mean((0, 1), True)
        i.mean(); e.mean(); x.mean(dtype=torch.float64); i.mean(dtype=torch.float32); torch.mean(input=x, dim=1, keepdim=True); gaps.mean(); x.prod(); x.prod(1)
        x.prod(dim=1, keepdim=True); i.prod(); b.prod(); e.prod(); e.prod(0); i.prod(0, dtype=torch.float32); torch.prod(input=x, dim=0); x.var(); x.var(0)
        x.var(0, unbiased=False); x.var(dim=1, correction=0, keepdim=True); x.std(); x.std(1); torch.std(x, dim=0, unbiased=True); torch.var_mean(x, dim=1)
        torch.std_mean(x, 1, True); i.var(); e.var(); torch.var(x, (0, 1)); x.var(False); torch.std_mean(x, unbiased=False); torch.var_mean(x, correction=2)
        x.amax(); x.amax(1); x.amin((0, 1)); torch.aminmax(x); torch.aminmax(x, dim=0, keepdim=True); e.amax(); e.amax(0); e.amax(1); gaps.amax(0); b.amax()
        i.amin(0); x.max(); x.max(1); x.max(dim=0, keepdim=True); t.max(0); t.min(1); gaps.max(); gaps.max(0); gaps.min(1); e.max(); e.max(0); e.max(1); b.max()
        b.max(0); i.max(0); torch.max(x, x); torch.min(x, 0); torch.max(input=x, dim=1); x.min(x); x.argmax(); x.argmax(1); x.argmin(dim=0, keepdim=True)
        t.argmax(0); t.argmin(1); gaps.argmax(); gaps.argmin(1); e.argmax(1); e.argmax(0); s.argmax(); s.argmax(0); torch.argmax(x, dim=None, keepdim=True)
        b.argmax(); x.median(); x.median(0); t.median(1); gaps.median(); gaps.median(0); gaps.nanmedian(); gaps.nanmedian(1); e.median(); i.median(1); x.mode()
        t.mode(0); i.mode(1, keepdim=True); s.mode(); s.median(0); x.nanmedian(dim=1, keepdim=True); gaps.nansum(); gaps.nansum(1); gaps.nanmean()
        gaps.nanmean(0); i.nansum(); i.nansum(0); i.nanmean(); gaps.nansum(0, dtype=torch.float64); x.quantile(0.3); x.quantile(torch.tensor([0.1, 0.9]), dim=1)
        gaps.quantile(0.5, 0); gaps.nanquantile(0.5, 0); gaps.nanquantile(0.5, 1, keepdim=True); x.quantile(0.3, 1, interpolation='lower')
        torch.quantile(input=x, q=0.5, dim=0, keepdim=True); i.quantile(0.5); e.quantile(0.5); x.all(); x.all(1); x.any(); b.any(0, keepdim=True)
        torch.all(i, dim=(0, 1)); torch.any(e, 0); e.all(); torch.any(u); u.all(); torch.all(u, 0); x.count_nonzero(); x.count_nonzero(0)
        i.count_nonzero((0, 1)); torch.count_nonzero(b, dim=1); x.norm(); x.norm(1); x.norm(p=3, dim=1); x.norm('fro'); x.norm('nuc')
        torch.norm(x, dim=0, keepdim=True); x.norm(float('inf'), 0); x.norm(p=0); i.norm(); torch.linalg.norm(x, ord=1); torch.linalg.norm(x[0], 2)
        torch.linalg.vector_norm(x, ord=3, dim=1, keepdim=True); torch.linalg.matrix_norm(x, 'nuc'); torch.linalg.matrix_norm(x, 1); e.norm()
        torch.linalg.vector_norm(gaps, 2); torch.norm(x, 2, (0, 1), dtype=torch.float64); x.logsumexp(0); x.logsumexp((0, 1), keepdim=True)
        torch.logsumexp(input=x, dim=1); i.logsumexp(0); ends.logsumexp(0); e.logsumexp(0); e.logsumexp(1); x.cumsum(0); i.cumsum(1); b.cumsum(0); x.cumprod(1)
        i.cumprod(1, dtype=torch.float64); x.cummax(0); t.cummax(1); gaps.cummax(0); gaps.cummin(1); t.cummin(1); x.logcumsumexp(1); ends.logcumsumexp(0)
        e.cumsum(0); s.cumsum(0); s.cummax(0); torch.cumsum(input=x, dim=1); gaps.cumsum(1); e.cummax(0); b.cumprod(0); b.cummax(0); i.logcumsumexp(0)""",
    "order": """
        x.sort(); x.sort(0, descending=True); gaps.sort(0); gaps.sort(1, descending=True); torch.sort(i, dim=0); s.sort(); e.sort(); x.argsort()
        x.argsort(0, True); torch.argsort(gaps, dim=0); torch.msort(x); torch.sort(x, stable=True, dim=1); b.sort(1); x.topk(2); x.topk(1, 0)
        x.topk(2, largest=False); gaps.topk(2, 1); x.topk(2, dim=1, sorted=True); x.topk(5); i.topk(1); x.kthvalue(1); x.kthvalue(2, 0); gaps.kthvalue(1, 0)
        x.kthvalue(7); s.topk(1); s.kthvalue(1); x.topk(0); torch.unique(i); torch.unique(i, return_inverse=True); torch.unique(i, return_counts=True)
        torch.unique(i, True, True, True); torch.unique(i, dim=0); torch.unique(i, dim=1, return_inverse=True, return_counts=True); torch.unique(gaps)
        i.unique(); torch.unique(i, sorted=False); torch.unique_consecutive(i.flatten()); torch.unique_consecutive(i, return_counts=True, return_inverse=True)
        torch.unique_consecutive(t, dim=0); torch.unique(e); torch.isin(i, i[0]); torch.isin(i, 2); torch.isin(2, i); torch.isin(x, x[0], invert=True)
        torch.isin(i, x); torch.searchsorted(v, x); torch.searchsorted(v, x, right=True); torch.searchsorted(v, 1.5); torch.searchsorted(v, x, side='right')
        torch.bucketize(x, v); torch.bucketize(x, v, right=True); torch.bucketize(2, v); torch.searchsorted(v, x, out_int32=True)
        torch.searchsorted(x.sort().values, x); torch.histc(x, 4); torch.histc(x, bins=4, min=0, max=2); torch.histc(i, 3); torch.histogram(x, 3)
        torch.histogram(x, bins=3, range=(0., 2.)); torch.histogram(x, v); torch.histogram(x, 3, density=True); torch.histogram(x, 2, weight=x.abs())
        torch.bincount(i[0]); torch.bincount(i[0], minlength=9); torch.bincount(i[0], x[0]); torch.bincount(x[0]); torch.bincount(i); torch.bincount(i[0] - 5)
        i[0].bincount(weights=x[0].double()); torch.histc(e, 2); torch.bincount(i[0][:0])""",
    "pointwise with arguments": """
        torch.clamp(x, -1, 1); torch.clamp(x, min=0); x.clamp(max=x); torch.clamp(i, 0.5); torch.clip(x, 0, 1); gaps.clamp(0, 1); torch.where(x > 0, x, 0)
        torch.where(x > 0); torch.where(b, 1, 2); torch.where(b, x, i); torch.where(b, x.double(), x); torch.where(x, x, x)
        torch.where(condition=b, input=x, other=x); torch.lerp(x, x + 1, 0.3); torch.addcmul(x, x, x, value=2); torch.addcdiv(x, x, x + 5, value=0.5)
        x.lerp(x, x); torch.atan2(x, x); torch.atan2(i, i); torch.pow(x, 2); torch.pow(2, x); torch.pow(i, 2); torch.pow(i, 2.); torch.pow(i, i.abs()); x ** x
        2 ** i; i ** -1; torch.pow(x, i); torch.pow(input=x, exponent=2); torch.pow(s, x); torch.pow(2., i); torch.pow(b, 2); torch.remainder(x, 2)
        torch.remainder(i, -2); torch.fmod(x, -1.5); torch.fmod(i, 2); torch.remainder(2, x); x % 0; i % 0; torch.fmod(x, 0); torch.remainder(u, 3)
        torch.floor_divide(i, 2); i // 0; x // 0; torch.div(i, i + 9, rounding_mode='floor'); torch.div(x, x, rounding_mode='trunc'); torch.true_divide(i, 2)
        torch.div(i, 2); b / 2; torch.divide(x, 2); torch.round(x); torch.round(x, decimals=1); torch.round(i); torch.trunc(x); torch.frac(x); torch.floor(i)
        torch.ceil(gaps); torch.sign(gaps); torch.sgn(i); torch.signbit(x); torch.abs(i); torch.neg(u); -b; torch.sign(b); torch.reciprocal(i); torch.square(i)
        torch.rsqrt(x); torch.deg2rad(i); torch.exp(b); torch.expm1(x); torch.log1p(x); torch.log2(i); torch.log10(x); torch.logit(x); torch.logit(x, 0.1)
        torch.logit(x, eps=0.2); torch.sigmoid(i); torch.erf(i); torch.erfinv(x / 3); torch.erfc(b); torch.lgamma(x); torch.digamma(x); torch.polygamma(2, x)
        x.polygamma(1); torch.lgamma(i); torch.i0(x); torch.sinc(x); torch.sinc(i); torch.nan_to_num(ends); torch.nan_to_num(gaps, nan=1.)
        torch.nan_to_num(ends, posinf=9.); torch.nan_to_num(ends, 0., 1., 2.); torch.nan_to_num(i); torch.heaviside(x, x); torch.copysign(x, -1)
        torch.copysign(i, x); torch.nextafter(x, x + 1); torch.ldexp(x, i); torch.frexp(x); torch.gcd(i, i + 2); torch.lcm(i, i + 2); torch.gcd(u, i)
        torch.xlogy(x, 2); torch.xlogy(2, x); torch.xlogy(i, x); torch.hypot(x, x); torch.logaddexp(x, x); torch.logaddexp2(x, x); torch.logaddexp(ends, ends)
        torch.float_power(i, 2); torch.float_power(2, x); torch.angle(x); torch.angle(i); torch.angle(gaps); torch.maximum(x, gaps); torch.minimum(i, x)
        torch.fmax(x, gaps); torch.fmin(gaps, x); torch.maximum(b, b); torch.logical_and(i, b); torch.logical_xor(x, b); torch.bitwise_and(i, 3)
        torch.bitwise_or(b, b); torch.bitwise_xor(i, i); torch.bitwise_not(i); ~b; i << 1; i >> 1; torch.bitwise_left_shift(i, 2)
        torch.bitwise_right_shift(u, 1); torch.bitwise_and(x, x); x << 1; 2 << i[0].abs(); 1 >> i.abs(); b & b; i | b; 3 & i; torch.eq(x, x); x == 1
        torch.ne(i, 2); torch.lt(x, i); torch.ge(x, 0.5); torch.gt(gaps, 0); torch.le(b, 1); torch.equal(x, x); torch.equal(x, i); torch.allclose(x, x + 1e-9)
        torch.isclose(gaps, nan, equal_nan=True); torch.isclose(x, x, rtol=1e-3, atol=0.1); torch.isnan(gaps); torch.isinf(ends); torch.isfinite(ends)
        torch.isposinf(ends); torch.isneginf(ends); torch.isreal(x); torch.isnan(i); torch.greater(x, 0); torch.less_equal(x, x); torch.not_equal(x, 1)
        torch.is_floating_point(x); torch.is_tensor(x); torch.numel(x); torch.is_nonzero(s); torch.is_complex(x); torch.is_signed(u); torch.result_type(x, i)
        torch.result_type(i, 2.5); torch.result_type(s, i); torch.can_cast(torch.float32, torch.int32); torch.promote_types(torch.int8, torch.uint8)
        torch.promote_types(torch.float16, torch.int64); torch.is_same_size(x, i); x.nelement(); x.element_size(); x.itemsize; x.nbytes; x.is_signed(); x.type()
        i.type(); b.type(); x.type('torch.DoubleTensor'); x.type(torch.int32); x.type_as(i); x.get_device(); x.is_cpu; x.dim(); x.stride(); x.storage_offset()
        x[1].storage_offset(); x.is_contiguous(); x.T.is_contiguous(); x.byte(); x.abs().char(); x.short(); x.int(); x.long(); x.half(); x.float(); x.double()
        x.bool(); gaps.bool(); x.to(torch.int32); x.to(i); x.to(torch.float64, copy=True); x.to('cpu'); x.to('cpu', torch.float16); x.cpu() is x
        x.to(x.dtype) is x; x.to(device='cpu', dtype=torch.float64)""",
    "creation": """
        x.new_zeros(2); x.new_zeros((2, 3)); x.new_ones(2, 3, dtype=torch.int32); x.new_full((2,), 3); i.new_full((2,), 1.5); x.new_tensor([1, 2])
        i.new_tensor(1.5); x.new_empty(2, 3).shape; x.new_zeros(size=(2, 2)); i.new_ones(()).dtype; x.new_full(size=(1, 2), fill_value=7)
        torch.scalar_tensor(3); torch.scalar_tensor(2, dtype=torch.int64); torch.arange(5); torch.arange(1, 2, 0.25); torch.arange(5, dtype=torch.float64)
        torch.arange(start=1, end=4); torch.linspace(0, 1, 5); torch.linspace(0, 1, steps=3, dtype=torch.float64); torch.logspace(0, 2, 3)
        torch.logspace(0, 2, steps=3, base=2); torch.eye(3); torch.eye(2, 3, dtype=torch.int64); torch.full((2, 2), 7)
        torch.full((2,), 1.5, dtype=torch.float64); torch.full_like(x, 3); torch.zeros_like(i, dtype=torch.float32); torch.ones_like(x); torch.zeros(2, 3)
        torch.ones((2,)); torch.empty(2).shape; torch.empty_like(x).dtype; torch.tril_indices(3, 3); torch.triu_indices(3, 4, 1)
        torch.tril_indices(3, 4, -1, dtype=torch.int32); torch.vander(x[0]); torch.vander(i[0], 2, True); torch.vander(i[0], N=4); torch.linspace(3, 3, 1)
        torch.arange(3, 0, -1); torch.arange(0); torch.cartesian_prod(i[0], i[0]); torch.cartesian_prod(v); torch.cartesian_prod(v, v, v).shape
        torch.combinations(v); torch.combinations(v, 3); torch.combinations(v, r=2, with_replacement=True); torch.combinations(v, 0); torch.combinations(v, 9)
        torch.combinations(x); torch.block_diag(x, v, s); torch.block_diag(i, x); torch.block_diag(); torch.diagflat(x); torch.diagflat(v, -1)
        v.diagflat(offset=2); torch.block_diag(x[None])""",
    "calculus and statistics": """
        torch.diff(v); torch.diff(x, dim=0); torch.diff(x, n=2); torch.diff(b); torch.diff(i, prepend=i[:, :1], append=i); torch.diff(v, n=0)
        torch.diff(v, n=9); torch.diff(s); torch.diff(v, -1); torch.gradient(v); torch.gradient(x); torch.gradient(x, dim=1); torch.gradient(x, spacing=2.)
        torch.gradient(x, spacing=[1., 0.5]); torch.gradient(v, spacing=(v * v + v,)); torch.gradient(v, edge_order=2)
        torch.gradient(x, dim=(0, 1), spacing=(1., 2.)); torch.gradient(i.float(), edge_order=1); torch.gradient(v, spacing=(v * v + v,), edge_order=2)
        torch.gradient(x, edge_order=2); torch.gradient(v, edge_order=3); torch.gradient(x, spacing=[1.]); torch.gradient(v[:1]); torch.trapezoid(v)
        torch.trapezoid(x, dim=0); torch.trapezoid(v, v * v); torch.trapezoid(x, dx=0.5); torch.trapz(v); torch.trapezoid(i); torch.trapezoid(e)
        torch.trapezoid(x[:, :0]); torch.cumulative_trapezoid(v); torch.cumulative_trapezoid(x, v[:3], dim=1); torch.cumulative_trapezoid(x, dx=2, dim=0)
        torch.trapezoid(x, x, dim=1); torch.trapezoid(s); torch.trapezoid(x, v[:2]); torch.trapezoid(y=v, x=v); torch.cumulative_trapezoid(i)
        torch.trapezoid(x, v[:2], dim=0); torch.cov(x); torch.cov(v); torch.cov(i); torch.cov(x, correction=0); torch.cov(x, fweights=torch.tensor([1, 2, 3]))
        torch.cov(x, aweights=torch.tensor([0.5, 1., 2.])); torch.corrcoef(x); torch.corrcoef(v); torch.corrcoef(i); torch.cov(x, fweights=torch.tensor([1, 2]))
        torch.cov(x[None]); torch.cov(x, fweights=v[:3]); x.cov(); x.corrcoef(); torch.corrcoef(x[None]); torch.renorm(x, 2, 0, 1.); torch.renorm(x, 1, 1, 0.5)
        x.renorm(2, -1, 2); torch.renorm(v, 2, 0, 1); torch.renorm(x, 2, 0, -1.); torch.renorm(x, 0, 0, 1.); torch.renorm(input=x, p=2, dim=0, maxnorm=1)
        torch.dist(x, x + 1); torch.dist(x, x, 3); torch.cdist(x, x); torch.cdist(x, x + 1, p=1.); torch.cosine_similarity(x, x + 1); F.normalize(x)
        F.normalize(x, p=1., dim=0); F.normalize(x * 0); F.pairwise_distance(x, x + 1); torch.pairwise_distance(x, x, 1.); F.pdist(x); torch.pdist(x, 1.)
        F.cosine_similarity(x, x, dim=0, eps=1e-3)""",
    "placing": """
        x.scatter_reduce(1, idx, x, 'sum'); x.scatter_reduce(0, idx % 2, x, 'prod', include_self=False); x.scatter_reduce(1, idx, x, reduce='mean')
        i.scatter_reduce(1, idx, i, 'mean'); i.scatter_reduce(1, idx, i, 'amax', include_self=False); x.scatter_reduce(1, idx, x, 'amin')
        x.scatter_reduce(1, idx, i, 'sum'); x.scatter_reduce(1, idx + 5, x, 'sum'); gaps.scatter_reduce(1, idx, x, 'amax')
        x.clone().scatter_reduce_(1, idx, x, 'sum'); torch.scatter_reduce(input=x, dim=1, index=idx, src=x, reduce='mean', include_self=False)
        x.scatter_reduce(1, idx[:1], x, 'sum'); u.scatter_reduce(1, idx, u, 'prod'); x.scatter(1, idx, x); x.scatter(1, idx, 7.); x.scatter(1, idx, value=7.)
        x.scatter(1, idx, x, reduce='add'); x.scatter(1, idx, 2., reduce='multiply'); i.scatter(1, idx, 5); x.clone().scatter_(1, idx, x)
        x.clone().scatter_add_(1, idx, x); x.scatter_add(1, idx, x); torch.scatter(x, 1, idx[:1, :2], x); x.scatter(1, idx, i); x.scatter(1, idx.float(), x)
        x.scatter(2, idx, x); x.scatter(dim=1, index=idx, src=x); x.scatter(1, idx, x, reduce='nope'); b.scatter(1, idx, True)
        x.index_add(0, torch.tensor([0, 0]), x); x.index_add(1, torch.tensor([2, 0, 0]), x, alpha=2); x.clone().index_add_(0, torch.tensor([1, 1]), x)
        i.index_add(0, torch.tensor([0, 0]), i); x.index_copy(0, torch.tensor([1, 0]), x); x.index_fill(1, torch.tensor([0, 2]), 9.)
        i.index_fill(1, torch.tensor([0]), 2.7); x.index_fill(1, torch.tensor([0]), s); x.index_add(0, torch.tensor([5, 0]), x)
        x.index_copy(0, torch.tensor([1]), x); x.index_copy(0, torch.tensor([1, 0]), i); x.index_select(1, torch.tensor([2, 2, 0]))
        x.index_select(0, torch.tensor(1)); x.index_select(0, torch.tensor([3])); x.index_select(0, torch.tensor([0.]))
        torch.index_select(x, dim=1, index=torch.tensor([0])); x.index_put((torch.tensor([0, 1]), torch.tensor([2, 2])), torch.tensor([8., 9.]))
        x.index_put((torch.tensor([0, 0]),), torch.tensor(1.), accumulate=True); x.clone().index_put_((b,), torch.tensor(5.))
        x.index_put((torch.tensor([5]),), s); x.index_put((torch.tensor([0]),), i[0]); x.index_put((torch.tensor([0, 1, 0]),), v)
        torch.index_put(x, (torch.tensor([1]),), s); torch.put(x, torch.tensor([0, -1]), torch.tensor([8., 9.]))
        x.put(torch.tensor([0, 0]), torch.tensor([8., 9.]), accumulate=True); x.clone().put_(torch.tensor([1, 2]), v[:2]); x.put(torch.tensor([9]), v[:1])
        x.put(torch.tensor([0]), v); x.put(torch.tensor([0.]), v[:1]); torch.take(x, torch.tensor([[0, -1], [4, 2]])); torch.take(x, torch.tensor([9]))
        x.take(torch.tensor([0.])); torch.take(input=x, index=torch.tensor(2)); x.gather(1, idx); torch.gather(x, 0, idx % 2); x.gather(1, idx + 5)
        x.gather(1, idx[:, :1]); x.gather(1, idx[0]); x.gather(1, x); torch.gather(input=x, dim=-1, index=idx); s.gather(0, torch.tensor(0))
        torch.take_along_dim(x, idx, 1); torch.take_along_dim(x, torch.tensor([0, 5])); torch.take_along_dim(x, idx[:1], dim=1); x.masked_fill(b, 9)
        x.masked_fill(b, s); x.clone().masked_fill_(b, 0); i.masked_fill(b, 2.5); x.masked_fill(i, 1); x.masked_select(b); torch.masked_select(x, b[0])
        x.masked_select(i); x.masked_scatter(b, v); x.masked_scatter(b, v[:1]); x.clone().masked_scatter_(b, v); x.masked_fill(mask=b, value=float('-inf'))
        x.masked_fill(b, x); u.masked_fill(b, 300); x.masked_scatter(b, i); i.masked_fill(b, float('inf')); torch.nonzero(x); torch.nonzero(b, as_tuple=True)
        torch.argwhere(x > 0); s.nonzero(); torch.nonzero(s, as_tuple=True); e.nonzero(); torch.unravel_index(torch.tensor([1, 5]), (2, 3))
        torch.unravel_index(torch.tensor(4), (2, 3)); torch.unravel_index(v, (2, 3)); F.one_hot(i[0].abs(), 9); F.one_hot(torch.tensor([0, 2]))
        torch.select_scatter(x, v[:3], 0, 1); x.select_scatter(v[:2], 1, -1); torch.slice_scatter(x, x[:, :2], 1, 1, 3); x.slice_scatter(x[:1], 0, 1)
        torch.slice_scatter(x, x[:, ::2], dim=1, step=2); torch.diagonal_scatter(x, v[:2]); x.diagonal_scatter(v[:2], 1); torch.select_scatter(x, v, 0, 1)
        torch.diagonal_scatter(x, v); torch.select_scatter(x, v[:3], 0, 5); torch.fill(x, 3); torch.fill(i, 2.9); torch.fill(x, s); x.clone().fill_(2)
        x.clone().fill_diagonal_(8); torch.zeros(5, 2).fill_diagonal_(1, wrap=True); v.clone().fill_diagonal_(1); torch.zeros(2, 2, 2).fill_diagonal_(1)
        x[None].clone().fill_diagonal_(1); torch.fill(x, v); torch.as_strided(v, (2, 2), (1, 1)); torch.as_strided(x, (3, 2), (1, 3))
        x.as_strided((2,), (2,), 1); x[1].as_strided((2,), (1,)); x[1].as_strided((2,), (1,), 0); torch.as_strided(v, (2, 9), (1, 1))
        torch.as_strided(v, (2,), (-1,)); x.T.as_strided((2, 3), (3, 1)); x.as_strided(size=(1,), stride=(1,), storage_offset=5); x.as_strided((0,), (1,))
        x.as_strided((), ())""",
    "shapes": """
        torch.swapaxes(x, 0, 1); torch.swapdims(x, 0, 1); torch.moveaxis(x, 0, 1); torch.rot90(x); torch.rot90(x, 2, [0, 1]); torch.tensor_split(v, 3)
        torch.tensor_split(x, 2, dim=1); torch.tensor_split(v, [1, 3]); torch.dsplit(x[None].expand(2, 2, 3), 3); torch.dsplit(x, 2); torch.hsplit(x, 3)
        torch.vsplit(x, [1]); torch.dsplit(x[None], [1]); torch.split_with_sizes(v, [1, 3]); x.split_with_sizes([1, 2], 1); torch.split_with_sizes(v, [1, 1])
        torch.dstack((x, x)); torch.column_stack((v, v)); torch.tensor_split(v, torch.tensor([1, 2])); torch.tensor_split(v, torch.tensor(2))
        torch.hsplit(v, 3); torch.vsplit(v, 2); torch.hsplit(s, 1); torch.broadcast_shapes((2, 1), (3,)); torch.broadcast_shapes((2,), (3,))
        torch.broadcast_shapes(); torch.broadcast_shapes(2, (1,)); torch.broadcast_to(v, (2, 4)); torch.broadcast_tensors(x, v[:3]); torch.atleast_1d(s)
        torch.atleast_2d(v); torch.atleast_3d(x); torch.atleast_3d((s, v)); x.sum_to_size(1, 3); x.sum_to_size((2, 1)); x[None].sum_to_size(3); x.sum_to_size(2)
        x.sum_to_size(2, 3); torch.diag_embed(x); torch.diag_embed(v, offset=1, dim1=0, dim2=1); torch.ravel(x); v.unfold(0, 2, 1); torch.flatten(x)
        torch.unflatten(v, 0, (2, 2)); x.expand(4); x.expand(2, 4); x.expand(2, 2, -1); v.expand(-1, 4); x.expand(-1, 3); x.expand(2, 2, 2, 3).shape
        v.expand(3, 4); x.expand(1, 3); x.view(-1, 2); x.view(4); x.T.view(6); x.reshape(-1, 4); x.view(torch.int32); x.view(dtype=torch.uint8).shape
        x.clone().squeeze_(); x[None].clone().squeeze_(0); x.clone().unsqueeze_(1); x.clone().t_(); x.clone().transpose_(0, 1); x.clone().swapaxes_(0, 1)
        x.clone().tril_(); x.clone().triu_(1); x.clone().cumsum_(1); x.clone().cumprod_(0); i.clone().bitwise_and_(3); i.clone().bitwise_not_()
        x.clone().gt_(0); i.clone().eq_(2); x.clone().logical_not_(); b.clone().logical_and_(b); i.clone().gcd_(i); x.clone().lgamma_(); x.clone().digamma_()
        x.clone().erfinv_(); x.clone().polygamma_(1); x.clone().i0_(); x.double().float_power_(2); x.clone().float_power_(2); x.clone().heaviside_(x)
        x.clone().ldexp_(x); x.clone().nextafter_(x); x.clone().renorm_(2, 0, 1.); i.clone().bitwise_left_shift_(1); x.clone().copysign_(-1)
        x.clone().mvlgamma_(1); i.clone().true_divide_(2); i.clone().exp_(); i.clone().add_(1.5); x.clone().ne_(x); i.clone().lcm_(i)""",
    "linear algebra": """
        torch.tensordot(x, x.T, 1); torch.tensordot(x, x, dims=([0, 1], [0, 1])); torch.tensordot(x, x, 2); torch.inner(x, x); torch.inner(v, v)
        torch.vdot(v, v); torch.dot(v, v); torch.outer(v, v); torch.ger(v, v); torch.linalg.vecdot(x, x); torch.linalg.vecdot(x, x, dim=0)
        torch.linalg.multi_dot([x, x.T, x]); torch.linalg.multi_dot([v[:2], x, v[:3]]); torch.linalg.multi_dot([x]); torch.cross(x, x + i, dim=1)
        torch.linalg.cross(x, x); torch.kron(x, v[:2]); torch.trace(m); torch.addmv(v[:2], x, v[:3]); torch.addr(x, v[:2], v[:3], beta=2, alpha=3)
        torch.addbmm(m, m[None], m[None]); torch.baddbmm(m[None], m[None], m[None]); torch.addmm(m, m, m, beta=0.5); torch.einsum('ij,kj->ik', x, x)
        torch.einsum('ii', m); torch.mv(x, v[:3]); torch.bmm(m[None], m[None]); torch.matmul(x, v[:3]); torch.mm(x, x); torch.dot(x, x); torch.dot(i[0], i[0])
        torch.addmv(s, x, v[:3]); torch.linalg.lu(m); torch.linalg.lu(x); torch.linalg.lu(x.T); torch.linalg.lu_factor(m); torch.linalg.lu_factor(m * 0)
        torch.linalg.lu_factor_ex(m * 0); torch.linalg.lu_solve(*torch.linalg.lu_factor(m), m); torch.linalg.lu_solve(*torch.linalg.lu_factor(m), m, left=False)
        torch.linalg.lu_solve(*torch.linalg.lu_factor(m), m, adjoint=True); torch.lu_unpack(*torch.linalg.lu_factor(m))
        torch.lu_unpack(*torch.linalg.lu_factor(x)); torch.linalg.lu(m, pivot=False); torch.matrix_exp(m); torch.linalg.matrix_exp(x); torch.matrix_exp(m * 20)
        torch.linalg.cholesky(m @ m.T); torch.cholesky_inverse(torch.linalg.cholesky(m @ m.T)); torch.cholesky_inverse(m, upper=True)
        torch.cholesky_solve(m, torch.linalg.cholesky(m @ m.T)); torch.cholesky_solve(m, m); torch.cholesky_solve(m, m, upper=True)
        torch.linalg.solve_triangular(m, m, upper=True); torch.linalg.eigvalsh(m); torch.linalg.svdvals(x); torch.linalg.pinv(x); torch.linalg.pinv(x, rtol=0.9)
        torch.linalg.pinv(x, atol=0.5); torch.linalg.pinv(m, hermitian=True); torch.linalg.matrix_rank(x); torch.linalg.matrix_rank(m, atol=1.)
        torch.linalg.matrix_rank(m, rtol=0.5); torch.linalg.matrix_rank(m, hermitian=True); torch.linalg.cond(m); torch.linalg.cond(m, 1)
        torch.linalg.cond(m, 'fro'); torch.linalg.cond(m * 0); torch.linalg.inv(m * 0); torch.linalg.lstsq(x.T, v[:3, None])[0]
        torch.linalg.lstsq(x.T, v[:3, None]).rank; torch.linalg.lstsq(x.T, v[:3, None]).residuals
        torch.linalg.lstsq(x.T, v[:3, None], driver='gelsd').residuals; torch.linalg.lstsq(x.T, v[:3])[0]
        torch.linalg.tensorinv(torch.eye(6).reshape(2, 3, 3, 2)).shape; torch.linalg.tensorsolve(torch.eye(6).reshape(2, 3, 6), x)
        torch.linalg.diagonal(m, offset=1); torch.linalg.vander(x); torch.linalg.vander(x, N=2); torch.linalg.matrix_power(m, 3); torch.linalg.det(m)
        torch.linalg.slogdet(m); torch.logdet(m); torch.linalg.qr(x, mode='r'); torch.linalg.solve(m, m); torch.linalg.eigh(m @ m.T).eigenvalues
        torch.linalg.matrix_norm(m, ord=2); torch.linalg.inv(x); torch.det(i[:, :2]); torch.linalg.cholesky(-m); torch.linalg.cholesky_ex(m @ m.T)
        torch.linalg.inv_ex(m); torch.linalg.solve_ex(m, m); torch.linalg.cholesky_ex(-m).info; torch.linalg.inv_ex(m * 0).info""",
    "activations": """
        F.softmax(x, 1); F.softmax(x, dim=0); torch.softmax(x, 1, dtype=torch.float64); x.log_softmax(1); F.softmin(x, 1); F.softmin(x, dim=0); F.gelu(x)
        F.gelu(x, approximate='tanh'); F.mish(x); F.selu(x); torch.selu(x); torch.celu(x); F.celu(x, 0.5); F.hardsigmoid(x); F.hardswish(x); F.softsign(x)
        F.tanhshrink(x); F.hardshrink(x); torch.hardshrink(x, 1.); x.hardshrink(); F.softshrink(x); F.threshold(x, 0.1, 20); torch.threshold(x, 0.1, 20)
        F.prelu(x, v[:3]); torch.prelu(x, v[:1]); x.prelu(v[:1]); F.rrelu(x); F.rrelu(x, 0.1, 0.3, training=False); torch.rrelu(x); F.glu(torch.ones(2, 4))
        F.logsigmoid(x); F.relu6(x); F.elu_(x.clone()); F.celu_(x.clone()); F.selu_(x.clone()); F.leaky_relu_(x.clone()); F.hardtanh_(x.clone())
        F.threshold_(x.clone(), 0.1, 1); F.relu_(x.clone()); torch.relu_(x.clone()); torch.selu_(x.clone()); torch.celu_(x.clone())
        torch.threshold_(x.clone(), 0, 1); torch.exp_(x.clone()); torch.abs_(x.clone()); torch.zero_(x.clone()); torch.clamp_(x.clone(), 0, 1)
        torch.fill_(x.clone(), 2); torch.neg_(x.clone()); torch.sqrt_(x.clone()); torch.index_put_(x.clone(), (torch.tensor([0]),), s)
        torch.xlogy_(x.clone(), 2); torch.nan_to_num_(gaps.clone()); torch.addmv_(v[:2].clone(), x, v[:3]); torch.detach(x); torch.log_softmax(x, -1)
        F.softmax(i, 0); F.softmax(e, 0); F.softmax(ends, 0); F.leaky_relu(input=x, negative_slope=0.2); F.silu(x); F.softplus(x, beta=2, threshold=1)
        F.elu(x, alpha=0.5); F.hardtanh(x, min_val=-0.5, max_val=0.5); torch.special.expit(x); torch.special.gammaln(x); torch.special.psi(x)
        torch.special.erf(x); torch.special.entr(x); torch.special.ndtr(x); torch.special.i0(x); torch.special.i1(x); torch.special.xlogy(x, x)
        torch.special.log_softmax(x, 1); torch.special.multigammaln(x.abs() + 3, 2); torch.special.logit(x, eps=0.1); torch.special.round(x, decimals=1)
        torch.special.logsumexp(x, 1); x.conj() is x; x.real is x; x.imag; torch.real(x) is x; torch.imag(x); x.is_conj(); x.resolve_conj() is x
        torch.conj_physical(x) is x; x.H; x.mH; x.adjoint(); 2 in i; 5.5 in x; 'a' in x; list(reversed(v)); torch.linspace(0, 1, 3).tolist()
        x.data_ptr() == x.data_ptr(); x.is_set_to(x); x.is_shared()""",
}
FAMILIES = listed(CALLS)
CLOSE_CASES = [call for calls in FAMILIES.values() for call in calls]
PYTORCHS = recorded("calls")


@pytest.mark.parametrize("family", FAMILIES)
def test_calls_do_what_they_do_in_pytorch(family: str) -> None:
    found = differing(FAMILIES[family], tg, PYTORCHS, STOCK)
    assert not found, "\n".join(found)
