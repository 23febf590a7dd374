"""An experiment holds a picture for every choice, needs no kernel, and says what to do where no script runs."""

import json
import re

import pytest

from teachgrad import Tensor, viz
from teachgrad.course import explore
from teachgrad.viz.typed import FormulaError


def square(x=2, record=True):
    leaf = Tensor([x]).requires_grad_(record)
    return viz.draw_graph(leaf * leaf, names={"x": leaf})


def data(experiment):
    """What the page is given."""
    packed = re.search(r"const data=(\{.*?\});for\(", experiment.html, re.DOTALL)
    return json.loads(packed[1])


def page(given, *at):
    """What the page shows for these places: as experiment.js makes it."""
    place = 0
    for argument, i in zip(given["arguments"], at, strict=True):
        place = place * len(argument["values"]) + i
    return "".join(given["pieces"][piece] for piece in given["pages"][place])


def test_every_choice_has_its_own_picture():
    given = data(explore(square, x=range(-1, 3)))
    for i, x in enumerate(range(-1, 3)):
        for record in (False, True):
            figure = square(x, record)
            assert page(given, i, int(record)) == viz.svg.inline(figure.picture, figure.alt)


def test_what_occurs_in_a_later_picture_only_has_its_look():
    """Without gradients there is a sentence instead of a graph: no word of it is in the first picture."""
    experiment = explore(square, x=range(2, 3))
    used = set(re.findall(r'class="(tg-(?!\w+-group)\w+)"', page(data(experiment), 0, 0)))
    assert used == {"tg-caption"}
    assert ".tg .tg-caption{" in experiment.html


def test_it_begins_at_the_defaults():
    experiment = explore(square, x=range(-1, 3))
    assert experiment.alt == square().alt
    given = data(experiment)
    assert given["start"] == [3, 1]
    assert page(given, 3, 1) == viz.svg.inline(square().picture, square().alt)


def test_controls_have_names_and_words():
    given = data(explore(square, x=[-1, 0.5, 2]))
    assert given["arguments"] == [
        {"name": "x", "values": ["−1", "0.5", "2"], "box": False},
        {"name": "record", "values": ["False", "True"], "box": True},
    ]


def test_where_no_script_runs_it_says_how_to_call_the_function():
    html = re.sub(r"<script>.*</script>", "", explore(square, x=range(4)).html, flags=re.DOTALL)
    assert "call <code>square(x=2, record=True)</code>" in html
    assert html.count("<img alt=") == 1


def test_the_same_experiment_gives_the_same_page_and_another_another():
    first, again, other = (explore(square, x=range(n)).html for n in (4, 4, 5))
    assert first == again
    assert explore(square, x=range(4)).fingerprint != explore(square, x=range(5)).fingerprint
    assert first != other


def test_forty_nine_pictures_fit_into_forty_kilobytes():
    def product(a=1, b=1):
        x, y = Tensor([a]).requires_grad_(), Tensor([b]).requires_grad_()
        z = x * y
        z.backward()
        return viz.draw_graph(z, names={"x": x, "y": y, "z": z})

    assert len(explore(product, a=range(-3, 4), b=range(-3, 4)).html) < 40_000


def test_what_cannot_be_explored_is_refused():
    with pytest.raises(ValueError, match=r"x needs a default, and choices that contain it") as refused:
        explore(square, x=range(2))
    assert "explore(square, x=range(-3, 4))" in str(refused.value)
    with pytest.raises(ValueError, match="x needs a default"):
        explore(lambda x: x, x=range(2))
    with pytest.raises(ValueError, match="2002 pictures are too many"):
        explore(square, x=range(1001))


def parabola(f=viz.formula("x**2"), at=1):  # noqa: B008 - a formula does not change
    return viz.draw_graph(f(Tensor([float(at)]).requires_grad_()), names={})


def test_a_formula_is_no_control_and_can_be_typed_anew():
    explored = explore(parabola, at=range(3))
    assert explored.call == "parabola(f=formula('x**2'), at=1)"
    assert [argument["name"] for argument in data(explored)["arguments"]] == ["at"]
    assert data(explored)["start"] == [1]
    assert explored.typed == "x**2"
    other = explored.again("sin(x) + 1")
    assert other.call == "parabola(f=formula('sin(x) + 1'), at=1)"
    assert other.alt == parabola(viz.formula("sin(x) + 1")).alt
    assert other.again("3").call.startswith("parabola(f=formula('3')")
    with pytest.raises(FormulaError, match="open is not among the functions"):
        other.again("open('x')")
    assert explore(square, x=range(4)).again is None


def test_a_typed_formula_is_called_with_all_names_of_the_first():
    def line(f=viz.formula("w*x + b", names=("w", "x", "b"))):  # noqa: B008
        return viz.draw_graph(f(*(Tensor([2.0]).requires_grad_() for _ in range(3))), names={})

    assert "× of" in explore(line).again("w*x").alt
