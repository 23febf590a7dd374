"""Hooks on tensors, on leaves and on nodes: the order in which they are called, and what they may replace."""

# mypy: ignore-errors

import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 3
loss = (y * y).sum()
node = y.grad_fn
after = node.register_hook(lambda sent, got: print("after", sent, got))
node.register_prehook(lambda got: (print("entering", got), (got[0] * 2,))[1])
y.register_hook(lambda g: print("tensor", g))
y.retain_grad()
y.register_hook(lambda g: g * 10)
x.register_post_accumulate_grad_hook(lambda leaf: print("complete", leaf.grad))
x.register_hook(lambda g: print("leaf", g))
sink = node.next_functions[0][0]
sink.register_hook(lambda sent, got: print("sink", sent, got))
loss.backward(retain_graph=True)
print(y.grad, x.grad)
after.remove()
loss.backward()
print(y.grad, x.grad)

# A node's hook replaces what it sends.
x = torch.ones(2, requires_grad=True)
y = x * 2
y.grad_fn.register_hook(lambda sent, got: (sent[0] * 100, None))
y.sum().backward()
print(x.grad)


# Hooks that return what does not fit.
def attempt(hook):
    y = x * 3
    y.register_hook(hook)
    try:
        y.sum().backward()
    except (RuntimeError, TypeError) as error:
        print(type(error).__name__, str(error).partition("\n")[0])


attempt(lambda g: g[:1])
attempt(lambda g: 3)
attempt(lambda g: g.double())
attempt(lambda g: None)
for leaf in (torch.ones(2), x * 2):
    try:
        leaf.register_post_accumulate_grad_hook(print)
    except RuntimeError as error:
        print(str(error).partition("\n")[0])

# Notes, saved values, and a step taken as soon as a gradient is complete.
node.metadata["note"] = 1
print(node.metadata, sorted(node.metadata))
y = x * x
e = y.exp()
print(y.grad_fn._saved_self, y.grad_fn._saved_other, e.grad_fn._saved_result)
weights = [torch.ones(2, requires_grad=True) for _ in range(3)]
torch.autograd.graph.register_multi_grad_hook(weights, lambda gradients: print("all", gradients))


@torch.no_grad()
def step(w):
    w -= 0.1 * w.grad
    w.grad = None


for w in weights:
    w.register_post_accumulate_grad_hook(step)
sum((w * (i + 1)).sum() for i, w in enumerate(weights)).backward()
print(weights)

# Inside a hook the gradient is recorded only under create_graph.
x = torch.tensor(2.0, requires_grad=True)
y = x**3
y.register_hook(lambda g: print(torch.is_grad_enabled(), g.requires_grad))
x.register_hook(lambda g: print(torch.is_grad_enabled(), g.requires_grad))
(first,) = torch.autograd.grad(y, x, create_graph=True)
first.backward()
print(x.grad)
