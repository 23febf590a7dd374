"""Every contribution that the stepper tells is one that the engine made, and the learner's graph stays as it was."""

from __future__ import annotations

import base64
import json
import math
import re
import zlib

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn
from teachgrad.viz import step_backward
from teachgrad.viz.formulas import with_numbers, written
from teachgrad.viz.heat import heat_map
from teachgrad.viz.scene import Rect, keyed
from tests.allocations import calls_made
from tests.viz.pages import Page, untrusted, words
from tests.viz.test_drawing import EVIL


def leaf(values):
    return tg.tensor(values, requires_grad=True)


def neuron():
    x, w, b = tg.tensor(2.0), leaf(-3.0), leaf(6.5)
    return (x * w + b).tanh(), {"x": x, "w": w, "b": b}


def called(shown, i):
    return shown.graph.items[i].name or shown.graph.items[i].symbol


def sends(shown):
    """Who sent what to whom, as (from, to, upstream, local, contribution)."""
    return [
        (
            called(shown, step.item),
            called(shown, step.to),
            float(step.upstream),
            float(step.local),
            float(step.contribution),
        )
        for step in shown.steps
        if step.kind == "send"
    ]


def test_the_chain_rule_step_by_step():
    y, names = neuron()
    slope = 1 - np.tanh(0.5) ** 2  # of tanh at 2 · (−3) + 6.5
    steps = sends(step_backward(y, names=names))
    assert [step[:2] for step in steps] == [("tanh", "+"), ("+", "×"), ("+", "b"), ("×", "w")]
    expected = [[1, slope, slope], [slope, 1, slope], [slope, 1, slope], [slope, 2, 2 * slope]]
    np.testing.assert_allclose([step[2:] for step in steps], expected, rtol=1e-5)


def test_a_second_contribution_is_added_to_the_first():
    x = leaf(3.0)
    first, second = [step for step in step_backward(x * x, names={"x": x}).steps if step.kind == "send"]
    assert (first.before, float(first.after)) == (None, 3.0)
    assert (float(second.before), float(second.contribution), float(second.after)) == (3.0, 3.0, 6.0)


def test_the_last_contributions_are_what_backward_leaves():
    tg.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 4))
    loss = nn.functional.cross_entropy(model(tg.randn(6, 3)), tg.randint(4, (6,)))
    stored = {
        called(shown, step.to): step.after
        for shown in [step_backward(loss, names={"m": model})]
        for step in shown.steps
        if step.kind == "store"
    }
    loss.backward()
    assert set(stored) == {"m.0.weight", "m.0.bias", "m.2.weight", "m.2.bias"}
    for name, parameter in model.named_parameters():
        np.testing.assert_array_equal(stored[f"m.{name}"], parameter.grad.numpy())


def test_nothing_of_the_learners_changes():
    x = leaf(2.0)
    h = x * 3
    h.retain_grad()
    y = h * h
    step_backward(y)
    assert x.grad is None
    assert h.grad is None
    y.backward()  # the graph is still whole
    assert (x.grad, h.grad) == (36, 12)


def test_gradients_are_filled_if_that_is_asked_for():
    x = leaf(2.0)
    told = []
    x.register_post_accumulate_grad_hook(lambda t: told.append(t.grad.item()))
    h = x * 3
    h.retain_grad()
    step_backward(h * h, fill=True)
    step_backward(h * h, fill=True)
    assert (x.grad, h.grad) == (72, 24)
    assert told == [36.0, 72.0]


def test_an_older_gradient_is_added_to():
    x = leaf(2.0)
    (x * 5).backward()
    (store,) = [step for step in step_backward(x * 3).steps if step.kind == "store"]
    assert (store.before, store.contribution, store.after) == (5, 3, 8)
    assert "gradients add up" in store.notes[0]


def test_broadcasting_is_told_with_the_axes_that_are_summed():
    table, row = leaf(np.ones((4, 3)).tolist()), leaf([1.0, 2.0, 3.0])
    column = leaf([[2.0], [1.0], [1.0], [1.0]])
    shown = step_backward((table * row * column).sum(), names={"table": table, "row": row, "column": column})
    notes = {called(shown, step.to): " ".join(step.notes) for step in shown.steps if step.kind == "send"}
    assert "stretched (3,) to (4, 3): the contribution is summed over axis 0." in notes["row"]
    assert "stretched (4, 1) to (4, 3): the contribution is summed over axis 1." in notes["column"]
    assert "summed" not in notes["table"]


def test_the_formula_is_the_line_of_the_op_table():
    a, b = leaf(4.0), leaf(2.0)
    told = [(step.formula, step.filled) for step in step_backward((a / b).exp()).steps if step.kind == "send"]
    assert told[:2] == [("g * out", "1.0 * 7.389"), ("g / b", "7.389 / 2.0")]


def test_a_formula_is_read_where_it_stands():
    assert written(lambda g, b: g * (b + 1)) == "g * (b + 1)"
    assert with_numbers(lambda g, b: g * b, {"g": np.float32(2), "b": np.zeros(3)}) == ""
    slope = eval("lambda g: g")  # of which no file tells
    assert written(slope) == "<lambda>(g)"


def test_matrices_have_a_formula_in_the_place_of_a_local_derivative():
    a, b = leaf(np.ones((2, 3)).tolist()), leaf(np.ones((3, 4)).tolist())
    product = [step for step in step_backward((a @ b).sum()).steps if "dot" in step.formula]
    assert [(step.formula, step.local) for step in product] == [("np.dot(g, b.T)", None), ("np.dot(a.T, g)", None)]


def test_hooks_and_kept_gradients_are_steps():
    x = leaf(2.0)
    h = x * 3

    def double(g):
        return 2 * g

    h.register_hook(double)
    h.retain_grad()
    shown = step_backward(h * 1)
    hook, kept = [step for step in shown.steps if step.kind in ("hook", "keep")]
    assert (hook.before, hook.after, kept.after) == (1, 2, 2)
    assert hook.notes == ("the hook double() puts another gradient in its place.",)
    assert "h.grad" in kept.notes[0]
    assert "backward() leaves it in x.grad" in shown.told[-2]
    assert shown.alt.endswith("x gets 6.0.")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda w: w.detach(), "it has the numbers of w without its history"),
        (lambda w: tg.tensor([1.0, 2.0]), "it does not require grad"),
        (lambda w: tg.tensor([1, 2]), "int64 has no slope"),
        (lambda w: 3.0, "a number is a constant"),
    ],
)
def test_where_nothing_flows_the_reason_is_told(make, why):
    w = leaf([1.0, 2.0])
    other = make(w)
    shown = step_backward((w * other).sum(), names={"w": w, "other": other})
    assert why in " ".join(shown.told)
    assert "tg-blocked" in shown.svg


def test_what_is_freed_is_told_with_the_last_contribution():
    y, names = neuron()
    freed = [step.notes[-1] for step in step_backward(y, names=names).steps if step.notes and "freed" in step.notes[-1]]
    assert [re.findall(r"\((.*?)\)", note)[0] for note in freed] == ["out", "a"]


def test_the_forward_pass_comes_before_and_gives_values_one_by_one():
    y, names = neuron()
    shown = step_backward(y, names=names)
    assert shown.start == 4
    before, first = (keyed(moment.marks) for moment in shown.moments[:2])
    assert [before[f"n{i}v"].text for i in range(3)] == ["2.0", "−3.0", ""]
    assert first["n2v"].text == "−6.0"
    assert first["n2"].look == "now"
    assert shown.told[1] == "Forward, 1 of 3: × is computed. 2.0 (x) × −3.0 (w) = −6.0 (×)."


def test_boxes_stay_where_they_are():
    y, names = neuron()
    moments = step_backward(y, names=names).moments
    places = [
        [(m.x, m.y, m.width) for k, m in sorted(keyed(s.marks).items()) if isinstance(m, Rect) and k.startswith("n")]
        for s in moments
    ]
    assert all(place == places[0] for place in places)
    assert len({(scene.width, scene.height) for scene in moments}) == 1


def test_what_is_said_stands_above_the_picture_in_files_and_moves_nothing():
    y, names = neuron()
    shown = step_backward(y, names=names)
    said = words(shown.svg)
    assert {"Done.", "b gets 0.7864 and w gets 1.573."} < set(said)
    still = shown._whole(2)
    assert (still.width, still.height) == (shown.picture.width, shown.picture.height)
    first, last = keyed(still.marks)["n0"], keyed(shown.picture.marks)["n0"]
    assert (first.x, first.y) == (last.x, last.y)


def test_a_tip_is_where_values_go_and_then_where_gradients_come_from():
    """Seven pixels long, and half of them beyond the end of its line."""
    x = leaf(3.0)
    shown = step_backward(x * 2)
    before, after = (keyed(shown._whole(i).marks) for i in (0, -1))
    way = [place for _, numbers in before["e0"].segments for place in zip(numbers[::2], numbers[1::2], strict=True)]
    (_, forth), (_, back) = before["e0t"].segments[0], after["e0t"].segments[0]
    assert before["e0"].segments == after["e0"].segments
    assert math.dist(forth, way[-1]) == pytest.approx(3.5)
    assert math.dist(back, way[0]) == pytest.approx(3.5)
    assert math.dist(forth, back) > math.dist(way[0], way[-1])
    assert (before["e0t"].look, after["e0t"].look) == ("tip", "flowtip")


def test_the_picture_ends_with_what_the_leaves_got():
    y, names = neuron()
    shown = step_backward(y, names=names)
    assert shown.alt == "Backward pass from tanh = 0.4621 in 7 steps: b gets 0.7864 and w gets 1.573."
    assert repr(shown) == shown.alt
    assert keyed(shown.picture.marks)["n1g"].text == "1.573"
    stripped = Page(untrusted(shown.html))
    assert stripped.images[0]["alt"] == shown.alt


def test_a_vector_needs_a_gradient_to_start_from():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        step_backward(x * 2)
    assert "x gets [2., 20.]" in step_backward(x * 2, tg.tensor([1.0, 10.0])).alt


def test_a_graph_that_was_freed_says_so():
    x = leaf(1.0)
    y = x.exp()
    y.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        step_backward(y)


def test_a_leaf_alone_and_nothing_at_all():
    w = leaf(2.0)
    assert "w gets 1.0" in step_backward(w).alt
    assert repr(step_backward(w.detach())).startswith("Nothing to draw")
    assert "a float" in repr(step_backward(2.0))


class Two(tg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2, x * 3

    @staticmethod
    def backward(ctx, g, h):
        return 2 * g + 3 * h


def test_functions_of_your_own_are_stepped_through():
    x = leaf(1.0)
    a, b = Two.apply(x)
    assert step_backward(a * b, names={"x": x}).alt.endswith("x gets 12.0.")  # d(6 x²) = 12 x


@pytest.mark.parametrize("name", EVIL)
def test_a_name_is_text_and_nothing_else(name):
    x = leaf(2.0)
    evil, plain = (step_backward(x * 3, names={word: x}).html for word in (name, "x"))
    assert Page(evil).tags == Page(plain).tags
    assert evil.count("</script>") == 1


def chain():
    y = leaf(0.5)
    for _ in range(49):
        y = y.sin()
    return y


def wide_neuron():
    y = leaf(0.1)
    for i in range(12):
        y = y + leaf(0.1 * i + 0.37) * tg.tensor(float(i))
    return y.tanh()


def recurrence():
    y = x = leaf(0.5)
    for _ in range(12):
        y = (y * 1.01).sin() + x
    return y


@pytest.mark.parametrize(("make", "nodes"), [(chain, 50), (wide_neuron, 50), (recurrence, 49)])
def test_fifty_nodes_with_all_their_steps_are_a_small_page_and_soon_made(make, nodes):
    """Some room is left below the bar: other builds of zlib pack a little worse. Half a million calls take 0.2 s."""
    end = make()
    shown = step_backward(end)
    assert len(shown.graph.items) == nodes
    assert len(shown.html.encode()) <= 25_000
    assert calls_made(lambda: step_backward(end).html) < 600_000
    (packed,) = re.findall(r'run\("([^"]*)"\)', shown.html)
    assert zlib.decompress(base64.b64decode(packed)).decode() == shown.program()


def test_heat_maps_are_rows_of_digits():
    assert heat_map(np.arange(10.0).reshape(2, 5)) == ["01234", "56789"]
    assert heat_map(np.full((3,), 2.0)) == ["000"]
    assert [len(row) for row in heat_map(np.zeros((100, 33)))] == [16] * 16
    assert heat_map(np.array([[1, np.inf, -np.inf, np.nan]]))[0][-1] == "x"


def test_a_widget_has_its_step_and_keeps_the_figure_beside_it():
    pytest.importorskip("anywidget")
    y, names = neuron()
    shown = step_backward(y, names=names)
    widget = shown.widget()
    assert (widget.step, widget.selected) == (shown.start, -1)
    widget.step, widget.selected = 0, 2
    with pytest.raises(Exception, match=f"step must be from 0 to {len(shown.told) - 1}"):
        widget.step = 99
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["text/html"] == shown.html
    assert "<script>" not in widget.page
    json.dumps(widget.data)
    widget.close()


def test_what_is_folded_away_takes_one_step_for_each_receiver():
    w, h = leaf(0.5), tg.tensor(1.0)
    for _ in range(100):
        h = (h * w).sin()
    shown = step_backward(h, names={"w": w})
    folded = [step for step in shown.steps if step.kind == "folded"]
    assert len(folded) <= 2
    assert len(shown.steps) < 30
    (store,) = [step for step in shown.steps if step.kind == "store"]
    h.backward()
    assert store.after == w.grad
    assert "97 × (×, sin) sends to w." in " ".join(shown.told)


def test_leaves_that_are_folded_away_are_counted():
    x = leaf(0.5)
    for _ in range(100):
        x = (x * 1.01).sin()
    assert step_backward(x).alt.endswith("1 leaf folded away gets its gradient.")
    model = nn.Sequential(*[nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2)) for _ in range(9)])
    shown = step_backward(model(tg.ones(1, 2)).sum())
    assert shown.alt.endswith("36 leaves folded away get their gradients.")
    assert "… (model.8)" in " ".join(shown.told)
