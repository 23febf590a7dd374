"""The exercises of lesson 16, Beyond."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import teachgrad as tg
from teachgrad.autograd import Function
from teachgrad.course.exercises import Exercise, Finding, Question, Trial, Wrong
from teachgrad.course.pieces import SIZE, Counter, through
from teachgrad.tensor import Tensor

Array = np.ndarray[Any, Any]
NUDGE = 1e-4

# --- 16-1: dual numbers ------------------------------------------------------------------------------------------


def _exp(x: Any) -> Any:
    return math.exp(x) if isinstance(x, float) else x.exp()


PROGRAMS: dict[str, Callable[[Any, Any], Any]] = {
    "x * y": lambda x, y: x * y,
    "x.exp()": lambda x, y: _exp(x),
    "(x * y).exp() + x * x * y": lambda x, y: _exp(x * y) + x * x * y,
}


def _duals() -> Iterable[Trial]:
    """Each program, for two numbers that move at different speeds."""
    rng = np.random.default_rng(161)
    return [(name, *rng.uniform(0.5, 1.5, 4).round(2).tolist()) for name in PROGRAMS]


def _carried(dual: Callable[..., Any], name: str, *at: float) -> Any:
    found = PROGRAMS[name](dual(*at[:2]), dual(*at[2:]))
    return found if found is ... else [found.value, found.slope]


def _moved(name: str, x: float, dx: float, y: float, dy: float) -> list[float]:
    """By moving both a little, each at its speed."""
    ends = [PROGRAMS[name](x + nudge * dx, y + nudge * dy) for nudge in (NUDGE, -NUDGE)]
    return [PROGRAMS[name](x, y), (ends[0] - ends[1]) / (2 * NUDGE)]


_DUAL = (
    "class Dual:\n    def __init__(self, value, slope):\n        self.value, self.slope = value, slope\n\n"
    "    def __add__(self, other):\n        return Dual(self.value + other.value, self.slope + other.slope)\n\n"
    "    def __mul__(self, other):\n        return {}\n\n    def exp(self):\n        return {}\n"
)


def _dual(
    times: str = "self.slope * other.value + self.value * other.slope",
    grows: str = "math.exp(self.value) * self.slope",
) -> str:
    return _DUAL.format(f"Dual(self.value * other.value, {times})", f"Dual(math.exp(self.value), {grows})")


# --- 16-2: the cheaper way ---------------------------------------------------------------------------------------


class _Passes(Function):
    """Changes nothing, and counts who comes by."""

    count = 0

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        _Passes.count += 1
        return g

    @staticmethod
    def jvp(ctx: Any, t: Tensor) -> Tensor:
        _Passes.count += 1
        return t


class Map:
    """From a vector to a vector: the sine of a matrix times x."""

    def __init__(self, matrix: Array) -> None:
        self.matrix = matrix

    def __call__(self, x: Tensor) -> Tensor:
        """The outputs; each pass on its way is counted."""
        y: Tensor = (tg.tensor(self.matrix) @ _Passes.apply(x)).sin()
        return y

    @property
    def __name__(self) -> str:
        outputs, inputs = self.matrix.shape
        return f"a function from {inputs} to {outputs}"


def _maps() -> Iterable[Trial]:
    rng = np.random.default_rng(162)
    return [(Map(rng.normal(size=size).round(1)), tg.tensor(rng.normal(size=size[1:]).round(1)))
            for size in ((2, 7), (6, 1), (1, 5), (7, 3))]  # fmt: skip


def _filled(jacobian: Callable[..., Any], f: Map, x: Tensor) -> Any:
    """The matrix, or how many passes it took, if they were too many."""
    _Passes.count = 0
    found, needed = jacobian(f, x), min(f.matrix.shape)
    if isinstance(found, Tensor) and found.shape == f.matrix.shape and _Passes.count > needed:
        return Finding("passes", f"the numbers may be right; but it took {_Passes.count} passes, and {needed} will do.")
    return found


def _by_hand(f: Map, x: Tensor) -> Array:
    """The slope of a sine is a cosine: each row of the matrix by that of its output."""
    slopes: Array = np.cos(f.matrix @ x.array)[:, None] * f.matrix
    return slopes


def _jacobian(source: str) -> str:
    return f"def jacobian(f, x):\n{source}"


_CHOICE = "    if len(f(x)) < len(x):\n        return tg.func.{}(f)(x)\n    return tg.func.{}(f)(x)\n"

# --- 16-3: curvature along v -------------------------------------------------------------------------------------


def bent(x: Tensor) -> Tensor:
    """A number from a tensor of any shape."""
    return (x**3).sum() / 3 + x.sum() ** 2 * x.flatten()[0]


def waves(x: Tensor) -> Tensor:
    """Another one."""
    return (x * x.roll(1)).sin().sum() + (x**4).sum() / 4


def _curved() -> Iterable[Trial]:
    rng = np.random.default_rng(163)
    return [
        (f, tg.tensor(rng.normal(size=shape).round(1)), tg.tensor(rng.normal(size=shape).round(1)))
        for f, shape in ((bent, (3,)), (waves, (4, 1)), (bent, (1, 2)))
    ]


def _twice_nudged(f: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> Array:
    """By nudging each entry of x, at both ends of a step along v."""
    found = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        one = np.zeros(x.shape)
        one[place] = NUDGE
        corners = [
            a * b * f(tg.tensor(x.array + a * one + b * NUDGE * v.array)).item() for a in (1, -1) for b in (1, -1)
        ]
        found[place] = sum(corners) / (4 * NUDGE**2)
    return found


def _hvp(lines: str = "    return tg.autograd.grad((g * v).sum(), x)[0]\n", graph: str = ", create_graph=True") -> str:
    start = "def hvp(f, x, v):\n    x = x.detach().requires_grad_()\n"
    return f"{start}    (g,) = tg.autograd.grad(f(x), x{graph})\n{lines}"


# --- 16-4: in pieces ---------------------------------------------------------------------------------------------

LAYERS, MOST_HELD = 36, 18


def _start() -> Iterable[Trial]:
    return [(Counter(), tg.tensor(np.linspace(-1, 1, SIZE), requires_grad=True))]


def _held(frugal: Callable[..., Any], counter: Counter, x: Tensor) -> Any:
    """The gradient, or what was found on the way."""
    y = frugal(counter.layers(LAYERS), x)
    if y is ... or not isinstance(y, Tensor):
        return y
    if not np.allclose(y.detach().array, through(Counter().layers(LAYERS), x.detach()).array):
        return Finding("value", "y is not what the layers make of x, one after the other.")
    if not y.requires_grad:
        return Finding("cut", "y has no way back to x: there is nothing for backward() to follow.")
    forward = counter.held[-1]
    y.sum().backward()
    if max(counter.held) > MOST_HELD:
        when = "on the way there" if forward > MOST_HELD else "on the way back"
        words = f"{when}, {max(counter.held)} results were held at once; at most {MOST_HELD} are allowed."
        return Finding(f"held {when}, {counter.runs} runs", words)
    return float(x.grad.sum()) if x.grad is not None else Finding("no gradient", "no gradient arrived at x.")


def _slope_by_nudging(counter: Counter, x: Tensor) -> float:
    """The sum of all slopes: all entries nudged at once, both ways."""
    ends = [through(Counter().layers(LAYERS), tg.tensor(x.array + nudge)).sum().item() for nudge in (1e-5, -1e-5)]
    return float(ends[0] - ends[1]) / 2e-5


def _frugal(call: str = "checkpoint(run, layers[i : i + 6], x, use_reentrant=False)", piece: int = 6) -> str:
    return f"def frugal(layers, x):\n    for i in range(0, len(layers), {piece}):\n        x = {call}\n    return x\n"


RUN = (
    "from teachgrad.utils.checkpoint import checkpoint\n\n\n"
    "def run(layers, x):\n    for layer in layers:\n        x = layer(x)\n    return x\n"
)

# --- 16-5: an operation of your own ------------------------------------------------------------------------------


def _far_out() -> Iterable[Trial]:
    rng = np.random.default_rng(165)
    for x in (np.array([-1000.0, -1.0, 0.0, 0.5, 1000.0]), np.array([[-2.0], [0.3], [800.0]])):
        yield tg.tensor(x), tg.tensor(rng.normal(size=x.shape).round(1))


def _sent_back(function: Any, x: Tensor, g: Tensor) -> Any:
    """What backward leaves at x; a ... in it is not handed to the engine."""
    seen = []

    def backward(ctx: Any, g: Tensor) -> Any:
        seen.append(function.backward(ctx, g))
        return tg.zeros_like(g) if seen[-1] is ... else seen[-1]

    leaf = x.clone().requires_grad_()
    watched: Any = type(function.__name__, (function,), {"backward": staticmethod(backward)})
    watched.apply(leaf).backward(g)
    return ... if seen[0] is ... else leaf.grad


def _nudged(x: Tensor, g: Tensor) -> Array:
    """By nudging, with NumPy's log(exp(0) + exp(x)), which is safe far out."""
    slopes: Array = (np.logaddexp(0, x.array + 1e-3) - np.logaddexp(0, x.array - 1e-3)) / 2e-3 * g.array
    return slopes


_SOFTPLUS = (
    "class Softplus(tg.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
    "        ctx.save_for_backward(x)\n        return x.clamp(min=0) + (-x.abs()).exp().log1p()\n\n"
    "    @staticmethod\n    def backward(ctx, g):\n        {}\n"
)


def _softplus(slope: str) -> str:
    return _SOFTPLUS.format(f"(x,) = ctx.saved_tensors\n        return {slope}")


EXERCISES = (
    Exercise(
        id="16-1",
        title="Dual numbers",
        name="Dual",
        stub=_DUAL.format("...", "..."),
        solution=_dual(),
        expected=_moved,
        trials=_duals,
        run=_carried,
        told=lambda name, x, dx, y, dy: f"{name} for x = Dual({x}, {dx}), y = Dual({y}, {dy}), as value and slope",
        hints=(
            "Multiply (a + a′ε)(b + b′ε), and throw away what holds ε².",
            "Two parts of a product move: each slope is stretched by the other's value.",
            "exp stretches by its own value: `math.exp(self.value) * self.slope`.",
        ),
        wrong={
            "zeros": Wrong(_dual("0.0", "0.0"), "The slopes are all zero: that is how constants move."),
            "slopes multiplied": Wrong(
                _dual("self.slope * other.slope"),
                "That is the ε² part, the one that counts as nothing. The ε part has two terms.",
            ),
            "one term": Wrong(
                _dual("self.slope * other.value"), "Only the first factor moves here. The other one moves, too."
            ),
            "own value": Wrong(
                _dual("self.slope * self.value + other.slope * other.value"),
                "Each slope is stretched by the other factor's value, not by its own.",
            ),
            "exp forgets the slope": Wrong(
                _dual(grows="math.exp(self.value)"), "x may arrive at another speed than 1: multiply by self.slope."
            ),
            "exp of the slope": Wrong(
                _dual(grows="math.exp(self.slope)"),
                "The slope is not the input. exp stretches it, by the slope of exp at the value.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="16-2",
        title="The cheaper way",
        name="jacobian",
        stub=_jacobian("    return ...\n"),
        solution=_jacobian(_CHOICE.format("jacrev", "jacfwd")),
        expected=_by_hand,
        trials=_maps,
        run=_filled,
        gradient=True,
        hints=(
            "A pass forward gives a column, one for each input. A pass backward gives a row.",
            "`tg.func.jacfwd(f)(x)` goes forward, `tg.func.jacrev(f)(x)` backward. `len(f(x))` costs no pass.",
        ),
        wrong={
            "always backward": Wrong(
                _jacobian("    return tg.func.jacrev(f)(x)\n"),
                "Backward mode needs a pass for each output: cheap for a loss, dear where outputs are many.",
            ),
            "always forward": Wrong(
                _jacobian("    return tg.func.jacfwd(f)(x)\n"),
                "Forward mode needs a pass for each input. Here there are more inputs than outputs.",
            ),
            "turned round": Wrong(
                _jacobian(_CHOICE.format("jacfwd", "jacrev")),
                "The choice is turned round: few outputs want backward mode, few inputs forward mode.",
            ),
            "transposed": Wrong(
                _jacobian(_CHOICE.format("jacrev", "jacfwd").replace("(x)\n", "(x).T\n")),
                "Rows are outputs, columns are inputs: yours is transposed.",
            ),
            "all outputs at once": Wrong(
                _jacobian("    return tg.func.grad(lambda x: f(x).sum())(x)\n"),
                "One pass, and all rows are added up: a sum of outputs has a gradient, not a Jacobian.",
            ),
            "zeros": Wrong(
                _jacobian("    return tg.zeros(len(f(x)), len(x))\n"), "All zeros: no slope of f has arrived here."
            ),
        },
        points=2,
    ),
    Exercise(
        id="16-3",
        title="Curvature along v",
        name="hvp",
        stub="def hvp(f, x, v):\n    return ...\n",
        solution=_hvp(),
        expected=_twice_nudged,
        trials=_curved,
        gradient=True,
        hints=(
            "The gradient is a function, too. How does it move along v?",
            "Forward over backward: `tg.func.grad(f)` is a function; `tg.func.jvp` returns its value and its slope.",
            "Or twice backward: `grad(..., create_graph=True)` records the first walk. Then that of (g * v).sum().",
        ),
        wrong={
            "zeros": Wrong(
                _hvp("    return tg.zeros_like(x)\n"), "Zeros say that f is straight. The gradient does change along v."
            ),
            "the gradient": Wrong(
                _hvp("    return g\n"), "That is the gradient at x. Wanted is how it changes when x moves along v."
            ),
            "gradient times v": Wrong(
                _hvp("    return g * v\n"), "Slopes times v. Curvature is the slope of slopes: differentiate once more."
            ),
            "without v": Wrong(
                _hvp("    return tg.autograd.grad(g.sum(), x)[0]\n"), "Your v takes no part: this is H times ones."
            ),
            "v afterwards": Wrong(
                _hvp("    return tg.autograd.grad(g.sum(), x)[0] * v\n"),
                "v came too late: H times ones, then each entry by v. It must weigh the gradient before you "
                "differentiate: rows of H mix all entries of v.",
            ),
            "not recorded": Wrong(
                _hvp(graph=""),
                "The first walk left numbers without a history. `create_graph=True` records the walk itself.",
            ),
        },
        points=3,
    ),
    Exercise(
        id="16-4",
        title="In pieces",
        name="frugal",
        stub="def frugal(layers, x):\n    return run(layers, x)\n",
        solution=_frugal(),
        expected=_slope_by_nudging,
        trials=_start,
        run=_held,
        told=lambda counter, x: f"there and back through {LAYERS} layers, the slopes of y.sum() added up",
        given=RUN,
        hints=(
            "`for i in range(0, len(layers), 6)`: `layers[i : i + 6]` is a piece.",
            "`x = checkpoint(run, layers[i : i + 6], x, use_reentrant=False)`, once for each piece.",
        ),
        wrong={
            "one piece": Wrong(
                "def frugal(layers, x):\n    return checkpoint(run, layers, x, use_reentrant=False)\n",
                "Nothing is kept on the way there; but on the way back the one piece runs again, and keeps everything.",
            ),
            "pieces of one": Wrong(
                _frugal("checkpoint(layers[i], x, use_reentrant=False)", 1),
                "The inputs of pieces are kept. With pieces of one layer these are all results.",
            ),
            "the loop variable": Wrong(
                _frugal("checkpoint(lambda x: run(layers[i : i + 6], x), x, use_reentrant=False)"),
                "y is right and the gradient is not: the piece runs again when the loop is over, and reads the last i. "
                "Hand the piece over as an argument: checkpoint(run, layers[i : i + 6], x).",
            ),
            "not recorded": Wrong(
                "def frugal(layers, x):\n    with tg.no_grad():\n        return run(layers, x)\n",
                "no_grad saves memory by giving up the gradient. A checkpoint gives up only time.",
            ),
            "detached": Wrong(
                _frugal("run(layers[i : i + 6], x).detach().requires_grad_()"),
                "detach() cuts the path between the pieces. A checkpoint keeps it.",
            ),
            "zeros": Wrong(
                "def frugal(layers, x):\n    return run(layers, x.detach()) + 0 * x\n",
                "A gradient of zeros: the path through the layers was cut, and the one that is left has slope 0.",
            ),
        },
        points=2,
    ),
    Exercise(
        id="16-5",
        title="An operation of your own",
        name="Softplus",
        stub=_SOFTPLUS.format("# x comes back in a tuple: (x,) = ctx.saved_tensors\n        return ..."),
        solution=_softplus("g * x.sigmoid()"),
        expected=_nudged,
        trials=_far_out,
        run=_sent_back,
        told=lambda x, g: f"x = {np.ravel(x.array).tolist()}, upstream g = {np.ravel(g.array).tolist()}",
        gradient=True,
        hints=(
            "With a pencil: the slope of log(1 + eˣ) is eˣ / (1 + eˣ). What is this function called?",
            "`x.sigmoid()` computes it without large numbers. And what arrives is multiplied in.",
        ),
        wrong={
            "zeros": Wrong(_softplus("tg.zeros_like(g)"), "Zeros: nothing before this operation would learn."),
            "g forgotten": Wrong(
                _softplus("x.sigmoid()"), "That is the local slope. Multiply by g, which arrives from above."
            ),
            "nan": Wrong(
                _softplus("g * x.exp() / (1 + x.exp())"),
                "Right with a pencil; but exp(1000) is inf, and inf / inf is nan: the trouble you came to mend.",
            ),
            "passed on": Wrong(_softplus("g"), "Far to the right its slope is 1, elsewhere less."),
            "slope of sigmoid": Wrong(
                _softplus("g * x.sigmoid() * (1 - x.sigmoid())"),
                "That is the slope of sigmoid, one derivative too far. The slope of softplus is sigmoid itself.",
            ),
            "turned round": Wrong(
                _softplus("g * (-x).sigmoid()"),
                "Turned round: it is steep on the right, flat on the left.",
            ),
        },
        points=2,
    ),
)

QUIZ = (
    Question(
        "What does one pass in forward mode give?",
        ("one column of the Jacobian", "one row of the Jacobian", "the whole Jacobian"),
        0,
        "How all outputs move when one input does, or when all move in one direction.",
    ),
    Question(
        "A function from 3 numbers to 1000. Which mode is cheaper for its Jacobian?",
        ("forward", "backward", "both need the same"),
        0,
        "3 passes forward, 1000 backward. With a loss it is the other way round.",
    ),
    Question(
        "What is needed for a Hessian times a vector?",
        ("all of the Hessian", "the slope of the gradient along the vector", "only the gradient"),
        1,
        "One number for each input, never a matrix.",
    ),
    Question(
        "What does a checkpoint give up to save memory?",
        ("exactness", "the gradients of its inputs", "time: its function runs again"),
        2,
        "The gradient is the same; the forward pass is done twice.",
    ),
    Question(
        "Where does a full step of Newton's method lead?",
        (
            "always downhill",
            "to where the gradient of a parabola that fits here is zero",
            "along the negative gradient, only further",
        ),
        1,
        "On a saddle that is the saddle itself.",
    ),
)
