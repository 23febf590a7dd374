# %% [markdown]
# # 13 · Optimizers
#
# Afterwards you can
# - write momentum, Adam and AdamW in a few lines each, to the same digits as the library,
# - say what momentum, the bias correction and the W are for, by showing what happens without them,
# - let a learning rate follow a schedule, and give parameters settings of their own.
#
# You need [gradient descent](09_descent.ipynb) and [the training loop](10_training_loop.ipynb), and 60 minutes.
#
# ## Three hikers
#
# One takes plain steps, one has **momentum**, one is called **Adam**. Each has a learning rate that works everywhere.
# They walk through a ravine, through the same ravine turned by 45 degrees, through a valley bent like a banana
# (Rosenbrock's), and down from a saddle.

# %%
import teachgrad as tg
from teachgrad import nn, optim, viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.datasets import digits
from teachgrad.utils.data import DataLoader


def ravine(x, y):
    return 0.5 * (x**2 + 50 * y**2)


def turned(x, y):
    return ravine((x + y) / 2**0.5, (y - x) / 2**0.5)


def banana(x, y):
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


def saddle(x, y):
    return 0.5 * (x**2 - y**2) + 0.05 * (y**2) ** 2 + 1.25


STARTS = {ravine: (-10.0, 1.0), turned: (-7.778, -6.364), banana: (-1.5, 1.0), saddle: (-2.0, 0.001)}
HIKERS = {
    "plain": lambda parameters: optim.SGD(parameters, lr=0.02),
    "momentum": lambda parameters: optim.SGD(parameters, lr=0.01, momentum=0.9),
    "Adam": lambda parameters: optim.Adam(parameters, lr=0.2),
}

predict("13-race", "Who is the first to arrive, everywhere?", ["plain", "momentum", "Adam", "nobody"])


# %%
def arrival(losses, goal=0.01):
    return next((step for step, loss in enumerate(losses) if loss < goal), "-")


races = {
    land.__name__: viz.animate_descent(land, start, optimizers=HIKERS, steps=150) for land, start in STARTS.items()
}
print("steps until the loss is below 0.01")
for land, race in races.items():
    print(f"{land:8}", {name: arrival(walk.losses) for name, walk in race.walks.items()})
reveal("13-race", "nobody", "Momentum wins three times. Adam is the first down from the saddle.")
races["banana"]

# %% [markdown]
# ## A ball with friction
#
# In [lesson 08](08_bookkeeping.ipynb) a loop that never cleared `.grad` turned out to be a ball that rolls without
# friction. Momentum is that ball with friction: of its velocity it keeps the share $\beta$, and adds the slope.
#
# $$v \leftarrow \beta v + g \qquad w \leftarrow w - \mathrm{lr}\, v$$
#
# Across the ravine slopes change sign and cancel in $v$; along it they add up. Watch number 2:

# %%
w, v = 1.0, 0.0
ours = []
for _ in range(4):
    v = 0.9 * v + w  # the slope of w²/2 is w
    w -= 0.1 * v
    ours.append(round(w, 4))

w = tg.tensor(1.0, requires_grad=True)
optimizer = optim.SGD([w], lr=0.1, momentum=0.9)
theirs = []
for _ in range(4):
    (0.5 * w**2).backward()
    optimizer.step()
    optimizer.zero_grad()
    theirs.append(round(w.item(), 4))

print("by hand:", ours, "  SGD:", theirs)
races["ravine"]

# %% [markdown]
# ## Experiment: how much friction?
# **Goal: through the ravine, below 0.000001 in 50 steps.** Begin without momentum. And before you set it to 1: you have
# met that ball, what will it do?

# %%
viz.explore_descent(ravine, start=STARTS[ravine], lr=(0.005, 0.1), momentum=(0.0, 1.0), steps=50)

# %% [markdown]
# Too little friction swings, too much crawls; and a learning rate that is too large for plain steps (above
# $2/50 = 0.04$) may suit a ball.
#
# ## Adam: a scale for each number
#
# One learning rate must do for every weight, though slopes differ by factors of a thousand. Adam keeps two averages:
# of the slope, $m$, and of its square, $v$. It steps by $m$ divided by the root of $v$.
#
# Two weights, one with slope 0.001, one with slope 1000. lr is 0.1.

# %%
predict("13-steep", "How many times as long as the first is the second one's first step?")

# %%
flat, steep = (tg.tensor(0.0, requires_grad=True) for _ in range(2))
optimizer = optim.Adam([flat, steep], lr=0.1)
(0.001 * flat + 1000 * steep).backward()
optimizer.step()
print(f"flat: {flat.item():.4f}   steep: {steep.item():.4f}")
reveal("13-steep", round(steep.item() / flat.item(), 3), "A slope divided by its own size is 1: what is left is lr.")
races["saddle"]

# %% [markdown]
# So Adam leaves the saddle at once, where slopes are tiny. And look at the first two rows of the table again: only Adam
# noticed that the ravine was turned. It scales along the axes, and cannot scale along anything else.
#
# ## Why a correction?
#
# Both averages start at 0, so at first they are too small:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2$$
#
# Adam divides them by $1 - \beta_1^t$ and $1 - \beta_2^t$, where $t$ counts steps from 1; then
# $w \leftarrow w - \mathrm{lr}\, \hat m / (\sqrt{\hat v} + \epsilon)$.
#
# ## Experiment: leave it out
# The slope is always 1, so each step should be as long as lr. Without the correction, will the first one be too short
# or too long? Untick the box. **Goal: two betas for which the first step is right without it, by luck.**


# %%
def first_steps(beta1=0.9, beta2=0.999, corrected=True):
    m = v = 0.0
    lengths = []
    for t in range(1, 61):
        m, v = beta1 * m + (1 - beta1), beta2 * v + (1 - beta2)
        fair = (1 - beta1**t) / (1 - beta2**t) ** 0.5 if corrected else 1.0
        lengths.append(m / v**0.5 / fair)
    return viz.draw_curves({f"the first step: {lengths[0]:.2f} lr": {"length": lengths}})


explore(first_steps, beta1=[0.0, 0.5, 0.9, 0.99], beta2=[0.5, 0.9, 0.99, 0.999])

# %% [markdown]
# Without it, and with the usual betas, the first step is three times too long, and the tenth six times: $v$ starts
# lower than $m$, and takes longer to rise.
#
# ## Learning rates that change
# Large steps at first, small ones at the end: a **scheduler** writes to the optimizer's `lr`. Each one counts what you
# let it count, by calling its `step()`.


# %%
def rates(make, steps=40):
    optimizer = optim.SGD([tg.zeros(1, requires_grad=True)], lr=0.1)
    scheduler, found = make(optimizer), []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def warm_then_cosine(optimizer):
    warm = optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=8)
    cosine = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=32)
    return optim.lr_scheduler.SequentialLR(optimizer, [warm, cosine], milestones=[8])


viz.draw_curves({
    "StepLR, half after every 10": {"lr": rates(lambda o: optim.lr_scheduler.StepLR(o, 10, 0.5))},
    "warm up, then cosine": {"lr": rates(warm_then_cosine)},
})  # fmt: skip

# %% [markdown]
# ## Exercises
# Replace each `...`, or mend what is there, and run the cell. Your steps are compared with teachgrad's own after 1, 2
# and 20 of them. Tolerance $10^{-9}$.
#
# ### 13-1 · Momentum · 6 minutes
# Move `w` in place, along the slope in `w.grad`. `state` is a dictionary, empty before the first step, in which you may
# keep what the next one needs: `state.get("v", 0)` is 0 the first time.


# %%
def momentum(w, state, lr, beta):
    # move w in place; return nothing
    ...


check("13-1")

# %% [markdown]
# ### 13-2 · Adam · 10 minutes
# In the same way. `betas` is a pair.


# %%
def adam(w, state, lr, betas, eps):
    # move w in place; return nothing
    ...


check("13-2")

# %% [markdown]
# ### 13-3 · AdamW · 5 minutes
# `decay` pulls `w` towards 0: each step first takes away the share `lr * decay` of it, and then goes on as Adam.


# %%
def adamw(w, state, lr, betas, eps, decay):
    # move w in place; return nothing
    ...


check("13-3")

# %% [markdown]
# ### 13-4 · A schedule · 5 minutes
# The learning rate stays at 0.1. It is to be halved after every second epoch.


# %%
def train(w, batches, epochs):
    optimizer = optim.SGD([w], lr=0.1, momentum=0.9)
    for epoch in range(epochs):
        for x, y in batches:
            loss = ((w * x - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()


check("13-4")

# %% [markdown]
# ### 13-5 · Two groups · 6 minutes
# Decay is for matrices; biases, and the scales of normalisation layers, have one dimension and are left alone. Return
# an `optim.AdamW` with lr 0.001: weight decay 0.1 for parameters of two dimensions or more, 0 for all others.


# %%
def optimizer_for(model):
    return ...


check("13-5")

# %% [markdown]
# ## Two things people believe
#
# > **Misconception: "Weight decay is a penalty on the squares, in Adam as everywhere."**
# > Two weights start at 1. The slopes of the steep one swing between 10 and -10, those of the flat one between 0.1 and
# > -0.1: only the decay moves them for good. `Adam(weight_decay=0.1)` takes it as a penalty, `AdamW` keeps it apart.
#
# > **Misconception: "Adam needs no learning rate."**
# > It scales its steps itself. So on the digits lr = 0.0001, 0.01 and 1 should do alike.

# %%
predict(
    "13-decay", "Adam(weight_decay=0.1): which weight shrinks more?", ["the steep one", "the flat one", "both alike"]
)
predict("13-lr", "After 4 epochs, for how many of the three is more than half of the test digits right?")


# %%
def shrink(make, steps=300):
    weights = [tg.tensor(1.0, requires_grad=True) for _ in range(2)]
    optimizer, paths = make(weights), {"steep weight": [1.0], "flat weight": [1.0]}
    for step in range(steps):
        sign = (-1) ** step
        (sign * 10 * weights[0] + sign * 0.1 * weights[1]).backward()
        optimizer.step()
        optimizer.zero_grad()
        for path, weight in zip(paths.values(), weights, strict=True):
            path.append(weight.item())
    return paths


paths = {
    "Adam": shrink(lambda p: optim.Adam(p, lr=0.01, weight_decay=0.1)),
    "AdamW": shrink(lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1)),
}
for name, path in paths.items():
    print(f"{name:5} steep {path['steep weight'][-1]:.2f}   flat {path['flat weight'][-1]:.2f}")
reveal("13-decay", "the flat one", "As part of the gradient the decay is divided by its size, too.")
viz.draw_curves(paths)

# %%
train_digits, test_digits = digits()


def learn(lr, epochs=4):
    tg.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer, loss_fn, losses = optim.Adam(model.parameters(), lr=lr), nn.CrossEntropyLoss(), []
    for _ in range(epochs):
        for images, labels in DataLoader(train_digits, batch_size=64, shuffle=True):
            loss = loss_fn(model(images), labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
    with tg.no_grad():
        images, labels = test_digits.tensors
        return losses, (model(images).argmax(1) == labels).float().mean().item()


runs = {lr: learn(lr) for lr in (0.0001, 0.01, 1.0)}
for lr, (_, right) in runs.items():
    print(f"lr {lr:6}: more than half right: {right > 0.5}")
reveal(
    "13-lr", sum(right > 0.5 for _, right in runs.values()), "Steps are about as long as lr: too short, or too long."
)
viz.draw_curves({f"Adam, lr {lr}": {"loss": losses} for lr, (losses, _) in runs.items()})

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

for name, settings in {"SGD": {"momentum": 0.9}, "Adam": {}, "AdamW": {"weight_decay": 0.1}}.items():
    w = torch.tensor([-1.5, 1.0], dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([w], lr=0.01, **settings)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=50, gamma=0.5)
    for _ in range(100):
        optimizer.zero_grad()
        loss = (1 - w[0]) ** 2 + 10 * (w[1] - w[0] ** 2) ** 2
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(f"{name:5} lr {optimizer.param_groups[0]['lr']:.4f}   at {w[0].item():.6f}, {w[1].item():.6f}")

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(13)

# %% [markdown]
# ## Summary
# Momentum remembers slopes; Adam gives each number a scale of its own, and its correction makes up for averages that
# begin at 0; the W keeps decay out of it. None wins everywhere, and each needs a learning rate: measure.
#
# Before: [12 · Data](12_data.ipynb). Next: [14 · Depth](14_depth.ipynb), where networks get deep. All lessons begin
# at [Start here](00_start_here.ipynb).
