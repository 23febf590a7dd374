"""What a verdict says: order of the checks, differences, errors as the learner's own, time, and inputs left alone."""

import io
import random
import sys
import threading
import time
import warnings
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.course.exercises import Exercise, Wrong
from teachgrad.course.judging import difference, judge
from teachgrad.course.patience import TimeLimitError, within

DOUBLE = Exercise(
    id="99-1",
    title="Double",
    name="double",
    stub="def double(x):\n    return ...\n",
    solution="def double(x):\n    return 2 * x\n",
    expected=lambda x: 2 * x.array,
    hints=("Add it to itself.",),
    wrong={
        "zeros": Wrong("def double(x):\n    return 0 * x\n", "Zeros; off by {difference}, {yours} for {expected}."),
        "square": Wrong("def double(x):\n    return x * x\n", "That is the square."),
    },
    trials=lambda: [(tg.tensor([2.0, 2.0]),), (tg.tensor([[3.0], [0.5]]),)],
    gradient=True,
    seconds=1.0,
)


def verdict(function):
    return judge(DOUBLE, function)


def test_right():
    assert verdict(lambda x: x + x).status == "right"
    assert verdict(lambda x: 2 * x.array).status == "right"
    assert verdict(lambda x: (2 * x).tolist()).status == "right"


@pytest.mark.parametrize("answer", [..., lambda x: ...], ids=["value", "returned"])
def test_not_attempted(answer):
    assert verdict(answer).status == "not attempted"


def test_an_untouched_function_is_known_by_its_steps():
    again = replace(DOUBLE, stub="def double(x):\n    y = x + 1\n    return y\n")
    names = {}
    exec("\n\n# elsewhere\ndef double(x):\n    y = x + 1  # as it was\n    return y\n", names)
    assert judge(again, names["double"]).status == "not attempted"
    exec("def double(x):\n    y = x + 2\n    return y\n", names)
    assert judge(again, names["double"]).status == "not yet"


def test_a_program_to_be_mended_says_what_it_does_as_it_is():
    broken = replace(DOUBLE, stub="def double(x):\n    return x.grad.item()\n")
    found = judge(broken, broken.made(broken.stub))
    assert found.status == "not attempted"
    assert found.facts[0].startswith("Nothing has been changed yet. As it is, double(x=[2, 2]): in line 2 of the cell")
    assert "AttributeError" in found.facts[0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (4, "double should be a function and is an int"),
        (lambda y: y, "double should take (x); yours takes (y)"),
        (lambda x, y: y, "yours takes (x, y)"),
        (lambda x: None, "it gave None, expected [4, 4]"),
        (lambda x: "4", "it gave a str, expected [4, 4]"),
        (lambda x: x.sum(), "yours has shape (), expected (2,)"),
        (lambda x: 2 * x + tg.tensor([0.0, 0.5]), "The largest difference is 0.5, at [1]"),
        (lambda x: x * float("nan"), "yours is [nan, nan]"),
    ],
)
def test_what_differs_is_said(answer, words):
    found = verdict(answer)
    assert found.status == "not yet"
    assert words in found.facts[0]
    assert found.wrong == ""


def test_what_is_right_is_said_too():
    found = verdict(lambda x: x * x)  # right at 2
    assert found.good == ("double takes what it should.", "1 of 2 trials went well.")
    assert found.facts[0].startswith("double(x=[[3], [0.5]]): yours is [[9], [0.25]], expected [[6], [1]].")
    assert found.why == "That is the square."


def test_a_message_may_name_numbers():
    assert verdict(lambda x: x - x).why == "Zeros; off by 4, [0, 0] for [4, 4]."


def test_a_gradient_is_drawn_beside_the_true_one():
    picture = verdict(lambda x: 2 * x + tg.tensor([0.0, 0.5])).picture
    assert picture.alt == "Your gradient beside the true one: 1 of 2 entries differ."
    assert picture.svg.count("≠") + picture.svg.count("&#8800;") == 2  # in both arrays, in words
    assert verdict(lambda x: x.sum()).picture.alt == "Your gradient has shape (), the true one (2,)."
    assert verdict(lambda x: None).picture is None


def test_inputs_are_only_lent():
    def double(x):
        x *= 2
        return x

    assert "has changed x, which it was only lent" in verdict(double).facts[0]
    assert judge(replace(DOUBLE, modifies=("x",)), double).status == "right"


def test_an_error_is_the_learners_own_at_their_line():
    names = {}
    exec("def double(x):\n    y = x + x\n    return y.grad.item()\n", names)
    (fact,) = verdict(names["double"]).facts
    assert "in line 3 of the cell" in fact
    assert "your code raised AttributeError: 'NoneType' object has no attribute 'item'" in fact
    assert "Lesson 05, backward() from the inside, explains it." in fact


def test_an_error_of_the_library_keeps_its_cause_remedy_and_lesson():
    names = {}
    exec("def double(x):\n    x.backward()\n", names)
    (fact,) = verdict(names["double"]).facts
    assert "in line 2 of the cell" in fact
    for word in ("Why:", "Fix:", "Lesson 05"):
        assert fact.count(word) == 1


def test_leaving_is_an_error_like_any_other():
    assert "SystemExit" in verdict(lambda x: sys.exit("bye")).facts[0]


def test_the_stop_button_still_stops():
    def double(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verdict(double)


def test_nothing_is_printed_warned_or_drawn(capsys):
    def double(x):
        print("here")
        print("there", file=sys.stderr)
        warnings.warn("look", stacklevel=1)
        drawn()
        return 2 * x

    def drawn():
        return tg.rand(1).item(), np.random.random(), random.random()  # noqa: NPY002 - as learners do

    def seeded():
        for seed in (tg.manual_seed, np.random.seed, random.seed):
            seed(3)

    seeded()
    expected = drawn()
    seeded()
    assert verdict(double).status == "right"
    assert drawn() == expected
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "drawn", [lambda: tg.rand(1).item(), np.random.random, random.random], ids=["teachgrad", "NumPy", "Python"]
)
def test_an_answer_that_throws_dice_has_one_verdict(drawn):
    tried = []

    def double(x):
        tried.append(drawn())
        return 2 * x + tried[-1]

    assert verdict(double).facts == verdict(double).facts
    once, again = tried[:2], tried[2:]
    assert once == again
    assert len(set(once)) == 2


def test_an_endless_loop_ends_even_if_it_catches_every_exception():
    start = time.monotonic()
    found = judge(replace(DOUBLE, seconds=0.2), endless)
    assert found.status == "not yet"
    assert "had not ended after 0.2 seconds" in found.facts[0]
    assert time.monotonic() - start < 5


def endless(x):
    while True:
        try:
            x = x + 0
        except Exception:
            x = None


def test_an_endless_loop_in_another_thread_ends():
    ended = []

    def run():
        try:
            within(0.1, lambda: endless(1))
        except TimeLimitError:
            ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    assert ended == [True]


def test_whoever_is_in_time_hears_nothing_later():
    for _ in range(200):
        with suppress(TimeLimitError):
            within(0.001, lambda: time.sleep(0.001))
    time.sleep(0.05)


@pytest.mark.parametrize(
    ("yours", "wanted"),
    [(4.0, 4), (4.0004, 4.0), (True, 1.0), ([1, 2], np.array([1.0, 2.0])), (tg.tensor(3.0), 3.0), ("b ", "b")],
)
def test_the_same_in_another_form(yours, wanted):
    assert difference(yours, wanted, 1e-3) is None


def test_an_entry_that_is_missing_or_wrong_is_named_and_the_right_one_is_not_told():
    words = difference({"a": True, "b": 1}, {"a": False, "b": 1}, 0).words
    assert words == "1 of 2 are right. Look again at a."
    assert "no 'b'" in difference({"a": True}, {"a": True, "b": 1}, 0).words


def test_output_that_is_captured_is_let_go_again():
    before = sys.stdout
    verdict(lambda x: io.StringIO())
    assert sys.stdout is before
