"""Seldom used corners of optimizers and schedulers: going on from an epoch, hooks in order, starts that are ends."""

# mypy: ignore-errors

import warnings

import torch
from torch.optim import LBFGS, SGD, Adam
from torch.optim import lr_scheduler as schedulers

warnings.simplefilter("ignore")


def fresh(rates=(0.1, 0.3), **settings):
    groups = [{"params": [torch.ones(2, requires_grad=True)], "lr": rate} for rate in rates]
    return SGD(groups, lr=0.1, **settings)


def shown(optimizer):
    return [[round(group.get(key, 0.0), 6) for key in ("lr", "momentum")] for group in optimizer.param_groups]


# A schedule that goes on from an epoch, with groups that remember where it began.
for make in (
    lambda o, last: schedulers.ConstantLR(o, 0.25, 6, last_epoch=last),
    lambda o, last: schedulers.LinearLR(o, 0.5, 1.0, 6, last_epoch=last),
    lambda o, last: schedulers.ExponentialLR(o, 0.9, last_epoch=last),
    lambda o, last: schedulers.PolynomialLR(o, 6, 2.0, last_epoch=last),
    lambda o, last: schedulers.CosineAnnealingLR(o, 5, last_epoch=last),
    lambda o, last: schedulers.CosineAnnealingWarmRestarts(o, 3, last_epoch=last),
    lambda o, last: schedulers.CyclicLR(o, 0.01, 0.1, 3, last_epoch=last),
    lambda o, last: schedulers.OneCycleLR(o, 0.1, 10, last_epoch=last),
):
    optimizer = fresh(momentum=0.9)
    scheduler = make(optimizer, -1)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    print(type(scheduler).__name__, shown(optimizer))
    again = fresh(momentum=0.9)
    again.load_state_dict(optimizer.state_dict())
    scheduler = make(again, 3)
    print(shown(again))
    again.step()
    scheduler.step()
    print(shown(again))

# An epoch that is given.
for make in (
    lambda o: schedulers.ConstantLR(o, 0.25, 6),
    lambda o: schedulers.LinearLR(o, 0.5, 1.0, 6),
    lambda o: schedulers.PolynomialLR(o, 6, 2.0),
    lambda o: schedulers.CosineAnnealingLR(o, 5),
    lambda o: schedulers.StepLR(o, 2),
    lambda o: schedulers.MultiStepLR(o, [1, 4]),
):
    optimizer = fresh()
    scheduler = make(optimizer)
    for epoch in (2, 7):
        optimizer.step()
        scheduler.step(epoch)
        print(type(scheduler).__name__, epoch, shown(optimizer))
optimizer = fresh()
scheduler = schedulers.ReduceLROnPlateau(optimizer, patience=0)
for epoch in (0, 5, 9):
    scheduler.step(1.0, epoch)
    print(scheduler.last_epoch, shown(optimizer))
optimizer = fresh()
scheduler = schedulers.OneCycleLR(optimizer, 0.1, 10, cycle_momentum=False)
scheduler.step()
print(shown(optimizer))

# Hooks that go first.
optimizer = Adam([torch.ones(2, requires_grad=True)])
optimizer.register_state_dict_pre_hook(lambda o: print("second"))
optimizer.register_state_dict_pre_hook(lambda o: print("first"), prepend=True)
optimizer.register_state_dict_post_hook(lambda o, state: print("third", list(state)))
state = optimizer.state_dict()
optimizer.register_load_state_dict_pre_hook(lambda o, state: print("before loading"))
optimizer.register_load_state_dict_post_hook(lambda o: print("after loading"), prepend=True)
optimizer.load_state_dict(state)

# L-BFGS where there is nowhere to go, or no step to take.
x = torch.zeros(2, requires_grad=True)


def loss():
    optimizer.zero_grad()
    value = ((x - target) ** 2).sum()
    value.backward()
    return value


for goal, settings in ((0.0, {}), (1.0, {"max_iter": 0}), (1.0, {"max_iter": 2}), (1.0, {"max_iter": 1})):
    target = goal
    optimizer = LBFGS([x], **settings)
    for _ in range(2):
        print(optimizer.step(loss), x.tolist())
    saved = optimizer.state_dict()
    print(sorted(saved["state"][0]))
    optimizer = LBFGS([x], **settings)
    optimizer.load_state_dict(saved)
    print(optimizer.step(loss), [round(number, 4) for number in x.tolist()])
