"""module_tree counts what is learnt, sees shapes without changing the model, and puts what is alike together."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import teachgrad as tg
from teachgrad import nn
from teachgrad.viz import module_tree
from teachgrad.viz.scene import Text


def network():
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 8), nn.Tanh()), nn.Linear(8, 1))


def words(figure):
    return [mark.text for mark in figure.picture.marks if isinstance(mark, Text)]


def test_parameters_are_counted_where_they_are():
    tree = module_tree(network()).tree
    assert tree.count == sum(p.numel() for p in network().parameters()) == 24 + 72 + 9
    assert [branch.count for branch in tree.inside] == [24, 0, 72, 9]
    assert tree.inside[0].own == (("weight", "(8, 2)"), ("bias", "(8,)"))
    assert [branch.title for branch in tree.inside[2].inside] == [
        "0: Linear(in_features=8, out_features=8, bias=True)",
        "1: Tanh",
    ]


def test_an_example_shows_shapes_and_leaves_no_trace():
    model = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    model[2].eval()
    before = {name: value.tolist() for name, value in model.state_dict().items()}
    state = tg.get_rng_state().tolist()
    figure = module_tree(model, tg.ones(3, 2))
    assert [branch.shape for branch in figure.tree.inside] == ["(3, 4)"] * 3
    assert {name: value.tolist() for name, value in model.state_dict().items()} == before
    assert [module.training for module in model] == [True, True, False]
    assert tg.get_rng_state().tolist() == state
    assert not any(module._forward_hooks for module in model.modules())


def test_an_example_that_does_not_fit_leaves_no_hooks():
    model = network()
    with pytest.raises(RuntimeError):
        module_tree(model, tg.ones(3, 5))
    assert not any(module._forward_hooks for module in model.modules())
    assert model.training


def test_several_results_and_none_have_a_shape_or_none():
    assert module_tree(nn.LSTM(2, 3), tg.ones(5, 1, 2)).tree.shape == "(5, 1, 3)"
    assert module_tree(network()).tree.shape == ""


def test_neighbours_that_are_alike_are_one_row():
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    figure = module_tree(nn.TransformerEncoder(layer, 12), tg.ones(2, 3, 8))
    (layers,) = figure.tree.inside
    (twelve,) = layers.inside
    assert (twelve.name, twelve.times, twelve.count) == ("0 to 11", 12, 12 * 600)
    assert "0 to 11: 12 × TransformerEncoderLayer, 7,200 parameters, gives (2, 3, 8);" in figure.alt
    different = module_tree(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 3)))
    assert [branch.name for branch in different.tree.inside] == ["0 to 1", "2"]


def test_shared_parameters_are_counted_once():
    first = nn.Linear(4, 4)
    assert module_tree(nn.Sequential(first, nn.ReLU(), first)).tree.count == 20


class Rows(HTMLParser):
    """How deep each row of a page is, and whether it is open."""

    def __init__(self, markup):
        super().__init__()
        self.depth, self.rows = 0, []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        if tag == "details":
            self.rows.append((self.depth, ("open", None) in attrs))
            self.depth += 1

    def handle_endtag(self, tag):
        self.depth -= tag == "details"


def test_in_the_page_all_but_the_first_row_is_folded():
    rows = Rows(module_tree(network()).html).rows
    assert rows == [(0, True), (1, False), (1, False), (2, False), (1, False)]


def test_the_still_picture_opens_as_far_as_it_fits():
    assert "0: Linear(in_features=8, out_features=8, bias=True)" in words(module_tree(network()))
    wide = nn.Sequential(*(nn.Sequential(nn.Linear(k, k + 1), nn.ReLU(), nn.Linear(k + 1, k)) for k in range(1, 16)))
    titles = [word for word in words(module_tree(wide)) if ": " in word]
    assert len(titles) == 15
    assert all(title.endswith("Sequential") for title in titles)


def test_a_class_is_shown_and_not_obeyed():
    class Hostile(nn.Module):
        def extra_repr(self):
            return "</code><script>alert(1)</script>"

    page = module_tree(nn.Sequential(Hostile())).html
    assert page.count("<script>") == 1
    assert "&lt;script&gt;" in page


def test_bars_are_parts_of_the_whole():
    parts = re.findall(r"--part:([\d.]+)%", module_tree(nn.Sequential(nn.Linear(2, 1), nn.Linear(1, 3))).html)
    assert parts == ["100.0", "33.3", "66.7"]
    assert "100.0" not in re.findall(r"--part:([\d.]+)%", module_tree(nn.ReLU()).html)
