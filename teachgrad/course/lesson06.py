"""The exercises of lesson 06, Build it: autograd in 60 lines; and engines with a bug in them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import add, mul
from typing import Any

import numpy as np

from teachgrad.course import scalar
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.course.scalar import Value
from teachgrad.course.targets import agree

NUDGE = 1e-5


def nudged(f: Callable[..., float], at: Sequence[float], place: int) -> float:
    """The slope of a function of numbers along one of them, by nudging it both ways.

    >>> round(nudged(lambda x, y: x * y, (3.0, 5.0), 0), 6)
    5.0
    """
    ends = []
    for nudge in (NUDGE, -NUDGE):
        moved = list(at)
        moved[place] += nudge
        ends.append(f(*moved))
    return (ends[0] - ends[1]) / (2 * NUDGE)


# --- engines, with and without a bug -----------------------------------------------------------------------------

# By what they do: a piece of scalar.py, and what is planted in its place.
BUGS = {
    "none": ("", ""),
    "× swaps its factors": ("lambda g: g * b), (other, lambda g: g * a)", "lambda g: g * a), (other, lambda g: g * b)"),
    "× forgets what arrives": ("lambda g: g * b), (other, lambda g: g * a)", "lambda g: b), (other, lambda g: a)"),
    "+ leaves b out": ("(other, lambda g: g)", "(other, lambda g: 0.0)"),
    "**2 sends 2a² back": ("a ** (n - 1)", "a**n"),
    "exp sends a back": ("lambda g: g * out", "lambda g: g * self.data"),
    "tanh sends 1 − a² back": ("1 - out * out", "1 - self.data**2"),
    "tanh sends all back": ("g * (1 - out * out)", "g"),
    "tanh sends zeros back": ("g * (1 - out * out)", "0.0"),
    "the walk overwrites": ("received[x] +=", "received[x] ="),
}


def planted(piece: str, bug: str) -> type[Value]:
    """The class `Value` of an engine of its own: `scalar.py` with a bug in the place of a piece of it.

    Raises:
        ValueError: if there is no such piece.

    >>> x = planted("g * b", "b")(3.0)
    >>> (10 * (x * x)).backward()
    >>> x.grad  # 60 would be right
    33.0
    """
    source = inspect.getsource(scalar)
    if piece not in source:
        raise ValueError(f"there is no {piece!r} in scalar.py: copy a piece of it, spaces and all.")
    names: dict[str, Any] = {"__name__": "planted"}
    exec(compile(source.replace(piece, bug, 1), "<planted>", "exec"), names)
    made: type[Value] = names["Value"]
    return made


def two_engines() -> tuple[type[Value], type[Value]]:
    """One of them has a wrong formula."""
    return planted(*BUGS["tanh sends all back"]), planted(*BUGS["none"])


def both_ways(made: type[Value], f: Callable[..., Any], *at: float) -> list[tuple[float, float]]:
    """The slopes of a function along each of its arguments: by an engine's backward, and by nudging."""
    leaves = [made(x) for x in at]
    f(*leaves).backward()
    return [
        (leaf.grad or 0.0, nudged(lambda *xs: float(f(*map(made, xs)).data), at, place))
        for place, leaf in enumerate(leaves)
    ]


def passes_gradcheck(made: type[Value]) -> bool:
    """Whether an engine's slopes agree with nudging, for an expression that has all its operations in it."""
    return all(agree(*pair) for pair in both_ways(made, _everything, 0.7, -1.3))


def _everything(x: Any, y: Any) -> Any:
    return (x * y).tanh() + y.exp() * x**2 - (x - y) * 3.0


def yours_or_ours(yours: type[Any]) -> type[Any]:
    """A learner's engine if it passes gradcheck, else that of `scalar.py`; says which."""
    try:
        works = passes_gradcheck(yours)
    except Exception:  # whatever an unfinished engine does
        works = False
    says = (
        "yours" if works else "ours, in scalar.py. Finish 06-1 to 06-3, run their cells and this one, and it is yours"
    )
    sys.stdout.write(f"The engine from here on is {says}.\n")
    return yours if works else Value


# --- 06-1 and 06-2: operations -----------------------------------------------------------------------------------

GIVEN = '''
from itertools import count

clock = count()


class Value:
    """A number that knows where it came from."""

    def __init__(self, data, symbol="", *inputs):
        self.data = data
        self.symbol = symbol  # what made it; nothing made a leaf
        self.inputs = inputs  # pairs: what went in, and its formula
        self.grad = None  # of a leaf: the sum of all that has arrived
        self.born = next(clock)


def number(x):
    return x.data if isinstance(x, Value) else x  # a plain number is a constant


def sub(a, b):
    return Value(number(a) - number(b), "−", (a, lambda g: g), (b, lambda g: -g))
'''

FORWARD: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "power": lambda a, n: a**n,
    "exp": np.exp,
    "tanh": np.tanh,
}


@dataclass(frozen=True, slots=True)
class Use:
    """One use of an operation: the numbers that go in, and the gradient that arrives. A constant may come last."""

    op: str
    numbers: tuple[float, ...]
    g: float
    constant: bool = False

    @property
    def slopes(self) -> int:
        """How many of the numbers want a gradient: those before the constant."""
        return len(self.numbers) - self.constant

    def expected(self) -> list[float]:
        """Its value, and what it sends to each input: by nudging."""
        forward = FORWARD[self.op]
        sent = [self.g * nudged(forward, self.numbers, place) for place in range(self.slopes)]
        return [float(forward(*self.numbers)), *sent]

    def told(self) -> str:
        """In words."""
        inputs = [f"Value({x:g})" for x in self.numbers[: self.slopes]] + [
            f"{x:g}" for x in self.numbers[self.slopes :]
        ]
        sent = " and ".join("ab"[: self.slopes])
        return f"{self.op}({', '.join(inputs)}), its value and, when {self.g:g} arrives, what it sends to {sent}"

    def seen(self, answer: Callable[..., Any]) -> Any:
        """The same as `expected`, of a learner's function, which stands in the notebook beside `answer`."""
        world = answer.__globals__
        if not callable(world.get(self.op)):
            return Finding("gone", f"there is no function {self.op}.")
        leaves = [world["Value"](x) for x in self.numbers[: self.slopes]]
        made = world[self.op](*leaves, *self.numbers[self.slopes :])
        if made is None or made is ...:
            return made
        if not isinstance(made, world["Value"]):
            kind = type(made).__name__
            return Finding("forgets", f"it gives a {kind}, and a {kind} forgets what went in: return a Value.")
        sent: list[Any] = [0.0] * len(leaves)
        for x, formula in made.inputs:
            if isinstance(x, world["Value"]):
                sent = [
                    total + formula(self.g) if x is leaf else total for leaf, total in zip(leaves, sent, strict=True)
                ]
        linked = [any(x is leaf for x, _ in made.inputs) for leaf in leaves]
        if not all(linked):
            return Finding(f"unlinked {linked}", f"nothing leads back to {'ab'[linked.index(False)]}.")
        return [made.data, *sent]


USES = (
    (Use("add", (2.0, 3.0), 0.7), Use("add", (1.5, 4.0), -2.0, constant=True)),
    (Use("mul", (2.0, 3.0), 0.7), Use("mul", (-1.5, 0.5), -2.0), Use("mul", (3.0, 4.0), 0.5, constant=True)),
    (Use("power", (2.0, 3.0), 0.7, constant=True), Use("power", (0.5, -1.0), -2.0, constant=True)),
    (Use("exp", (1.5,), 0.7), Use("exp", (-0.5,), -2.0)),
    (Use("tanh", (0.5,), 0.7), Use("tanh", (-1.5,), -2.0)),
)


def _uses(*places: int) -> Callable[[], Iterable[Trial]]:
    """Trials of some operations, in order. Each knows those before it, so that the first mistake is told by itself."""
    uses = [use for place in places for use in USES[place]]
    return lambda: [(use, [earlier for earlier in uses[:i] if earlier.op != use.op]) for i, use in enumerate(uses)]


def _tried(answer: Callable[..., Any], use: Use, earlier: list[Use]) -> Any:
    for other in earlier:
        seen = other.seen(answer)
        if not isinstance(seen, list) or not np.allclose(seen, other.expected(), rtol=1e-4, atol=1e-4):
            return Finding("later", f"{other.op} comes first.")
    return use.seen(answer)


def _binary(name: str, forward: str, to_a: str, to_b: str) -> str:
    symbol = "+" if name == "add" else "×"
    return f'def {name}(a, b):\n    return Value({forward}, "{symbol}", (a, lambda g: {to_a}), (b, lambda g: {to_b}))\n'


_ADD = _binary("add", "number(a) + number(b)", "g", "g")


def _mul(to_a: str = "g * number(b)", to_b: str = "g * number(a)", add: str = _ADD) -> str:
    return f"{add}\n\n{_binary('mul', 'number(a) * number(b)', to_a, to_b)}"


def _unary(
    power: str = "g * n * number(a) ** (n - 1)",
    exp: str = "g * out",
    tanh: str = "g * (1 - out**2)",
    math: str = "number(a)",
) -> str:
    return (
        f'def power(a, n):\n    return Value(number(a) ** n, f"**{{n}}", (a, lambda g: {power}))\n\n\n'
        f'def exp(a):\n    out = math.exp({math})\n    return Value(out, "exp", (a, lambda g: {exp}))\n\n\n'
        f'def tanh(a):\n    out = math.tanh({math})\n    return Value(out, "tanh", (a, lambda g: {tanh}))\n'
    )


# --- 06-3: the walk ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Walk:
    """Results to walk back from, one after the other, and the leaves they were made of."""

    words: str
    made: Callable[..., Sequence[Any]]
    leaves: tuple[float, ...]
    again: bool = False  # walk a second time over the same graph

    def told(self) -> str:
        """In words."""
        names = ", ".join(f"{name} = {x:g}" for name, x in zip("xy", self.leaves, strict=False))
        return f"{self.words}, {names}: .grad of {' and '.join('xy'[: len(self.leaves)])}"

    def expected(self) -> list[float]:
        """By nudging the leaves, with plain numbers."""
        return [
            nudged(lambda *xs: sum(self.made(add, mul, *xs)) * (1 + self.again), self.leaves, place)
            for place in range(len(self.leaves))
        ]


def _ladder(add: Any, mul: Any, x: Any) -> Any:
    for _ in range(14):
        x = add(x, x)
    return (x,)


def _used_twice(add: Any, mul: Any, x: Any, y: Any) -> Any:
    a = mul(x, y)
    return (add(a, mul(4.0, a)),)


WALKS = (
    Walk("backward(x × y)", lambda add, mul, x, y: (mul(x, y),), (3.0, 2.0)),
    Walk("backward(x × x)", lambda add, mul, x: (mul(x, x),), (3.0,)),
    Walk("backward(a + 4 × a) with a = x × y", _used_twice, (2.0, 0.5)),
    Walk("backward(x × y), then backward(x + y)", lambda add, mul, x, y: (mul(x, y), add(x, y)), (3.0, 2.0)),
    Walk("x × x × x, backward() twice", lambda add, mul, x: (mul(mul(x, x), x),), (0.5,), again=True),
    Walk("a result that was doubled 14 times", _ladder, (1.0,)),
)


def _walked(backward: Callable[..., Any], walk: Walk) -> Any:
    """What is left in the leaves."""
    made = backward.__globals__["Value"]
    asked = 0

    def operation(symbol: str, forward: Any, to_a: Any, to_b: Any) -> Any:
        def counted(formula: Any, g: Any) -> Any:
            nonlocal asked
            asked += 1
            return formula(g)

        def combine(a: Any, b: Any) -> Any:
            x, y = (getattr(value, "data", value) for value in (a, b))
            to = (lambda g: counted(lambda g: g * to_a(x, y), g), lambda g: counted(lambda g: g * to_b(x, y), g))
            return made(forward(x, y), symbol, (a, to[0]), (b, to[1]))

        return combine

    plus = operation("+", add, lambda a, b: 1.0, lambda a, b: 1.0)
    times = operation("×", mul, lambda a, b: b, lambda a, b: a)
    leaves = [made(x) for x in walk.leaves]
    for result in walk.made(plus, times, *leaves):
        for _ in range(1 + walk.again):
            if backward(result) is ...:
                return ...
    if asked > 1000:
        return Finding("paths", f"your walk asked {asked:,} formulas in a graph of 28 arrows.")
    empty = [name for name, leaf in zip("xy", leaves, strict=False) if leaf.grad is None]
    return Finding("empty", f"{empty[0]}.grad is still None.") if empty else [leaf.grad for leaf in leaves]


_COLLECT = """    nodes, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if node not in nodes:
            nodes.add(node)
            waiting += [x for x, _ in node.inputs if isinstance(x, Value)]
"""
_ORDER = "    for node in sorted(nodes, key=lambda node: node.born, reverse=True):\n"
_WALK = "        for x, formula in node.inputs:\n            if isinstance(x, Value):\n                {}\n"
_ADD_UP = "received[x] += formula(received[node])"
_KEEP = "        if not node.inputs:\n            node.grad = received[node] + (node.grad or 0.0)\n"


def _sweep(seed: float = 1.0, order: str = _ORDER, add_up: str = _ADD_UP, keep: str = _KEEP) -> str:
    start = f"    received = dict.fromkeys(nodes, 0.0)\n    received[root] = {seed}\n"
    return f"def backward(root):\n{_COLLECT}{start}{order}{_WALK.format(add_up)}{keep}"


_NEAREST = """    order = [root]
    for node in order:
        order += [x for x, _ in node.inputs if isinstance(x, Value) and x not in order]
    for node in order:
"""
_MICRO = """def backward(root):
    order = []

    def visit(node):
        if node not in order:
            for x, _ in node.inputs:
                if isinstance(x, Value):
                    visit(x)
            order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        for x, formula in node.inputs:
            if isinstance(x, Value):
                x.grad = (x.grad or 0.0) + formula(node.grad)
"""
_AGAIN = """def backward(root):
    root.grad = 1.0
    for x, formula in root.inputs:
        if isinstance(x, Value):
            x.grad = (x.grad or 0.0) + formula(root.grad)
            backward(x)
"""
_PATHS = """def backward(root):
    def send(node, g):
        if not node.inputs:
            node.grad = (node.grad or 0.0) + g
        for x, formula in node.inputs:
            if isinstance(x, Value):
                send(x, formula(g))

    send(root, 1.0)
"""


# --- 06-4: gradcheck ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suspect:
    """An engine, right or with a bug, and an expression to be checked at a point."""

    bug: str
    words: str
    f: Callable[..., Any]
    at: tuple[float, ...]
    stale: float | None = None  # what an earlier walk has left in .grad

    def told(self) -> str:
        """In words."""
        names = ", ".join(f"{name} = {x:g}" for name, x in zip("xy", self.at, strict=False))
        left = "" if self.stale is None else f", .grad is still {self.stale:g} from before"
        kind = "a right engine" if self.bug == "none" else f"an engine where {self.bug}"
        return f"gradcheck of {self.words} at {names}{left}, in {kind}"


SUSPECTS = (
    Suspect("none", "x * y", lambda x, y: x * y, (3.0, 2.0)),
    Suspect("× swaps its factors", "x * y", lambda x, y: x * y, (3.0, 2.0)),
    Suspect("tanh sends zeros back", "tanh(x)", lambda x: x.tanh(), (0.5,)),
    Suspect("tanh sends 1 − a² back", "tanh(x)", lambda x: x.tanh(), (1.5,)),
    Suspect("tanh sends all back", "tanh(x)", lambda x: x.tanh(), (0.5,)),
    Suspect("+ leaves b out", "x + y", lambda x, y: x + y, (3.0, 2.0)),
    Suspect("none", "x * x (y takes no part)", lambda x, y: x * x, (3.0, 2.0)),
    Suspect("none", "exp(x * y)", lambda x, y: (x * y).exp(), (0.5, -1.5), stale=5.0),
    Suspect("the walk overwrites", "x * x", lambda x: x * x, (3.0,)),
)


def _verdict(gradcheck: Callable[..., Any], suspect: Suspect) -> Any:
    """What a gradcheck says, if it leaves the inputs where they were."""
    made = planted(*BUGS[suspect.bug])
    inputs = [made(x) for x in suspect.at]
    for x in inputs:
        x.grad = suspect.stale
    said = gradcheck(suspect.f, inputs)
    for name, x, before in zip("xy", inputs, suspect.at, strict=False):
        if abs(x.data - before) > 1e-10:  # up, down and up again is near enough
            return Finding("moved", f"it leaves {name} at {x.data!r}, which was {before!r}: put its number back.")
    if said is None or said is ...:
        return said
    return said if isinstance(said, bool | np.bool_) else Finding("no answer", "it should return True or False.")


_LOOP = """def gradcheck(f, inputs):
    for x in inputs:
        x.grad = None
    f(*inputs).backward()
    for x in inputs:
        kept = x.data
        x.data = kept + 1e-5
        above = f(*inputs).data
        x.data = kept - 1e-5
        below = f(*inputs).data
        x.data = kept
        slope = (above - below) / 2e-5
        if abs(slope - (x.grad or 0.0)) > 1e-4:
            return False
    return True
"""


def _check(*changes: tuple[str, str]) -> str:
    source = _LOOP
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


# --- 06-5: five checks -------------------------------------------------------------------------------------------


def _slopes(at: tuple[float, float]) -> list[float]:
    return [nudged(_bowl, at, place) for place in range(2)]


def _bowl(x: float, y: float) -> float:
    return x * x + 3 * y * y


def judged_by_five(gradient: Callable[[tuple[float, float]], list[float]]) -> dict[str, bool]:
    """Which of the five checks a gradient of x² + 3y² passes."""
    point = (0.7, -1.3)
    g, n = gradient(point), _slopes(point)
    stepped = [x - 0.01 * slope for x, slope in zip(point, g, strict=True)]
    return {
        "A": len(g) == 2 and None not in g,
        "B": all(abs(a - b) < 1e-4 for a, b in zip(gradient((0.0, 0.0)), _slopes((0.0, 0.0)), strict=True)),
        "C": all(abs(a - b) < 1e-4 for a, b in zip(g, n, strict=True)),
        "D": _bowl(*stepped) <= _bowl(*point),
        "E": all(a * b >= 0 for a, b in zip(g, n, strict=True)),
    }


EXERCISES = (
    Exercise(
        id="06-1",
        title="Two formulas each",
        name="mul",
        stub="def add(a, b):\n    return ...\n\n\ndef mul(a, b):\n    return ...\n",
        solution=_mul(),
        expected=lambda use, earlier: use.expected(),
        trials=_uses(0, 1),
        run=_tried,
        told=lambda use, earlier: use.told(),
        given=GIVEN,
        hints=(
            "If a grows a little, by how much does a × b grow? That times g is what goes to a.",
            "`add` looks like `sub`, but for one sign. In `mul`, each factor hears of the other.",
            '`Value(number(a) * number(b), "×", (a, lambda g: g * number(b)), (b, lambda g: ...))`',
        ),
        wrong={
            "zeros": Wrong(
                _mul("0.0", "0.0"),
                "Zeros: nothing that comes before a × would ever learn. What does × send?",
            ),
            "g forgotten": Wrong(
                _mul("number(b)", "number(a)"),
                "That is the slope of × alone. What arrives must be multiplied in: g says how much the end moves.",
            ),
            "g forgotten in both": Wrong(
                _mul("number(b)", "number(a)", add=_binary("add", "number(a) + number(b)", "1.0", "1.0")),
                "A slope of 1 is right for +; but what is sent is that slope times what arrives: g.",
            ),
            "swapped": Wrong(
                _mul("g * number(a)", "g * number(b)"),
                "Each factor is sent itself. If a grows by 1, a × b grows by b: the slope is the other factor.",
            ),
            "like a sum": Wrong(_mul("g", "g"), "That is what + sends. × stretches: by b on the way to a."),
            "like a difference": Wrong(
                _mul(add=_binary("add", "number(a) + number(b)", "g", "-g")),
                "That is sub, sign and all: in a sum, b pushes the same way as a.",
            ),
            "a plain number": Wrong(
                _mul(add="def add(a, b):\n    return number(a) + number(b)\n"),
                "The value is right, and the way back is lost: Value(value, symbol, (a, formula), (b, formula)).",
            ),
            "number linked": Wrong(
                _mul().replace("(a, lambda g: g * ", "(number(a), lambda g: g * "),
                "Put a itself into the pair, not its number: a plain number is a constant and gets no gradient.",
            ),
            "a Value in a formula": Wrong(
                _mul("g * b", "g * a"),
                "In a formula, g is a plain number and b a Value: multiply by number(b).",
            ),
            "no formula": Wrong(
                _mul().replace("lambda g: g * ", ""),
                "The second of a pair is a formula, a function of g that waits: lambda g: ...",
            ),
            "no pairs": Wrong(
                _mul().replace(", (a, lambda g: g), (b, lambda g: g)", ", a, b"),
                "What went in comes in pairs: (a, formula), (b, formula).",
            ),
            "constants": Wrong(
                _mul().replace("number(a) * number(b)", "a.data * b.data"),
                "A constant has no .data. number(b) reads both kinds.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="06-2",
        title="One input",
        name="tanh",
        stub="def power(a, n):\n    return ...\n\n\ndef exp(a):\n    return ...\n\n\ndef tanh(a):\n    return ...\n",
        solution=_unary(),
        expected=lambda use, earlier: use.expected(),
        trials=_uses(2, 3, 4),
        run=_tried,
        told=lambda use, earlier: use.told(),
        given=GIVEN,
        hints=(
            "From school: the slope of aⁿ is n aⁿ⁻¹, that of eᵃ is eᵃ again, that of tanh a is 1 − (tanh a)².",
            "Two of them speak of their own result: `out = math.exp(number(a))`, and `out` in the formula.",
            '`out = math.tanh(number(a))`, then `Value(out, "tanh", (a, lambda g: g * (1 - out**2)))`',
        ),
        wrong={
            "zeros": Wrong(_unary("0.0", "0.0", "0.0"), "Zero is the slope of a constant. These three move with a."),
            "g forgotten": Wrong(
                _unary("n * number(a) ** (n - 1)", "out", "1 - out**2"),
                "The slopes are right. What arrives, g, must be multiplied in.",
            ),
            "g forgotten in exp": Wrong(
                _unary(exp="out", tanh="1 - out**2"), "power is right. In exp, what arrives must be multiplied in, too."
            ),
            "g forgotten in tanh": Wrong(
                _unary(tanh="1 - out**2"), "The slope of tanh is right, and g is missing: g * (1 - out**2)."
            ),
            "exponent kept": Wrong(
                _unary("g * n * number(a) ** n"), "The exponent goes down by one: 2 a for a², not 2 a²."
            ),
            "n forgotten": Wrong(
                _unary("g * number(a) ** (n - 1)"), "The old exponent comes down as a factor: n aⁿ⁻¹."
            ),
            "exp reads its input": Wrong(
                _unary(exp="g * number(a)"),
                "Input and output mixed up: the slope of exp is its own result, out, and not a.",
            ),
            "exp as a power": Wrong(
                _unary(exp="g * number(a) * math.exp(number(a) - 1)"),
                "That is the rule for aⁿ. Here a stands in the exponent, and the slope of eᵃ is eᵃ.",
            ),
            "tanh reads its input": Wrong(
                _unary(tanh="g * (1 - number(a) ** 2)"),
                "Input and output mixed up: 1 − out², with out = tanh(a). Near 0 the two are alike: nobody notices.",
            ),
            "square forgotten": Wrong(_unary(tanh="g * (1 - out)"), "The slope of tanh is 1 − out², with a square."),
            "math on a Value": Wrong(_unary(math="a"), "math knows plain numbers: math.exp(number(a))."),
        },
        points=2,
    ),
    Exercise(
        id="06-3",
        title="The walk",
        name="backward",
        stub="def backward(root):\n    return ...\n",
        solution=_sweep(),
        expected=Walk.expected,
        trials=lambda: [(walk,) for walk in WALKS],
        run=_walked,
        told=Walk.told,
        given=GIVEN,
        hints=(
            "Collect: begin with a list that holds root, and add the inputs of whatever is in it, each once.",
            "Order: `sorted(nodes, key=lambda node: node.born, reverse=True)`.",
            "Walk: a dictionary, 1.0 for root, else 0.0; for each pair, `received[x] += formula(received[node])`.",
            "At a leaf, which has no inputs: `node.grad = received[node] + (node.grad or 0.0)`.",
        ),
        wrong={
            "zeros": Wrong(
                _sweep(seed=0.0),
                "Zeros arrive. Did root begin with 1.0? And is the order turned round? The newest come first.",
            ),
            "overwritten": Wrong(
                _sweep(add_up="received[x] = formula(received[node])"),
                "Several paths lead to one place, and the last one has overwritten the others: += there.",
            ),
            "nearest first": Wrong(
                _sweep(order=_NEAREST),
                "A node has passed on before everything had arrived. Nearest first is too early; newest first is safe.",
            ),
            "g forgotten": Wrong(
                _sweep(add_up="received[x] += formula(1.0)"),
                "Each formula was handed 1.0. It wants what its node has received.",
            ),
            "grad overwritten": Wrong(
                _sweep(keep=_KEEP.replace(" + (node.grad or 0.0)", "")),
                "The second walk has overwritten what the first had left. In `.grad`, too, gradients are added.",
            ),
            "middle kept": Wrong(
                _MICRO,
                "The first walk was right. The numbers in the middle kept theirs, and the second walk sent them again: "
                "keep what is under way in a dictionary of this walk. (A well-known small engine has the same flaw.)",
            ),
            "None plus a number": Wrong(
                _sweep(keep=_KEEP.replace("(node.grad or 0.0)", "node.grad")),
                "`.grad` is None before anything has arrived: `(node.grad or 0.0)` reads it as 0.",
            ),
            "started again": Wrong(
                _AGAIN,
                "Each call begins with 1.0 again. That is for the root alone; a node passes on what it has received.",
            ),
            "path by path": Wrong(
                _PATHS,
                "Right, and hopeless: each path is walked for itself, and every doubling doubles the paths. "
                "Add up at a node first, then pass on once.",
            ),
            "no leaf": Wrong(
                _sweep(keep=""),
                "The walk is over and nobody has kept anything. A node without inputs is a leaf: fill its `.grad`.",
            ),
        },
        points=4,
    ),
    Exercise(
        id="06-4",
        title="Write gradcheck",
        name="gradcheck",
        stub="def gradcheck(f, inputs):\n    return ...\n",
        solution=_LOOP,
        expected=lambda suspect: suspect.bug == "none",
        trials=lambda: [(suspect,) for suspect in SUSPECTS],
        run=_verdict,
        told=Suspect.told,
        hints=(
            "Once: clear every `.grad`, then `f(*inputs).backward()`. Then nudge one input at a time.",
            "`x.data` can be changed: up, `f(*inputs).data`, down, `f(*inputs).data`, and back to what it was.",
            "Compare `(above - below) / (2 * nudge)` with `x.grad or 0.0`, by the size of their difference.",
        ),
        wrong={
            "always True": Wrong(
                "def gradcheck(f, inputs):\n    f(*inputs).backward()\n    return True\n",
                "It lets everything pass. Where does it compare?",
            ),
            "zeros": Wrong(
                _check(("if abs(slope - (x.grad or 0.0)) > 1e-4:", "if x.grad and abs(slope - x.grad) > 1e-4:")),
                "It lets zeros pass: `if x.grad` is false for 0.0. A gradient of zero is a claim like any other.",
            ),
            "without abs": Wrong(
                _check(("abs(slope - (x.grad or 0.0))", "slope - (x.grad or 0.0)")),
                "It sees only gradients that are too small. A difference has two signs: abs().",
            ),
            "first input only": Wrong(
                _check(
                    ("    return True\n", ""),
                    ("            return False\n", "            return False\n        return True\n"),
                ),
                "It returns True after the first input, and never looks at the others.",
            ),
            "not put back": Wrong(
                _check(("        x.data = kept\n", "")),
                "The next input is then nudged at another point, and whoever lent you the inputs finds them changed.",
            ),
            "stale": Wrong(
                _check(("        x.grad = None\n", "        pass\n")),
                "There was something in .grad before, and yours was added to it. Clear it first.",
            ),
            "None": Wrong(
                _check(("(x.grad or 0.0)", "x.grad")),
                "An input that takes no part has .grad None: no path came. Its slope is 0: `x.grad or 0.0`.",
            ),
            "too small a nudge": Wrong(
                _check(("1e-5", "1e-12"), ("2e-5", "2e-12")),
                "With a nudge of 1e-12 hardly a digit of the difference is left (lesson 01): a right engine fails.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="06-5",
        title="Which let zeros pass?",
        name="passes",
        stub='passes = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ...}',
        solution='passes = {"A": True, "B": True, "C": False, "D": True, "E": True}',
        expected=lambda: judged_by_five(lambda point: [0.0, 0.0]),
        hints=(
            "Put g = (0, 0) into each line and work it out.",
            "B: where is the bowl flat? D: where does a step of zero lead? E: what is 0 times anything?",
        ),
        wrong={
            "A": Wrong('passes = {"A": False}', "A counts gradients and never looks at them. Zero is not None."),
            "B": Wrong(
                'passes = {"B": False}', "At the bottom of the bowl the true slopes are 0: there, zeros are right."
            ),
            "C": Wrong('passes = {"C": True}', "C compares numbers, at a point where the true slopes are not 0."),
            "D": Wrong('passes = {"D": False}', "A step of zero leads nowhere: the loss stays, and <= is content."),
            "E": Wrong('passes = {"E": False}', "0 × anything is 0, and 0 >= 0."),
        },
    ),
)

QUIZ = (
    Question(
        "What must an operation leave behind so that backward can work?",
        (
            "its slope at every point",
            "what went in, with a formula for each",
            "a copy of the whole graph",
        ),
        1,
        "Value(data, symbol, (input, formula), ...): that is the record.",
    ),
    Question(
        "Which formula reads the result and not the input?",
        ("that of ×", "that of **2", "that of exp", "that of −"),
        2,
        "The slope of exp is exp: the result is there already.",
    ),
    Question(
        "Alone, × with the formula `lambda g: number(b)` passes gradcheck. Why?",
        (
            "backward begins with 1, and 1 × b is b",
            "gradcheck does not know ×",
            "the mistake is smaller than the tolerance",
        ),
        0,
        "Put something behind it, so that something other than 1 arrives.",
    ),
    Question(
        "A network's loss falls steadily. What do you know of its gradients?",
        ("they are right", "they are right but for rounding", "that they do not point uphill throughout"),
        2,
        "In this lesson the wrong engine ended lower than the right one.",
    ),
    Question(
        "Why is a training not run by nudging?",
        (
            "nudging is wrong at most points",
            "it needs two runs for every weight, backward one for all",
            "it cannot be written in Python",
        ),
        1,
        "It is the test, not the engine: it is slow, and knows nothing of your formulas.",
    ),
)
