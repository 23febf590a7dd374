# %% [markdown]
# # 04 · Chain rule: multiply along paths, add across paths
#
# Afterwards you can
# - find a slope by following every path through a graph,
# - find all slopes at once, by sending them backwards,
# - say why that takes an order, and write a program that finds one,
# - tell what a forgotten path or a late arrival does to a gradient.
#
# You need graphs ([lesson 03](03_graphs.ipynb)), and 55 minutes.
#
# Before: [03 · Expressions are graphs](03_graphs.ipynb). After: [05 · backward() from the inside](05_backward.ipynb).

# %%
import teachgrad as tg
from teachgrad import viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.lesson04 import ladder, sweep

# %% [markdown]
# ## Cogwheels
#
# One wheel turns the next, four times as far; that one turns a third, three times as far. An expression is such a
# train of wheels. Nudge `x`, and watch the others:


# %%
def train(x):
    a = x**2
    b = 3 * a
    c = b - 5
    return {"x": x, "a": a, "b": b, "c": c}


nudge = 1e-6
before, after = train(2.0), train(2.0 + nudge)
moved = {name: after[name] - before[name] for name in before}
for last, name in zip("xab", "abc"):
    print(f"{name} moves {moved[name] / moved[last]:.3f} times as far as {last}")
print(f"c moves {moved['c'] / moved['x']:.3f} times as far as x")

# %% [markdown]
# 4 × 3 × 1 = 12: along a path, slopes are **multiplied**.
#
# ## Place your bet
#
# Now `x` turns two wheels, and both turn the last one. Over `a` the slopes are 4 and 6, over `b` 3 and 4.

# %%
predict("04-fork", "How steeply does out rise with x?", ["12", "24", "36", "288"])


def fork(x):
    a = x**2
    b = 3 * x
    return a * b


# %%
slope = (fork(2.0 + nudge) - fork(2.0)) / nudge
print(f"by nudging: {slope:.3f}")
reveal("04-fork", round(slope), "Each path has its product, 24 and 12. x moves out along both at once: they add up.")

x = tg.tensor(2.0, requires_grad=True)
a = x**2
b = 3 * x
out = a * b
viz.draw_paths(out, start="x")

# %% [markdown]
# Step through the picture: a path at a time, and at last the sum. **Multiply along each path, add across paths:**
#
# $$\frac{\partial\,\text{out}}{\partial x} = \sum_{\text{paths}}\ \prod_{\text{arrows}} \text{slope}$$
#
# Where do the numbers on the arrows come from? Each operation knows its own. Nothing else is needed but this table:

# %%
for name, inputs in viz.local_slopes(out).items():
    print(f"{name:3}", inputs)

u, v = tg.tensor(5.0, requires_grad=True), tg.tensor(7.0, requires_grad=True)
for text, result in {"u + v": u + v, "u - v": u - v, "u * v": u * v, "u**2 ": u**2}.items():
    table = viz.local_slopes(result, names={"u": u, "v": v})
    print(text, "rises with", list(table.values())[-1])

# %% [markdown]
# A sum has slope 1 along both inputs. A product has slope `v` along `u` and `u` along `v`: the *other* factor.
#
# ## Experiment: make them cancel
#
# Two of the slopes are yours. **Goal: a total of 0, though no slope in the picture is 0.**


# %%
def cancel(u=2, v=1):
    slopes = {"x": [], "a": [("x", 3)], "b": [("a", u), ("x", 3)], "out": [("a", v), ("b", 2)]}
    return viz.draw_paths(slopes, start="x")


explore(cancel, u=range(-3, 4), v=range(-3, 4))

# %% [markdown]
# So a gradient of 0 does not say that `x` has no influence. It says that, just here, its influences balance.
#
# ## Too many paths
#
# The formula is a program of three lines: the slope of the end along the start is a sum over the last arrows.
#
# > **Misconception: "twice as many values, twice as much work."**
# > Each value below is the sum of the one before and itself: `b = a + a`, `c = b + b`, ...

# %%
predict("04-calls", "Nineteen such values: how often is the function called?", ["19", "38", "361", "524287"])


def along(slopes, end, start):
    global calls
    calls += 1
    if end == start:
        return 1
    return sum(slope * along(slopes, inner, start) for inner, slope in slopes[end])


# %%
for values in (3, 4, 5, 10, 19):
    calls = 0
    total = along(ladder(values), f"x{values - 1}", "x0")
    print(f"{values:2} values: slope {total:6.0f}, {calls:6} calls")
reveal("04-calls", calls, "Every value doubles the paths: 2¹⁹ − 1 calls.")

# %% [markdown]
# It walks every path on its own, and walks shared stretches again and again. A network with a million weights would
# never be done.
#
# ## One sweep
#
# Turn it round. Begin at the end, with 1: `out` moves itself one to one. Then each value in turn **sends what it has
# received, times a slope, to each of its inputs**. What arrives at one place is added: so a value passes on a sum, for
# all paths at once.

# %%
slopes = {
    "x": [],
    "a": [("x", 2)],  # a = 2x
    "b": [("a", 3), ("x", 1)],  # b = 3a + x
    "out": [("a", 1), ("b", 1)],  # out = a + b
}
print(sweep(slopes, ["out", "b", "a", "x"]))
print()
values = ladder(19)
print("19 values:", len(sweep(values, list(reversed(values))).splitlines()), "visits")
viz.draw_paths(slopes, start="x")

# %% [markdown]
# 19 visits instead of 524,287. And it finds the slope along *every* value, not along `x` alone.
#
# > **Misconception: "the order does not matter, for sums do not mind."**
# > Let `a` pass on before `b`.

# %%
predict("04-order", "In the order out, a, b, x: what arrives at x?")

# %%
late = sweep(slopes, ["out", "a", "b", "x"])
print(late)
reveal("04-order", late.split()[-1], "a had passed on its 1 when the 3 from b arrived. Its 3 × 2 = 6 is lost.")

# %% [markdown]
# No error, just a wrong gradient. **A value may pass on only when all of its users have sent.** An order with each
# value after all its inputs, walked backwards, does it.
#
# ## Exercises
# Replace each `...` and run the cell. The check says what is right and what differs; below it open hints and, last, the
# solution.
#
# ### 04-1 · Seven values, by hand · 10 minutes
# Take a pencil. Write a slope on each arrow, then send 1 from `e` backwards. What does each value receive?

# %%
x = tg.tensor(2.0, requires_grad=True)
y = tg.tensor(3.0, requires_grad=True)
a = x * y
b = a + x
c = a - y
d = b * c
e = d + b
viz.draw_graph(e)

# %%
gradient = {"e": 1, "d": ..., "b": ..., "c": ..., "a": ..., "x": ..., "y": ...}

check("04-1")

# %% [markdown]
# ### 04-2 · Along and across · 5 minutes
# `paths` holds a list of slopes for each path, as `[[4.0, 6.0], [3.0, 4.0]]` for the fork. Return the slope from start
# to end. Tolerance 0.0001.


# %%
def total_slope(paths):
    return ...


check("04-2")

# %% [markdown]
# ### 04-3 · An order · 12 minutes
# `slopes` is a table as above, in any order. Return a list of all names, each **after** all of its inputs; there may be
# several right ones. If a value is computed from itself, over others, raise a `ValueError`.


# %%
def topo_order(slopes):
    return ...


check("04-3")

# %% [markdown]
# ### 04-4 · One sweep · 10 minutes
# `order` is such an order; its last name is the result. Return a dictionary with the gradient of the result along each
# name, 0 where no path leads to it. Visit each value once. Tolerance 0.0001.


# %%
def gradients(slopes, order):
    return ...


check("04-4")

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad. The fork once more, with what `a` and `b`
# received.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

x = torch.tensor(2.0, requires_grad=True)
a = x**2
b = 3 * x
out = a * b
a.retain_grad()
b.retain_grad()
out.backward()
print("a received", a.grad, "  b received", b.grad, "  x received", x.grad)

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(4)

# %% [markdown]
# ## Summary
# Multiply along a path, add across paths. A backward sweep does so for all values at once, if each waits for all of its
# users. You have written the heart of `backward()`.
#
# Before: [03 · Expressions are graphs](03_graphs.ipynb). Next: [05 · backward() from the inside](05_backward.ipynb),
# where you watch it at work on tensors. All lessons begin at [Start here](00_start_here.ipynb).
