"""A GRU tells languages by number words of different lengths: padded, packed, and read in both directions."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

WORDS = {
    "English": "one two three four five six seven eight nine ten eleven twelve twenty hundred thousand",
    "German": "eins zwei drei vier sechs sieben acht neun zehn elf dreizehn zwanzig hundert tausend dreissig",
    "Italian": "uno due tre quattro "  # codespell:ignore tre
    "cinque sei sette otto nove dieci undici dodici venti cento mille",
}
letters = sorted(set("".join(WORDS.values())) - {" "})
pairs = [(word, label) for label, words in enumerate(WORDS.values()) for word in words.split()]
sequences = [torch.tensor([1 + letters.index(letter) for letter in word]) for word, _ in pairs]
labels = torch.tensor([label for _, label in pairs])
lengths = torch.tensor([len(sequence) for sequence in sequences])
padded = pad_sequence(sequences, batch_first=True)  # 0 fills what is missing
print(padded.shape, "the first:", padded[0].tolist())


class Reader(nn.Module):
    """The last state in each direction says the language."""

    def __init__(self, width=12):
        super().__init__()
        self.embedding = nn.Embedding(1 + len(letters), 8, padding_idx=0)
        self.gru = nn.GRU(8, width, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * width, len(WORDS))

    def forward(self, words, lengths):
        packed = pack_padded_sequence(self.embedding(words), lengths, batch_first=True, enforce_sorted=False)
        states, last = self.gru(packed)
        _, seen = pad_packed_sequence(states, batch_first=True)
        assert torch.equal(seen, lengths)
        return self.head(torch.cat([last[0], last[1]], dim=1))


torch.manual_seed(0)
model = Reader()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
losses = []
for step in range(31):
    loss = nn.functional.cross_entropy(model(padded, lengths), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 6 == 0:
        print(f"step {step:2d}: loss {loss.item():.4g}")

print("the padding's vector stays zero:", not model.embedding.weight[0].any())
with torch.no_grad():
    right = (model(padded, lengths).argmax(1) == labels).float().mean().item()
    print(f"of the words it has read {right:.2f} are told right")
    for word in ("fourteen", "vierzehn", "quattordici"):
        code = torch.tensor([[1 + letters.index(letter) for letter in word]])
        chances = model(code, torch.tensor([len(word)])).softmax(1)[0]
        print(word, {name: round(chance, 2) for name, chance in zip(WORDS, chances.tolist())})
