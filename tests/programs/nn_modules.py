"""Modules: how they register, list, name, switch, convert and print what they hold."""

# mypy: ignore-errors

from collections import OrderedDict

import torch
from torch import nn

torch.manual_seed(3)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.scale = nn.Parameter(torch.ones(width))
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("scratch", torch.zeros(2), persistent=False)
        self.note = "a plain attribute"

    def forward(self, x):
        self.calls += 1
        return torch.relu(self.linear(x)) * self.scale

    def extra_repr(self):
        return f"note={self.note}"


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(3), Block(3)])
        self.heads = nn.ModuleDict({"mean": nn.Linear(3, 1), "spread": nn.Linear(3, 1, bias=False)})
        self.again = self.heads["mean"]
        self.empty = None

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.heads["mean"](x), self.heads["spread"](x)


network = Network()
print(network)
print(network(torch.ones(2, 3)))
for name, parameter in network.named_parameters():
    print(name, tuple(parameter.shape), parameter.requires_grad)
print([name for name, _ in network.named_parameters(remove_duplicate=False)])
print([name for name, _ in network.named_parameters("net", recurse=False)])
print(list(network.named_buffers()))
print([name for name, _ in network.named_modules()])
print([name for name, _ in network.named_modules(remove_duplicate=False)])
print([name for name, _ in network.named_children()], len(list(network.children())), len(list(network.modules())))
print(sum(p.numel() for p in network.parameters()))
print(
    network.get_submodule("blocks.1.linear"),
    network.get_parameter("blocks.0.scale"),
    network.get_buffer("blocks.0.calls"),
)

print([module.training for module in network.eval().modules()], network.train().training)
network.blocks[0].requires_grad_(False)
print([p.requires_grad for p in network.parameters()])
print(network.double().blocks[1].calls, network.heads["mean"].weight.dtype)
print(network.to(torch.float32).blocks[1].scale, network.half().float().blocks[0].scale.dtype)
order = []
network.apply(lambda module: order.append(type(module).__name__))
print(order)

network.heads["mean"](torch.ones(1, 3)).sum().backward()
print(network.heads["mean"].weight.grad, network.double().heads["mean"].weight.grad)
network.zero_grad(set_to_none=False)
print(network.heads["mean"].weight.grad)
network.zero_grad()
print(network.heads["mean"].weight.grad)

# Taking things away and putting others in their place
block = Block(2)
del block.scale
block.scale = torch.ones(2)
print([name for name, _ in block.named_parameters()], hasattr(block, "scale"))
block.scale = nn.Parameter(torch.zeros(2))
print([name for name, _ in block.named_parameters()], "scale" in vars(block))
block.linear = None
print(block, list(block.parameters()))
block.calls = torch.ones(3)
print(list(block.named_buffers()))
block.note = nn.Tanh()
print([name for name, _ in block.named_children()])
block.register_module("other", nn.Identity())
print("other" in dir(block), "calls" in dir(block), "training" in dir(block))

# Containers
row = nn.Sequential(OrderedDict([("first", nn.Linear(2, 4)), ("act", nn.Sigmoid()), ("last", nn.Linear(4, 1))]))
print(row, row[0], row[-1], row[1:], len(row), row.first.weight.shape)
row[1] = nn.Tanh()
print(row.act, [type(m).__name__ for m in row])
row = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True)).append(nn.Flatten()).extend([nn.Softmax(dim=1)])
del row[1]
print(row, row + nn.Sequential(nn.LogSoftmax(dim=-1)))
row.insert(0, nn.Identity())
print(row.pop(-1), row)
many = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 1)])
print(many, many[1:3], many[-2])
many.insert(1, nn.Tanh())
many.append(nn.Sequential(nn.ReLU()))
many += [nn.Identity(), nn.Identity()]
print(many, len(many))
del many[:3]
print(list(many.state_dict()), nn.ModuleList([nn.Tanh()]) + nn.ModuleList([nn.ReLU()]))
chosen = nn.ModuleDict([["a", nn.ReLU()], ["b", nn.Tanh()]])
chosen["c"] = nn.Sigmoid()
print(chosen, list(chosen), "b" in chosen, chosen.pop("a"), len(chosen), list(chosen.keys()), list(chosen.values()))

# Hooks
layer = nn.Linear(2, 1, bias=False)
nn.init.constant_(layer.weight, 1.0)
before = layer.register_forward_pre_hook(lambda module, args: (args[0] * 10,))
after = layer.register_forward_hook(lambda module, args, output: print("seen", module, args, output))
print(layer(torch.ones(1, 2)))
before.remove()
double = layer.register_forward_hook(lambda module, args, output: output * 2, prepend=True)
print(layer(torch.ones(1, 2)))
after.remove()
with layer.register_forward_hook(lambda m, args, kwargs, output: print(args, kwargs), with_kwargs=True):
    print(layer(input=torch.ones(1, 2)))
print(layer(torch.ones(1, 2)))

# Losses and activations
scores = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]], requires_grad=True)
classes = torch.tensor([2, 1])
for loss in (nn.CrossEntropyLoss(), nn.CrossEntropyLoss(reduction="sum"), nn.CrossEntropyLoss(reduction="none")):
    print(loss, loss(scores, classes))
print(nn.NLLLoss()(nn.LogSoftmax(dim=1)(scores), classes))
for kind in (nn.MSELoss, nn.L1Loss):
    print([kind(reduction=how)(scores, torch.zeros(2, 3)) for how in ("mean", "sum", "none")])
print(nn.functional.one_hot(classes), nn.functional.one_hot(torch.tensor([[0], [1]]), num_classes=4))
print(nn.Softmax(dim=1)(scores), nn.functional.relu(scores), nn.Tanh()(scores), nn.Sigmoid()(scores))
