# %% [markdown]
# # 06 · Build it: autograd in 60 lines
#
# Afterwards you can
# - write an engine that differentiates any expression, in plain Python,
# - train a network with it,
# - test gradients by nudging, and say what such a test overlooks,
# - recognise the four bugs that every engine has once.
#
# You need the chain rule and the backward walk ([lesson 04](04_chain_rule.ipynb), [lesson 05](05_backward.ipynb)), and
# 60 minutes.
#
# ## Two engines
#
# A bell curve, 13 points of it. A network of 19 numbers shall learn it. No NumPy: every number is a small object,
# a `Value`, from one of two engines. Both are sixty lines long. **One of them has a wrong formula in it.**
# (`train` is a loop as in [lesson 10](10_training_loop.ipynb): no need to read it now.)

# %%
import math
import random

import teachgrad as tg
from teachgrad import viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.engines import draw_beside
from teachgrad.course.lesson06 import BUGS, both_ways, passes_gradcheck, planted, two_engines, yours_or_ours
from teachgrad.course.targets import draw_slopes

points = [k / 3 for k in range(-6, 7)]
bell = [math.exp(-x * x) for x in points]


def train(leaf, steps=150):
    draw = random.Random(0)
    units = [[leaf(draw.uniform(-2, 2)) for _ in range(3)] for _ in range(6)]
    last = leaf(0.0)
    weights = [last, *(weight for unit in units for weight in unit)]

    def model(x):
        return sum(((w * x + b).tanh() * v for w, b, v in units), last)

    losses = []
    for _ in range(steps):
        loss = sum((model(x) - y) ** 2 for x, y in zip(points, bell, strict=True)) / len(points)
        loss.backward()
        for weight in weights:
            weight.data -= 0.2 * weight.grad
            weight.grad = None
        losses.append(float(loss.data))
    return model, losses


A, B = two_engines()
_, by_a = train(A)
_, by_b = train(B)
viz.draw_curves({"engine A": {"loss": by_a}, "engine B": {"loss": by_b}})

# %% [markdown]
# Both learn.
#
# > **Misconception: "the loss falls, so the gradients are right."**
# > If that were so, you could tell now.

# %%
predict("06-which", "Which engine has the wrong formula?", ["A", "B"])

# %% [markdown]
# There is a test that knows nothing of formulas. Nudge an input up and down, see how the result moves, divide: a slope,
# found in the most honest way. Compare it with what `backward()` says. That is **gradcheck**. Below, a ring is what
# nudging says, a dot what backward says.


# %%
def f(x, y):
    return (x * y).tanh() + x.exp() * y**2


slopes = {
    f"engine {name}, along {way}": pair
    for name, engine in {"A": A, "B": B}.items()
    for way, pair in zip("xy", both_ways(engine, f, 0.5, 1.0), strict=True)
}
print(f"final loss: A {by_a[-1]:.4f}   B {by_b[-1]:.4f}")
reveal("06-which", "B" if passes_gradcheck(A) else "A", "A loss falls along any direction that is roughly downhill.")
draw_slopes(slopes)

# %% [markdown]
# The wrong engine even got **lower**. On another problem it may get stuck, and you would blame the network. So: first
# the test, then the engine.
#
# ## A number that knows where it came from
#
# When an operation runs, it leaves a record: what went in, and for each input a **formula** that says what to send back
# when a gradient `g` arrives: `g` × local derivative. Here is the whole record, with subtraction as the example.

# %%
from itertools import count

clock = count()


class Value:
    """A number that knows where it came from."""

    def __init__(self, data, symbol="", *inputs):
        self.data = data
        self.symbol = symbol  # what made it; nothing made a leaf
        self.inputs = inputs  # pairs: what went in, and its formula
        self.grad = None  # of a leaf: the sum of all that has arrived
        self.born = next(clock)


def number(x):
    return x.data if isinstance(x, Value) else x  # a plain number is a constant


def sub(a, b):
    return Value(number(a) - number(b), "−", (a, lambda g: g), (b, lambda g: -g))


# %%
a, b = Value(5.0), Value(3.0)
difference = sub(a, b)
print("value:", difference.data)
(first, to_first), (second, to_second) = difference.inputs
print("made of a and b:", first is a, second is b)
print("when 0.7 arrives, it sends", to_first(0.7), "to a and", to_second(0.7), "to b")

# %% [markdown]
# If `b` grows, the difference shrinks: hence the minus. Nothing has been differentiated yet. The formulas wait.
#
# ## Experiment: plant a bug
#
# `BUGS` names pieces of a finished engine and what is planted in their place. Each row below is one slope: of
# $f(x, 2) = \tanh(2x) + 4 e^x$, and of each operation alone, at `x` and 2.
#
# **Goals: a bug that no operation shows alone, only `f`. And for two other bugs, an `x` at which no row shows them.**

# %%
OPERATIONS = {
    "f": f,
    "+": lambda a, b: a + b,
    "×": lambda a, b: a * b,
    "**2": lambda a: a**2,
    "exp": lambda a: a.exp(),
    "tanh": lambda a: a.tanh(),
}
BUGS["mine"] = ("g * out", "g * out * out")  # yours: a piece of scalar.py, and what to plant there


def plant(bug="× swaps its factors", x=0.5):
    engine = planted(*BUGS[bug])
    rows = {}
    for name, operation in OPERATIONS.items():
        at = (x, 2.0)[: operation.__code__.co_argcount]
        for way, pair in zip("ab" if name != "f" else "xy", both_ways(engine, operation, *at), strict=False):
            rows[f"{name} along {way}"] = pair
    return draw_slopes(rows)


explore(plant, bug=list(BUGS), x=[-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0])

# %% [markdown]
# Alone, an operation hears 1 from above, and a formula that forgets `g` is right by accident. A bug may also hide at a
# special point. So test at **random points**, with **something behind** each operation.
#
# ## Exercises: your engine
#
# Replace each `...` and run the cell. The check sends gradients other than 1.
#
# ### 06-1 · Two formulas each · 7 minutes
# `add` and `mul`, as `sub` above. One of the inputs may be a plain number.


# %%
def add(a, b):
    return ...


def mul(a, b):
    return ...


check("06-1")

# %% [markdown]
# ### 06-2 · One input · 8 minutes
# $a^n$ (`n` is a plain number), $e^a$ and $\tanh a$. `math.exp` and `math.tanh` compute the values.


# %%
def power(a, n):
    return ...


def exp(a):
    return ...


def tanh(a):
    return ...


check("06-2")

# %% [markdown]
# ### 06-3 · The walk · 12 minutes
# Collect, order, walk. `backward(root)` adds to the `.grad` of every leaf what arrives there. `born` is larger for
# whatever was made later. A second walk must find nothing left of the first, but in the `.grad` of the leaves.


# %%
def backward(root):
    return ...


check("06-3")

# %% [markdown]
# ## Put it together
#
# Give the class its operators, and it is an engine. Division needs no formula of its own: $a / b = a \cdot b^{-1}$.

# %%
Value.__add__ = Value.__radd__ = add
Value.__mul__ = Value.__rmul__ = mul
Value.__sub__ = sub
Value.__pow__ = power
Value.__truediv__ = lambda a, b: mul(a, power(b, -1) if isinstance(b, Value) else 1 / b)
Value.exp, Value.tanh, Value.backward = exp, tanh, backward

Engine = yours_or_ours(Value)
draw_beside(Engine, lambda w, b: ((w * 2.0 + b).tanh() - 1.0) ** 2, w=-0.5, b=1.5)

# %% [markdown]
# The same graph, the same gradients. (Compare [scalar.py](../teachgrad/course/scalar.py) with yours.) And it trains.
# `train` asks for numbers that can `+`, `×`, `tanh` and `backward()`, so teachgrad's tensors will do as well:

# %%
model, losses = train(Engine)
_, twins = train(lambda number: tg.tensor(number, dtype=tg.float64, requires_grad=True))
largest = max(abs(mine - theirs) for mine, theirs in zip(losses, twins, strict=True))
print("150 losses, and teachgrad's differ by less than 1e-9:", largest < 1e-9)
viz.draw_fit(points, bell, lambda xs: [model(x).data for x in xs], title=f"loss {losses[0]:.2f} → {losses[-1]:.4f}")

# %% [markdown]
# ### 06-4 · Write gradcheck · 10 minutes
# `gradcheck(f, inputs)` says whether the gradients of `f` agree with nudging: True or False, within 0.0001.
# `inputs` are Values, `f(*inputs).backward()` fills their `.grad`. Leave their numbers as they were. Then try it on the
# engine you have: `gradcheck(f, [Engine(0.5), Engine(1.0)])`.


# %%
def gradcheck(f, inputs):
    return ...


check("06-4")

# %% [markdown]
# ### 06-5 · Which let zeros pass? · 5 minutes
# Somebody's engine returns zero for every gradient: $g = (0, 0)$. Five checks of it, for the bowl $x^2 + 3y^2$;
# $n$ are slopes by nudging. Which are satisfied with zeros? True or False.
#
# ```text
# A  len(g) == 2 and None not in g
# B  all(abs(a - b) < 1e-4 for a, b in zip(g, n))   at x = y = 0
# C  the same                                       at x = 0.7, y = -1.3
# D  loss_after_a_step <= loss_before
# E  all(a * b >= 0 for a, b in zip(g, n))          at the point of C: "the signs agree"
# ```

# %%
passes = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ...}

check("06-5")

# %% [markdown]
# ## What people believe
#
# > **Misconception: "autograd is a clever way of nudging."**
# > Both give slopes. Count how often the function must be computed, and look at the last digits.

# %%
predict("06-runs", "A function of 19 numbers, all its slopes by nudging both ways: how many runs? (backward: 1)")
predict("06-digits", "The slope of tanh at 0.5, by nudging: how many digits are right?", ["4", "about 10", "15"])

# %%
runs = 0


def counted(*weights):
    global runs
    runs += 1
    return sum(w.tanh() * 0.1 for w in weights)


pairs = both_ways(Engine, counted, *[k / 10 for k in range(19)])
reveal("06-runs", runs - 1, "Up and down for each of the 19. With a million weights, two million runs.")

by_backward, by_nudging = both_ways(Engine, lambda a: a.tanh(), 0.5)[0]
exact = 1 - math.tanh(0.5) ** 2
print("backward is off by less than 1e-15:", abs(by_backward - exact) < 1e-15)
digits = -math.log10(abs(by_nudging - exact))
reveal(
    "06-digits",
    "about 10" if 8 < digits < 13 else f"{digits:.0f}",
    "A nudge is never infinitely small. Backward uses formulas: it is exact but for rounding.",
)

# %% [markdown]
# ## The same in PyTorch
# Your `Value` is a tensor there, and gradcheck has the arguments of yours. It wants doubles.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

x, y = (torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in (0.5, 1.0))
f(x, y).backward()
mine = Engine(0.5), Engine(1.0)
f(*mine).backward()
print("the same as yours:", all(abs(t.grad.item() - m.grad) < 1e-12 for t, m in zip((x, y), mine, strict=True)))
print("gradcheck:", torch.autograd.gradcheck(f, (x, y)))
zeros = torch.autograd.gradcheck(lambda x: 0 * x + x.detach(), (x,), raise_exception=False)  # slope 1, gradient 0
print("and of zeros:", zeros)

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(6)

# %% [markdown]
# ## Summary
# A record for each operation, a formula for each input, one walk. Four bugs that every engine has once: a forgotten
# `g`, the input read for the output, `=` for `+=`, a node that passes on too early. Nudging finds them all, at random
# points.
#
# teachgrad has a [table of formulas](../teachgrad/ops/pointwise.py) and [a walk](../teachgrad/engine.py) as well; only
# its numbers are arrays.
#
# Before: [05 · backward() from the inside](05_backward.ipynb).
# Next: [07 · Tensors](07_tensors.ipynb), where a `Value` becomes an array. All lessons begin at
# [Start here](00_start_here.ipynb).
