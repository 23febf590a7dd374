"""The exercises of lesson 03, Expressions are graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import teachgrad as tg
from teachgrad import viz
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.tensor import Tensor
from teachgrad.viz import model, text
from teachgrad.viz.figure import Figure
from teachgrad.viz.model import Graph


def _leaves(*values: float) -> tuple[Tensor, ...]:
    return tuple(tg.tensor(value, requires_grad=True) for value in values)


def formula(graph: Graph) -> str:
    """A graph as one line; the inputs of + and × in the order of the alphabet, for theirs does not matter.

    >>> y, x = _leaves(3.0, 2.0)
    >>> formula(model.read((y * x - 1) ** 2, model.Names({"x": x, "y": y})))
    '((x × y) − 1.0)**2'
    """
    written: list[str] = []
    for place, item in enumerate(graph.items):
        inputs = [written[tail] for tail in graph.inputs(place)]
        if item.kind != "operation":
            written.append(item.name or item.value)
        elif len(inputs) == 2:
            first, second = sorted(inputs) if item.symbol in ("+", "×") else inputs
            written.append(f"({first} {item.symbol} {second})")
        else:
            written.append(f"{inputs[0]}{item.symbol}" if item.symbol[0] == "*" else f"{item.symbol} of {inputs[0]}")
    return written[-1]


def _graph(result: Any, **names: Tensor) -> Graph | Finding:
    """The graph of an answer's result; or, in words, why there is none."""
    if result is None or result is ...:
        return Finding("nothing", "it returned nothing.")
    if not isinstance(result, Tensor) or result.grad_fn is None:
        return Finding("no graph", f"it returned {result!r}, and no operation is on record.")
    return model.read(result, model.Names(names))


# --- 03-1: how many operations? ----------------------------------------------------------------------------------


def _counted() -> dict[str, int]:
    """By running the six programs."""
    x, w = _leaves(2.0, 3.0)
    k, h, s = tg.tensor(2.0), x, x * w
    for _ in range(3):
        h = w * h + 1
    programs = {"A": (x + w) ** 2, "B": x * w + x * w, "C": s + s, "D": h, "E": 2 * 3 * x, "F": k * k + x}
    return {name: model.read(result, model.Names({})).operations for name, result in programs.items()}


# --- 03-2: build this graph --------------------------------------------------------------------------------------


def _target(x: Tensor, y: Tensor) -> Tensor:
    s = x * y
    return (s - 1) ** 2 + s


def wanted_graph() -> Figure:
    """The picture of the graph that exercise 03-2 asks for."""
    x, y = _leaves(2.0, 3.0)
    return viz.draw_graph(_target(x, y), names={"x": x, "y": y})


def _points() -> Iterable[Trial]:
    return [_leaves(2.0, 3.0), _leaves(-1.5, 0.5)]


def _built(build: Callable[..., Any], x: Tensor, y: Tensor) -> Any:
    """Which graph was built; equal ones have an equal kind."""
    result, wanted = build(x, y), _target(x, y)
    if result is ...:
        return result
    graph = _graph(result, x=x, y=y)
    if isinstance(graph, Finding):
        return graph
    right = abs(result.item() - wanted.item()) < 1e-5 * abs(wanted.item())
    said = "the value is right, the graph is another" if right else f"the value is {text.number(result.item())}"
    return Finding(
        f"{formula(graph)} by {graph.operations}",
        f"{said}: {text.plural(graph.operations, 'operation')}, {formula(graph)}. The picture shows 4.",
    )


def _build(line: str, first: str = "    s = x * y\n") -> str:
    return f"def build(x, y):\n{first}    return {line}\n"


# --- 03-3: count by walking --------------------------------------------------------------------------------------


def _results() -> Iterable[Trial]:
    """A chain, a shared node, a ladder of shared nodes, and a loop with a constant in each round; in words, too."""
    x, y = _leaves(2.0, 3.0)
    ladder = x * y
    for _ in range(6):
        ladder = ladder + ladder
    loop = x
    for _ in range(5):
        loop = y * loop + 1
    return [
        ((x * y).exp().sin(), "(x * y).exp().sin()"),
        (_target(x, y), "the graph of 03-2"),
        (ladder, "h = x * y, then six times h = h + h"),
        (loop, "h = x, then five times h = y * h + 1"),
    ]


def _told(operations: Callable[..., Any], result: Tensor, program: str) -> Any:
    """What is counted in the graph of a program."""
    found = operations(result)
    if found is None or found is ...:
        return found
    return Finding(f"{found!r}", f"behind {program}, it finds {found!r}, and there are {_there(result)}.")


def _there(result: Tensor) -> int:
    """The number of operations, from the picture's data."""
    return model.read(result, model.Names({})).operations


def _walk(condition: str = "node is not None and node not in seen", kept: str = "if node.next_functions:") -> str:
    return (
        "def operations(result):\n    seen, waiting = [], [result.grad_fn]\n"
        f"    while waiting:\n        node = waiting.pop()\n        if {condition}:\n"
        f"            {kept}\n                seen.append(node)\n"
        "            waiting += [parent for parent, _ in node.next_functions]\n    return len(seen)\n"
    )


# --- 03-4: the same value, another graph ---------------------------------------------------------------------------


def _bases() -> Iterable[Trial]:
    return [_leaves(2.0), _leaves(-1.1), _leaves(0.9)]


def _multiplied(eighth: Callable[..., Any], x: Tensor) -> Any:
    """Whether it is the eighth power, by three multiplications."""
    result = eighth(x)
    if result is ...:
        return result
    graph = _graph(result, x=x)
    if isinstance(graph, Finding):
        return graph
    symbols = [item.symbol for item in graph.items if item.kind == "operation"]
    value, wanted = result.item(), x.item() ** 8
    if abs(value - wanted) > 1e-4 * abs(wanted):
        kind, words = "value", f"{formula(graph)} is {text.number(value)}, and x⁸ is {text.number(wanted)}."
    elif set(symbols) != {"×"}:
        kind, words = "others", f"the value is right. The operations are {text.listing(symbols)}: only × is allowed."
    elif len(symbols) > 3:
        kind, words = "many", f"the value is right, by {len(symbols)} multiplications."
    else:
        kind, words = "fine", ""
    return Finding("fine" if kind == "fine" else f"{kind}: {formula(graph)}", words)


EXERCISES = (
    Exercise(
        id="03-1",
        title="How many operations?",
        name="count",
        stub='count = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ..., "F": ...}',
        solution='count = {"A": 2, "B": 3, "C": 2, "D": 6, "E": 1, "F": 1}',
        expected=_counted,
        hints=(
            "Play Python: which operations run, in which order? Each that touches a recorded tensor leaves a node.",
            "Still in doubt? Run the program and draw it: `viz.draw_graph(x * w + x * w)`.",
        ),
        wrong={
            "A with its leaves": Wrong('count = {"A": 4}', "In A, x and w are leaves. Operations are + and **2."),
            "A at once": Wrong('count = {"A": 1}', "In A two things happen one after the other: +, then **2."),
            "B shared": Wrong(
                'count = {"B": 2}',
                "In B the text is the same twice, and so is the value; but it runs twice. Nobody compares: only a "
                "name, as in C, shares a result.",
            ),
            "C repeated": Wrong(
                'count = {"C": 3}', "In C, s is one node. s + s is one more, with two arrows from the first."
            ),
            "D once": Wrong(
                'count = {"D": 2}',
                "In D the loop body was counted once. A graph knows no loops: what ran three times is there three "
                "times.",
            ),
            "D half": Wrong('count = {"D": 3}', "In D there are two operations in each round: × and +."),
            "E as written": Wrong(
                'count = {"E": 2}',
                "In E, Python begins on the left: 2 * 3 are two plain numbers, and nothing records them. x meets a 6.",
            ),
            "F as written": Wrong(
                'count = {"F": 2}', "In F, k does not require grad, so k * k is computed and not recorded."
            ),
        },
        points=2,
    ),
    Exercise(
        id="03-2",
        title="Build this graph",
        name="build",
        stub="def build(x, y):\n    return ...\n",
        solution=_build("(s - 1) ** 2 + s"),
        expected=lambda x, y: Finding("(((x × y) − 1.0)**2 + (x × y)) by 4"),
        trials=_points,
        run=_built,
        hints=(
            "Begin at the left: which operation uses x and y, and how many arrows leave it?",
            "A result that two operations use needs a name.",
            "`s = x * y`; the rest is one line.",
        ),
        wrong={
            "computed twice": Wrong(
                _build("(x * y - 1) ** 2 + x * y", ""),
                "x * y is written twice, so it runs twice. In the picture two arrows leave the same ×: give it a name.",
            ),
            "turned round": Wrong(
                _build("(1 - s) ** 2 + s"),
                "The square hides it: you compute 1 − s. In the picture × enters − as the upper input, 1 as the lower.",
            ),
            "multiplied out": Wrong(
                _build("s * s - s + 1"), "Algebra gives the same value. The graph records what ran, not what it equals."
            ),
            "a product for a square": Wrong(
                _build("(s - 1) * (s - 1) + s"), "That computes s − 1 twice. In the picture it is squared: `** 2`."
            ),
            "without the last": Wrong(
                _build("(s - 1) ** 2", "    s = x * y\n"), "The last + is missing: it uses × a second time."
            ),
            "the last from x": Wrong(
                _build("(s - 1) ** 2 + x"), "Follow the long arrow to + back to where it starts: at ×, not at x."
            ),
        },
        points=2,
    ),
    Exercise(
        id="03-3",
        title="Count by walking",
        name="operations",
        stub="def operations(result):\n    return ...\n",
        solution=_walk(),
        expected=lambda result, program: Finding(f"{_there(result)}"),
        trials=_results,
        run=_told,
        hints=(
            "Keep a list of nodes to visit, with `result.grad_fn` in it, and a list of nodes seen.",
            "Take a node out; put in those in its `next_functions`. None means: no node there.",
            "A leaf's node has empty `next_functions`: do not count it. A node that was seen is not visited again.",
        ),
        wrong={
            "once for each path": Wrong(
                _walk(condition="node is not None"),
                "A node with two users was counted twice, and all behind it, too. Keep the nodes that you have seen.",
            ),
            "with leaves": Wrong(
                _walk(kept="if True:"),
                "Leaves were counted, too. Theirs is a node that collects a gradient; it has no next_functions.",
            ),
            "once for each path, with leaves": Wrong(
                _walk(condition="node is not None", kept="if True:"),
                "Two things. Leaves were counted, too: their nodes have no next_functions. And who has two users was "
                "counted twice, and all behind it: keep the nodes that you have seen.",
            ),
            "first input only": Wrong(
                "def operations(result):\n    node, found = result.grad_fn, 0\n"
                "    while node and node.next_functions:\n        found += 1\n"
                "        node = node.next_functions[0][0]\n    return found\n",
                "That walks along first inputs only. An operation may have two, and each has a past.",
            ),
            "None": Wrong(
                _walk(condition="node not in seen"),
                "A constant has no node: in its place, next_functions holds None. Pass over it.",
            ),
            "neighbours": Wrong(
                "def operations(result):\n    return len(result.grad_fn.next_functions)\n",
                "These are the nodes one step away. Each of them has next_functions of its own.",
            ),
            "one too few": Wrong(
                _walk().replace("len(seen)", "len(seen) - 1"), "One is missing: the result was made by an operation."
            ),
        },
        points=3,
    ),
    Exercise(
        id="03-4",
        title="Same value, smaller graph",
        name="eighth",
        stub="def eighth(x):\n    return ...\n",
        solution="def eighth(x):\n    a = x * x\n    b = a * a\n    return b * b\n",
        expected=lambda x: Finding("fine"),
        trials=_bases,
        run=_multiplied,
        hints=(
            "Each multiplication may use the result of the one before, twice.",
            "x², x⁴, x⁸: give each a name.",
        ),
        wrong={
            "one after another": Wrong(
                "def eighth(x):\n    return x * x * x * x * x * x * x * x\n",
                "Seven times the same small step. What could one multiplication do with x * x?",
            ),
            "squares written out": Wrong(
                "def eighth(x):\n    return ((x * x) * (x * x)) * ((x * x) * (x * x))\n",
                "The right idea, and each half runs anew. Nothing is shared without a name.",
            ),
            "a power": Wrong(
                "def eighth(x):\n    return x**8\n", "One operation; but here you have multiplication only."
            ),
            "powers of powers": Wrong(
                "def eighth(x):\n    return ((x**2) ** 2) ** 2\n",
                "Three squares: the right shape. Now write each as a multiplication of a result by itself.",
            ),
            "sixth": Wrong(
                "def eighth(x):\n    a = x * x\n    b = a * a\n    return b * a\n",
                "x⁴ × x² is x⁶: when you multiply, exponents add.",
            ),
            "doubled": Wrong(
                "def eighth(x):\n    a = x + x\n    b = a + a\n    return b + b\n", "That is 8x: + doubles, × squares."
            ),
            "numbers": Wrong(
                "def eighth(x):\n    a = x.item() * x.item()\n    b = a * a\n    return b * b\n",
                "`.item()` is a plain number: it has the value and no past. Multiply tensors.",
            ),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "When does a node come into being?",
        (
            "when backward() is called",
            "when its operation runs",
            "when the function is defined",
        ),
        1,
        "The graph is ready before anybody asks for a gradient.",
    ),
    Question(
        "Which of these is an operation in the graph?",
        ("y = x", "if x > 0:", "y = x * 1", "for _ in range(3):"),
        2,
        "Names, branches and loops belong to Python. Only arithmetic on recorded tensors leaves nodes, even × 1.",
    ),
    Question(
        "How do you let two operations use one node?",
        ("write the expression twice", "give its result a name, and use that twice", "it happens by itself"),
        1,
        "Nobody compares expressions: what runs twice is there twice.",
    ),
    Question(
        "What does `result.grad_fn` hold?",
        (
            "the node of the operation that made the result",
            "the gradient of the result",
            "a function that you wrote",
        ),
        0,
        "From there, next_functions lead back to the leaves.",
    ),
    Question(
        "The same function is called with another number. Its graph",
        ("is the same: it belongs to the function", "is the same, with other values", "may have other nodes"),
        2,
        "A branch or a loop may take another way: the graph is that of this one run.",
    ),
)
