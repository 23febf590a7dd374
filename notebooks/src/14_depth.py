# %% [markdown]
# # 14 · Depth: vanishing, exploding, initialisation
#
# Afterwards you can
# - say why gradients vanish or explode in a deep network, with one multiplication,
# - choose starting weights that keep signal and gradient alive,
# - find dead ReLUs, clip gradients that are too long, and build shortcuts,
# - measure, layer by layer, where a gradient got lost.
#
# You need [the chain rule](04_chain_rule.ipynb), [modules](11_modules.ipynb) and
# [optimizers](13_optimizers.ipynb), and 60 minutes.
#
# ## More layers, more clever?
#
# A network with one hidden layer of sigmoids learns to read digits. Let us give it 20. The same data, the same
# optimizer, the same eight epochs.

# %%
import teachgrad as tg
from teachgrad import nn, optim, viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.depth import draw_depth
from teachgrad.datasets import digits
from teachgrad.utils.data import DataLoader

train_digits, test_digits = digits()


class Deep(nn.Module):
    def __init__(self, depth, activation):
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(64, 64) for _ in range(depth))
        self.last = nn.Linear(64, 10)
        self.activation = activation

    def forward(self, x):
        for layer in self.hidden:
            x = self.activation(layer(x))
        return self.last(x)


def learn(model, epochs=8):
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    for _ in range(epochs):
        for images, labels in DataLoader(train_digits, batch_size=64, shuffle=True):
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
            optimizer.zero_grad()
    with tg.no_grad():
        images, labels = test_digits.tensors
        right = (model(images).argmax(1) == labels).float().mean().item()
    return "more than 70 %" if right > 0.7 else "no better than guessing" if right < 0.2 else "something between"


ANSWERS = ["more than 70 %", "something between", "no better than guessing"]
predict("14-deep", "With 20 hidden layers, how many of the test digits are right?", ANSWERS)

# %%
for depth in (1, 20):
    tg.manual_seed(0)
    right = learn(Deep(depth, tg.sigmoid))
    print(f"sigmoid, depth {depth:2}: {right}")
reveal("14-deep", right, "Nothing is broken, and nothing complains. It does not learn.")

# %% [markdown]
# ## Where is the gradient?
#
# The loop is right and the data are right. So measure: one forward, one backward, and the length of the gradient in
# each layer.

# %%
predict(
    "14-first",
    "How long is the first layer's gradient, compared with the last layer's?",
    ["about as long", "a hundredth", "a millionth", "less than a billionth"],
)

# %%
images, labels = train_digits.tensors


def backward(model):
    model.double()  # float64: the same digits on every machine
    nn.functional.cross_entropy(model(images[:100].double()), labels[:100]).backward()
    return model


tg.manual_seed(0)
model = backward(Deep(20, tg.sigmoid))
first, last = model.hidden[0].weight, model.last.weight
times = (first.grad.norm() / last.grad.norm()).item()
reveal("14-first", "less than a billionth" if times < 1e-9 else "more than that", "Look at the first row.")

before = first.detach().clone(), last.detach().clone()
optim.Adam(model.parameters(), lr=0.001).step()
far = [(now - was).abs().max().item() for now, was in zip((first, last), before, strict=True)]
print(f"one step of Adam moves the first layer by {far[0]:.0e} at most, the last one by {far[1]:.0e}")
viz.gradient_flow(model)

# %% [markdown]
# The last layers know what is wrong. The first ones hear nothing of it: they stay as random as they were born, and
# hand on noise. Adam, which divides a slope by its size, does not help: beside its eps of $10^{-8}$ these are nothing.
#
# ## Multiply along the path
#
# Take the deep network in its simplest form: one number, through 20 sigmoids. Each layer multiplies the gradient by its
# local slope. For a sigmoid with value $s$ that is $w \cdot s (1 - s)$. What is left after 20 factors?

# %%
w, x = 1.0, tg.tensor(0.5, dtype=tg.float64, requires_grad=True)
h, product = x, 1.0
for layer in range(20):
    h = tg.sigmoid(w * h)
    slope = w * h.item() * (1 - h.item())
    product *= slope
    if layer < 3:
        print(f"layer {layer + 1}: slope {slope:.3f}, product so far {product:.4f}")

h.backward()
print(f"after 20 layers: {product:.2e}   backward() says {x.grad.item():.2e}")
viz.draw_curves(
    {"what is left of 1": {f"× {f:g}": [f**depth for depth in range(51)] for f in (0.25, 0.9, 1, 1.1, 2)}}, unit="layer"
)

# %% [markdown]
# A straight line in powers of ten. Below 1 the gradient **vanishes**, above 1 it **explodes**, and 0.9 is already too
# little: depth turns a small difference into a large one. With many units the factors are matrices, and it is the
# size of their numbers that counts.
#
# The signal passes through the same layers on its way forward. Does it meet the same fate?
#
# ## Experiment: keep it alive
#
# 64 units a layer; each weight is drawn with the standard deviation `std`. Left: the size of the signal after each
# layer. Right: the size of the gradient when it gets there, on its way back. Down is smaller, up is larger.
#
# **Goal: 50 layers, and nowhere more than a factor of 100 away from 1; once with tanh, once with relu.** Can you do it
# with sigmoid?


# %%
def size(t):
    return t.pow(2).mean().sqrt().item()


def network(depth=20, activation="sigmoid", std=0.1):
    tg.manual_seed(0)
    h = tg.randn(32, 64, dtype=tg.float64, requires_grad=True)
    layers = []
    for _ in range(depth):
        weight = std * tg.randn(64, 64, dtype=tg.float64)
        h = getattr(tg, activation)(h @ weight)
        h.retain_grad()
        layers.append(h)
    h.backward(tg.ones_like(h))
    return draw_depth({"signal": [size(h) for h in layers], "gradient": [size(h.grad) for h in layers]})


explore(
    network,
    depth=[1, 5, 10, 20, 50],
    activation=["sigmoid", "tanh", "relu"],
    std=[0.05, 0.1, 0.125, 0.15, 0.177, 0.2, 0.25],
)

# %% [markdown]
# tanh forgives: 0.125 to 0.2 will do, for it presses down what is too large. relu does not: 0.177, and one notch beside
# it 50 layers are lost. Where do these numbers come from? What a unit computes is a sum of 64 products, weight times
# input. Their signs are random, so their squares
# add up: the mean square grows by $\text{inputs} \cdot \text{std}^2$.

# %%
tg.manual_seed(0)
x = tg.randn(1000, 64)
for std in (0.05, 0.125, 0.25):
    weight = std * tg.randn(64, 1000)
    grown = (size(x @ weight) / size(x)) ** 2
    print(f"std {std:5}: inputs · std² is {64 * std**2:.2f}, measured {grown:.1f}")

# %% [markdown]
# To keep it at 1, `std` must be $\sqrt{1/64} = 0.125$. With as many outputs as inputs, the way back gives the same; for
# other shapes **Xavier** initialisation takes the mean of both. That suits tanh, which is nearly straight at 0. A ReLU
# loses half of the mean square, and needs more: **He** initialisation, yours to find.
#
# For sigmoids no `std` here was enough. And their signal stays near 0.5 all the while: who looks at the outputs only
# sees nothing wrong.
#
# ## Exercises
# Replace each `...`, or mend what is there, and run the cell. Hints and solution open below the check.
#
# ### 14-1 · The steepest chain · 5 minutes
# One number goes through `depth` layers, $h \leftarrow \sigma(w h + b)$, with $\sigma$ the sigmoid, and a bias
# of its own for each. How steep can the whole chain be at most, up or down, whatever the biases are? Tolerance
# $10^{-6}$.


# %%
def steepest(w, depth):
    return ...


check("14-1")

# %% [markdown]
# ### 14-2 · Weights for ReLU · 6 minutes
# Which standard deviation keeps the mean square of a signal, through a layer and a ReLU? The check draws weights with
# yours and measures, to 12 %.


# %%
def he_(weight):
    # weight.shape is (outputs, inputs)
    std = ...
    nn.init.normal_(weight, std=std)


check("14-2")

# %% [markdown]
# ### 14-3 · Who is dead? · 6 minutes
# Where a ReLU gives 0, its slope is 0. A unit that gives 0 for **every** example gets no gradient at all, and nothing
# moves its weights any more: it is dead. First watch it happen:

# %%
tg.manual_seed(0)
model = Deep(1, tg.relu)


def without_gradient():
    model.zero_grad()
    return (backward(model).hidden[0].weight.grad == 0).all(1)


without_gradient()
optim.SGD(model.parameters(), lr=30.0).step()  # one step, far too long
killed = without_gradient()
print("more than 10 of 64 units without any gradient:", killed.sum().item() > 10)

optimizer = optim.SGD(model.parameters(), lr=0.01)
for _ in range(50):
    now = without_gradient()
    optimizer.step()
print("after 50 ordinary steps, still without:", "all of these" if now[killed].all() else "some of these")

# %% [markdown]
# Return a bool for each unit of `layer`: is it dead for all rows of `x`?


# %%
def dead(layer, x):
    return ...


check("14-3")

# %% [markdown]
# ### 14-4 · Clip by norm · 8 minutes
# An exploding gradient points the right way and is far too long. If all gradients together, as one vector, are longer
# than `most`, shorten them to that length; else leave them alone.


# %%
def clip_(parameters, most):
    # change each .grad in place; return nothing
    ...


check("14-4")

# %% [markdown]
# ### 14-5 · Shortcuts · 6 minutes
# Give **each** layer, its ReLU included, a shortcut: what it computes is added to what it was given. Nothing may stand
# on the shortcut itself. What is the slope of $x + f(x)$, even if $f$ does nothing?


# %%
def tower(layers, x):
    for layer in layers:
        x = layer(x).relu()
    return x


check("14-5")

# %% [markdown]
# And does it help? These are gradients on their way down **your** tower, 20 layers as `nn.Linear` starts them. Run it
# again when your check is right. Then nothing vanishes. It grows a little: each layer now adds to what was there, which
# is one reason why deep networks normalise.

# %%
tg.manual_seed(0)
layers = [nn.Linear(64, 64).double() for _ in range(20)]
x = tg.randn(32, 64, dtype=tg.float64, requires_grad=True)
levels = [x]
for layer in layers:
    levels.append(tower([layer], levels[-1]))
arrived = tg.autograd.grad(levels[-1], levels[1:], tg.ones_like(x))
draw_depth({"gradient in your tower": [size(g) for g in arrived]})

# %% [markdown]
# ## Two things people believe
#
# > **Misconception: "ReLU solves it."**
# > Its slope is 1, not 1/4. So 20 layers of ReLUs, in place of the sigmoids, will learn.
#
# > **Misconception: "Zero is a neutral start."**
# > All 4810 numbers of a network with one hidden layer begin at 0, and it is trained for an epoch.

# %%
predict("14-relu", "With 20 layers of ReLUs, how many of the test digits are right?", ANSWERS)
predict("14-zeros", "How many of the 4810 numbers has training moved?")

# %%
tg.manual_seed(0)
as_it_starts = Deep(20, tg.relu)
tg.manual_seed(0)
after_he = Deep(20, tg.relu)
for layer in after_he.hidden:
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # He's, by his first name
    nn.init.zeros_(layer.bias)

right = learn(as_it_starts)
print("as nn.Linear starts:", right)
print("as He starts:       ", learn(after_he))
reveal("14-relu", right, "Half of the signal is lost in each layer, unless the weights make up for it.")
print(
    "std of nn.Linear's weights:", round(nn.Linear(64, 1000).weight.std().item(), 2), "  He:", round((2 / 64) ** 0.5, 2)
)


# %%
def moved(start):
    model = Deep(1, tg.relu)
    for parameter in model.parameters():
        nn.init.constant_(parameter, start)
    learn(model, epochs=1)
    return model, sum((parameter != start).sum().item() for parameter in model.parameters())


tg.manual_seed(0)
_, count = moved(0.0)
reveal("14-zeros", count, "The ten biases at the end. ReLUs at 0 give 0 and pass on 0, and weights of 0 pass on 0.")

model, _ = moved(0.1)
weight = model.hidden[0].weight
alike = ((weight - weight[0]).abs() < 1e-3).all(1)
print("all at 0.1: hidden units that are copies of the first:", alike.sum().item(), "of", len(weight))

# %% [markdown]
# With equal weights, equal gradients: 64 units do the work of one, for ever. Weights begin random so that units can
# become different.
#
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad. Ten layers of ReLUs with `std` 0.25 where 0.177
# is right, and steps that are rather long: what becomes of the loss, and what with clipping?

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

images, labels = (torch.tensor(part[:100].tolist()) for part in train_digits.tensors)
for most in (None, 1.0):
    torch.manual_seed(0)
    layers = [layer for _ in range(10) for layer in (torch.nn.Linear(64, 64), torch.nn.ReLU())]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(64, 10))
    for layer in layers[::2]:
        torch.nn.init.normal_(layer.weight, std=0.25)
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.1), []
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        if most:
            torch.nn.utils.clip_grad_norm_(model.parameters(), most)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(f"{loss.item():.2g}")
    print(f"clipped at {most}:", ", ".join(losses[:5]), "... below 2:", loss.item() < 2)

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(14)

# %% [markdown]
# ## Summary
# Along a path factors multiply, so depth magnifies whatever each layer does. Starting weights keep the factors near 1,
# shortcuts add a 1, clipping limits what is too long. No activation does it alone: measure, layer by layer.
#
# Before: [13 · Optimizers](13_optimizers.ipynb). Next: [15 · Debug clinic](15_clinic.ipynb), where broken loops
# come to you as patients. All lessons begin at [Start here](00_start_here.ipynb).
