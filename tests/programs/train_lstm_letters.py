"""An LSTM writes letter by letter: hidden and cell state are carried from piece to piece of one long text."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

RHYME = "how doth the little crocodile improve his shining tail and pour the waters of the nile on every golden scale "
letters = sorted(set(RHYME))
codes = torch.tensor([letters.index(letter) for letter in RHYME * 5])


class Writer(nn.Module):
    """Letters to vectors, two layers of memory, vectors to letters."""

    def __init__(self, width=24):
        super().__init__()
        self.embedding = nn.Embedding(len(letters), 12)
        self.lstm = nn.LSTM(12, width, num_layers=2)
        self.head = nn.Linear(width, len(letters))

    def forward(self, x, state=None):
        out, state = self.lstm(self.embedding(x), state)
        return self.head(out), state


torch.manual_seed(0)
model = Writer()
print([(name, tuple(p.shape)) for name, p in model.lstm.named_parameters()][:4])
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
rows = codes[: 4 * 130].view(4, 130).T.contiguous()  # four places of the text side by side: (time, batch)
losses = []
for epoch in range(10):
    state, total = None, 0.0
    for start in range(0, 120, 20):
        x, y = rows[start : start + 20], rows[start + 1 : start + 21]
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        state = tuple(part.detach() for part in state)  # the values go on, their history ends here
        total += loss.item() / 6
    losses.append(total)
    if epoch % 3 == 0:
        print(f"epoch {epoch:2d}: mean loss {total:.4g}")

with torch.no_grad():
    written, state = "how", None
    logits, state = model(torch.tensor([[letters.index(letter)] for letter in written]))
    for _ in range(40):
        written += letters[logits[-1, 0].argmax().item()]
        logits, state = model(torch.tensor([[letters.index(written[-1])]]), state)
print(written)
