# %% [markdown]
# # Start here
#
# Behind every network that learns stands one line: `loss.backward()`. In this course you take it apart and put it
# together again. Afterwards you can
#
# - measure a slope, and say what it has to do with learning,
# - draw the graph of a computation and send gradients through it with a pencil,
# - write the engine that does so, in sixty lines,
# - train a network, find out why another one does not train, and do both in PyTorch: the names here are PyTorch's.
#
# You need Python, and the memory of having seen a derivative once. This first lesson takes 15 minutes.
#
# Go from top to bottom. **Run** each cell with Shift and Enter, and look at what it says.
#
# ## Is everything in order?

# %%
from teachgrad.course import check, doctor, predict, reveal

doctor()

# %% [markdown]
# ## Two minutes: a network learns
#
# Sixty points lie along a wave. The network is told nothing of waves. It has 49 numbers, chosen at random, and a
# measure of how wrong it is.

# %%
import teachgrad as tg
from teachgrad import nn, optim, viz

tg.manual_seed(0)
x = tg.linspace(-3, 3, 60).reshape(60, 1)
y = tg.sin(2 * x) + 0.1 * tg.randn(60, 1)

model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
print(sum(parameter.numel() for parameter in model.parameters()), "numbers to learn")
loss_function = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

live = viz.live_training(400, unit="step", fit=(x, y, model))
for _ in live:
    optimizer.zero_grad()
    loss = loss_function(model(x), y)
    loss.backward()
    optimizer.step()
    live.report(loss=loss)

# %% [markdown]
# Five lines in a loop, and they are the same for a network of a billion numbers. Four of them you could have guessed:
# clear, compute, step, report. The mystery is `loss.backward()`. It tells each of the 49 numbers in which direction to
# move, and how urgently.
#
# ### It has a graph to work with
#
# While the loss is computed, every operation leaves a record. Here is that of a network small enough to be read: 7
# numbers that learn, in blue frames. Each has the gradient that `backward()` left there.

# %%
tiny = nn.Sequential(nn.Linear(1, 2), nn.Tanh(), nn.Linear(2, 1))
three, waves = x[::20], y[::20]  # of the points
loss = loss_function(tiny(three), waves)
loss.backward()
viz.draw_graph(loss)

# %% [markdown]
# ### It walks that graph backwards
#
# The smallest network there is: output = weight × input. The weight is 3, the input 2, so the prediction is 6. The
# label says 10: the error is 4. How does the error change with the weight?
#
# Here you **bet**: commit to a guess before you run what follows. Wrong bets are the ones you remember.

# %%
predict("00-error", "For each unit that the weight grows, the error changes by ...", ["+2", "+1", "−1", "−2"])

# %% [markdown]
# Now watch `backward()` at work. Each node multiplies what it receives by its own slope, and passes it on. Step
# through it with ‹ and ›.

# %%
weight = tg.tensor(3.0, requires_grad=True)
prediction = weight * 2
error = (prediction - 10).abs()
viz.step_backward(error)

# %%
weight = tg.tensor(3.0, requires_grad=True)
(weight * 2 - 10).abs().backward()
print("backward() says", weight.grad.item())
reveal("00-error", weight.grad.item(), "The prediction grows by 2, towards the label: so the error falls by 2.")

# %% [markdown]
# More weight, less error, at twice the rate. So we step **against** the slope, and the weight grows. Learning is a hike
# down a hill in fog: you do not see the valley, but you feel the slope under your feet. One step after the other:

# %%
viz.animate_descent(
    lambda weight: (10 - 2 * weight) ** 2,  # squared, the error makes a smooth hill
    start=3.0,
    optimizer=lambda parameters: optim.SGD(parameters, lr=0.02),
    steps=25,
)

# %% [markdown]
# ## How a lesson works
#
# - **Bets** come first, then what happens.
# - **Experiments** have a goal. Move things until you reach it.
# - **Exercises** check themselves. Three small ones follow.
# - What you have done is kept in a file on this machine, `progress()` draws it, and nothing is sent anywhere.
# - You cannot break anything that *Restart Kernel* in the Kernel menu does not mend.
#
# ### 00-1 · A check · 1 minute
# A `...` is yours to replace. Suppose the weight has grown to 4; the input is still 2. What does the network predict?
# First write 6, as some people do, and run the cell: the check knows why. Then write the right number.

# %%
prediction = ...

check("00-1")

# %% [markdown]
# ### 00-2 · A hint · 2 minutes
# The same for any weight and any input `x`. You may know how; press **Hint** all the same. Hints open one at a time.
# The solution is there, too: it asks once whether you are sure.


# %%
def output(weight, x):
    return ...


check("00-2")

# %% [markdown]
# ### 00-3 · A step · 2 minutes
# How all networks learn, in one line: the new weight after a step against `slope`. The learning rate `lr` says how long
# the step is: `lr` times the slope.


# %%
def step(weight, slope, lr):
    return ...


check("00-3")

# %% [markdown]
# ## Where to go
#
# A lesson takes about 50 minutes. Next: [01 · Slope](01_slope.ipynb), then one after the other. If you cannot wait:
#
# - [05 · backward() from the inside](05_backward.ipynb): how the walk works, and why it needs an order.
# - [10 · The training loop](10_training_loop.ipynb): the five lines, on penguins and on handwritten digits.
