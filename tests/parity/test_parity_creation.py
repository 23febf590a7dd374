"""Random lists, arrays and ranges become the same tensors in teachgrad and in PyTorch, or raise the same errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import teachgrad as tg
from tests.outcomes import outcome, same

NUMBERS = [
    "0",
    "1",
    "-3",
    "255",
    "2**40",
    "0.5",
    "-1.25",
    "1e6",
    "True",
    "False",
    "np.float32(1.5)",
    "np.int8(3)",
    "nan",
]
TYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]


def random_list(rng: np.random.Generator, shape: tuple[int, ...], numbers: list[str], irregular: bool) -> str:
    """The source of a nested list; an irregular one has one number too many at one place."""
    if not shape:
        return str(rng.choice(numbers))
    here = irregular and (len(shape) == 1 or rng.random() < 0.3)
    length = shape[0] + here
    unlucky = int(rng.integers(length)) if irregular and length and not here else None
    return "[" + ", ".join(random_list(rng, shape[1:], numbers, i == unlucky) for i in range(length)) + "]"


def random_call(rng: np.random.Generator) -> str:
    """A call of one of the creating functions."""
    kind = str(rng.choice(TYPES))
    a, b = round(float(rng.normal() * 3), 3), round(float(rng.normal() * 3), 3)
    step = float(rng.choice([0.1, 0.01, 0.3, 1 / 3, 1.0, -0.1]))
    n = int(rng.choice([0, 1, 2, 3, 7, 16, 33, 100, 1001]))
    real = str(rng.choice(TYPES[:3]))
    return str(
        rng.choice(
            [
                f"torch.arange({a}, {b}, {step}, dtype=torch.{kind})",
                f"torch.arange({a}, {b}, {step}, dtype=torch.{real})",
                f"torch.arange({int(a)}, {int(b)}, {int(np.sign(step))})",
                f"torch.linspace({a}, {b}, {n}, dtype=torch.{real})",
                f"torch.linspace({abs(int(a))}, {abs(int(b * 9))}, {n}, dtype=torch.{kind})",
                f"torch.full(({n % 4}, 2), {rng.choice(NUMBERS)}, dtype=torch.{kind})",
                f"torch.full((2,), {rng.choice(NUMBERS)})",
                f"torch.eye({n % 5}, {int(abs(a))}, dtype=torch.{kind})",
                f"torch.tensor(np.arange({n}) * {b}, dtype=torch.{real})",
            ]
        )
    )


@pytest.mark.parametrize("seed", range(10))
def test_random_lists_become_alike(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(200):
        shape = tuple(int(n) for n in rng.integers(0, 4, rng.integers(0, 4)))
        wanted = f", dtype=torch.{rng.choice(TYPES)}" if rng.random() < 0.4 else ""
        irregular = not wanted and rng.random() < 0.2  # one error at a time: which is found first is no promise
        unusual = ("np.float32(1.5)", "-3") if wanted else ()  # PyTorch treats these by the type of each single number
        numbers = [number for number in NUMBERS if number not in unusual]
        expression = f"torch.tensor({random_list(rng, shape, numbers, irregular)}{wanted})"
        ours, theirs = outcome(expression, tg), outcome(expression, torch)
        assert same(ours, theirs), f"{expression}\n{ours}\n{theirs}"


@pytest.mark.parametrize("seed", range(10))
def test_random_calls_give_alike(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(200):
        expression = random_call(rng)
        ours, theirs = outcome(expression, tg), outcome(expression, torch)
        assert same(ours, theirs), f"{expression}\n{ours}\n{theirs}"
