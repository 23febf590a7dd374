"""What lesson 04 says of its own programs, and answers that are right in another way than its solutions."""

import math

import pytest

import teachgrad as tg
from teachgrad import viz
from teachgrad.course.exercises import find
from teachgrad.course.judging import judge
from teachgrad.course.lesson04 import SEVEN, ladder, sweep

KAHN = """
def topo_order(slopes):
    order = [name for name in slopes if not slopes[name]]
    while len(order) < len(slopes):
        ready = [n for n in slopes if n not in order and all(i in order for i, _ in slopes[n])]
        if not ready:
            raise ValueError("a circle")
        order += ready[-1:]
    return order
"""
LIBRARY = """
def topo_order(slopes):
    import graphlib
    return list(graphlib.TopologicalSorter({n: [i for i, _ in s] for n, s in slopes.items()}).static_order())
"""
PULLED = """
def gradients(slopes, order):
    found = {order[-1]: 1}
    for name in order[-2::-1]:
        users = order[order.index(name) + 1 :]
        found[name] = sum(found[user] * slope for user in users for inner, slope in slopes[user] if inner == name)
    return found
"""
ANSWERS = [
    ("04-2", "import math\ndef total_slope(paths):\n    return sum(math.prod(path) for path in paths)", "right", ""),
    ("04-2", "def total_slope(paths):\n    return tg.tensor([np.prod(path) for path in paths]).sum()", "right", ""),
    ("04-3", KAHN, "right", ""),
    ("04-3", LIBRARY, "right", ""),  # CycleError is a ValueError
    ("04-3", KAHN.replace('raise ValueError("a circle")', "break"), "not yet", "a circle accepted"),
    ("04-3", "def topo_order(slopes):\n    raise ValueError('a circle')", "not yet", ""),
    ("04-3", "def topo_order(slopes):\n    return ' '.join(slopes)", "not yet", ""),
    ("04-4", PULLED, "right", ""),  # a value may also collect from its users
    ("04-4", "def gradients(slopes, order):\n    return {order[-1]: 1.0}", "not yet", ""),
    ("04-4", "def gradients(slopes, order):\n    return [1.0 for name in order]", "not yet", ""),
    ("04-4", "def gradients(slopes, order):\n    return dict.fromkeys(order, 0)", "not yet", "zeros"),
]


@pytest.mark.parametrize(("key", "source", "status", "wrong"), ANSWERS)
def test_other_answers(key, source, status, wrong):
    exercise = find(key)
    verdict = judge(exercise, exercise.made(source))
    assert (verdict.status, verdict.wrong) == (status, wrong)


def test_the_seven_values_by_hand_are_what_the_engine_finds_and_their_table_is_the_graph():
    x, y = tg.tensor(2.0, requires_grad=True), tg.tensor(3.0, requires_grad=True)
    a = x * y
    b, c = a + x, a - y
    d = b * c
    e = d + b
    found = viz.local_slopes(e, names={"x": x, "y": y, "a": a, "b": b, "c": c, "d": d, "e": e})
    assert {name: sorted(inputs) for name, inputs in found.items()} == {
        name: sorted(inputs) for name, inputs in SEVEN.items()
    }
    for tensor in (a, b, c, d, e):
        tensor.retain_grad()
    e.backward()
    received = {name: tensor.grad.item() for name, tensor in zip("xyabcde", (x, y, a, b, c, d, e), strict=True)}
    assert received == find("04-1").expected()


def test_nineteen_values_have_as_many_ways_as_the_lesson_says():
    def calls(end):
        return 1 + sum(calls(inner) for inner, _ in table[end])

    table = ladder(12)
    assert calls("x11") == 2**12 - 1
    assert math.log2(524_287 + 1) == 19


def test_a_sweep_out_of_order_loses_what_comes_late():
    slopes = {"x": [], "a": [("x", 2)], "b": [("a", 3), ("x", 1)], "out": [("a", 1), ("b", 1)]}
    assert sweep(slopes, ["out", "b", "a", "x"]).endswith("x   has received 9")
    late = sweep(slopes, ["out", "a", "b", "x"])
    assert "3 × 1 = 3 to a, too late" in late
    assert late.endswith("x   has received 3")
