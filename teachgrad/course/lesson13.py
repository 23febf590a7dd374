"""The exercises of lesson 13, Optimizers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import nn, optim
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.tensor import Tensor

Array = np.ndarray[Any, Any]

# --- 13-1 to 13-3: one step of an optimizer, taken up to twenty times --------------------------------------------


def _slant(w: Tensor) -> Tensor:
    """A ravine that lies across the axes."""
    stretch = tg.linspace(0.2, 4.0, w.array.size, dtype=tg.float64).reshape(w.shape)
    return (stretch * w**2).sum() + 0.3 * w.sum() ** 2


def _walks(*settings: Any) -> Callable[[], Iterable[Trial]]:
    """The first steps one by one, then twenty; and another shape."""

    def trials() -> Iterable[Trial]:
        for steps, shape in ((1, 3), (2, 3), (20, 3), (20, (2, 1))):
            start = np.random.default_rng(131).normal(size=shape).round(1)
            yield tg.tensor(start, requires_grad=True), steps, *settings

    return trials


def _walked(step: Callable[..., Any], w: Tensor, steps: int, *settings: Any) -> Array:
    """Where w is after so many steps."""
    state: dict[str, Any] = {}
    for _ in range(steps):
        w.grad = None
        _slant(w).backward()
        step(w, state, *settings)
    return w.array.copy()


def _as_ours(make: Callable[..., Any]) -> Callable[..., Array]:
    """Where teachgrad's own optimizer is after so many steps; the tests hold it to PyTorch's."""

    def expected(w: Tensor, steps: int, *settings: Any) -> Array:
        optimizer = make([w], *settings)
        for _ in range(steps):
            optimizer.zero_grad()
            _slant(w).backward()
            optimizer.step()
        return w.array.copy()

    return expected


def _told(w: Tensor, steps: int, *_: Any) -> str:
    start = ", ".join(f"{number:g}" for number in w.array.ravel())
    return f"After {steps} step{'s' if steps > 1 else ''} from w = [{start}]"


def _momentum(velocity: str = "beta * state.get('v', 0) + w.grad", walk: str = "lr * v") -> str:
    return (
        f'def momentum(w, state, lr, beta):\n    v = {velocity}\n    state["v"] = v\n'
        f"    with tg.no_grad():\n        w -= {walk}\n"
    )


def _adam(
    corrected: str = "m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)",
    root: str = "v_hat**0.5 + eps",
    square: str = "g**2",
    gradient: str = "w.grad",
    first: str = "",
    last: str = "",
    count: str = 'state.get("t", 0) + 1',
    decay: str = "",
) -> str:
    return (
        f"def adam{'w' * bool(decay)}(w, state, lr, betas, eps{decay}):\n    g = {gradient}\n"
        f'    t = state["t"] = {count}\n'
        '    m = state["m"] = betas[0] * state.get("m", 0) + (1 - betas[0]) * g\n'
        f'    v = state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * {square}\n'
        f"    m_hat, v_hat = {corrected}\n"
        f"    with tg.no_grad():\n{first}        w -= lr * m_hat / ({root})\n{last}"
    )


_STILL = (
    "w has not moved. `w = w - ...` makes a new tensor and leaves the one that was given where it was; "
    "`w -= ...` moves it."
)
_DECAY = ", decay"
_LET = "        w -= lr * decay * w\n"

# --- 13-4: a schedule --------------------------------------------------------------------------------------------


def _lines() -> Iterable[Trial]:
    rng = np.random.default_rng(134)
    for count, epochs in ((3, 5), (1, 6)):
        batches = [tuple(tg.tensor(rng.normal(size=4).round(1)) for _ in range(2)) for _ in range(count)]
        yield tg.tensor(2.0, dtype=tg.float64, requires_grad=True), batches, epochs


def _trained(train: Callable[..., Any], w: Tensor, batches: list[Any], epochs: int) -> float:
    train(w, batches, epochs)
    return float(w.item())


def _halved(w: Tensor, batches: list[Any], epochs: int) -> float:
    """By the slope of a squared error, with a velocity of 0.9."""
    at, velocity = float(w.item()), 0.0
    for epoch in range(epochs):
        for x, y in batches:
            velocity = 0.9 * velocity + float((2 * (at * x.array - y.array) * x.array).mean())
            at -= 0.1 / 2 ** (epoch // 2) * velocity
    return at


def _train(before: str = "", first: str = "", each: str = "", last: str = "") -> str:
    return (
        "def train(w, batches, epochs):\n    optimizer = optim.SGD([w], lr=0.1, momentum=0.9)\n"
        f"{before}    for epoch in range(epochs):\n{first}        for x, y in batches:\n"
        "            loss = ((w * x - y) ** 2).mean()\n            loss.backward()\n"
        f"            optimizer.step()\n            optimizer.zero_grad()\n{each}{last}"
    )


_STEPS = "    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)\n"

# --- 13-5: parameter groups --------------------------------------------------------------------------------------


def _models() -> Iterable[Trial]:
    yield (nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2), nn.Linear(2, 1)),)
    yield (nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, 2, bias=False)),)


def _decays(optimizer_for: Callable[..., Any], model: nn.Module) -> Any:
    """The weight decay of each parameter, in the model's order."""
    optimizer = optimizer_for(model)
    if optimizer is None or optimizer is ...:
        return optimizer
    if not isinstance(optimizer, optim.Optimizer):
        return Finding("kind", f"it gave a {type(optimizer).__name__}, not an optimizer.")
    if not isinstance(optimizer, optim.AdamW):
        return Finding("other", f"it gave {type(optimizer).__name__}, not AdamW.")
    decay = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    for name, parameter in model.named_parameters():
        if id(parameter) not in decay:
            return Finding("missing", f"{name} is in no group: it would never be trained.")
    return [decay[id(parameter)] for parameter in model.parameters()]


def _listed(model: nn.Module) -> str:
    return f"The decays of {', '.join(name for name, _ in model.named_parameters())}"


def _wanted(model: nn.Module) -> list[float]:
    return [0.1 if len(parameter.shape) > 1 else 0.0 for parameter in model.parameters()]


def _groups(decayed: str, rest: str, kind: str = "AdamW", decays: tuple[float, float] = (0.1, 0.0)) -> str:
    return (
        "def optimizer_for(model):\n"
        f"    decayed = [p for name, p in model.named_parameters() if {decayed}]\n"
        f"    rest = [p for name, p in model.named_parameters() if {rest}]\n"
        f'    return optim.{kind}([{{"params": decayed, "weight_decay": {decays[0]}}}, '
        f'{{"params": rest, "weight_decay": {decays[1]}}}], lr=0.001)\n'
    )


EXERCISES = (
    Exercise(
        id="13-1",
        title="Momentum",
        name="momentum",
        stub="def momentum(w, state, lr, beta):\n    # move w in place; return nothing\n    ...\n",
        solution=_momentum(),
        expected=_as_ours(lambda w, lr, beta: optim.SGD(w, lr=lr, momentum=beta)),
        trials=_walks(0.05, 0.9),
        run=_walked,
        told=_told,
        modifies=("w",),
        tolerance=1e-9,
        hints=(
            "What of an earlier step is needed? That goes into `state`, an empty dictionary at first.",
            '`state.get("v", 0)` is the velocity so far. Keep beta of it, and add the slope.',
            "Then `w -= lr * v`, under `tg.no_grad()`.",
        ),
        wrong={
            "zeros": Wrong(_momentum().replace("w -= lr * v", "w = w - lr * v"), _STILL),
            "no velocity": Wrong(
                _momentum("w.grad"),
                "Right for one step: then the velocity should remember. Is it kept in `state`, and read from there?",
            ),
            "an average": Wrong(
                _momentum("beta * state.get('v', 0) + (1 - beta) * w.grad"),
                "With (1 - beta) it is an average of slopes. PyTorch's velocity is their sum, with friction: its steps "
                "are up to 1 / (1 - beta) times as long.",
            ),
            "looking ahead": Wrong(
                _momentum(walk="lr * (w.grad + beta * v)"),
                "That is Nesterov's momentum, a good relative: `nesterov=True`. Here plain momentum is asked for.",
            ),
            "uphill": Wrong(_momentum(walk="-lr * v"), "The ball rolls uphill: subtract."),
            "friction on the slope": Wrong(
                _momentum("state.get('v', 0) + beta * w.grad"),
                "beta belongs to the old velocity: on the slope it is only another learning rate, and nothing brakes.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="13-2",
        title="Adam",
        name="adam",
        stub="def adam(w, state, lr, betas, eps):\n    # move w in place; return nothing\n    ...\n",
        solution=_adam(),
        expected=_as_ours(lambda w, lr, betas, eps: optim.Adam(w, lr=lr, betas=betas, eps=eps)),
        trials=_walks(0.1, (0.9, 0.99), 0.01),
        run=_walked,
        told=_told,
        modifies=("w",),
        tolerance=1e-9,
        hints=(
            "Three things to remember: both averages, and the number of the step.",
            "The first step has number 1. Each average is divided by `1 - beta**t`.",
            "eps is added to the root: `m_hat / (v_hat**0.5 + eps)`.",
        ),
        wrong={
            "zeros": Wrong(_adam().replace("w -= lr", "w = w - lr"), _STILL),
            "no bias correction": Wrong(
                _adam(corrected="m, v"),
                "Both averages start at 0 and are too small at first, v more so than m: the first steps are too long.",
            ),
            "corrected by one": Wrong(
                _adam(corrected="m / (1 - betas[0]), v / (1 - betas[1])"),
                "Right for the first step. The correction fades: `1 - beta**t`, with the number of the step.",
            ),
            "eps inside the root": Wrong(
                _adam(root="(v_hat + eps) ** 0.5"),
                "eps stands inside of the root, where 0.01 counts as 0.1. It belongs outside.",
            ),
            "corrected for good": Wrong(
                _adam(corrected="state['m'].div_(1 - betas[0] ** t), state['v'].div_(1 - betas[1] ** t)"),
                "The correction is for this step only. The averages in `state` go on uncorrected.",
            ),
            "nothing kept": Wrong(
                _adam(corrected="w.grad, w.grad**2"),
                "Right for one step: then both averages should remember. Are they kept in `state` and read from there?",
            ),
            "no square": Wrong(
                _adam(square="g.abs()"), "v averages the squares of slopes: else the root of it is no size of a slope."
            ),
            "no root": Wrong(
                _adam(root="v_hat + eps"),
                "Without the root, a slope ten times as steep makes a step ten times as short.",
            ),
            "counted from 0": Wrong(
                _adam(count='state.get("t", -1) + 1'),
                "For t = 0 the correction is 1 - 1: division by zero. The first step has number 1.",
            ),
            "betas exchanged": Wrong(
                _adam().replace("betas[0]", "betas[2]").replace("betas[1]", "betas[0]").replace("betas[2]", "betas[1]"),
                "The first beta belongs to the slopes, the second to their squares.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="13-3",
        title="AdamW",
        name="adamw",
        stub="def adamw(w, state, lr, betas, eps, decay):\n    # move w in place; return nothing\n    ...\n",
        solution=_adam(first=_LET, decay=_DECAY),
        expected=_as_ours(
            lambda w, lr, betas, eps, decay: optim.AdamW(w, lr=lr, betas=betas, eps=eps, weight_decay=decay)
        ),
        trials=_walks(0.1, (0.9, 0.99), 0.01, 0.5),
        run=_walked,
        told=_told,
        modifies=("w",),
        tolerance=1e-9,
        hints=(
            "Your adam, and one more line.",
            "The decay knows nothing of slopes: `w -= lr * decay * w`, before Adam's step.",
        ),
        wrong={
            "zeros": Wrong(_adam(decay=_DECAY).replace("w -= lr", "w = w - lr"), _STILL),
            "into the gradient": Wrong(
                _adam(gradient="w.grad + decay * w.detach()", decay=_DECAY),
                "The decay is mixed into the gradient: then it is divided by the size of the slopes, as they are. That "
                "is `Adam(weight_decay=...)`. The W stands for keeping them apart.",
            ),
            "no decay": Wrong(_adam(decay=_DECAY), "That is Adam: `decay` takes no part."),
            "without lr": Wrong(
                _adam(first="        w -= decay * w\n", decay=_DECAY),
                "Too strong: each step takes `lr * decay` of w, so that a schedule slows both.",
            ),
            "afterwards": Wrong(
                _adam(last=_LET, decay=_DECAY),
                "Nearly: off by {difference}. First the decay of the old w, then the step.",
            ),
            "no bias correction": Wrong(
                _adam(corrected="m, v", first=_LET, decay=_DECAY), "The decay is right. The bias correction is missing."
            ),
        },
        points=2,
    ),
    Exercise(
        id="13-4",
        title="A schedule",
        name="train",
        stub=_train(),
        solution=_train(before=_STEPS, last="        scheduler.step()\n"),
        expected=_halved,
        trials=_lines,
        run=_trained,
        shows=" ends at w",
        modifies=("w",),
        tolerance=1e-9,
        hints=(
            "`optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)`, made once.",
            "Its `step()` counts epochs. In which of the two loops, and where in it?",
        ),
        wrong={
            "each batch": Wrong(
                _train(before=_STEPS, each="            scheduler.step()\n"),
                "In the inner loop it counts batches, and the learning rate is gone after a few.",
            ),
            "every epoch": Wrong(
                _train(before=_STEPS.replace("step_size=2", "step_size=1"), last="        scheduler.step()\n"),
                "Halved after every epoch: after every *second* one was wanted, `step_size=2`.",
            ),
            "a tenth": Wrong(
                _train(before=_STEPS.replace(", gamma=0.5", ""), last="        scheduler.step()\n"),
                "A tenth instead of half: that is what StepLR does if you do not say `gamma=0.5`.",
            ),
            "too early": Wrong(
                _train(before=_STEPS, first="        scheduler.step()\n"),
                "Each half comes an epoch too early: the scheduler steps at the end of an epoch, after the optimizer.",
            ),
            "in vain": Wrong(
                _train(last="        optimizer.lr = 0.1 / 2 ** ((epoch + 1) // 2)\n"),
                "The learning rate never changed. Is the scheduler's step() called? By hand it is not `optimizer.lr` "
                'but `optimizer.param_groups[0]["lr"]`.',
            ),
            "a new optimizer": Wrong(
                _train(first="        optimizer = optim.SGD([w], lr=0.1 / 2 ** (epoch // 2), momentum=0.9)\n"),
                "A new optimizer in each epoch begins with no velocity: the ball is stopped by hand.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="13-5",
        title="Two groups",
        name="optimizer_for",
        stub="def optimizer_for(model):\n    return ...\n",
        solution=_groups("p.ndim > 1", "p.ndim <= 1"),
        expected=_wanted,
        trials=_models,
        run=_decays,
        told=_listed,
        hints=(
            'An optimizer takes a list of groups: `[{"params": [...], "weight_decay": 0.1}, {...}]`.',
            "What tells a matrix from a bias, or from the scale of a LayerNorm? `p.ndim`.",
        ),
        wrong={
            "everything": Wrong(
                _groups("True", "False"), "Biases and scales decay as well: leave out what is no matrix."
            ),
            "by name": Wrong(
                _groups('name.endswith("weight")', 'not name.endswith("weight")'),
                "The scale of a LayerNorm is called weight, too, and is no matrix: ask for `p.ndim`.",
            ),
            "left out": Wrong(
                _groups("p.ndim > 1", "False"),
                "What is in no group is never trained. No decay means a group with weight_decay=0.",
            ),
            "the default": Wrong(
                _groups("p.ndim > 1", "p.ndim <= 1", decays=(0.1, 0.01)),
                "Where nothing is said, AdamW decays by 0.01: a group that is not to decay needs `weight_decay=0`.",
            ),
            "exchanged": Wrong(_groups("p.ndim <= 1", "p.ndim > 1"), "The two groups are exchanged."),
            "nothing": Wrong(
                _groups("p.ndim > 1", "p.ndim <= 1", decays=(0.0, 0.0)), "Nothing decays: give the matrices 0.1."
            ),
            "Adam": Wrong(
                _groups("p.ndim > 1", "p.ndim <= 1", kind="Adam"),
                "In Adam the decay goes through the gradient, and through its scale: AdamW keeps it apart.",
            ),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "With momentum 0.9 and a slope that stays the same, how long do steps become?",
        ("as long as lr × slope", "0.9 times as long", "up to 10 times as long", "longer for ever"),
        2,
        "1 + 0.9 + 0.81 + ... = 10.",
    ),
    Question(
        "The slope is 1000 times as steep. Adam's first step is ...",
        ("as long as before", "1000 times as long", "1000 times as short"),
        0,
        "Slope divided by size of slope: lr remains.",
    ),
    Question(
        "What does the bias correction mend?",
        ("the biases of layers", "that both averages begin at 0", "a gradient that is not cleared"),
        1,
        "It fades as 1 - beta**t goes to 1.",
    ),
    Question(
        "For which optimizer is weight decay the same as a penalty on the squares of the weights?",
        ("Adam", "AdamW", "plain SGD", "all of them"),
        2,
        "A penalty is a gradient, and SGD takes it as it is; Adam rescales it.",
    ),
    Question(
        "A scheduler that counts epochs: where does its step() stand?",
        ("after the inner loop", "in the inner loop", "before optimizer.step()"),
        0,
        "Once an epoch, when the optimizer has done its steps.",
    ),
)
