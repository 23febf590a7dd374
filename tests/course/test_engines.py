"""Any engine of a usual shape is drawn as teachgrad's own graphs are, and what differs is said."""

from __future__ import annotations

from teachgrad.course.engines import draw_beside, draw_engine
from teachgrad.course.lesson06 import BUGS, planted
from teachgrad.course.scalar import Value


def neuron(w, b):
    return (w * 2.0 + b).tanh()


def test_two_engines_that_agree():
    figure = draw_beside(Value, neuron, w=-0.5, b=1.5)
    assert figure.alt.startswith(
        "In both engines, all values and gradients are the same. this engine: Computation graph"
    )
    upper, lower = figure.alt.removeprefix("In both").split("teachgrad: ")
    assert lower.strip() in upper  # told in the same words


def test_a_gradient_that_differs_is_named():
    figure = draw_beside(planted(*BUGS["tanh sends zeros back"]), neuron, w=-0.5, b=1.5)
    assert figure.alt.startswith("The engines differ: w −0.5, grad 0.0, against −0.5, grad 1.573; b 1.5, grad 0.0, ")


def test_an_engine_that_records_something_else_is_told():
    class Rounding(Value):
        def tanh(self):
            return Value(round(self.data))

    figure = draw_beside(Rounding, lambda x: x.tanh(), x=0.7)
    assert figure.alt.startswith("The two engines have recorded different graphs.")


class Micro:
    """An engine in which inputs stand alone, in a set, and every value has a gradient from the beginning."""

    def __init__(self, data, children=(), op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, set(children), op

    def __add__(self, other):
        return Micro(self.data + other.data, (self, other), "+")


def test_an_engine_of_another_shape():
    x, y = Micro(2.0), Micro(1.0)
    assert draw_engine(x + y + x, {"x": x, "y": y}).alt == (
        "Computation graph of a result = 5.0: leaves x = 2.0 (grad 0.0) and y = 1.0 (grad 0.0); "
        "+ of y and x = 3.0; + of x and + = 5.0."
    )


def test_what_cannot_be_drawn_is_said():
    assert draw_engine(3.0).alt.startswith("Nothing to draw: a float without data and inputs is no value")
    x = Value(1.0)
    assert draw_engine(sum([x] * 70)).alt.startswith("Nothing to draw: the graph has 72 values")
