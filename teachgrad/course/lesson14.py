"""The exercises of lesson 14, Depth: vanishing, exploding, initialisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import nn
from teachgrad.course.exercises import Exercise, Question, Trial, Wrong
from teachgrad.tensor import Tensor

Array = np.ndarray[Any, Any]

# --- 14-1: the steepest chain of sigmoids ------------------------------------------------------------------------


def _chains() -> Iterable[Trial]:
    return [(1.0, 1), (4.0, 3), (-2.0, 3), (5.0, 1), (8.0, 4)]


def _steepest(w: float, depth: int) -> float:
    """By nudging the input of a neuron, at many biases, and keeping the largest change."""
    biases, nudge = np.linspace(-6, 6, 1201), 1e-5
    ends = [1 / (1 + np.exp(-(w * x + biases))) for x in (nudge, -nudge)]
    return float(np.abs((ends[0] - ends[1]) / (2 * nudge)).max() ** depth)


def _steepness(value: str) -> str:
    return f"def steepest(w, depth):\n    return {value}\n"


# --- 14-2: starting values for ReLU ------------------------------------------------------------------------------


def _weights() -> Iterable[Trial]:
    return [(tg.zeros(*shape, dtype=tg.float64, requires_grad=True),) for shape in ((400, 30), (6000, 1), (40, 1000))]


def _kept(he: Callable[..., Any], weight: Tensor) -> float:
    """By how much the mean square changes through a layer with ReLU, measured with 200 random inputs."""
    tg.manual_seed(142)
    he(weight)
    x = np.random.default_rng(142).normal(size=(weight.shape[1], 200))
    return float((np.maximum(weight.array @ x, 0) ** 2).mean() / (x**2).mean())


def _he(std: str, draw: str = "nn.init.normal_(weight, std={})") -> str:
    return f"def he_(weight):\n    outputs, inputs = weight.shape\n    {draw.format(std)}\n"


# --- 14-3: ReLUs that are dead -----------------------------------------------------------------------------------


def _layers() -> Iterable[Trial]:
    """Layers of which some units are silent for all rows, and some for a few."""
    rng = np.random.default_rng(143)
    for rows, inputs, outputs in ((5, 2, 6), (1, 3, 4), (6, 1, 1)):
        layer = nn.Linear(inputs, outputs)
        weight, bias = layer.parameters()
        weight.array[:] = rng.normal(size=(outputs, inputs))
        bias.array[:] = rng.normal(size=outputs) * 2 - 1
        yield layer, tg.tensor(rng.normal(size=(rows, inputs)).round(1), dtype=tg.float32)


def _never_fires(layer: nn.Linear, x: Tensor) -> list[bool]:
    """Unit by unit, row by row."""
    rows, (weight, bias) = x.array.tolist(), (p.array.tolist() for p in layer.parameters())
    return [
        not any(sum(a * w for a, w in zip(row, line, strict=True)) + b > 0 for row in rows)
        for line, b in zip(weight, bias, strict=True)
    ]


def _dead(value: str) -> str:
    return f"def dead(layer, x):\n    return {value}\n"


# --- 14-4: clip by norm ------------------------------------------------------------------------------------------


def _lengths() -> Iterable[Trial]:
    """Gradients that are too long, some that are short enough, and a parameter that has none."""
    rng = np.random.default_rng(144)
    for scale, most in ((3.0, 1.0), (0.1, 2.0), (5.0, 0.5)):
        parameters = [tg.zeros(*shape, dtype=tg.float64, requires_grad=True) for shape in ((2, 3), (1,), (4,))]
        for parameter in parameters[:2]:
            parameter.grad = tg.tensor((rng.normal(size=parameter.shape) * scale).round(2))
        yield parameters, most


def _gradients(clip: Callable[..., Any], parameters: list[Tensor], most: float) -> Array:
    clip(parameters, most)
    return _joined(parameters)


def _joined(parameters: list[Tensor]) -> Array:
    return np.concatenate([p.grad.array.ravel() for p in parameters if p.grad is not None])


def _shortened(parameters: list[Tensor], most: float) -> Array:
    """One long vector of all gradients, shortened if need be."""
    g = _joined(parameters)
    return g * min(1.0, most / float(np.sqrt(g @ g)))


def _told(parameters: list[Tensor], most: float) -> str:
    g = _joined(parameters)
    return f"With gradients [{', '.join(f'{x:g}' for x in g)}] in two parameters, none in a third, and most={most:g}"


_KNOWN = "    gradients = [p.grad for p in parameters if p.grad is not None]\n"


def _clip(
    norm: str = "sum((g**2).sum() for g in gradients) ** 0.5",
    scale: str = "if norm > most:\n            g *= most / norm",
    known: str = _KNOWN,
) -> str:
    return f"def clip_(parameters, most):\n{known}    norm = {norm}\n    for g in gradients:\n        {scale}\n"


# --- 14-5: shortcuts ---------------------------------------------------------------------------------------------


def _towers() -> Iterable[Trial]:
    """Layers, an input, and what arrives from above."""
    rng = np.random.default_rng(145)
    for rows, width, depth in ((2, 3, 12), (3, 1, 4)):
        layers = [nn.Linear(width, width).double() for _ in range(depth)]
        for layer in layers:
            weight, bias = layer.parameters()
            weight.array[:] = rng.normal(size=(width, width)) * 0.25
            bias.array[:] = rng.normal(size=width) * 0.1
        x = tg.tensor(rng.normal(size=(rows, width)).round(1), requires_grad=True)
        yield layers, x, tg.tensor(rng.normal(size=(rows, width)).round(1))


def _sent_back(tower: Callable[..., Any], layers: list[nn.Linear], x: Tensor, g: Tensor) -> Any:
    """The gradient that comes out at the bottom."""
    y = tower(layers, x)
    if not isinstance(y, Tensor):
        return y
    return tg.autograd.grad(y, x, g)[0] if y.requires_grad else tg.zeros_like(x)


def _by_nudging(layers: list[nn.Linear], x: Tensor, g: Tensor) -> Array:
    """A tower in NumPy, nudged at each entry of its input."""

    def up(h: Array) -> float:
        for layer in layers:
            weight, bias = (p.array for p in layer.parameters())
            h = h + np.maximum(h @ weight.T + bias, 0)
        return float((h * g.array).sum())

    slopes = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        nudge = np.zeros(x.shape)
        nudge[place] = 1e-6
        slopes[place] = (up(x.array + nudge) - up(x.array - nudge)) / 2e-6
    return slopes


def _tower(body: str, start: str = "", end: str = "x") -> str:
    lines = [line for line in (start, "for layer in layers:", f"    {body}", f"return {end}") if line]
    return "def tower(layers, x):\n" + "".join(f"    {line}\n" for line in lines)


EXERCISES = (
    Exercise(
        id="14-1",
        title="The steepest chain",
        name="steepest",
        stub="def steepest(w, depth):\n    return ...\n",
        solution=_steepness("(abs(w) / 4) ** depth"),
        expected=_steepest,
        trials=_chains,
        tolerance=1e-6,
        hints=(
            "One layer: the slope of sigmoid(w * h + b) along h has two factors.",
            "One factor is w. The other is s * (1 - s), where s lies between 0 and 1: when is it largest?",
            "At s = 1/2, where it is 1/4. Multiply along the path.",
        ),
        wrong={
            "zeros": Wrong(_steepness("0.0"), "Small is not zero: a sigmoid rises everywhere."),
            "without w": Wrong(
                _steepness("0.25**depth"), "That is right for w = 1. Each layer multiplies by its weight as well."
            ),
            "without the sigmoid": Wrong(
                _steepness("w**depth"),
                "That is what the weights do. Each sigmoid multiplies by a slope of its own, 1/4 at most.",
            ),
            "half": Wrong(
                _steepness("(abs(w) / 2) ** depth"),
                "1/2 is the sigmoid's value where it is steepest. Its slope there is 1/2 · (1 - 1/2).",
            ),
            "one sigmoid": Wrong(
                _steepness("0.25 * w**depth"), "The 1/4 comes once for each layer, as the weight does."
            ),
            "added": Wrong(_steepness("abs(w) / 4 * depth"), "You have added the layers. Along a path, multiply."),
            "signed": Wrong(
                _steepness("(w / 4) ** depth"), "Asked is how steep, up or down: `{yours}` has a sign too many."
            ),
        },
    ),
    Exercise(
        id="14-2",
        title="Weights for ReLU",
        name="he_",
        stub=(
            "def he_(weight):\n    # weight.shape is (outputs, inputs)\n    std = ...\n"
            "    nn.init.normal_(weight, std=std)\n"
        ),
        solution=_he("(2 / inputs) ** 0.5", "std = {}\n    nn.init.normal_(weight, std=std)"),
        expected=lambda weight: 1.0,
        trials=_weights,
        run=_kept,
        told=lambda weight: (
            f"With weight of shape {tuple(weight.shape)}, by how many times the mean square changes through the layer "
            "and ReLU"
        ),
        modifies=("weight",),
        tolerance=0.06,  # absolute and relative: together 12 %
        hints=(
            "Before the ReLU, the mean square grows by inputs · std². What is left of it after the ReLU?",
            "Half: so inputs · std² must be 2.",
        ),
        wrong={
            "zeros": Wrong(
                _he("0.0"),
                "Nothing comes out: `weight` is still as it was given, all zeros. Fill that tensor itself, and not "
                "with 0.",
            ),
            "for tanh": Wrong(
                _he("(1 / inputs) ** 0.5"),
                "That keeps a signal that goes through no ReLU: here half of it is lost in each layer.",
            ),
            "by the outputs": Wrong(
                _he("(2 / outputs) ** 0.5"),
                "Each output is a sum over the inputs: it is their number that counts, not that of the outputs.",
            ),
            "no root": Wrong(
                _he("2 / inputs"), "That is the variance. normal_ takes the standard deviation, its square root."
            ),
            "uniform": Wrong(
                _he("-((2 / inputs) ** 0.5), (2 / inputs) ** 0.5", "nn.init.uniform_(weight, {})"),
                "Numbers spread evenly between -a and a have a variance of a²/3 only: three times too little.",
            ),
            "both": Wrong(
                _he("(2 / (inputs + outputs)) ** 0.5"),
                "That is Xavier's compromise between the way forward and the way back, made for tanh.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="14-3",
        title="Who is dead?",
        name="dead",
        stub="def dead(layer, x):\n    return ...\n",
        solution=_dead("(layer(x).relu() == 0).all(0)"),
        expected=_never_fires,
        trials=_layers,
        hints=(
            "`layer(x).relu()` has a row for each example and a column for each unit.",
            "A column of zeros only: `(... == 0).all(0)`.",
        ),
        wrong={
            "zeros": Wrong(
                _dead("tg.zeros(layer.weight.shape[0]) > 0"), "You say that none is dead. Some never fire for any row."
            ),
            "silent once": Wrong(
                _dead("(layer(x).relu() == 0).any(0)"),
                "Being silent for one example is what a ReLU is for. It is dead if it is silent for all of them.",
            ),
            "the whole table": Wrong(
                _dead("layer(x).relu() == 0"), "That says who is silent when. One answer for each column is wanted."
            ),
            "by rows": Wrong(
                _dead("(layer(x).relu() == 0).all(1)"),
                "You went along the rows: that says for which examples all units are silent.",
            ),
            "the living": Wrong(
                _dead("(layer(x).relu() > 0).any(0)"), "Those are the living: True should stand for the dead."
            ),
            "by bias": Wrong(
                _dead("layer.bias <= 0"), "A negative bias alone kills no unit: the inputs may outweigh it."
            ),
        },
        points=2,
    ),
    Exercise(
        id="14-4",
        title="Clip by norm",
        name="clip_",
        stub="def clip_(parameters, most):\n    # change each .grad in place; return nothing\n    ...\n",
        solution=_clip(),
        expected=_shortened,
        trials=_lengths,
        run=_gradients,
        told=_told,
        gradient=True,
        tolerance=1e-6,
        hints=(
            "Some p.grad may be None: collect those that are not.",
            "All gradients together are one long vector: its norm is the root of the sum of all squares.",
            "If it is too long, multiply each gradient by `most / norm`: `p.grad *= most / norm`.",
        ),
        wrong={
            "zeros": Wrong(_clip(scale="g *= 0"), "All zeros: shortened to nothing."),
            "one by one": Wrong(
                _clip(scale="g *= min(1.0, most / (g**2).sum() ** 0.5)"),
                "You have shortened each parameter's gradient on its own: together they point elsewhere now. One norm, "
                "one factor for all.",
            ),
            "norms added": Wrong(
                _clip(norm="sum(g.norm() for g in gradients)"),
                "Lengths of parts do not add up to the length of the whole: add their squares, then take the root.",
            ),
            "by value": Wrong(
                _clip(scale="g.clamp_(-most, most)"),
                "You have cut off numbers one by one: that turns the vector. All are to be scaled by one factor.",
            ),
            "always": Wrong(
                _clip(scale="g *= most / norm"), "Those that were short enough have become longer: leave them alone."
            ),
            "no root": Wrong(
                _clip(norm="sum((g**2).sum() for g in gradients)"), "The norm is the root of the sum of squares."
            ),
            "None": Wrong(
                _clip(known="    gradients = [p.grad for p in parameters]\n"),
                "A parameter that took no part has no gradient: pass over those whose .grad is None.",
            ),
            "new tensors": Wrong(
                _clip(scale="g = g * min(1.0, most / norm)"),
                "The gradients are as long as before: `g = g * ...` makes a new tensor; `g *= ...` changes this one.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="14-5",
        title="Shortcuts",
        name="tower",
        stub=_tower("x = layer(x).relu()"),
        solution=_tower("x = x + layer(x).relu()"),
        expected=_by_nudging,
        trials=_towers,
        run=_sent_back,
        told=lambda layers, x, g: f"tower(layers, x) with {len(layers)} layers, its gradient at x",
        gradient=True,
        tolerance=1e-4,
        hints=("What a layer computes is to be added to what it was given.", "`x + layer(x).relu()`"),
        wrong={
            "zeros": Wrong(
                _tower("x = x.detach() + layer(x.detach()).relu()"),
                "Nothing comes back: somebody cuts the path. A shortcut must be recorded, too.",
            ),
            "only one": Wrong(
                _tower("x = layer(x).relu()", start="first = x", end="first + x"),
                "One shortcut round the whole tower: the layers between still get next to nothing. One round each.",
            ),
            "ReLU on the shortcut": Wrong(
                _tower("x = (x + layer(x)).relu()"),
                "The ReLU stands on the shortcut as well: where it is silent, the path is cut. Add after it.",
            ),
            "no ReLU": Wrong(
                _tower("x = x + layer(x)"), "The ReLU is gone: without it, a whole tower is one straight map."
            ),
            "the last one": Wrong(
                _tower("y = x + layer(x).relu()", end="y"),
                "Each layer gets the tower's input, and only the last one's answer is returned: hand x on.",
            ),
            "halved": Wrong(
                _tower("x = (x + layer(x).relu()) / 2"),
                "You take the mean: then each layer halves the gradient, and the shortcut vanishes as well.",
            ),
            "the first input": Wrong(
                _tower("x = first + layer(x).relu()", start="first = x"),
                "You add the tower's input everywhere. Each layer's shortcut begins at that layer's own input.",
            ),
            "multiplied": Wrong(
                _tower("x = x * layer(x).relu()"),
                "A product is no shortcut: its slope along x is what the layer gives, and that may be 0.",
            ),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "Why do gradients vanish in a deep network of sigmoids?",
        (
            "each layer multiplies by a number well below 1",
            "the learning rate is too small",
            "backward() stops at a depth of about 20",
        ),
        0,
        "The slope of a sigmoid is 1/4 at most; along a path, factors multiply.",
    ),
    Question(
        "A ReLU layer has 200 inputs. Which standard deviation keeps the size of a signal?",
        ("0.01", "0.1", "1", "200"),
        1,
        "The root of 2 / 200.",
    ),
    Question(
        "All weights of a layer begin with the same number. What comes of it?",
        ("training begins slowly", "all units stay alike", "the signal explodes"),
        1,
        "Alike in, alike back: they get the same gradient and take the same steps.",
    ),
    Question(
        "What does clipping by norm leave as it was?",
        ("the length of the gradient", "its direction", "each of its numbers"),
        1,
        "One factor for all numbers shortens the vector and does not turn it.",
    ),
    Question(
        "x + f(x): what is its slope along x?",
        ("f'(x)", "1 + f'(x)", "x · f'(x)"),
        1,
        "The 1 is the shortcut: it passes on what arrives, whatever f does.",
    ),
)
