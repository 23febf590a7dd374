# ruff: noqa: E501 - a sample is a line
"""Samples of functions that go element by element and take more than tensors; see `samples.py`."""

from __future__ import annotations

import teachgrad as tg
from teachgrad.ops import activation
from tests.sampling import Sample, written

POINTWISE = [
    Sample("div rounded", lambda a, b: tg.div(a, b, rounding_mode="floor"), ((2, 3), (3,)), (0.5, 2), 'torch.div(a, b, rounding_mode="floor")'),
    Sample("div trunc", lambda a: tg.div(a, 0.7, rounding_mode="trunc"), ((2, 3),), torch='torch.div(a, 0.7, rounding_mode="trunc")'),
    *(
        Sample(f"{f.__name__} by {n}", lambda a, f=f, n=n: f(a, n), ((2, 3),), torch=f"torch.{f.__name__}(a, {n})")
        for f in (tg.remainder, tg.fmod) for n in (0.7, -0.6)
    ),
    *(
        Sample(f.__name__, f, shapes, (0.3, 2), f"torch.{f.__name__}(a, b)")
        for f in (tg.remainder, tg.fmod, tg.copysign, tg.xlogy) for shapes in (((2, 3), (3,)), ((), (2, 1)), ((0, 3), (1, 3)))
    ),
    Sample("copysign number", lambda a: tg.copysign(a, -1.0), ((2, 3),), torch="torch.copysign(a, -1.0)"),
    Sample("xlogy of a number", lambda a: tg.xlogy(3, a), ((2, 3),), (0.3, 2), "torch.xlogy(3, a)"),
    Sample("xlogy by a number", lambda a: tg.xlogy(a, 3), ((2, 3),), torch="torch.xlogy(a, 3)"),
    Sample("round", tg.round, ((2, 3),), torch="torch.round(a)"),
    Sample("round to decimals", lambda a: tg.round(a, decimals=1), ((2, 3),), torch="torch.round(a, decimals=1)"),
    Sample("logit", tg.logit, ((2, 3),), (0.1, 0.9), "torch.logit(a)"),
    Sample("logit eps", lambda a: tg.logit(a, 0.3), ((2, 3),), (0.1, 0.9), "torch.logit(a, 0.3)"),
    Sample("nan_to_num", tg.nan_to_num, ((2, 3),), torch="torch.nan_to_num(a)"),
    Sample("float_power", lambda a: tg.float_power(a, 2).to(a.dtype), ((2, 3),), torch="torch.float_power(a, 2).to(a.dtype)"),
    # special functions
    *(written(f"torch.polygamma({n}, a)", (2, 3), domain=(0.3, 3), named=n > 0) for n in (0, 1, 2, 4)),
    written("a.polygamma(1)", (), domain=(-0.9, -0.1)),
    written("torch.mvlgamma(a, 3)", (2, 3), domain=(1.2, 4), named=False),
    written("torch.special.i1(a)", (2, 3)),
    written("torch.special.i1(a * 30)", (), named=False),
    written("torch.special.ndtr(a)", (2, 3), named=False),
    written("torch.special.entr(a)", (2, 3), domain=(0.1, 2), named=False),
    # limits and blends
    Sample("clamp", lambda a: a.clamp(-0.5, 1), ((2, 3),), torch="a.clamp(-0.5, 1)"),
    Sample("clamp from below", lambda a: a.clamp(min=0), ((2, 3),), torch="a.clamp(min=0)"),
    Sample("clamp by tensors", tg.clamp, ((2, 3), (3,), (2, 1)), torch="torch.clamp(a, b, c)"),
    Sample("clamp by one tensor", lambda a, b: tg.clamp(a, max=b), ((2, 3), (3,)), torch="torch.clamp(a, max=b)"),
    Sample("clamp_min", lambda a: tg.clamp_min(a, 0.1), ((2, 3),), torch="torch.clamp_min(a, 0.1)"),
    Sample("clamp_max", lambda a: tg.clamp_max(a, 0.1), ((2, 3),), torch="torch.clamp_max(a, 0.1)"),
    Sample("clamp_min by a tensor", tg.clamp_min, ((2, 3), (3,)), torch="torch.clamp_min(a, b)"),
    Sample("clamp_max by a tensor", tg.clamp_max, ((2, 3), (3,)), torch="torch.clamp_max(a, b)"),
    Sample("lerp", lambda a, b: tg.lerp(a, b, 0.3), ((2, 3), (3,)), torch="torch.lerp(a, b, 0.3)"),
    Sample("lerp by a tensor", tg.lerp, ((2, 3), (3,), (2, 1)), torch="torch.lerp(a, b, c)"),
    Sample("addcmul", lambda a, b, c: tg.addcmul(a, b, c, value=2), ((2, 3), (3,), (2, 1)), torch="torch.addcmul(a, b, c, value=2)"),
    Sample("addcdiv", lambda a, b, c: tg.addcdiv(a, b, c, value=2), ((2, 3), (3,), (2, 1)), (0.5, 2), "torch.addcdiv(a, b, c, value=2)"),
    # activations
    *(
        Sample(f"{f.__name__}{args}", lambda a, f=f, args=args: f(a, *args), (s,), (-4, 4), f"F.{f.__name__}(a, *{args})")
        for f, *options in (
            (activation.relu6, ()), (activation.leaky_relu, (), (0.3,)), (activation.elu, (), (0.7,)), (activation.selu, ()),
            (activation.celu, (), (0.7,)), (activation.silu, ()), (activation.mish, ()), (activation.softplus, (), (2, 3)),
            (activation.softsign, ()), (activation.hardtanh, (), (-2, 3)), (activation.hardsigmoid, ()), (activation.hardswish, ()),
            (activation.logsigmoid, ()), (activation.tanhshrink, ()), (activation.softshrink, (), (1.2,)), (activation.hardshrink, (), (1.2,)),
            (activation.threshold, (0.5, 7)), (activation.gelu, ()),
        )
        for args in options
        for s in ((2, 3), ())
    ),
    Sample("gelu tanh", lambda a: activation.gelu(a, approximate="tanh"), ((2, 3),), torch="F.gelu(a, approximate='tanh')"),
    Sample("glu", activation.glu, ((2, 4),), torch="F.glu(a)"),
    Sample("glu of dim 0", lambda a: activation.glu(a, 0), ((2, 3),), torch="F.glu(a, 0)"),
    Sample("prelu", activation.prelu, ((2, 3, 2), (3,)), torch="F.prelu(a, b)"),
    Sample("prelu of one slope", activation.prelu, ((3,), (1,)), torch="F.prelu(a, b)"),
]  # fmt: skip
