"""The state of a module: what it holds, loading it, and what does not fit."""

# mypy: ignore-errors

import copy

import torch
from torch import nn

torch.manual_seed(4)


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition('  Why')[0].rstrip()}")


model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
model.register_buffer("mean", torch.tensor([0.5]))
state = model.state_dict()
print(type(state).__name__, list(state))
print(
    state["0.weight"],
    state["0.weight"].requires_grad,
    next(iter(model.state_dict(prefix="net.", keep_vars=True).values())),
)

# The state shares memory with the module; a copy does not.
kept = copy.deepcopy(state)
with torch.no_grad():
    model[0].weight.zero_()
print(state["0.weight"], kept["0.weight"])
print(model.load_state_dict(kept), model[0].weight)
twin = copy.deepcopy(model)
with torch.no_grad():
    twin[0].weight.fill_(1.0)
print(model[0].weight, type(twin[0].weight).__name__, twin[0].weight.requires_grad)

print(model.load_state_dict({"0.weight": torch.zeros(3, 2), "rest": torch.ones(1)}, strict=False))
attempt(lambda: model.load_state_dict({"0.weight": torch.zeros(3, 2), "rest.x": torch.ones(1)}))
attempt(lambda: model.load_state_dict({**kept, "0.weight": torch.zeros(2, 3), "2.bias": 1.0, "0.other": 2}))
attempt(lambda: model.load_state_dict({**kept, "0.bias": torch.ones(3, 1)}, strict=False))
attempt(lambda: model.load_state_dict(3))
doubled = {key: value.double() for key, value in kept.items()}
model.load_state_dict(doubled)
print(model[2].bias)
model.load_state_dict(doubled, assign=True)
print(model[2].bias, model.mean.dtype)

shared = nn.Linear(1, 1)
print(list(nn.ModuleList([shared, shared]).state_dict()))


class Half(nn.Module):
    pass


class Late(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(1, 1)


class Later(nn.Module):
    def __init__(self):
        self.weight = nn.Parameter(torch.ones(1))


module = Half()
attempt(lambda: module(1))
attempt(lambda: module.missing)
attempt(Late)
attempt(Later)
attempt(lambda: setattr(nn.Linear(2, 3), "weight", torch.ones(3, 2)))
attempt(lambda: setattr(model, "0", torch.ones(1)))
attempt(lambda: setattr(model, "mean", 3))
attempt(lambda: module.register_buffer("a.b", None))
attempt(lambda: module.register_buffer("", None))
attempt(lambda: module.register_buffer("forward", torch.ones(1)))
attempt(lambda: module.register_buffer(3, torch.ones(1)))
attempt(lambda: module.register_buffer("x", 3))
attempt(lambda: module.register_parameter("x", torch.ones(1)))
attempt(lambda: module.register_parameter("train", nn.Parameter(torch.ones(1))))
attempt(lambda: module.add_module("x", 3))
attempt(lambda: module.add_module("x.y", nn.ReLU()))
attempt(lambda: module.add_module("", nn.ReLU()))
attempt(lambda: model.get_submodule("0.nothing"))
attempt(lambda: model.get_submodule("0.weight"))
attempt(lambda: model.get_parameter("mean"))
attempt(lambda: model.get_buffer("0.weight"))
attempt(lambda: delattr(module, "nothing"))
attempt(lambda: module.train("yes"))
attempt(lambda: module.to(torch.int64))
attempt(lambda: model.to("cuda"))
attempt(lambda: nn.Sequential(nn.ReLU())[1])
attempt(lambda: nn.Sequential(nn.ReLU()) + "nn.ReLU()")
attempt(lambda: nn.ModuleList(nn.ReLU()))
attempt(lambda: nn.ModuleList([nn.ReLU()])[-2])
attempt(lambda: nn.ModuleList([nn.ReLU()])(1))
attempt(lambda: nn.ModuleDict({"a": nn.ReLU()})["b"])
attempt(lambda: nn.ModuleDict(3))
attempt(lambda: nn.Parameter([1.0]))
attempt(lambda: nn.Linear(2, 3)(torch.ones(4, 3)))
attempt(lambda: nn.Linear(2, 3)(torch.ones(2, dtype=torch.float64)))
attempt(lambda: nn.Linear(2, 3)([1.0, 2.0]))
attempt(lambda: nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0, 3])))
attempt(lambda: nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0])))
attempt(lambda: nn.MSELoss(reduction="average")(torch.zeros(2), torch.zeros(2)))
attempt(lambda: nn.L1Loss(reduction="average")(torch.zeros(2), torch.zeros(2)))
attempt(lambda: nn.functional.one_hot(torch.tensor([1.0])))
attempt(lambda: nn.functional.one_hot(torch.tensor([-1])))
attempt(lambda: nn.functional.one_hot(torch.tensor([3]), num_classes=3))
