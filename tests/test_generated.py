"""Programs drawn at random leave the same behind as in PyTorch, as recorded."""

import re

import pytest

import teachgrad
from tests.generated import recorded
from tests.generated.comparing import difference
from tests.generated.running import run

PROGRAMS = list(recorded.load())


@pytest.mark.parametrize("ten", range(len(PROGRAMS) // 10))
def test_programs_leave_the_same_behind_as_in_pytorch(ten):
    for program, expected in PROGRAMS[10 * ten : 10 * ten + 10]:
        found = difference(run(program, teachgrad), expected)
        assert not found, "\n".join(["", *program, found])


def test_the_programs_are_of_many_kinds():
    source = "\n".join(line for program, _ in PROGRAMS for line in program)
    refused = [outcome for _, outcome in PROGRAMS if outcome.error]
    assert len(PROGRAMS) // 5 < len(refused) < len(PROGRAMS) // 2
    assert len({outcome.words for outcome in refused}) > 30
    for kind in (
        "create_graph=True",
        r"backward\(",
        "no_grad",
        r"\w\[.*\] = ",
        r"\w\[\[",
        r"_\(",
        "register_hook",
        "float32",
    ):
        assert len(re.findall(kind, source)) > 10, kind
