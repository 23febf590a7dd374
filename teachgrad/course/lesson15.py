"""The exercises of lesson 15, Debug clinic and capstone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import nn
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.datasets import digits
from teachgrad.nn.module import Module
from teachgrad.tensor import Tensor, wrap

Array = np.ndarray[Any, Any]

# --- 15-1: letters to the clinic ---------------------------------------------------------------------------------

_LETTERS = {
    "1": "wrong axis",
    "2": "eval() forgotten",
    "3": "graph kept alive",
    "4": "images and labels apart",
    "5": "step() before backward()",
    "6": "layers in a plain list",
}

# --- 15-2: a check-up --------------------------------------------------------------------------------------------


def _models() -> Iterable[Trial]:
    """Two models with gradients of every kind: none, zeros, some zeros, tiny ones, ones that cancel, nan, inf."""
    gradients: tuple[tuple[Any, ...], ...] = (
        ([[0.0, 1.0, 2.0], [0.0, 0.0, 0.5]], [0.0, 0.0], [[np.nan, 1.0]], None),
        ([[1.0, -1.0, 0.0], [2.0, -2.0, 0.0]], [1e-20, 1e-20], None, [np.inf]),
    )
    for values in gradients:
        model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
        for parameter, value in zip(model.parameters(), values, strict=True):
            parameter.grad = None if value is None else tg.tensor(value)
        yield (model,)


def _state(gradient: Tensor | None) -> str:
    """In NumPy's words."""
    if gradient is None:
        return "missing"
    if not np.isfinite(gradient.array).all():
        return "not finite"
    return "fine" if np.count_nonzero(gradient.array) else "zero"


def _checked_up(check_up: Callable[..., Any], model: Module) -> Any:
    """What was said of each parameter, and where it is wrong."""
    said = check_up(model)
    if said is ... or said is None:
        return said
    grads = {name: parameter.grad for name, parameter in model.named_parameters()}
    if not isinstance(said, dict) or set(said) != set(grads):
        return Finding(f"names {said}", f"return a dictionary with the names {', '.join(grads)}.")
    off = [name for name, grad in grads.items() if said[name] != _state(grad)]
    words = [f"you call {name} {said[name]!r}, and its .grad is {_plain(grads[name])}." for name in off]
    return Finding(str(sorted(said.items())), " ".join(words))


def _plain(gradient: Tensor | None) -> str:
    return "None" if gradient is None else str(gradient.tolist())


def _check_up(missing: str = "missing", rule: str = "(grad == 0).all()", finite: str = "grad.isfinite().all()") -> str:
    return (
        "def check_up(model):\n    said = {}\n    for name, parameter in model.named_parameters():\n"
        "        grad = parameter.grad\n        if grad is None:\n"
        f'            said[name] = "{missing}"\n        elif not {finite}:\n            said[name] = "not finite"\n'
        f'        elif {rule}:\n            said[name] = "zero"\n        else:\n            said[name] = "fine"\n'
        "    return said\n"
    )


# --- 15-3: three faults ------------------------------------------------------------------------------------------


def _regressions() -> Iterable[Trial]:
    """A layer, and rows for it: more features than classes, and a single row."""
    rng = np.random.default_rng(153)
    for rows, features, classes in ((6, 4, 3), (1, 2, 3)):
        model = nn.Linear(features, classes, dtype=tg.float64)
        for parameter in model.parameters():
            parameter.data = wrap(rng.normal(size=parameter.shape))
        labels = tg.tensor(rng.integers(0, classes, rows).tolist())
        yield model, wrap(rng.normal(size=(rows, features))), labels, 4, 0.5


def _trained(train: Callable[..., Any], model: Module, *rest: Any) -> Any:
    """The losses that were returned, and the weights that the model has then."""
    losses = train(model, *rest)
    if losses is ... or losses is None:
        return losses
    if not isinstance(losses, list) or not all(isinstance(loss, float) for loss in losses):
        return Finding("tensors", "the list that it returns should hold numbers, and holds tensors with their graphs.")
    return np.concatenate([losses, *(parameter.array.ravel() for parameter in model.parameters())])


def _regressed(model: nn.Linear, images: Tensor, labels: Tensor, steps: int, lr: float) -> Array:
    """Softmax regression as it stands in books: the slope of a score is its probability, less 1 where it is right."""
    weight, bias = (parameter.array.copy() for parameter in model.parameters())
    x, target = images.array, np.eye(len(bias))[labels.array]
    losses = []
    for _ in range(steps):
        odds = np.exp(x @ weight.T + bias)
        p = odds / odds.sum(1, keepdims=True)
        losses.append(-np.log((p * target).sum(1)).mean())
        weight, bias = weight - lr * (p - target).T @ x / len(x), bias - lr * (p - target).mean(0)
    return np.concatenate([losses, weight.ravel(), bias])


def _train(scores: str = "model(images)", clear: int | None = 0, kept: str = "loss.item()") -> str:
    lines = [f"loss = loss_fn({scores}, labels)", "loss.backward()", "optimizer.step()", f"losses.append({kept})"]
    if clear is not None:
        lines.insert(clear, "optimizer.zero_grad()")
    return (
        "def train(model, images, labels, steps, lr):\n    optimizer = optim.SGD(model.parameters(), lr=lr)\n"
        "    loss_fn = nn.CrossEntropyLoss()\n    losses = []\n    for _ in range(steps):\n"
        + "".join(f"        {line}\n" for line in lines)
        + "    return losses\n"
    )


# --- 15-4: an operation of one's own -----------------------------------------------------------------------------


def _leaks() -> Iterable[Trial]:
    rng = np.random.default_rng(154)
    for shape in ((4, 3), (1, 2)):
        x = rng.normal(size=shape)
        x += 0.1 * np.sign(x)  # not at the kink
        yield (
            wrap(x).requires_grad_(),
            tg.tensor(0.3, dtype=tg.float64, requires_grad=True),
            wrap(rng.normal(size=shape)),
        )


def _leaked(leaky: Any, x: Tensor, a: Tensor, upstream: Tensor) -> Any:
    """The gradients of x and of a, one after the other."""
    leaky.apply(x, a).backward(upstream)
    for name, leaf in (("x", x), ("a", a)):
        if leaf.grad is None:
            return Finding(f"no {name}", f"no gradient arrived at {name}.")
    return np.concatenate([x.grad.array.ravel(), a.grad.array.ravel()])  # type: ignore[union-attr]


def _nudged(x: Tensor, a: Tensor, upstream: Tensor) -> Array:
    """By nudging every entry of x, and then a, both ways."""
    places, nudge, slopes = [*x.array.ravel(), float(a.item())], 1e-6, []
    for at in range(len(places)):
        ends = []
        for sign in (1, -1):
            moved = np.array(places)
            moved[at] += sign * nudge
            y = np.where(moved[:-1] > 0, moved[:-1], moved[-1] * moved[:-1])
            ends.append(float(y @ upstream.array.ravel()))
        slopes.append((ends[0] - ends[1]) / (2 * nudge))
    return np.array(slopes)


def _leaky(to_x: str, to_a: str) -> str:
    return (
        "class Leaky(tg.autograd.Function):\n    @staticmethod\n    def forward(ctx, x, a):\n"
        "        ctx.save_for_backward(x, a)\n        return tg.where(x > 0, x, a * x)\n\n"
        "    @staticmethod\n    def backward(ctx, g):\n        x, a = ctx.saved_tensors\n"
        f"        return {to_x}, {to_a}\n"
    )


_TO_X, _TO_A = "g * tg.where(x > 0, 1.0, a)", "(g * tg.where(x > 0, 0.0, x)).sum()"

# --- 15-5: the capstone ------------------------------------------------------------------------------------------


def _digits() -> Iterable[Trial]:
    tg.manual_seed(0)
    yield (tg, *(part.clone() for part in digits()[0].tensors))


def _classified(classify: Callable[..., Any], torch: Any, images: Tensor, labels: Tensor) -> Any:
    """What the classifier is like on digits that it has not seen."""
    answer = classify(torch, images, labels)
    if answer is ...:
        return answer
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], Module):
        return Finding("kind", "return two things: the model, and the list of its losses.")
    model, _ = answer
    test_images, test_labels = digits()[1].tensors
    with tg.no_grad():
        scores, again = (model(test_images).array for _ in range(2))
        pair, alone, nothing = (
            model(part).array for part in (test_images[:8] + test_images[8:16], test_images[:16], 0 * test_images[:8])
        )
    if scores.shape != (len(test_images), 10):
        return Finding("shape", f"the model gives {scores.shape} for 355 images: it should give ten scores for each.")
    right = float((scores.argmax(1) == test_labels.array).mean())
    said = f"{right:.1%} of the held-out digits are right"
    findings = (
        ("training", not np.array_equal(scores, again), f"{said}; asked once more, it answers differently."),
        ("fine", right >= 0.97, ""),
        ("untrained", right < 0.3, f"{said}: about as many as by guessing."),
        (
            "probabilities",
            np.allclose(scores.sum(1), 1, atol=1e-4),
            f"{said}. The model gives probabilities, where the loss wants scores.",
        ),
        (
            "straight",
            np.allclose(pair, alone[:8] + alone[8:] - nothing, atol=1e-3),
            f"{said}. The model is a single linear map.",
        ),
    )
    return next((Finding(kind, words) for kind, true, words in findings if true), Finding("low", f"{said}."))


def _classify(
    layers: str = "torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)",
    epochs: int = 20,
    step: str = "            optimizer.step()\n",
    end: str = "    return model, losses\n",
) -> str:
    return (
        "def classify(torch, images, labels):\n    torch.manual_seed(0)\n"
        f"    model = torch.nn.Sequential({layers})\n"
        "    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)\n"
        "    loss_fn = torch.nn.CrossEntropyLoss()\n    data = torch.utils.data.TensorDataset(images, labels)\n"
        "    loader = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)\n    losses = []\n"
        f"    for epoch in range({epochs}):\n        for batch, targets in loader:\n"
        "            optimizer.zero_grad()\n            loss = loss_fn(model(batch), targets)\n"
        f"            loss.backward()\n{step}        losses.append(loss.item())\n    model.eval()\n{end}"
    )


EXERCISES = (
    Exercise(
        id="15-1",
        title="Six letters",
        name="causes",
        stub='causes = {"1": ..., "2": ..., "3": ..., "4": ..., "5": ..., "6": ...}',
        solution=f"causes = {_LETTERS!r}".replace("'", '"'),
        expected=lambda: _LETTERS,
        hints=(
            "Each letter has one number or one word that only one of the causes explains.",
            "ln 128 is 4.85. And when is there nothing to be learnt, though all works?",
        ),
        wrong={
            "1 too high": Wrong(
                'causes = {"1": "learning rate too high"}',
                "Letter 1 speaks of the loss before the first step: no learning rate has done anything yet. What is "
                "ln 128?",
            ),
            "1 softmax": Wrong(
                'causes = {"1": "softmax twice"}',
                "A softmax too many makes the first loss 2.3, like any other ten scores that are nearly equal. What is "
                "ln 128?",
            ),
            "2 apart": Wrong(
                'causes = {"2": "images and labels apart"}',
                "In letter 2 the network has learnt: 96 %. Why would one question get two answers?",
            ),
            "3 zero_grad": Wrong(
                'causes = {"3": "zero_grad() forgotten"}',
                "Without zero_grad() the gradients add up, in tensors that stay as large as they are. What takes more "
                "room with every step?",
            ),
            "4 too high": Wrong(
                'causes = {"4": "learning rate too high"}',
                "A rate that is too high makes the loss jump above its first value. In letter 4 it only trembles.",
            ),
            "4 cut": Wrong(
                'causes = {"4": "graph cut"}', "In letter 4 every parameter has a gradient, so nothing is cut."
            ),
            "5 cut": Wrong(
                'causes = {"5": "graph cut"}', "A cut takes the gradient away. In letter 5 it is there, afterwards."
            ),
            "6 cut": Wrong('causes = {"6": "graph cut"}', "In letter 6 the gradient does arrive. Who is to use it?"),
        },
        points=2,
    ),
    Exercise(
        id="15-2",
        title="A check-up",
        name="check_up",
        stub="def check_up(model):\n    return ...\n",
        solution=_check_up(),
        expected=lambda model: Finding(str(sorted((name, _state(p.grad)) for name, p in model.named_parameters()))),
        trials=_models,
        run=_checked_up,
        told=lambda model: "for a network of two layers",
        hints=(
            "`for name, parameter in model.named_parameters():` and four cases, the first of them None.",
            "`grad.isfinite().all()` is False for nan and for inf; `(grad == 0).all()` is True for zeros only.",
        ),
        wrong={
            "None is zero": Wrong(
                _check_up(missing="zero"),
                "None is not zero: one says that no path leads there, the other that the slope is flat. Their cures "
                "differ.",
            ),
            "any zero": Wrong(
                _check_up(rule="(grad == 0).any()"),
                "Single zeros are healthy: a pixel that is always white has no slope. Call it zero where all are.",
            ),
            "sum": Wrong(_check_up(rule="grad.sum() == 0"), "A sum can be 0 without zeros: 1 and -1 cancel."),
            "nan only": Wrong(
                _check_up(finite="(grad == grad).all()"), "nan is found, and inf is not: it equals itself."
            ),
            "small": Wrong(
                _check_up(rule="(grad.abs() < 1e-8).all()"),
                "A tiny slope is no zero: a network that vanishes (lesson 14) needs another cure than one that is cut.",
            ),
            "all fine": Wrong(
                'def check_up(model):\n    return {name: "fine" for name, _ in model.named_parameters()}\n',
                "You call everything fine: look at each parameter's .grad.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="15-3",
        title="Three faults",
        name="train",
        stub=_train("model(images).softmax(1)", None, "loss"),
        solution=_train(),
        expected=_regressed,
        trials=_regressions,
        run=_trained,
        told=lambda *arguments: "losses of 4 steps, then the weights",
        hints=(
            "One of them is about .grad, one about what the loss is given, one about what is kept.",
            "The clinic's patients B, C and E have one each.",
        ),
        wrong={
            "graph kept alive": Wrong(
                _train(kept="loss"), "The list holds tensors, and each keeps its graph alive: `loss.item()`."
            ),
            "softmax twice": Wrong(
                _train("model(images).softmax(1)"), "CrossEntropyLoss makes probabilities itself: give it the scores."
            ),
            "not cleared": Wrong(
                _train(clear=None), "The first step is right; then the gradients of earlier steps are still in .grad."
            ),
            "two left": Wrong(
                _train("model(images).softmax(1)", clear=None),
                "The list holds numbers now. Two faults are left: in what the loss is given, and in what .grad holds.",
            ),
            "cleared too early": Wrong(
                _train(clear=2), "No weight has moved: the gradient is cleared between backward() and step()."
            ),
            "wrong axis": Wrong(
                _train("model(images).log_softmax(0)"), "Down the batch? Each image has probabilities of its own."
            ),
        },
        points=3,
    ),
    Exercise(
        id="15-4",
        title="A slope that is learnt",
        name="Leaky",
        stub=_leaky("...", "...").replace(
            "        x, a = ctx.saved_tensors\n        return ..., ...", "        return ..."
        ),
        solution=_leaky(_TO_X, _TO_A),
        expected=_nudged,
        trials=_leaks,
        run=_leaked,
        told=lambda *arguments: "the gradients of x, and then of a",
        gradient=True,
        hints=(
            "`x, a = ctx.saved_tensors`, and return two gradients: for x in x's shape, for a a single number.",
            "Where x > 0, the slope along x is 1 and along a it is 0; elsewhere they are a and x.",
            "a is used for every entry, so its gradient is a sum.",
        ),
        wrong={
            "zeros": Wrong(
                _leaky("tg.zeros_like(x)", "tg.zeros_like(a)"), "All zeros: nothing that uses this op would ever learn."
            ),
            "without upstream": Wrong(
                _leaky(_TO_X.removeprefix("g * "), "tg.where(x > 0, 0.0, x).sum()"),
                "These are the local slopes. Multiply them by g, which says how much each output counts.",
            ),
            "mean": Wrong(
                _leaky(_TO_X, "(g * tg.where(x > 0, 0.0, x)).mean()"),
                "a is used for every entry of x: its contributions are added up, not averaged.",
            ),
            "a plain ReLU": Wrong(
                _leaky("g * (x > 0)", _TO_A), "Where x is negative, the slope along x is a, not 0: that is the leak."
            ),
            "a forgotten": Wrong(_leaky(_TO_X, "None"), "a gets None: it would stay what it is. It has a slope, too."),
            "a everywhere": Wrong(
                _leaky(_TO_X, "(g * x).sum()"), "Where x is positive, a takes no part: its slope there is 0."
            ),
        },
        points=3,
    ),
    Exercise(
        id="15-5",
        title="The capstone",
        name="classify",
        stub="def classify(torch, images, labels):\n    return ...\n",
        solution=_classify(),
        expected=lambda *_: Finding("fine"),
        trials=_digits,
        run=_classified,
        told=lambda *arguments: "",
        seconds=60.0,
        hints=(
            "Begin with `straight`, and put a hidden layer in: `torch.nn.Linear(64, 128), torch.nn.ReLU(), ...`.",
            "`torch.optim.Adam` with lr=0.003, batches of 32, 20 epochs.",
            "With Dropout or BatchNorm, call `model.eval()` before you return it.",
        ),
        wrong={
            "a single layer": Wrong(
                _classify("torch.nn.Linear(64, 10)", 3), "It can only draw straight borders: give it a hidden layer."
            ),
            "softmax twice": Wrong(
                _classify("torch.nn.Linear(64, 16), torch.nn.ReLU(), torch.nn.Linear(16, 10), torch.nn.Softmax(1)", 3),
                "Patient C. Leave the softmax to CrossEntropyLoss.",
            ),
            "no step": Wrong(
                _classify(epochs=1, step=""), "Has any weight moved? A round has five lines, and one of them steps."
            ),
            "too short": Wrong(
                _classify(epochs=2), "It is on its way: more epochs, a larger step, or more hidden numbers."
            ),
            "dropout left on": Wrong(
                _classify(
                    "torch.nn.Linear(64, 32), torch.nn.Dropout(0.5), torch.nn.ReLU(), torch.nn.Linear(32, 10)", 1
                ).replace("    model.eval()\n", ""),
                "Patient I. Call `model.eval()` before you return it.",
            ),
            "only the model": Wrong(
                _classify(epochs=1, end="    return model\n"), "Two things: `return model, losses`."
            ),
        },
        points=5,
    ),
)

QUIZ = (
    Question(
        "The loss is the same in every step, to the last digit. What do you measure first?",
        ("the accuracy", "the batch size", "whether .grad is None when the optimizer steps"),
        2,
        "Nothing moves. So either no gradient is there when step() is called, or step() has no parameters to move.",
    ),
    Question(
        "A network for ten classes is new. About what should its first loss be?",
        ("0", "1", "2.3", "10"),
        2,
        "It is as unsure as a die of ten: ln 10. Anything else is a symptom before the first step.",
    ),
    Question(
        "What does a falling loss prove?",
        ("that the loop is right", "that something is learnt", "that all layers are trained"),
        1,
        "Six of the twelve patients have a falling loss.",
    ),
    Question(
        "The loss is nan, and you do not know since where. What finds the line?",
        ("detect_anomaly()", "a smaller batch", "model.eval()"),
        0,
        "It stops at the first operation whose gradient is nan, and shows the line that called it.",
    ),
    Question(
        "gradcheck compares the gradients of your operation with ...",
        ("those of PyTorch", "nudging each input, in float64", "the loss"),
        1,
        "With random weights on the outputs: all ones would not see every mistake.",
    ),
)
