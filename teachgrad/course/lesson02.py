"""The exercises of lesson 02, Many inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.tensor import Tensor

# --- 02-1: a gradient with a pencil ------------------------------------------------------------------------------


def _points() -> Iterable[Trial]:
    rng = np.random.default_rng(21)
    return [(0.5, 1.0), (0.0, 1.2), *((float(x), float(y)) for x, y in rng.normal(size=(3, 2)).round(2))]


def _nudged(x: float, y: float) -> list[float]:
    """By nudging each input both ways."""

    def ripples(x: float, y: float) -> float:
        return math.sin(x * x + y * y)

    eps = 1e-5
    along_x = (ripples(x + eps, y) - ripples(x - eps, y)) / (2 * eps)
    return [along_x, (ripples(x, y + eps) - ripples(x, y - eps)) / (2 * eps)]


def _gradient(along_x: str, along_y: str, before: str = "") -> str:
    head = "import math\n\ndef gradient(x, y):\n    r = x**2 + y**2\n"
    return f"{head}{before}    return [{along_x}, {along_y}]\n"


# --- 02-2: any direction -----------------------------------------------------------------------------------------


def _steps() -> Iterable[Trial]:
    rng = np.random.default_rng(22)
    yield tg.tensor([9.0, 4.0], dtype=tg.float64), tg.tensor([3.0, 4.0], dtype=tg.float64)
    for size in (5, 1, 2):
        gradient, direction = (tg.tensor(rng.normal(size=size).round(2)) for _ in range(2))
        yield gradient, direction


def _by_angle(gradient: Tensor, direction: Tensor) -> float:
    """By walking: what a short step in this direction gains on a plane with this gradient, per unit of its length."""
    step = [1e-3 * part for part in direction.tolist()]
    gained = math.fsum(slope * part for slope, part in zip(gradient.tolist(), step, strict=True))
    return gained / math.hypot(*step)


def _directional(result: str) -> str:
    return f"def directional(gradient, direction):\n    return {result}\n"


# --- 02-3: a gradient by nudging ---------------------------------------------------------------------------------


def bowl(x: Tensor) -> Tensor:
    """Steeper along each further input."""
    return (x**2 * tg.arange(1, len(x) + 1)).sum()


def tangle(x: Tensor) -> Tensor:
    """Every input matters to the slope along every other."""
    return (x * 0.5).sum().sin() + x[0] * x[-1]


def _vectors() -> Iterable[Trial]:
    rng = np.random.default_rng(23)
    for f, size in ((tangle, 3), (bowl, 1), (bowl, 5), (tangle, 4)):
        yield f, tg.tensor(rng.normal(size=size).round(2)), 1e-5


def _by_autograd(f: Callable[[Tensor], Tensor], x: Tensor, eps: float) -> np.ndarray[Any, Any]:
    leaf = x.clone().requires_grad_()
    f(leaf).backward()
    assert leaf.grad is not None
    return leaf.grad.array


def _numeric(
    up: str = "x.clone()",
    nudge: str = "up[i] += eps\n        down[i] -= eps",
    slope: str = "(f(up) - f(down)) / (2 * eps)",
    end: str = "slopes",
) -> str:
    return (
        "def numeric_gradient(f, x, eps):\n    slopes = []\n    for i in range(len(x)):\n"
        f"        up, down = {up}, {up}\n        {nudge}\n        slopes.append(({slope}).item())\n"
        f"    return {end}\n"
    )


# --- 02-4: a direction of no change ------------------------------------------------------------------------------


def _arrows() -> Iterable[Trial]:
    rng = np.random.default_rng(24)
    yield from [([9.0, 4.0],), ([0.0, 3.0],), ([-2.0, 0.0],)]
    for pair in rng.normal(size=(2, 2)).round(2).tolist():
        yield (pair,)


def _judged(level: Callable[..., Any], gradient: list[float]) -> Any:
    """Whether this is a direction, and whether it is level. Each of the many right answers counts."""
    answer = level(gradient)
    try:
        x, y = (float(part) for part in answer)
    except (TypeError, ValueError):
        if isinstance(answer, list | tuple) and ... in answer:
            return answer
        return Finding("no pair", f"it returned {answer!r}; a direction here is two numbers, [along x, along y].")
    if math.hypot(x, y) < 1e-12:
        return Finding("nowhere", "it returned no direction: both parts are 0.")
    slope = (gradient[0] * x + gradient[1] * y) / math.hypot(x, y)
    if abs(slope) <= 1e-6 * math.hypot(*gradient):
        return Finding("fine")
    return Finding(f"slope {slope:.4f}", f"[{x:.4g}, {y:.4g}] climbs with a slope of {slope:.4g}, not 0.")


def _level(result: str) -> str:
    return f"def level(gradient):\n    gx, gy = gradient\n    return {result}\n"


EXERCISES = (
    Exercise(
        id="02-1",
        title="With a pencil",
        name="gradient",
        stub="def gradient(x, y):\n    return [..., ...]\n",
        solution="def gradient(x, y):\n    bend = math.cos(x**2 + y**2)\n    return [2 * x * bend, 2 * y * bend]\n",
        expected=_nudged,
        trials=_points,
        gradient=True,
        given="import math\n",
        hints=(
            "Hold y still. Then it is the sine of something that depends on x alone.",
            "The slope of the sine is the cosine; what is inside of it has the slope 2x.",
            "One multiplies the other: along x it is cos(x² + y²) · 2x. And along y?",
        ),
        wrong={
            "zeros": Wrong(_gradient("0.0", "0.0"), "Zeros say that the function is flat everywhere. It ripples."),
            "partials swapped": Wrong(
                _gradient("2 * y * math.cos(r)", "2 * x * math.cos(r)"),
                "The two are swapped: the first is the slope along x, with y held still.",
            ),
            "normalised": Wrong(
                _gradient("x / n", "y / n", "    n = math.hypot(x, y) * (1 if math.cos(r) > 0 else -1)\n"),
                "The direction is right, but the length is always 1: a gradient's length says how steep it is.",
            ),
            "outer only": Wrong(
                _gradient("math.cos(r)", "math.cos(r)"),
                "The slope of the sine is there. What is inside of it moves, too: by 2x for each unit of x.",
            ),
            "inner only": Wrong(
                _gradient("2 * x", "2 * y"), "That is the gradient of x² + y². The sine around it is missing."
            ),
            "sine": Wrong(
                _gradient("2 * x * math.sin(r)", "2 * y * math.sin(r)"),
                "The slope of the sine is the cosine, not the sine again.",
            ),
            "inside changed": Wrong(
                _gradient("math.cos(2 * x)", "math.cos(2 * y)"),
                "The cosine is taken of x² + y² itself; the slope of the inside stands beside it, as a factor.",
            ),
            "each by itself": Wrong(
                _gradient("2 * x * math.cos(x**2)", "2 * y * math.cos(y**2)"),
                "Held still is not gone: along x, the cosine is still taken of x² + y².",
            ),
            "added": Wrong(
                "import math\n\ndef gradient(x, y):\n    return (2 * x + 2 * y) * math.cos(x**2 + y**2)\n",
                "The two slopes are added up. A gradient keeps them apart: return both, in a list.",
            ),
            "minus": Wrong(
                _gradient("-2 * x * math.cos(r)", "-2 * y * math.cos(r)"),
                "The sign is turned: that is the direction downhill. The gradient points uphill.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="02-2",
        title="Any direction",
        name="directional",
        stub=_directional("..."),
        solution=_directional("(gradient * direction).sum() / direction.norm()"),
        expected=_by_angle,
        trials=_steps,
        hints=(
            "Each part of the step earns its slope times its length. Add them up: `.sum()`.",
            "That is what the whole step gains. Per unit of length? `direction.norm()` is how long it is.",
        ),
        wrong={
            "per step": Wrong(
                _directional("(gradient * direction).sum()"),
                "That is what the whole step gains. The slope is per unit of length: divide by the step's.",
            ),
            "normalised": Wrong(
                _directional("(gradient * direction).sum() / direction.norm() / gradient.norm()"),
                "You have normalised the gradient, too, and its length is how steep it is. What is left is a cosine.",
            ),
            "wrong length": Wrong(
                _directional("(gradient * direction).sum() / gradient.norm()"),
                "Divided by the length of the gradient. It is the step whose length must not matter.",
            ),
            "squared": Wrong(
                _directional("(gradient * direction).sum() / (direction * direction).sum()"),
                "Divided by the square of the step's length: a root is missing.",
            ),
            "steepest": Wrong(
                _directional("gradient.norm()"), "That is the slope in the steepest direction, whichever is asked for."
            ),
            "not added": Wrong(
                _directional("gradient * direction / direction.norm()"),
                "Those are the gains of the single parts. Add them up.",
            ),
            "zeros": Wrong(
                _directional("0.0"), "Zero in every direction: that is only so where the gradient vanishes."
            ),
        },
        points=2,
    ),
    Exercise(
        id="02-3",
        title="Nudge them all",
        name="numeric_gradient",
        stub="def numeric_gradient(f, x, eps):\n    return ...\n",
        solution=_numeric(),
        expected=_by_autograd,
        trials=_vectors,
        gradient=True,
        hints=(
            "A loop over the entries of x: nudge entry i both ways, all others held still.",
            "`x` is only lent. `up = x.clone()`, then `up[i] += eps`.",
            "Append `((f(up) - f(down)) / (2 * eps)).item()` to a list, and return it.",
        ),
        wrong={
            "zeros": Wrong(
                "def numeric_gradient(f, x, eps):\n    return [0.0] * len(x)\n",
                "All zeros: no entry was nudged, or up and down are one and the same tensor. `x.clone()` makes a copy.",
            ),
            "all at once": Wrong(
                _numeric(nudge="up += eps\n        down -= eps"),
                "All entries were nudged together, so each slope is the sum of all. One entry at a time.",
            ),
            "not put back": Wrong(
                _numeric(
                    up="x", nudge="up = x\n        x[i] += eps\n        down = x.clone()\n        down[i] -= 2 * eps"
                ),
                "The slopes are right, but x is not what it was: each entry has kept its nudge. Nudge a copy.",
            ),
            "missing 2": Wrong(
                _numeric(slope="(f(up) - f(down)) / eps"),
                "Twice too large: from the one to the other it is 2 eps.",
            ),
            "sign": Wrong(
                _numeric(slope="(f(down) - f(up)) / (2 * eps)"), "The sign is turned: what is up minus what is down."
            ),
            "normalised": Wrong(
                _numeric(end="[s / sum(t * t for t in slopes) ** 0.5 for s in slopes]"),
                "The direction is right, but its length is always 1: a gradient's length says how steep it is.",
            ),
            "a single slope": Wrong(
                _numeric(end="slopes[:1]"),
                "One slope only, and the gradient has one for every entry: does `return` stand inside of the loop?",
            ),
            "one number": Wrong(
                "def numeric_gradient(f, x, eps):\n    return (f(x + eps) - f(x - eps)) / (2 * eps)\n",
                "`x + eps` nudges all entries together, and gives one number. One entry at a time, in a loop.",
            ),
            "put back": Wrong(
                _numeric(
                    "x",
                    "x[i] += eps\n        above = f(x)\n        x[i] -= 2 * eps\n        below = f(x)\n"
                    "        x[i] += eps",
                    "(above - below) / (2 * eps)",
                ),
                "Adding and taking away leaves a trace of rounding: x is a little off. Nudge a copy, `x.clone()`.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="02-4",
        title="Neither up nor down",
        name="level",
        stub="def level(gradient):\n    return [..., ...]\n",
        solution="def level(gradient):\n    return [-gradient[1], gradient[0]]\n",
        expected=lambda _: Finding("fine"),
        trials=_arrows,
        run=_judged,
        hints=(
            "The slope in a direction [a, b] is gradient[0] · a + gradient[1] · b. Make the two cancel.",
            "Swap the two slopes, and turn one sign.",
        ),
        wrong={
            "zeros": Wrong(
                _level("[0.0, 0.0]"), "Who takes no step climbs nothing. A direction is wanted, of any length but 0."
            ),
            "the gradient": Wrong(_level("[gx, gy]"), "That is straight uphill. Turn it by a right angle."),
            "downhill": Wrong(_level("[-gx, -gy]"), "That is straight downhill. Turn it by a right angle."),
            "only swapped": Wrong(
                _level("[gy, gx]"), "Swapped, gx · gy + gy · gx adds up instead of cancelling. One sign is missing."
            ),
            "mirrored": Wrong(
                _level("[gx, -gy]"), "That mirrors the gradient. A right angle needs both: the swap and the sign."
            ),
            "mirrored, the other sign": Wrong(
                _level("[-gx, gy]"), "One sign is turned, and nothing swapped: do both, and the two parts cancel."
            ),
            "along x": Wrong(
                _level("[1.0, 0.0]"), "Along x the slope is gx: level only where the gradient has no such part."
            ),
        },
    ),
)

QUIZ = (
    Question(
        "The gradient of a function of 1000 inputs is",
        ("one number", "1000 numbers: one slope for each input", "a million numbers"),
        1,
        "One slope for each input, all others held still.",
    ),
    Question(
        "Its length says",
        ("how steep it is in the steepest direction", "how far away the minimum is", "nothing: it is always 1"),
        0,
        "And where it is 0, the function is flat in every direction.",
    ),
    Question(
        "At a right angle to the gradient, the function",
        ("falls fastest", "rises a little", "does not change at first"),
        2,
        "That is the direction of the level line.",
    ),
    Question(
        "One small step against the gradient leads",
        ("to the minimum", "down the steepest way from here", "towards the minimum"),
        1,
        "It knows the slope under your feet, and nothing of the valley.",
    ),
    Question(
        "Central differences for a million weights need",
        ("two runs", "a million runs", "two million runs"),
        2,
        "Two for each weight. `backward()` needs one run and one walk back.",
    ),
)
