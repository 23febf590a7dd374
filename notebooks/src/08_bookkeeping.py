# %% [markdown]
# # 08 · Book-keeping: accumulate, zero, detach, no_grad, in-place
#
# Afterwards you can
# - say what is in `.grad` after any number of backward passes, and what becomes of a loop that never clears it,
# - feed a batch in pieces and get the gradient of the whole, to twelve digits,
# - find who cut a graph, and cut one on purpose,
# - mend a loop that eats memory, and a value that was written over.
#
# You need `backward()` ([lesson 05](05_backward.ipynb)), and 60 minutes.
#
# ## The same question, three times
#
# $y = x^2$ at $x = 2$: the slope is 4. Ask three times, with a fresh graph each time.

# %%
import teachgrad as tg
from teachgrad import nn, optim, viz
from teachgrad.course import check, predict, quiz, reveal


def ask():
    x = tg.tensor(2.0, requires_grad=True)
    for _ in range(3):
        y = x**2
        y.backward()
    x.grad.zero_()
    x.grad = None


viz.gradient_ledger(ask)

# %% [markdown]
# A ledger: each line that changes `.grad`, and how. What arrives is **added**, until somebody clears it. Every tutorial
# tells you to call `zero_grad()`. Few let you find out what happens if you don't.
#
# ## Place your bet
#
# The simplest bowl is $f(x) = \tfrac12 x^2$. Its slope is $x$, so an honest step is `x -= lr * x`. Now leave out the
# line that clears. Each step then follows **the sum of all slopes so far**.


# %%
def descend(lr, clear, steps=200, curvature=1.0):
    x = tg.tensor(1.0, requires_grad=True)
    path = [x.item()]
    for _ in range(steps):
        (0.5 * curvature * x**2).backward()
        with tg.no_grad():
            x -= lr * x.grad
        if clear:
            x.grad = None
        path.append(x.item())
    return path


predict(
    "08-bowl",
    "lr = 0.1, start at x = 1, never clear. What are we looking at 200 steps later?",
    ["rest at 0", "a swing between about 1 and -1", "an explosion"],
)

# %%
cleared, forgetful = descend(0.1, clear=True), descend(0.1, clear=False)
print("furthest out in the last 100 steps:", round(max(abs(x) for x in forgetful[-100:]), 2))
reveal("08-bowl", "a swing between about 1 and -1", "No friction: it rolls through the bottom and up the other side.")
viz.draw_curves({"lr 0.1": {"cleared x": cleared, "forgetful x": forgetful}})

# %% [markdown]
# It neither rests nor explodes: it **swings for ever**. Why?
#
# Write down what `.grad` holds, $v_t = v_{t-1} + x_t$, and the step, $x_{t+1} = x_t - \mathrm{lr}\, v_t$. That is a
# ball with momentum 1, which loses nothing to friction. An optimizer with this setting goes the very same way. The
# ledger has the first four steps:


# %%
def forget():
    x = tg.tensor(1.0, requires_grad=True)
    for _ in range(4):
        (0.5 * x**2).backward()
        with tg.no_grad():
            x -= 0.1 * x.grad


x = tg.tensor(1.0, requires_grad=True)
optimizer = optim.SGD([x], lr=0.1, momentum=1.0)
path = [x.item()]
for _ in range(200):
    optimizer.zero_grad()
    (0.5 * x**2).backward()
    optimizer.step()
    path.append(x.item())

apart = max(abs(ours - theirs) for ours, theirs in zip(forgetful, path, strict=True))
print(f"largest difference in 200 steps: {apart:.4f}")
optimizer.zero_grad()
print("after optimizer.zero_grad():", x.grad)
viz.gradient_ledger(forget)

# %% [markdown]
# You will meet this ball again in [lesson 13](13_optimizers.ipynb), with the friction put back.
#
# ## Experiment: find the edge
# **Goal: the largest learning rate at which the forgetful ball still stays in the bowl.** For the honest one the edge
# is 2: tick the box to see it break. Will the forgetful one break earlier, or later? Then set the box and the momentum
# so that both balls roll alike; and put `x**2`, a bowl twice as steep, into the cell.

# %%
viz.explore_descent(
    lambda x: 0.5 * x**2,
    start=1.0,
    lr=(0.1, 5.0),
    momentum=(0.0, 1.0),
    options={"clear .grad": [False, True]},
    view=(-7, 7),
)

# %% [markdown]
# The edges are at $2/L$ and $4/L$, where $L$ is the curvature: the forgetful ball survives **twice** the learning rate.
# Put its two lines together: $x_{t+1} = (2 - \mathrm{lr}\,L)\,x_t - x_{t-1}$, and that stays bounded while
# $|2 - \mathrm{lr}\,L| < 2$.
#
# > **Misconception: "zero_grad() prevents explosion."**
# > Take lr = 2.1, between the two edges. Which loop explodes?

# %%
predict(
    "08-explode",
    "lr = 2.1, 200 steps. Which one explodes?",
    ["the one that clears", "the one that never clears", "both", "neither"],
)

# %%
cleared, forgetful = descend(2.1, clear=True), descend(2.1, clear=False)
print(f"cleared, at the end:         {cleared[-1]:.3g}")
print(f"never cleared, furthest out: {max(map(abs, forgetful)):.2f}")
reveal("08-explode", "the one that clears", "Each honest step lands further out than it began; the swing stays in.")

# %% [markdown]
# So why clear? Because you asked for *this* batch's slope and were handed a diary of them all. Keeping the sum is right
# in one case: when a batch is too big for memory and comes in pieces (08-3).
#
# ## Cutting on purpose
# Two ways to compute without a record. `detach()` hands out a tensor with the same numbers and no past; under
# `no_grad()` nothing is recorded at all. Below, `c` is `a` without its past. The product is $(2w)^2$, whose slope is
# $8w = 24$. What will arrive at `w`?

# %%
predict("08-half", "w.grad will be ...")

w = tg.tensor(3.0, requires_grad=True)
a = 2 * w
c = a.detach()
out = a * c
viz.draw_graph(out)

# %%
w.grad = None
a = 2 * w
out = a * a.detach()
out.backward()
print("w.grad:", w.grad.item())
reveal("08-half", w.grad.item(), "Of two paths one is cut: c counts as a constant, 6, and 2 · 6 arrives.")

with tg.no_grad():
    quiet = 2 * w
print("under no_grad:", quiet, "  w.requires_grad is still", w.requires_grad)

# %% [markdown]
# Values cross the dashed arrow, gradients do not. What you print, plot or hand to NumPy should be cut off first.
#
# ## Written over
# A graph keeps some values for its formulas: `**2` keeps `x`. If you write over them, the slope would be wrong. So each
# memory has a **version counter**, and backward compares:

# %%
x = tg.tensor([1.0, 2.0], requires_grad=True)
y = (x**2).sum()
with tg.no_grad():
    x += 10
print("version of x:", x._version)


def said(action):  # the first line of the error
    try:
        action()
    except RuntimeError as error:
        print("-", str(error).partition("\n")[0])


said(y.backward)
said(lambda: x.add_(1))  # the same change, not under no_grad()
said(x.numpy)
print(x.detach().numpy())

# %% [markdown]
# ## Exercises
# Replace each `...`, or mend what is there, and run the cell. The check says what differs; below it open hints and,
# last, the solution.
#
# ### 08-1 · Who cut the graph? · 8 minutes
# From which of these does `backward()` fail to bring `w` a gradient, and who is to blame? Choose from "detach",
# "no_grad", "item", ">" and "nobody". One that puzzles you can be drawn: `viz.draw_graph(B(w))`.

# %%
diary = []


def A(w):
    y = (3 * w).detach().requires_grad_()
    return y**2


def B(w):
    with tg.no_grad():
        size = w.abs()
    return (w / size) ** 2


def C(w):
    y = 3 * w
    diary.append(y.detach())
    return y**2


def D(w):
    y = 3 * w
    return tg.tensor(y.item()) ** 2


def E(w):
    y = 3 * w
    return (y > 2).float() ** 2


def F(w):
    with tg.no_grad():
        y = 3 * w
    return y**2


culprit = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ..., "F": ...}
check("08-1")

# %% [markdown]
# ### 08-2 · Keep the best · 6 minutes
# The loss jumps about. `keep_best` should return the `w` at which it was lowest, joined to nothing. It returns
# something else: mend it.


# %%
def keep_best(w, loss_of, lr, steps):
    best, lowest = w.detach(), float("inf")
    for _ in range(steps):
        loss = loss_of(w)
        if loss.item() < lowest:
            best, lowest = w.detach(), loss.item()
        loss.backward()
        with tg.no_grad():
            w -= lr * w.grad
        w.grad = None
    return best


check("08-2")

# %% [markdown]
# ### 08-3 · One batch in pieces · 8 minutes
# Leave in `.grad` what one backward pass over the whole batch would leave, without ever giving the model more than a
# piece: for equal pieces, and when the last one is smaller. Tolerance $10^{-12}$.


# %%
def grads_in_pieces(model, loss_fn, x, y, pieces):
    # loss_fn averages over its batch. Return nothing; fill .grad.
    ...


check("08-3")

# %% [markdown]
# ### 08-4 · A loop that leaks · 5 minutes
# It trains well, and needs more memory every round: the picture is what hangs on its result after **three**. Mend it.


# %%
def train(w, batches, lr):
    total = 0.0
    for x, y in batches:
        loss = ((w * x - y) ** 2).mean()
        loss.backward()
        with tg.no_grad():
            w -= lr * w.grad
        w.grad = None
        total = total + loss
    return total / len(batches)


check("08-4")
w = tg.tensor(2.0, requires_grad=True)
viz.draw_graph(train(w, [(tg.tensor(1.0), tg.tensor(3.0))] * 3, 0.1), names={"w": w})

# %% [markdown]
# ### 08-5 · Written over · 5 minutes
# Run it, read which memory was written over and who had kept it, and mend it.


# %%
def slopes(w, x, y):
    h = tg.exp(x @ w)
    h += 1
    loss = ((h - y) ** 2).mean()
    loss.backward()
    return w.grad


check("08-5")

# %% [markdown]
# ## Three things people believe
#
# > **Misconception: "detach() copies."**
# > The new tensor has no history, so it must be a new one. Write into it, and look at the old one.
#
# > **Misconception: "no_grad() sets requires_grad to False."**
# > You have seen `w` above. And a leaf that is *made* under `no_grad()`?
#
# > **Misconception: "eval() stops gradients."**
# > A model in evaluation is not being trained, so nothing need be recorded.

# %%
predict("08-copy", "x = [1, 2]; x.detach()[0] = 100. Then x[0] is ...")
predict("08-flag", "A leaf made with requires_grad=True under no_grad(): does it require grad?", ["yes", "no"])
predict("08-eval", "After model.eval() and backward(), the weights' .grad is ...", ["None", "all zeros", "filled"])

# %%
x = tg.tensor([1.0, 2.0], requires_grad=True)
x.detach()[0] = 100
print("x:", x.tolist(), "  version:", x._version)
reveal("08-copy", x[0].item(), "One memory, two tensors, and one version counter.")

with tg.no_grad():
    leaf = tg.tensor(2.0, requires_grad=True)
reveal(
    "08-flag", "yes" if leaf.requires_grad else "no", "no_grad() concerns what is computed inside of it, not leaves."
)

model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5)).eval()
model(tg.ones(1, 2)).sum().backward()
found = model[0].weight.grad
print("weight.grad:", found.tolist())
reveal("08-eval", "None" if found is None else "filled", "eval() tells layers such as dropout to stand still, no more.")

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

x = torch.tensor(2.0, requires_grad=True)
for _ in range(3):
    (x**2).backward()
print(x.grad)
x.grad.zero_()

a = 2 * x
(a * a.detach()).backward()
print("half of 16:", x.grad)

with torch.no_grad():
    y = x**2
print(y, x.requires_grad)

h = torch.exp(x)
h += 1
try:
    h.backward()
except RuntimeError as error:
    print(str(error).partition(";")[0])

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(8)

# %% [markdown]
# ## Summary
# `.grad` adds up until it is cleared. `detach()` and `no_grad()` cut; numbers are shared, history is not. What a graph
# has kept must not be written over, and what you keep keeps its graph.
#
# Before: [07 · Tensors](07_tensors.ipynb). Next: [09 · Gradient descent](09_descent.ipynb), and on to
# [13 · Optimizers](13_optimizers.ipynb). All lessons begin at [Start here](00_start_here.ipynb).
