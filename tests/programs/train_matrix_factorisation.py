"""Matrix factorisation: from a third of all ratings, vectors for people and films that foretell the rest."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(0)
people, films, rank = 30, 20, 3
ratings = 3 + torch.randn(people, rank) @ torch.randn(rank, films) / rank**0.5
seen = torch.rand(people, films) < 0.4
who, what = seen.nonzero(as_tuple=True)
stars = ratings[who, what] + 0.1 * torch.randn(len(who))


class Taste(nn.Module):
    """mean + what the person adds + what the film adds + how well their vectors agree."""

    def __init__(self):
        super().__init__()
        self.person = nn.Embedding(people, rank)
        self.film = nn.Embedding(films, rank)
        self.person_bias = nn.Embedding(people, 1)
        self.film_bias = nn.Embedding(films, 1)
        for embedding in self.children():
            nn.init.normal_(embedding.weight, std=0.3)
        self.mean = nn.Parameter(stars.mean())

    def forward(self, who, what):
        agreement = (self.person(who) * self.film(what)).sum(dim=1)
        return self.mean + self.person_bias(who).squeeze(1) + self.film_bias(what).squeeze(1) + agreement


model = Taste()
optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=3e-3)
losses = []
everyone, everything = torch.cartesian_prod(torch.arange(people), torch.arange(films)).unbind(1)
hidden = ~seen.flatten()
for epoch in range(101):
    loss = nn.functional.mse_loss(model(who, what), stars)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if epoch % 20 == 0:
        with torch.no_grad():
            error = (model(everyone, everything) - ratings.flatten())[hidden].pow(2).mean().sqrt().item()
        print(f"epoch {epoch:3d}: loss {loss.item():.4g}, error on ratings never seen {error:.4g}")

spread = ratings.flatten()[hidden].std().item()
print(f"{len(who)} ratings seen; always saying the mean has an error of {spread:.4g}")
best = model.film_bias.weight.squeeze(1).topk(3)
print("films that please everybody:", best.indices.tolist())
