"""A two-layer GPT from nn.TransformerEncoderLayer and a causal mask, which learns to add two numbers, digit by digit."""

# mypy: ignore-errors

import torch
from torch import nn
from torch.nn import functional as F

SIGNS = "0123456789+="
LENGTH = 7  # a + b = cc, as "3+9=12" and one more place


class Adder(nn.Module):
    """Signs and places to vectors, two layers that only look back, vectors to signs."""

    def __init__(self, width=32):
        super().__init__()
        self.sign, self.place = nn.Embedding(len(SIGNS), width), nn.Embedding(LENGTH, width)
        layer = nn.TransformerEncoderLayer(
            width, nhead=4, dim_feedforward=64, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, num_layers=2, norm=nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(width, len(SIGNS))

    def forward(self, codes):
        T = codes.shape[1]
        x = self.sign(codes) + self.place.weight[:T]
        mask = nn.Transformer.generate_square_subsequent_mask(T)
        return self.head(self.layers(x, mask=mask, is_causal=True))


def encode(text):
    return [SIGNS.index(sign) for sign in text]


torch.manual_seed(0)
sums = torch.tensor([encode(f"{a}+{b}={a + b:02d}") for a in range(10) for b in range(10)])
order = torch.randperm(100)
train, test = sums[order[:85]], sums[order[85:]]

model = Adder()
print([name for name, _ in model.layers.layers[0].named_children()])
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
losses = []
for step in range(81):
    batch = train[torch.randint(len(train), (32,))]
    logits = model(batch[:, :-1])[:, 3:]  # only what follows "=" can be known
    loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 4:].flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    losses.append(loss.item())
    if step % 16 == 0:
        print(f"step {step:2d}: loss {loss.item():.4g}")


@torch.no_grad()
def answers(questions):
    model.eval()
    for _ in range(2):
        questions = torch.cat([questions, model(questions)[:, -1:].argmax(2)], dim=1)
    return questions


for name, part in (("learned", train), ("never seen", test)):
    right = (answers(part[:, :4]) == part).all(dim=1).float().mean().item()
    print(f"{name}: {right:.2f} are right")
print("".join(SIGNS[code] for code in answers(torch.tensor([encode("7+8=")]))[0]))
