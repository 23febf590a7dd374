# %% [markdown]
# # 12 · Data: batches and order
#
# Afterwards you can
# - write a `Dataset`, and the loader that deals it out in batches,
# - recognise a loss curve of data that come in the wrong order,
# - say what a small batch costs and what a large one costs,
# - average over batches of different sizes without being wrong,
# - repeat a run exactly.
#
# You need [the training loop](10_training_loop.ipynb), and 60 minutes.
#
# ## A tidy file
#
# 500 digits, 50 of each kind. You train a network on them, in shuffled batches of 10. Then somebody tidies the file:
# first all zeros, then all ones, up to the nines. And the loop reads it from top to bottom.

# %%
from functools import cache

import teachgrad as tg
from teachgrad import nn, optim, viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.noise import draw_noise_ball
from teachgrad.datasets import digits, penguins
from teachgrad.utils.data import DataLoader, Dataset, RandomSampler, Subset, TensorDataset, random_split

train_digits, test_digits = digits()
labels = train_digits.tensors[1].tolist()
rows = [[row for row, label in enumerate(labels) if label == digit][:50] for digit in range(10)]
tidy = [row for kind in rows for row in kind]  # 50 zeros, 50 ones, ...
ORDERS = {"shuffled": tidy, "sorted": tidy}


def learn(order, batch_size, lr, epochs=4):
    tg.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer, loss_fn, losses = optim.SGD(model.parameters(), lr=lr), nn.CrossEntropyLoss(), []
    loader = DataLoader(Subset(train_digits, ORDERS[order]), batch_size, shuffle=order == "shuffled")
    for _ in range(epochs):
        for images, labels in loader:
            loss = loss_fn(model(images), labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
    images, labels = test_digits.tensors
    answers = model(images).argmax(1)
    return losses, answers, round(10 * (answers == labels).float().mean().item())


def draw(order="sorted", batch_size=10, lr=0.1):
    losses, _, tenths = learn(order, batch_size, lr)
    return viz.draw_curves({f"{order}: {tenths} of 10 right": {"loss": losses}})


predict("12-tidy", "Shuffled, about 9 of 10 test digits are right. And from the tidy file, of 10?")
draw("shuffled")

# %%
_, answers, tenths = learn("sorted", batch_size=10, lr=0.1)
reveal("12-tidy", tenths, "One digit of ten: look at what it answers.")
print("the first 20 answers:", answers[:20].tolist())
draw("sorted")

# %% [markdown]
# A **saw-tooth**. Five batches of zeros: soon the best answer to everything is "0", and the loss falls. Then ones come,
# and the loss jumps. Each tooth teaches one digit, and unteaches the others. What came last is all it knows.
#
# > **Misconception: "Order does not matter: in an epoch, each example has its turn."**
# > You have just run the refutation. The same examples, equally often.
#
# ## Where batches come from
#
# A **Dataset** knows how many examples there are, and what example `i` is. It does not know of batches. A
# **DataLoader** draws an order, cuts it into batches, asks for the examples, and stacks them.

# %%
millimetres, grams = penguins()[0].tensors
x = (millimetres - millimetres.mean()) / millimetres.std()  # flippers
y = (grams - grams.mean()) / grams.std()  # weights


class Birds(Dataset):
    def __len__(self):
        return len(x)

    def __getitem__(self, i):
        return x[i], y[i]


loader = DataLoader(Birds(), batch_size=64, shuffle=True)
inputs, targets = next(iter(loader))
print("one example:", [tuple(part.shape) for part in Birds()[0]])
print("one batch:  ", tuple(inputs.shape), tuple(targets.shape))
print("an epoch:   ", [len(inputs) for inputs, _ in loader])
birds = TensorDataset(x, y)  # the same, ready-made
print("a split:    ", [len(part) for part in random_split(birds, [0.8, 0.2])])

# %% [markdown]
# The last batch is smaller. Remember it: it will cause trouble.
#
# ## A batch is an opinion poll
#
# You want the slope for all 275 birds, and ask a few, drawn at random. How far off is their answer?
#
# > **Misconception: "Twice the batch, half the noise."**
# > Twice as many birds know twice as much. Do they?

# %%
predict("12-noise", "For half the noise, you must ask how many times as many birds?")


def slope(size):
    w = tg.tensor(0.0, requires_grad=True)
    asked = tg.randint(0, len(birds), (size,))
    ((w * x[asked] - y[asked]) ** 2).mean().backward()
    return w.grad.item()


tg.manual_seed(0)
slopes = {size: [slope(size) for _ in range(400)] for size in (1, 2, 4, 16, 64)}
# %%
w = tg.tensor(0.0, requires_grad=True)
((w * x - y) ** 2).mean().backward()
print(f"all birds: slope {w.grad.item():.2f}")
spread = {}
for size, found in slopes.items():
    spread[size] = tg.tensor(found).std().item()
    print(f"{size:2} asked:  slope {sum(found) / len(found):.1f} on average, spread {spread[size]:.2f}")
needed = next(size for size in spread if spread[size] < 0.6 * spread[1])
reveal("12-noise", needed, "Errors of many birds cancel, but slowly: the spread falls with the square root.")
viz.compare({f"{size} asked": found[:60] for size, found in slopes.items()}, unit="poll")

# %% [markdown]
# Two findings. On average a small poll is right: it is **unbiased**. And its spread is about $\sigma / \sqrt{B}$, with
# $\sigma$ for one bird and $B$ asked.
#
# ## The price of noise
#
# With every step in a slightly wrong direction, a descent does not arrive. It comes near, and then buzzes round the
# lowest place: the **noise ball**.
#
# ## Experiment: tame the ball
# The dots are the last 100 of 200 steps. First: four times the batch, how much smaller the loss on the right? **Goal:
# with batches of 4, an extra loss below 0.004.** `falling` lets the learning rate fall, as in
# [lesson 13](13_optimizers.ipynb).

# %%
lowest_w, lowest_b = (x * y).mean().item() / (x * x).mean().item(), y.mean().item()  # both slopes are 0 here


@cache
def descend(batch_size, lr, falling):
    tg.manual_seed(0)
    w, b = (tg.tensor([start], requires_grad=True) for start in (-0.4, 1.1))
    optimizer, path = optim.SGD([w, b], lr=lr), [(-0.4, 1.1)]
    polls = RandomSampler(birds, replacement=True, num_samples=200 * batch_size)
    for step, (inputs, targets) in enumerate(DataLoader(birds, batch_size, sampler=polls)):
        ((w * inputs + b - targets) ** 2).mean().backward()
        optimizer.param_groups[0]["lr"] = lr / (1 + step / 20) if falling else lr
        optimizer.step()
        optimizer.zero_grad()
        path.append((w.item(), b.item()))
    return path


def extra(w, b):  # loss above the lowest one, for all birds
    return (w - lowest_w) ** 2 * (x * x).mean().item() + (b - lowest_b) ** 2


def ball(batch_size=1, lr=0.1, falling=False):
    paths = {size: descend(size, lr, falling) for size in (1, 4, 16, 64)}
    return draw_noise_ball(extra, paths, batch_size, centre=(0.5, 0.0), goal=0.004)


explore(ball, batch_size=[1, 4, 16, 64], lr=[0.03, 0.1, 0.3])

# %% [markdown]
# Four times the batch, about a quarter of the loss. So a batch of 64 is better? Each of its steps asks 64 birds. What
# that means you see next, when everybody may ask equally many.
#
# ## Experiment: mend the order
# Back to the tidy file. `dealt` deals it like cards: 0, 1, 2, up to 9, and again. `once` was shuffled, before the first
# epoch. All runs go through the file four times. **Goals: 8 of 10 right, and not shuffled. Then leave it sorted, and
# get more than 1.**

# %%
tg.manual_seed(12)
ORDERS["dealt"] = [row for hand in zip(*rows, strict=True) for row in hand]
ORDERS["once"] = [tidy[place] for place in tg.randperm(500).tolist()]

explore(draw, order=["sorted", "dealt", "once", "shuffled"], batch_size=[10, 50, 500], lr=[0.02, 0.1])

# %% [markdown]
# Chance is not the point: **each batch should be a fair poll**. Shuffling is the simplest way to that. In a sorted
# file, short or few steps forget more slowly. A batch of all 500 has no order; but four times through the file are then
# four steps, and get nowhere. Small batches are noisy, and many.
#
# ## Uneven batches
#
# > **Misconception: "The mean of the batch means is the mean."**
# > Five losses: 1, 1, 1, 1, 6. Their mean is 2. Now in batches of 4:

# %%
predict("12-mean", "The mean of the two batch means is ...")

losses = tg.tensor([1.0, 1.0, 1.0, 1.0, 6.0])

# %%
means = [batch.mean().item() for batch in DataLoader(losses, batch_size=4)]
print("batch means:", means)
reveal("12-mean", sum(means) / len(means), "A lone example counted as much as four.")

# %% [markdown]
# The rule: weigh each batch by its examples, or leave the last one out (`drop_last=True`).
#
# ## Exercises
# Replace each `...` and run the cell. The check says what is right and what differs; below it open hints and, last, the
# solution. Tolerance $10^{-9}$ where there are numbers.
#
# ### 12-1 · A loader · 8 minutes
# Without `DataLoader`: hand out pairs of tensors, inputs and targets, of `batch_size` examples. `dataset[i]` is a pair,
# too. If `shuffle`, each call gives another order. `yield` is handy, a list will do; `tg.stack` makes many tensors one.


# %%
def batches(dataset, batch_size, shuffle):
    return ...


check("12-1")

# %% [markdown]
# ### 12-2 · A fair poll · 9 minutes
# Some birds are easier to catch. `rows` lists those that were drawn: bird `i` each time with probability `chances[i]`.
# Its loss is `(x[i] @ w - y[i]) ** 2`. From these, estimate the gradient of the **mean over all birds** at the vector
# `w`, such that it is right on average. The check averages your answers over all draws.


# %%
def estimate(w, x, y, rows, chances):
    return ...


check("12-2")

# %% [markdown]
# ### 12-3 · The last batch · 5 minutes
# The mean loss over all examples, as a number. `loss_fn` averages over its batch.


# %%
def average_loss(model, loss_fn, loader):
    return ...


check("12-3")

# %% [markdown]
# ### 12-4 · Small batches, large step · 9 minutes
# Memory holds small batches only. Go through `loader` once; `every` batches together make one step, exactly the step of
# one large batch. What is left at the end makes a step, too.


# %%
def train(model, loss_fn, optimizer, loader, every):
    # change the model; return nothing
    ...


check("12-4")

# %% [markdown]
# ### 12-5 · Again, please · 6 minutes
# `tg.manual_seed(0)` repeats a run, until somebody draws one more random number in between. Return a `DataLoader` with
# batches of 4, shuffled anew in each epoch, whose orders depend on `seed` and on nothing else. Nor should it disturb
# anybody else's random numbers. A loader can be given dice of its own, a `tg.Generator()`.


# %%
def shuffled(dataset, seed):
    return ...


check("12-5")

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad: same lines, same orders.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch


class Squares(torch.utils.data.Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, i):
        return torch.tensor([float(i)]), i * i


for seed in (0, 0, 1):
    generator = torch.Generator().manual_seed(seed)
    loader = torch.utils.data.DataLoader(Squares(), batch_size=4, shuffle=True, generator=generator)
    print(f"seed {seed}:", [targets.tolist() for _, targets in loader])

inputs, targets = next(iter(loader))
print(tuple(inputs.shape), tuple(targets.shape), targets.dtype)

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(12)

# %% [markdown]
# ## Summary
# A dataset answers "example `i`?", a loader deals. A batch is a poll: right on average, its noise falls with the square
# root of its size, and leaves a ball round the lowest place. Every batch should be a fair sample. Averages over batches
# are weighed by their examples. A generator of its own makes an order repeatable.
#
# Before: [11 · Modules and parameters](11_modules.ipynb). Next: [13 · Optimizers](13_optimizers.ipynb), which makes
# more of each slope. All lessons begin at [Start here](00_start_here.ipynb).
