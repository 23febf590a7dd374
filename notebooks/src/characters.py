# %% [markdown]
# # Letter by letter
#
# A character model bets on the next letter of a text, having seen those before it. That is all a language model does.
# Here are four of them, from counting to a transformer, each trained while you watch, on twelve sonnets.
#
# You need [the training loop](10_training_loop.ipynb), [modules](11_modules.ipynb), and 25 minutes.
#
# The library is called `torch` here. With PyTorch's two lines in the place of the first two, every cell runs as it
# stands: `import torch` and `from torch import nn`.

# %%
import teachgrad as torch
from teachgrad import nn
from teachgrad.course import predict, reveal
from teachgrad.datasets import sonnets
from teachgrad.viz import draw_curves, jacobian, live_training

torch.set_default_dtype(torch.float64)  # so that a sample is the same on every machine

train_text, test_text = (text.lower() for text in sonnets())
letters = sorted(set(train_text))
V = len(letters)


def encode(text):
    return torch.tensor([letters.index(letter) for letter in text])


def decode(numbers):
    return "".join(letters[number] for number in numbers)


train, test = encode(train_text), encode(test_text)
print(test_text.partition("\n\n")[0])
print(f"\n{len(train)} letters to learn from, {len(test)} held out, {V} different ones: {decode(range(V))!r}")

# %% [markdown]
# ## What a bet costs
#
# A bet is a probability for each of the 36 letters. Then the next letter is turned over, and the bet costs
# $-\ln p$ of that letter: nothing if it was certain, much if it was thought impossible. The mean of it is the
# **loss, in nats per letter**; it is the cross-entropy you know.
#
# $e^{\text{loss}}$ is easier to feel: between how many equally likely letters does the model hesitate? Who knows
# nothing hesitates between 36, at a loss of $\ln 36 = 3.58$.
#
# ## Counting pairs
#
# After `q` comes `u`. How often does each letter follow each other one? Count; divide each row by its sum; that is a
# model, the **bigram** model.

# %%
counts = torch.zeros(V, V)
counts.index_put_((train[:-1], train[1:]), torch.ones(len(train) - 1), accumulate=True)


def report(name, loss):
    print(f"{name:22} {loss.item():.2f} nats, hesitates between {loss.exp().item():.1f} letters")


def cost(table, numbers):
    return -(table / table.sum(1, keepdim=True))[numbers[:-1], numbers[1:]].log().mean()


counted = cost(counts, train)
report("training text", counted)
report("held out", cost(counts, test))

# %% [markdown]
# Two things to see. One letter of memory leaves 10 letters to choose from, out of 36. And held out, it is **ruined**:
# some pair never occurred, so it was called impossible, and then it came. Never bet nothing on what you have not
# seen: give each pair one count in advance.

# %%
report("training text", cost(counts + 1, train))
report("held out", cost(counts + 1, test))

# %% [markdown]
# To write, draw a letter from the bet, append it, and bet again. All our models will be written with by this function.
# It begins after a line that no model has been shown.

# %%
BEGIN = test_text.partition("\n")[0] + "\n"


@torch.no_grad()
def write(model, memory, length=160):
    torch.manual_seed(4)
    numbers = encode(BEGIN)
    for _ in range(length):
        bets = model(numbers[None, -memory:])[0, -1].softmax(0)
        numbers = torch.cat([numbers, torch.multinomial(bets, 1)])
    print(decode(numbers[len(BEGIN) :].tolist()))


write(nn.Embedding.from_pretrained(counts.log()), memory=1)

# %% [markdown]
# ## The same table, by descent
#
# An `nn.Embedding(36, 36)` is a table too: one row of scores for each letter. It starts at random and gets no
# counts to look up, only the slope of the loss.

# %%
predict(
    "characters-table",
    f"Counting costs {counted.item():.2f} nats on the training text. What will 1000 steps of Adam reach?",
    ["less", "nearly the same, from above", "clearly more"],
)

# %%
torch.manual_seed(0)
table = nn.Embedding(V, V)
optimizer = torch.optim.Adam(table.parameters(), lr=0.1)
for step in range(1000):
    # each kind of pair once, times its count: the mean over the whole text, without reading it again
    loss = -(counts * table.weight.log_softmax(1)).sum() / counts.sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

more = loss.item() - counted.item()
close = "nearly the same, from above" if 0 < more < 0.005 else "less" if more < 0 else "clearly more"
reveal("characters-table", close, "No table can do better on these pairs than their own counts.")
report("counted", counted)
report("learnt", loss)

# %% [markdown]
# Descent has found the counts. It must: a bet with the true shares is the cheapest there is, and its price is the
# **conditional entropy** of the pairs. The last trifle is missing because a share of 0 needs a score of minus infinity.
#
# So why learn what can be counted? Because of memory. With 8 letters of it, the table would have $36^8$ rows, three
# million million, nearly all of them empty. A network needs no row for each.
#
# ## Eight letters: a small MLP
#
# Each letter becomes 8 numbers, which are learnt; 8 letters make 64 numbers; then a hidden layer. A row of `examples`
# is what is seen and what comes next.


# %%
def examples(numbers, memory, stride=1):
    return numbers.unfold(0, memory + 1, stride)


def loss_of(model, rows):
    bets = model(rows[:, :-1])  # (rows, bets in a row, V): the MLP makes one a row, the block one after each letter
    return nn.functional.cross_entropy(bets.flatten(0, 1), rows[:, -bets.shape[1] :].flatten())


def learn(model, rows, test_rows, epochs, batch, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    live = live_training(epochs)
    with torch.no_grad():
        live.report(training_loss=loss_of(model, rows), held_out_loss=loss_of(model, test_rows))
    for epoch in live:
        total = 0.0
        for pick in torch.randperm(len(rows)).split(batch):
            loss = loss_of(model, rows[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(pick)
        with torch.no_grad():
            live.report(training_loss=total / len(rows), held_out_loss=loss_of(model, test_rows))
    return {name: list(values.values()) for name, values in live.history.items()}


torch.manual_seed(0)
mlp = nn.Sequential(
    nn.Embedding(V, 8), nn.Flatten(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, V), nn.Unflatten(1, (1, V))
)
of_mlp = learn(mlp, examples(train, 8), examples(test, 8), epochs=18, batch=64, lr=0.004)

# %%
report("MLP, held out, best", torch.tensor(of_mlp["held out loss"]).min())
write(mlp, memory=8)

# %% [markdown]
# ## Whom to ask: attention
#
# The MLP sees 8 letters, each at its fixed place. A transformer sees 16 and lets each letter choose which earlier ones
# to listen to. A letter's vector is turned into a question $q$, a key $k$ and a value $v$. Where question and key
# agree, the value is taken:
#
# $$A = \operatorname{softmax}\left(\frac{Q K^\top}{\sqrt d} + M\right), \qquad \text{heard} = A V.$$
#
# The mask $M$ is $-\infty$ above the diagonal: nobody hears the future. So all 16 bets of a row can be made, and
# learnt from, at once. Shortcuts and layer norm are those of [lesson 14](14_depth.ipynb).


# %%
class Block(nn.Module):
    def __init__(self, memory=16, d=32):
        super().__init__()
        self.letter, self.place = nn.Embedding(V, d), nn.Embedding(memory, d)
        self.query, self.key, self.value = (nn.Linear(d, d, bias=False) for _ in range(3))
        self.norm = nn.LayerNorm(d)
        self.think = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.ReLU(), nn.Linear(2 * d, d))
        self.last = nn.Linear(d, V)

    def attention(self, h):
        scores = self.query(h) @ self.key(h).transpose(1, 2) / h.shape[2] ** 0.5
        future = torch.ones(h.shape[1], h.shape[1]).triu(1).bool()
        return scores.masked_fill(future, -torch.inf).softmax(2)

    def read(self, numbers):
        return self.letter(numbers) + self.place(torch.arange(numbers.shape[1]))

    def forward(self, numbers):
        h = self.read(numbers)
        asked = self.norm(h)
        h = h + self.attention(asked) @ self.value(asked)
        h = h + self.think(h)
        return self.last(h)


torch.manual_seed(0)
block = Block()
of_block = learn(block, examples(train, 16, stride=8), examples(test, 16, stride=16), epochs=13, batch=8, lr=0.005)

# %%
report("block, held out, best", torch.tensor(of_block["held out loss"]).min())
write(block, memory=16)

# %% [markdown]
# ## Who listens to whom
#
# What is heard is $A V$, so its slope with respect to the values is $A$ itself: a Jacobian is a picture of attention.
# A row listens, a column is heard; the empty half is the future. Point at a cell to see how much.

# %%
import teachgrad

words = BEGIN[:16]
with torch.no_grad():
    looks = block.attention(block.norm(block.read(encode(words)[None])))[0]
seen = words.replace(" ", "_")
print("letter:    ", " ".join(seen))
print("hears most:", " ".join(seen[k] for k in looks.argmax(1)))
looks = teachgrad.tensor(looks.tolist())
jacobian(lambda values: looks @ values, teachgrad.zeros(len(words)))

# %% [markdown]
# ## The honest ending
#
# Most letters listen to the one just before; nobody told them to. And at their best both networks beat the table. Do
# they know English? Look at the two losses side by side.

# %%
draw_curves({"MLP": of_mlp, "block": of_block}, unit="epoch")

# %% [markdown]
# On the training text they fall and fall. Held out they turn round and rise: from there on the networks learn these ten
# sonnets **by heart**, and bet boldly, and wrongly, on any other. Six thousand letters are too few for
# more than spelling. The sentences you know from large models come from the same loop, the same loss and many such
# blocks, on a thousand million times as much text.
#
# Things to try: half the hidden units; `nn.Dropout` before the last layer; `weight_decay` in
# `torch.optim.AdamW`; stopping at the lowest point; a text of your own.
#
# All lessons begin at [Start here](00_start_here.ipynb).
