"""The graph as data says what the engine's nodes say, and stays what it was."""

from __future__ import annotations

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn
from teachgrad.graph import AccumulateGrad
from teachgrad.viz import draw_graph
from teachgrad.viz.model import FEW, MOST, Graph, Names, read, read_with_places
from tests.allocations import calls_made


def leaf(values):
    return tg.tensor(values, requires_grad=True)


def items(graph: Graph, kind: str):
    return [item for item in graph.items if item.kind == kind]


def nodes_behind(tensor):
    """All operations behind a tensor, found by `next_functions`, as PyTorch users walk a graph."""
    seen, waiting = [], [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node not in seen and not isinstance(node, AccumulateGrad):
            seen.append(node)
            waiting.extend(parent for parent, _ in node.next_functions if parent is not None)
    return seen


def test_the_square_of_a_sum():
    x, y = leaf(2.0), leaf(3.0)
    graph = read((x + y) ** 2, Names({"x": x, "y": y}))
    assert [(item.kind, item.name, item.symbol, item.value, item.grad) for item in graph.items] == [
        ("leaf", "x", "", "2.0", "None"),
        ("leaf", "y", "", "3.0", "None"),
        ("operation", "", "+", "5.0", ""),
        ("operation", "", "**2", "25.0", ""),
    ]
    assert graph.edges == ((0, 2), (1, 2), (2, 3))


def test_it_has_the_operations_and_edges_that_next_functions_show():
    w, b = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([1.0, 1.0])
    h = (w @ w + b).tanh()
    loss = (h * h).sum() + w.exp().mean()
    graph = read(loss, Names({}))
    nodes = nodes_behind(loss)
    assert graph.operations == len(nodes) == len(items(graph, "operation"))
    assert len(graph.edges) == sum(parent is not None for node in nodes for parent, _ in node.next_functions) + (
        len(items(graph, "constant"))
    )
    assert all(tail < head for tail, head in graph.edges)


def test_a_gradient_is_none_until_backward_fills_it():
    x, y = leaf(2.0), leaf(3.0)
    z = (x + y) ** 2
    before = read(z, Names({"x": x, "y": y}))
    z.backward()
    after = read(z, Names({"x": x, "y": y}))
    assert [item.grad for item in items(before, "leaf")] == ["None", "None"]
    assert [item.grad for item in items(after, "leaf")] == ["10.0", "10.0"]  # 2 (x + y)
    assert [item.value for item in before.items] == [item.value for item in after.items]


def test_it_is_a_snapshot():
    x = leaf([1.0, 2.0])
    y = (x * 3).sum()
    graph = read(y, Names({"x": x}))
    seen = repr(graph)
    y.backward()
    with tg.no_grad():
        x += 1
    assert repr(graph) == seen


@pytest.mark.parametrize(
    ("values", "value", "grad"),
    [
        (2.0, "2.0", "1.0"),
        ([1.0, -2.5], "[1., −2.5]", "[1., 1.]"),
        ([[1.0, 1.0], [1.0, 1.0]], "[[1., 1.], [1., 1.]]", "[[1., 1.], [1., 1.]]"),
        (np.zeros((3, 12)).tolist(), "(3, 12)", "norm 6.0"),
        (np.zeros((0, 3)).tolist(), "[]", "[]"),
        (float("nan"), "nan", "1.0"),
    ],
)
def test_values_are_shown_if_they_are_few_else_shapes(values, value, grad):
    x = leaf(values)
    x.sum().backward()
    (item,) = items(read(x.sum(), Names({})), "leaf")
    assert (item.value, item.grad) == (value, grad)


def test_a_weight_used_twice_is_one_leaf():
    w = leaf(2.0)
    graph = read((w * 3).tanh() * w, Names({"w": w}))
    assert len(items(graph, "leaf")) == 1
    assert len([tail for tail, _ in graph.edges if graph.items[tail].name == "w"]) == 2


def test_a_square_by_multiplication_has_two_edges():
    x = leaf(3.0)
    graph = read(x * x, Names({"x": x}))
    assert graph.edges == ((0, 1), (0, 1))


def test_one_minus_x_reads_from_left_to_right():
    x = leaf(6.0)
    for result, first, second in ((1 - x, "1.0", "6.0"), (x - 1, "6.0", "1.0")):
        graph = read(result, Names({}))
        assert [graph.items[place].value for place in graph.inputs(2)] == [first, second]


def test_named_constants_are_one_and_numbers_are_as_many_as_written():
    data, w = tg.tensor([1.0, 2.0]), leaf([1.0, 1.0])
    graph = read(((w * data).exp() * data * 2.0 * 2.0).sum(), Names({"data": data, "w": w}))
    assert sorted((item.name, item.value) for item in items(graph, "constant")) == [
        ("", "2.0"),
        ("", "2.0"),
        ("data", "[1., 2.]"),
    ]


def test_intermediates_show_a_gradient_that_they_retain():
    x = leaf(2.0)
    h = x * 3
    h.retain_grad()
    (h * h).backward()
    graph = read(h, Names({"h": h}))
    assert [(item.name, item.grad) for item in items(graph, "operation")] == [("h", "12.0")]  # 2 h


def test_the_first_of_several_names_counts():
    x = leaf(1.0)
    assert read(x * 2, Names({"x": x, "alias": x})).items[0].name == "x"


def test_parameters_are_called_as_their_module_calls_them():
    torch_names = {"model.0.weight", "model.0.bias", "model.2.weight", "model.2.bias"}
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    graph = read(model(tg.ones(4, 2)).sum(), Names({"model": model, "kind": nn.Linear, "n": 3}))
    assert {item.name for item in items(graph, "leaf")} == torch_names


def test_a_leaf_alone():
    x = leaf(1.0)
    graph = read(x, Names({"x": x}))
    assert (len(graph.items), graph.edges, graph.leaves, graph.operations) == (1, (), 1, 0)


def test_a_freed_graph_can_still_be_read():
    w, data = leaf(np.ones((9, 9)).tolist()), tg.tensor([[2.0] * 9])
    names = Names({"w": w, "data": data})
    loss = (w.exp() * w + data * w * 3 - 1).sum()
    before = read(loss, names)
    loss.backward()
    after = read(loss, names)
    assert after.edges == before.edges
    assert [(item.name, item.symbol) for item in after.items] == [(item.name, item.symbol) for item in before.items]
    assert [(item.name, item.value) for item in items(after, "constant")] == [
        ("data", "(1, 9)"),
        ("", "3.0"),
        ("", "1.0"),
    ]


def chain(length: int):
    x = leaf(0.5)
    for _ in range(length // 2):
        x = (x * 1.01).sin()
    return x


@pytest.mark.parametrize("length", [100, 1000, 100_000])
def test_a_long_graph_is_cut_and_counted(length):
    graph = read(chain(length), Names({}))
    (folded,) = items(graph, "folded")
    assert len(graph.items) <= FEW + 1
    assert graph.items[0] is folded
    assert graph.operations == length
    shown = len(items(graph, "operation"))
    assert f"{length - shown:,} operations" in folded.name
    assert "1 leaf" in folded.name
    assert "×" in folded.value
    assert "sin" in folded.value
    assert all(tail < head for tail, head in graph.edges)
    assert {0, len(graph.items) - 1} <= {place for edge in graph.edges for place in edge}


def test_a_graph_that_fits_is_shown_whole():
    graph = read(chain(38), Names({}))
    assert len(graph.items) == 38 + 19 + 1 <= MOST
    assert not items(graph, "folded")


def test_an_operation_of_many_leaves_is_cut_and_counted():
    parts = [leaf(float(i)) for i in range(500)]
    graph = read(tg.stack(parts).sum(), Names({}))
    assert len(graph.items) <= FEW + 3
    (folded,) = items(graph, "folded")
    assert f"{500 - len(items(graph, 'leaf'))} leaves" in folded.name


def test_what_is_folded_is_connected_once():
    graph = read(chain(1000), Names({}))
    assert len(set(graph.edges)) == len(graph.edges)


def test_cuts_are_edges_that_come_last_and_point_forward():
    w, u = leaf(3.0), leaf(1.0)
    v = w.detach()
    graph = read(u * v, Names({"v": v, "w": w}, cuts=[(w, v)]))
    assert [item.name for item in graph.items] == ["w", "", "v", ""]
    assert graph.edges == ((1, 3), (2, 3), (0, 2))
    assert graph.cuts == ((0, 2),)
    unnamed = read(u * v, Names({}, cuts=[(w, v)]))
    assert unnamed.cuts == ((0, 2),)
    assert read(u * v, Names({})).cuts == ()


def test_a_large_model_is_folded_by_module():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x):
            return x + self.second(self.first(x).tanh())

    model = nn.Sequential(nn.Linear(2, 4), *[Block() for _ in range(10)], nn.Linear(4, 1))
    graph = read((model(tg.ones(3, 2)) ** 2).sum(), Names({"model": model}))
    folds = items(graph, "folded")
    assert [item.name for item in folds] == [f"… model.{i}" for i in range(1, 11)]
    assert {item.value for item in folds} == {"3 operations and 4 leaves"}  # the sum stands between the modules
    assert {item.name for item in items(graph, "leaf")} == {
        f"model.{i}.{kind}" for i in (0, 11) for kind in ("weight", "bias")
    }
    assert (graph.operations, graph.leaves) == (44, 44)
    assert all(tail < head for tail, head in graph.edges)


def test_steps_that_are_repeated_are_folded_up_to_the_last():
    w, u, h = leaf(np.ones((2, 2)).tolist()), leaf(np.ones((3, 2)).tolist()), tg.zeros(1, 2)
    for _ in range(40):
        h = (h @ w + tg.ones(1, 3) @ u).tanh()
    graph = read(h.sum(), Names({"w": w, "u": u}))
    (fold,) = items(graph, "folded")
    assert fold.value == "39 × (@, @, +, tanh)"
    assert "156 operations" in fold.name
    assert [item.symbol for item in items(graph, "operation")] == ["@", "@", "+", "tanh", "Σ"]
    place = graph.items.index(fold)
    assert {graph.items[tail].name for tail in graph.inputs(place)} == {"w", "u"}  # which others use as well


def test_every_node_has_a_place_and_every_edge_its_ends():
    w = leaf(0.5)
    x = w
    for _ in range(60):
        x = (x * w).sin()
    graph, places = read_with_places(x, Names({"w": w}))
    assert set(places.items.values()) == set(range(len(graph.items)))
    for (node, place), along in places.edges.items():
        parent = node.parents[place]
        assert graph.edges[along] == (places.items[parent], places.items[node])


def test_a_thousand_nodes_are_soon_drawn():
    """In 0.05 seconds, for which so many calls stand: they are the same on every machine."""
    end = chain(1000)
    assert len(draw_graph(end).html) < 80_000
    assert calls_made(lambda: draw_graph(end).html) < 100_000
