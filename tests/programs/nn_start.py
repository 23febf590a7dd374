"""Where learning starts: the numbers that layers and nn.init draw under a seed."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(0)
for layer in (nn.Linear(3, 2), nn.Linear(5, 4, bias=False), nn.Linear(1, 1), nn.Linear(2, 20, dtype=torch.float64)):
    print(list(layer.parameters()))
print(dict(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)).state_dict()))

torch.manual_seed(1)
weight = torch.empty(4, 5, requires_grad=True)
print(nn.init.uniform_(weight, -1, 1))
print(nn.init.normal_(weight, 2, 0.1))
for fill in (nn.init.zeros_, nn.init.ones_, lambda w: nn.init.constant_(w, 0.3)):
    print(fill(weight).detach()[0])
print(nn.init.xavier_uniform_(weight, gain=nn.init.calculate_gain("tanh")))
print(nn.init.xavier_normal_(weight))
print(nn.init.kaiming_uniform_(weight, nonlinearity="relu"))
print(nn.init.kaiming_uniform_(weight, a=0.2, mode="fan_out"))
print(nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu"))
print(nn.init.kaiming_normal_(torch.empty(2, 3, 2, 2)))
print(weight.is_leaf, weight.requires_grad)
generator = torch.Generator().manual_seed(7)
print(nn.init.normal_(torch.empty(3), generator=generator), nn.init.uniform_(torch.empty(2), generator=generator))
print([nn.init.calculate_gain(name) for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")])
print(nn.init.calculate_gain("leaky_relu", 0.3))


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")


attempt(lambda: nn.init.kaiming_uniform_(torch.empty(3)))
attempt(lambda: nn.init.xavier_uniform_(torch.empty(())))
attempt(lambda: nn.init.kaiming_normal_(torch.empty(3, 3), mode="fan"))
attempt(lambda: nn.init.kaiming_normal_(torch.empty(3, 3), nonlinearity="softest"))
attempt(lambda: nn.init.calculate_gain("leaky_relu", "steep"))
