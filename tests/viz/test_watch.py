"""What the graph holds is counted by hand here: 4 bytes an element, each piece of memory once."""

from __future__ import annotations

import pytest

import teachgrad as tg
from teachgrad.viz import watch_autograd
from teachgrad.watching import watchers
from tests.viz.pages import Page, words


def leaf(*sizes):
    return tg.ones(*sizes, requires_grad=True)


def held(watch):
    return [event.held for event in watch.events]


def test_results_are_counted_once_and_let_go_one_by_one():
    x = leaf(100)
    with watch_autograd() as seen:
        h = x.exp()  # keeps its result: 400 bytes
        y = h * h  # keeps its input, the same memory
        z = y.tanh()  # keeps its result
        loss = z.sum()  # keeps nothing
        loss.backward()
    assert held(seen) == [400, 400, 800, 800, 800, 400, 400, 0]
    assert [event.saved for event in seen.events][:4] == [400, 0, 400, 0]
    assert [event.name for event in seen.events] == [
        "ExpBackward0",
        "MulBackward0",
        "TanhBackward0",
        "SumBackward0",
        "SumBackward0",
        "TanhBackward0",
        "MulBackward0",
        "ExpBackward0",
    ]
    assert seen.peak == 800


def test_leaves_and_data_are_not_the_graphs():
    with watch_autograd() as seen:
        y = leaf(100) * tg.ones(100)
    assert seen.peak == 0
    del y


def test_a_graph_that_is_dropped_holds_nothing():
    x = leaf(100)
    with watch_autograd() as seen:
        y = x.exp()
        del y
        z = x * 2
    assert held(seen) == [400, 0]
    del z


def test_a_retained_graph_is_held_on():
    x = leaf(100)
    with watch_autograd() as seen:
        loss = x.exp().sum()
        loss.backward(retain_graph=True)
    assert held(seen) == [400, 400, 400, 400]


def test_views_of_one_memory_are_one():
    x = leaf(10, 10)
    with watch_autograd() as seen:
        h = x.exp()
        loss = (h.T * h.reshape(10, 10)).sum()
    assert seen.peak == 400
    assert loss.requires_grad


def test_it_is_told_and_drawn():
    x = leaf(1000)
    with watch_autograd() as seen:
        x.exp().sum().backward()
    assert repr(seen) == (
        "2 operations recorded; the graph held 4.0 kB at most, and 0 B at the end. exp saved 4.0 kB; Σ saved nothing."
    )
    assert {"exp", "(1000,)", "4.0 kB", "Σ", "()", "–"} <= set(words(seen.figure.svg))
    assert Page(seen.html).images[0]["alt"] == repr(seen)
    assert seen._repr_html_() == seen.html


def test_many_operations_are_counted_by_kind_and_drawn_in_short():
    x = leaf(1)
    with watch_autograd() as seen:
        for _ in range(2000):
            x = (x * 1.001).tanh()
    assert "tanh saved 8.0 kB" in repr(seen)
    assert {"2,000 times", "tanh"} <= set(words(seen.figure.svg))
    assert len(seen.html) < 60_000


def test_nothing_recorded_is_said(tmp_path):
    with watch_autograd() as seen:
        tg.ones(3) * 2
    assert repr(seen).startswith("Nothing was recorded")
    seen.save(tmp_path / "nothing.svg")
    assert "Nothing was recorded" in (tmp_path / "nothing.svg").read_text()


def test_watching_ends_with_the_block_whatever_happens():
    with pytest.raises(ValueError, match="mine"), watch_autograd() as seen:
        raise ValueError("mine")
    assert seen not in watchers
