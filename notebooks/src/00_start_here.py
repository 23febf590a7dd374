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
# You need Python, and the memory of having seen a derivative once.
#
# ## How a lesson works
#
# - **Run** a cell with Shift and Enter, and look at what it says.
# - **Bet** where a cell asks for it: commit to a guess before you run what follows. Wrong bets are the ones you
#   remember.
# - **Experiments** have a goal. Move things until you reach it.
# - **Exercises** check themselves and say in words what is wrong. Hints open one at a time, the solution last.
#
# A lesson takes about 50 minutes. What you have done is kept in a file on this machine, `progress()` draws it, and
# nothing is sent anywhere. You cannot break anything that *Restart Kernel* in the Kernel menu does not mend.
#
# ## Is everything in order?

# %%
from teachgrad.course import doctor

doctor()

# %% [markdown]
# ## Two minutes: a network learns
#
# Sixty points lie along a wave. The network is told nothing of waves. It has 49 numbers, chosen at random, and a
# measure of how wrong it is.

# %%
import numpy as np

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
# label says 10: the error is 4. **How does the error change with the weight?** We go back from the error, node by
# node. Each one multiplies what it receives by its own slope, and passes it on.

# %%
weight = tg.tensor(3.0, requires_grad=True)
prediction = weight * 2
error = (prediction - 10).abs()
print(f"prediction {prediction.item()}, error {error.item()}")

node, gradient = error.grad_fn, np.array(1.0)  # the error moves itself one to one
while node.next_functions:
    passed_on = node.op.formulas[0](gradient, node)
    print(f"{node.name():13} receives {gradient:4}, passes on {passed_on:4}")
    (node, _), gradient = node.next_functions[0], passed_on

error.backward()
print("backward() says", weight.grad.item())

# %% [markdown]
# −2: more weight, less error, at twice the rate. So we step **against** the gradient, and the weight grows by
# 2 × learning rate. Learning is a hike down a hill in fog: you do not see the valley, but you feel the slope under
# your feet. One step after the other:

# %%
viz.animate_descent(
    lambda weight: (10 - 2 * weight) ** 2,  # squared, the error makes a smooth hill
    start=3.0,
    optimizer=lambda parameters: optim.SGD(parameters, lr=0.02),
    steps=25,
)

# %% [markdown]
# ## Where to go
#
# - [05 · backward() from the inside](05_backward.ipynb): how the walk works, and why it needs an order.
# - [10 · The training loop](10_training_loop.ipynb): the five lines, on penguins and on handwritten digits.
