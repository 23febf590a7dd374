# %% [markdown]
# # 10 · The training loop
#
# Afterwards you can
# - write the five lines of training, and say what each of them changes,
# - fit a line to real measurements, and train a network that reads digits,
# - tell a step from an epoch,
# - read a loss curve as a doctor reads a chart.
#
# You need `backward()` ([lesson 05](05_backward.ipynb)), gradient descent ([lesson 09](09_descent.ipynb)), and
# 60 minutes.
#
# ## How heavy is a penguin?
#
# 275 penguins, measured in the Antarctic. Can you tell the weight from the flipper? Try a line: `b` kilograms for a
# flipper of 20 cm, and `w` more for each further centimetre. The loss is the mean squared error.
#
# **Goal: a loss below 0.2, by hand.**

# %%
import teachgrad as tg
from teachgrad import nn, optim, viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.lesson10 import four_charts
from teachgrad.datasets import digits, penguins
from teachgrad.utils.data import DataLoader

train, _ = penguins("flipper_length_mm", target="body_mass_g")
millimetres, grams = train.tensors
x, y = (millimetres - 200) / 10, grams / 1000
LABELS = ("flipper: cm beyond 20", "weight in kg")


def by_hand(w=0.0, b=3.0):
    loss = ((w * x + b - y) ** 2).mean()
    return viz.draw_fit(x, y, lambda x: w * x + b, LABELS, title=f"loss {loss:.2f}")


explore(by_hand, w=[k / 10 for k in range(11)], b=[3.0, 3.5, 4.0, 4.5, 5.0])

# %% [markdown]
# Two knobs. The network at the end of this lesson has 2410. Who is to turn them?
#
# ## Place your bet
#
# One knob, one bird: output = weight × input. The input is 2, the weight 3, so the prediction is 6. The label is 10.
# The loss is $(6 - 10)^2 = 16$. You call `loss.backward()`. Then you predict once more, from the same input.
#
# > **Misconception: "loss.backward() updates the weights."**
# > Perhaps once is too little? Then call it a hundred times.

# %%
predict("10-again", "The second prediction is ...")
predict("10-hundred", "And after a hundred calls of backward(), the weight is ...")

weight = tg.tensor(3.0, requires_grad=True)
loss = (weight * 2 - 10) ** 2
loss.backward()

# %%
print("prediction:", (weight * 2).item(), "  weight.grad:", weight.grad.item())
reveal("10-again", (weight * 2).item(), "backward() has measured a slope, in weight.grad. No weight has moved.")

weight.grad = None
for _ in range(100):
    loss = (weight * 2 - 10) ** 2
    loss.backward()
print("weight:", weight.item(), "  weight.grad:", weight.grad.item())
reveal("10-hundred", weight.item(), "A hundred slopes were added up, and nobody took a step.")

# %% [markdown]
# ## Five lines
#
# A step is somebody else's job. Training is five lines, again and again. Watch which of them changes what:

# %%
weight = tg.tensor(3.0, requires_grad=True)


def show(line):
    slope = "None" if weight.grad is None else f"{weight.grad.item():g}"
    print(f"{line:9} weight {weight.item():.2f}   weight.grad {slope}")


show("")
prediction = weight * 2
show("forward")
loss = (prediction - 10) ** 2
show("loss")
loss.backward()
show("backward")
with tg.no_grad():  # a step is no part of the prediction: do not record it
    weight -= 0.02 * weight.grad
show("update")
weight.grad.zero_()
show("zero")

# %% [markdown]
# The slope is negative: *more* weight, *less* loss. So `-=` raises the weight.
#
# A popular introduction gives this example with "error 4, gradient 2". The error is 4 indeed. The gradient depends on
# the loss you choose. For the absolute error it is 2, up to its sign; and the sign is what says where to go.
#
# Think of a hike in fog: you cannot see the valley, you feel the slope under your boots. A step downhill; feel again.

# %%
for name, loss_of in {"squared error": lambda e: e**2, "absolute error": lambda e: e.abs()}.items():
    weight = tg.tensor(3.0, requires_grad=True)
    loss_of(weight * 2 - 10).backward()
    print(f"{name:15} gradient {weight.grad.item():g}")

viz.animate_descent(
    lambda weight: (weight * 2 - 10) ** 2, start=3.0, optimizer=lambda params: optim.SGD(params, lr=0.02), steps=20
)

# %% [markdown]
# ## The penguins, by hand
# Two weights, 275 birds, the same five lines, from a random start. **Bet before you run it: will they end where your
# hands did?** The last panel shows their way. (Slowed down, to be watched.)

# %%
tg.manual_seed(0)
w = tg.randn(1, requires_grad=True)
b = tg.randn(1, requires_grad=True)

live = viz.live_training(
    60, unit="step", fit=(x, y, lambda x: w * x + b), labels=LABELS, path={"w": w, "b": b}, pause=0.05
)
for step in live:
    prediction = w * x + b  # forward
    loss = ((prediction - y) ** 2).mean()  # loss
    loss.backward()  # backward
    with tg.no_grad():  # update
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
    w.grad.zero_()  # zero
    b.grad.zero_()
    live.report(loss=loss)

print(f"w {w.item():.3f}   b {b.item():.3f}   loss {loss.item():.3f}")

# %% [markdown]
# A centimetre of flipper is worth half a kilo: finer than your sliders. Now in the words in which everybody writes it:
# a module holds the weights, a loss function is the second line, an optimizer the last two.

# %%
model = nn.Linear(1, 1)
loss_fn = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.1)

for _ in range(60):
    prediction = model(x)
    loss = loss_fn(prediction, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()

print(f"w {model.weight.item():.3f}   b {model.bias.item():.3f}   loss {loss.item():.3f}")

# %% [markdown]
# ## Experiment: does the order matter?
# Five lines have 120 orders. In how many does the model learn?
#
# Then move the lines, or leave some out. **Goals: find an order that learns nothing and does not complain; one that
# learns, though it is not ours; and what the loop does without `zero_grad()`.**

# %%
predict("10-orders", "In how many of 120 orders does the model learn?")

LINES = [
    "prediction = model(x)",
    "loss = loss_fn(prediction, y)",
    "loss.backward()",
    "optimizer.step()",
    "optimizer.zero_grad()",
]


def run(lines, steps=30):
    model = nn.Linear(1, 1)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    world, losses = {"model": model, "optimizer": optimizer, "loss_fn": nn.MSELoss(), "x": x, "y": y}, []
    try:
        for _ in range(steps):
            for line in lines:
                exec(line, world)
            if "loss" in world:
                losses.append(world["loss"].item())
    except NameError as error:
        return f"NameError: {error}.", []
    return "", losses


orders = viz.explore_order(LINES, run)
orders

# %%
full = [told for order, told in orders.outcomes.items() if len(order) == 5]
learns = sum("to 0.16" in told for told in full)
print("NameError:", sum("NameError" in told for told in full))
print("nothing learnt, no complaint:", sum("stays" in told for told in full))
print("learns:", learns)
reveal("10-orders", learns, "A NameError is the kind mistake: the ten others say nothing.")

# %% [markdown]
# ## Real data: digits
# Handwriting of 13 people, 8 × 8 pixels. A **Dataset** holds examples, a **DataLoader** hands them out, shuffled,
# in batches. Five lines for one batch are a **step**. When all examples have had their turn, that is an **epoch**.
#
# > **Misconception: "an epoch is a step."**
# > 1442 digits in batches of 32: how often does one epoch move the weights? And does it matter?

# %%
predict("10-steps", "Steps in one epoch:")

train_digits, test_digits = digits()
loader = DataLoader(train_digits, batch_size=32, shuffle=True)

images, labels = train_digits.tensors
for rows in images[:6].reshape(6, 8, 8).permute(1, 0, 2).tolist():
    print("   ".join("".join(" .:-=+*#%@"[int(9 * ink)] * 2 for ink in row) for row in rows))
print("labels:", labels[:6].tolist())


# %%
def network():
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def accuracy(model, data):
    images, labels = data.tensors
    with tg.no_grad():  # measuring needs no graph
        return (model(images).argmax(1) == labels).float().mean().item()


cross_entropy = nn.CrossEntropyLoss()


def one_epoch(model, loader, optimizer):
    total = 0.0
    for images, labels in loader:
        loss = cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item() * len(labels)
    return total / len(loader.dataset)


for batch_size in (32, len(train_digits)):
    tg.manual_seed(0)
    model = network()
    batches = DataLoader(train_digits, batch_size, shuffle=True)
    one_epoch(model, batches, optim.SGD(model.parameters(), lr=0.1, momentum=0.9))
    print(f"steps in one epoch: {len(batches):2}   right on held-out digits: {accuracy(model, test_digits):.0%}")
reveal("10-steps", len(loader), "1442 / 32 is 45.06; the two that are left over make a batch, too.")

# %% [markdown]
# ## Train it
# Cross-entropy asks how surprised the network is by the right answer. `test_digits` are 355 digits that it never
# trains on. **Goal: at least 95 % of them.** Press Stop on the way and run the cell again: it goes on.

# %%
tg.manual_seed(0)
model = network()
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
live = viz.live_training(20)
print("knobs:", sum(parameter.numel() for parameter in model.parameters()))

# %%
for epoch in live:
    training_loss = one_epoch(model, loader, optimizer)
    with tg.no_grad():
        test_images, test_labels = test_digits.tensors
        test_loss = cross_entropy(model(test_images), test_labels)
    live.report(
        training_loss=training_loss,
        test_loss=test_loss,
        training_accuracy=accuracy(model, train_digits),
        test_accuracy=accuracy(model, test_digits),
    )

print("at least 95 % of the held-out digits:", accuracy(model, test_digits) >= 0.95)


# %% [markdown]
# ## Exercises
# Replace each `...` and run the cell. The check says what is right and what differs; below it open hints and, last, the
# solution.
#
# ### 10-1 · One round · 8 minutes
# `step` does one round of linear regression for $w x + b$ and the mean squared error. It changes `w` and `b`
# themselves, can be called again and again, and returns the loss as a number. Tolerance 0.00001.


# %%
def step(w, b, x, y, lr):
    return ...


check("10-1")

# %% [markdown]
# ### 10-2 · Order the lines · 4 minutes
# Seven lines of a program, without their indentation. Several orders are right.
#
# ```text
# A  for images, labels in loader:
# B  loss.backward()
# C  for epoch in range(20):
# D  optimizer.step()
# E  loss = loss_fn(model(images), labels)
# F  optimizer.zero_grad()
# G  print(accuracy(model, test_digits))      # once an epoch, at its end
# ```

# %%
order = ...  # such as "ABCDEFG"

check("10-2")

# %% [markdown]
# ### 10-3 · Overfit one batch · 8 minutes
# Before training for hours: can the network learn 16 examples by heart? If not, the loop is broken, not the data. Here
# the labels are even drawn by lot. Reach a loss below 0.01 in at most 500 steps; return the list of losses.


# %%
def learn_by_heart(model, images, labels):
    return ...


check("10-3")

# %% [markdown]
# ### 10-4 · Four patients · 6 minutes
# Four loops on the digits. What is the matter? Choose from "healthy"; the learning rate is "too large" or "too small";
# gradients are "cleared" between backward and step; it learns its examples "by heart".

# %%
diagnosis = {"A": ..., "B": ..., "C": ..., "D": ...}

check("10-4")
four_charts()

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad: same lines, same shuffling, same numbers.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

data = torch.utils.data
images, labels = (torch.tensor(part.tolist()) for part in train_digits.tensors)
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
loss_fn = torch.nn.CrossEntropyLoss()
for epoch in range(3):
    for batch, answers in data.DataLoader(data.TensorDataset(images, labels), batch_size=32, shuffle=True):
        loss = loss_fn(model(batch), answers)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    print(f"epoch {epoch}: loss of the last batch {loss.item():.3f}")

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(10)

# %% [markdown]
# ## Summary
# Forward, loss, backward, update, zero: only the update moves weights. Batches make steps, all batches make an epoch.
# `optim.Adam` would take the place of `optim.SGD` in one word ([lesson 13](13_optimizers.ipynb)).
#
# Before: [09 · Gradient descent](09_descent.ipynb).
# Next: [11 · Modules and parameters](11_modules.ipynb), where the weights of a network are found. All lessons begin at
# [Start here](00_start_here.ipynb).
