"""The exercises of lesson 01, Slope."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.course.slopes import NUDGES, Function, central

# --- 01-1: a forecast --------------------------------------------------------------------------------------------


def _forecasts() -> Iterable[Trial]:
    return [(16.0, -16.0, 0.01), (2.0, 0.5, -3.0), (-1.5, 4.0, 0.25)]


def _arrived(value: float, slope: float, step: float) -> float:
    """In four equal strides along a line."""
    for _ in range(4):
        value += step / 4 * slope
    return value


# --- 01-2 and 01-3: forward and central difference ----------------------------------------------------------------


def cube(x: float) -> float:
    """Bends upwards, more and more."""
    return x * x * x


def inverse(x: float) -> float:
    """Falls steeply, then ever more gently."""
    return 1 / x


def line(x: float) -> float:
    """Does not bend at all."""
    return 3 * x + 1


def _nudges() -> Iterable[Trial]:
    return [(cube, 2.0, 0.1), (inverse, -0.5, 0.01), (line, 1.0, 0.25)]


def _ahead(f: Function, x: float, eps: float) -> float:
    """By algebra: what is left of (f(x + eps) - f(x)) / eps when eps is divided out."""
    return {"cube": 3 * x * x + 3 * x * eps + eps * eps, "inverse": -1 / (x * (x + eps)), "line": 3.0}[f.__name__]


def _both_ways(f: Function, x: float, eps: float) -> float:
    """By algebra as well."""
    return {"cube": 3 * x * x + eps * eps, "inverse": -1 / (x * x - eps * eps), "line": 3.0}[f.__name__]


def _forward(result: str) -> str:
    return f"def forward(f, x, eps):\n    return {result}\n"


def _central(result: str) -> str:
    return f"def central(f, x, eps):\n    return {result}\n"


# --- 01-4: the best nudge ----------------------------------------------------------------------------------------


def hill(x: float) -> float:
    """Rises to 0.5 at x = 1, and falls again. Only × + /: the same to the last digit on every machine."""
    return x / (1 + x * x)


def narrow_hill(x: float) -> float:
    """The hill, a thousand times narrower."""
    return hill(1000 * x)


def wide_hill(x: float) -> float:
    """The hill, a thousand times wider."""
    return hill(x / 1000)


def _hills() -> Iterable[Trial]:
    """Where the hill has the slope 0.48."""
    return [(hill, 0.48, 0.5), (narrow_hill, 480.0, 0.0005), (wide_hill, 0.00048, 500.0)]


def _judged(best: Callable[..., Any], f: Function, slope: float, x: float) -> Any:
    """Whether the nudge measures well: at most ten times worse than the best of all."""
    nudge = best(f, slope, x)
    if nudge is ...:
        return nudge
    if not isinstance(nudge, float) or nudge <= 0 or min(abs(nudge / eps - 1) for eps in NUDGES) > 1e-6:
        return Finding("no nudge", f"it returned {nudge!r}; return the nudge itself, one of 1e-1, 1e-2, ..., 1e-15.")
    errors = {eps: abs(central(f, x, eps) - slope) for eps in NUDGES}
    least = min(errors.values())
    if abs(central(f, x, nudge) - slope) <= 10 * least:
        return Finding("fine")
    found = f"1e{round(math.log10(nudge))}"
    return Finding(
        found, f"with {found} the error is {abs(central(f, x, nudge) - slope):.0e}; {least:.0e} is possible."
    )


def _best(choice: str, slope: str = "(f(x + eps) - f(x - eps)) / (2 * eps)") -> str:
    return (
        "def best_nudge(f, slope, x):\n    def error(eps):\n"
        f"        return abs({slope} - slope)\n\n"
        f"    nudges = [float(f'1e-{{k}}') for k in range(1, 16)]\n    return {choice}\n"
    )


# --- 01-5: a corner ----------------------------------------------------------------------------------------------


def ramp(x: float) -> float:
    """Flat, then rising: what networks call ReLU."""
    return max(x, 0.0)


def _places() -> Iterable[Trial]:
    return [(abs, 0.0, 1e-6), (cube, 2.0, 1e-6), (ramp, 0.0, 1e-6), (abs, -3.0, 1e-6)]


def _slopes_beside(f: Function, x: float, eps: float) -> list[float]:
    """From the rules for each piece."""
    if f is cube:
        return [3 * x * x, 3 * x * x]
    if f is ramp:
        return [0.0, 1.0]
    return [-1.0, 1.0 if x == 0 else -1.0]


def _sides(left: str, right: str) -> str:
    return f"def sides(f, x, eps):\n    return [{left}, {right}]\n"


_LEFT, _RIGHT = "(f(x) - f(x - eps)) / eps", "(f(x + eps) - f(x)) / eps"
_MIDDLE = "(f(x + eps) - f(x - eps)) / (2 * eps)"

EXERCISES = (
    Exercise(
        id="01-1",
        title="A forecast",
        name="forecast",
        stub="def forecast(value, slope, step):\n    return ...\n",
        solution="def forecast(value, slope, step):\n    return value + slope * step\n",
        expected=_arrived,
        trials=_forecasts,
        hints=(
            "A slope of 5 means: for each unit that the input moves, the output moves 5.",
            "How far does the output move for `step` units? And where does it start?",
        ),
        wrong={
            "the move": Wrong(
                "def forecast(value, slope, step):\n    return slope * step\n",
                "That is how far the output moves. It starts at `value`.",
            ),
            "one unit": Wrong(
                "def forecast(value, slope, step):\n    return value + slope\n",
                "That is the forecast for a step of 1. A smaller step moves the output less.",
            ),
            "minus": Wrong(
                "def forecast(value, slope, step):\n    return value - slope * step\n",
                "The sign is turned: a positive slope takes the output up when the input goes up.",
            ),
            "percent": Wrong(
                "def forecast(value, slope, step):\n    return value * (1 + slope * step)\n",
                "A slope is no percentage: it does not matter how large the value is to begin with.",
            ),
            "zeros": Wrong(
                "def forecast(value, slope, step):\n    return 0.0\n", "That is 0 whatever comes in: use all three."
            ),
        },
    ),
    Exercise(
        id="01-2",
        title="Look ahead",
        name="forward",
        stub=_forward("..."),
        solution=_forward("(f(x + eps) - f(x)) / eps"),
        expected=_ahead,
        trials=_nudges,
        hints=(
            "How far has the output moved, from x to x + eps?",
            "Per unit of input: divide by how far the input has moved. Mind the brackets.",
        ),
        wrong={
            "not divided": Wrong(
                _forward("f(x + eps) - f(x)"),
                "That is how far the output moves. The slope is that per unit of input: divide by eps.",
            ),
            "brackets": Wrong(
                _forward("f(x + eps) - f(x) / eps"), "Only f(x) is divided here: put brackets round the difference."
            ),
            "sign": Wrong(
                _forward("(f(x) - f(x + eps)) / eps"),
                "The sign is turned: later minus earlier, else what rises seems to fall.",
            ),
            "looks back": Wrong(
                _forward("(f(x) - f(x - eps)) / eps"),
                "That looks back, from x to x - eps. Near enough, but another number: ahead is x + eps.",
            ),
            "the value": Wrong(_forward("f(x)"), "That is how high the curve is, not how steep."),
            "the value ahead": Wrong(
                _forward("f(x + eps)"), "That is how high the curve is after the nudge. And how high was it before?"
            ),
            "zeros": Wrong(_forward("0.0"), "Zero says that the output does not move. It does: expected {expected}."),
        },
    ),
    Exercise(
        id="01-3",
        title="Look both ways",
        name="central",
        stub=_central("..."),
        solution=_central("(f(x + eps) - f(x - eps)) / (2 * eps)"),
        expected=_both_ways,
        trials=_nudges,
        hints=(
            "Two points: x + eps and x - eps. How far are they from each other?",
            "Divide by that distance, all of it, in brackets.",
        ),
        wrong={
            "missing 2": Wrong(
                _central("(f(x + eps) - f(x - eps)) / eps"),
                "Twice too large: from x - eps to x + eps it is 2 eps, and you divided by one.",
            ),
            "brackets": Wrong(
                _central("(f(x + eps) - f(x - eps)) / 2 * eps"),
                "Python divides by 2 and then multiplies by eps. Write `/ (2 * eps)`.",
            ),
            "sign": Wrong(
                _central("(f(x - eps) - f(x + eps)) / (2 * eps)"),
                "The sign is turned: what lies ahead minus what lies behind.",
            ),
            "ahead only": Wrong(
                _central("(f(x + eps) - f(x)) / eps"),
                "That looks ahead only, as in 01-2; it is off by {difference} here.",
            ),
            "half the way": Wrong(
                _central("(f(x + eps / 2) - f(x - eps / 2)) / eps"),
                "A central difference, but with half the nudge: eps is the distance to each side.",
            ),
            "average": Wrong(
                _central("(f(x + eps) + f(x - eps)) / (2 * eps)"),
                "The two values are added. A slope is a difference: how much higher is one than the other?",
            ),
            "zeros": Wrong(_central("0.0"), "Zero says that the output does not move. It does: expected {expected}."),
        },
    ),
    Exercise(
        id="01-4",
        title="The best nudge",
        name="best_nudge",
        stub="def best_nudge(f, slope, x):\n    return ...\n",
        solution=_best("min(nudges, key=error)"),
        expected=lambda *_: Finding("fine"),
        trials=_hills,
        run=_judged,
        hints=(
            "Measure with every nudge from 1e-1 to 1e-15, and compare with the true slope.",
            "`[float(f'1e-{k}') for k in range(1, 16)]` are the nudges; `abs(...)` of a difference is an error.",
            "`min(nudges, key=error)` is the nudge for which the function `error` is smallest.",
        ),
        wrong={
            "smallest": Wrong(_best("1e-15"), "The smallest nudge is not the best: rounding eats what it measures."),
            "largest": Wrong(_best("1e-1"), "A large nudge sees the bend: it measures a chord, not the slope here."),
            "always the same": Wrong(
                _best("1e-5"), "Good for the hill of this lesson. A narrower or wider one wants another nudge: measure."
            ),
            "worst": Wrong(_best("max(nudges, key=error)"), "That is the nudge with the largest error of all."),
            "no abs": Wrong(
                _best("min(nudges, key=error)").replace("abs(", "(", 1),
                "Without `abs`, the least error is the most negative one: far off on the low side.",
            ),
            "ahead only": Wrong(
                _best("min(nudges, key=error)", "(f(x + eps) - f(x)) / eps"),
                "That is the best nudge for looking ahead. Looking both ways has another: use `central`.",
            ),
            "no nudge": Wrong(
                _best("nudges.index(min(nudges, key=error))"),
                "The error itself, its place in a list and the exponent are no nudges. Return one such as 1e-3.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="01-5",
        title="A corner",
        name="sides",
        stub="def sides(f, x, eps):\n    return [..., ...]\n",
        solution=_sides(_LEFT, _RIGHT),
        expected=_slopes_beside,
        trials=_places,
        hints=(
            "The right one you have written already: it looks ahead.",
            "For the left one start at x - eps and go to x. The output moves from f(x - eps) to ...",
        ),
        wrong={
            "left sign": Wrong(
                _sides("(f(x - eps) - f(x)) / eps", _RIGHT),
                "The left one has its sign turned: from x - eps to x the input still grows by eps. As it is, |x| "
                "would have no corner at 0, and a smooth curve would have one.",
            ),
            "swapped": Wrong(_sides(_RIGHT, _LEFT), "Left and right are swapped: the left one first."),
            "both ways": Wrong(
                _sides(_MIDDLE, _MIDDLE),
                "Twice the central difference: it averages the two sides, and so hides the corner.",
            ),
            "twice too far": Wrong(
                _sides("(f(x) - f(x - eps)) / (2 * eps)", "(f(x + eps) - f(x)) / (2 * eps)"),
                "Half of what it should be: each side is one eps wide, not two.",
            ),
            "one side": Wrong(_sides(_RIGHT, _RIGHT), "Both look to the right: a corner is seen from two sides only."),
            "zeros": Wrong(_sides("0.0", "0.0"), "Zeros: flat on both sides. Expected is `{expected}`."),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "The loss is 16, its slope along a weight is −16. You raise the weight by 0.01. The loss is now about",
        ("0", "15.84", "16.16", "16 − 16 = 0, if the step is small"),
        1,
        "16 + (−16) × 0.01. A slope is a rate: output per unit of input.",
    ),
    Question(
        "Why is a central difference better than looking ahead?",
        ("it uses a smaller nudge", "it needs no division", "the bend on one side cancels that on the other"),
        2,
        "So its error shrinks with the square of the nudge.",
    ),
    Question(
        "A nudge of 1e-15 measures badly, because",
        (
            "f(x) and f(x + nudge) share nearly all of their 16 digits",
            "the curve bends too much there",
            "Python cannot hold 1e-15",
        ),
        0,
        "What is left of the difference is a few units of rounding.",
    ),
    Question(
        "A curve has the value 0 at some place. Its slope there is",
        ("0", "positive", "any number at all"),
        2,
        "A value says how high, a slope how steep.",
    ),
    Question(
        "At a corner, such as that of |x| at 0,",
        ("the slope is 1", "there is no one slope", "the curve is straight if you zoom in far enough"),
        1,
        "Each side has its own, and no zoom makes them one.",
    ),
)
