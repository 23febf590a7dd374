"""Seldom used corners of autograd: edges, versions, packed values, several hooks at once, and what is refused."""

# mypy: ignore-errors

import torch
from torch.autograd import Function, grad, graph


def attempt(action):
    try:
        print(action())
    except Exception as error:
        words = str(error).partition("\n")[0]
        for more in (" Hint", " in_dims has", " Given", " This view"):
            words = words.partition(more)[0]
        print(type(error).__name__, words)


# Edges can stand for inputs and outputs.
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x.exp()
edge = graph.get_gradient_edge(y)
print(edge.node.name(), edge.output_nr, edge.node is y.grad_fn)
print(graph.get_gradient_edge(x).node.name())
attempt(lambda: graph.get_gradient_edge(torch.ones(2)))

# Versions can be raised by hand; autograd takes it for a change.
z = (y * y).sum()
print(y._version)
graph.increment_version(y)
graph.increment_version([x, y])
print(x._version, y._version)
attempt(lambda: z.backward())

# Values that are saved in another form.
with graph.saved_tensors_hooks(lambda t: t.tolist(), lambda packed: packed):
    y = x.exp()
attempt(lambda: y.sum().backward())
outer, inner = [], []
with graph.saved_tensors_hooks(lambda t: outer.append(1) or t, lambda t: t):
    a = x * x
    with graph.saved_tensors_hooks(lambda t: inner.append(1) or t, lambda t: t):
        b = a * a
    c = b * b
print(len(outer), len(inner), grad(c.sum(), x))
with graph.disable_saved_tensors_hooks("not in this house"):
    attempt(lambda: graph.saved_tensors_hooks(lambda t: t, lambda t: t).__enter__())
with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
    print(grad((x * x).sum(), x))
with graph.save_on_cpu():
    print(grad((x * x * x).sum(), x))

# A hook for several tensors.
a, b = x * 1, x * 2
for mode in ("all", "any"):
    handle = graph.register_multi_grad_hook((a, b), lambda g: print("heard", g), mode=mode)
    (a.sum() + b.sum()).backward(retain_graph=True)
    handle.remove()
    (a.sum() + b.sum()).backward(retain_graph=True)
attempt(lambda: graph.register_multi_grad_hook((a, b), print, mode="some"))

# What a node saved.
print(x.exp().grad_fn._saved_result)
print((x * x).grad_fn._saved_other)
print(torch.logit(x / 4, 0.1).grad_fn._saved_eps)
attempt(lambda: x.exp().grad_fn._saved_nothing)


# Functions of one's own.
class Gated(Function):
    @staticmethod
    def forward(ctx, x, gate):
        ctx.save_for_backward(x, None, gate)
        return x * gate

    @staticmethod
    def backward(ctx, g):
        x, nothing, gate = ctx.saved_tensors
        print(nothing)
        return g * gate, g * x


class Unfinished(Function):
    @staticmethod
    def forward(x):
        return x * 2


class Once(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return g * 2


class Signs(Function):
    @staticmethod
    def forward(ctx, x):
        signs = x > 1
        ctx.mark_non_differentiable(signs)
        return signs

    @staticmethod
    def backward(ctx, g):
        return g


print(grad(Gated.apply(x, torch.ones(2, requires_grad=True)).sum(), x))
attempt(lambda: Unfinished.apply(x))
print(grad(Once.apply(x).sum(), x))
(first,) = grad(Once.apply(x).sum(), x, create_graph=True)
print(first.requires_grad)
w = torch.ones(2, requires_grad=True)
print(Signs.apply(x), Signs.apply(x).requires_grad)

# Hooks on nodes: as many gradients as there were.
y = x * w
y.grad_fn.register_hook(lambda into, out: (into[0],))
attempt(lambda: y.sum().backward())
y = x * w
y.grad_fn.register_hook(lambda into, out: (into[0] * 10, into[1]))
print(grad(y.sum(), (x, w)))

# A leaf that wants no gradient any more when it arrives.
x.grad = None
y = (x * 2).sum()
x.requires_grad_(False)
attempt(lambda: y.backward())
print(x.grad)
x.requires_grad_(True)

# Tensors of inference mode.
with torch.inference_mode():
    t = torch.ones(2)
    t.add_(1)
    print(t.is_inference())
    with torch.inference_mode(False):
        print(torch.ones(2).is_inference(), torch.is_grad_enabled())
with torch.inference_mode(False):
    print(torch.is_grad_enabled(), torch.is_inference_mode_enabled())
attempt(lambda: t._version)
attempt(lambda: (x * t).sum())

# Without a vector, and with a structure that does not fit.
print(torch.autograd.functional.vjp(lambda t: (t**3).sum(), x.detach()))
print(torch.autograd.functional.jvp(lambda t: t.exp(), torch.tensor(0.5)))
attempt(lambda: torch.autograd.functional.vjp(lambda t: t**3, x.detach()))
attempt(lambda: torch.func.vmap(lambda d: d["a"] * 2, in_dims=({"b": 0},))({"a": x.detach()}))
linear = torch.nn.Linear(2, 1, bias=False)
attempt(lambda: torch.func.functional_call(linear, {"weight": torch.ones(1, 2), "none": x}, (x,), strict=True))
print(torch.func.functional_call(linear, {"weight": torch.ones(1, 2)}, (x.detach(),), strict=True))
print([name for name, _ in linear.named_parameters()])
print(torch.autograd.gradgradcheck(torch.sin, (x.detach().double().requires_grad_(),), (torch.ones(2).double(),)))

# Writing into views: one of several, one made in no_grad mode, and memory that is read at the same time.
base = torch.ones(2)
attempt(lambda: base.unbind()[0].mul_(x[0]))
base = x * 1
attempt(lambda: base.unbind()[0].mul_(2))
with torch.no_grad():
    parts, part = base.unbind(), base[:1]
attempt(lambda: parts[0].mul_(2))
attempt(lambda: part.mul_(2))
square = torch.arange(9.0).reshape(3, 3)
attempt(lambda: square.add_(square[0]))
attempt(lambda: square[1:].add_(square[:-1]))
attempt(lambda: square.T.mul_(square))
attempt(lambda: square[::2].add_(square[1]))
attempt(lambda: square[0].add_(square[1]))
attempt(lambda: square.add_(square))
attempt(lambda: square.fill_(square[0]))
attempt(lambda: square.fill_(square[0, 1]))
attempt(lambda: square.__setitem__(slice(1, None), square[:-1]))
attempt(lambda: square.expand(2, 3, 3).add_(1))
