"""What lesson 08 says of its own programs: which of six are cut, and where the two edges are."""

import pytest

import teachgrad as tg
from notebooks import build
from teachgrad.course.exercises import find


def names_of(cell_with):
    """What the lesson's cell that holds these words makes, its check left out."""
    (cell,) = (cell for cell in build.read_source("08_bookkeeping").cells if cell_with in cell.source)
    names = {"tg": tg, "check": lambda key: None, "predict": lambda *question: None}
    exec(cell.source, names)
    return names


def test_of_the_six_programs_those_are_cut_that_have_a_culprit():
    names, culprits = names_of('check("08-1")'), find("08-1").expected()
    for letter, culprit in culprits.items():
        w = tg.tensor(1.5, requires_grad=True)
        loss = names[letter](w)
        if loss.requires_grad:
            loss.backward()
        assert (w.grad is None) == (culprit != "nobody"), letter


@pytest.mark.parametrize("curvature", [1.0, 2.0])
@pytest.mark.parametrize(("clear", "edge"), [(True, 2.0), (False, 4.0)])
def test_the_edge_is_twice_as_far_for_the_forgetful_loop(clear, edge, curvature):
    descend = names_of("def descend")["descend"]
    inside, outside = (descend(edge * part / curvature, clear, 60, curvature) for part in (0.97, 1.03))
    assert max(map(abs, inside)) < 10 < 30 < max(map(abs, outside))
