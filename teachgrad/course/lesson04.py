"""The exercises of lesson 04, Chain rule: multiply along paths, add across paths.

Graphs are tables of slopes here, as `viz.local_slopes` gives them: for each value the values it was computed from, with
its slope along each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.viz import text

Slopes = dict[str, list[tuple[str, float]]]


def ladder(values: int) -> Slopes:
    """Values each of which is the sum of the one before and itself: twice as many paths with every rung.

    >>> ladder(3)
    {'x0': [], 'x1': [('x0', 1.0), ('x0', 1.0)], 'x2': [('x1', 1.0), ('x1', 1.0)]}
    """
    return {f"x{k}": [(f"x{k - 1}", 1.0)] * 2 if k else [] for k in range(values)}


def sweep(slopes: Slopes, order: Sequence[str]) -> str:
    """A backward sweep in words: each value in turn sends what it has received, times a slope, to its inputs.

    Args:
        slopes: for each value its inputs, and its slope along each.
        order: all values, the result first; any order, also one in which something comes too late.

    >>> print(sweep({"x": [], "a": [("x", 2.0)], "out": [("a", 3.0)]}, ["out", "a", "x"]))
    out has received 1    and sends 3 × 1 = 3 to a
    a   has received 3    and sends 2 × 3 = 6 to x
    x   has received 6
    """
    received, done, told = {order[0]: 1.0}, set[str](), []
    wide = max(map(len, order))
    for name in order:
        g, sent = received.pop(name, 0.0), []
        done.add(name)
        for inner, slope in slopes[name]:
            received[inner] = received.get(inner, 0.0) + slope * g
            late = ", too late" if inner in done else ""
            sent.append(f"{_short(slope)} × {_short(g)} = {_short(slope * g)} to {inner}{late}")
        told.append(
            f"{name:{wide}} has received {_short(g):4} {'and sends ' if sent else ''}{text.listing(sent)}".rstrip()
        )
    return "\n".join(told)


def _short(value: float) -> str:
    return text.number(value).removesuffix(".0")


# --- 04-2: multiply along, add across ------------------------------------------------------------------------------


def _paths() -> Iterable[Trial]:
    yield ([[4.0, 6.0], [3.0, 4.0]],)
    yield ([[2.0]],)
    yield ([[3.0, 1.0, 3.0, 1.0], [1.0, 3.0, 1.0], [3.0, 1.0, 8.0, 1.0], [3.0, 1.0, 1.0], [1.0, 1.0]],)
    yield ([[-2.0, -0.5], [-3.0]],)


def _total(inner: str, outer: str = "total += along", start: str = "0.0") -> str:
    """A program over all paths, with one line inside of each loop."""
    return (
        f"def total_slope(paths):\n    total = {start}\n    for path in paths:\n        along = 1.0\n"
        f"        for slope in path:\n            {inner}\n        {outer}\n    return total\n"
    )


# --- 04-3: an order ------------------------------------------------------------------------------------------------

SHORT_AND_LONG: Slopes = {
    "out": [("a", 1.0), ("c", 1.0)],
    "c": [("b", 2.0)],
    "b": [("a", 3.0)],
    "a": [("x", 2.0)],
    "x": [],
}
SEVEN: Slopes = {
    "d": [("b", 3.0), ("c", 8.0)],
    "b": [("x", 1.0), ("a", 1.0)],
    "e": [("d", 1.0), ("b", 1.0)],
    "x": [],
    "a": [("x", 3.0), ("y", 2.0)],
    "c": [("a", 1.0), ("y", -1.0)],
    "y": [],
}
CIRCLE: Slopes = {"out": [("a", 1.0)], "a": [("x", 1.0), ("c", 1.0)], "b": [("a", 1.0)], "c": [("b", 1.0)], "x": []}


def _tables() -> Iterable[Trial]:
    """A fork, a short path beside a long one, the seven values of 04-1, a chain listed from its end, and a circle."""
    fork: Slopes = {"out": [("a", 6.0), ("b", 4.0)], "b": [("x", 3.0)], "a": [("x", 4.0)], "x": []}
    chain: Slopes = {f"x{k}": [(f"x{k - 1}", 1.0)] if k else [] for k in reversed(range(20))}
    return [(fork,), (SHORT_AND_LONG,), (SEVEN,), (chain,), (CIRCLE,)]


def _ordered(topo_order: Callable[..., Any], slopes: Slopes) -> Any:
    """What is wrong with an order, if anything."""
    try:
        order = topo_order({name: list(inputs) for name, inputs in slopes.items()})
    except ValueError as error:
        return Finding("refused", f"it raised ValueError: {error}; but there is no circle.")
    except RecursionError:
        return Finding("no end", "it goes round and round: RecursionError instead of ValueError.")
    if order is ...:
        return order
    if slopes is CIRCLE:
        return Finding("accepted", "there is a circle, a → c → b → a, and it gave an order all the same.")
    if not isinstance(order, list):
        return Finding("kind", f"it returned a {type(order).__name__}; a list of names is wanted.")
    missing, extra = [name for name in slopes if name not in order], len(order) - len(set(order))
    if missing or extra or len(order) > len(slopes):
        words = f"{text.listing(missing)} missing" if missing else "a name is there more than once, or is none of these"
        return Finding(f"names {missing} {extra}", f"{order}: {words}.")
    place = {name: k for k, name in enumerate(order)}
    for name in order:
        for inner, _ in slopes[name]:
            if place[inner] > place[name]:
                return Finding(
                    f"{name} before {inner}", f"{order}: {name} stands before {inner}, from which it is computed."
                )
    return Finding("fine")


def _visit(
    start: str = "", inputs: str = "visit(inner)", end: str = "order.append(name)", result: str = "order"
) -> str:
    """A program that visits every name: what it does at first, with each input, and at the end."""
    first = "".join(f"        {line}\n" for line in start.split("\n") if line)
    last = f"        {end}\n" if end else ""
    return (
        f"def topo_order(slopes):\n    order, begun = [], []\n\n    def visit(name):\n{first}"
        f"        for inner, _ in slopes[name]:\n            {inputs}\n{last}\n"
        f"    for name in slopes:\n        visit(name)\n    return {result}\n"
    )


_SEEN = "if name in order:\n    return"

# --- 04-4: one sweep -------------------------------------------------------------------------------------------------


class Counted(dict[str, list[tuple[str, float]]]):
    """A table that may not be opened again and again."""

    openings = 0

    def __getitem__(self, name: str) -> list[tuple[str, float]]:
        self.openings += 1
        if self.openings > 20 * len(self):
            raise TimeoutError
        return super().__getitem__(name)


def _swept() -> Iterable[Trial]:
    """Tables in a right order: a fork, a short path and a long one, seven values, a square, a dead end, a ladder."""
    fork: Slopes = {"x": [], "a": [("x", 4.0)], "b": [("x", 3.0)], "out": [("a", 6.0), ("b", 4.0)]}
    square: Slopes = {"x": [], "y": [("x", 3.0), ("x", 3.0)]}
    dead_end: Slopes = {"x": [], "spare": [("x", 5.0)], "out": [("x", -2.0)]}
    orders = ["x", "a", "b", "c", "out"], ["x", "y", "a", "b", "c", "d", "e"]
    tables = [(fork, list(fork)), (SHORT_AND_LONG, orders[0]), (SEVEN, orders[1])]
    return [*tables, (square, list(square)), (dead_end, list(dead_end)), (ladder(12), list(ladder(12)))]


def _received(gradients: Callable[..., Any], slopes: Slopes, order: list[str]) -> Any:
    """The gradients in the order of the names."""
    try:
        found = gradients(Counted({name: list(inputs) for name, inputs in slopes.items()}), list(order))
    except TimeoutError:
        return Finding("many", f"for {len(order)} values it looked into slopes more than {20 * len(order)} times.")
    if found is None or found is ...:
        return found
    if not isinstance(found, dict):
        return Finding("kind", f"it returned a {type(found).__name__}; a dictionary of name: gradient is wanted.")
    missing = [name for name in order if name not in found]
    if missing:
        return Finding(f"missing {missing}", f"there is no {text.listing(missing)} in the dictionary.")
    return [found[name] for name in order]


def _path_by_path(slopes: Slopes, order: list[str]) -> list[float]:
    """For each name the sum over all paths from it to the last."""

    def along(end: str, start: str) -> float:
        return 1.0 if end == start else math.fsum(slope * along(inner, start) for inner, slope in slopes[end])

    return [along(order[-1], name) for name in order]


def _gradients(
    send: str = "received[inner] += received[name] * slope", order: str = "reversed(order)", seed: str = "1.0"
) -> str:
    return (
        "def gradients(slopes, order):\n    received = dict.fromkeys(order, 0.0)\n"
        f"    received[order[-1]] = {seed}\n    for name in {order}:\n"
        f"        for inner, slope in slopes[name]:\n            {send}\n    return received\n"
    )


EXERCISES = (
    Exercise(
        id="04-1",
        title="Seven values, by hand",
        name="gradient",
        stub='gradient = {"e": 1, "d": ..., "b": ..., "c": ..., "a": ..., "x": ..., "y": ...}',
        solution='gradient = {"e": 1, "d": 1, "b": 4, "c": 8, "a": 12, "x": 40, "y": 16}',
        expected=lambda: {"e": 1, "d": 1, "b": 4, "c": 8, "a": 12, "x": 40, "y": 16},
        hints=(
            "Write its slope on each arrow: 1 for +; 1 and −1 for −; for × the other factor.",
            "Then from e to the left. A value takes the sum of: gradient of the user × slope along the arrow.",
            "b has two users: d sends 1 × 3, e sends 1 × 1.",
        ),
        wrong={
            "zeros": Wrong(
                'gradient = {"d": 0, "b": 0, "c": 0, "a": 0, "x": 0, "y": 0}',
                "All zeros would mean that nothing moves e. Begin with e: 1, and send it on.",
            ),
            "own factor": Wrong(
                'gradient = {"c": 3}',
                "At c: when c moves, d = b × c moves b times as far. The slope is the other factor.",
            ),
            "b through d only": Wrong('gradient = {"b": 3}', "At b: d is not its only user. e uses it, too: add."),
            "b through e only": Wrong('gradient = {"b": 1}', "At b: e is not its only user. d uses it, too: add."),
            "a through b only": Wrong('gradient = {"a": 4}', "At a: what comes through c is missing, or overwritten."),
            "a through c only": Wrong('gradient = {"a": 8}', "At a: what comes through b is missing, or overwritten."),
            "a without the short path": Wrong(
                'gradient = {"a": 11}', "At a: b had not received everything when it passed on. Its second user is e."
            ),
            "x through a only": Wrong('gradient = {"x": 36}', "At x: b uses x directly, too."),
            "x through b only": Wrong('gradient = {"x": 4}', "At x: a = x × y uses x, too, with slope y."),
            "y through a only": Wrong('gradient = {"y": 24}', "At y: c = a − y uses y, too: with slope −1."),
            "y without its sign": Wrong(
                'gradient = {"y": 32}', "At y: c = a − y falls when y rises. The slope along that arrow is −1."
            ),
        },
        points=2,
    ),
    Exercise(
        id="04-2",
        title="Along and across",
        name="total_slope",
        stub="def total_slope(paths):\n    return ...\n",
        solution=_total("along *= slope"),
        expected=lambda paths: math.fsum(math.prod(path) for path in paths),
        trials=_paths,
        hints=(
            "Two loops: one over the paths, one over the slopes of a path.",
            "A product begins with 1, a sum with 0.",
        ),
        wrong={
            "added along": Wrong(
                _total("along += slope").replace("along = 1.0", "along = 0.0"),
                "Along a path you added. Twice as far, then three times as far: that is six times as far.",
            ),
            "multiplied across": Wrong(
                _total("along *= slope", "total *= along", "1.0"),
                "You multiplied the paths with each other. What comes along different paths arrives side by side: add.",
            ),
            "turned round": Wrong(
                _total("along += slope", "total *= along", "1.0").replace("along = 1.0", "along = 0.0"),
                "Just the other way round: multiply along each path, then add.",
            ),
            "last path only": Wrong(
                _total("along *= slope", "total = along"),
                "Only the last path is left: each one has overwritten what came before. Add it.",
            ),
            "first path only": Wrong(
                "def total_slope(paths):\n    along = 1.0\n    for slope in paths[0]:\n        along *= slope\n"
                "    return along\n",
                "Only the first path counts. x moves the result along all of them at once.",
            ),
            "steepest path": Wrong(
                _total("along *= slope", "total = max(total, along)"),
                "The steepest path does not win: all paths count.",
            ),
            "average": Wrong(
                _total("along *= slope").replace("return total", "return total / len(paths)"),
                "You took the mean. Paths do not share the movement out: each adds its own.",
            ),
            "zeros": Wrong(
                _total("along *= slope").replace("along = 1.0", "along = 0.0"),
                "It is 0 whatever the slopes are: a product that begins with 0 stays 0.",
            ),
        },
    ),
    Exercise(
        id="04-3",
        title="An order",
        name="topo_order",
        stub="def topo_order(slopes):\n    return ...\n",
        solution=_visit(
            f'{_SEEN}\nif name in begun:\n    raise ValueError(f"{{name}} is computed from itself")\nbegun.append(name)'
        ),
        expected=lambda slopes: Finding("refused" if slopes is CIRCLE else "fine"),
        trials=_tables,
        run=_ordered,
        hints=(
            "Who may stand first? And when may the next one follow?",
            "A function that visits a name: first visit all of its inputs, then append the name itself.",
            "Who is in the order already is done. Whom you have begun, and not finished, is on a circle.",
        ),
        wrong={
            "as listed": Wrong(
                "def topo_order(slopes):\n    return list(slopes)\n",
                "That is the order of the table, and a table may come in any order.",
            ),
            "the result first": Wrong(
                _visit(_SEEN, result="order[::-1]"), "The right order, turned round: here the leaves come first."
            ),
            "before its inputs": Wrong(
                _visit("order.append(name)", "inner in order or visit(inner)", "", "order[::-1]").replace(
                    "        visit(name)\n    return", "        name in order or visit(name)\n    return"
                ),
                "You note a name before its inputs, and turn the list round. With a short path beside a long one that "
                "fails: append a name only after all of its inputs.",
            ),
            "nearest first": Wrong(
                "def topo_order(slopes):\n    order = [name for name in slopes if not slopes[name]]\n"
                "    for at in order:\n        for name in slopes:\n"
                "            if name not in order and at in [inner for inner, _ in slopes[name]]:\n"
                "                order.append(name)\n    return order\n",
                "You go from the leaves to whatever is near. A value may follow when all of its inputs are there, "
                "not just one.",
            ),
            "twice": Wrong(_visit(), "Who has two users is visited twice. Stop where a name is in the order already."),
            "a circle without end": Wrong(
                _visit(_SEEN),
                "Right without circles. On a circle nobody is ever finished: remember whom you have begun.",
            ),
            "a circle accepted": Wrong(
                _visit("if name in begun:\n    return\nbegun.append(name)"),
                "Right without circles. Whom you meet again while its inputs are being visited is on a circle; or, if "
                "you place names one by one: when none can be placed any more, the rest is. Raise ValueError.",
            ),
            "without leaves": Wrong(
                _visit(_SEEN, end="slopes[name] and order.append(name)"),
                "The leaves are missing. They have no inputs, so they may come first.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="04-4",
        title="One sweep",
        name="gradients",
        stub="def gradients(slopes, order):\n    return ...\n",
        solution=_gradients(),
        expected=_path_by_path,
        trials=_swept,
        run=_received,
        shows=", in the order of the names",
        gradient=True,
        hints=(
            "Everybody begins with 0, the last in the order with 1: it moves itself one to one.",
            "From the last to the first: `for name in reversed(order)`, and for each of its inputs one line.",
            "`received[inner] += received[name] * slope`",
        ),
        wrong={
            "zeros": Wrong(
                _gradients(seed="0.0"), "All zeros: nobody has begun. The result moves itself one to one: it has 1."
            ),
            "overwritten": Wrong(
                _gradients("received[inner] = received[name] * slope"),
                "With = the second user overwrites what the first has sent. What arrives is added: +=.",
            ),
            "wrong order": Wrong(
                _gradients(order="order"),
                "You sweep from the leaves. Nobody has received anything yet: begin at the end.",
            ),
            "upstream left out": Wrong(
                _gradients("received[inner] += slope"),
                "You send the slope alone. Multiply it by what the value has received.",
            ),
            "slope left out": Wrong(
                _gradients("received[inner] += received[name]"),
                "You pass on what was received as it is. Multiply it by the slope along the arrow.",
            ),
            "added": Wrong(
                _gradients("received[inner] += received[name] + slope"),
                "Along an arrow, what was received and the slope are multiplied, not added.",
            ),
            "path by path": Wrong(
                "def gradients(slopes, order):\n    def along(end, start):\n"
                "        if end == start:\n            return 1.0\n"
                "        return sum(slope * along(inner, start) for inner, slope in slopes[end])\n\n"
                "    return {name: along(order[-1], name) for name in order}\n",
                "The values are right, but every path is walked on its own. Visit each value once, and let it pass on "
                "a sum.",
            ),
        },
        points=3,
    ),
)

QUIZ = (
    Question(
        "Two slopes lie on one path, 2 and 5. How steep is the path?",
        ("7", "10", "5, the steeper one"),
        1,
        "Twice as far, then five times as far: ten times as far.",
    ),
    Question(
        "Two paths lead from x to the result, with products 3 and −3. Then",
        (
            "x has no influence on the values between",
            "the slope is 9",
            "the slope is 0, though x moves every value on the way",
        ),
        2,
        "They cancel. A slope of 0 says nothing about the parts.",
    ),
    Question(
        "When may a value pass on what it has received?",
        ("when all its users have sent", "as soon as something has arrived", "when all its inputs are known"),
        0,
        "What arrives later would be lost: no error says so.",
    ),
    Question(
        "Each of 30 values is the sum of the one before and itself. Which is true?",
        (
            "there are 60 paths, and a sweep visits 60 values",
            "there are over 500 million paths, and a sweep visits 30 values",
            "a sweep must walk every path, too",
        ),
        1,
        "2 to the power 29 paths. A value passes on a sum, so it is visited once.",
    ),
    Question(
        "What is the slope of a × b along a?",
        ("b", "a", "1"),
        0,
        "The other factor: when a moves by a little, the product moves b times as far.",
    ),
)
