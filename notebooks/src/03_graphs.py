# %% [markdown]
# # 03 · Expressions are graphs
#
# Afterwards you can
# - draw the graph of an expression, and count its nodes before you draw it,
# - say who builds it, and when,
# - walk it from the result back to the leaves,
# - say why the same function may have another graph tomorrow.
#
# You need Python and a feeling for slopes ([lesson 01](01_slope.ipynb)), and 50 minutes.
#
# Before: [02 · Many inputs](02_gradient.ipynb). After: [04 · Chain rule](04_chain_rule.ipynb).

# %%
import teachgrad as tg
from teachgrad import viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.lesson03 import wanted_graph

# %% [markdown]
# ## A number with a past
#
# Somebody hands you a 9. Where does it come from? 3 × 3? 10 − 1? A number does not tell. A tensor does:


# %%
def secret():
    x = tg.tensor(1.0, requires_grad=True)  # requires_grad: record what is done with me
    y = tg.tensor(2.0, requires_grad=True)
    return (x + y) ** 2


z = secret()
print("a number:", z.item(), "  a tensor:", z)
viz.draw_graph(z)

# %% [markdown]
# `x` and `y` went when `secret` returned, and here they are again, the **leaves**, in blue. Each orange badge is
# an **operation**: a **node** that was left behind when it ran. Arrows lead from a value to the operation that uses it.
#
# Why keep a past? [Lesson 05](05_backward.ipynb) sends slopes back along these arrows. First: who draws them, and
# when?
#
# ## Place your bet
#
# One neuron: output = weight × input. The weight is 3, the input `x` is 2, so it predicts 6. The label is 10.
#
# > **Misconception: "backward() builds the graph."**
# > Below, three operations run, and nobody calls `backward()`.

# %%
predict("03-when", "After the three lines, how many operations are on record?", ["none", "the last one", "all three"])

weight = tg.tensor(3.0, requires_grad=True)
x = tg.tensor(2.0)
label = tg.tensor(10.0)

prediction = weight * x
error = prediction - label
loss = error**2

# %%
for name, tensor in {"weight": weight, "x": x, "prediction": prediction, "error": error, "loss": loss}.items():
    print(f"{name:10}", tensor.grad_fn.name() if tensor.grad_fn else None)

on_record = [tensor for tensor in (prediction, error, loss) if tensor.grad_fn]
reveal("03-when", {0: "none", 1: "the last one", 3: "all three"}[len(on_record)], "Each line left its node as it ran.")

# %% [markdown]
# Watch it happen: the same three lines, with the graph beside them. Step through.


# %%
def forward(weight, x, label):
    prediction = weight * x
    error = prediction - label
    return error**2


viz.trace_forward(forward, weight, x, label)

# %% [markdown]
# `grad_fn` is the node of the operation that made a tensor. `weight` was made by none: it is a leaf, and wants a
# gradient. `x` and `label` want none: dashed, **constants**.
#
# One rule is all: **an operation is recorded when it runs, if one of its inputs is.**
#
# ## The way back
#
# A node knows where its inputs came from: `next_functions`. So the result alone leads to everything:

# %%
x = tg.tensor(2.0, requires_grad=True)
y = tg.tensor(3.0, requires_grad=True)
a = x * y
b = a + x
c = b * a


def back(node, depth=0):
    print("    " * depth + node.name())
    for parent, _ in node.next_functions:
        if parent is not None:  # a constant has no node
            back(parent, depth + 1)


back(c.grad_fn)
viz.draw_graph(c)

# %% [markdown]
# The picture's arrows show how values flow; Python's own point the other way, from a result to what made it. Gradients
# will travel along them.
#
# `MulBackward0`: the 0 is PyTorch's, who gave these names. `AccumulateGrad` is the node of a leaf: what arrives there
# is added up.
#
# The picture has one `a`, with two users. The print-out names it twice: it lists *ways*, not nodes. Remember that for
# an exercise.
#
# ## Experiment: edit the expression
#
# Change the line that says `result`, and run. **Goals:**
# 1. **Three arrows leave `x`, and `y` is gone.**
# 2. **A result that two operations use, with only one `*` in your text.** (You need a second line.)

# %%
x = tg.tensor(2.0, requires_grad=True)
y = tg.tensor(3.0, requires_grad=True)
result = x * y + x
viz.draw_graph(result)

# %% [markdown]
# ## Experiment: a loop and a branch
#
# `program` has a loop, and an `if` that looks at the numbers. Untick `branch` to do without it.
# **Goal: three loops and exactly four operations.** Then leave `loops` and `branch`, and change only `x`.
#
# > **Misconception: "a function has one graph, fixed once and for all."**

# %%
predict("03-same", "With three loops, have program(x=1) and program(x=4) the same graph?", ["yes", "no"])


def steps(x, loops, branch=True):
    h = x
    for _ in range(loops):
        h = 2 * h
        if branch and h > 5:
            h = h - 4
    return h


def program(x=3, loops=2, branch=True):
    x = tg.tensor(float(x), requires_grad=True)
    return viz.draw_graph(steps(x, loops, branch), names={"x": x})


explore(program, x=range(1, 5), loops=range(4))


# %%
def names_back(node):
    while node.next_functions:
        yield node.name()
        node = next(parent for parent, _ in node.next_functions if parent)


graphs = [list(names_back(steps(tg.tensor(x, requires_grad=True), 3).grad_fn)) for x in (1.0, 4.0)]
for names in graphs:
    print(len(names), names)
reveal("03-same", "yes" if graphs[0] == graphs[1] else "no", "Another number took another branch.")
viz.trace_forward(steps, tg.tensor(1.0, requires_grad=True), 3, names={})

# %% [markdown]
# There is no `if` in the graph, and no loop: only what ran, this time. Call it again, and a new graph is recorded. That
# is why you may write any Python you like, and why people call such graphs *dynamic*.
#
# > **Misconception: "a loop makes a circle in the graph."**
# > `h = 2 * h` looks like one: `h` on both sides.

# %%
predict("03-circle", "h = 2 * h runs twice. Its nodes form ...", ["a circle", "a chain"])

# %%
h = x
nodes = []
for _ in range(2):
    h = 2 * h
    nodes.append(h.grad_fn)

behind = [parent for parent, _ in nodes[1].next_functions if parent]
print("the second × comes from the first:", behind == nodes[:1], "  and is the first:", nodes[0] is nodes[1])
reveal("03-circle", "a circle" if nodes[0] is nodes[1] else "a chain", "h is a name. It moved on to a new tensor.")
viz.draw_graph(h, names={"x": x})

# %% [markdown]
# An operation can only use what was there before. So arrows never come back: a **directed acyclic graph**.
#
# ## Exercises
# Replace each `...` and run the cell. The check says what is right and what differs; below it open hints and, last, the
# solution.
#
# ### 03-1 · How many operations? · 8 minutes
# `x` and `w` require grad, `k` does not. How many operations are recorded, without leaves and constants? Write down
# your numbers before you draw anything.
#
# ```python
# A = (x + w) ** 2
# B = x * w + x * w
#
# s = x * w
# C = s + s
#
# D = x
# for _ in range(3):
#     D = w * D + 1
#
# E = 2 * 3 * x
# F = k * k + x
# ```

# %%
count = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ..., "F": ...}

check("03-1")

# %% [markdown]
# ### 03-2 · Build this graph · 6 minutes
# Here `x` is 2 and `y` is 3. `build(x, y)` shall leave this very graph, for any `x` and `y`; the two inputs of + and of
# × may change places.

# %%
wanted_graph()


# %%
def build(x, y):
    return ...


check("03-2")

# %% [markdown]
# ### 03-3 · Count by walking · 10 minutes
# `operations(result)` returns how many operations are behind a result: each node once, leaves not at all. Walk along
# `grad_fn` and `next_functions`; where an input is a constant, there is None.


# %%
def operations(result):
    return ...


check("03-3")

# %% [markdown]
# ### 03-4 · Same value, smaller graph · 5 minutes
# `eighth(x)` returns $x^8$ by multiplication alone, and by **three** of them. Tolerance 0.0001.


# %%
def eighth(x):
    return ...


check("03-4")

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad. You cannot tell from the output;
# `torch.__name__` can.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

x = torch.tensor(1.0, requires_grad=True)
y = torch.tensor(2.0, requires_grad=True)
z = (x + y) ** 2
print(z)
back(z.grad_fn)
print("x is a leaf:", x.is_leaf, "  z is a leaf:", z.is_leaf, "  x.grad_fn:", x.grad_fn)

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(3)

# %% [markdown]
# ## Summary
# What runs is recorded, node by node; the result leads back to all of it. Nothing has been differentiated yet: the
# graph is the road, and the next lesson drives on it.
#
# Before: [02 · Many inputs](02_gradient.ipynb). Next: [04 · Chain rule](04_chain_rule.ipynb), where slopes are
# multiplied along paths and added across them. All lessons begin at [Start here](00_start_here.ipynb).
