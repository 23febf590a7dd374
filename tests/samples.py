# ruff: noqa: E501 - a sample is a line
"""Calls that go through every op: what the tests of the table and the parity tests run.

A sample is a call of one function on arrays that are drawn anew each time. Rows of `ROWS` get theirs from their
domain; functions that take dimensions, shapes or indices are listed. Whatever gives an op to the graph must be met
here: `test_every_op_is_sampled` compares with what the modules define.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import ops
from teachgrad.graph import Op
from teachgrad.ops import linalg, pointwise, shape
from teachgrad.ops.table import ROWS
from tests.samples_calculus import CALCULUS
from tests.samples_convolution import IMAGES
from tests.samples_linalg import LINALG
from tests.samples_loss import LOSSES
from tests.samples_pointwise import POINTWISE
from tests.samples_reduction import REDUCTIONS
from tests.samples_scattering import SCATTERING
from tests.samples_sequence import SEQUENCES
from tests.samples_shape import SHAPES
from tests.sampling import Sample

UNARY_SHAPES = ((), (3,), (2, 3), (0,), (2, 0, 3))
BINARY_SHAPES = (
    ((), ()), ((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((4, 2, 3), (2, 1)), ((), (2, 3)), ((0, 3), (1, 3)),
)  # fmt: skip


def _of_rows() -> list[Sample]:
    samples = []
    for row in ROWS.values():
        for shapes in [(s,) for s in UNARY_SHAPES] if row.inputs == 1 else BINARY_SHAPES:
            letters = ", ".join("abc"[: row.inputs])
            samples.append(Sample(row.name, row.function, shapes, row.domain, f"torch.{row.name}({letters})"))
    return samples


ROW_SAMPLES = _of_rows()
MASK = np.array([[True, False, True], [False, False, True]])
ROWS_TWICE = np.array([0, 1, 1])


def _t(array: np.ndarray) -> Any:
    from teachgrad.tensor import wrap

    return wrap(array)


LISTED = [
    # powers and choices
    *(Sample(f"a ** {n}", lambda a, n=n: a**n, ((2, 3),), (0.5, 2), f"a ** {n}") for n in (0, 1, 2, 3, -1, 0.5, 2.5)),
    Sample("2 ** a", lambda a: 2**a, ((2, 3),), torch="2 ** a"),
    Sample("2 - a", lambda a: 2 - a, ((2, 3),), torch="2 - a"),
    Sample("2 / a", lambda a: 2 / a, ((2, 3),), (0.5, 2), "2 / a"),
    Sample("a * 2.5 + 1", lambda a: a * 2.5 + 1, ((2, 3),), torch="a * 2.5 + 1"),
    Sample("add alpha", lambda a, b: pointwise.add(a, b, alpha=3), ((2, 3), (3,)), torch="torch.add(a, b, alpha=3)"),
    Sample("where", lambda a, b: tg.where(a > 0, a, b * 2), ((2, 3), (3,)), torch="torch.where(a > 0, a, b * 2)"),
    # reductions
    *(
        Sample(f"{name}({call})", lambda a, name=name, kw=kw: getattr(a, name)(**kw), (s,), torch=f"a.{name}({call})")
        for name in ("sum", "mean")
        for s, kw, call in (
            ((2, 3), {}, ""), ((), {}, ""), ((2, 3), {"dim": 0}, "dim=0"), ((2, 3, 4), {"dim": (0, -1)}, "dim=(0, -1)"),
            ((2, 3), {"dim": 1, "keepdim": True}, "dim=1, keepdim=True"), ((2, 0), {"dim": 0}, "dim=0"),
        )
    ),
    *(
        Sample(f"{name}({call})", lambda a, name=name, kw=kw: getattr(a, name)(**kw), (s,), torch=f"a.{name}({call})")
        for name in ("max", "min")
        for s, kw, call in (((2, 3), {}, ""), ((), {}, ""))
    ),
    *(
        Sample(f"{name}({call}).values", lambda a, name=name, kw=kw: getattr(a, name)(**kw).values, (s,), torch=f"a.{name}({call})[0]")
        for name in ("max", "min")
        for s, kw, call in (
            ((2, 3), {"dim": 0}, "dim=0"), ((2, 3, 4), {"dim": -2, "keepdim": True}, "dim=-2, keepdim=True"), ((), {"dim": 0}, "dim=0"),
        )
    ),
    # shapes
    Sample("reshape", lambda a: a.reshape(3, -1), ((2, 3),), torch="a.reshape(3, -1)"),
    Sample("reshape of a transpose", lambda a: a.T.reshape(6), ((2, 3),), torch="a.T.reshape(6)"),
    Sample("flatten", lambda a: a.flatten(1), ((2, 3, 2),), torch="a.flatten(1)"),
    Sample("unsqueeze", lambda a: a.unsqueeze(1), ((2, 3),), torch="a.unsqueeze(1)"),
    Sample("squeeze", lambda a: a.squeeze(), ((2, 1, 3, 1),), torch="a.squeeze()"),
    Sample("squeeze(1)", lambda a: a.squeeze(1), ((2, 1, 3, 1),), torch="a.squeeze(1)"),
    Sample("transpose", lambda a: a.transpose(0, -1), ((2, 3, 4),), torch="a.transpose(0, -1)"),
    Sample("t", lambda a: a.t(), ((2, 3),), torch="a.t()"),
    Sample("T", lambda a: a.T, ((2, 3),), torch="a.T"),
    Sample("permute", lambda a: a.permute(2, 0, 1), ((2, 3, 4),), torch="a.permute(2, 0, 1)"),
    Sample("expand", lambda a: a.expand(4, -1, 3), ((2, 1),), torch="a.expand(4, -1, 3)"),
    Sample("clone", lambda a: a.clone(), ((2, 3),), torch="a.clone()"),
    Sample("cat", lambda a, b: shape.cat([a, b, a], 1), ((2, 3), (2, 1)), torch="torch.cat([a, b, a], 1)"),
    Sample("stack", lambda a, b: shape.stack([a, b], -1), ((2, 3), (2, 3)), torch="torch.stack([a, b], -1)"),
    # indices
    Sample("a[0]", lambda a: a[0], ((2, 3),), torch="a[0]"),
    Sample("a[1, 2]", lambda a: a[1, 2], ((2, 3),), torch="a[1, 2]"),
    Sample("a[:, 1:]", lambda a: a[:, 1:], ((2, 3),), torch="a[:, 1:]"),
    Sample("a[..., -1]", lambda a: a[..., -1], ((2, 3, 2),), torch="a[..., -1]"),
    Sample("a[...]", lambda a: a[...], ((2, 3),), torch="a[...]"),
    Sample("a[:, None]", lambda a: a[:, None], ((2, 3),), torch="a[:, None]"),
    Sample("a[[0, 1, 1]]", lambda a: a[[0, 1, 1]], ((2, 3),), torch="a[[0, 1, 1]]"),
    Sample("a[i, 1:]", lambda a: a[_t(ROWS_TWICE), 1:], ((2, 3),), torch="a[torch.tensor([0, 1, 1]), 1:]"),
    Sample("a[mask]", lambda a: a[_t(MASK)], ((2, 3),), torch="a[torch.tensor([[True, False, True], [False, False, True]])]"),
    Sample("a[0] ** 2", lambda a: a[0] ** 2, ((2, 3),), torch="a[0] ** 2"),
    Sample("a[[0, 1, 1]] ** 2", lambda a: a[[0, 1, 1]] ** 2, ((2, 3),), torch="a[[0, 1, 1]] ** 2"),
    # products
    *(
        Sample(f"{m} @ {n}", lambda a, b: a @ b, (m, n), torch="a @ b")
        for m, n in (
            ((2, 3), (3, 4)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)),
            ((2, 3), (5, 3, 4)), ((5, 2, 3), (3,)), ((3,), (5, 3, 4)), ((0, 3), (3, 4)), ((2, 1, 2, 3), (5, 3, 4)),
        )
    ),
    Sample("linear", linalg.linear, ((2, 3), (4, 3), (4,)), torch="F.linear(a, b, c)"),
    Sample("linear without bias", linalg.linear, ((2, 3), (4, 3)), torch="F.linear(a, b)"),
    Sample("linear of 3 dimensions", linalg.linear, ((5, 2, 3), (4, 3), (4,)), torch="F.linear(a, b, c)"),
    # probabilities
    *(
        Sample(f"{name}(dim={dim})", lambda a, name=name, dim=dim: getattr(a, name)(dim), (s,), torch=f"a.{name}({dim})")
        for name in ("softmax", "log_softmax")
        for s, dim in (((2, 3), 1), ((2, 3), 0), ((3,), -1), ((2, 3, 2), 1), ((), 0))
    ),
]  # fmt: skip

SAMPLES = (
    ROW_SAMPLES
    + LISTED
    + REDUCTIONS
    + LINALG
    + POINTWISE
    + SHAPES
    + LOSSES
    + CALCULUS
    + SCATTERING
    + IMAGES
    + SEQUENCES
)
IN_BOTH = [sample for sample in SAMPLES if sample.torch]  # those that PyTorch has a call for


def defined_ops() -> dict[str, Op]:
    """Every op that a module of `ops/` defines, alone or in a tuple."""
    found: dict[str, Op] = {}
    for info in pkgutil.iter_modules(ops.__path__):
        module = importlib.import_module(f"{ops.__name__}.{info.name}")
        for name, value in vars(module).items():
            for op in value if isinstance(value, tuple) else (value,):
                if isinstance(op, Op):
                    found[f"{info.name}.{name}"] = op
    return found
