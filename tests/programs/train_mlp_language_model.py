"""A perceptron over the embeddings of three letters continues element names, with batch normalisation made by hand."""

# mypy: ignore-errors

import torch
import torch.nn.functional as F

NAMES = """
hydrogen helium lithium beryllium boron carbon nitrogen oxygen fluorine neon sodium magnesium aluminium
silicon phosphorus sulfur chlorine argon potassium calcium scandium titanium vanadium chromium manganese iron
cobalt nickel copper zinc gallium germanium arsenic selenium bromine krypton rubidium strontium yttrium
zirconium niobium
""".split()

letters = ["."] + sorted(set("".join(NAMES)))
number = {letter: i for i, letter in enumerate(letters)}
X, Y = [], []
for name in NAMES:
    context = [0, 0, 0]
    for letter in name + ".":
        X.append(context)
        Y.append(number[letter])
        context = context[1:] + [number[letter]]
X, Y = torch.tensor(X), torch.tensor(Y)

g = torch.Generator().manual_seed(42)
C = torch.randn((len(letters), 6), generator=g)
W1 = torch.randn((18, 40), generator=g) * (5 / 3) / 18**0.5  # no bias: the normalisation would take it away again
W2 = torch.randn((40, len(letters)), generator=g) * 0.1
b2 = torch.zeros(len(letters))
gain, shift = torch.ones(1, 40), torch.zeros(1, 40)
parameters = [C, W1, W2, b2, gain, shift]
for p in parameters:
    p.requires_grad = True
running_mean, running_std = torch.zeros(1, 40), torch.ones(1, 40)

losses = []
for step in range(200):
    batch = torch.randint(0, len(X), (32,), generator=g)
    hidden = C[X[batch]].view(32, -1) @ W1
    mean, std = hidden.mean(0, keepdim=True), hidden.std(0, keepdim=True)
    with torch.no_grad():
        running_mean = 0.9 * running_mean + 0.1 * mean
        running_std = 0.9 * running_std + 0.1 * std
    hidden = torch.tanh(gain * (hidden - mean) / std + shift)
    loss = F.cross_entropy(hidden @ W2 + b2, Y[batch])
    for p in parameters:
        p.grad = None
    loss.backward()
    for p in parameters:
        p.data -= 0.2 * p.grad
    losses.append(loss.item())
    if step % 40 == 0:
        print(f"step {step:3d}: loss of the batch {loss.item():.4g}")


@torch.no_grad()
def predict(x):
    hidden = C[x].flatten(1) @ W1
    return torch.tanh(gain * (hidden - running_mean) / running_std + shift) @ W2 + b2


print(f"loss on all names {F.cross_entropy(predict(X), Y).item():.4g}")
for _ in range(4):
    context, name = [0, 0, 0], ""
    while not name.endswith(".") and len(name) < 12:
        chances = F.softmax(predict(torch.tensor([context])), dim=1)
        place = torch.multinomial(chances, num_samples=1, generator=g).item()
        context, name = context[1:] + [place], name + letters[place]
    print(name)
