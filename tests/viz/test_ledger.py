"""The ledger says what each line did to `.grad`, by hand-made sums, and leaves the trace of others alone."""

from __future__ import annotations

import sys

import pytest

import teachgrad as tg
from teachgrad import nn
from teachgrad.viz import gradient_ledger
from teachgrad.viz.scene import Layer, keyed
from tests.viz.pages import Page, words


def told(ledger):
    """The line, the round and what it changed."""
    return [
        (
            entry.round,
            {name: (change.of_grad(), change.of_value()) for name, change in entry.changes.items()},
        )
        for entry in ledger.entries
    ]


def test_gradients_add_up_until_they_are_cleared():
    w = tg.tensor(1.0, requires_grad=True)

    def train():
        for x in (2.0, 3.0):
            (w * x).backward()
        w.grad = None
        (w * -1).backward()

    ledger = gradient_ledger(train)
    assert told(ledger) == [
        (1, {"w": ("None → 2.0", "")}),
        (2, {"w": ("2.0 + 3.0 = 5.0", "")}),
        (2, {"w": ("5.0 → None", "")}),
        (2, {"w": ("None → −1.0", "")}),
    ]
    assert ledger.alt.startswith(
        "Gradient ledger of 4 changes. (w * x).backward(): w.grad None → 2.0; w.grad 2.0 + 3.0"
    )


def test_an_optimizer_moves_values_and_clears():
    w, b = tg.tensor(1.0, requires_grad=True), tg.tensor(0.0, requires_grad=True)
    optimizer = tg.optim.SGD([w, b], lr=0.5)

    def train():
        for _ in range(2):
            optimizer.zero_grad(set_to_none=False)
            (3 * w - b).backward()
            optimizer.step()

    assert [changes for _, changes in told(gradient_ledger(train))] == [
        {"w": ("None → 3.0", ""), "b": ("None → −1.0", "")},
        {"w": ("", "1.0 → −0.5"), "b": ("", "0.0 → 0.5")},
        {"w": ("3.0 → 0.0", ""), "b": ("−1.0 → 0.0", "")},
        {"w": ("0.0 + 3.0 = 3.0", ""), "b": ("0.0 − 1.0 = −1.0", "")},
        {"w": ("", "−0.5 → −2.0"), "b": ("", "0.5 → 1.0")},
    ]


def test_what_is_called_counts_for_the_line_that_calls_it():
    model = nn.Linear(2, 1)

    def step():
        model(tg.ones(1, 2)).sum().backward()
        with tg.no_grad():
            for parameter in model.parameters():
                parameter.zero_()

    def train():
        step()

    (entry,) = gradient_ledger(train).entries
    assert {name: change.of_grad() for name, change in entry.changes.items()} == {
        "model.weight": "None → [[1., 1.]]",
        "model.bias": "None → [1.]",
    }
    assert all(not change.after.any() for change in entry.changes.values())


def test_rows_come_one_by_one_with_their_line():
    w = tg.tensor(1.0, requires_grad=True)

    def train():
        (w * 2).backward()
        w.grad.zero_()

    ledger = gradient_ledger(train)
    shown = [[keyed(moment.marks)[f"row{i}"].shown for i in range(2)] for moment in ledger.moments]
    assert shown == [[False, False], [True, False], [True, True]]
    marks = [keyed(moment.marks)["running"].y for moment in ledger.moments[1:]]
    assert marks[1] - marks[0] == 19
    assert isinstance(keyed(ledger.picture.marks)["row0"], Layer)
    assert {"None → 2.0", "2.0 → 0.0", "w.grad.zero_()", "w.grad"} <= set(words(ledger.svg))


def test_a_long_ledger_is_cut_and_says_so():
    w = tg.tensor(1.0, requires_grad=True)

    def train():
        for _ in range(40):
            (w * 2).backward()

    ledger = gradient_ledger(train)
    assert len(ledger.entries) == 40
    assert "… and 16 changes more" in words(ledger.svg)
    assert len(ledger.moments) == 25


def test_where_nothing_changes_words_say_so():
    assert repr(gradient_ledger(lambda: None)).startswith("Nothing to enter")
    with pytest.raises(TypeError, match="has none to follow"):
        gradient_ledger(len)


def test_an_error_of_the_loop_is_the_loops_and_tracing_ends():
    def train():
        raise ValueError("mine")

    before = sys.gettrace()
    with pytest.raises(ValueError, match="mine"):
        gradient_ledger(train)
    assert sys.gettrace() is before


def test_code_is_text_and_nothing_else():
    w = tg.tensor(1.0, requires_grad=True)

    def train():
        (w * len("</script><b>")).backward()

    html = gradient_ledger(train).html
    assert html.count("</script>") == 1
    assert "b" not in Page(html).tags


def test_a_variable_of_the_loop_hides_one_of_the_same_name_outside():
    w = tg.tensor(5.0, requires_grad=True)
    assert w.grad is None

    def inner():
        w = tg.tensor(2.0, requires_grad=True)
        (w * w).backward()

    assert repr(gradient_ledger(inner)) == "Gradient ledger of 1 change. (w * w).backward(): w.grad None → 4.0."
