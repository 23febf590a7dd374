"""Letters are merged in pairs, pairs in fours: a tree of layers reads eight letters, as WaveNet reads sound."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

VERSE = """the sun was shining on the sea, shining with all his might:
he did his very best to make the billows smooth and bright
and this was odd, because it was the middle of the night."""

letters = sorted(set(VERSE))
codes = torch.tensor([letters.index(letter) for letter in VERSE])
contexts = codes.unfold(0, 8, 1)[:-1]
targets = codes[8:]


class MergePairs(nn.Module):
    """(batch, time, channels) -> (batch, time / 2, 2 * channels), without a time that is one."""

    def forward(self, x):
        batch, time, channels = x.shape
        return x.reshape(batch, time // 2, channels * 2).squeeze(1)


class NormOverAllButChannels(nn.BatchNorm1d):
    """Batch normalisation of (batch, time, channels), which nn.BatchNorm1d expects as (batch, channels, time)."""

    def forward(self, x):
        return super().forward(x) if x.ndim == 2 else super().forward(x.transpose(1, 2)).transpose(1, 2)


def level(inputs, outputs):
    return [MergePairs(), nn.Linear(2 * inputs, outputs, bias=False), NormOverAllButChannels(outputs), nn.Tanh()]


torch.manual_seed(1337)
model = nn.Sequential(
    nn.Embedding(len(letters), 10), *level(10, 32), *level(32, 32), *level(32, 32), nn.Linear(32, len(letters))
)
with torch.no_grad():
    model[-1].weight *= 0.1  # at first nothing is known: no letter should be much likelier than another
print(sum(p.numel() for p in model.parameters()), "parameters")

x = model[0](contexts[:2])
for layer in model[1:]:
    x = layer(x)
    if isinstance(layer, MergePairs):
        print("merged:", tuple(x.shape))

optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
losses = []
for step in range(101):
    batch = torch.randint(0, len(contexts), (32,))
    loss = F.cross_entropy(model(contexts[batch]), targets[batch])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 20 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")

model.eval()
written = codes[:8].tolist()
with torch.no_grad():
    while len(written) < 60:
        written.append(model(torch.tensor([written[-8:]])).argmax().item())
print("".join(letters[code] for code in written))
