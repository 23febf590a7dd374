# %% [markdown]
# # 09 · Gradient descent
#
# Afterwards you can
# - take a step downhill in four lines, and say what each of them is for,
# - say from which learning rate on a descent runs away, and measure it,
# - see from a path that it walks through a ravine, and what that costs,
# - tell a minimum from a place that is only flat.
#
# You need gradients ([lesson 02](02_gradient.ipynb)), `backward()` ([lesson 05](05_backward.ipynb)), and 55 minutes.
#
# ## A hill in fog
#
# You stand on a hillside in fog. You cannot see the valley, but you feel the slope under your boots. How long a stride?
#
# One weight: output = weight × input. The input is 2, the weight 3, the prediction 6; the label says 10. The loss is
# $(2w - 10)^2$, a valley with its bottom at 5. The slider is the **learning rate**: the stride is lr × slope.
#
# **Goal: down in a single step. Then: the largest lr at which you do not run away.** (Momentum stays at 0, until
# [lesson 13](13_optimizers.ipynb).)

# %%
import teachgrad as tg
from teachgrad import optim, viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.lesson09 import saddle
from teachgrad.course.trails import draw_trail


def loss_of(w):
    return (2 * w - 10) ** 2


viz.explore_descent(loss_of, start=3.0, lr=(0.001, 0.3), steps=40, view=(0.0, 10.0))

# %% [markdown]
# ## Place your bet
# With lr = 0.125 one step is enough. Now twice that, 0.25, and a hundred steps.

# %%
predict("09-twice", "At lr 0.25, after 100 steps, the weight is at ...", ["5: it arrives", "3, its start", "far away"])


# %%
def descend(f, start, lr, steps):
    w = tg.tensor(start, requires_grad=True)
    for _ in range(steps):
        f(w).backward()  # feel the slope
        with tg.no_grad():
            w -= lr * w.grad  # one step against it, not recorded
        w.grad = None  # forget the slope: .grad adds up
    return w.item()


for lr in (0.01, 0.125, 0.2, 0.25, 0.26):
    once, often = (descend(loss_of, 3.0, lr, steps) for steps in (1, 100))
    print(f"lr {lr:5}   after 1 step {once:.2f}   after 100 {often:.2f}")
end = descend(loss_of, 3.0, 0.25, 100)
reveal("09-twice", "3, its start" if end == 3 else end, "From 3 to 7 and back, for ever.")

# %% [markdown]
# ## One step, by hand
#
# The slope at 3 is −16: *more* weight, *less* loss. The gradient points uphill, hence the minus in `w -= lr * w.grad`.
# How much lower will we be? The slope makes a promise: it falls by lr × slope². A curve does not quite keep it:

# %%
w = tg.tensor(3.0, requires_grad=True)
loss = loss_of(w)
loss.backward()
print(f"loss {loss.item():g}, slope {w.grad.item():g}")
for lr in (0.001, 0.01, 0.125, 0.25):
    promised = lr * w.grad.item() ** 2
    got = loss.item() - loss_of(w - lr * w.grad).item()
    print(f"lr {lr:5}   promised {promised:6.2f} lower   got {got:6.2f}")

# %% [markdown]
# The longer the step, the worse the slope forecasts. How fast the slope itself changes is the **curvature**, $L$: here
# it grows by 8 with each unit of `w`. On a parabola that says it all. Each step multiplies the distance to the bottom
# by
#
# $$1 - \text{lr} \cdot L$$
#
# At lr = 1/8 that is 0: there at once. At 2/8 it is −1: from side to side. **Beyond 2 / L the distance grows.**

# %%
for lr in (0.05, 0.125, 0.2, 0.25, 0.3):
    moved = (5 - descend(loss_of, 3.0, lr, 1)) / (5 - 3)
    print(f"lr {lr:5}   1 - 8 lr = {1 - 8 * lr:4.1f}   measured {moved:4.1f}")

# %% [markdown]
# ## A ravine
#
# Two weights are two valleys at once, and they share one lr. Below, the loss is $(x^2 + 10 y^2) / 2$: curvature 1 along
# the floor, 10 across. **Bet: which direction sets the limit, and which takes the time?**

# %%
predict("09-limit", "For (x² + 10y²) / 2, descent runs away beyond lr = ...")

# %%
viz.animate_descent(
    lambda x, y: (x**2 + 10 * y**2) / 2,
    start=(-2.0, 1.0),
    optimizer=lambda parameters: optim.SGD(parameters, lr=0.18),
    steps=40,
)


# %%
def ravine(lr=0.1, ratio=10):
    points = [(-2.0, 1.0)]
    for _ in range(100):
        x, y = points[-1]
        points.append((x - lr * x, y - lr * ratio * y))  # the gradient is (x, ratio · y)
    return draw_trail(lambda x, y: (x**2 + ratio * y**2) / 2, points, goal=1e-6, title=f"lr {lr}, ratio {ratio}")


for lr in (0.19, 0.2, 0.21):
    print(ravine(lr=lr))
reveal("09-limit", 0.2, "The steep direction sets it: 2 / 10. The flat one would bear 2, and has to wait.")

# %% [markdown]
# Zigzag across, creeping along: you see a ravine from its path. The steep direction limits the learning rate, the flat
# one takes the time.
#
# ### Experiment: the price of a ravine
# **Goal: below 1e-6 (the dashed line) in 100 steps, for the ratios 1, 3 and 10. For which ratio does no lr do it?**

# %%
explore(
    ravine,
    lr=[0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.18, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0],
    ratio=[1, 3, 10, 30, 100],
)

# %% [markdown]
# ## Exercises
# Replace each `...` and run the cell. The check says what differs; below it open hints and, last, the solution.
#
# ### 09-1 · The step · 7 minutes
# `step` moves every tensor of the list `parameters` one step downhill on `f(*parameters)`. It will be called again and
# again.


# %%
def step(f, parameters, lr):
    return ...


check("09-1")

# %% [markdown]
# ### 09-2 · The edge · 6 minutes
# Of a real network nobody knows $L$. Measure the edge: `stays(lr)` lets a descent run and says whether it stays in the
# valley. It does at `low` and does not at `high`. Return the lr between them where that changes, to 0.0001. A descent
# is dear: at most 99 of them.


# %%
def edge(stays, low, high):
    return ...


check("09-2")
# Then try it on the valley above: edge(lambda lr: abs(descend(loss_of, 3.0, lr, 200) - 5) <= 2, 0.01, 1)

# %% [markdown]
# ### 09-3 · The price of a ravine · 6 minutes
# From (1, 1) on $(x^2 + \text{ratio} \cdot y^2) / 2$, with lr = 1 / ratio: how many steps until the loss is below 1e-6?


# %%
def steps(ratio):
    return ...


check("09-3")

# %% [markdown]
# ### 09-4 · Off the saddle · 6 minutes
# `p` is at exactly (0, 0), and that is a saddle: `f(p)` rises along one axis and falls along the other, on both sides,
# to −1/2. You are not told which. Bring `p` down, to −0.499 or lower, and return it.


# %%
def escape(f, p):
    return ...


check("09-4")

# %% [markdown]
# ### 09-5 · Line search · 8 minutes
# Let the function choose its own lr. Begin with `lr` and halve it until a step keeps at least half of its promise:
# $f(x - \text{lr}\, g) \le f(x) - \tfrac12\, \text{lr}\, |g|^2$. Return that lr; leave `x` where it is.


# %%
def line_search(f, x, lr):
    return ...


check("09-5")

# %% [markdown]
# ## Two things people believe
#
# > **Misconception: "a smaller learning rate is safer, and only slower."**
# > A bowl with a dent in its wall at 3. Two descents begin at 4 and take 500 steps each, with lr 0.01 and with 0.5.
#
# > **Misconception: "the gradient is zero, so this is the minimum."**
# > $x^2 - y^2 + y^4/2$ is such a saddle. A descent begins at (1.5, 0) and takes 100 steps with lr 0.1.

# %%
predict("09-dent", "Which of them ends lower?", ["lr 0.01", "lr 0.5", "both alike"])
predict("09-flat", "Where does the second descent end?", ["at a minimum", "at a place that is only flat", "nowhere"])


# %%
def dented(x):
    return x**2 / 2 - 1.5 * (-8 * (x - 3) ** 2).exp()


ends = {lr: descend(dented, 4.0, lr, 500) for lr in (0.01, 0.5)}
for lr, x in ends.items():
    print(f"lr {lr}: at {x:.2f}, height {abs(dented(tg.tensor(x)).item()):.2f}")
best = min(ends, key=lambda lr: dented(tg.tensor(ends[lr])).item())
reveal(
    "09-dent",
    f"lr {best}",
    "The short stride walks into the dent and stays there for good. The long one steps over it.",
)
print(
    "And 1000 steps with lr 1e-8 in float32, from 4 to", descend(lambda x: x**2 / 2, 4.0, 1e-8, 1000), "(rounded away)"
)

# %%
p = tg.tensor([1.5, 0.0], requires_grad=True)
optimizer = optim.SGD([p], lr=0.1)
for _ in range(100):
    optimizer.zero_grad()
    saddle(p).backward()
    optimizer.step()
beside = tg.tensor([0.0, 0.1])
flat = max(map(abs, p.grad.tolist())) < 1e-3
print("gradient below 0.001:", flat, f"  height {saddle(p).item():.3f}, a little aside {saddle(beside).item():.3f}")
reveal(
    "09-flat",
    "at a place that is only flat" if saddle(beside) < saddle(p) else "at a minimum",
    "A saddle: a minimum along x, a maximum along y. Zero says no more than flat.",
)
viz.explore_descent(lambda x, y: x**2 - y**2 + y**4 / 2, start=(1.5, 0.001), lr=(0.01, 0.5), steps=80, view=(-2.0, 2.0))

# %% [markdown]
# Pull the start away from the line y = 0 with a click: a hair's breadth is enough, and costs time.
#
# ## The same in PyTorch
# `optim.SGD` is your `step`, and `zero_grad()` its last line.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

w = torch.tensor([-2.0, 1.0], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.18)
for _ in range(40):
    loss = (w[0] ** 2 + 10 * w[1] ** 2) / 2
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
print(f"after 40 steps: {w[0].item():.5f}, {w[1].item():.5f}")

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(9)

# %% [markdown]
# ## Summary
# Feel the slope, step against it, forget it. Beyond 2 / L you run away; in a ravine the steep direction sets the limit
# and the flat one takes the time. Zero gradient says flat. [Lesson 13](13_optimizers.ipynb) gives the walker momentum.
#
# Before: [08 · Book-keeping](08_bookkeeping.ipynb). Next: [10 · The training loop](10_training_loop.ipynb), where the
# valley is made of data. All lessons begin at [Start here](00_start_here.ipynb).
