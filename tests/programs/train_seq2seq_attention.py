"""An encoder and a decoder with attention learn to turn digits around, and the attention shows how."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

LENGTH, START = 3, 6
torch.manual_seed(0)


class Encoder(nn.Module):
    """A GRU over the digits that are given."""

    def __init__(self, width):
        super().__init__()
        self.embedding = nn.Embedding(7, width)
        self.gru = nn.GRU(width, width, batch_first=True)

    def forward(self, digits):
        return self.gru(self.embedding(digits))


class Decoder(nn.Module):
    """One step: the last digit and what attention finds in the encoder's states lead to the next digit."""

    def __init__(self, width):
        super().__init__()
        self.embedding = nn.Embedding(7, width)
        self.cell = nn.GRUCell(2 * width, width)
        self.head = nn.Linear(width, 7)

    def forward(self, digit, state, memory):
        attention = F.softmax(torch.einsum("bw,btw->bt", state, memory) / memory.shape[2] ** 0.5, dim=1)
        found = torch.einsum("bt,btw->bw", attention, memory)
        state = self.cell(torch.cat([self.embedding(digit), found], dim=1), state)
        return self.head(state), state, attention


encoder, decoder = Encoder(20), Decoder(20)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.01)


def decode(digits, targets=None):
    """With targets the decoder is told the true last digit (teacher forcing); else it believes its own."""
    memory, last = encoder(digits)
    state, digit = last[0], torch.full((len(digits),), START)
    logits, attentions = [], []
    for step in range(LENGTH):
        answer, state, attention = decoder(digit, state, memory)
        logits.append(answer)
        attentions.append(attention)
        digit = answer.argmax(1) if targets is None else targets[:, step]
    return torch.stack(logits, dim=1), torch.stack(attentions, dim=1)


losses = []
for step in range(91):
    digits = torch.randint(6, (32, LENGTH))
    turned = digits.flip(1)
    logits, _ = decode(digits, turned)
    loss = F.cross_entropy(logits.flatten(0, 1), turned.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 30 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}")

with torch.no_grad():
    digits = torch.randint(6, (100, LENGTH))
    logits, attention = decode(digits)
    answers = logits.argmax(2)
print("given", digits[0].tolist(), "answered", answers[0].tolist())
print(f"right to the last digit: {(answers == digits.flip(1)).all(1).float().mean().item():.2f}")
print("where each answer looked most:", attention.mean(0).argmax(1).tolist())
