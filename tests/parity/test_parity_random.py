"""Thousands of random draws, of random kinds, sizes and layouts, are PyTorch's; and so is the generator afterwards."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch

import teachgrad as tg

REAL = ["float32", "float64", "float16"]
WHOLE = ["int64", "int32", "int16", "int8", "uint8"]
SIZES = [0, 1, 2, 3, 7, 8, 15, 16, 17, 18, 31, 32, 33, 40, 100, 1000]
LAYOUTS = {  # a shape, and what is seen of it
    "in one piece": "torch.zeros({a}, dtype=torch.{t})",
    "matrix": "torch.zeros(({b}, {c}), dtype=torch.{t})",
    "transposed": "torch.zeros(({b}, {c}), dtype=torch.{t}).t()",
    "with gaps": "torch.zeros(({b}, {c}, 6), dtype=torch.{t})[:, :, ::2]",
    "permuted": "torch.zeros((3, {b}, 4), dtype=torch.{t}).permute(1, 2, 0)",
}
FILLS = {  # the types, the calls, and whether a float64 function is in between
    "uniform": (REAL, [".uniform_()", ".uniform_({x}, {x} + {y})"], False),
    "normal": (REAL, [".normal_()", ".normal_({x}, {y})"], True),
    "exponential": (REAL, [".exponential_()", ".exponential_({y} + 0.1)"], True),
    "cauchy": (REAL, [".cauchy_()", ".cauchy_({x}, {y} + 0.1)"], True),
    "log_normal": (REAL, [".log_normal_()", ".log_normal_({x}, {y} + 0.1)"], True),
    "geometric": (REAL + WHOLE, [".geometric_(0.3)"], False),
    "bernoulli": ([*REAL, *WHOLE, "bool"], [".bernoulli_()", ".bernoulli_({p})"], False),
    "random": ([*REAL, *WHOLE, "bool"], [".random_()", ".random_(0, 2)", ".random_(1, None)"], False),
    "range": ([*REAL, *WHOLE[:3]], [".random_(-{i}, {i} + 1)", ".random_({i})"], False),
    "wide range": (["int64", "float64", "float32"], [".random_(0, 2**28 - {i})", ".random_(-{i}, 2**40)"], False),
}
FUNCTIONS = [
    "torch.rand({a})",
    "torch.randn({b}, {c})",
    "torch.randn({a})",
    "torch.randperm({a})",
    "torch.randint({i}, ({b}, {c}))",
    "torch.randint(-{i}, 2**{k}, ({c},))",
    "torch.bernoulli(torch.full(({b}, {c}), {p}))",
    "torch.normal({x}, {y}, ({b}, {c}))",
    "torch.multinomial(torch.arange(1.0, {c} + 1), {c})",
    "torch.multinomial(torch.arange(1.0, {b} * {c} + 1).reshape({b}, {c}), {a} + 1, True)",
    "torch.zeros({b}, {c}).bernoulli_(torch.linspace(0, 1, {c}, dtype=torch.float64))",
    "torch.rand_like(torch.zeros({b}, {c}).t())",
]


def random_program(rng: np.random.Generator) -> tuple[str, str, bool]:
    """An expression, its type, and whether its numbers pass through a float64 function."""
    values: dict[str, Any] = {
        "a": int(rng.choice(SIZES)),
        "b": int(rng.integers(1, 9)),
        "c": int(rng.integers(1, 9)),
        "i": int(rng.integers(1, 1000)),
        "k": int(rng.integers(1, 62)),
        "x": round(float(rng.normal()), 3),
        "y": round(abs(float(rng.normal())), 3),
        "p": round(float(rng.random()), 3),
    }
    if rng.random() < 0.3:
        return str(rng.choice(FUNCTIONS)).format(**values), "float32", False
    kinds, calls, close = FILLS[str(rng.choice(list(FILLS)))]
    kind = str(rng.choice(kinds))
    program = str(rng.choice(list(LAYOUTS.values()))) + str(rng.choice(calls))
    return program.format(t=kind, **values), kind, close


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.filterwarnings("ignore:to - 1 is out of bounds")
def test_random_draws_are_alike(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for library in (tg, torch):
        library.manual_seed(seed)
    for _ in range(150):
        program, kind, close = random_program(rng)
        ours = eval(program, {"torch": tg}).numpy()
        theirs = eval(program, {"torch": torch}).numpy()
        if close and kind == "float64":
            np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-13, err_msg=program)
        else:
            np.testing.assert_array_equal(ours, theirs, err_msg=program)
        state, expected = tg.get_rng_state().numpy(), torch.get_rng_state().numpy()
        spare = slice(5024, 5032)  # the waiting normal number is float64
        np.testing.assert_allclose(state[spare].view(np.float64), expected[spare].view(np.float64), rtol=1e-14)
        state[spare] = expected[spare]
        np.testing.assert_array_equal(state, expected, err_msg=program)


@pytest.mark.parametrize("n", [100_000, 1_000_003])
def test_many_numbers_are_alike(n: int) -> None:
    for draw in ("rand", "randn"):
        for library in (tg, torch):
            library.manual_seed(n)
        ours, theirs = (getattr(library, draw)(n).numpy() for library in (tg, torch))
        assert (ours != theirs).mean() < 1e-6, draw  # a fused multiply-add that is rounded twice is one in 2**29


def test_states_can_be_exchanged() -> None:
    torch.manual_seed(5)
    torch.randn(7)
    tg.set_rng_state(tg.from_numpy(torch.get_rng_state().numpy()))
    assert tg.randn(5).tolist() == torch.randn(5).tolist()
    torch.set_rng_state(torch.from_numpy(tg.get_rng_state().numpy()))
    assert tg.randn(40).tolist() == torch.randn(40).tolist()


def test_wide_floats_warn_alike() -> None:
    for library in (torch, tg):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            library.empty(2).random_(0, 2**25)
        assert "out of bounds [-(2^24), 2^24]" in str(caught[0].message)


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 0.9])
def test_the_mask_of_dropout_is_a_coin_for_each_element(p: float) -> None:
    torch.manual_seed(7)
    theirs = torch.nn.functional.dropout(torch.ones(4, 7), p)
    tg.manual_seed(7)
    ours = tg.empty(4, 7).bernoulli_(1 - p) / (1 - p)
    assert ours.tolist() == theirs.tolist()


def test_linear_layers_start_alike() -> None:
    for library in (tg, torch):
        library.manual_seed(1)
    ours, theirs = (library.nn.Sequential(*(library.nn.Linear(13, 7) for _ in range(3))) for library in (tg, torch))
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert a.tolist() == b.tolist()
