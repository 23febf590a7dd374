"""All optimizers: their settings as printed and saved, their hooks, and what they refuse."""

# mypy: ignore-errors

import torch
from torch import optim


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")


w = torch.tensor([[1.0, -2.0, 3.5]], requires_grad=True)
b = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
KINDS = [
    *(optim.SGD, optim.Adam, optim.AdamW, optim.Adamax, optim.NAdam, optim.RAdam, optim.RMSprop, optim.Adagrad),
    *(optim.Adadelta, optim.Rprop, optim.ASGD),
]
for kind in KINDS:
    optimizer = kind([w, b])
    for _ in range(2):
        optimizer.zero_grad()
        loss = (w**2).sum() + b**2
        loss.backward()
        optimizer.step()
    print(optimizer, optimizer.state_dict())


def closure():
    lbfgs.zero_grad()
    loss = ((w.double() - 1) ** 4).sum() + (b - 2) ** 2
    loss.backward()
    return loss


lbfgs = optim.LBFGS([w, b], max_iter=3, line_search_fn="strong_wolfe")
print(lbfgs.step(closure), lbfgs, list(lbfgs.state[w]), lbfgs.state[w]["func_evals"], lbfgs.state[w]["n_iter"])

# Hooks
optimizer = optim.SGD([w], lr=0.1)
handles = [
    optimizer.register_step_pre_hook(lambda o, args, kwargs: print("before", type(o).__name__, len(args), kwargs)),
    optimizer.register_step_post_hook(lambda o, args, kwargs: print("after", o is optimizer)),
    optimizer.register_state_dict_pre_hook(lambda o: print("saving")),
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "note": 1}),
    optimizer.register_load_state_dict_pre_hook(lambda o, state: print("loading", sorted(state))),
    optimizer.register_load_state_dict_post_hook(lambda o: print("loaded")),
]
optimizer.step()
optimizer.load_state_dict(optimizer.state_dict())
for handle in handles:
    handle.remove()
optimizer.step()
optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, closure), kwargs))
print(optimizer.step())


class Plain(optim.Optimizer):
    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.state[p]["steps"] = self.state[p].get("steps", 0) + 1
                    p.add_(p.grad, alpha=-group["lr"])


own = Plain([{"params": [w]}, {"params": [b], "lr": 1.0}])
own.register_step_post_hook(lambda o, args, kwargs: print("own step"))
w.grad, b.grad = torch.ones_like(w), torch.ones_like(b)
own.step()
print(own, own.state_dict(), w, b)

for kind in KINDS:
    attempt(lambda kind=kind: kind([w], lr=-1))
    attempt(lambda kind=kind: kind([w], lr=torch.tensor([0.1, 0.2])))
for kind in (optim.Adamax, optim.NAdam, optim.RAdam):
    attempt(lambda kind=kind: kind([w], betas=(1.5, 0.9)))
    attempt(lambda kind=kind: kind([w], betas=(0.9, -1.0)))
    attempt(lambda kind=kind: kind([w], eps=-1))
    attempt(lambda kind=kind: kind([w], weight_decay=-1))
attempt(lambda: optim.NAdam([w], momentum_decay=-1))
attempt(lambda: optim.RMSprop([w], alpha=-1))
attempt(lambda: optim.RMSprop([w], momentum=-1))
attempt(lambda: optim.RMSprop([w], eps=-1))
attempt(lambda: optim.Adagrad([w], lr_decay=-1))
attempt(lambda: optim.Adagrad([w], initial_accumulator_value=-1))
attempt(lambda: optim.Adagrad([w], eps=-1))
attempt(lambda: optim.Adadelta([w], rho=1.5))
attempt(lambda: optim.Adadelta([w], eps=-1))
attempt(lambda: optim.Rprop([w], etas=(1.5, 0.5)))
attempt(lambda: optim.ASGD([w], weight_decay=-1))
attempt(lambda: optim.SGD([w], foreach=True, fused=True))
attempt(lambda: optim.Adam([w], foreach=True, fused=True))
attempt(lambda: optim.LBFGS([{"params": [w]}, {"params": [b]}]))
attempt(lambda: optim.LBFGS([w], lr=-1))
attempt(lambda: optim.LBFGS([w], line_search_fn="weak").step(lambda: (w**2).sum().backward() or 1.0))
