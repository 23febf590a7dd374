"""What lesson 10 says of its own programs: which orders are right, and what ails the four loops."""

from itertools import permutations

from teachgrad.course.exercises import find
from teachgrad.course.lesson10 import chart


def test_of_all_orders_three_are_right():
    exercise = find("10-2")
    found = ["".join(order) for order in permutations("ABCDEFG")]
    assert {order for order in found if exercise.run(order).kind == "fine"} == {"CAEBDFG", "CAFEBDG", "CAEFBDG"}


def test_the_charts_show_what_the_diagnoses_say():
    a, b = chart(examples=60, lr=0.2, momentum=0.9, wrong_labels=True), chart(lr=1.6)
    assert a["training loss"][-1] < 0.2 < 1.4 * min(a["test loss"]) < a["test loss"][-1]
    rises = sum(
        later > sooner + 0.05 for sooner, later in zip(b["training loss"], b["training loss"][1:], strict=False)
    )
    assert rises > 10
    c, d = chart(lr=0.2, momentum=0.8), chart(clear_early=True)
    assert c["training loss"] == sorted(c["training loss"], reverse=True)
    assert c["test loss"][-1] - c["training loss"][-1] < 0.02
    assert len(set(d["training loss"])) == 1
