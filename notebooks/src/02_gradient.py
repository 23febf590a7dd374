# %% [markdown]
# # 02 · Many inputs: the gradient
#
# Afterwards you can
# - nudge many inputs, one after the other, and collect the slopes in a gradient,
# - say how steep it is in any direction, and find one in which nothing changes,
# - say what a gradient points to, and what it does not,
# - explain why guessing loses against it as soon as there are many inputs.
#
# You need slopes and nudges ([lesson 01](01_slope.ipynb)), and 50 minutes.
#
# Before: [01 · Slope](01_slope.ipynb). After: [03 · Expressions are graphs](03_graphs.ipynb).

# %%
import math

import numpy as np

import teachgrad as tg
from teachgrad import viz
from teachgrad.course import arrows, check, explore, predict, quiz, reveal

# %% [markdown]
# ## A hike in fog
#
# You stand on a hillside, in fog. You see no valley, but under your boots you feel how the ground slopes. The map below
# is what you cannot see (dark is low); the arrow is what you feel. Drag the point.
# **Goal: find the two places without an arrow. Only one of them is a valley's bottom.**


# %%
def valley(x, y):
    return x**3 - 3 * x + 2 * y**2


arrows.drag(valley, start=(0.5, -1.2))

# %% [markdown]
# At (1, 0) all ways lead up: the bottom. At (−1, 0) you stand on a pass: up along y, down along x, and level for a
# moment.
#
# ## Place your bet
#
# Go to $x = 2$, $y = 1$, where $x^3 - 3x + 2y^2$ is 4. Hold y still, and nudge x alone.

# %%
predict("02-along-x", "The slope along x is ...")

# %%
eps = 1e-5
along_x = (valley(2 + eps, 1) - valley(2 - eps, 1)) / (2 * eps)
along_y = (valley(2, 1 + eps) - valley(2, 1 - eps)) / (2 * eps)
print(f"nudging:  along x {along_x:.4f}, along y {along_y:.4f}")

place = tg.tensor([2.0, 1.0], requires_grad=True)
valley(place[0], place[1]).backward()
print("backward:", place.grad)
reveal("02-along-x", round(along_x, 4), "With y held still, 2y² does not move: what is left is 3x² − 3.")

# %% [markdown]
# A slope with all other inputs held still is a **partial derivative**. All of them together, in a list, are the
# **gradient**: $\nabla f = (9, 4)$.
#
# ## Two slopes know all directions
#
# Step 0.6 along x and 0.8 along y. The first part gains $9 \cdot 0.6$, the second $4 \cdot 0.8$: together 8.6, for a
# step of length 1. Is that so in every direction? We nudge in 25 of them (dots), and compare with this rule: a line,
# which covers the dots if it is right.


# %%
def parts(angle):
    return np.cos(np.radians(angle)), np.sin(np.radians(angle))


def nudged(angle):
    dx, dy = parts(angle)
    return (valley(2 + eps * dx, 1 + eps * dy) - valley(2 - eps * dx, 1 - eps * dy)) / (2 * eps)


def rule(angle):
    dx, dy = parts(angle)
    return 9 * dx + 4 * dy


angles = np.arange(0, 361, 15)
steepest = math.degrees(math.atan2(4, 9))  # the direction of (9, 4)
print(f"along the gradient: slope {nudged(steepest):.3f}, which is its length, {math.hypot(9, 4):.3f}")
print(f"at a right angle: slope {abs(nudged(steepest + 90)):.3f}")
print("everywhere as the rule says:", np.allclose(nudged(angles), rule(angles)))
viz.draw_fit(angles, nudged(angles), rule, ("direction in degrees", "slope"))

# %% [markdown]
# One wave. It is highest in the direction of the gradient itself: **steepest uphill**, and the gradient's length is the
# slope there. It is lowest in the opposite direction: that is where a network's weights go. At a right angle it is 0:
# **nothing changes**, you walk along the level line.
#
# ## Experiment: why not just try?
#
# > **Misconception: "try a hundred directions at random; one will be about as good."**
# > With two inputs, it is so. A small network has a thousand.

# %%
predict(
    "02-random",
    "1000 inputs, 100 random directions. The best of them climbs at what share of the gradient's slope?",
    ["about 90 %", "about 50 %", "less than 10 %"],
)

# %% [markdown]
# Each dot is a direction; the dashed line is the gradient's.
# **Goal: find how many inputs are too many for 1000 tries to reach half of the gradient's slope.**


# %%
def search(inputs=2, tries=100):
    tg.manual_seed(0)
    gradient = tg.randn(inputs)
    steps = tg.randn(tries, inputs)
    steps = steps / steps.norm(dim=1, keepdim=True)  # all of length 1
    return arrows.directions(steps @ gradient, steepest=gradient.norm().item())


explore(search, inputs=[1, 2, 3, 10, 30, 100, 300, 1000], tries=[10, 100, 1000])

# %%
print(search(inputs=1000, tries=100))
reveal("02-random", "less than 10 %", "With many inputs nearly every direction is nearly level.")

# %% [markdown]
# The gradient asks all inputs at once. What does that cost? We count how often the loss is computed.

# %%
calls = 0


def loss(weights):
    global calls
    calls += 1
    return (weights**2).sum()


weights = tg.ones(1000, requires_grad=True)
slopes = [(loss(weights + nudge) - loss(weights - nudge)) / 0.002 for nudge in 0.001 * tg.eye(1000)]
print("runs for 1000 slopes, by nudging:", calls)
calls = 0
loss(weights).backward()
print("runs for 1000 slopes, by backward():", calls)

# %% [markdown]
# By nudging, two runs for each input; by `backward()`, one run and one walk back. This is why networks can have
# billions of weights.
#
# ## Exercises
# Replace each `...` and run the cell. The check says what is right and what differs, and below it open hints and, last,
# the solution.
#
# ### 02-1 · With a pencil · 7 minutes
# The gradient of $\sin(x^2 + y^2)$: return the slope along x and the slope along y. Tolerance 0.0001.


# %%
def gradient(x, y):
    return [..., ...]


check("02-1")

# %% [markdown]
# ### 02-2 · Any direction · 5 minutes
# The slope in a `direction`, from the `gradient`: two tensors with as many entries. The direction may have any length,
# and going twice as far is not steeper. Tolerance 0.0001.


# %%
def directional(gradient, direction):
    return ...


check("02-2")

# %% [markdown]
# ### 02-3 · Nudge them all · 9 minutes
# The gradient of `f` at `x`, a tensor with any number of entries, by central differences. `f(x)` is a tensor of one
# number. Leave `x` as it was. Tolerance 0.0001.


# %%
def numeric_gradient(f, x, eps):
    return ...


check("02-3")

# %% [markdown]
# ### 02-4 · Neither up nor down · 5 minutes
# A direction in which nothing changes at first. There are many; any will do, of any length but 0.


# %%
def level(gradient):
    return [..., ...]


check("02-4")

# %% [markdown]
# ## What people believe
#
# > **Misconception: "the gradient points to the minimum."** (Or away from it.)
# > A long bowl, $x^2 + 10y^2$; its bottom is at (0, 0). You stand at (3, 1), 3.2 away. You walk *straight* against the
# > gradient, as long as it leads down.

# %%
predict("02-bottom", "Where it no longer leads down, the bottom is ...", ["here", "about 1 away", "about 2.7 away"])


# %%
def bowl(x, y):
    return x**2 + 10 * y**2


x, y = 3.0, 1.0
along_x, along_y = 2 * x, 20 * y
far = min(np.linspace(0, 0.2, 2001), key=lambda t: bowl(x - t * along_x, y - t * along_y))
x, y = x - far * along_x, y - far * along_y
print(f"lowest place on the way: ({x:.2f}, {y:.2f})")
reveal(
    "02-bottom",
    f"about {math.hypot(x, y):.1f} away",
    "The steep side sets the direction; the long way is the other one.",
)
arrows.drag(bowl, start=(3, 1), reach=4, towards=(0, 0))

# %% [markdown]
# Drag the point. **Goal: find places where the arrow does point at the ring.**
#
# There are some: where one of the two slopes is 0. Everywhere else the steep side bends it. A gradient is the steepest
# way for the *next* step, not a map. So one takes a short step, and asks again:
# [lesson 09](09_descent.ipynb).
#
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad. `jvp` gives the slope in one direction without
# the gradient ([lesson 16](16_beyond.ipynb)).

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

place = torch.tensor([2.0, 1.0], requires_grad=True)
height = valley(place[0], place[1])
height.backward()
direction = torch.tensor([0.6, 0.8])
print(place.grad, place.grad.norm())
print("in a direction:", torch.dot(place.grad, direction))
print("jvp:           ", torch.autograd.functional.jvp(lambda p: valley(p[0], p[1]), place.detach(), direction)[1])

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(2)

# %% [markdown]
# ## Summary
# A gradient holds one slope for each input. It points up the steepest way from here, its length says how steep that is,
# and its opposite is the way to learn. Measured by nudges it costs two runs for each input. What is cheaper needs to
# know how the function was computed: the graph.
#
# Before: [01 · Slope](01_slope.ipynb). Next: [03 · Expressions are graphs](03_graphs.ipynb). All lessons begin at
# [Start here](00_start_here.ipynb).
