"""The exercises of lesson 00, Start here: as small as can be, to show what a check and a hint are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong


def _eight(answer: Any) -> Any:
    """Whether it is the number, without telling which it is."""
    if answer is ...:
        return answer
    right = isinstance(answer, int | float) and answer == 8
    return Finding("right") if right else Finding(repr(answer), f"{answer!r} is not it.")


def _neurons() -> Iterable[Trial]:
    return [(3.0, 2.0), (-1.5, 4.0), (0.5, -7.0)]


def _product(weight: float, x: float) -> float:
    """From two squares."""
    return ((weight + x) ** 2 - (weight - x) ** 2) / 4


def _steps() -> Iterable[Trial]:
    return [(3.0, -2.0, 0.1), (0.5, 4.0, 0.25), (-1.0, 0.5, 0.01)]


def _moved(weight: float, slope: float, lr: float) -> float:
    """Counted in steps of length lr."""
    return lr * (weight / lr - slope)


def _output(result: str) -> str:
    return f"def output(weight, x):\n    return {result}\n"


def _step(result: str) -> str:
    return f"def step(weight, slope, lr):\n    return {result}\n"


EXERCISES = (
    Exercise(
        id="00-1",
        title="A check",
        name="prediction",
        stub="prediction = ...",
        solution="prediction = 8",
        expected=lambda: Finding("right"),
        run=_eight,
        hints=("output = weight × input, and the weight is 4, the input 2.",),
        wrong={
            "added": Wrong(
                "prediction = 6",
                "That is 4 + 2, or what it predicted when the weight was 3. Here the weight is 4, and multiplies.",
            ),
            "power": Wrong("prediction = 16", "That is 4 to the power of 2. Here the weight multiplies the input."),
            "label": Wrong("prediction = 10", "That is the label, what the network should say. What does it say?"),
            "error": Wrong("prediction = 2", "That is the error: how far the prediction is from the label."),
        },
    ),
    Exercise(
        id="00-2",
        title="A hint",
        name="output",
        stub=_output("..."),
        solution=_output("weight * x"),
        expected=_product,
        trials=_neurons,
        hints=(
            "This is the first hint. It says what to think of: the same as in 00-1, with names for the numbers.",
            "This is the last one. It says nearly all: one sign stands between `weight` and `x`.",
        ),
        wrong={
            "one case": Wrong(
                _output("6.0"), "Right for 3 and 2, and for nothing else: a check calls it with other numbers, too."
            ),
            "added": Wrong(_output("weight + x"), "That adds. The weight multiplies the input."),
            "printed": Wrong(
                "def output(weight, x):\n    print(weight * x)\n",
                "It is printed, not returned: a function without `return` gives None.",
            ),
            "zeros": Wrong(_output("0.0"), "0, whatever comes in: use both arguments."),
        },
    ),
    Exercise(
        id="00-3",
        title="A step",
        name="step",
        stub=_step("..."),
        solution=_step("weight - lr * slope"),
        expected=_moved,
        trials=_steps,
        hints=(
            "Against the slope: where it is negative, the weight grows.",
            "The step is `lr * slope` long.",
        ),
        wrong={
            "uphill": Wrong(
                _step("weight + lr * slope"), "That is uphill, where the error grows. Against the slope: −."
            ),
            "whole slope": Wrong(_step("weight - slope"), "The learning rate is missing: the step is lr × slope long."),
            "only the step": Wrong(_step("-lr * slope"), "That is the step. Where does it lead, from `weight`?"),
            "zeros": Wrong(_step("weight"), "The weight has not moved."),
        },
    ),
)

QUIZ: tuple[Question, ...] = ()
