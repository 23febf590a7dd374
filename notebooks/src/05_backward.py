# %% [markdown]
# # 05 · backward() from the inside
#
# Afterwards you can
# - follow a gradient from the result to the leaves with a pencil,
# - say which tensors hold a `.grad`, and why the others say None,
# - show that backward needs an order, by breaking it,
# - read its two most frequent errors.
#
# You need slopes, graphs and the chain rule (lessons 01 to 04), and 50 minutes.

# %%
import numpy as np

import teachgrad as tg
from teachgrad import viz
from teachgrad.course import attempted, check, compare, explore
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
# `x` holds four ones. Look at the graph, then replace the `...`: what will each entry of `x.grad` be?

# %%
bet = ...  # a number


def forward(x):
    y = x + 2
    z = y * y * 3
    return z.mean()


x = tg.ones(2, 2, requires_grad=True)
out = forward(x)
viz.draw_graph(out)

# %%
out.backward()
print(x.grad)
compare(bet, x.grad[0, 0].item(), "3y² alone has slope 6y = 18 at y = 3; the mean passes on a quarter of it.")

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
# `nearest_first` visits what is nearest to the result first. What will arrive at `x`?

# %%
bet_unsorted = ...  # a number


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
viz.draw_graph(out)

# %%
print("nearest first")
walk(out, nearest_first(out.grad_fn))
print("\nnewest first")
walk(out, newest_first([out.grad_fn]))
print()
compare(bet_unsorted, 4, "Only the short path counted: 1 · 2x. The 3 came to **2 when it had already passed on.")

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
# Replace each `...` and run the cell. The checks are in the folded cell below.


# %% tags=["hide-input"]
@check("05-1")
def check_none(is_none, tensors):
    reasons = {
        "x": "it does not require grad, so nothing is sent to it",
        "w": "a leaf that requires grad keeps what arrives",
        "prediction": "it was computed; its gradient passed through, and only leaves keep theirs",
        "loss": "it was computed, though the walk began there",
        "spare": "no path leads to it",
    }
    answers = {name: attempted(is_none[name]) for name in reasons}
    for name, answer in answers.items():
        grad = tensors[name].grad
        assert answer == (grad is None), f"{name}.grad is {grad}: {reasons[name]}."


@check("05-2")
def check_blame(blame):
    for w, x, label in [(3.0, 2.0, 10.0), (-1.5, 4.0, 1.0)]:
        slope = attempted(blame(tg.tensor(w, requires_grad=True), tg.tensor(x), label))
        wanted = 2 * (w * x - label)
        assert slope is not None, "It is None: the gradient passed through prediction and was not kept."
        assert slope != 0, "It is 0: no gradient. Did backward() run, and did you return what arrived?"
        assert slope != wanted * x, "That is w.grad, one node further on. Wanted: the slope at prediction."
        assert abs(slope - wanted) < 1e-4, f"blame({w}, {x}, {label}) should be {wanted} and is {slope}."


@check("05-3")
def check_vjp(vjp):
    def f(x):
        return tg.stack([x[0] * x[1], x[0] ** 2, x[1] + 1])

    x = tg.tensor([2.0, 3.0], requires_grad=True)
    for v in [0.5, -2.0, 3.0], [1.0, 4.0, -1.0]:
        found = attempted(vjp(f, x, tg.tensor(v)))
        wanted = [3 * v[0] + 4 * v[1], 2 * v[0] + v[2]]
        assert found is not None, "It returned None. backward() returns nothing; look into .grad."
        assert found.shape == x.shape, f"x has shape {tuple(x.shape)}, so has the answer; yours: {tuple(found.shape)}."
        found = found.tolist()
        assert found != [0, 0], "All zeros: no gradient arrived. Did you call backward()?"
        assert found not in ([7, 3], [14, 6]), "That is the answer for v = (1, 1, 1): your v takes no part."
        assert found != [12.5, 5], "The first call's gradient is still in it: .grad adds up from call to call."
        assert np.allclose(found, wanted, atol=1e-3), f"For v = {v} it should be {wanted} and is {found}."


@check("05-4")
def check_slope(slope):
    for number in (2.0, -1.0):
        found = slope(number)
        assert found is not None, "x.grad is None: a path from z to x is still cut."
        assert found == 6 * number, f"slope({number}) should be {6 * number} and is {found}."


@check("05-5")
def check_reason(reason):
    reason = attempted(reason)
    assert reason != "a", "A filled .grad is no obstacle: what arrives is added to it. Look at the last line below."
    assert reason != "c", "The nodes are still there: y.grad_fn says so. What did they lose?"
    assert reason == "b", 'Write "a", "b" or "c".'


# %% [markdown]
# ### 05-1 · Where is None? · 5 minutes
# After `backward()`, for which tensors is `.grad` None? Write True or False before you run anything.
#
# > **Misconception: "after backward, every tensor has its gradient."** The check refutes it.
#
# <details><summary>Hint</summary>
#
# Two questions: does it require grad? Is it a leaf?
#
# </details>

# %%
is_none = {"x": ..., "w": ..., "prediction": ..., "loss": ..., "spare": ...}

x = tg.tensor(2.0)
w = tg.tensor(3.0, requires_grad=True)
spare = tg.tensor(1.0, requires_grad=True)  # takes no part
prediction = w * x
loss = (prediction - 10) ** 2
loss.backward()
check_none(is_none, {"x": x, "w": w, "prediction": prediction, "loss": loss, "spare": spare})

# %% [markdown]
# ### 05-2 · Keep one · 5 minutes
# `blame` returns $\partial\,\text{loss} / \partial\,\text{prediction}$: the slope in the middle, which `backward()`
# lets go.
#
# <details><summary>Hint 1</summary>
#
# A tensor can be told to keep its gradient. Before, not after.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `prediction.retain_grad()`
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def blame(w, x, label):
#     prediction = w * x
#     loss = (prediction - label) ** 2
#     prediction.retain_grad()
#     loss.backward()
#     return prediction.grad
# ```
#
# </details>


# %%
def blame(w, x, label):
    prediction = w * x
    loss = (prediction - label) ** 2
    loss.backward()
    return ...


check_blame(blame)

# %% [markdown]
# ### 05-3 · A vector-Jacobian product · 8 minutes
# `f` turns a tensor into another. All its slopes form a matrix, the Jacobian $J$. Return $v J$, the slopes of
# $v_1 f_1 + v_2 f_2 + \dots$ along each entry of `x`, without ever building $J$. It will be called more than once.
# Tolerance 0.001.
#
# <details><summary>Hint 1</summary>
#
# You found such a `v` with two sliders.
#
# </details>
# <details><summary>Hint 2</summary>
#
# From call to call, `.grad` adds up. A fresh leaf: `x.detach().requires_grad_()`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def vjp(f, x, v):
#     leaf = x.detach().requires_grad_()
#     f(leaf).backward(v)
#     return leaf.grad
# ```
#
# </details>


# %%
def vjp(f, x, v):
    return ...


check_vjp(vjp)

# %% [markdown]
# ### 05-4 · Three cuts · 6 minutes
# `slope(2.0)` should be 12, the slope of $3x^2$. Run it and read the error. There are **three** cuts between `x` and
# `z`; mend one at a time. Under `no_grad()` nothing is recorded; `detach()` hands on the numbers without the record.
#
# <details><summary>Hint</summary>
#
# A leaf must ask to be recorded. After each repair, print `z.grad_fn`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def slope(number):
#     x = tg.tensor(number, requires_grad=True)
#     y = x**2
#     z = 3 * y
#     z.backward()
#     return x.grad
# ```
#
# </details>

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


check_slope(slope)

# %% [markdown]
# ### 05-5 · Twice · 4 minutes
# Many tutorials call `y.backward()` twice and say that the gradients add up. Run it. The second call fails because
#
# - **a**: `x.grad` is already filled,
# - **b**: values that the formulas need were freed,
# - **c**: the graph is gone.

# %%
reason = ...  # "a", "b" or "c"

x = tg.tensor(2.0, requires_grad=True)
y = x**2
y.backward()
print("x.grad is", x.grad, "and y.grad_fn is still", y.grad_fn.name())
try:
    y.backward()
except RuntimeError as error:
    print(error)

check_reason(reason)

x.grad = None
y = x**2
y.backward(retain_graph=True)
y.backward()
print("With retain_graph=True:", x.grad)

# %% [markdown]
# ## Two things people believe
#
# > **Misconception: "None means 0."**
# > `loss` multiplies `used` by 0 and leaves `unused` out. Neither moves it. Bet: do both `.grad` read the same?

# %%
bet_same = ...  # True or False

used, unused = tg.tensor(5.0, requires_grad=True), tg.tensor(5.0, requires_grad=True)
loss = 0 * used
loss.backward()
print("used:", used.grad, "  unused:", unused.grad)
compare(bet_same, str(used.grad) == str(unused.grad), "A path of slope 0 brings 0. None says that no path came.")

# %% [markdown]
# > **Misconception: "backward() returns the gradient."**
# > Bet: what does `y.backward()` return for $y = x^2$ at 2?

# %%
bet_returned = ...  # 4, 0, None, a tensor?

x = tg.tensor(2.0, requires_grad=True)
returned = (x**2).backward()
print("returned:", returned, "  x.grad:", x.grad)
print("autograd.grad returns:", tg.autograd.grad(x**2, x))
compare(bet_returned, returned, "backward() fills .grad of the leaves; autograd.grad returns gradients.")

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
# 1. What does a node receive, and what does it send?
# 2. When are gradients added?
# 3. Why newest first?
# 4. Name three reasons for `.grad` being None.
# 5. When do you have to give `backward` a seed?
#
# <details><summary>Answers</summary>
#
# 1. The upstream gradient. Upstream × local derivative, to each input.
# 2. Where several edges lead to one node, and in `.grad` from call to call.
# 3. Whoever sends to a node was computed after it.
# 4. It does not require grad; it is not a leaf; no path leads to it.
# 5. When the result is not a single number.
#
# </details>
#
# ## Summary
# Forward records; backward collects, orders, walks. Next: lesson 06, where you build this engine in sixty lines; lesson
# 08, about what `.grad` adds up; and [10 · The training loop](10_training_loop.ipynb), where gradients go to work.
