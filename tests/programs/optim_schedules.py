"""Schedulers: their states, what they print, and what they refuse."""

# mypy: ignore-errors

import torch
from torch.optim import SGD, Adadelta, Adam, lr_scheduler
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, OneCycleLR, ReduceLROnPlateau, SequentialLR, StepLR


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")


w = torch.tensor([1.0, 2.0], requires_grad=True)


def sgd(**settings):
    return SGD([w], **{"lr": 0.1, **settings})


optimizer = sgd(momentum=0.9)
scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
for epoch in range(5):
    optimizer.zero_grad()
    (w**2).sum().backward()
    optimizer.step()
    scheduler.step()
    print(epoch, scheduler.get_last_lr(), w)
print(scheduler.state_dict(), scheduler.last_epoch)
print(optimizer, optimizer.state_dict())


class Decay:
    def __init__(self):
        self.speed = 2

    def __call__(self, epoch):
        return 1 / (1 + self.speed * epoch)


print(LambdaLR(sgd(), Decay()).state_dict(), LambdaLR(sgd(), lambda epoch: 1).state_dict())
other = LambdaLR(sgd(), Decay())
other.load_state_dict({**other.state_dict(), "lr_lambdas": [{"speed": 5}]})
print(other.lr_lambdas[0].speed)
both = SequentialLR(optimizer, [StepLR(optimizer, 1), CosineAnnealingLR(optimizer, 5)], milestones=[2])
print(both.state_dict(), optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["initial_lr"])
adam = Adam([w], lr=0.1)
cycle = OneCycleLR(adam, max_lr=0.5, total_steps=4)
for _ in range(4):
    print(adam.param_groups[0]["lr"], adam.param_groups[0]["betas"])
    adam.step()
    cycle.step()
print(adam)
plateau = ReduceLROnPlateau(sgd(), patience=0)
for loss in (torch.tensor(1.0), 2.0, 0.5, 0.6, float("nan")):
    plateau.step(loss)
    print(plateau.get_last_lr(), plateau.num_bad_epochs, plateau.best)
print(plateau.state_dict())
print(isinstance(plateau, lr_scheduler.LRScheduler), issubclass(StepLR, lr_scheduler.LRScheduler))

attempt(lambda: StepLR(w, 1))
attempt(lambda: LambdaLR(sgd(), [abs, abs]))
attempt(lambda: lr_scheduler.MultiplicativeLR(sgd(), 0.5))
attempt(lambda: lr_scheduler.ConstantLR(sgd(), 2))
attempt(lambda: lr_scheduler.LinearLR(sgd(), 0))
attempt(lambda: lr_scheduler.LinearLR(sgd(), 0.5, 1.5))
attempt(lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 0))
attempt(lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 2, 0.5))
attempt(lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 2, eta_min="low"))
attempt(lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 2).step(-1))
attempt(lambda: lr_scheduler.CyclicLR(sgd(), 0.1, 1.0, mode="square"))
attempt(lambda: lr_scheduler.CyclicLR(sgd(), [0.1, 0.2], 1.0))
attempt(lambda: lr_scheduler.CyclicLR(Adadelta([w]), 0.1, 1.0))
attempt(lambda: OneCycleLR(sgd(), 0.1))
attempt(lambda: OneCycleLR(sgd(), 0.1, total_steps=0))
attempt(lambda: OneCycleLR(sgd(), 0.1, epochs=2, steps_per_epoch=1.5))
attempt(lambda: OneCycleLR(sgd(), 0.1, 10, pct_start=2))
attempt(lambda: OneCycleLR(sgd(), 0.1, 10, anneal_strategy="up"))
attempt(lambda: [cycle.step() for _ in range(3)])
attempt(lambda: ReduceLROnPlateau(sgd(), factor=1.0))
attempt(lambda: ReduceLROnPlateau(sgd(), "best"))
attempt(lambda: ReduceLROnPlateau(sgd(), threshold_mode="half"))
attempt(lambda: ReduceLROnPlateau(sgd(), min_lr=[0.1, 0.2]))
attempt(lambda: SequentialLR(optimizer, [], []))
attempt(lambda: SequentialLR(optimizer, [scheduler], [1]))
attempt(lambda: SequentialLR(optimizer, [w], []))
attempt(lambda: SequentialLR(optimizer, [ReduceLROnPlateau(optimizer)], []))
attempt(lambda: lr_scheduler.ChainedScheduler([]))
attempt(lambda: lr_scheduler.ChainedScheduler([scheduler, StepLR(adam, 1)]) and None)
