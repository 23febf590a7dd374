"""draw_graph shows what is there, in every format, whatever the tensors are called."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import teachgrad as tg
from teachgrad.viz import draw_graph, layout, text
from teachgrad.viz.drawing import Drawing
from tests.viz.library import graphviz_library
from tests.viz.pages import SVG, Page, pictured, still, untrusted, words

EVIL = [
    "<script>alert(1)</script>",
    '"];',
    "</title></svg>",
    "-->",
    "a\\nb",
    "a\nb",
    "$x^2$",
    "&lt;",
    "' onload='",
    "{x}",
    "梯度",
]


@pytest.fixture(autouse=True)
def without_engines(monkeypatch):
    """Positions are no matter here, and our own layout is there everywhere."""
    monkeypatch.setattr(layout, "ENGINES", ())


def leaf(values):
    return tg.tensor(values, requires_grad=True)


def square_of_a_sum():
    x, y = leaf(2.0), leaf(3.0)
    z = (x + y) ** 2
    return z, x, y


def test_it_shows_names_values_symbols_and_gradients():
    z, x, y = square_of_a_sum()
    before = words(draw_graph(z, names={"x": x, "y": y, "z": z}).svg)
    assert before == ["x", "2.0", "grad", "None", "y", "3.0", "grad", "None", "+", "5.0", "**2", "z", "25.0"]
    z.backward()
    after = words(draw_graph(z, names={"x": x, "y": y, "z": z}).svg)
    assert after == ["10.0" if word == "None" else word for word in before]


def test_page_and_image_show_the_same():
    z, *_ = square_of_a_sum()
    figure = draw_graph(z)
    assert Page(figure.html).text == words(figure.svg)
    assert pictured(still(figure.html)) == sorted(words(figure.svg))
    assert figure._repr_html_() == figure.html


def test_where_scripts_and_svg_are_taken_out_an_image_is_left_and_the_remaining_words_are_hidden():
    z, *_ = square_of_a_sum()
    figure = draw_graph(z)
    stripped = untrusted(figure.html)
    assert Page(stripped).tags == ["figure", "div", "img"]
    assert Page(stripped).images[0]["alt"] == figure.alt == repr(figure)
    assert re.fullmatch(
        r'<figure class="tg"><div class="tg-live" hidden="hidden">[^<]*</div><img [^>]*></figure>', stripped
    )


def test_the_words_say_what_the_picture_shows():
    z, x, y = square_of_a_sum()
    z.backward()
    assert draw_graph(z, names={"x": x, "y": y, "z": z}).alt == (
        "Computation graph of z = 25.0: leaves x = 2.0 (grad 10.0) and y = 3.0 (grad 10.0); "
        "+ of x and y = 5.0; z = **2 of + = 25.0."
    )


def test_the_words_for_a_large_graph_count():
    x = leaf(1.0)
    y = x
    for _ in range(1000):
        y = y.sin()
    assert "1,000 operations, 1 leaf" in draw_graph(y).alt
    assert len(draw_graph(y).alt) < 300


def test_backward_moves_no_box():
    z, *_ = square_of_a_sum()
    before = draw_graph(z).svg
    z.backward()
    after = draw_graph(z).svg
    places = r'<(?:rect|path|text)[^>]* (?:[xydrh]|width|height)="[^>]*>'
    assert re.findall(places, before) == [place.replace("arrived", "awaited") for place in re.findall(places, after)]


def test_every_text_fits_in_its_box():
    w = leaf([[1.5, -2.5], [3.25, 1e-9]])
    model_bias = leaf([0.125])
    out = ((w @ w).tanh() + model_bias).mean()
    out.backward()
    root = ElementTree.fromstring(draw_graph(out).svg)
    sizes = {"name": 13, "value": 13, "lone": 13, "word": 11, "grad": 11}
    checked = 0
    for group in draw_graph(out).picture.marks:
        if not hasattr(group, "marks"):
            continue
        box = group.marks[0]
        for mark in group.marks:
            if type(mark).__name__ == "Text" and mark.look in sizes:
                width = text.width(mark.text) * sizes[mark.look] * 0.602  # the widest of the usual monospaced fonts
                left = {"name": mark.x, "word": mark.x, "lone": mark.x - width / 2}.get(mark.look, mark.x - width)
                assert box.x <= left
                assert left + width <= box.x + box.width
                checked += 1
    assert checked == len([t for t in root.iter(f"{SVG}text") if t.get("class") != "tg-symbol"])


def test_names_are_taken_from_the_place_of_the_call():
    weight = leaf(2.0)
    _hidden = leaf(3.0)
    loss = weight * _hidden
    assert words(draw_graph(loss).svg) == [
        "weight",
        "2.0",
        "grad",
        "None",
        "leaf",
        "3.0",
        "grad",
        "None",
        "×",
        "loss",
        "6.0",
    ]


GLOBAL = leaf(4.0)


def test_variables_of_the_module_count_too():
    assert "GLOBAL" in words(draw_graph(GLOBAL.exp()).svg)


def test_no_names_if_none_are_wanted():
    z, *_ = square_of_a_sum()
    assert {"x", "y", "z"} & set(words(draw_graph(z, names={}).svg)) == set()


@pytest.mark.parametrize("name", EVIL)
def test_a_name_is_text_and_nothing_else(name):
    x = leaf(2.0)
    figure = draw_graph(x * 3, names={name: x})
    plain = words(draw_graph(x * 3, names={"x": x}).svg)
    shown = text.clean(name)
    assert words(figure.svg) == [shown if word == "x" else word for word in plain]
    assert Page(figure.html).tags == Page(draw_graph(x * 3, names={"x": x}).html).tags
    assert "".join(Page(figure.html).text) == "".join(words(figure.svg))
    assert Page(figure.html).images[0]["alt"] == figure.alt


@settings(deadline=None, derandomize=True)  # a slow machine is no failure
@given(st.text(min_size=1, max_size=60))
def test_any_text_can_be_a_name(name):
    x = leaf(2.0)
    figure = draw_graph(x * 3, names={name: x})
    assert text.clean(name) in words(figure.svg)
    assert text.clean(name) in words(still(figure.html))
    assert figure.html.isascii()


@pytest.mark.parametrize("name", EVIL)
def test_dot_source_says_the_same_to_graphviz(name):
    graphviz = graphviz_library()
    x = leaf(2.0)
    source = draw_graph(x * 3, names={name: x}).dot
    read = graphviz.AGraph(string=source)
    assert len(read.nodes()) == 3
    assert len(read.edges()) == 2
    label = read.get_node("0").attr["label"]
    assert (
        label.replace("\\\\", "\\").replace("\\n", "\n").split("\n")[0]
        == text.clean(name).replace("\\n", "\n").split("\n")[0]
    )


@pytest.mark.parametrize(
    ("thing", "why"),
    [
        (3.0, "a float"),
        (None, "a NoneType"),
        (tg.tensor(1.0), "no graph"),
        (leaf(1.0).detach(), "no graph"),
    ],
    ids=["a number", "nothing", "a constant", "a detached tensor"],
)
def test_where_nothing_can_be_drawn_words_say_why(thing, why):
    figure = draw_graph(thing)
    assert repr(figure).startswith("Nothing to draw")
    assert why in repr(figure)
    assert " ".join(words(figure.svg)) == repr(figure)
    assert Page(figure.html).images[0]["alt"] == repr(figure)


def test_a_gradient_is_told_apart_without_colour():
    z, *_ = square_of_a_sum()
    before = draw_graph(z).svg
    z.backward()
    after = draw_graph(z).svg
    assert "tg-awaited" in before
    assert "tg-arrived" in after
    assert "None" in words(before)
    assert "None" not in words(after)


def test_a_picture_wider_than_a_notebook_can_be_scrolled_by_keys():
    parts = {f"a_rather_long_name_{i}": leaf(float(i)) for i in range(8)}
    long = tg.stack(list(parts.values())).sum()
    for _ in range(10):
        long = long.sin()
    wide, small = draw_graph(long, names=parts), draw_graph(leaf(1.0) * 2)
    assert wide.picture.width > layout.WIDEST > small.picture.width
    assert 'tabindex="0"' in wide.html
    assert "min-width" in wide.html
    assert 'tabindex="0"' not in small.html


def test_sixty_nodes_are_no_burden_for_a_notebook():
    x = leaf(0.5)
    y = x
    for _ in range(19):
        y = (y * 1.01).sin()
    figure = draw_graph(y)
    assert isinstance(figure, Drawing)
    assert len(figure.graph.items) > 55
    assert len(figure.html) < 80_000


def test_a_cut_is_a_dashed_arrow_that_joins_what_the_engine_sees_apart():
    w = leaf(3.0)
    a = w * 2
    c = a.detach()
    out = a * c
    figure = draw_graph(out, cuts=[(a, c)])
    assert figure.svg.count("tg-cut") > draw_graph(out, names={}).svg.count("tg-cut") == 0
    assert figure.alt.endswith("out = × of a and c = 36.0; cut between a and c.")
    out.backward()
    assert "12.0" in words(draw_graph(out).svg)  # half of the true slope, 24
    with tg.no_grad():
        quiet = w * 3
    assert draw_graph(quiet, cuts=[(w, quiet)]).alt.endswith("leaf w = 3.0 (grad 12.0); cut between w and quiet.")
