"""What a printed program cannot show of loaders: the short way for tensors, memory, and what is refused."""

from __future__ import annotations

import pytest

import teachgrad as tg
from teachgrad.utils.data import DataLoader, Dataset, StackDataset, Subset, TensorDataset, default_collate, random_split


class OneByOne(TensorDataset):
    """The same examples, but the loader has to ask for each."""


def pairs(kind=TensorDataset, count=11):
    return kind(tg.arange(count * 6.0).reshape(count, 2, 3), tg.arange(count), tg.arange(count) > 5)


@pytest.mark.parametrize("batch_size", [1, 4, 11, 20])
def test_the_short_way_gives_what_collating_gives(batch_size):
    for part in (lambda d: d, lambda d: Subset(d, [3, 1, 8, -1, 3])):
        short = list(DataLoader(part(pairs()), batch_size))
        long = list(DataLoader(part(pairs(OneByOne)), batch_size))
        assert [type(batch) for batch in short] == [type(batch) for batch in long] == [list] * len(long)
        for one, other in zip(short, long, strict=True):
            assert [(t.dtype, t.tolist()) for t in one] == [(t.dtype, t.tolist()) for t in other]


def test_a_batch_has_memory_of_its_own():
    data = pairs()
    for batch in DataLoader(data, batch_size=11):
        batch[0].zero_()
    assert data.tensors[0].sum().item() > 0


def test_gradients_flow_through_batches_of_tensors_that_require_them():
    for kind in (TensorDataset, OneByOne):
        weights = tg.ones(5, requires_grad=True)
        for (batch,) in DataLoader(kind(weights), batch_size=2, sampler=[0, 3, 3]):
            (batch.sum() * 2).backward()
        assert weights.grad.tolist() == [2.0, 0.0, 0.0, 4.0, 0.0]


def test_an_index_out_of_range_is_an_index_error_either_way():
    for kind in (TensorDataset, OneByOne):
        with pytest.raises(IndexError):
            list(DataLoader(pairs(kind), sampler=[11]))


def test_a_data_set_may_give_a_whole_batch():
    class Batched(Dataset):
        def __len__(self):
            return 5

        def __getitems__(self, indices):
            return [10 * index for index in indices]

    assert [batch.tolist() for batch in DataLoader(Batched(), batch_size=3)] == [[0, 10, 20], [30, 40]]


def test_a_subset_with_examples_of_its_own_has_to_give_batches_of_its_own():
    class Doubled(Subset):
        def __getitem__(self, index):
            return 2 * super().__getitem__(index)

    with pytest.raises(
        NotImplementedError, match=r"^Doubled overrides __getitem__ but not __getitems__(?s:.*)Fix: def"
    ):
        Doubled(range(5), [1])


def test_every_walk_is_a_new_one_and_walks_do_not_disturb_each_other():
    loader = DataLoader(pairs(), batch_size=3)
    first, second = iter(loader), iter(loader)
    assert next(first)[1].tolist() == next(second)[1].tolist() == [0, 1, 2]
    assert [batch[1].tolist() for batch in first] == [[3, 4, 5], [6, 7, 8], [9, 10]]


def test_every_example_comes_once_in_a_shuffled_walk():
    assert sorted(n for batch in DataLoader(pairs(), 4, shuffle=True) for n in batch[1].tolist()) == list(range(11))


def test_an_empty_part_warns():
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        assert [len(part) for part in random_split(range(1), [0.9, 0.1])] == [1, 0]


def test_parts_of_examples_are_refused():
    with pytest.raises(TypeError, match="must be ints"):
        random_split(range(3), [1.5, 1.5])


@pytest.mark.parametrize(
    ("make", "remedy"),
    [
        (lambda: TensorDataset(tg.ones(2), tg.ones(3)), "one target for each input"),
        (lambda: random_split(range(3), [1, 1]), r"\[0.8, 0.2\]"),
        (lambda: default_collate([object()]), "collate_fn"),
        (lambda: DataLoader([], shuffle=True), "not empty"),
    ],
)
def test_errors_name_the_remedy(make, remedy):
    with pytest.raises((AssertionError, ValueError, TypeError), match=rf"(?s)Why: .*Fix: .*{remedy}"):
        make()


def test_examples_that_are_fetched_together_come_in_the_number_that_was_asked_for():
    class TooFew(OneByOne):
        def __getitems__(self, indices):
            return [self[index] for index in indices[1:]]

    with pytest.raises(ValueError, match=r"output size mismatch. Expected 3, got 2(?s:.*)Fix: "):
        list(DataLoader(StackDataset(pairs(), pairs(TooFew)), batch_size=3))


def test_a_list_of_places_in_a_subset_is_handed_on():
    subset = Subset(tg.arange(10) * 10, [3, 1, 8])
    assert subset[[0, 2]].tolist() == [30, 80]
    assert subset[1].item() == 10
