"""10,000 programs that nobody wrote leave the same behind in both libraries: values, types, histories, errors.

One that does not is shown as short as it can be, ready to be pasted. Its seed draws it again: `draw(seed, torch)`.
"""

from collections.abc import Sequence

import pytest

import teachgrad
from tests.generated.comparing import difference, shortened
from tests.generated.drawing import draw
from tests.generated.running import run

torch = pytest.importorskip("torch")


def differs(program: Sequence[str]) -> str:
    """In what the libraries differ on a program."""
    return difference(run(program, teachgrad), run(program, torch))


def complaint(seed: int) -> str:
    """What there is to say of the program of a seed; "" if the libraries agree."""
    program, expected = draw(seed, torch)
    if not difference(run(program, teachgrad), expected):
        return ""
    shortest = shortened(program, differs) if differs(program) else program
    return "\n".join([f"seed {seed}:", *(f"    {line}" for line in shortest), differs(shortest), ""])


class Programs:
    """A thousand; a class each, so that two workers share them."""

    first: int

    @pytest.mark.parametrize("hundred", range(10))
    def test_they_leave_the_same_behind(self, hundred):
        first = self.first + 100 * hundred
        found = [words for seed in range(first, first + 100) if (words := complaint(seed))]
        assert not found, "\n".join(["", *found])


for _thousand in range(10):
    globals()[f"TestThousand{_thousand}"] = type(f"TestThousand{_thousand}", (Programs,), {"first": 1000 * _thousand})


def test_a_disagreement_is_shown_as_short_as_it_can_be():
    program = ["a = torch.tensor([1.0, 2.0])", "b = a.exp()", "c = a * 2", "d = c.sum()"]

    def differs(shorter):
        return "" if "c = a * 2" not in shorter or "a = torch.tensor([1.0, 2.0])" not in shorter else "yes"

    assert shortened(program, differs) == [program[0], program[2]]


def test_a_seed_draws_one_program_only():
    assert draw(5, torch)[0] == draw(5, torch)[0] != draw(6, torch)[0]
