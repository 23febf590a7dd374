"""Seldom used corners of modules: hooks that answer nothing, parametrizations that fail, parts that are None."""

# mypy: ignore-errors

import warnings
from functools import partial

import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0].partition(". Please use")[0])


torch.manual_seed(0)
x = torch.tensor([[1.0, 2.0]], requires_grad=True)

# A hook with keywords that answers nothing, one that answers wrongly, and one past which the input goes.
layer = nn.Linear(2, 1)
handle = layer.register_forward_pre_hook(lambda module, args, kwargs: print(len(args), kwargs), with_kwargs=True)
print(layer(x).shape)
handle.remove()
handle = layer.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
attempt(lambda: layer(x))
handle.remove()


class Past(nn.Module):
    def forward(self, x):
        return x * 2, x.detach()


past = Past()
past.register_full_backward_hook(lambda module, into, out: print("backward", into, out))
y, z = past(x)
y.sum().backward()
(x.sum() + z.sum()).backward()
print(x.grad)

# Parts that are None, in state and in hooks.
layer = nn.Linear(2, 1)
layer.none = None
layer.register_module("later", None)
layer.register_buffer("nothing", None)
layer.register_buffer("number", torch.ones(1), persistent=False)
print(list(layer.state_dict()), [name for name, _ in layer.named_modules()], list(layer.named_buffers()))
print(layer.double().weight.dtype, layer.number.dtype, layer.zero_grad(), layer.to(torch.float32).number.dtype)
layer.weight = None
print(layer.weight, list(layer.state_dict()))
attempt(lambda: setattr(layer, "bias", 3))
print(nn.Linear(2, 1).load_state_dict({"weight": torch.ones(1, 2), "other.weight": x}, strict=False))


# Parametrizations that fail, or need nothing.


class Text(nn.Module):
    def forward(self, x):
        return "text"


class Wider(nn.Module):
    def forward(self, x):
        return torch.cat([x, x])


class Half(nn.Module):
    def forward(self, x):
        return x.half()


class Backwards(nn.Module):
    def forward(self, x):
        return x * 2

    def right_inverse(self, x):
        return "half"


class Halved(nn.Module):
    def forward(self, x):
        return x * 2

    def right_inverse(self, x):
        return x / 2


class Parts(nn.Module):
    def forward(self, a, b):
        return a + b

    def right_inverse(self, x):
        return x / 2, x / 2


for kind in (Text, Wider, Half, Backwards):
    layer = nn.Linear(2, 2)
    attempt(partial(parametrize.register_parametrization, layer, "weight", kind()))
    print(parametrize.is_parametrized(layer), type(layer.weight).__name__)
attempt(lambda: parametrize.ParametrizationList([], x))
for kind in (Halved, Parts):
    layer = nn.Linear(2, 2)
    before = layer.weight.detach().clone()
    parametrize.register_parametrization(layer, "weight", kind())
    print(torch.equal(layer.weight, before), sorted(layer.state_dict()), type(layer).__name__)
    layer.weight = torch.eye(2)
    print(layer.weight)
    parametrize.register_parametrization(layer, "weight", Halved())
    parametrize.register_parametrization(layer, "bias", nn.Tanh(), unsafe=True)
    print(parametrize.is_parametrized(layer, "weight"), parametrize.is_parametrized(layer, "nothing"))
    print(parametrize.type_before_parametrizations(layer).__name__)
    parametrize.remove_parametrizations(layer, "weight")
    print(sorted(layer.state_dict()), type(layer).__name__)
    parametrize.remove_parametrizations(layer, "bias", leave_parametrized=False)
    print(type(layer).__name__, layer.weight)
plain, normed = nn.Linear(2, 2), parametrizations.weight_norm(nn.Linear(2, 2))
normed.load_state_dict({"weight_g": torch.ones(2, 1), "weight_v": torch.eye(2), "bias": torch.zeros(2)})
print(normed.weight.detach())
attempt(lambda: normed.load_state_dict(plain.state_dict()))

# Containers take and give.
layers = nn.ModuleDict({"a": nn.Tanh()})
layers.update({"b": nn.ReLU()})
print(list(layers.items()), "b" in layers, layers.pop("a"), len(layers))
layers.clear()
print(layers, nn.ModuleDict())
made = nn.ParameterDict()
print(len(made), made.setdefault("a", 1), made.setdefault("a", 2), {"z": 3} | made)
made |= {"b": torch.ones(1)}
print(made.keys(), list(made.values()))
print(nn.ParameterList(), nn.Parameter(), nn.Sequential())

# Warnings.
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    nn.RNN(2, 3, dropout=0.5)
    nn.utils.clip_grad_norm([nn.Parameter(torch.ones(1))], 1.0)
    nn.functional.dropout3d(torch.ones(2, 2))
    nn.functional.gumbel_softmax(torch.ones(2), eps=1e-3)
    attention = nn.MultiheadAttention(4, 2)
    tokens = torch.ones(3, 1, 4)
    attention(tokens, tokens, tokens, torch.zeros(1, 3), attn_mask=torch.zeros(3, 3, dtype=torch.bool))
    nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, norm_first=True), 1)
for warning in caught:
    print(warning.category.__name__, str(warning.message).partition("\n")[0][:70])
