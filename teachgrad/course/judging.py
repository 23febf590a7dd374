"""Judges an answer: what is right about it, what differs, and, if it is a wrong answer that is known, why.

In this order: is it there, is it what it should be, has anything been written, does it run, are type, shape and values
right in every trial, and are its inputs as they were. The answer runs quietly, for a limited time, and always with the
same random numbers: one answer has one verdict, and a known wrong answer is known again. Whatever it raises is told as
the learner's own, at the learner's line.

Knows exercises; not how a verdict is shown or kept.
"""

from __future__ import annotations

import inspect
import linecache
import random
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, EllipsisType
from typing import Any

import numpy as np

from teachgrad.course.beside import beside
from teachgrad.course.exercises import Exercise, Finding, Trial, Wrong
from teachgrad.course.patience import TimeLimitError, within
from teachgrad.course.quiet import quietly
from teachgrad.lessons import pointer
from teachgrad.random import manual_seed
from teachgrad.tensor import Tensor
from teachgrad.viz.figure import Figure

Array = np.ndarray[Any, Any]

DICE = 2718  # any number that nobody would choose: an answer that forgets to seed must not be right by chance
RIGHT, NOT_YET, NOT_ATTEMPTED = "right", "not yet", "not attempted"
OURS = str(Path(__file__).parent.parent)  # frames of the library are no lines of the learner's

# What PyTorch and Python say, what it means in these lessons, and the lesson that treats it.
HELP = (
    ("'NoneType' object has no attribute", "Something is None here: often a .grad that was never filled.", 5),
    ("unsupported operand type(s)", "Two things were combined that do not fit: is one of them None?", 5),
    ("is not defined", "A name is used that nothing gave a value to: is it spelt as in the arguments?", None),
    ("missing 1 required positional argument", "Keep the arguments as they were in the exercise.", None),
    ("maximum recursion depth exceeded", "The function calls itself without an end.", None),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said to an answer.

    Attributes:
        status: "right", "not yet" or "not attempted".
        good: what is right about it, in sentences.
        facts: what differs, in sentences.
        why: how people arrive at this answer; empty if it is none that is known.
        wrong: the name of the known wrong answer, or empty.
        picture: the learner's gradient beside the true one, or None.
    """

    status: str
    good: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    why: str = ""
    wrong: str = ""
    picture: Figure | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer did in one trial: a value, or an error; and the inputs that are not what they were."""

    value: Any = None
    error: BaseException | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """How a value differs from the expected one, in words, and by how much at most."""

    words: str
    largest: float = float("nan")


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """The verdict on an answer. Nothing is printed, warned about, or drawn from the generator of random numbers."""
    with quietly():
        return _judged(exercise, answer)


def _judged(exercise: Exercise, answer: Any) -> Verdict:
    stub = exercise.made(exercise.stub)
    if unfinished(answer) or _as_left(answer, stub):
        return Verdict(NOT_ATTEMPTED, facts=_to_do(exercise, answer))
    good, problem = _form(exercise, answer, stub)
    if problem:
        return Verdict(NOT_YET, facts=(problem,))
    trials, outcomes = list(exercise.trials()), observed(exercise, answer)
    if any(unfinished(outcome.value) for outcome in outcomes):
        return Verdict(NOT_ATTEMPTED, facts=("There is still a ... in what comes out: replace it.",))
    wanted = [exercise.expected(*arguments) for arguments in exercise.trials()]
    for number, (outcome, value) in enumerate(zip(outcomes, wanted, strict=False)):
        differs = _against(exercise, outcome, value)
        if differs:
            called = _called(exercise, trials[number])
            name, wrong = _recognised(exercise, outcomes, wanted)
            return Verdict(
                NOT_YET,
                good=(*good, *([f"{number} of {len(trials)} trials went well."] if number else [])),
                facts=(f"{called}: {differs.words}" if called else differs.words,),
                why=_reason(wrong, outcome.value, value, differs),
                wrong=name,
                picture=_picture(exercise, outcome, value),
            )
    return Verdict(RIGHT, good=good)


def _to_do(exercise: Exercise, answer: Any) -> tuple[str, ...]:
    """What to do with a stub: to fill it in, or, where it is a program to be mended, to change what it does now."""
    if "..." in exercise.stub:
        return ("Replace the ... and run the cell again.",)
    outcome, wanted = observed(exercise, answer)[0], exercise.expected(*next(iter(exercise.trials())))
    differs = _against(exercise, outcome, wanted)
    called = _called(exercise, next(iter(exercise.trials())))
    return (f"Nothing has been changed yet. As it is, {called}: {differs.words if differs else 'all is well.'}",)


def observed(exercise: Exercise, answer: Any) -> list[Outcome]:
    """What an answer does in each trial, up to the first that raises."""
    outcomes: list[Outcome] = []

    def run() -> None:
        for arguments in exercise.trials():
            outcomes.append(_one(exercise, answer, arguments))
            if outcomes[-1].error is not None:
                break

    for seed in (manual_seed, np.random.seed, random.seed):
        seed(DICE)
    try:
        within(exercise.seconds, run)
    except TimeLimitError as error:
        outcomes.append(Outcome(error=error))
    return outcomes


def _one(exercise: Exercise, answer: Any, arguments: Trial) -> Outcome:
    before = [_copy(argument) for argument in arguments]
    try:
        value = exercise.run(answer, *arguments)
    except (Exception, SystemExit) as error:
        return Outcome(error=error)
    names = _parameters(exercise)
    changed = (
        name
        for name, was, now in zip(names, before, map(_array, arguments))
        if was is not None and now is not None and name not in exercise.modifies and not _equal(was, now)
    )
    return Outcome(_copy_of_tensor(value), changed=tuple(changed))


# --- is it what it should be? ------------------------------------------------------------------------------------


def unfinished(value: Any) -> bool:
    """Whether a `...` of the exercise is still in it."""
    entries = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else [value]
    return any(isinstance(entry, EllipsisType) for entry in entries)


def _as_left(answer: Any, stub: Any) -> bool:
    """Whether a function, or a class with all of its methods, is still the one that the notebook holds."""
    if isinstance(stub, type) and isinstance(answer, type):
        ours, theirs = ({name: part for name, part in vars(c).items() if callable(part)} for c in (stub, answer))
        return ours.keys() == theirs.keys() and all(_as_left(theirs[name], part) for name, part in ours.items())
    mine, yours = (getattr(inspect.unwrap(part), "__code__", None) for part in (stub, answer))  # another file and line
    return isinstance(mine, CodeType) and isinstance(yours, CodeType) and _steps(mine) == _steps(yours)


def _steps(code: CodeType) -> tuple[Any, ...]:
    constants = tuple(_steps(part) if isinstance(part, CodeType) else repr(part) for part in code.co_consts)
    return (code.co_code, code.co_names, constants)


def _form(exercise: Exercise, answer: Any, stub: Any) -> tuple[tuple[str, ...], str]:
    """What is right about the kind of thing it is, and what is wrong with it."""
    name = exercise.name
    if not callable(stub):
        fits = isinstance(answer, Mapping) == isinstance(stub, Mapping)
        return ((), "" if fits else f"{name} should be a dictionary with the names above and is {_kind(answer)}.")
    if not callable(answer):
        return ((), f"{name} should be a function and is {_kind(answer)}. Run the cell with its def again.")
    asked, given = _parameters(exercise), _names(answer)
    if given != asked:
        return ((), f"{name} should take ({', '.join(asked)}); yours takes ({', '.join(given)}).")
    return ((f"{name} takes what it should.",), "")


def _parameters(exercise: Exercise) -> list[str]:
    stub = exercise.made(exercise.stub)
    return _names(stub) if callable(stub) else []


def _names(function: Any) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _kind(value: Any) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


# --- does it give what it should? --------------------------------------------------------------------------------


def _against(exercise: Exercise, outcome: Outcome, wanted: Any) -> Difference | None:
    """How one trial differs from what it should be; None if it does not."""
    if outcome.error is not None:
        return Difference(_raised(exercise, outcome.error))
    found = difference(outcome.value, wanted, exercise.tolerance)
    if found is None and outcome.changed:
        names = " and ".join(outcome.changed)
        return Difference(f"The result is right, but your function has changed {names}, which it was only lent.")
    return found


def difference(yours: Any, wanted: Any, tolerance: float) -> Difference | None:
    """How a value differs from the expected one: in kind, shape or numbers; None if it does not.

    >>> difference([1.0, 2.5], [1.0, 2.0], 1e-4).words
    'yours is [1, 2.5], expected [1, 2]. The largest difference is 0.5, at [1].'
    >>> difference(None, 4.0, 1e-4).words
    'it gave None, expected 4.'
    """
    if isinstance(yours, Finding):
        same = isinstance(wanted, Finding) and yours.kind == wanted.kind
        return None if same else Difference(yours.words)
    if isinstance(wanted, Mapping):
        return _entries(yours, wanted)
    if isinstance(wanted, str):
        return None if isinstance(yours, str) and yours.strip() == wanted else Difference(f"{yours!r} is not it.")
    if yours is None:
        return Difference(f"it gave None, expected {_word(wanted)}.")
    ours, theirs = _array(wanted), _array(yours)
    assert ours is not None, "an expected value is a number, an array, a text, a dictionary or a finding"
    if theirs is None or theirs.dtype.kind not in "biuf":
        return Difference(f"it gave {_kind(yours)}, expected {_word(wanted)}.")
    if theirs.shape != ours.shape:
        return Difference(f"yours has shape {theirs.shape}, expected {ours.shape}.")
    return _numbers(theirs.astype(float), ours.astype(float), tolerance)


def _numbers(yours: Array, wanted: Array, tolerance: float) -> Difference | None:
    if np.allclose(yours, wanted, rtol=tolerance, atol=tolerance, equal_nan=True):  # a wrong answer may give nan
        return None
    apart = np.nan_to_num(np.abs(yours - wanted), nan=np.inf, posinf=np.inf)
    where = tuple(int(at) for at in np.unravel_index(np.argmax(apart), apart.shape))
    place = f", at [{', '.join(map(str, where))}]" if where else ""
    largest = f" The largest difference is {apart.max():.4g}{place}." if yours.size > 1 else ""
    return Difference(f"yours is {_word(yours)}, expected {_word(wanted)}.{largest}", float(apart.max()))


def _entries(yours: Any, wanted: Mapping[str, Any]) -> Difference | None:
    """Which entries of a dictionary are right. The right ones are not told: that would end the exercise."""
    missing = [key for key in wanted if key not in yours]
    if missing:
        return Difference(f"there is no {' and no '.join(map(repr, missing))} in it.")
    off = [key for key in wanted if yours[key] != wanted[key]]
    if not off:
        return None
    return Difference(f"{len(wanted) - len(off)} of {len(wanted)} are right. Look again at {', '.join(off)}.")


def _called(exercise: Exercise, arguments: Trial) -> str:
    """What is done in a trial: the call as a learner would write it, unless the exercise has words of its own."""
    if exercise.told is not None:
        return exercise.told(*arguments)
    given = [f"{name}={_word(argument, most=4)}" for name, argument in zip(_parameters(exercise), arguments)]
    return f"{exercise.name}({', '.join(given)}){exercise.shows}" if given else ""


def _word(value: Any, most: int = 12) -> str:
    """A value, short enough for a sentence."""
    if isinstance(value, tuple) and all(isinstance(size, int) for size in value):
        return str(value)  # a shape, as it is written
    array = _array(value)
    if array is None or array.dtype.kind not in "biuf":
        short = getattr(value, "__name__", None) or repr(value)
        return short if len(short) < 60 and "\n" not in short else _kind(value)
    return f"an array of shape {array.shape}" if array.size > most else _nested(array.tolist())


def _nested(values: Any) -> str:
    if isinstance(values, list):
        return f"[{', '.join(map(_nested, values))}]"
    return f"{values:.5g}" if isinstance(values, float) else str(values)


def _array(value: Any) -> Array | None:
    if isinstance(value, Tensor):
        return value.array
    if isinstance(value, list | tuple):
        value = [entry.array if isinstance(entry, Tensor) else entry for entry in value]
    elif not isinstance(value, np.ndarray | np.generic | bool | int | float):
        return None
    try:
        return np.asarray(value)
    except ValueError:  # rows of different lengths
        return None


def _copy(value: Any) -> Array | None:
    array = _array(value)
    return None if array is None else array.copy()


def _copy_of_tensor(value: Any) -> Any:
    """What was returned, as it was then: the next trial may add to it."""
    return value.array.copy() if isinstance(value, Tensor) else value


def _equal(a: Array, b: Array) -> bool:
    return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))


# --- whose answer is it? -----------------------------------------------------------------------------------------


def _recognised(exercise: Exercise, outcomes: list[Outcome], wanted: list[Any]) -> tuple[str, Wrong | None]:
    """The known wrong answer that does the same in every trial."""
    for name, wrong in exercise.wrong.items():
        theirs = exercise.made(wrong.source)
        if isinstance(theirs, Mapping):
            yours = outcomes[0].value
            same = isinstance(yours, Mapping) and all(yours.get(key) == value for key, value in theirs.items())
        else:
            known = observed(exercise, theirs)
            same = len(known) == len(outcomes) and all(
                _same(ours, other, exercise.tolerance) for ours, other in zip(outcomes, known, strict=True)
            )
        if same:
            return name, wrong
    return "", None


def _same(a: Outcome, b: Outcome, tolerance: float) -> bool:
    if a.error is not None or b.error is not None:
        return type(a.error) is type(b.error) and _headline(a.error) == _headline(b.error)
    if a.value is None or b.value is None:
        return a.value is b.value
    if isinstance(a.value, Finding) != isinstance(b.value, Finding):
        return False
    if not isinstance(b.value, Finding | str) and _array(b.value) is None:
        return False
    return a.changed == b.changed and difference(a.value, b.value, tolerance) is None


def _headline(error: BaseException | None) -> str:
    return str(error).partition("\n")[0]


def _reason(wrong: Wrong | None, yours: Any, wanted: Any, differs: Difference) -> str:
    if wrong is None:
        return ""
    return wrong.why.format(yours=_word(yours), expected=_word(wanted), difference=f"{differs.largest:.4g}")


def _picture(exercise: Exercise, outcome: Outcome, wanted: Any) -> Figure | None:
    yours, true = _array(outcome.value), _array(wanted)
    if not exercise.gradient or yours is None or true is None or yours.dtype.kind not in "biuf":
        return None
    return beside(yours.astype(float), true.astype(float), exercise.tolerance)


# --- what went wrong inside it -----------------------------------------------------------------------------------


def _raised(exercise: Exercise, error: BaseException) -> str:
    """An error as the learner's own: at the learner's line, in its own words, with what the lessons say about it."""
    if isinstance(error, TimeLimitError):
        return f"it had not ended after {exercise.seconds:g} seconds. Is there a loop whose condition never changes?"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(OURS)]
    place = ""
    if frames:
        line = (frames[-1].line or linecache.getline(frames[-1].filename, frames[-1].lineno or 0)).strip()
        place = f"in line {frames[-1].lineno} of the cell" + (f", {line}" if line else "") + ", "
    return f"{place}your code raised {type(error).__name__}: {error}{help_with(error)}"


def help_with(error: BaseException) -> str:
    r"""What the lessons say about an error that does not say it itself.

    >>> help_with(NameError("name 'y' is not defined"))
    '\n  A name is used that nothing gave a value to: is it spelt as in the arguments?'
    """
    for words, meaning, lesson in HELP:
        if words in str(error) and "\n" not in str(error):
            return f"\n  {meaning}" + ("" if lesson is None else f" {pointer(lesson)}")
    return ""
