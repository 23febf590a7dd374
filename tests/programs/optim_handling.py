"""Optimizers: groups, settings, memory, printing, saving, and what they refuse."""

# mypy: ignore-errors

import copy

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW

torch.manual_seed(2)
model = nn.Linear(2, 1)
weight, bias = model.weight, model.bias


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")


def train(optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (model(torch.tensor([[1.0, 2.0]])) - 3).square().sum()
        loss.backward()
        optimizer.step()
    return loss


print(SGD(model.parameters(), lr=0.1), Adam([weight]), AdamW([bias], lr=0.1, amsgrad=True))
groups = SGD([{"params": weight}, {"params": [bias], "lr": 0.5, "weight_decay": 0.1}], lr=0.01, momentum=0.9)
print(groups, train(groups, 3), weight, bias)
print(groups.state_dict())
print(len(groups.state), groups.state[weight]["momentum_buffer"], groups.defaults["momentum"])
for group in groups.param_groups:
    group["lr"] *= 0.5
extra = torch.tensor([1.0], requires_grad=True)
groups.add_param_group({"params": [extra], "momentum": 0})
print([group["lr"] for group in groups.param_groups], train(groups, 2), extra)

adam = Adam(model.parameters(), lr=0.05)
train(adam, 3)
saved, state = copy.deepcopy(adam.state_dict()), copy.deepcopy(model.state_dict())
print(saved)
print(train(adam, 3), weight)
model.load_state_dict(state)
other = Adam(model.parameters())
other.load_state_dict(saved)
print(other.param_groups[0]["lr"], train(other, 3), weight, other.state[bias])
adam.zero_grad(set_to_none=False)
print(weight.grad, bias.grad)
adam.zero_grad()
print(weight.grad)

# A step with a closure, and parameters without a gradient
sgd = SGD([weight, extra], lr=0.1)


def closure():
    sgd.zero_grad()
    loss = (weight**2).sum()
    loss.backward()
    return loss


with torch.no_grad():
    print(sgd.step(closure), weight, extra, dict(sgd.state))

named = SGD(model.named_parameters(), lr=0.1)
print(named.param_groups[0]["param_names"])

attempt(lambda: SGD([], lr=0.1))
attempt(lambda: SGD(filter(lambda p: False, model.parameters()), lr=0.1))
attempt(lambda: SGD(weight, lr=0.1))
attempt(lambda: SGD([1.0], lr=0.1))
attempt(lambda: SGD(["weight"], lr=0.1))
attempt(lambda: SGD([weight * 2], lr=0.1))
attempt(lambda: SGD(3, lr=0.1))
attempt(lambda: SGD([{"params": {weight}}], lr=0.1))
attempt(lambda: SGD([{"params": [weight]}, {"params": [weight]}], lr=0.1))
attempt(lambda: SGD([{"lr": 0.1}], lr=0.1))
attempt(lambda: SGD([("a", weight), bias]))
attempt(lambda: SGD([weight], lr=-0.1))
attempt(lambda: SGD([weight], lr=0.1, momentum=-1))
attempt(lambda: SGD([weight], lr=0.1, weight_decay=-1))
attempt(lambda: SGD([weight], lr=0.1, nesterov=True))
attempt(lambda: Adam([weight], lr=-0.1))
attempt(lambda: Adam([weight], eps=-0.1))
attempt(lambda: Adam([weight], betas=(1.0, 0.9)))
attempt(lambda: Adam([weight], betas=(0.9, -0.5)))
attempt(lambda: Adam([weight], betas=(0, 0.9)))
attempt(lambda: AdamW([weight], weight_decay=-1.0))
attempt(lambda: sgd.add_param_group([bias]))
attempt(lambda: sgd.add_param_group({"params": [weight]}))
attempt(lambda: named.add_param_group({"params": [extra]}))
attempt(lambda: sgd.load_state_dict(groups.state_dict()))
attempt(lambda: sgd.load_state_dict(SGD([weight], lr=0.1).state_dict()))
attempt(lambda: torch.optim.Optimizer([weight], {}).step())
