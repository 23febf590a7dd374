"""Data sets joined and stacked, samplers with weights, collating of all kinds, and settings for workers."""

# mypy: ignore-errors

import multiprocessing
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
import torch
from torch.utils.data import (
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    default_convert,
    get_worker_info,
)

WAYS = str(multiprocessing.get_all_start_methods())  # their order depends on Python


def attempt(action):
    try:
        print(action())
    except Exception as error:
        words = str(error).partition("\n")[0]
        print(f"{type(error).__name__}: {words.replace(WAYS, 'all there are')}")


torch.manual_seed(1)
letters, pairs = list("abcd"), TensorDataset(torch.arange(4), torch.arange(4) * 10)


class Countdown(IterableDataset):
    def __init__(self, start):
        self.start = start

    def __len__(self):
        return self.start

    def __iter__(self):
        return iter(range(self.start, 0, -1))


class AtOnce(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return index

    def __getitems__(self, indices):
        return [100 + index for index in indices]


both = Countdown(3) + Countdown(2)
print(type(both).__name__, len(both), list(both), list(DataLoader(both, batch_size=2)), len(DataLoader(both, 2)))
print(StackDataset(letters, pairs)[2], StackDataset(letter=letters, pair=pairs)[-1], len(StackDataset(letters)))
print(list(DataLoader(StackDataset(letters, pairs), batch_size=2)))
print(list(DataLoader(StackDataset(letter=letters, number=AtOnce()), batch_size=3)))
print(list(DataLoader(Subset(AtOnce(), [3, 1, 0]), batch_size=2)), Subset(AtOnce(), [3, 1])[0])
print(Subset(letters, [2, 0]).__getitems__([1, 0]), list(DataLoader(AtOnce(), batch_size=None)))
print(
    list(WeightedRandomSampler([0.5, 2, 1, 0], 8)), list(WeightedRandomSampler([0.1, 0.2, 0.7], 2, replacement=False))
)
g = torch.Generator().manual_seed(7)
print(list(WeightedRandomSampler(torch.ones(5), 5, generator=g)), len(WeightedRandomSampler([1.0], 3)), torch.rand(1))
loader = DataLoader(pairs, batch_size=3, shuffle=True)
walk = iter(loader)
print(len(walk), iter(walk) is walk, next(walk), next(walk))
attempt(lambda: next(walk))
print(get_worker_info(), loader.num_workers, loader.prefetch_factor, loader.timeout, loader.in_order, loader.generator)
print(
    DataLoader(pairs, num_workers=1).prefetch_factor,
    DataLoader(pairs, num_workers=1, prefetch_factor=5).prefetch_factor,
)


class Point(NamedTuple):
    x: object
    y: object


ordered = default_collate([OrderedDict(a=1, b=[1.5]), OrderedDict(a=2, b=[2.5])])
print(type(ordered).__name__, dict(ordered))
print(default_collate([Point(torch.ones(1), "p"), Point(torch.zeros(1), "q")]), default_collate([("a", 1), ("b", 2)]))
print(default_collate([[1, [2, 3]], [4, [5, 6]]]), default_collate([b"x", b"y"]), default_collate([range(2), range(2)]))
print(default_collate([np.int8(1), np.int8(2)]), default_collate([np.bool_(True), np.bool_(False)]))
print(default_collate([np.array(1.5), np.array(2.5)]), default_collate([torch.tensor(1), torch.tensor(2)]))
print(default_collate([{"n": None, "k": 1}["k"], 2]), default_collate([np.arange(2, dtype=np.uint8)] * 2))
print(default_convert(Point(np.ones(1), (1, "x"))), default_convert([np.float64(2), {"k": np.zeros(1)}, b"x", None]))
print(default_convert(np.array(["a"])), default_convert((1, np.int16(2))))
print(dict(default_convert(OrderedDict(k=np.ones(1)))))

attempt(lambda: StackDataset())
attempt(lambda: StackDataset(letters, pair=pairs))
attempt(lambda: StackDataset(letters, [1]))
attempt(lambda: list(ChainDataset([pairs])))
attempt(lambda: len(ChainDataset([pairs])))
attempt(lambda: ConcatDataset([pairs, Countdown(1)]))
attempt(lambda: WeightedRandomSampler([1.0], 0))
attempt(lambda: WeightedRandomSampler([1.0], 1, replacement=1))
attempt(lambda: WeightedRandomSampler([[1.0]], 1))
attempt(lambda: list(WeightedRandomSampler([1.0, -1.0], 1)))
attempt(lambda: list(WeightedRandomSampler([1.0], 2, replacement=False)))
attempt(lambda: default_collate([np.array(["a"])]))
attempt(lambda: default_collate([None]))
attempt(lambda: default_collate([[1], [1, 2]]))
attempt(lambda: default_collate([torch.ones(1), torch.ones(2)]))
attempt(lambda: default_collate([{"a": 1}, {"b": 1}]))
attempt(lambda: default_collate([]))
attempt(lambda: DataLoader(pairs, timeout=-1))
attempt(lambda: DataLoader(pairs, prefetch_factor=2))
attempt(lambda: DataLoader(pairs, num_workers=1, prefetch_factor=-2))
attempt(lambda: DataLoader(pairs, persistent_workers=True))
attempt(lambda: DataLoader(pairs, multiprocessing_context="spawn"))
attempt(lambda: DataLoader(pairs, num_workers=1, multiprocessing_context="thread").num_workers)
attempt(lambda: DataLoader(pairs, num_workers=1, multiprocessing_context=3).num_workers)
attempt(lambda: setattr(loader, "persistent_workers", True))
attempt(lambda: next(loader))
