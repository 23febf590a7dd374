# %% [markdown]
# # 07 · Tensors: shapes, broadcasting, matmul
#
# Afterwards you can
# - read a Jacobian as a picture, and say why nobody builds one,
# - tell over which axes a gradient is summed,
# - write the way back through a layer, a softmax with cross-entropy, and a lookup,
# - find the mistake that runs, fits, and learns nothing.
#
# You need [lesson 05](05_backward.ipynb), and 60 minutes.
#
# ## 210 gigabytes
#
# One layer, 256 images of 784 pixels, 512 outputs for each. How does each output depend on each weight? Written down,
# that is a table with a row for each output and a column for each weight: the **Jacobian**.

# %%
import teachgrad as tg
from teachgrad import nn, viz
from teachgrad.course import check, explore, predict, quiz, reveal
from teachgrad.course.lesson07 import eight_jacobians
from teachgrad.datasets import penguins

tg.manual_seed(0)
images = tg.rand(256, 784)
w = tg.randn(784, 512, requires_grad=True)
y = images @ w
y.backward(tg.ones(256, 512))

rows, columns = y.numel(), w.numel()
print(f"The Jacobian: {rows:,} rows × {columns:,} columns, {4 * rows * columns / 1e9:.0f} GB.")
print(f"What backward() made instead: {tuple(w.grad.shape)}, {4 * w.numel() / 1e6:.1f} MB.")

# %% [markdown]
# It ran while you blinked. So backward never makes that table. What does it do? We look at Jacobians small enough to
# be seen, and find a short cut in each.
#
# ## Place your bet
#
# A bias `b` of 3 numbers is added to 4 rows. How steep is the sum of all 12 results along each entry of `b`?

# %%
predict("07-bias", "Each entry of b.grad will be ...")

x = tg.zeros(4, 3)
b = tg.zeros(3, requires_grad=True)
y = x + b
viz.draw_graph(y.sum())

# %%
y.sum().backward()
print("b.grad:", b.grad)
reveal("07-bias", b.grad[0].item(), "Each entry was added to four rows: nudge it, and four results move.")

viz.jacobian(lambda b: x + b, b)

# %% [markdown]
# A row for each of 12 results, a column for each of 3 inputs. Choose a result: it looks at one input. Choose an input:
# four results look at it.
#
# `backward` gets one number for each result, the **upstream gradient** $g$. It multiplies each row by its number and
# adds down the columns: $g J$. In this table, that is simply: add the rows of $g$.

# %%
J = tg.autograd.functional.jacobian(lambda b: x + b, b).reshape(12, 3)
g = tg.arange(1.0, 13).reshape(4, 3)
b.grad = None
(x + b).backward(g)
print("g J, with the table:", g.reshape(12) @ J)
print("backward(g):        ", b.grad)
print("the short cut:      ", g.sum(0))
print("5 through a sum:    ", *tg.autograd.grad(b.sum(), b, tg.tensor(5.0)))

# %% [markdown]
# Broadcasting copies, so backward adds. And `sum` adds, so backward copies.
#
# ## Experiment: over which axes?
#
# Shapes are compared from the right: in each column the sizes are equal, or one is 1 or missing.
# **Goals: two shapes where both gradients are sums; one gradient that is a single number; two shapes that do not fit.**

# %%
SHAPES = [(), (1,), (3,), (4,), (1, 3), (4, 1), (4, 3)]


def add(a=(4, 3), b=(3,)):
    return viz.draw_broadcast(a, b)


explore(add, a=SHAPES, b=SHAPES)

# %% [markdown]
# ## Two things people believe
#
# > **Misconception: "broadcasting is free for gradients."**
# > Forward it is: to show 3 numbers as 1000 rows, nothing is copied. And on the way back?
#
# > **Misconception: "it runs, so the shapes are right."**
# > 275 penguins. The predictions have shape (275, 1). The weights to be predicted come in one row: (275,).

# %%
predict("07-free", "b has 3 entries, shown as 1000 rows. How many numbers come back before they are added up?")
predict("07-errors", "And how many errors will (prediction - label) hold, for 275 penguins?")

# %%
b = tg.zeros(3, requires_grad=True)
wide = b.expand(1000, 3)
wide.retain_grad()
(2 * wide).sum().backward()
print("from one row to the next, memory moves by", wide.stride(0), "numbers: there is only one row")
reveal("07-free", wide.grad.numel(), "All copies share one memory, but each gets a gradient of its own.")

birds, _ = penguins("flipper_length_mm", target="body_mass_g")
flipper, weight = (birds.tensors[0] - 200) / 10, birds.tensors[1] / 1000


def fit(label):
    w = tg.ones(1, requires_grad=True)
    for step in range(60):
        error = w * flipper + label.mean() - label
        loss = (error**2).mean()
        loss.backward()
        with tg.no_grad():
            w -= 0.1 * w.grad
        w.grad = None
        if step % 59 == 0:
            print(f"   loss {loss:.2f}   slope {abs(w.item()):.2f}")
    return error, w


print("labels in a column")
fit(weight)
print("labels in a row")
error, w = fit(weight.squeeze(1))
reveal("07-errors", error.numel(), "A column minus a row is a square: each prediction is held against every label.")
viz.draw_fit(
    flipper, weight, lambda x: w * x + weight.mean(), ("flipper: cm beyond 20", "weight in kg"), "labels in a row"
)

# %% [markdown]
# No complaint, a loss that falls, and in the end every penguin has the average weight: each prediction was pulled
# towards all labels at once. (`nn.MSELoss` would have warned.) **Print shapes before you train.**
#
# ## A matrix product
#
# People find the gradient of `w` in `x @ w` by shapes: `x` is $(n, i)$, `g` is $(n, o)$, `w.grad` must be $(i, o)$.
# Only `x.T @ g` fits. But what if all of them are 3 × 3?
#
# While you think: below are 2 examples of 3 features, and 2 outputs. Choose a weight. Whom does it move, and how much?

# %%
predict("07-fit", "All are 3 × 3. Of the 8 products of x and g, transposed or not, how many equal w.grad?")

x = tg.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
w = tg.ones(3, 2)
viz.jacobian(lambda w: x @ w, w)

# %%
x, g = tg.randn(3, 3), tg.randn(3, 3)
w = tg.randn(3, 3, requires_grad=True)
(x @ w).backward(g)

products = ["x @ g", "x @ g.T", "x.T @ g", "x.T @ g.T", "g @ x", "g @ x.T", "g.T @ x", "g.T @ x.T"]
fits = [product for product in products if tg.allclose(eval(product), w.grad, atol=1e-5)]
print("right:", *fits)
reveal("07-fit", len(fits), "All eight have the right shape.")

# %% [markdown]
# The shape rule is a memory aid, no proof: it is blind where sizes happen to be equal. **Test with batch ≠ features.**
#
# The picture is the proof. `w[i, o]` moves `y[n, o]`, in every row $n$, by `x[n, i]`. Multiply by what comes back, add
# over the rows: $\sum_n x_{ni}\, g_{no}$, which is `x.T @ g`.
#
# ## Softmax
#
# Softmax turns scores (**logits**) into probabilities: positive, and 1 in sum. To see whether its gradient works,
# somebody writes `p.sum().backward()`.

# %%
logits = tg.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]], requires_grad=True)
predict("07-ones", "After logits.softmax(1).sum().backward(), the largest entry of logits.grad is ...")
viz.jacobian(lambda row: row.softmax(0), logits[0].detach())

# %%
p = logits.softmax(1)
p.sum().backward()
reveal("07-ones", abs(round(logits.grad.abs().max().item(), 6)), "The sum is 1, whatever the scores: it cannot move.")

labels = tg.tensor([0, 2])
logits.grad = None
nn.functional.cross_entropy(logits, labels, reduction="sum").backward()
print("\nprobabilities, and the gradient that cross-entropy leaves for labels", labels.tolist())
for row, gradient in zip(p.tolist(), logits.grad.tolist(), strict=True):
    print("   ".join(f"{value:6.3f}" for value in row), "  |  ", "   ".join(f"{value:6.3f}" for value in gradient))

# %% [markdown]
# In the Jacobian above, each column adds up to 0. So a test with ones sees nothing of a softmax, right or wrong.
# **Test with a random `g`.**
#
# And what did cross-entropy leave? Compare left and right: you need it below.
#
# ## Exercises
# Replace each `...` and run the cell. In all of them, `g` is the upstream gradient. Tolerance 0.0001.
#
# ### 07-1 · Eight Jacobians · 8 minutes
# `x` has four entries: 1, 2, 3, 4. Which table belongs to which function? Write its number.
#
# ```text
# 1  x ** 2       3  x.flip(0)      5  x.expand(2, 4)     7  x - x.mean()
# 2  x.sum()      4  x.cumsum(0)    6  x[[0, 0, 3]]       8  W @ x, where W is (3, 4)
# ```

# %%
matches = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ..., "F": ..., "G": ..., "H": ...}

check("07-1")
viz.draw_tables(eight_jacobians())

# %% [markdown]
# ### 07-2 · Undo broadcasting · 8 minutes
# A tensor of shape `shape` was stretched, and `g` came back to its copies. Return the gradient of the tensor:
# `unbroadcast(g, (4, 1))` has shape (4, 1).


# %%
def unbroadcast(g, shape):
    return ...


check("07-2")

# %% [markdown]
# ### 07-3 · A layer, backwards · 8 minutes
# `y = x @ w + b`, where `x` is (batch, features), `w` (features, outputs), `b` (outputs,). Return three gradients: of
# `x`, `w` and `b`.


# %%
def layer_backward(g, x, w):
    return ..., ..., ...


check("07-3")

# %% [markdown]
# ### 07-4 · Softmax and cross-entropy · 8 minutes
# The loss is the **mean** cross-entropy over the rows of `logits`; `labels` holds a class for each row. `g` is what
# comes back to the loss: a number. Return the gradient of `logits`, without `backward()`.


# %%
def cross_entropy_backward(g, logits, labels):
    return ...


check("07-4")

# %% [markdown]
# ### 07-5 · Look up, backwards · 5 minutes
# `y = table[index]` reads rows, some perhaps twice: so words become numbers in language models. `table` has `rows`
# rows. Return its gradient.


# %%
def lookup_backward(g, index, rows):
    return ...


check("07-5")

# %% [markdown]
# ## The same in PyTorch
# If PyTorch is installed here, this runs in PyTorch, else in teachgrad.

# %%
try:
    import torch
except ImportError:
    import teachgrad as torch

x = torch.arange(8.0).reshape(4, 2)
w = torch.ones(2, 3, requires_grad=True)
b = torch.zeros(3, requires_grad=True)
y = x @ w + b
g = torch.arange(12.0).reshape(4, 3)
y.backward(g)
print("w:", torch.equal(w.grad, x.T @ g), "  b:", torch.equal(b.grad, g.sum(0)))

table = torch.zeros(4, 2, requires_grad=True)
table[[2, 0, 2, 2]].sum().backward()
print(table.grad)

# %% [markdown]
# ## Recall, without looking up

# %%
quiz(7)

# %% [markdown]
# ## Summary
# A gradient has the shape of what it belongs to. What was used several times gets the sum. Backward multiplies by a
# Jacobian and never builds it. Test with unequal sizes and a random upstream gradient.
#
# Before: [06 · Build it](06_build_it.ipynb). Next: [08 · Book-keeping](08_bookkeeping.ipynb), about what `.grad` adds
# up. All lessons begin at [Start here](00_start_here.ipynb).
