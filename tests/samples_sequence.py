# ruff: noqa: E501 - a sample is a line
"""Samples of recurrent layers and attention; see `samples.py`. Layers are called by their functions, with weights given."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.ops import recurrence as r
from teachgrad.ops.attention import How, packed_attention
from tests.sampling import Sample, written

X, H = (4, 2), (2, 2)  # two steps of two sequences, what the inputs contribute; the states
THREE = (4, 6)
FOUR = (4, 8)
ROWS = r.course((2, 2), False, (2, 2))
BACK = r.course((2, 2), True, (2, 2))
PACKED = r.course((3, 2, 1), False, (6,))
PACKED_BACK = r.course((3, 2, 1), True, (6,))


def _along(
    name: str, cell: r.Cell, way: r.Course, *shapes: tuple[int, ...], bias: bool = False, half: int = 0
) -> Sample:
    """A cell along a sequence, from (x, weight, states and, for a GRU, the bias)."""

    def function(x: Any, weight: Any, *rest: Any) -> Any:
        return r.recurrence(cell, x, weight, rest[:-1] if bias else rest, rest[-1] if bias else None, way)[half]

    return Sample(name, function, shapes, domain=(-1.0, 1.0))


RECURRENT = [
    _along("rnn", r.TANH, ROWS, X, H, H),
    _along("rnn relu", r.RELU, ROWS, X, H, H),
    _along("rnn backwards", r.TANH, BACK, X, H, H),
    _along("rnn packed", r.TANH, PACKED, (6, 2), H, (3, 2)),
    _along("rnn packed, backwards", r.TANH, PACKED_BACK, (6, 2), H, (3, 2)),
    _along("gru", r.GRU, ROWS, THREE, (6, 2), H),
    _along("gru with bias", r.GRU, ROWS, THREE, (6, 2), H, (6,), bias=True),
    _along("gru packed", r.GRU, PACKED, (6, 3), (3, 1), (3, 1)),
    _along("gru packed with bias", r.GRU, PACKED_BACK, (6, 3), (3, 1), (3, 1), (3,), bias=True),
    _along("lstm", r.LSTM, ROWS, FOUR, (8, 2), H, H),
    _along("lstm cells", r.LSTM, BACK, FOUR, (8, 2), H, H, half=1),
    _along("lstm packed", r.LSTM, PACKED, (6, 4), (4, 1), (3, 1), (3, 1)),
    _along("lstm packed cells", r.LSTM, PACKED_BACK, (6, 4), (4, 1), (3, 1), (3, 1), half=1),
]

HEADS = (1, 2, 3, 2)
ATTENTION = [
    *(written(f"F.scaled_dot_product_attention(a, b, c{how})", HEADS, HEADS, HEADS) for how in ("", ", is_causal=True", ", scale=0.3", ", torch.tensor([[True, False, True], [False, True, True], [True, True, False]])")),
    written("F.scaled_dot_product_attention(a, b, c)", (2, 2), (3, 2), (3, 1), named=False),
    written("F.scaled_dot_product_attention(a, a, a, b)", HEADS, (3, 3)),
    written("F.scaled_dot_product_attention(a, b, b, c)", (2, 3, 2), (2, 2, 2), (3, 2)),
    written("F.scaled_dot_product_attention(a, b, c, enable_gqa=True)", HEADS, (1, 1, 3, 2), (1, 1, 3, 2), named=False),
    Sample("packed attention", lambda a: packed_attention(a, 2, None, How(0.7), 0.0), ((3, 1, 12),)),
    Sample("packed causal attention", lambda a: packed_attention(a, 1, None, How(0.7, np.tri(3) == 0), 0.0), ((3, 2, 6),)),
]  # fmt: skip

SEQUENCES = RECURRENT + ATTENTION
