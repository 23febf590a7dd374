"""Drawing a program: statements from the grammar, chosen and filled in while a library runs them.

Running them at once tells the shapes and types that are there, so that most statements make sense. Where PyTorch
refuses one, the program mostly goes on without it, and sometimes ends with it.

A program is accepted if its answers mean something: finite numbers of moderate size, which move no more than rounding
may when the data move by a few roundings. So no result depends on which side of a jump a number happens to fall.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.generated.comparing import close
from tests.generated.grammar import ENDINGS, FAMILIES, LEAVES, MISTAKES, Holes
from tests.generated.running import Names, Outcome, arrays, is_tensor, run, start, step

LARGEST = 1e3  # of a value
STEEPEST = 1e5  # of a gradient
MOST = 100  # elements of a tensor
NUDGE = {"f8": 1e-14, "f4": 3e-7, "f2": 1e-3}  # by which data are moved, relatively


class Nudged:
    """PyTorch, with all real data a little beside what they should be."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._torch, name)

    def tensor(self, data: Any, **how: Any) -> Any:
        """As torch.tensor, but for the last digits."""
        array = self._torch.tensor(data, **how).numpy(force=True)
        nudge = NUDGE.get(array.dtype.str[1:], 0)
        if nudge:
            data = array * (1 + nudge * (-1.0) ** np.arange(array.size).reshape(array.shape))
        return self._torch.tensor(data.tolist() if nudge else data, **how)


def draw(seed: int, torch: Any) -> tuple[list[str], Outcome]:
    """A program, and what `torch` makes of it."""
    for attempt in range(100):
        rng = np.random.default_rng((seed, attempt))
        program = Draft(rng, torch).written()
        outcome = run(program, torch)
        if sound(outcome) and not told_apart(program, outcome) and steady(outcome, run(program, Nudged(torch))):
            return program, outcome
    raise AssertionError(f"seed {seed} gave no sound program in 100 attempts")


def sound(outcome: Outcome) -> bool:
    """Whether all numbers are finite and of moderate size; nan is not."""
    numbers = [np.abs(array).max() for array in arrays(outcome.left) if array.dtype.kind == "f" and array.size]
    return all(number <= STEEPEST for number in numbers)


def steady(outcome: Outcome, nudged: Outcome) -> bool:
    """Whether an outcome stays what it is when the data move a little."""

    def near(one: Any, other: Any) -> bool:
        if isinstance(one, dict):
            return one.keys() == other.keys() and all(near(one[key], other[key]) for key in one)
        if isinstance(one, list):
            return len(one) == len(other) and all(map(near, one, other))
        if isinstance(one, np.ndarray):
            return close(one, other, outcome.bytes_, share=0.25)
        return isinstance(one, float) or one == other

    return (outcome.error, outcome.line) == (nudged.error, nudged.line) and near(outcome.left, nudged.left)


# PyTorch saves more than the slope needs for these (an input of which only the shape is read, the result of a median),
# and so refuses a program that writes to it. Here what is not read may be written to.
SAVES_MORE = re.compile(
    r"sgn|nansum|nanm|median|cummax|cummin|gather|take|index_add|index_copy|masked_select|rounding_mode|//|%|remainder"
    r"|fmod|mvlgamma|ldexp|reflect|replicate|nll_loss|cross_entropy|margin|embedding|_reduce|sort|topk|max|min|kthvalue"
)


# The slopes of these do not depend on the input, but PyTorch records them as if they did, so that a second derivative
# is 0 instead of an error.
FORMALLY = re.compile(r"nll_loss|margin|reflect|replicate|prod|remainder|fmod|%|std_mean|var_mean")


def told_apart(program: Sequence[str], outcome: Outcome) -> bool:
    """Whether a program can tell the libraries apart by what PyTorch saves or records without need."""
    if "modified by an inplace" in outcome.words and any(map(SAVES_MORE.search, program)):
        return True
    if "ZeroTensor" in outcome.words:  # its second derivative of abs
        return True
    return any("create_graph" in line for line in program) and any(map(FORMALLY.search, program))


class Draft:
    """A program being written."""

    def __init__(self, rng: np.random.Generator, torch: Any) -> None:
        self.rng, self.torch = rng, torch
        self.lines: list[str] = []
        self.names: Names = start(torch)

    def written(self) -> list[str]:
        """Leaves, then steps, then gradients or a mistake."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind = str(self.rng.choice(["float32", "float64"]))
            for _ in range(self.rng.integers(2, 5)):
                self.add(LEAVES, kind, final=1.0)
            families = list(FAMILIES)
            weights = np.array([FAMILIES[name][0] for name in families], float)
            mistaken = self.rng.random() < 0.3
            for _ in range(self.rng.integers(4, 10)):
                family = families[self.rng.choice(len(families), p=weights / weights.sum())]
                if not self.add(FAMILIES[family][1], kind, final=0.1):
                    return self.lines
            if mistaken and not self.add(MISTAKES, kind, final=1.0):
                return self.lines
            for _ in range(self.rng.integers(1, 4)):
                if not self.add(ENDINGS, kind, final=0.3):
                    break
        return self.lines

    def add(self, templates: Sequence[str], kind: str, final: float) -> bool:
        """Add a statement, and say whether the program may go on. One that is refused is the last, if at all kept."""
        for _ in range(30):
            holes = Holes(self.rng, self.names, kind)
            statement = holes.filled(str(templates[int(self.rng.integers(len(templates)))]))
            if statement:
                break
        else:
            return True
        try:
            step(statement, self.names)
        except Exception:
            if self.rng.random() < final:
                self.lines.append(statement)
                return False
            self.again()
            return True
        self.lines.append(statement)
        if not self.moderate():
            self.lines.pop()
            self.again()
        return True

    def again(self) -> None:
        """Forget what a dropped statement did.

        Looking at a view can change what PyTorch allows to do with it: what went well before may be refused now.
        """
        self.names = start(self.torch)
        for number, line in enumerate(self.lines):
            try:
                step(line, self.names)
            except RuntimeError:
                del self.lines[number:]

    def moderate(self) -> bool:
        """Whether tensors are small and their numbers too."""
        for value in self.names.values():
            for tensor in value if isinstance(value, tuple | list) else (value,):
                if not is_tensor(tensor):
                    continue
                if tensor.numel() > MOST or tensor.ndim > 5:
                    return False
                array = tensor.detach().numpy(force=True)
                if array.dtype.kind == "f" and array.size and not np.abs(array).max() <= LARGEST:
                    return False
        return True
