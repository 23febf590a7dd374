"""Every exercise of every lesson: its stub, its solution, and each of its wrong answers, judged as a learner's."""

import math
from collections.abc import Mapping

import pytest

from teachgrad.course.exercises import exercises, find, lessons, questions
from teachgrad.course.judging import judge

ALL = [exercise for lesson in lessons() for exercise in exercises(lesson)]
WRONG = [(exercise, name) for exercise in ALL for name in exercise.wrong]
each = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)


def wrong_answer(exercise, name):
    """As a learner would have it: of a dictionary, a wrong answer states only what is wrong."""
    answer = exercise.made(exercise.wrong[name].source)
    return {**exercise.made(exercise.solution), **answer} if isinstance(answer, Mapping) else answer


@each
def test_the_stub_is_not_attempted(exercise):
    assert judge(exercise, exercise.made(exercise.stub)).status == "not attempted"


@each
def test_the_solution_is_right(exercise):
    verdict = judge(exercise, exercise.made(exercise.solution))
    assert (verdict.status, verdict.facts, verdict.why) == ("right", (), "")


@pytest.mark.parametrize(("exercise", "name"), WRONG, ids=[f"{exercise.id}-{name}" for exercise, name in WRONG])
def test_a_wrong_answer_hears_its_own_message(exercise, name):
    verdict = judge(exercise, wrong_answer(exercise, name))
    assert (verdict.status, verdict.wrong) == ("not yet", name)
    assert verdict.facts
    assert verdict.why
    assert "{" not in verdict.why


@each
def test_an_exercise_knows_at_least_three_wrong_answers_each_with_a_message_of_its_own(exercise):
    assert len(exercise.wrong) >= 3
    assert len({wrong.why for wrong in exercise.wrong.values()}) == len(exercise.wrong)
    assert not exercise.gradient or "zeros" in exercise.wrong


@each
def test_an_exercise_has_hints_and_points(exercise):
    assert exercise.hints
    assert exercise.points > 0
    assert find(exercise.id) is exercise


@each
def test_trials_are_the_same_each_time(exercise):
    once, again = ([exercise.expected(*trial) for trial in exercise.trials()] for _ in range(2))
    assert str(once) == str(again)


@pytest.mark.parametrize("lesson", lessons()[1:])  # 00 shows how a lesson works
def test_a_lesson_has_four_exercises_in_order_and_five_questions(lesson):
    assert [exercise.id for exercise in exercises(lesson)] == [
        f"{lesson:02}-{number}" for number in range(1, len(exercises(lesson)) + 1)
    ]
    assert len(exercises(lesson)) >= 4
    assert len(questions(lesson)) == 5


@pytest.mark.parametrize("lesson", lessons()[1:])
def test_a_question_has_one_right_option_and_the_letter_gives_nothing_away(lesson):
    for question in questions(lesson):
        assert len(set(question.options)) == len(question.options) >= 3
        assert 0 <= question.right < len(question.options)
        assert question.why
    assert len({question.right for question in questions(lesson)}) > 1


def test_an_exercise_that_is_not_there():
    with pytest.raises(LookupError, match="there is no exercise '05-12'; did you mean '05-"):
        find("05-12")
    assert exercises(99) == ()


def answer(source):
    names = {}
    exec(source, {"math": math}, names)
    return names.popitem()[1]


RIGHT_IN_OTHER_WAYS = [
    ("05-2", "lambda w, x, label: (w.detach() * x - label) * 2"),
    ("05-2", "lambda w, x, label: 2.0 * (w.item() * x.item() - label)"),
    ("05-3", "lambda f, x, v: __import__('teachgrad').autograd.grad(f(x), x, v)[0]"),
    ("05-3", "lambda f, x, v: ((v * f(y := x.detach().requires_grad_())).sum().backward(), y.grad)[1]"),
]


@pytest.mark.parametrize(("key", "source"), RIGHT_IN_OTHER_WAYS)
def test_any_right_answer_is_right(key, source):
    assert judge(find(key), answer(f"f = {source}")).status == "right"
