"""A two-layer GPT from linear layers: attention that only looks back, written out, learns a short text."""

# mypy: ignore-errors

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

TEXT = """twinkle, twinkle, little bat! how i wonder what you're at!
up above the world you fly, like a tea-tray in the sky.
"""
letters = sorted(set(TEXT))
data = torch.tensor([letters.index(letter) for letter in TEXT])
BLOCK, WIDTH, HEADS = 16, 24, 3


class Attention(nn.Module):
    """Each place asks (query) all places up to itself what they are (key) and takes what they say (value)."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.register_buffer("past", torch.tril(torch.ones(BLOCK, BLOCK)))

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (part.view(B, T, HEADS, C // HEADS).transpose(1, 2) for part in self.qkv(x).split(C, dim=2))
        scores = q @ k.transpose(-2, -1) / math.sqrt(C // HEADS)
        scores = scores.masked_fill(self.past[:T, :T] == 0, float("-inf"))
        mixed = F.softmax(scores, dim=-1) @ v
        return self.out(mixed.transpose(1, 2).contiguous().view(B, T, C))


class Block(nn.Module):
    """Attention, then a perceptron for each place; both add to what was there."""

    def __init__(self):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(WIDTH), Attention()
        self.norm2, self.mlp = (
            nn.LayerNorm(WIDTH),
            nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH)),
        )

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Letters and places to vectors, two blocks, vectors to the next letter."""

    def __init__(self):
        super().__init__()
        self.token, self.place = nn.Embedding(len(letters), WIDTH), nn.Embedding(BLOCK, WIDTH)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, len(letters), bias=False)

    def forward(self, codes, targets=None):
        x = self.token(codes) + self.place(torch.arange(codes.shape[1]))
        logits = self.head(self.norm(self.blocks(x)))
        if targets is None:
            return logits
        return F.cross_entropy(logits.view(-1, len(letters)), targets.view(-1))

    @torch.no_grad()
    def write(self, codes, count):
        for _ in range(count):
            chances = F.softmax(self(codes[:, -BLOCK:])[:, -1], dim=-1)
            codes = torch.cat([codes, torch.multinomial(chances, num_samples=1)], dim=1)
        return codes


torch.manual_seed(1337)
model = GPT()
print(sum(p.numel() for p in model.parameters()), "parameters")
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
losses = []
for step in range(61):
    starts = torch.randint(len(data) - BLOCK, (12,))
    x = torch.stack([data[i : i + BLOCK] for i in starts])
    y = torch.stack([data[i + 1 : i + BLOCK + 1] for i in starts])
    loss = model(x, y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 12 == 0:
        print(f"step {step:2d}: loss {loss.item():.4g}")

model.eval()
written = model.write(data[:8].unsqueeze(0), 40)[0]
print("".join(letters[code] for code in written))
