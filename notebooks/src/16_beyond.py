# %% [markdown]
# # 16 · Beyond
#
# Afterwards you can
# - let a slope travel forward with its value, and say when that is cheaper than backward,
# - multiply by a Hessian that nobody ever writes down, and step by its curvature,
# - pay for memory with time, and count both,
# - teach the engine an operation of your own.
#
# You need [backward()](05_backward.ipynb) and [gradient descent](09_descent.ipynb), and 60 minutes. Each of the four
# parts stands for itself.
#
# ## A slope that travels along
#
# Nudging runs a program once more for each input. `backward()` runs it once, and walks back. There is a third way:
# beside each value, carry how fast it moves.

# %%
import math

import teachgrad as tg
from teachgrad import viz
from teachgrad.autograd.forward_ad import dual_level, make_dual, unpack_dual
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.passes import draw_passes
from teachgrad.course.pieces import draw_pieces, walked
from teachgrad.course.trails import draw_trail


def moving(name, value, slope):
    print(f"{name:14} value {value:4.0f}   slope {slope:4.0f}")
    return value, slope


x, dx = moving("x", 2, 1)  # x moves at speed 1
square, dsquare = moving("x * x", x * x, dx * x + x * dx)
triple, dtriple = moving("3 * x", 3 * x, 3 * dx)
y, dy = moving("x * x + 3 * x", square + triple, dsquare + dtriple)

leaf = tg.tensor(2.0, requires_grad=True)
out = leaf * leaf + 3 * leaf
out.backward(retain_graph=True)
viz.draw_graph(out, names={"x": leaf})

# %% [markdown]
# Both say 7. The four lines had no graph: when the last value was there, so was its slope. Read them in the picture
# from left to right: multiply along edges, add where they meet. It is the chain rule again, begun at the other end.
# This is **forward mode**, and such a pair a **dual number**.
#
# > **Misconception: "A dual number is a small nudge."**
# > Then a large one would spoil it. Let $x = 1$ move at a speed of a million, and ask for the slope of $\sin x^2$ per
# > unit of speed. Its true value is $2 \cos 1$.

# %%
predict("16-million", "The dual number's error will be ...", ["below 0.000000001", "about 0.001", "a million"])


# %%
def f(x):
    return (x**2).sin()


speed, at = 1e6, tg.tensor(1.0, dtype=tg.float64)
with dual_level():
    x = make_dual(at, tg.full_like(at, speed))
    dual = unpack_dual(f(x)).tangent.item() / speed
nudged = (f(at + speed) - f(at)).item() / speed
true = 2 * math.cos(1.0)
print(f"true {true:.4f}   dual number {dual:.4f}   nudged by a million {nudged:.1e}")
reveal("16-million", "below 0.000000001" if abs(dual - true) < 1e-9 else "more", "A speed goes nowhere: x stays at 1.")

# %% [markdown]
# Write a pair as $a + a'\varepsilon$ and reckon with $\varepsilon^2 = 0$: not small, but nothing. There is no nudge
# to choose, and no V of errors ([lesson 01](01_slope.ipynb)).
#
# ## Experiment: columns or rows?
#
# All slopes of all outputs make the Jacobian: a row for each output, a column for each input. One pass forward moves
# one input, and sees all outputs: a column. One pass backward asks one output, and hears of all inputs: a row.
#
# **Goals: fill a matrix of six slopes with a single pass forward; then one with a single pass backward. Which of the
# two is the shape of a loss?**

# %%
MATRIX = tg.tensor([[(3 * row + 5 * column) % 7 - 3.0 for column in range(6)] for row in range(6)])


def fill(inputs=6, outputs=3, passes=0, backward=False):
    return draw_passes(lambda x: (MATRIX[:outputs, :inputs] @ x).sin(), tg.full((inputs,), 0.1), passes, backward)


predict("16-passes", "A loss of 100 weights. Passes forward for its gradient?")
explore(fill, inputs=[1, 3, 6], outputs=[1, 3, 6], passes=range(7))

# %% [markdown]
# > **Misconception: "Forward mode needs no way back, so it is the cheap one."**
# > Count the passes:

# %%
tg.manual_seed(0)
rows, labels = tg.randn(50, 100), tg.randn(50)


def loss(w):
    return ((rows @ w - labels) ** 2).mean()


w = tg.zeros(100)
forward = [tg.func.jvp(loss, (w,), (direction,))[1] for direction in tg.eye(100)]
_, pull = tg.func.vjp(loss, w)
(backward,) = pull(tg.tensor(1.0))
print("passes forward:", len(forward), "  passes backward: 1")
print("the same gradient:", tg.allclose(tg.stack(forward), backward, atol=1e-5))
reveal("16-passes", len(forward), "One for each weight: that is why training goes backward.")

# %% [markdown]
# Few inputs and many outputs: forward. Many inputs and one loss: backward.
#
# ## Curvature without the matrix
#
# How does the *gradient* change when $x$ moves along $v$? That is the Hessian times $v$: the slope of slopes. A network
# with 2410 weights has a Hessian of 5.8 million numbers; $Hv$ has 2410. Let forward mode travel through backward:


# %%
def ravine(x, y):
    return 0.5 * (x**2 + 50 * y**2)


def curvature(f, p, v):
    return tg.func.jvp(tg.func.grad(lambda p: f(*p)), (p,), (v,))[1]


p = tg.tensor([-1.5, 1.0])
print("along x:", curvature(ravine, p, tg.tensor([1.0, 0.0])))
print("along y:", curvature(ravine, p, tg.tensor([0.0, 1.0])))

# %% [markdown]
# Along $x$ the slope grows by 1 a unit, along $y$ by 50: one learning rate cannot suit both. **Newton's method**
# divides by the curvature: it fits a parabola and walks to where that is flat, $p \leftarrow p - H^{-1} g$.
#
# ## Experiment: a step that knows the curvature
# **Goal: below 0.000001 in the ravine, and then in the bent valley, within ten steps.** Try without Newton first.
#
# > **Misconception: "Newton's method always goes downhill."**
# > On top of a saddle the ground is flat, too. Let it start at $(0, 0.5)$, on the slope of one.


# %%
def banana(x, y):
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


def hike(f, start, newton, lr=1.0, steps=10):
    p, path = tg.tensor(start, dtype=tg.float64), [start]
    for _ in range(steps):
        step = tg.func.grad(lambda p: f(*p))(p)
        if newton:  # solve two equations, H @ step = gradient
            (a, b), (c, d) = (curvature(f, p, v) for v in tg.eye(2, dtype=tg.float64))
            step = tg.stack([d * step[0] - b * step[1], a * step[1] - c * step[0]]) / (a * d - b * c)
        p = p - lr * step
        path.append(tuple(p.tolist()))
        if f(*p) < 1e-6:
            break
    return path


def descend(bent=False, newton=False, lr=0.02):
    f = banana if bent else ravine
    return draw_trail(f, hike(f, (-1.5, 1.0), newton, lr), title="Newton" if newton else "plain")


predict("16-newton", "In the ravine, how many steps does Newton need with lr = 1?")
predict("16-saddle", "One full step from (0, 0.5) on a saddle: the loss gets ...", ["lower", "higher"])
explore(descend, lr=[0.01, 0.02, 0.03, 0.04, 0.5, 1.0])


# %%
print("steps in the ravine:", len(hike(ravine, (-1.5, 1.0), newton=True)) - 1)
reveal("16-newton", 1, "The ravine is a parabola: the one that is fitted is the ravine itself.")


def saddle(x, y):
    return 0.5 * (x**2 - y**2) + 0.05 * y**4 + 1.25


before, after = (saddle(*place) for place in hike(saddle, (0.0, 0.5), newton=True, steps=1))
print(f"loss before {before:.2f}, after {after:.2f}")
reveal("16-saddle", "higher" if after > before else "lower", "It walks to where the slope is zero, up or down.")
draw_trail(saddle, hike(saddle, (-2.0, 0.5), newton=True, steps=5), title="Newton on a saddle")

# %% [markdown]
# ## Memory against time
#
# On the way there, each layer's result is kept for the way back. **Checkpointing** keeps only the input of a piece, and
# runs the piece again when backward arrives.
#
# ## Experiment: the length of a piece
# 64 layers. Counted are the results that are held, after each birth and each death: up is forward, down is backward.
# **Goal: at most 16 at once.** Bet first; and look how often layers run.


# %%
def pieces(piece=64):
    return draw_pieces(piece)


predict("16-piece", "The best piece has so many layers:", ["1", "8", "32", "64"])
explore(pieces, piece=[1, 2, 4, 8, 16, 32, 64])

# %%
from teachgrad.utils.checkpoint import checkpoint


def run(layers, x):
    for layer in layers:
        x = layer(x)
    return x


layers, x = [tg.sin, tg.exp, tg.tanh], tg.ones(3, requires_grad=True)
all_kept = run(layers, x)
only_x_kept = checkpoint(run, layers, x, use_reentrant=False)
same = tg.equal(*(tg.autograd.grad(y.sum(), x)[0] for y in (all_kept, only_x_kept)))
print("the same gradient:", same)

held = {piece: max(walked(piece, 64).held) for piece in (1, 2, 4, 8, 16, 32, 64)}
print("held at most, by the length of a piece:", held)
reveal("16-piece", min(held, key=held.get), "8 inputs of pieces, and 8 results of the one that is run again.")

# %% [markdown]
# Layers run twice, and 16 results are held instead of 64; the gradient is the same. Long pieces hold too much on the
# way back, short ones on the way there.
#
# ## An operation of your own
#
# Softplus, $\log(1 + e^x)$, is a smooth ReLU: far to the right its slope is 1. At 100, with 32-bit numbers, what does
# the chain rule make of it?

# %%
predict("16-softplus", "x.grad at 100 will be ...", ["1", "0", "inf", "nan"])

# %%
x = tg.tensor(100.0, requires_grad=True)
y = (1 + x.exp()).log()
y.backward()
print("value", y.item(), "  slope", x.grad.item())
reveal("16-softplus", str(x.grad.item()), "exp(100) is inf here; log sends back 1 / inf = 0; and 0 · inf is nan.")


class Scale(tg.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor  # kept for the way back
        return x * factor

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor


try:
    Scale.apply(x, 2.0).backward()
except RuntimeError as error:
    print(error)

# %% [markdown]
# The engine cannot know that the two infinities cancel. You can: a `Function` has a `forward` and a `backward` of its
# own. And it must answer for each argument: `return g * ctx.factor, None`.
#
# ## Exercises
# Replace each `...`, or mend what is there, and run the cell.
#
# ### 16-1 · Dual numbers · 8 minutes
# Finish the class: a product and `exp`, value and slope, all plain numbers (so `math.exp`). Tolerance 0.0001.


# %%
class Dual:
    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        return ...

    def exp(self):
        return ...


check("16-1")

# %% [markdown]
# ### 16-2 · The cheaper way · 6 minutes
# Return the Jacobian of `f`, from a vector to a vector, with as few passes as possible; they are counted.
# `tg.func.jacfwd(f)(x)` goes forward, `tg.func.jacrev(f)(x)` backward.


# %%
def jacobian(f, x):
    return ...


check("16-2")

# %% [markdown]
# ### 16-3 · Curvature along v · 8 minutes
# `f` makes one number of `x`. Return the Hessian times `v`, without building the Hessian; `x` and `v` have any shape,
# the same one.


# %%
def hvp(f, x, v):
    return ...


check("16-3")

# %% [markdown]
# ### 16-4 · In pieces · 6 minutes
# `frugal` runs 36 layers, and holds 36 results. Let at most 18 be held at any time, forward or backward, with the same
# gradient. `run` and `checkpoint` stand above; `checkpoint(function, *arguments, use_reentrant=False)` keeps only the
# arguments.


# %%
def frugal(layers, x):
    return run(layers, x)


check("16-4")

# %% [markdown]
# ### 16-5 · An operation of your own · 6 minutes
# The value is safe already. Send back the slope, for any `x`, from -1000 to 1000.


# %%
class Softplus(tg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0) + (-x.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, g):
        # x comes back in a tuple: (x,) = ctx.saved_tensors
        return ...


check("16-5")

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad.

# %%
try:
    import torch
    import torch.utils.checkpoint
except ImportError:
    import teachgrad as torch


def cubes(x):
    return (x**3).sum()


x, v = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0])
print("slope along v:    ", torch.func.jvp(cubes, (x,), (v,))[1])
print("curvature along v:", torch.func.jvp(torch.func.grad(cubes), (x,), (v,))[1])
print("Jacobian:         ", torch.func.jacfwd(torch.sin)(torch.zeros(2)).tolist())
x.requires_grad_()
torch.utils.checkpoint.checkpoint(cubes, x, use_reentrant=False).backward()
print("checkpointed:     ", x.grad)

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(16)

# %% [markdown]
# ## Summary
# Forward brings columns, backward rows. Forward through backward brings curvature, one direction at a time. Checkpoints
# trade time for memory; a `Function` says what the chain rule cannot see.
#
# Before: [15 · Debug clinic and capstone](15_clinic.ipynb). Next: [letter by letter](characters.ipynb), from counts to
# a transformer; programs of your own; and [the index](INDEX.md) of all misconceptions and error messages. All lessons
# begin at [Start here](00_start_here.ipynb).
