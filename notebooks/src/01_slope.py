# %% [markdown]
# # 01 · Slope: how much does the output move?
#
# Afterwards you can
# - measure the slope of any program that turns a number into a number,
# - forecast with it where the output goes,
# - choose the size of a nudge, and say why smaller is not better,
# - tell a slope from a value, and a corner from a curve.
#
# You need Python and no calculus: here slopes are measured. It takes 50 minutes.
#
# Before: [Start here](00_start_here.ipynb). After: [02 · Many inputs](02_gradient.ipynb).

# %%
import numpy as np

import teachgrad as tg
from teachgrad import viz
from teachgrad.course import check, explore, predict, quiz, reveal, slopes

# %% [markdown]
# ## Bent, until you come near
#
# This curve bends wherever you look. Play: the picture zooms in on the dot. The green line, the tangent, touches the
# curve there. The other one, the secant, runs through two points of the curve, h apart; h shrinks as you come near.
# **Goal: the first zoom at which you could not tell the curve from the green line.**


# %%
def wave(x):
    return tg.sin(3 * x) + tg.sin(7 * x) / 2


viz.tangent(wave, at=0.8)

# %% [markdown]
# Near enough, the curve *is* a line, for every practical purpose. And a line needs just one number: its **slope**, how
# far the output moves for each unit that the input moves.
#
# ## Place your bet
#
# The example in every introduction is $y = x^2$ at $x = 2$, where $y = 4$. Raise $x$ by a thousandth, to 2.001.

# %%
predict("01-square", "By about how many thousandths does y rise?")


# %%
def square(x):
    return x * x


for nudge in (1, 0.1, 0.01, 0.001):
    rise = square(2 + nudge) - square(2)
    print(f"nudge {nudge:<5}   rise {rise:.6f}   rise / nudge {rise / nudge:.3f}")

reveal("01-square", round(1000 * (square(2.001) - square(2)), 3), "Near 2, y moves four times as far as x.")

# %% [markdown]
# 5, then 4.1, 4.01, 4.001: it settles at 4. You can see why: $(2+\varepsilon)^2 - 4 = 4\varepsilon + \varepsilon^2$.
# Divided by the nudge $\varepsilon$, that is $4 + \varepsilon$. What remains when the nudge has shrunk away is the
# slope, also called the **derivative**.
#
# ## What a slope is good for
#
# The smallest network: output = weight × input. The input is 2, the weight 3, so the prediction is 6. The label says
# 10, and the loss is the squared error, 16. Which way should the weight go, and what will come of it?


# %%
def loss(weight):
    return (weight * 2 - 10) ** 2


nudge = 0.0001
slope = (loss(3 + nudge) - loss(3)) / nudge
print(f"slope, measured: {slope:.2f}\n")

for step in (0.01, 0.1, 1, 2):
    print(f"weight + {step:<4}   forecast {16 + slope * step:6.2f}   loss {loss(3 + step):6.2f}")

weight = tg.tensor(3.0, requires_grad=True)
loss(weight).backward()
print("\nbackward() says", weight.grad.item())

# %% [markdown]
# **The sign** says where to go: more weight, less loss. **The size** says how fast: each hundredth is worth about 0.16.
# The forecast is good near by. Two units away it promises a loss of −16, which no square can keep.
#
# `backward()` finds the slope without any nudge. How it does that begins in
# [lesson 03](03_graphs.ipynb). Whether it is right, you can
# always check by nudging. So nudge well.
#
# ## Look both ways
#
# A nudge ahead sees a chord, and a chord of a bent curve has not quite its slope. Look to both sides instead. (In
# books: forward and central difference.)
#
# $$\text{ahead: } \frac{f(x+\varepsilon)-f(x)}{\varepsilon} \qquad
# \text{both ways: } \frac{f(x+\varepsilon)-f(x-\varepsilon)}{2\varepsilon}$$
#
# Here is a hill, $x / (1 + x^2)$. At $x = 0.5$ its slope is exactly 0.48.


# %%
def hill(x):
    return x / (1 + x * x)


for eps in (0.1, 0.01, 0.001):
    ahead = slopes.forward(hill, 0.5, eps) - 0.48
    both = slopes.central(hill, 0.5, eps) - 0.48
    print(f"nudge {eps:<5}   error ahead {ahead:9.6f}   both ways {both:.9f}")

# %% [markdown]
# A ten times smaller nudge makes the one error 10 times smaller, the other 100 times: the bends on both sides cancel.
#
# ## Experiment: how small?
#
# > **Misconception: "the smaller the nudge, the better the slope."**
# > So far it looks like it. Float64 can hold a nudge of 1e-15. Bet first.

# %%
predict("01-eps", "Looking ahead, which nudge measures best?", ["1e-1", "1e-4", "1e-8", "1e-12", "1e-15"])

# %% [markdown]
# **Goals: an error below 1e-10. Then the best you can do without looking back.**


# %%
def measure(eps=0.1, both_ways=False):
    return slopes.error_of_nudge(hill, slope=0.48, at=0.5, eps=eps, both_sides=both_ways)


explore(measure, eps=slopes.NUDGES)

# %%
errors = {eps: abs(slopes.forward(hill, 0.5, eps) - 0.48) for eps in slopes.NUDGES}
for eps in (1e-4, 1e-8, 1e-12, 1e-15):
    print(f"nudge {eps:.0e}   error {errors[eps]:.0e}")
best = min(errors, key=errors.get)
reveal("01-eps", f"1e-{slopes.NUDGES.index(best) + 1}", "Below it, rounding grows faster than bends shrink.")

rise = hill(0.5 + 1e-15) - hill(0.5)
unit = np.spacing(0.4)  # the distance from 0.4 to the next number that float64 can hold
print(f"\nWith 1e-15 the hill rises by {rise:.3g}: that is {rise / unit:.0f} units of {unit:.3g}.")
print(f"{8 * unit / 1e-15:.3f}, {9 * unit / 1e-15:.3f} and {10 * unit / 1e-15:.3f} are neighbours: nothing in between.")

# %% [markdown]
# Two enemies. **Bends**: too large a nudge sees a chord. **Rounding**: too small a nudge subtracts two numbers that
# agree in nearly all of their 16 digits, and what is left is noise. The V is where they meet: near 1e-8 looking ahead,
# near 1e-5 looking both ways, with an error of about 1e-11.
#
# ## Exercises
# Replace each `...` and run the cell. The check says what is right and what differs, and below it open hints and, last,
# the solution.
#
# ### 01-1 · A forecast · 4 minutes
# An output is at `value` and has this `slope`. Where do you expect it after the input has moved by `step`?


# %%
def forecast(value, slope, step):
    return ...


check("01-1")

# %% [markdown]
# ### 01-2 · Look ahead · 4 minutes
# The slope of `f` at `x`, by a nudge ahead; `f` is any function of a number. Tolerance 0.0001.


# %%
def forward(f, x, eps):
    return ...


check("01-2")

# %% [markdown]
# ### 01-3 · Look both ways · 4 minutes
# The central difference. `eps` is how far you look to *each* side. Tolerance 0.0001.


# %%
def central(f, x, eps):
    return ...


check("01-3")

# %% [markdown]
# ### 01-4 · The best nudge · 9 minutes
# You know the true `slope` of `f` at `x`. Which of 1e-1, 1e-2, ... 1e-15 brings `central` nearest to it? It will be
# asked for hills of several widths. An error up to ten times the least one counts as right.


# %%
def best_nudge(f, slope, x):
    return ...


check("01-4")

# %% [markdown]
# ### 01-5 · A corner · 7 minutes
# Zoom in on $|x|$ as far as you like: it never becomes straight. Such a place has two slopes, one on each side.
# Return both, the left one first. Where they agree, there is a slope.


# %%
def sides(f, x, eps):
    return [..., ...]


check("01-5")
viz.tangent(lambda x: x.abs(), at=0.0)

# %% [markdown]
# ## Two things people believe
#
# > **Misconception: "the derivative is the value."**
# > $x^2$ at 2: value 4, slope 4. No wonder that many read one for the other. At 3 the value is 9.
#
# > **Misconception: "backward() says 0 there, so it is flat there."**
# > What does the central difference say about $|x|$ at 0? And `backward()`?

# %%
predict("01-value", "The slope of x² at 3 is ...")
predict("01-corner", "The central difference of |x| at 0 is ...", ["−1", "0", "1", "an error"])

# %%
for x in (-1.0, 0.0, 2.0, 3.0):
    print(f"x = {x:4}   value {square(x):3}   slope {slopes.central(square, x, 0.5):4}")
reveal("01-value", slopes.central(square, 3.0, 0.5), "A value says how high, a slope how steep. At 2 they agree.")

x = tg.tensor(0.0, requires_grad=True)
x.abs().backward()
print(f"\n|x| at 0   both ways {slopes.central(abs, 0.0, 0.5)}   backward() {x.grad.item()}")
print(f"           ahead {slopes.forward(abs, 0.0, 0.5)}   back {slopes.forward(abs, 0.0, -0.5)}")
reveal("01-corner", "0", "It averages −1 and 1.")

# %% [markdown]
# At a corner there is no slope: $|x|$ is nowhere flat. That `backward()` says 0 is a convention.
#
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad. Its numbers are float32 unless you ask for
# more: 7 digits instead of 16, so rounding bites much sooner. That is why `gradcheck`, which compares `backward()`
# with central differences, wants float64.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

x = torch.tensor(2.0, requires_grad=True)
y = x**2
y.backward()
print(y.item(), x.grad)

for dtype in (torch.float32, torch.float64):
    x = torch.tensor(0.5, dtype=dtype)
    slope = (hill(x + 1e-6) - hill(x - 1e-6)) / 2e-6
    print(f"{x.dtype}: 0.48 comes out as {slope.item():.4f}")

x = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
print("gradcheck:", torch.autograd.gradcheck(hill, (x,)))

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(1)

# %% [markdown]
# ## Summary
# A slope is how far the output moves per unit of input: nudge, look, divide. Look both ways, with a nudge neither large
# nor tiny. It takes one run for each input; with a million weights that is a million runs: the next lesson
# has many inputs, and from [lesson 03](03_graphs.ipynb) on you see what needs one run for all.
#
# Before: [Start here](00_start_here.ipynb). Next: [02 · Many inputs](02_gradient.ipynb).
