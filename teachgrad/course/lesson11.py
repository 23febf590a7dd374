"""The exercises of lesson 11, Modules and parameters."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad import nn
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.tensor import Tensor
from teachgrad.viz import text

Array = np.ndarray[Any, Any]


def _drawn(rng: np.random.Generator, *shape: int) -> Tensor:
    return tg.tensor(rng.normal(size=shape).round(2), dtype=tg.float32)


def _counted(model: nn.Module, wanted: int) -> Finding | None:
    """What is wrong with the number of parameters."""
    count = sum(parameter.numel() for parameter in model.parameters())
    if count == wanted:
        return None
    return Finding(f"{count} numbers", f"parameters() yields {count} numbers; there should be {wanted}.")


def _without_gradient(model: nn.Module, result: Tensor) -> Finding | None:
    """Whether backward() reaches all parameters."""
    if result.requires_grad:
        result.sum().backward()
    missed = sum(parameter.grad is None for parameter in model.parameters())
    return Finding("cut", f"after backward(), {missed} of the parameters have no gradient.") if missed else None


# --- 11-1: a layer -----------------------------------------------------------------------------------------------


def _sizes() -> Iterable[Trial]:
    rng = np.random.default_rng(111)
    for batch, inputs, outputs in ((5, 4, 3), (2, 1, 2)):
        yield inputs, outputs, _drawn(rng, batch, inputs)


def _a_layer(answer: Callable[..., Any], inputs: int, outputs: int, x: Tensor) -> Any:
    """What is to be said of a layer: its result's shape, its parameters, and what it does with numbers of ours."""
    layer = answer(inputs, outputs)
    y = layer(x)
    if y is ... or y is None:
        return y
    if not isinstance(y, Tensor) or y.shape != (len(x), outputs):
        return Finding("shape", f"for x of shape {tuple(x.shape)}, it does not give ({len(x)}, {outputs}).")
    wrong = _counted(layer, inputs * outputs + outputs)
    if wrong:
        return wrong
    if not any(parameter.array.any() for parameter in layer.parameters()):
        return Finding("zeros", "all of its numbers are 0.")
    with tg.no_grad():
        for parameter in layer.parameters():
            parameter.uniform_(-1, 1)
    weight, bias = sorted((parameter.array for parameter in layer.parameters()), key=lambda p: -p.size)
    turned = weight if weight.shape == (inputs, outputs) else weight.T
    if not np.allclose(layer(x).array, x.array @ turned + bias, atol=1e-5):
        return Finding("others", "given a weight and a bias of ours, it does not compute x @ weight + bias with them.")
    return _without_gradient(layer, layer(x)) or Finding("fine")


def _linear(
    init: str, forward: str = "x @ self.weight + self.bias", start: str = "        super().__init__()\n"
) -> str:
    return (
        f"class Linear(nn.Module):\n    def __init__(self, inputs, outputs):\n{start}"
        + "".join(f"        {line}\n" for line in init.split("\n"))
        + f"\n    def forward(self, x):\n        return {forward}\n"
    )


_WEIGHT = "self.weight = nn.Parameter(tg.randn(inputs, outputs))"
_BIAS = "self.bias = nn.Parameter(tg.zeros(outputs))"

# --- 11-2: one after the other -----------------------------------------------------------------------------------


def _chains() -> Iterable[Trial]:
    rng = np.random.default_rng(112)
    tg.manual_seed(112)
    yield (nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3)), _drawn(rng, 5, 3)
    yield (nn.Linear(2, 1),), _drawn(rng, 1, 2)


def _one_after_the_other(answer: Callable[..., Any], layers: tuple[nn.Module, ...], x: Tensor) -> Any:
    model = answer(*layers)
    y = model(x)
    if y is ... or y is None:
        return y
    return _counted(model, sum(parameter.numel() for layer in layers for parameter in layer.parameters())) or y


def _composed(layers: tuple[nn.Module, ...], x: Tensor) -> Array:
    """The same with NumPy: Linear, and tanh between two of them."""
    linear = [[p.array for p in layer.parameters()] for layer in layers if isinstance(layer, nn.Linear)]
    found = x.array
    for number, (weight, bias) in enumerate(linear):
        found = np.einsum("ni,oi->no", np.tanh(found) if number else found, weight) + bias
    return found


def _sequential(
    init: str = "self.layers = nn.ModuleList(layers)",
    forward: str = "for layer in self.layers:\n    x = layer(x)\nreturn x",
) -> str:
    return (
        "class Sequential(nn.Module):\n    def __init__(self, *layers):\n        super().__init__()\n"
        f"        {init}\n\n    def forward(self, x):\n" + "".join(f"        {line}\n" for line in forward.split("\n"))
    )


# --- 11-3: what was overlooked -----------------------------------------------------------------------------------


def _towers() -> Iterable[Trial]:
    rng = np.random.default_rng(113)
    for width, depth in ((3, 2), (1, 4)):
        yield width, depth, _drawn(rng, 5, width)


def _a_tower(answer: Callable[..., Any], width: int, depth: int, x: Tensor) -> Any:
    model = answer(width, depth)
    y = model(x)
    if not isinstance(y, Tensor) or y.shape != x.shape:
        return Finding("shape", f"for x of shape {tuple(x.shape)}, it does not give that shape.")
    return _counted(model, depth * (width * width + width) + width) or _without_gradient(model, y) or Finding("fine")


def _tower(
    layers: str = "nn.ModuleList(nn.Linear(width, width) for _ in range(depth))",
    scale: str = "nn.Parameter(tg.ones(width))",
) -> str:
    return (
        "class Tower(nn.Module):\n    def __init__(self, width, depth):\n        super().__init__()\n"
        f"        self.layers = {layers}\n        self.scale = {scale}\n\n    def forward(self, x):\n"
        "        for layer in self.layers:\n            x = layer(x).relu()\n        return self.scale * x\n"
    )


_LIST, _PLAIN = "[nn.Linear(width, width) for _ in range(depth)]", "tg.ones(width, requires_grad=True)"

# --- 11-4: one weight, two places --------------------------------------------------------------------------------


def _ties() -> Iterable[Trial]:
    rng = np.random.default_rng(114)
    for batch, features, codes in ((5, 3, 2), (1, 2, 4)):
        shapes = (batch, features), (batch, features), (features, codes)
        yield tuple(tg.tensor(rng.normal(size=shape).round(2)) for shape in shapes)


def _by_nudging(g: Tensor, x: Tensor, w: Tensor) -> Array:
    slopes = np.zeros(w.shape)
    for place in np.ndindex(*w.shape):
        nudge = np.zeros(w.shape)
        nudge[place] = 1e-5
        ends = [(g.array * (x.array @ moved @ moved.T)).sum() for moved in (w.array + nudge, w.array - nudge)]
        slopes[place] = (ends[0] - ends[1]) / 2e-5
    return slopes


def _tied(first: str = "x.T @ (g @ w)", second: str = "g.T @ code", joined: str = "first + second") -> str:
    return (
        f"def tied_backward(g, x, w):\n    code = x @ w\n    first = {first}\n    second = {second}\n"
        f"    return {joined}\n"
    )


# --- 11-5: keep the best -----------------------------------------------------------------------------------------


def _courses() -> Iterable[Trial]:
    return [([3.0, 1.0, 2.0],), ([2.0, 3.0, 1.0],), ([0.5, 0.7, 0.9],)]


def _kept(answer: Callable[..., Any], losses: list[float]) -> Any:
    """Trains a model whose weights say in which round they were made; then, which of them are in it and in the file."""
    model, rounds = nn.Linear(2, 1), iter(range(1, len(losses) + 1))

    def train_once(model: nn.Linear) -> None:
        with tg.no_grad():
            model.weight.fill_(next(rounds))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "best.pt"
        if answer(model, path, len(losses), train_once, lambda model: losses[_round(model) - 1]) is ...:
            return ...
        in_file = "no file"
        if path.exists():
            again = nn.Linear(2, 1)
            again.load_state_dict(tg.load(path))
            in_file = f"a file with those of round {_round(again)}"
    words = f"the model has the weights of round {_round(model)}, and there is {in_file}."
    return Finding(words, f"{words} The lowest loss was that of round {1 + losses.index(min(losses))}.")


def _round(model: nn.Linear) -> int:
    return int(model.weight[0, 0].item())


def _best(losses: list[float]) -> Finding:
    best = 1 + int(np.argmin(losses))
    return Finding(f"the model has the weights of round {best}, and there is a file with those of round {best}.")


def _keep(
    keep: str = "tg.save(model.state_dict(), path)",
    end: str = "    model.load_state_dict(tg.load(path))\n",
    better: str = "loss < best",
    start: str = 'float("inf")',
) -> str:
    return (
        f"def keep_best(model, path, rounds, train_once, loss_of):\n    best = {start}\n    for _ in range(rounds):\n"
        f"        train_once(model)\n        loss = loss_of(model)\n        if {better}:\n            best = loss\n"
        f"            {keep}\n{end}"
    )


# --- 11-6: how to begin ------------------------------------------------------------------------------------------


def _networks() -> Iterable[Trial]:
    tg.manual_seed(116)
    yield (
        nn.Sequential(
            nn.Linear(100, 50), nn.LayerNorm(50), nn.Sequential(nn.ReLU(), nn.Linear(50, 200)), nn.Linear(200, 60)
        ),
    )


def _initialised(answer: Callable[..., Any], model: nn.Module) -> Any:
    """What has become of the weights, the biases, and of what was to be left alone."""
    before = {name: (parameter, parameter.array.copy()) for name, parameter in model.named_parameters()}
    if answer(model) is ...:
        return ...
    now = dict(model.named_parameters())
    if any(now[name] is not parameter for name, (parameter, _) in before.items()):
        return Finding("new", "parameters were replaced by new ones: an optimizer made before would move the old ones.")
    still = [name for name, (_, was) in before.items() if ".weight" in name and np.array_equal(now[name].array, was)]
    if "1.weight" not in still:
        return Finding("norm", "the weight of the LayerNorm was changed, too.")
    if still != ["1.weight"]:
        return Finding(f"still {still[:-1]}", f"nothing has happened to {' and '.join(set(still) - {'1.weight'})}.")
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, nn.Linear)}
    for name, layer in layers.items():
        spread, wanted = float(layer.weight.array.std()), layer.in_features**-0.5
        if not 0.93 < spread / wanted < 1.07:
            words = f"the standard deviation of {name}.weight is {spread:.3f}; 1/√{layer.in_features} is {wanted:.3f}."
            return Finding(f"{name} {spread / wanted:.1f}", words)
        if layer.bias is not None and layer.bias.array.any():
            return Finding("bias", f"{name}.bias is not zero.")
    return Finding("fine")


def _init(
    each: str = "for layer in model.modules():",
    weight: str = "nn.init.normal_(layer.weight, std=layer.in_features**-0.5)",
    bias: str = "nn.init.zeros_(layer.bias)",
) -> str:
    return (
        f"def initialise(model):\n    {each}\n        if isinstance(layer, nn.Linear):\n            {weight}\n"
        f"            {bias}\n"
    )


EXERCISES = (
    Exercise(
        id="11-1",
        title="A layer of your own",
        name="Linear",
        stub=(
            "class Linear(nn.Module):\n    def __init__(self, inputs, outputs):\n        super().__init__()\n"
            "        # make what is needed, here\n\n    def forward(self, x):\n        return ...\n"
        ),
        solution=_linear(f"{_WEIGHT}\n{_BIAS}"),
        expected=lambda *_: Finding("fine"),
        trials=_sizes,
        run=_a_layer,
        hints=(
            "Two tensors: a weight of shape (inputs, outputs), a bias of shape (outputs,).",
            "`self.weight = nn.Parameter(tg.randn(inputs, outputs))`",
            "forward: `x @ self.weight + self.bias`.",
        ),
        wrong={
            "plain tensors": Wrong(
                _linear(
                    "self.weight = tg.randn(inputs, outputs, requires_grad=True)\n"
                    "self.bias = tg.zeros(outputs, requires_grad=True)"
                ),
                "A tensor that requires grad gets gradients, and is not registered: only nn.Parameter and modules are.",
            ),
            "no bias": Wrong(
                _linear(_WEIGHT, "x @ self.weight"),
                "The bias is not among the parameters: has it been made, and as an nn.Parameter?",
            ),
            "zeros": Wrong(
                _linear(f"{_WEIGHT.replace('randn', 'zeros')}\n{_BIAS}"),
                "Only the bias may begin at zero. With such weights, all outputs are alike and stay alike.",
            ),
            "made anew": Wrong(
                _linear(
                    f"self.sizes = inputs, outputs\n{_WEIGHT}\n{_BIAS}",
                    "x @ tg.randn(*self.sizes) + self.bias",
                ),
                "forward draws new weights at each call: nothing that is learnt lasts. Make them once, in __init__.",
            ),
            "cut": Wrong(
                _linear(f"{_WEIGHT}\n{_BIAS}", "x @ self.weight.detach() + self.bias.detach()"),
                "forward cuts them off from the graph. Use self.weight itself: no detach, no .data, no no_grad.",
            ),
            "no super": Wrong(
                _linear(f"{_WEIGHT}\n{_BIAS}", start=""),
                "super().__init__() makes the registers; it comes first.",
            ),
            "turned": Wrong(
                _linear("self.weight = nn.Parameter(tg.randn(outputs, inputs))\n" + _BIAS),
                "Your weight is (outputs, inputs), as nn.Linear's is. Then forward needs its transpose: self.weight.T.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="11-2",
        title="One after the other",
        name="Sequential",
        stub=(
            "class Sequential(nn.Module):\n    def __init__(self, *layers):\n        super().__init__()\n"
            "        # make what is needed, here\n\n    def forward(self, x):\n        return ...\n"
        ),
        solution=_sequential(),
        expected=_composed,
        trials=_chains,
        run=_one_after_the_other,
        told=lambda layers, x: f"with {text.plural(len(layers), 'layer')} and x of shape {tuple(x.shape)}",
        hints=("Where do layers go, so that they are known?", "`nn.ModuleList(layers)`", "`x = layer(x)`, in a loop."),
        wrong={
            "a plain list": Wrong(
                _sequential("self.layers = list(layers)"),
                "The layers are used, and not known: a list, or a tuple, is no place that a module looks into.",
            ),
            "the first only": Wrong(
                _sequential(forward="for layer in self.layers:\n    x = layer(x)\n    return x"),
                "`return` stands inside of the loop: it ends after the first layer.",
            ),
            "each on x": Wrong(
                _sequential(forward="for layer in self.layers:\n    y = layer(x)\nreturn y"),
                "Each layer got the original x. It should get what the one before it gave: `x = layer(x)`.",
            ),
            "backwards": Wrong(
                _sequential(forward="for layer in reversed(self.layers):\n    x = layer(x)\nreturn x"),
                "They run in the opposite order.",
            ),
            "nothing returned": Wrong(
                _sequential(forward="for layer in self.layers:\n    x = layer(x)"),
                "forward returns nothing: `return x`.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="11-3",
        title="Overlooked",
        name="Tower",
        stub=_tower(_LIST, _PLAIN),
        solution=_tower(),
        expected=lambda *_: Finding("fine"),
        trials=_towers,
        run=_a_tower,
        hints=(
            "Two attributes are overlooked. What are they, in Python's eyes?",
            "`nn.ModuleList` holds layers; `nn.Parameter` makes a parameter of a tensor.",
        ),
        wrong={
            "the scale": Wrong(_tower(scale=_PLAIN), "The layers are known now. self.scale is still a plain tensor."),
            "the layers": Wrong(_tower(_LIST), "The scale is known now. The layers are still in a plain list."),
            "one layer for all": Wrong(
                _tower("nn.ModuleList([nn.Linear(width, width)] * depth)"),
                "`[layer] * depth` is the same layer, depth times: its parameters are shared, and counted once.",
            ),
        },
    ),
    Exercise(
        id="11-4",
        title="One weight, two places",
        name="tied_backward",
        stub="def tied_backward(g, x, w):\n    return ...\n",
        solution=_tied(),
        expected=_by_nudging,
        trials=_ties,
        gradient=True,
        hints=(
            "Pretend there were two weights: y = code @ v.T, code = x @ u. What is the gradient of each?",
            "For v.T it is `code.T @ g`; for v, that is transposed.",
            "What comes back to code is `g @ w`. Then add both.",
        ),
        wrong={
            "zeros": Wrong(_tied(joined="tg.zeros_like(w)"), "All zeros: both places send something back."),
            "the first place": Wrong(
                _tied(joined="first"), "That is what comes back from x @ w alone. w is used a second time, in w.T."
            ),
            "the second place": Wrong(
                _tied(joined="second"), "That is what comes back from code @ w.T alone. code was made with w as well."
            ),
            "the mean": Wrong(
                _tied(joined="(first + second) / 2"),
                "The mean of both: half of it. Add across paths; nothing is shared out.",
            ),
            "not through w": Wrong(
                _tied(first="x.T @ x @ w"),
                "Where is g in the first part? Back from y to code it goes through w: `g @ w`.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="11-5",
        title="Keep the best",
        name="keep_best",
        stub="def keep_best(model, path, rounds, train_once, loss_of):\n    return ...\n",
        solution=_keep(),
        expected=_best,
        trials=_courses,
        run=_kept,
        told=lambda losses: f"with losses {', '.join(map(str, losses))}",
        hints=(
            "In each round: train_once(model), then loss = loss_of(model). Is it the lowest so far?",
            "`tg.save(model.state_dict(), path)` writes a file.",
            "`model.load_state_dict(tg.load(path))`, when all rounds are over.",
        ),
        wrong={
            "no copy": Wrong(
                _keep("weights = model.state_dict()", "    model.load_state_dict(weights)\n"),
                "state_dict() hands out the live weights, not a copy: you kept a view of what the last round left.",
            ),
            "in memory": Wrong(
                _keep(
                    "weights = {name: value.clone() for name, value in model.state_dict().items()}",
                    "    model.load_state_dict(weights)\n",
                ),
                "The model is right. The file is missing: `tg.save(model.state_dict(), path)`.",
            ),
            "saved every time": Wrong(
                _keep(better="True"), "The file was written in every round: in the end it holds the last one's weights."
            ),
            "not loaded": Wrong(
                _keep(end="    tg.load(path)\n"),
                "The file is right, the model is not. load gives a dictionary; load_state_dict puts it into the model.",
            ),
            "the largest": Wrong(
                _keep(better="loss > best", start="0.0"), "You kept the largest loss: `<`, beginning with infinity."
            ),
            "the whole model": Wrong(
                _keep("tg.save(model, path)"), "A file holds tensors, not programs: save the state_dict()."
            ),
        },
        points=2,
    ),
    Exercise(
        id="11-6",
        title="How to begin",
        name="initialise",
        stub="def initialise(model):\n    return ...\n",
        solution=_init(),
        expected=lambda _: Finding("fine"),
        trials=_networks,
        run=_initialised,
        hints=(
            "`model.modules()` yields every module inside, however deep.",
            "`isinstance(layer, nn.Linear)`; its number of inputs is `layer.in_features`.",
            "`nn.init.normal_(layer.weight, std=...)` and `nn.init.zeros_(layer.bias)` change them in place.",
        ),
        wrong={
            "the outermost": Wrong(
                _init("for layer in model.children():"), "children() stops at the first level; modules() goes down."
            ),
            "every parameter": Wrong(
                "def initialise(model):\n    for parameter in model.parameters():\n"
                "        nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)\n",
                "Not every parameter is a Linear's. Ask each module what it is.",
            ),
            "zeros": Wrong(
                _init(weight="nn.init.zeros_(layer.weight)"),
                "All zeros: every unit computes the same, gets the same gradient, and stays the same for ever.",
            ),
            "variance": Wrong(
                _init(weight="nn.init.normal_(layer.weight, std=1 / layer.in_features)"),
                "1 / inputs is the variance. The standard deviation is its root.",
            ),
            "by outputs": Wrong(
                _init(weight="nn.init.normal_(layer.weight, std=layer.out_features**-0.5)"),
                "That goes by the number of outputs. A sum over many inputs is what grows.",
            ),
            "bias kept": Wrong(_init(bias="pass"), "The weights are right. The biases are as they were."),
            "new ones": Wrong(
                _init(weight="layer.weight = nn.Parameter(tg.randn_like(layer.weight) * layer.in_features**-0.5)"),
                "Change the parameters that are there, in place: the functions of nn.init end in an underscore.",
            ),
            "recorded": Wrong(
                _init(weight="layer.weight.normal_(std=layer.in_features**-0.5)"),
                "A leaf may be changed in place under no_grad() only; nn.init sees to that.",
            ),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "What does a module enter in its registers when you assign it to an attribute?",
        ("every tensor that requires grad", "parameters and modules", "whatever forward uses"),
        1,
        "It looks at the type of what is assigned, and into nothing that is inside.",
    ),
    Question(
        "A layer sits in a plain list. What happens to it in training?",
        ("it is used and never moves", "forward raises an error", "it moves, but slower"),
        0,
        "It even gets gradients. The optimizer has never heard of it.",
    ),
    Question(
        "What else overlooks that layer?",
        ("backward()", "nothing", "state_dict(): after loading, it is as random as at the start"),
        2,
        "Everything that goes by the registers: saving, loading, counting, moving to another type.",
    ),
    Question(
        "`best = model.state_dict()`, and training goes on. What is in best later?",
        ("the weights of that moment", "the weights of now", "nothing: it was cleared"),
        1,
        "Its tensors share the model's memory. Save them to a file, or clone each.",
    ),
    Question(
        "A layer is used in two places of one network. Its gradient is ...",
        ("the sum from both places", "that of the last place", "kept twice, once for each place"),
        0,
        "One parameter, two paths: add across paths.",
    ),
)
