# %% [markdown]
# # 15 · Debug clinic and capstone
#
# Afterwards you can
# - find out what is wrong with a training loop by measuring, not by guessing,
# - name twelve common faults by their symptoms, and mend them,
# - design a network that reads 97 % of handwritten digits it has never seen, in teachgrad and in PyTorch,
# - add an operation of your own, and prove its gradient.
#
# You need [the training loop](10_training_loop.ipynb), [modules](11_modules.ipynb) and 60 minutes.
#
# ## Twelve patients
#
# Twelve programs that train a network on digits. All of them are broken. Each loop looks like this one:

# %%
import warnings

import teachgrad as tg
from teachgrad import nn, optim, viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.clinic import CAUSES, PATIENTS, examined
from teachgrad.course.ward import examine, ward_round
from teachgrad.datasets import digits

print(PATIENTS[0].program)

# %% [markdown]
# You may have seen this one's fault. Before we run them all:
#
# > **Misconception: "If the loss falls, the loop is right."**
# > Or: "if something were wrong, there would be an error." All twelve are broken. So how many show it in these ways?

# %%
predict("15-errors", "How many of the twelve stop with an error?")
predict("15-falls", "In how many of the twelve does the loss fall all the same?")

# %%
charts = {patient.name: examined(patient) for patient in PATIENTS}
errors = [name for name, chart in charts.items() if chart.error]
falls = [name for name, chart in charts.items() if chart.losses and chart.losses[-1] < chart.losses[0]]
print("an error:", errors)
reveal("15-errors", len(errors), "The others run to their end. Nobody tells you that they are ill.")
print("the loss falls:", falls)
reveal("15-falls", len(falls), "Something is learnt in each of these, and less than could be, or at a price.")
explore(ward_round)

# %% [markdown]
# Tick `mended` to see what each of them could be. (Ill, D has no curve: its error comes first. H is nan
# from the second step.)
#
# ## Measure, do not guess
#
# Patient A's loss stays at 2.33 "to the last digit". Two suspects:
#
# - no gradient arrives, so the optimizer has nothing to go along;
# - the optimizer holds other parameters than those of the model.
#
# A good measurement is one for which the suspects predict **different** results. The loss is no such measurement: both
# say it stays. What the optimizer finds, one line tells:

# %%
lines = PATIENTS[0].program.replace(
    "    optimizer.step()", "    print('step', step, 'finds', model[0].weight.grad)\n    optimizer.step()"
)
images, labels = (part[:400] for part in digits()[0].tensors)
exec(lines.replace("range(40)", "range(2)"), {"torch": tg, "nn": nn, "images": images, "labels": labels})

healthy = examined(PATIENTS[0], PATIENTS[0].mended)
print(f"with step() after backward(): loss {healthy.losses[0]:.2f} to {healthy.losses[-1]:.2f}")

# %% [markdown]
# None: the first suspect. The gradient comes one line later, and is cleared before the next step. Two lines change
# places, and it learns.
#
# When you have no suspect yet, ask in this order. Each question costs one line:
#
# 1. **Does it move?** Loss, weights.
# 2. **Does the gradient arrive?** At every parameter: not None, not 0, not nan, not too long.
# 3. **Who uses it?** What the optimizer holds.
# 4. **Is the loss what you mean?** The first loss, the sums of probabilities.
# 5. **On which data, in which mode?**

# %% [markdown]
# ## Experiment: the ward
#
# Choose a patient. Read, measure, name the cause; then mend the program and run it. **Goal: the eleven that are left,
# none of them with more than three measurements.**
#
# (Without buttons: `examine("B")` says how.)

# %%
examine()

# %% [markdown]
# ## Exercises
# Replace each `...`, or mend what is there, and run the cell. The check says what is right and what differs; below it
# open hints and, last, the solution.
#
# ### 15-1 · Six letters · 6 minutes
# People write to the clinic, without their programs. Name each cause in the clinic's words (`list(CAUSES)`).
#
# ```text
# 1  "Batches of 128 images, ten classes. The very first loss is 4.85."
# 2  "96 % in training. When I ask the network twice about one image, it gives two answers."
# 3  "Step 1 takes 20 MB, step 1000 takes 20 GB."
# 4  "Gradients everywhere, of healthy size. After an hour: loss 2.3, 10 % right."
# 5  "Loss 2.3026 in all steps. When I stop and look, every .grad is there."
# 6  "Every layer gets a gradient. After training, two of three have the weights they were born with."
# ```

# %%
causes = {"1": ..., "2": ..., "3": ..., "4": ..., "5": ..., "6": ...}

check("15-1")
print(list(CAUSES))

# %% [markdown]
# ### 15-2 · A check-up · 8 minutes
# Question 2 of the list, for any model. To be called after `backward()`: return a dictionary that says of every
# parameter's name whether its `.grad` is "missing" (None), "not finite" (a nan or inf in it), "zero" (all of it) or
# "fine".


# %%
def check_up(model):
    return ...


check("15-2")

# %% [markdown]
# ### 15-3 · Three faults · 8 minutes
# Patients with three illnesses exist. Mend this one; it is to return the losses as numbers. The check follows it step
# by step, in NumPy. Tolerance 0.0001.


# %%
def train(model, images, labels, steps, lr):
    optimizer = optim.SGD(model.parameters(), lr=lr)
    loss_fn = nn.CrossEntropyLoss()
    losses = []
    for _ in range(steps):
        loss = loss_fn(model(images).softmax(1), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss)
    return losses


check("15-3")

# %% [markdown]
# ## Where nan comes from
#
# > **Misconception: "where() keeps nan away."**
# > The log of 0 is minus infinity. So choose: where `p` is 0, take 0 instead. The loss is finite, the log of 0 thrown
# > away.

# %%
predict("15-where", "After backward(), p.grad[0] is ...", ["0", "nan", "inf"])

# %%
p = tg.tensor([0.0, 0.5], requires_grad=True)
loss = tg.where(p > 0, p.log(), 0.0).sum()
loss.backward()
print("loss:", round(loss.item(), 3), "  p.grad:", p.grad)
reveal("15-where", str(p.grad[0].item()), "where() sends 0 back to the log, which multiplies it by 1/0: 0 · inf.")

warnings.simplefilter("ignore")  # anomaly mode warns that it is slow
try:
    with tg.autograd.detect_anomaly():
        tg.where(p > 0, p.log(), 0.0).sum().backward()
except RuntimeError as error:
    print(str(error).partition("\n")[0])

p.grad = None
tg.where(p > 0, p, 1.0).log().sum().backward()
print("chosen before the log:", p.grad)

# %% [markdown]
# `detect_anomaly()` names the operation that made the first nan. The cure is to keep 0 out of the log: choose *before*.
#
# ## An operation of your own
#
# $\log(1 + e^x)$ fails at the other end: at $x = 1000$ the exponential is too large for a float. On paper it is also
# $\max(x, 0) + \log(1 + e^{-|x|})$, and its slope is $\sigma(x)$. A `Function` states both ways. **gradcheck** holds it
# against nudging, in float64; and it is drawn like any other operation.


# %%
class Softplus(tg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0) + (-x.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, g):  # upstream gradient × local derivative, as ever
        (x,) = ctx.saved_tensors
        return g * x.sigmoid()


for name, softplus in {"by the letter": lambda x: (1 + x.exp()).log(), "our own": Softplus.apply}.items():
    x = tg.tensor(1000.0, requires_grad=True)
    y = softplus(x)
    y.backward()
    print(f"{name:13} value {y.item():g}   slope {x.grad.item():g}")

x = tg.tensor([-3.0, -0.1, 0.0, 2.0], dtype=tg.float64, requires_grad=True)
print("gradcheck:", tg.autograd.gradcheck(Softplus.apply, (x,)))

w, b = tg.tensor(0.5, requires_grad=True), tg.tensor(-1.0, requires_grad=True)
y = Softplus.apply(w * 2 + b)
y.backward(retain_graph=True)
viz.draw_graph(y, names={"w": w, "b": b, "y": y})

# %% [markdown]
# ### 15-4 · A slope that is learnt · 8 minutes
# A ReLU that leaks: $x$ where it is positive, else $a\,x$, and the number $a$ is learnt, too. Write its backward: two
# gradients. Tolerance 0.0001.


# %%
class Leaky(tg.autograd.Function):
    @staticmethod
    def forward(ctx, x, a):
        ctx.save_for_backward(x, a)
        return tg.where(x > 0, x, a * x)

    @staticmethod
    def backward(ctx, g):
        return ...


check("15-4")

# %% [markdown]
# ## Capstone: written once, run twice
#
# A program that is *handed* its library runs in both. `straight` is one, without a hidden layer: its borders between
# digits are straight. Two questions from the clinic, before you train for long: is the first loss near $\ln 10$? Can it
# learn one batch by heart (10-3)?


# %%
def straight(torch, images, labels):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    loss_fn = torch.nn.CrossEntropyLoss()
    data = torch.utils.data.TensorDataset(images, labels)
    loader = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)
    losses = []
    for epoch in range(5):
        for batch, targets in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(batch), targets)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    model.eval()
    return model, losses


def accuracy(torch, model):
    images, labels = (torch.tensor(part.tolist()) for part in digits()[1].tensors)
    with torch.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


model, losses = straight(tg, *digits()[0].tensors)
print("at least 97 % of the held-out digits right:", accuracy(tg, model) >= 0.97)

# %% [markdown]
# ### The same in PyTorch
# Only the import differs. If PyTorch is installed here, its losses stand beside ours.


# %% tags=["nbval-ignore-output"]
# Whether PyTorch is installed decides how many columns there are, so the tests run this cell and compare nothing.
def side_by_side(classify):
    import teachgrad as torch

    libraries = [torch]
    try:
        import torch

        libraries.append(torch)
    except ImportError:
        print("PyTorch is not installed here, so there is one column. `pip install torch` brings the other.\n")
    columns = []
    for torch in libraries:
        images, labels = (torch.tensor(part.tolist()) for part in digits()[0].tensors)
        model, losses = classify(torch, images, labels)
        columns.append([torch.__name__, *(f"{loss:.4f}" for loss in losses), f"{accuracy(torch, model):.1%}"])
    for line in zip(["epoch", *range(1, len(losses) + 1), "right"], *columns, strict=True):
        print("".join(f"{entry!s:>12}" for entry in line))


side_by_side(straight)

# %% [markdown]
# ### 15-5 · The capstone · 15 minutes
# Design your own. `classify` is called as `straight` is, and returns the model and a list of losses. **97 % of
# the 355 held-out digits, within a minute.** Layers, sizes, optimizer, epochs: your choice. Ours needs a second or two.
# Then run `side_by_side(classify)`.


# %%
def classify(torch, images, labels):
    return ...


check("15-5")

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(15)

# %% [markdown]
# ## Summary
# Name two suspects, and measure what tells them apart. A loop without an error, and a falling loss, prove little; a
# gradient at every parameter, a first loss of ln 10 and an overfitted batch prove more. You have written a loop, a
# network and an operation, and they run in PyTorch.
#
# Before: [14 · Depth](14_depth.ipynb). Next: [16 · Beyond](16_beyond.ipynb). All lessons begin at
# [Start here](00_start_here.ipynb).
