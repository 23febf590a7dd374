"""Whatever engine lays a graph out: boxes keep apart, arrows point forward, and the same graph looks the same."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachgrad.viz import layout
from teachgrad.viz.layout import Layout, built_in, dot_program, lay_out, pygraphviz
from tests.viz.library import graphviz_library

SIZES = [(108.0, 48.0), (80.0, 28.0), (150.0, 28.0), (50.0, 28.0)]


@pytest.fixture
def a_dot_program(tmp_path, monkeypatch):
    """Graphviz as a program on PATH, made of the library."""
    graphviz_library()
    script = tmp_path / "draw.py"
    script.write_text(
        "import sys, pygraphviz\n"
        "graph = pygraphviz.AGraph(string=sys.stdin.read())\n"
        "sys.stdout.buffer.write(graph.draw(format=sys.argv[1].removeprefix('-T'), prog='dot'))\n"
    )
    program = tmp_path / "dot"  # a shell's first line may hold no space, and the path of a Python may
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{script}' \"$@\"\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    return program


@pytest.fixture(params=["built_in", "pygraphviz", "dot_program"])
def engine(request):
    if request.param == "dot_program" and os.name == "nt":
        pytest.skip("a script is no program here")
    if request.param == "pygraphviz":
        graphviz_library()
    if request.param == "dot_program":
        request.getfixturevalue("a_dot_program")
    return getattr(layout, request.param)


def graphs():
    """Sizes and edges as computation graphs have them: topological, one last box that everything leads to."""
    rng = np.random.default_rng(0)
    for count in (1, 2, 3, 8, 20, 45):
        heads = range(max(1, count // 2), count)
        edges = [(int(tail), head) for head in heads for tail in rng.integers(0, head, size=rng.integers(1, 3))]
        used = {tail for tail, _ in edges}
        edges += [(box, count - 1) for box in range(count - 1) if box not in used]
        yield [SIZES[i] for i in rng.integers(0, len(SIZES), size=count)], edges
    yield [SIZES[0], SIZES[1], SIZES[1], SIZES[2]], [(0, 1), (0, 1), (0, 2), (1, 2), (2, 3)]  # a cube: x * (x * x)


CASES = list(graphs())


def boxes(plan: Layout, sizes):
    return [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for (x, y), (w, h) in zip(plan.centres, sizes, strict=True)]


def on_curve(route):
    """Points all along a route of Bezier curves."""
    t = np.linspace(0, 1, 20)[:, None]
    for i in range(0, len(route) - 1, 3):
        a, b, c, d = np.array(route[i : i + 4])
        yield from (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d


@pytest.mark.parametrize("down", [False, True], ids=["across", "down"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{len(case[0])} boxes")
def test_every_engine_keeps_the_rules(engine, case, down):
    sizes, edges = case
    plan = engine(sizes, edges, down)
    placed = boxes(plan, sizes)
    for i, (left, top, right, bottom) in enumerate(placed):
        assert left > -1
        assert top > -1
        assert right < plan.width + 1
        assert bottom < plan.height + 1
        for other in placed[:i]:
            assert left >= other[2] or right <= other[0] or top >= other[3] or bottom <= other[1], "boxes overlap"
    assert len(plan.routes) == len(edges)
    for (tail, head), route in zip(edges, plan.routes, strict=True):
        assert len(route) % 3 == 1
        start, end = placed[tail], placed[head]
        along = 1 if down else 0
        assert start[along + 2] <= end[along] + 1e-6, "an arrow points backward"
        for point, box in ((route[0], start), (route[-1], end)):
            assert box[0] - 2 <= point[0] <= box[2] + 2
            assert box[1] - 2 <= point[1] <= box[3] + 2
    assert len(set(plan.routes)) == len(edges), "two arrows lie upon each other"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{len(case[0])} boxes")
def test_our_own_arrows_go_round_boxes(case):
    sizes, edges = case
    plan = built_in(sizes, edges)
    placed = boxes(plan, sizes)
    for (tail, head), route in zip(edges, plan.routes, strict=True):
        for x, y in on_curve(route):
            for i, (left, top, right, bottom) in enumerate(placed):
                assert i in (tail, head) or not (left < x < right and top < y < bottom)


@settings(deadline=None, derandomize=True)  # a slow machine is no failure
@given(st.integers(1, 25).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n * n), max_size=60))))
def test_our_own_layout_takes_any_graph(case):
    count, numbers = case
    edges = [(min(divmod(k, count)), max(divmod(k, count))) for k in numbers if len({*divmod(k, count)}) == 2]
    edges = [(tail, head) for tail, head in edges if head < count]
    sizes = [SIZES[i % len(SIZES)] for i in range(count)]
    plan = built_in(sizes, edges)
    placed = boxes(plan, sizes)
    for i, (left, top, right, bottom) in enumerate(placed):
        for other in placed[:i]:
            assert left >= other[2] or right <= other[0] or top >= other[3] - 1e-6 or bottom <= other[1] + 1e-6
    assert all(placed[tail][2] <= placed[head][0] for tail, head in edges)


def test_the_same_graph_looks_the_same(engine):
    sizes, edges = CASES[4]
    assert engine(sizes, edges) == engine(sizes, edges)


@pytest.mark.parametrize("down", [False, True], ids=["across", "down"])
def test_inputs_keep_their_order(engine, down):
    # (a - b) / (c - d): boxes 0 to 3, the differences 4 and 5, the quotient 6.
    plan = engine([SIZES[1]] * 7, [(0, 4), (1, 4), (2, 5), (3, 5), (4, 6), (5, 6)], down)
    aside = [centre[0 if down else 1] for centre in plan.centres]
    assert aside[0] < aside[1] < aside[2] < aside[3]
    assert aside[4] < aside[5]


def test_crossings_are_undone():
    # Three leaves into three operations in the opposite order: as numbered, every pair of arrows would cross.
    edges = [(0, 5), (1, 4), (2, 3), (3, 6), (4, 6), (5, 6)]
    plan = built_in([SIZES[1]] * 7, edges)
    height = [y for _, y in plan.centres]
    pairs = [(0, 5), (1, 4), (2, 3)]
    assert all((height[a] - height[c]) * (height[b] - height[d]) > 0 for a, b in pairs for c, d in pairs if a != c)


def test_a_chain_is_drawn_straight():
    plan = built_in([SIZES[1]] * 6, [(i, i + 1) for i in range(5)])
    assert {y for _, y in plan.centres} == {14.0}


def test_a_leaf_stands_next_to_where_it_is_used():
    # A chain of five, the last of which takes in a weight.
    plan = built_in([SIZES[1]] * 6, [(0, 1), (1, 2), (2, 3), (3, 5), (4, 5)])
    assert plan.centres[4][0] == plan.centres[3][0]


def test_a_wide_graph_goes_downwards():
    narrow = lay_out([SIZES[1]] * 3, [(0, 1), (1, 2)])
    wide = lay_out([SIZES[1]] * 30, [(i, i + 1) for i in range(29)])
    assert narrow.width > narrow.height
    assert wide.width < layout.WIDEST < wide.height


def test_what_is_level_is_one_line():
    chain = [(0, 5), *[(i, i + 1) for i in range(5)]]  # the first edge passes four columns
    plan = built_in([SIZES[1]] * 6, chain)
    assert len(plan.routes[0]) < 3 * 5
    heights = [y for _, y in plan.routes[0]]
    assert all(len({*heights[i : i + 7]}) > 1 for i in range(0, len(heights) - 6, 3))


def test_without_any_engine_it_is_drawn_all_the_same(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert lay_out(*CASES[3]).engine == "built-in"


def test_the_program_is_asked_first(a_dot_program):
    assert lay_out(*CASES[3]).engine == "dot"


@pytest.mark.skipif(os.name == "nt", reason="a script is no program here")
@pytest.mark.parametrize("script", ["exit 1", "echo nonsense", "echo 'graph 1 1 1'", "kill -9 $$"])
def test_a_broken_program_is_passed_over(tmp_path, monkeypatch, script):
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert dot_program(*CASES[3]) is None
    assert lay_out(*CASES[3]).engine in ("pygraphviz", "built-in")


def test_a_broken_library_is_passed_over(monkeypatch):
    library = graphviz_library()
    monkeypatch.setattr(library.AGraph, "draw", lambda *args, **kwargs: 1 / 0)
    assert pygraphviz(*CASES[3]) is None


def test_an_old_library_is_not_asked(monkeypatch):
    library = graphviz_library()
    monkeypatch.setattr(library, "__version__", "1.14")
    assert pygraphviz(*CASES[3]) is None


def test_the_library_prints_nothing_into_the_notebook():
    graphviz_library()
    code = "from teachgrad.viz.layout import pygraphviz; assert pygraphviz([(80, 28)] * 2, [(0, 1)])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
