"""The exercises of lesson 09, Gradient descent."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.tensor import Tensor

Array = np.ndarray[Any, Any]


def _nudged(f: Callable[..., Tensor], at: list[Array]) -> list[Array]:
    """The slopes of a number along every entry of some arrays, by nudging both ways."""
    slopes = [np.zeros(array.shape) for array in at]
    for i, array in enumerate(at):
        for place in np.ndindex(*array.shape):
            ends = []
            for nudge in (1e-5, -1e-5):
                moved = [other.copy() for other in at]
                moved[i][place] += nudge
                ends.append(f(*map(tg.tensor, moved)).item())
            slopes[i][place] = (ends[0] - ends[1]) / 2e-5
    return slopes


# --- 09-1: the step ----------------------------------------------------------------------------------------------


def bowl(a: Tensor, b: Tensor) -> Tensor:
    """A bowl in as many directions as there are numbers."""
    return (a**2).sum() + 3 * ((b - 1) ** 2).sum()


def bent(a: Tensor, b: Tensor) -> Tensor:
    """A valley in which the two arguments meet: b has one column and is spread over those of a."""
    return ((a - b) ** 2).sum() + (b**4).sum()


def _landscapes() -> Iterable[Trial]:
    rng = np.random.default_rng(91)
    for f, shapes in ((bowl, ((3,), (1,))), (bent, ((2, 3), (2, 1)))):
        yield f, [tg.tensor(rng.normal(size=shape).round(1), requires_grad=True) for shape in shapes], 0.1


def _two_steps(step: Callable[..., Any], f: Callable[..., Tensor], parameters: list[Tensor], lr: float) -> Any:
    """All numbers of the parameters, after one step and after two."""
    start, rounds = _numbers(parameters), []
    for _ in range(2):
        if step(f, parameters, lr) is ...:
            return ...
        rounds.append(_numbers(parameters))
    if np.array_equal(rounds[-1], start):
        full = any(p.grad is not None and p.grad.array.any() for p in parameters)
        return Finding("new" if full else "zeros", "after two steps, no parameter has moved.")
    return np.stack(rounds)


def _numbers(parameters: list[Tensor]) -> Array:
    return np.concatenate([p.array.ravel() for p in parameters])


def _descended(f: Callable[..., Tensor], parameters: list[Tensor], lr: float) -> Array:
    at, rounds = [p.array.copy() for p in parameters], []
    for _ in range(2):
        at = [array - lr * slope for array, slope in zip(at, _nudged(f, at), strict=True)]
        rounds.append(np.concatenate([array.ravel() for array in at]))
    return np.stack(rounds)


_STEP = """def step(f, parameters, lr):
    f(*parameters).backward()
    with tg.no_grad():
        for p in parameters:
            p -= lr * p.grad
            p.grad = None
"""


def _changed(source: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


# --- 09-2: the edge ----------------------------------------------------------------------------------------------


class AskedTooOftenError(Exception):
    """Ends a search that would never end by itself."""


class Valley:
    """Whether a descent on a parabola stays in the valley, for a learning rate; counts how often it was asked."""

    def __init__(self, *curvatures: float) -> None:
        self.curvatures, self.asked = curvatures, 0
        terms = " + ".join(f"{c:g} {letter}²" for c, letter in zip(curvatures, "xy", strict=False))
        self.__name__ = f"descent on ({terms}) / 2"

    def __call__(self, lr: float) -> bool:
        """Whether 60 steps from 1 end no further out."""
        self.asked += 1
        if self.asked > 200:
            raise AskedTooOftenError
        at = [1.0 for _ in self.curvatures]
        for _ in range(60):
            at = [x - lr * c * x for x, c in zip(at, self.curvatures, strict=True)]
            if max(map(abs, at)) > 1e6:
                break
        return max(map(abs, at)) <= 1.0


def _edge_found(edge: Callable[..., Any], stays: Valley, low: float, high: float) -> Any:
    try:
        found = edge(stays, low, high)
    except AskedTooOftenError:
        return Finding("endless", "it asks without an end; after 200 descents it was stopped.")
    if stays.asked > 99:
        return Finding("asked", f"it let {stays.asked} descents run. Halving needs about 25.")
    return found


_SCAN = """def edge(stays, low, high):
    lr = low
    while stays(lr):
        lr += (high - low) / 200
    return lr
"""
_EDGE = """def edge(stays, low, high):
    while high - low > 1e-6:
        middle = (low + high) / 2
        if stays(middle):
            low = middle
        else:
            high = middle
    return low
"""

# --- 09-3: the price of a ravine ---------------------------------------------------------------------------------


def _counted(ratio: float) -> float:
    """From the factor by which x shrinks; y is gone after the first step."""
    shrinks = 1 - 1 / ratio
    return 1.0 if shrinks == 0 else math.ceil(math.log(2e-6) / (2 * math.log(shrinks)))


_STEPS = """def steps(ratio):
    x, y, lr = 1.0, 1.0, 1 / ratio
    count = 0
    while (x**2 + ratio * y**2) / 2 >= 1e-6:
        x, y = x - lr * x, y - lr * ratio * y
        count += 1
    return count
"""

# --- 09-4: off the saddle ----------------------------------------------------------------------------------------


def saddle(p: Tensor) -> Tensor:
    """Uphill along the first number, downhill along the second, to -1/2 on either side."""
    return p[0] ** 2 - p[1] ** 2 + p[1] ** 4 / 2


def saddle_turned(p: Tensor) -> Tensor:
    """The same with the two numbers exchanged."""
    return p[1] ** 2 - p[0] ** 2 + p[0] ** 4 / 2


def _saddles() -> Iterable[Trial]:
    return [(f, tg.zeros(2, requires_grad=True)) for f in (saddle, saddle_turned)]


def _arrived(escape: Callable[..., Any], f: Callable[[Tensor], Tensor], p: Tensor) -> Any:
    """Where a descent has ended, by its height."""
    tg.manual_seed(0)
    end = escape(f, p)
    if end is ... or end is None:
        return end
    if not isinstance(end, Tensor) or end.shape != (2,):
        return Finding("kind", "return the tensor of two numbers at which your descent ended.")
    height = f(end.detach()).item()
    told = f"it ends at ({end[0].item():.3f}, {end[1].item():.3f}), at height {height:.3f}"
    cases = (
        ("off", not math.isfinite(height) or height > 0.1, f"{told}: that is uphill."),
        ("saddle", height > -1e-6, f"{told}: still the saddle."),
        ("nudged", height > -0.1, f"{told}: off the saddle, and hardly down."),
        ("on the way", height > -0.499, f"{told}. The lowest is -0.5."),
    )
    return next((Finding(kind, words) for kind, true, words in cases if true), Finding("down"))


_ESCAPE = """def escape(f, p):
    with tg.no_grad():
        p += 0.01 * tg.randn(2)
    for _ in range(100):
        f(p).backward()
        with tg.no_grad():
            p -= 0.1 * p.grad
            p.grad = None
    return p
"""

# --- 09-5: line search -------------------------------------------------------------------------------------------


def narrow(x: Tensor) -> Tensor:
    """A parabola with curvature 10."""
    return 5 * (x**2).sum()


def ravine(x: Tensor) -> Tensor:
    """Of two rows: the second is 20 times as steep."""
    return (x * x * tg.tensor([[0.5], [10.0]], dtype=tg.float64)).sum()


def _searches() -> Iterable[Trial]:
    def at(*rows: Any) -> Tensor:
        return tg.tensor(rows, dtype=tg.float64, requires_grad=True)

    return [
        (narrow, at(0.15), 0.3),
        (narrow, at(0.15), 0.26),
        (narrow, at(1.0), 1.0),
        (ravine, at([1.0], [0.5]), 1.0),
        (narrow, at(1.0, -2.0), 0.05),
    ]


def _halved(f: Callable[[Tensor], Tensor], x: Tensor, lr: float) -> float:
    """With slopes by nudging."""
    (g,) = _nudged(f, [x.array])
    height, size = f(x.detach()).item(), float((g * g).sum())
    while f(tg.tensor(x.array - lr * g)).item() > height - 0.5 * lr * size + 1e-12:
        lr /= 2
    return lr


_SEARCH = """def line_search(f, x, lr):
    x.grad = None
    height = f(x)
    height.backward()
    with tg.no_grad():
        size = (x.grad**2).sum()
        while f(x - lr * x.grad) > height - 0.5 * lr * size:
            lr = lr / 2
    return lr
"""

EXERCISES = (
    Exercise(
        id="09-1",
        title="The step",
        name="step",
        stub="def step(f, parameters, lr):\n    return ...\n",
        solution=_STEP,
        expected=_descended,
        trials=_landscapes,
        run=_two_steps,
        shows=" twice: all numbers of the parameters, after each step",
        modifies=("parameters",),
        gradient=True,
        hints=(
            "Three things: slopes, step, clear. `f(*parameters).backward()` measures all slopes at once.",
            "`p -= ...` changes the tensor itself; that is allowed under `with tg.no_grad():` only.",
            "For each p of parameters: `p -= lr * p.grad`, then `p.grad = None`.",
        ),
        wrong={
            "uphill": Wrong(
                _changed(_STEP, ("p -= lr", "p += lr")),
                "A plus sign: you climb. The gradient points uphill, and you want to go down: subtract it.",
            ),
            "zeros": Wrong(
                _changed(
                    _STEP,
                    (
                        "            p -= lr * p.grad\n            p.grad = None",
                        "            p.grad.zero_()\n            p -= lr * p.grad",
                    ),
                ),
                "The gradient was cleared before it was used: a step of zero. Step first, then clear.",
            ),
            "another tensor": Wrong(
                _changed(_STEP, ("p -= lr * p.grad\n            p.grad = None", "p = p - lr * p.grad")),
                "The slopes are there, and nothing has moved: `p = p - ...` makes a new tensor, `p -= ...` moves p.",
            ),
            "recorded": Wrong(
                _changed(_STEP, ("    with tg.no_grad():\n        for", "    if True:\n        for")),
                "The step is no part of the function, so it must not be recorded: `with tg.no_grad():`.",
            ),
            "not cleared": Wrong(
                _changed(_STEP, ("            p.grad = None\n", "")),
                "The first step is right. The second had the first gradient in it: `.grad` adds up until you clear it.",
            ),
            "first only": Wrong(
                _changed(_STEP, ("            p.grad = None\n", "            p.grad = None\n            break\n")),
                "Only the first parameter has moved: a step goes along all of them at once.",
            ),
            "without lr": Wrong(
                _changed(_STEP, ("lr * p.grad", "p.grad")), "The whole gradient is too long a step: multiply it by lr."
            ),
            "one after the other": Wrong(
                """def step(f, parameters, lr):
    for p in parameters:
        f(*parameters).backward()
        with tg.no_grad():
            p -= lr * p.grad
        for q in parameters:
            q.grad = None
""",
                "The second slope was measured after the first step. Measure all slopes at one place, then move.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="09-2",
        title="The edge",
        name="edge",
        stub="def edge(stays, low, high):\n    return ...\n",
        solution=_EDGE,
        expected=lambda stays, low, high: 2 / max(stays.curvatures),
        trials=lambda: [(Valley(10.0), 0.001, 1.0), (Valley(0.5), 0.001, 9.0), (Valley(1.0, 40.0), 0.001, 1.0)],
        run=_edge_found,
        tolerance=1e-4,
        hints=(
            "At low it stays, at high it does not: the edge lies between. What does the middle tell you?",
            "If it stays at the middle, the edge is higher: the middle is the new low. Else it is the new high.",
            "`while high - low > 1e-6:` and `middle = (low + high) / 2`.",
        ),
        wrong={
            "the wrong half": Wrong(
                _changed(_EDGE, ("        if stays(middle)", "        if not stays(middle)")),
                "You kept the half without the edge. Where the descent stays, the edge is still higher.",
            ),
            "once": Wrong(
                "def edge(stays, low, high):\n    return (low + high) / 2\n",
                "That is the middle. Ask `stays` about it, keep the half with the edge, and again.",
            ),
            "too few": Wrong(
                _changed(_EDGE, ("while high - low > 1e-6:", "for _ in range(10):")),
                "The right way, ended too early. Go on until low and high are closer than the tolerance.",
            ),
            "until they meet": Wrong(
                _changed(_EDGE, ("high - low > 1e-6", "low < high")),
                "The middle of two neighbouring numbers is one of them: low never meets high. Stop at 1e-6.",
            ),
            "scanned": Wrong(
                _SCAN,
                "Step by step along the whole range, and between two steps you do not know. Halving asks 20 times and "
                "knows a millionth.",
            ),
            "half of it": Wrong(
                _changed(_EDGE, ("return low", "return low / 2")),
                "That is 1 / L, at which the steepest direction arrives in one step. The edge is at 2 / L.",
            ),
            "True or False": Wrong(
                "def edge(stays, low, high):\n    return stays((low + high) / 2)\n",
                "That says whether one learning rate stays. Wanted is the learning rate at which that changes.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="09-3",
        title="The price of a ravine",
        name="steps",
        stub="def steps(ratio):\n    return ...\n",
        solution=_STEPS,
        expected=_counted,
        trials=lambda: [(1.0,), (10.0,), (100.0,)],
        seconds=3.0,
        hints=(
            "Plain numbers will do. The slopes are x along x, and ratio · y along y.",
            "`while (x**2 + ratio * y**2) / 2 >= 1e-6:` take a step and count it.",
        ),
        wrong={
            "one too many": Wrong(
                _changed(_STEPS, ("return count", "return count + 1")),
                "One too many: after the last step that you count, the loss is below for the first time.",
            ),
            "one too few": Wrong(
                _changed(_STEPS, ("return count", "return count - 1")),
                "One too few: the step that crosses the line counts.",
            ),
            "distance": Wrong(
                _changed(_STEPS, ("(x**2 + ratio * y**2) / 2 >= 1e-6", "max(abs(x), abs(y)) >= 1e-6")),
                "You waited for x itself to be below 1e-6. The loss is its square: it gets there in half of the steps.",
            ),
            "half forgotten": Wrong(
                _changed(_STEPS, (" / 2 >=", " >=")), "The loss is half of that: (x² + ratio · y²) / 2."
            ),
            "always 0.01": Wrong(
                _changed(_STEPS, ("lr = 1.0, 1.0, 1 / ratio", "lr = 1.0, 1.0, 0.01")),
                "The same lr for every ratio. It should be 1 / ratio: as large as the steep direction likes best.",
            ),
            "lr for x only": Wrong(
                _changed(_STEPS, ("y - lr * ratio * y", "y - ratio * y")),
                "y took a step of its whole slope: lr belongs to both directions.",
            ),
            "no ravine": Wrong(
                _changed(_STEPS, ("lr * ratio * y", "lr * y")),
                "The slope along y is ratio · y: the ratio is a part of the loss.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="09-4",
        title="Off the saddle",
        name="escape",
        stub="def escape(f, p):\n    return ...\n",
        solution=_ESCAPE,
        expected=lambda f, p: Finding("down"),
        trials=_saddles,
        run=_arrived,
        modifies=("p",),
        hints=(
            "What is the gradient at the saddle? And a hair's breadth beside it?",
            "First a small push in a direction drawn by lot: `p += 0.01 * tg.randn(2)`, under no_grad. Then descend.",
            "A hundred steps with lr 0.1 are enough.",
        ),
        wrong={
            "no push": Wrong(
                _changed(_ESCAPE, ("        p += 0.01 * tg.randn(2)\n", "        pass\n")),
                "The gradient is exactly zero, so every step is zero, whatever the lr. Something else must push.",
            ),
            "a new p": Wrong(
                _changed(
                    _ESCAPE,
                    ("    with tg.no_grad():\n        p += 0.01 * tg.randn(2)", "    p = p + 0.01 * tg.randn(2)"),
                ),
                "`p + ...` was computed, so it is no leaf, and its .grad stays None. Push p itself: `p += ...` under "
                "no_grad().",
            ),
            "one direction": Wrong(
                _changed(_ESCAPE, ("0.01 * tg.randn(2)", "tg.tensor([0.01, 0.0])")),
                "Pushed along one axis only, and for one of the two saddles that is the way uphill: it slid back. You "
                "cannot know which; draw the direction by lot.",
            ),
            "the other direction": Wrong(
                _changed(_ESCAPE, ("0.01 * tg.randn(2)", "tg.tensor([0.0, 0.01])")),
                "The second axis leads down from the first saddle and back into the second: draw the direction by lot.",
            ),
            "push and stop": Wrong(
                _changed(_ESCAPE, ("range(100)", "range(0)")), "The push is not the descent: take steps after it."
            ),
            "too soon": Wrong(
                _changed(_ESCAPE, ("range(100)", "range(26)")),
                "On the way down, and stopped too soon: near a saddle everything begins slowly.",
            ),
            "uphill": Wrong(
                _changed(_ESCAPE, ("p -= 0.1 * p.grad", "p += 0.01 * p.grad"), ("range(100)", "range(300)")),
                "Uphill: subtract the gradient.",
            ),
            "nothing returned": Wrong(_changed(_ESCAPE, ("    return p\n", "")), "It got down, and returned nothing."),
        },
        points=2,
    ),
    Exercise(
        id="09-5",
        title="Line search",
        name="line_search",
        stub="def line_search(f, x, lr):\n    return ...\n",
        solution=_SEARCH,
        expected=_halved,
        trials=_searches,
        seconds=2.0,
        hints=(
            "Measure once: the height f(x), the gradient, and its square summed up.",
            "Then, under no_grad, `while f(x - lr * x.grad) > ...:` halve lr. On the right stands what was promised.",
        ),
        wrong={
            "uphill": Wrong(
                _changed(_SEARCH, ("f(x - lr", "f(x + lr")),
                "A plus sign: you look uphill, and only a step of next to nothing is not too high.",
            ),
            "any fall": Wrong(
                _changed(_SEARCH, ("height - 0.5 * lr * size", "height")),
                "Lower at all was enough for you. A step across the valley may end a little lower, too: ask "
                "for half of what the slope promises.",
            ),
            "once": Wrong(
                _changed(_SEARCH, ("while f", "if f")), "You halved once at most: halve until the promise is kept."
            ),
            "not squared": Wrong(
                _changed(_SEARCH, ("(x.grad**2).sum()", "(x.grad**2).sum().sqrt()")),
                "The slope along the gradient is its length, and the step is lr times its length: together the square.",
            ),
            "zeros": Wrong(
                _changed(_SEARCH, ("        size =", "        x.grad.zero_()\n        size =")),
                "With a gradient of zeros nothing is promised, and every promise is kept: lr stays as it was.",
            ),
            "tenths": Wrong(_changed(_SEARCH, ("lr / 2", "lr / 10")), "Halve it: a tenth may be far too short."),
            "the height": Wrong(
                _changed(_SEARCH, ("return lr", "return f(x - lr * x.grad)")),
                "That is the height after the step. Wanted is the lr that leads there.",
            ),
            "one too many": Wrong(
                _changed(_SEARCH, ("return lr", "return lr / 2")),
                "One halving too many: return the first lr that keeps the promise.",
            ),
        },
        points=3,
    ),
)

QUIZ = (
    Question(
        "A parabola has curvature L. From which learning rate on does descent run away?",
        ("1 / L", "2 / L", "L / 2"),
        1,
        "Each step multiplies the distance by 1 − lr · L. At 1 / L one step is enough; beyond 2 / L it grows.",
    ),
    Question(
        "Why subtract the gradient?",
        (
            "it points to the minimum, from behind",
            "it is always positive",
            "it points uphill, and the loss shall fall",
        ),
        2,
        "Against it the loss falls fastest, for a small enough step.",
    ),
    Question(
        "In a ravine, which direction limits the learning rate, and which takes the time?",
        (
            "the steep one limits it, the flat one takes the time",
            "the flat one does both",
            "both do, in turn",
        ),
        0,
        "So the steps grow with the ratio of the two curvatures.",
    ),
    Question(
        "The gradient is zero. Where are you?",
        (
            "at the minimum",
            "at a place that is flat: a minimum, a maximum, a saddle or a plain",
            "nowhere: it never is",
        ),
        1,
        "Zero says that nothing changes for a tiny step, and no more.",
    ),
    Question(
        "Why does the step stand under no_grad(), and why `p -=`?",
        (
            "it is faster, and shorter",
            "the gradient would be cleared otherwise",
            "it must not be recorded, and must change the parameter itself",
        ),
        2,
        "`p = p - ...` would leave the parameter where it was.",
    ),
)
