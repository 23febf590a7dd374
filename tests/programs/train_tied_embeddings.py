"""Weight sharing: one matrix turns words into vectors and vectors into words; its gradient comes from both uses."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

TEXT = """we are such stuff as dreams are made on and our little life is rounded with a sleep we are such stuff as
we were and our dreams are little and our sleep is made on dreams"""
words = TEXT.split()
vocabulary = sorted(set(words))
codes = torch.tensor([vocabulary.index(word) for word in words])


class NextWord(nn.Module):
    """The next word from the last two. The decoder's weight is the embedding's."""

    def __init__(self, size, width=16):
        super().__init__()
        self.embedding = nn.Embedding(size, width)
        self.mix = nn.Linear(2 * width, width)
        self.decoder = nn.Linear(width, size)
        self.decoder.weight = self.embedding.weight
        nn.init.normal_(self.embedding.weight, std=0.3)

    def forward(self, pairs):
        return self.decoder(torch.tanh(self.mix(self.embedding(pairs).flatten(1))))


torch.manual_seed(0)
model = NextWord(len(vocabulary))
print([name for name, _ in model.named_parameters()], "in the state:", list(model.state_dict()))

pairs, following = torch.stack([codes[:-2], codes[1:-1]], dim=1), codes[2:]
# The gradient of a shared weight is the sum of the gradients of its two uses.
loss = F.cross_entropy(model(pairs), following)
(together,) = torch.autograd.grad(loss, model.embedding.weight)
hidden = torch.tanh(model.mix(model.embedding(pairs).flatten(1)))
as_decoder = F.cross_entropy(F.linear(hidden.detach(), model.decoder.weight, model.decoder.bias), following)
as_embedding = F.cross_entropy(F.linear(hidden, model.decoder.weight.detach(), model.decoder.bias), following)
parts = [torch.autograd.grad(part, model.embedding.weight)[0] for part in (as_decoder, as_embedding)]
print("sum of both uses:", torch.allclose(together, parts[0] + parts[1], atol=1e-6))

optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
losses = []
for step in range(81):
    loss = F.cross_entropy(model(pairs), following)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 20 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")
print("still one matrix:", model.decoder.weight is model.embedding.weight)

written = codes[:2].tolist()
with torch.no_grad():
    for _ in range(12):
        written.append(model(torch.tensor([written[-2:]])).argmax().item())
print(" ".join(vocabulary[code] for code in written))
