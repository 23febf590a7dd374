"""Bags of words: an embedding bag averages the words of a sentence, a linear layer says whether it praises."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

PRAISE = """a warm and funny film|i loved every minute|the best story of the year|great actors and a clever plot
a bright and lively show|funny clever and warm|i laughed and i loved it|a great night out"""
BLAME = """a slow and boring film|i hated every minute|the worst story of the year|bad actors and a silly plot
a dull and lifeless show|boring silly and slow|i yawned and i hated it|a wasted night out"""


class Reviews(Dataset):
    """Sentences as numbers of words, with 1 for praise and 0 for blame."""

    def __init__(self):
        sentences = [(text, 1) for text in PRAISE.replace("\n", "|").split("|")]
        sentences += [(text, 0) for text in BLAME.replace("\n", "|").split("|")]
        words = sorted({word for text, _ in sentences for word in text.split()})
        self.vocabulary = {word: number for number, word in enumerate(words)}
        self.items = [(self.encode(text), label) for text, label in sentences]

    def encode(self, text):
        return torch.tensor([self.vocabulary[word] for word in text.split() if word in self.vocabulary])

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def collate(batch):
    """One row of words, where each sentence begins in it, and the labels."""
    texts, labels = zip(*batch)
    begins = torch.tensor([0] + [len(text) for text in texts[:-1]]).cumsum(dim=0)
    return torch.cat(texts), begins, torch.tensor(labels, dtype=torch.float32)


torch.manual_seed(0)
reviews = Reviews()
batches = DataLoader(reviews, batch_size=4, shuffle=True, collate_fn=collate)
bag, head = nn.EmbeddingBag(len(reviews.vocabulary), 8, mode="mean"), nn.Linear(8, 1)
optimizer = torch.optim.Adagrad([*bag.parameters(), *head.parameters()], lr=0.2)
losses = []
for epoch in range(16):
    total = 0.0
    for words, begins, labels in batches:
        loss = nn.functional.binary_cross_entropy(head(bag(words, begins)).squeeze(1).sigmoid(), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / len(batches)
    losses.append(total)
    if epoch % 3 == 0:
        print(f"epoch {epoch:2d}: mean loss {total:.4g}")

with torch.no_grad():
    for text in ("a clever and funny story", "a boring night with bad actors", "the year of the plot"):
        words = reviews.encode(text)
        print(f"{text}: {head(bag(words, torch.tensor([0]))).sigmoid().item():.2f}")
    says = head(bag.weight).squeeze(1)
    by_opinion = says.argsort()
names = list(reviews.vocabulary)
print("most blame:", [names[i] for i in by_opinion[:4]], "most praise:", [names[i] for i in by_opinion[-4:]])
