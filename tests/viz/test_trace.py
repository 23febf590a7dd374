"""The code that is marked is the code that recorded the operation, and the graph grows in that order."""

from __future__ import annotations

import linecache

import teachgrad as tg
from teachgrad import nn
from teachgrad.viz import trace_forward
from teachgrad.viz.scene import Layer, Rect, keyed
from teachgrad.viz.trace import LETTER
from tests.viz.pages import Page, words


def leaf(values):
    return tg.tensor(values, requires_grad=True)


def marked(shown, moment):
    """The letters that the mark covers, of a listing with each line once."""
    scene = shown.moments[moment]
    mark = keyed(scene.marks)["running"]
    assert isinstance(mark, Rect)
    found = []
    for text in scene.marks:
        if getattr(text, "look", "") == "code" and mark.y <= text.y <= mark.y + mark.height:
            start = round((mark.x + 1 - text.x) / LETTER)
            found.append(text.text[max(0, start) : start + round((mark.width - 2) / LETTER)])
    return "\n".join(found)


def seen(shown, moment):
    """The names or symbols of the items that can be seen."""
    marks = keyed(shown.moments[moment].marks)
    layers = [(i, marks[f"i{i}"]) for i in range(len(shown.graph.items))]
    items = [shown.graph.items[i] for i, layer in layers if isinstance(layer, Layer) and layer.shown]
    return [item.name or item.symbol or item.value for item in items]


def test_the_expression_at_work_is_marked():
    x, w, b = tg.tensor(2.0), leaf(-3.0), leaf(6.5)
    shown = trace_forward(lambda: (x * w + b).tanh())
    assert [marked(shown, i) for i in (1, 2, 3)] == ["x * w", "x * w + b", "(x * w + b).tanh()"]
    assert [seen(shown, i) for i in (0, 1, 3)] == [
        ["x", "w", "b"],
        ["x", "w", "×", "b"],
        ["x", "w", "×", "b", "+", "tanh"],
    ]


def loss(x, w):
    hidden = x * w
    out = ["é", hidden.exp()][1]
    for _ in range(2):
        out = out.where(
            out > 0,
            out + 1,
        )
    return out


def test_lines_loops_and_letters_of_two_bytes():
    shown = trace_forward(loss, tg.tensor(1.0), leaf(0.5))
    assert [marked(shown, i) for i in (1, 2)] == ["x * w", "hidden.exp()"]
    assert marked(shown, 3) == "out + 1"
    assert marked(shown, 4).split("\n") == ["out = out.where(", "out > 0,", "out + 1,", ")"]
    assert {"x", "w", "hidden"} <= set(words(shown.svg))
    assert seen(shown, 2)[-1] == "exp"
    assert seen(shown, 0) == ["x", "w"]


def test_a_module_shows_its_forward():
    class Double(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(tg.tensor(2.0))

        def forward(self, x):
            return x * self.scale

    assert marked(trace_forward(Double(), tg.tensor(3.0)), 1) == "x * self.scale"


def test_without_source_the_graph_is_there_still(monkeypatch):
    monkeypatch.delitem(linecache.cache, "<string>", raising=False)  # of the program that runs the tests, if from -c
    x = leaf(2.0)
    shown = trace_forward(eval("lambda: x * x", {"x": x}))
    assert not any(mark.look == "code" for mark in shown.picture.marks if hasattr(mark, "look"))
    assert shown.alt == "Forward pass in 1 operation: × = 4.0."


def test_nothing_recorded_is_said_in_words():
    assert repr(trace_forward(lambda: tg.tensor(2.0) * 2)).startswith("Nothing to draw")
    assert "a float" in repr(trace_forward(lambda: 2.0))


def test_code_is_text_and_nothing_else():
    x = leaf(2.0)
    evil = trace_forward(lambda: x * len("</script><b>"))
    assert evil.html.count("</script>") == 1
    assert "b" not in Page(evil.html).tags
    assert 'len("</script><b>")' in "".join(words(evil.svg))
