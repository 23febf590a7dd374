"""Inference mode, anomaly mode, hooks on saved values, and checkpoints."""

# mypy: ignore-errors

import warnings

import torch
from torch.utils.checkpoint import checkpoint, checkpoint_sequential


def attempt(action):
    try:
        print(action())
    except RuntimeError as error:
        print(str(error).partition("  Why")[0].partition("You can make")[0].strip())


# What is made in inference mode stays out of autograd.
x = torch.tensor(1.0, requires_grad=True)
with torch.inference_mode():
    made = x * 2
    print(made.is_inference(), made.requires_grad, torch.is_inference_mode_enabled(), torch.is_grad_enabled())
    made.requires_grad_()
    print(made.requires_grad, made.is_leaf, x.is_inference())
    x.mul_(2)
    with torch.enable_grad():
        print((x * 2).requires_grad)
    with torch.inference_mode(False):
        print((x * 2).requires_grad, (x * 2).is_inference())
    made = x * 2
attempt(lambda: x * made)
attempt(lambda: x + made)
attempt(lambda: made._version)
attempt(lambda: made.requires_grad_())
attempt(lambda: made.backward())
attempt(lambda: made.clone().is_inference())
attempt(lambda: made.detach().is_inference())
attempt(lambda: (x * made.clone()).item())
attempt(lambda: made.view(1).add_(1))
attempt(lambda: made.add_(1))


@torch.inference_mode()
def predict(value):
    return value * 2


@torch.inference_mode
def predict_too(value):
    return value * 2


print(predict(x).is_inference(), predict_too(x).is_inference(), torch.is_inference_mode_enabled())

# Anomaly mode stops at the first nan.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    with torch.autograd.detect_anomaly():
        print(torch.is_anomaly_enabled())
        zero = torch.tensor(0.0, requires_grad=True)
        attempt(lambda: (zero.sqrt() * 0).backward())
        attempt(lambda: (zero.sin() * 0).backward())
    print(torch.is_anomaly_enabled())
    with torch.autograd.set_detect_anomaly(True, check_nan=False):
        (zero.sqrt() * 0).backward()
        print(zero.grad)


# Values saved in another form.
def pack(value):
    print("pack", value)
    return value.detach()


def unpack(value):
    print("unpack", value)
    return value


a = torch.ones(2, requires_grad=True)
b = torch.ones(2, requires_grad=True) * 2
with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
    y = a * b
    z = y.sigmoid()
    w = z * z
w.sum().backward()
print(a.grad)
with torch.autograd.graph.save_on_cpu():
    y = (a * a).sum()
y.backward()
print(a.grad)


# Checkpoints: the same results, the same random numbers.
torch.manual_seed(0)
weight = torch.rand(3, 3, requires_grad=True)
x = torch.rand(2, 3, requires_grad=True)


def run(value):
    return torch.tanh(value @ weight).exp() @ weight * torch.rand(3)


for reentrant in (True, False):
    y = checkpoint(run, x, use_reentrant=reentrant)
    print(f"{y.sum().item():.4f}", torch.rand(1))
    y.sum().backward()
    print(x.grad, weight.grad)
    x.grad = weight.grad = None
(g,) = torch.autograd.grad(checkpoint(run, x, use_reentrant=False).sum(), x, create_graph=True)
g.pow(2).sum().backward()
print(weight.grad)
model = torch.nn.Sequential(*[torch.nn.Linear(3, 3) for _ in range(5)])
with torch.no_grad():
    for layer in model:
        layer.weight.copy_(torch.linspace(-1, 1, 9).reshape(3, 3))
        layer.bias.fill_(0.1)
checkpoint_sequential(model, 2, x, use_reentrant=False).sum().backward()
print(model[0].weight.grad)
