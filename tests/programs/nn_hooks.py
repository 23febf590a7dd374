"""Hooks of modules, forward, backward and round their state; buffers, extra state, parts put in by path."""

# mypy: ignore-errors

import warnings
from collections import OrderedDict

import torch
from torch import nn

warnings.simplefilter("ignore")


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition('  Why')[0].rstrip()}")


def show(name):
    return lambda module, *seen: print(name, type(module).__name__, *seen)


torch.manual_seed(0)
x = torch.tensor([[1.0, -2.0]], requires_grad=True)
layer = nn.Linear(2, 2)

# Backward hooks: in order, with pre-hooks, replacing gradients
handles = [
    layer.register_full_backward_hook(show("second")),
    layer.register_full_backward_hook(show("first"), prepend=True),
    layer.register_full_backward_pre_hook(show("before")),
]
layer(x).sum().backward()
print(x.grad)
for handle in handles:
    handle.remove()
layer(x).sum().backward()
with layer.register_full_backward_hook(lambda module, grad_in, grad_out: (grad_in[0] * 100,)):
    x.grad = None
    layer(x).sum().backward()
    print(x.grad)
with layer.register_full_backward_pre_hook(lambda module, grad_out: (grad_out[0] * 10,)):
    x.grad = None
    layer(x).sum().backward()
    print(x.grad)
with layer.register_full_backward_hook(show("constant input")):
    layer(x.detach()).sum().backward()
with layer.register_full_backward_hook(lambda *_: (None, None)):
    attempt(lambda: layer(x).sum().backward())
with layer.register_full_backward_pre_hook(lambda *_: (None, None)):
    attempt(lambda: layer(x).sum().backward())


class Two(nn.Module):
    def forward(self, a, b, factor=1.0):
        if factor == 0:
            raise ValueError("nothing would be left")
        return a * b * factor, a + 1, "text"


two = Two()
two.register_full_backward_hook(show("two"))
a, b = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0, requires_grad=True)
product, more, text = two(a, b, factor=2.0)
(product + 5 * more).backward()
print(a.grad, b.grad, text)
product, more, text = two(a, 4.0)
(product + more).backward()
print(a.grad)
with torch.no_grad():
    print(two(a, b))
first = two(a, b)[0]
second = torch.autograd.grad(first, a, create_graph=True)[0]
print(second)

# Forward hooks: what they replace, what they see, and when there was an error
model = nn.Sequential(OrderedDict(first=nn.Identity(), out=nn.Linear(2, 1, bias=False)))
nn.init.ones_(model.out.weight)
with model.first.register_forward_pre_hook(lambda module, args: args[0] * 2):
    print(model(torch.ones(1, 2)))
with two.register_forward_pre_hook(lambda module, args, kwargs: (args, {"factor": 10.0}), with_kwargs=True):
    print(two(a, b, factor=2.0))
with two.register_forward_pre_hook(lambda module, args, kwargs: args, with_kwargs=True):
    attempt(lambda: two(a, b, 1.0))
with two.register_forward_hook(lambda module, args, kwargs, out: (args, kwargs, out), with_kwargs=True):
    print(two(a, 2.0, factor=3.0))
with two.register_forward_hook(show("always"), always_call=True), two.register_forward_hook(show("not then")):
    attempt(lambda: two(1, 2, factor=0))
    print(two(1, 2))

# Hooks round the state
model = nn.Sequential(nn.Linear(1, 1), nn.Identity())
model.register_state_dict_post_hook(lambda module, state, prefix, meta: state.update({prefix + "extra": 1}))
model.register_state_dict_pre_hook(lambda module, prefix, keep_vars: print("taking", repr(prefix), keep_vars))
print(list(model.state_dict()), list(nn.Sequential(model).state_dict(prefix="net.")))


def rename(module, state, prefix, meta, strict, missing, unexpected, errors):
    for key in list(state):
        if "old" in key:
            state[key.replace("old", "weight")] = state.pop(key)


renamed = nn.Sequential(nn.Linear(1, 1))
renamed[0].register_load_state_dict_pre_hook(rename)
print(renamed.load_state_dict({"0.old": torch.ones(1, 1), "0.bias": torch.zeros(1)}), renamed[0].weight)
lenient = nn.Linear(1, 1)
lenient.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
print(lenient.load_state_dict({"weight": torch.ones(1, 1)}))
lenient.register_load_state_dict_post_hook(lambda module, keys: 3)
attempt(lambda: lenient.load_state_dict({"weight": torch.ones(1, 1)}))


class Counted(nn.Module):
    def __init__(self):
        super().__init__()
        self.count = 3

    def get_extra_state(self):
        return {"count": self.count}

    def set_extra_state(self, state):
        self.count = state["count"]


counted = nn.Sequential(Counted())
print(dict(counted.state_dict()))
print(counted.load_state_dict({"0._extra_state": {"count": 7}}), counted[0].count)
attempt(lambda: counted.load_state_dict({}))
attempt(lambda: counted.load_state_dict({"0._extra_state": {"count": 7}, "0._other": 1}))


class Scaled(nn.Linear):
    def _save_to_state_dict(self, destination, prefix, keep_vars):
        super()._save_to_state_dict(destination, prefix, keep_vars)
        destination[prefix + "scale"] = torch.tensor(2.0)

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        self.scale = state_dict.pop(prefix + "scale")
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


scaled = nn.Sequential(Scaled(1, 1))
print(list(scaled.state_dict()), scaled.load_state_dict(scaled.state_dict()), scaled[0].scale)

# Buffers, parts by path, types
module = nn.Module()
module.steps = nn.Buffer(torch.zeros(2))
module.scratch = nn.Buffer(torch.ones(1), persistent=False)
print(module.steps, list(module.state_dict()), [name for name, _ in module.named_buffers()])
del module.steps
print(hasattr(module, "steps"), list(module.state_dict()))
nested = nn.Sequential(nn.Sequential(nn.ReLU(), nn.Linear(1, 1)))
nested.set_submodule("0.0", nn.Tanh())
print(nested)
attempt(lambda: nested.set_submodule("", nn.Tanh()))
print(nested.type(torch.float64)[0][1].weight.dtype, nested.share_memory() is nested)

# Containers of parameters
listed = nn.ParameterList([torch.ones(2, 3), nn.Parameter(torch.zeros(1)), 3, "x"])
print(listed, len(listed), list(listed.state_dict()), listed[1:3], listed[-3])
listed.append(torch.ones(1)).extend([torch.zeros(2)])
listed += [torch.ones(())]
listed[0] = torch.zeros(1)
print(listed, [name for name, _ in listed.named_parameters()])
attempt(lambda: listed[10])
attempt(lambda: listed(1))
attempt(lambda: listed.extend(3))
named = nn.ParameterDict({"b": torch.ones(2), "a": nn.Parameter(torch.zeros(1)), "n": 3})
print(named, len(named), list(named), "a" in named, list(named.state_dict()))
named["c"] = torch.ones(1)
del named["n"]
named.update([("d", torch.ones(1)), ("e", 5)])
print(named.pop("d"), named.get("z"), named.get("z", 4), named.setdefault("f", torch.zeros(1)), list(reversed(named)))
print(named.copy() | {"z": torch.ones(1)}, named.popitem()[0], named.fromkeys(["x", "y"], torch.ones(1)))
named.clear()
print(named, nn.ParameterList())
attempt(lambda: named["q"])
attempt(lambda: named(1))
attempt(lambda: named.update(3))

# Rows of modules
row = nn.Sequential(nn.ReLU())
row *= 2
print(row, len(row * 2), len(3 * row), row[0] is row[1])
attempt(lambda: row.insert(5, nn.ReLU()))
print(row.insert(-1, nn.Tanh()), nn.Sequential()(3))
