"""What lesson 07 says of its own pictures, and right answers that are written in another way."""

import numpy as np
import pytest

from teachgrad.course.exercises import find
from teachgrad.course.judging import judge
from teachgrad.course.lesson07 import FUNCTIONS, MATCHES, eight_jacobians, nudged

ARRAYS = {  # the functions of 07-1, for NumPy
    "x ** 2": lambda x: x**2,
    "x.sum()": np.sum,
    "x.flip(0)": np.flip,
    "x.cumsum(0)": np.cumsum,
    "x.expand(2, 4)": lambda x: np.broadcast_to(x, (2, 4)),
    "x[[0, 0, 3]]": lambda x: x[[0, 0, 3]],
    "x - x.mean()": lambda x: x - x.mean(),
    "W @ x": lambda x: [2 * x[0] - x[2] + 3 * x[3], x[0] + x[1] - 2 * x[3], 5 * x[1] + 4 * x[2] + x[3]],
}


@pytest.mark.parametrize("letter", MATCHES)
def test_a_table_is_the_jacobian_of_its_function(letter):
    function = ARRAYS[list(FUNCTIONS)[MATCHES[letter] - 1]]
    x = np.array([1.0, 2.0, 3.0, 4.0])
    rows = [nudged(lambda at, row=row: np.ravel(function(at))[row], x) for row in range(np.size(function(x)))]
    np.testing.assert_allclose(eight_jacobians()[letter], rows, atol=1e-6)


def test_no_two_tables_are_alike():
    assert sorted(MATCHES.values()) == list(range(1, 9))
    assert len({str(table.tolist()) for table in eight_jacobians().values()}) == 8


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("07-2", "def unbroadcast(g, shape):\n    return g.sum_to_size(shape)"),
        (
            "07-2",
            (
                "def unbroadcast(g, shape):\n    leaf = tg.zeros(shape, dtype=g.dtype, requires_grad=True)\n"
                "    leaf.expand(g.shape).backward(g)\n    return leaf.grad"
            ),
        ),
        (
            "07-3",
            (
                "def layer_backward(g, x, w):\n    return [tg.einsum('no,io->ni', g, w), tg.einsum('no,ni->io', g, x), "
                "tg.ones(len(g), dtype=g.dtype) @ g]"
            ),
        ),
        (
            "07-4",
            (
                "def cross_entropy_backward(g, logits, labels):\n    leaf = logits.clone().requires_grad_()\n"
                "    (g * nn.functional.cross_entropy(leaf, labels)).backward()\n    return leaf.grad"
            ),
        ),
        (
            "07-5",
            (
                "def lookup_backward(g, index, rows):\n    table_grad = tg.zeros(rows, g.shape[1], dtype=g.dtype)\n"
                "    for row, at in zip(g, index):\n        table_grad[at] += row\n    return table_grad"
            ),
        ),
        (
            "07-5",
            "def lookup_backward(g, index, rows):\n    return nn.functional.one_hot(index, rows).to(g.dtype).T @ g",
        ),
    ],
)
def test_any_right_answer_is_right(key, source):
    exercise = find(key)
    verdict = judge(exercise, exercise.made(source))
    assert (verdict.status, verdict.facts) == ("right", ())


def test_what_is_wrong_with_one_of_three_gradients_is_told_of_that_one():
    exercise = find("07-3")
    (told,) = judge(exercise, exercise.made("def layer_backward(g, x, w):\n    return g @ w.T, x.T @ g, g.sum()")).facts
    assert told.endswith("b_grad has shape (); b has (3,).")
    (told,) = judge(exercise, exercise.made("def layer_backward(g, x, w):\n    return g @ w.T")).facts
    assert told.endswith("return three gradients: x_grad, w_grad, b_grad.")


def test_a_shape_is_told_as_it_is_written():
    exercise = find("07-2")
    told = judge(exercise, exercise.made("def unbroadcast(g, shape):\n    return g")).facts[0]
    assert told.endswith(", shape=(3,)): yours has shape (4, 3), expected (3,).")
