"""Engines that learners have written, drawn as teachgrad draws its own.

An engine is any class whose objects hold a number, a gradient, and what they were made of, under one of the usual
names: that of lesson 06, or of one from elsewhere. Knows pictures of graphs; nothing of how gradients are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import teachgrad as tg
from teachgrad.viz import text
from teachgrad.viz.drawing import Drawing, Words, draw_graph
from teachgrad.viz.figure import Figure
from teachgrad.viz.model import MOST, Graph, Item
from teachgrad.viz.stacked import stacked

NUMBER = ("data", "value", "val")
GRADIENT = ("grad", "gradient")
SYMBOL = ("symbol", "op", "_op")
INPUTS = ("inputs", "parents", "children", "_prev", "prev")


def draw_engine(result: Any, names: Mapping[str, Any] | None = None) -> Figure:
    """The graph behind a value of somebody's own engine.

    Args:
        result: an object with a number (`data`, `value`), a gradient (`grad`), the operation (`symbol`, `op`), and what
            it was made of (`inputs`, `parents`, `children`, `_prev`). An input stands alone or begins a tuple; a plain
            number is a constant.
        names: what to call values, as `{"w": w}`.

    Returns:
        The picture that `viz.draw_graph` makes of teachgrad's own graphs; in words, if there is none to draw.

    >>> from teachgrad.course.scalar import Value
    >>> x = Value(2.0)
    >>> draw_engine(3 * x, {"x": x})
    Computation graph of a result = 6.0: leaf x = 2.0 (grad None); × of x and 3.0 = 6.0.
    """
    missing = [kind[0] for kind in (NUMBER, INPUTS) if not any(hasattr(result, name) for name in kind)]
    if missing:
        kind = type(result).__name__
        return Words(f"Nothing to draw: a {kind} without {text.listing(missing)} is no value of an engine.")
    graph = read(result, names or {})
    if len(graph.items) > MOST:
        return Words(f"Nothing to draw: the graph has {len(graph.items)} values, and no more than {MOST} can be read.")
    return Drawing(graph)


def draw_beside(engine: Callable[[float], Any], function: Callable[..., Any], **numbers: float) -> Figure:
    """What a function leaves behind in somebody's own engine and in teachgrad, the one above the other.

    Args:
        engine: makes a leaf of a number, such as a class `Value`.
        function: takes the leaves by name and returns the result.
        **numbers: the leaves.

    >>> from teachgrad.course.scalar import Value
    >>> draw_beside(Value, lambda x: x * x, x=3.0).alt.partition(".")[0]
    'In both engines, all values and gradients are the same'
    """
    mine = {name: engine(number) for name, number in numbers.items()}
    theirs = {name: tg.tensor(number, dtype=tg.float64, requires_grad=True) for name, number in numbers.items()}
    result, twin = function(**mine), function(**theirs)
    result.backward()
    twin.backward()
    upper, lower = draw_engine(result, mine), draw_graph(twin, names=theirs)
    if not isinstance(upper, Drawing) or not isinstance(lower, Drawing):
        return upper
    return stacked({"this engine": upper, "teachgrad": lower}, told=compared(upper.graph, lower.graph))


def compared(mine: Graph, theirs: Graph) -> str:
    """What differs between the graphs of two engines, in words."""
    if [item.kind for item in mine.items] != [item.kind for item in theirs.items] or mine.edges != theirs.edges:
        return "The two engines have recorded different graphs."
    differ = [
        f"{ours.name or ours.symbol} {ours.value}, grad {ours.grad}, against {its.value}, grad {its.grad}"
        for ours, its in zip(mine.items, theirs.items, strict=True)
        if ours.value != its.value or (its.grad and ours.grad != its.grad)  # in the middle, teachgrad keeps none
    ]
    if differ:
        return f"The engines differ: {'; '.join(differ[:3])}."
    return "In both engines, all values and gradients are the same."


def read(result: Any, names: Mapping[str, Any]) -> Graph:
    """The graph that led to a value of an engine, as data: inputs before what was made of them."""
    called = {id(value): text.clean(name) for name, value in reversed(list(names.items()))}
    items: list[Item] = []
    places: dict[int, int] = {}
    edges: list[tuple[int, int]] = []
    waiting: list[tuple[Any, bool]] = [(result, False)]
    while waiting:
        value, ready = waiting.pop()
        if id(value) in places:
            continue
        inputs = list(_inputs(value))
        if not ready:
            waiting.append((value, True))
            waiting += [(x, False) for x in reversed(inputs) if not isinstance(x, int | float)]
            continue
        tails = []
        for x in inputs:
            if isinstance(x, int | float):
                items.append(_constant(float(x)))
            tails.append(len(items) - 1 if isinstance(x, int | float) else places[id(x)])
        places[id(value)] = len(items)
        edges += [(tail, len(items)) for tail in tails]
        items.append(_item(value, called.get(id(value), ""), leaf=not inputs))
    operations = sum(item.kind == "operation" for item in items)
    return Graph(tuple(items), tuple(edges), operations, sum(item.kind == "leaf" for item in items))


def _inputs(value: Any) -> Iterable[Any]:
    entries = _found(value, INPUTS, ())
    if isinstance(entries, set | frozenset):  # in an order that is the same each time
        entries = sorted(entries, key=lambda entry: float(_found(entry, NUMBER, 0.0)))
    return (entry[0] if isinstance(entry, tuple | list) else entry for entry in entries)


def _item(value: Any, name: str, leaf: bool) -> Item:
    number, grad = float(_found(value, NUMBER, float("nan"))), _found(value, GRADIENT, None)
    told = "None" if grad is None else text.number(float(grad))
    detail = f"value {number!r}\ngrad {grad!r}"
    if leaf:
        return Item("leaf", name, value=text.number(number), grad=told, detail=f"leaf\n{detail}")
    symbol = text.clean(str(_found(value, SYMBOL, "?")), longest=14)
    return Item("operation", name, symbol, text.number(number), "" if grad is None else told, f"{symbol}\n{detail}")


def _constant(number: float) -> Item:
    return Item("constant", value=text.number(number), detail="a constant: no gradient flows to it")


def _found(value: Any, names: tuple[str, ...], otherwise: Any) -> Any:
    return next((getattr(value, name) for name in names if hasattr(value, name)), otherwise)
