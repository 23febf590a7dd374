"""animate_descent walks as the optimizer walks, and shows where it was."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import optim
from teachgrad.viz import animate_descent, contour, svg
from teachgrad.viz.axes import Panel, ticks
from teachgrad.viz.descent import MOST_MOMENTS
from teachgrad.viz.scene import Text, keyed
from teachgrad.viz.walk import landscape


def sgd(lr, momentum=0.0):
    return lambda params: optim.SGD(params, lr=lr, momentum=momentum)


def bowl(x):
    return 0.5 * x**2


def hollow(x, y):
    return 0.5 * x**2 + 2 * y**2


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


# The walk


def test_in_a_bowl_every_step_shrinks_by_the_same_factor():
    walk = animate_descent(bowl, 1.0, sgd(0.1), steps=20).walk
    expected = 0.9 ** np.arange(21)
    np.testing.assert_allclose(walk.points[:, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(walk.slopes[:, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(walk.losses, expected**2 / 2, rtol=1e-5)


def test_the_default_is_plain_descent_with_a_tenth():
    default, named = animate_descent(bowl, 1.0), animate_descent(bowl, 1.0, sgd(0.1), steps=60)
    assert default.html == named.html


def test_momentum_remembers():
    walk = animate_descent(hollow, (-1.5, 2), sgd(0.05, momentum=0.9), steps=30).walk
    point, speed = np.array([-1.5, 2.0]), np.zeros(2)
    for seen in walk.points:
        np.testing.assert_allclose(seen, point, rtol=1e-3, atol=1e-5)
        speed = 0.9 * speed + point * [1.0, 4.0]
        point = point - 0.05 * speed


@pytest.mark.parametrize("start", [(-1.5, 2), [-1.5, 2.0], np.array([-1.5, 2]), tg.tensor([-1.5, 2.0])])
def test_two_numbers_come_as_two_scalars_or_as_one_tensor(start):
    apart = animate_descent(hollow, start, steps=5).walk
    together = animate_descent(lambda w: hollow(w[0], w[1]), start, steps=5).walk
    assert apart.losses.tolist() == together.losses.tolist()


@pytest.mark.parametrize("start", [1, 1.0, np.float32(1), tg.tensor(1.0), [1.0], tg.tensor([1.0])])
def test_one_number_may_come_in_any_dress(start):
    walk = animate_descent(lambda x: (0.5 * x**2).sum(), start, steps=3).walk
    np.testing.assert_allclose(walk.points[:, 0], [1, 0.9, 0.81, 0.729], rtol=1e-5)


def test_the_function_gets_what_is_promised():
    seen = set()

    def f(x, y):
        seen.add((type(x), tuple(x.shape) if x.requires_grad else None, str(x.dtype)))
        return x**2 + y**2

    animate_descent(f, (1, 2), steps=2)
    assert (tg.Tensor, (), "torch.float32") in seen


@pytest.mark.parametrize("start", [(1, 2, 3), [], np.zeros((2, 2))])
def test_other_starts_are_refused(start):
    with pytest.raises(ValueError, match=r"one or two dimensions, and start has \d numbers"):
        animate_descent(bowl, start)


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        animate_descent(bowl, 1.0, steps=0)


def test_errors_of_the_function_are_not_swallowed():
    with pytest.raises(KeyError, match="mine"):
        animate_descent(lambda x: {}["mine"], 1.0)


# What is told


@pytest.mark.parametrize(
    ("lr", "told"),
    [
        (0.1, "From x = 1.0 with SGD, lr 0.1: loss 0.5 to 0.174 in 5 steps."),
        (1.0, "From x = 1.0 with SGD, lr 1.0: loss 0.5 to 0.0 in 5 steps."),
        (1.5, "From x = 1.0 with SGD, lr 1.5: loss 0.5 to 0.000488 in 5 steps; overshoots 5 times."),
        (3.0, "From x = 1.0 with SGD, lr 3.0: diverges, loss 0.5 to 512.0 in 5 steps; overshoots 5 times."),
    ],
)
def test_the_words_say_how_it_went(lr, told):
    assert animate_descent(bowl, 1.0, sgd(lr), steps=5).alt == told


@pytest.mark.parametrize(("steps", "words"), [(1, "; overshoots once."), (2, "; overshoots twice.")])
def test_overshooting_is_counted(steps, words):
    assert animate_descent(bowl, 1.0, sgd(1.5), steps=steps).alt.endswith(words)


@pytest.mark.parametrize(("lr", "momentum"), [(0.1, 0), (0.2, 0.9), (0.5, 0.8), (1.5, 0.3)])
def test_in_a_bowl_every_crossing_of_the_bottom_is_an_overshoot(lr, momentum):
    walk = animate_descent(bowl, 1.0, sgd(lr, momentum), steps=8).walk
    sides = np.sign(walk.points[:, 0])
    assert walk.overshoots == np.count_nonzero(sides[1:] != sides[:-1])


def test_every_moment_has_its_words():
    movie = animate_descent(hollow, (-1.0, 2), sgd(0.2), steps=3)
    assert movie.told == [
        "step 0 of 3: x = −1.0, y = 2.0, loss 8.5",
        "step 1 of 3: x = −0.8, y = 0.4, loss 0.64",
        "step 2 of 3: x = −0.64, y = 0.08, loss 0.218",
        "step 3 of 3: x = −0.512, y = 0.016, loss 0.132",
    ]


@pytest.mark.parametrize(
    ("f", "start", "lr", "end"),
    [
        (bowl, 1.0, 1e30, "loss inf"),
        (hollow, (1.0, 1.0), 1e30, "loss inf"),
        (lambda x: x.log(), 1.0, 3.0, "loss nan"),
        (lambda x, y: x.sqrt() + y, (0.5, 1.0), 1.0, "loss nan"),
        (lambda x: -x.exp(), 1.0, 1e3, "loss −inf"),
    ],
)
def test_what_ends_in_no_number_is_shown_and_said(f, start, lr, end):
    movie = animate_descent(f, start, sgd(lr), steps=40)
    assert len(movie.walk.losses) < 41
    assert np.isfinite(movie.walk.losses[:-1]).all()
    assert movie.told[-1].endswith(f"{end} (diverged)")
    assert "diverges" in movie.alt
    assert "nan" not in re.sub("loss nan|to nan|= nan", "", movie.svg)


def test_the_function_may_be_no_number_from_the_start():
    movie = animate_descent(lambda x: x.log(), -1.0, steps=5)
    assert movie.told == ["step 0 of 5: x = −1.0, loss nan (diverged)"]
    assert movie.svg


def test_who_leaves_the_picture_is_told_so():
    movie = animate_descent(bowl, 1.0, sgd(2.1), steps=60)
    assert "outside of the picture" not in movie.told[5]
    assert movie.told[40].endswith("(outside of the picture)")
    assert movie.told[60].endswith("(diverged)")


def test_a_flat_function_can_be_drawn():
    for movie in (
        animate_descent(lambda x: x * 0 + 3, 1.0, steps=3),
        animate_descent(lambda x, y: 0 * x * y, (0, 0), steps=3),
    ):
        assert "nan" not in movie.svg


# What is drawn


def ball(moment):
    mark = keyed(moment.marks)["ball"]
    return mark.x, mark.y


def test_the_ball_is_on_the_curve_and_where_the_axes_say():
    movie = animate_descent(bowl, 1.0, sgd(0.3), steps=4)
    across = {text: x for text, x, _ in texts(movie.moments[0], "across")}
    up = {text: y for text, _, y in texts(movie.moments[0], "up")}
    (x0, x1), (y0, y1) = (across["0"], across["1"]), (up["0.2"], up["0.4"])
    for moment, x, loss in zip(movie.moments, movie.walk.points[:, 0], movie.walk.losses, strict=True):
        px, py = ball(moment)
        assert px == pytest.approx(x0 + (x1 - x0) * x, abs=0.1)
        assert py + 4 == pytest.approx(y0 + (y1 - y0) * (loss - 0.2) / 0.2, abs=0.1)


def texts(moment, look):
    return [(mark.text, mark.x, mark.y) for mark in moment.marks if isinstance(mark, Text) and mark.look == look]


def test_the_tangent_has_the_slope_of_the_curve():
    movie = animate_descent(bowl, 1.0, sgd(0.3), steps=4)
    for moment, slope in zip(movie.moments, movie.walk.slopes[:, 0], strict=True):
        (_, (ax, ay)), (_, (bx, by)) = keyed(moment.marks)["tangent"].segments
        x, y = ball(moment)
        assert ((ax + bx) / 2, (ay + by) / 2) == pytest.approx((x, y))
        # In pixels, the slope of the bowl is that of its own curve a little to the right of the ball.
        first, last = ball(movie.moments[0]), ball(movie.moments[-1])
        across = (first[0] - last[0]) / (movie.walk.points[0, 0] - movie.walk.points[-1, 0])
        up = (last[1] - first[1]) / (movie.walk.losses[0] - movie.walk.losses[-1])
        assert (ay - by) / (bx - ax) == pytest.approx(slope * up / across, rel=1e-4)


def test_the_path_grows_by_one_step_at_a_time():
    movie = animate_descent(hollow, (-1.5, 2), sgd(0.1), steps=10)
    for i, moment in enumerate(movie.moments):
        marks = keyed(moment.marks)
        assert len(marks["path"].segments) == len(marks["dots"].segments) == len(marks["loss"].segments) == i + 1
        assert marks["path"].segments[-1][1] == ball(moment)


def test_steps_cross_the_levels_squarely_because_both_scales_are_one():
    movie = animate_descent(hollow, (-1.5, 2), sgd(0.01), steps=2)
    (ax, ay), (bx, by) = ball(movie.moments[0]), ball(movie.moments[1])
    gx, gy = movie.walk.slopes[0]
    assert (bx - ax) / (by - ay) == pytest.approx(-gx / gy, rel=1e-3)


def test_a_long_walk_is_thinned_and_keeps_its_ends():
    movie = animate_descent(bowl, 1.0, sgd(0.001), steps=2000)
    assert len(movie.moments) == len(movie.told) == MOST_MOMENTS
    assert len(movie.walk.losses) == 2001
    assert movie.told[0].startswith("step 0 of 2000")
    assert movie.told[-1].startswith("step 2000 of 2000")


def test_the_loss_is_logarithmic_when_it_falls_a_thousandfold():
    assert "loss (logarithmic)" in animate_descent(hollow, (-1.5, 2), sgd(0.2)).svg
    assert "loss (logarithmic)" not in animate_descent(hollow, (-1.5, 2), sgd(0.01), steps=20).svg
    assert "loss (logarithmic)" not in animate_descent(lambda x, y: hollow(x, y) - 1, (-1.5, 2), sgd(0.2)).svg


def data(movie):
    """What the page is given to play."""
    found = re.search(r'teachgrad\("[0-9a-f]{10}",(\{.*\}),player\)\}\)\(\)</script>', movie.html)
    assert found is not None
    return json.loads(found[1])


def whole(values, count):
    """The value at each moment, where only its changes are given."""
    if isinstance(values, dict):
        return [values[str(max(int(k) for k in values if int(k) <= i))] for i in range(count)]
    return values


@pytest.mark.parametrize(("f", "start"), [(bowl, 1.0), (hollow, (-1.5, 2))])
def test_the_page_is_told_where_everything_is_at_every_moment(f, start):
    movie = animate_descent(f, start, sgd(0.4), steps=12)
    told = data(movie)
    assert told["told"] == movie.told
    for key, attributes in told["tracks"].items():
        for name, values in attributes.items():
            values = whole(values, 13)
            for value, moment in zip(values, movie.moments, strict=True):
                assert str(value) == svg.attributes(keyed(moment.marks)[key])[name]
    assert set(told["grow"]) == {key for key, mark in keyed(movie.picture.marks).items() if getattr(mark, "growing", 0)}


def test_a_name_cannot_end_the_script():
    def f(x, y):
        return x**2 + y**2

    movie = animate_descent(f, (1, 2), steps=2)
    movie.told[0] = "</script><img src=x onerror=alert(1)>"
    assert movie.html.count("</script>") == 1
    assert data(movie)["told"][0] == movie.told[0]


@pytest.mark.parametrize(
    ("f", "start", "lr", "momentum", "steps"),
    [
        (bowl, 1.0, 0.1, 0, 60),
        (bowl, 1.0, 2.1, 0, 60),
        (hollow, (-1.5, 2), 0.1, 0, 60),
        (lambda x, y: 0.5 * x**2 + 10 * y**2, (-1.5, 2), 0.09, 0, 60),
        (rosenbrock, (-1.5, 2), 5e-4, 0.9, 60),
        (rosenbrock, (-1.5, 2), 5e-4, 0.9, 1000),
        (lambda x, y: (1e4 * x).sin() * (1e4 * y).cos(), (-1.5, 2), 0.0, 0, 60),
        (lambda x, y: (3 * x).sin() * (3 * y).cos() + 0.1 * (x**2 + y**2), (-1.5, 2), 0.1, 0.9, 60),
    ],
)
def test_an_animation_weighs_at_most_forty_kilobytes(f, start, lr, momentum, steps):
    assert len(animate_descent(f, start, sgd(lr, momentum), steps=steps).html) <= 40_000


# A race


def race(f, start, steps=12, **rates):
    return animate_descent(f, start, steps=steps, optimizers={name: sgd(lr) for name, lr in rates.items()})


def test_all_start_together_and_walk_as_they_do_alone():
    both = animate_descent(
        hollow, (-1.5, 2), optimizers={"SGD": sgd(0.05), "Adam": lambda p: optim.Adam(p, lr=0.2)}, steps=12
    )
    assert list(both.walks) == ["SGD", "Adam"]
    assert both.walk is both.walks["SGD"]
    for name, make in (("SGD", sgd(0.05)), ("Adam", lambda p: optim.Adam(p, lr=0.2))):
        np.testing.assert_array_equal(both.walks[name].points, animate_descent(hollow, (-1.5, 2), make, 12).walk.points)
    first = keyed(both.moments[0].marks)
    assert (first["ball1"].x, first["ball1"].y) == (first["ball2"].x, first["ball2"].y)
    assert both.told[0] == "step 0 of 12: loss SGD 9.12, Adam 9.12"


@pytest.mark.parametrize(("f", "start"), [(bowl, 1.0), (hollow, (-1.5, 2))], ids=["a curve", "a surface"])
def test_every_runner_is_where_its_walk_is_with_its_number(f, start):
    both = race(f, start, slow=0.05, fast=0.2)
    for number, rate in ((1, 0.05), (2, 0.2)):
        alone = animate_descent(f, start, sgd(rate), 12).walk
        assert both.walks[["slow", "fast"][number - 1]].losses.tolist() == alone.losses.tolist()
        for i, moment in enumerate(both.moments):
            marks = keyed(moment.marks)
            trail = marks[f"trace{number}" if f is bowl else f"path{number}"]
            assert len(trail.segments) == i + 1
            assert trail.segments[-1][1] == (marks[f"ball{number}"].x, marks[f"ball{number}"].y)
            assert marks[f"balldigit{number}"].text == str(number)
    looks = {mark.look for mark in keyed(both.picture.marks).values() if hasattr(mark, "look")}
    assert {"run0", "run1", "racer0", "racer1"} <= looks


def test_who_diverges_early_waits_and_does_not_hide_the_others():
    both = race(bowl, 1.0, steps=40, honest=0.1, wild=1e30)
    assert len(both.walks["wild"].losses) < 5
    assert len(both.moments) == 41
    assert both.told[-1].endswith("honest 0.000109, wild inf (diverged)")
    assert both.alt.startswith(
        "Race from x = 1.0. honest: loss 0.5 to 0.000109 in 40 steps. wild: diverges, loss 0.5 to inf"
    )
    assert both.alt.endswith("Lowest in the end: honest.")
    across = [float(word.replace("−", "-")) for word, _, _ in texts(both.picture, "across")]
    assert max(map(abs, across)) < 3


def test_one_optimizer_or_some_are_wanted():
    for wrong in ({}, {str(i): sgd(0.1) for i in range(6)}):
        with pytest.raises(ValueError, match="1 to 5 optimizers by name"):
            animate_descent(bowl, 1.0, optimizers=wrong)
    with pytest.raises(ValueError, match="takes one optimizer, or"):
        animate_descent(bowl, 1.0, sgd(0.1), optimizers={"other": sgd(0.1)})


def test_a_race_of_three_weighs_at_most_fifty_kilobytes():
    assert len(race(hollow, (-1.5, 2), 60, slow=0.01, medium=0.05, fast=0.2).html) < 50_000


# The function on a grid


def test_a_function_that_broadcasts_is_called_once_for_the_whole_grid():
    calls = []

    def f(x, y):
        calls.append(x.numel())
        return x**2 + y**2

    x, y = np.meshgrid(np.linspace(-1, 1, 20), np.linspace(-2, 2, 20))
    np.testing.assert_allclose(landscape(f, (1, 2)).sample(x, y), x**2 + y**2, rtol=1e-5)
    assert calls == [400, 1, 1, 1]


@pytest.mark.parametrize(
    "f",
    [
        lambda w: (w**2).sum(),
        lambda w: w @ w,
        lambda w: w[0].item() ** 2 + w[1] ** 2,
        lambda w: (w * tg.tensor([1.0, 1.0])).pow(2).sum() if w[0] > -100 else w.sum(),
    ],
    ids=["sums", "multiplies matrices", "takes items out", "decides"],
)
def test_a_function_that_does_not_broadcast_is_asked_point_by_point(f):
    x, y = np.meshgrid(np.linspace(-1, 1, 6), np.linspace(-2, 2, 5))
    np.testing.assert_allclose(landscape(f, (1, 2)).sample(x, y), x**2 + y**2, rtol=1e-5)


def test_a_function_that_broadcasts_to_something_else_is_found_out():
    def f(x):
        return x * x.sum()  # for a single point the square

    xs = np.linspace(-1, 2, 7)
    np.testing.assert_allclose(landscape(f, 1.0).sample(xs), xs**2, rtol=1e-5)


def test_where_the_function_raises_the_curve_has_a_gap():
    def f(x):
        if x.item() < 0:
            raise ValueError("no roots of negative numbers")
        return x.sqrt()

    values = landscape(f, 1.0).sample(np.array([-1.0, 0.0, 4.0]))
    np.testing.assert_equal(values, [math.nan, 0.0, 2.0])
    assert animate_descent(f, 0.5, steps=3).svg


def test_sampling_records_no_graph_and_warns_of_nothing():
    results = []

    def f(x):
        results.append(x.log())
        return results[-1]

    values = landscape(f, 1.0).sample(np.linspace(-1, 1, 5))
    assert not any(result.requires_grad for result in results)
    np.testing.assert_equal(values, [math.nan, math.nan, -math.inf, np.log(np.float32(0.5)), 0.0])


# Level lines


def area(loops):
    """Enclosed area, with what is on the left counted as positive."""
    total = 0.0
    for loop in loops:
        x, y = np.array(loop).T
        total += (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2
    return total


def test_the_level_line_of_a_cone_is_a_circle():
    x, y = np.meshgrid(np.arange(41.0) - 20, np.arange(41.0) - 20)
    (loop,) = contour.loops(-np.hypot(x, y), -12.0)
    assert area([loop]) == pytest.approx(math.pi * 144, rel=0.005)
    assert np.hypot(*(np.array(loop) - 20).T) == pytest.approx(12, abs=0.05)


def test_a_hole_is_cut_out():
    x, y = np.meshgrid(np.arange(41.0) - 20, np.arange(41.0) - 20)
    ring = contour.loops(-abs(np.hypot(x, y) - 10), -3.0)
    assert len(ring) == 2
    assert area(ring) == pytest.approx(math.pi * (13**2 - 7**2), rel=0.01)


def test_a_region_at_the_edge_is_closed_along_it():
    slope = np.tile(np.arange(11.0), (6, 1))
    (loop,) = contour.loops(slope, 7.5)
    assert area([loop]) == pytest.approx(2.5 * 5)
    assert area(contour.loops(slope, -1.0)) == pytest.approx(10 * 5)
    assert contour.loops(slope, 11.0) == []


@pytest.mark.parametrize("seed", range(5))
def test_every_place_is_on_its_side_of_the_line(seed):
    values = np.random.default_rng(seed).standard_normal((9, 12))
    loops = contour.loops(values, 0.3)
    for j, i in np.argwhere(abs(values - 0.3) > 1e-6):
        inside = winding(loops, min(max(float(i), 1e-6), 11 - 1e-6), min(max(float(j), 1e-6), 8 - 1e-6))
        assert (inside == 1) == (values[j, i] > 0.3)


def winding(loops, x, y):
    """How often the loops go round a point: what the filling of SVG looks at."""
    turns = 0
    for loop in loops:
        for (ax, ay), (bx, by) in zip(loop, loop[1:] + loop[:1], strict=True):
            if (ay <= y) != (by <= y) and ax + (y - ay) / (by - ay) * (bx - ax) > x:
                turns += 1 if by > ay else -1
    return turns


def test_thinning_stays_within_its_tolerance():
    turn = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = [(100 * math.cos(t), 100 * math.sin(t)) for t in turn]
    few = contour.thinned(circle, 0.25)
    assert len(few) < 80
    assert set(few) <= set(circle)
    middles = (np.array(few) + np.roll(few, -1, axis=0)) / 2
    assert (100 - np.hypot(*middles.T) <= 0.26).all()


# Axes


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 1e-9), (-3e7, 1e8), (0.99, 1.01), (-0.3, 17)])
@pytest.mark.parametrize("most", [2, 4, 9])
def test_ticks_are_few_and_inside(low, high, most):
    found = ticks(low, high, most)
    assert 1 <= len(found) <= most
    assert all(low - 1e-9 * (high - low) <= tick <= high + 1e-9 * (high - low) for tick in found)
    assert len({f"{tick:.6g}" for tick in found}) == len(found)


def test_a_logarithmic_axis_puts_powers_of_ten_equally_far_apart():
    panel = Panel(0, 0, 100, 300, (0, 1), (1e-3, 1e3), log=True)
    heights = [panel.place(0, 10.0**k)[1] for k in range(-3, 4)]
    np.testing.assert_allclose(np.diff(heights), -50)
    labels = [mark.text for mark in panel.axes("step", "loss") if getattr(mark, "look", "") == "up"]
    assert labels[0] == "10⁻³"
