"""What is typed beneath a figure draws it anew, or is answered there; a saved notebook needs no field and no kernel."""

from __future__ import annotations

import sys

import pytest

from teachgrad.viz import explore_descent, field, screen, tangent


class Place:
    """Stands in for a cell's output."""

    def __init__(self):
        self.shown = []

    def __call__(self, bundle, raw, display_id=False):
        assert raw
        self.shown.append(bundle)
        return self

    def update(self, bundle, raw):
        assert raw
        self.shown.append(bundle)


@pytest.fixture
def place(monkeypatch):
    import IPython.display

    there = Place()
    monkeypatch.setattr(field, "in_a_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", there)
    return there


@pytest.fixture
def widgets(place):
    """The field beneath a tangent, and where its answers stand."""
    import ipywidgets

    tangent("x**2")._ipython_display_()
    box = ipywidgets.Widget.widgets[place.shown[1][screen.VIEW]["model_id"]]
    return box.children


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Widget.widgets


def test_what_is_typed_draws_the_figure_anew(place, widgets):
    typed, answer = widgets
    assert typed.value == "x**2"
    typed.value = "x**3"
    assert place.shown[-1]["text/plain"].startswith("At x = 1.0 the tangent has the slope 3.0.")
    assert answer.value == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("open('x')", "open is not among the functions"),
        ("log(x-2)", "f has no value at 1.0"),
        ("<b>", "cannot be read"),
    ],
)
def test_whatever_goes_wrong_is_told_beneath(place, widgets, text, words):
    typed, answer = widgets
    typed.value = text
    assert words in answer.value
    assert "<b>" not in answer.value
    assert len(place.shown) == 2  # the picture stays
    typed.value = "x**4"
    assert answer.value == ""
    assert place.shown[-1]["text/plain"].startswith("At x = 1.0 the tangent has the slope 4.0.")


def test_a_saved_notebook_keeps_the_figure_and_a_sentence(place, widgets):
    figure, beneath = place.shown
    assert set(figure) == {"text/plain", "text/html"}
    assert beneath["text/plain"] == "Run this cell to type another formula in the place of x**2."
    assert beneath["text/html"] == f"<p>{beneath['text/plain']}</p>"


def test_without_widgets_the_figure_is_alone(place, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    explore_descent("x**2")._ipython_display_()
    assert [set(bundle) for bundle in place.shown] == [{"text/plain", "text/html"}]


@pytest.mark.parametrize(
    "figure", [lambda: tangent(lambda x: x**2), lambda: tangent("x**2")], ids=["a function", "no notebook"]
)
def test_others_show_themselves_as_ever(figure, request, monkeypatch):
    monkeypatch.setattr(field, "in_a_notebook", lambda: request.node.callspec.id == "a function")
    with pytest.raises(NotImplementedError):
        figure()._ipython_display_()
    assert figure()._repr_html_().startswith("<figure")
