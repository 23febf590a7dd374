# %% [markdown]
# # 05 · backward() from the inside
#
# Afterwards you can
# - follow a gradient from the result to the leaves with a pencil,
# - say which tensors hold a `.grad`, and why the others say None,
# - show that backward needs an order, by breaking it,
# - read its two most frequent errors.
#
# You need slopes, graphs and the chain rule ([lessons 01](01_slope.ipynb) to [04](04_chain_rule.ipynb)), and
# 50 minutes.
#
# Before: [lesson 04](04_chain_rule.ipynb). After: [lesson 06](06_build_it.ipynb).

# %%
import numpy as np

import teachgrad as tg
from teachgrad import viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.engine import newest_first

# %% [markdown]
# ## Slopes without nudging
#
# Take $z = (x + y)^2$ at $x = 1$, $y = 2$. How steep is it along $x$? Nudge $x$, look how far $z$ moves, divide.
# That costs one more run for each input; with a million weights, a million runs. Now run the other way:


# %%
def f(x, y):
    return (x + y) ** 2


nudge = 1e-4
along_x = (f(1 + nudge, 2) - f(1, 2)) / nudge
along_y = (f(1, 2 + nudge) - f(1, 2)) / nudge
print(f"nudging:  {along_x:.3f} {along_y:.3f}")

x = tg.tensor(1.0, requires_grad=True)  # requires_grad: record what is done with me
y = tg.tensor(2.0, requires_grad=True)
z = f(x, y)
z.backward()
print(f"backward: {x.grad:.3f} {y.grad:.3f}")
viz.draw_graph(z)

# %% [markdown]
# One run, both slopes. While `f` ran forward, each operation left a node: that is the picture. `backward()` walked it
# once, against the arrows, and left a slope at each **leaf**, in `.grad`. How?
#
# ## Place your bet
#
# `x` holds four ones. Look at the graph: what will each entry of `x.grad` be?


# %%
def forward(x):
    y = x + 2
    z = y * y * 3
    return z.mean()


x = tg.ones(2, 2, requires_grad=True)
out = forward(x)
predict("05-mean", "Each entry of x.grad will be ...")
viz.draw_graph(out)

# %%
x = tg.ones(2, 2, requires_grad=True)
forward(x).backward()
print(x.grad)
reveal("05-mean", x.grad[0, 0].item(), "3y² alone has slope 6y = 18 at y = 3; the mean passes on a quarter of it.")

# %% [markdown]
# ## Collect, order, walk
#
# 1. **Collect** every node that `out` depends on.
# 2. **Order** them, the newest first.
# 3. **Walk**: each node takes what it has received, multiplies by its local derivative, and sends the products to where
#    its inputs came from. Whatever arrives at one place is **added**.
#
# Each operation brings one formula for each input, such as `lambda g, b: g * b` for the first factor of a product:
# upstream gradient × local derivative ([the table](../teachgrad/ops/pointwise.py)). The rest is this:


# %%
def walk(root, order):
    received = {root.grad_fn: np.ones(root.shape)}  # a result moves itself one to one
    for node in order:
        g, sent = received.pop(node), []
        for formula, (parent, _) in zip(node.op.formulas, node.next_functions, strict=True):
            if parent is not None:  # a constant wants no gradient
                part = formula(g, node)  # upstream gradient × local derivative
                received[parent] = received.get(parent, 0) + part
                sent.append(f"{first(part)} to {sign(parent)}")
        print(f"{sign(node):4} receives {first(g):4}  sends {', '.join(sent) or 'nothing: this is x.grad'}")
    for node, g in received.items():
        print(f"{sign(node):4} receives {first(g):4}  too late: it has been visited")


def sign(node):  # as in the picture
    return node.label() if node.next_functions else "x"


def first(g):  # one entry stands for all: here they are equal
    return f"{np.ravel(g)[0]:g}"


out = forward(x)
walk(out, newest_first([out.grad_fn]))

# %% [markdown]
# Line by line that is $1 \cdot \tfrac14 \cdot 3 \cdot 3 = 2.25$: **multiply along a path**. `y * y` uses `y` twice, so
# two such paths meet in `+`: $2.25 + 2.25 = 4.5$. **Add across paths.** There is no more to the chain rule.
#
# The real thing is `run` in [engine.py](../teachgrad/engine.py): this loop, with more care for memory.
#
# ## Why an order?
#
# The question asked most about small autograd engines: why sort at all? We walk backwards anyway.
#
# Then let us not sort. Below, `a` is used twice: $a + 3a = 4x^2$, whose slope at $x = 2$ is $8x = 16$.
# `nearest_first` visits what is nearest to the result first.


# %%
def nearest_first(root):
    order = [root]
    for node in order:
        for parent, _ in node.next_functions:
            if parent is not None and parent not in order:
                order.append(parent)
    return order


x = tg.tensor(2.0, requires_grad=True)
a = x**2
out = a + 3 * a
predict("05-order", "Nearest first, what will arrive at x?", ["16", "12", "4", "an error"])
viz.draw_graph(out)

# %%
print("nearest first")
walk(out, nearest_first(out.grad_fn))
print("\nnewest first")
walk(out, newest_first([out.grad_fn]))
print()
reveal("05-order", 4, "Only the short path counted: 1 · 2x. The 3 came to **2 when it had already passed on.")

# %% [markdown]
# Not 16 but 4, and **no error**. `**2` passed on its 1 before the 3 arrived.
#
# A node may pass on only when everything has arrived. Who sends to it? Those that used its result, and they were all
# computed *later*. So newest first is always safe.
#
# ## Experiment: who is recorded?
#
# Input 2, weight 3: the prediction is 6, and 10 would be right. Tick the tensors that require grad.
# **Goal: make × disappear. Then the whole graph.** On the way: does `w.grad` change when you tick `x`?


# %%
def record(x=False, w=True, b=True):
    leaves = {
        "x": tg.tensor(2.0, requires_grad=x),
        "w": tg.tensor(3.0, requires_grad=w),
        "b": tg.tensor(0.0, requires_grad=b),
    }
    prediction = leaves["w"] * leaves["x"] + leaves["b"]
    loss = (prediction - 10) ** 2
    if loss.requires_grad:
        loss.backward(retain_graph=True)  # keeps the saved values, for the picture
    return viz.draw_graph(loss, names=leaves)


explore(record)

# %% [markdown]
# ## Experiment: two results, one walk
#
# `y` has two entries: `a * b` and `a + b`. Which of them is to be followed? You must say how much each counts: the
# **seed**, `y.backward(seed)`. (For a single number it is 1.)
# **Goal: find the seed that leaves 1 in `a.grad` and 0 in `b.grad`.**


# %%
def seed(s1=1, s2=0):
    a = tg.tensor(2.0, requires_grad=True)
    b = tg.tensor(3.0, requires_grad=True)
    y = tg.stack([a * b, a + b])
    y.backward(tg.tensor([float(s1), float(s2)]), retain_graph=True)
    return viz.draw_graph(y, names={"a": a, "b": b, "y": y})


explore(seed, s1=range(-3, 4), s2=range(-3, 4))

# %% [markdown]
# ## Exercises
# Replace each `...` and run the cell. The check says what is right and what differs, and below it open hints and, last,
# the solution.
#
# ### 05-1 · Where is None? · 5 minutes
# After `backward()`, for which tensors is `.grad` None? Write True or False before you run anything.
#
# > **Misconception: "after backward, every tensor has its gradient."** The check refutes it.

# %%
is_none = {"x": ..., "w": ..., "prediction": ..., "loss": ..., "spare": ...}

x = tg.tensor(2.0)
w = tg.tensor(3.0, requires_grad=True)
spare = tg.tensor(1.0, requires_grad=True)  # takes no part
prediction = w * x
loss = (prediction - 10) ** 2
loss.backward()
check("05-1")

# %% [markdown]
# ### 05-2 · Keep one · 5 minutes
# `blame` returns $\partial\,\text{loss} / \partial\,\text{prediction}$: the slope in the middle, which `backward()`
# lets go.


# %%
def blame(w, x, label):
    prediction = w * x
    loss = (prediction - label) ** 2
    loss.backward()
    return ...


check("05-2")

# %% [markdown]
# ### 05-3 · A vector-Jacobian product · 8 minutes
# `f` turns a tensor into another. All its slopes form a matrix, the Jacobian $J$. Return $v J$, the slopes of
# $v_1 f_1 + v_2 f_2 + \dots$ along each entry of `x`, without ever building $J$. It will be called more than once.
# Tolerance 0.0001.


# %%
def vjp(f, x, v):
    return ...


check("05-3")

# %% [markdown]
# ### 05-4 · Three cuts · 6 minutes
# `slope(2.0)` should be 12, the slope of $3x^2$. Run it and read the error. There are **three** cuts between `x` and
# `z`; mend one at a time. Under `no_grad()` nothing is recorded; `detach()` hands on the numbers without the record.

# %%
w = tg.tensor(3.0, requires_grad=True)
with tg.no_grad():
    quiet = 2 * w
cut = (2 * w).detach()
print("grad_fn under no_grad:", quiet.grad_fn, "  after detach:", cut.grad_fn)


def slope(number):
    x = tg.tensor(number)
    with tg.no_grad():
        y = x**2
    z = 3 * y.detach()
    z.backward()
    return x.grad


check("05-4")

# %% [markdown]
# ### 05-5 · Twice · 4 minutes
# Many tutorials call `y.backward()` twice and say that the gradients add up. Run it. The second call fails because
#
# - **a**: `x.grad` is already filled,
# - **b**: values that the formulas need were freed,
# - **c**: the graph is gone,
# - **d**: after one pass the slopes are others.

# %%
reason = ...  # "a", "b", "c" or "d"

x = tg.tensor(2.0, requires_grad=True)
y = x**2
y.backward()
print("x.grad is", x.grad, "and y.grad_fn is still", y.grad_fn.name())
try:
    y.backward()
except RuntimeError as error:
    print(error)

x.grad = None
y = x**2
y.backward(retain_graph=True)
y.backward()
print("With retain_graph=True:", x.grad)

check("05-5")

# %% [markdown]
# ## Two things people believe
#
# > **Misconception: "None means 0."**
# > `loss` multiplies `used` by 0 and leaves `unused` out. Neither moves it.
#
# > **Misconception: "backward() returns the gradient."**
# > It has found one, has it not?

# %%
predict("05-none", "After loss.backward(), do used.grad and unused.grad read the same?", ["yes", "no"])
predict("05-returned", "And loss.backward() itself returns ...", ["0", "5", "None", "a tensor"])

# %%
used, unused = tg.tensor(5.0, requires_grad=True), tg.tensor(5.0, requires_grad=True)
loss = 0 * used
returned = loss.backward()
print("used:", used.grad, "  unused:", unused.grad)
reveal(
    "05-none",
    "yes" if str(used.grad) == str(unused.grad) else "no",
    "A path of slope 0 brings 0. None says that no path came.",
)

print("returned:", returned)
print("autograd.grad returns:", tg.autograd.grad(0 * used, used))
reveal("05-returned", returned, "backward() fills .grad of the leaves; autograd.grad returns gradients.")

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad. You cannot tell from the output;
# `torch.__name__` can.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

x = torch.ones(2, 2, requires_grad=True)
y = x + 2
z = y * y * 3
out = z.mean()
out.backward()
print(out)
print(x.grad)
print([node.name() for node, _ in out.grad_fn.next_functions])
try:
    out.backward()
except RuntimeError as error:
    print(str(error).partition(" (")[0])

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(5)

# %% [markdown]
# ## Summary
# Forward records; backward collects, orders, walks. `progress()` shows how far you are.
#
# Before: [04 · Chain rule](04_chain_rule.ipynb). Next: [06 · Build it](06_build_it.ipynb), where you write this engine
# in sixty lines; [08 · Book-keeping](08_bookkeeping.ipynb), about what `.grad` adds up;
# and [10 · The training loop](10_training_loop.ipynb), where gradients go to work. All lessons begin at
# [Start here](00_start_here.ipynb).
