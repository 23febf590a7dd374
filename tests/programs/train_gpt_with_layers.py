"""A two-layer GPT from nn.TransformerEncoderLayer, a causal mask and waves for places, on a short text."""

# mypy: ignore-errors

import math

import torch
from torch import nn
from torch.nn import functional as F

TEXT = """the owl and the pussy-cat went to sea in a beautiful pea-green boat,
they took some honey, and plenty of money, wrapped up in a five-pound note."""
letters = sorted(set(TEXT))
data = torch.tensor([letters.index(letter) for letter in TEXT])
BLOCK, WIDTH = 16, 32


def waves(length, width):
    """Each place as sines and cosines of lengths from 2 pi to 10000 * 2 pi."""
    place = torch.arange(length).unsqueeze(1)
    speed = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(place * speed)
    table[:, 1::2] = torch.cos(place * speed)
    return table


class GPT(nn.Module):
    """Letters and places to vectors, two layers that only look back, vectors to letters."""

    def __init__(self):
        super().__init__()
        self.letter = nn.Embedding(len(letters), WIDTH)
        self.register_buffer("places", waves(BLOCK, WIDTH))
        # Without biases: a bias of the keys would shift all scores of a place alike, and softmax would not see it.
        layer = nn.TransformerEncoderLayer(
            WIDTH,
            nhead=4,
            dim_feedforward=64,
            dropout=0.1,
            activation="gelu",
            batch_first=True,
            norm_first=True,
            bias=False,
        )
        self.layers = nn.TransformerEncoder(layer, num_layers=2, norm=nn.LayerNorm(WIDTH), enable_nested_tensor=False)
        self.head = nn.Linear(WIDTH, len(letters))
        nn.init.zeros_(self.head.bias)

    def forward(self, codes):
        time = codes.shape[1]
        x = self.letter(codes) * math.sqrt(WIDTH) + self.places[:time]
        mask = nn.Transformer.generate_square_subsequent_mask(time)
        return self.head(self.layers(x, mask=mask, is_causal=True))


torch.manual_seed(0)
model = GPT()
print([name for name, _ in model.layers.layers[0].named_children()])
optimizer = torch.optim.Adam(model.parameters(), lr=8e-3, betas=(0.9, 0.98))
losses = []
for step in range(55):
    starts = torch.randint(len(data) - BLOCK, (12, 1))
    window = data[starts + torch.arange(BLOCK + 1)]
    logits = model(window[:, :-1])
    loss = F.cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    losses.append(loss.item())
    if step % 9 == 0:
        print(f"step {step:2d}: loss {loss.item():.4g}")

model.eval()
with torch.no_grad():
    # What comes later changes nothing: the answers for the first places are the same.
    early, later = model(data[:8].unsqueeze(0)), model(data[:16].unsqueeze(0))[:, :8]
    print("it only looks back:", torch.allclose(early, later, atol=1e-5))
    written = data[:4].tolist()
    while len(written) < 44:
        written.append(model(torch.tensor([written[-BLOCK:]]))[0, -1].argmax().item())
print("".join(letters[code] for code in written))
