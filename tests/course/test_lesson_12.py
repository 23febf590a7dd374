"""What lesson 12 says of its own programs: what an order does, what a poll costs, how large the ball of noise is."""

import pytest

from notebooks import build
from teachgrad.course import exercises, judging, noise
from tests.viz.pages import words


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's cells make: the functions and runs that its sentences speak of."""
    names = {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TEACHGRAD_PROGRESS", "")  # keep nothing
        for cell in build.read_source("12_data").cells:
            if cell.cell_type == "code" and "check(" not in cell.source and "import torch" not in cell.source:
                exec("\n".join(line for line in cell.source.split("\n") if not line.startswith("explore(")), names)
    return names


def test_what_a_network_learns_depends_on_the_order(lesson):
    right = {order: lesson["learn"](order, 10, 0.1)[2] for order in ("shuffled", "dealt", "once", "sorted")}
    assert right["sorted"] == 1
    assert min(right["shuffled"], right["dealt"], right["once"]) >= 8


def test_a_sorted_file_makes_ten_teeth_and_one_answer(lesson):
    losses, answers, _ = lesson["learn"]("sorted", 10, 0.1)
    assert set(answers.tolist()) == {9}
    last = losses[-50:]  # an epoch: five batches of each digit
    assert [last[5 * tooth] > 2 * last[5 * tooth + 4] for tooth in range(10)] == [True] * 10
    assert [last[5 * tooth + 5] > 3 * last[5 * tooth + 4] for tooth in range(9)] == [True] * 9


def test_a_sorted_file_is_forgotten_more_slowly_by_short_or_few_steps_and_a_batch_of_all_has_no_order(lesson):
    assert all(lesson["learn"]("sorted", size, lr)[2] > 1 for size, lr in ((10, 0.02), (50, 0.1)))
    all_at_once, tidy = (lesson["learn"](order, 500, 0.1)[0] for order in ("dealt", "sorted"))
    assert all_at_once == pytest.approx(tidy, rel=1e-4)
    assert lesson["learn"]("shuffled", 500, 0.1)[2] < 3


def test_polls_are_right_on_average_and_their_spread_falls_with_the_root(lesson):
    for size, found in lesson["slopes"].items():
        assert sum(found) / len(found) == pytest.approx(lesson["w"].grad.item(), abs=0.3)
        assert lesson["spread"][size] * size**0.5 == pytest.approx(lesson["spread"][1], rel=0.1)
    assert lesson["needed"] == 4


def costs(lesson, lr, falling):
    figure = lesson["ball"](1, lr, falling)
    listed = figure.alt.partition("By batch size: ")[2].rstrip(".")
    return dict(pair.split(": ") for pair in listed.split(", "))


def test_four_times_the_batch_leaves_about_a_quarter_of_the_loss(lesson):
    found = {size: float(cost) for size, cost in costs(lesson, 0.1, falling=False).items()}
    assert found["1"] / found["64"] == pytest.approx(64, rel=0.4)
    assert 3 < found["4"] / found["16"] < 6
    assert 3 < found["16"] / found["64"] < 6


def test_the_goal_of_the_ball_is_reached_by_a_rate_that_falls_and_only_so(lesson):
    reached = {
        (lr, falling): "not below" not in lesson["ball"](4, lr, falling).alt
        for lr in (0.03, 0.1, 0.3)
        for falling in (False, True)
    }
    assert [key for key, there in reached.items() if there] == [(0.1, True)]


def test_a_ball_is_drawn_from_the_end_of_its_path():
    paths = {1: [(1.0, 1.0), (0.5, 0.0), (0.0, 0.5), (0.3, 0.4)], 10: [(1.0, 1.0), (0.1, 0.0), (0.0, 0.1)]}

    def extra(w, b):
        return w * w + b * b

    figure = noise.draw_noise_ball(extra, paths, 1, last=2, goal=0.1)
    assert figure.alt == (
        "Batches of 1: a ball 0.25 above the lowest loss, not below 0.1. By batch size: 1: 0.25, 10: 0.01."
    )
    assert {"10⁰", "10¹", "batch size (powers of ten)", "w", "b"} <= set(words(figure.svg))
    assert noise.draw_noise_ball(extra, paths, 10, last=2).alt.startswith("Batches of 10: a ball 0.01 above")


def test_other_right_answers_are_right():
    kept = (  # examples wait until they are enough
        "def train(model, loss_fn, optimizer, loader, every):\n    waiting = []\n"
        "    for number, batch in enumerate(loader, 1):\n        waiting.append(batch)\n"
        "        if number % every == 0 or number == len(loader):\n"
        "            count = sum(len(x) for x, _ in waiting)\n"
        "            for x, y in waiting:\n                (loss_fn(model(x), y) * (len(x) / count)).backward()\n"
        "            optimizer.step()\n            optimizer.zero_grad()\n            waiting = []\n"
    )
    listed = (
        "def batches(dataset, batch_size, shuffle):\n    n = len(dataset)\n"
        "    order = np.random.permutation(n) if shuffle else np.arange(n)\n    made = []\n"
        "    for rows in np.split(order, range(batch_size, n, batch_size)):\n"
        "        made.append([tg.stack(part) for part in zip(*[dataset[i] for i in rows])])\n    return made\n"
    )
    by_hand = (
        "def estimate(w, x, y, rows, chances):\n    total = 0\n    for i in rows:\n"
        "        total = total + 2 * (x[i] @ w.detach() - y[i]) * x[i] / chances[i]\n"
        "    return total / len(rows) / len(x)\n"
    )
    for key, source in (("12-4", kept), ("12-1", listed), ("12-2", by_hand)):
        exercise = exercises.find(key)
        assert judging.judge(exercise, exercise.made(source)).status == judging.RIGHT, key
