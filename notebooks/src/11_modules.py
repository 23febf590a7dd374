# %% [markdown]
# # 11 · Modules and parameters
#
# Afterwards you can
# - say what a module registers when you assign to it, and what it overlooks,
# - write a layer and a Sequential of your own,
# - find weights that no optimizer knows of,
# - share, initialise, save and load weights.
#
# You need the training loop ([lesson 10](10_training_loop.ipynb)), and 60 minutes.
#
# ## 92 %. Pleased?
#
# A network learns to read digits. Nothing complains, and of handwriting that it has never seen it gets this much right:

# %%
import io

import teachgrad as tg
from teachgrad import nn, optim, viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.hidden import draw_layers
from teachgrad.datasets import digits
from teachgrad.utils.data import DataLoader

train_digits, test_digits = digits()


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Linear(64, 128)]
        self.last = nn.Linear(128, 10)

    def forward(self, x):
        for layer in self.hidden:
            x = layer(x).relu()
        return self.last(x)


def train(model):
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(5):
        for images, labels in DataLoader(train_digits, batch_size=32, shuffle=True):
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
            optimizer.zero_grad()


def accuracy(model):
    images, labels = test_digits.tensors
    with tg.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


tg.manual_seed(2)
model = Network()
train(model)
print(f"right: {accuracy(model):.0%}")

# %% [markdown]
# ## Place your bet
#
# The network has 64 · 128 + 128 numbers in its hidden layer, 128 · 10 + 10 in its last one: 9610 together.

# %%
predict("11-moved", "How many of the 9610 has training moved?")

# %%
known = sum(parameter.numel() for parameter in model.parameters())
reveal("11-moved", known, "Only the last layer. parameters() does not know the hidden one, so the optimizer does not.")
print("and yet the hidden layer has a gradient:", model.hidden[0].weight.grad is not None)
viz.module_tree(model)


# %%
class Mended(Network):
    def __init__(self):
        super().__init__()
        self.hidden = nn.ModuleList(self.hidden)  # the same layer, in another kind of list


tg.manual_seed(2)
mended = Mended()
train(mended)
print(f"mended: {sum(parameter.numel() for parameter in mended.parameters())} numbers, right: {accuracy(mended):.0%}")

# %% [markdown]
# 92 % with a hidden layer that stayed as random as it was born. That is why this mistake lives long.
#
# ## A register
#
# How does a module know its parameters? Nobody tells it: you only assign attributes. So it listens to every
# assignment. In a dozen lines:


# %%
class Box:
    def __init__(self):
        vars(self)["register"] = {}  # put there without an assignment

    def __setattr__(self, name, value):  # Python calls this for every self.name = value
        if isinstance(value, nn.Parameter | Box):
            self.register[name] = value
        object.__setattr__(self, name, value)  # what would have happened anyway

    def parameters(self):
        for value in self.register.values():
            yield from value.parameters() if isinstance(value, Box) else [value]


inner, outer = Box(), Box()
inner.weight = nn.Parameter(tg.ones(2))
outer.box = inner
outer.boxes = [inner]
print("inner knows", list(inner.register), "  outer knows", list(outer.register))
print("parameters of outer:", [tuple(parameter.shape) for parameter in outer.parameters()])

# %% [markdown]
# A **Parameter** is a tensor with a label that says: register me. A list is neither parameter nor module, so nobody
# looks inside. Everything else follows from these registers: what an optimizer moves, what is saved, what is counted.

# %%
block = nn.Sequential(nn.Linear(16, 16), nn.ReLU())
tower = nn.Sequential(nn.Linear(64, 16), block, nn.Linear(16, 10))
for name, parameter in tower.named_parameters():
    print(f"{name:12} {tuple(parameter.shape)}")
viz.module_tree(tower, tg.zeros(32, 64))  # with an example, it tells the shape of each result

# %% [markdown]
# ## Experiment: where can a layer hide?
# Choose where the first two layers of a network are kept, and see how far 20 steps move them. A dashed layer is used,
# but not known. **Goals: find all hiding places. Then: make everything move, with neither layer a plain attribute.**

# %%
images, labels = (part[:50] for part in train_digits.tensors)


def keep(layer, where):
    places = {
        "attribute": layer,
        "list": [layer],
        "ModuleList": nn.ModuleList([layer]),
        "dict": {"it": layer},
        "ModuleDict": nn.ModuleDict({"it": layer}),
        "lambda": lambda x: layer(x),
    }
    return places[where]


def hide(first="attribute", second="attribute"):
    tg.manual_seed(0)
    layers = {"first": nn.Linear(64, 24), "second": nn.Linear(24, 16), "last": nn.Linear(16, 10)}
    model = nn.Module()
    model.first, model.second, model.last = keep(layers["first"], first), keep(layers["second"], second), layers["last"]

    def twenty_steps():
        optimizer = optim.SGD(model.parameters(), lr=0.5)
        for _ in range(20):
            x = layers["second"](layers["first"](images).relu()).relu()
            nn.functional.cross_entropy(layers["last"](x), labels).backward()
            optimizer.step()
            optimizer.zero_grad()

    return draw_layers(model, layers, twenty_steps)


places = ["attribute", "list", "ModuleList", "dict", "ModuleDict", "lambda"]
explore(hide, first=places, second=places)

# %% [markdown]
# ## Three things people believe
#
# > **Misconception: "assigning a tensor registers it."**
# > `self.scale = tg.ones(3, requires_grad=True)`. It is a leaf, it gets a gradient. What more could one want?
#
# > **Misconception: "state_dict() is a copy."**
# > `best = model.state_dict()`, and training goes on.
#
# > **Misconception: "used twice, there twice."**
# > `nn.Sequential(shared, nn.Tanh(), shared)`, where `shared` has 4 · 4 weights and 4 biases.

# %%
predict("11-tensor", "How many numbers are in the parameters() of a module whose only tensor is self.scale?")
predict("11-best", "Then all weights of the model are set to 0. The largest in best is now ...", ["as before", "0"])
predict("11-shared", "How many numbers are in the parameters() of the Sequential?")

# %%
scaled = nn.Module()
scaled.scale = tg.ones(3, requires_grad=True)
scaled.scale.sum().backward()
found = sum(parameter.numel() for parameter in scaled.parameters())
print("gradient of scale:", scaled.scale.grad, "  numbers in parameters():", found)
reveal("11-tensor", found, "It gets gradients, and no optimizer hears of it: nn.Parameter(tg.ones(3)).")

best = mended.state_dict()
with tg.no_grad():
    for parameter in mended.parameters():
        parameter.zero_()
largest = max(value.abs().max().item() for value in best.values())
told = "0" if largest == 0 else "as before"
print("the largest weight in best:", largest)
reveal("11-best", told, "It hands out the live weights. Save them to a file, or clone each.")

shared = nn.Linear(4, 4)
twice = nn.Sequential(shared, nn.Tanh(), shared)
found = sum(parameter.numel() for parameter in twice.parameters())
print("numbers in the Sequential:", found)
reveal("11-shared", found, "One layer, in two places: counted once.")
out = twice(tg.ones(1, 4)).sum()
out.backward()
viz.draw_graph(out, names={"weight": shared.weight, "bias": shared.bias})

# %% [markdown]
# Two arrows leave `weight`, so two gradients come back, and they add up: [lesson 05](05_backward.ipynb) again.
#
# ## Exercises
# Fill in what is missing and run the cell. The check says what is right and what differs.
#
# ### 11-1 · A layer of your own · 8 minutes
# `Linear(4, 3)` computes `x @ weight + bias`, with a random weight and a bias of zeros. Both are to be learnt.


# %%
class Linear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        # make what is needed, here

    def forward(self, x):
        return ...


check("11-1")

# %% [markdown]
# ### 11-2 · One after the other · 5 minutes
# `Sequential(a, b, c)` gives `c(b(a(x)))`, and knows all of their parameters. Do without `nn.Sequential`.


# %%
class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        # make what is needed, here

    def forward(self, x):
        return ...


check("11-2")

# %% [markdown]
# ### 11-3 · Overlooked · 5 minutes
# This tower has `depth` layers and a `scale`, all to be learnt. Mend it.


# %%
class Tower(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = [nn.Linear(width, width) for _ in range(depth)]
        self.scale = tg.ones(width, requires_grad=True)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x).relu()
        return self.scale * x


check("11-3")

# %% [markdown]
# ### 11-4 · One weight, two places · 8 minutes
# An autoencoder squeezes with `w`, `code = x @ w`, and unfolds with the same `w`: `y = code @ w.T`. From `g`, the
# upstream gradient of `y`, find that of `w`, without `backward()`. Tolerance 0.0001.


# %%
def tied_backward(g, x, w):
    return ...


check("11-4")

# %% [markdown]
# ### 11-5 · Keep the best · 8 minutes
# `rounds` times: call `train_once(model)`, then ask `loss_of(model)`. In the end, the weights with the lowest loss are
# to be in the model, and in a file at `path`.


# %%
def keep_best(model, path, rounds, train_once, loss_of):
    return ...


check("11-5")

# %% [markdown]
# ### 11-6 · How to begin · 6 minutes
# Draw the weight of every `nn.Linear` in the model, however deep, from a normal distribution with standard deviation
# $1/\sqrt{\text{inputs}}$. Its bias becomes 0. All else stays. ([Lesson 14](14_depth.ipynb) says why.)


# %%
def initialise(model):
    return ...


check("11-6")

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad. What is in a list is not even saved:

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

torch.manual_seed(0)
model = torch.nn.Module()
model.listed = [torch.nn.Linear(3, 2)]
model.known = torch.nn.ModuleList([torch.nn.Linear(2, 1)])
print([name for name, _ in model.named_parameters()])

file = io.BytesIO()
torch.save(model.state_dict(), file)
file.seek(0)
print({name: tuple(value.shape) for name, value in torch.load(file).items()})

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(11)

# %% [markdown]
# ## Summary
# A module registers parameters and modules that are assigned to it, and looks into nothing else. Optimizers, counting
# and saving go by the registers. A shared parameter is one parameter; its gradients add up. After building a network,
# count its numbers.
#
# Before: [10 · The training loop](10_training_loop.ipynb). Next: [12 · Data](12_data.ipynb), in batches. All lessons
# begin at [Start here](00_start_here.ipynb).
