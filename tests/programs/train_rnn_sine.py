"""A recurrent network foretells a wave: its cell written out, then nn.RNN with the same weights, then on its own."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(0)
t = torch.arange(0, 30, 0.25)
wave = torch.sin(t) + 0.5 * torch.sin(2.1 * t)
windows = wave.unfold(0, 21, 5).unsqueeze(-1)  # (journeys, 21, 1)
inputs, targets = windows[:, :-1], windows[:, 1:]


class Forecast(nn.Module):
    """The next value of the wave, at every time."""

    def __init__(self, hidden=16):
        super().__init__()
        self.rnn = nn.RNN(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x, state=None):
        states, last = self.rnn(x, state)
        return self.head(states), last


def written_out(rnn, x):
    """What nn.RNN computes: h = tanh(W x + b + U h + c), time after time."""
    h, states = torch.zeros(len(x), rnn.hidden_size), []
    for now in x.unbind(1):
        h = torch.tanh(now @ rnn.weight_ih_l0.T + rnn.bias_ih_l0 + h @ rnn.weight_hh_l0.T + rnn.bias_hh_l0)
        states.append(h)
    return torch.stack(states, dim=1)


model = Forecast()
print(model)
print("written out, the same:", torch.allclose(model.rnn(inputs)[0], written_out(model.rnn, inputs), atol=1e-6))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
losses = []
for step in range(81):
    predicted, _ = model(inputs)
    loss = nn.functional.mse_loss(predicted, targets)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    losses.append(loss.item())
    if step % 20 == 0:
        print(f"step {step:2d}: loss {loss.item():.4g}")

with torch.no_grad():
    value, state = model(wave[None, :40, None])
    value, foretold = value[:, -1:], []
    for _ in range(8):  # now it hears itself
        foretold.append(value.item())
        value, state = model(value, state)
print("foretold", [round(value, 2) for value in foretold])
print("in truth", [round(value, 2) for value in wave[40:48].tolist()])
