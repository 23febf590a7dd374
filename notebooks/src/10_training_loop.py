# %% [markdown]
# # 10 · The training loop
#
# Afterwards you can
# - write the five lines of training, and say what each of them changes,
# - fit a line to real measurements, and train a network that reads digits,
# - tell a step from an epoch,
# - read a loss curve as a doctor reads a chart.
#
# You need `backward()` ([lesson 05](05_backward.ipynb)) and gradient descent (lesson 09), and 60 minutes.
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
from teachgrad.course import explore
from teachgrad.course.answers import attempted, check, compare
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
# The loss is $(6 - 10)^2 = 16$. You call `loss.backward()`. Then you predict once more, from the same input:

# %%
bet = ...  # a number

weight = tg.tensor(3.0, requires_grad=True)
loss = (weight * 2 - 10) ** 2
loss.backward()

# %%
print("prediction:", (weight * 2).item(), "  weight.grad:", weight.grad.item())
compare(bet, (weight * 2).item(), "backward() has measured a slope, in weight.grad. No weight has moved.")

# %% [markdown]
# > **Misconception: "loss.backward() updates the weights."**
# > Perhaps once is too little? Call it a hundred times. Bet: what is the weight now?

# %%
bet_weight = ...  # a number

weight.grad = None
for _ in range(100):
    loss = (weight * 2 - 10) ** 2
    loss.backward()
print("weight:", weight.item(), "  weight.grad:", weight.grad.item())
compare(bet_weight, weight.item(), "A hundred slopes were added up, and nobody took a step.")

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
# Five lines have 120 orders. Bet: in how many does the model learn?
#
# Then move the lines, or leave some out. **Goals: find an order that learns nothing and does not complain; one that
# learns, though it is not ours; and what the loop does without `zero_grad()`.**

# %%
bet_orders = ...  # a number from 0 to 120

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
compare(bet_orders, learns, "A NameError is the kind mistake: the ten others say nothing.")

# %% [markdown]
# ## Real data: digits
# Handwriting of 13 people, 8 × 8 pixels. A **Dataset** holds examples, a **DataLoader** hands them out, shuffled,
# in batches. Five lines for one batch are a **step**. When all examples have had their turn, that is an **epoch**.
#
# > **Misconception: "an epoch is a step."**
# > 1442 digits in batches of 32. Bet: how often does one epoch move the weights? And does it matter?

# %%
bet_steps = ...  # a number

train_digits, test_digits = digits()
loader = DataLoader(train_digits, batch_size=32, shuffle=True)

images, labels = train_digits.tensors
for rows in images[:6].reshape(6, 8, 8).permute(1, 0, 2).tolist():
    print("   ".join("".join(" .:-=+*#%@"[int(9 * ink)] * 2 for ink in row) for row in rows))
print("labels:", labels[:6].tolist())


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
compare(bet_steps, len(loader), "1442 / 32 is 45.06; the two that are left over make a batch, too.")

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


# %% tags=["hide-input"]
@check("10-1")
def check_step(step):
    tg.manual_seed(1)
    x, y = tg.randn(7, 1), tg.randn(7, 1)
    w, b = tg.tensor([0.5], requires_grad=True), tg.tensor([-0.3], requires_grad=True)
    for turn in (1, 2):
        w0, b0 = w.item(), b.item()
        error = w0 * x + b0 - y
        wanted = (error**2).mean().item()
        up_w, up_b = 0.1 * 2 * (error * x).mean().item(), 0.1 * 2 * error.mean().item()
        try:
            loss = attempted(step(w, b, x, y, 0.1))
        except AttributeError as error:
            assert "NoneType" not in str(error), "A .grad is None: w = w - ... is a new tensor; w -= ... changes yours."
            raise
        moved_w, moved_b = w.item() - w0, b.item() - b0
        assert loss is not None, "It returned nothing. Return loss.item()."
        assert moved_w or moved_b, (
            "Neither w nor b has moved. Is the gradient cleared before the update? Is it there at all? "
            "And w = w - ... makes a new tensor; w -= ... changes yours."
        )
        assert moved_b, "b has not moved."
        assert moved_w, "w has not moved."
        assert not close(moved_w, up_w), "You walked uphill: subtract the gradient."
        assert turn == 1 or close(moved_w, -up_w), (
            "The second round still had the first one's gradient in it: clear it."
        )
        assert close(moved_w, -up_w), f"w should have moved by {-up_w:.4f}, not {moved_w:.4f}. Is the loss a mean?"
        assert close(moved_b, -up_b), f"b should have moved by {-up_b:.4f}, not {moved_b:.4f}."
        assert isinstance(loss, float), "Return a number, loss.item(): a tensor would keep its graph alive."
        assert close(loss, wanted), f"The loss of this round was {wanted:.4f}; you returned {loss:.4f}."


def close(a, b):
    return abs(a - b) < 1e-5


@check("10-2")
def check_order(order):
    at = {letter: place for place, letter in enumerate(attempted(order))}
    assert sorted(order) == list("ABCDEFG"), "Use each letter from A to G once."
    assert at["C"] == 0, "Epochs are outermost: everything happens in each of them."
    assert at["G"] == 6, "The accuracy is printed once an epoch, when its batches are through."
    assert at["A"] == 1, "The lines that use images and labels stand inside of the loop that hands them out."
    assert at["E"] < at["B"], "backward() starts at a loss, and there is none yet."
    assert at["B"] < at["D"], "In the first round there is no gradient to step along."
    assert not at["B"] < at["F"] < at["D"], "The gradient is cleared before it was used: nothing is learnt, silently."


@check("10-3")
def check_learn_by_heart(learn_by_heart):
    tg.manual_seed(0)
    images, labels = train_digits.tensors[0][:16], tg.randint(0, 10, (16,))
    model = network()
    before = cross_entropy(model(images), labels).item()
    losses = attempted(learn_by_heart(model, images, labels))
    after = cross_entropy(model(images), labels).item()
    assert isinstance(losses, list) and losses, "Return a list with the loss of each step."
    assert all(isinstance(loss, float) for loss in losses), "Put numbers into the list: loss.item(), not loss."
    assert len(losses) <= 500, f"{len(losses)} steps; 500 are enough with a larger lr, or with momentum."
    assert after != before, "No weight of this model has moved. Are all five lines there, and in order?"
    assert after < before, f"The loss rose from {before:.2f} to {after:.2f}: a smaller lr? Are gradients cleared?"
    assert after < 0.01, f"The loss fell from {before:.2f} to {after:.4f}, not below 0.01: a larger lr, or more steps."


DIAGNOSES = {
    "A": ("by heart", "The training loss goes to 0 while the test loss turns upwards."),
    "B": ("too large", "The loss jumps up and down: each step lands beyond the valley."),
    "C": ("healthy", "Both losses fall smoothly, side by side."),
    "D": ("cleared", "The loss is exactly flat. A small lr would still fall a little: here nothing moves at all."),
}


@check("10-4")
def check_diagnosis(diagnosis):
    known = ("healthy", "too large", "too small", "cleared", "by heart")
    for letter, (right, why) in DIAGNOSES.items():
        answer = attempted(diagnosis[letter])
        assert answer in known, f"{letter}: choose one of {', '.join(known)}."
        assert answer == right, f"{letter} is not {answer!r}. {why}"


def chart(examples=1442, lr=0.5, momentum=0.0, wrong_labels=False, clear_early=False):
    tg.manual_seed(0)
    images, labels = (part[:examples].clone() for part in train_digits.tensors)
    if wrong_labels:
        labels[::4] = 9 - labels[::4]
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = {"training loss": [], "test loss": []}
    for _ in range(41):
        loss = cross_entropy(model(images), labels)
        losses["training loss"].append(loss.item())
        losses["test loss"].append(cross_entropy(model(test_digits.tensors[0]), test_digits.tensors[1]).item())
        loss.backward()
        if clear_early:
            optimizer.zero_grad()
        optimizer.step()
        optimizer.zero_grad()
    return losses


def four_charts():
    return viz.draw_curves({
        "A": chart(examples=60, lr=0.2, momentum=0.9, wrong_labels=True),
        "B": chart(lr=1.6),
        "C": chart(lr=0.2, momentum=0.8),
        "D": chart(clear_early=True),
    })  # fmt: skip


# %% [markdown]
# ## Exercises
# Replace each `...` and run the cell. The checks are in the folded cell above.
#
# ### 10-1 · One round · 8 minutes
# `step` does one round of linear regression for $w x + b$ and the mean squared error. It changes `w` and `b`
# themselves, can be called again and again, and returns the loss as a number. Tolerance 0.00001.
#
# <details><summary>Hint 1</summary>
#
# Forward, loss, backward, update, zero.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The update changes leaves in place: only under `tg.no_grad()`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def step(w, b, x, y, lr):
#     loss = ((w * x + b - y) ** 2).mean()
#     loss.backward()
#     with tg.no_grad():
#         w -= lr * w.grad
#         b -= lr * b.grad
#     w.grad.zero_()
#     b.grad.zero_()
#     return loss.item()
# ```
#
# </details>


# %%
def step(w, b, x, y, lr):
    return ...


check_step(step)

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
#
# <details><summary>Hint</summary>
#
# Where does `F` do harm? Only between two of the lines.
#
# </details>
# <details><summary>Solution</summary>
#
# CAEBDFG, CAFEBDG or CAEFBDG.
#
# </details>

# %%
order = ...  # such as "ABCDEFG"

check_order(order)

# %% [markdown]
# ### 10-3 · Overfit one batch · 8 minutes
# Before training for hours: can the network learn 16 examples by heart? If not, the loop is broken, not the data. Here
# the labels are even drawn by lot. Reach a loss below 0.01 in at most 500 steps; return the list of losses.
#
# <details><summary>Hint 1</summary>
#
# No DataLoader: all 16 in each step.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `optim.SGD(model.parameters(), lr=0.1, momentum=0.9)`
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def learn_by_heart(model, images, labels):
#     loss_fn = nn.CrossEntropyLoss()
#     optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
#     losses = []
#     for _ in range(300):
#         loss = loss_fn(model(images), labels)
#         loss.backward()
#         optimizer.step()
#         optimizer.zero_grad()
#         losses.append(loss.item())
#     return losses
# ```
#
# </details>


# %%
def learn_by_heart(model, images, labels):
    return ...


check_learn_by_heart(learn_by_heart)

# %% [markdown]
# ### 10-4 · Four patients · 6 minutes
# Four loops on the digits. What is the matter? Choose from "healthy"; the learning rate is "too large" or "too small";
# gradients are "cleared" between backward and step; it learns its examples "by heart".
#
# <details><summary>Hint</summary>
#
# Look at the distance between the two curves, then at how smooth they are, then whether they move at all.
#
# </details>
# <details><summary>Solution</summary>
#
# A by heart, B too large, C healthy, D cleared.
#
# </details>

# %%
diagnosis = {"A": ..., "B": ..., "C": ..., "D": ...}

check_diagnosis(diagnosis)
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
# 1. Which of the five lines change weights? Which change `.grad`?
# 2. Why does the update stand under `no_grad()`?
# 3. 1000 examples, batches of 100, 5 epochs: how many steps?
# 4. Where must `zero_grad()` not stand?
# 5. The test loss rises while the training loss falls. What has happened?
#
# <details><summary>Answers</summary>
#
# 1. Only the update; backward and zero. 2. It is no part of the prediction, and a leaf that is being recorded must not
# be changed in place. 3. 50. 4. Between backward and step. 5. The network learns its examples by heart.
#
# </details>
#
# ## Summary
# Forward, loss, backward, update, zero: only the update moves weights. Batches make steps, all batches make an epoch.
# `optim.Adam` would take the place of `optim.SGD` in one word (lesson 13). Next: lesson 11, where the weights of a
# network are found. See also [Start here](00_start_here.ipynb).
