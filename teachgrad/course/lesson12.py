"""The exercises of lesson 12, Data: batches and order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import nn, optim
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.tensor import Tensor
from teachgrad.utils.data import DataLoader, TensorDataset

Array = np.ndarray[Any, Any]
IMPORTS = "from teachgrad.utils.data import DataLoader, Dataset, RandomSampler, Subset, TensorDataset, random_split"

# --- 12-1: a loader ----------------------------------------------------------------------------------------------


def _numbered(count: int, features: int) -> list[tuple[Tensor, Tensor]]:
    """Examples that tell who they are: inputs i, i + 0.5, ..., and the target 100 + i."""
    return [(tg.arange(features) * 0.5 + i, tg.tensor(100 + i)) for i in range(count)]


def _sets() -> Iterable[Trial]:
    yield _numbered(10, 3), 4, False
    yield _numbered(1, 2), 2, False
    yield _numbered(30, 1), 4, True


def _dealt(batches: Callable[..., Any], dataset: list[Any], batch_size: int, shuffle: bool) -> Any:
    """What is to be said of three epochs."""
    orders = []
    for _ in range(3):
        given = batches(dataset, batch_size, shuffle)
        if given is None or given is ...:
            return given
        flaw, found = _looked_at(given, dataset, batch_size)
        if flaw is not None:
            return flaw
        orders.append(found)
    flat = [_flat(order) for order in orders]
    tidy = list(range(len(dataset)))
    cases = (
        ("reordered", [int(x[0]) for x, _ in dataset] != tidy, "afterwards the data set itself had another order."),
        ("disordered", not shuffle and flat[0] != tidy, f"without shuffle the order was {flat[0]}."),
        ("in order", shuffle and flat[0] == flat[1] == tidy, "with shuffle, they came in the order of the data set."),
        ("again", shuffle and flat[0] == flat[1] == flat[2], "three epochs had the same order."),
        (
            "same batches",
            shuffle and len({frozenset(map(frozenset, order)) for order in orders}) == 1,
            "in each epoch, the same examples were together in a batch.",
        ),
    )
    return next((Finding(kind, words) for kind, true, words in cases if true), Finding("fine"))


def _flat(order: list[list[int]]) -> list[int]:
    return [i for batch in order for i in batch]


def _looked_at(given: Any, dataset: list[Any], batch_size: int) -> tuple[Finding | None, list[list[int]]]:
    """What is wrong with the batches of one epoch, and which examples were in each."""
    if isinstance(given, DataLoader):
        return Finding("ours", "that is the library's loader."), []
    if not isinstance(given, Iterable):
        return Finding("kind", f"it gave a {type(given).__name__}: no list, and nothing that yields."), []
    order: list[list[int]] = []
    for batch in given:
        if isinstance(batch, Tensor):
            return Finding("single", "it handed out tensors one by one, where pairs should come."), []
        if not (isinstance(batch, tuple | list) and len(batch) == 2):
            return Finding("form", f"a batch should be a pair of tensors, and was a {type(batch).__name__}."), []
        x, y = batch
        if not isinstance(x, Tensor) or not isinstance(y, Tensor):
            kinds = f"{type(x).__name__} and {type(y).__name__}"
            return Finding("parts", f"a batch should be a pair of tensors, and was {kinds}."), []
        features = dataset[0][0].size(0)
        if x.ndim != 2 or x.size(1) != features or tuple(y.shape) != (x.size(0),):
            shapes = f"{tuple(x.shape)} and {tuple(y.shape)}"
            return Finding("shape", f"a batch had the shapes {shapes}, expected (k, {features}) and (k,)."), []
        if not np.array_equal(x.array[:, 0] + 100, y.array):
            return Finding("torn", "inputs came with the targets of other examples."), []
        order.append([int(i) for i in x.array[:, 0]])
    count, sizes = len(dataset), [len(part) for part in order]
    whole = [batch_size] * (count // batch_size) + [count % batch_size] * (count % batch_size > 0)
    if sizes != whole:
        return Finding("sizes", f"the batches had {sizes} examples, expected {whole}."), []
    if sorted(_flat(order)) != list(range(count)):
        return Finding("again and never", "some examples came twice in an epoch, and others never."), []
    return None, order


def _batches(
    order: str = "tg.randperm(n).tolist() if shuffle else range(n)",
    starts: str = "range(0, n, batch_size)",
    stacked: str = "tg.stack([dataset[i][0] for i in rows]), tg.stack([dataset[i][1] for i in rows])",
    more: str = "",
) -> str:
    return (
        f"def batches(dataset, batch_size, shuffle):\n    n = len(dataset)\n    order = {order}\n{more}"
        f"    for start in {starts}:\n        rows = order[start : start + batch_size]\n        yield {stacked}\n"
    )


# --- 12-2: an estimate that is right on average ------------------------------------------------------------------


def _polls() -> Iterable[Trial]:
    """Weights, rows, how many are drawn, and how likely each is."""
    rng = np.random.default_rng(122)
    for count, features, size, chances in (
        (4, 3, 2, (0.25, 0.25, 0.25, 0.25)),
        (4, 3, 2, (0.1, 0.2, 0.3, 0.4)),
        (3, 1, 1, (0.5, 0.3, 0.2)),
    ):
        x, y = (tg.tensor(rng.normal(size=shape).round(1)) for shape in ((count, features), (count,)))
        w = tg.tensor(rng.normal(size=features).round(1), requires_grad=True)
        yield w, x, y, size, tg.tensor(chances, dtype=tg.float64)


def _on_average(estimate: Callable[..., Any], w: Tensor, x: Tensor, y: Tensor, size: int, chances: Tensor) -> Any:
    """The mean of the estimates over all draws, each as often as it happens."""
    estimates, total = [], np.zeros(w.shape)
    for rows in product(range(len(y)), repeat=size):
        w.grad = None
        found = estimate(w, x, y, list(rows), chances)
        if isinstance(found, Tensor) and found.ndim == 0:
            return Finding("number", f"it gave one number, and w has {len(w)}.")
        if not isinstance(found, Tensor | np.ndarray) or tuple(found.shape) != tuple(w.shape):
            return found
        estimates.append(np.array(found.array if isinstance(found, Tensor) else found, float))
        total += math.prod(chances.array[list(rows)].tolist()) * estimates[-1]
    if total.any() and all(np.array_equal(estimates[0], other) for other in estimates):
        return Finding("all rows", "your answer is the same for all draws: it asks all rows, not those in `rows`.")
    return total


def _over_all(w: Tensor, x: Tensor, y: Tensor, size: int, chances: Tensor) -> Array:
    """By the slope of a square: twice the error times the input, averaged over all rows."""
    error = x.array @ w.array - y.array
    return np.array(2 * (error[:, None] * x.array).mean(0))


def _estimate(loss: str) -> str:
    return (
        "def estimate(w, x, y, rows, chances):\n    losses = (x[rows] @ w - y[rows]) ** 2\n"
        f"    loss = {loss}\n    loss.backward()\n    return w.grad\n"
    )


# --- 12-3: the mean over all examples ----------------------------------------------------------------------------


def _lines(count: int, features: int, outputs: int, seed: int) -> tuple[nn.Module, TensorDataset]:
    """A linear model with data in double precision, always the same."""
    rng = np.random.default_rng(seed)
    model = nn.Linear(features, outputs, dtype=tg.float64)
    with tg.no_grad():
        for parameter in model.parameters():
            parameter.copy_(tg.tensor(rng.normal(size=parameter.shape).round(1)))
    x, y = (tg.tensor(rng.normal(size=(count, width)).round(1)) for width in (features, outputs))
    return model, TensorDataset(x, y)


def _loaders() -> Iterable[Trial]:
    for count, size, features, outputs in ((6, 3, 2, 1), (7, 3, 2, 1), (5, 4, 1, 3)):
        model, data = _lines(count, features, outputs, seed=123)
        yield model, nn.MSELoss(), DataLoader(data, batch_size=size)


def _number(average_loss: Callable[..., Any], *arguments: Any) -> Any:
    found = average_loss(*arguments)
    if isinstance(found, Tensor):
        return Finding("tensor", "it gave a tensor. Return a number.")
    return found


def _predicted(model: Any, x: Tensor) -> Array:
    return np.array(x.array @ model.weight.array.T + model.bias.array)


def _mean_square(model: Any, loss_fn: Any, loader: Any) -> float:
    x, y = loader.dataset.tensors
    return float(((_predicted(model, x) - y.array) ** 2).mean())


def _average(total: str, end: str = "total / len(loader.dataset)", start: str = "0.0") -> str:
    return (
        f"def average_loss(model, loss_fn, loader):\n    total = {start}\n    with tg.no_grad():\n"
        f"        for x, y in loader:\n            {total}\n    return {end}\n"
    )


# --- 12-4: small batches, large steps ----------------------------------------------------------------------------


def _small_batches() -> Iterable[Trial]:
    for count, size, every, features, outputs in ((8, 2, 2, 2, 1), (8, 2, 3, 2, 1), (11, 2, 3, 1, 3)):
        model, data = _lines(count, features, outputs, seed=124)
        yield (
            model,
            nn.MSELoss(),
            optim.SGD(model.parameters(), lr=0.1, momentum=0.5),
            DataLoader(data, batch_size=size),
            every,
        )


def _moved(train: Callable[..., Any], model: Any, *rest: Any) -> Array:
    """All weights and biases after the training."""
    train(model, *rest)
    return np.concatenate([parameter.array.ravel() for parameter in model.parameters()])


def _large_steps(model: Any, loss_fn: Any, optimizer: Any, loader: Any, every: int) -> Array:
    """The same with large batches, by the slope of a squared error, with momentum 0.5."""
    x, y = (part.array for part in loader.dataset.tensors)
    weight, bias = model.weight.array.copy(), model.bias.array.copy()
    speed, speed_bias = np.zeros_like(weight), np.zeros_like(bias)
    size = loader.batch_size * every
    for start in range(0, len(x), size):
        inputs, targets = x[start : start + size], y[start : start + size]
        error = 2 * (inputs @ weight.T + bias - targets) / targets.size
        speed, speed_bias = 0.5 * speed + error.T @ inputs, 0.5 * speed_bias + error.sum(0)
        weight, bias = weight - 0.1 * speed, bias - 0.1 * speed_bias
    return np.concatenate([weight.ravel(), bias])


def _rests(model: Any, loss_fn: Any, optimizer: Any, loader: Any, every: int) -> str:
    return f"After {len(loader.dataset)} examples in batches of {loader.batch_size}, every={every}"


def _train(
    loss: str = "loss_fn(model(x), y) * len(x)",
    due: str = "number % every == 0 or number == len(loader)",
    divide: str = "for p in model.parameters():\n                p.grad /= count",
    step: str = "optimizer.step()\n            optimizer.zero_grad()\n            count = 0",
) -> str:
    return (
        "def train(model, loss_fn, optimizer, loader, every):\n    count = 0\n"
        f"    for number, (x, y) in enumerate(loader, 1):\n        ({loss}).backward()\n        count += len(x)\n"
        f"        if {due}:\n            {divide}\n            {step}\n"
    )


# --- 12-5: an order that can be repeated -------------------------------------------------------------------------


def _seeds() -> Iterable[Trial]:
    yield list(range(20)), 3
    yield list(range(9)), 0


def _repeated(shuffled: Callable[..., Any], dataset: list[int], seed: int) -> Any:
    """What is to be said of the orders of two epochs, whatever else is drawn meanwhile."""
    first = shuffled(dataset, seed)
    if first is None or first is ...:
        return first
    if not isinstance(first, DataLoader):
        return Finding("kind", f"it gave a {type(first).__name__}, not a DataLoader.")
    (a1, a2, after), (b1, b2, _), (c1, _, _) = (
        _epochs(shuffled, dataset, seed, 1, 0),
        _epochs(shuffled, dataset, seed, 2, 5),
        _epochs(shuffled, dataset, seed + 1, 1, 0),
    )
    tg.manual_seed(1)
    tg.rand(1)
    cases = (
        ("lost", sorted(a1) != dataset, f"an epoch handed out {a1}."),
        ("in order", a1 == a2 == dataset, "both epochs came in the order of the data set."),
        ("elsewhere", a1 != b1, "another number drawn before, and the first epoch has another order."),
        ("between", a2 != b2, "some numbers drawn between the epochs, and the second one has another order."),
        ("each epoch", a1 == a2, "both epochs had the same order."),
        ("ignored", a1 == c1, f"seeds {seed} and {seed + 1} gave the same order."),
        ("disturbs", after != tg.rand(1).item(), "whoever draws a random number afterwards gets another one."),
    )
    return next((Finding(kind, words) for kind, true, words in cases if true), Finding("fine"))


def _epochs(
    shuffled: Callable[..., Any], dataset: list[int], seed: int, start: int, drawn: int
) -> tuple[list[int], list[int], float]:
    """The orders of two epochs, with so many numbers drawn between, and the number that is drawn next."""
    tg.manual_seed(start)
    tg.rand(1)
    loader = shuffled(dataset, seed)
    one = [i for batch in loader for i in batch.tolist()]
    for _ in range(drawn):
        tg.rand(1)
    two = [i for batch in loader for i in batch.tolist()]
    return one, two, tg.rand(1).item()


def _shuffled(loader: str, before: str = "") -> str:
    return f"def shuffled(dataset, seed):\n{before}    return {loader}\n"


_OWN = "    generator = tg.Generator().manual_seed({})\n"

EXERCISES = (
    Exercise(
        id="12-1",
        title="A loader",
        name="batches",
        stub="def batches(dataset, batch_size, shuffle):\n    return ...\n",
        solution=_batches(),
        expected=lambda *_: Finding("fine"),
        trials=_sets,
        run=_dealt,
        told=lambda dataset, size, shuffle: (
            f"{len(dataset)} example{'s' * (len(dataset) > 1)}, batch_size={size}, shuffle={shuffle}"
        ),
        hints=(
            "First an order: `range(len(dataset))`, or `tg.randperm(len(dataset)).tolist()`.",
            "Then cut it: `order[start : start + batch_size]`, with `start` from `range(0, n, batch_size)`.",
            "Then ask for the examples, and `tg.stack` inputs and targets, each by themselves.",
        ),
        wrong={
            "last one lost": Wrong(
                _batches(starts="range(0, n - batch_size + 1, batch_size)"),
                "The examples left over at the end make a batch, too. (`drop_last=True` leaves it out on purpose.)",
            ),
            "torn": Wrong(
                _batches(
                    stacked="tg.stack([dataset[i][0] for i in rows]), tg.stack([dataset[j][1] for j in others[start : "
                    "start + batch_size]])",
                    more="    others = tg.randperm(n).tolist() if shuffle else range(n)\n",
                ),
                "Inputs and targets were shuffled apart. Draw one order, and use it for both. No error tells of this: "
                "a network then learns noise.",
            ),
            "batches shuffled": Wrong(
                "def batches(dataset, batch_size, shuffle):\n    n = len(dataset)\n"
                "    cut = [range(n)[s : s + batch_size] for s in range(0, n, batch_size)]\n"
                "    full = len(cut) - (n % batch_size > 0)\n"
                "    for k in [*(tg.randperm(full).tolist() if shuffle else range(full)), *range(full, len(cut))]:\n"
                "        yield tg.stack([dataset[i][0] for i in cut[k]]), tg.stack([dataset[i][1] for i in cut[k]])\n",
                "You shuffled batches, not examples: in a sorted file each batch would still hold one kind. Shuffle "
                "first, then cut.",
            ),
            "with replacement": Wrong(
                _batches("tg.randint(0, n, (n,)).tolist() if shuffle else range(n)"),
                "Drawn with replacement, as in a poll. In an epoch everybody has one turn: `tg.randperm`.",
            ),
            "same order": Wrong(
                _batches("tg.randperm(n).tolist() if shuffle else range(n)", more="").replace(
                    "    n =", "    tg.manual_seed(0)\n    n =", 1
                ),
                "Each epoch has the same order. A seed inside of the loader sets the dice back each time.",
            ),
            "not stacked": Wrong(
                _batches(stacked="[dataset[i] for i in rows]"),
                "A list of pairs. A model wants one tensor of inputs: `tg.stack` them, and the targets as well.",
            ),
            "lists": Wrong(
                _batches(stacked="[dataset[i][0] for i in rows], [dataset[i][1] for i in rows]"),
                "Two lists: `tg.stack` makes one tensor of each.",
            ),
            "returned": Wrong(
                _batches().replace("yield", "return"),
                "`return` ends the function at its first batch. `yield` hands out one and goes on.",
            ),
            "beyond the end": Wrong(
                _batches("tg.randperm(n).tolist() if shuffle else list(range(n))").replace(
                    "order[start : start + batch_size]", "[order[start + k] for k in range(batch_size)]"
                ),
                "The last batch asks for examples beyond the end. A slice would stop there by itself.",
            ),
            "data set shuffled": Wrong(
                _batches("range(n)").replace(
                    "    n =", "    import random\n    if shuffle:\n        random.shuffle(dataset)\n    n =", 1
                ),
                "You reordered the data set, which was only lent, and of which others may know the order. Shuffle "
                "indices.",
            ),
            "never shuffled": Wrong(_batches("range(n)"), "`shuffle` takes no part."),
            "always shuffled": Wrong(
                _batches("tg.randperm(n).tolist()"), "Shuffled although nobody asked: a test set is read in order."
            ),
            "the library's": Wrong(
                f"{IMPORTS}\n\n\ndef batches(dataset, batch_size, shuffle):\n"
                "    return DataLoader(dataset, batch_size, shuffle)\n",
                "It is right, of course. Write your own, to know what it does.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="12-2",
        title="A fair poll",
        name="estimate",
        stub="def estimate(w, x, y, rows, chances):\n    return ...\n",
        solution=_estimate("(losses / chances[rows]).mean() / len(x)"),
        expected=_over_all,
        trials=_polls,
        run=_on_average,
        told=lambda w, x, y, size, chances: (
            f"On average over all draws of {size} of {len(y)} rows, with chances {chances.tolist()}"
        ),
        gradient=True,
        tolerance=1e-9,
        hints=(
            "If all rows are equally likely, the mean over `rows` is right. When is a row asked too often?",
            "A row that is drawn twice as often must count half as much: divide its loss by its chance.",
            "For n rows with chances 1/n this must be the plain mean again: `losses / (len(x) * chances[rows])`.",
        ),
        wrong={
            "zeros": Wrong(_estimate("0 * losses.mean()"), "All zeros: on average, too. Does the loss depend on `w`?"),
            "the loss": Wrong(
                "def estimate(w, x, y, rows, chances):\n    return ((x[rows] @ w - y[rows]) ** 2).mean()\n",
                "That is a loss. Wanted is its gradient: backward(), then `w.grad`.",
            ),
            "nothing returned": Wrong(
                _estimate("losses.mean()").replace("    return w.grad\n", ""),
                "backward() returns nothing, and neither does your function: `return w.grad`.",
            ),
            "plain mean": Wrong(
                _estimate("losses.mean()"),
                "Right if all rows are equally likely. Here rows that are easy to reach speak too often: off by "
                "{difference}.",
            ),
            "sum": Wrong(
                _estimate("(losses / chances[rows]).sum() / len(x)"),
                "A sum over the rows drawn: it grows with their number. Average it.",
            ),
            "plain sum": Wrong(
                _estimate("losses.sum()"), "A sum over the rows drawn grows with their number, and knows no chances."
            ),
            "times the chance": Wrong(
                _estimate("(losses * chances[rows]).mean() * len(x)"),
                "You gave the loudest another microphone: what is drawn often must count less, so divide.",
            ),
            "not by n": Wrong(
                _estimate("(losses / chances[rows]).mean()"),
                "That estimates the sum over all rows. The mean is wanted: divide by their number.",
            ),
            "weights to 1": Wrong(
                _estimate("(losses / chances[rows]).sum() / (1 / chances[rows]).sum()"),
                "Weights that add up to 1 in each batch look fair, and are not right on average: off by {difference}. "
                "The factor of a row must not depend on who else was drawn.",
            ),
            "not from this batch": Wrong(
                _estimate("((x @ w - y) ** 2).mean()"), "Exact, and it asks everybody: a poll asks `rows` alone."
            ),
        },
        points=3,
    ),
    Exercise(
        id="12-3",
        title="The last batch",
        name="average_loss",
        stub="def average_loss(model, loss_fn, loader):\n    return ...\n",
        solution=_average("total += loss_fn(model(x), y).item() * len(x)"),
        expected=_mean_square,
        trials=_loaders,
        run=_number,
        told=lambda model, loss_fn, loader: f"{len(loader.dataset)} examples in batches of {loader.batch_size}",
        tolerance=1e-9,
        hints=(
            "A batch's mean times its number of examples is the sum of its losses.",
            "Add these sums, and divide once, at the end, by the number of all examples.",
        ),
        wrong={
            "mean of means": Wrong(
                _average("total += loss_fn(model(x), y).item()", "total / len(loader)"),
                "The mean of batch means: right for even batches. Here the last one is smaller, and each of its "
                "examples counts for more: off by {difference}.",
            ),
            "all alike": Wrong(
                _average("total += loss_fn(model(x), y).item() * loader.batch_size"),
                "`loader.batch_size` is the size of a full batch. The last one has `len(x)` examples.",
            ),
            "sum": Wrong(
                _average("total += loss_fn(model(x), y).item() * len(x)", "total"),
                "That is the sum over all examples: divide by their number.",
            ),
            "sum of means": Wrong(
                _average("total += loss_fn(model(x), y).item()", "total"),
                "That adds the batch means. Weigh each by its examples, and divide by all of them.",
            ),
            "by batches": Wrong(
                _average("total += loss_fn(model(x), y).item() * len(x)", "total / len(loader)"),
                "Weighed by examples, and then divided by the number of batches.",
            ),
            "the last": Wrong(
                _average("total = loss_fn(model(x), y).item()", "total"), "That is the last batch alone."
            ),
            "tensor": Wrong(
                _average("total += loss_fn(model(x), y) * len(x)"),
                "Return a number: `.item()` of each loss. Without no_grad(), a sum of tensors keeps every graph.",
            ),
        },
    ),
    Exercise(
        id="12-4",
        title="Small batches, large step",
        name="train",
        stub=(
            "def train(model, loss_fn, optimizer, loader, every):\n    # change the model; return nothing\n    ...\n"
        ),
        solution=_train(),
        expected=_large_steps,
        trials=_small_batches,
        run=_moved,
        told=_rests,
        tolerance=1e-9,
        hints=(
            "`.grad` adds up by itself: backward for each small batch, step and zero_grad only when it is time.",
            "It is time if `number % every == 0`, or at the last batch: `number == len(loader)`, counted from 1.",
            "How many examples there are is known only then: add gradients of sums, `(loss * len(x)).backward()`.",
            "Count examples, and divide each `p.grad` by the count just before the step.",
        ),
        wrong={
            "zeros": Wrong(
                _train(step="optimizer.zero_grad()\n            optimizer.step()\n            count = 0"),
                "Nothing has moved: the gradients were all zero, or gone, when the step came. Clear after it.",
            ),
            "sum of means": Wrong(
                _train(loss="loss_fn(model(x), y)", divide="pass"),
                "You added the means of small batches: the step is about `every` times too long.",
            ),
            "never divided": Wrong(
                _train(divide="pass"), "Sums, which is right, and never divided by the number of their examples."
            ),
            "mean of means": Wrong(
                _train(loss="loss_fn(model(x), y) / every", divide="pass"),
                "Right while `every` batches of one size come together. At the end there are fewer, or a smaller one: "
                "divide by the examples that there were.",
            ),
            "as in tutorials": Wrong(
                _train(loss="loss_fn(model(x), y) / every", due="number % every == 0", divide="pass"),
                "The usual recipe. It is right while the batches come out even; here some are left over at the end, "
                "and they make no step.",
            ),
            "counted from 0": Wrong(
                _train(due="number % every == 0").replace("(loader, 1)", "(loader)"),
                "Counted from 0, the first step comes after one batch: `enumerate(loader, 1)`.",
            ),
            "leftover lost": Wrong(
                _train(due="number % every == 0"),
                "What is left at the end never made a step; and its gradients still lie in .grad.",
            ),
            "a step each": Wrong(
                _train(due="True"), "A step after each small batch: that is plain training. `every` takes no part."
            ),
            "cleared in between": Wrong(
                _train(divide="for p in model.parameters():\n                p.grad /= len(x)").replace(
                    "        (loss_fn", "        optimizer.zero_grad()\n        (loss_fn"
                ),
                "Cleared before each small batch: only the last of them is left when the step comes.",
            ),
            "never cleared": Wrong(
                _train(step="optimizer.step()\n            count = 0"),
                "Right for the first step. Then the old gradients are still there: clear them after each step.",
            ),
            "count never reset": Wrong(
                _train(step="optimizer.step()\n            optimizer.zero_grad()"),
                "Right for the first step. The count goes on from there: set it back to 0 with the gradients.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="12-5",
        title="Again, please",
        name="shuffled",
        stub="def shuffled(dataset, seed):\n    return ...\n",
        given=IMPORTS,
        solution=_shuffled("DataLoader(dataset, batch_size=4, shuffle=True, generator=generator)", _OWN.format("seed")),
        expected=lambda *_: Finding("fine"),
        trials=_seeds,
        run=_repeated,
        told=lambda dataset, seed: f"{len(dataset)} examples, seed={seed}",
        hints=(
            "Two programs that share dice disturb each other. A loader may have dice of its own.",
            "`tg.Generator().manual_seed(seed)`, and the loader's `generator=`.",
        ),
        wrong={
            "manual_seed": Wrong(
                _shuffled("DataLoader(dataset, batch_size=4, shuffle=True)", "    tg.manual_seed(seed)\n"),
                "`tg.manual_seed` sets dice that everybody shares. The first epoch is repeated; then any number drawn "
                "elsewhere, by dropout say, changes the order. Give the loader dice of its own: `generator=`.",
            ),
            "one order": Wrong(
                _shuffled(
                    "DataLoader(Subset(dataset, order), batch_size=4)",
                    _OWN.format("seed") + "    order = tg.randperm(len(dataset), generator=generator).tolist()\n",
                ),
                "Shuffled once: each epoch has the same order. Let the loader shuffle, with its generator.",
            ),
            "dice for the sampler": Wrong(
                _shuffled(
                    "DataLoader(dataset, batch_size=4, sampler=RandomSampler(dataset, generator=generator))",
                    _OWN.format("seed"),
                ),
                "The orders are right. But only the sampler has dice of its own: the loader still draws a number from "
                "everybody's in each epoch, for workers. Give the generator to the loader.",
            ),
            "no seed": Wrong(
                _shuffled("DataLoader(dataset, batch_size=4, shuffle=True)"),
                "The order depends on whatever was drawn before. `seed` takes no part.",
            ),
            "not shuffled": Wrong(
                _shuffled("DataLoader(dataset, batch_size=4)"),
                "Repeatable indeed, and not shuffled: `shuffle=True` is needed, with a generator or without.",
            ),
            "always 0": Wrong(
                _shuffled("DataLoader(dataset, batch_size=4, shuffle=True, generator=generator)", _OWN.format("0")),
                "Each seed gives the same order: hand `seed` to the generator.",
            ),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "A loss curve is a saw-tooth, with as many teeth in an epoch as there are classes. What is likely?",
        ("the learning rate is too small", "the data are sorted by class", "gradients are not cleared"),
        1,
        "Each tooth is a class that begins. Shuffle.",
    ),
    Question(
        "Which of the two knows what a batch is?",
        ("the Dataset", "the DataLoader", "both"),
        1,
        "A Dataset knows its length and its examples; a loader deals them.",
    ),
    Question(
        "The noise of a batch's gradient is to be a tenth. How much larger must the batch be?",
        ("about 3 times", "10 times", "100 times"),
        2,
        "The spread falls with the square root of the size.",
    ),
    Question(
        "At a fixed learning rate, a descent by small batches ends ...",
        ("at the lowest place", "in a ball around it", "at a saddle"),
        1,
        "Larger batches make the ball smaller, and so does a learning rate that falls.",
    ),
    Question(
        "A test set of 275 in batches of 64: when is the mean of the batch means the mean?",
        ("always", "if all batch means happen to agree, for instance", "never"),
        1,
        "The last batch has 19 examples, and would count as much as 64. Weigh by examples.",
    ),
)
