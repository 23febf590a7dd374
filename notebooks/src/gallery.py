# %% [markdown]
# # Gallery
#
# What `teachgrad.viz` can show, with one line of code each. All of it works in the saved notebook, without a kernel:
# play, step, drag, point. Each says what it shows in `.alt`, and saves itself: `.save("picture.svg")`, or png, pdf,
# html, and, where it moves, gif and mp4.
#
# The lessons begin at [Start here](00_start_here.ipynb).

# %%
import teachgrad as tg
from teachgrad import nn, viz

tg.manual_seed(0)
x = tg.tensor(2.0)
w = tg.tensor(-0.5, requires_grad=True)
b = tg.tensor(1.5, requires_grad=True)
y = (x * w + b).tanh()
loss = (y - 1) ** 2 + 0.1 * w**2

inputs = tg.randn(40, 2)
labels = (inputs > 0).sum(1)
model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))


def error():
    return nn.functional.cross_entropy(model(inputs), labels)


# %% [markdown]
# ## Graphs
#
# ### The graph behind a tensor

# %%
viz.draw_graph(loss)

# %% [markdown]
# ### The graph as code builds it

# %%
viz.trace_forward(lambda: (x * w + b).tanh())

# %% [markdown]
# ### The backward pass, one contribution at a time
# Step back from the start, and the forward pass appears. Point at a node to see its numbers.

# %%
viz.step_backward(loss)

# %% [markdown]
# The same for tensors: shapes and norms, and the axes that broadcasting makes the engine sum over.

# %%
viz.step_backward(error(), names={"model": model, "inputs": inputs})

# %% [markdown]
# ### All paths from a leaf to the result

# %%
viz.draw_paths(loss, "w")

# %% [markdown]
# ### What is recorded, and the memory that it holds

# %%
with viz.watch_autograd():
    error().backward()

# %% [markdown]
# ### A large graph
# Modules are folded into one box each.

# %%
deep = nn.Sequential(*[nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0) for _ in range(4)])
viz.draw_graph(deep(tg.randn(5, 8)).square().sum())

# %% [markdown]
# ## Slopes
#
# ### A curve under a microscope

# %%
viz.tangent("x**2 - x", at=1.0)

# %% [markdown]
# ### Which output depends on which input

# %%
viz.jacobian(lambda v: v.cumsum(0) * v[0], tg.tensor([1.0, 2.0, 3.0, 4.0]))

# %% [markdown]
# ### Broadcasting, forward and backward

# %%
viz.draw_broadcast((3, 1), (4,))

# %% [markdown]
# ## Descent
#
# ### An optimizer on its way, and a race

# %%
viz.animate_descent(lambda x, y: x**2 / 20 + y**2, start=(-9.0, 2.5))

# %%
racers = {
    "SGD": lambda parameters: tg.optim.SGD(parameters, lr=0.15, momentum=0.8),
    "Adam": lambda parameters: tg.optim.Adam(parameters, lr=0.4),
}
viz.animate_descent(lambda x, y: x**2 / 20 + y**2, start=(-9.0, 2.5), optimizers=racers)

# %% [markdown]
# ### A descent to be steered

# %%
viz.explore_descent("x**2 / 20 + y**2", start=(-9.0, 2.5))

# %% [markdown]
# ## Training
#
# ### Modules, shapes, parameters

# %%
viz.module_tree(model, inputs)

# %% [markdown]
# ### What each line of a loop does to `.grad`

# %%
optimizer = tg.optim.SGD([w, b], lr=0.1)


def train():
    for _ in range(3):
        optimizer.zero_grad()
        ((x * w + b).tanh() - 1).square().backward()
        optimizer.step()


viz.gradient_ledger(train)

# %% [markdown]
# ### A loop while it runs, its gradients layer by layer, and its way over the loss

# %%
optimizer = tg.optim.Adam(model.parameters(), lr=0.05)
flow, way = viz.gradient_flow(model), viz.landscape(model, error)
live = viz.live_training(20)
for epoch in live:
    optimizer.zero_grad()
    mistake = error()
    mistake.backward()
    flow.record()
    way.record()
    optimizer.step()
    live.report(loss=mistake.item())

# %%
flow

# %%
way

# %% [markdown]
# ### Runs side by side

# %%
viz.compare({"lr 0.1": [0.9**i for i in range(20)], "lr 0.3": [0.7**i for i in range(20)]})

# %% [markdown]
# ### Lines to be put into another order


# %%
def run(lines):
    weight = tg.tensor(4.0, requires_grad=True)
    optimizer = tg.optim.SGD([weight], lr=0.1)
    do = {"clear": optimizer.zero_grad, "backward": lambda: weight.square().backward(), "step": optimizer.step}
    losses = []
    for _ in range(10):
        for line in lines:
            do[line]()
        losses.append(weight.item() ** 2)
    return "", losses


viz.explore_order(["clear", "backward", "step"], run)
