"""Data: sets, splits, samplers, loaders, collating; the order of shuffling is PyTorch's own."""

# mypy: ignore-errors

from typing import NamedTuple

import numpy as np
import torch
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    default_collate,
    random_split,
)


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")


torch.manual_seed(0)
pairs = TensorDataset(torch.arange(10.0).reshape(5, 2), torch.arange(5))
print(len(pairs), pairs[1], pairs[-1], pairs[1:3], pairs.tensors[1])
for shuffle in (False, True):
    for x, y in DataLoader(pairs, batch_size=2, shuffle=shuffle):
        print(x, y)
for epoch in range(3):
    print(epoch, [y.tolist() for _, y in DataLoader(pairs, 3, shuffle=True, drop_last=True)])
print(torch.rand(2))
loader = DataLoader(pairs, batch_size=2, shuffle=True, generator=torch.Generator().manual_seed(5))
print(len(loader), [y.tolist() for _, y in loader], [y.tolist() for _, y in loader], torch.rand(1))
first, second = iter(loader), iter(DataLoader(pairs, batch_size=4, shuffle=True))
print(next(first), next(second), next(first))
print(next(iter(DataLoader(pairs)))[0].shape, [len(DataLoader(pairs, 2, drop_last=drop)) for drop in (False, True)])
weights = torch.ones(3, requires_grad=True)
(batch,) = next(iter(DataLoader(TensorDataset(weights), batch_size=2)))
print(batch.requires_grad, batch.is_leaf)


class Squares(Dataset):
    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if not 0 <= index < self.count:
            raise IndexError("no such square")
        return {"n": index, "square": torch.tensor(index**2), "name": f"number {index}"}


squares = Squares(5)
print(list(DataLoader(squares, batch_size=3)))
print(list(DataLoader(squares, batch_size=None))[2])
print([batch["n"].tolist() for batch in DataLoader(squares, batch_size=2, sampler=[4, 2, 0])])
print([batch["n"].tolist() for batch in DataLoader(squares, batch_sampler=[[0], [3, 1]])])
print(list(DataLoader(squares, batch_size=4, collate_fn=lambda examples: [example["n"] for example in examples])))
both = squares + Squares(2)
print(type(both).__name__, len(both), [example["n"] for example in both], both[-1]["n"], both.cumulative_sizes)
part = Subset(squares, [3, 1])
print(len(part), part[0]["n"], [batch["n"].tolist() for batch in DataLoader(part, batch_size=2)])
print([y.tolist() for _, y in DataLoader(Subset(Subset(pairs, [4, 3, 2]), [2, 0]), batch_size=2)])
for lengths in ([3, 2], [0.5, 0.3, 0.2], [0.6, 0.4]):
    print([split.indices for split in random_split(squares, lengths)])
train, test = random_split(range(10), [7, 3], generator=torch.Generator().manual_seed(42))
print(list(train), list(test), torch.rand(1))


class Countdown(IterableDataset):
    def __iter__(self):
        return iter(range(5, 0, -1))


print(list(DataLoader(Countdown(), batch_size=2)), list(DataLoader(Countdown(), batch_size=2, drop_last=True)))
print(list(DataLoader(Countdown(), batch_size=None)))

print(list(SequentialSampler(range(4))), list(RandomSampler(range(6))), list(RandomSampler(range(3), num_samples=7)))
print(list(RandomSampler(range(5), replacement=True, num_samples=40)), len(RandomSampler(range(9), num_samples=4)))
print(list(SubsetRandomSampler([10, 20, 30, 40])))
print(list(BatchSampler(SequentialSampler(range(5)), 2, False)), list(BatchSampler(range(5), 2, True)))
print(len(BatchSampler(range(5), 2, False)), len(BatchSampler(range(5), 2, True)))


class Point(NamedTuple):
    x: float
    y: float


print(default_collate([1, 2]), default_collate([1.5, 2.5]), default_collate([True, False]), default_collate(["a", "b"]))
print(default_collate([np.ones(2), np.zeros(2)]), default_collate([np.float32(1), np.float32(2)]))
print(default_collate([(1, [2, 3.0]), (4, [5, 6.0])]), default_collate([Point(1, 2), Point(3, 4)]))
print(default_collate([{"a": torch.ones(2), "b": {"c": 1}}, {"a": torch.zeros(2), "b": {"c": 2}}]))
print(DataLoader([np.ones(2)], batch_size=None).collate_fn([np.ones(1), {"a": np.zeros(1)}, "text", 3]))

attempt(lambda: TensorDataset(torch.ones(2), torch.ones(3)))
attempt(lambda: squares[7])
attempt(lambda: Dataset()[0])
attempt(lambda: ConcatDataset([]))
attempt(lambda: ConcatDataset([Countdown()]))
attempt(lambda: both[-9])
attempt(lambda: random_split(range(10), [3, 3]))
attempt(lambda: random_split(range(10), [1.5, -0.5]))
attempt(lambda: list(DataLoader([], batch_size=2)))
attempt(lambda: DataLoader([], shuffle=True))
attempt(lambda: DataLoader([1], batch_size=0))
attempt(lambda: DataLoader([1], batch_size=1.5))
attempt(lambda: DataLoader([1], drop_last=1))
attempt(lambda: DataLoader([1], num_workers=-1))
attempt(lambda: DataLoader([1], shuffle=True, sampler=[0]))
attempt(lambda: DataLoader([1], batch_size=2, batch_sampler=[[0]]))
attempt(lambda: DataLoader([1], batch_size=None, drop_last=True))
attempt(lambda: DataLoader(Countdown(), shuffle=True))
attempt(lambda: DataLoader(Countdown(), sampler=[0]))
attempt(lambda: DataLoader(Countdown(), batch_sampler=[[0]]))
attempt(lambda: len(DataLoader(Countdown())))
attempt(lambda: setattr(loader, "batch_size", 3))
attempt(lambda: next(loader))
attempt(lambda: list(DataLoader([None, None], batch_size=2)))
attempt(lambda: list(DataLoader([torch.ones(2), torch.ones(3)], batch_size=2)))
attempt(lambda: list(DataLoader([(1, 2), (1,)], batch_size=2)))
attempt(lambda: RandomSampler([]))
attempt(lambda: RandomSampler([1], replacement=1))
