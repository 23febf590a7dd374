"""Bigrams of element names, 2 of 2: a table of logits learns by gradients what counting finds."""

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
pairs = [(number[a], number[b]) for name in NAMES for a, b in zip("." + name, name + ".")]
xs, ys = torch.tensor(pairs).unbind(1)

g = torch.Generator().manual_seed(2147483647)
W = torch.randn((len(letters), len(letters)), generator=g, requires_grad=True)
losses = []
for step in range(101):
    hot = F.one_hot(xs, num_classes=len(letters)).float()
    logits = hot @ W  # picks the row of each first letter
    odds = logits.exp()
    probabilities = odds / odds.sum(1, keepdim=True)
    loss = -probabilities[torch.arange(len(xs)), ys].log().mean() + 0.01 * (W**2).mean()
    W.grad = None
    loss.backward()
    W.data += -20 * W.grad
    losses.append(loss.item())
    if step % 20 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")

counted = torch.zeros(len(letters), len(letters)).index_put((xs, ys), torch.ones(len(xs)), accumulate=True)
counted /= counted.sum(1, keepdim=True)
best = -counted[xs, ys].log().mean()
with torch.no_grad():
    learned = W.softmax(dim=1)
reached = -learned[xs, ys].log().mean()
print(f"the table of counts cannot be beaten: {best:.4g}; training reached {reached:.4g}")

for _ in range(5):
    place, name = 0, []
    while not name or place:
        place = torch.multinomial(learned[place], num_samples=1, replacement=True, generator=g).item()
        name.append(letters[place])
    print("".join(name))
