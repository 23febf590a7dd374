"""What lesson 09 says of its own functions: where descents end, what they cost, and which goals can be reached."""

from __future__ import annotations

import math

import pytest

from teachgrad.course.exercises import find
from teachgrad.course.judging import judge
from teachgrad.course.trails import draw_trail
from tests.viz.pages import words

RATES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.18, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0)


def walked(lr, ratio, steps=100):
    points = [(-2.0, 1.0)]
    for _ in range(steps):
        x, y = points[-1]
        points.append((x - lr * x, y - lr * ratio * y))
    return points


def trail(lr, ratio, **settings):
    return draw_trail(lambda x, y: (x**2 + ratio * y**2) / 2, walked(lr, ratio), **settings)


def test_the_goal_of_the_experiment_is_within_reach_for_three_ratios():
    def reached(lr, ratio):
        x, y = walked(lr, ratio)[-1]
        return (x * x + ratio * y * y) / 2 < 1e-6

    assert [any(reached(lr, ratio) for lr in RATES) for ratio in (1, 3, 10, 30, 100)] == [True] * 3 + [False] * 2
    shrinks = min(max(abs(1 - lr), abs(1 - 30 * lr)) for lr in (k / 1000 for k in range(1, 70)))
    assert 2 * shrinks**200 > 1e-6  # nor does any lr between them, for the ratio 30


def test_a_trail_says_what_became_of_the_loss():
    assert trail(1.0, 1).alt == "From (−2.0, 1.0), loss 2.5 to 0.0 in 100 steps: below 1e−06 after step 1."
    assert trail(0.01, 10, title="slow").alt.startswith("slow: from (−2.0, 1.0), loss 7.0 to ")
    assert trail(0.01, 10).alt.endswith("not below 1e−06.")
    assert trail(0.3, 10).alt.endswith("it runs away.")


def test_a_trail_that_leaves_for_infinity_is_drawn_as_far_as_it_can_be_seen():
    figure = draw_trail(lambda x, y: x * x + y * y, [(1.0, 1.0), (1e200, 1.0), (math.inf, math.nan)])
    assert figure.alt == "From (1.0, 1.0), loss 2.0 to nan in 2 steps: it runs away."
    assert "nan" not in figure.svg.replace("to nan in", "")
    runaway = trail(0.3, 10)
    (window,) = [mark for mark in runaway.picture.marks if getattr(mark, "marks", ()) and mark.x < 100]
    (path,) = [mark for mark in window.marks if mark.look == "path"]
    assert len(path.segments) < 6  # of 100


def test_the_scales_are_those_of_the_start_so_that_pictures_can_be_compared():
    def axes(lr):
        return [word for word in words(trail(lr, 10).svg) if "loss 7" not in word]

    assert axes(0.01) == axes(0.19) == axes(0.3)


RIGHT_IN_OTHER_WAYS = {
    "clear first, out of place on data": ("09-1", """def step(f, parameters, lr):
    for p in parameters:
        p.grad = None
    f(*parameters).backward()
    for p in parameters:
        p.data = p.data - lr * p.grad
"""),
    "an optimizer": ("09-1", """def step(f, parameters, lr):
    optimizer = optim.SGD(parameters, lr=lr)
    optimizer.zero_grad()
    f(*parameters).backward()
    optimizer.step()
"""),
    "a fixed number of halvings": ("09-2", """def edge(stays, low, high):
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if stays(middle) else (low, middle)
    return high
"""),
    "tensors": ("09-3", """def steps(ratio):
    p, n = tg.tensor([1.0, 1.0], dtype=tg.float64, requires_grad=True), 0
    while True:
        loss = (p[0] ** 2 + ratio * p[1] ** 2) / 2
        if loss.item() < 1e-6:
            return n
        loss.backward()
        with tg.no_grad():
            p -= p.grad / ratio
        p.grad, n = None, n + 1
"""),
    "both ways, the better one": ("09-4", """def escape(f, p):
    def down(q):
        for _ in range(300):
            q = q.detach().requires_grad_()
            f(q).backward()
            q = q - 0.1 * q.grad
        return q
    ends = [down(p + tg.tensor(push)) for push in ([0.1, 0.0], [0.0, 0.1])]
    return min(ends, key=lambda q: f(q).item())
"""),
    "autograd.grad": ("09-5", """def line_search(f, x, lr):
    g, = tg.autograd.grad(f(x), x)
    while f(x.detach() - lr * g).item() > f(x).item() - 0.5 * lr * (g * g).sum().item():
        lr *= 0.5
    return lr
"""),
}  # fmt: skip


@pytest.mark.parametrize(("key", "source"), RIGHT_IN_OTHER_WAYS.values(), ids=RIGHT_IN_OTHER_WAYS)
def test_any_right_answer_is_right(key, source):
    exercise = find(key)
    assert judge(exercise, exercise.made(source)).facts == ()


def test_an_answer_of_the_wrong_kind_is_told_so():
    exercise = find("09-4")
    assert "return the tensor of two numbers" in judge(exercise, exercise.made("escape = lambda f, p: 1.0")).facts[0]
