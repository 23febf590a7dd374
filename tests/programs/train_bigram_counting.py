"""Bigrams of element names, 1 of 2: counting how often a letter follows another, and writing new names."""

# mypy: ignore-errors

import torch

NAMES = """
hydrogen helium lithium beryllium boron carbon nitrogen oxygen fluorine neon sodium magnesium aluminium
silicon phosphorus sulfur chlorine argon potassium calcium scandium titanium vanadium chromium manganese iron
cobalt nickel copper zinc gallium germanium arsenic selenium bromine krypton rubidium strontium yttrium
zirconium niobium
""".split()

letters = ["."] + sorted(set("".join(NAMES)))  # the dot is the edge of a name
number = {letter: i for i, letter in enumerate(letters)}
counts = torch.zeros(len(letters), len(letters), dtype=torch.int32)
for name in NAMES:
    for first, second in zip("." + name, name + "."):
        counts[number[first], number[second]] += 1

print("after i comes:", {letters[j]: n.item() for j, n in enumerate(counts[number["i"]]) if n > 2})
probabilities = (counts + 1).float()  # one more of each, so that nothing is impossible
probabilities /= probabilities.sum(1, keepdim=True)
print("each row sums to one:", torch.allclose(probabilities.sum(1), torch.ones(len(letters))))

log_likelihood, pairs = torch.tensor(0.0), 0
for name in NAMES:
    for first, second in zip("." + name, name + "."):
        log_likelihood += probabilities[number[first], number[second]].log()
        pairs += 1
print(f"{pairs} pairs, mean negative log likelihood {-log_likelihood / pairs:.4g}")

generator = torch.Generator().manual_seed(2147483647)
for _ in range(5):
    place, name = 0, ""
    while True:
        place = torch.multinomial(probabilities[place], num_samples=1, replacement=True, generator=generator).item()
        if place == 0:
            break
        name += letters[place]
    print(name)
